"""Cases as the journal told them up to a transaction: what the sums of days are made of.

An entry below the oldest transaction still at work never changes and none comes in before it, so what is read here
for such a bound is the same whenever it is read.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from uuid import UUID

from django.db import connection

from tongban.rooms.supervision.queries.scope import COUNTED
from tongban.rulebook.indicators import CaseFact, by_day

#: A bound above every transaction.
ALL = 2**62
#: Cases read at once.
_SOME = 2_000

Sums = dict[tuple[str, str, date], tuple[int, int]]

# A case whose entries are off line is over and stands as its last entry left it: then the row itself is read.
_AWAY = """
    SELECT FROM ledger_detached d
    WHERE d.attached_at IS NULL AND a.id < d.until AND (d.first IS NULL OR a.id >= d.first)
"""
_CLOCK = """
    LEFT JOIN LATERAL (
        SELECT k.due_on, CASE WHEN k."limit" LIKE '%%h' THEN k.due_at END AS due_at FROM (
            SELECT k.*, e.seq FROM ledger_entry e
            CROSS JOIN jsonb_to_recordset(e.body->'clocks')
                AS k(name text, run integer, due_on date, due_at timestamptz, "limit" text)
            WHERE e.subject_kind = 'case' AND e.subject_id = a.id AND e.xact < %(bound)s
            UNION ALL
            SELECT k.name, k.run, k.due_on, k.due_at, k."limit", 0 FROM casework_clock k
            WHERE k.case_id = a.id AND w.away
        ) k WHERE k.name IN {names}
        ORDER BY {order} k.run DESC, k.seq DESC LIMIT 1
    ) {called} ON TRUE
"""
# What a step never changes (kind, item, bundle) is taken from the case itself.
# The same columns in the same meaning as in ``fetching``; a test compares the two over thousands of cases.
_AS_OF = f"""
    SELECT c.unit, coalesce(p.channel, c.channel) = 'net' AS online,
        (c.filed_at AT TIME ZONE 'Asia/Shanghai')::date AS applied_on, t.accepted_on,
        CASE WHEN t.accepted_on IS NOT NULL THEN (c.decided_at AT TIME ZONE 'Asia/Shanghai')::date END AS finished_on,
        CASE WHEN t.accepted_on IS NOT NULL AND coalesce(promised.due_at, lawful.due_at) IS NOT NULL
             THEN c.decided_at END AS finished_at,
        promised.due_on AS promised_on, promised.due_at AS promised_at, lawful.due_on, lawful.due_at, count(*) AS times
    FROM casework_case a
    CROSS JOIN LATERAL (SELECT EXISTS ({_AWAY}) AS away) w
    JOIN LATERAL (
        (SELECT e.body->'row' AS told FROM ledger_entry e
        WHERE e.subject_kind = 'case' AND e.subject_id = a.id AND e.xact < %(bound)s ORDER BY e.seq DESC LIMIT 1)
        UNION ALL
        SELECT to_jsonb(a) WHERE w.away
    ) e ON TRUE
    CROSS JOIN LATERAL jsonb_to_record(e.told) AS c(unit text, channel text, filed_at timestamptz,
        decided_at timestamptz, accepted_on date, decision text)
    CROSS JOIN LATERAL (
        SELECT CASE WHEN a.kind = 'filing' AND c.decision IN ('granted', 'struck_out')
                    THEN (c.decided_at AT TIME ZONE 'Asia/Shanghai')::date ELSE c.accepted_on END AS accepted_on
    ) t
    LEFT JOIN casework_case p ON p.id = a.parent_id
    {_CLOCK.format(names="('promised')", order="", called="promised")}
    {_CLOCK.format(names="('statutory', 'promised')", order="k.name DESC,", called="lawful")}
    WHERE a.id = ANY(%(ids)s::uuid[]) AND NOT a.rehearsal AND a.kind = ANY(%(kinds)s) AND c.filed_at IS NOT NULL
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
"""


def sums_as_of(case_ids: Sequence[UUID], bound: int) -> Sums:
    """Return what these cases add to figures, by entries below ``bound``.  One query for two thousand cases."""
    total: Sums = {}
    for begin in range(0, len(case_ids), _SOME):
        some = case_ids[begin : begin + _SOME]
        with connection.cursor() as cursor:
            cursor.execute(_AS_OF, {"ids": list(some), "bound": bound, "kinds": list(COUNTED)})
            names = [column.name for column in cursor.description]
            rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        add(total, by_day(CaseFact(id="", **row) for row in rows))
    return total


def add(total: Sums, more: Sums, times: int = 1) -> None:
    """Add sums to others in place."""
    for key, (above, below) in more.items():
        old = total.get(key, (0, 0))
        total[key] = (old[0] + times * above, old[1] + times * below)


def moved(county: str, mark: int, bound: int = ALL) -> list[UUID]:
    """Return the cases of the county that have an entry from ``mark`` up to below ``bound``.  One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT subject_id FROM ledger_entry WHERE xact >= %s AND xact < %s AND county = %s"
            " AND subject_kind = 'case'",
            [mark, bound, county],
        )
        return [row[0] for row in cursor.fetchall()]


def everyone(county: str) -> Iterator[list[UUID]]:
    """Yield the keys of all cases of a county, some at a time.  One query each."""
    after = UUID(int=0)
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id FROM casework_case WHERE county = %s AND id > %s ORDER BY id LIMIT %s",
                [county, after, _SOME],
            )
            found = [row[0] for row in cursor.fetchall()]
        if not found:
            return
        yield found
        after = found[-1]
