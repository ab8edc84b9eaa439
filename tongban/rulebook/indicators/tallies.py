"""How each indicator is counted: sums of weights over rows, each with the rows that add to it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from tongban.rulebook.indicators.facts import CaseFact, Fact, Facts, ItemFact, MaterialFact, Met, RatingFact


@dataclass(frozen=True, slots=True)
class Tally:
    """The two sums of a figure, each with the rows that add to it."""

    numerator: Decimal
    #: None for a plain count.
    denominator: Decimal | None
    #: Rows with a weight other than zero, in the order given.
    numerator_ids: tuple[str, ...]
    denominator_ids: tuple[str, ...]


F = TypeVar("F", bound=Fact)


def _sums(weighed: Iterable[tuple[Fact, Decimal, Decimal]]) -> Tally:
    """Return the sums of rows that come with what each weighs above and below the line."""
    counted = [(row, above, below) for row, above, below in weighed if not row.rehearsal]
    return Tally(
        sum((above * row.times for row, above, _ in counted), Decimal(0)),
        sum((below * row.times for row, _, below in counted), Decimal(0)),
        tuple(row.id for row, above, _ in counted if above),
        tuple(row.id for row, _, below in counted if below),
    )


def _share(rows: Iterable[F], hit: Callable[[F], bool]) -> Tally:
    return _sums((row, Decimal(hit(row)), Decimal(1)) for row in rows)


def _count(rows: Iterable[Fact]) -> Tally:
    counted = [row for row in rows if not row.rehearsal]
    return Tally(Decimal(sum(row.times for row in counted)), None, tuple(row.id for row in counted), ())


def _items(facts: Facts) -> Iterable[ItemFact]:
    return (item for item in facts.items if item.in_force and item.on_application)


def _finished(facts: Facts) -> Iterable[CaseFact]:
    return (case for case in facts.cases if facts.holds(case.finished_on))


def _valid(facts: Facts) -> Iterable[RatingFact]:
    return (rating for rating in facts.ratings if rating.valid and facts.holds(rating.made_on))


def _bad(facts: Facts) -> Iterable[RatingFact]:
    return (rating for rating in _valid(facts) if not rating.grade.is_good)


def compression(facts: Facts) -> Tally:
    return _sums(
        (item, item.statutory - item.promised, item.statutory)
        for item in _items(facts)
        if item.statutory is not None and item.promised is not None
    )


def on_the_spot(facts: Facts) -> Tally:
    return _share(_items(facts), lambda item: item.on_the_spot)


def online_available(facts: Facts) -> Tally:
    return _share(_items(facts), lambda item: bool(item.depth & {2, 3, 4, 5, 6, 7}))


def _whole_way(item: ItemFact) -> bool:
    return bool(item.depth & {5, 6, 7})


def fully_online(facts: Facts) -> Tally:
    return _share(_items(facts), _whole_way)


def zero_visit(facts: Facts) -> Tally:
    return _share(
        (item for item in _items(facts) if not item.visit_exception),
        lambda item: item.visits == 0 or _whole_way(item),
    )


def mean_visits(facts: Facts) -> Tally:
    return _sums((item, Decimal(item.visits), Decimal(1)) for item in _items(facts))


def _early(case: CaseFact) -> bool:
    """Before the promised end: by the moment where the promise runs in hours, otherwise on an earlier day."""
    if case.finished_at is not None and case.promised_at is not None:
        return case.finished_at < case.promised_at
    return case.finished_on is not None and case.promised_on is not None and case.finished_on < case.promised_on


def finished_early(facts: Facts) -> Tally:
    return _share((case for case in _finished(facts) if case.promised_on is not None), _early)


def _in_time(case: CaseFact) -> bool:
    if case.finished_at is not None and case.due_at is not None:
        return case.finished_at <= case.due_at
    return case.finished_on is not None and case.due_on is not None and case.finished_on <= case.due_on


def finished_on_time(facts: Facts) -> Tally:
    return _share((case for case in _finished(facts) if case.due_on is not None), _in_time)


def one_visit(facts: Facts) -> Tally:
    return _share(_items(facts), lambda item: item.visits <= 1)


def good_ratings(facts: Facts) -> Tally:
    return _share(_valid(facts), lambda rating: rating.grade.is_good)


def active_ratings(facts: Facts) -> Tally:
    return _share(_finished(facts), lambda case: case.rated)


def _fixed(rating: RatingFact) -> bool:
    return rating.fixed_on is not None and rating.fix_due_on is not None and rating.fixed_on <= rating.fix_due_on


def bad_fixed(facts: Facts) -> Tally:
    return _share(_bad(facts), _fixed)


def bad_called_back(facts: Facts) -> Tally:
    return _share((rating for rating in _bad(facts) if rating.real_name), lambda rating: rating.called_back)


def _materials(facts: Facts) -> Iterable[MaterialFact]:
    return (material for material in facts.materials if facts.holds(material.met_on))


def materials_spared(facts: Facts) -> Tally:
    return _share(_materials(facts), lambda material: material.met is not Met.BROUGHT)


def materials_cut(facts: Facts) -> Tally:
    return _sums(
        (item, Decimal(item.materials_before - item.materials_now), Decimal(item.materials_before))
        for item in _items(facts)
        if item.materials_before is not None and item.materials_now is not None
    )


def online_cases(facts: Facts) -> Tally:
    return _share((case for case in facts.cases if facts.holds(case.applied_on)), lambda case: case.online)


def _accepted(facts: Facts) -> Iterable[CaseFact]:
    return (case for case in facts.cases if facts.holds(case.accepted_on))


def accepted_count(facts: Facts) -> Tally:
    return _count(_accepted(facts))


def finished_count(facts: Facts) -> Tally:
    return _count(_finished(facts))


def completion(facts: Facts) -> Tally:
    return _share(
        _accepted(facts),
        lambda case: case.finished_on is not None and (facts.last is None or case.finished_on <= facts.last),
    )
