"""The law is an actor: what happens because time has passed, exactly once, and never because somebody pressed a key."""

from dataclasses import dataclass
from uuid import UUID

import structlog
from django.db import connection

from tongban.rooms import clock
from tongban.rooms.casework.actions.standing import Who
from tongban.rooms.casework.actions.taking import Done, Plan, take
from tongban.rooms.casework.queries.reading import read
from tongban.rulebook import deciding
from tongban.rulebook.errors import Refused

log = structlog.get_logger(__name__)

LAW = Who("law")


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep did."""

    acted: int
    #: Cases the law could not act on; they are looked at again, and people are told.
    troubled: tuple[UUID, ...]


def sweep(most: int = 200) -> Swept:
    """Act on every case whose moment has come.  Its cost grows with what is due, not with what is open."""
    acted, troubled = 0, []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM casework_case WHERE next_moment <= %s ORDER BY next_moment LIMIT %s", [clock.now(), most]
        )
        due = [UUID(str(row[0])) for row in cursor.fetchall()]
    for case_id in due:
        try:
            acted += bool(act_on_lapse(case_id))
        except Exception:  # one bad row never stops the sweep
            log.exception("sweep_row_failed", case=str(case_id))
            troubled.append(case_id)
    return Swept(acted, tuple(troubled))


def act_on_lapse(case_id: UUID) -> Done | None:
    """Take the step the law takes now; None: nothing has lapsed, or somebody was faster."""
    file = read(case_id)
    step = deciding.expire(file.facts, clock.now())
    if step is None:
        return None
    late = sorted(c.name for c in file.facts.clocks if c.is_running and not c.noted and c.due_at <= clock.now())
    try:
        return take(case_id, step, LAW, Plan(notes={"lapsed": late}, context={"lapsed": late}))
    except Refused as no:
        if no.code in ("wrong_state", "moved_meanwhile"):
            return None
        raise


def recount(case_id: UUID) -> Done | None:
    """按新日历重算: a changed calendar acts on an open case as a step of its own; None: no date moves."""
    file = read(case_id)
    if not any(c.is_running for c in file.facts.clocks):
        return None
    return take(case_id, "recount", LAW)
