"""登记手机号, 代为预约: how a person is reached, and a time booked for somebody who phones (S032)."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from tongban.doors.counter.windows import show
from tongban.doors.guards import guarded_by, staff
from tongban.doors.look.chosen import chosen_id
from tongban.doors.look.fields import Choice, Field
from tongban.doors.visiting import visitor
from tongban.rooms import clock
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.people import actions as people
from tongban.rooms.people import queries
from tongban.rooms.waiting import actions as waiting
from tongban.rooms.waiting import queries as waited
from tongban.rooms.waiting.actions import SessionFull
from tongban.rulebook.authority import Power
from tongban.rulebook.errors import Refused

#: Who takes papers in has seen them: who only accepts or hands out decides nothing about who may register online.
TAKES_IN = staff(Power.RECEIVE)
#: How far ahead one may book, and how many free sessions a page shows.
AHEAD, MOST = timedelta(days=30), 40


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
    asks, who, now = visitor(request), _somebody(request, person_id), clock.now()
    names = {one.code: one.name for one in catalogue.listed(asks.county, clock.today())}
    given = request.POST or request.GET
    item = given.get("item", "") if given.get("item", "") in names else ""
    sites = queries.sites(asks.county)
    wanted = given.get("site", "") or str(asks.staff.site_id)
    site = next((one for one in sites if str(one.id) == wanted), None)
    sentence, offer = "", None
    if request.method == "POST":
        try:
            seat = waiting.book(
                chosen_id(request.POST.get("session", "")),
                who.id,
                actor=asks.who.name,
                key=request.POST.get("key", "")[:60],
                item_code=item,
            ).seat
        except SessionFull as full:
            sentence, offer = full.sentence, full.offer
        except Refused as no:
            sentence = no.sentence
        else:
            told = _("已约好，预约码 {code}。请告诉本人：到现场说预约码或手机号取号。")
            messages.success(request, told.format(code=seat.code))
            return redirect("counter-appointment", person_id)
    free = waited.free_sessions(site.id, now, now + AHEAD)[:MOST] if site is not None else ()
    days: dict[object, list[object]] = {}
    for one in free:
        days.setdefault(clock.legal_date(one.starts_at), []).append(one)
    context = {
        "who": who,
        "seats": [(one, names.get(one.item_code, "")) for one in waited.my_appointments(who.id)],
        "site": site,
        "where": Field(
            "site",
            _("在哪里办"),
            kind="select",
            value=str(site.id) if site else "",
            choices=tuple(Choice(str(one.id), one.name) for one in sites),
        ),
        "what": Field(
            "item",
            _("办什么"),
            kind="select",
            value=item,
            choices=tuple(Choice(code, name) for code, name in sorted(names.items(), key=lambda pair: pair[1])),
            required=False,
        ),
        "item": item,
        "days": list(days.items()),
        "sentence": sentence,
        "offer": offer,
    }
    return show(request, "appointment", context, status=422 if sentence else 200)


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
