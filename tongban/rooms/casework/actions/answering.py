"""The verbs of matters and appeals: taken, answered, called back, closed; by whoever has them in hand."""

from uuid import UUID

from tongban.rooms.casework.actions.standing import Who
from tongban.rooms.casework.actions.taking import Done, Plan, take
from tongban.rooms.people import queries as people
from tongban.rulebook.errors import Refused
from tongban.rulebook.facts import Given


def route(case_id: UUID, who: Who, *, holder: UUID, key: str = "") -> Done:
    """转送: to the post that has it in hand from now on, and to its unit.  Raises ``Refused("post_unknown")``."""
    post = people.powers().posts.get(holder)
    if post is None:
        raise Refused("post_unknown", "没有这个岗位。请从在用的岗位中选择办理单位和办理岗位。")
    plan = Plan(columns={"holder": holder, "unit": post.unit_code}, notes={"to": str(holder)})
    return take(case_id, "route", who, plan, asked=str(holder), key=key)


def take_on(case_id: UUID, who: Who, *, key: str = "") -> Done:
    """签收 or 核实: from here it is in somebody's hands."""
    return take(case_id, "take", who, key=key)


def return_it(case_id: UUID, who: Who, *, reason: str, key: str = "") -> Done:
    """退回改派: not ours, and why."""
    return take(case_id, "return_it", who, Plan(given=Given(reason=reason)), key=key)


def answer(case_id: UUID, who: Who, *, text: str, key: str = "") -> Done:
    """答复: what was found and what was done about it."""
    return take(case_id, "answer", who, Plan(given=Given(reason=text)), key=key)


def call_back(case_id: UUID, who: Who, *, text: str, key: str = "") -> Done:
    """回访: what the person said to the answer."""
    return take(case_id, "call_back", who, Plan(given=Given(reason=text)), key=key)


def close(case_id: UUID, who: Who, *, key: str = "") -> Done:
    """办结, by who supervises it."""
    return take(case_id, "close", who, key=key)


def reopen(case_id: UUID, who: Who, *, reason: str, key: str = "") -> Done:
    """重办, once."""
    return take(case_id, "reopen", who, Plan(given=Given(reason=reason)), key=key)


def refer(case_id: UUID, who: Who, *, reason: str, key: str = "") -> Done:
    """移送 to whoever it belongs to."""
    return take(case_id, "refer", who, Plan(given=Given(reason=reason)), key=key)


def not_take(case_id: UUID, who: Who, *, ground: str, reason: str, key: str = "") -> Done:
    """诉求不予受理, with its ground from the closed list."""
    return take(case_id, "not_take", who, Plan(given=Given(reason=reason, ground=ground)), key=key)
