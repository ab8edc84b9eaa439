"""监察规则: what supervision looks at twice.  A finding is a reading; the law's own findings have opened matters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from tongban.rooms import clock
from tongban.rooms.casework.actions.escalation import LATE_ITEM
from tongban.rooms.supervision.queries.lights import RANK, Light
from tongban.rulebook.kinds import KINDS
from tongban.rulebook.steps import Post

#: One case in so many that the window decided on the spot is looked at again (design).
SAMPLE_ONE_IN = 20


@dataclass(frozen=True, slots=True)
class Found:
    """One case that a rule names."""

    case_id: UUID
    number: str
    item: str
    unit: str
    #: When it happened.
    at: datetime
    #: The post or person who took the step, as the journal names him.
    actor: str
    #: Seconds between this step and the one before, where the rule is about haste; else None.
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """A case that stands still in an open proceeding."""

    case_id: UUID
    number: str
    item: str
    unit: str
    #: Kind of proceeding, since when, and by when it should be closed.
    proceeding: str
    opened_on: date
    due_on: date
    #: Natural days it has been open.
    days: int


@dataclass(frozen=True, slots=True)
class Supervised:
    """督办: a matter that a late step opened, and how it stands."""

    #: The matter, and the late case it arises from.
    matter_id: UUID
    case_id: UUID
    #: Number of the late case.
    number: str
    unit: str
    state: str
    light: Light
    #: The post that must answer.
    holder: UUID | None
    opened_at: datetime
    #: None while open.
    closed_at: datetime | None


#: Steps by which a deciding desk decides.
DECIDING = sorted(
    {step.name for kind in KINDS.values() for step in kind.steps if step.decision and Post.DECIDER in step.by}
)


def warnings(county: str, *, unit: str = "", closed: bool = False) -> tuple[Supervised, ...]:
    """Return the open (or the closed) warnings, the oldest first.  One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT m.id, c.id, c.number, m.unit, m.state,"
            f" coalesce((SELECT max({RANK}) FROM casework_clock k WHERE k.case_id = m.id AND k.stopped_at IS NULL), 0),"
            f" m.holder, m.filed_at, m.closed_at"
            f" FROM casework_case m"
            f" JOIN casework_tie t ON t.case_id = m.id AND t.role = 'arises-from' AND t.target_kind = 'case'"
            f" JOIN casework_case c ON c.id = t.target_id"
            f" WHERE m.county = %(county)s AND m.item_code = %(late)s AND NOT c.rehearsal"
            f" AND (m.closed_at IS NOT NULL) = %(closed)s AND (%(unit)s = '' OR m.unit = %(unit)s)"
            f" ORDER BY m.filed_at, m.id",
            {
                "county": county,
                "late": LATE_ITEM,
                "closed": closed,
                "unit": unit,
                "now": clock.now(),
                "today": clock.today(),
            },
        )
        lights = tuple(Light)
        return tuple(Supervised(*(*row[:5], lights[row[5]], *row[6:])) for row in cursor.fetchall())


def repeated_corrections(county: str, first: date, last: date, *, unit: str = "") -> tuple[Found, ...]:
    """Return the cases asked a second time for what the first notice left out (许可法 32: 一次告知).  One query."""
    steps = ("ask_correction",)
    return _steps(
        county,
        first,
        last,
        unit,
        steps,
        "AND c.flags @> '{second_notice}' AND e.body->'row'->'flags' ? 'second_notice'",
    )


def deemed_accepted(county: str, first: date, last: date, *, unit: str = "") -> tuple[Found, ...]:
    """Return the cases accepted by the office's silence.  One query."""
    return _steps(county, first, last, unit, ("deem_accepted",))


def hasty_decisions(county: str, first: date, last: date, *, seconds: int = 30, unit: str = "") -> tuple[Found, ...]:
    """Return the decisions that a deciding desk took within ``seconds`` of the step before.  One query.

    A decision on the spot belongs to one session and is sampled instead (``spot_sample``).
    """
    return _steps(
        county, first, last, unit, DECIDING, "AND e.at - b.at < %(haste)s", {"haste": timedelta(seconds=seconds)}
    )


def spot_sample(
    county: str, first: date, last: date, *, one_in: int = SAMPLE_ONE_IN, unit: str = ""
) -> tuple[Found, ...]:
    """Return the decisions on the spot to be looked at again: at least one a unit, one in ``one_in``.  One query.

    Which ones follows from a digest of their ids and the period: the same for whoever asks, and chosen by nobody.
    """
    found = _steps(county, first, last, unit, ("decide_on_spot",), order="md5(c.id::text || %(first)s::text)")
    by_unit: dict[str, list[Found]] = {}
    for one in found:
        by_unit.setdefault(one.unit, []).append(one)
    return tuple(one for code in sorted(by_unit) for one in by_unit[code][: -(-len(by_unit[code]) // one_in)])


def refused_then_accepted(county: str, first: date, last: date, *, days: int = 30) -> tuple[Found, ...]:
    """Return the cases accepted within ``days`` after the same person was refused the same item.  One query."""
    return _steps(
        county,
        first,
        last,
        "",
        ("accept", "decide_on_spot"),
        "AND EXISTS (SELECT 1 FROM casework_case o WHERE o.applicant_id = c.applicant_id AND o.item_code = c.item_code"
        " AND o.id <> c.id AND o.decision IN ('refused', 'not_accepted') AND NOT o.rehearsal"
        " AND o.decided_at < e.at AND o.decided_at >= e.at - %(within)s)",
        {"within": timedelta(days=days)},
    )


def long_stops(county: str, *, days: int = 30, unit: str = "") -> tuple[Stop, ...]:
    """Return the cases whose proceeding is past its day or open for more than ``days``, longest first.  One query."""
    today = clock.today()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.id, coalesce(c.number, ''), c.item_code, c.unit, p.kind, p.opened_on, p.due_on,"
            " %(today)s - p.opened_on FROM casework_proceeding p JOIN casework_case c ON c.id = p.case_id"
            " WHERE c.county = %(county)s AND NOT c.rehearsal AND c.closed_at IS NULL AND p.closed_on IS NULL"
            " AND (p.due_on < %(today)s OR p.opened_on < %(before)s) AND (%(unit)s = '' OR c.unit = %(unit)s)"
            " ORDER BY p.opened_on, c.id",
            {"county": county, "today": today, "before": today - timedelta(days=days), "unit": unit},
        )
        return tuple(Stop(*row) for row in cursor.fetchall())


def _steps(
    county: str,
    first: date,
    last: date,
    unit: str,
    steps: Sequence[str],
    more: str = "",
    values: Mapping[str, Any] | None = None,
    order: str = "e.at, c.id",
) -> tuple[Found, ...]:
    """Return the cases in which one of these steps was taken in the period and ``more`` holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT c.id, coalesce(c.number, ''), c.item_code, c.unit, e.at, e.actor, extract(epoch FROM e.at - b.at)"
            f" FROM ledger_entry e JOIN casework_case c ON c.id = e.subject_id"
            f" LEFT JOIN ledger_entry b ON b.subject_kind = 'case' AND b.subject_id = e.subject_id"
            f" AND b.seq = e.seq - 1"
            f" WHERE e.subject_kind = 'case' AND e.county = %(county)s AND e.step = ANY(%(steps)s)"
            f" AND e.at >= %(from)s AND e.at < %(until)s"
            f" AND NOT c.rehearsal AND (%(unit)s = '' OR c.unit = %(unit)s) {more} ORDER BY {order}",
            {
                "county": county,
                "steps": list(steps),
                "first": first,
                "from": clock.at_local(first),
                "until": clock.end_of(last),
                "unit": unit,
                **(values or {}),
            },
        )
        return tuple(Found(*(*row[:6], None if row[6] is None else float(row[6]))) for row in cursor.fetchall())
