"""一件事怎样安排: which parts somebody's situation calls for, in which order, and how long the whole takes."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tongban.rooms.catalogue import queries as catalogue
from tongban.rulebook.catalogue.item import Item, Part
from tongban.rulebook.clock import Unit
from tongban.rulebook.plan import Join, PlanPart, make_plan


@dataclass(frozen=True, slots=True)
class PlannedPart:
    """One part of a bundle as the guide tells it."""

    role: str
    code: str
    name: str
    unit: str
    #: 承诺办结 in words; empty where it promises nothing.
    promised: str
    #: Names of the parts that must be finished before it begins.
    after: tuple[str, ...]
    optional: bool
    #: When an optional part is needed, in plain words.
    condition: str
    #: It lies on the longest way: when it is late, the whole is late.
    critical: bool


@dataclass(frozen=True, slots=True)
class BundlePlan:
    """The order of a bundle: steps one after another, the parts of a step side by side."""

    steps: tuple[tuple[PlannedPart, ...], ...]
    #: Working days of the whole; None while a part has no limit in working days.
    length: Decimal | None


def bundle_plan(county: str, bundle: Item, options: frozenset[str] | None, day: date) -> BundlePlan:
    """Return the plan for a situation; ``options`` None: with every part.  One query, when the items were met before.

    Raises what ``catalogue.in_force`` raises when a part is not in force.
    """
    parts = bundle.parts if options is None else bundle.parts_for(options)
    items = {part.role: catalogue.in_force(county, part.item, day).item for part in parts}
    plan = make_plan(
        [PlanPart(part.role, items[part.role].name, part.after, _workdays(items[part.role])) for part in parts],
        join=Join(bundle.join),
    )
    made = {part.role: _planned(part, items, part.role in plan.critical_path) for part in parts}
    return BundlePlan(tuple(tuple(made[role] for role in level) for level in plan.levels), plan.length)


def _workdays(item: Item) -> Decimal | None:
    promised = item.limits.promised
    return Decimal(promised.limit.amount) if promised is not None and promised.limit.unit is Unit.WD else None


def _planned(part: Part, items: dict[str, Item], critical: bool) -> PlannedPart:
    item = items[part.role]
    promised = item.limits.promised
    return PlannedPart(
        part.role,
        item.code,
        item.name,
        item.unit,
        "" if promised is None else promised.limit.label if promised.limit.amount else "当场",
        tuple(items[role].name for role in part.after),
        part.optional,
        part.condition,
        critical,
    )
