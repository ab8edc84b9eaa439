"""我的窗口: the queue beside every page of this door, and what is done with it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tongban.doors.guards import guarded_by, staff
from tongban.doors.look.saying import in_words
from tongban.doors.visiting import Visitor, visitor
from tongban.rooms import clock
from tongban.rooms.people import actions as people
from tongban.rooms.waiting import actions as waiting
from tongban.rooms.waiting import queries
from tongban.rulebook.authority import Power
from tongban.rulebook.errors import Refused

#: Who may work at a window or station.
AT_DESK = staff(Power.RECEIVE, Power.ACCEPT, Power.DELIVER)
#: Tickets shown of the queue.
SHOWN = 8


@dataclass(frozen=True, slots=True)
class Desk:
    """What stands beside every page: her window, who is there, who waits."""

    #: Windows of her site; empty where no tickets are given out.
    windows: tuple[queries.WindowRow, ...]
    mine: queries.WindowRow | None
    #: The ticket called to her window.
    ticket: queries.TicketRow | None
    waiting: tuple[queries.InLine, ...]
    #: How many more wait than are shown.
    more: int
    #: Called in vain: may come back.
    skipped: tuple[queries.TicketRow, ...]
    #: Where a ticket may be passed on to.
    classes: tuple[queries.ClassRow, ...]
    #: Who may go first here.
    priorities: tuple[str, ...] = ()

    @property
    def free(self) -> tuple[queries.WindowRow, ...]:
        """Windows at which nobody sits."""
        return tuple(one for one in self.windows if not one.is_open)


def desk_of(asks: Visitor) -> Desk:
    """Return what stands beside the page.  Nine queries at most, however many wait."""
    site = asks.staff.site_id
    windows = queries.windows(site)
    mine = next((one for one in windows if one.is_open and one.staff_id == asks.staff.staff_id), None)
    if mine is None:
        return Desk(windows, None, None, (), 0, (), ())
    line = queries.line(site, mine.classes)
    return Desk(
        windows,
        mine,
        queries.ticket(mine.ticket_id) if mine.ticket_id else None,
        line[:SHOWN],
        max(0, len(line) - SHOWN),
        queries.skipped(site, clock.today(), mine.classes),
        queries.classes(site),
        queries.priorities(site) if line else (),
    )


def show(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """Render a page of this door with the queue beside it."""
    if "desk" not in context:
        context["desk"] = desk_of(visitor(request))
    return render(request, f"counter/{template}.html", context, status=status)


@guarded_by(AT_DESK)
@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """Open or close her window; call, call again, pass over, take back, pass on, finish."""
    asks = visitor(request)
    do, key = request.POST.get("do", ""), request.POST.get("key", "")
    if do not in DOINGS:
        raise Http404
    asked = [
        do,
        *(request.POST.get(name, "") for name in ("window", "ticket", "class", "priority", "why")),
    ]
    try:
        if not key:
            raise Refused("key_missing", _("请刷新页面后再试。"))
        told = people.once(asks.who.name, key, ["window", *asked], lambda: DOINGS[do](request, asks))
        messages.success(request, told)
    except Refused as no:
        messages.error(request, in_words(no.sentence))
    return redirect(_back(request))


def _open(request: HttpRequest, asks: Visitor) -> str:
    chosen = request.POST.get("window", "")
    window = next((one for one in queries.windows(asks.staff.site_id) if str(one.id) == chosen), None)
    if window is None:
        raise Refused("window_unknown", _("请选择本大厅的一个窗口。"))
    waiting.open_window(window.id, asks.staff.staff_id, actor=asks.who.name)
    return _("{n} 号窗口已开放。").format(n=window.number)


def _close(request: HttpRequest, asks: Visitor) -> str:
    window = _mine(asks)
    waiting.close_window(window.id, actor=asks.who.name)
    return _("{n} 号窗口已关闭。").format(n=window.number)


def _next(request: HttpRequest, asks: Visitor) -> str:
    called = waiting.call_next(_mine(asks).id)
    return _("已叫 {label} 号。").format(label=called.label) if called else _("现在没有人等您的窗口。")


def _recall(request: HttpRequest, asks: Visitor) -> str:
    return _("已再叫 {label} 号。").format(label=waiting.recall(_in_hand(asks)).label)


def _skip(request: HttpRequest, asks: Visitor) -> str:
    return _("{label} 号已过号。").format(label=waiting.skip(_in_hand(asks)).label)


def _finish(request: HttpRequest, asks: Visitor) -> str:
    return _("{label} 号已办结。").format(label=waiting.finish(_in_hand(asks)).label)


def _transfer(request: HttpRequest, asks: Visitor) -> str:
    wrong = request.POST.get("do") == "misrouted"
    new = waiting.transfer(_in_hand(asks), request.POST.get("class", ""), misrouted=wrong)
    return _("已转到{name}，新号 {label}，等候时间接着算。").format(name=new.class_name, label=new.label)


def _prefer(request: HttpRequest, asks: Visitor) -> str:
    """Somebody who waits for her window goes first, for a reason that is kept."""
    wanted = request.POST.get("ticket", "")
    line = queries.line(asks.staff.site_id, _mine(asks).classes)
    found = next((one for one in line if str(one.id) == wanted), None)
    if found is None:
        raise Refused("ticket_unknown", _("没有这个正在等的号码。请刷新后再看。"))
    told = waiting.give_priority(
        found.id,
        request.POST.get("priority", ""),
        request.POST.get("why", ""),
        staff_id=asks.staff.staff_id,
        actor=asks.who.name,
    )
    return _("{label} 号已改为优先，原因已登记。").format(label=told.label)


def _return(request: HttpRequest, asks: Visitor) -> str:
    """A ticket of her own site, called in vain; tickets of elsewhere do not exist for her."""
    wanted = request.POST.get("ticket", "")
    rows = queries.skipped(asks.staff.site_id, clock.today(), _mine(asks).classes)
    found = next((one for one in rows if str(one.id) == wanted), None)
    if found is None:
        raise Refused("ticket_unknown", _("没有这个过号的号码。请刷新后再看。"))
    return _("{label} 号已重新排队。").format(label=waiting.return_ticket(found.id).label)


DOINGS = {
    "open": _open,
    "close": _close,
    "next": _next,
    "recall": _recall,
    "skip": _skip,
    "finish": _finish,
    "transfer": _transfer,
    "misrouted": _transfer,
    "return": _return,
    "prefer": _prefer,
}


def _mine(asks: Visitor) -> queries.WindowRow:
    rows = queries.windows(asks.staff.site_id)
    found = next((one for one in rows if one.is_open and one.staff_id == asks.staff.staff_id), None)
    if found is None:
        raise Refused("not_at_window", _("您还没有开放窗口。请先选择窗口并开放。"))
    return found


def _in_hand(asks: Visitor) -> UUID:
    ticket_id = _mine(asks).ticket_id
    if ticket_id is None:
        raise Refused("ticket_moved", _("您的窗口现在没有叫到的号。请先叫号。"))
    return ticket_id


def _back(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else "/counter/"
