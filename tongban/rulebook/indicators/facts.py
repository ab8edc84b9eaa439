"""The rows that indicators count: small, frozen, without names of people.  Rooms make them; nothing here reads a table.

A figure counts only what is not a rehearsal, and where a period is given only what happened in it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from tongban.rulebook.clock import Limit, Unit
from tongban.rulebook.indicators.grades import Grade


class Dimension(StrEnum):
    """By what a figure may be split."""

    UNIT = "unit"
    ITEM = "item"
    LEVEL = "level"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What every counted row has."""

    #: Identity of the row; a figure lists these, and opening it shows exactly them.
    id: str
    #: Code of the department unit.
    unit: str = ""
    #: Item code.
    item: str = ""
    #: 行使层级.
    level: str = ""
    #: Channel of a case; empty for an item.
    channel: str = ""
    #: True for rehearsed and simulated rows outside a demo: they stay out of every figure.
    rehearsal: bool = False
    #: How many rows alike in all that a figure looks at it stands for; those have no id of their own.
    times: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFact(Fact):
    """One item version of the county's list."""

    #: Published and in force on the day of the figure.
    in_force: bool = True
    #: 依申请: somebody applies for it.
    on_application: bool = True
    #: 即办件.
    on_the_spot: bool = False
    #: Legal limit in working days (``workdays_of``); None where the law sets none or it has no conversion.
    statutory: Decimal | None = None
    #: Promised limit in working days; 0 for an on-the-spot item.
    promised: Decimal | None = None
    #: Values of 网上办理深度 that it truly supports.
    depth: frozenset[int] = frozenset()
    #: 到办事现场次数 as published.
    visits: int = 0
    #: True where it may not be handled without coming, by a listed exception.
    visit_exception: bool = False
    #: Materials it asked for before they were cut down, and now; None where no comparison was made.
    materials_before: int | None = None
    materials_now: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFact(Fact):
    """One case.  A moment beside a day is given only where the limit runs in hours."""

    #: Legal day of filing; None only where no figure asked for looks at it.
    applied_on: date | None = None
    #: True when filed over the net.
    online: bool = False
    #: Legal day of acceptance; None while not accepted.
    accepted_on: date | None = None
    #: Legal day of being finished; None while open.
    finished_on: date | None = None
    finished_at: datetime | None = None
    #: Last day of the promised limit.
    promised_on: date | None = None
    promised_at: datetime | None = None
    #: Last day it may lawfully take, after lawful pauses and extensions.
    due_on: date | None = None
    due_at: datetime | None = None
    #: True when its applicant rated it; a default that the system filled in is no rating of hers.
    rated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingFact(Fact):
    """One rating."""

    #: Id of the rated case; empty where a visit or call was rated.
    case: str = ""
    #: Legal day on which it was made.
    made_on: date
    grade: Grade
    #: False for one found mistaken or malicious (误评、恶意).
    valid: bool = True
    #: True when it carries a name.
    real_name: bool = False
    #: Bad ratings: when it was put right, and by when it had to be.
    fixed_on: date | None = None
    fix_due_on: date | None = None
    #: Bad ratings: True when its author was called back.
    called_back: bool = False


class Met(StrEnum):
    """How a required material came."""

    BROUGHT = "brought"  # the applicant handed it in
    SHARED = "shared"  # taken from a shared resource
    LICENCE = "licence"  # an e-licence held


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialFact(Fact):
    """One material that a case would otherwise have to bring."""

    #: Id of the case.
    case: str
    #: Legal day on which it was met.
    met_on: date
    met: Met


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a figure is computed from, and for which days (both included; None: no bound)."""

    items: tuple[ItemFact, ...] = ()
    cases: tuple[CaseFact, ...] = ()
    ratings: tuple[RatingFact, ...] = ()
    materials: tuple[MaterialFact, ...] = ()
    first: date | None = None
    last: date | None = None

    def holds(self, day: date | None) -> bool:
        """True when something that happened on ``day`` belongs to the period; never for what has not happened."""
        return day is not None and (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


def split(facts: Facts, by: Dimension) -> dict[str, Facts]:
    """Return the facts apart by unit, item, level or channel, sorted by its code; no row is lost or doubled."""
    rows = (*facts.items, *facts.cases, *facts.ratings, *facts.materials)
    return {
        code: replace(
            facts,
            items=_of(facts.items, by, code),
            cases=_of(facts.cases, by, code),
            ratings=_of(facts.ratings, by, code),
            materials=_of(facts.materials, by, code),
        )
        for code in sorted({str(getattr(row, by.value)) for row in rows})
    }


def workdays_of(limit: Limit) -> Decimal | None:
    """Return a limit in working days as 承诺时限压缩比 counts it: a month is 22, a year 250, at once is 0.

    None for hours and natural days above zero: no conversion of theirs was found published, so they are left out of
    the sums instead of being guessed.
    """
    if limit.amount == 0:
        return Decimal(0)
    per_unit = {Unit.WD: 1, Unit.M: 22, Unit.Y: 250}.get(limit.unit)
    return None if per_unit is None else Decimal(limit.amount) * per_unit


F = TypeVar("F", bound=Fact)


def _of(rows: Iterable[F], by: Dimension, code: str) -> tuple[F, ...]:
    return tuple(row for row in rows if str(getattr(row, by.value)) == code)
