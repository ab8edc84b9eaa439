"""From a plain draft (TOML, JSON) to the frozen item.

The keys of a draft are the fields of the dataclasses; a reader is built once per class from its annotations.  Whatever
cannot be read is complained of by its path and left out, so that all other rules can still speak about the rest.
"""

import difflib
import types
import typing
from collections.abc import Callable, Hashable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from tongban.rulebook.basis import Basis, BasisKind, design, law, unchecked
from tongban.rulebook.catalogue.complaint import Complaint
from tongban.rulebook.catalogue.item import Item
from tongban.rulebook.clock import Limit
from tongban.rulebook.errors import Refused

Complaints = list[Complaint]
T = typing.TypeVar("T")
Reader = Callable[[Any, str, Complaints], Any]

#: How a basis is written in one line: a mark, a colon, the citation.
_BASIS_MARKS: dict[str, Callable[[str], Basis]] = {
    "law": law,
    "unchecked": unchecked,
    "document": lambda text: Basis(BasisKind.DOCUMENT, text, "公开文件", verified=True),
    "unchecked-document": lambda text: unchecked(text, BasisKind.DOCUMENT),
    "local": lambda text: Basis(BasisKind.LOCAL, text, "本县公开文件", verified=True),
    "unchecked-local": lambda text: unchecked(text, BasisKind.LOCAL),
    "design": design,
}
_NO_BASIS = Basis(BasisKind.DESIGN, "")
_WHY_SHAPE = "草稿的字段与类型由事项要素(GB/T 39554.2-2020)确定"
_WHY_BASIS = "每条规则都要说明依据的种类和出处(行政许可法 第三十条、第三十一条)"


class Unreadable(ValueError):
    """A draft that was called checked cannot be read; ``complaints`` says why."""

    def __init__(self, complaints: tuple[Complaint, ...]) -> None:
        super().__init__("；".join(map(str, complaints)))
        self.complaints = complaints


def freeze(draft: Mapping[str, Any]) -> Item:
    """Return the item of a checked draft.  Raises ``Unreadable`` when it does not even have the right shape."""
    item, complaints = read(draft)
    if complaints:
        raise Unreadable(complaints)
    return item


def read(draft: Mapping[str, Any]) -> tuple[Item, tuple[Complaint, ...]]:
    """Return as much of an item as can be read, and a complaint for each place that cannot."""
    return read_as(Item, draft)


def read_as(kind: type[T], draft: Mapping[str, Any]) -> tuple[T, tuple[Complaint, ...]]:
    """Return as much of a ``kind`` (a dataclass) as can be read, and a complaint for each place that cannot."""
    complaints: Complaints = []
    value: T = _reader(typing.cast(Hashable, kind))(draft, "", complaints)
    return value, tuple(complaints)


def read_basis(value: Any) -> Basis:
    """Return a basis written as ``law: 行政许可法 第三十条`` or as a table.  Raises ``ValueError`` with the reason."""
    if isinstance(value, Mapping):
        kind, text = str(value.get("kind", "")), value.get("text", "")
        if kind not in set(BasisKind) or not isinstance(text, str) or not text.strip():
            raise ValueError("依据要写明种类 kind(law、document、local、design)和文字 text")
        verified = value.get("verified") is True
        return Basis(BasisKind(kind), text.strip(), str(value.get("source", "")), verified)
    if not isinstance(value, str):
        raise ValueError("依据要写成“种类: 文字”")
    mark, colon, text = value.partition(":")
    make = _BASIS_MARKS.get(mark.strip())
    if make is None or not colon or not text.strip():
        raise ValueError(f"依据要写成“种类: 文字”，种类为 {'、'.join(_BASIS_MARKS)} 之一")
    return make(text.strip())


def _complain(where: str, what: str, how: str, into: Complaints, why: str = _WHY_SHAPE, rule: str = "shape") -> None:
    into.append(Complaint(where, what, why, how, rule=rule))


def _read_basis(value: Any, where: str, into: Complaints) -> Basis:
    try:
        return read_basis(value)
    except ValueError as reason:
        _complain(where, "依据读不懂", str(reason), into, _WHY_BASIS, "basis_missing")
        return _NO_BASIS


def _read_limit(value: Any, where: str, into: Complaints) -> Limit | None:
    try:
        if not isinstance(value, str):
            raise ValueError
        return Limit.parse(value)
    except (ValueError, Refused):
        _complain(where, f"时限 {value!r} 读不懂", "写成数量加单位，如 20wd、30d、4h、3m、1y", into, rule="limit")
        return None


def _plain(kind: type, word: str) -> Reader:
    empty = kind()

    def reader(value: Any, where: str, into: Complaints) -> Any:
        if type(value) is kind:
            return value
        _complain(where, f"应为{word}，却是 {value!r}", f"改成{word}", into)
        return empty

    return reader


def _choice(allowed: tuple[Any, ...], make: Callable[[Any], Any]) -> Reader:
    words = "、".join(map(str, allowed))

    def reader(value: Any, where: str, into: Complaints) -> Any:
        if isinstance(value, str) and value in allowed:
            return make(value)
        _complain(where, f"{value!r} 不在可选范围内", f"从 {words} 中选一个", into)
        return make(allowed[0])

    return reader


def _many(element: Reader) -> Reader:
    def reader(value: Any, where: str, into: Complaints) -> Any:
        if not isinstance(value, list | tuple):
            _complain(where, "应为一列", "用方括号写成一列", into)
            return ()
        return tuple([element(one, f"{where}[{at}]", into) for at, one in enumerate(value)])

    return reader


def _mapping(value: Any, where: str, into: Complaints) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    _complain(where, "应为一张表", "写成键与值的表", into)
    return {}


@cache
def _reader(annotation: Hashable) -> Reader:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if annotation is Basis:
        return _read_basis
    if annotation is Limit:
        return _read_limit
    if annotation in (str, int, bool):
        return _plain(annotation, {str: "文字", int: "整数", bool: "true 或 false"}[annotation])
    if origin is typing.Literal:
        return _choice(arguments, str)
    if origin is tuple:
        return _many(_reader(arguments[0]))
    if origin in (typing.Union, types.UnionType):
        return _reader(next(one for one in arguments if one is not type(None)))
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return _choice(tuple(one.value for one in annotation), annotation)
    if is_dataclass(annotation) and isinstance(annotation, type):
        return _table(annotation)
    return _mapping


#: What stands in for a required field that is missing or unreadable, so that the other rules can speak.
_STAND_INS: dict[Any, Any] = {str: "", int: 0, Basis: _NO_BASIS, Limit: None}


def _table(kind: type) -> Reader:
    hints = typing.get_type_hints(kind)
    readers = {one.name: _reader(hints[one.name]) for one in fields(kind)}
    required = [one.name for one in fields(kind) if one.default is MISSING and one.default_factory is MISSING]
    stand_ins = {name: _stand_in(hints[name]) for name in required}
    # A rule without a readable limit is no rule: the whole table is left out.
    needs_limit = hints.get("limit") is Limit

    def reader(value: Any, where: str, into: Complaints) -> Any:
        if not isinstance(value, Mapping):
            _complain(where, "应为一张表", "写成键与值的表", into)
            value = {}
        prefix = f"{where}." if where else ""
        given = {}
        for name, one in value.items():
            read_one = readers.get(name)
            if read_one is None:
                near = difflib.get_close_matches(str(name), readers, 1)
                how = f"是否想写 {near[0]}" if near else "删去它，或核对字段名"
                _complain(f"{prefix}{name}", "没有这个字段", how, into)
            elif one is not None:
                given[name] = read_one(one, f"{prefix}{name}", into)
        for name in required:
            if name not in given:
                _missing(f"{prefix}{name}", hints[name], into)
                given[name] = stand_ins[name]
        if needs_limit and given["limit"] is None:
            return None
        return kind(**given)

    return reader


def _stand_in(annotation: Any) -> Any:
    if annotation in _STAND_INS:
        return _STAND_INS[annotation]
    if typing.get_origin(annotation) is typing.Literal:
        return typing.get_args(annotation)[0]
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return next(iter(annotation))
    return ()


def _missing(where: str, annotation: Any, into: Complaints) -> None:
    if annotation is Basis:
        _complain(where, "没有写依据", "写上“种类: 文字”；没有法律依据的写 design", into, _WHY_BASIS, "basis_missing")
    else:
        _complain(where, "没有填写", "补上这一项", into, rule="missing")
