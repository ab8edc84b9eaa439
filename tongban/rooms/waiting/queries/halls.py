"""How a hall is arranged: its classes of business, zones and windows."""

from dataclasses import dataclass
from uuid import UUID

from tongban.rooms.waiting.models import Hall, QueueClass, Zone
from tongban.rooms.waiting.queries.boards import WindowRow, windows


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One class of business."""

    code: str
    #: First character of its labels.
    letter: str
    name: str


@dataclass(frozen=True, slots=True)
class ZoneRow:
    """One zone."""

    id: UUID
    code: str
    name: str
    #: Codes of the classes its windows may serve.
    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Arrangement:
    """What stands in a hall."""

    #: By letter.
    classes: tuple[ClassRow, ...]
    #: By code.
    zones: tuple[ZoneRow, ...]
    windows: tuple[WindowRow, ...]


def arrangement(site_id: UUID) -> Arrangement | None:
    """Return how the hall of a site is arranged; None: tickets are not given out there.  Four queries."""
    hall = Hall.objects.filter(site_id=site_id).first()
    if hall is None:
        return None
    classes = QueueClass.objects.filter(hall=hall).order_by("letter")
    zones = Zone.objects.filter(hall=hall).order_by("code")
    return Arrangement(
        tuple(ClassRow(row.code, row.letter, row.name) for row in classes),
        tuple(ZoneRow(row.id, row.code, row.name, tuple(row.classes)) for row in zones),
        windows(site_id),
    )
