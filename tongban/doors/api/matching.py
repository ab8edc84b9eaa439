"""对账: other systems, what of both sides does not match, what departments do not open, what was fetched."""

from datetime import date, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

from tongban.doors.api.asking import asked
from tongban.doors.api.opening import operation
from tongban.doors.api.shapes import Body, Day, Moment
from tongban.rooms import clock
from tongban.rooms.casework.queries import seeing
from tongban.rooms.exchange import actions as exchange
from tongban.rooms.exchange import queries
from tongban.rooms.exchange.port import Holding
from tongban.rooms.people import actions as people


class SystemOut(Schema):
    """一个对接系统。"""

    code: str
    name: str
    department: str
    manner: str = Field(description="interface 接口；file 文件交换；table 库表；paper 人工录入")
    queued: int = Field(description="还没有送到的消息")


class MatchingOut(Schema):
    """一个系统一天的对账。"""

    system: str
    day: date
    state: str = Field(description="matched 对上；differing 有差异；unreachable 对方不通，以后再对")
    ours: int
    theirs: int
    agreed: int
    differing: int
    trouble: str
    attempts: int
    entered_by: str = Field(description="没有接口的，由谁录入对方清单")


class DifferenceOut(Schema):
    """一条对不上的办件。"""

    id: UUID
    system: str
    kind: str
    label: str
    case_id: UUID | None
    number: str
    outside_number: str
    ours: str
    theirs: str
    owner: str = Field(description="由哪个单位处理")
    found_on: date
    seen_on: date
    age: int = Field(description="已挂多少天")
    settled_at: Moment | None
    settlement: str
    note: str


class SettlementIn(Body):
    """怎样销账。"""

    how: Literal["resent", "corrected_here", "corrected_there", "not_ours", "explained"]
    note: str = Field(default="", max_length=200, description="怎样查明或更正的；不写姓名。重新移交的可以不写")


class HoldingIn(Body):
    """对方清单的一行。"""

    case_number: str = Field(min_length=1, max_length=50, description="本平台办件编号")
    outside_number: str = Field(min_length=1, max_length=64)
    state: Literal["accepted", "working", "granted", "refused"]


class HoldingsIn(Body):
    """对方一天的清单。"""

    day: Day
    cases: list[HoldingIn] = Field(max_length=5000)


class DayOut(Schema):
    """对账的结果。"""

    state: str
    ours: int
    theirs: int
    differing: int


class WithheldOut(Schema):
    """一条未开放的权限。"""

    id: UUID
    department: str
    what: str = Field(description="data 共享数据；rights 业务权限；link 系统接口")
    resource: str
    system: str
    unit: str = Field(description="由哪个单位提出；空：不限")
    reason: str
    lawful: bool = Field(description="true：有依据的不予共享")
    basis: str
    since: date
    days: int
    must_act: str = Field(description="由谁负责协调开放")
    urged: int
    urged_on: date | None
    ended_on: date | None
    ending: str
    cases: int = Field(description="受影响的办件数")


class WithheldIn(Body):
    """登记一条未开放的权限。"""

    what: Literal["data", "rights", "link"]
    department: str = Field(min_length=1, max_length=40)
    resource: str = Field(default="", max_length=64)
    system: str = Field(default="", max_length=32)
    reason: str = Field(min_length=1, max_length=200)
    must_act: str = Field(min_length=1, max_length=40)


class UrgedOut(Schema):
    """催办的次数。"""

    urged: int


class EndingIn(Body):
    """怎样了结。"""

    ending: Literal["opened", "replaced", "mistaken"]


class FetchOut(Schema):
    """一项向来源取的材料。"""

    material: str
    resource: str
    system: str
    reason: str = Field(description="空：已取得；否则是没有取得的原因代码")
    message: str = Field(description="没有取得的，说明原因和怎么办")
    at: Moment


@operation("GET", "/systems", tag="对账", out=list[SystemOut], scope="exchange")
def list_systems(request: HttpRequest) -> Any:
    """列出对接的系统。"""
    return [SystemOut.model_validate(one, from_attributes=True) for one in queries.systems(asked(request).county)]


@operation("GET", "/matchings", tag="对账", out=list[MatchingOut], scope="exchange")
def list_matchings(request: HttpRequest, first: Day | None = None, last: Day | None = None) -> Any:
    """列出各系统每天的对账；默认最近七天。"""
    by = asked(request)
    by.staff()
    end = last or clock.today()
    rows = queries.matchings(by.county, first or end - timedelta(days=7), end)
    return [MatchingOut.model_validate(one, from_attributes=True) for one in rows]


@operation("GET", "/differences", tag="对账", out=list[DifferenceOut], scope="exchange")
def list_differences(
    request: HttpRequest, settled: bool = False, system: Annotated[str, Field(max_length=32)] = ""
) -> Any:
    """列出对不上的办件，最早的在前；settled=true 列已销账的。"""
    by = asked(request)
    by.staff()
    return [_difference(one) for one in queries.differences(by.county, settled=settled, system=system)]


@operation("POST", "/differences/{uuid:difference_id}/settlement", tag="对账", out=None, scope="exchange", status=204)
def settle_difference(request: HttpRequest, difference_id: UUID, body: SettlementIn) -> Any:
    """销账：由对方部门或办件的承办单位写明怎样查明或更正。"""
    by = asked(request)
    unit = by.staff().unit_code

    def act() -> Any:
        exchange.settle_difference(
            difference_id, how=body.how, note=body.note, who=by.who, by_unit=unit, county=by.county
        )
        return None

    people.once(by.name, by.key, ["settle_difference", str(difference_id), body.model_dump()], act)


@operation("POST", "/systems/{code}/holdings", tag="对账", out=DayOut, scope="exchange")
def enter_holdings(request: HttpRequest, code: str, body: HoldingsIn) -> Any:
    """录入没有接口的系统一天的清单，随即对账。"""
    by = asked(request)
    by.staff()
    lines = [Holding(one.case_number, one.outside_number, one.state, 0) for one in body.cases]

    def act() -> Any:
        done = exchange.enter_holdings(by.county, code, body.day, lines, who=by.who)
        return {"state": done.state, "ours": done.ours, "theirs": done.theirs, "differing": done.differing}

    return people.once(by.name, by.key, ["enter_holdings", code, body.model_dump()], act)


@operation("GET", "/withheld", tag="对账", out=list[WithheldOut], scope="exchange")
def list_withheld(request: HttpRequest, ended: bool = False) -> Any:
    """列出没有开放的数据、权限和接口，最久的在前。"""
    by = asked(request)
    by.staff()
    return [_withheld(one) for one in queries.withheld(by.county, ended=ended)]


@operation("POST", "/withheld", tag="对账", out=WithheldOut, scope="exchange", status=201)
def register_withheld(request: HttpRequest, body: WithheldIn) -> Any:
    """登记一条没有开放的数据、权限或接口。"""
    by = asked(request)
    by.staff()

    def act() -> Any:
        return str(exchange.register_withheld(by.county, **body.model_dump(), actor=by.name))

    made = UUID(people.once(by.name, by.key, ["register_withheld", body.model_dump()], act))
    return _withheld(next(one for one in queries.withheld(by.county, ended=None) if one.id == made))


@operation("POST", "/withheld/{uuid:withheld_id}/urging", tag="对账", out=UrgedOut, scope="exchange")
def urge_withheld(request: HttpRequest, withheld_id: UUID) -> Any:
    """催办。"""
    by = asked(request)
    by.staff()

    def act() -> Any:
        return exchange.urge_withheld(withheld_id, actor=by.name, county=by.county)

    return UrgedOut(urged=people.once(by.name, by.key, ["urge_withheld", str(withheld_id)], act))


@operation("POST", "/withheld/{uuid:withheld_id}/ending", tag="对账", out=None, scope="exchange", status=204)
def end_withheld(request: HttpRequest, withheld_id: UUID, body: EndingIn) -> Any:
    """了结一条未开放的权限。"""
    by = asked(request)
    by.staff()

    def act() -> Any:
        exchange.end_withheld(withheld_id, ending=body.ending, actor=by.name, county=by.county)
        return None

    people.once(by.name, by.key, ["end_withheld", str(withheld_id), body.model_dump()], act)


@operation("GET", "/cases/{uuid:case_id}/fetches", tag="办件", out=list[FetchOut], scope="cases")
def list_fetches(request: HttpRequest, case_id: UUID) -> Any:
    """列出代替申请人向来源取的材料：取得的，和没有取得的原因。"""
    seeing.seen(case_id, asked(request).who)
    return [
        FetchOut(
            material=one.material,
            resource=one.resource,
            system=one.system,
            reason=one.reason,
            message=one.sentence,
            at=one.at,
        )
        for one in queries.fetched_of(case_id)
    ]


def _difference(one: queries.DifferenceRow) -> DifferenceOut:
    return DifferenceOut(
        id=one.id,
        system=one.system,
        kind=one.kind,
        label=queries.DIFFERENCE_LABELS[one.kind],
        case_id=one.case_id,
        number=one.number,
        outside_number=one.outside_number,
        ours=one.ours,
        theirs=one.theirs,
        owner=one.owner,
        found_on=one.found_on,
        seen_on=one.seen_on,
        age=one.age,
        settled_at=one.settled_at,
        settlement=one.settlement,
        note=one.note,
    )


def _withheld(one: queries.WithheldRow) -> WithheldOut:
    return WithheldOut.model_validate(one, from_attributes=True)
