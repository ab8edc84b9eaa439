"""草稿和申报."""

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

from tongban.doors.api.asking import Asked, asked
from tongban.doors.api.handing import OfferIn, offers_in, offers_of
from tongban.doors.api.opening import operation
from tongban.doors.api.shapes import Body
from tongban.rooms.casework import actions as casework
from tongban.rooms.casework.actions import Filing, Offer, Signer
from tongban.rooms.casework.actions.escalation import answering_post
from tongban.rooms.casework.queries.drafts import draft
from tongban.rooms.casework.queries.seeing import seen
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.people import actions as people

Channel = Literal["window", "net", "phone", "kiosk", "village", "partner"]


class SignerIn(Body):
    """申请人以外的当事人。"""

    role: str
    person_id: UUID | None = None
    signed: bool = False
    contact: Literal["", "sms", "letter", "phone"] = ""


class FilingIn(Body):
    """申请的内容。"""

    item: str
    applicant: UUID
    answers: dict[str, Any] = Field(description="按事项的 form 填写")
    options: list[str] = Field(default=[], max_length=50, description="所选情形的代号")
    materials: dict[str, OfferIn] = Field(default={}, description="材料代号 → 交了什么")
    signers: list[SignerIn] = Field(default=[], max_length=20)
    agent: UUID | None = Field(default=None, description="代办人；工作人员录入时写")
    site: UUID | None = Field(default=None, description="收件的场所；网上申请不写")
    channel: Channel = "net"
    renews: UUID | None = Field(default=None, description="要延续的证照")


class DraftSaved(Schema):
    """保存的草稿。"""

    id: UUID


class DraftOut(Schema):
    """草稿。"""

    id: UUID
    item: str
    applicant: UUID | None
    agent: UUID | None
    channel: str
    options: list[str]
    answers: dict[str, Any]
    materials: list[str] = Field(description="已有的材料；再保存时写 kept 沿用")


class MatterIn(Body):
    """交办或诉求。"""

    item: str = Field(description="事项代号，例如 stuck-case-appeal")
    unit: str = Field(description="由哪个部门应答")
    text: str = Field(min_length=1, max_length=2000)
    about: UUID | None = Field(default=None, description="关于哪个办件")


class MatterOut(Schema):
    """登记的事项。"""

    case_id: UUID
    state: str


class NumberDrawn(Schema):
    """登记簿上取得的编号。"""

    unit: str
    kind: str
    year: int
    n: int


class FiledOut(Schema):
    """收件凭证；收件不是受理。"""

    case_id: UUID
    number: str
    lookup_code: str = Field(description="查询码，和办件编号一起查进度")
    missing: list[str] = Field(description="还缺的材料")
    held: list[str] = Field(description="证照库里已有、不用交的材料")
    fetched: list[str] = Field(description="已向共享来源取得、不用交的材料")
    numbers: list[NumberDrawn]


@operation("POST", "/drafts", tag="申报", out=DraftSaved, scope="cases", status=201)
def begin_draft(request: HttpRequest, body: FilingIn) -> Any:
    """新建草稿，不全也可以。"""
    by = asked(request)
    filing = _filing(body, by, {})

    def act() -> Any:
        return {"id": str(casework.save_draft(filing, by.who))}

    return people.once(by.name, by.key, ["begin_draft", body.model_dump()], act)


@operation("GET", "/drafts/{uuid:draft_id}", tag="申报", out=DraftOut, scope="cases")
def read_draft(request: HttpRequest, draft_id: UUID) -> Any:
    """查看草稿，接着填写；查看有记录。"""
    by = asked(request)
    seen(draft_id, by.who)
    found = draft(draft_id)
    ledger.log_access(by.name, "case", draft_id, "接着填写草稿")
    return DraftOut(
        id=found.case_id,
        item=found.item_code,
        applicant=found.applicant_id,
        agent=found.agent_id,
        channel=found.channel,
        options=sorted(found.options),
        answers=dict(found.answers),
        materials=sorted(found.papers),
    )


@operation("PUT", "/drafts/{uuid:draft_id}", tag="申报", out=DraftSaved, scope="cases")
def save_draft(request: HttpRequest, draft_id: UUID, body: FilingIn) -> Any:
    """保存草稿：以这次写的为准。"""
    by = asked(request)
    kept = offers_in(seen(draft_id, by.who).file)

    def act() -> Any:
        return {"id": str(casework.save_draft(_filing(body, by, kept), by.who, draft_id=draft_id))}

    return people.once(by.name, by.key, ["save_draft", draft_id, body.model_dump()], act)


@operation("DELETE", "/drafts/{uuid:draft_id}", tag="申报", out=None, scope="cases", status=204)
def discard_draft(request: HttpRequest, draft_id: UUID) -> Any:
    """删除草稿：内容清除，不能找回；没有提交过，不影响以后再申请。"""
    by = asked(request)
    seen(draft_id, by.who)
    casework.discard_draft(draft_id, by.who, key=by.key)


@operation("POST", "/drafts/{uuid:draft_id}/file", tag="申报", out=FiledOut, scope="cases", status=201)
def file_draft(request: HttpRequest, draft_id: UUID, body: FilingIn) -> Any:
    """提交草稿：取得办件编号和收件凭证。材料不全的也收件，由部门一次性告知。"""
    by = asked(request)
    kept = offers_in(seen(draft_id, by.who).file)
    return _filed(casework.file_case(_filing(body, by, kept), by.who, draft_id=draft_id, key=by.key))


@operation("POST", "/cases", tag="申报", out=FiledOut, scope="cases", status=201)
def file_case(request: HttpRequest, body: FilingIn) -> Any:
    """直接提交申请，不经过草稿。"""
    by = asked(request)
    return _filed(casework.file_case(_filing(body, by, {}), by.who, key=by.key))


@operation("POST", "/matters", tag="申报", out=MatterOut, scope="cases", status=201)
def open_matter(request: HttpRequest, body: MatterIn) -> Any:
    """交办事项，或登记诉求（“办不成事”反映等）；由应答的岗位承办。"""
    by = asked(request)
    if body.about is not None:
        seen(body.about, by.who)
    done = casework.open_case(
        by.county,
        body.item,
        by.who,
        unit=body.unit,
        holder=answering_post(by.county, body.unit),
        ties=[("about", "case", body.about)] if body.about else [],
        applicant_id=by.who.id if by.who.kind == "person" else None,
        text=body.text,
        key=by.key,
        asked=(body.text,),
    )
    return MatterOut(case_id=done.case_id, state=done.state)


def _filing(body: FilingIn, by: Asked, kept: Mapping[str, Offer]) -> Filing:
    # Where and by whom papers were taken in is for staff to say; whoever files for herself files over the net.
    at_window = by.who.kind == "staff"
    return Filing(
        county=by.county,
        item_code=body.item,
        applicant_id=body.applicant,
        answers=body.answers,
        offers=offers_of(body.materials, by, kept),
        options=frozenset(body.options),
        channel=body.channel if at_window else "net",
        site_id=body.site if at_window else None,
        agent_id=body.agent,
        signers=[Signer(one.role, one.person_id, one.signed, one.contact) for one in body.signers],
        renews=body.renews,
    )


def _filed(filed: casework.Filed) -> FiledOut:
    return FiledOut(
        case_id=filed.case_id,
        number=filed.number,
        lookup_code=filed.lookup_code,
        missing=list(filed.missing),
        held=list(filed.held),
        fetched=list(filed.fetched),
        numbers=[NumberDrawn(unit=unit, kind=kind, year=year, n=n) for unit, kind, year, n in filed.numbers],
    )
