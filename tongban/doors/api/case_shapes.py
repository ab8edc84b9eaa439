"""What the API tells of a case."""

from datetime import date
from typing import Any
from uuid import UUID

from ninja import Schema
from pydantic import Field

from tongban.doors.api.errors import BasisOut
from tongban.doors.api.shapes import Body, CodeValue, Moment, Named


class CaseLineOut(Schema):
    """办件清单的一行；不含姓名。"""

    id: UUID
    number: str
    item: str
    kind: str
    unit: str
    state: Named
    desk: str
    channel: Named
    parent: UUID | None
    part_role: str
    received_on: date | None
    accepted_on: date | None
    decision: str


class ClockOut(Schema):
    """一个期限。"""

    name: str
    label: str
    limit: str
    due_on: date
    due_at: Moment
    running: bool
    provisional: bool = Field(description="true：放假安排还没有公布，暂定")
    overdue: bool


class PartyOut(Schema):
    """一方当事人。"""

    role: str
    person_id: UUID | None
    name: str = Field(description="按查看人的权限显示或遮盖")
    signed: bool


class CaseMaterial(Schema):
    """一项材料现在的情况。"""

    code: str
    name: str
    state: str = Field(
        description="given 已交；held 证照免交；shared 已核验；promised 约定后补；lacking 缺；mismatch 不一致"
    )
    promised_until: date | None


class CasePart(Schema):
    """一件事的一个环节。"""

    role: str
    case_id: UUID
    number: str
    item: str
    unit: str
    state: str
    decision: str


class OutsideOut(Schema):
    """在其他系统办理的情况。"""

    system: str
    outside_number: str
    state: str


class LackOut(Schema):
    """告知书中的一处缺少或错误。"""

    notice: int
    code: str
    reason: str


class NoteOut(Schema):
    """某一步的文字。"""

    seq: int
    what: str
    text: str


class CaseOut(Schema):
    """一个办件。"""

    id: UUID
    number: str
    county: CodeValue
    item: Named
    kind: Named
    unit: str
    state: Named
    desk: str
    channel: Named
    version: int = Field(description="台账中的步数")
    received_on: date | None
    accepted_on: date | None
    decision: Named
    options: list[str]
    clocks: list[ClockOut]
    parties: list[PartyOut]
    materials: list[CaseMaterial]
    missing: list[str]
    unsigned: list[str]
    fee: str = Field(description="空：不收费；due 应缴；paid 已缴；waived 减免")
    parent: UUID | None
    parts: list[CasePart]
    outside: list[OutsideOut]
    flags: list[str]
    answers: dict[str, Any] | None = Field(default=None, description="expand=answers 时给出，查看有记录")
    lacks: list[LackOut] | None = Field(default=None, description="expand=lacks 时给出")
    notes: list[NoteOut] | None = Field(default=None, description="expand=notes 时给出，只供办理人员")


class JournalLine(Schema):
    """台账的一行；不含姓名和文字。"""

    seq: int
    step: Named
    at: Moment
    by: str = Field(description="以何种身份")
    state: str


class StepOut(Schema):
    """现在可以办的一步。"""

    step: str
    label: str
    basis: BasisOut
    needs_reason: bool


class DocumentOut(Schema):
    """一份文书。"""

    id: UUID
    kind: str
    label: str
    number: str
    dated: date
    sealed_at: Moment
    revoked_on: date | None
    sha256: str


class ProgressIn(Body):
    """办件编号和查询码。"""

    number: str = Field(max_length=50)
    lookup_code: str = Field(max_length=12)


class ProgressOut(Schema):
    """办件进度；不含姓名。"""

    number: str
    item: str
    state: str
    unit: str
    desk: str
    limit: str
    due_on: date | None
    days_left: int | None
