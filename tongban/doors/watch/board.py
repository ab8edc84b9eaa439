"""四亮大屏: a wall that anybody in the hall may look at; it refreshes itself and names nobody (S091)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tongban.doors.guards import anyone, guarded_by
from tongban.doors.visiting import visitor
from tongban.rooms import clock
from tongban.rooms.supervision import queries

#: Rows on the wall at once, and seconds between two looks.
ROWS, SECONDS = 24, 20


@guarded_by(anyone)
def page(request: HttpRequest) -> HttpResponse:
    """Show the live cases, the most pressing first, and what was decided today."""
    county = visitor(request).county
    counts = queries.lights(county)
    context = {
        "rows": queries.board(county, most=ROWS),
        "finished": queries.finished_today(county, most=8),
        "green": sum(one.green for one in counts),
        "amber": sum(one.amber for one in counts),
        "red": sum(one.red for one in counts),
        "now": clock.now(),
        "seconds": SECONDS,
    }
    return render(request, "watch/board.html", context)
