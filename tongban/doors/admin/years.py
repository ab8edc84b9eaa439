"""工作日历: which years are known; the notice of a new year is looked at day by day, proposed, confirmed by another."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.doors.admin import lists
from tongban.doors.admin.lists import Cell
from tongban.doors.admin.staff import officer, two_officers
from tongban.doors.look.fields import Field
from tongban.doors.look.saying import in_words
from tongban.doors.visiting import visitor
from tongban.rooms import calendars as known_days
from tongban.rooms import clock
from tongban.rooms.casework.queries.recounting import Moved, moved_by
from tongban.rooms.people import actions as people
from tongban.rooms.people import queries
from tongban.rooms.people.queries.calendars import YearPut, years_put
from tongban.rulebook.errors import Refused
from tongban.rulebook.workdays import WEEKDAYS, Calendar

#: A calendar that ends sooner is to be continued.
CALENDAR_ENDS = timedelta(days=60)
#: A notice of one year is some two kilobytes; what is larger is something else.
LARGEST = 64 * 1024
#: So many limits that would move are named.
SHOWN = 20


@officer
def calendars(request: HttpRequest) -> HttpResponse:
    """Show which years' holiday notices are known, and where each comes from."""
    known, put = known_days.calendar(), {one.year: one for one in years_put()}
    years = [found for number in _numbers(known) if (found := known_days.of_year(number))]
    rows = [
        (
            Cell(str(year.first.year), reverse("admin-calendar-year", args=[year.first.year])),
            str(len(year.off)),
            str(len(year.work)),
            str(_workdays(year)),
            "；".join(str(one) for one in year.bases) or "—",
            _came(put.get(year.first.year)),
        )
        for year in years
    ]
    soon = known.known_until - clock.today() < CALENDAR_ENDS
    headings = [_("年"), _("放假天数"), _("调休上班天数"), _("全年工作日"), _("依据"), _("来自")]
    note = _(
        "工作日算到 {day}。之后的日子按周末推定，期限会标明“推定”；国务院办公厅公布新一年的放假安排后，在这里放入。"
    ).format(day=known.known_until)
    return lists.show(
        request,
        "admin/list.html",
        here="calendars",
        heading=_("工作日历"),
        table=lists.table(headings, rows),
        note=note,
        warn=soon,
        links=[(reverse("admin-calendar-check"), _("放入新一年的放假安排"))],
    )


@officer
def one_year(request: HttpRequest, year: int) -> HttpResponse:
    """Show one year in force day by day."""
    found = known_days.of_year(year)
    if found is None:
        raise Http404
    return lists.show(
        request,
        "admin/calendar_year.html",
        here="calendars",
        heading=_("{year} 年的工作日历").format(year=year),
        told=_told(found),
        table=_table(found),
    )


@officer
def check(request: HttpRequest) -> HttpResponse:
    """Read the notice of one year as the house would, show what it changes, and propose it to the second officer."""
    asks, typed = visitor(request), request.POST
    no, year, content = None, None, typed.get("content", "")
    moved: tuple[Moved, ...] = ()
    if request.method == "POST":
        try:
            content = _handed_in(request)
            year = known_days.tried(content.encode(), _("放假安排"))
            moved = moved_by(asks.county, known_days.with_year(year), year.first)
            if "propose" in typed:
                body = {"content": content, "year": year.first.year}
                lists.once(request, body, lambda: str(people.propose("calendar", body, by=asks.staff)))
                messages.success(request, _("已提出，等安全管理员确认后生效。"))
                return redirect("admin-calendars")
        except Refused as error:
            no = error
    return lists.show(
        request,
        "admin/calendar_check.html",
        no,
        here="calendars",
        heading=_("放入新一年的放假安排"),
        file=Field("file", _("放假安排（TOML 文件）"), "file", required=False),
        text=Field(
            "content",
            _("或者写在这里"),
            "textarea",
            content or _beginning(),
            hint=_("格式与随系统带来的各年一样：每个节日写名称、第一天、最后一天和调休上班的日子。"),
            attrs=(("spellcheck", "false"), ("class", "code")),
            required=False,
        ),
        year=year,
        content=content,
        table=_table(year) if year else None,
        told=_told(year) if year else (),
        **_effect(moved),
    )


@two_officers
def proposed(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """Show a year that waits for the second officer, and what it would change."""
    asks = visitor(request)
    found = next((one for one in queries.proposals(asks.county, state="open") if one.id == proposal_id), None)
    if found is None or found.kind != "calendar":
        raise Http404
    year = known_days.tried(found.body["content"].encode(), _("放假安排"))
    return lists.show(
        request,
        "admin/calendar_year.html",
        here="proposals",
        heading=_("{year} 年的工作日历").format(year=year.first.year),
        told=_told(year),
        table=_table(year),
        is_proposed=True,
        **_effect(moved_by(asks.county, known_days.with_year(year), year.first)),
    )


def _handed_in(request: HttpRequest) -> str:
    given = request.FILES.get("file")
    if given is not None and (given.size or 0) > LARGEST:
        raise Refused("calendar_large", _("这个文件太大，不像一年的放假安排。请核对选的是不是这个文件。"))
    try:
        content = given.read().decode("utf-8") if given is not None else request.POST.get("content", "")
    except UnicodeDecodeError:
        raise Refused("calendar_unreadable", _("这个文件不是 UTF-8 文本。请另存为 UTF-8 后再上传。")) from None
    if not content.strip():
        raise Refused("calendar_missing", _("请选择放假安排的文件，或者写在下面。"))
    if len(content) > LARGEST:
        raise Refused("calendar_large", _("这个文件太大，不像一年的放假安排。请核对选的是不是这个文件。"))
    return content.replace("\r\n", "\n")


def _beginning() -> str:
    """Return what a new notice may begin from: an example with the year that comes next."""
    year = known_days.calendar().known_until.year + 1
    return (
        f'year = {year}\nnotice = "国办发明电〔{year - 1}〕×号"\n'
        f'title = "国务院办公厅关于{year}年部分节假日安排的通知"\nverified = true\n\n'
        f'[[holiday]]\nname = "元旦"\nfirst = {year}-01-01\nlast = {year}-01-03\nwork = []\n'
    )


def _numbers(known: Calendar) -> range:
    return range(known.first.year, known.known_until.year + 1)


def _came(put: YearPut | None) -> str:
    return _("两位管理员放入，{moment}").format(moment=lists.when(put.put_at)) if put else _("随系统带来")


def _effect(moved: tuple[Moved, ...]) -> dict[str, Any]:
    rows = [
        (
            one.number,
            _(one.label),
            str(one.before),
            str(one.after) if one.after != one.before else _("不变，不再是推定"),
        )
        for one in moved[:SHOWN]
    ]
    headings = [_("办件编号"), _("期限"), _("现在到"), _("将到")]
    return {
        "moved": lists.table(headings, rows, _("在办件的期限没有变动。")),
        "earlier": sum(one.after < one.before for one in moved),
        "later": sum(one.after > one.before for one in moved),
        "known": sum(one.after == one.before for one in moved),
        "more": max(0, len(moved) - SHOWN),
    }


def _table(year: Calendar) -> lists.Table:
    days = sorted({*year.off, *year.work})
    return lists.table([_("日期"), _("星期"), _("上班吗"), _("为什么")], [_row(year, day) for day in days])


def _row(year: Calendar, day: date) -> tuple[str | Cell, ...]:
    works = year.is_workday(day)
    state = Cell(_("上班"), light="amber") if works else Cell(_("放假"), light="green")
    return str(day), _(WEEKDAYS[day.weekday()]), state, in_words(year.reason(day))


def _workdays(year: Calendar) -> int:
    days = (year.first + timedelta(days=n) for n in range((year.known_until - year.first).days + 1))
    return sum(year.is_workday(day) for day in days)


def _told(year: Calendar) -> tuple[tuple[str, str], ...]:
    return (
        (_("年"), str(year.first.year)),
        (_("依据"), "；".join(str(one) for one in year.bases)),
        (_("放假天数"), str(len(year.off))),
        (_("调休上班天数"), str(len(year.work))),
        (_("全年工作日"), str(_workdays(year))),
    )
