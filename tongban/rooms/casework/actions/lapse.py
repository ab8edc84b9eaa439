"""The law is an actor: what happens because time has passed, exactly once, and never because somebody pressed a key."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import structlog
from django.db import connection

from tongban.rooms import clock
from tongban.rooms.casework.actions.standing import Who
from tongban.rooms.casework.actions.taking import Done, Plan, take
from tongban.rooms.casework.queries.reading import CaseFile
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
    """Act on cases whose moment has come, the earliest first, until ``most`` have moved or none is left.

    Its cost grows with what is due, not with what is open.  Cases that cannot be acted on never hold up the others.
    """
    now, acted = clock.now(), 0
    troubled: list[UUID] = []
    after: tuple[datetime, UUID] = (datetime.min.replace(tzinfo=UTC), UUID(int=0))
    while acted < most and (due := _due(now, after, most)):
        for moment, case_id in due:
            after = (moment, case_id)
            try:
                acted += bool(act_on_lapse(case_id))
            except Exception:  # one bad row never stops the sweep
                log.exception("sweep_row_failed", case=str(case_id))
                troubled.append(case_id)
            if acted == most:
                break
    return Swept(acted, tuple(troubled))


def act_on_lapse(case_id: UUID) -> Done | None:
    """Take the step the law takes now; None: nothing has lapsed, or somebody was faster."""
    try:
        return take(case_id, "", LAW, _lapse)
    except Refused as no:
        if no.code in ("wrong_state", "nothing_lapsed", "moved_meanwhile"):
            return None
        raise


def _lapse(file: CaseFile) -> Plan:
    """Ask the rulebook again before acting: what was due may have been done since."""
    now = clock.now()
    step = deciding.expire(file.facts, now)
    if step is None:
        raise Refused("nothing_lapsed", "没有期限届满，不需要办理。请刷新后查看。")
    late = list(deciding.lapsed(file.facts, step, now))
    return Plan(step=step, notes={"lapsed": late}, context={"lapsed": late})


def _due(now: datetime, after: tuple[datetime, UUID], most: int) -> list[tuple[datetime, UUID]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT next_moment, id FROM casework_case WHERE next_moment <= %s AND (next_moment, id) > (%s, %s)"
            " ORDER BY next_moment, id LIMIT %s",
            [now, *after, most],
        )
        return [(moment, UUID(str(case_id))) for moment, case_id in cursor.fetchall()]


def recount(case_id: UUID) -> Done | None:
    """按新日历重算: a changed calendar acts on an open case as a step of its own; None: no date moves."""
    try:
        return take(case_id, "recount", LAW)
    except Refused as no:
        if no.code in ("wrong_state", "nothing_moves"):
            return None
        raise
