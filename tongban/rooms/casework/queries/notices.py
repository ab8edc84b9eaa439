"""通知用语: every notice as people read it, told of a made-up case.  No query: the words come with the house."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from tongban.rooms.calendars import calendar
from tongban.rooms.casework.notice_words import (
    NO_WORDS,
    Step,
    check_words,
    for_applicant,
    for_desk,
    for_supervisor,
)
from tongban.rulebook.clock.remedies import remedies
from tongban.rulebook.kinds import KINDS
from tongban.rulebook.steps import Step as LawfulStep


@dataclass(frozen=True, slots=True)
class NoticeView:
    """The words of one notice."""

    #: Name of the step after which it goes out.
    step: str
    #: The step as people call it, and the kinds of cases that have it.
    label: str
    kinds: tuple[str, ...]
    #: ``applicant``, ``desk`` or ``supervisor``.
    whom: str
    text: str


_WORDS = {"applicant": for_applicant, "desk": for_desk, "supervisor": for_supervisor}
#: Clocks of which a notice may name the end.
_CLOCKS = ("intake", "promised", "statutory", "correction", "mend", "delivery")


def notices_as_read(county: str, today: date, words: Mapping[str, str] = NO_WORDS) -> tuple[NoticeView, ...]:
    """Return every notice that a step of some kind of case sends, with example days counted from ``today``.

    ``county`` is the name that stands at its head; ``words``: its own (``catalogue.queries.wordings``).  A step that
    several kinds share is there once for each reader.
    """
    found: dict[tuple[str, str, str], tuple[Step, list[str]]] = {}
    for kind in KINDS.values():
        for step in kind.steps:
            for whom in step.tells:
                _told, kinds = found.setdefault((step.name, step.label, whom), (_example(step, county, today), []))
                kinds.append(kind.label)
    return tuple(
        NoticeView(name, label, tuple(kinds), whom, _WORDS[whom](told, words))
        for (name, label, whom), (told, kinds) in found.items()
    )


def read_with(key: str, text: str, county: str, today: date) -> str:
    """Return one notice as it would be read with these words, told of a made-up case.  Raises as ``check_words``."""
    text = check_words(key, text)
    whom, _, name = key.partition("/")
    every = (step for kind in KINDS.values() for step in kind.steps if whom in step.tells)
    step = next(one for one in every if name in ("", one.name))
    return _WORDS[whom](_example(step, county, today), {key: text})


def _example(step: LawfulStep, county: str, today: date) -> Step:
    soon, left = today + timedelta(days=10), remedies(today, calendar())
    return Step(
        step.name,
        step.label,
        county,
        "（事项名称）",
        "（编号）",
        reason="（经办人写明的理由）" if step.reason or "grounded" in step.needs else "",
        ground="（依据的条文）" if "grounded" in step.needs else "",
        lacking=(("（材料名称）", "（缺什么、怎样补）"),) if "all_named" in step.needs else (),
        due=dict.fromkeys(_CLOCKS, soon),
        place="（领取地点）",
        proceeding=("（程序名称）", soon) if step.proceeding else None,
        reconsideration_until=left.reconsideration.on,
        lawsuit_until=left.lawsuit.on,
        lapsed=("（期限名称）",) if step.lapse else (),
    )
