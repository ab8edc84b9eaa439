"""Parts of a bundle."""

from dataclasses import dataclass
from uuid import UUID

from tongban.rooms.casework.models import Case


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


def parts_of(bundle_id: UUID) -> tuple[PartView, ...]:
    """Return the parts begun so far, in the order of their beginning.  One query."""
    rows = Case.objects.filter(parent_id=bundle_id).order_by("id")
    return tuple(
        PartView(row.id, row.part_role, row.number or "", row.item_code, row.unit, row.state, row.decision)
        for row in rows
    )
