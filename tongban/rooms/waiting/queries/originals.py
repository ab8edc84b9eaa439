"""Original papers: where they lie."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tongban.rooms.waiting.models import Original


@dataclass(frozen=True, slots=True)
class OriginalRow:
    """One original."""

    id: UUID
    case_id: UUID
    material: str
    label: str
    place: str
    taken_at: datetime
    returned_at: datetime | None


def originals_of(case_id: UUID) -> tuple[OriginalRow, ...]:
    """Return the originals of a case, those that lie here first.  One query."""
    rows = Original.objects.filter(case_id=case_id).order_by("taken_at", "id")
    return tuple(sorted((_row(one) for one in rows), key=lambda one: one.returned_at is not None))


def original_labelled(site_id: UUID, label: str) -> OriginalRow | None:
    """Return the original with this label that lies at a site, or None.  One query."""
    row = Original.objects.filter(site_id=site_id, label=label.strip(), returned_at=None).first()
    return None if row is None else _row(row)


def _row(one: Original) -> OriginalRow:
    return OriginalRow(one.id, one.case_id, one.material, one.label, one.place, one.taken_at, one.returned_at)
