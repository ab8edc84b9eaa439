"""谁看过我的数据: each read, by department and post."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from tongban.doors.guards import guarded_by, person
from tongban.doors.look.paging import PER_PAGE, number_of, paged
from tongban.doors.look.saying import in_words
from tongban.doors.visiting import Visitor, visitor
from tongban.rooms import clock
from tongban.rooms.casework.queries.mine import my_cases
from tongban.rooms.exchange import queries as exchange
from tongban.rooms.ledger.queries import LookView, looks_at
from tongban.rooms.licences import queries as licences
from tongban.rooms.people import queries as people

#: How the house itself stands in the log.
HOUSE = "house"
#: Cases whose reads are shown: the newest.
MOST = 200


@guarded_by(person)
def page(request: HttpRequest) -> HttpResponse:
    """Show who read her data, her cases and licences, and what was asked about her of other agencies."""
    asks, number = visitor(request), number_of(request)
    about = {asks.person_id: _("个人信息")}
    about |= {one.id: f"{one.item}（{one.number}）" for one in my_cases(asks.who, [asks.person_id], most=MOST)}
    about |= {one.id: one.name for one in licences.wallet(asks.person_id)}
    # Her own looks are many and no news to her, nor are the house's for each notice: they are shown when asked for.
    every = request.GET.get("every") == "1"
    but = () if every else (asks.who.name, HOUSE)
    found = looks_at(about, most=PER_PAGE + 1, skip=(number - 1) * PER_PAGE, but=but)
    rows = paged(found, number)
    told = _told(asks, list(rows.rows))
    context = {
        "rows": [(one, about[one.subject_id], told[one.who], _why(one.purpose)) for one in rows.rows],
        "page": rows,
        "every": every,
        "calls": exchange.looks(asks.person_id, most=50) if number == 1 else (),
        "units": {one.code: one.full_name for one in people.units(asks.county)},
    }
    return render(request, "mine/looked.html", context)


def _why(purpose: str) -> str:
    """Return a purpose as people read it: some that the house states itself are codes."""
    known = {"notice": _("给您发通知"), "demo": _("登录"), "password": _("登录"), "archive": _("归档")}
    return _("向其他部门核对信息") if purpose.startswith("exchange:") else known.get(purpose) or in_words(purpose)


def _told(asks: Visitor, rows: list[LookView]) -> dict[str, str]:
    """Return who looked, in words: a department and a post, never the name of a clerk."""
    powers, day = people.powers(), clock.today()
    told: dict[str, str] = {}
    units = {one.code: one.full_name for one in people.units(asks.county)}
    for who in {one.who for one in rows}:
        kind, _sep, ident = who.partition(":")
        if who == asks.who.name:
            told[who] = _("您本人")
        elif kind == "staff":
            posts = powers.posts_of(UUID(ident), day)
            named = [f"{units.get(one.unit_code, one.unit_code)} · {one.title}" for one in posts[:1]]
            told[who] = named[0] if named else _("已离岗的工作人员")
        elif kind == "person":
            told[who] = _("代办人或其他当事人")
        else:
            told[who] = {HOUSE: _("系统（发通知、归档等）")}.get(kind, _("对接系统"))
    return told
