"""办件怎样讲给人听: its clocks explained day by day, and its history in words.  What pages, slips and boards show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from tongban.rooms import calendars, clock
from tongban.rooms.casework.queries.reading import CaseFile
from tongban.rooms.ledger.queries import stream
from tongban.rooms.ledger.ranges import away
from tongban.rooms.people import queries as people
from tongban.rulebook import clock as time
from tongban.rulebook.basis import Basis
from tongban.rulebook.clock import Line
from tongban.rulebook.facts import Running
from tongban.rulebook.steps import POST_LABELS, Post


@dataclass(frozen=True, slots=True)
class ToldClock:
    """One clock of a case as people read it."""

    name: str
    label: str
    #: The limit in words, e.g. 10个工作日.
    limit: str
    basis: Basis
    due_on: date
    due_at: datetime
    #: Natural days left; below zero: late.
    days_left: int
    #: ``green``, ``amber``, ``red``, or ``grey`` when stopped.
    light: str
    #: Counted past the published calendar.
    provisional: bool
    stopped_at: datetime | None
    #: Each day from the first to the last, counted or not, and why.
    days: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class ToldStep:
    """One step of a case as people read it."""

    seq: int
    step: str
    label: str
    at: datetime
    #: In what capacity, e.g. 审查.
    capacity: str
    #: Of staff: 工号 and name, for colleagues; empty for everybody else (受审分离: no contact around the case).
    by: str
    #: The state it led to, in words.
    state: str
    basis: Basis | None
    #: Review points looked at (from 0), and who was there at a look on the spot.
    ticked: tuple[int, ...] = ()
    present: tuple[str, ...] = ()


#: What is told of a case whose journal is off line.
MOVED_OUT = "办结已久，办理过程已另外存放；要看的，请向大厅提出，由系统管理员调回"


def clocks_told(file: CaseFile, *, running_only: bool = False) -> tuple[ToldClock, ...]:
    """Return the clocks of a case: those that run first, the one that ends next at the top.  No query."""
    found = [_clock(file, one) for one in file.facts.clocks if one.is_running or not running_only]
    return tuple(sorted(found, key=lambda one: (one.stopped_at is not None, one.due_at, one.name)))


#: Steps of writing a draft: there may be a hundred of them, and none tells anybody anything.
_WRITING = ("begin", "save")


def history(file: CaseFile, *, names: bool = False) -> tuple[ToldStep, ...]:
    """Return what has happened to a case since it was filed, the first step first.  Two queries.

    ``names``: for colleagues: staff by name, and what they noted among themselves.  Where the journal of the case is
    off line, all that is told is that, and how to ask for it.  One query more.
    """
    kind, powers = file.facts.kind, people.powers()
    told = []
    entries = stream(file.id)
    if not entries and (range_ := away(file.id)) is not None:
        state = kind.states.get(file.facts.state, "")
        return (ToldStep(0, "moved_out", MOVED_OUT, range_.at, "", "", state, None),)
    for entry in entries:
        step = kind.by_name.get(entry.step)
        if entry.step in _WRITING or (step is not None and step.inner and not names):
            continue
        told.append(
            ToldStep(
                entry.seq,
                entry.step,
                step.label if step else entry.step,
                entry.at,
                POST_LABELS[Post(entry.post)] if entry.post in set(Post) else entry.post,
                _named(powers, entry.actor) if names else "",
                kind.states.get(entry.body["row"]["state"], ""),
                step.basis if step else None,
                tuple(entry.body.get("ticked", ())),
                tuple(_named(powers, f"staff:{one}") for one in entry.body.get("present", ())) if names else (),
            )
        )
    return tuple(told)


def in_hands(file: CaseFile) -> tuple[str, str]:
    """Return who has the case now: the department's name, and the desk or post in words.  One query."""
    facts = file.facts
    unit = people.unit(file.county, str(file.row["unit"])).full_name
    holder = file.uuid("holder")
    if holder is not None and (post := people.powers().posts.get(holder)):
        return unit, post.title
    desks: Sequence[str] = [desk.name for desk in facts.item.desks]
    on_desk = facts.state in ("accepted", "paused", "publicising") and facts.stage < len(desks)
    return unit, desks[facts.stage] if on_desk else ""


def _clock(file: CaseFile, one: Running) -> ToldClock:
    rule = file.facts.kind.clock_by_name[one.name]
    now, today = clock.now(), clock.today()
    if not one.is_running:
        light = "grey"
    elif one.due_at <= now:
        light = "red"
    else:
        light = "amber" if one.amber_from <= today else "green"
    days = time.explain(
        one.start,
        one.limit,
        calendars.calendar(),
        excluded=one.excluded,
        roll=rule.roll,
        extension=one.extension,
    )
    return ToldClock(
        one.name,
        rule.label,
        one.limit.label,
        rule.basis,
        one.due.on,
        one.due_at,
        (one.due.on - today).days,
        light,
        one.due.provisional,
        one.stopped_at,
        tuple(days),
    )


def _named(powers: people.Powers, actor: str) -> str:
    kind, _, ident = actor.partition(":")
    if kind != "staff":
        return ""
    who = powers.staff.get(UUID(ident))
    return f"{who.name}（{who.number}）" if who else ""
