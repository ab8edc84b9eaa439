"""委托: given online by who is signed in, seen by both sides, taken back at once."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tongban.doors.guards import guarded_by, person
from tongban.doors.look.fields import Choice, Field
from tongban.doors.look.sending import sent_once
from tongban.doors.portal.filing.keeping import applicant as guard
from tongban.doors.portal.mine.home import close_to
from tongban.doors.visiting import Visitor, visitor
from tongban.rooms import clock
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.people import actions as people
from tongban.rooms.people import queries
from tongban.rulebook.errors import Refused

POWERS = {
    "file": gettext_noop("代为申请、补正和查看"),
    "sign": gettext_noop("代为签名"),
    "collect": gettext_noop("代为领取结果"),
}
#: How many persons somebody may look for in a minute.
SEARCHES = 10


@guarded_by(person)
def page(request: HttpRequest) -> HttpResponse:
    """Show what she has given and what was given to her."""
    asks, day = visitor(request), clock.today()
    close = close_to(asks)
    found = {one.id: one for person_id in close for one in queries.mandates_of(person_id)}
    names = queries.persons_by_id({pair for one in found.values() for pair in (one.principal_id, one.agent_id)})
    items = {one.code: one.name for one in catalogue.listed(asks.county, day)} if found else {}
    rows = []
    for one in sorted(found.values(), key=lambda row: row.id, reverse=True):
        if one.revoked:
            state, tone = _("已撤回"), ""
        elif one.valid_until < day:
            state, tone = _("已到期"), ""
        elif not one.confirmed:
            state, tone = _("待核对"), "amber"
        else:
            state, tone = _("有效"), "green"
        given = one.principal_id in close
        rows.append(
            {
                "one": one,
                "state": state,
                "tone": tone,
                "given": given,
                "principal": names[one.principal_id].name if one.principal_id in names else "",
                "agent": names[one.agent_id].name if one.agent_id in names else "",
                "items": [_("全部事项")] if "*" in one.items else [items.get(code, code) for code in one.items],
                "powers": [_(POWERS[power]) for power in one.powers],
                "can_revoke": not one.revoked and one.valid_until >= day and given,
            }
        )
    context = {"given": [row for row in rows if row["given"]], "taken": [row for row in rows if not row["given"]]}
    return render(request, "mine/mandates.html", context)


@guarded_by(guard)
def give(request: HttpRequest) -> HttpResponse:
    """委托别人代办, from home: counts at once."""
    asks, day = visitor(request), clock.today()
    close = close_to(asks)
    listed = [one for one in catalogue.listed(asks.county, day) if one.leaf]
    posted = request.POST
    error: dict[str, str] = {}
    sentence = ""
    if request.method == "POST":
        principal = next((one for one in close if str(one) == posted.get("principal")), asks.person_id)
        try:
            until = date.fromisoformat(posted.get("until", ""))
        except ValueError:
            until = day
            error["until"] = _("请写成“年-月-日”，例如 2026-12-31")
        codes = {one.code for one in listed}
        items = ["*"] if "*" in posted.getlist("items") else [posted["item"]] if posted.get("item") in codes else []
        powers = [one for one in posted.getlist("powers") if one in POWERS]
        if not error:
            try:
                agent = _find(asks.county, asks.who.name, posted.get("name", ""), posted.get("number", ""))
                request_of = ["give", str(principal), str(agent), sorted(items), sorted(powers), until]

                def act() -> str:
                    return str(
                        people.give_mandate(
                            principal,
                            agent,
                            items=items,
                            powers=powers,
                            valid_until=until,
                            actor=asks.who.name,
                            confirmed=True,
                        )
                    )

                people.once(asks.who.name, f"mandate:{posted.get('key', '')[:60]}", request_of, act)
            except Refused as no:
                sentence = no.sentence
            else:
                messages.success(request, _("委托已生效。对方登录后就能替您办，您随时可以撤回。"))
                return redirect("mine-mandates")
    fields = [
        Field("name", _("受托人姓名"), value=posted.get("name", ""), attrs=(("autocomplete", "off"),)),
        Field(
            "number",
            _("受托人身份证号码"),
            value=posted.get("number", ""),
            width="medium",
            attrs=(("autocomplete", "off"), ("maxlength", "30")),
        ),
        Field(
            "items",
            _("委托办哪些事"),
            kind="checkboxes",
            values=tuple(posted.getlist("items")),
            required=False,
            choices=(Choice("*", _("全部事项")),),
        ),
        Field(
            "item",
            _("或者只委托一件事"),
            kind="select",
            value=posted.get("item") or request.GET.get("item", ""),
            choices=tuple(Choice(one.code, one.name) for one in listed),
            required=False,
        ),
        Field(
            "powers",
            _("委托对方做什么"),
            kind="checkboxes",
            values=tuple(posted.getlist("powers")) if request.method == "POST" else ("file",),
            choices=tuple(Choice(code, _(label)) for code, label in POWERS.items()),
        ),
        Field(
            "until",
            _("到哪一天为止"),
            kind="date",
            value=posted.get("until", ""),
            width="short",
            error=error.get("until", ""),
        ),
    ]
    if len(close) > 1:
        choices = tuple(Choice(str(one), name) for one, name in close.items())
        chosen = posted.get("principal", str(asks.person_id))
        fields.insert(0, Field("principal", _("替谁委托"), kind="radios", choices=choices, value=chosen))
    context = {"fields": fields, "sentence": sentence}
    return render(request, "mine/give.html", context, status=422 if sentence or error else 200)


@guarded_by(guard)
def revoke(request: HttpRequest, mandate_id: UUID) -> HttpResponse:
    """撤回委托, after a question."""
    asks = visitor(request)
    if request.method == "POST":
        sent_once(request, ["revoke", mandate_id], lambda: _revoked(asks, mandate_id))
        messages.success(request, _("已撤回委托，从现在起对方不能再替您办理。"))
        return redirect("mine-mandates")
    return render(request, "mine/revoke.html", {"agent": queries.person(_given(asks, mandate_id)).name})


def _given(asks: Visitor, mandate_id: UUID) -> UUID:
    """Return the agent of a mandate given by her or somebody close to her.  Raises ``Refused("mandate_unknown")``."""
    close = close_to(asks)
    one = next((one for who in close for one in queries.mandates_of(who) if one.id == mandate_id), None)
    if one is None or one.principal_id not in close:
        raise Refused("mandate_unknown", _("找不到这份委托，或已经撤回。请刷新后再看。"))
    return one.agent_id


def _revoked(asks: Visitor, mandate_id: UUID) -> str:
    _given(asks, mandate_id)
    people.revoke_mandate(mandate_id, actor=asks.who.name)
    return ""


def _find(county: str, who: str, name: str, number: str) -> UUID:
    """Return who has this name and number; one sentence whatever does not fit."""
    if people.spend(f"signer:{who}", SEARCHES):
        raise Refused("too_many", _("查得太快了。请过一分钟再试，已填的内容还在。"))
    found = queries.who_is(county, "citizen_id", number.strip()) if number.strip() else None
    if found is None or found.name != name.strip():
        raise Refused("agent_unknown", _("没有找到姓名和号码都对得上的人。请核对；对方要先在这里登录过一次。"))
    return found.id
