"""预约: a place and a time chosen, for oneself or for somebody who phones; when it is full the next one is offered."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.http import HttpRequest

from tongban.doors.look.chosen import chosen_id
from tongban.doors.visiting import visitor
from tongban.rooms import clock
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.people import queries as people
from tongban.rooms.waiting import actions as booking
from tongban.rooms.waiting import queries as waiting
from tongban.rooms.waiting.actions import SessionFull
from tongban.rulebook.errors import Refused

#: How far ahead one may book, and how many free sessions a page shows.
AHEAD, MOST = timedelta(days=30), 60


@dataclass(frozen=True, slots=True)
class Choosing:
    """What the page of an appointment shows."""

    #: Name of each item by its code, and the code of the one chosen; empty: none.
    items: dict[str, str]
    item: str
    sites: tuple[people.SiteView, ...]
    site: people.SiteView | None
    #: Free sessions of the place by day.
    days: tuple[tuple[date, list[waiting.FreeSession]], ...]
    #: The code of the seat that was booked now; empty: none was.
    code: str = ""
    #: Why none was, and the next free session where it was full.
    sentence: str = ""
    offer: waiting.FreeSession | None = None


def choosing(request: HttpRequest, person_id: UUID, *, usual: UUID | None = None) -> Choosing:
    """Read place and item as chosen, book a seat for a person when the form was sent, and say what is free.

    ``usual``: the place where none was chosen.
    """
    asks, now = visitor(request), clock.now()
    items = {one.code: one.name for one in catalogue.listed(asks.county, clock.today())}
    item = request.POST.get("item") or request.GET.get("item", "")
    item = item if item in items else ""
    sites = people.sites(asks.county)
    wanted = request.POST.get("site") or request.GET.get("site") or str(usual or "")
    site = next((one for one in sites if str(one.id) == wanted), None)
    code, sentence, offer = "", "", None
    if request.method == "POST":
        try:
            session, key = chosen_id(request.POST.get("session")), request.POST.get("key", "")[:60]
            code = booking.book(session, person_id, actor=asks.who.name, key=key, item_code=item).seat.code
        except SessionFull as full:
            sentence, offer = full.sentence, full.offer
        except Refused as no:
            sentence = no.sentence
    days: dict[date, list[waiting.FreeSession]] = {}
    if site is not None and not code:
        for one in waiting.free_sessions(site.id, now, now + AHEAD)[:MOST]:
            days.setdefault(clock.legal_date(one.starts_at), []).append(one)
    return Choosing(items, item, tuple(sites), site, tuple(days.items()), code, sentence, offer)
