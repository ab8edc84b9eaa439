"""Which years were put in place here, and the calendar of this process brought up to them."""

from dataclasses import dataclass
from datetime import datetime

from tongban.rooms import calendars
from tongban.rooms.people.models import CalendarYear


@dataclass(frozen=True, slots=True)
class YearPut:
    """The notice of one year that two officers put in place."""

    year: int
    content: str
    put_by: str
    put_at: datetime


def years_put() -> tuple[YearPut, ...]:
    """Return the notices in force that did not come with the house, by year.  One query."""
    rows = CalendarYear.objects.order_by("year", "-put_at", "-id").distinct("year")
    return tuple(YearPut(row.year, row.content, row.put_by, row.put_at) for row in rows)


def take_up_calendars() -> None:
    """Let this process count with the calendars in force.  One query.

    Called when the mark of the powers has changed, and at intervals where nobody asks for powers.
    """
    calendars.take_up(tuple((one.year, one.content) for one in years_put()))
