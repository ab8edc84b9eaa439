"""Who of the staff is tied to anybody is written beside his name by the database itself, and the powers are read anew.

So nothing needs asking about 回避 of who is tied to nobody (``queries/withdrawing.py``), and no way of writing a tie
goes by it.  Once tied is tied for good: that costs a question, never an answer.
"""

from django.db import migrations, models

#: Table -> the columns that name persons.
TABLES = {
    "people_relation": ("first_id", "second_id"),
    "people_guardian": ("ward_id", "guardian_id"),
    "people_mandate": ("principal_id", "agent_id"),
}
_ANY = " OR ".join(
    f"EXISTS (SELECT FROM {table} WHERE {column} = somebody)" for table, columns in TABLES.items() for column in columns
)
IS_TIED = f"""
CREATE FUNCTION people_is_tied(somebody uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT {_ANY}
        OR EXISTS (SELECT FROM people_person WHERE merged_into_id = somebody)
        OR EXISTS (SELECT FROM people_person WHERE id = somebody AND merged_into_id IS NOT NULL)
$$"""
HIRED = """
CREATE FUNCTION people_staff_hired() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.tied := NEW.tied OR people_is_tied(NEW.person_id);
    RETURN NEW;
END $$"""
# Of the persons that the named columns of the row name.
TIED = """
CREATE FUNCTION people_staff_tied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE people_staff SET tied = true
    WHERE NOT tied AND person_id IN (SELECT (to_jsonb(NEW) ->> named)::uuid FROM unnest(TG_ARGV) AS named);
    IF FOUND THEN
        UPDATE people_peopleversion SET mark = gen_random_uuid() WHERE id = 1;
    END IF;
    RETURN NULL;
END $$"""


def _trigger(table: str, columns: tuple[str, ...], on: str) -> migrations.RunSQL:
    names = ", ".join(f"'{one}'" for one in columns)
    return migrations.RunSQL(
        f"CREATE TRIGGER staff_tied AFTER {on} ON {table} FOR EACH ROW EXECUTE FUNCTION people_staff_tied({names})",
        f"DROP TRIGGER staff_tied ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [("people", "0011_changing_phones")]
    operations = [
        migrations.AddField(model_name="staff", name="tied", field=models.BooleanField(default=False, editable=False)),
        migrations.RunSQL(IS_TIED, "DROP FUNCTION people_is_tied(uuid)"),
        migrations.RunSQL(HIRED, "DROP FUNCTION people_staff_hired()"),
        migrations.RunSQL(TIED, "DROP FUNCTION people_staff_tied()"),
        migrations.RunSQL(
            "CREATE TRIGGER staff_hired BEFORE INSERT ON people_staff"
            " FOR EACH ROW EXECUTE FUNCTION people_staff_hired()",
            "DROP TRIGGER staff_hired ON people_staff",
        ),
        *(_trigger(table, columns, f"INSERT OR UPDATE OF {', '.join(columns)}") for table, columns in TABLES.items()),
        # A person who is registered anew is not of the staff yet.
        _trigger("people_person", ("id", "merged_into_id"), "UPDATE OF merged_into_id"),
        migrations.RunSQL("UPDATE people_staff SET tied = true WHERE people_is_tied(person_id)", ""),
    ]
