"""应急收件单: reserved and printed in advance, entered afterwards with the true time, each one accounted for."""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.doors.guards import guarded_by
from tongban.doors.station.home import AT_STATION, found_one, station_of
from tongban.doors.visiting import Visitor, visitor
from tongban.rooms import clock
from tongban.rooms.casework import actions as casework
from tongban.rooms.casework.actions import Filing, Offer
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.people import actions as people
from tongban.rooms.waiting import actions as waiting
from tongban.rooms.waiting import queries as waited
from tongban.rulebook.errors import Refused

#: Slips of one page of the list.
MOST = 100
GIVEN = ("day", "count", "number", "reason", "said", "item", "at")


@guarded_by(AT_STATION)
def index(request: HttpRequest) -> HttpResponse:
    """List the station's slips; reserve, enter, strike out."""
    asks = visitor(request)
    if request.method == "GET":
        return _page(request, asks, {})
    given = {name: request.POST.get(name, "").strip() for name in GIVEN}
    do = request.POST.get("do", "")
    try:
        if do not in DOINGS:
            raise Refused("unknown_step", _("请从页面上的按钮中选择。"))
        act = DOINGS[do]
        told = people.once(asks.who.name, request.POST.get("key", ""), ["slips", do, given], lambda: act(asks, given))
    except Refused as no:
        return _page(request, asks, given, do=do, no=no)
    if do == "enter":
        return redirect(told)
    messages.success(request, told)
    return redirect("station-slips")


@guarded_by(AT_STATION)
def pad(request: HttpRequest) -> HttpResponse:
    """Show the slips of a day for the printer, four on a sheet."""
    asks = visitor(request)
    day = day_of(request.GET.get("day", "")) if request.GET.get("day") else clock.today()
    rows = [one for one in waited.slips(asks.staff.site_id, day=day) if one.state == "reserved"]
    return render(request, "station/pad.html", {"site": station_of(asks), "day": day, "rows": rows})


def day_of(value: str) -> date:
    """Return the day typed.  Raises ``Refused("slips_day")``."""
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise Refused("slips_day", _("请填写日期，例如 2026-10-13。")) from None


def begin(
    asks: Visitor,
    *,
    applicant: UUID,
    item: str,
    day: date,
    number: int,
    at: datetime,
    answers: dict[str, Any] | None = None,
    options: frozenset[str] = frozenset(),
    papers: tuple[str, ...] = (),
) -> str:
    """Enter a slip as a draft of its applicant and return where it is gone on with.  Call it in a transaction."""
    site = station_of(asks)
    filing = Filing(
        county=asks.county,
        item_code=item,
        applicant_id=applicant,
        answers=answers or {},
        offers={code: Offer(paper=True) for code in papers},
        options=options,
        channel="village" if site.kind == "village" else "window",
        site_id=site.id,
    )
    draft_id = casework.save_draft(filing, asks.who)
    waiting.use_slip(site.id, day, number, received_at=at, case_id=draft_id, actor=asks.who.name)
    return f"{reverse('counter-receive', args=[applicant, item])}?draft={draft_id}"


def _reserve(asks: Visitor, given: dict[str, str]) -> str:
    count = int(given["count"]) if given["count"].isascii() and given["count"].isdigit() else 0
    numbers = waiting.reserve_slips(asks.staff.site_id, day_of(given["day"]), count, actor=asks.who.name)
    return _("已预留 {first} 至 {last} 号，请打印备用。").format(first=numbers[0], last=numbers[-1])


def _void(asks: Visitor, given: dict[str, str]) -> str:
    waiting.void_slip(
        asks.staff.site_id, day_of(given["day"]), _number(given), reason=given["reason"], actor=asks.who.name
    )
    return _("{n} 号已作废。").format(n=given["number"])


def _enter(asks: Visitor, given: dict[str, str]) -> str:
    day = day_of(given["day"])
    if not given["said"] or not given["item"]:
        raise Refused("slip_unfilled", _("请照纸单填写申请人和要办的事项。"))
    return begin(
        asks,
        applicant=found_one(asks.county, given["said"]).id,
        item=given["item"],
        day=day,
        number=_number(given),
        at=moment_of(day, given["at"]),
    )


DOINGS = {"reserve": _reserve, "void": _void, "enter": _enter}


def moment_of(day: date, value: str) -> datetime:
    """Return the time of day written on a slip as a moment of its day.  Raises ``Refused("slip_moment")``."""
    try:
        return datetime.combine(day, time.fromisoformat(value), tzinfo=clock.SHANGHAI)
    except ValueError:
        raise Refused("slip_moment", _("请填写纸单上的收件时间，例如 09:30。")) from None


def _number(given: dict[str, str]) -> int:
    number = given["number"].rpartition("-")[2]
    if not (number.isascii() and number.isdigit() and len(number) < 6):
        raise Refused("slip_unknown", _("请填写应急收件单的号码。"))
    return int(number)


def _page(
    request: HttpRequest, asks: Visitor, given: dict[str, str], *, do: str = "", no: Refused | None = None
) -> HttpResponse:
    site, today = station_of(asks), clock.today()
    rows = waited.slips(site.id, most=MOST)
    items = catalogue.offered_at(asks.county, site, today)
    context = {
        "site": site,
        "today": today,
        "rows": rows,
        "open": [one for one in rows if one.state in ("reserved", "missing")],
        "missing": sum(one.state == "missing" for one in rows),
        "items": items,
        "given": given,
        "do": do,
        "sentence": no.sentence if no else "",
    }
    return render(request, "station/slips.html", context, status=422 if no else 200)
