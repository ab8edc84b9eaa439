"""Figures: each computed by the rulebook from rows, and each opening to exactly these rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from tongban.rooms.supervision.queries.facts import COUNTED_OVER, alike, gather
from tongban.rooms.supervision.queries.scope import Scope
from tongban.rulebook.errors import Refused
from tongban.rulebook.indicators import (
    CaseFact,
    Dimension,
    Fact,
    Facts,
    Figure,
    ItemFact,
    MaterialFact,
    RatingFact,
    compute,
    compute_by,
)


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One row behind a figure."""

    #: As the figure lists it: case, item version, rating, or ``case:material``.
    id: str
    #: ``case``, ``item``, ``rating`` or ``material``.
    kind: str
    #: The case it opens to; empty for an item and for a rating that is not of a case.
    case_id: str
    #: Number of the case (with the material), or name of the item; empty for a rating.
    label: str
    unit: str
    item: str
    #: What it adds above and below the line; None below where the figure is a plain count.
    above: Decimal
    below: Decimal | None


def figure(
    code: str,
    county: str,
    first: date,
    last: date,
    *,
    unit: str | None = None,
    item: str | None = None,
    level: str | None = None,
    channel: str | None = None,
) -> Figure:
    """Return one figure for a period, both days included, counted row by row; an unknown code is a ``KeyError``.

    One query for cases or materials, one for the list of items, three for ratings; and one more the first time a
    version of an item is met.
    """
    return compute(code, gather(Scope(county, first, last, unit, item, level, channel), (code,)).facts)


def figures(
    county: str,
    first: date,
    last: date,
    *,
    unit: str | None = None,
    item: str | None = None,
    level: str | None = None,
    channel: str | None = None,
) -> dict[str, Figure]:
    """Return all figures by code, from facts fetched once.  Six queries at most, and one for new item versions."""
    facts = gather(Scope(county, first, last, unit, item, level, channel), COUNTED_OVER).facts
    return {code: compute(code, facts) for code in COUNTED_OVER}


def figures_by(code: str, county: str, first: date, last: date, by: Dimension) -> dict[str, Figure]:
    """Return one figure apart by unit, item, level or channel; its rows are not named.

    As many queries as ``figure``.
    """
    parts = compute_by(code, alike(Scope(county, first, last), (code,), by), by)
    return {name: unnamed(part) for name, part in parts.items()}


def figures_over(
    code: str, county: str, spans: Sequence[tuple[date, date]], *, unit: str | None = None
) -> tuple[Figure, ...]:
    """Return one figure for each of these periods, from facts fetched once; its rows are not named.

    As many queries as ``figure``.  A figure over the list of items would need the list of every period:
    ``Refused("figure_of_items")``.
    """
    if COUNTED_OVER[code] == "items":
        raise Refused("figure_of_items", "事项类指标按当天的清单计算，没有逐期走势。请改看当日数值。")
    first, last = min(span[0] for span in spans), max(span[1] for span in spans)
    facts = alike(Scope(county, first, last, unit), (code,))
    return tuple(unnamed(compute(code, replace(facts, first=begins, last=ends))) for begins, ends in spans)


def unnamed(figure: Figure) -> Figure:
    """Return a figure without the ids of its rows: of rows counted alike none is told."""
    return replace(figure, numerator_ids=(), denominator_ids=())


@dataclass(frozen=True, slots=True)
class Opened:
    """A figure with a page of the rows behind it."""

    figure: Figure
    #: How many rows there are in all.
    count: int
    rows: tuple[FigureRow, ...]


def opened(
    code: str,
    county: str,
    first: date,
    last: date,
    *,
    unit: str | None = None,
    item: str | None = None,
    level: str | None = None,
    channel: str | None = None,
    begin: int = 0,
    most: int | None = None,
) -> Opened:
    """Return a figure with exactly the rows behind it, from row ``begin`` at most so many; each with what it adds.

    As many queries as ``figure``, or one more.
    """
    scope = Scope(county, first, last, unit, item, level, channel)
    if most is not None and (found := _page(code, scope, begin, most)) is not None:
        return found
    gathered = gather(scope, (code,))
    whole = compute(code, gathered.facts)
    named = {*whole.numerator_ids, *whole.denominator_ids}
    counted = [fact for fact in _population(COUNTED_OVER[code], gathered.facts) if fact.id in named]
    page = counted[begin : None if most is None else begin + most]
    rows = tuple(_row(code, fact, _alone(gathered.facts, fact), gathered.labels) for fact in page)
    return Opened(whole, len(counted), rows)


def _page(code: str, scope: Scope, begin: int, most: int) -> Opened | None:
    """Return a page cut by the database; None where it cannot say which rows count, or not which are narrowed to."""
    over = COUNTED_OVER[code]
    if over not in ("cases", "materials") or scope.level is not None or scope.channel is not None:
        return None
    together = alike(scope, (code,))
    whole, count = compute(code, together), sum(one.times for one in _population(over, together))
    if count != (whole.numerator if whole.denominator is None else whole.denominator):
        return None
    gathered = gather(scope, (code,), (begin, most))
    facts = _population(over, gathered.facts)
    rows = tuple(_row(code, fact, _alone(gathered.facts, fact), gathered.labels) for fact in facts)
    return Opened(unnamed(whole), count, rows)


def rows(
    code: str,
    county: str,
    first: date,
    last: date,
    *,
    unit: str | None = None,
    item: str | None = None,
    level: str | None = None,
    channel: str | None = None,
) -> tuple[FigureRow, ...]:
    """Return all the rows behind a figure, narrowed like ``opened``."""
    return opened(code, county, first, last, unit=unit, item=item, level=level, channel=channel).rows


def _population(need: str, facts: Facts) -> tuple[Fact, ...]:
    populations: dict[str, tuple[Fact, ...]] = {
        "items": facts.items,
        "cases": facts.cases,
        "ratings": facts.ratings,
        "materials": facts.materials,
    }
    return populations[need]


def _alone(facts: Facts, fact: Fact) -> Facts:
    """Return the facts as if this were the only row, so that what it adds is computed and not guessed."""
    alone = replace(facts, items=(), cases=(), ratings=(), materials=())
    if isinstance(fact, ItemFact):
        return replace(alone, items=(fact,))
    if isinstance(fact, CaseFact):
        return replace(alone, cases=(fact,))
    if isinstance(fact, RatingFact):
        return replace(alone, ratings=(fact,))
    assert isinstance(fact, MaterialFact)
    return replace(alone, materials=(fact,))


def _row(code: str, fact: Fact, alone: Facts, labels: Mapping[str, str]) -> FigureRow:
    added = compute(code, alone)
    kind = {ItemFact: "item", CaseFact: "case", RatingFact: "rating", MaterialFact: "material"}[type(fact)]
    case_id = fact.id if isinstance(fact, CaseFact) else getattr(fact, "case", "")
    return FigureRow(
        fact.id, kind, case_id, labels.get(fact.id, ""), fact.unit, fact.item, added.numerator, added.denominator
    )
