"""培训矩阵: who at the windows of a place is trained for the items of which department, and what nobody is (S046)."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tongban.doors.guards import guarded_by
from tongban.doors.visiting import visitor
from tongban.doors.watch.hall import WATCHES
from tongban.rooms import clock
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.catalogue.queries.finding import FoundItem
from tongban.rooms.people import actions as people
from tongban.rooms.people import queries
from tongban.rooms.waiting import actions as waiting
from tongban.rooms.waiting import queries as waited
from tongban.rulebook.authority import Power
from tongban.rulebook.errors import Refused
from tongban.rulebook.routing import UNIT, covered


@guarded_by(WATCHES)
def index(request: HttpRequest) -> HttpResponse:
    """Show departments by clerks of one place; a name opens to what she is trained for."""
    county = visitor(request).county
    sites = queries.sites(county)
    windows = waited.halls(county)
    wanted = request.GET.get("site", "")
    usual = next((one for one in sites if one.id in windows), sites[0] if sites else None)
    site = next((one for one in sites if one.code == wanted), usual)
    trained, units = waited.trained(county), _by_unit(county)
    clerks = _clerks(county, site.id) if site else {}
    here = {staff_id: trained.get(staff_id, frozenset()) for staff_id in clerks}
    rows = [
        (names[0].unit_name, [_cell(here[staff_id], unit, names) for staff_id in clerks])
        for unit, names in units.items()
    ]
    lacking = [one for unit, names in units.items() for one in names if not waited.able_in(here, one.code, unit)]
    context = {
        "here": "training",
        "sites": sites,
        "site": site,
        "clerks": list(clerks.items()),
        "rows": rows,
        "items": sum(len(names) for names in units.values()),
        "lacking": lacking,
    }
    return render(request, "watch/training.html", context)


@guarded_by(WATCHES)
def one(request: HttpRequest, staff_id: UUID) -> HttpResponse:
    """Show what a clerk is trained for, by department and item, and note it anew."""
    asks, sentence = visitor(request), ""
    clerk = queries.powers().staff.get(staff_id)
    if clerk is None or staff_id not in _everybody(asks.county):
        raise Http404
    units = _by_unit(asks.county)
    held = waited.trained(asks.county).get(staff_id, frozenset())
    if request.method == "POST":
        chosen = sorted({one[:80] for one in request.POST.getlist("covers")})
        try:
            key = request.POST.get("key", "")
            people.once(asks.who.name, key, ["training", str(staff_id), chosen], lambda: _noted(staff_id, chosen, asks))
        except Refused as no:
            sentence, held = no.sentence, frozenset(chosen)
        else:
            messages.success(request, _("{name}的培训已登记。").format(name=clerk.name))
            return redirect("watch-training")
    rows = [
        {
            "unit": UNIT + unit,
            "name": names[0].unit_name,
            "whole": UNIT + unit in held,
            "items": [(item, item.code in held) for item in names],
            "some": sum(item.code in held for item in names),
        }
        for unit, names in units.items()
    ]
    context = {"here": "training", "clerk": clerk, "rows": rows, "sentence": sentence}
    return render(request, "watch/trained.html", context, status=422 if sentence else 200)


def _noted(staff_id: UUID, chosen: list[str], asks: Any) -> str:
    waiting.note_training(staff_id, chosen, actor=asks.who.name)
    return ""


def _by_unit(county: str) -> Mapping[str, list[FoundItem]]:
    """Return what people may ask for, by department."""
    found: dict[str, list[FoundItem]] = {}
    for line in sorted(catalogue.findable(county, clock.today()).values(), key=lambda line: (line.unit, line.name)):
        found.setdefault(line.unit, []).append(line)
    return found


def _everybody(county: str) -> dict[UUID, UUID]:
    """Return the site of each clerk who takes papers in today.  No query."""
    powers, day = queries.powers(), clock.today()
    found: dict[UUID, UUID] = {}
    for post in powers.posts.values():
        if powers.counties[post.id] == county and Power.RECEIVE in powers.held_by(post.id, day):
            holder = powers.holder(post.id, day)
            if holder is not None:
                found.setdefault(holder.id, post.site_id)
    return found


def _clerks(county: str, site_id: UUID) -> dict[UUID, str]:
    staff = queries.powers().staff
    named = {one: staff[one].name for one, at in _everybody(county).items() if at == site_id}
    return dict(sorted(named.items(), key=lambda pair: pair[1]))


def _cell(covers: frozenset[str], unit: str, names: list[FoundItem]) -> str:
    some = sum(covered(covers, one.code, unit) for one in names)
    return _("全部") if some == len(names) else f"{some}/{len(names)}" if some else "—"
