"""红黄绿灯: how near open cases are to the end of a limit; every count opens to its cases."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime

from tongban.doors.guards import guarded_by, staff
from tongban.doors.visiting import visitor
from tongban.rooms.people import queries as people
from tongban.rooms.supervision import queries
from tongban.rooms.supervision.queries import By, Light
from tongban.rulebook.authority import Power

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One department, town or item, with its lights."""

    code: str
    name: str
    green: int
    amber: int
    red: int

    @property
    def total(self) -> int:
        """All open cases."""
        return self.green + self.amber + self.red


@guarded_by(staff(Power.SUPERVISE))
def index(request: HttpRequest) -> HttpResponse:
    """Show the lights of the county, the worst first."""
    county = visitor(request).county
    by = _by(request)
    names = _names(county, by)
    lines = [
        Line(one.code, names.get(one.code, one.code), one.green, one.amber, one.red)
        for one in queries.lights(county, by)
    ]
    lines.sort(key=lambda one: (-one.red, -one.amber, one.code))
    total = Line("", "", sum(o.green for o in lines), sum(o.amber for o in lines), sum(o.red for o in lines))
    warnings = queries.warnings(county)
    context = {
        "here": "lights",
        "lines": lines,
        "total": total,
        "by": by.value,
        "warnings": len(warnings),
        "ways": list(By),
    }
    return render(request, "watch/lights.html", context)


@guarded_by(staff(Power.SUPERVISE))
def listed(request: HttpRequest) -> HttpResponse:
    """Show the cases behind one count, the most pressing first."""
    county = visitor(request).county
    asked = request.GET.get("light", "")
    light = Light(asked) if asked in set(Light) else Light.RED
    narrowed = {name: request.GET.get(name, "")[:80] for name in ("unit", "town", "item")}
    rows = queries.lit_cases(county, light, **narrowed, after=_after(request), most=PER_PAGE + 1)
    shown, items, units = rows[:PER_PAGE], *queries.names(county)
    posts = people.powers().posts
    context = {
        "here": "lights",
        "rows": [
            {
                "case": row,
                "item": items.get(row.item, row.item),
                "unit": units.get(row.unit, row.unit),
                "holder": posts[row.holder].title if row.holder and row.holder in posts else "",
            }
            for row in shown
        ],
        "light": light.value,
        "lights": list(Light),
        "narrowed": {name: value for name, value in narrowed.items() if value},
        "what": "、".join(filter(None, (units.get(narrowed["unit"]), items.get(narrowed["item"]), _town(narrowed)))),
        "more": shown[-1] if len(rows) > PER_PAGE else None,
    }
    return render(request, "watch/lit_cases.html", context)


def _by(request: HttpRequest) -> By:
    asked = request.GET.get("by", "")
    return By(asked) if asked in set(By) else By.UNIT


def _names(county: str, by: By) -> dict[str, str]:
    if by is By.TOWN:
        return {"": "网上", **{one.code: one.name for one in people.divisions(county)}}
    items, units = queries.names(county)
    return units if by is By.UNIT else items


def _town(narrowed: dict[str, str]) -> str:
    found = people.division(narrowed["town"]) if narrowed["town"] else None
    return found.name if found else ""


def _after(request: HttpRequest) -> tuple[datetime, UUID] | None:
    """Return the last row of the page before; None: the first page, or nonsense."""
    try:
        at = parse_datetime(request.GET.get("after", ""))
        return None if at is None else (at, UUID(request.GET.get("id", "")))
    except ValueError:
        return None
