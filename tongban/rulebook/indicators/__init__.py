"""指标: every figure on a board, in a report or in the README is one of these, computed here and nowhere else.

``compute("on_the_spot", facts)`` gives the value and the ids of the rows above and below the line, so any figure
opens to exactly its rows.  An empty population gives no value: it reads 无数据, never 100 %.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext

from tongban.rulebook.indicators import adding
from tongban.rulebook.indicators.definitions import DEFINITIONS, Definition, Mark
from tongban.rulebook.indicators.facts import (
    CaseFact,
    Dimension,
    Fact,
    Facts,
    ItemFact,
    MaterialFact,
    Met,
    RatingFact,
    split,
    workdays_of,
)
from tongban.rulebook.indicators.grades import Grade, GradeCodes
from tongban.rulebook.indicators.tallies import Tally

BY_CODE = {definition.code: definition for definition in DEFINITIONS}

_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Figure:
    """One computed figure."""

    #: Code of its definition.
    code: str
    #: Half-up to two decimals; a count is whole; None where the population is empty.
    value: Decimal | None
    #: Sum above the line.
    numerator: Decimal
    #: Sum below the line; None for a plain count.
    denominator: Decimal | None
    #: Rows that add to the numerator.
    numerator_ids: tuple[str, ...]
    #: Rows that add to the denominator.
    denominator_ids: tuple[str, ...]

    def __str__(self) -> str:
        return told(self.code, self.value)


def compute(code: str, facts: Facts) -> Figure:
    """Return the figure of one indicator; an unknown code is a ``KeyError``."""
    definition = BY_CODE[code]
    tally = definition.tally(facts)
    return Figure(
        code,
        value_of(code, tally),
        tally.numerator,
        tally.denominator,
        tally.numerator_ids,
        tally.denominator_ids,
    )


def compute_by(code: str, facts: Facts, by: Dimension) -> dict[str, Figure]:
    """Return the figure apart by unit, item, level or channel."""
    return {key: compute(code, part) for key, part in split(facts, by).items()}


#: Figures that add up day by day (a period is the sum of its days), and the day of a case on which each counts it.
ADDS_ON = {
    "online_cases": "applied_on",
    "accepted": "accepted_on",
    "finished": "finished_on",
    "finished_on_time": "finished_on",
    "finished_early": "finished_on",
}


def by_day(cases: Iterable[CaseFact]) -> dict[tuple[str, str, date], tuple[int, int]]:
    """Return what these cases add above and below the line, by code of ``ADDS_ON``, unit and day."""
    apart: dict[tuple[str, str, date], list[CaseFact]] = {}
    for case in cases:
        for code, attribute in ADDS_ON.items():
            if (day := getattr(case, attribute)) is not None:
                apart.setdefault((code, case.unit, day), []).append(case)
    sums = {}
    for (code, unit, day), some in apart.items():
        tally = BY_CODE[code].tally(Facts(cases=tuple(some), first=day, last=day))
        sums[code, unit, day] = (int(tally.numerator), int(tally.denominator or 0))
    return sums


def summed(code: str, numerator: int, denominator: int) -> Figure:
    """Return the figure of these sums; its rows are not named.  ``denominator`` of a plain count is not looked at."""
    plain = BY_CODE[code].unit == "件"
    tally = Tally(Decimal(numerator), None if plain else Decimal(denominator), (), ())
    return Figure(code, value_of(code, tally), tally.numerator, tally.denominator, (), ())


def sums_of(figure: Figure) -> adding.Sums:
    """Return what of a figure may be added to that of another county."""
    return adding.sums(figure.numerator, figure.denominator, figure.numerator_ids, figure.denominator_ids)


def value_of(code: str, sums: Tally | adding.Sums) -> Decimal | None:
    """Return the value of these sums: half-up to two decimals, None where nothing is below the line."""
    if sums.denominator is None:
        return sums.numerator
    if not sums.denominator:
        return None
    with localcontext(prec=50):
        factor = 100 if BY_CODE[code].unit == "%" else 1
        return (sums.numerator * factor / sums.denominator).quantize(_CENT, ROUND_HALF_UP)


def told(code: str, value: Decimal | None) -> str:
    """Return a value as people read it."""
    if value is None:
        return "无数据"
    return f"{value}{BY_CODE[code].unit}"


__all__ = [
    "ADDS_ON",
    "BY_CODE",
    "DEFINITIONS",
    "CaseFact",
    "Definition",
    "Dimension",
    "Fact",
    "Facts",
    "Figure",
    "Grade",
    "GradeCodes",
    "ItemFact",
    "Mark",
    "MaterialFact",
    "Met",
    "RatingFact",
    "adding",
    "compute",
    "compute_by",
    "split",
    "by_day",
    "summed",
    "sums_of",
    "told",
    "value_of",
    "workdays_of",
]
