"""系统管理: the first page, by the power of who comes."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.doors.admin import lists
from tongban.doors.guards import guarded_by, staff
from tongban.doors.visiting import visitor
from tongban.rooms.people import queries
from tongban.rulebook.authority import Power

_S, _K, _A = Power.SYSTEM, Power.SECURITY, Power.AUDIT
#: Name of the page, what it is called, what it is for, and whose it is.
PAGES: tuple[tuple[str, str, str, frozenset[Power]], ...] = (
    ("admin-staff", "人员", "入职、离职、账号", frozenset({_S, _K})),
    ("admin-posts", "岗位和职权", "谁担任什么岗位，凭哪份文件办哪些事", frozenset({_S, _K})),
    ("admin-proposals", "双人授权", "一人提出，另一人确认后才生效", frozenset({_S, _K})),
    ("admin-halls", "窗口和专区", "大厅的窗口归哪个专区、叫哪些号", frozenset({_S})),
    ("admin-imports", "导入", "名单、证照和在办件的表，先检查再写入", frozenset({_S, _K})),
    ("admin-calendars", "工作日历", "放假和调休知道到哪一天", frozenset({_S})),
    ("admin-papers", "文书和证照版式", "每种文书写什么、依据哪一条，看样张", frozenset({_S})),
    ("admin-notices", "通知用语", "每一步发给办事人和岗位的话", frozenset({_S})),
    ("admin-adapters", "对接系统", "最近一次成功、待发、未开放", frozenset({_S})),
    ("admin-matching", "对账", "每天和对方系统对一遍，对不上的逐件销账", frozenset({_S})),
    ("admin-withheld", "未开放的权限", "哪个部门什么没有开放，为什么，由谁协调", frozenset({_S})),
    ("admin-resources", "共享资源", "谁的数据、按什么条件共享、多久更新、是否过期", frozenset({_S})),
    ("admin-tokens", "接口令牌", "给对接系统制作和收回", frozenset({_S})),
    ("admin-retention", "保留期限", "什么东西保留多久", frozenset({_S})),
    ("admin-seals", "印章和密钥", "证书期限，停用", frozenset({_K})),
    ("admin-access", "查看记录", "谁因为什么看了谁的信息", frozenset({_A})),
    ("admin-sign-ins", "登录", "谁在什么时候登录，谁输错过", frozenset({_A})),
    ("admin-closings", "台账封账", "每天的封账值，核对签名", frozenset({_A})),
    ("admin-state", "系统状态", "后台待办、法定时刻、封账", frozenset({_S, _K, _A})),
)


@guarded_by(staff(_S, _K, _A))
def index(request: HttpRequest) -> HttpResponse:
    """Show what this officer looks after."""
    asks = visitor(request)
    cards = [(reverse(name), _(label), _(what)) for name, label, what, powers in PAGES if asks.may(*powers)]
    waiting = len(queries.proposals(asks.county, state="open")) if asks.may(_S, _K) else 0
    return lists.show(request, "admin/index.html", here="admin", cards=cards, waiting=waiting)
