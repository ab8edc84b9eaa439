"""A line of a statement never changes: what was wrong is corrected by a later statement."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("publication", "0001_initial"), ("ledger", "0002_append_only")]
    operations = [
        migrations.RunSQL(
            "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON publication_statementline"
            " FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()",
            "DROP TRIGGER append_only ON publication_statementline",
        )
    ]
