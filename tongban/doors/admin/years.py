"""工作日历: which years are known, and the notice of a new year looked at day by day before it is put in place."""

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.doors.admin import lists
from tongban.doors.admin.lists import Cell
from tongban.doors.guards import guarded_by, staff
from tongban.doors.look.fields import Field
from tongban.rooms import calendars as known_days
from tongban.rooms import clock
from tongban.rulebook.authority import Power
from tongban.rulebook.errors import Refused
from tongban.rulebook.workdays import WEEKDAYS, Calendar

officer = guarded_by(staff(Power.SYSTEM))

#: A calendar that ends sooner is to be continued.
CALENDAR_ENDS = timedelta(days=60)
#: A notice of one year is some two kilobytes; what is larger is something else.
LARGEST = 64 * 1024


@officer
def calendars(request: HttpRequest) -> HttpResponse:
    """Show which years' holiday notices are known."""
    known = known_days.calendar()
    years = sorted({day.year for day in (*known.off, *known.work)})
    bases = {year: "；".join(str(one) for one in known.bases if str(year) in one.text) for year in years}
    rows = [
        (
            str(year),
            str(sum(day.year == year for day in known.off)),
            str(sum(day.year == year for day in known.work)),
            bases[year] or "—",
        )
        for year in years
    ]
    soon = known.known_until - clock.today() < CALENDAR_ENDS
    made = lists.table([_("年"), _("放假天数"), _("调休上班天数"), _("依据")], rows)
    note = _(
        "工作日算到 {day}。之后的日子按周末推定，期限会标明“推定”；新一年的放假通知公布后，随版本更新放进来。"
    ).format(day=known.known_until)
    return lists.show(
        request,
        "admin/list.html",
        here="calendars",
        heading=_("工作日历"),
        table=made,
        note=note,
        warn=soon,
        links=[(reverse("admin-calendar-check"), _("核对新一年的放假安排"))],
    )


@officer
def check(request: HttpRequest) -> HttpResponse:
    """Read the notice of one year as the house would, and show what differs from plain weeks; nothing is kept."""
    no, year = None, None
    if request.method == "POST":
        try:
            year = _uploaded(request)
        except Refused as error:
            no = error
    days = sorted({*year.off, *year.work}) if year else []
    return lists.show(
        request,
        "admin/calendar_check.html",
        no,
        here="calendars",
        heading=_("核对新一年的放假安排"),
        field=Field("file", _("放假安排（TOML 文件）"), "file", hint=_("格式与随系统带来的各年一样，例如 2026.toml。")),
        year=year,
        table=lists.table(
            [_("日期"), _("星期"), _("上班吗"), _("为什么")], [_row(year, day) for day in days] if year else []
        ),
        told=_told(year) if year else (),
    )


def _uploaded(request: HttpRequest) -> Calendar:
    given = request.FILES.get("file")
    if given is None:
        raise Refused("calendar_missing", _("请选择放假安排的文件。"))
    if (given.size or 0) > LARGEST:
        raise Refused("calendar_large", _("这个文件太大，不像一年的放假安排。请核对选的是不是这个文件。"))
    return known_days.tried(given.read(), given.name or "")


def _row(year: Calendar, day: date) -> tuple[str | Cell, ...]:
    works = year.is_workday(day)
    state = Cell(_("上班"), light="amber") if works else Cell(_("放假"), light="green")
    return str(day), WEEKDAYS[day.weekday()], state, year.reason(day)


def _told(year: Calendar) -> tuple[tuple[str, str], ...]:
    count = sum(
        year.is_workday(year.first + timedelta(days=n)) for n in range((year.known_until - year.first).days + 1)
    )
    return (
        (_("年"), str(year.first.year)),
        (_("依据"), "；".join(str(one) for one in year.bases)),
        (_("放假天数"), str(len(year.off))),
        (_("调休上班天数"), str(len(year.work))),
        (_("全年工作日"), str(count)),
    )
