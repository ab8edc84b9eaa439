"""安全审计: who looked at whose data and why, who came in, whether the journal holds.  The look itself is logged."""

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from tongban.doors.admin import lists
from tongban.doors.admin.lists import Cell
from tongban.doors.admin.staff import day_of
from tongban.doors.guards import guarded_by, staff
from tongban.doors.look.chosen import chosen_id
from tongban.doors.look.fields import Choice, Field
from tongban.doors.look.paging import PER_PAGE, number_of, paged
from tongban.doors.visiting import visitor
from tongban.rooms import clock
from tongban.rooms.cells import harmless_row
from tongban.rooms.ledger import actions, closing, ranges
from tongban.rooms.ledger import queries as ledger
from tongban.rooms.people import queries
from tongban.rulebook.authority import Power
from tongban.rulebook.errors import Refused

officer = guarded_by(staff(Power.AUDIT))

SUBJECTS = {
    "person": "人或单位",
    "case": "办件",
    "licence": "证照",
    "document": "文书",
    "package": "档案",
    "account": "账号",
    "sign_in": "登录",
    "access_log": "查看记录",
}
#: Purposes that the house itself notes, in words; what people wrote stays as it is.
PURPOSES = {
    "notice": "发送通知",
    "password": "用密码登录",
    "code": "用验证码登录",
    "oidc": "从统一身份认证登录",
    "demo": "演示登录",
    "act_for": "选择为谁办",
    "sign_in_wrong": "输错密码",
    "totp_wrong": "输错动态口令",
    "search_access_log": "查找查看记录",
    "export_access_log": "导出查看记录",
    "refused:case_unknown": "想看无权看的办件，已拒绝",
}
#: How many lines are given out at most.
MOST = 5000


@officer
def access(request: HttpRequest) -> HttpResponse:
    """Search the access log; what is found may be taken along, which is logged."""
    asked = request.GET
    no, page = None, number_of(request)
    rows: tuple[ledger.AccessRow, ...] = ()
    first = last = clock.today()
    try:
        first, last, who, subject = _asked(request)
        skip, most = ((page - 1) * PER_PAGE, PER_PAGE + 1) if "csv" not in asked else (0, MOST)
        rows = ledger.access_log(
            clock.at_local(first),
            clock.end_of(last),
            who=who,
            kind=asked.get("kind", ""),
            subject_id=subject,
            skip=skip,
            most=most,
        )
    except Refused as error:
        no = error
    purpose = "export_access_log" if "csv" in asked else "search_access_log"
    if asked:
        own = visitor(request)
        actions.log_access(own.who.name, "access_log", own.staff.staff_id, purpose)
    if "csv" in asked and no is None:
        return _as_csv(rows, first, last)
    shown = paged(rows, page)
    kinds = tuple(Choice(code, _(label)) for code, label in SUBJECTS.items())
    query = asked.copy()
    query.pop("page", None)
    query["csv"] = "1"
    return lists.show(
        request,
        "admin/access.html",
        no,
        here="access",
        fields=[
            Field("staff", _("谁（工号）"), value=asked.get("staff", ""), required=False, width="short"),
            Field("kind", _("看了什么"), "select", asked.get("kind", ""), choices=kinds, required=False),
            Field("subject", _("对象编号"), value=asked.get("subject", ""), required=False),
            Field("first", _("从哪天"), "date", asked.get("first", str(first)), required=False, width="short"),
            Field("last", _("到哪天"), "date", asked.get("last", str(last)), required=False, width="short"),
        ],
        table=_table(shown.rows),
        page=shown,
        export=f"?{query.urlencode()}",
    )


@officer
def sign_ins(request: HttpRequest) -> HttpResponse:
    """List who came in and who tried, the latest first."""
    page, now = number_of(request), clock.now()
    kind = "account" if request.GET.get("wrong") else "sign_in"
    found = ledger.access_log(now - timedelta(days=30), now, kind=kind, skip=(page - 1) * PER_PAGE, most=PER_PAGE + 1)
    shown = paged(found, page)
    return lists.show(
        request,
        "admin/list.html",
        here="sign-ins",
        heading=_("输错密码和口令") if kind == "account" else _("登录"),
        table=_table(shown.rows),
        page=shown,
        links=[("?" if kind == "account" else "?wrong=1", _("看登录") if kind == "account" else _("看输错的"))],
    )


@officer
def closings(request: HttpRequest) -> HttpResponse:
    """List the closed days of the journal; on demand prove that signatures and chain hold."""
    county = visitor(request).county
    roots = closing.roots(county)
    away = ranges.unproved(county) if request.method == "POST" else frozenset()
    wrong = closing.verify_roots(county, leave_out=away) if request.method == "POST" else None
    page = number_of(request)
    newest = tuple(reversed(roots))
    shown = paged(newest[(page - 1) * PER_PAGE :][: PER_PAGE + 1], page)
    rows = [(str(one.day), str(one.entries), one.root.hex()[:16], lists.when(one.closed_at)) for one in shown.rows]
    made = lists.table([_("日期"), _("记录数"), _("封账值（开头）"), _("封账时间")], rows, _("还没有封过账。"))
    proved = len(roots) - len(away)
    return lists.show(
        request,
        "admin/closings.html",
        here="closings",
        table=made,
        page=shown,
        wrong=wrong,
        days=proved,
        away=len(away),
    )


def _asked(request: HttpRequest) -> tuple[date, date, str, UUID | None]:
    asked, today = request.GET, clock.today()
    first = day_of(asked["first"]) if asked.get("first") else today - timedelta(days=7)
    last = day_of(asked["last"]) if asked.get("last") else today
    who = ""
    if number := asked.get("staff", "").strip():
        found = queries.staff_numbered(visitor(request).county, number)
        if found is None:
            raise Refused("staff_unknown", _("没有这个工号。请核对。"))
        who = f"staff:{found.id}"
    subject = chosen_id(asked["subject"].strip()) if asked.get("subject", "").strip() else None
    return first, last, who, subject


def _table(rows: Sequence[ledger.AccessRow]) -> lists.Table:
    cells = [
        (
            lists.when(one.at),
            _name(one.who),
            _(SUBJECTS.get(one.subject_kind, one.subject_kind)),
            Cell(str(one.subject_id)),
            _(PURPOSES.get(one.purpose, one.purpose)),
        )
        for one in rows
    ]
    return lists.table([_("时间"), _("谁"), _("对象"), _("对象编号"), _("用途")], cells, _("这段时间没有记录。"))


def _name(who: str) -> str:
    """Return a member of staff by number and name; everybody else stays a number."""
    kind, _colon, some_id = who.partition(":")
    if kind != "staff" or not some_id:
        return who
    found = queries.powers().staff.get(UUID(some_id))
    return f"{found.number} {found.name}" if found else who


def _as_csv(rows: Sequence[ledger.AccessRow], first: date, last: date) -> HttpResponse:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["时间", "谁", "对象", "对象编号", "用途"])
    for one in rows:
        writer.writerow(harmless_row((_stamp(one.at), one.who, one.subject_kind, one.subject_id, one.purpose)))
    answer = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="access-{first}-{last}.csv"'
    return answer


def _stamp(moment: datetime) -> str:
    return moment.astimezone(clock.SHANGHAI).isoformat(timespec="seconds")
