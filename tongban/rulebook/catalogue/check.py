"""May a draft become an item?  All complaints are found in one go: whoever mends it is told once, and whole."""

from collections.abc import Collection, Mapping
from typing import Any

from tongban.rulebook.catalogue import rules
from tongban.rulebook.catalogue.complaint import Complaint, Known, KnownItem
from tongban.rulebook.catalogue.item import Item
from tongban.rulebook.catalogue.read import read


def inspect(draft: Mapping[str, Any], known: Known) -> tuple[Item, tuple[Complaint, ...]]:
    """Return what can be read of a draft, and every complaint about it, the shape first."""
    item, shape = read(draft)
    # A rule of time whose limit cannot be read was left out whole: it is not missing, it is unreadable.
    told = {one.where.removesuffix(".limit") for one in shape}
    found = [one for rule in rules.ALL for one in rule(item, known) if not _within(one.where, told)]
    return item, (*shape, *dict.fromkeys(found))


def check(
    draft: Mapping[str, Any],
    *,
    kinds: Collection[str],
    known_units: Mapping[str, str],
    known_items: Mapping[str, KnownItem],
    known_licence_kinds: Mapping[str, str],
    upper_names: Mapping[str, str] | None = None,
    cancelled_proofs: Collection[str] = (),
    resources: Collection[str] | None = None,
    demo: bool = False,
) -> Item | tuple[Complaint, ...]:
    """Return the frozen item, or every complaint when one of them hinders publishing.

    ``known_units`` maps unit codes to credit codes, ``known_licence_kinds`` codes to names, ``upper_names`` 基本编码 to
    the name in the list from above (None: no list at hand).  In a ``demo`` an unverified basis (待核) does not hinder.
    """
    known = Known(kinds, known_units, known_items, known_licence_kinds, upper_names, cancelled_proofs, resources)
    item, complaints = inspect(draft, known)
    return complaints if hinders(complaints, demo=demo) else item


def hinders(complaints: Collection[Complaint], *, demo: bool) -> bool:
    """Say whether any of the complaints keeps the draft from being published."""
    stopping = {"stops"} if demo else {"stops", "stops_outside_demo"}
    return any(one.severity in stopping for one in complaints)


def _within(where: str, told: set[str]) -> bool:
    """A place whose shape was already complained of, or a place inside it."""
    return any(where == one or where.startswith((f"{one}.", f"{one}[")) for one in told)
