"""数据共享: the directory, requests and approvals, calls and their count; and what a citizen sees of them."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

from tongban.doors.api.asking import Asked, asked
from tongban.doors.api.opening import operation
from tongban.doors.api.shapes import Body, Day, Moment
from tongban.rooms import clock
from tongban.rooms.casework.queries import seeing
from tongban.rooms.exchange import actions as exchange
from tongban.rooms.exchange import queries
from tongban.rooms.people import actions as people
from tongban.rulebook.errors import Refused

Name = Annotated[str, Field(min_length=1, max_length=40)]


class ResourceOut(Schema):
    """政务信息资源目录的一条。"""

    code: str
    name: str
    system: str
    owner: str = Field(description="提供单位")
    share: str = Field(description="unconditional 无条件；conditional 有条件；refused 不予共享")
    fields: list[str]
    form: str = Field(description="table 库表；file 文件；interface 接口")
    basis: str
    basis_verified: bool
    update_days: int | None = Field(description="更新周期（天）；0 实时；null 没有写明")
    updated_on: date | None
    rows: int = Field(description="挂接的条数")
    stale: bool = Field(description="true：过了更新周期没有更新")


class ShareRequestOut(Schema):
    """一个共享申请。"""

    id: UUID
    resource: str
    unit: str
    purpose: str
    fields: list[str]
    state: str = Field(description="requested 待处理；approved 同意；declined 不同意；withdrawn 撤回")
    until: date | None
    day_limit: int | None


class ShareRequestIn(Body):
    """共享申请：只列必需的信息项。"""

    resource: str = Field(max_length=64)
    purpose: str = Field(min_length=1, max_length=120)
    fields: list[Name] = Field(min_length=1, max_length=100)


class ApprovalIn(Body):
    """提供单位的同意：可以比申请的少，不能多。"""

    until: Day
    fields: list[Name] | None = Field(default=None, description="不写：同意申请的全部")
    day_limit: int | None = Field(default=None, ge=1, description="每天最多几次")


class DeclineIn(Body):
    """不同意的理由。"""

    reason: Literal["no_need", "superior", "security", "not_ready"]


class QuestionIn(Body):
    """一次查询。"""

    query: dict[str, Annotated[str, Field(max_length=200)]] = Field(min_length=1, max_length=5)
    fields: list[Name] = Field(min_length=1, max_length=100, description="只列必需的，且在获准范围内")
    case_id: UUID | None = Field(default=None, description="为哪个办件；只有办理人员能写")
    purpose: str = Field(default="", max_length=120, description="不为办件的，写获准的用途")


class AnswerOut(Schema):
    """来源的回答。"""

    state: str = Field(description="found 查到；missing 没有记录；down 暂时不通，请改用纸质并注明")
    values: dict[str, str]
    call_id: UUID | None
    simulated: bool


class MeterOut(Schema):
    """一个单位使用一项资源的计量。"""

    resource: str
    unit: str
    calls: int
    found: int
    missing: int
    down: int
    refused: int
    cases: int
    ms: int = Field(description="平均应答毫秒")


class LookOut(Schema):
    """谁看了我的数据。"""

    at: Moment
    unit: str
    who: str = Field(description="工号或系统，不是姓名")
    resource: str
    resource_name: str
    fields: list[str]
    purpose: str
    case_number: str
    outcome: str = Field(description="found 取得了这些信息项；其余没有取得任何内容")


@operation("GET", "/resources", tag="数据共享", out=list[ResourceOut], scope="exchange")
def list_resources(request: HttpRequest) -> Any:
    """列出政务信息资源目录。"""
    today = clock.today()
    return [
        ResourceOut(
            code=one.code,
            name=one.name,
            system=one.system,
            owner=one.owner_unit,
            share=one.share,
            fields=list(one.fields),
            form=one.form,
            basis=one.basis,
            basis_verified=one.basis_verified,
            update_days=one.update_days,
            updated_on=one.updated_on,
            rows=one.mounted_rows,
            stale=one.is_stale(today),
        )
        for one in queries.resources(asked(request).county)
    ]


@operation("GET", "/share-requests", tag="数据共享", out=list[ShareRequestOut], scope="exchange")
def list_share_requests(
    request: HttpRequest, state: Literal["requested", "approved", "declined", "withdrawn"] | None = None
) -> Any:
    """列出共享申请，新的在前；对接系统只看到自己的。"""
    by = asked(request)
    own = _unit(by) if by.is_system else ""
    return [_request(one) for one in queries.requests(by.county, unit=own, state=state or "")]


@operation("POST", "/share-requests", tag="数据共享", out=ShareRequestOut, scope="exchange", status=201)
def request_share(request: HttpRequest, body: ShareRequestIn) -> Any:
    """申请使用一项资源；同样的申请还在的，就是那一个。"""
    by = asked(request)
    unit = _unit(by)

    def act() -> Any:
        return str(
            exchange.request_share(
                by.county, body.resource, unit=unit, purpose=body.purpose, fields=body.fields, actor=by.name
            )
        )

    made = UUID(people.once(by.name, by.key, ["request_share", body.model_dump()], act))
    return _request(next(one for one in queries.requests(by.county, unit=unit) if one.id == made))


@operation(
    "POST",
    "/share-requests/{uuid:request_id}/approval",
    tag="数据共享",
    out=ShareRequestOut,
    scope="exchange",
)
def approve_share(request: HttpRequest, request_id: UUID, body: ApprovalIn) -> Any:
    """同意共享；只有资源的提供单位能同意。"""
    by = asked(request)
    unit = by.staff().unit_code

    def act() -> Any:
        exchange.approve_share(
            request_id,
            until=body.until,
            fields=body.fields,
            day_limit=body.day_limit,
            actor=by.name,
            by_unit=unit,
            county=by.county,
        )
        return None

    people.once(by.name, by.key, ["approve_share", str(request_id), body.model_dump()], act)
    return _of(by, request_id)


@operation(
    "POST",
    "/share-requests/{uuid:request_id}/refusal",
    tag="数据共享",
    out=ShareRequestOut,
    scope="exchange",
)
def decline_share(request: HttpRequest, request_id: UUID, body: DeclineIn) -> Any:
    """不同意共享，写明理由；随即列入未开放权限登记。"""
    by = asked(request)
    unit = by.staff().unit_code

    def act() -> Any:
        exchange.decline_share(request_id, reason_code=body.reason, actor=by.name, by_unit=unit, county=by.county)
        return None

    people.once(by.name, by.key, ["decline_share", str(request_id), body.model_dump()], act)
    return _of(by, request_id)


@operation("POST", "/resources/{code}/answers", tag="数据共享", out=AnswerOut, scope="exchange", changes=False)
def ask_resource(request: HttpRequest, code: str, body: QuestionIn) -> Any:
    """查询一项资源：须为办件或获准的用途，只给获准的信息项；每次都有记录，被查的人看得到。"""
    by = asked(request)
    if body.case_id is not None:
        seeing.read_whole(body.case_id, by.who)
    told = exchange.ask(
        by.county,
        code,
        body.query,
        fields=body.fields,
        unit=_unit(by),
        who=by.name,
        case_id=body.case_id,
        purpose=body.purpose,
    )
    return AnswerOut(state=told.state, values=dict(told.values), call_id=told.call_id, simulated=told.simulated)


@operation("GET", "/metering", tag="数据共享", out=list[MeterOut], scope="exchange")
def read_metering(request: HttpRequest, first: Day | None = None, last: Day | None = None) -> Any:
    """计量：哪个单位用了哪项资源多少次；默认从本月 1 日到今天；对接系统只看到自己的。"""
    by, today = asked(request), clock.today()
    begin, end = first or today.replace(day=1), last or today
    if begin > end:
        raise Refused("period_reversed", "开始日期晚于结束日期。请改正。")
    rows = queries.metering(by.county, clock.at_local(begin), clock.end_of(end))
    own = _unit(by) if by.is_system else ""
    return [MeterOut.model_validate(one, from_attributes=True) for one in rows if own in ("", one.unit)]


@operation("GET", "/looks", tag="数据共享", out=list[LookOut], scope="people")
def list_looks(request: HttpRequest) -> Any:
    """谁看了我的数据：时间、单位、资源、信息项、用途、办件编号；只给本人。"""
    return [
        LookOut(
            at=one.at,
            unit=one.unit,
            who=one.who,
            resource=one.resource,
            resource_name=one.resource_name,
            fields=list(one.fields),
            purpose=one.purpose,
            case_number=one.case_number,
            outcome=one.outcome,
        )
        for one in queries.looks(asked(request).person())
    ]


def _unit(by: Asked) -> str:
    """Return on whose behalf is asked: the unit of the post, or the other system itself."""
    return by.system() if by.is_system else by.staff().unit_code


def _of(by: Asked, request_id: UUID) -> ShareRequestOut:
    found = next((one for one in queries.requests(by.county) if one.id == request_id), None)
    if found is None:
        raise Refused("request_unknown", "没有找到这个共享申请。")
    return _request(found)


def _request(one: queries.RequestRow) -> ShareRequestOut:
    return ShareRequestOut(
        id=one.id,
        resource=one.resource,
        unit=one.unit,
        purpose=one.purpose,
        fields=list(one.fields),
        state=one.state,
        until=one.approved_until,
        day_limit=one.day_limit,
    )
