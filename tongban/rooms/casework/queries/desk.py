"""我的桌面: what lies before a post now, what bites first at the top.

Each list is made of lanes (``lanes``); nothing is counted.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_noop

from tongban.rooms import clock
from tongban.rooms.casework.actions.standing import Who
from tongban.rooms.casework.models import Case
from tongban.rooms.casework.queries.lanes import COLUMNS, THEIRS, WIDE, Narrowed, Row, Tab, row_of, rows_of
from tongban.rooms.casework.queries.seeing import Sight, seen_by_staff
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.catalogue.queries.book import book
from tongban.rulebook.authority import Power, Subject
from tongban.rulebook.kinds import KINDS
from tongban.rulebook.steps import POWER_OF, Post
from tongban.rulebook.telling import AT_A_DESK

_EXAMINING = frozenset({Power.EXAMINE, Power.DECIDE, Power.EXTEND, Power.EXTEND_JOINT})
ACCEPT = Tab("accept", gettext_noop("待受理"), ("filed",), frozenset({Power.ACCEPT}))
EXAMINE = Tab("examine", gettext_noop("待审查"), ("accepted",), frozenset({Power.EXAMINE}), "examine")
DECIDE = Tab("decide", gettext_noop("待决定"), ("accepted",), frozenset({Power.DECIDE}), "decide")
HELD = Tab("held", gettext_noop("交办和诉求"), held=True)
PAUSED = Tab("paused", gettext_noop("已停表和公示"), ("paused", "publicising", "elsewhere"), _EXAMINING)
SENT_BACK = Tab("sent-back", gettext_noop("被退回"), ("accepted",), _EXAMINING, last="send_back")
WAITING = Tab("waiting", gettext_noop("等申请人补正"), ("correcting",), frozenset({Power.ACCEPT, Power.EXAMINE}))
EXTENDING = Tab("extend", gettext_noop("可延期"), ("accepted", "paused"), frozenset({Power.EXTEND, Power.EXTEND_JOINT}))
#: In the order of the page.
TABS = (ACCEPT, EXAMINE, DECIDE, HELD, SENT_BACK, PAUSED, WAITING, EXTENDING)
#: 待办: what waits for this post.
MINE = (ACCEPT, EXAMINE, DECIDE, HELD)


@dataclass(frozen=True, slots=True)
class DeskLine:
    """One case on a desk.  It names the applicant by id only."""

    id: UUID
    number: str
    item_code: str
    item_name: str
    kind: str
    unit: str
    state: str
    state_label: str
    desk: str
    applicant_id: UUID | None
    received_on: date | None
    version: int
    #: ``red`` ``amber`` ``green``; ``grey``: no clock runs against the office.
    light: str = "grey"
    #: What the worst clock is called, its last day, natural days left (below zero: late).
    limit: str = ""
    due_on: date | None = None
    days_left: int | None = None
    #: The last step in words, by whom (``staff:…``, ``person:…``) and when.
    last_step: str = ""
    last_by: str = ""
    last_at: datetime | None = None
    #: What a paused case waits for: kinds of open proceedings and the day by which they should be over.
    waits_for: tuple[tuple[str, date], ...] = ()


# Cases come as JSON, so that the plan is kept however many there are (as in ``lanes``).  Most that a search finds are
# over: of these no clock runs and nothing is waited for, so neither is looked for.
_AROUND = """
SELECT c.id,
    (SELECT jsonb_agg(jsonb_build_array(k.name, k.due_on, k.due_at, k.amber_from))
        FROM casework_clock k WHERE c.open AND k.case_id = c.id AND k.stopped_at IS NULL),
    (SELECT jsonb_agg(jsonb_build_array(p.kind, p.due_on, p.pauses) ORDER BY p.no)
        FROM casework_proceeding p WHERE c.open AND p.case_id = c.id AND p.closed_on IS NULL),
    e.step, e.actor, e.at
FROM jsonb_to_recordset(%s::jsonb) AS c(id uuid, version integer, open boolean)
LEFT JOIN LATERAL (
    SELECT e.step, e.actor, e.at FROM ledger_entry e
    WHERE e.subject_kind = 'case' AND e.subject_id = c.id AND e.seq = c.version LIMIT 1
) e ON TRUE
"""


@dataclass(frozen=True, slots=True)
class Found:
    """A page of cases; fewer than asked for, where the post must stand back from some of them."""

    lines: tuple[DeskLine, ...] = ()
    #: There are more behind them.
    more: bool = False
    #: More persons bear the name searched for than were looked at.
    crowded: bool = False


def sight_of(who: Who) -> Sight:
    """Return who looks at a desk, read once for a page.  One query.  Raises ``Refused("post_not_held")``."""
    return Sight.of(who)


def tabs_of(sight: Sight) -> tuple[Tab, ...]:
    """Return the lists that this post has a use for.  No query."""
    held = sight.powers.held_by(sight.actor.post_id, sight.day)
    return tuple(tab for tab in TABS if tab.held or tab.powers & held)


def items_for(sight: Sight) -> tuple[tuple[str, str], ...]:
    """Return code and name of the items with which this post has to do, by name.  Two queries."""
    codes, runs = set(sight.item_codes()), book(sight.actor.county).runs
    return tuple(sorted(((code, runs[code][-1].name) for code in codes if runs[code][-1].leaf), key=lambda one: one[1]))


def on_desk(sight: Sight, tabs: Sequence[Tab], narrowed: Narrowed = WIDE, *, skip: int = 0, most: int = 20) -> Found:
    """Return the cases of these lists that may be seen from this post, what is late first, then what bites next.

    ``most`` rows behind the first ``skip`` are looked at; a few of them may not be for him and are left out.  About
    eight queries, however many rows.
    """
    rows = rows_of(sight, tabs, narrowed, skip, most + 1)
    may = seen_by_staff(sight, rows[:most])
    lines = lines_for(sight.day, [row for row in rows[:most] if row.id in may and _fits(row, tabs)])
    return Found(lines, len(rows) > most)


def portions(
    sight: Sight, tabs: Sequence[Tab], narrowed: Narrowed = WIDE, size: int = 200
) -> Iterator[tuple[DeskLine, ...]]:
    """Yield all cases of these lists that may be seen from this post, portion by portion, in the order of their keys.

    By key and not by what bites first, so that a case that moves while the list is written is neither lost nor
    doubled.  About eight queries a portion.
    """
    after = UUID(int=0)
    while True:
        rows = rows_of(sight, tabs, replace(narrowed, after=after), 0, size, order="c.id")
        if not rows:
            return
        after = rows[-1].id
        may = seen_by_staff(sight, rows)
        if found := lines_for(sight.day, [row for row in rows if row.id in may and _fits(row, tabs)]):
            yield found


def lines_of(sight: Sight, case_ids: Sequence[UUID]) -> tuple[DeskLine, ...]:
    """Return those of these cases that may be seen from this post, in the order asked for.  Some six queries."""
    order = {case_id: n for n, case_id in enumerate(case_ids)}
    rows = sorted((row_of(one) for one in Case.objects.filter(id__in=list(order))), key=lambda row: order[row.id])
    may = seen_by_staff(sight, rows)
    return lines_for(sight.day, [row for row in rows if row.id in may])


def capacities(sight: Sight, rows: Sequence[DeskLine]) -> frozenset[Post]:
    """Return in which capacities this post stands in every one of these cases.  One query."""
    posts = {power: post for post, power in POWER_OF.items()}
    subjects = {Subject(row.item_code, row.unit) for row in rows}
    each = [
        frozenset(posts[power] for power in sight.powers.over(sight.actor, one, sight.day) if power in posts)
        for one in subjects
    ]
    return frozenset.intersection(*each) if each else frozenset()


def numbered(sight: Sight, number: str) -> UUID | None:
    """Return the case of this number, if it may be seen from this post."""
    row = Case.objects.filter(number=number.strip()).first()
    return row.id if row is not None and seen_by_staff(sight, [row]) else None


def visible(sight: Sight, case_ids: Sequence[UUID]) -> frozenset[UUID]:
    """Return those of these cases that may be seen from this post.  Some four queries, none where none is asked."""
    if not case_ids:
        return frozenset()
    return frozenset(seen_by_staff(sight, list(Case.objects.filter(id__in=list(case_ids)))))


def done_on(sight: Sight, day: date, *, most: int = 100) -> tuple[DeskLine, ...]:
    """Return the cases in which this member of staff took a step on ``day``, the latest first.

    By the index of steps (county, step, moment): as many rows as the county's offices took such steps that day.
    """
    steps = sorted({s.name for kind in KINDS.values() for s in kind.steps if AT_A_DESK.intersection(s.by)})
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {COLUMNS} FROM (SELECT subject_id, max(at) AS at FROM ledger_entry WHERE county = %s"
            " AND step = ANY(%s) AND at >= %s AND at < %s AND actor = %s AND subject_kind = 'case'"
            " GROUP BY subject_id ORDER BY max(at) DESC LIMIT %s) e JOIN casework_case c ON c.id = e.subject_id"
            " ORDER BY e.at DESC",
            [sight.actor.county, steps, clock.at_local(day), clock.end_of(day), f"staff:{sight.actor.staff_id}", most],
        )
        rows = [Row(*row) for row in cursor.fetchall()]
    may = seen_by_staff(sight, rows)
    return lines_for(sight.day, [row for row in rows if row.id in may])


def _fits(row: Row, tabs: Sequence[Tab]) -> bool:
    """Two items of a unit may call an examining and a deciding desk alike: the item of the case decides."""
    wanted = {tab.desks for tab in tabs if row.state in tab.states or tab.held}
    if "" in wanted or not wanted or not row.desk:
        return True
    desk = next((one for one in catalogue.item(row.item_id).desks if one.code == row.desk), None)
    return desk is None or desk.power in wanted


def lines_for(today: date, rows: Sequence[Row]) -> tuple[DeskLine, ...]:
    """Return these rows as a page shows them, with what stands around each.

    One query, and one for items not met before.
    """
    if not rows:
        return ()
    items, now = catalogue.items({row.item_id for row in rows}), clock.now()
    with connection.cursor() as cursor:
        asked = [{"id": str(row.id), "version": row.version, "open": row.closed_at is None} for row in rows]
        cursor.execute(_AROUND, [json.dumps(asked)])
        around = {found[0]: found[1:] for found in cursor.fetchall()}
    lines = []
    for row in rows:
        kind, item = KINDS[row.kind], items[row.item_id]
        clocks, waits, step, actor, at = around[row.id]
        opened = [(kind_of, date.fromisoformat(due), pauses) for kind_of, due, pauses in _loaded(waits) or ()]
        worst = min(
            (one for one in _loaded(clocks) or () if one[0] not in THEIRS), key=lambda one: one[2], default=None
        )
        due_on = date.fromisoformat(worst[1]) if worst else None
        lines.append(
            DeskLine(
                id=row.id,
                number=row.number,
                item_code=row.item_code,
                item_name=item.name,
                kind=row.kind,
                unit=row.unit,
                state=row.state,
                state_label=kind.states[row.state],
                desk=next((one.name for one in item.desks if one.code == row.desk), ""),
                applicant_id=row.applicant_id,
                received_on=row.received_on,
                version=row.version,
                light=_light(worst, now, today, stands=any(pauses for _, _, pauses in opened)),
                limit=kind.clock_by_name[worst[0]].label if worst else "",
                due_on=due_on,
                days_left=(due_on - today).days if due_on else None,
                last_step=kind.by_name[step].label if step in kind.by_name else step or "",
                last_by=actor or "",
                last_at=at,
                waits_for=tuple((kind_of, due) for kind_of, due, _ in opened),
            )
        )
    return tuple(lines)


def _light(worst: Sequence[str] | None, now: datetime, today: date, *, stands: bool) -> str:
    if worst is None or stands:
        return "grey"
    if datetime.fromisoformat(worst[2]) <= now:
        return "red"
    return "amber" if date.fromisoformat(worst[3]) <= today else "green"


def _loaded(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
