"""What somebody must say to take a step, read from the table of steps: a page asks it of any step of any kind."""

from enum import StrEnum

from tongban.rulebook.errors import Refused
from tongban.rulebook.facts import Actor, Facts, Given
from tongban.rulebook.guards import BY_TWO, GUARDS
from tongban.rulebook.steps import Post, Step


class Ask(StrEnum):
    """One thing that is asked."""

    GROUND = "ground"  # 依据 of a no
    REASON = "reason"  # 理由, or the answer itself
    LACKING = "lacking"  # what is missing or wrong, each with its reason
    PROCEEDING = "proceeding"  # which proceeding, how long, told in writing
    RESULT = "result"  # what came of the proceeding
    PRESENT = "present"  # the two who were there
    RECORD = "record"  # 笔录 of what was done
    OBJECTION = "objection"  # what came of a publication
    WITHIN = "within"  # 限期
    OPINION = "opinion"  # 审查意见, may stay empty
    POINTS = "points"  # 审查要点 looked at
    HOLDER = "holder"  # the post that has it in hand from now on
    SYSTEM = "system"  # the outside system
    OUTSIDE = "outside"  # the outside system's number and day
    FEE = "fee"  # voucher or waiver
    SHARED = "shared"  # what the shared source says
    NOTE = "note"  # 内部备注


#: Guard of a step -> what it wants to be told.
_BY_GUARD = {
    "grounded": Ask.GROUND,
    "all_named": Ask.LACKING,
    "proceeding_given": Ask.PROCEEDING,
    "proceeding_result": Ask.RESULT,
    "publication_over": Ask.OBJECTION,
    "time_told": Ask.WITHIN,
}
#: Guards that look at what is told: until it is told nobody can say whether they hold.
_OF_THE_TOLD = frozenset({*_BY_GUARD, "all_supplied"})
#: Decisions that follow from an examination.
_EXAMINED = frozenset({"granted", "refused"})


def asks(step: Step, facts: Facts) -> tuple[Ask, ...]:
    """Return what a step wants to be told in this case, in the order of ``Ask``."""
    found = set(asks_alike(step))
    if Ask.RESULT in found:
        found |= {Ask.RECORD, Ask.OPINION}
        if any(p.kind in BY_TWO for p in facts.proceedings if p.closed_on is None):
            found.add(Ask.PRESENT)
    examines = "handled_elsewhere" not in step.needs and (step.moves > 0 or step.decision in _EXAMINED)
    if examines and facts.item.review_points:
        found.add(Ask.POINTS)
    return tuple(one for one in Ask if one in found)


def asks_alike(step: Step) -> tuple[Ask, ...]:
    """Return what a step wants to be told whatever the case: what can be said to many at once.

    Review points are looked at case by case, so nobody ticks them for many.
    """
    found = {_BY_GUARD[need] for need in step.needs if need in _BY_GUARD}
    if step.reason:
        found.add(Ask.REASON)
    if "handled_elsewhere" in step.needs:
        found.add(Ask.OUTSIDE if step.decision else Ask.SYSTEM)
    elif not step.reason and (step.moves > 0 or step.decision in _EXAMINED):
        found.add(Ask.OPINION)
    found.update(Ask(one) for one in step.asks)
    return tuple(one for one in Ask if one in found)


def leads_on(step: Step) -> bool:
    """Whether a step is one of the normal way: accepted, on to the next desk, granted."""
    return step.moves > 0 or bool(step.accepts) or step.decision == "granted"


def hindrance(facts: Facts, step: Step, actor: Actor) -> Refused | None:
    """Return why this step cannot be taken now whatever is told; None: it may be tried."""
    if "shared" in step.asks and not any(one.source == "shared" for one in facts.item.materials):
        return Refused("nothing_shared", "本事项没有用共享数据核验的材料。", step.basis)
    if "fee" in step.asks and facts.fee != "due":
        return Refused("no_fee", "这个办件没有待缴的费用，不用登记。", step.basis)
    if "proceeding_given" in step.needs and not facts.item.proceedings:
        return Refused("no_proceedings", "本事项没有规定特别程序（如听证、检验、鉴定），不能停表。", step.basis)
    if step.proceeding == "publication" and facts.item.limits.publication is None:
        return Refused("no_publication", "本事项没有规定公示。", step.basis)
    for need in step.needs:
        if need in _OF_THE_TOLD:
            continue
        try:
            GUARDS[need](facts, actor, Given())
        except Refused as no:
            return no
    return None


#: In which capacities somebody works at a desk: the steps that an office page offers.  What a window does with the
#: person before it (receive, supply, sign, deliver) is done there.
AT_A_DESK = frozenset({Post.ACCEPTOR, Post.REVIEWER, Post.DECIDER, Post.HEAD, Post.GOVERNMENT, Post.SUPERVISOR})
