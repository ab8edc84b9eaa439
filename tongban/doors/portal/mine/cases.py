"""One case: who has it, what comes next, until when and why, and everything that was issued in it."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from tongban.doors.guards import guarded_by, person
from tongban.doors.look.delivery import DELIVERY
from tongban.doors.look.signed import sent_on
from tongban.doors.visiting import visitor
from tongban.rooms import clock
from tongban.rooms.casework.queries.parts import parts_of, parts_planned
from tongban.rooms.casework.queries.reading import CaseFile
from tongban.rooms.casework.queries.results import handed
from tongban.rooms.casework.queries.seeing import Seen, seen, steps_open
from tongban.rooms.casework.queries.telling import clocks_told, history, in_hands
from tongban.rooms.casework.queries.texts import lacks_of
from tongban.rooms.casework.queries.wishes import wishes_of
from tongban.rooms.exchange import queries as exchange
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.licences import queries as licences
from tongban.rooms.people import queries as people
from tongban.rooms.ratings import queries as ratings
from tongban.rulebook.errors import Refused
from tongban.rulebook.guards import ROLE_LABELS

#: What the applicant may do herself, in the order in which the page offers it.
MINE = ("supply", "sign", "supply_later", "rate", "withdraw")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a bundle, begun or not."""

    name: str
    label: str
    tone: str
    case_id: UUID | None
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Later:
    """A material promised for later."""

    code: str
    name: str
    until: date | None


@guarded_by(person)
def page(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Show a case to whom it concerns."""
    asks = visitor(request)
    found = seen(case_id, asks.who)
    file = found.file
    if file.facts.state == "draft":
        raise Refused("case_unknown", _("没有找到这个办件。请核对办件编号。"))
    applicant_id = file.uuid("applicant_id")
    if applicant_id != asks.person_id:
        ledger.log_access(asks.who.name, "case", file.id, "查看代办或关联的办件")
    past = history(file)
    # Where the journal of a case is kept elsewhere no step can be taken, not even a rating.
    away = [one.step for one in past] == ["moved_out"]
    may = set() if away else {step.name for step in steps_open(found)}
    unit, desk = in_hands(file)
    clocks = clocks_told(file)
    rating = ratings.rating_of("case", file.id)
    context: dict[str, Any] = {
        "file": file,
        "item": file.facts.item,
        "state": file.facts.kind.states[file.facts.state],
        "applicant": people.person(applicant_id).name if applicant_id and applicant_id != asks.person_id else "",
        "unit": unit,
        "desk": desk,
        "closed": bool(file.row["closed_at"]),
        "running": [one for one in clocks if one.stopped_at is None],
        "stopped": [one for one in clocks if one.stopped_at is not None],
        "history": past,
        "documents": licences.documents_of(file.id),
        "lacks": _lacks(file) if file.facts.state == "correcting" else (),
        "following": following(file),
        "papers": papers(file),
        "signing": signing(found),
        "unsigned": [_(ROLE_LABELS.get(role, role)) for role in file.facts.unsigned],
        "parts": _parts(file) if file.facts.item.parts else (),
        "fee": file.fee,
        "delivery": _wish(file),
        "handed": handed(file) if file.row["closed_at"] else None,
        "rating": rating if rating is not None and rating.active else None,
        "may": {name: name in may for name in MINE},
        "can_withdraw": "withdraw" in may,
    }
    return render(request, "mine/case.html", context)


@guarded_by(person)
def document(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Give out a sealed document of a case or licence that is hers."""
    asks = visitor(request)
    found = licences.document(document_id)
    try:
        if found.case_id is None:
            _own_licence(found.licence_id, asks.person_id)
        else:
            seen(found.case_id, asks.who)
    except Refused:
        raise Refused("document_unknown", _("没有这份文书。请核对文书编号。")) from None
    file = licences.opened(document_id, who=asks.who.name, purpose="本人下载文书")
    return sent_on(file, f"{found.kind}-{found.id}.pdf", save=True)


def following(file: CaseFile) -> tuple[Later, ...]:
    """Return what was promised for later."""
    found = []
    for code in file.facts.following:
        until = file.materials[code]["promised_until"]
        found.append(Later(code, name_of(file, code), date.fromisoformat(until) if until else None))
    return tuple(found)


def papers(file: CaseFile) -> tuple[tuple[str, str], ...]:
    """Return each material and how it came, in words.  Three queries at most."""
    words = {
        "given": _("已交"),
        "held": _("已有电子证照，免交"),
        "shared": _("部门共享核验，免交"),
        "promised": _("以后补交"),
        "lacking": _("缺"),
        "mismatch": _("和部门的记录不一致"),
    }
    reasons = {one.material: one.sentence for one in exchange.fetched_of(file.id) if one.sentence}
    return tuple(
        (
            name_of(file, code),
            reasons.get(code, "") if one["state"] == "lacking" and code in reasons else words[one["state"]],
        )
        for code, one in sorted(file.materials.items())
    )


def name_of(file: CaseFile, code: str) -> str:
    """Return what people call a material; the form has its own name."""
    names = {one.code: one.name for one in file.facts.item.materials} | {"form": _("申请表")}
    return names.get(code, code)


def signing(found: Seen) -> tuple[tuple[str, str], ...]:
    """Return the roles in which she herself still has to sign: code and name."""
    if found.file.facts.state not in ("filed", "correcting"):
        return ()
    mine = [one for one in found.file.parties if one.person_id == found.actor.id and not one.signed]
    return tuple(
        (one.role, _(ROLE_LABELS.get(one.role, one.role))) for one in mine if one.role in found.file.facts.unsigned
    )


def _lacks(file: CaseFile) -> tuple[tuple[str, str], ...]:
    """Return what the last notice named that is not in yet, and why."""
    named = lacks_of(file)
    last = max((notice for notice, _code, _why in named), default=0)
    return tuple((name_of(file, code), why) for notice, code, why in named if notice == last)


def _parts(file: CaseFile) -> tuple[Part, ...]:
    begun = {one.role: one for one in parts_of(file.id)}
    day = clock.legal_date(clock.now()) if file.facts.received_on is None else file.facts.received_on
    found = []
    for one in parts_planned(file.county, file.facts.item, frozenset(file.row["situation"]), day):
        there = begun.get(one.role)
        tone = (
            "" if there is None else "green" if there.decision == "granted" else "amber" if there.decision else "blue"
        )
        label = there.label if there else _("等前面的办好")
        found.append(Part(one.name, label, tone, there.case_id if there else None, one.after))
    return tuple(found)


def _wish(file: CaseFile) -> str:
    wishes = wishes_of(file)
    return _(DELIVERY[wishes.delivery][0]) if wishes.delivery in DELIVERY else ""


def _own_licence(licence_id: UUID | None, person_id: UUID) -> None:
    holder = licences.licence(licence_id).holder_id if licence_id else None
    if holder is None or people.person(holder).id != people.person(person_id).id:
        raise Refused("licence_unknown", _("证照库里没有这份证照。请核对证照编号。"))
