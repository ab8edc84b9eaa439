"""The journal in ranges: entries of cases lie in one table a year, by the year in which the case got its key.

``ledger_entry`` has two parts: ``ledger_entry_case``, in ranges of case keys, which sort by the machine's time of
making; and ``ledger_entry_other`` for the streams that never end (licences, items, persons, windows …).  A range is
named after the last year it holds; the first one holds all years before as well, and ``ledger_entry_later`` takes what
comes after the last, so that no step ever fails for want of a range.

Only the owner's role makes ranges; the application's reaches all of them through ``ledger_entry`` and has no right on
any (``docs/decisions/0019``).
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from tongban.rooms import clock
from tongban.rooms.ledger.models import Detached
from tongban.rulebook.errors import Refused

#: The part that is in ranges, the part that is not, and the range without an end.
CASES, OTHERS, LATER = "ledger_entry_case", "ledger_entry_other", "ledger_entry_later"
#: So many years after the present one have their range beforehand.
AHEAD = 2

_BOUNDS = re.compile(r"FROM \('?(.+?)'?\) TO \('?(.+?)'?\)")


@dataclass(frozen=True, slots=True)
class Range:
    """One table of the entries of cases, from a key on up to below another."""

    table: str
    #: None: from the very first key on.
    first: UUID | None
    #: None: without an end.
    until: UUID | None

    @property
    def year(self) -> int | None:
        """The last year whose keys lie in it; None: it has no end."""
        return None if self.until is None else year_of(self.until) - 1


@dataclass(frozen=True, slots=True)
class Size:
    """What one part of the journal holds."""

    table: str
    #: As the server last estimated it.
    rows: int
    #: Bytes, indexes included.
    size: int


def edge(year: int) -> UUID:
    """Return the first key that can be made in a year, which begins in Asia/Shanghai."""
    begins = clock.at_local(date(year, 1, 1))
    return UUID(int=int(begins.timestamp() * 1000) << 80)


def this_year() -> int:
    """Return the year in which keys are made now: by the machine's clock, not the one on the wall."""
    return year_of(UUID(int=clock.machine_milliseconds() << 80))


def there(cursor: Any) -> tuple[Range, ...]:
    """Return the ranges that are attached, the first one first.  One query."""
    cursor.execute(
        "SELECT c.relname, pg_get_expr(c.relpartbound, c.oid) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
        f" WHERE i.inhparent = '{CASES}'::regclass"
    )
    found = []
    for table, clause in cursor.fetchall():
        told = _BOUNDS.search(clause)
        assert told is not None, clause
        found.append(Range(table, *(None if key.endswith("VALUE") else UUID(key) for key in told.groups())))
    return tuple(sorted(found, key=lambda one: (one.first is not None, one.first)))


def off_line() -> tuple[Detached, ...]:
    """Return the ranges that were taken off line and not brought back, the first one first.  One query."""
    return tuple(Detached.objects.filter(attached_at=None).order_by("until"))


def days_of(range_: Detached, county: str) -> frozenset[date]:
    """Return the closed days of a county that cannot be proved without this range."""
    return frozenset(date.fromisoformat(day) for day in range_.days.get(county, ()))


def unproved(county: str) -> frozenset[date]:
    """Return the closed days of a county that cannot be proved from what is here.  One query."""
    return frozenset(day for one in off_line() for day in days_of(one, county))


def away(case_id: UUID) -> Detached | None:
    """Return the range off line in which the entries of a case are; None: they are here.  One query."""
    begun = Q(first=None) | Q(first__lte=case_id)
    return Detached.objects.filter(begun, attached_at=None, until__gt=case_id).first()


def need_here(case_id: UUID) -> None:
    """Raise ``Refused("journal_away")`` where the entries of a case are off line.  One query."""
    if away(case_id) is not None:
        raise is_away()


def is_away() -> Refused:
    """Return the refusal of whatever needs the entries of a case that are off line."""
    return Refused(
        "journal_away",
        "这个办件办结已久，它的台账已移出另存，现在不能再办，也看不到办理过程。"
        "确需办理或查看的，请向大厅提出，由系统管理员把台账放回后再办。",
    )


def sizes(cursor: Any) -> tuple[Size, ...]:
    """Return how much each part of the journal holds, ranges in their order, then what does not end.  Two queries."""
    order = [one.table for one in there(cursor)] + [OTHERS]
    cursor.execute(
        "SELECT relname, greatest(reltuples, 0)::bigint, pg_total_relation_size(oid) FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace AND relname = ANY(%s)",
        [order],
    )
    return tuple(sorted((Size(*row) for row in cursor.fetchall()), key=lambda one: order.index(one.table)))


def lacking(cursor: Any) -> tuple[int, ...]:
    """Return the years up to ``AHEAD`` that have no range of their own yet, the first one first.  One query."""
    last = max((one.year for one in there(cursor) if one.year is not None), default=None)
    year = this_year()
    return () if last is None else tuple(range(max(last, year - 1) + 1, year + AHEAD + 1))


def make_ahead(cursor: Any) -> tuple[str, ...]:
    """Make the ranges of the coming years where they are lacking; returns their tables.

    The owner's role, in one transaction.

    ``ledger_entry_later`` gives way: without rows it is made anew behind them; with rows (nobody made a range for
    years) it becomes the range that ends with the year of its last key.  Every step waits meanwhile: milliseconds,
    unless rows of ``later`` have to be read.
    """
    if not lacking(cursor):
        return ()
    cursor.execute(f"LOCK TABLE {CASES} IN ACCESS EXCLUSIVE MODE")
    *_, last, later = there(cursor)
    assert last.year is not None
    assert later.table == LATER
    first, made = last.year + 1, []
    cursor.execute(f"SELECT subject_id FROM {LATER} ORDER BY subject_id DESC LIMIT 1")
    highest = cursor.fetchone()
    if highest is None:
        cursor.execute(f"DROP TABLE {LATER}")
    else:
        year = year_of(highest[0])
        cursor.execute(f"ALTER TABLE {CASES} DETACH PARTITION {LATER}")
        cursor.execute(f"ALTER TABLE {LATER} RENAME TO {_table(year)}")
        cursor.execute(f"ALTER TABLE {CASES} ATTACH PARTITION {_table(year)} {bounds(first, year + 1)}")
        made, first = [_table(year)], year + 1
    for year in range(first, this_year() + AHEAD + 1):
        made.append(make(cursor, _table(year), bounds(year, year + 1)))
    make(cursor, LATER, bounds(max(first, this_year() + AHEAD + 1), None))
    return tuple(made)


def make(cursor: Any, table: str, clause: str) -> str:
    """Make one part of the entries of cases, closed to everybody but through ``ledger_entry``.  The owner's role."""
    cursor.execute(f"CREATE TABLE {table} PARTITION OF {CASES} {clause}")
    close(cursor, table)
    return table


def keep_past(cursor: Any, table: str) -> None:
    """Let nothing of a table be changed or taken away, by a slip of the owner either."""
    cursor.execute(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change()"
    )


def take_out(cursor: Any, table: str) -> None:
    """Let go of a range and of its table.  The owner's role."""
    cursor.execute(f"ALTER TABLE {CASES} DETACH PARTITION {table}")
    cursor.execute(f"DROP TABLE {table}")


def make_apart(cursor: Any, table: str) -> None:
    """Make a table that can become a range once its rows are there.  The owner's role."""
    cursor.execute(f"CREATE TABLE {table} (LIKE ledger_entry INCLUDING DEFAULTS INCLUDING INDEXES)")
    close(cursor, table)


def put_in(cursor: Any, table: str, first: UUID | None, until: UUID) -> None:
    """Make a table the range of these keys; steps go on meanwhile.  The owner's role."""
    cursor.execute(f"ALTER TABLE {CASES} ATTACH PARTITION {table} {_clause(first, until)}")


def close(cursor: Any, table: str) -> None:
    """Keep the past of a part, and let nobody reach it by its own name.  The owner's role.

    The trigger of ``ledger_entry`` does not fire on a part that is addressed by its own name, and a new table has
    rights by the defaults of the schema.
    """
    keep_past(cursor, table)
    cursor.execute(
        "SELECT DISTINCT r.rolname FROM pg_class c, aclexplode(c.relacl) a JOIN pg_roles r ON r.oid = a.grantee"
        " WHERE c.oid = %s::regclass AND a.grantee <> c.relowner",
        [table],
    )
    for (role,) in cursor.fetchall():
        cursor.execute(f'REVOKE ALL ON {table} FROM "{role}"')


def _table(year: int) -> str:
    return f"ledger_entry_{year}"


def bounds(first: int | None, until: int | None) -> str:
    """Return the clause for keys from the beginning of a year up to before another; None: without an end there."""
    return _clause(None if first is None else edge(first), None if until is None else edge(until))


def _clause(first: UUID | None, until: UUID | None) -> str:
    low, high = "MINVALUE" if first is None else f"'{first}'", "MAXVALUE" if until is None else f"'{until}'"
    return f"FOR VALUES FROM ({low}) TO ({high})"


def year_of(key: UUID) -> int:
    """Return the year in which a key was made."""
    return clock.legal_date(datetime.fromtimestamp((key.int >> 80) / 1000, UTC)).year
