"""A row on its way: what it says, whether it may go, and how its values are written.

Times are Shanghai's, in the standard's form ``YYYYMMDDThhmmss``; what is empty is an empty text.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from uuid import UUID, uuid5

from tongban.rooms.clock import SHANGHAI
from tongban.rooms.exchange.national.codes import NONE_WORDS, SEVERAL, Chosen
from tongban.rooms.exchange.national.fields import SENDING, TABLES, Column, Table

#: Names of rows are made from what they tell of, so that a row keeps its name in every database and for good.
_NAMES = UUID("6f1d7b52-9a0e-5c37-8a44-6e6174696f6e")
_TIME = "%Y%m%dT%H%M%S"


@dataclass(frozen=True, slots=True)
class Hold:
    """Stands in the place of a value that cannot be given."""

    #: Code of the reason.
    code: str
    sentence: str
    #: What somebody has to do.
    mend: str


@dataclass(frozen=True, slots=True)
class Fault:
    """What keeps a row back."""

    #: Empty where the whole row is meant.
    column: str
    code: str
    sentence: str
    mend: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A row as the house would send it."""

    table: Table
    guid: UUID
    #: ``item``, ``case`` or ``licence``.
    subject_kind: str
    subject_id: UUID
    #: What people call the subject.
    label: str
    #: Values by column, without those of the sending.
    content: Mapping[str, Any] = field(default_factory=dict)
    #: No longer so: the receiver is told to take it away, if it has it.
    gone: bool = False
    #: Rows that mean nothing without this one wait for it.
    leads: UUID | None = None


def guid(table: str, *parts: object) -> UUID:
    """Return the name of a row: the same for the same thing."""
    return uuid5(_NAMES, "|".join((table, *map(str, parts))))


def draft(
    table: str, named: tuple[object, ...], subject: tuple[str, UUID, str], content: Mapping[str, Any], **more: Any
) -> Draft:
    """Return a row of a table; ``named`` says what it tells of."""
    made = guid(table, *named)
    columns = TABLES[table].by_name
    plain = {key: value for key, value in content.items() if key in columns}
    if "row_guid" in columns:
        plain["row_guid"] = str(made)
    return Draft(TABLES[table], made, *subject, plain, **more)


def faults(row: Draft, chosen: Chosen) -> list[Fault]:
    """Return what keeps a row back: every column once, in the table's order."""
    found = []
    for column in row.table.columns:
        if column.name in SENDING:
            continue
        value = row.content.get(column.name)
        if isinstance(value, Hold):
            found.append(Fault(column.name, value.code, value.sentence, value.mend))
        elif (fault := fault_of(row.table.name, column, written(value), chosen)) is not None:
            found.append(fault)
    return found


def fault_of(table: str, column: Column, text: str, chosen: Chosen) -> Fault | None:
    """Return what is wrong with a written value, or None."""
    named = f"“{column.meaning}”（{column.name}）"
    if not text:
        if not column.required:
            return None
        return Fault(column.name, "required_empty", f"{named}必填，现在是空的。", f"请补上“{column.meaning}”。")
    if column.sort == "int" and not text.lstrip("-").isdigit():
        return Fault(column.name, "not_a_number", f"{named}应是整数。", "请改成整数。")
    if column.sort == "datetime" and read_time(text) is None:
        return Fault(column.name, "not_a_time", f"{named}应写作 20261013T093000。", "请按这个样子改正时间。")
    if column.length and len(text) > column.length:
        sentence = f"{named}最长 {column.length} 个字，现在有 {len(text)} 个。"
        return Fault(column.name, "too_long", sentence, f"请缩短“{column.meaning}”。")
    codes = chosen.set_of(table, column.name)
    if codes is not None and text != NONE_WORDS.get(column.name):
        parts = text.split(",") if column.name in SEVERAL else [text]
        if not codes.codes.issuperset(parts):
            sentence = f"{named}不在代码集“{codes.name}”（{codes.version}）里。"
            return Fault(column.name, "code_unknown", sentence, "请改用代码集里的值；代码集有更新的，先更新代码集。")
    return None


def written(value: Any) -> str:
    """Return a value as it stands in a file."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).strftime(_TIME)
    if isinstance(value, date):
        return datetime.combine(value, time()).strftime(_TIME)
    return str(value)


def read_time(text: str) -> datetime | None:
    """Return a moment written in the standard's form, or None; also as databases write it."""
    for form in (_TIME, "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"):
        try:
            return datetime.strptime(text, form).replace(tzinfo=SHANGHAI)
        except ValueError:
            continue
    return None


def written_row(content: Mapping[str, Any]) -> dict[str, str]:
    """Return a row as it stands in a file; what is empty is left out."""
    return {key: text for key, value in content.items() if (text := written(value))}


def canonical(content: Mapping[str, str]) -> str:
    """Return what a row says in one form, without the columns that tell of the sending."""
    plain = {key: value for key, value in content.items() if key not in SENDING and value}
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def chunks(things: Iterator[Any], size: int) -> Iterator[list[Any]]:
    """Yield lists of at most ``size``."""
    some: list[Any] = []
    for thing in things:
        some.append(thing)
        if len(some) == size:
            yield some
            some = []
    if some:
        yield some
