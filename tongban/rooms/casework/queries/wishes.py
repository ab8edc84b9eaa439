"""What an applicant wishes beside the form: how the result comes, who else is to sign, the order of her photographs."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from tongban.rooms import crypto
from tongban.rooms.casework.models import CaseKey, Wish
from tongban.rooms.casework.queries.reading import CaseFile
from tongban.rooms.files.sheets import Sheet


@dataclass(frozen=True, slots=True)
class Wishes:
    """Nothing wished yet: all empty."""

    #: ``electronic``, ``mail`` or ``window``; empty: not chosen.
    delivery: str = ""
    #: Name, telephone number and address for ``mail``, in one text.
    address: str = ""
    #: Who else is to sign, by role.
    signers: Mapping[str, UUID] = field(default_factory=dict)
    #: The photographs of a paper in their order, by code of the material: they can still be put in another one.
    sheets: Mapping[str, tuple[Sheet, ...]] = field(default_factory=dict)

    def to_data(self) -> dict[str, Any]:
        """Return what JSON can hold."""
        signers = {role: str(person) for role, person in self.signers.items()}
        sheets = {code: [[str(one.file_id), one.turn] for one in pages] for code, pages in self.sheets.items()}
        return {"delivery": self.delivery, "address": self.address, "signers": signers, "sheets": sheets}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Wishes":
        """Return wishes from what ``to_data`` made."""
        signers = {role: UUID(person) for role, person in data.get("signers", {}).items()}
        sheets = {
            code: tuple(Sheet(UUID(page), turn) for page, turn in pages)
            for code, pages in data.get("sheets", {}).items()
        }
        return cls(data.get("delivery", ""), data.get("address", ""), signers, sheets)

    def with_sheets(self, code: str, pages: tuple[Sheet, ...]) -> "Wishes":
        """Return the same with these photographs of a paper; none: it is no longer made of photographs."""
        rest = {one: kept for one, kept in self.sheets.items() if one != code}
        return replace(self, sheets={**rest, code: pages} if pages else rest)


def wishes_of(file: CaseFile) -> Wishes:
    """Return what is wished in a case; nothing where nothing was said or the case was erased.  One query."""
    if file.wrapped_key is None:
        return Wishes()
    row = Wish.objects.filter(case_id=file.id).first()
    if row is None:
        return Wishes()
    return Wishes.from_data(json.loads(crypto.open_text(bytes(row.sealed), crypto.unwrap(file.wrapped_key))))


def deliveries_of(case_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return how the results of these cases are wished to come, where something was wished.  Two queries."""
    sealed = dict(Wish.objects.filter(case_id__in=list(case_ids)).values_list("case_id", "sealed"))
    keys = CaseKey.objects.filter(case_id__in=sealed).values_list("case_id", "wrapped")
    found = {
        case_id: json.loads(crypto.open_text(bytes(sealed[case_id]), crypto.unwrap(bytes(wrapped))))
        for case_id, wrapped in keys
    }
    return {case_id: wished["delivery"] for case_id, wished in found.items() if wished.get("delivery")}
