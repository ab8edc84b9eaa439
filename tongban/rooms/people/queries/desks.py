"""Searches that members of staff keep for their desks."""

from dataclasses import dataclass
from uuid import UUID

from tongban.rooms.people.models import SavedSearch


@dataclass(frozen=True, slots=True)
class SavedSearchView:
    """One search under its name."""

    id: UUID
    name: str
    query: str


def searches_of(staff_id: UUID, page: str) -> tuple[SavedSearchView, ...]:
    """Return the searches of a member of staff for a page, by name.  One query."""
    rows = SavedSearch.objects.filter(staff_id=staff_id, page=page).order_by("name")
    return tuple(SavedSearchView(row.id, row.name, row.query) for row in rows)
