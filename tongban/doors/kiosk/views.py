"""取号机: a number by class of business or by what one has come for, or by an appointment.  Nobody signs in here."""

from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tongban.doors.guards import anyone, guarded_by
from tongban.doors.look.fields import Choice, Field
from tongban.doors.look.priorities import PRIORITIES
from tongban.doors.visiting import visitor
from tongban.rooms import clock
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.people import actions as people
from tongban.rooms.people import queries as places
from tongban.rooms.waiting import actions as waiting
from tongban.rooms.waiting import queries
from tongban.rulebook.errors import Refused
from tongban.rulebook.routing import REST

#: Items shown for one search, and check-ins tried at one device in a minute.
FOUND, TRIES = 12, 20


@dataclass(frozen=True, slots=True)
class FoundItem:
    """One item as the kiosk offers it."""

    code: str
    name: str
    #: The class of business it is dealt with under.
    queue: queries.ClassRow


@guarded_by(anyone)
def index(request: HttpRequest) -> HttpResponse:
    """Show the halls; each has its own pages for its devices."""
    county = visitor(request).county
    here = queries.halls(county)
    return render(request, "kiosk/index.html", {"sites": [one for one in places.sites(county) if one.id in here]})


@guarded_by(anyone)
def tickets(request: HttpRequest, code: str) -> HttpResponse:
    """Offer a number for each class of business; give one."""
    site = hall_of(request, code)
    if request.method == "POST":
        try:
            return _take(request, site)
        except Refused as no:
            return _choose(request, site, sentence=no.sentence, status=422)
    return _choose(request, site)


@guarded_by(anyone)
def find(request: HttpRequest, code: str) -> HttpResponse:
    """Find what one has come for, by the words people use."""
    site = hall_of(request, code)
    asked = request.GET.get("q", "").strip()[:60]
    context = {"site": site, "q": asked, "found": _items(site, asked) if asked else (), "priorities": _priorities(site)}
    return render(request, "kiosk/find.html", context)


@guarded_by(anyone)
def ticket(request: HttpRequest, code: str, ticket_id: UUID) -> HttpResponse:
    """Show a number, how many are before it and how long it will take; printed 80 mm wide."""
    site = hall_of(request, code)
    one = queries.ticket(ticket_id)
    if one.site_id != site.id:
        raise Http404
    place = queries.place(ticket_id) if one.state == "waiting" else None
    minutes = ceil(place.wait / timedelta(minutes=1)) if place and place.wait is not None else None
    context = {"site": site, "ticket": one, "place": place, "minutes": minutes}
    context["priority"] = _(PRIORITIES.get(one.priority, one.priority)) if one.priority else ""
    return render(request, "kiosk/ticket.html", context)


@guarded_by(anyone)
def check_in(request: HttpRequest, code: str) -> HttpResponse:
    """Give the number of an appointment to whoever says its code or the phone it was booked with."""
    site = hall_of(request, code)
    if request.method == "GET":
        return _ask(request, site)
    said = request.POST.get("said", "").strip()[:40]
    try:
        if wait := people.spend(f"kiosk:{site.id}:{request.META.get('REMOTE_ADDR', '')}", TRIES):
            raise Refused("too_many", _("试的次数太多了。请 {n} 秒后再试，或到导办台。").format(n=wait))
        given = waiting.check_in(_appointment(site, said), site.id, class_code=_rest(site.id))
    except Refused as no:
        return _ask(request, site, said, no.sentence)
    return redirect("kiosk-ticket", code, given.id)


def hall_of(request: HttpRequest, code: str) -> places.SiteView:
    """Return the site of these pages.  Raises ``Http404`` where no tickets are given out."""
    try:
        site = places.site_coded(visitor(request).county, code)
    except Refused:
        raise Http404 from None
    if not queries.classes(site.id):
        raise Http404
    return site


def _choose(request: HttpRequest, site: places.SiteView, *, sentence: str = "", status: int = 200) -> HttpResponse:
    context = {
        "site": site,
        "classes": queries.waiting_counts(site.id),
        "priorities": _priorities(site),
        "chosen": request.POST.get("priority", ""),
        "sentence": sentence,
    }
    return render(request, "kiosk/tickets.html", context, status=status)


def _take(request: HttpRequest, site: places.SiteView) -> HttpResponse:
    key = request.POST.get("key", "")
    given = waiting.take_ticket(
        site.id,
        request.POST.get("class", ""),
        priority=request.POST.get("priority", ""),
        key=f"kiosk:{key[:60]}" if key else "",
    )
    return redirect("kiosk-ticket", site.code, given.id)


def _ask(request: HttpRequest, site: places.SiteView, said: str = "", sentence: str = "") -> HttpResponse:
    one = Field(
        "said",
        _("预约码，或预约时留的手机号"),
        value=said,
        hint=_("预约码是短信里的 8 位字母和数字。"),
        error=sentence,
        attrs=(("autocomplete", "off"), ("autofocus", "autofocus")),
        width="medium",
    )
    status = 422 if sentence else 200
    return render(request, "kiosk/check_in.html", {"site": site, "field": one}, status=status)


def _appointment(site: places.SiteView, said: str) -> str:
    """Return the code of the appointment that was said; a phone number stands for the next one of today."""
    digits = said.replace("-", "").replace(" ", "")
    if not (digits.isdigit() and len(digits) > 8):
        return said
    day = clock.today()
    holders = [one.id for one in places.holder_of_phone(site.county, said)]
    seats = queries.booked_here(site.id, holders, clock.at_local(day), clock.end_of(day)) if holders else ()
    if not seats:
        raise Refused("code_unknown", _("这个手机号今天在本大厅没有预约。请核对号码，或按普通号取号。"))
    now = clock.now()
    return next((one for one in seats if one.ends_at > now), seats[-1]).code


def _rest(site_id: UUID) -> str:
    """Return the class for appointments that name none: the one that takes the rest, else the first."""
    known = queries.classes(site_id)
    return next((one.code for one in known if REST in one.items), known[0].code)


def _priorities(site: places.SiteView) -> list[Choice]:
    ranks = queries.priorities(site.id)
    return [Choice("", _("普通号")), *(Choice(one, _(PRIORITIES.get(one, one))) for one in ranks)]


def _items(site: places.SiteView, asked: str) -> list[FoundItem]:
    here = catalogue.Narrowed(
        codes=frozenset(one.code for one in catalogue.offered_at(site.county, site, clock.today()))
    )
    rows = catalogue.find(site.county, clock.today(), asked, here, most=FOUND).rows
    known, items = queries.classes(site.id), catalogue.items(row.version_id for row in rows)
    found = []
    for row in rows:
        # A hall that says of no class which items it is for sends everybody to its first.
        on_the_spot = items[row.version_id].on_the_spot is not None
        queue = queries.class_for(known, row.code, row.unit, on_the_spot=on_the_spot)
        found.append(FoundItem(row.code, row.name, queue or known[0]))
    return found
