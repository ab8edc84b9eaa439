"""Cases and materials as the rulebook's facts: row by row, or as many alike as one fact.

Only the columns that are looked at are fetched.  Left out of a query, a column no longer tells two rows apart, so what
stands in the fact for it is empty and never read.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import connection

from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.supervision.queries.scope import Scope
from tongban.rulebook.catalogue.item import Item
from tongban.rulebook.indicators import CaseFact, MaterialFact, Met

#: From which row on, and how many at most.
Page = tuple[int, int]

#: Every row by itself: with its id and all it can be split by.
SINGLY = frozenset(("id", "unit", "item", "level", "channel"))

_DAY = "({} AT TIME ZONE 'Asia/Shanghai')::date"

#: What every row has, by what it is split by.  A level is that of the version of the item.
_SHARED = {
    "unit": "c.unit",
    "item": "c.item_code",
    "level": "c.item_id",
    "channel": "coalesce(p.channel, c.channel)",
}

# Finished is decided: a case never accepted (不予受理, 退件) is none that was handled.  Putting on record is both
# acceptance and end of a filing.  The end of the legal limit is that of the statutory clock, else of the promise.
# Moments are looked at only where a limit runs in hours.
_CASE = _SHARED | {
    "id": "c.id",
    "number": "coalesce(c.number, '')",
    "online": "coalesce(p.channel, c.channel) = 'net'",
    "applied_on": _DAY.format("c.filed_at"),
    "accepted_on": "a.accepted_on",
    "finished_on": f"CASE WHEN a.accepted_on IS NOT NULL THEN {_DAY.format('c.decided_at')} END",
    "finished_at": "CASE WHEN a.accepted_on IS NOT NULL AND coalesce(promised.due_at, lawful.due_at) IS NOT NULL"
    " THEN c.decided_at END",
    "promised_on": "promised.due_on",
    "promised_at": "promised.due_at",
    "due_on": "lawful.due_on",
    "due_at": "lawful.due_at",
    "rated": "EXISTS (SELECT FROM ratings_rating r WHERE r.act = 'case' AND r.act_id = c.id AND r.active)",
}
_LIMITS = frozenset(("finished_at", "promised_on", "promised_at", "due_on", "due_at"))

_ON_RECORD = "c.kind = 'filing' AND c.decision IN ('granted', 'struck_out')"
_DECIDED = "c.decided_at >= %(from)s AND c.decided_at < %(until)s"
#: When a case belongs to the period, by the day that is looked at.
_WHEN = {
    "applied_on": "c.filed_at >= %(from)s AND c.filed_at < %(until)s",
    "accepted_on": f"c.accepted_on >= %(first)s AND c.accepted_on <= %(last)s OR {_DECIDED} AND {_ON_RECORD}",
    "finished_on": _DECIDED,
}

_OF_PARENT = "LEFT JOIN casework_case p ON p.id = c.parent_id"
_NARROWED = "(%(unit)s::text IS NULL OR c.unit = %(unit)s) AND (%(item)s::text IS NULL OR c.item_code = %(item)s)"
_CLOCK = """
    LEFT JOIN LATERAL (
        SELECT k.due_on, CASE WHEN k."limit" LIKE '%%h' THEN k.due_at END AS due_at FROM casework_clock k
        WHERE k.case_id = c.id AND k.name IN {names} ORDER BY k.name DESC, k.run DESC LIMIT 1
    ) {called} ON TRUE
"""
_CLOCKS = _CLOCK.format(names="('promised')", called="promised") + _CLOCK.format(
    names="('statutory', 'promised')", called="lawful"
)
_CASES = f"""
    FROM casework_case c {_OF_PARENT} {{clocks}}
    CROSS JOIN LATERAL (
        SELECT CASE WHEN {_ON_RECORD} THEN {_DAY.format("c.decided_at")} ELSE c.accepted_on END AS accepted_on
    ) a
    WHERE c.county = %(county)s AND NOT c.rehearsal AND c.kind = ANY(%(kinds)s) AND c.filed_at IS NOT NULL
        AND {_NARROWED} AND ({{when}})
"""


def cases(
    scope: Scope, reads: frozenset[str], apart: frozenset[str], labels: dict[str, str], page: Page | None = None
) -> list[CaseFact]:
    """Return the cases of which one of the days in ``reads`` lies in the period.  One query."""
    clocks = _CLOCKS if reads & _LIMITS else ""
    when = " OR ".join(_WHEN[day] for day in _WHEN if day in reads)
    single = ("number",) if "id" in apart else ()
    source = _CASES.format(clocks=clocks, when=when)
    rows, versions = _fetched(_CASE, (*apart, *reads, *single), source, scope, page)
    found = []
    for row in rows:
        _labelled(row, versions)
        if "id" in apart:
            labels[row["id"]] = row.pop("number")
        found.append(CaseFact(**row))
    return found


#: How a material's state says it came; one still lacking, promised or in doubt has not come.
_MET = {"given": Met.BROUGHT, "held": Met.LICENCE, "shared": Met.SHARED}
_MATERIAL = _SHARED | {
    "id": "c.id",
    "number": "coalesce(c.number, '')",
    "code": "m.code",
    "met_on": _DAY.format("m.at"),
    "state": "m.state",
}
# What a bundle handed on to its parts came once, with the bundle.
_MATERIALS = f"""
    FROM casework_material m JOIN casework_case c ON c.id = m.case_id {_OF_PARENT}
    WHERE c.county = %(county)s AND NOT c.rehearsal AND (c.kind = ANY(%(kinds)s) OR c.kind = 'bundle')
        AND c.filed_at IS NOT NULL AND m.state IN ('given', 'held', 'shared') AND m.code <> 'form'
        AND m.at >= %(from)s AND m.at < %(until)s
        AND NOT (c.parent_id IS NOT NULL AND m.state IN ('given', 'shared') AND m.at = c.filed_at)
        AND {_NARROWED}
"""


def materials(
    scope: Scope, apart: frozenset[str], labels: dict[str, str], page: Page | None = None
) -> list[MaterialFact]:
    """Return the materials that came in the period.  One query."""
    single = ("number", "code") if "id" in apart else ()
    rows, versions = _fetched(_MATERIAL, (*apart, "met_on", "state", *single), _MATERIALS, scope, page)
    names: Mapping[UUID, dict[str, str]] = {
        version: {material.code: material.name for material in item.materials} for version, item in versions.items()
    }
    found = []
    for row in rows:
        if "id" in apart:
            code, number = row.pop("code"), row.pop("number")
            # A bundle's papers are those of its parts: there the code must do.
            label = f"{number} {names[row['level']].get(code, code)}"
        _labelled(row, versions)
        row["met"] = _MET[row.pop("state")]
        row["case"] = row.get("id", "")
        if "id" in apart:
            row["id"] += f":{code}"
            labels[row["id"]] = label
        found.append(MaterialFact(**row))
    return found


def _labelled(row: dict[str, Any], versions: Mapping[UUID, Item]) -> None:
    """Put ids as text and the level of the version in place."""
    row["id"] = str(row.get("id", ""))
    if "level" in row:
        row["level"] = str(versions[row["level"]].level)


def _fetched(
    columns: Mapping[str, str], names: Iterable[str], source: str, scope: Scope, page: Page | None
) -> tuple[list[dict[str, Any]], Mapping[UUID, Item]]:
    """Return rows by name, with ``times`` where they are not told apart by id, and the versions of items met."""
    wanted = sorted(set(names))
    told = ", ".join(f"{columns[name]} AS {name}" for name in wanted)
    if "id" in wanted:
        sql = f"SELECT {told} {source} ORDER BY c.id{', m.code' if 'code' in wanted else ''}"
        if page is not None:
            sql += f" OFFSET {int(page[0])} LIMIT {int(page[1])}"
    else:
        grouped = ", ".join(map(str, range(1, len(wanted) + 1)))
        sql = f"SELECT {told}, count(*) {source} GROUP BY {grouped} ORDER BY {grouped}"
        wanted.append("times")
    with connection.cursor() as cursor:
        cursor.execute(sql, scope.values())
        rows = [dict(zip(wanted, row, strict=True)) for row in cursor.fetchall()]
    versions = catalogue.items({row["level"] for row in rows}) if "level" in wanted else {}
    return rows, versions
