"""The journal in ranges of a year (``ledger.ranges``).

Rows of cases are not written anew: the table there was becomes the first range, up to the end of the year of its last
case or of this year.  It is read twice (the key gets the kind, the bounds are checked); what is not a case moves over.
Everybody waits meanwhile.
"""

from django.db import migrations, models

from tongban.rooms.ledger import ranges

_INDEXES = {
    "ledger_entry_pkey": "",
    "entry_at_brin": "USING brin (at)",
    "entry_xact_brin": "USING brin (xact)",
    "entry_step_at": "(county, step, at)",
}


def into_ranges(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT subject_id FROM ledger_entry WHERE subject_kind = 'case' ORDER BY subject_id DESC LIMIT 1"
        )
        last = cursor.fetchone()
        year = max(ranges.this_year(), ranges.year_of(last[0]) if last else 0)
        old = f"ledger_entry_{year}"
        cursor.execute("DROP TRIGGER append_only ON ledger_entry")
        cursor.execute(f"ALTER TABLE ledger_entry RENAME TO {old}")
        for index in _INDEXES:
            cursor.execute(f"ALTER INDEX {index} RENAME TO {old}_{index.removeprefix('ledger_entry_')}")
        cursor.execute(
            f"CREATE TABLE ledger_entry (LIKE {old} INCLUDING DEFAULTS, PRIMARY KEY (subject_id, seq, subject_kind))"
            " PARTITION BY LIST (subject_kind)"
        )
        for index, columns in _INDEXES.items():
            if columns:
                cursor.execute(f"CREATE INDEX {index} ON ledger_entry {columns}")
        cursor.execute(
            f"CREATE TABLE {ranges.CASES} PARTITION OF ledger_entry FOR VALUES IN ('case')"
            " PARTITION BY RANGE (subject_id)"
        )
        cursor.execute(f"CREATE TABLE {ranges.OTHERS} PARTITION OF ledger_entry DEFAULT")
        cursor.execute(f"INSERT INTO {ranges.OTHERS} SELECT * FROM {old} WHERE subject_kind <> 'case'")
        cursor.execute(f"DELETE FROM {old} WHERE subject_kind <> 'case'")
        cursor.execute(f"ALTER TABLE {old} DROP CONSTRAINT {old}_pkey, ADD PRIMARY KEY (subject_id, seq, subject_kind)")
        cursor.execute(f"ALTER TABLE {ranges.CASES} ATTACH PARTITION {old} {ranges.bounds(None, year + 1)}")
        ranges.keep_past(cursor, "ledger_entry")
        for table in (ranges.CASES, ranges.OTHERS, old):
            ranges.close(cursor, table)
        ranges.make(cursor, ranges.LATER, ranges.bounds(year + 1, None))
        ranges.make_ahead(cursor)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0003_pulse")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(into_ranges)],
            state_operations=[
                migrations.AlterField(
                    "Entry",
                    "pk",
                    models.CompositePrimaryKey(
                        "subject_id",
                        "seq",
                        "subject_kind",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                )
            ],
        )
    ]
