"""No two versions of an item hold on one day; what was published or ordered is not rewritten."""

from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations

ONE_IN_FORCE = """
ALTER TABLE catalogue_itemversion ADD CONSTRAINT item_one_in_force EXCLUDE USING gist (
    county WITH =, code WITH =, daterange(in_force_from, in_force_until + 1, '[)') WITH &&
)
"""

#: The trigger's arguments are the columns that may still be written.
FUNCTION = """
CREATE FUNCTION catalogue_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - TG_ARGV = to_jsonb(OLD) - TG_ARGV THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'immutable: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
"""

WRITABLE = {
    "catalogue_itemversion": "'in_force_until', 'ended_by_id'",
    "catalogue_changeorder": "'applied_at', 'withdrawn_at'",
}


def _guards(table: str, columns: str) -> list[migrations.RunSQL]:
    call = "EXECUTE FUNCTION catalogue_refuse_change"
    return [
        migrations.RunSQL(
            f"CREATE TRIGGER immutable_row BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {call}({columns})",
            f"DROP TRIGGER immutable_row ON {table}",
        ),
        migrations.RunSQL(
            f"CREATE TRIGGER immutable_table BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {call}()",
            f"DROP TRIGGER immutable_table ON {table}",
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0001_initial")]
    operations = [
        BtreeGistExtension(),
        migrations.RunSQL(ONE_IN_FORCE, "ALTER TABLE catalogue_itemversion DROP CONSTRAINT item_one_in_force"),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION catalogue_refuse_change()"),
        *(guard for table, columns in WRITABLE.items() for guard in _guards(table, columns)),
    ]
