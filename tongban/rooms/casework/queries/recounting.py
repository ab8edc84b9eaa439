"""What another calendar would do to the limits that run: seen before it is put in place."""

import json
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection

from tongban.rooms.casework.queries.reading import running
from tongban.rulebook import deciding
from tongban.rulebook.kinds import KINDS
from tongban.rulebook.workdays import Calendar

_CLOCKS = """
SELECT c.id, c.number, c.kind, row_to_json(k)::text FROM casework_clock k JOIN casework_case c ON c.id = k.case_id
WHERE k.stopped_at IS NULL AND k.due_on >= %s AND c.county = %s AND c.closed_at IS NULL ORDER BY k.due_on, c.id
"""


@dataclass(frozen=True, slots=True)
class Moved:
    """One limit of an open case that would end on another day, or be certain where it was a guess."""

    case_id: UUID
    number: str
    #: What people call the limit.
    label: str
    before: date
    after: date
    #: It was counted past the known days, and would not be any more.
    becomes_known: bool


def moved_by(county: str, calendar: Calendar, first: date) -> tuple[Moved, ...]:
    """Return the running limits due from ``first`` on that ``calendar`` would change, those due first at the top.

    One query; nothing is changed.
    """

    with connection.cursor() as cursor:
        cursor.execute(_CLOCKS, [first, county])
        rows = cursor.fetchall()
    found = []
    for case_id, number, kind, text in rows:
        rule = KINDS[kind].clock_by_name.get(json.loads(text)["name"])
        if rule is None:
            continue
        before = running(json.loads(text))
        after = deciding.recount(before, rule, calendar)
        if (before.due.on, before.due.provisional) != (after.due.on, after.due.provisional):
            known = before.due.provisional and not after.due.provisional
            found.append(Moved(UUID(str(case_id)), number or "", rule.label, before.due.on, after.due.on, known))
    return tuple(found)


def open_from(first: date) -> tuple[UUID, ...]:
    """Return the open cases with a running limit due from ``first`` on.  One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT k.case_id FROM casework_clock k JOIN casework_case c ON c.id = k.case_id"
            " WHERE k.stopped_at IS NULL AND k.due_on >= %s AND c.closed_at IS NULL ORDER BY k.case_id",
            [first],
        )
        return tuple(UUID(str(row[0])) for row in cursor.fetchall())
