"""证照: the holder's wallet, and whether a document is genuine."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

from tongban.doors.api.asking import Asked, asked
from tongban.doors.api.cases import Purpose
from tongban.doors.api.opening import operation
from tongban.doors.api.shapes import Body, CodeValue
from tongban.rooms.casework.queries.seeing import read_whole
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.licences import queries as licences
from tongban.rooms.people import queries as people
from tongban.rulebook.errors import Refused


class LicenceOut(Schema):
    """一份证照。"""

    id: UUID
    kind: str
    name: str
    number: str = Field(description="证照编号；刚制证还没有盖章时为空")
    identifier: CodeValue = Field(description="电子证照标识")
    version: int
    state: str
    state_on: date
    issuer: str
    issued_on: date
    valid_from: date
    valid_until: date | None = Field(description="null：长期")
    case_id: UUID | None
    document_id: UUID | None = Field(default=None, description="盖了章的那一页")
    facts: dict[str, str] | None = Field(default=None, description="证面内容；只在查看一份证照时给出")


class CheckIn(Body):
    """扫到或输入的内容：二维码、文书编号、证照标识或证照编号。"""

    text: str = Field(min_length=1, max_length=600)


class CheckedOut(Schema):
    """查验的结果；姓名已遮盖。"""

    state: str = Field(description="valid 属实有效；其余各有说明")
    sentence: str
    label: str
    number: str
    unit: str
    holder: str
    dated: date | None
    since: date | None
    lines: list[list[str]]


class PdfChecked(Schema):
    """PDF 的查验结果。"""

    state: str
    sentence: str
    document_id: str
    entered: CheckedOut | None = Field(description="登记中的这份文书；没有登记或已被改动的为 null")


@operation("GET", "/licences", tag="证照和文书", out=list[LicenceOut], scope="licences")
def list_licences(request: HttpRequest) -> Any:
    """本人的证照：有效的在前。"""
    return [_licence(one) for one in licences.wallet(asked(request).person())]


@operation("GET", "/licences/{uuid:licence_id}", tag="证照和文书", out=LicenceOut, scope="licences")
def read_licence(request: HttpRequest, licence_id: UUID, purpose: Purpose = "") -> Any:
    """查看一份证照和证面内容：持证人，或有权办理它的工作人员；查看有记录。"""
    by = asked(request)
    found = licences.licence(licence_id)
    _check_sight(found, by)
    if by.who.kind == "staff" and not purpose.strip():
        raise Refused("purpose_missing", "查看证面内容要写明用途（purpose）。请补充后再查看。")
    ledger.log_access(by.name, "licence", licence_id, purpose.strip() or "持证人查看")
    page = licences.document_of_licence(licence_id)
    shown = _licence(found)
    shown.facts, shown.document_id = licences.facts_of(licence_id), page.id if page else None
    return shown


@operation("POST", "/verifications", tag="查验", out=CheckedOut, scope=None, changes=False)
def verify(request: HttpRequest, body: CheckIn) -> Any:
    """查验真伪：二维码、文书编号、证照标识或编号，不用令牌；姓名已遮盖。"""
    return _checked(licences.verify(body.text))


@operation("GET", "/verifications/{uuid:document_id}", tag="查验", out=CheckedOut, scope=None)
def verify_document(request: HttpRequest, document_id: UUID) -> Any:
    """按文书或证照的编号查验真伪，不用令牌。"""
    return _checked(licences.verify_id(document_id))


@operation("POST", "/verifications/pdf", tag="查验", out=PdfChecked, scope=None, body="application/pdf", changes=False)
def verify_pdf(request: HttpRequest) -> Any:
    """查验一个 PDF 文件是不是本平台出具、有没有被改动、现在算不算数，不用令牌。"""
    if not request.body:
        raise Refused("file_empty", "没有收到文件内容。请把 PDF 文件的内容作为请求内容提交。")
    verdict = licences.verify_pdf(request.body)
    entered = None
    if verdict.document_id and verdict.state != "altered":
        found = licences.verify(verdict.document_id)
        entered = _checked(found) if found.state not in ("not_found", "forged") else None
    return PdfChecked(
        state=verdict.state, sentence=verdict.sentence, document_id=verdict.document_id or "", entered=entered
    )


def _check_sight(found: licences.LicenceView, by: Asked) -> None:
    """A licence is its holder's, and of who may see the case it came from; for everybody else it does not exist."""
    unknown = Refused("licence_unknown", "证照库里没有这份证照。请核对证照编号。")
    if by.who.kind == "person":
        if people.person(by.person()).id != people.person(found.holder_id).id:
            raise unknown
        return
    if found.case_id is None:
        raise unknown
    try:
        read_whole(found.case_id, by.who)
    except Refused:
        raise unknown from None


def _licence(one: licences.LicenceView) -> LicenceOut:
    return LicenceOut(
        id=one.id,
        kind=one.kind,
        name=one.name,
        number=one.number,
        identifier=CodeValue(set="GB/T 36904 电子证照标识", code=one.identifier, label=one.name),
        version=one.version,
        state=one.state,
        state_on=one.state_on,
        issuer=one.issuer,
        issued_on=one.issued_on,
        valid_from=one.valid_from,
        valid_until=one.valid_until,
        case_id=one.case_id,
    )


def _checked(one: licences.Checked) -> CheckedOut:
    return CheckedOut(
        state=one.state,
        sentence=one.sentence,
        label=one.label,
        number=one.number,
        unit=one.unit,
        holder=one.holder,
        dated=one.dated,
        since=one.since,
        lines=[list(line) for line in one.lines],
    )
