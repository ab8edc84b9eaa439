"""首问负责: what was asked of me and is not answered yet; handed over it stays mine until it is accepted."""

from collections.abc import Callable
from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from tongban.doors.counter.windows import desk_of, show
from tongban.doors.guards import any_staff, guarded_by
from tongban.doors.look.chosen import chosen_id
from tongban.doors.look.fields import Choice, Field
from tongban.doors.visiting import Visitor, visitor
from tongban.rooms import clock
from tongban.rooms.people import actions as people
from tongban.rooms.people import queries
from tongban.rooms.waiting import actions as waiting
from tongban.rooms.waiting import queries as waited
from tongban.rulebook.errors import Refused


@guarded_by(any_staff)
def index(request: HttpRequest) -> HttpResponse:
    """List open questions; take one, answer it, hand it over, accept or decline it; name a stand-in."""
    asks = visitor(request)
    if request.method == "GET":
        return _page(request, asks)
    do = request.POST.get("do", "")
    given = {name: request.POST.get(name, "").strip() for name in GIVEN}
    try:
        if do not in DOINGS:
            raise Refused("unknown_step", _("请从页面上的按钮中选择。"))
        act = DOINGS[do]
        told = people.once(
            asks.who.name, request.POST.get("key", ""), ["questions", do, given], lambda: act(asks, given)
        )
    except Refused as no:
        return _page(request, asks, no=no, do=do, typed=given)
    messages.success(request, told)
    return redirect("counter-questions")


GIVEN = ("question", "text", "to", "first", "last", "absence")


def _page(
    request: HttpRequest, asks: Visitor, *, no: Refused | None = None, do: str = "", typed: dict[str, str] | None = None
) -> HttpResponse:
    me, day, typed = asks.staff, clock.today(), typed or {}
    powers = queries.powers()
    rows = waited.questions_of(me.staff_id, day)
    standing_for = waited.stands_in_for(me.staff_id, day)
    away = waited.absence_of(me.staff_id, day)
    told = [
        {
            "row": one,
            "mine": one.owner_id == me.staff_id or one.owner_id in standing_for,
            "offered": one.offered_to == me.staff_id,
            "owner": powers.staff[one.owner_id].name,
            "to": powers.staff[one.offered_to].name if one.offered_to else "",
            "typed": typed if typed.get("question") == str(one.id) else {},
        }
        for one in rows
    ]
    fresh = Field(
        "text",
        _("群众问了什么"),
        kind="textarea",
        value=typed.get("text", "") if do == "take" else "",
        error=no.sentence if no and do == "take" else "",
    )
    context = {
        "rows": told,
        "colleagues": _colleagues(asks, powers),
        "fresh": fresh,
        "away": away,
        "stand_in": powers.staff[away.stand_in].name if away else "",
        "today": day,
        "typed": typed if do == "away" else {},
        "sentence": no.sentence if no and do != "take" else "",
        "standing_for": [powers.staff[one].name for one in standing_for],
    }
    return show(request, "questions", context, status=422 if no else 200)


def _colleagues(asks: Visitor, powers: queries.Powers) -> list[Choice]:
    """Those who hold a post today, each once."""
    day = clock.today()
    found: dict[UUID, Choice] = {}
    for post in powers.posts.values():
        holder = powers.holder(post.id, day)
        if holder and powers.counties[post.id] == asks.county and holder.id != asks.staff.staff_id:
            found.setdefault(holder.id, Choice(str(holder.id), f"{holder.name} · {post.title}"))
    return sorted(found.values(), key=lambda one: one.label)


def _take(asks: Visitor, given: dict[str, str]) -> str:
    ticket = desk_of(asks).ticket
    waiting.take_question(
        asks.staff.site_id,
        given["text"],
        owner=asks.staff.staff_id,
        actor=asks.who.name,
        person_id=ticket.person_id if ticket else None,
        ticket_id=ticket.id if ticket else None,
    )
    return _("已登记。这个问题由您负责到底，直到答复或同事接手。")


def _answer(asks: Visitor, given: dict[str, str]) -> str:
    waiting.answer_question(chosen_id(given["question"]), given["text"], by=asks.staff.staff_id, actor=asks.who.name)
    return _("已登记答复。")


def _hand_over(asks: Visitor, given: dict[str, str]) -> str:
    me = asks.staff.staff_id
    waiting.hand_over_question(chosen_id(given["question"]), chosen_id(given["to"]), by=me, actor=asks.who.name)
    return _("已转交，等对方接手；接手前仍由您负责。")


def _accept(asks: Visitor, given: dict[str, str]) -> str:
    waiting.accept_question(chosen_id(given["question"]), by=asks.staff.staff_id, actor=asks.who.name)
    return _("已接手，从现在起由您负责。")


def _decline(asks: Visitor, given: dict[str, str]) -> str:
    waiting.decline_question(chosen_id(given["question"]), by=asks.staff.staff_id, actor=asks.who.name)
    return _("已退回，仍由原来的同事负责。")


def _away(asks: Visitor, given: dict[str, str]) -> str:
    first, last = _day(given["first"]), _day(given["last"])
    waiting.name_stand_in(asks.staff.staff_id, chosen_id(given["to"]), first, last, actor=asks.who.name)
    return _("已登记。您离岗期间，您的问题由这位同事代管。")


def _back(asks: Visitor, given: dict[str, str]) -> str:
    waiting.end_absence(chosen_id(given["absence"]), by=asks.staff.staff_id, actor=asks.who.name)
    return _("已登记回岗。")


DOINGS: dict[str, Callable[[Visitor, dict[str, str]], str]] = {
    "take": _take,
    "answer": _answer,
    "hand_over": _hand_over,
    "accept": _accept,
    "decline": _decline,
    "away": _away,
    "back": _back,
}


def _day(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise Refused("absence_range", _("请填写离岗的起止日期，例如 2026-10-13。")) from None
