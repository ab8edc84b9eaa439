"""办件: read by whoever it concerns and whoever works on it; to everybody else it does not exist."""

from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Query
from pydantic import Field

from tongban.doors.api import shapes
from tongban.doors.api.asking import Asked, asked
from tongban.doors.api.case_shapes import (
    CaseLineOut,
    CaseMaterial,
    CaseOut,
    CasePart,
    ClockOut,
    DocumentOut,
    JournalLine,
    LackOut,
    NoteOut,
    OutsideOut,
    PartyOut,
    ProgressIn,
    ProgressOut,
    StepOut,
)
from tongban.doors.api.errors import told
from tongban.doors.api.opening import operation
from tongban.doors.api.shapes import named
from tongban.doors.look.papers import saved
from tongban.rooms import clock
from tongban.rooms.casework.queries import texts
from tongban.rooms.casework.queries.parts import parts_of
from tongban.rooms.casework.queries.progress import progress
from tongban.rooms.casework.queries.seeing import Seen, lines, seen, steps_open, to_read
from tongban.rooms.exchange import queries as exchange
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.ledger import ranges as ledger_ranges
from tongban.rooms.ledger.queries import stream
from tongban.rooms.licences import actions as sealing
from tongban.rooms.licences import queries as licences
from tongban.rooms.people import queries as people
from tongban.rooms.ratings import queries as ratings
from tongban.rulebook.errors import Refused

CHANNELS = {
    "window": "窗口",
    "net": "网上",
    "phone": "电话",
    "kiosk": "自助机",
    "village": "村（社区）",
    "partner": "外部",
    "inner": "内部",
}
DECISIONS = {
    "": "未作决定",
    "granted": "准予",
    "refused": "不予",
    "not_accepted": "不予受理",
    "withdrawn": "已撤回",
    "lapsed": "已退件",
    "partly_refused": "部分未准予",
}
Purpose = Annotated[str, Field(max_length=80, description="查看内容的用途；工作人员展开 answers、notes 时必填")]


Expand = Literal["answers", "lacks", "notes"]


@operation("POST", "/progress", tag="办件", out=ProgressOut, scope=None, changes=False)
def read_progress(request: HttpRequest, body: ProgressIn) -> Any:
    """凭办件编号和查询码查进度，不用令牌。编号不对和查询码不对，回答相同。"""
    return ProgressOut.model_validate(progress(body.number, body.lookup_code), from_attributes=True)


@operation("GET", "/cases", tag="办件", out=shapes.paged(CaseLineOut), scope="cases")
def list_cases(
    request: HttpRequest,
    state: Annotated[str, Field(max_length=20)] = "",
    unit: Annotated[str, Field(max_length=40)] = "",
    parent: UUID | None = None,
    cursor: shapes.Cursor = "",
    limit: shapes.PageLimit = 50,
) -> Any:
    """列出与自己有关、或自己有权办理的办件，新的在前。一页可能少于 limit，以 next 为准。"""
    by = asked(request)
    after = shapes.unpack(cursor, UUID)
    rows, following = lines(by.who, by.county, state=state, unit=unit, parent=parent, after=after, most=limit)
    return {
        "rows": [
            CaseLineOut(
                id=one.id,
                number=one.number,
                item=one.item_code,
                kind=one.kind,
                unit=one.unit,
                state=named(one.state, one.state_label),
                desk=one.desk,
                channel=named(one.channel, CHANNELS.get(one.channel, one.channel)),
                parent=one.parent_id,
                part_role=one.part_role,
                received_on=one.received_on,
                accepted_on=one.accepted_on,
                decision=one.decision,
            )
            for one in rows
        ],
        "next": shapes.pack(following) if following else None,
    }


@operation("GET", "/cases/{uuid:case_id}", tag="办件", out=CaseOut, scope="cases")
def read_case(
    request: HttpRequest,
    case_id: UUID,
    expand: list[Expand] = Query(default=[]),  # noqa: B008 - how a parameter is declared
    purpose: Purpose = "",
) -> Any:
    """查看一个办件。姓名按查看人的权限显示或遮盖。"""
    by = asked(request)
    found = seen(case_id, by.who)
    shown = _case(found, by)
    if {"answers", "notes"} & set(expand):
        _log(by, found, purpose)
    if "answers" in expand:
        shown.answers = texts.answers_of(found.file)
    if "lacks" in expand:
        shown.lacks = [
            LackOut(notice=notice, code=code, reason=reason) for notice, code, reason in texts.lacks_of(found.file)
        ]
    if "notes" in expand:
        if by.who.kind != "staff":
            raise Refused("for_staff", "办理人员的意见只供办理人员查看。答复和决定的理由见文书。")
        shown.notes = [
            NoteOut(seq=seq, what=what, text=text) for (seq, what), text in sorted(texts.notes_of(found.file).items())
        ]
    return shown


@operation("GET", "/cases/{uuid:case_id}/journal", tag="办件", out=list[JournalLine], scope="cases")
def read_journal(request: HttpRequest, case_id: UUID) -> Any:
    """查看一个办件走过的每一步。"""
    by = asked(request)
    found = seen(case_id, by.who)
    kind = found.file.facts.kind
    inner = set() if by.who.kind == "staff" else {step.name for step in kind.steps if step.inner}
    lines = stream(case_id)
    if not lines:
        ledger_ranges.need_here(case_id)
    return [
        JournalLine(
            seq=one.seq,
            step=named(one.step, kind.by_name[one.step].label if one.step in kind.by_name else one.step),
            at=one.at,
            by=one.post,
            state=one.body["row"]["state"],
        )
        for one in lines
        if one.step not in inner
    ]


@operation("GET", "/cases/{uuid:case_id}/steps", tag="办理", out=list[StepOut], scope="cases")
def list_steps(request: HttpRequest, case_id: UUID) -> Any:
    """列出现在自己可以办的步骤；逐项条件在办理时核对。"""
    found = seen(case_id, asked(request).who)
    return [
        StepOut(step=one.name, label=one.label, basis=told(one.basis), needs_reason=one.reason)
        for one in steps_open(found)
    ]


@operation("GET", "/cases/{uuid:case_id}/documents", tag="证照和文书", out=list[DocumentOut], scope="licences")
def list_documents(request: HttpRequest, case_id: UUID) -> Any:
    """列出一个办件已经盖章的文书和证照。"""
    seen(case_id, asked(request).who)
    return [DocumentOut.model_validate(one, from_attributes=True) for one in licences.documents_of(case_id)]


@operation("POST", "/cases/{uuid:case_id}/documents", tag="证照和文书", out=list[DocumentOut], scope="licences")
def seal_documents(request: HttpRequest, case_id: UUID) -> Any:
    """有人在窗口等着时，马上制作还欠着的文书；不要求的由后台在几秒内做好。回答与列出文书相同。"""
    seen(case_id, asked(request).who)
    sealing.seal_now(case_id)
    return [DocumentOut.model_validate(one, from_attributes=True) for one in licences.documents_of(case_id)]


@operation(
    "GET",
    "/documents/{uuid:document_id}/pdf",
    tag="证照和文书",
    out=None,
    scope="licences",
    media="application/pdf",
)
def read_pdf(request: HttpRequest, document_id: UUID, purpose: Purpose = "") -> Any:
    """取一份文书的 PDF；查看有记录。"""
    by = asked(request)
    found = licences.document(document_id)
    unknown = Refused("document_unknown", "没有这份文书。请核对文书编号。")
    if found.case_id is None:
        raise unknown
    try:
        case = seen(found.case_id, by.who)
    except Refused:
        raise unknown from None
    content = licences.pdf(document_id, who=by.name, purpose=_purpose(by, case, purpose))
    return saved(content, "application/pdf", f"{document_id}.pdf")


def _case(found: Seen, by: Asked) -> CaseOut:
    file, facts, row = found.file, found.file.facts, found.file.row
    names = {material.code: material.name for material in facts.item.materials} | {"form": "申请表"}
    moment = clock.now()
    return CaseOut(
        id=file.id,
        number=str(row["number"] or ""),
        county=shapes.division(file.county),
        item=named(facts.item.code, facts.item.name),
        kind=named(facts.kind.code, facts.kind.label),
        unit=str(row["unit"]),
        state=named(facts.state, facts.kind.states[facts.state]),
        desk=str(row["desk"]),
        channel=named(str(row["channel"]), CHANNELS.get(str(row["channel"]), "")),
        version=file.version,
        received_on=facts.received_on,
        accepted_on=facts.accepted_on,
        decision=named(facts.decision, DECISIONS.get(facts.decision, facts.decision)),
        options=list(row["situation"]),
        clocks=[
            ClockOut(
                name=one.name,
                label=facts.kind.clock_by_name[one.name].label,
                limit=str(one.limit),
                due_on=one.due.on,
                due_at=one.due_at,
                running=one.is_running,
                provisional=one.due.provisional,
                overdue=one.due_at <= (one.stopped_at or moment),
            )
            for one in facts.clocks
        ],
        parties=_parties(found, by),
        materials=[
            CaseMaterial(
                code=code, name=names.get(code, code), state=one["state"], promised_until=one["promised_until"]
            )
            for code, one in sorted(file.materials.items())
        ],
        missing=list(facts.missing),
        unsigned=list(facts.unsigned),
        fee=facts.fee,
        parent=file.uuid("parent_id"),
        parts=_parts(found),
        outside=[
            OutsideOut(system=one.system, outside_number=one.outside_number, state=one.state)
            for one in exchange.twins_of_case(file.id)
        ],
        flags=sorted(facts.flags),
    )


def _parties(found: Seen, by: Asked) -> list[PartyOut]:
    """Staff who work on it see names; a party sees her own and the others masked; who only supervises sees none."""
    if by.who.kind == "staff" and ratings.hidden_applicants([found.file.id], by.staff()):
        return []
    named_ones = people.persons_by_id([one.person_id for one in found.file.parties if one.person_id])
    own = {by.who.id, found.file.uuid("applicant_id")} if by.who.kind == "person" else set()
    return [
        PartyOut(
            role=one.role,
            person_id=one.person_id if found.names else None,
            name=_name(named_ones.get(one.person_id), found.names and (by.who.kind == "staff" or one.person_id in own))
            if one.person_id
            else "",
            signed=one.signed,
        )
        for one in found.file.parties
    ]


def _name(who: people.PersonView | None, plain: bool) -> str:
    if who is None:
        return ""
    return who.name if plain else licences.mask(who.name, natural=who.kind == "natural")


def _parts(found: Seen) -> list[CasePart]:
    if not found.file.facts.item.parts:
        return []
    return [
        CasePart(
            role=one.role,
            case_id=one.case_id,
            number=one.number,
            item=one.item_code,
            unit=one.unit,
            state=one.state,
            decision=one.decision,
        )
        for one in parts_of(found.file.id)
    ]


def _log(by: Asked, found: Seen, purpose: str) -> None:
    ledger.log_access(by.name, "case", found.file.id, _purpose(by, found, purpose))


def _purpose(by: Asked, found: Seen, purpose: str) -> str:
    if by.who.kind == "person":
        return purpose.strip() or "当事人查看"
    if not purpose.strip():
        raise Refused("purpose_missing", "查看办件内容和文书要写明用途（purpose）。请补充后再查看。")
    to_read(found)
    return purpose
