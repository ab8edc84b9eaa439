"""预约: choose a place and a time; when it is full the next free time is offered."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tongban.doors.guards import guarded_by
from tongban.doors.look.booking import choosing
from tongban.doors.look.sending import sent_once
from tongban.doors.portal.filing.keeping import applicant as guard
from tongban.doors.visiting import visitor
from tongban.rooms import clock
from tongban.rooms.waiting import actions as booking
from tongban.rooms.waiting import queries as waiting
from tongban.rulebook.errors import Refused


@guarded_by(guard)
def page(request: HttpRequest) -> HttpResponse:
    """Show her appointments and what is free; book one."""
    person_id, at = visitor(request).person_id, clock.now()
    now = choosing(request, person_id)
    if now.code:
        messages.success(request, _("已约好，预约码 {code}。到现场用预约码签到取号。").format(code=now.code))
        return redirect("mine-appointments")
    seats = waiting.my_appointments(person_id)
    context = {
        "now": now,
        "seats": [(one, now.items.get(one.item_code, ""), one.starts_at > at) for one in seats],
        "item_name": now.items.get(now.item, ""),
    }
    return render(request, "mine/appointments.html", context, status=422 if now.sentence else 200)


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
