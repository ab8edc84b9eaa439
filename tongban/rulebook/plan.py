"""一件事的安排: in which order the parts of a bundle run, how long the whole takes, and what stands in its way.

Prerequisites give levels (parts of one level run side by side) and the critical path; parts that wait for each other
are named as circles with the ways out.  Lengths are working days as a number (half days allowed); dates come only
from ``latest_start_dates``, which is given the calendar.
"""

import math
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from tongban.rulebook.basis import Basis, design, law
from tongban.rulebook.errors import Refused, Sentence, Words

BASIS = design("一件事按前置关系安排各环节")


class Join(StrEnum):
    """When the whole is done."""

    ALL = "all"  # every part has succeeded
    ANY = "any"  # one part has succeeded


@dataclass(frozen=True, slots=True)
class PlanPart:
    """One part as the plan sees it.  A part the applicant leaves out is not given."""

    #: Role of the part, unique within the bundle.
    role: str
    #: Name people read.
    name: str
    #: Roles whose result must be there before it can start; a role that is not given is refused.
    after: tuple[str, ...] = ()
    #: Limit in working days; None where it has none.
    limit: Decimal | None = None
    #: Licence kind of its result, which later parts need not ask for; empty where it makes none.
    result: str = ""


@dataclass(frozen=True, slots=True)
class WayOut:
    """One way out of a circle."""

    #: later (先办后补), parallel (并联办理) or drop (取消前置).
    kind: str
    #: Roles it concerns.
    roles: tuple[str, ...]
    #: What to do, in plain words.
    sentence: str
    #: Why that is allowed.
    basis: Basis


@dataclass(frozen=True, slots=True)
class Cycle:
    """Parts that wait for each other."""

    #: Roles in order, each waiting for the next and the last for the first.
    roles: tuple[str, ...]
    #: ``甲 → 乙 → 甲``: read "needs".
    name: str
    #: What can be done about it.
    ways_out: tuple[WayOut, ...]


@dataclass(frozen=True, slots=True)
class Slot:
    """When a part runs, in working days from the start of the whole."""

    #: Earliest start.
    start: Decimal
    #: Earliest finish.
    finish: Decimal
    #: Latest start that does not delay the whole.
    latest_start: Decimal
    #: Latest finish that does not delay the whole.
    latest_finish: Decimal


@dataclass(frozen=True, slots=True)
class Plan:
    """The order of a bundle."""

    #: Roles that may run side by side, level after level.
    levels: tuple[tuple[str, ...], ...]
    #: Roles on the longest way (join any: on the way to the part that finishes first).
    critical_path: tuple[str, ...]
    #: Working days of the whole; None while a part that counts has no limit.
    length: Decimal | None
    #: When each part runs; a part without limit counts as nothing here.
    slots: Mapping[str, Slot]
    #: Roles that have no limit.
    unlimited: tuple[str, ...]


def cycles(parts: Iterable[PlanPart]) -> tuple[Cycle, ...]:
    """Return the circles: for every prerequisite that closes one, the shortest it closes, each circle once."""
    known = {part.role: part for part in parts}
    found: dict[tuple[str, ...], Cycle] = {}
    for part in known.values():
        for needed in part.after:
            way = _shortest_way(known, needed, part.role)
            if way:
                roles = _turned(way)
                found[roles] = Cycle(roles, _circle_name(known, roles), _ways_out(known, roles))
    return tuple(found[roles] for roles in sorted(found, key=lambda roles: (len(roles), roles)))


def make_plan(parts: Iterable[PlanPart], *, join: Join = Join.ALL) -> Plan:
    """Return the order of the parts; refuse an empty bundle, a role twice, an unknown prerequisite or a circle."""
    given = tuple(parts)
    _need_sound(given)
    known = {part.role: part for part in given}
    levels = _levels(known)
    sequence = [role for level in levels for role in level]
    start: dict[str, Decimal] = {}
    finish: dict[str, Decimal] = {}
    for role in sequence:
        start[role] = max((finish[one] for one in known[role].after), default=Decimal(0))
        finish[role] = start[role] + (_days(known[role]))
    unlimited = tuple(role for role in sequence if known[role].limit is None)
    if join is Join.ALL:
        last = max(sequence, key=lambda role: (finish[role], sequence.index(role)))
        open_ended = bool(unlimited)
    else:
        bounded = [role for role in sequence if not _upstream(known, role) & set(unlimited)]
        last = min(bounded or sequence, key=lambda role: finish[role])
        open_ended = not bounded
    latest: dict[str, Decimal] = {}
    for role in reversed(sequence):
        latest_of_followers = [latest[one] - _days(known[one]) for one in sequence if role in known[one].after]
        own_end = finish[last] if join is Join.ALL else finish[role]
        latest[role] = finish[role] if role == last else min(latest_of_followers, default=own_end)
    return Plan(
        levels,
        _critical_path(known, finish, last),
        None if open_ended else finish[last],
        {role: Slot(start[role], finish[role], latest[role] - _days(known[role]), latest[role]) for role in sequence},
        unlimited,
    )


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a bundle stands."""

    #: Roles that may start now: not begun, and every prerequisite has succeeded.
    ready: tuple[str, ...]
    #: Roles that wait for a prerequisite which may still succeed.
    waiting: tuple[str, ...]
    #: Roles that can never start, because a prerequisite failed.
    blocked: tuple[str, ...]
    #: True when nothing is left to wait for; the whole may be joined.
    closed: bool
    #: Whether the whole succeeded under its join rule; None while it is open.
    succeeded: bool | None


def progress(parts: Iterable[PlanPart], outcomes: Mapping[str, bool | None], *, join: Join = Join.ALL) -> Progress:
    """Return where a bundle stands; ``outcomes`` holds per begun role True, False, or None while it runs."""
    given = tuple(parts)
    _need_sound(given)
    known = {part.role: part for part in given}
    sequence = [role for level in _levels(known) for role in level]
    ready: list[str] = []
    waiting: list[str] = []
    blocked: list[str] = []
    for role in sequence:
        if role in outcomes:
            continue
        after = known[role].after
        if any(outcomes.get(one) is False or one in blocked for one in after):
            blocked.append(role)
        elif all(outcomes.get(one) for one in after):
            ready.append(role)
        else:
            waiting.append(role)
    results = [False if role in blocked else outcomes.get(role) for role in sequence]
    everything_ended = None not in results
    closed = everything_ended or (join is Join.ANY and True in results)
    good = all(results) if join is Join.ALL else True in results
    return Progress(tuple(ready), tuple(waiting), tuple(blocked), closed, good if closed else None)


class _Calendar(Protocol):
    def is_workday(self, day: date) -> bool: ...


def latest_start_dates(plan: Plan, finish_by: date, calendar: _Calendar) -> dict[str, date]:
    """Return per role the last working day on which it may start so that the whole ends on ``finish_by``.

    The day of starting is not counted, as in every legal limit; half days round up, to the safe side.  Refuses a plan
    without a length.  The caller asks the calendar whether it knows these days (``is_known``).
    """
    if plan.length is None:
        raise Refused("plan_unlimited", "有环节没有办理时限，算不出最迟启动日期，请先在事项里填写承诺时限。", BASIS)
    return {
        role: _count_back(finish_by, math.ceil(plan.length - slot.latest_start), calendar)
        for role, slot in plan.slots.items()
    }


@dataclass(frozen=True, slots=True)
class Need:
    """A material that one part needs."""

    #: Role of the part.
    role: str
    #: Code of the material, the same in every item that asks for the same paper.
    material: str
    #: Name people read.
    name: str
    #: Copies.
    copies: int = 1
    #: True when the original must be seen.
    original: bool = False
    #: Licence kinds that answer it.
    licence_kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SharedMaterial:
    """A material of the whole bundle, asked for once."""

    #: Code of the material.
    material: str
    #: Name people read.
    name: str
    #: Roles that use it, in order of the bundle.
    needed_by: tuple[str, ...]
    #: Copies: the most that any part asks for.
    copies: int
    #: True when any part must see the original.
    original: bool
    #: Role whose result answers it for every part that needs it; empty: the applicant brings it.
    made_by: str


def merge_materials(parts: Iterable[PlanPart], needs: Iterable[Need]) -> tuple[SharedMaterial, ...]:
    """Return each material once, with who needs it, in the order in which they are first asked for."""
    given = tuple(parts)
    _need_sound(given)
    known = {part.role: part for part in given}
    grouped: dict[str, list[Need]] = {}
    for need in needs:
        grouped.setdefault(need.material, []).append(need)
    return tuple(
        SharedMaterial(
            material,
            same[0].name,
            tuple(dict.fromkeys(need.role for need in same)),
            max(need.copies for need in same),
            any(need.original for need in same),
            _maker(known, same),
        )
        for material, same in grouped.items()
    )


def _maker(known: Mapping[str, PlanPart], same: Sequence[Need]) -> str:
    """Return the part that runs before every part that needs it and whose result is one of the kinds they take."""
    for role, part in known.items():
        if part.result and all(
            part.result in need.licence_kinds and role in _upstream(known, need.role) - {need.role} for need in same
        ):
            return role
    return ""


def _need_sound(parts: Sequence[PlanPart]) -> None:
    if not parts:
        raise Refused("plan_empty", "一件事里没有环节，请至少选择一个事项。", BASIS)
    roles = [part.role for part in parts]
    for part in parts:
        if roles.count(part.role) > 1:
            raise Refused(
                "plan_role_twice", "环节“{name}”的代号{role}重复，请换一个代号。", BASIS, name=part.name, role=part.role
            )
        for needed in part.after:
            if needed not in roles:
                raise Refused(
                    "plan_unknown_part",
                    "环节“{name}”的前置环节{needed}不在这件事里，请补上该环节，或取消这个前置。",
                    BASIS,
                    name=part.name,
                    needed=needed,
                )
        if part.limit is not None and part.limit < 0:
            raise Refused("plan_limit", "环节“{name}”的时限不能小于0，请改正。", BASIS, name=part.name)
    circles = cycles(parts)
    if circles:
        names = Words((circle.name for circle in circles), "；")
        ways = Words((way.sentence for way in circles[0].ways_out), "；")
        raise Refused(
            "plan_circle",
            "这些环节互为前置：{names}。可以这样解开：{ways}。",
            circles[0].ways_out[0].basis,
            names=names,
            ways=ways,
        )


def _levels(known: Mapping[str, PlanPart]) -> tuple[tuple[str, ...], ...]:
    """Return roles by level; ``known`` has no circle."""
    depth: dict[str, int] = {}
    while len(depth) < len(known):
        for role, part in known.items():
            if role not in depth and all(one in depth for one in part.after):
                depth[role] = max((depth[one] + 1 for one in part.after), default=0)
    return tuple(tuple(role for role in known if depth[role] == level) for level in range(max(depth.values()) + 1))


def _days(part: PlanPart) -> Decimal:
    return part.limit or Decimal(0)


def _critical_path(known: Mapping[str, PlanPart], finish: Mapping[str, Decimal], last: str) -> tuple[str, ...]:
    path = [last]
    while known[path[0]].after:
        path.insert(0, max(known[path[0]].after, key=lambda role: finish[role]))
    return tuple(path)


def _upstream(known: Mapping[str, PlanPart], role: str) -> set[str]:
    """Return the role and everything it waits for, however far away."""
    seen: set[str] = set()
    ahead = [role]
    while ahead:
        one = ahead.pop()
        if one not in seen:
            seen.add(one)
            ahead.extend(known[one].after)
    return seen


def _shortest_way(known: Mapping[str, PlanPart], source: str, target: str) -> tuple[str, ...]:
    """Return the shortest chain of prerequisites from ``source`` to ``target``, both included; empty if none."""
    before: dict[str, str] = {source: ""}
    ahead = deque([source])
    while ahead:
        role = ahead.popleft()
        if role == target:
            way = [role]
            while before[way[0]]:
                way.insert(0, before[way[0]])
            return tuple(way)
        for needed in known[role].after if role in known else ():
            if needed not in before:
                before[needed] = role
                ahead.append(needed)
    return ()


def _turned(way: tuple[str, ...]) -> tuple[str, ...]:
    """Return the circle begun at its smallest role, so that one circle has one writing."""
    first = way.index(min(way))
    return way[first:] + way[:first]


def _circle_name(known: Mapping[str, PlanPart], roles: tuple[str, ...]) -> str:
    return " → ".join(known[role].name for role in (*roles, roles[0]))


def _ways_out(known: Mapping[str, PlanPart], roles: tuple[str, ...]) -> tuple[WayOut, ...]:
    names = Words(f"“{known[role].name}”" for role in roles)
    pairs = list(zip(roles, (*roles[1:], roles[0]), strict=True))
    unfounded = Words(
        (
            Sentence("“{name}”要求“{needed}”在先", name=known[role].name, needed=known[needed].name)
            for role, needed in pairs
        ),
        "；",
    )
    ways = [
        WayOut(
            "drop",
            roles,
            Sentence("取消前置：核对{unfounded}的依据，没有法律、法规、规章依据的前置予以取消", unfounded=unfounded),
            law("优化营商环境条例 第三十五条"),
        )
    ]
    if len(roles) > 1:
        ways += [
            WayOut(
                "parallel",
                roles,
                Sentence("并联办理：{names}同时受理、联合审查，一并作出决定", names=names),
                law("行政许可法 第二十六条"),
            ),
            *(
                WayOut(
                    "later",
                    (role, needed),
                    Sentence(
                        "先办后补：先办“{name}”，由申请人书面承诺在出证前补交“{needed}”的结果",
                        name=known[role].name,
                        needed=known[needed].name,
                    ),
                    design("先办后补须事项允许容缺，主审材料除外"),
                )
                for role, needed in pairs
            ),
        ]
    return tuple(ways)


def _count_back(day: date, workdays: int, calendar: _Calendar) -> date:
    while not calendar.is_workday(day):
        day -= timedelta(days=1)
    for _ in range(workdays):
        day -= timedelta(days=1)
        while not calendar.is_workday(day):
            day -= timedelta(days=1)
    return day
