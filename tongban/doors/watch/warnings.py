"""督办: what a late step opened, and what supervision looks at twice."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from tongban.doors.guards import guarded_by, staff
from tongban.doors.visiting import visitor
from tongban.rooms import clock
from tongban.rooms.people import queries as people
from tongban.rooms.supervision import queries
from tongban.rulebook.authority import Power
from tongban.rulebook.kinds import KINDS

#: What supervision looks at twice, by the name in the address.
FINDINGS: dict[str, tuple[str, Callable[[str, date, date], Any]]] = {
    "spot": ("当场办结抽查", queries.spot_sample),
    "hasty": ("决定过快（30 秒内）", queries.hasty_decisions),
    "repeated": ("二次告知", queries.repeated_corrections),
    "deemed": ("逾期视为受理", queries.deemed_accepted),
    "turned": ("不予后又受理", queries.refused_then_accepted),
}


@guarded_by(staff(Power.SUPERVISE))
def index(request: HttpRequest) -> HttpResponse:
    """Show the warnings, open or closed: each was opened once, and says who must answer."""
    county = visitor(request).county
    closed = request.GET.get("closed") == "1"
    _items, units = queries.names(county)
    posts = people.powers().posts
    rows = [
        {
            "one": one,
            "unit": units.get(one.unit, one.unit),
            "state": KINDS["matter"].states.get(one.state, one.state),
            "holder": posts[one.holder].title if one.holder and one.holder in posts else "",
        }
        for one in queries.warnings(county, closed=closed)
    ]
    return render(request, "watch/warnings.html", {"here": "warnings", "rows": rows, "closed": closed})


@guarded_by(staff(Power.SUPERVISE))
def findings(request: HttpRequest) -> HttpResponse:
    """Show what one rule names within a period, and the proceedings that stand still."""
    county = visitor(request).county
    rule = request.GET.get("rule", "spot")
    last = parse_date(request.GET.get("last", "")[:10] or "x") or clock.today()
    first = parse_date(request.GET.get("first", "")[:10] or "x") or last - timedelta(days=30)
    items, units = queries.names(county)
    context: dict[str, Any] = {
        "here": "findings",
        "rule": rule,
        "first": min(first, last),
        "last": last,
        "items": items,
        "units": units,
    }
    context["rules"] = [(code, _(label)) for code, (label, _find) in FINDINGS.items()] + [("stops", _("长期停留"))]
    if rule == "stops":
        context["stops"] = queries.long_stops(county)
    else:
        find = FINDINGS.get(rule, FINDINGS["spot"])[1]
        context["found"] = find(county, min(first, last), last)
    return render(request, "watch/findings.html", context)
