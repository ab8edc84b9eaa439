"""四亮: limit, step, post and result of each live case, for a wall that anybody may look at.  It names nobody."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from tongban.rooms import clock
from tongban.rooms.catalogue.queries.book import book
from tongban.rooms.people import queries as people
from tongban.rooms.supervision.queries.lights import APPLICANTS_CLOCKS, OPEN, OPEN_OF_ALL, RANK, WORST, Light
from tongban.rulebook.kinds import KINDS
from tongban.rulebook.steps import POST_LABELS, Post

#: Kinds that somebody applies for: inner work is nobody's business on a wall.
_SHOWN = ("permit", "registration", "filing")
#: Who works on a case; that silence or the house took the last step says nothing of anybody's work.
_WORKING = frozenset(Post) - {Post.APPLICANT, Post.OUTSIDE, Post.LAW, Post.HOUSE}
_LIGHTS = (Light.GREEN, Light.AMBER, Light.RED)


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One case on the wall."""

    #: The last six characters of its number: enough for its applicant, too little for anybody else.
    tail: str
    item: str
    unit: str
    #: 亮环节: its state.
    state: str
    #: 亮人员: the capacity in which it was last worked on; empty where nobody's work was the last step.
    hand: str
    #: 亮时限.
    light: Light
    due_on: date
    #: 亮结果: empty while none is.
    result: str


@dataclass(frozen=True, slots=True)
class Finished:
    """A case decided today."""

    tail: str
    item: str
    unit: str
    result: str
    at: datetime


_RESULTS = {"granted": "准予", "refused": "不予", "withdrawn": "撤回", "lapsed": "退件", "not_accepted": "不予受理"}


_BOARD = f"""
SELECT right(coalesce(c.number, ''), 6), c.item_code, c.unit, c.kind, c.state, {RANK}, k.due_on,
    (SELECT e.post FROM ledger_entry e
        WHERE e.subject_kind = 'case' AND e.subject_id = c.id AND e.seq = c.version)
FROM casework_clock k
JOIN casework_case c ON c.id = k.case_id
WHERE {WORST} AND c.kind = ANY(%(kinds)s) AND {{open}}
ORDER BY k.due_at, k.case_id LIMIT %(most)s
"""


def board(county: str, *, most: int = 60, unit: str = "") -> tuple[BoardRow, ...]:
    """Return the live cases, the most pressing first.  Four queries at most, for any number of cases."""
    open_ = f"{OPEN} AND c.unit = %(unit)s" if unit else OPEN_OF_ALL
    with connection.cursor() as cursor:
        cursor.execute(
            _BOARD.format(open=open_),
            {
                "county": county,
                "now": clock.now(),
                "today": clock.today(),
                "theirs": APPLICANTS_CLOCKS,
                "kinds": list(_SHOWN),
                "unit": unit,
                "most": most,
            },
        )
        found = cursor.fetchall()
    items, units = names(county)
    return tuple(
        BoardRow(
            tail,
            items.get(code, code),
            units.get(place, place),
            KINDS[kind].states[state],
            POST_LABELS[Post(post)] if post in _WORKING else "",
            _LIGHTS[rank],
            due_on,
            "",
        )
        for tail, code, place, kind, state, rank, due_on, post in found
    )


def finished_today(county: str, *, most: int = 20) -> tuple[Finished, ...]:
    """Return what was decided today, the latest first.  Three queries at most."""
    today = clock.today()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT right(coalesce(number, ''), 6), item_code, unit, decision, decided_at FROM casework_case"
            " WHERE county = %s AND NOT rehearsal AND kind = ANY(%s) AND decided_at >= %s AND decided_at < %s"
            " ORDER BY decided_at DESC, id LIMIT %s",
            [county, list(_SHOWN), clock.at_local(today), clock.end_of(today), most],
        )
        found = cursor.fetchall()
    items, units = names(county)
    return tuple(
        Finished(tail, items.get(code, code), units.get(unit, unit), _RESULTS.get(decision, decision), at)
        for tail, code, unit, decision, at in found
    )


def names(county: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return the names of items and of units by their codes.  Two queries at most."""
    items = {code: runs[-1].name for code, runs in book(county).runs.items()}
    return items, {one.code: one.full_name for one in people.units(county)}
