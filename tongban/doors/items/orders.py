"""调整令: 取消、合并、冻结、承接、下放、转备案、收费调整, with basis, day and what people are told (S004)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tongban.doors.guards import guarded_by
from tongban.doors.items.views import editor
from tongban.doors.look.fields import Choice, Field
from tongban.doors.look.sending import sent_once
from tongban.doors.visiting import visitor
from tongban.rooms import clock
from tongban.rooms.catalogue import actions as catalogue
from tongban.rooms.catalogue.actions import NewOrder
from tongban.rooms.catalogue.queries import trying
from tongban.rooms.catalogue.queries.trying import ORDER_LABELS
from tongban.rulebook.basis import Basis, BasisKind
from tongban.rulebook.errors import Refused

_BASES = (
    Choice("law", "法律法规规章"),
    Choice("document", "上级文件"),
    Choice("local", "本地政策"),
)


@guarded_by(editor)
def index(request: HttpRequest) -> HttpResponse:
    """List the orders, the latest first."""
    county, today = visitor(request).county, clock.today()
    rows = [(one, ORDER_LABELS[one.kind], one.in_force_on > today) for one in trying.all_orders(county)]
    return render(request, "items/orders.html", {"rows": rows})


@guarded_by(editor)
def new(request: HttpRequest) -> HttpResponse:
    """Enter an order."""
    given = {name: request.POST.get(name, request.GET.get(name, "")).strip() for name in _NAMES}
    wrong = ""
    if request.method == "POST":
        try:
            sent_once(request, ["order", *given.values()], lambda: _ordered(request, given))
        except Refused as no:
            wrong = no.sentence
        else:
            messages.success(request, _("调整令已登记。"))
            return redirect("items-orders")
    context = {"fields": _fields(given), "wrong": wrong}
    return render(request, "items/order_new.html", context, status=422 if wrong else 200)


@guarded_by(editor)
@require_POST
def withdraw(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Take an order back before its day."""
    asks = visitor(request)

    def withdrawn() -> str:
        catalogue.withdraw_order(asks.county, order_id, by=asks.who.name)
        return ""

    sent_once(request, ["withdraw-order", order_id], withdrawn)
    messages.success(request, _("调整令已撤回。"))
    return redirect("items-orders")


_NAMES = ("number", "kind", "items", "target", "on", "notice", "basis_kind", "basis_text", "basis_source")


def _ordered(request: HttpRequest, given: dict[str, str]) -> str:
    catalogue.order_change(visitor(request).county, _order(given), by=visitor(request).who.name)
    return ""


def _order(given: dict[str, str]) -> NewOrder:
    try:
        day = parse_date(given["on"])
    except ValueError:
        day = None
    if day is None:
        raise Refused("date_wrong", _("施行日期要写成 2026-10-13 这样。请改正。"))
    kind = given["basis_kind"] if given["basis_kind"] in set(BasisKind) else "document"
    codes = tuple(word for word in given["items"].replace("，", " ").replace(",", " ").split() if word)
    basis = Basis(BasisKind(kind), given["basis_text"], given["basis_source"], verified=bool(given["basis_source"]))
    return NewOrder(given["number"], given["kind"], codes, day, given["notice"], basis, given["target"])


def _fields(given: dict[str, Any]) -> tuple[Field, ...]:
    kinds = tuple(Choice(code, label) for code, label in ORDER_LABELS.items())
    return (
        Field("number", _("文号"), value=given["number"]),
        Field("kind", _("怎样调整"), kind="select", choices=kinds, value=given["kind"]),
        Field("items", _("事项代号"), value=given["items"], hint=_("几个事项用空格隔开")),
        Field("target", _("并入哪个事项"), value=given["target"], hint=_("只有合并才填"), required=False),
        Field("on", _("施行日期"), kind="date", value=given["on"], width="short"),
        Field("notice", _("告知办事人的话"), kind="textarea", value=given["notice"]),
        Field("basis_kind", _("依据种类"), kind="radios", choices=_BASES, value=given["basis_kind"] or "document"),
        Field("basis_text", _("依据"), value=given["basis_text"]),
        Field("basis_source", _("依据出处"), value=given["basis_source"], hint=_("不填的标为待核"), required=False),
    )
