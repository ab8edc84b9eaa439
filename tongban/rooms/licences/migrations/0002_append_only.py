"""Who used a seal and who used a licence is written once and stays."""

from django.db import migrations

TABLES = ("licences_sealuse", "licences_licenceuse")


class Migration(migrations.Migration):
    dependencies = [("licences", "0001_initial"), ("ledger", "0002_append_only")]
    operations = [
        migrations.RunSQL(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()",
            f"DROP TRIGGER append_only ON {table}",
        )
        for table in TABLES
    ]
