"""What figures are counted from: rows of other rooms as the rulebook's facts, by few queries for any number.

A 办件 here is a case somebody applied for: a permit, a registration or a filing, the parts of a bundle included.  The
bundle itself is not counted beside its parts, nor is inner work.  Drafts and rehearsals are not cases.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import connection

from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.catalogue.queries.book import book
from tongban.rooms.ratings import queries as ratings
from tongban.rooms.supervision.queries.fetching import SINGLY, Page, cases, materials
from tongban.rooms.supervision.queries.scope import Scope
from tongban.rulebook.catalogue import supported
from tongban.rulebook.catalogue.item import PUBLIC_CLASSES, Item, TimeRule
from tongban.rulebook.indicators import Dimension, Fact, Facts, ItemFact, workdays_of

F = TypeVar("F", bound=Fact)

#: What each figure is counted over.
COUNTED_OVER: dict[str, str] = {
    **dict.fromkeys(
        (
            *("promise_compression", "on_the_spot", "online_available", "fully_online", "zero_visit"),
            *("mean_visits", "one_visit", "materials_cut"),
        ),
        "items",
    ),
    **dict.fromkeys(
        (
            *("finished_early", "finished_on_time", "active_ratings", "online_cases"),
            *("accepted", "finished", "completion"),
        ),
        "cases",
    ),
    **dict.fromkeys(("good_ratings", "bad_fixed", "bad_called_back"), "ratings"),
    "materials_spared": "materials",
}

#: What a figure over cases looks at in each: two cases alike in this are the same to it.
READS: dict[str, tuple[str, ...]] = {
    "online_cases": ("applied_on", "online"),
    "accepted": ("accepted_on",),
    "completion": ("accepted_on", "finished_on"),
    "finished": ("finished_on",),
    "active_ratings": ("finished_on", "rated"),
    "finished_early": ("finished_on", "finished_at", "promised_on", "promised_at"),
    "finished_on_time": ("finished_on", "finished_at", "due_on", "due_at"),
}


@dataclass(frozen=True, slots=True)
class Gathered:
    """Facts, and what people call their rows."""

    facts: Facts
    #: Id of a fact -> number of the case (with the material), or name of the item.
    labels: Mapping[str, str] = field(default_factory=dict)


def gather(scope: Scope, codes: Iterable[str], page: Page | None = None) -> Gathered:
    """Return what these figures are counted from, row by row: one query for cases, materials and items each, three
    for ratings.  ``page``: only these of the cases and materials.
    """
    labels: dict[str, str] = {}
    return Gathered(_gather(scope, frozenset(codes), SINGLY, labels, page), labels)


def alike(scope: Scope, codes: Iterable[str], by: Dimension | None = None) -> Facts:
    """Return the same, but rows that these figures cannot tell apart as one fact of so many times, without its id.

    Ids are left out and so is what the rows are not to be split by.  As many queries as ``gather``, and the less to
    carry: the cases of a month come as some hundred facts.
    """
    apart = {name for name in ("unit", "item", "level", "channel") if getattr(scope, name) is not None}
    return _gather(scope, frozenset(codes), frozenset({*apart, *([by.value] if by else [])}), {})


def _gather(
    scope: Scope, codes: frozenset[str], apart: frozenset[str], labels: dict[str, str], page: Page | None = None
) -> Facts:
    needs = {COUNTED_OVER[code] for code in codes}
    reads = frozenset(name for code in codes for name in READS.get(code, ()))
    return Facts(
        items=_within(scope, items_listed(scope, labels)) if "items" in needs else (),
        cases=_within(scope, cases(scope, reads, apart, labels, page)) if "cases" in needs else (),
        ratings=_within(scope, ratings.facts(scope.county, scope.first, scope.last)) if "ratings" in needs else (),
        materials=_within(scope, materials(scope, apart, labels, page)) if "materials" in needs else (),
        first=scope.first,
        last=scope.last,
    )


def _within(scope: Scope, facts: Iterable[F]) -> tuple[F, ...]:
    return tuple(filter(scope.holds, facts))


def counties() -> tuple[str, ...]:
    """Return the counties that have items; no case is without one.  One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT county FROM catalogue_itemversion ORDER BY county")
        return tuple(row[0] for row in cursor.fetchall())


def items_listed(scope: Scope, labels: dict[str, str]) -> list[ItemFact]:
    """The county's list as it holds on the last day: leaves only, since nothing else can be asked for."""
    runs = book(scope.county).runs
    holding = {code: run for code in runs if (run := next((r for r in runs[code] if r.holds_on(scope.last)), None))}
    leaves = [run for run in holding.values() if run.leaf]
    versions = catalogue.items({run.version_id for run in leaves} | {runs[run.code][0].version_id for run in leaves})
    labels.update((str(run.version_id), run.name) for run in leaves)
    return [
        _item(str(run.version_id), versions[run.version_id], versions[runs[run.code][0].version_id]) for run in leaves
    ]


def _item(version_id: str, item: Item, at_first: Item) -> ItemFact:
    compared = item is not at_first
    return ItemFact(
        id=version_id,
        unit=item.unit,
        item=item.code,
        level=str(item.level),
        on_application=item.item_class in PUBLIC_CLASSES,
        on_the_spot=item.on_the_spot is not None,
        statutory=_workdays(item.limits.statutory),
        promised=_workdays(item.limits.promised),
        depth=supported(item),
        visits=item.visits,
        materials_before=_brought(at_first) if compared else None,
        materials_now=_brought(item) if compared else None,
    )


def _workdays(rule: TimeRule | None) -> Any:
    return workdays_of(rule.limit) if rule else None


def _brought(item: Item) -> int:
    """How many materials the applicant has to bring herself."""
    return sum(material.source == "applicant" for material in item.materials)
