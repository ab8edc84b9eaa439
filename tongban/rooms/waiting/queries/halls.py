"""How a hall is arranged: its classes of business, zones and windows."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from tongban.rooms.waiting.models import Hall, QueueClass, Zone
from tongban.rooms.waiting.queries.boards import WindowRow, windows
from tongban.rulebook import routing


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One class of business."""

    code: str
    #: First character of its labels.
    letter: str
    name: str
    #: Which items it is for.
    items: tuple[str, ...]


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
        tuple(_class(row) for row in classes),
        tuple(ZoneRow(row.id, row.code, row.name, tuple(row.classes)) for row in zones),
        windows(site_id),
    )


def halls(county: str) -> frozenset[UUID]:
    """Return the sites of a county that give out tickets.  One query."""
    return frozenset(Hall.objects.filter(county=county).values_list("site_id", flat=True))


def classes(site_id: UUID) -> tuple[ClassRow, ...]:
    """Return the classes of business of a site by letter; none where no tickets are given out.  One query."""
    return tuple(_class(row) for row in QueueClass.objects.filter(hall_id=site_id).order_by("letter"))


def class_for(known: Sequence[ClassRow], item: str, unit: str, *, on_the_spot: bool) -> ClassRow | None:
    """Return the class of business under which an item is dealt with; None: the hall does not say.  No query."""
    code = routing.class_for({one.code: one.items for one in known}, item, unit, on_the_spot=on_the_spot)
    return next((one for one in known if one.code == code), None)


def priorities(site_id: UUID) -> tuple[str, ...]:
    """Return who goes first here: the priority classes of the hall's rule.  One query."""
    rule = Hall.objects.filter(site_id=site_id).values_list("rule", flat=True).first()
    return tuple((rule or {}).get("ranks", ()))


def _class(row: QueueClass) -> ClassRow:
    return ClassRow(row.code, row.letter, row.name, tuple(row.items))
