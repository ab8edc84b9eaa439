"""工作日历: the notice of a year is put in place; every process counts with it from its next look at the mark."""

from uuid import UUID

from django.db import transaction

from tongban.rooms import calendars, clock
from tongban.rooms.ids import uuid7
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.people.actions.version import powers_changed
from tongban.rooms.people.models import CalendarYear
from tongban.rulebook.errors import Refused


@transaction.atomic
def put_year(content: str, *, county: str, actor: str) -> UUID:
    """Put the notice of one year in place.  Nothing that was counted is changed: ``casework.recount_open`` does that.

    Raises ``Refused``: as ``calendars.tried``, and ``calendar_same`` when that is what is in force.
    """
    year = calendars.tried(content.encode(), "放假安排")
    if calendars.of_year(year.first.year) == year:
        raise Refused("calendar_same", "这一年的放假安排与现在用的相同，不用再放入。")
    made = uuid7()
    CalendarYear.objects.create(
        id=made, county=county, year=year.first.year, content=content, put_by=actor, put_at=clock.now()
    )
    told = {"year": year.first.year, "version": year.version}
    ledger.record("calendar", made, "put_calendar", actor, told, county=county, new=True)
    powers_changed()
    return made
