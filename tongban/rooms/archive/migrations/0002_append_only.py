"""A package is fixed: its row is added once and never changes."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("archive", "0001_initial"), ("ledger", "0002_append_only")]
    operations = [
        migrations.RunSQL(
            "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON archive_package"
            " FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()",
            "DROP TRIGGER append_only ON archive_package",
        )
    ]
