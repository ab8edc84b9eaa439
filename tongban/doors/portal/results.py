"""结果公示: decisions in numbered issues, masked; what was withdrawn leaves its place empty (S165)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from tongban.doors.guards import anyone, guarded_by
from tongban.doors.look.paging import PER_PAGE, number_of, paged
from tongban.doors.visiting import visitor
from tongban.rooms.people import queries as people
from tongban.rooms.publication import queries as publication


@guarded_by(anyone)
def index(request: HttpRequest) -> HttpResponse:
    """List the issues, the newest first."""
    number = number_of(request)
    found = publication.issues(visitor(request).county, most=PER_PAGE + 1, skip=(number - 1) * PER_PAGE)
    return render(request, "portal/results.html", {"page": paged(found, number)})


@guarded_by(anyone)
def issue(request: HttpRequest, year: int, number: int) -> HttpResponse:
    """Show one issue, a page at a time."""
    county = visitor(request).county
    found = publication.issue(county, year, number)
    here = number_of(request)
    rows = publication.issue_rows(found.id)[(here - 1) * PER_PAGE :][: PER_PAGE + 1]
    context = {
        "issue": found,
        "page": paged(rows, here),
        "units": {one.code: one.full_name for one in people.units(county)},
        "words": {"granted": _("准予"), "refused": _("不予"), "recorded": _("备案")},
    }
    return render(request, "portal/results_issue.html", context)
