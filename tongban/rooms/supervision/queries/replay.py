"""Past cases as the rulebook replays them: their steps from the journal, their papers and dates from their rows.

Cases are read by pages, so any number needs the same memory.  Nothing is written, which the database itself holds:
the reading transaction is read only.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from tongban.rooms import calendars, clock
from tongban.rooms.casework import effects
from tongban.rooms.casework.actions.standing import SITE_LEVELS
from tongban.rooms.casework.queries.reading import running
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.people import queries as people
from tongban.rulebook.catalogue.item import Item
from tongban.rulebook.clock import Due, Limit, Unit
from tongban.rulebook.errors import Refused
from tongban.rulebook.facts import FORM
from tongban.rulebook.replay import Difference, History, Line, Paper, Taken, lines, replay
from tongban.rulebook.steps import Post

#: Cases read at a time.
PAGE = 200


@dataclass(frozen=True, slots=True)
class Replayed:
    """One case and what would have been different."""

    difference: Difference
    #: The version of the item it is pinned to.
    version_id: UUID
    filed_on: date
    #: What the draft changes against that version.
    changed: tuple[Line, ...]


def replay_count(county: str, item: str, first: date, last: date) -> int:
    """Return how many cases of an item were filed in a period (both days included).  One query."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM casework_case c WHERE {_WHERE}", _values(county, item, first, last))
        return int(cursor.fetchone()[0])


def replayed(county: str, item: str, first: date, last: date, new: Item) -> Iterator[Replayed]:
    """Yield each case of an item filed in a period, replayed with ``new``, in the order of filing.

    Each is compared with the version it is pinned to.  Raises ``Refused("replay_bundle")``.
    """
    changed: dict[UUID, tuple[Line, ...]] = {}
    calendar, until = calendars.calendar(), clock.now()
    with _read_only():
        for row in _pages(county, item, first, last):
            version_id = row["item_id"]
            old = catalogue.item(version_id)
            if version_id not in changed:
                changed[version_id] = lines(old, new)
            told = changed[version_id]
            history = _history(row, until, old, new)
            difference = replay(history, old, new, calendar, changed=told)
            yield Replayed(difference, version_id, clock.legal_date(row["filed_at"]), told)


@contextmanager
def _read_only() -> Iterator[None]:
    """Read everything as of one moment, and be unable to write."""
    alone = not connection.in_atomic_block
    with transaction.atomic():
        if alone:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


# A case whose journal is off line cannot be told again (``ledger.ranges``).
_WHERE = """
    c.county = %(county)s AND c.item_code = %(item)s AND NOT c.rehearsal
    AND c.filed_at >= %(from)s AND c.filed_at < %(until)s
    AND EXISTS (SELECT FROM ledger_entry e WHERE e.subject_kind = 'case' AND e.subject_id = c.id AND e.seq = 1)
"""
_PAGE = f"""
SELECT c.id, c.number, c.item_id, c.filed_at, c.situation, c.applicant_id, c.agent_id, p.kind, s.kind,
    (SELECT jsonb_agg(jsonb_build_object('step', e.step, 'at', e.at, 'actor', e.actor, 'post', e.post,
            'received_on', e.body->'row'->'received_on', 'body', e.body - ARRAY['row', 'clocks', 'documents'])
            ORDER BY e.seq)
        FROM ledger_entry e WHERE e.subject_kind = 'case' AND e.subject_id = c.id),
    (SELECT jsonb_agg(jsonb_build_array(m.code, m.state, m.at)) FROM casework_material m WHERE m.case_id = c.id),
    (SELECT jsonb_agg(jsonb_build_array(y.role, y.signed_at)) FROM casework_party y
        WHERE y.case_id = c.id AND y.signed_at IS NOT NULL),
    (SELECT jsonb_agg(to_jsonb(k)) FROM casework_clock k WHERE k.case_id = c.id)
FROM casework_case c
LEFT JOIN people_person p ON p.id = c.applicant_id
LEFT JOIN people_site s ON s.id = c.site_id
WHERE {_WHERE} AND (c.filed_at, c.id) > (%(after_at)s, %(after_id)s)
ORDER BY c.filed_at, c.id LIMIT %(page)s
"""
_COLUMNS = (
    *("id", "number", "item_id", "filed_at", "situation", "applicant_id", "agent_id", "applicant", "site"),
    *("entries", "materials", "parties", "clocks"),
)


def _values(county: str, item: str, first: date, last: date) -> dict[str, Any]:
    return {"county": county, "item": item, "from": clock.at_local(first), "until": clock.end_of(last)}


def _pages(county: str, item: str, first: date, last: date) -> Iterator[dict[str, Any]]:
    values = _values(county, item, first, last)
    after: tuple[datetime, UUID] = (values["from"], UUID(int=0))
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_PAGE, {**values, "after_at": after[0], "after_id": after[1], "page": PAGE})
            found = [dict(zip(_COLUMNS, row, strict=True)) for row in cursor.fetchall()]
        yield from found
        if len(found) < PAGE:
            return
        after = (found[-1]["filed_at"], found[-1]["id"])


def _history(row: dict[str, Any], until: datetime, old: Item, new: Item) -> History:
    entries = _loaded(row["entries"])
    filing: dict[str, Any] = next((one["body"] for one in entries if "item" in one["body"]), {})
    expires_on = filing.get("expires_on")
    history = History(
        id=row["id"],
        number=row["number"] or "",
        steps=tuple(_taken(one) for one in entries),
        until=until,
        options=frozenset(row["situation"]),
        papers=_papers(_loaded(row["materials"]), entries),
        signed={role: datetime.fromisoformat(at) for role, at in _loaded(row["parties"])},
        applicant="" if row["applicant"] is None else "natural" if row["applicant"] == "natural" else "legal",
        station="" if row["site"] is None else SITE_LEVELS.get(row["site"], "county"),
        expires_on=date.fromisoformat(expires_on) if expires_on else None,
        recorded=_recorded(_loaded(row["clocks"])),
    )
    day = clock.legal_date(row["filed_at"])
    if old.agent_allowed != new.agent_allowed and row["agent_id"] is not None:
        history = replace(history, by_agent=_is_agent(row, old.code, day))
    kinds = sorted({kind for one in new.materials for kind in one.licence_kinds})
    if kinds and row["applicant_id"] is not None:
        history = replace(history, held=frozenset(effects.held(row["applicant_id"], kinds, day)))
    return history


def _taken(entry: dict[str, Any]) -> Taken:
    body = entry["body"]
    kind, _, actor_id = entry["actor"].partition(":")
    received_on = entry["received_on"]
    moved = (body.get("proceedings") or [None])[-1]
    opens = moved is not None and moved["closed_on"] is None
    return Taken(
        step=entry["step"],
        at=datetime.fromisoformat(entry["at"]),
        post=Post(entry["post"]),
        actor=kind,
        actor_id=UUID(actor_id) if actor_id else None,
        received_on=date.fromisoformat(received_on) if received_on else None,
        lacking=tuple(body.get("lacking", ())),
        proceeding=moved["kind"] if opens else "",
        time_needed=_time_told(moved) if opens else None,
        notice=bool(body.get("notice")),
        result=moved["result"] if moved is not None and not opens else "",
        fee=body["fee"] if body.get("fee") in ("paid", "waived") else "",
    )


def _time_told(proceeding: dict[str, Any]) -> Limit:
    """The time as told, in natural days: the journal keeps its last day, and that is all that counts."""
    days = date.fromisoformat(proceeding["due_on"]) - date.fromisoformat(proceeding["opened_on"])
    return Limit(days.days, Unit.D)


def _papers(materials: list[list[str]], entries: list[dict[str, Any]]) -> dict[str, Paper]:
    """What was handed in later by a promise had been promised at the filing."""
    late = {code for one in entries if one["step"] == "supply_later" for code in one["body"].get("materials", ())}
    found = {}
    for code, state, at in materials:
        came = state in ("given", "held", "shared")
        if code != FORM:
            moment = datetime.fromisoformat(at) if came else None
            found[code] = Paper(state if came else "", moment, promised=state == "promised" or code in late)
    return found


def _recorded(clocks: list[dict[str, Any]]) -> dict[tuple[str, int], Due]:
    return {(one.name, one.run): one.due for one in map(running, clocks)}


def _is_agent(row: dict[str, Any], item: str, day: date) -> bool:
    try:
        return people.standing(row["applicant_id"], row["agent_id"], item, day).capacity == "agent"
    except Refused:  # the mandate was taken back since: then it was one
        return True


def _loaded(value: Any) -> Any:
    return (json.loads(value) if isinstance(value, str) else value) or []
