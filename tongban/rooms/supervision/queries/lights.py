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
_LIGHTS = (Light.GREEN, Light.AMBER, Light.RED)

TOWN = "coalesce(left(d.code, 9) || '000', '')"
_COLUMNS = {By.UNIT: "c.unit", By.TOWN: TOWN, By.ITEM: "c.item_code"}

_OPEN = """
    FROM casework_case c
    JOIN casework_clock k ON k.case_id = c.id AND k.stopped_at IS NULL AND NOT k.name = ANY(%(theirs)s)
    LEFT JOIN people_site s ON s.id = c.site_id
    LEFT JOIN people_division d ON d.id = s.division_id
    WHERE c.county = %(county)s AND NOT c.rehearsal AND c.closed_at IS NULL
"""


def lights(county: str, by: By = By.UNIT, *, unit: str = "", town: str = "", item: str = "") -> tuple[LightCount, ...]:
    """Return open cases by light, for each unit, town or item, in the order of their codes.  One query."""
    where, values = _narrowed(county, unit, town, item)
    column = _COLUMNS[by]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT code, count(*) FILTER (WHERE rank = 0), count(*) FILTER (WHERE rank = 1),"
            f" count(*) FILTER (WHERE rank = 2) FROM ("
            f"SELECT c.id, {column} AS code, max({RANK}) AS rank {_OPEN} {where} GROUP BY c.id, {column}"
            f") lit GROUP BY code ORDER BY code",
            values,
        )
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
    values |= {"rank": _LIGHTS.index(light), "most": most}
    page = ""
    if after is not None:
        page, values = "AND (due_at, id) > (%(due_at)s, %(id)s)", {**values, "due_at": after[0], "id": after[1]}
    if light is Light.RED:  # a red clock has ended by today: the index of running clocks gives these alone
        where += " AND k.due_on <= %(today)s AND k.due_at <= %(now)s"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, number, item_code, unit, town, state, rank, name, due_on, due_at, provisional, holder FROM ("
            f"SELECT DISTINCT ON (c.id) c.id, coalesce(c.number, '') AS number, c.item_code, c.unit, {TOWN} AS town,"
            f" c.state, {RANK} AS rank, k.name, k.due_on, k.due_at, k.provisional, c.holder {_OPEN} {where}"
            f" ORDER BY c.id, {RANK} DESC, k.due_at, k.name"
            f") lit WHERE rank = %(rank)s {page} ORDER BY due_at, id LIMIT %(most)s",
            values,
        )
        return tuple(LitCase(*(*row[:6], _LIGHTS[row[6]], *row[7:])) for row in cursor.fetchall())


def _narrowed(county: str, unit: str, town: str, item: str) -> tuple[str, dict[str, Any]]:
    where = ""
    values: dict[str, Any] = {
        "county": county,
        "now": clock.now(),
        "today": clock.today(),
        "theirs": APPLICANTS_CLOCKS,
    }
    for value, column, name in ((unit, "c.unit", "unit"), (town, TOWN, "town"), (item, "c.item_code", "item")):
        if value:
            where += f" AND {column} = %({name})s"
            values[name] = value
    return where, values
