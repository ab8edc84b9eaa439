"""Ratings as indicators count them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from tongban.rooms import clock
from tongban.rooms.casework.models import Clock, Tie
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.ratings.models import Rating
from tongban.rooms.ratings.words import Act, Valid
from tongban.rulebook.indicators import Grade, RatingFact


@dataclass(frozen=True, slots=True)
class _Repair:
    """How far a bad rating has been put right."""

    #: The first date on which it had to be mended; later ones, after it went up a post, do not count.
    due_on: date | None
    fixed_on: date | None
    called_back: bool


_NOTHING_DONE = _Repair(None, None, called_back=False)
_COLUMNS = (
    *("id", "unit", "item_code", "act", "case_id", "rated_at", "grade", "valid", "real_name"),
    *("case__item_id", "case__channel", "case__rehearsal"),
)


def facts(county: str, first: date, last: date) -> tuple[RatingFact, ...]:
    """Return the ratings made from ``first`` to ``last`` (both included) as facts.  Three queries for any number."""
    rows = list(
        Rating.objects.filter(county=county, rated_at__gte=clock.at_local(first), rated_at__lt=clock.end_of(last))
        .order_by("rated_at", "id")
        .values_list(*_COLUMNS, named=True)
    )
    versions = catalogue.items({row.case__item_id for row in rows})
    repairs = _repairs([row.id for row in rows if not Grade(row.grade).is_good])
    return tuple(
        RatingFact(
            id=str(row.id),
            unit=row.unit,
            item=row.item_code,
            level=str(versions[row.case__item_id].level),
            channel=row.case__channel,
            rehearsal=row.case__rehearsal,
            case=str(row.case_id) if row.act == Act.CASE else "",
            made_on=clock.legal_date(row.rated_at),
            grade=Grade(row.grade),
            valid=row.valid == Valid.COUNTED,
            real_name=row.real_name,
            fixed_on=repair.fixed_on,
            fix_due_on=repair.due_on,
            called_back=repair.called_back,
        )
        for row in rows
        for repair in (repairs.get(row.id, _NOTHING_DONE),)
    )


def _repairs(rating_ids: Iterable[UUID]) -> dict[UUID, _Repair]:
    ties = dict(
        Tie.objects.filter(target_id__in=list(rating_ids), role="arises-from", target_kind="rating").values_list(
            "case_id", "target_id"
        )
    )
    clocks: dict[UUID, list[tuple[str, date, datetime | None]]] = {}
    rows = Clock.objects.filter(case_id__in=list(ties), name__in=("answer", "confirm")).order_by("case_id", "run")
    for case_id, name, due_on, stopped_at in rows.values_list("case_id", "name", "due_on", "stopped_at"):
        clocks.setdefault(case_id, []).append((name, due_on, stopped_at))
    return {rating_id: _repair(clocks.get(case_id, [])) for case_id, rating_id in ties.items()}


def _repair(clocks: list[tuple[str, date, datetime | None]]) -> _Repair:
    answers = [(due_on, stopped) for name, due_on, stopped in clocks if name == "answer"]
    calls = [stopped for name, _, stopped in clocks if name == "confirm"]
    if not answers:
        return _NOTHING_DONE
    ends = [stopped for _, stopped in answers if stopped is not None]
    fixed = clock.legal_date(max(ends)) if len(ends) == len(answers) else None
    return _Repair(answers[0][0], fixed, called_back=bool(calls) and calls[-1] is not None)
