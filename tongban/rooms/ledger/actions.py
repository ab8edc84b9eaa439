"""Every way the ledger grows.  Nothing in it is ever changed, but promises being kept."""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from django.db import IntegrityError, connection, transaction

from tongban.rooms import clock
from tongban.rooms.ids import uuid7
from tongban.rooms.ledger import ranges, statement
from tongban.rulebook.errors import Refused

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Write:
    """All that one step of one case writes."""

    case_id: UUID
    #: The version read before deciding; None for a case that begins.
    version: int | None
    #: The case row as it shall be: every mutable column; for a new case every column.
    row: Row
    step: str
    at: datetime
    actor: str
    post: str
    #: What the journal entry says beside the row: ids, codes, dates and digests only.
    body: Row
    #: Rows of other tables, by table name (see ``statement.allow``).
    rows: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    #: Registers to draw from: unit, kind, year.
    draws: Sequence[Row] = ()
    #: id, kind, key, body, due_at, and ``register`` when its number belongs into the promise.
    promises: Sequence[Row] = ()
    #: Idempotency key of the request and the digest of its content.
    key: str = ""
    key_digest: bytes = b""


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a step."""

    subject_id: UUID
    #: The version reached: the number of the journal entry.
    seq: int
    #: The state it led to.
    state: str
    #: Numbers drawn, as (unit, kind, year, n).
    numbers: tuple[tuple[str, str, int, int], ...] = ()
    #: True: this very request was carried out before, and nothing was written now.
    again: bool = False


@dataclass(frozen=True, slots=True)
class Claimed:
    """A promise in the postman's hand."""

    id: UUID
    kind: str
    subject_kind: str
    subject_id: UUID
    key: str
    body: dict[str, Any]
    attempts: int


def take_step(write: Write) -> Taken | None:
    """Write one step, whole or not at all.  None: the case has moved since it was read; read again.

    Raises ``Refused("key_reused")`` when the idempotency key was used for another request, ``journal_away`` when the
    case's entries are off line.  The same request again writes nothing and returns what came of it the first time.
    """
    tables = tuple(name for name in write.rows if write.rows[name])
    sql = statement.step_statement(
        write.version is None, tables, bool(write.draws), bool(write.promises), bool(write.key)
    )
    body = {"row": {column: write.row[column] for column in statement.CASE_COLUMNS}, **write.body}
    params: dict[str, Any] = {
        "row": _json(write.row) if write.version is None else None,
        "id": write.case_id,
        "version": write.version,
        "step": write.step,
        "at": write.at,
        "actor": write.actor,
        "post": write.post,
        "body": _json(body),
        "draws": _json(write.draws) if write.draws else None,
        "promises": _json(write.promises) if write.promises else None,
        "key": write.key,
        "key_digest": write.key_digest,
    }
    params.update((name, _json(write.rows[name])) for name in tables)
    try:
        # Inside somebody else's transaction a statement that fails must not take that transaction with it.
        with transaction.atomic() if connection.in_atomic_block else nullcontext(), connection.cursor() as cursor:
            cursor.execute(sql, params)
            found = cursor.fetchone()
    except IntegrityError as error:
        if write.key and (earlier := used(write.actor, write.key, write.key_digest)):
            return earlier
        if _from_journal(error, "23514"):  # no range for it
            raise ranges.is_away() from None
        if write.version is not None and _from_journal(error, "23505"):
            return None
        raise
    if found is None:
        return None
    seq, numbers = found
    return Taken(write.case_id, seq, str(write.row["state"]), _numbers(numbers))


def _from_journal(error: IntegrityError, state: str) -> bool:
    """Whether a part of the journal refused a row for this reason (SQLSTATE): each has constraints of its own name."""
    cause: Any = error.__cause__
    return cause.sqlstate == state and str(cause.diag.table_name).startswith("ledger_entry")


def used(actor: str, key: str, digest: bytes) -> Taken | None:
    """Return what came of ``key`` earlier, None if it is new.  Raises ``Refused("key_reused")``.  One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT k.digest, k.subject_id, k.seq, e.body->'row'->>'state', e.body->'numbers'"
            " FROM ledger_usedkey k JOIN ledger_entry e ON e.subject_kind = 'case'"
            " AND e.subject_id = k.subject_id AND e.seq = k.seq WHERE k.actor = %s AND k.key = %s",
            [actor, key],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    if bytes(row[0]) != digest:
        raise Refused("key_reused", "这个请求编号已用于另一次提交。请刷新页面后重新提交，已填内容不会丢失。")
    return Taken(row[1], row[2], row[3], _numbers(row[4]), again=True)


def record(
    subject_kind: str,
    subject_id: UUID,
    step: str,
    actor: str,
    body: Row,
    *,
    county: str,
    at: datetime | None = None,
    new: bool = False,
) -> int:
    """Add one entry to the stream of something that is not a case; returns its number in the stream.

    Call it inside the transaction of the change itself.  ``body`` holds ids, codes, dates and digests only.
    ``new``: the subject was made in this very transaction, so nobody else can write its stream and no lock is taken:
    a transaction that makes ten thousand would ask for more locks than the server has.
    """
    with connection.cursor() as cursor:
        if not new:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))", [str(subject_id)])
        cursor.execute(
            statement.RECORD,
            {
                "subject_kind": subject_kind,
                "subject_id": subject_id,
                "step": step,
                "actor": actor,
                "body": _json(body),
                "county": county,
                "at": at or clock.now(),
            },
        )
        (seq,) = cursor.fetchone()
    return int(seq)


def draw_number(unit: str, kind: str, year: int, *, subject_id: UUID, seq: int = 0) -> int:
    """Draw the next number of a register for something that is not a case step.  Lock it last."""
    with connection.cursor() as cursor:
        cursor.execute(
            statement.DRAW_ONE, {"unit": unit, "kind": kind, "year": year, "subject_id": subject_id, "seq": seq}
        )
        (n,) = cursor.fetchone()
    return int(n)


def promise(
    kind: str, subject_kind: str, subject_id: UUID, key: str, body: Row, *, due_at: datetime | None = None
) -> UUID:
    """Owe something to the world; the postman keeps it after the commit.  The same key twice is one promise."""
    made = uuid7()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_promise (id, kind, subject_kind, subject_id, key, body, due_at, attempts, trouble)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, 0, '') ON CONFLICT (key) DO NOTHING",
            [made, kind, subject_kind, subject_id, key, _json(body), due_at or clock.now()],
        )
        if cursor.rowcount == 0:
            cursor.execute("SELECT id FROM ledger_promise WHERE key = %s", [key])
            (made,) = cursor.fetchone()
    return made


def claim(
    most: int = 20, *, kinds: Sequence[str] | None = None, subject_id: UUID | None = None, hold_seconds: int = 60
) -> list[Claimed]:
    """Take up to ``most`` promises that are due; nobody else gets them for ``hold_seconds``."""
    machine = datetime.fromtimestamp(clock.machine_milliseconds() / 1000, UTC)
    with connection.cursor() as cursor:
        cursor.execute(
            statement.CLAIM,
            {
                "now": clock.now(),
                "machine": machine,
                "until": machine + timedelta(seconds=hold_seconds),
                "kinds": list(kinds) if kinds else None,
                "subject": subject_id,
                "most": most,
            },
        )
        # In the order in which they were promised: a paper may refer to the one before.
        return [
            Claimed(made, kind, subject_kind, subject_id, key, _loaded(body), attempts)
            for made, kind, subject_kind, subject_id, key, body, attempts in sorted(cursor.fetchall())
        ]


def kept(promise_id: UUID) -> None:
    """A promise is done."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ledger_promise SET done_at = %s, claimed_until = NULL, trouble = '' WHERE id = %s",
            [clock.now(), promise_id],
        )


def failed(promise_id: UUID, trouble: str, *, attempts: int) -> None:
    """A promise could not be kept now: it waits, twice as long each time, at most an hour, and never gives up."""
    machine = datetime.fromtimestamp(clock.machine_milliseconds() / 1000, UTC)
    wait = timedelta(seconds=min(3600, 5 * 2 ** min(attempts, 12)))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ledger_promise SET claimed_until = %s, trouble = %s WHERE id = %s",
            [machine + wait, trouble[:200], promise_id],
        )


def log_access(who: str, subject_kind: str, subject_id: UUID, purpose: str) -> None:
    """Somebody read personal data.  Kept apart from the journal, shown to the person concerned."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_access (id, who, subject_kind, subject_id, purpose, at)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            [uuid7(), who, subject_kind, subject_id, purpose[:80], clock.now()],
        )


def log_accesses(who: str, subject_kind: str, subject_ids: Sequence[UUID], purpose: str) -> None:
    """Somebody read personal data of several at once, e.g. for an export.  One query."""
    if not subject_ids:
        return
    rows = [(uuid7(), who, subject_kind, one, purpose[:80], clock.now()) for one in subject_ids]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_access (id, who, subject_kind, subject_id, purpose, at)"
            f" VALUES {', '.join(['(%s, %s, %s, %s, %s, %s)'] * len(rows))}",
            [value for row in rows for value in row],
        )


def _hex(value: bytes | memoryview) -> str:
    return f"\\x{value.hex()}"


#: How a value that JSON does not know is written; what is not named here, by ``str``.
_WRITTEN: dict[type, Callable[[Any], str]] = {bytes: _hex, memoryview: _hex}
_HOW = orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else _WRITTEN.get(type(value), str)(value)


def _json(value: object) -> str:
    """Return rows as JSON.  A step writes six to ten such texts."""
    return orjson.dumps(value, default=_plain, option=_HOW).decode()


def _loaded(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str | bytes) else value


def _numbers(value: Any) -> tuple[tuple[str, str, int, int], ...]:
    return tuple(tuple(number) for number in _loaded(value) or ())


def show_pulse(who: str) -> None:
    """Write down that a program of the house is alive now, by the machine's clock.  One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_pulse (who, at) VALUES (%s, to_timestamp(%s))"
            " ON CONFLICT (who) DO UPDATE SET at = EXCLUDED.at",
            [who, clock.machine_milliseconds() / 1000],
        )
