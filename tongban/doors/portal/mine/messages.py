"""消息: what was told to her and to those close to her, kept to be read again."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tongban.doors.guards import guarded_by, person
from tongban.doors.look.paging import PER_PAGE, number_of, paged
from tongban.doors.portal.mine.home import close_to
from tongban.doors.visiting import visitor
from tongban.rooms.casework import actions as casework
from tongban.rooms.casework.queries.letters import letters_of


@guarded_by(person)
def page(request: HttpRequest) -> HttpResponse:
    """Show the messages; those shown are read from now on."""
    asks, number = visitor(request), number_of(request)
    close = close_to(asks)
    rows = paged(letters_of(close, most=PER_PAGE + 1, skip=(number - 1) * PER_PAGE), number)
    casework.mark_read([one.id for one in rows.rows if one.is_new], close)
    shown = [(one, close[one.person_id] if one.person_id != asks.person_id else "") for one in rows.rows]
    return render(request, "mine/messages.html", {"rows": shown, "page": rows})
