"""指标: each figure with its definition, its course, its parts, and exactly the rows behind it."""

import csv
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from tongban.doors.guards import guarded_by, staff
from tongban.doors.look.paging import number_of, paged
from tongban.doors.look.saying import in_words
from tongban.doors.visiting import visitor
from tongban.doors.watch import charts
from tongban.doors.watch.periods import Period, asked, months_to
from tongban.rooms.cells import harmless_row
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.people import queries as people
from tongban.rooms.supervision import queries
from tongban.rooms.supervision.queries import FigureRow
from tongban.rulebook.authority import Power
from tongban.rulebook.errors import Refused
from tongban.rulebook.indicators import BY_CODE, DEFINITIONS, Definition, Dimension

PER_PAGE = 50
_CHANNELS = {
    "window": "窗口",
    "net": "网上",
    "phone": "电话",
    "kiosk": "自助机",
    "village": "村（社区）",
    "partner": "外部",
}
_LEVELS = {"1": "国家", "2": "省", "3": "市", "4": "县", "5": "乡镇", "6": "村", "7": "其他"}


@guarded_by(staff(Power.SUPERVISE))
def index(request: HttpRequest) -> HttpResponse:
    """Show all figures of a period."""
    county = visitor(request).county
    period, unit = asked(request), _unit(request)
    found = queries.totals(county, period.first, period.last, unit=unit)
    context = {
        "rows": [(one, found[one.code]) for one in DEFINITIONS],
        "units": people.units(county),
        **_told(county, period, unit=unit),
    }
    return render(request, "watch/figures.html", context)


@guarded_by(staff(Power.SUPERVISE))
def figure(request: HttpRequest, code: str) -> HttpResponse:
    """Show one figure: what it means, how it went over twelve months, and its parts by department or channel."""
    county, definition = visitor(request).county, _definition(code)
    period, unit = asked(request), _unit(request)
    by = request.GET.get("by", "unit")
    by = by if by in set(Dimension) else "unit"
    parts = queries.figures_by(code, county, period.first, period.last, Dimension(by))
    names = _names(county, by)
    course: list[tuple[str, Any]] = []
    try:
        spans = months_to(period.last)
        found = queries.course(code, county, spans, unit=unit)
        course = [(f"{first:%Y-%m}", one) for (first, _last), one in zip(spans, found, strict=True)]
    except Refused as no:
        no_course = in_words(no.sentence)
    else:
        no_course = ""
    context = {
        "definition": definition,
        "figure": queries.totals(county, period.first, period.last, (code,), unit=unit)[code],
        "course": course,
        "no_course": no_course,
        "bars": charts.bars([(label[2:], one.value, str(one)) for label, one in course]),
        "width": charts.WIDTH,
        "height": charts.HEIGHT,
        "parts": [
            (part, names.get(part, part), one) for part, one in parts.items() if one.numerator or one.denominator
        ],
        "by": by,
        "ways": [("unit", _("部门")), ("item", _("事项")), ("channel", _("渠道")), ("level", _("层级"))],
        **_told(county, period, unit=unit),
    }
    return render(request, "watch/figure.html", context)


@guarded_by(staff(Power.SUPERVISE))
def rows(request: HttpRequest, code: str) -> HttpResponse:
    """Show exactly the rows behind a figure."""
    county, definition = visitor(request).county, _definition(code)
    period, narrowed = asked(request), _narrowed(request)
    number = number_of(request)
    begin = (number - 1) * PER_PAGE
    found = queries.opened(code, county, period.first, period.last, **narrowed, begin=begin, most=PER_PAGE + 1)
    items, units = queries.names(county)
    context = {
        "definition": definition,
        "page": paged(found.rows, number, PER_PAGE),
        "count": found.count,
        "above": found.figure.numerator,
        "below": found.figure.denominator,
        "figure": found.figure,
        "items": items,
        "units": units,
        "query": request.GET.urlencode(),
        **_told(county, period, **narrowed),
    }
    return render(request, "watch/rows.html", context)


@guarded_by(staff(Power.SUPERVISE))
def export(request: HttpRequest, code: str) -> StreamingHttpResponse:
    """Give out the rows behind a figure as CSV; that it was done is logged."""
    asks, definition = visitor(request), _definition(code)
    period, narrowed = asked(request), _narrowed(request)
    found = queries.rows(code, asks.county, period.first, period.last, **narrowed)
    ledger.log_access(asks.who.name, "figure", asks.staff.staff_id, f"export {code} {period.first} {period.last}"[:80])
    answer = StreamingHttpResponse(_lines(definition, found), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{code}-{period.first}-{period.last}.csv"'
    return answer


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def _lines(definition: Definition, found: tuple[FigureRow, ...]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(["行", "编号或名称", "部门", "事项", definition.numerator, definition.population])
    for one in found:
        yield writer.writerow(harmless_row((one.id, one.label, one.unit, one.item, one.above, one.below)))


def _definition(code: str) -> Definition:
    if code not in BY_CODE:
        raise Refused("figure_unknown", "没有这个指标。请从指标列表中选择。")
    return BY_CODE[code]


def _unit(request: HttpRequest) -> str | None:
    return request.GET.get("unit", "")[:40] or None


def _narrowed(request: HttpRequest) -> dict[str, Any]:
    return {name: request.GET.get(name, "")[:80] or None for name in ("unit", "item", "level", "channel")}


def _told(county: str, period: Period, **narrowed: str | None) -> dict[str, Any]:
    """Return what each of these pages says: of which time it is, and of what part, in words."""
    kinds = [("day", _("日")), ("month", _("月")), ("year", _("年"))]
    parts = [_names(county, by).get(code, code) for by, code in narrowed.items() if code]
    return {
        "here": "figures",
        "period": period,
        "unit": narrowed.get("unit") or "",
        "kinds": kinds,
        "narrowed": parts,
    }


def _names(county: str, by: str) -> dict[str, str]:
    if by == "channel":
        return {"": _("无渠道")} | {code: _(_CHANNELS[code]) for code in _CHANNELS}
    if by == "level":
        return {code: _(_LEVELS[code]) for code in _LEVELS}
    items, units = queries.names(county)
    return units if by == "unit" else items
