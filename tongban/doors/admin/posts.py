"""岗位和职权: set up by the system officer; who holds a post and what it may do changes by two officers."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.doors.admin import lists
from tongban.doors.admin.imports import TABLES
from tongban.doors.admin.lists import Cell
from tongban.doors.admin.staff import day_of, officer, two_officers
from tongban.doors.admin.wording import READERS
from tongban.doors.look.chosen import chosen_id
from tongban.doors.look.fields import Choice, Field
from tongban.doors.look.paging import PER_PAGE, number_of, paged
from tongban.doors.visiting import visitor
from tongban.rooms import clock
from tongban.rooms.importing import queries as importing
from tongban.rooms.licences import queries as licences
from tongban.rooms.people import actions as people
from tongban.rooms.people import queries
from tongban.rulebook.authority import LABELS, Power
from tongban.rulebook.basis import BasisKind
from tongban.rulebook.errors import Refused
from tongban.rulebook.kinds import KINDS as KINDS_OF_CASES

KINDS = {
    "grant_authority": "授予职权",
    "withdraw_authority": "收回职权",
    "hold_post": "任岗",
    "end_holding": "卸任",
    "import": "导入一份表",
    "calendar": "放入一年的放假安排",
    "notice_words": "改通知用语",
    "paper_words": "改文书上县里的话",
}
STATES = {"open": "待确认", "confirmed": "已确认", "declined": "不同意"}


@two_officers
def index(request: HttpRequest) -> HttpResponse:
    """List the posts in force."""
    county, text, page = visitor(request).county, request.GET.get("text", "").strip(), number_of(request)
    found = queries.posts_list(county, text=text, day=clock.today(), first=(page - 1) * PER_PAGE, most=PER_PAGE + 1)
    shown = paged(found, page)
    rows = [
        (
            Cell(one.title, reverse("admin-post", args=[one.id])),
            one.code,
            one.unit,
            one.site,
            one.holder.name if one.holder else Cell(_("空缺"), light="amber"),
        )
        for one in shown.rows
    ]
    made = lists.table(
        [_("岗位"), _("代码"), _("单位"), _("场所"), _("担任人")], rows, _("没有找到。请换个名称或单位代码。")
    )
    links = [(reverse("admin-post-new"), _("设立岗位"))] if visitor(request).may(Power.SYSTEM) else []
    return lists.show(
        request,
        "admin/list.html",
        here="posts",
        heading=_("岗位"),
        table=made,
        page=shown,
        search=Field("text", _("岗位名称、代码或单位代码"), "search", text, required=False),
        links=links,
    )


@officer
def new(request: HttpRequest) -> HttpResponse:
    """Set up a post."""
    county, typed, who = visitor(request).county, request.POST, visitor(request).who.name
    no = None
    if request.method == "POST":
        told = {name: typed.get(name, "").strip() for name in ("title", "code", "unit", "site", "reports_to")}
        try:
            if not told["code"]:
                raise Refused("post_code_missing", _("请给岗位一个代码，例如 scjg-reviewer-3。"))
            made = people.once(who, typed.get("key", ""), told, lambda: str(_new(county, who, told)))
            messages.success(request, _("岗位已设立。请提出任岗和职权，由安全管理员确认。"))
            return redirect("admin-post", made)
        except Refused as error:
            no = error
    units = tuple(Choice(one.code, one.full_name) for one in queries.units(county))
    sites = tuple(Choice(one.code, one.name) for one in queries.sites(county))
    fields = [
        Field("title", _("岗位名称"), value=typed.get("title", ""), width="medium"),
        Field("code", _("代码"), value=typed.get("code", ""), width="medium", hint=_("小写字母、数字和短横线。")),
        Field("unit", _("单位"), "select", typed.get("unit", ""), choices=units),
        Field("site", _("场所"), "select", typed.get("site", ""), choices=sites),
        Field("reports_to", _("上级岗位的代码"), value=typed.get("reports_to", ""), required=False, width="medium"),
    ]
    return lists.show(
        request, "admin/form.html", no, here="posts", heading=_("设立岗位"), fields=fields, button=_("设立")
    )


@two_officers
def one(request: HttpRequest, post_id: UUID) -> HttpResponse:
    """Show a post: who held it, what it may do by which order; the system officer proposes changes."""
    asks = visitor(request)
    found = queries.post_row(asks.county, post_id, clock.today())
    if found is None:
        raise Http404
    no = None
    if request.method == "POST":
        try:
            kind, body = _wanted(request, found)
            people.once(
                asks.who.name, request.POST.get("key", ""), body, lambda: str(people.propose(kind, body, by=asks.staff))
            )
            messages.success(request, _("已提出，等安全管理员确认后生效。"))
            return redirect("admin-post", post_id)
        except Refused as error:
            no = error
    authorities = [
        (
            "、".join(LABELS[Power(power)] for power in one.powers),
            "、".join(one.items[:6]) + ("…" if len(one.items) > 6 else ""),
            one.site or _("本场所及以下"),
            f"{one.valid_from} — {one.valid_until or ''}",
            one.order,
            one.basis + ("" if one.basis_verified else _("（待核）")),
            one,
        )
        for one in queries.authorities_of(post_id)
    ]
    return lists.show(
        request,
        "admin/post_one.html",
        no,
        here="posts",
        heading=found.title,
        post=found,
        holdings=queries.holdings_of(post_id),
        authorities=authorities,
        may_propose=asks.may(Power.SYSTEM),
        hold=_hold_fields(request.POST),
        grant=_grant_fields(request.POST),
        today=clock.today(),
    )


@two_officers
def proposals(request: HttpRequest) -> HttpResponse:
    """双人授权: what waits for the second officer, and what was decided."""
    asks = visitor(request)
    no = None
    if request.method == "POST":
        try:
            chosen = chosen_id(request.POST.get("proposal", ""))
            if "confirm" in request.POST:
                people.confirm_proposal(chosen, by=asks.staff)
                messages.success(request, _("已确认，即刻生效。"))
            else:
                people.decline_proposal(chosen, request.POST.get("reason", ""), by=asks.staff)
                messages.success(request, _("已退回，附了理由。"))
            return redirect("admin-proposals")
        except Refused as error:
            no = error
    waiting = [(one, _told(one)) for one in queries.proposals(asks.county, state="open")]
    decided = [one for one in queries.proposals(asks.county, most=30) if one.state != "open"]
    rows = [
        (
            _(KINDS[one.kind]),
            _told(one),
            one.proposed_by,
            one.decided_by,
            lists.when(one.decided_at),
            f"{_(STATES[one.state])} {one.reason}",
        )
        for one in decided
    ]
    made = lists.table([_("变更"), _("内容"), _("提出"), _("确认"), _("时间"), _("结果")], rows, _("还没有办过的。"))
    reason = Field("reason", _("不同意的理由"), value=request.POST.get("reason", ""), required=False)
    return lists.show(
        request,
        "admin/proposals.html",
        no,
        here="proposals",
        waiting=[(one, _(KINDS[one.kind]), told, _seen_at(one)) for one, told in waiting],
        table=made,
        may_decide=asks.may(Power.SECURITY),
        reason=reason,
    )


def _new(county: str, actor: str, told: dict[str, str]) -> UUID:
    return people.create_post(
        told["code"],
        county=county,
        unit=told["unit"],
        site=told["site"],
        title=told["title"],
        actor=actor,
        reports_to=told["reports_to"],
    )


def _wanted(request: HttpRequest, found: queries.PostRow) -> tuple[str, dict[str, Any]]:
    typed = request.POST
    if "end" in typed:
        return "end_holding", {
            "holding": str(chosen_id(typed["end"])),
            "on": clock.today().isoformat(),
            "of": found.code,
        }
    if "withdraw" in typed:
        return "withdraw_authority", {"authority": str(chosen_id(typed["withdraw"])), "of": found.code}
    if "hold" in typed:
        number = typed.get("staff", "").strip()
        who = queries.staff_numbered(visitor(request).county, number)
        if who is None:
            raise Refused("staff_unknown", _("没有这个工号。请核对，或先登记入职。"))
        begins = day_of(typed.get("from", "")) if typed.get("from") else clock.today()
        return "hold_post", {"staff": str(who.id), "post": str(found.id), "from": begins.isoformat()}
    items = [one for one in typed.get("items", "").replace("，", ",").replace("、", ",").split(",") if one.strip()]
    body: dict[str, Any] = {
        "post": found.code,
        "items": [one.strip() for one in items],
        "powers": typed.getlist("powers"),
        "order": typed.get("order", "").strip(),
        "basis_kind": BasisKind.LOCAL.value,
        "basis": typed.get("basis", "").strip() or typed.get("order", "").strip(),
    }
    if typed.get("until"):
        body["until"] = day_of(typed["until"]).isoformat()
    return "grant_authority", body


def _told(one: queries.ProposalView) -> str:
    """Return what a proposal would change, in words."""
    powers, day, body = queries.powers(), clock.today(), one.body
    if one.kind == "grant_authority":
        named = "、".join(LABELS[Power(power)] for power in body["powers"])
        return f"{body.get('post') or body.get('unit')}：{named}（{'、'.join(body['items'][:6])}），{body['order']}"
    if one.kind == "hold_post":
        staff, post = powers.staff.get(UUID(body["staff"])), powers.posts.get(UUID(body["post"]))
        return f"{staff.name if staff else ''} → {post.title if post else ''}，{body.get('from') or day}"
    if one.kind == "import":
        table = importing.one_import(one.county, UUID(body["import"]))
        return f"{_(TABLES[table.kind])}（{table.name}）：{importing.in_words(table.counts)}" if table else ""
    if one.kind in ("notice_words", "paper_words"):
        return f"{_where(body['key'])}：{body['text'] or _('用回原话')}"
    if one.kind == "calendar":
        return _("{year} 年").format(year=body["year"])
    title = next((post.title for post in powers.posts.values() if post.code == body.get("of")), "")
    return f"{title} {body.get('on', '')}"


def _where(key: str) -> str:
    """Return in words where on a notice or a document the county's words stand."""
    if place := licences.places().get(key):
        return place.label
    whom, _slash, step = key.partition("/")
    labels = (one.label for kind in KINDS_OF_CASES.values() for one in kind.steps if one.name == step)
    return next(labels, "") or _(READERS.get(whom, whom))


def _seen_at(one: queries.ProposalView) -> str:
    """Return where more of a proposal is to be seen, or nothing."""
    if one.kind == "import":
        return reverse("admin-import", args=[one.body["import"]])
    return reverse("admin-calendar-proposed", args=[one.id]) if one.kind == "calendar" else ""


def _hold_fields(typed: Any) -> list[Field]:
    return [
        Field("staff", _("工号"), value=typed.get("staff", ""), width="short"),
        Field("from", _("从哪天起"), "date", typed.get("from", clock.today().isoformat()), width="short"),
    ]


def _grant_fields(typed: Any) -> list[Field]:
    choices = tuple(Choice(power.value, _(label)) for power, label in LABELS.items())
    chosen = tuple(typed.getlist("powers")) if hasattr(typed, "getlist") else ()
    return [
        Field("powers", _("职权"), "checkboxes", values=chosen, choices=choices),
        Field(
            "items",
            _("哪些事项"),
            value=typed.get("items", ""),
            hint=_("事项代码，用逗号分开；* 是全部事项；unit:scjg 是一个单位的全部事项。"),
        ),
        Field("order", _("授权文件和文号"), value=typed.get("order", "")),
        Field("basis", _("依据"), value=typed.get("basis", ""), required=False, hint=_("不写的，就是上面的文件。")),
        Field("until", _("到哪天止"), "date", typed.get("until", ""), required=False, width="short"),
    ]
