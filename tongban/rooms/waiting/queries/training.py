"""培训矩阵: who is trained for what (S046)."""

from collections.abc import Collection, Mapping
from uuid import UUID

from tongban.rooms.waiting.models import Training
from tongban.rulebook.routing import covered


def trained(county: str) -> dict[UUID, frozenset[str]]:
    """Return what each member of staff is trained for: item codes and ``unit:CODE``.  One query."""
    found: dict[UUID, set[str]] = {}
    for staff_id, covers in Training.objects.filter(county=county, ended_at=None).values_list("staff_id", "covers"):
        found.setdefault(staff_id, set()).add(covers)
    return {staff_id: frozenset(covers) for staff_id, covers in found.items()}


def able_in(known: Mapping[UUID, Collection[str]], item: str, unit: str) -> frozenset[UUID]:
    """Return who is trained for an item.  No query."""
    return frozenset(staff_id for staff_id, covers in known.items() if covered(covers, item, unit))
