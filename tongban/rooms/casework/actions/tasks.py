"""改革任务台账 (S180): tasks are given to a lead with a day, reported on, proved, and struck off one by one."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from tongban.rooms import clock
from tongban.rooms.casework.actions.escalation import answering_post
from tongban.rooms.casework.actions.inner import open_case
from tongban.rooms.casework.actions.standing import Who
from tongban.rooms.casework.actions.taking import Done, Plan, take
from tongban.rooms.people import queries as people
from tongban.rulebook.clock import Limit, Unit
from tongban.rulebook.errors import Refused
from tongban.rulebook.facts import Given

#: The inner item under which tasks are kept.
TASK_ITEM = "reform-task"


def assign_task(
    county: str, who: Who, *, name: str, lead: str, by: date, helpers: Sequence[str] = (), key: str = ""
) -> Done:
    """交办: ``lead`` and ``helpers`` are units, ``by`` the last day.

    Raises ``Refused``: ``task_unnamed``, ``task_past``, ``task_helpers``, ``unit_unknown``.
    """
    if not name.strip():
        raise Refused("task_unnamed", "请写明任务内容。")
    days = (by - clock.today()).days
    if days < 1:
        raise Refused("task_past", "完成日期 {by} 已到或已过。请写今天以后的日期。", by=by)
    if lead in helpers or len(set(helpers)) != len(helpers):
        raise Refused("task_helpers", "配合单位不能与牵头单位相同，也不能重复。请改正。")
    for unit in (lead, *helpers):
        people.unit(county, unit)
    return open_case(
        county,
        TASK_ITEM,
        who,
        unit=lead,
        holder=answering_post(county, lead),
        text=name.strip(),
        notes={"helpers": list(helpers)},
        given=Given(time_needed=Limit(days, Unit.D)),
        key=key,
        asked=(name.strip(), by, helpers),
    )


def report_progress(case_id: UUID, who: Who, *, text: str, key: str = "") -> Done:
    """报告进展."""
    return take(case_id, "report", who, Plan(given=Given(reason=text)), key=key)


def prove(case_id: UUID, who: Who, *, text: str, key: str = "") -> Done:
    """报请销号, with what shows that it is done."""
    return take(case_id, "prove", who, Plan(given=Given(reason=text)), key=key)
