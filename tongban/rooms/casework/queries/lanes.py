"""The lanes of a desk: one unit, one state, one desk each; or the hands of one post.

Within a lane the index ``case_office`` (``case_held``) gives the cases in their order, so a lane stops after as many
rows as the page needs, however many cases there are.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from tongban.rooms import clock
from tongban.rooms.casework.models import Case
from tongban.rooms.casework.queries.reach import within
from tongban.rooms.casework.queries.seeing import Sight
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.catalogue.queries.book import Book, book
from tongban.rulebook.authority import EVERY_ITEM, UNIT_SET, Power, covered
from tongban.rulebook.deciding import DESK_STATES
from tongban.rulebook.kinds import KINDS
from tongban.rulebook.steps import Expiry


@dataclass(frozen=True, slots=True)
class Tab:
    """One list of the desk."""

    code: str
    label: str
    #: States whose cases it shows.
    states: tuple[str, ...] = ()
    #: Powers of which the post needs one.
    powers: frozenset[Power] = frozenset()
    #: ``examine`` or ``decide``: only cases on desks of that sort; empty: on any or none.
    desks: str = ""
    #: The last step taken, e.g. ``send_back``; empty: any.
    last: str = ""
    #: True: what is in the hands of the post itself (matters, appeals, petitions).
    held: bool = False


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What else somebody wants of a list."""

    item: str = ""
    unit: str = ""
    #: ``red``: late already; ``amber``: near the end or late.
    light: str = ""
    #: Only cases of these applicants.
    applicants: tuple[UUID, ...] | None = None
    #: False: rehearsed cases are left out.
    rehearsed: bool = True
    #: Only cases behind this key.
    after: UUID | None = None


WIDE = Narrowed()


@dataclass(frozen=True, slots=True)
class Row:
    """One case as the lanes give it."""

    id: UUID
    number: str
    item_code: str
    item_id: UUID
    kind: str
    unit: str
    state: str
    desk: str
    applicant_id: UUID | None
    received_on: date | None
    version: int
    county: str
    site_id: UUID | None
    holder: UUID | None
    #: When it was over; None: it is open.
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Lane:
    """One unit, one state, one desk; ``items``: only these, None: all of the unit."""

    unit: str
    state: str
    desk: str
    items: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class _Map:
    """The list of a county, by unit."""

    #: Unit -> codes of its items, old ones too.
    items: Mapping[str, frozenset[str]]
    #: (Unit, ``examine`` or ``decide``) -> codes of such desks.
    desks: Mapping[tuple[str, str], frozenset[str]]


#: Clocks that run against the applicant: no light of the office.
THEIRS = frozenset(
    rule.name for kind in KINDS.values() for rule in kind.clocks if rule.expiry in (Expiry.LAPSED, Expiry.ABANDONED)
)
COLUMNS = (
    "c.id, coalesce(c.number, ''), c.item_code, c.item_id, c.kind, c.unit, c.state, c.desk, c.applicant_id,"
    " c.received_on, c.version, c.county, c.site_id, c.holder, c.closed_at"
)
#: The order of the indexes: what is late first, then what bites next.
ORDER = "('overdue' = ANY(c.flags)) DESC, c.next_moment, c.id"
#: Where in the index a red light can stand: the law has noted it (which marks the case), or its moment has come and the
#: law has not got to it yet.  A test holds the rulebook to this.  The moment is asked for in a query of its own: the
#: planner then guesses alike whether it knows it or not, and keeps its plan.
_RED = (
    "AND 'overdue' = ANY(c.flags)",
    "AND ('overdue' = ANY(c.flags)) IS FALSE AND c.next_moment <= (SELECT %(now)s::timestamptz)",
)

#: That the last step of case ``c`` was this one.
_LAST_STEP = (
    "JOIN ledger_entry e ON e.subject_kind = 'case' AND e.subject_id = c.id AND e.seq = c.version"
    " AND e.step = %({last})s"
)
# Lanes and holders are handed in as JSON: of an array the members are counted when a statement is planned, so that it
# would be planned anew for every page.
_BY_LANE = """
SELECT c.* FROM jsonb_to_recordset(%({lanes})s::jsonb) AS lane(unit text, state text, desk text, items text[])
CROSS JOIN LATERAL (
    SELECT c.* FROM casework_case c {join}
    WHERE c.county = %(county)s AND c.unit = lane.unit AND c.state = lane.state AND c.desk = lane.desk
        AND c.closed_at IS NULL AND (lane.items IS NULL OR c.item_code = ANY(lane.items)) {where} {span}
    ORDER BY {order} LIMIT %(most)s
) c
"""
_BY_HOLDER = """
SELECT c.* FROM jsonb_array_elements_text(%(holders)s::jsonb) AS lane(holder) CROSS JOIN LATERAL (
    SELECT c.* FROM casework_case c
    WHERE c.county = %(county)s AND c.holder = lane.holder::uuid AND c.closed_at IS NULL {where} {span}
    ORDER BY {order} LIMIT %(most)s
) c
"""


def row_of(one: Case) -> Row:
    """Return a case as the lanes give it."""
    names = [name for name in Row.__slots__ if name != "number"]
    return Row(number=one.number or "", **{name: getattr(one, name) for name in names})


def rows_of(
    sight: Sight, tabs: Sequence[Tab], narrowed: Narrowed, skip: int, most: int, order: str = ORDER
) -> list[Row]:
    """Return ``most`` rows of these lists behind the first ``skip``, as the lanes give them: rights are not looked at.

    One query, and one for the list of items.
    """
    where, values = _where(sight, narrowed)
    known = _map(sight.actor.county)
    spans = _RED if narrowed.light == "red" else ("",)
    parts: list[str] = []
    for last in sorted({tab.last for tab in tabs if not tab.held}):
        lanes = [
            lane for tab in tabs if tab.last == last and not tab.held for lane in _lanes(sight, known, tab, narrowed)
        ]
        if not lanes:
            continue
        join = _LAST_STEP.format(last=f"last_{last}") if last else ""
        lanes_of = f"lanes_{last}"
        parts += [_BY_LANE.format(lanes=lanes_of, join=join, where=where, order=order, span=span) for span in spans]
        values |= {lanes_of: json.dumps([asdict(lane) for lane in lanes]), f"last_{last}": last}
    if any(tab.held for tab in tabs):
        parts += [_BY_HOLDER.format(where=where, order=order, span=span) for span in spans]
        values["holders"] = json.dumps([str(post) for post in sight.posts])
    if not parts:
        return []
    values |= {"county": sight.actor.county, "most": skip + most, "skip": skip, "page": most}
    # Two tabs may give the same case; its place in the order is its own, so it is told once by that.
    once = order.replace(" DESC", "")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT ON ({once}) {COLUMNS} FROM ({' UNION ALL '.join(parts)}) c"
            f" ORDER BY {order} OFFSET %(skip)s LIMIT %(page)s",
            values,
        )
        return [Row(*row) for row in cursor.fetchall()]


def _where(sight: Sight, narrowed: Narrowed) -> tuple[str, dict[str, Any]]:
    """Return what narrows every lane.  What is taken in elsewhere is seen from its own site and from above."""
    where, values = within(sight)
    if narrowed.after is not None:
        where, values = where + " AND c.id > %(after)s", {**values, "after": narrowed.after}
    if narrowed.item:
        where, values = where + " AND c.item_code = %(item)s", {**values, "item": narrowed.item}
    if not narrowed.rehearsed:
        where += " AND NOT c.rehearsal"
    if narrowed.applicants is not None:
        where += " AND c.applicant_id = ANY(%(applicants)s)"
        values["applicants"] = list(narrowed.applicants)
    if narrowed.light in ("red", "amber"):
        test = "k.due_at <= %(now)s" if narrowed.light == "red" else "k.amber_from <= %(today)s"
        where += (
            " AND EXISTS (SELECT FROM casework_clock k WHERE k.case_id = c.id AND k.stopped_at IS NULL"
            f" AND NOT k.name = ANY(%(theirs)s) AND {test})"
        )
        values |= {"now": clock.now(), "today": sight.day, "theirs": sorted(THEIRS)}
    return where, values


def _lanes(sight: Sight, known: _Map, tab: Tab, narrowed: Narrowed) -> list[_Lane]:
    here = sight.powers.places[sight.actor.site_id]
    tokens = covered(sight.powers.rows.get(sight.actor.post_id, ()), tab.powers, here, sight.day)
    found = []
    for unit, codes in known.items.items():
        whole = EVERY_ITEM in tokens or UNIT_SET + unit in tokens
        some = codes & tokens
        if (not whole and not some) or (narrowed.unit and unit != narrowed.unit):
            continue
        items = None if whole else tuple(sorted(some))
        sorts = (tab.desks,) if tab.desks else ("examine", "decide")
        at = sorted(frozenset().union(*(known.desks.get((unit, sort), frozenset()) for sort in sorts)))
        for state in tab.states:
            found += [_Lane(unit, state, desk, items) for desk in (at if state in DESK_STATES else ("",))]
    return found


def _map(county: str) -> _Map:
    """Return the list by unit; read again only when the list has changed.  One query."""
    listed = book(county)
    kept = _maps.get(county)
    if kept is not None and kept[0] is listed:
        return kept[1]
    runs = [run for runs in listed.runs.values() for run in runs]
    known = catalogue.items([run.version_id for run in runs])
    items: dict[str, set[str]] = {}
    desks: dict[tuple[str, str], set[str]] = {}
    for run in runs:
        items.setdefault(run.unit, set()).add(run.code)
        for desk in known[run.version_id].desks:
            desks.setdefault((run.unit, desk.power), set()).add(desk.code)
    made = _Map(
        {unit: frozenset(codes) for unit, codes in items.items()},
        {pair: frozenset(codes) for pair, codes in desks.items()},
    )
    _maps[county] = (listed, made)
    return made


#: One map a county and process.
_maps: dict[str, tuple[Book, _Map]] = {}
