"""导出我的全部数据: everything kept about her, papers included, as one archive that is sent while it is made.

Only of herself: cases in which she stands for somebody else, or beside her, are named and not opened.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from tongban.doors.guards import guarded_by
from tongban.doors.look.papers import streamed
from tongban.doors.look.saying import in_words
from tongban.doors.portal.filing.keeping import applicant as guard
from tongban.doors.portal.mine.cases import name_of
from tongban.doors.visiting import Visitor, visitor
from tongban.rooms import clock
from tongban.rooms.casework.queries.drafts import drafts_of
from tongban.rooms.casework.queries.letters import letters_of
from tongban.rooms.casework.queries.mine import MyCase, my_cases
from tongban.rooms.casework.queries.parts import parts_of
from tongban.rooms.casework.queries.reading import CaseFile, read
from tongban.rooms.casework.queries.telling import clocks_told, history
from tongban.rooms.casework.queries.texts import answers_of
from tongban.rooms.exchange import queries as exchange
from tongban.rooms.files import actions as files
from tongban.rooms.files import queries as filed
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.ledger.queries import looks_at
from tongban.rooms.licences import queries as licences
from tongban.rooms.people import actions as revealing
from tongban.rooms.people import queries as people
from tongban.rooms.ratings import queries as ratings
from tongban.rooms.waiting import queries as waiting
from tongban.rulebook.errors import Refused

#: How each read stands in the log.
PURPOSE = "本人导出全部数据"
#: Archives a day.  Design.
PER_DAY = 5
#: Cases read at a time, and the longest list of anything else.
PORTION, MOST = 100, 100_000

#: One file of the archive: its name, what it is in words, its content.
Part = tuple[str, str, bytes]


@guarded_by(guard)
def export(request: HttpRequest) -> HttpResponse | HttpResponseBase:
    """Give her everything kept about her, as files that people and programs read."""
    asks = visitor(request)
    if request.method != "POST":
        return render(request, "mine/export.html")
    since = clock.now() - timedelta(days=1)
    taken = [one.at for one in looks_at([asks.person_id], most=1000) if one.purpose == PURPOSE and one.at > since]
    if len(taken) >= PER_DAY:
        raise Refused("too_many", _("一天里已经导出 {n} 次，请明天再试。").format(n=PER_DAY))
    ledger.log_access(asks.who.name, "person", asks.person_id, PURPOSE)
    name = f"my-data-{clock.today():%Y%m%d}.zip"
    return streamed(_packed(_everything(asks), translation.get_language()), "application/zip", name)


class _Pipe:
    """What the archive is written to: it keeps nothing but what was not yet sent."""

    def __init__(self) -> None:
        self._waiting: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._waiting.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def taken(self) -> bytes:
        sent, self._waiting = b"".join(self._waiting), []
        return sent


def _packed(parts: Iterator[Part], language: str) -> Iterator[bytes]:
    """Yield the archive file by file; its index, which says what is in it, comes last."""
    pipe, listed = _Pipe(), []
    # The archive asks for no more than ``write`` and ``flush``.
    with translation.override(language), ZipFile(pipe, "w", ZIP_DEFLATED) as archive:  # type: ignore[call-overload]
        for name, what, content in parts:
            # Pictures and papers are packed already.
            archive.writestr(name, content, ZIP_DEFLATED if name.endswith((".json", ".txt")) else ZIP_STORED)
            listed.append((name, what, len(content)))
            yield pipe.taken()
        context = {"rows": listed, "at": clock.now()}
        archive.writestr("index.html", render_to_string("mine/export_index.html", context))
    yield pipe.taken()


def _everything(asks: Visitor) -> Iterator[Part]:
    me = asks.person_id
    numbers = revealing.reveal(me, who=asks.who.name, purpose="导出证件号码和电话")
    yield _told("person.json", _("个人信息"), {**asdict(people.person(me)), "numbers": numbers})
    account = asks.signed.account_id if asks.signed else None
    if account is not None:
        rows = [asdict(one) for one in people.sign_ins(account, most=MOST)]
        yield _told("sign-ins.json", _("登录记录"), rows)
    yield _told("mandates.json", _("委托"), map(asdict, people.mandates_of(me)))
    yield _told("messages.json", _("消息"), map(asdict, letters_of([me], most=MOST)))
    rated = [{**asdict(one), "comment": _comment(one.id)} for one in ratings.ratings_by(me, most=MOST)]
    yield _told("ratings.json", _("评价"), rated)
    seats = waiting.my_appointments(me, states=("booked", "came", "missed", "cancelled"))
    yield _told("appointments.json", _("预约"), map(asdict, seats))
    yield _told("asked-about-me.json", _("向其他部门核对"), map(asdict, exchange.looks(me, most=MOST)))
    yield from _licences(asks)
    hers = []
    for one in _cases(asks):
        if one.applicant_id == me:
            hers.append(one.id)
            yield from _case(asks, one.id, f"cases/{one.number}")
    for draft in drafts_of(asks.who, most=MOST):
        if draft.applicant_id == me:
            yield from _case(asks, draft.case_id, f"drafts/{draft.case_id}")
    yield _told("read-by.json", _("谁看过"), map(asdict, looks_at([me, *hers], most=MOST)))
    others = [{"number": one.number, "item": one.item} for one in _cases(asks) if one.applicant_id != me]
    yield _told("cases-of-others.json", _("参与的别人的办件（只有编号）"), others)


def _cases(asks: Visitor) -> Iterator[MyCase]:
    """Yield all her cases, a portion at a time."""
    skip = 0
    while rows := my_cases(asks.who, [asks.person_id], most=PORTION, skip=skip):
        yield from rows
        skip += PORTION


def _licences(asks: Visitor) -> Iterator[Part]:
    wallet = licences.wallet(asks.person_id)
    yield _told("licences.json", _("证照"), [{**asdict(one), "facts": _facts(one.id)} for one in wallet])
    for one in wallet:
        page = licences.document_of_licence(one.id)
        if page is not None:
            yield _document(asks, page.id, f"licences/{one.id}.pdf", one.name)


def _case(asks: Visitor, case_id: UUID, folder: str) -> Iterator[Part]:
    """Yield what was told and handed in, and what the house answered; the parts of a bundle below it."""
    file = read(case_id)
    told = {
        "number": file.row["number"],
        "item": file.facts.item.name,
        "state": file.facts.kind.states.get(file.facts.state, file.facts.state),
        "answers": answers_of(file) if file.wrapped_key is not None else None,
        "materials": [{"code": code, "state": row["state"]} for code, row in sorted(file.materials.items())],
        "clocks": [{"label": c.label, "due_on": c.due_on, "limit": c.limit} for c in clocks_told(file)],
        "history": [{"step": s.label, "at": s.at, "state": s.state} for s in history(file)],
    }
    yield _told(f"{folder}/case.json", file.facts.item.name, told)
    yield from _materials(asks, file, folder)
    for document in licences.documents_of(case_id):
        if document.licence_id is None:
            name = f"{folder}/documents/{document.seq or 0}-{document.kind}.pdf"
            yield _document(asks, document.id, name, document.label)
    if file.facts.item.parts:
        for part in parts_of(case_id):
            yield from _case(asks, part.case_id, f"{folder}/parts/{part.role}")


def _materials(asks: Visitor, file: CaseFile, folder: str) -> Iterator[Part]:
    named = {code: UUID(str(row["file_id"])) for code, row in sorted(file.materials.items()) if row["file_id"]}
    known = filed.files_by_id(named.values())
    for code, file_id in named.items():
        media = known[file_id].media if file_id in known else "txt"
        try:
            content = files.read(file_id, who=asks.who.name, purpose=PURPOSE)
        except Refused as no:  # one that is lost must not keep the rest from her
            content, media = in_words(no.sentence).encode(), "txt"
        yield f"{folder}/materials/{code}.{media}", name_of(file, code), content


def _document(asks: Visitor, document_id: UUID, name: str, label: str) -> Part:
    try:
        return name, label, licences.pdf(document_id, who=asks.who.name, purpose=PURPOSE)
    except Refused as no:
        return f"{name}.txt", label, in_words(no.sentence).encode()


def _told(name: str, what: str, data: Iterable[Any]) -> Part:
    told = data if isinstance(data, dict) else list(data)
    return name, what, json.dumps(told, ensure_ascii=False, indent=1, default=_plain).encode()


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
