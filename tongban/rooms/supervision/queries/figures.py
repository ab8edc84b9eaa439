"""Figures: each computed by the rulebook from rows, and each opening to exactly these rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from tongban.rooms.supervision.queries.facts import NEEDS, Scope, gather
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
    """Return one figure for a period, both days included; an unknown code is a ``KeyError``.

    One query for cases or materials, one for the list of items, three for ratings; and one more the first time a
    version of an item is met.
    """
    scope = Scope(county, first, last, unit, item, level, channel)
    return compute(code, gather(scope, NEEDS[code]).facts)


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
    """Return all figures by code, from facts fetched once.  Seven queries at most, and one for new item versions."""
    scope = Scope(county, first, last, unit, item, level, channel)
    facts = gather(scope, {need for needs in NEEDS.values() for need in needs}).facts
    return {code: compute(code, facts) for code in NEEDS}


def figures_by(code: str, county: str, first: date, last: date, by: Dimension) -> dict[str, Figure]:
    """Return one figure apart by unit, item, level or channel.  As many queries as ``figure``."""
    return compute_by(code, gather(Scope(county, first, last), NEEDS[code]).facts, by)


def figures_over(
    code: str, county: str, spans: Sequence[tuple[date, date]], *, unit: str | None = None
) -> tuple[Figure, ...]:
    """Return one figure for each of these periods, from facts fetched once.  As many queries as ``figure``.

    A figure over the list of items would need the list of every period: ``Refused("figure_of_items")``.
    """
    if "items" in NEEDS[code]:
        raise Refused("figure_of_items", "事项类指标按当天的清单计算，没有逐期走势。请改看当日数值。")
    first, last = min(span[0] for span in spans), max(span[1] for span in spans)
    facts = gather(Scope(county, first, last, unit), NEEDS[code]).facts
    return tuple(compute(code, replace(facts, first=begins, last=ends)) for begins, ends in spans)


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
    """Return exactly the rows behind a figure, each with what it adds.  As many queries as ``figure``."""
    scope = Scope(county, first, last, unit, item, level, channel)
    gathered = gather(scope, NEEDS[code])
    whole = compute(code, gathered.facts)
    counted = {*whole.numerator_ids, *whole.denominator_ids}
    by_case: dict[str, list[RatingFact]] = {}
    for rating in gathered.facts.ratings:
        by_case.setdefault(rating.case, []).append(rating)
    return tuple(
        _row(code, fact, _alone(gathered.facts, fact, by_case), gathered.labels)
        for fact in _population(NEEDS[code][0], gathered.facts)
        if fact.id in counted
    )


def _population(need: str, facts: Facts) -> tuple[Fact, ...]:
    populations: dict[str, tuple[Fact, ...]] = {
        "items": facts.items,
        "cases": facts.cases,
        "ratings": facts.ratings,
        "materials": facts.materials,
    }
    return populations[need]


def _alone(facts: Facts, fact: Fact, by_case: Mapping[str, list[RatingFact]]) -> Facts:
    """Return the facts as if this were the only row, so that what it adds is computed and not guessed."""
    alone = replace(facts, items=(), cases=(), ratings=(), materials=())
    if isinstance(fact, ItemFact):
        return replace(alone, items=(fact,))
    if isinstance(fact, CaseFact):
        return replace(alone, cases=(fact,), ratings=tuple(by_case.get(fact.id, ())))
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
