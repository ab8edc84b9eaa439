"""办理步骤: what a step is, and the words in which a kind of case is written down.

A *kind* of case is a table of steps and a table of clocks (``rulebook/kinds``).  Whether a step may be taken now,
and what follows from it, is decided in ``rulebook/deciding.py``.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from tongban.rulebook.basis import Basis
from tongban.rulebook.clock import Limit


class Post(StrEnum):
    """In what capacity somebody takes a step.  Capacities are shown by powers (``POWER_OF``), never by rank."""

    APPLICANT = "applicant"  # 申请人 or whoever lawfully acts for her
    CLERK = "clerk"  # 收件: takes papers in, at a window or a village
    ACCEPTOR = "acceptor"  # 受理: holds the department's mandate and its 受理专用章
    REVIEWER = "reviewer"  # 审查
    DECIDER = "decider"  # 决定
    HEAD = "head"  # 行政机关负责人
    GOVERNMENT = "government"  # 本级人民政府负责人
    EXIT = "exit"  # 出件
    SUPERVISOR = "supervisor"  # 监察
    OUTSIDE = "outside"  # another system that decides
    LAW = "law"  # lapse of time
    HOUSE = "house"  # the house keeping its own order: archive, join, bundle parts


#: The power (authority row) that lets a member of staff act in a post.
POWER_OF = {
    Post.CLERK: "receive",
    Post.ACCEPTOR: "accept",
    Post.REVIEWER: "examine",
    Post.DECIDER: "decide",
    Post.HEAD: "extend",
    Post.GOVERNMENT: "extend_joint",
    Post.EXIT: "deliver",
    Post.SUPERVISOR: "supervise",
}

POST_LABELS = {
    Post.APPLICANT: "申请人",
    Post.CLERK: "收件人员",
    Post.ACCEPTOR: "受理人员",
    Post.REVIEWER: "审查人员",
    Post.DECIDER: "决定人员",
    Post.HEAD: "行政机关负责人",
    Post.GOVERNMENT: "本级人民政府负责人",
    Post.EXIT: "出件人员",
    Post.SUPERVISOR: "监察人员",
    Post.OUTSIDE: "外部系统",
    Post.LAW: "法定期限",
    Post.HOUSE: "系统",
}


class Expiry(StrEnum):
    """What it means that a clock ran out: a closed list."""

    DEEMED_ACCEPTED = "deemed_accepted"  # 视为受理, from the day the papers were received
    DEEMED_RENEWED = "deemed_renewed"  # 视为准予延续
    DEEMED_AGREED = "deemed_agreed"  # inner consultation only
    ABANDONED = "abandoned"  # 视为放弃
    LAPSED = "lapsed"  # told, then lapsed
    OVERDUE_ONLY = "overdue_only"  # 违法超期: nothing is granted, a supervision matter opens
    NEXT_STEP = "next_step"  # next inner step, with a liability matter
    UP_ONE_POST = "up_one_post"  # goes to the next post up


class ClockOp(StrEnum):
    """What a step does to a clock."""

    START = "start"
    STOP = "stop"
    EXTEND = "extend"
    PAUSE = "pause"
    RESUME = "resume"


@dataclass(frozen=True, slots=True)
class ClockMove:
    """One thing a step does to one clock."""

    op: ClockOp
    clock: str
    #: For a start: ``receipt`` (the day the papers were in), ``accepted``, ``today``, or ``until_expiry`` (from the
    #: receipt to the last day of the licence to be renewed).
    at: str = "today"


def start(clock: str, at: str = "today") -> ClockMove:
    """Return "this clock starts"."""
    return ClockMove(ClockOp.START, clock, at)


def stop(*clocks: str) -> tuple[ClockMove, ...]:
    """Return "these clocks stop"."""
    return tuple(ClockMove(ClockOp.STOP, clock) for clock in clocks)


@dataclass(frozen=True, slots=True)
class ClockRule:
    """One clock of a kind of case: where its limit stands, and what silence means."""

    #: Name of the clock; by default also the name of the item's limit.
    name: str
    #: The word people read.
    label: str
    #: What expiry means.
    expiry: Expiry
    #: The step the law takes at expiry; empty: ``note_overdue``.
    step: str
    basis: Basis
    #: Name of the rule in the item's limits; empty: the clock's own name.
    limit: str = ""
    #: Used when the item names no limit; None: without a limit the clock does not run.
    default: Limit | None = None
    #: Article 45: pauses move it.
    pausable: bool = False
    #: False for natural-day periods that do not roll over rest days.
    roll: bool = True
    #: False: when it has run out and the matter goes up one post, the time is not given again (a limit of law).
    again: bool = True
    #: True: its limit comes with the step that starts it (``Given.time_needed``); the item has none.
    told: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One lawful move."""

    name: str
    #: What people call it.
    label: str
    #: States it starts from.
    sources: tuple[str, ...]
    #: The state it leads to; ``=`` stays where it is.
    target: str
    #: Who may take it.  Nobody else may.
    by: tuple[Post, ...]
    basis: Basis
    clocks: tuple[ClockMove, ...] = ()
    #: Kinds of documents owed; each is numbered in the register of the same name.
    documents: tuple[str, ...] = ()
    #: What it does in the world, by name; a room above casework carries it out.
    effects: tuple[str, ...] = ()
    #: Named guards (``rulebook/guards.py``) that must hold.
    needs: tuple[str, ...] = ()
    #: A written reason is needed.
    reason: bool = False
    #: Who is told: ``applicant``, ``desk``, ``supervisor``.
    tells: tuple[str, ...] = ()
    #: The day of receipt is set by it: ``filing``, or ``supplement`` (the day the papers became complete).
    receives: str = ""
    #: The case is accepted by it: as of the day of ``receipt`` (许可法 32), or of ``today``.
    accepts: str = ""
    #: It moves the case along the item's chain of desks: 1 on, -1 back.
    moves: int = 0
    #: Flag it leaves on the case, which guards and supervision read.
    mark: str = ""
    #: It takes note that clocks ran out: ``note``, or ``again``: the next post up gets the same time again.
    lapse: str = ""
    #: It opens (``proceeding``, ``publication``) or closes (``close``, ``close_when_over``) a proceeding.
    proceeding: str = ""
    #: It may be taken only while this clock runs.
    while_runs: str = ""
    #: It denies what silence may have given by now (视为受理, 视为准予延续): too late then, noted already or not.
    denies: bool = False
    #: It is nothing if no clock moves by it.
    only_moves: bool = False
    #: What else must be told with it that no guard asks for (``rulebook/telling.py``): ``holder``, ``fee``, ``shared``.
    asks: tuple[str, ...] = ()
    #: Running clocks are counted anew with the present calendar.
    recounts: bool = False
    #: The case's decision after this step: ``granted``, ``refused`` …
    decision: str = ""
    #: The case is over with this step.
    closes: bool = False
    #: Among those who work on the case: told to nobody, in no history that the people of the case read.
    inner: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of case: its steps, its clocks, its words for its states."""

    code: str
    label: str
    #: State -> the word people read, in the order of the normal way.
    states: dict[str, str]
    clocks: tuple[ClockRule, ...]
    steps: tuple[Step, ...]
    by_name: dict[str, Step] = field(init=False, repr=False)
    clock_by_name: dict[str, ClockRule] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        names = [step.name for step in self.steps]
        if len(set(names)) != len(names):
            raise ValueError(f"{self.code}: a step is named twice")
        object.__setattr__(self, "by_name", {step.name: step for step in self.steps})
        object.__setattr__(self, "clock_by_name", {rule.name: rule for rule in self.clocks})
        known = {"", *self.states}
        for step in self.steps:
            if not known.issuperset(step.sources) or step.target not in {"=", *self.states}:
                raise ValueError(f"{self.code}.{step.name}: unknown state")
            for move in step.clocks:
                if move.clock != "*" and move.clock not in self.clock_by_name:
                    raise ValueError(f"{self.code}.{step.name}: unknown clock {move.clock}")
        for rule in self.clocks:
            if rule.step and rule.step not in self.by_name:
                raise ValueError(f"{self.code}: clock {rule.name} names no step {rule.step}")

    @property
    def open_states(self) -> tuple[str, ...]:
        """States in which somebody still has to act: derived from the table, never listed by hand."""
        ended = {step.target for step in self.steps if step.closes} | {"archived"}
        return tuple(state for state in self.states if state not in ended)


def everywhere(states: dict[str, str], *but: str) -> tuple[str, ...]:
    """Return all states but these: for steps that are possible nearly everywhere."""
    return tuple(state for state in states if state not in but)
