"""What a draft is held against: the county's units, items, licence kinds, and the list from above."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from tongban.rooms.catalogue.queries.book import Book, book
from tongban.rooms.catalogue.queries.drafts import licence_kind_names, upper_names
from tongban.rooms.catalogue.queries.fields import owned_fields
from tongban.rooms.catalogue.queries.items import item
from tongban.rooms.catalogue.queries.proofs import proofs
from tongban.rooms.people import queries as people
from tongban.rulebook.catalogue import Complaint, Item, Known, KnownItem, OwnedField, inspect, known
from tongban.rulebook.errors import Sentence, Words
from tongban.rulebook.kinds import KINDS


@dataclass(frozen=True, slots=True)
class World:
    """One county on one day."""

    day: date
    book: Book
    #: Unit code -> unified social credit code.
    units: Mapping[str, str]
    licence_kinds: Mapping[str, str]
    upper_names: Mapping[str, str] | None
    #: Names of proofs that nobody may ask for any more.
    cancelled_proofs: frozenset[str] = frozenset()
    #: Data that departments answer for.
    owned_fields: tuple[OwnedField, ...] = ()

    def inspect(self, content: Mapping[str, Any]) -> tuple[Item, tuple[Complaint, ...]]:
        """Return what can be read of a draft, and every complaint about it."""
        items = {code: self._known(code) for code in self._concerned(content) if code in self.book.runs}
        known_here = Known(
            KINDS,
            self.units,
            items,
            self.licence_kinds,
            self.upper_names,
            cancelled_proofs=self.cancelled_proofs,
            owned_fields=self.owned_fields,
        )
        return inspect(content, known_here)

    def _concerned(self, content: Mapping[str, Any]) -> set[str]:
        """Return the codes of the items that the rules look at: parent, parts and theirs, the same 基本编码."""
        found = {str(content.get("parent", ""))}
        catalog = str(content.get("catalog_code", ""))
        for same in {catalog, f"{catalog[:9]}000"}:
            found.update(self.book.catalog_codes.get(same, ()))
        parts = content.get("parts")
        for part in parts if isinstance(parts, list) else ():
            if isinstance(part, Mapping):
                found.update(self._with_parts(str(part.get("item", ""))))
        return found

    def _with_parts(self, code: str) -> set[str]:
        runs = self.book.runs.get(code, ())
        return {code, *(part.item for part in item(runs[-1].version_id).parts)} if runs else {code}

    def _known(self, code: str) -> KnownItem:
        run = self.book.on(code, self.day)
        order = self.book.order_on(code, self.day)
        state: Literal["in_force", "frozen", "cancelled"] = "in_force"
        if run is None and order is not None and order.kind in ("cancel", "merge", "freeze"):
            state = "frozen" if order.kind == "freeze" else "cancelled"
        return known(item((run or self.book.runs[code][-1]).version_id), state)


def world(county: str, day: date) -> World:
    """Return the county as it stands on ``day``.  Eight queries or fewer."""
    units = {unit.code: unit.credit_code for unit in people.units(county)}
    cancelled = frozenset(one.name for one in proofs(county, day) if one.state == "cancelled")
    return World(day, book(county), units, licence_kind_names(), upper_names(county), cancelled, owned_fields(county))


def spell_difference(mine: str, upper: str) -> str:
    """Return what the name must lose and gain to be the upper one, e.g. ``多出“核发”，缺少“审批”``."""
    more, less = [], []
    for sort, first, last, start, end in difflib.SequenceMatcher(None, mine, upper, autojunk=False).get_opcodes():
        if sort != "equal":
            more.append(mine[first:last])
            less.append(upper[start:end])
    too_much, missing = (Words(f"“{one}”" for one in found if one) for found in (more, less))
    if not missing:
        return Sentence("多出{words}", words=too_much)
    if not too_much:
        return Sentence("缺少{words}", words=missing)
    return Sentence("多出{more}，缺少{less}", more=too_much, less=missing)
