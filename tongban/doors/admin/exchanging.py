"""对账与未开放的权限: both sides of every link day by day, what differs and how it was settled, what is not opened."""

from datetime import date, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from tongban.doors.admin import lists
from tongban.doors.admin.lists import Cell
from tongban.doors.admin.staff import officer
from tongban.doors.look.chosen import chosen_id
from tongban.doors.look.fields import Choice, Field
from tongban.doors.look.paging import PER_PAGE, number_of, paged
from tongban.doors.visiting import visitor
from tongban.rooms import clock
from tongban.rooms.exchange import actions, queries
from tongban.rooms.exchange.queries import DIFFERENCE_LABELS, DifferenceRow, MatchingRow, ResourceRow
from tongban.rooms.people import queries as people
from tongban.rulebook.errors import Refused

#: So many days back are shown.
DAYS = 14
#: A difference that stands so many days is to be looked into.
OLD = 3

MATCHED = {"matched": "对上", "differing": "有差异", "unreachable": "对方不通"}
TWIN_STATES = {
    "sending": "待送",
    "handed_over": "已移交",
    "accepted": "已受理",
    "working": "办理中",
    "granted": "准予",
    "refused": "不予",
    "rejected": "对方未收",
}
SETTLED = {
    "agreed": "两边已一致",
    "resent": "已重新移交",
    "corrected_here": "已更正本平台记录",
    "corrected_there": "对方已更正",
    "not_ours": "不是本平台的办件",
    "explained": "已查明，无需更正",
}
KINDS = DIFFERENCE_LABELS
SORTS = {"data": "共享数据", "rights": "业务权限", "link": "系统接口"}
ENDED = {"opened": "已开放", "replaced": "已由其他来源代替", "mistaken": "登记有误"}
SHARED = {"unconditional": "无条件共享", "conditional": "有条件共享", "refused": "不予共享"}
FORMS = {"table": "库表", "file": "文件", "interface": "接口"}


@officer
def matching(request: HttpRequest) -> HttpResponse:
    """Show what was matched in the last days, the latest first; a day opens to its differences."""
    county, today = visitor(request).county, clock.today()
    last = _asked_day(request, today)
    rows = queries.matchings(county, last - timedelta(days=DAYS - 1), last)
    page = number_of(request)
    shown = paged(rows[(page - 1) * PER_PAGE :][: PER_PAGE + 1], page)
    table = [
        (
            str(one.day),
            one.name,
            Cell(_(MATCHED[one.state]), light={"matched": "green", "differing": "red"}.get(one.state, "amber")),
            f"{one.agreed} / {one.ours} / {one.theirs}" if one.state != "unreachable" else one.trouble,
            _differing(one),
            _name(one.entered_by) if one.entered_by else _("自动"),
        )
        for one in shown.rows
    ]
    open_ones = queries.differences(county)
    headings = [_("日期"), _("系统"), _("结果"), _("一致 / 本平台 / 对方"), _("差异"), _("谁对的")]
    return lists.show(
        request,
        "admin/list.html",
        here="matching",
        heading=_("对账"),
        note=_("每天过后自动对一遍。现在有 {n} 条差异没有销账，最早的挂了 {days} 天。").format(
            n=len(open_ones), days=max((one.age for one in open_ones), default=0)
        )
        if open_ones
        else _("每天过后自动对一遍。没有未销账的差异。"),
        warn=bool(open_ones),
        table=lists.table(headings, table, _("这些天没有要对的办件。")),
        page=shown,
        links=[
            (reverse("admin-differences"), _("未销账的差异")),
            (f"?last={last - timedelta(days=DAYS)}", _("更早的 {n} 天").format(n=DAYS)),
        ],
    )


@officer
def differences(request: HttpRequest) -> HttpResponse:
    """List what does not match, the oldest first, with what either side says; settle one."""
    asks, asked = visitor(request), request.GET
    no = None
    if request.method == "POST":
        try:
            chosen = chosen_id(request.POST.get("difference", ""))
            how, note = request.POST.get("how", ""), request.POST.get("note", "")
            lists.once(
                request,
                ["settle", chosen, how, note],
                lambda: actions.settle_difference(chosen, how=how, note=note, who=asks.who, county=asks.county),
            )
            messages.success(request, _("已销账。下次对账仍不一致的，会再列出来。"))
            return redirect(request.get_full_path())
        except Refused as error:
            no = error
    is_settled, day = asked.get("settled") == "1", asked.get("day", "")
    found = queries.differences(asks.county, settled=None if day else is_settled, system=asked.get("system", "")[:32])
    if day:
        found = tuple(one for one in found if str(one.found_on) <= day <= str(one.seen_on))
    page = number_of(request)
    shown = paged(found[(page - 1) * PER_PAGE :][: PER_PAGE + 1], page)
    units, names = _units(asks.county), {one.code: one.name for one in queries.systems(asks.county)}
    ways = tuple(Choice(code, _(label)) for code, label in SETTLED.items() if code != "agreed")
    return lists.show(
        request,
        "admin/differences.html",
        no,
        here="matching",
        heading=_("对账差异"),
        rows=[
            (
                one,
                _(KINDS[one.kind]),
                names[one.system],
                units.get(one.owner, one.owner),
                _sides(one),
                _settled(one),
                one.age >= OLD,
            )
            for one in shown.rows
        ],
        page=shown,
        is_settled=is_settled,
        day=day,
        chosen=request.POST.get("difference", ""),
        how=Field("how", _("怎样销账"), "select", request.POST.get("how", ""), choices=ways),
        note=Field("note", _("怎样查明或更正的"), value=request.POST.get("note", ""), hint=_("不要写姓名。")),
    )


@officer
def withheld(request: HttpRequest) -> HttpResponse:
    """List what departments do not open, the longest first; register, urge, end a line."""
    asks, typed = visitor(request), request.POST
    no = None
    if request.method == "POST":
        try:
            messages.success(request, _act_on_withheld(request))
            return redirect("admin-withheld")
        except Refused as error:
            no = error
    is_ended = request.GET.get("ended") == "1"
    page, units = number_of(request), _units(asks.county)
    found = queries.withheld(asks.county, ended=is_ended)
    shown = paged(found[(page - 1) * PER_PAGE :][: PER_PAGE + 1], page)
    of_units = tuple(Choice(code, name) for code, name in units.items())
    systems = tuple(Choice(one.code, one.name) for one in queries.systems(asks.county))
    listed = tuple(Choice(one.code, one.name) for one in queries.resources(asks.county))
    names = {one.value: one.label for one in (*listed, *systems)}
    return lists.show(
        request,
        "admin/withheld.html",
        no,
        here="withheld",
        heading=_("未开放的权限"),
        rows=[
            (
                one,
                _(SORTS[one.what]),
                names.get(one.resource or one.system, one.resource or one.system),
                units.get(one.department, one.department),
                units.get(one.must_act, one.must_act),
                units.get(one.unit, one.unit),
                _(ENDED[one.ending]) if one.ending else "",
            )
            for one in shown.rows
        ],
        page=shown,
        is_ended=is_ended,
        ending=Field("ending", _("怎样了结"), "select", choices=tuple(Choice(k, _(v)) for k, v in ENDED.items())),
        add=[
            Field(
                "what",
                _("没有开放的是"),
                "select",
                typed.get("what", ""),
                choices=tuple(Choice(k, _(v)) for k, v in SORTS.items()),
            ),
            Field("department", _("哪个部门"), "select", typed.get("department", ""), choices=of_units),
            Field("system", _("哪个系统"), "select", typed.get("system", ""), choices=systems, required=False),
            Field("resource", _("哪项共享资源"), "select", typed.get("resource", ""), choices=listed, required=False),
            Field("reason", _("对方说的理由"), value=typed.get("reason", ""), hint=_("不要写姓名。")),
            Field("must_act", _("由谁协调开放"), "select", typed.get("must_act", ""), choices=of_units),
        ],
    )


@officer
def resources(request: HttpRequest) -> HttpResponse:
    """Show the directory: whose data, on which terms, how often brought up to date, and what is stale."""
    asks, today = visitor(request), clock.today()
    units, page = _units(asks.county), number_of(request)
    # What is stale stands at the top.
    found = sorted(queries.resources(asks.county), key=lambda one: (not one.is_stale(today), one.code))
    stale = sum(one.is_stale(today) for one in found)
    shown = paged(found[(page - 1) * PER_PAGE :][: PER_PAGE + 1], page)
    rows = [
        (
            one.name,
            units.get(one.owner_unit, one.owner_unit),
            _(SHARED.get(one.share, one.share)) + (f"（{one.basis}）" if one.basis else ""),
            _(FORMS.get(one.form, one.form)),
            _period(one),
            str(one.updated_on or "—"),
            _freshness(one, today),
        )
        for one in shown.rows
    ]
    headings = [_("资源"), _("提供单位"), _("共享条件"), _("形式"), _("多久更新"), _("最近更新"), _("状态")]
    return lists.show(
        request,
        "admin/list.html",
        here="resources",
        heading=_("共享资源"),
        note=_("有 {n} 项过了更新周期还没有更新，请提供单位更新后再用。").format(n=stale) if stale else "",
        warn=bool(stale),
        table=lists.table(headings, rows, _("目录里还没有资源。")),
        page=shown,
    )


def _act_on_withheld(request: HttpRequest) -> str:
    asks, typed = visitor(request), request.POST
    if "add" in typed:
        names = ("what", "department", "reason", "must_act", "resource", "system")
        told = {name: typed.get(name, "").strip() for name in names}
        if not told["department"]:
            raise Refused("department_missing", _("请选择是哪个部门没有开放。"))
        lists.once(request, told, lambda: str(actions.register_withheld(asks.county, actor=asks.who.name, **told)))
        return _("已登记。")
    chosen = chosen_id(typed.get("withheld", ""))
    if "urge" in typed:
        lists.once(
            request,
            ["urge", chosen],
            lambda: actions.urge_withheld(chosen, actor=asks.who.name, county=asks.county),
        )
        return _("已记下催办。")
    ending = typed.get("ending", "")
    lists.once(
        request,
        ["end", chosen, ending],
        lambda: actions.end_withheld(chosen, ending=ending, actor=asks.who.name, county=asks.county),
    )
    return _("已了结。")


def _differing(one: MatchingRow) -> str | Cell:
    if not one.differing:
        return "0"
    return Cell(str(one.differing), f"{reverse('admin-differences')}?system={one.system}&day={one.day}")


def _sides(one: DifferenceRow) -> tuple[str, str]:
    ours, theirs = (_(TWIN_STATES.get(state, state)) if state else _("没有") for state in (one.ours, one.theirs))
    return ours, theirs


def _settled(one: DifferenceRow) -> str:
    if not one.settled_at:
        return ""
    return f"{lists.when(one.settled_at)} {_(SETTLED.get(one.settlement, one.settlement))} {one.note}".strip()


def _units(county: str) -> dict[str, str]:
    return {one.code: one.full_name for one in people.units(county)}


def _name(who: str) -> str:
    kind, _colon, some_id = who.partition(":")
    found = {str(one.id): one for one in people.powers().staff.values()}.get(some_id) if kind == "staff" else None
    return found.name if found else who


def _asked_day(request: HttpRequest, today: date) -> date:
    try:
        found = parse_date(request.GET.get("last", "")[:10])
    except ValueError:
        found = None
    return min(found, today) if found else today


def _period(one: ResourceRow) -> str:
    if one.update_days is None:
        return _("没有写明")
    return _("每 {n} 天").format(n=one.update_days) if one.update_days else _("实时")


def _freshness(one: ResourceRow, today: date) -> Cell:
    if one.is_stale(today):
        return Cell(_("过期未更新"), light="red")
    if not one.mounted_rows and one.form != "interface":
        return Cell(_("没有数据"), light="grey")
    return Cell(_("正常"), light="green")
