"""审批: a list as a file, row by row: however long it is, no more than one portion is in memory."""

import csv
import io
from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from tongban.doors.guards import guarded_by
from tongban.doors.look.fields import Field
from tongban.doors.office.names import Names
from tongban.doors.office.views import OFFICE, Wanted
from tongban.doors.visiting import visitor
from tongban.rooms.casework.queries import desk
from tongban.rooms.casework.queries.lanes import Narrowed, Tab
from tongban.rooms.casework.queries.seeing import Sight
from tongban.rooms.cells import harmless_row
from tongban.rooms.ledger import actions as ledger

#: Rows of a portion.
PORTION = 200


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        """Return the text."""
        return text


@guarded_by(OFFICE)
def page(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Ask what it is for; then send the list.  Without a purpose names stay masked."""
    asks, wanted = visitor(request), Wanted.of(request.GET)
    if request.method != "POST":
        hint = _("不写用途的，姓名遮盖；写了用途的，显示姓名，并对每个办件留下查看记录")
        field = Field("purpose", _("用途"), hint=hint, required=False, attrs=(("maxlength", "60"),))
        return render(request, "office/export.html", {"wanted": wanted, "fields": [field]})
    purpose = request.POST.get("purpose", "").strip()[:60]
    sight = desk.sight_of(asks.who)
    tabs = desk.tabs_of(sight)
    chosen = [tab for tab in tabs if tab.code == wanted.tab] or [tab for tab in tabs if tab in desk.MINE]
    ledger.log_access(
        asks.who.name, "export", asks.staff.post_id, _("导出清单：{what}").format(what=purpose or _("姓名遮盖"))
    )
    answer = StreamingHttpResponse(_rows(sight, chosen, wanted, purpose), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="cases.csv"'
    answer["X-Accel-Buffering"] = "no"
    return answer


def _rows(sight: Sight, tabs: list[Tab], wanted: Wanted, purpose: str) -> Iterator[str]:
    """Yield the file in portions.  It begins with the mark by which table programs know UTF-8."""
    writer = csv.writer(_Echo())
    head = (
        _("办件编号"),
        _("事项"),
        _("申请人"),
        _("单位"),
        _("状态"),
        _("环节"),
        _("收件日期"),
        _("期限"),
        _("届满日"),
        _("剩余天数"),
    )
    yield "\ufeff" + writer.writerow(head)
    narrowed = Narrowed(item=wanted.item, light=wanted.light, rehearsed=False)
    for rows in desk.portions(sight, tabs, narrowed, PORTION):
        names = Names.of(sight, rows)
        if purpose:
            ledger.log_accesses(
                f"staff:{sight.actor.staff_id}", "case", [row.id for row in rows if row.applicant_id], purpose
            )
        out = io.StringIO()
        lines = csv.writer(out)
        for row in rows:
            applicant = names.whole(row.applicant_id, row.id) if purpose else names.person(row.applicant_id, row.id)
            cells = (row.number, row.item_name, applicant, names.unit(row.unit), row.state_label, row.desk)
            days = (row.received_on or "", row.limit, row.due_on or "", "" if row.days_left is None else row.days_left)
            lines.writerow(harmless_row((*cells, *days)))
        yield out.getvalue()
