"""Any step of any kind, by what a page has been told (``rulebook/telling.py``): the same verbs, one way in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from tongban.rooms.casework.actions.answering import route
from tongban.rooms.casework.actions.standing import Who
from tongban.rooms.casework.actions.taking import Done, Plan, take
from tongban.rooms.casework.actions.verbs import (
    ask_correction,
    check_present,
    check_shared,
    hand_over,
    note,
    settle_fee,
)
from tongban.rooms.casework.queries.reading import CaseFile
from tongban.rulebook.clock import Limit
from tongban.rulebook.errors import Refused
from tongban.rulebook.facts import Given


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody says with a step; each step takes of it what it wants."""

    reason: str = ""
    ground: str = ""
    opinion: str = ""
    record: str = ""
    #: Code of a material, or ``form`` -> what is wrong with it.
    lacking: Mapping[str, str] = field(default_factory=dict)
    proceeding: str = ""
    time_needed: Limit | None = None
    notice: bool = False
    result: str = ""
    present: tuple[UUID, ...] = ()
    #: Review points looked at, from 0.
    ticked: tuple[int, ...] = ()
    holder: UUID | None = None
    system: str = ""
    fee: str = ""
    voucher: str = ""
    note: str = ""
    #: Code of a material -> ``shared`` or ``mismatch``.
    shared: Mapping[str, str] = field(default_factory=dict)


def take_told(case_id: UUID, step: str, who: Who, told: Told, *, seen: int = 0, key: str = "") -> Done:
    """Take a step with what was told.

    ``seen``: the version of the case that stood on the page; another one now is refused (``moved_meanwhile``), for
    somebody decides about what she has read.  0: whatever stands.  Where a verb does more than the table says
    (``_SPECIAL``), the table alone guards.
    """
    special = _SPECIAL.get(step)
    if special is not None:
        return special(case_id, who, told, key)
    check_present(told.present)
    plan = Plan(
        given=Given(
            reason=told.reason,
            ground=told.ground,
            proceeding=told.proceeding,
            time_needed=told.time_needed,
            notice=told.notice,
            result=told.result,
            present=told.present,
        ),
        texts={"opinion": told.opinion, "record": told.record},
        notes={
            **({"ticked": list(told.ticked)} if told.ticked else {}),
            **({"present": [str(one) for one in told.present]} if told.present else {}),
        },
    )

    def planned(file: CaseFile) -> Plan:
        if seen and file.version != seen:
            raise moved()
        return plan

    asked = (told, seen)
    return take(case_id, step, who, planned, asked=asked, key=key)


def moved() -> Refused:
    """Return the refusal of a page that is older than the case."""
    return Refused("moved_meanwhile", "这个办件刚刚有人办理过。请看清现在的状态后再办；您填写的内容还在。")


def _route(case_id: UUID, who: Who, told: Told, key: str) -> Done:
    if told.holder is None:
        raise Refused("post_unknown", "请选择由哪个岗位承办。")
    return route(case_id, who, holder=told.holder, key=key)


def _shared(case_id: UUID, who: Who, told: Told, key: str) -> Done:
    return check_shared(case_id, who, {code: (state, None) for code, state in told.shared.items()}, key=key)


#: Steps whose verb does more than the table says.
_SPECIAL: dict[str, Callable[[UUID, Who, Told, str], Done]] = {
    "ask_correction": lambda case_id, who, told, key: ask_correction(case_id, who, told.lacking, key=key),
    "check_shared": _shared,
    "hand_over": lambda case_id, who, told, key: hand_over(case_id, who, system=told.system, key=key),
    "note": lambda case_id, who, told, key: note(case_id, who, text=told.note, key=key),
    "route": _route,
    "settle_fee": lambda case_id, who, told, key: settle_fee(
        case_id, who, state=told.fee, voucher=told.voucher, key=key
    ),
}
