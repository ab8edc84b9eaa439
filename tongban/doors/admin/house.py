"""What the house runs on: windows, calendars, seals, other systems, tokens, what is kept how long, how it is now."""

from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.doors.admin import lists
from tongban.doors.admin.lists import Cell
from tongban.doors.admin.years import CALENDAR_ENDS
from tongban.doors.guards import guarded_by, staff
from tongban.doors.look.chosen import chosen_id
from tongban.doors.look.fields import Choice, Field
from tongban.doors.visiting import Visitor, visitor
from tongban.rooms import calendars as known_days
from tongban.rooms import clock
from tongban.rooms.casework.queries.sweeping import missed_moments
from tongban.rooms.exchange import queries as exchange
from tongban.rooms.exchange.queries.health import SystemHealth, health
from tongban.rooms.ledger import closing
from tongban.rooms.ledger import queries as ledger
from tongban.rooms.licences import actions as licences
from tongban.rooms.licences import queries as licensed
from tongban.rooms.people import actions as people
from tongban.rooms.people import queries
from tongban.rooms.waiting import actions as waiting
from tongban.rooms.waiting import queries as waits
from tongban.rulebook.authority import Power
from tongban.rulebook.errors import Refused

officer = guarded_by(staff(Power.SYSTEM))
keeper = guarded_by(staff(Power.SECURITY))

#: A promise that has been owed so long is late; so long, something is broken.
LATE, BROKEN = timedelta(minutes=5), timedelta(hours=1)
#: A seal whose certificate ends sooner is to be renewed.
SEAL_ENDS = timedelta(days=90)

MANNERS = {"interface": "接口", "file": "文件交换", "paper": "人工录入"}

SCOPES = {
    "cases": "申报、查看和办理办件",
    "people": "登记和查找人员、单位",
    "licences": "查看证照和文书",
    "waiting": "取号、叫号、预约",
    "figures": "查看指标",
    "exchange": "对接系统发来消息",
    "webhooks": "订阅事件",
}

#: What is kept, how long, and what happens then.
KEPT = (
    ("台账（办件的每一步）", "长期", "只增不改，每天封账签名"),
    ("归档的办件", "按档案保管期限", "四性检验后保管，期满依法鉴定"),
    ("办件中的自由文字", "随办件", "销毁办件的密钥后无法再读出"),
    ("查看个人信息的记录", "长期", "本人可以看到谁看过"),
    ("没有交上来的上传文件", "2 天", "自动清除"),
    ("导入的表", "写入或放弃后 2 天", "自动清除原表，留下摘要、件数和逐行报告"),
    ("验证码", "10 分钟有效，1 天后清除", "自动清除"),
    ("输错密码的计数", "1 天", "自动清除"),
    ("接口请求的应答", "7 天", "自动清除"),
    ("登录", "办事人 14 天不用失效，工作人员 10 小时", "记录留存，可随时退出"),
)


@officer
def halls(request: HttpRequest) -> HttpResponse:
    """List the halls in which tickets are given out."""
    county = visitor(request).county
    open_ones = waits.halls(county)
    rows = [
        (Cell(one.name, reverse("admin-hall", args=[one.code])), one.code)
        for one in queries.sites(county)
        if one.id in open_ones
    ]
    made = lists.table([_("大厅"), _("代码")], rows, _("还没有开设取号的大厅。"))
    return lists.show(request, "admin/list.html", here="halls", heading=_("窗口和专区"), table=made)


@officer
def hall(request: HttpRequest, code: str) -> HttpResponse:
    """Show the windows and zones of a hall; add a window, move one to another zone."""
    asks = visitor(request)
    place = queries.site_coded(asks.county, code)
    arranged = waits.arrangement(place.id)
    if arranged is None:
        raise Http404
    no = None
    if request.method == "POST":
        try:
            zone = chosen_id(request.POST.get("in_zone" if "add" in request.POST else "to_zone", ""))
            if "add" in request.POST:
                number = request.POST.get("number", "").strip()
                if not number or len(number) > 8:
                    raise Refused("window_number", _("窗口号不能为空，最多 8 位。请重新填写。"))
                lists.once(request, ["add_window", zone, number], lambda: str(_add_window(asks, zone, number)))
                messages.success(request, _("窗口已设立。"))
            else:
                window = chosen_id(request.POST.get("window", ""))
                lists.once(request, ["reassign_window", window, zone], lambda: _move_window(asks, window, zone))
                messages.success(request, _("窗口已调整，下一个号起按新专区叫。"))
            return redirect("admin-hall", code)
        except Refused as error:
            no = error
    zones = {one.code: one for one in arranged.zones}
    names = {one.code: one.name for one in arranged.classes}
    rows = [
        (
            one.number,
            zones[one.zone].name if one.zone in zones else one.zone,
            "、".join(names.get(code, code) for code in one.classes),
            Cell(_("开着"), light="green") if one.is_open else Cell(_("关着"), light="grey"),
        )
        for one in arranged.windows
    ]
    choose_zone = tuple(Choice(str(one.id), one.name) for one in arranged.zones)
    choose_window = tuple(Choice(str(one.id), one.number) for one in arranged.windows)
    return lists.show(
        request,
        "admin/hall.html",
        no,
        here="halls",
        heading=place.name,
        table=lists.table([_("窗口"), _("专区"), _("叫哪些号"), _("现在")], rows, _("还没有窗口。")),
        move=[
            Field("window", _("窗口"), "select", request.POST.get("window", ""), choices=choose_window),
            Field("to_zone", _("调到专区"), "select", request.POST.get("to_zone", ""), choices=choose_zone),
        ],
        add=[
            Field("number", _("新窗口号"), value=request.POST.get("number", ""), width="short"),
            Field("in_zone", _("放在专区"), "select", request.POST.get("in_zone", ""), choices=choose_zone),
        ],
    )


@keeper
def seals(request: HttpRequest) -> HttpResponse:
    """List the seals and how long their certificates last; withdraw one."""
    asks = visitor(request)
    no = None
    if request.method == "POST":
        try:
            chosen = chosen_id(request.POST.get("seal", ""))
            if chosen not in {one.id for one in licensed.seals(asks.county)}:
                raise Refused("seal_unknown", _("印章登记里没有这枚印章。请重新选择。"))
            reason, by = request.POST.get("reason", ""), asks.who.name
            lists.once(
                request,
                ["withdraw_seal", chosen, reason],
                lambda: licences.withdraw_seal(chosen, reason=reason, actor=by),
            )
            messages.success(request, _("印章已停用。它盖过的文书仍然有效。"))
            return redirect("admin-seals")
        except Refused as error:
            no = error
    found, now = licensed.seals(asks.county), clock.now()
    units = {one.code: one.full_name for one in queries.units(asks.county)}
    rows = [
        (
            one.name,
            units.get(one.unit, one.unit),
            _("测试章") if one.demo else _("正式"),
            str(one.uses),
            f"{clock.legal_date(one.valid_from)} — {clock.legal_date(one.valid_until)}",
            _seal_state(one.withdrawn_at is not None, one.valid_until - now),
        )
        for one in found
    ]
    in_use = tuple(Choice(str(one.id), one.name) for one in found if one.withdrawn_at is None)
    reasons = (
        Choice("replaced", _("换发新章")),
        Choice("unit_gone", _("单位撤并")),
        Choice("key_lost", _("密钥遗失或泄露")),
    )
    return lists.show(
        request,
        "admin/seals.html",
        no,
        here="seals",
        heading=_("印章和密钥"),
        table=lists.table([_("印章"), _("单位"), _("性质"), _("用过次数"), _("证书期限"), _("状态")], rows),
        fields=[
            Field("seal", _("停用哪一枚"), "select", request.POST.get("seal", ""), choices=in_use),
            Field("reason", _("原因"), "radios", request.POST.get("reason", "replaced"), choices=reasons),
        ],
    )


@officer
def adapters(request: HttpRequest) -> HttpResponse:
    """List other agencies' systems and how they are."""
    county, now = visitor(request).county, clock.now()
    rows = [
        (
            one.name,
            _(MANNERS.get(one.manner, one.manner)) + (_("（模拟）") if one.adapter == "simulator" else ""),
            lists.when(one.last_success),
            f"{one.calls - one.failed} / {one.calls}",
            f"{one.queued}" + (f"（{lists.when(one.oldest_queued)}）" if one.oldest_queued else ""),
            str(one.withheld),
            _system_state(one, one.oldest_queued is not None and now - one.oldest_queued > BROKEN),
        )
        for one in health(county, now - timedelta(days=1))
    ]
    troubled = [
        (one.system, one.outside_number, str(one.on), one.state, one.reason)
        for one in exchange.troubled_messages(county)
    ]
    headings = [_("系统"), _("方式"), _("最近一次成功"), _("一天内答复/查询"), _("待发"), _("未开放"), _("状态")]
    return lists.show(
        request,
        "admin/list.html",
        here="adapters",
        heading=_("对接系统"),
        table=lists.table(headings, rows, _("还没有登记对接系统。")),
        second=lists.table(
            [_("系统"), _("对方编号"), _("日期"), _("情况"), _("原因")], troubled, _("没有需要人看的消息。")
        ),
        second_heading=_("需要人看的消息"),
    )


@officer
def tokens(request: HttpRequest) -> HttpResponse:
    """List the tokens of the API; make one for another system, revoke one."""
    asks = visitor(request)
    no, secret = None, ""
    if request.method == "POST":
        try:
            if "revoke" in request.POST:
                chosen = chosen_id(request.POST["revoke"])
                if chosen not in {one.id for one in queries.tokens(asks.county)}:
                    raise Refused("token_not_found", _("没有这个令牌。请刷新后再看。"))
                people.revoke_token(chosen, actor=asks.who.name)
                messages.success(request, _("令牌已收回，即刻失效。"))
                return redirect("admin-tokens")
            secret = _make_token(request)
            if not secret:
                messages.info(request, _("这个令牌刚才已经制作，只显示一次。没有记下的，请收回后重新制作。"))
                return redirect("admin-tokens")
        except Refused as error:
            no = error
    now = clock.now()
    shown = [
        (one, one.is_good(now), "、".join(_(SCOPES.get(scope, scope)) for scope in sorted(one.scopes)))
        for one in queries.tokens(asks.county)
    ]
    systems = tuple(Choice(one.code, one.name) for one in exchange.systems(asks.county))
    fitting = tuple(Choice(code, _(SCOPES[code])) for code in ("exchange", "webhooks", "figures"))
    fields = [
        Field("name", _("给谁用、作什么用"), value=request.POST.get("name", "")),
        Field("system", _("对接系统"), "select", request.POST.get("system", ""), choices=systems),
        Field.checks("scopes", _("用途"), request.POST, fitting),
        Field("days", _("有效天数"), "number", request.POST.get("days", "90"), width="short"),
    ]
    return lists.show(request, "admin/tokens.html", no, here="tokens", tokens=shown, secret=secret, fields=fields)


@officer
def retention(request: HttpRequest) -> HttpResponse:
    """Show what is kept and how long."""
    rows = [tuple(map(_, line)) for line in KEPT]
    made = lists.table([_("什么"), _("保留多久"), _("之后")], rows)
    return lists.show(request, "admin/list.html", here="retention", heading=_("保留期限"), table=made)


@guarded_by(staff(Power.SYSTEM, Power.SECURITY, Power.AUDIT))
def state(request: HttpRequest) -> HttpResponse:
    """Show how the house is: what is owed to the world, whether time is heeded, whether days are closed."""
    county, now = visitor(request).county, clock.now()
    owed = ledger.backlog(now)
    missed, since = missed_moments(now)
    last = closing.roots(county)[-1:]
    until, behind = last[0].day if last else None, len(closing.unclosed(county))
    rows = [
        (_("待兑现的承诺"), str(sum(one.due for one in owed)), _age(min((one.oldest for one in owed), default=None))),
        (_("到点未走的法定步骤"), str(missed), _age(since)),
        (
            _("台账封到"),
            str(until or "—"),
            Cell(_("正常"), light="green")
            if behind == 0
            else Cell(_("有 {n} 天没有封账").format(n=behind), light="red"),
        ),
        (_("工作日历到"), str(known_days.calendar().known_until), _calendar_state()),
    ]
    by_kind = [(one.kind, str(one.due), _age(one.oldest), str(one.troubled), one.trouble or "—") for one in owed]
    return lists.show(
        request,
        "admin/list.html",
        here="state",
        heading=_("系统状态"),
        table=lists.table([_("项目"), _("现在"), _("状态")], rows),
        second=lists.table(
            [_("承诺的种类"), _("件数"), _("最早的一件"), _("试过没成的"), _("最近的原因")], by_kind, _("没有欠着的。")
        ),
        second_heading=_("后台待办"),
    )


def _add_window(asks: Visitor, zone: UUID, number: str) -> UUID:
    return waiting.add_window(zone, number, actor=asks.who.name)


def _move_window(asks: Visitor, window: UUID, zone: UUID) -> None:
    waiting.reassign_window(window, zone, actor=asks.who.name)


def _make_token(request: HttpRequest) -> str:
    """Return the secret of a new token; empty when the same form was sent before: the secret is kept nowhere."""
    asks, typed = visitor(request), request.POST
    days = typed.get("days", "")
    if not typed.get("system"):
        raise Refused("token_of_one", _("请选择这个令牌给哪个对接系统用。"))
    name, scopes, system = typed.get("name", ""), typed.getlist("scopes"), typed["system"]
    secrets: list[str] = []

    def make() -> str:
        made = people.make_token(
            asks.county,
            name,
            actor=asks.who.name,
            scopes=scopes,
            system=system,
            days=int(days) if days.isascii() and days.isdigit() and len(days) < 5 else 0,
        )
        secrets.append(made.secret)
        return str(made.id)

    lists.once(request, ["make_token", name, scopes, system, days], make)
    return "".join(secrets)


def _seal_state(withdrawn: bool, left: timedelta) -> Cell:
    if withdrawn:
        return Cell(_("已停用"), light="grey")
    if left < timedelta(0):
        return Cell(_("证书已过期"), light="red")
    return Cell(_("快到期"), light="amber") if left < SEAL_ENDS else Cell(_("在用"), light="green")


def _system_state(one: SystemHealth, stuck: bool) -> Cell:
    if one.calls and one.failed == one.calls:
        return Cell(_("连不上"), light="red")
    if stuck:
        return Cell(_("有积压"), light="red")
    if not one.calls and one.last_success is None:
        return Cell(_("还没有用过"), light="grey")
    return Cell(_("时断时续"), light="amber") if one.failed else Cell(_("正常"), light="green")


def _calendar_state() -> Cell:
    left = known_days.calendar().known_until - clock.today()
    return Cell(_("快到头了"), light="amber") if left < CALENDAR_ENDS else Cell(_("正常"), light="green")


def _age(since: datetime | None) -> Cell:
    if since is None:
        return Cell(_("正常"), light="green")
    age = clock.now() - since
    colour = "red" if age > BROKEN else "amber" if age > LATE else "green"
    return Cell(_("自 {moment}").format(moment=lists.when(since)), light=colour)
