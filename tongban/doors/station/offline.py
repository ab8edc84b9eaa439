"""断网收件: a page that keeps what is typed in the browser and sends it, once, when the line is back.

This is the part of the station that needs JavaScript; paper slips do without.
"""

import json
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tongban.doors.guards import guarded_by
from tongban.doors.look import fields as forms
from tongban.doors.look.saying import in_words
from tongban.doors.station.home import AT_STATION, station_of
from tongban.doors.station.slips import begin, day_of, moment_of
from tongban.doors.visiting import Visitor, visitor
from tongban.rooms import clock
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.people import actions as people
from tongban.rooms.people import queries
from tongban.rooms.waiting import queries as waited
from tongban.rulebook.errors import Refused

#: Longest entry, in characters.
LONGEST = 60_000


@guarded_by(AT_STATION)
def page(request: HttpRequest) -> HttpResponse:
    """Show the page; it stays open, or comes from the browser's own store, while the line is down."""
    return render(request, "station/offline.html", {"site": station_of(visitor(request))})


@guarded_by(AT_STATION)
def items(request: HttpRequest) -> HttpResponse:
    """Tell the page what it needs without a line: items of this station with their questions, and slips left."""
    asks = visitor(request)
    site, today = station_of(asks), clock.today()
    rows = catalogue.offered_at(asks.county, site, today)
    known = catalogue.items(one.version_id for one in rows)
    slips = [one for one in waited.slips(site.id) if one.state in ("reserved", "missing")]
    told = {
        "slips": [{"label": one.label, "day": one.day.isoformat(), "number": one.number} for one in slips],
        "items": [_told(one.code, one.name, known[one.version_id]) for one in rows],
    }
    return JsonResponse(told)


@guarded_by(AT_STATION)
@require_POST
def send(request: HttpRequest) -> HttpResponse:
    """Enter what was typed while the line was down; the same key again gives the same answer."""
    asks = visitor(request)
    try:
        entry, key = _entry(request)
        where = people.once(asks.who.name, key, ["offline", entry], lambda: _entered(asks, entry))
    except Refused as no:
        return JsonResponse({"code": no.code, "sentence": in_words(no.sentence)}, status=422)
    return JsonResponse({"url": where})


@guarded_by(AT_STATION)
def worker(request: HttpRequest) -> HttpResponse:
    """Return the script that keeps this page in the browser for when there is no line."""
    return render(request, "station/worker.js", content_type="text/javascript; charset=utf-8")


def _entry(request: HttpRequest) -> tuple[dict[str, Any], str]:
    raw, key = request.POST.get("entry", ""), request.POST.get("key", "")
    try:
        entry = json.loads(raw) if len(raw) <= LONGEST else None
    except ValueError:
        entry = None
    plain = ("item", "name", "number", "phone", "slip_day", "slip_number", "at")
    if not isinstance(entry, dict) or not 8 <= len(key) <= 80:
        raise Refused("entry_unreadable", _("这条离线收件读不出来。请照纸单重新录入。"))
    found: dict[str, Any] = {name: str(entry.get(name, "")).strip() for name in plain}
    answers, papers, options = entry.get("answers"), entry.get("papers"), entry.get("options")
    found["answers"] = {str(k): str(v) for k, v in answers.items()} if isinstance(answers, dict) else {}
    found["papers"] = sorted(map(str, papers)) if isinstance(papers, list) else []
    found["options"] = sorted(map(str, options)) if isinstance(options, list) else []
    return found, key


def _entered(asks: Visitor, entry: dict[str, Any]) -> str:
    day = day_of(entry["slip_day"])
    number = int(entry["slip_number"]) if entry["slip_number"].isdigit() else 0
    at = moment_of(day, entry["at"])
    item = catalogue.in_force(asks.county, entry["item"], day).item
    known = {option.code for situation in item.situations for option in situation.options}
    codes = {one.code for one in item.materials}
    return begin(
        asks,
        applicant=_applicant(asks, entry),
        item=item.code,
        day=day,
        number=number,
        at=at,
        answers=forms.read_schema(item.form, entry["answers"]),
        options=frozenset(entry["options"]) & known,
        papers=tuple(code for code in entry["papers"] if code in codes),
    )


def _applicant(asks: Visitor, entry: dict[str, Any]) -> UUID:
    """Return who is known by the number, or register her.  A number under another name is not taken as hers."""
    found = queries.who_is(asks.county, "citizen_id", entry["number"]) if entry["number"] else None
    if found is None:
        return people.register_person(
            entry["name"],
            county=asks.county,
            actor=asks.who.name,
            identifiers=[("citizen_id", entry["number"], "")],
            phone=entry["phone"],
        )
    if found.name != entry["name"]:
        raise Refused("name_differs", _("这个身份证号码登记的是另一个姓名。请核对号码和姓名后再提交。"))
    return found.id


def _told(code: str, name: str, item: Any) -> dict[str, Any]:
    fields = [
        {
            "name": one.name,
            "label": one.label,
            "kind": one.kind,
            "required": one.required,
            "choices": [[choice.value, choice.label] for choice in one.choices],
        }
        for one in forms.from_schema(item.form, {})
    ]
    papers = [
        {"code": one.code, "name": one.name, "when": list(one.situations)}
        for one in item.materials
        if one.source == "applicant"
    ]
    asked = [
        {"question": one.question, "options": [[option.code, option.label] for option in one.options]}
        for one in item.situations
    ]
    return {"code": code, "name": name, "fields": fields, "papers": papers, "situations": asked}
