"""取号机和显示屏: the first page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tongban.doors.guards import anyone, guarded_by


@guarded_by(anyone)
def index(request: HttpRequest) -> HttpResponse:
    """Show the first page."""
    return render(request, "kiosk/index.html")
