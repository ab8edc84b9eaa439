"""办事指南: one page an item, for the version in force; the printed code always leads to that one (S006)."""

from urllib.parse import urljoin
from uuid import UUID

import segno
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tongban.doors.guards import anyone, guarded_by
from tongban.doors.look.saying import in_words
from tongban.doors.portal.ways import to_file
from tongban.rooms import clock
from tongban.rooms.casework.queries.consulting import answers_outdated
from tongban.rooms.casework.queries.parts import bundle_item
from tongban.rooms.casework.queries.planning import bundle_plan
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.people import queries as people
from tongban.rulebook.catalogue.item import Item
from tongban.rulebook.errors import Refused

#: Refusals about an item that once was there: its page says what became of it.
_GONE = ("item_cancelled", "item_merged", "item_frozen", "item_not_in_force")
#: The namespace a drawing needs that stands in a file of its own.
SVG = "http://www.w3.org/2000/svg"
#: Places shown at once; the others open below.
_PLACES_SHOWN = 4


@guarded_by(anyone)
def page(request: HttpRequest, county: str, code: str) -> HttpResponse:
    """Show the guide of the version in force, or of the old one that is asked for."""
    today = clock.today()
    history = catalogue.versions(county, code)
    wanted = request.GET.get("version", "")
    old = next((one for one in history if str(one.version) == wanted), None)
    if wanted and old is None:
        raise Http404
    try:
        current = catalogue.in_force(county, code, today)
    except Refused as gone:
        if gone.code == "item_is_main":
            choices = catalogue.children(county, code, today)
            main = {"name": history[-1].name, "choices": choices, "county": county}
            return render(request, "portal/main_item.html", main)
        if gone.code not in _GONE:
            raise
        if old is None:
            return _gone(request, county, code, gone)
        current = None
    version_id = old.id if old is not None else current.version_id if current else history[-1].id
    is_old = current is None or version_id != current.version_id
    item = catalogue.item(version_id)
    context = _told(county, version_id, item, is_old)
    context |= {
        "version": next(one for one in history if one.id == version_id),
        "current": current,
        "is_old": is_old,
        "history": tuple(reversed(history)),
        "address": urljoin(settings.TONGBAN_VERIFY_PAGE, reverse("item", args=[county, code])),
        "file_url": to_file(code),
        "outdated": bool(item.faq) and not is_old and answers_outdated([one.id for one in history], version_id),
    }
    return render(request, "portal/guide.html", context)


@guarded_by(anyone)
def code(request: HttpRequest, county: str, code: str) -> HttpResponse:
    """Draw the code that a print sheet carries: the address of the item, never of a version."""
    if not catalogue.versions(county, code):
        raise Http404
    address = urljoin(settings.TONGBAN_VERIFY_PAGE, reverse("item", args=[county, code]))
    drawn = segno.make(address, error="m", micro=False).svg_inline(scale=4, border=4, light="#fff")
    answer = HttpResponse(drawn.replace("<svg ", f'<svg xmlns="{SVG}" ', 1), content_type="image/svg+xml")
    answer.headers["Cache-Control"] = "public, max-age=86400"
    return answer


def _told(county: str, version_id: UUID, item: Item, is_old: bool) -> dict[str, object]:
    """Return what the page says of a version; parts and shared papers of a bundle as they stand today."""
    today = clock.today()
    told = catalogue.guide(version_id)
    plan, materials = None, told.materials
    if item.parts and not is_old:
        every = frozenset(option.code for one in item.situations for option in one.options)
        whole = bundle_item(county, item, every, today)
        materials = catalogue.material_lines(whole, whole.materials)
        plan = bundle_plan(county, item, None, today)
    places = catalogue.places(county, item.code, item.stations, today)
    units = {one.code: one.full_name for one in people.units(county)}
    return {
        "county": county,
        "guide": told,
        "item": item,
        "plan": plan,
        "bring": tuple(one for one in materials if one.brought),
        "spared": tuple(one for one in materials if not one.brought),
        "unit_name": units.get(item.unit, item.unit),
        "units": units,
        "places": places[:_PLACES_SHOWN],
        "more_places": places[_PLACES_SHOWN:],
    }


def _gone(request: HttpRequest, county: str, code: str, gone: Refused) -> HttpResponse:
    after, history = catalogue.successor(county, code, clock.today()), catalogue.versions(county, code)
    context: dict[str, object] = {
        "county": county,
        "name": history[-1].name,
        "history": tuple(reversed(history)),
        "sentence": in_words(gone.sentence),
        "basis": gone.basis,
        "successor": after if after != code else "",
    }
    status = 410 if gone.code in ("item_cancelled", "item_merged") else 200
    return render(request, "portal/gone.html", context, status=status)
