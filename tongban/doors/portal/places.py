"""就近办: the hall, the towns' centres and the villages' stations; when they are open and what they take in."""

from collections.abc import Iterable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from tongban.doors.guards import anyone, guarded_by
from tongban.doors.look.paging import PER_PAGE, number_of, paged
from tongban.doors.visiting import visitor
from tongban.rooms import calendars, clock
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.people import queries as people
from tongban.rooms.waiting import queries as waiting


@guarded_by(anyone)
def index(request: HttpRequest) -> HttpResponse:
    """List where one can go, villages below their town."""
    sites = people.sites(visitor(request).county)
    towns = [one for one in sites if one.kind == "town"]
    context = {
        "halls": [one for one in sites if one.kind == "hall"],
        "towns": [(town, [one for one in sites if one.parent_id == town.id]) for town in towns],
        "hours": {one.id: catalogue.words_of_hours(one.hours) for one in sites},
    }
    return render(request, "portal/places.html", context)


@guarded_by(anyone)
def page(request: HttpRequest, site: str) -> HttpResponse:
    """Show one place: hours today, who waits, what it takes in."""
    county, today = visitor(request).county, clock.today()
    found = next((one for one in people.sites(county) if one.code == site), None)
    if found is None:
        raise Http404
    number, hours = number_of(request), people.hours_on(found, today)
    offered = catalogue.offered_at(county, found, today)
    context = {
        "county": county,
        "site": found,
        "usual": catalogue.words_of_hours(found.hours),
        "hours": hours,
        "open_now": is_open(hours),
        "why_closed": calendars.calendar().reason(today),
        "page": paged(offered[(number - 1) * PER_PAGE :][: PER_PAGE + 1], number),
        "queues": waiting.waiting_counts(found.id) if found.kind == "hall" else (),
    }
    return render(request, "portal/place.html", context)


def is_open(hours: Iterable[people.Hours]) -> bool:
    """Whether this moment falls within today's hours."""
    now = clock.now().astimezone(clock.SHANGHAI).time()
    return any(one.opens <= now < one.closes for one in hours)
