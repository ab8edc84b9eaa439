"""Shapes that several operations share: moments, code values, pages."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Annotated, Any, TypeVar

from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field, PlainSerializer

from tongban.rooms import clock
from tongban.rulebook.errors import Refused
from tongban.rulebook.indicators import Grade, GradeCodes
from tongban.rulebook.numbers.items import TASK_TYPES

#: A moment as people here read it: ISO 8601 with +08:00, to the second.
Moment = Annotated[
    datetime,
    PlainSerializer(lambda at: at.astimezone(clock.SHANGHAI).isoformat(timespec="seconds"), return_type=str),
    Field(json_schema_extra={"format": "date-time", "example": "2026-10-13T09:30:00+08:00"}),
]


def _written_out(value: object) -> object:
    """Let only a day that is written out pass: a bare number would be taken for seconds since 1970."""
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value) is None:
        raise ValueError("日期要写成 2026-10-13 这样")
    if isinstance(value, int | float):
        raise ValueError("日期要写成 2026-10-13 这样")
    return value


#: A day as it is sent: year, month and day written out.
Day = Annotated[date, BeforeValidator(_written_out)]

#: Rows of a page, unless fewer are asked for.
MOST = 100
PageLimit = Annotated[int, Field(ge=1, le=MOST, description="每页最多几条")]
Cursor = Annotated[str, Field(max_length=200, description="上一页的 next；第一页不写")]

One = TypeVar("One")


class Body(Schema):
    """What is sent: nothing but what is asked for."""

    model_config = ConfigDict(extra="forbid")


class CodeValue(Schema):
    """代码值，总是和它的代码集一起给出。"""

    set: str = Field(description="代码集，例如 GB/T 39046-2020 A.1")
    code: str
    label: str


class Named(Schema):
    """本平台自己的代码和它的说法。"""

    code: str
    label: str


def named(code: str, label: str) -> Named:
    """Return a code of this house with its words."""
    return Named(code=code, label=label)


def grade_codes(grade: Grade) -> list[CodeValue]:
    """Return a grade in both national code sets, which count in opposite directions."""
    sets = (
        (GradeCodes.GBT_39046, "GB/T 39046-2020 附录A 满意度"),
        (GradeCodes.NATIONAL_RATING, "国家“好差评”接口 满意度"),
    )
    return [CodeValue(set=name, code=grade.code(codes), label=grade.label) for codes, name in sets]


def task_type(catalog_code: str) -> CodeValue | None:
    """Return the 事项类型 that stands in a 基本编码, or None where the item has none."""
    code = catalog_code[2:4]
    if code not in TASK_TYPES:
        return None
    return CodeValue(set="GB/T 39046-2020 A.1 事项类型", code=code, label=TASK_TYPES[code])


def division(code: str, label: str = "") -> CodeValue:
    """Return a division code with its set."""
    return CodeValue(
        set="GB/T 2260 行政区划代码" if len(code) == 6 else "GB/T 10114 县级以下行政区划代码", code=code, label=label
    )


def pack(place: object) -> str:
    """Return a cursor."""
    return urlsafe_b64encode(str(place).encode()).decode().rstrip("=")


def unpack(cursor: str, read: Callable[[str], One]) -> One | None:
    """Return where a cursor points, None at the beginning.  Raises ``Refused("cursor_wrong")``."""
    if not cursor:
        return None
    try:
        return read(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode())
    except ValueError:
        raise Refused("cursor_wrong", "翻页位置不对。请用上一页回答中的 next，不要自己编写。") from None


def page(rows: Sequence[One], cursor: str, limit: int, place: Callable[[One], str]) -> tuple[Sequence[One], str | None]:
    """Return one page of rows that stand in order of ``place``, and the cursor of the next; for rows in memory."""
    after = unpack(cursor, str)
    behind = [row for row in rows if after is None or place(row) > after]
    shown = behind[:limit]
    return shown, pack(place(shown[-1])) if len(behind) > limit else None


def paged(row: Any) -> Any:
    """Return the shape of a page of ``row``."""
    return type(
        f"{row.__name__}Page",
        (Schema,),
        {"__annotations__": {"rows": list[row], "next": str | None}, "__doc__": "一页；next 为 null 时没有下一页。"},
    )
