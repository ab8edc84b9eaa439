"""预约: choose a place and a time; when it is full the next free time is offered."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tongban.doors.guards import guarded_by
from tongban.doors.look.chosen import chosen_id
from tongban.doors.look.sending import sent_once
from tongban.doors.portal.filing.keeping import applicant as guard
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


@guarded_by(guard)
def page(request: HttpRequest) -> HttpResponse:
    """Show her appointments and what is free; book one."""
    asks, now = visitor(request), clock.now()
    names = {one.code: one.name for one in catalogue.listed(asks.county, clock.today())}
    item = request.POST.get("item") or request.GET.get("item", "")
    item = item if item in names else ""
    sites = people.sites(asks.county)
    site = next((one for one in sites if str(one.id) == (request.POST.get("site") or request.GET.get("site"))), None)
    sentence, offer = "", None
    if request.method == "POST":
        try:
            booked = booking.book(
                chosen_id(request.POST.get("session", "")),
                asks.person_id,
                actor=asks.who.name,
                key=request.POST.get("key", "")[:60],
                item_code=item,
            )
        except SessionFull as full:
            sentence, offer = full.sentence, full.offer
        except Refused as no:
            sentence = no.sentence
        else:
            messages.success(
                request, _("已约好，预约码 {code}。到现场用预约码签到取号。").format(code=booked.seat.code)
            )
            return redirect("mine-appointments")
    free = waiting.free_sessions(site.id, now, now + AHEAD)[:MOST] if site is not None else ()
    days: dict[object, list[object]] = {}
    for one in free:
        days.setdefault(clock.legal_date(one.starts_at), []).append(one)
    seats = waiting.my_appointments(asks.person_id)
    context = {
        "seats": [(one, names.get(one.item_code, ""), one.starts_at > now) for one in seats],
        "sites": sites,
        "site": site,
        "item": item,
        "item_name": names.get(item, ""),
        "days": list(days.items()),
        "sentence": sentence,
        "offer": offer,
        "now": now,
    }
    return render(request, "mine/appointments.html", context, status=422 if sentence else 200)


@guarded_by(guard)
def cancel(request: HttpRequest, seat_id: UUID) -> HttpResponse:
    """Give the seat back, after a question."""
    asks = visitor(request)
    seat = waiting.seat(seat_id)
    if (seat.holder_kind, seat.holder_id) != ("person", asks.person_id):
        raise Refused("seat_unknown", _("没有找到这个预约。请核对预约码。"))
    if request.method == "POST":

        def cancelled() -> str:
            booking.cancel_booking(seat_id, actor=asks.who.name)
            return ""

        sent_once(request, ["cancel", seat_id], cancelled)
        messages.success(request, _("已取消预约，名额已让给别人。"))
        return redirect("mine-appointments")
    return render(request, "mine/cancel.html", {"seat": seat})
