"""红黄绿灯: how near each open case is to the end of a limit.  A light is an expression, never stored."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import connection

from tongban.rooms import clock
from tongban.rulebook.kinds import KINDS
from tongban.rulebook.steps import Expiry


class Light(StrEnum):
    """The light of a case is that of its worst running clock."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


class By(StrEnum):
    """By what lights are counted."""

    UNIT = "unit"
    TOWN = "town"
    ITEM = "item"


@dataclass(frozen=True, slots=True)
class LightCount:
    """Open cases of one unit, town or item, by light."""

    #: Code of the unit or item; of a town its 12-digit division, the county's own for its halls, empty for the net.
    code: str
    green: int
    amber: int
    red: int


@dataclass(frozen=True, slots=True)
class LitCase:
    """One open case with its worst clock."""

    case_id: UUID
    number: str
    item: str
    unit: str
    #: As in ``LightCount.code``.
    town: str
    state: str
    light: Light
    #: Name of the clock, and when it runs out.
    clock: str
    due_on: date
    due_at: datetime
    #: Counted past the published calendar.
    provisional: bool
    #: The post that has it in hand, for a matter or an appeal.
    holder: UUID | None


#: Clocks that run against the applicant, not against the office.
APPLICANTS_CLOCKS = sorted(
    {rule.name for kind in KINDS.values() for rule in kind.clocks if rule.expiry in (Expiry.LAPSED, Expiry.ABANDONED)}
)

#: 2 red, 1 amber, 0 green: of clock ``k`` at ``now`` and ``today``.
RANK = "CASE WHEN k.due_at <= %(now)s THEN 2 WHEN k.amber_from <= %(today)s THEN 1 ELSE 0 END"

TOWN = "coalesce(left(d.code, 9) || '000', '')"
_PLACES = "people_site s JOIN people_division d ON d.id = s.division_id"

#: That clock ``k`` is one of the office and runs.
_RUNS = "k.stopped_at IS NULL AND NOT k.name = ANY(%(theirs)s)"
#: Few cases are pressing: their lights are found first; all others on which a clock of the office runs are green.  All
#: is read from indexes (``clock_running``, ``case_office``), as far as no row has changed since the last VACUUM.
#: Materialised: else each parallel worker would find the pressing ones for itself.
_COUNTS = f"""
WITH pressing AS MATERIALIZED (
    SELECT k.case_id, max({RANK}) AS rank FROM casework_clock k WHERE {_RUNS} AND {RANK} > 0 GROUP BY k.case_id
), counted AS (
    SELECT {{column}} AS code, count(*) - count(rank) AS green, count(*) FILTER (WHERE rank = 1) AS amber,
        count(*) FILTER (WHERE rank = 2) AS red
    FROM casework_case c LEFT JOIN pressing ON case_id = c.id
    WHERE {{open}} {{where}} AND EXISTS (SELECT FROM casework_clock k WHERE k.case_id = c.id AND {_RUNS})
    GROUP BY {{column}}
)
"""
#: By what is counted first; sites become towns at the end.
_COLUMNS = {By.UNIT: "c.unit", By.TOWN: "c.site_id", By.ITEM: "c.item_code"}
_BY_CODE = "SELECT code, green, amber, red FROM counted ORDER BY code"
_BY_TOWN = f"""
SELECT {TOWN} AS code, sum(green)::bigint, sum(amber)::bigint, sum(red)::bigint
FROM counted LEFT JOIN ({_PLACES}) ON s.id = counted.code GROUP BY 1 ORDER BY 1
"""

#: What a clock of each light is like.
_LIKE = {
    Light.RED: "k.due_at <= %(now)s",
    Light.AMBER: "k.due_at > %(now)s AND k.amber_from <= %(today)s",
    Light.GREEN: "k.due_at > %(now)s AND k.amber_from > %(today)s",
}
#: That clock ``k`` of the office runs and none of its case is worse: there stands the case in a list by ``due_at``,
#: and the index ``clock_running`` gives them in that order until a page is full.
WORST = f"""
{_RUNS} AND NOT EXISTS (
    SELECT FROM casework_clock w
    WHERE w.case_id = k.case_id AND {_RUNS.replace("k.", "w.")}
        AND ({RANK.replace("k.", "w.")}, k.due_at, k.name, k.run) > ({RANK}, w.due_at, w.name, w.run)
)
"""
#: That case ``c`` counts, in a list of a part of the county, and in the list of all.  The CASE keeps the planner from
#: guessing that cases of running clocks are as seldom open as any (three in a hundred): it would then read all of them.
OPEN = "c.county = %(county)s AND NOT c.rehearsal AND c.closed_at IS NULL"
OPEN_OF_ALL = OPEN.replace("c.closed_at IS NULL", "CASE WHEN c.closed_at IS NULL THEN TRUE ELSE FALSE END")
_LIST = f"""
SELECT c.id, coalesce(c.number, ''), c.item_code, c.unit, {TOWN}, c.state, k.name, k.due_on, k.due_at, k.provisional,
    c.holder
FROM casework_clock k
JOIN casework_case c ON c.id = k.case_id
LEFT JOIN ({_PLACES}) ON s.id = c.site_id
WHERE {WORST} AND {{open}} AND {{like}} {{where}}
ORDER BY k.due_at, k.case_id LIMIT %(most)s
"""


def lights(county: str, by: By = By.UNIT, *, unit: str = "", town: str = "", item: str = "") -> tuple[LightCount, ...]:
    """Return open cases by light, for each unit, town or item, in the order of their codes.  One query."""
    where, values = _narrowed(county, unit, town, item)
    counts = _COUNTS.format(column=_COLUMNS[by], open=OPEN, where=where)
    with connection.cursor() as cursor:
        cursor.execute(counts + (_BY_TOWN if by is By.TOWN else _BY_CODE), values)
        return tuple(LightCount(*row) for row in cursor.fetchall())


def lit_cases(
    county: str,
    light: Light,
    *,
    unit: str = "",
    town: str = "",
    item: str = "",
    after: tuple[datetime, UUID] | None = None,
    most: int = 200,
) -> tuple[LitCase, ...]:
    """Return the cases behind a count, the most pressing first.  One query.

    ``after``: (due_at, case_id) of the last row of the page before.
    """
    where, values = _narrowed(county, unit, town, item)
    open_ = OPEN if where else OPEN_OF_ALL
    values["most"] = most
    if after is not None:
        where += " AND (k.due_at, k.case_id) > (%(due_at)s, %(id)s)"
        values |= {"due_at": after[0], "id": after[1]}
    with connection.cursor() as cursor:
        cursor.execute(_LIST.format(open=open_, like=_LIKE[light], where=where), values)
        return tuple(LitCase(*(*row[:6], light, *row[6:])) for row in cursor.fetchall())


def _narrowed(county: str, unit: str, town: str, item: str) -> tuple[str, dict[str, Any]]:
    where = ""
    values: dict[str, Any] = {
        "county": county,
        "now": clock.now(),
        "today": clock.today(),
        "theirs": APPLICANTS_CLOCKS,
    }
    sites = f"c.site_id IN (SELECT s.id FROM {_PLACES} WHERE {TOWN} = %(town)s)"
    for value, test, name in (
        (unit, "c.unit = %(unit)s", "unit"),
        (town, sites, "town"),
        (item, "c.item_code = %(item)s", "item"),
    ):
        if value:
            where += f" AND {test}"
            values[name] = value
    return where, values
