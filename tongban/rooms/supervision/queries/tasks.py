"""改革任务台账 (S180): every task with its lead, helpers, day, light and proof."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from tongban.rooms import clock, crypto
from tongban.rooms.casework.actions.tasks import TASK_ITEM
from tongban.rooms.supervision.queries.lights import RANK, Light
from tongban.rulebook.kinds import KINDS


@dataclass(frozen=True, slots=True)
class ReformTask:
    """One line of the ledger of tasks."""

    case_id: UUID
    number: str
    name: str
    #: Codes of the unit that leads and of those that help.
    lead: str
    helpers: tuple[str, ...]
    #: The post of the lead that has it in hand.
    holder: UUID | None
    due_on: date
    state: str
    #: What people call the state.
    state_label: str
    light: Light
    #: What was last shown for it; empty: nothing yet.
    proof: str


_TASKS = f"""
SELECT c.id, c.number, c.unit, e.body->'helpers', c.holder, k.due_on, c.state,
    CASE WHEN k.stopped_at IS NULL THEN {RANK} WHEN k.stopped_at >= k.due_at THEN 2 ELSE 0 END,
    (SELECT n.sealed FROM casework_note n WHERE n.case_id = c.id AND n.seq = 1 AND n.what = 'text'),
    (SELECT n.sealed FROM casework_note n JOIN ledger_entry p
            ON p.subject_kind = 'case' AND p.subject_id = n.case_id AND p.seq = n.seq
        WHERE n.case_id = c.id AND n.what = 'reason' AND p.step = 'prove' ORDER BY n.seq DESC LIMIT 1),
    (SELECT w.wrapped FROM casework_casekey w WHERE w.case_id = c.id)
FROM casework_case c
LEFT JOIN ledger_entry e ON e.subject_kind = 'case' AND e.subject_id = c.id AND e.seq = 1
JOIN LATERAL (
    SELECT * FROM casework_clock k WHERE k.case_id = c.id AND k.name = 'finish' ORDER BY k.run DESC LIMIT 1
) k ON TRUE
WHERE c.county = %(county)s AND c.item_code = %(item)s AND NOT c.rehearsal
    AND (%(lead)s = '' OR c.unit = %(lead)s)
ORDER BY k.due_on, c.id
"""


def reform_tasks(county: str, *, lead: str = "", light: Light | None = None) -> tuple[ReformTask, ...]:
    """Return the tasks, those due first at the top; ``lead``, ``light``: only those.  One query."""
    values: dict[str, Any] = {
        "county": county,
        "item": TASK_ITEM,
        "lead": lead,
        "now": clock.now(),
        "today": clock.today(),
    }
    with connection.cursor() as cursor:
        cursor.execute(_TASKS, values)
        found = []
        for case_id, number, unit, helpers, holder, due_on, state, rank, name, proof, wrapped in cursor.fetchall():
            key = crypto.unwrap(bytes(wrapped)) if wrapped else None
            named, shown = (crypto.open_text(bytes(one), key) if one and key else "" for one in (name, proof))
            helping = tuple(json.loads(helpers) if isinstance(helpers, str) else helpers or ())
            told = (state, KINDS["task"].states[state], tuple(Light)[rank], shown)
            found.append(ReformTask(case_id, number or "", named, unit, helping, holder, due_on, *told))
    return tuple(one for one in found if light is None or one.light is light)
