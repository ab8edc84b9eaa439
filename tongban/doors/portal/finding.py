"""找事项: by what people call it, narrowed by who asks, topic, department and place (S184)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tongban.doors.guards import anyone, guarded_by
from tongban.doors.look.paging import PER_PAGE, number_of, paged
from tongban.doors.visiting import visitor
from tongban.rooms import clock
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.people import queries as people

#: Longest question anybody types, in characters.
LONGEST = 60


@guarded_by(anyone)
def page(request: HttpRequest) -> HttpResponse:
    """Show what was found, or everything under what was chosen."""
    county, today = visitor(request).county, clock.today()
    asked = {name: request.GET.get(name, "")[:LONGEST].strip() for name in ("q", "who", "topic", "unit", "at")}
    known = catalogue.findable(county, today)
    sites = people.sites(county)
    site = next((one for one in sites if one.code == asked["at"]), None)
    offered = catalogue.offered_at(county, site, today) if site else None
    narrowed = catalogue.Narrowed(
        asked["who"] if asked["who"] in ("natural", "legal") else "",
        asked["unit"],
        asked["topic"],
        frozenset(one.code for one in offered) if offered is not None else None,
    )
    number = number_of(request)
    found = catalogue.find(county, today, asked["q"], narrowed, most=number * PER_PAGE + 1)
    if not found.rows and asked["q"] and narrowed != catalogue.Narrowed():
        # What was chosen may hide what she means.
        elsewhere = catalogue.find(county, today, asked["q"], most=5)
    else:
        elsewhere = catalogue.Finding(())
    units = {one.unit: one.unit_name for one in known.values()}
    topics = {**catalogue.topics(county, today, "natural"), **catalogue.topics(county, today, "legal")}
    hall = next((one for one in sites if one.kind == "hall"), None)
    context = {
        "county": county,
        "asked": asked,
        "page": paged(found.rows[(number - 1) * PER_PAGE :], number),
        "meant": found.meant,
        "elsewhere": elsewhere.rows,
        "narrowed": any(asked[name] for name in ("who", "topic", "unit", "at")),
        "units": sorted(units.items(), key=lambda pair: pair[1]),
        "topics": sorted(topics),
        "sites": sites,
        "site": site,
        "unit_name": units.get(asked["unit"], ""),
        "hall": hall,
    }
    return render(request, "portal/find.html", context)
