"""谁看过我的数据, and all of it to take away."""

import io
import json
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from tongban.doors.guards import guarded_by, person
from tongban.doors.look.paging import PER_PAGE, number_of, paged
from tongban.doors.look.papers import saved
from tongban.doors.portal.filing.keeping import applicant as guard
from tongban.doors.visiting import Visitor, visitor
from tongban.rooms import clock
from tongban.rooms.casework.queries.letters import letters_of
from tongban.rooms.casework.queries.mine import my_cases
from tongban.rooms.casework.queries.reading import read
from tongban.rooms.casework.queries.telling import clocks_told, history
from tongban.rooms.casework.queries.texts import answers_of
from tongban.rooms.exchange import queries as exchange
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.ledger.queries import LookView, looks_at
from tongban.rooms.licences import queries as licences
from tongban.rooms.people import actions as revealing
from tongban.rooms.people import queries as people
from tongban.rooms.ratings import queries as ratings
from tongban.rooms.waiting import queries as waiting
from tongban.rulebook.errors import Refused

#: Cases and licences whose reads are shown, and what an export takes at most: the newest.
MOST = 200


@guarded_by(person)
def page(request: HttpRequest) -> HttpResponse:
    """Show who read her data, her cases and licences, and what was asked about her of other agencies."""
    asks, number = visitor(request), number_of(request)
    about = {asks.person_id: _("个人信息")}
    about |= {one.id: f"{one.item}（{one.number}）" for one in my_cases(asks.who, [asks.person_id], most=MOST)}
    about |= {one.id: one.name for one in licences.wallet(asks.person_id)}
    rows = paged(looks_at(about, most=PER_PAGE + 1, skip=(number - 1) * PER_PAGE), number)
    told = _told(asks, list(rows.rows))
    context = {
        "rows": [(one, about[one.subject_id], told[one.who], _why(one.purpose)) for one in rows.rows],
        "page": rows,
        "calls": exchange.looks(asks.person_id, most=50) if number == 1 else (),
        "units": {one.code: one.full_name for one in people.units(asks.county)},
    }
    return render(request, "mine/looked.html", context)


@guarded_by(guard)
def export(request: HttpRequest) -> HttpResponse:
    """Give her everything kept about her, as files that other programs read."""
    asks = visitor(request)
    if request.method != "POST":
        return render(request, "mine/export.html")
    ledger.log_access(asks.who.name, "person", asks.person_id, "本人导出全部数据")
    box = io.BytesIO()
    with ZipFile(box, "w", ZIP_DEFLATED) as packed:
        for name, content in _everything(asks):
            packed.writestr(name, content)
    return saved(box.getvalue(), "application/zip", f"my-data-{clock.today():%Y%m%d}.zip")


def _everything(asks: Visitor) -> list[tuple[str, bytes]]:
    me = asks.person_id
    view = people.person(me)
    numbers = revealing.reveal(me, who=asks.who.name, purpose="本人导出全部数据")
    cases = my_cases(asks.who, [me], most=MOST)
    wallet = licences.wallet(me)
    found: list[tuple[str, Any]] = [
        ("person.json", {**asdict(view), "numbers": numbers}),
        ("mandates.json", [asdict(one) for one in people.mandates_of(me)]),
        ("licences.json", [{**asdict(one), "facts": _facts(one.id)} for one in wallet]),
        ("messages.json", [asdict(one) for one in letters_of([me], most=1000)]),
        ("ratings.json", [{**asdict(one), "comment": _comment(one.id)} for one in ratings.ratings_by(me, most=1000)]),
        (
            "appointments.json",
            [asdict(one) for one in waiting.my_appointments(me, states=("booked", "came", "missed", "cancelled"))],
        ),
        ("read-by.json", [asdict(one) for one in looks_at([me, *(one.id for one in cases)], most=1000)]),
        ("asked-about-me.json", [asdict(one) for one in exchange.looks(me, most=1000)]),
    ]
    files: list[tuple[str, bytes]] = []
    for one in cases:
        file = read(one.id)
        told = {
            **asdict(one),
            "answers": answers_of(file) if file.wrapped_key is not None else None,
            "materials": [{"code": code, "state": row["state"]} for code, row in sorted(file.materials.items())],
            "clocks": [{"label": c.label, "due_on": c.due_on, "limit": c.limit} for c in clocks_told(file)],
            "history": [{"step": s.label, "at": s.at, "state": s.state} for s in history(file)],
        }
        found.append((f"cases/{one.number}.json", told))
        for document in licences.documents_of(one.id):
            name = f"cases/{one.number}-{document.kind}-{document.seq or 0}.pdf"
            files.append((name, licences.pdf(document.id, who=asks.who.name, purpose="本人导出全部数据")))
    said = _("这里是本平台保存的关于您的数据。只有最近 {n} 个办件；更早的请到窗口申请。").format(n=MOST)
    files.append(("README.txt", said.encode()))
    return [
        (name, json.dumps(data, ensure_ascii=False, indent=1, default=_plain).encode()) for name, data in found
    ] + files


def _facts(licence_id: UUID) -> dict[str, str] | None:
    try:
        return licences.facts_of(licence_id)
    except Refused:
        return None


def _comment(rating_id: UUID) -> str | None:
    try:
        return ratings.comment_of(rating_id)
    except Refused:
        return None


def _plain(value: object) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return sorted(value) if isinstance(value, frozenset | set) else str(value)


def _why(purpose: str) -> str:
    """Return a purpose as people read it: some that the house states itself are codes."""
    known = {"notice": _("给您发通知"), "demo": _("登录"), "password": _("登录"), "archive": _("归档")}
    return _("向其他部门核对信息") if purpose.startswith("exchange:") else known.get(purpose, purpose)


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
            told[who] = {"house": _("系统（发通知、归档等）")}.get(kind, _("对接系统"))
    return told
