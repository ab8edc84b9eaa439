"""Parts of a bundle."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from tongban.rooms.casework.models import Case
from tongban.rooms.catalogue import queries as catalogue
from tongban.rulebook.catalogue.item import Item, Material
from tongban.rulebook.kinds import KINDS
from tongban.rulebook.plan import Join, PlanPart, Progress, progress


@dataclass(frozen=True, slots=True)
class PartView:
    """One part as its bundle sees it."""

    case_id: UUID
    role: str
    number: str
    item_code: str
    unit: str
    state: str
    decision: str
    #: The state in words.
    label: str


def parts_of(bundle_id: UUID) -> tuple[PartView, ...]:
    """Return the parts begun so far, in the order of their beginning.  One query."""
    rows = Case.objects.filter(parent_id=bundle_id).order_by("id")
    return tuple(
        PartView(
            row.id,
            row.part_role,
            row.number or "",
            row.item_code,
            row.unit,
            row.state,
            row.decision,
            KINDS[row.kind].states[row.state],
        )
        for row in rows
    )


@dataclass(frozen=True, slots=True)
class PlannedPart:
    """One part of a bundle before it is begun."""

    role: str
    item_code: str
    #: Name of the item.
    name: str
    unit: str
    #: Names of the items that must be finished before.
    after: tuple[str, ...]


def parts_planned(county: str, bundle: Item, options: frozenset[str], day: date) -> tuple[PlannedPart, ...]:
    """Return the parts that a situation calls for, in the order of the plan.  One query."""
    listed = {one.code: one for one in catalogue.listed(county, day)}
    wanted = [one for one in bundle.parts_for(options) if one.item in listed]
    names = {one.role: listed[one.item].name for one in wanted}
    return tuple(
        PlannedPart(
            one.role,
            one.item,
            names[one.role],
            listed[one.item].unit,
            tuple(names[role] for role in one.after if role in names),
        )
        for one in wanted
    )


def standing_of(bundle: Item, options: frozenset[str], begun: tuple[PartView, ...]) -> Progress:
    """Return where a bundle stands: which parts may start, which never will, whether the whole may be joined."""
    wanted = bundle.parts_for(options)
    roles = {part.role for part in wanted}
    given = [PlanPart(part.role, part.role, tuple(one for one in part.after if one in roles)) for part in wanted]
    outcomes = {part.role: part.decision == "granted" if part.decision else None for part in begun}
    return progress(given, outcomes, join=Join(bundle.join))


def bundle_item(county: str, bundle: Item, options: frozenset[str], day: date) -> Item:
    """Return a bundle with the materials of the parts her situation calls for: each paper once, whoever asks for it.

    Papers are the same when their names are.  A different paper of a code already taken is called ``role-code``.  What
    one of the parts makes itself is not asked for.
    """
    wanted = bundle.parts_for(options)
    items = {part.role: catalogue.in_force(county, part.item, day).item for part in wanted}
    made = {item.result.licence_kind for item in items.values() if item.result and item.result.licence_kind}
    merged: dict[str, Material] = {m.name: m for m in bundle.materials_for(options)}
    codes = {m.code for m in merged.values()}
    for role, item in items.items():
        for material in item.materials_for(part_options(item, options)):
            if material.name in merged or material.source == "made" or made.intersection(material.licence_kinds):
                continue
            code = material.code if material.code not in codes else f"{role}-{material.code}"
            codes.add(code)
            merged[material.name] = replace(material, code=code, situations=())
    return replace(bundle, materials=tuple(merged.values()))


def part_options(item: Item, options: frozenset[str]) -> frozenset[str]:
    """Return the options of a part's own situations: those chosen for the bundle, else the first of each."""
    chosen = set()
    for situation in item.situations:
        codes = [option.code for option in situation.options]
        chosen.add(next((code for code in codes if code in options), codes[0]))
    return frozenset(chosen)
