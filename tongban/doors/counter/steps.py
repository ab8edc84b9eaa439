"""办一步: each step a window may take, told by its own form; whether it may be taken the rooms decide."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tongban.doors.counter import cases
from tongban.doors.counter.windows import AT_DESK
from tongban.doors.guards import guarded_by
from tongban.doors.look import fields as forms
from tongban.doors.visiting import Visitor, visitor
from tongban.rooms.casework import actions as casework
from tongban.rooms.casework.actions import Done, Offer
from tongban.rooms.casework.queries.seeing import Seen, seen
from tongban.rooms.files import actions as files
from tongban.rooms.files.binding import bind
from tongban.rooms.people import queries
from tongban.rulebook.errors import Refused
from tongban.rulebook.facts import FORM

Act = Callable[[HttpRequest, Visitor, Seen, str], Done]


@guarded_by(AT_DESK)
@require_POST
def step(request: HttpRequest, case_id: UUID, name: str) -> HttpResponse:
    """Take one step and show the case again, its papers sealed."""
    asks = visitor(request)
    if name not in STEPS:
        raise Http404
    found = seen(case_id, asks.who)
    try:
        STEPS[name][1](request, asks, found, request.POST.get("key", ""))
    except Refused as no:
        typed = {key: str(value) for key, value in request.POST.items() if key != "csrfmiddlewaretoken"}
        answers = forms.read_schema(found.file.facts.item.form, request.POST)
        return cases.page(request, found, no=no, doing=name, typed=typed, answers=answers)
    return cases.after_step(request, case_id, _("已办理：{what}。").format(what=_(STEPS[name][0])))


def _accept(request: HttpRequest, asks: Visitor, found: Seen, key: str) -> Done:
    return casework.accept(found.file.id, asks.who, key=key)


def _on_spot(request: HttpRequest, asks: Visitor, found: Seen, key: str) -> Done:
    return casework.decide_on_spot(found.file.id, asks.who, opinion=request.POST.get("opinion", "").strip(), key=key)


def _ask_correction(request: HttpRequest, asks: Visitor, found: Seen, key: str) -> Done:
    named = request.POST.getlist("lack")
    lacking = {code: request.POST.get(f"r-{code}", "").strip() for code in named}
    return casework.ask_correction(found.file.id, asks.who, lacking, key=key)


def _not_accept(request: HttpRequest, asks: Visitor, found: Seen, key: str) -> Done:
    reason, ground = (request.POST.get(name, "").strip() for name in ("reason", "ground"))
    return casework.not_accept(found.file.id, asks.who, ground=ground, reason=reason, key=key)


def _supply(request: HttpRequest, asks: Visitor, found: Seen, key: str) -> Done:
    offers = _brought(request, asks)
    answers = None
    if request.POST.get("with_form"):
        answers = forms.read_schema(found.file.facts.item.form, request.POST)
    if not offers and answers is None:
        raise Refused("material_empty", _("请勾选收到的材料，或上传扫描件。"))
    return casework.supply(found.file.id, asks.who, offers, answers=answers, key=key)


def _supply_later(request: HttpRequest, asks: Visitor, found: Seen, key: str) -> Done:
    brought = {code: offer.file_id for code, offer in _brought(request, asks).items()}
    return casework.supply_later(found.file.id, asks.who, brought, key=key)


def _sign(request: HttpRequest, asks: Visitor, found: Seen, key: str) -> Done:
    said = request.POST.get("said", "").strip()
    signer = queries.find_one(asks.county, said) if said else None
    if signer is None:
        raise Refused("person_unknown", _("没有找到签名的人，或同名的有几位。请刷身份证，或先登记其本人。"))
    return casework.sign(found.file.id, asks.who, role=request.POST.get("role", ""), person_id=signer.id, key=key)


def _settle_fee(request: HttpRequest, asks: Visitor, found: Seen, key: str) -> Done:
    state, voucher = request.POST.get("state", "paid"), request.POST.get("voucher", "")
    return casework.settle_fee(found.file.id, asks.who, state=state, voucher=voucher, key=key)


def _issue(request: HttpRequest, asks: Visitor, found: Seen, key: str) -> Done:
    return casework.issue(found.file.id, asks.who, key=key)


#: Step -> what it is called, and how it is told.
STEPS: dict[str, tuple[str, Act]] = {
    "accept": ("受理", _accept),
    "decide_on_spot": ("当场办结", _on_spot),
    "ask_correction": ("一次性告知补正", _ask_correction),
    "not_accept": ("不予受理", _not_accept),
    "supply": ("补正材料", _supply),
    "supply_later": ("补交容缺材料", _supply_later),
    "sign": ("当事人签名", _sign),
    "settle_fee": ("登记缴费或减免", _settle_fee),
    "issue": ("制证、统一出件", _issue),
}


def _brought(request: HttpRequest, asks: Visitor) -> dict[str, Offer]:
    """Return what is handed in now: ticked on paper, or scanned."""
    offers: dict[str, Any] = {code: Offer(paper=True) for code in request.POST.getlist("brought") if code != FORM}
    for key in request.FILES:
        content = bind([one.read() for one in request.FILES.getlist(key)])
        stored = files.store(content, county=asks.county, actor=asks.who.name, provisional=True)
        offers[key[2:]] = Offer(file_id=stored)
    return offers
