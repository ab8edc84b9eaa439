"""导入: a table is handed in and tried, its report is read, and the same table is written when it was confirmed."""

import csv
import io
from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.doors.admin import lists
from tongban.doors.admin.lists import Cell
from tongban.doors.admin.staff import two_officers
from tongban.doors.look.fields import Choice, Field
from tongban.doors.look.paging import PER_PAGE, number_of, paged
from tongban.doors.visiting import visitor
from tongban.rooms.cells import harmless_row
from tongban.rooms.importing import actions, queries
from tongban.rooms.importing.actions import OF_POWERS
from tongban.rooms.importing.queries import ImportView, ReportLine
from tongban.rulebook.authority import Power
from tongban.rulebook.errors import Refused

STATES = {
    "checking": "正在检查",
    "checked": "检查通过，等确认",
    "faulty": "有错，没有写入",
    "writing": "正在写入",
    "written": "已写入",
    "dropped": "已放弃",
}
#: What the kinds of tables are called, in the order in which one finds what it refers to.
TABLES = {
    "divisions": "区划",
    "orgs": "单位",
    "sites": "场所",
    "posts": "岗位和职权",
    "staff": "人员",
    "items": "事项",
    "windows": "窗口",
    "mandates": "授权委托",
    "licences": "历史证照",
    "open-cases": "在办件",
}
_LIGHTS = {"checked": "amber", "faulty": "red", "written": "green", "dropped": "grey"}
#: What of a report is shown: its name in the address, what it is called, which sorts of lines.
SHOWN = {
    "errors": ("有错", ("错误",)),
    "remarks": ("提醒和待补", ("提醒", "待补")),
    "changes": ("新增和更新", ("新增", "更新")),
    "all": ("全部", ()),
}


@two_officers
def index(request: HttpRequest) -> HttpResponse:
    """List what was handed in; the system officer hands in a table."""
    asks, typed = visitor(request), request.POST
    no = None
    if request.method == "POST":
        try:
            return redirect("admin-import", _hand_in(request))
        except Refused as error:
            no = error
    page = number_of(request)
    shown = paged(queries.imports(asks.county, first=(page - 1) * PER_PAGE, most=PER_PAGE + 1), page)
    rows = [
        (
            Cell(one.name, reverse("admin-import", args=[one.id])),
            _(TABLES[one.kind]),
            one.handed_in_by,
            lists.when(one.handed_in_at),
            queries.in_words(one.counts) if one.counts else "—",
            Cell(_(STATES[one.state]), light=_LIGHTS.get(one.state, "amber")),
        )
        for one in shown.rows
    ]
    headings = [_("文件"), _("种类"), _("谁交来"), _("什么时候"), _("逐行的结果"), _("状态")]
    kinds = tuple(Choice(kind, _(name)) for kind, name in TABLES.items())
    return lists.show(
        request,
        "admin/imports.html",
        no,
        here="imports",
        heading=_("导入"),
        table=lists.table(headings, rows, _("还没有导入过。")),
        page=shown,
        may_hand_in=asks.may(Power.SYSTEM),
        kinds=[(kind, _(name)) for kind, name in TABLES.items()],
        fields=[
            Field("kind", _("哪一种表"), "select", typed.get("kind", ""), choices=kinds),
            Field("file", _("文件（CSV 或 XLSX）"), "file", hint=_("表头在第一行。先只检查，不写入。")),
        ],
    )


@two_officers
def one(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Show how far a table is and what was said about its rows; have it written, or give it up."""
    asks = visitor(request)
    found = queries.one_import(asks.county, import_id)
    if found is None:
        raise Http404
    no = None
    if request.method == "POST":
        try:
            _decide(request, found)
            return redirect("admin-import", import_id)
        except Refused as error:
            no = error
            found = queries.one_import(asks.county, import_id) or found
    part = request.GET.get("part", "")
    if part not in SHOWN:
        part = "errors" if found.counts.get("error") else "all"
    page = number_of(request)
    lines: tuple[ReportLine, ...] = ()
    if not found.is_busy and (found.has_trial or found.has_report):
        lines = queries.report(asks.county, import_id, who=asks.who.name, purpose="look_import_report")
    groups = {name: [one for one in lines if _is_of(one, sorts)] for name, (_label, sorts) in SHOWN.items()}
    chosen = groups[part]
    shown = paged(chosen[(page - 1) * PER_PAGE :][: PER_PAGE + 1], page)
    rows = [(str(line.line or _("全表")), _sort(line.sort), line.where or "—", _sentence(line)) for line in shown.rows]
    return lists.show(
        request,
        "admin/import_one.html",
        no,
        here="imports",
        heading=found.name,
        found=found,
        state=_(STATES[found.state]),
        summary=_summary(found),
        table=lists.table([_("行"), _("结果"), _("何处"), _("问题和怎么改")], rows, _("没有这一类。")),
        page=shown,
        parts=[
            (name, _(SHOWN[name][0]), len(found_ones), name == part)
            for name, found_ones in groups.items()
            if found_ones or name == part
        ],
        has_lines=bool(lines),
        of_powers=found.kind in OF_POWERS,
        may_confirm=asks.may(Power.SYSTEM) and found.state == "checked" and not found.is_proposed,
        may_drop=asks.may(Power.SYSTEM) and found.state in ("checking", "checked", "faulty"),
    )


@two_officers
def report(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """Give out the report row by row; the export is logged."""
    asks = visitor(request)
    try:
        lines = queries.report(asks.county, import_id, who=asks.who.name, purpose="export_import_report")
    except Refused:
        raise Http404 from None
    only = SHOWN["errors"][1] if "errors" in request.GET else ()
    rows = [(one.line, one.sort, one.where, one.what, one.how) for one in lines if not only or one.sort in only]
    return _csv(["行", "类别", "何处", "问题", "怎么改"], rows, f"import-{import_id}")


@two_officers
def columns(request: HttpRequest, kind: str) -> HttpResponse:
    """Show which columns a table has; give out an empty one."""
    try:
        found = queries.columns(kind)
    except Refused:
        raise Http404 from None
    if "csv" in request.GET:
        return _csv([one.label for one in found], [], kind)
    rows = [
        (one.label, "、".join((*one.also, one.name)), _("是") if one.required else "—", one.example or "—")
        for one in found
    ]
    return lists.show(
        request,
        "admin/list.html",
        here="imports",
        heading=_("{kind}表的列").format(kind=_(TABLES[kind])),
        note=_("列的次序随意。证件号码、工号和各种代码请设为文本格式，日期写成 2026-03-02，几个词用顿号隔开。"),
        table=lists.table([_("列"), _("也可以写成"), _("必填"), _("例")], rows),
        links=[("?csv=1", _("下载空表（CSV）")), (reverse("admin-imports"), _("导入"))],
    )


def _hand_in(request: HttpRequest) -> str:
    asks, given = visitor(request), request.FILES.get("file")
    if given is None:
        raise Refused("file_missing", _("请选择要导入的文件。"))
    actions.check_size(given.size or 0)
    kind, name, content = request.POST.get("kind", ""), given.name or "", given.read()
    told = ["import", kind, name, len(content)]
    return str(lists.once(request, told, lambda: str(actions.hand_in(kind, name, content, by=asks.staff))))


def _decide(request: HttpRequest, found: ImportView) -> None:
    asks = visitor(request)
    if "drop" in request.POST:
        lists.once(request, ["drop", found.id], lambda: actions.drop_import(found.id, by=asks.staff))
        messages.success(request, _("已放弃，没有写入。"))
        return
    told = lists.once(
        request, ["confirm", found.id], lambda: str(actions.confirm_import(found.id, by=asks.staff) or "")
    )
    messages.success(request, _("已提出，等安全管理员确认后写入。") if told else _("已交后台写入。"))


def _summary(found: ImportView) -> list[tuple[str, str]]:
    told = [
        (_("种类"), _(TABLES[found.kind])),
        (_("交来"), f"{found.handed_in_by}　{lists.when(found.handed_in_at)}"),
        (_("大小"), _size(found)),
        (_("摘要（SHA-256）"), found.digest),
    ]
    if found.counts:
        told.append((_("逐行的结果"), queries.in_words(found.counts)))
    if found.ended_at:
        told.append((_("结束"), lists.when(found.ended_at)))
    return told


def _size(found: ImportView) -> str:
    size = max(1, found.size // 1024)
    return f"{size} KB" if found.rows is None else _("{size} KB，{rows} 行").format(size=size, rows=found.rows)


def _is_of(line: ReportLine, sorts: tuple[str, ...]) -> bool:
    return line.sort != "结果" and (not sorts or line.sort in sorts)


def _sort(sort: str) -> str | Cell:
    colours = {"错误": "red", "有错": "red", "提醒": "amber", "待补": "amber", "新增": "green", "更新": "green"}
    return Cell(sort, light=colours[sort]) if sort in colours else sort


def _sentence(line: ReportLine) -> str:
    return "。".join(filter(None, (line.what, line.how))) + ("。" if line.what else "") or "—"


def _csv(heading: Sequence[str], rows: Sequence[Sequence[object]], name: str) -> HttpResponse:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(heading)
    writer.writerows(map(harmless_row, rows))
    answer = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer
