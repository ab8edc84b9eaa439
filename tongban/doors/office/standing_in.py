"""审批: who stands in for a post while its holder is away, by a written order."""

from collections.abc import Mapping
from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tongban.doors.guards import guarded_by
from tongban.doors.look.chosen import chosen_id
from tongban.doors.look.fields import Choice, Field
from tongban.doors.look.sending import sent_once
from tongban.doors.office.views import OFFICE
from tongban.doors.visiting import Visitor, visitor
from tongban.rooms import clock
from tongban.rooms.people import actions as people
from tongban.rooms.people import queries
from tongban.rulebook.errors import Refused

#: Code of a refusal -> the question it is about.
_ABOUT = {
    "stand_in_order_missing": "order",
    "stand_in_order_long": "order",
    "stand_in_past": "until",
    "range_reversed": "until",
    "stand_in_twice": "from",
    "stand_in_vacant": "by",
    "stand_in_self": "by",
    "post_unknown": "by",
    "choice_missing": "by",
    "day_wrong": "from",
}


@guarded_by(OFFICE)
def page(request: HttpRequest) -> HttpResponse:
    """Show the appointments that concern this post and those below it; make one or end one."""
    asks, refused = visitor(request), None
    if request.method == "POST":
        try:
            _change(asks, request)
        except Refused as no:
            refused = no
        else:
            messages.success(request, _("已登记。"), extra_tags="success")
            return redirect("office-stand-ins")
    said = request.POST
    powers, today = queries.powers(), clock.today()
    below = [
        post for post in powers.posts.values() if asks.staff.post_id in {one.id for one in powers.chain(post.id, today)}
    ]
    rows = [
        {
            "row": one,
            "post": powers.posts[one.post_id].title,
            "by": powers.posts[one.by_post_id].title,
            "who": (holder := powers.holder(one.by_post_id, today)) and holder.name,
            "may_end": one.post_id in {post.id for post in below},
        }
        for one in powers.stand_ins
        if one.valid_until >= today
        and one.post_id in powers.posts
        and one.by_post_id in powers.posts
        and ({one.post_id, one.by_post_id} & {post.id for post in below})
    ]
    fields = _fields(powers, asks, below, said)
    if refused and refused.code in _ABOUT:
        fields = [one.with_error(refused.sentence) if one.name == _ABOUT[refused.code] else one for one in fields]
    context = {"rows": rows, "fields": fields, "refused": refused, "today": today}
    return render(request, "office/stand_ins.html", context, status=422 if refused else 200)


def _change(asks: Visitor, request: HttpRequest) -> None:
    said = request.POST
    if end := said.get("end", ""):

        def ended() -> str:
            people.end_stand_in(chosen_id(end), actor=asks.staff)
            return ""

        sent_once(request, ["end-stand-in", end], ended)
        return

    def appoint() -> str:
        made = people.appoint_stand_in(
            chosen_id(said.get("post", "")),
            chosen_id(said.get("by", "")),
            valid_from=_day(said.get("from", "")),
            valid_until=_day(said.get("until", "")),
            order_text=said.get("order", ""),
            actor=asks.staff,
        )
        return str(made)

    words = [said.get(name, "") for name in ("post", "by", "from", "until", "order")]
    sent_once(request, ["stand-in", *words], appoint)


def _fields(
    powers: queries.Powers, asks: Visitor, below: list[queries.PostView], said: Mapping[str, str]
) -> list[Field]:
    get = said.get
    today = clock.today()
    own = asks.staff.post_id
    mine = tuple(
        Choice(str(post.id), post.title) for post in sorted(below, key=lambda post: (post.id != own, post.code))
    )
    units = {post.unit_code for post in below}
    others = tuple(
        Choice(str(post.id), f"{post.title}（{holder.name}）")
        for post in sorted(powers.posts.values(), key=lambda post: post.code)
        if post.unit_code in units and (holder := powers.holder(post.id, today))
    )
    return [
        Field("post", _("哪个岗位不在"), "select", get("post", "") or str(own), choices=mine),
        Field("by", _("由哪个岗位代"), "select", get("by", ""), choices=others),
        Field("from", _("从哪天起"), "date", get("from", ""), width="short"),
        Field("until", _("到哪天止（含当天）"), "date", get("until", ""), width="short"),
        Field("order", _("书面安排的名称和文号"), "text", get("order", ""), attrs=(("maxlength", "200"),)),
    ]


def _day(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise Refused("day_wrong", _("请填写起止日期，例如 2026-10-13。")) from None
