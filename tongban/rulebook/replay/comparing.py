"""What differs between a case as its item was and as a draft would have it, and which line of the draft did it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from tongban.rulebook.catalogue.item import Item
from tongban.rulebook.clock import Due
from tongban.rulebook.errors import Refused
from tongban.rulebook.facts import Running
from tongban.rulebook.kinds import KINDS
from tongban.rulebook.replay.history import History
from tongban.rulebook.replay.lines import Line, lines
from tongban.rulebook.replay.walk import Course, walk
from tongban.rulebook.workdays import Calendar


class Sort(StrEnum):
    """What a finding is about."""

    MATERIAL = "material"
    DUE = "due"
    LAW = "law"
    DESK = "desk"
    REFUSAL = "refusal"


SORT_LABELS = {
    Sort.MATERIAL: "材料",
    Sort.DUE: "期限",
    Sort.LAW: "逾期后果",
    Sort.DESK: "环节",
    Sort.REFUSAL: "会被拒绝",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that would have been different."""

    sort: Sort
    #: Code of the material or desk, clock and run (``promised.1``), step and code of a refusal.
    subject: str
    #: As it was, and as it would have been; empty: not there.
    was: str
    now: str
    #: A Chinese sentence.
    sentence: str
    #: Lines of the item that did it: any of them alone, or where none does alone, those without which it is not so.
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """All that would have been different in one case."""

    id: UUID
    number: str
    findings: tuple[Finding, ...]
    #: Clocks whose recorded due date the old item does not give back today, e.g. because the calendar was changed.
    drifted: tuple[str, ...]


def replay(
    history: History, old: Item, new: Item, calendar: Calendar, *, changed: tuple[Line, ...] | None = None
) -> Difference:
    """Return what would have been different had the item been ``new``.

    ``changed`` are ``lines(old, new)``, for whoever replays many cases.  A bundle is refused (``replay_bundle``): it
    has no steps of its own to replay, its parts have.
    """
    if "bundle" in (old.kind, new.kind):
        raise Refused("replay_bundle", "一件事由各环节的事项组成，本身没有可以试算的办理。请对环节事项逐一试算。")
    told = lines(old, new) if changed is None else changed
    before = walk(history, old, calendar)
    findings = tuple(_findings(before, walk(history, new, calendar), old, new)) if told else ()
    if findings:
        findings = _with_causes(findings, before, history, old, new, told, calendar)
    return Difference(history.id, history.number, findings, tuple(_drift(before, history)))


def _with_causes(
    findings: tuple[Finding, ...],
    before: Course,
    history: History,
    old: Item,
    new: Item,
    told: tuple[Line, ...],
    calendar: Calendar,
) -> tuple[Finding, ...]:
    alone = {line.where: _keys(before, walk(history, line.alone, calendar), old, line.alone) for line in told}
    without: dict[str, set[tuple[Sort, str, str]]] = {}
    caused = []
    for one in findings:
        key = (one.sort, one.subject, one.now)
        because = tuple(where for where, keys in alone.items() if key in keys)
        if not because:
            for line in told:
                if line.where not in without:
                    course = walk(history, line.without, calendar)
                    without[line.where] = _keys(before, course, old, line.without)
            because = tuple(where for where, keys in without.items() if key not in keys)
        caused.append(replace(one, because=because or tuple(line.where for line in told)))
    return tuple(caused)


def _keys(before: Course, after: Course, old: Item, new: Item) -> set[tuple[Sort, str, str]]:
    return {(one.sort, one.subject, one.now) for one in _findings(before, after, old, new)}


def _findings(before: Course, after: Course, old: Item, new: Item) -> Iterator[Finding]:
    yield from _materials(before, after, old, new)
    yield from _dues(before, after, old, new)
    yield from _lapses(before, after, old, new)
    yield from _desks(before, after, old, new)
    yield from _refusals(before, after)


def _materials(before: Course, after: Course, old: Item, new: Item) -> Iterator[Finding]:
    names = {one.code: one.name for item in (old, new) for one in item.materials}
    for code in dict.fromkeys((*before.asked, *after.asked)):
        was, now = _material(before, code), _material(after, code)
        if was != now:
            sentence = {
                ("", "缺"): f"要多交《{names[code]}》，当时没有交",
                ("", "交"): f"要多交《{names[code]}》，当时交过",
                ("交", "缺"): f"《{names[code]}》收件时会算缺",
                ("缺", "交"): f"《{names[code]}》收件时不算缺",
            }.get((was, now), f"不再要交《{names[code]}》")
            yield Finding(Sort.MATERIAL, code, was, now, sentence)


def _material(course: Course, code: str) -> str:
    if code not in course.asked:
        return ""
    return "缺" if code in course.missing else "交"


def _dues(before: Course, after: Course, old: Item, new: Item) -> Iterator[Finding]:
    was, now = _due(before.clocks), _due(after.clocks)
    for key in dict.fromkeys((*was, *now)):
        if was.get(key) != now.get(key):
            label, earlier, later = _clock_label(old, new, key[0]), was.get(key, ""), now.get(key, "")
            sentence = f"{label}：{earlier or '没有'} 改为 {later or '没有'}"
            yield Finding(Sort.DUE, f"{key[0]}.{key[1]}", earlier, later, sentence)


def _due(clocks: tuple[Running, ...]) -> dict[tuple[str, int], str]:
    return {(one.name, one.run): _written(one.due) for one in clocks}


def _written(due: Due) -> str:
    return f"{due.at:%Y-%m-%d %H:%M}" if due.at is not None else due.on.isoformat()


def _lapses(before: Course, after: Course, old: Item, new: Item) -> Iterator[Finding]:
    for key in dict.fromkeys((*before.lapses, *after.lapses)):
        was, now = before.lapses.get(key), after.lapses.get(key)
        if (was and was.name) != (now and now.name):
            label = _clock_label(old, new, key[0])
            sentence = "，".join(
                f"{label}届满，{word}{step.label}" for word, step in (("不再", was), ("会", now)) if step is not None
            )
            earlier, later = was.name if was else "", now.name if now else ""
            yield Finding(Sort.LAW, f"{key[0]}.{key[1]}", earlier, later, sentence)


def _clock_label(old: Item, new: Item, clock: str) -> str:
    return next(
        (rules[clock].label for rules in (KINDS[one.kind].clock_by_name for one in (new, old)) if clock in rules), clock
    )


def _desks(before: Course, after: Course, old: Item, new: Item) -> Iterator[Finding]:
    names = {one.code: one.name for item in (old, new) for one in item.desks}
    for code in dict.fromkeys((*before.desks, *after.desks)):
        was, now = code in before.desks, code in after.desks
        if was != now:
            sentence = f"要多经过“{names[code]}”" if now else f"不再经过“{names[code]}”"
            yield Finding(Sort.DESK, code, names[code] if was else "", names[code] if now else "", sentence)
    if before.desks != after.desks and sorted(before.desks) == sorted(after.desks):
        was_way, now_way = ("、".join(names[code] for code in course.desks) for course in (before, after))
        yield Finding(Sort.DESK, "order", was_way, now_way, f"环节次序：{was_way} 改为 {now_way}")


def _refusals(before: Course, after: Course) -> Iterator[Finding]:
    was = {(one.step, one.code): one for one in before.refusals}
    now = {(one.step, one.code): one for one in after.refusals}
    for key, one in now.items():
        if key not in was:
            yield Finding(Sort.REFUSAL, ".".join(key), "", one.code, f"“{one.label}”会被拒绝：{one.sentence}")
    for key, one in was.items():
        if key not in now:
            yield Finding(Sort.REFUSAL, ".".join(key), one.code, "", f"“{one.label}”不会再被拒绝：{one.sentence}")


def _drift(before: Course, history: History) -> Iterator[str]:
    found = {(one.name, one.run): one.due for one in before.clocks}
    for key in dict.fromkeys((*history.recorded, *found)):
        recorded, counted = history.recorded.get(key), found.get(key)
        if recorded is None or counted is None or _written(recorded) != _written(counted):
            yield f"{key[0]}.{key[1]}"
