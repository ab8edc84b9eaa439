"""One thing per page: the situation, the form, who else signs, how the result comes.  All of it is saved as it is."""

from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tongban.doors.look.delivery import DELIVERY
from tongban.doors.look.fields import Choice, Field, from_schema, read_schema
from tongban.doors.portal.filing.opened import Opened, base_of, on_draft, opened, saved
from tongban.doors.portal.filing.tasks import after
from tongban.rooms.casework.actions import Piece
from tongban.rooms.people import actions as people
from tongban.rooms.people import queries
from tongban.rulebook.errors import Refused
from tongban.rulebook.guards import ROLE_LABELS

#: Longest address taken, in characters, and how many persons somebody may look for in a minute.
LONGEST, SEARCHES = 200, 10


@on_draft
def situations(request: HttpRequest, now: Opened) -> HttpResponse:
    """Ask for her situation: the answers choose materials, and the parts of a bundle."""
    if request.method == "POST":
        known = {option.code for one in now.item.situations for option in one.options}
        chosen = frozenset(request.POST.get(f"s-{one.code}", "") for one in now.item.situations) & known
        # What an older page does not ask stays as it was answered.
        asked = {
            option.code for one in now.item.situations if f"s-{one.code}" in request.POST for option in one.options
        }
        piece = Piece(options=(now.draft.options - asked) | chosen)
        if (told := saved(request, now, now.fill(piece), piece)) is not None:
            return told
        now = opened(request, now.id)
        if not now.situations_left or "skip" in request.POST:
            return redirect(after(now, now.url("situations"), back=request.POST.get("back", "")))
    promise = now.item.promise
    fields = tuple(
        Field(
            f"s-{one.code}",
            one.question,
            kind="radios",
            value=next((option.code for option in one.options if option.code in now.draft.options), ""),
            choices=tuple(
                Choice(
                    option.code,
                    option.label,
                    promise.consequence if promise and promise.option == option.code else "",
                )
                for option in one.options
            ),
            error=_("请选一项")
            if request.method == "POST" and not any(o.code in now.draft.options for o in one.options)
            else "",
        )
        for one in now.item.situations
    )
    return _page(request, now, _("您的情况"), fields, lead=_("您的回答决定要交哪些材料，不用的不会问您要。"))


@on_draft
def form(request: HttpRequest, now: Opened, page: int) -> HttpResponse:
    """Ask a few questions of the form."""
    if not 1 <= page <= len(now.form_pages):
        raise Http404
    names = now.form_pages[page - 1]
    wrong: dict[str, str] = {}
    if request.method == "POST":
        answers = read_schema(now.item.form, request.POST, only=names)
        piece = Piece(answers=answers, asked=names, base=base_of(request))
        if (told := saved(request, now, now.fill(piece), piece)) is not None:
            return told
        now = opened(request, now.id)
        wrong = {name: fault for name, fault in now.faults.items() if name in names}
        if not wrong or "skip" in request.POST:
            return redirect(after(now, now.url("form", page), back=request.POST.get("back", "")))
    properties = now.item.form["properties"]
    part: dict[str, Any] = {**now.item.form, "properties": {name: properties[name] for name in names}}
    fields = from_schema(part, now.draft.answers, wrong)
    heading = _("填写申请表")
    if len(now.form_pages) > 1:
        heading = _("申请表第 {n} 页，共 {of} 页").format(n=page, of=len(now.form_pages))
    return _page(request, now, heading, fields)


@on_draft
def delivery(request: HttpRequest, now: Opened) -> HttpResponse:
    """Ask how the result should come."""
    wishes, ways = now.draft.wishes, now.item.guide.delivery
    wrong = {}
    if request.method == "POST":
        way = request.POST.get("delivery", "")
        address = request.POST.get("address", "").strip()[:LONGEST]
        piece = Piece(wishes=replace(wishes, delivery=way if way in ways else "", address=address))
        if (told := saved(request, now, now.fill(piece), piece)) is not None:
            return told
        now = opened(request, now.id)
        wishes = now.draft.wishes
        if not wishes.delivery:
            wrong["delivery"] = _("请选一项")
        if wishes.delivery == "mail" and not wishes.address:
            wrong["address"] = _("要邮寄的，请写明收件人、电话和地址")
        if not wrong or "skip" in request.POST:
            return redirect(after(now, now.url("delivery"), back=request.POST.get("back", "")))
    choices = tuple(
        Choice(way, _(DELIVERY[way][0]), now.item.guide.place if way == "window" else _(DELIVERY[way][1]))
        for way in ways
        if way in DELIVERY
    )
    fields: tuple[Field, ...] = (
        Field(
            "delivery",
            _("结果怎么取"),
            kind="radios",
            value=wishes.delivery,
            choices=choices,
            error=wrong.get("delivery", ""),
        ),
    )
    if "mail" in ways:
        fields += (
            Field(
                "address",
                _("收件人、电话和地址（选邮寄的才填）"),
                kind="textarea",
                value=wishes.address,
                required=False,
                error=wrong.get("address", ""),
                attrs=(("maxlength", str(LONGEST)), ("autocomplete", "street-address")),
            ),
        )
    return _page(request, now, _("结果怎么取"), fields)


@on_draft
def signers(request: HttpRequest, now: Opened) -> HttpResponse:
    """Ask who else is to sign: found by name and number, told by the house to sign after the filing."""
    fields: list[Field] = []
    signed = dict(now.draft.wishes.signers)
    faults = False
    for role in now.roles:
        name, number = request.POST.get(f"name-{role}", "").strip(), request.POST.get(f"number-{role}", "").strip()
        fault = ""
        if request.method == "POST" and (name or number):
            try:
                signed[role] = _find(now, name, number)
            except Refused as no:
                fault = no.sentence
        elif request.method == "POST" and role not in signed:
            fault = _("请写明姓名和证件号码；还不知道的，可以先跳过")
        faults = faults or bool(fault)
        label = _(ROLE_LABELS.get(role, role))
        known = role in signed and not fault
        fields.append(
            Field(
                f"name-{role}",
                _("{role}的姓名或单位名称").format(role=label),
                value=name if fault else "",
                hint=_("已写明。要换人的，重新填写。") if known else "",
                error=fault,
                required=not known,
                attrs=(("autocomplete", "off"), ("data-private", "")),
            )
        )
        fields.append(
            Field(
                f"number-{role}",
                _("{role}的身份证号码或统一社会信用代码").format(role=label),
                value=number if fault else "",
                required=not known,
                width="medium",
                attrs=(("autocomplete", "off"), ("data-private", ""), ("maxlength", "30")),
            )
        )
    if request.method == "POST":
        now.fill(Piece(wishes=replace(now.draft.wishes, signers=signed)))
        if not faults or "skip" in request.POST:
            now = opened(request, now.id)
            return redirect(after(now, now.url("signers"), back=request.POST.get("back", "")))
    lead = _("提交后会通知对方登录签名，签完才算材料齐全。对方也可以到窗口签。")
    return _page(request, now, _("还要谁签名"), tuple(fields), lead=lead, autosave=False)


def _find(now: Opened, name: str, number: str) -> Any:
    """Return who has this name and number.  One sentence for a wrong name and an unknown number: nobody is guessed."""
    if people.spend(f"signer:{now.who.name}", SEARCHES):
        raise Refused("too_many", _("查得太快了。请过一分钟再试，已填的内容还在。"))
    found = None
    for scheme in ("citizen_id", "credit_code", "passport", "hmt"):
        found = found or queries.who_is(now.file.county, scheme, number)
    if found is None or found.name != name or found.id == now.applicant.id:
        raise Refused(
            "signer_unknown",
            _("没有找到姓名和号码都对得上的人。请核对；对方从没在这里办过事的，请对方先登录一次，或以后到窗口签名。"),
        )
    return found.id


def _page(
    request: HttpRequest, now: Opened, heading: str, fields: tuple[Field, ...], *, lead: str = "", autosave: bool = True
) -> HttpResponse:
    wrong = any(one.error for one in fields)
    context = {"now": now, "heading": heading, "fields": fields, "lead": lead, "autosave": autosave, "wrong": wrong}
    context["back"] = request.POST.get("back") or request.GET.get("back", "")
    return render(request, "filing/questions.html", context, status=422 if wrong else 200)
