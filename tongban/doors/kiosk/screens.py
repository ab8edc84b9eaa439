"""叫号屏和窗口屏: who is called where.  They refresh themselves and name nobody."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tongban.doors.guards import anyone, guarded_by
from tongban.doors.kiosk.views import hall_of
from tongban.rooms import clock
from tongban.rooms.waiting import queries

#: Calls on the screen, and numbers shown as next.
CALLS, NEXT = 8, 6


@guarded_by(anyone)
def calls(request: HttpRequest, code: str) -> HttpResponse:
    """Show who is called to which window, the last call largest, in words for who listens."""
    site = hall_of(request, code)
    context = {"site": site, "calls": queries.calls(site.id, clock.today(), most=CALLS), "at": clock.now()}
    return render(request, "kiosk/calls.html", context)


@guarded_by(anyone)
def board(request: HttpRequest, code: str) -> HttpResponse:
    """Show every window with whom it serves, and every class with how many wait."""
    site = hall_of(request, code)
    found = queries.board(site.id)
    names = {one.code: one.name for one in found.classes}
    windows = [{"row": one, "serves": [names.get(code, code) for code in one.classes]} for one in found.windows]
    context = {"site": site, "board": found, "windows": windows, "next": found.next_labels[:NEXT], "at": clock.now()}
    return render(request, "kiosk/board.html", context)
