"""登记手机号, 代为预约: how a person is reached, and a time booked for somebody who phones (S032)."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from tongban.doors.counter.windows import show
from tongban.doors.guards import guarded_by, staff
from tongban.doors.look.booking import choosing
from tongban.doors.look.fields import Choice, Field
from tongban.doors.visiting import visitor
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.people import actions as people
from tongban.rooms.people import queries
from tongban.rooms.waiting import queries as waited
from tongban.rulebook.authority import Power
from tongban.rulebook.errors import Refused

#: Who takes papers in has seen them: who only accepts or hands out decides nothing about who may register online.
TAKES_IN = staff(Power.RECEIVE)


@guarded_by(TAKES_IN)
def phone(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Note her telephone after her papers were seen: whoever holds it may register her account online."""
    asks, who = visitor(request), _somebody(request, person_id)
    number, seen = request.POST.get("phone", "").strip()[:20], request.POST.get("seen") == "true"
    wrong, unseen = "", ""
    if request.method == "POST":
        unseen = "" if seen else _("请先看本人和证件，再勾选。")
        try:
            if seen:
                key, asked = request.POST.get("key", ""), ["note_phone", person_id, number]
                people.once(asks.who.name, key, asked, lambda: _noted(who.id, number, asks.who.name))
                messages.success(request, _("手机号已登记。本人可以用它在网上注册账号、查进度。"))
                return redirect("counter-person", person_id)
        except Refused as no:
            wrong = no.sentence
    fields = (
        Field("phone", _("手机号"), kind="tel", value=number, width="medium", error=wrong),
        Field(
            "seen",
            _("我看过本人和证件，号码是本人当面说的"),
            kind="checkbox",
            value="true" if seen else "",
            error=unseen,
        ),
    )
    return show(request, "phone", {"who": who, "fields": fields}, status=422 if wrong or unseen else 200)


@guarded_by(TAKES_IN)
def appointment(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Show what is free and book a seat for her; when it is full the next free time is offered."""
    who = _somebody(request, person_id)
    now = choosing(request, who.id, usual=visitor(request).staff.site_id)
    if now.code:
        told = _("已约好，预约码 {code}。请告诉本人：到现场说预约码或手机号取号。")
        messages.success(request, told.format(code=now.code))
        return redirect("counter-appointment", person_id)
    context = {
        "who": who,
        "now": now,
        "seats": [(one, now.items.get(one.item_code, "")) for one in waited.my_appointments(who.id)],
        "where": Field(
            "site",
            _("在哪里办"),
            kind="select",
            value=str(now.site.id) if now.site else "",
            choices=tuple(Choice(str(one.id), one.name) for one in now.sites),
        ),
        "what": Field(
            "item",
            _("办什么"),
            kind="select",
            value=now.item,
            choices=tuple(Choice(code, name) for code, name in sorted(now.items.items(), key=lambda pair: pair[1])),
            required=False,
        ),
    }
    return show(request, "appointment", context, status=422 if now.sentence else 200)


def _somebody(request: HttpRequest, person_id: UUID) -> queries.PersonView:
    """Return who is there; somebody of another county is nobody.  Looking is logged."""
    asks = visitor(request)
    who = queries.persons_by_id([person_id]).get(person_id)
    if who is None or who.county != asks.county:
        raise Http404
    ledger.log_access(asks.who.name, "person", who.id, "窗口接待")
    return who


def _noted(person_id: UUID, number: str, actor: str) -> str:
    people.note_phone(person_id, number, actor=actor)
    return ""
