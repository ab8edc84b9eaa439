"""What a batch of cases and licences says, read by few queries for any number of them.

Cases are walked by key, some at a time, so that memory stays the same however long the stretch is.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from tongban.rooms import crypto
from tongban.rooms.exchange.national.items import KINDS

#: So many subjects at a time.
SIZE = 200


@dataclass(frozen=True, slots=True)
class Window:
    """Which subjects are looked at: those the journal tells of, or all."""

    county: str
    #: Entries of this transaction or a later one, or of this moment or a later one; None: every subject.
    xact: int | None = None
    at: datetime | None = None

    def values(self) -> dict[str, Any]:
        """Return the window as parameters of a query."""
        return {"county": self.county, "xact": self.xact, "at": self.at, "kinds": sorted(KINDS)}


@dataclass(frozen=True, slots=True)
class Event:
    """One journal entry of a case, as far as the exchange needs it."""

    seq: int
    step: str
    at: datetime
    actor: str
    post: str
    body: dict[str, Any]
    #: Free text by what it is (``opinion``, ``reason``, ``ground``); empty where the case's key was dropped.
    texts: dict[str, str]


@dataclass(slots=True)
class CaseRead:
    """One case."""

    id: UUID
    number: str
    kind: str
    item_id: UUID
    item_version: int
    unit: str
    channel: str
    applicant_id: UUID | None
    agent_id: UUID | None
    filed_at: datetime
    accepted_on: date | None
    decided_at: datetime | None
    decision: str
    promised_at: datetime | None
    events: list[Event] = field(default_factory=list)
    #: Material code -> state.
    materials: dict[str, str] = field(default_factory=dict)
    #: Proceedings that pause: number -> kind, the day it was closed, its result.
    proceedings: dict[int, tuple[str, date | None, str]] = field(default_factory=dict)
    #: Printed numbers of the licences it issued.
    licences: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class LicenceRead:
    """One licence."""

    id: UUID
    kind: str
    holder_id: UUID
    number: str
    identifier: str
    state: str
    issuer: str
    issued_on: date


#: What the journal tells of in the window.  By transaction: what was committed late is not passed over.  By moment as
#: well: in a restored database transactions are counted anew.
_TOLD = """
SELECT subject_id FROM ledger_entry
WHERE county = %(county)s AND subject_kind = ANY(%(told)s) AND (xact >= %(xact)s OR at >= %(at)s)
"""
_HELD = "SELECT subject_id FROM exchange_nationalheld WHERE county = %(county)s AND subject_kind = %(subject)s"

_CASES = """
SELECT c.id, c.number, c.kind, c.item_id, v.version, c.unit, c.channel, c.applicant_id, c.agent_id, c.filed_at,
    c.accepted_on, c.decided_at, c.decision,
    (SELECT k.due_at FROM casework_clock k WHERE k.case_id = c.id AND k.name = 'promised' ORDER BY k.run DESC LIMIT 1)
FROM casework_case c JOIN catalogue_itemversion v ON v.id = c.item_id
WHERE c.county = %(county)s AND NOT c.rehearsal AND c.number IS NOT NULL AND c.kind = ANY(%(kinds)s)
    AND c.id > %(after)s {narrowed}
ORDER BY c.id LIMIT %(most)s
"""
_CHANGED_CASES = f"""
    AND (c.id IN ({_TOLD}) OR c.id IN ({_HELD})
        OR c.id IN (SELECT l.case_id FROM licences_licence l WHERE l.id IN ({_TOLD})))
"""
_LICENCES = """
SELECT l.id, l.kind, l.holder_id, l.number, l.identifier, l.state, l.issuer, l.issued_on
FROM licences_licence l
WHERE l.county = %(county)s AND NOT l.rehearsal AND l.id > %(after)s {narrowed}
ORDER BY l.id LIMIT %(most)s
"""
#: A licence begins within a step of its case: the journal of the case tells of it.
_CHANGED_LICENCES = f"AND (l.id IN ({_TOLD}) OR l.case_id IN ({_TOLD}) OR l.id IN ({_HELD}))"
_FIRST = UUID(int=0)


def cases(window: Window) -> Iterator[list[CaseRead]]:
    """Yield the cases of the window, real ones only, some at a time."""
    for rows in _walk(_CASES, _CHANGED_CASES, window, "case"):
        found = [CaseRead(*row) for row in rows]
        _fill(found)
        yield found


def licences(window: Window) -> Iterator[list[LicenceRead]]:
    """Yield the licences of the window, real ones only, some at a time."""
    for rows in _walk(_LICENCES, _CHANGED_LICENCES, window, "licence"):
        yield [LicenceRead(*row) for row in rows]


def count_cases(window: Window) -> int:
    """Return about how many cases there are to walk: for the bar."""
    sql = "SELECT count(*) FROM (" + _CASES.format(narrowed=_CHANGED_CASES if window.at else "") + ") walked"
    with connection.cursor() as cursor:
        values = {**window.values(), "after": _FIRST, "most": None, "told": ["case", "licence"], "subject": "case"}
        cursor.execute(sql, values)
        (found,) = cursor.fetchone()
    return int(found)


def _walk(sql: str, changed: str, window: Window, subject: str) -> Iterator[list[tuple[Any, ...]]]:
    asked = sql.format(narrowed=changed if window.at is not None else "")
    values = {**window.values(), "told": ["case", "licence"], "subject": subject, "most": SIZE, "after": _FIRST}
    while True:
        with connection.cursor() as cursor:
            cursor.execute(asked, values)
            rows = cursor.fetchall()
        if not rows:
            return
        yield rows
        values["after"] = rows[-1][0]


def _fill(found: Sequence[CaseRead]) -> None:
    by_id = {case.id: case for case in found}
    keys = {"ids": list(by_id)}
    texts = _texts(keys)
    for case_id, seq, step, at, actor, post, body in _rows(
        "SELECT subject_id, seq, step, at, actor, post, jsonb_build_object('numbers', body->'numbers',"
        " 'way', body->'way', 'clocks', body->'clocks', 'proceedings', body->'proceedings',"
        " 'accepted_on', body->'row'->'accepted_on')"
        " FROM ledger_entry WHERE subject_id = ANY(%(ids)s) AND subject_kind = 'case' ORDER BY subject_id, seq",
        keys,
    ):
        loaded = json.loads(body) if isinstance(body, str) else body
        by_id[case_id].events.append(Event(seq, step, at, actor, post, loaded, texts.get((case_id, seq), {})))
    for case_id, code, state in _rows(
        "SELECT case_id, code, state FROM casework_material WHERE case_id = ANY(%(ids)s) ORDER BY case_id, code", keys
    ):
        by_id[case_id].materials[code] = state
    for case_id, no, kind, closed_on, result in _rows(
        "SELECT case_id, no, kind, closed_on, result FROM casework_proceeding"
        " WHERE case_id = ANY(%(ids)s) AND pauses ORDER BY case_id, no",
        keys,
    ):
        by_id[case_id].proceedings[no] = (kind, closed_on, result)
    for case_id, number in _rows(
        "SELECT case_id, number FROM licences_licence WHERE case_id = ANY(%(ids)s) AND number <> '' ORDER BY id", keys
    ):
        by_id[case_id].licences.append(number)


def _texts(keys: dict[str, Any]) -> dict[tuple[UUID, int], dict[str, str]]:
    """Return opinions and reasons by case and entry.  A case whose key was dropped has none any more."""
    found: dict[tuple[UUID, int], dict[str, str]] = defaultdict(dict)
    opened: dict[UUID, bytes] = {}
    for case_id, seq, what, sealed, wrapped in _rows(
        "SELECT n.case_id, n.seq, n.what, n.sealed, k.wrapped FROM casework_note n"
        " JOIN casework_casekey k ON k.case_id = n.case_id"
        " WHERE n.case_id = ANY(%(ids)s) AND n.what IN ('opinion', 'reason', 'ground')",
        keys,
    ):
        if case_id not in opened:
            opened[case_id] = crypto.unwrap(bytes(wrapped))
        found[case_id, seq][what] = crypto.open_text(bytes(sealed), opened[case_id])
    return found


def staff_names(county: str, numbers: Sequence[str]) -> dict[str, str]:
    """Return names of staff by 工号.  One query."""
    return dict(
        _rows(
            "SELECT s.number, p.name FROM people_staff s JOIN people_person p ON p.id = s.person_id"
            " WHERE s.county = %(county)s AND s.number = ANY(%(numbers)s)",
            {"county": county, "numbers": list(numbers)},
        )
    )


def representatives(organisations: Sequence[UUID], day: date) -> dict[UUID, str]:
    """Return who stands for these organisations on ``day``, by name.  One query."""
    return dict(
        _rows(
            "SELECT r.second_id, p.name FROM people_relation r JOIN people_person p ON p.id = r.first_id"
            " WHERE r.kind = 'represents' AND r.second_id = ANY(%(ids)s) AND r.valid_from <= %(day)s"
            " AND (r.valid_until IS NULL OR r.valid_until >= %(day)s) ORDER BY r.valid_from, r.id",
            {"ids": list(organisations), "day": day},
        )
    )


def _rows(sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
