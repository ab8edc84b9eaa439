"""审批: a case on one page: form, materials beside it, history, clocks explained, and every step this post may take."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from tongban.doors.guards import guarded_by
from tongban.doors.look.fields import answer_in_words, label_of
from tongban.doors.look.saying import in_words
from tongban.doors.office.views import AT_CASES
from tongban.doors.visiting import Visitor, visitor
from tongban.rooms.casework import actions as casework
from tongban.rooms.casework.queries import desk, texts
from tongban.rooms.casework.queries.parts import parts_of
from tongban.rooms.casework.queries.searching import of_applicants
from tongban.rooms.casework.queries.seeing import Seen, steps_open
from tongban.rooms.casework.queries.telling import ToldStep, clocks_told, history, in_hands
from tongban.rooms.casework.queries.wishes import wishes_of
from tongban.rooms.exchange import queries as exchange
from tongban.rooms.files import queries as files
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.licences import queries as licences
from tongban.rooms.people import queries as people
from tongban.rooms.ratings import queries as ratings
from tongban.rulebook.basis import Basis
from tongban.rulebook.catalogue import proceedings
from tongban.rulebook.errors import Refused
from tongban.rulebook.guards import ROLE_LABELS
from tongban.rulebook.kinds import KINDS
from tongban.rulebook.telling import AT_A_DESK, hindrance, leads_on

MATERIAL_STATES = {
    "given": "已提交",
    "held": "用已有证照",
    "shared": "共享数据核验一致",
    "promised": "约定后补",
    "lacking": "缺少",
    "mismatch": "与共享数据不一致",
}
#: What is written beside the journal, by its key.
TEXTS = {
    "reason": "理由",
    "ground": "依据",
    "opinion": "意见",
    "record": "核查记录",
    "text": "内容",
    "outside": "外部编号",
    "mail": "邮件号",
    "note": "内部备注",
}
#: Kinds of files that a page can show.
SHOWN = ("pdf", "jpg", "png")


@dataclass(frozen=True, slots=True)
class Step:
    """One step as it is offered."""

    name: str
    label: str
    basis: Basis
    #: Why it cannot be taken now; empty: it may be tried.
    why_not: str
    #: The normal way on: the button in colour.  A case is never sent back or stopped by the handiest button.
    leads_on: bool = False


@dataclass(frozen=True, slots=True)
class Material:
    """One material of the case."""

    code: str
    name: str
    state: str
    #: ``lacking`` and ``mismatch`` need a look.
    tone: str
    #: Media of its file; empty: no file (paper, or held elsewhere).
    media: str
    promised_until: str
    criteria: str


@dataclass(frozen=True, slots=True)
class Past:
    """One step of the history with what was written."""

    step: ToldStep
    texts: tuple[tuple[str, str], ...]
    points: tuple[str, ...]


@guarded_by(AT_CASES)
def page(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Show a case; who only may look says what for before anything of a person is shown."""
    asks = visitor(request)
    found = casework.look(case_id, asks.who)
    steps = offered(found)
    purpose = "办理审批" if steps else request.GET.get("purpose", "").strip()[:60]
    opened = bool(purpose) and found.names
    if opened:
        ledger.log_access(asks.who.name, "case", case_id, purpose)
    hidden = bool(ratings.hidden_applicants([case_id], asks.staff))
    context = {
        "found": found,
        "file": found.file,
        "facts": found.file.facts,
        "state_label": found.file.facts.kind.states[found.file.facts.state],
        "may_now": [one for one in steps if not one.why_not],
        "not_now": [one for one in steps if one.why_not],
        "purpose": purpose,
        "may_note": opened and any(one.inner for one in steps_open(found)),
        "opened": opened,
        "unit_and_desk": in_hands(found.file),
        "clocks": clocks_told(found.file),
        "materials": _materials(found),
        "proceedings": _proceedings(found),
        "documents": licences.documents_of(case_id),
        "twins": exchange.twins_of_case(case_id),
        **_parts(asks, found),
        **(_content(asks, found, hidden) if opened else {}),
        "past": _past(found, opened),
        "parties": _parties(found, plain=opened and not hidden) if not hidden else [],
    }
    context["shown"] = _shown(context["materials"], request.GET.get("m", "")) if opened else None
    return render(request, "office/case.html", context)


def offered(found: Seen) -> list[Step]:
    """Return the steps of a desk that this actor may try now, the normal way first, and of each why not yet."""
    steps = []
    for one in steps_open(found):
        if one.inner or not found.actor.posts & AT_A_DESK.intersection(one.by):
            continue
        no = hindrance(found.file.facts, one, found.actor)
        steps.append(Step(one.name, one.label, one.basis, in_words(no.sentence) if no else "", leads_on(one)))
    return sorted(steps, key=lambda one: not one.leads_on)


def _content(asks: Visitor, found: Seen, hidden: bool) -> dict[str, Any]:
    """What an application says.  Erased: nothing any more."""
    file = found.file
    try:
        answers, lacks = texts.answers_of(file), texts.lacks_of(file)
    except Refused as no:
        return {"erased": in_words(no.sentence)}
    names = {one.code: one.name for one in file.facts.item.materials} | {"form": _("申请表")}
    applicant = file.uuid("applicant_id")
    others = of_applicants(desk.sight_of(asks.who), [applicant], most=11) if applicant and not hidden else ()
    return {
        "wishes": wishes_of(file),
        "answers": _answers(file.facts.item.form, answers),
        "lacks": [{"notice": notice, "name": names.get(code, code), "reason": why} for notice, code, why in lacks],
        "others": [one for one in others if one.id != file.id],
    }


def _answers(form: Any, answers: dict[str, Any]) -> list[tuple[str, str]]:
    """Return questions and answers in the order of the form."""
    return [
        (label_of(name, rule), answer_in_words(name, rule, answers[name]))
        for name, rule in form.get("properties", {}).items()
        if name in answers
    ]


def _materials(found: Seen) -> list[Material]:
    file = found.file
    item, rows = file.facts.item, file.materials
    ids = {code: UUID(str(row["file_id"])) for code, row in rows.items() if row.get("file_id")}
    media = files.files_by_id(ids.values()) if ids else {}
    told = []
    for one in item.materials_for(file.facts.options):
        row = rows.get(one.code, {})
        state = str(row.get("state", "" if one.source == "made" else "lacking"))
        view = media.get(ids[one.code]) if one.code in ids else None
        told.append(
            Material(
                one.code,
                one.name,
                _(MATERIAL_STATES[state]) if state else _("由系统制作"),
                {"given": "green", "held": "green", "shared": "green", "promised": "amber"}.get(
                    state, "red" if state else ""
                ),
                view.media if view else "",
                str(row.get("promised_until") or ""),
                one.criteria,
            )
        )
    return told


def _shown(materials: Any, wanted: str) -> Material | None:
    """Return the material beside the form: the one wanted, else the first that can be shown."""
    showable = [one for one in materials if one.media in SHOWN]
    return next((one for one in showable if one.code == wanted), showable[0] if showable else None)


def _proceedings(found: Seen) -> list[dict[str, Any]]:
    results = {**proceedings.RESULTS, **proceedings.OBJECTIONS}
    return [
        {
            "label": proceedings.ALL.get(one.kind, one.kind),
            "row": one,
            "result": results.get(one.result, one.result),
        }
        for one in found.file.facts.proceedings
    ]


def _parts(asks: Visitor, found: Seen) -> dict[str, Any]:
    """Parts of a bundle with their states, and the bundle of a part."""
    file = found.file
    rows = parts_of(file.id) if file.facts.item.parts else ()
    parent = file.uuid("parent_id")
    ids = [one.case_id for one in rows] + ([parent] if parent else [])
    may = desk.visible(desk.sight_of(asks.who), ids) if ids else frozenset()
    units = {one.code: one.full_name for one in people.units(file.county)} if rows else {}
    states = {**KINDS["permit"].states, **KINDS["registration"].states, **KINDS["filing"].states}
    return {
        "parts": [
            {
                "row": one,
                "unit": units.get(one.unit, one.unit),
                "state": states.get(one.state, one.state),
                "link": one.case_id in may,
            }
            for one in rows
        ],
        "parent": parent if parent in may else None,
    }


def _past(found: Seen, opened: bool) -> list[Past]:
    notes: dict[tuple[int, str], str] = {}
    if opened:
        try:
            notes = texts.notes_of(found.file)
        except Refused:  # erased: the steps stay
            notes = {}
    points = found.file.facts.item.review_points
    return [
        Past(
            one,
            tuple((_(TEXTS.get(what, what)), text) for (seq, what), text in sorted(notes.items()) if seq == one.seq),
            tuple(points[n] for n in one.ticked if n < len(points)),
        )
        for one in reversed(history(found.file, names=True))
    ]


def _parties(found: Seen, *, plain: bool) -> list[dict[str, Any]]:
    rows = found.file.parties
    known = people.persons_by_id([one.person_id for one in rows if one.person_id])
    told = []
    for one in sorted(rows, key=lambda row: row.role != "applicant"):
        who = known.get(one.person_id) if one.person_id else None
        name = (who.name if plain else licences.mask(who.name, natural=who.kind == "natural")) if who else ""
        told.append({"role": _(ROLE_LABELS.get(one.role, one.role)), "name": name, "signed": one.signed})
    return told
