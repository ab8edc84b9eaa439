"""指标: each figure opens to exactly its rows."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

from tongban.doors.api import shapes
from tongban.doors.api.asking import Asked, asked
from tongban.doors.api.opening import operation
from tongban.doors.api.shapes import Day
from tongban.rooms import clock
from tongban.rooms.people import queries as people
from tongban.rooms.supervision import queries
from tongban.rulebook.authority import Power
from tongban.rulebook.errors import Refused, Words
from tongban.rulebook.indicators import BY_CODE, DEFINITIONS, Mark

Level = Literal["1", "2", "3", "4", "5", "6", "7"]
Channel = Literal["window", "net", "phone", "kiosk", "village", "partner"]


class DefinitionOut(Schema):
    """一个指标的定义。"""

    code: str
    name: str
    formula: str
    numerator: str
    population: str
    unit: str
    verified: bool = Field(description="false：公式待核")


class FigureOut(Schema):
    """一个指标在一段时间的数。"""

    code: str
    name: str
    first: date
    last: date
    value: Decimal | None = Field(description="null：没有数据，不是 100%")
    text: str
    numerator: Decimal
    denominator: Decimal | None
    rows: int = Field(description="由多少行算出")


class FigureRowOut(Schema):
    """指标后面的一行；不含姓名。"""

    id: str
    kind: str
    case_id: str
    label: str
    unit: str
    item: str
    above: Decimal
    below: Decimal | None


@operation("GET", "/figures", tag="指标", out=list[DefinitionOut], scope="figures")
def list_figures(request: HttpRequest) -> Any:
    """列出指标和公式。"""
    return [
        DefinitionOut(
            code=one.code,
            name=one.name,
            formula=one.formula,
            numerator=one.numerator,
            population=one.population,
            unit=one.unit,
            verified=one.mark is Mark.VERIFIED,
        )
        for one in DEFINITIONS
    ]


@operation("GET", "/figures/{code}", tag="指标", out=FigureOut, scope="figures")
def read_figure(
    request: HttpRequest,
    code: str,
    first: Day | None = None,
    last: Day | None = None,
    unit: Annotated[str, Field(max_length=40)] = "",
    item: Annotated[str, Field(max_length=80)] = "",
    level: Level | None = None,
    channel: Channel | None = None,
) -> Any:
    """现算一个指标；默认从本月 1 日到今天。"""
    begins, ends = _period(code, first, last)
    narrowed = {"unit": unit or None, "item": item or None, "level": level, "channel": channel}
    found = queries.figure(code, asked(request).county, begins, ends, **narrowed)
    return FigureOut(
        code=code,
        name=BY_CODE[code].name,
        first=begins,
        last=ends,
        value=found.value,
        text=str(found),
        numerator=found.numerator,
        denominator=found.denominator,
        rows=len({*found.numerator_ids, *found.denominator_ids}),
    )


@operation("GET", "/figures/{code}/rows", tag="指标", out=shapes.paged(FigureRowOut), scope="figures")
def list_figure_rows(
    request: HttpRequest,
    code: str,
    first: Day | None = None,
    last: Day | None = None,
    unit: Annotated[str, Field(max_length=40)] = "",
    item: Annotated[str, Field(max_length=80)] = "",
    level: Level | None = None,
    channel: Channel | None = None,
    cursor: shapes.Cursor = "",
    limit: shapes.PageLimit = 50,
) -> Any:
    """列出一个指标后面的每一行；监督岗位看全县的，其他岗位只看本部门的。"""
    by = asked(request)
    begins, ends = _period(code, first, last)
    narrowed = {"unit": unit or _own_unit(by), "item": item or None, "level": level, "channel": channel}
    if _own_unit(by) not in (None, narrowed["unit"]):
        raise Refused("for_staff", "其他部门的明细只供监督岗位查看。请只查本部门的，或转监督岗位。")
    found = queries.rows(code, by.county, begins, ends, **narrowed)
    rows, following = shapes.page(sorted(found, key=lambda one: one.id), cursor, limit, lambda one: one.id)
    return {"rows": [FigureRowOut.model_validate(one, from_attributes=True) for one in rows], "next": following}


def _own_unit(by: Asked) -> str | None:
    """Return the unit whose rows are all that a member of staff sees; None: all of the county, for supervision."""
    if by.is_system:
        return None
    actor = by.staff()
    supervises = Power.SUPERVISE in people.powers().held_by(actor.post_id, clock.today())
    return None if supervises else actor.unit_code


def _period(code: str, first: date | None, last: date | None) -> tuple[date, date]:
    if code not in BY_CODE:
        raise Refused(
            "figure_unknown", "没有代码为“{code}”的指标。现有：{known}。", code=code[:40], known=Words(BY_CODE)
        )
    ends = last or clock.today()
    begins = first or ends.replace(day=1)
    if begins > ends:
        raise Refused("period_wrong", "第一天 {first} 晚于最后一天 {last}。请改正。", first=begins, last=ends)
    return begins, ends
