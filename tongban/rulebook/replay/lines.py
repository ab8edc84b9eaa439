"""The lines of an item that a draft changes, each with the item in which it alone is changed, or alone is not."""

from dataclasses import dataclass, replace

from tongban.rulebook.catalogue.difference import difference
from tongban.rulebook.catalogue.item import Item, Material


@dataclass(frozen=True, slots=True)
class Line:
    """One line that a draft changes."""

    #: Path in the item, e.g. ``limits.promised`` or ``materials.photo``.
    where: str
    #: What changed, in Chinese.
    sentence: str
    #: The old item with this line changed.
    alone: Item
    #: The new item with this line left as it was.
    without: Item


def lines(old: Item, new: Item) -> tuple[Line, ...]:
    """Return what ``new`` changes, line by line."""
    told: dict[str, list[str]] = {}
    for change in difference(old, new):
        told.setdefault(change.where, []).append(change.sentence)
    return tuple(
        Line(where, "；".join(sentences), _taking(old, new, where), _taking(new, old, where))
        for where, sentences in told.items()
    )


def _taking(base: Item, other: Item, where: str) -> Item:
    """Return ``base`` with the line ``where`` as ``other`` has it."""
    field, _, part = where.partition(".")
    if field == "materials":
        return replace(base, materials=_with_material(base.materials, other.materials, part))
    if field == "limits":
        return replace(base, limits=replace(base.limits, **{part: getattr(other.limits, part)}))
    return replace(base, **{field: getattr(other, field)})


def _with_material(base: tuple[Material, ...], other: tuple[Material, ...], code: str) -> tuple[Material, ...]:
    wanted = next((one for one in other if one.code == code), None)
    kept = tuple(wanted if one.code == code and wanted is not None else one for one in base)
    if wanted is None:
        return tuple(one for one in base if one.code != code)
    return kept if any(one.code == code for one in base) else (*base, wanted)
