"""审批: the first page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tongban.doors.guards import guarded_by, staff
from tongban.rulebook.authority import Power


@guarded_by(staff(Power.ACCEPT, Power.EXAMINE, Power.DECIDE, Power.EXTEND, Power.EXTEND_JOINT))
def index(request: HttpRequest) -> HttpResponse:
    """Show the first page."""
    return render(request, "office/index.html")
