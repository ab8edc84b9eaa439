"""Questions asked of the ledger."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from tongban.rooms import clock
from tongban.rooms.ledger.models import Access, Promise


@dataclass(frozen=True, slots=True)
class EntryView:
    """One line of a stream."""

    seq: int
    step: str
    at: datetime
    actor: str
    post: str
    body: dict[str, Any]
    hash: bytes


@dataclass(frozen=True, slots=True)
class AccessView:
    """One read of personal data."""

    who: str
    purpose: str
    at: datetime


def stream(subject_id: UUID, kind: str = "case") -> tuple[EntryView, ...]:
    """Return all lines of a case, or of something else of this kind, the first one first.  One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seq, step, at, actor, post, body, hash FROM ledger_entry"
            " WHERE subject_kind = %s AND subject_id = %s ORDER BY seq",
            [kind, subject_id],
        )
        return tuple(
            EntryView(seq, step, at, actor, post, json.loads(body) if isinstance(body, str) else body, bytes(hash_))
            for seq, step, at, actor, post, body, hash_ in cursor.fetchall()
        )


def outstanding(subject_id: UUID) -> tuple[str, ...]:
    """Return the kinds of promises to a subject that are not kept yet.  One query."""
    rows = Promise.objects.filter(subject_id=subject_id, done_at=None).order_by("id").values_list("kind", flat=True)
    return tuple(rows)


def waiting(kind: str) -> int:
    """Return how many promises of a kind are not kept yet.  One query."""
    return Promise.objects.filter(kind=kind, done_at=None).count()


def who_looked(subject_id: UUID, *, most: int = 100) -> tuple[AccessView, ...]:
    """Return who read somebody's data, the latest first: what a citizen sees.  One query."""
    rows = Access.objects.filter(subject_id=subject_id).order_by("-at")[:most]
    return tuple(AccessView(row.who, row.purpose, row.at) for row in rows)


@dataclass(frozen=True, slots=True)
class LookView:
    """One read of personal data, of several subjects together."""

    subject_id: UUID
    subject_kind: str
    who: str
    purpose: str
    at: datetime


def looks_at(
    subject_ids: Iterable[UUID], *, most: int, skip: int = 0, but: Collection[str] = ()
) -> tuple[LookView, ...]:
    """Return who read the data of these subjects, the latest first; those named in ``but`` are left out.  One query."""
    looks = Access.objects.filter(subject_id__in=list(subject_ids)).exclude(who__in=but)
    rows = looks.order_by("-at", "-id")[skip : skip + most]
    return tuple(LookView(row.subject_id, row.subject_kind, row.who, row.purpose, row.at) for row in rows)


@dataclass(frozen=True, slots=True)
class AccessRow:
    """One line of the access log, as the audit officer sees it."""

    at: datetime
    who: str
    subject_kind: str
    subject_id: UUID
    purpose: str


@dataclass(frozen=True, slots=True)
class Backlog:
    """Promises of a kind that are due and not kept."""

    kind: str
    due: int
    #: Since when the oldest of them is owed.
    oldest: datetime
    #: Of them, those that were tried and failed, and the code of the latest trouble.
    troubled: int
    trouble: str


def pulse(who: str) -> float | None:
    """Return how many seconds ago a program of the house showed that it is alive; None: never.  One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM at)::float8 FROM ledger_pulse WHERE who = %s", [who])
        row = cursor.fetchone()
    return None if row is None else max(0.0, clock.machine_milliseconds() / 1000 - row[0])


@dataclass(frozen=True, slots=True)
class Owed:
    """Promises of a kind that are not kept, by how long they have been due."""

    kind: str
    #: Due later.
    later: int
    #: Due for less than a minute, for less than an hour, for less than a day, for longer.
    minute: int
    hour: int
    day: int
    longer: int
    #: Seconds since the oldest fell due; 0: none is due.
    oldest: float


def owed(now: datetime) -> tuple[Owed, ...]:
    """Return what is owed to the world, by kind and age, in the order of kinds.  One query."""
    age = "%(now)s - due_at"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT kind, count(*) FILTER (WHERE due_at > %(now)s),"
            f" count(*) FILTER (WHERE {age} >= '0'::interval AND {age} < '1 minute'::interval),"
            f" count(*) FILTER (WHERE {age} >= '1 minute'::interval AND {age} < '1 hour'::interval),"
            f" count(*) FILTER (WHERE {age} >= '1 hour'::interval AND {age} < '1 day'::interval),"
            f" count(*) FILTER (WHERE {age} >= '1 day'::interval),"
            f" greatest(extract(epoch FROM max({age})), 0)::float8"
            " FROM ledger_promise WHERE done_at IS NULL GROUP BY kind ORDER BY kind",
            {"now": now},
        )
        return tuple(Owed(*row) for row in cursor.fetchall())


def access_log(
    first: datetime,
    last: datetime,
    *,
    who: str = "",
    kind: str = "",
    subject_id: UUID | None = None,
    skip: int = 0,
    most: int = 20,
) -> tuple[AccessRow, ...]:
    """Return reads of personal data from ``first`` until before ``last``, the latest first.  One query.

    ``who``: as the log names him (``staff:…``); ``kind``: of the subject, e.g. ``person``.
    """
    rows = Access.objects.filter(at__gte=first, at__lt=last)
    if who:
        rows = rows.filter(who=who)
    if kind:
        rows = rows.filter(subject_kind=kind)
    if subject_id is not None:
        rows = rows.filter(subject_id=subject_id)
    return tuple(
        AccessRow(row.at, row.who, row.subject_kind, row.subject_id, row.purpose)
        for row in rows.order_by("-at", "-id")[skip : skip + most]
    )


def backlog(now: datetime) -> tuple[Backlog, ...]:
    """Return what is owed to the world and due, by kind, the oldest first.  One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, count(*), min(due_at), count(*) FILTER (WHERE trouble <> ''),"
            " coalesce((array_agg(trouble ORDER BY attempts DESC) FILTER (WHERE trouble <> ''))[1], '')"
            " FROM ledger_promise WHERE done_at IS NULL AND due_at <= %s GROUP BY kind ORDER BY 3",
            [now],
        )
        return tuple(Backlog(*row) for row in cursor.fetchall())
