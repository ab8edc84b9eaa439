"""接收在办件: a case that another system began runs on here, and its clocks run from the days they really began.

The step table says which clocks run in a state (``take_over…`` in ``kinds/shared.py``); here is what the old system
did to them before: when the decision fell, which days were not counted, whether the limit was extended.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from types import MappingProxyType

from tongban.rulebook import deciding
from tongban.rulebook.basis import design, law
from tongban.rulebook.clock import ARTICLE_45, Excluded
from tongban.rulebook.errors import Refused, Sentence, Words
from tongban.rulebook.facts import Facts, Outcome, Proceeding, Running
from tongban.rulebook.steps import Kind
from tongban.rulebook.workdays import Calendar

BASIS = design("接收旧系统在办件")

#: State in which a case can be taken over -> its step.
STEPS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "permit": {"filed": "take_over_filed", "accepted": "take_over", "granted": "take_over_granted"},
        "registration": {"filed": "take_over_filed", "accepted": "take_over", "granted": "take_over_granted"},
        "filing": {"filed": "take_over", "granted": "take_over_granted"},
    }
)


@dataclass(frozen=True, slots=True)
class Past:
    """The days of a case in the old system."""

    #: The day the papers were complete.
    received_on: date
    accepted_on: date | None = None
    decided_on: date | None = None
    #: The limit was extended, lawfully and by its right approver.
    extended: bool = False
    #: Proceedings of article 45 that were told in writing and are over: (code, first day, last day).
    excluded: tuple[tuple[str, date, date], ...] = ()


def step_for(kind: Kind, state: str) -> str:
    """Return the step that takes over a case in ``state``.  Raises ``Refused``."""
    steps = STEPS.get(kind.code)
    if steps is None:
        raise Refused(
            "take_over_kind",
            "只有许可类、登记和备案的在办件可以接收，“{label}”请在旧系统办完。",
            BASIS,
            label=kind.label,
        )
    if state not in steps:
        words = Words(kind.states[one] for one in steps)
        raise Refused(
            "take_over_state",
            "“{state}”的{label}件不能接收，只能是：{words}。"
            "待补正、特别程序和公示中的，请等这一步在旧系统结束后再接收；已办结的不用接收。",
            BASIS,
            state=kind.states.get(state, state),
            label=kind.label,
            words=words,
        )
    return steps[state]


def check(kind: Kind, state: str, past: Past, today: date) -> None:
    """Raise ``Refused`` unless the days can be those of a case in this state."""
    accepts = kind.code != "filing" and state != "filed"
    if accepts and past.accepted_on is None:
        raise Refused("accepted_on_missing", "没有受理日期，算不出办理期限。请照受理通知书填写。", BASIS)
    if state == "granted" and past.decided_on is None:
        raise Refused("decided_on_missing", "没有决定日期，算不出送达期限。请照决定书填写。", BASIS)
    if state != "granted" and past.decided_on is not None:
        raise Refused("decided_on_early", "还没有作出决定的办件不应有决定日期。请核对办件状态。", BASIS)
    if not accepts and past.accepted_on is not None:
        raise Refused("accepted_on_early", "这个状态的办件不应有受理日期。请核对办件状态。", BASIS)
    told = [
        (Sentence("收件"), past.received_on),
        (Sentence("受理"), past.accepted_on),
        (Sentence("决定"), past.decided_on),
    ]
    days = [(word, day) for word, day in told if day is not None]
    for (before, first), (after, second) in pairwise(days):
        if second < first:
            raise Refused(
                "days_reversed",
                "{after}日期 {second} 早于{before}日期 {first}。请照原文书核对。",
                BASIS,
                after=after,
                second=second,
                before=before,
                first=first,
            )
    if days[-1][1] > today:
        raise Refused(
            "day_in_future", "{which}日期 {day} 还没有到。请照原文书核对。", BASIS, which=days[-1][0], day=days[-1][1]
        )
    for code, first, last in past.excluded:
        if code not in ARTICLE_45:
            words = Words(ARTICLE_45.values())
            raise Refused(
                "pause_not_lawful", "只有{words}的时间可以不计入期限。", law("行政许可法 第四十五条"), words=words
            )
        if past.accepted_on is None or not past.accepted_on <= first <= last <= today:
            raise Refused(
                "excluded_days",
                "不计入期限的 {first} 至 {last} 应在受理之后、今天以前，先后不颠倒。请核对。",
                law("行政许可法 第四十五条"),
                first=first,
                last=last,
            )


def as_it_ran(outcome: Outcome, facts: Facts, past: Past, calendar: Calendar) -> Outcome:
    """Return the outcome of a take-over with clocks and proceedings as the old system left them."""
    extension = facts.item.limits.extension
    if past.extended and extension is None:
        raise Refused("not_extendable", "本事项没有规定可以延长。请核对是否真的办理过延长。", BASIS)
    proceedings = tuple(
        Proceeding(no, code, first, last, True, last, "taken_over")
        for no, (code, first, last) in enumerate(past.excluded, start=1)
    )
    excluded = tuple(Excluded(first, last) for _, first, last in past.excluded)

    def ran(clock: Running) -> Running:
        if clock.name == "delivery" and past.decided_on is not None:
            clock = replace(clock, start=past.decided_on)
        if facts.kind.clock_by_name[clock.name].pausable:
            clock = replace(clock, excluded=excluded)
        if past.extended and extension is not None and clock.name in ("statutory", "promised"):
            clock = replace(clock, extension=extension.limit)
        return deciding.recount(clock, facts.kind.clock_by_name[clock.name], calendar)

    clocks = tuple(ran(clock) for clock in outcome.clocks)
    return replace(
        outcome,
        clocks=clocks,
        proceedings=proceedings,
        next_moment=min((clock.due_at for clock in clocks), default=None),
        flags=outcome.flags | ({"extended"} if past.extended else set()),
    )
