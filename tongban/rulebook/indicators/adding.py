"""Figures of several counties as one: what is above and below the line is added, the value computed once, at the end.

A mean of means would weigh a county of ten cases like one of ten thousand; it cannot be made here, for a figure that
travels carries its two sums and never its value.  With the sums travel the number of rows and a digest over them, so
that the county can later show exactly the rows it had counted.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from tongban.rulebook.errors import Refused, Sentence
from tongban.rulebook.indicators.definitions import DEFINITIONS

FORMAT = "tongban-figures/1"


@dataclass(frozen=True, slots=True)
class Sums:
    """A figure without its value."""

    numerator: Decimal
    #: None for a plain count.
    denominator: Decimal | None
    #: How many rows add to each of the two.
    rows_above: int
    rows_below: int
    #: sha256 (hex) over the ids of these rows; of several counties over their digests.
    digest: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """The figures of one county, or of several added up, for one period."""

    counties: tuple[str, ...]
    first: date
    last: date
    figures: Mapping[str, Sums]


def sums(numerator: Decimal, denominator: Decimal | None, above: Iterable[str], below: Iterable[str]) -> Sums:
    """Return the sums of one county's figure with the ids of its rows counted and digested."""
    mine, theirs = sorted(above), sorted(below)
    return Sums(numerator, denominator, len(mine), len(theirs), _digest([mine, theirs]))


def added(sheets: Iterable[Sheet]) -> Sheet:
    """Return one sheet for all counties.

    Raises ``Refused``: ``figures_twice`` (a county comes twice), ``figures_period`` (not all for the same days),
    ``figures_none``.
    """
    all_of = sorted(sheets, key=lambda one: one.counties)
    if not all_of:
        raise Refused("figures_none", "没有可以相加的指标。请写出各县导出的文件。")
    counties = [code for sheet in all_of for code in sheet.counties]
    if twice := sorted({code for code in counties if counties.count(code) > 1}):
        raise Refused("figures_twice", "县 {code} 出现了两次，相加会重复。请每县只留一份。", code=twice[0])
    first, last = all_of[0].first, all_of[0].last
    if other := [one for one in all_of if (one.first, one.last) != (first, last)]:
        told = Sentence("{first} 至 {last}", first=other[0].first, last=other[0].last)
        raise Refused(
            "figures_period",
            "各县的统计期不同（{first} 至 {last}，{told}）。请按同一统计期重新导出。",
            first=first,
            last=last,
            told=told,
        )
    figures = {one.code: _added([sheet.figures[one.code] for sheet in all_of]) for one in DEFINITIONS}
    return Sheet(tuple(sorted(counties)), first, last, figures)


def _added(parts: list[Sums]) -> Sums:
    below = [one.denominator for one in parts if one.denominator is not None]
    return Sums(
        sum((one.numerator for one in parts), Decimal(0)),
        sum(below, Decimal(0)) if below else None,
        sum(one.rows_above for one in parts),
        sum(one.rows_below for one in parts),
        parts[0].digest if len(parts) == 1 else _digest(sorted(one.digest for one in parts)),
    )


def written(sheet: Sheet) -> str:
    """Return a sheet as the text of a file (JSON with a digest over itself)."""
    told: dict[str, Any] = {
        "format": FORMAT,
        "definitions": _definitions(),
        "counties": list(sheet.counties),
        "first": sheet.first.isoformat(),
        "last": sheet.last.isoformat(),
        "figures": {
            code: {
                "above": str(one.numerator),
                "below": None if one.denominator is None else str(one.denominator),
                "rows_above": one.rows_above,
                "rows_below": one.rows_below,
                "digest": one.digest,
            }
            for code, one in sheet.figures.items()
        },
    }
    return json.dumps(told | {"digest": _digest(told)}, ensure_ascii=False, indent=1) + "\n"


def read(text: str, name: str) -> Sheet:
    """Return what a file holds; ``name`` says in a refusal which one it was.

    Raises ``Refused``: ``figures_unreadable``, ``figures_altered``, ``figures_formula`` (counted by other formulas).
    """
    try:
        told = json.loads(text)
        digest = told.pop("digest")
        if digest != _digest(told):
            raise Refused("figures_altered", "{name} 的内容与它的摘要不符，导出后被改动过。请该县重新导出。", name=name)
        if (told["format"], told["definitions"]) != (FORMAT, _definitions()):
            raise Refused("figures_formula", "{name} 是按另一版公式统计的，不能相加。请各县用同一版本导出。", name=name)
        figures = {one.code: _sums(told["figures"][one.code]) for one in DEFINITIONS}
        days = (date.fromisoformat(told["first"]), date.fromisoformat(told["last"]))
        return Sheet(tuple(map(str, told["counties"])), *days, figures)
    except (ValueError, KeyError, TypeError, AttributeError, InvalidOperation):
        raise Refused("figures_unreadable", "{name} 不是导出的指标文件。请核对路径。", name=name) from None


def _sums(told: Mapping[str, Any]) -> Sums:
    below = None if told["below"] is None else Decimal(told["below"])
    return Sums(Decimal(told["above"]), below, int(told["rows_above"]), int(told["rows_below"]), str(told["digest"]))


def _definitions() -> str:
    """Return a digest over all formulas: equal digests, figures that may be added."""
    return _digest([[one.code, one.formula, one.population, one.numerator, one.unit] for one in DEFINITIONS])


def _digest(told: Any) -> str:
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
