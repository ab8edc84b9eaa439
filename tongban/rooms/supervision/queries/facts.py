"""What figures are counted from: rows of other rooms as the rulebook's facts, by few queries for any number.

A 办件 here is a case somebody applied for: a permit, a registration or a filing, the parts of a bundle included.  The
bundle itself is not counted beside its parts, nor is inner work.  Drafts and rehearsals are not cases.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from tongban.rooms import clock
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.catalogue.queries.book import book
from tongban.rooms.ratings import queries as ratings
from tongban.rulebook.catalogue import supported
from tongban.rulebook.catalogue.item import PUBLIC_CLASSES, Item, TimeRule
from tongban.rulebook.indicators import CaseFact, Facts, Grade, ItemFact, MaterialFact, Met, RatingFact, workdays_of

#: Kinds of case that somebody applies for.
COUNTED = ("permit", "registration", "filing")

#: What each figure is counted over, and what it needs besides.
NEEDS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        (
            *("promise_compression", "on_the_spot", "online_available", "fully_online", "zero_visit"),
            *("mean_visits", "one_visit", "materials_cut"),
        ),
        ("items",),
    ),
    **dict.fromkeys(
        ("finished_early", "finished_on_time", "online_cases", "accepted", "finished", "completion"), ("cases",)
    ),
    "active_ratings": ("cases", "raters"),
    **dict.fromkeys(("good_ratings", "bad_fixed", "bad_called_back"), ("ratings",)),
    "materials_spared": ("materials",),
}


@dataclass(frozen=True, slots=True)
class Scope:
    """Which rows are asked for: a county, a period (both days included), and what they are narrowed to."""

    county: str
    first: date
    last: date
    unit: str | None = None
    item: str | None = None
    level: str | None = None
    channel: str | None = None

    def holds(self, fact: Any) -> bool:
        """Whether a fact lies within what was asked for."""
        return all(
            wanted is None or getattr(fact, name) == wanted
            for name, wanted in (
                ("unit", self.unit),
                ("item", self.item),
                ("level", self.level),
                ("channel", self.channel),
            )
        )

    def values(self) -> dict[str, Any]:
        """Return the scope as parameters of a query."""
        return {
            "county": self.county,
            "first": self.first,
            "last": self.last,
            "from": clock.at_local(self.first),
            "until": clock.end_of(self.last),
            "unit": self.unit,
            "item": self.item,
            "kinds": list(COUNTED),
        }


@dataclass(frozen=True, slots=True)
class Gathered:
    """Facts, and what people call their rows."""

    facts: Facts
    #: Id of a fact -> number of the case, or name of the item.
    labels: Mapping[str, str] = field(default_factory=dict)


def gather(scope: Scope, needs: Iterable[str]) -> Gathered:
    """Return the facts of these kinds: at most one query for items and cases each, three for ratings."""
    wanted = frozenset(needs)
    labels: dict[str, str] = {}
    rated = ratings.facts(scope.county, scope.first, scope.last) if "ratings" in wanted else ()
    if "raters" in wanted:
        seen = {one.id for one in rated}
        rated = (*rated, *(one for one in _raters(scope) if one.id not in seen))
    facts = Facts(
        items=tuple(filter(scope.holds, _items(scope, labels))) if "items" in wanted else (),
        cases=tuple(filter(scope.holds, _cases(scope, labels))) if "cases" in wanted else (),
        ratings=tuple(filter(scope.holds, rated)),
        materials=tuple(filter(scope.holds, _materials(scope, labels))) if "materials" in wanted else (),
        first=scope.first,
        last=scope.last,
    )
    return Gathered(facts, labels)


def counties() -> tuple[str, ...]:
    """Return the counties that have items; no case is without one.  One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT county FROM catalogue_itemversion ORDER BY county")
        return tuple(row[0] for row in cursor.fetchall())


def _items(scope: Scope, labels: dict[str, str]) -> list[ItemFact]:
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


# Finished is decided: a case never accepted (不予受理, 退件) is none that was handled.  Putting on record is both
# acceptance and end of a filing.  The end of the legal limit is that of the statutory clock, else of the promise.
_CASES = """
    SELECT c.id, c.number, c.item_id, c.item_code, c.unit, coalesce(p.channel, c.channel), c.filed_at,
        CASE WHEN c.kind = 'filing' AND c.decision IN ('granted', 'struck_out')
             THEN (c.decided_at AT TIME ZONE 'Asia/Shanghai')::date ELSE c.accepted_on END AS accepted_on,
        c.decided_at, promised.due_on, promised.due_at, promised."limit", lawful.due_on, lawful.due_at, lawful."limit"
    FROM casework_case c
    LEFT JOIN casework_case p ON p.id = c.parent_id
    LEFT JOIN LATERAL (
        SELECT k.due_on, k.due_at, k."limit" FROM casework_clock k
        WHERE k.case_id = c.id AND k.name = 'promised' ORDER BY k.run DESC LIMIT 1
    ) promised ON TRUE
    LEFT JOIN LATERAL (
        SELECT k.due_on, k.due_at, k."limit" FROM casework_clock k
        WHERE k.case_id = c.id AND k.name IN ('statutory', 'promised') ORDER BY k.name DESC, k.run DESC LIMIT 1
    ) lawful ON TRUE
    WHERE c.county = %(county)s AND NOT c.rehearsal AND c.kind = ANY(%(kinds)s) AND c.filed_at IS NOT NULL
        AND (%(unit)s::text IS NULL OR c.unit = %(unit)s) AND (%(item)s::text IS NULL OR c.item_code = %(item)s)
        AND ((c.filed_at >= %(from)s AND c.filed_at < %(until)s)
            OR (c.decided_at >= %(from)s AND c.decided_at < %(until)s)
            OR (c.accepted_on >= %(first)s AND c.accepted_on <= %(last)s))
    ORDER BY c.id
"""


def _cases(scope: Scope, labels: dict[str, str]) -> list[CaseFact]:
    rows = _fetched(_CASES, scope)
    versions = catalogue.items({row[2] for row in rows})
    labels.update((str(row[0]), row[1] or "") for row in rows)
    return [case_fact(row, versions[row[2]]) for row in rows]


def case_fact(row: tuple[Any, ...], item: Item) -> CaseFact:
    """Return a case as the rulebook counts it, of a row with the columns of ``_CASES``."""
    case_id, _, _, code, unit, channel, filed_at, accepted_on, decided_at, *limits = row
    promised_on, promised_at, promised, due_on, due_at, lawful = limits
    finished_at: datetime | None = decided_at if accepted_on else None
    return CaseFact(
        id=str(case_id),
        unit=unit,
        item=code,
        level=str(item.level),
        channel=channel,
        applied_on=clock.legal_date(filed_at),
        online=channel == "net",
        accepted_on=accepted_on,
        finished_on=clock.legal_date(finished_at) if finished_at else None,
        finished_at=finished_at,
        promised_on=promised_on,
        promised_at=promised_at if _in_hours(promised) else None,
        due_on=due_on,
        due_at=due_at if _in_hours(lawful) else None,
    )


def _in_hours(limit: str | None) -> bool:
    return bool(limit) and str(limit).endswith("h")


def _raters(scope: Scope) -> list[RatingFact]:
    """Ratings that applicants gave, whenever, to cases decided in the period."""
    sql = """
        SELECT r.id, r.case_id, r.rated_at, r.grade, c.unit, c.item_code, c.item_id, coalesce(p.channel, c.channel)
        FROM casework_case c JOIN ratings_rating r ON r.act = 'case' AND r.act_id = c.id AND r.active
        LEFT JOIN casework_case p ON p.id = c.parent_id
        WHERE c.county = %(county)s AND NOT c.rehearsal AND c.kind = ANY(%(kinds)s)
            AND c.decided_at >= %(from)s AND c.decided_at < %(until)s
            AND (%(unit)s::text IS NULL OR c.unit = %(unit)s) AND (%(item)s::text IS NULL OR c.item_code = %(item)s)
        ORDER BY r.id
    """
    rows = _fetched(sql, scope)
    versions = catalogue.items({row[6] for row in rows})
    return [
        RatingFact(
            id=str(rating_id),
            unit=unit,
            item=code,
            level=str(versions[version].level),
            channel=channel,
            case=str(case_id),
            made_on=clock.legal_date(rated_at),
            grade=Grade(grade),
        )
        for rating_id, case_id, rated_at, grade, unit, code, version, channel in rows
    ]


#: How a material's state says it came; one still lacking, promised or in doubt has not come.
_MET = {"given": Met.BROUGHT, "held": Met.LICENCE, "shared": Met.SHARED}


def _materials(scope: Scope, labels: dict[str, str]) -> list[MaterialFact]:
    """Materials that have come.  What a bundle handed on to its parts came once, with the bundle."""
    sql = """
        SELECT c.id, c.number, m.code, m.state, m.at, c.unit, c.item_code, c.item_id, coalesce(p.channel, c.channel)
        FROM casework_material m JOIN casework_case c ON c.id = m.case_id
        LEFT JOIN casework_case p ON p.id = c.parent_id
        WHERE c.county = %(county)s AND NOT c.rehearsal AND (c.kind = ANY(%(kinds)s) OR c.kind = 'bundle')
            AND c.filed_at IS NOT NULL AND m.state IN ('given', 'held', 'shared') AND m.code <> 'form'
            AND m.at >= %(from)s AND m.at < %(until)s
            AND NOT (c.parent_id IS NOT NULL AND m.state IN ('given', 'shared') AND m.at = c.filed_at)
            AND (%(unit)s::text IS NULL OR c.unit = %(unit)s) AND (%(item)s::text IS NULL OR c.item_code = %(item)s)
        ORDER BY c.id, m.code
    """
    rows = _fetched(sql, scope)
    versions = catalogue.items({row[7] for row in rows})
    names = {version: {m.code: m.name for m in item.materials} for version, item in versions.items()}
    # A bundle's papers are those of its parts: there the code must do.
    labels.update((f"{row[0]}:{row[2]}", f"{row[1]} {names[row[7]].get(row[2], row[2])}") for row in rows)
    return [
        MaterialFact(
            id=f"{case_id}:{code}",
            unit=unit,
            item=item,
            level=str(versions[version].level),
            channel=channel,
            case=str(case_id),
            met_on=clock.legal_date(at),
            met=_MET[state],
        )
        for case_id, _, code, state, at, unit, item, version, channel in rows
    ]


def _fetched(sql: str, scope: Scope) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, scope.values())
        return [(UUID(str(row[0])), *row[1:]) for row in cursor.fetchall()]
