"""清单公开: the five lists, and the proofs that people were asked for, as they read today (S005, S013)."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from tongban.doors.guards import anyone, guarded_by
from tongban.doors.look.paging import PER_PAGE, number_of, paged
from tongban.doors.visiting import visitor
from tongban.rooms import clock
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.people import queries as people

LISTS = {
    "power": "权力清单",
    "duty": "责任清单",
    "service": "公共服务清单",
    "fee": "收费清单",
    "agency": "中介服务清单",
}
PROOFS = {"kept": "保留", "cancelled": "取消", "promised": "告知承诺", "shared": "共享核验"}


@guarded_by(anyone)
def index(request: HttpRequest) -> HttpResponse:
    """Name the lists and how many lines each has."""
    county, today = visitor(request).county, clock.today()
    counts = catalogue.list_counts(county, today)
    context = {
        "lists": [(which, _(label), counts[which]) for which, label in LISTS.items()],
        "proofs": len(catalogue.proofs(county, today)),
    }
    return render(request, "portal/lists.html", context)


@guarded_by(anyone)
def page(request: HttpRequest, which: str) -> HttpResponse:
    """Show one list, a page at a time."""
    county, today, number = visitor(request).county, clock.today(), number_of(request)
    start = (number - 1) * PER_PAGE
    if which == "proofs":
        proofs = catalogue.proofs(county, today)[start : start + PER_PAGE + 1]
        context = {"page": paged(proofs, number), "states": {code: _(label) for code, label in PROOFS.items()}}
        return render(request, "portal/list_proofs.html", context)
    if which not in LISTS:
        raise Http404
    rows = catalogue.five_list(county, which, today)[start : start + PER_PAGE + 1]
    context = {
        "county": county,
        "label": _(LISTS[which]),
        "page": paged(rows, number),
        "units": {one.code: one.full_name for one in people.units(county)},
    }
    return render(request, "portal/list.html", context)
