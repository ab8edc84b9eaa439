"""人员、单位和授权委托."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

from tongban.doors.api.asking import asked
from tongban.doors.api.opening import operation
from tongban.doors.api.shapes import Body, Day
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.people import actions as people
from tongban.rooms.people import queries
from tongban.rulebook.errors import Refused

Scheme = Literal["citizen_id", "passport", "hmt", "credit_code"]
Purpose = Annotated[str, Field(min_length=2, max_length=80, description="查看的用途，当事人看得到")]


class Me(Schema):
    """令牌属于谁。"""

    kind: str = Field(description="staff 工作人员；person 办事人；system 对接系统")
    county: str
    scopes: list[str]
    expires_at: str
    person_id: UUID | None
    staff_id: UUID | None
    post_id: UUID | None
    post: str
    unit: str
    site_id: UUID | None
    system: str


class NumberIn(Body):
    """一个证件号码。"""

    scheme: Scheme
    value: str = Field(min_length=1, max_length=40)
    issuer: str = Field(default="", max_length=3, description="护照的签发国，三个大写字母")


class PersonIn(Body):
    """要登记的个人。"""

    name: str
    identifiers: list[NumberIn] = Field(default=[], max_length=5)
    born: Day | None = None
    phone: str = ""


class OrganisationIn(Body):
    """要登记的单位。"""

    name: str
    credit_code: str
    representative: UUID | None = Field(default=None, description="法定代表人的编号")
    phone: str = ""


class SearchIn(Body):
    """按号码查找。"""

    number: NumberIn
    purpose: Purpose


class Registered(Schema):
    """登记的结果。"""

    id: UUID


class NumberOut(Schema):
    """一个在用的号码，只显示末四位。"""

    scheme: str
    issuer: str
    tail: str


class PersonOut(Schema):
    """个人或单位。"""

    id: UUID
    kind: str
    name: str
    born: date | None
    identifiers: list[NumberOut]


class MandateIn(Body):
    """委托。"""

    agent: UUID
    items: list[str] = Field(min_length=1, max_length=100, description="事项代号，或单独一个 *")
    powers: list[Literal["file", "sign", "collect"]] = Field(min_length=1)
    valid_until: Day
    valid_from: Day | None = None


class MandateOut(Schema):
    """一份委托。"""

    id: UUID
    principal_id: UUID
    agent_id: UUID
    items: list[str]
    powers: list[str]
    valid_from: date
    valid_until: date
    confirmed: bool
    revoked: bool


@operation("GET", "/me", tag="人员", out=Me, scope="")
def read_me(request: HttpRequest) -> Any:
    """看令牌属于谁、能作什么用。"""
    token = asked(request).token
    assert token is not None
    post = asked(request).staff() if token.kind == "staff" else None
    return Me(
        kind=token.kind,
        county=token.county,
        scopes=sorted(token.scopes),
        expires_at=token.expires_at.isoformat(),
        person_id=token.person_id,
        staff_id=token.staff_id,
        post_id=token.post_id,
        post=post.title if post else "",
        unit=post.unit_code if post else "",
        site_id=post.site_id if post else None,
        system=token.system,
    )


@operation("POST", "/people", tag="人员", out=Registered, scope="people", status=201)
def register_person(request: HttpRequest, body: PersonIn) -> Any:
    """登记个人（工作人员）。"""
    by = asked(request)
    by.at_desk()

    def act() -> Any:
        numbers = [(one.scheme, one.value, one.issuer) for one in body.identifiers]
        made = people.register_person(
            body.name, county=by.county, actor=by.name, identifiers=numbers, born=body.born, phone=body.phone
        )
        return {"id": str(made)}

    return people.once(by.name, by.key, ["register_person", body.model_dump()], act)


@operation("POST", "/organisations", tag="人员", out=Registered, scope="people", status=201)
def register_organisation(request: HttpRequest, body: OrganisationIn) -> Any:
    """登记单位（工作人员）。"""
    by = asked(request)
    by.at_desk()

    def act() -> Any:
        made = people.register_organisation(
            body.name,
            county=by.county,
            actor=by.name,
            credit_code=body.credit_code,
            representative=body.representative,
            phone=body.phone,
        )
        return {"id": str(made)}

    return people.once(by.name, by.key, ["register_organisation", body.model_dump()], act)


@operation("POST", "/people/search", tag="人员", out=PersonOut, scope="people", changes=False)
def find_person(request: HttpRequest, body: SearchIn) -> Any:
    """按证件号码查找个人或单位（工作人员）；查找有记录，当事人看得到。"""
    by = asked(request)
    by.at_desk()
    found = queries.who_is(by.county, body.number.scheme, body.number.value, body.number.issuer)
    if found is None:
        raise Refused("person_not_registered", "没有登记过这个号码。请核对号码，或先登记。")
    ledger.log_access(by.name, "person", found.id, body.purpose)
    return PersonOut(
        id=found.id,
        kind=found.kind,
        name=found.name,
        born=found.born,
        identifiers=[
            NumberOut(scheme=one.scheme, issuer=one.issuer, tail=one.tail) for one in queries.identifiers_of(found.id)
        ],
    )


@operation("GET", "/mandates", tag="人员", out=list[MandateOut], scope="people")
def list_mandates(request: HttpRequest) -> Any:
    """列出本人给出和受托的委托。"""
    return [_mandate(one) for one in queries.mandates_of(asked(request).person())]


@operation("POST", "/mandates", tag="人员", out=Registered, scope="people", status=201)
def give_mandate(request: HttpRequest, body: MandateIn) -> Any:
    """本人在线委托他人。"""
    by = asked(request)
    principal = by.person()

    def act() -> Any:
        made = people.give_mandate(
            principal,
            body.agent,
            items=body.items,
            powers=body.powers,
            valid_until=body.valid_until,
            valid_from=body.valid_from,
            actor=by.name,
            confirmed=True,
        )
        return {"id": str(made)}

    return people.once(by.name, by.key, ["give_mandate", body.model_dump()], act)


@operation("POST", "/mandates/{uuid:mandate_id}/revoke", tag="人员", out=None, scope="people", status=204)
def revoke_mandate(request: HttpRequest, mandate_id: UUID) -> Any:
    """本人收回委托。"""
    by = asked(request)
    mine = {one.id for one in queries.mandates_of(by.person()) if one.principal_id == by.person()}
    if mandate_id not in mine:
        raise Refused("mandate_unknown", "找不到这份委托，或已经撤回。请刷新后再看。")
    return people.once(
        by.name, by.key, ["revoke_mandate", mandate_id], lambda: people.revoke_mandate(mandate_id, actor=by.name)
    )


def _mandate(one: queries.MandateView) -> MandateOut:
    return MandateOut.model_validate(one, from_attributes=True)
