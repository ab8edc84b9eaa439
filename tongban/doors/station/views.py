"""村镇站: the first page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tongban.doors.guards import guarded_by, staff
from tongban.rulebook.authority import Power


@guarded_by(staff(Power.RECEIVE))
def index(request: HttpRequest) -> HttpResponse:
    """Show the first page."""
    return render(request, "station/index.html")
