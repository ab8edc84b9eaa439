"""村镇站: what can be done here, whose cases lie here, what is still to be entered."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from tongban.doors.guards import guarded_by, staff
from tongban.doors.look.chosen import id_in
from tongban.doors.visiting import Visitor, visitor
from tongban.rooms import clock
from tongban.rooms.casework.actions import Who
from tongban.rooms.casework.queries.seeing import Sight, lines
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.people import queries
from tongban.rooms.waiting import queries as waited
from tongban.rulebook.authority import Power
from tongban.rulebook.errors import Refused

AT_STATION = staff(Power.RECEIVE)
#: Cases of one page.
MOST = 20


@guarded_by(AT_STATION)
def index(request: HttpRequest) -> HttpResponse:
    """Show the station's cases, and the way to all that is done here."""
    asks = visitor(request)
    site = queries.site(asks.staff.site_id)
    rows, following = lines(asks.who, asks.county, site=site.id, after=id_in(request.GET.get("after")), most=MOST)
    own, _more = lines(Who("person", asks.staff.person_id), asks.county, after=None, most=MOST)
    # What she filed for herself is no business of the station: only what she filed as somebody's agent.
    mine = [one for one in own if one.channel == "village"]
    names = catalogue.items({one.item_version for one in (*rows, *mine)})
    context = {
        "site": site,
        "rows": [{"row": one, "name": names[one.item_version].name} for one in rows],
        "mine": [{"row": one, "name": names[one.item_version].name} for one in mine],
        "following": following,
        "first": not request.GET.get("after"),
        "slips": _counts(site.id),
        "delivers": asks.may(Power.DELIVER),
        "checking": bool(to_check(asks, most=1)),
    }
    return render(request, "station/index.html", context)


@guarded_by(AT_STATION)
def items(request: HttpRequest) -> HttpResponse:
    """List what is taken in here, and how long it takes."""
    asks = visitor(request)
    site = queries.site(asks.staff.site_id)
    rows = catalogue.offered_at(asks.county, site, clock.today())
    known = catalogue.items(one.version_id for one in rows)
    words = request.GET.get("q", "").strip()[:60]
    if words:
        here = catalogue.Narrowed(codes=frozenset(one.code for one in rows))
        rows = catalogue.find(asks.county, clock.today(), words, here).rows
    found = [
        {
            "name": one.name,
            "unit": one.unit_name,
            "promised": one.promised,
            "papers": sum(
                material.source == "applicant" and not material.situations
                for material in known[one.version_id].materials
            ),
        }
        for one in rows
    ]
    return render(request, "station/items.html", {"site": site, "rows": found, "q": words})


def station_of(asks: Visitor) -> queries.SiteView:
    """Return the site of who asks.  Raises ``Refused("site_unknown")``."""
    return queries.site(asks.staff.site_id)


def to_check(asks: Visitor, *, most: int = 50) -> tuple[queries.MandateView, ...]:
    """Return the mandates on paper that wait to be checked and were handed in here or below.  One query."""
    sites = Sight.of(asks.who).sites()
    return queries.mandates_to_check(asks.county, clock.today(), sites=sites, most=most)


def _counts(site_id: UUID) -> dict[str, int]:
    rows = waited.slips(site_id)
    return {state: sum(one.state == state for one in rows) for state in ("reserved", "missing")}


def found_one(county: str, said: str) -> queries.PersonView:
    """Return the one person a number, phone or name leads to.  Raises ``Refused("person_unknown")``."""
    who = queries.find_one(county, said)
    if who is None:
        raise Refused(
            "person_unknown", _("没有找到“{said}”，或同名的有几位。请填身份证号码，或先登记其本人。").format(said=said)
        )
    return who
