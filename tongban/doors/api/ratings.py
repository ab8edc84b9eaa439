"""好差评: given by whoever the case concerns; staff see it as the rated may see it."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

from tongban.doors.api import shapes
from tongban.doors.api.asking import asked
from tongban.doors.api.opening import operation
from tongban.doors.api.shapes import Body, CodeValue, Moment
from tongban.rooms.casework import actions as casework
from tongban.rooms.casework.queries.seeing import seen
from tongban.rooms.ratings import actions as ratings
from tongban.rooms.ratings import queries
from tongban.rulebook.errors import Refused

GradeName = Literal["very_satisfied", "satisfied", "fair", "dissatisfied", "very_dissatisfied"]


class RatingIn(Body):
    """评价。"""

    grade: GradeName
    channel: Literal["pc", "mobile", "qr", "hall_tablet", "hall_terminal", "phone", "sms"]
    comment: str = Field(default="", max_length=500)
    real_name: bool = True
    visit: UUID | None = Field(default=None, description="评价某次到场；不写则评价整个办件")


class Rated(Schema):
    """评价的编号。"""

    id: UUID


class RatingOut(Schema):
    """一条评价。"""

    id: UUID
    act: str
    grade: str
    grade_codes: list[CodeValue] = Field(description="两套代码方向相反，各与代码集一起给出")
    valid: str
    rated_at: Moment
    has_comment: bool


class StaffRatingOut(Schema):
    """被评价部门看到的评价：整改办结之前看不出是谁评的。"""

    id: UUID
    act: str
    item: str
    grade: str
    grade_codes: list[CodeValue]
    rated_on: date
    valid: str
    closed: bool
    case_id: UUID | None


@operation("POST", "/cases/{uuid:case_id}/rating", tag="评价", out=Rated, scope="cases", status=201)
def rate(request: HttpRequest, case_id: UUID, body: RatingIn) -> Any:
    """评价办件或其中一次到场（办事人本人）。"""
    by = asked(request)
    by.person()
    told: dict[str, Any] = {"channel": body.channel, "comment": body.comment, "real_name": body.real_name}
    with casework.at_hand(seen(case_id, by.who)):
        if body.visit is not None:
            return {"id": ratings.rate_visit(case_id, body.visit, by.who, body.grade, **told, key=by.key)}
        return {"id": ratings.rate(case_id, by.who, body.grade, **told, key=by.key)}


@operation("GET", "/cases/{uuid:case_id}/rating", tag="评价", out=RatingOut, scope="cases")
def read_rating(request: HttpRequest, case_id: UUID) -> Any:
    """本人对办件的评价。"""
    by = asked(request)
    by.person()
    seen(case_id, by.who)
    found = queries.rating_of("case", case_id)
    if found is None or found.rater_id not in (None, by.who.id):
        raise Refused("rating_unknown", "这个办件还没有您的评价。")
    return RatingOut(
        id=found.id,
        act=found.act,
        grade=str(found.grade),
        grade_codes=shapes.grade_codes(found.grade),
        valid=found.valid,
        rated_at=found.rated_at,
        has_comment=found.has_comment,
    )


@operation("GET", "/ratings", tag="评价", out=shapes.paged(StaffRatingOut), scope="cases")
def list_ratings(
    request: HttpRequest, bad: bool = False, cursor: shapes.Cursor = "", limit: shapes.PageLimit = 50
) -> Any:
    """本部门收到的评价，新的在前（工作人员）。"""
    actor = asked(request).staff()
    after = shapes.unpack(cursor, UUID)
    rows, following = queries.unit_page(actor.county, actor.unit_code, actor, bad=bad, after=after, most=limit)
    return {
        "rows": [
            StaffRatingOut(
                id=one.id,
                act=one.act,
                item=one.item_code,
                grade=str(one.grade),
                grade_codes=shapes.grade_codes(one.grade),
                rated_on=one.rated_on,
                valid=one.valid,
                closed=one.closed,
                case_id=one.case_id,
            )
            for one in rows
        ],
        "next": shapes.pack(following) if following else None,
    }
