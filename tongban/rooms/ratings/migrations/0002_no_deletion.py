"""A rating is put right or found not to count; it is never taken away."""

from django.db import migrations

TABLES = ("ratings_rating", "ratings_doubt")


class Migration(migrations.Migration):
    dependencies = [("ratings", "0001_initial"), ("ledger", "0002_append_only")]
    operations = [
        migrations.RunSQL(
            f"CREATE TRIGGER no_deletion BEFORE DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()",
            f"DROP TRIGGER no_deletion ON {table}",
        )
        for table in TABLES
    ]
