"""Which versions of an item open cases are pinned to: whom a new version does not touch."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count

from tongban.rooms.casework.models import Case


@dataclass(frozen=True, slots=True)
class Pinned:
    """Open cases of one version."""

    version_id: UUID
    cases: int


def open_by_version(county: str, item_code: str) -> tuple[Pinned, ...]:
    """Return how many open cases stand on each version of an item, drafts and rehearsals left out.  One query."""
    rows = Case.objects.filter(county=county, item_code=item_code, closed_at=None, rehearsal=False)
    found = rows.exclude(state="draft").values("item_id").annotate(n=Count("id")).order_by("item_id")
    return tuple(Pinned(row["item_id"], row["n"]) for row in found)
