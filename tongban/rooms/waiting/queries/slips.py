"""Slips of a station: used, void, still to be entered, missing."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from tongban.rooms import clock
from tongban.rooms.waiting.models import Slip


@dataclass(frozen=True, slots=True)
class SlipRow:
    """One slip."""

    day: date
    number: int
    #: ``reserved``, ``used``, ``void``, or ``missing``: reserved, and its day is over.
    state: str
    received_at: datetime | None
    case_id: UUID | None
    reason: str

    @property
    def label(self) -> str:
        """What stands on the slip: day and number, e.g. ``20261013-007``."""
        return f"{self.day:%Y%m%d}-{self.number:03d}"


def slips(site_id: UUID, *, day: date | None = None, first: int = 0, most: int = 200) -> tuple[SlipRow, ...]:
    """Return the slips of a station, the newest day first, by number; ``day``: of that day only.  One query."""
    rows = Slip.objects.filter(site_id=site_id)
    if day is not None:
        rows = rows.filter(day=day)
    return tuple(_row(one) for one in rows.order_by("-day", "number")[first : first + most])


def slip_of_case(case_id: UUID) -> SlipRow | None:
    """Return the slip a case was taken in on, or None.  One query."""
    row = Slip.objects.filter(case_id=case_id).first()
    return None if row is None else _row(row)


def to_enter(site_id: UUID, *, most: int = 50) -> tuple[SlipRow, ...]:
    """Return the slips that were entered, newest first: their drafts may still be unfinished.  One query."""
    rows = Slip.objects.filter(site_id=site_id, state="used").order_by("-day", "-number")
    return tuple(_row(one) for one in rows[:most])


def _row(one: Slip) -> SlipRow:
    state = "missing" if one.state == "reserved" and one.day < clock.today() else one.state
    return SlipRow(one.day, one.number, state, one.received_at, one.case_id, one.reason)
