"""How one step travels: read, decide, write, and once more if the case has moved meanwhile."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from tongban.rooms import calendars, clock, crypto
from tongban.rooms.casework.actions.standing import Who, actor_in
from tongban.rooms.casework.effects import EFFECTS, Extra
from tongban.rooms.casework.queries.reading import CaseFile, read
from tongban.rooms.ids import uuid7
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.ledger.statement import CASE_COLUMNS
from tongban.rulebook import deciding
from tongban.rulebook.errors import Refused
from tongban.rulebook.facts import Actor, Given, Outcome, Running

__all__ = ["Done", "Plan", "Who", "take", "write"]


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a step."""

    case_id: UUID
    #: Version of the case after it: the number of its journal entry.
    seq: int
    state: str
    #: Numbers drawn: (unit, kind, year, n).
    numbers: tuple[tuple[str, str, int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What an action brings to a step beside what the rulebook says."""

    given: Given = field(default_factory=Given)
    #: Columns of the case row that this step changes on its own.
    columns: Mapping[str, Any] = field(default_factory=dict)
    #: Rows of other tables.
    rows: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    promises: Sequence[Mapping[str, Any]] = ()
    #: Codes and dates for the journal.
    notes: Mapping[str, Any] = field(default_factory=dict)
    #: Free text, sealed under the case's key: what -> text.
    texts: Mapping[str, str] = field(default_factory=dict)
    #: Handed to effects, not kept.
    context: Mapping[str, Any] = field(default_factory=dict)


def take(case_id: UUID, step: str, who: Who, plan: Plan | None = None, *, key: str = "") -> Done:
    """Take one step of one case.  Raises ``Refused``; then nothing at all was written.

    ``key`` is the idempotency key of the request: the same request twice is one step.
    """
    plan = plan or Plan()
    digest = fingerprint(case_id, step, plan) if key else b""
    if key and (earlier := ledger.used(who.name, key, digest)):
        return Done(case_id, earlier.seq, str(read(case_id).row["state"]))
    for _ in range(2):  # read again, once, if somebody else was faster
        file = read(case_id)
        now = clock.now()
        actor = actor_in(file, who, file.facts.kind.by_name.get(step))
        outcome = deciding.decide(file.facts, step, actor, plan.given, now, calendars.calendar())
        done = write(file, outcome, actor, plan, now, key=key, digest=digest)
        if done is not None:
            return done
    raise Refused("moved_meanwhile", "这个办件刚刚有人办理过。请刷新页面，看清现在的状态后再办。")


def write(
    file: CaseFile,
    outcome: Outcome,
    actor: Actor,
    plan: Plan,
    now: datetime,
    *,
    new: bool = False,
    key: str = "",
    digest: bytes = b"",
) -> Done | None:
    """Write what the rulebook decided, in one statement.  None: the case has moved since it was read."""
    step = outcome.step
    seq = 1 if new else file.version + 1
    row = {**file.row, **plan.columns, **_row_after(file, outcome, actor, now)}
    year = clock.legal_date(now).year
    unit = str(file.row["unit"])
    draws = [{"unit": unit, "kind": kind, "year": year} for kind in step.documents]
    promises = _promises(file, outcome, seq, now)
    rows: dict[str, list[Mapping[str, Any]]] = {table: list(some) for table, some in plan.rows.items()}
    notes: dict[str, Any] = {**outcome.notes, **plan.notes}
    for name in step.effects:
        if (effect := EFFECTS.get(name)) is not None:
            extra: Extra = effect(file, outcome, now, {**plan.context, "row": row, "seq": seq})
            for table, some in extra.rows.items():
                rows.setdefault(table, []).extend(some)
            promises += [{"id": uuid7(), "due_at": now, **one} for one in extra.promises]
            draws += [{"year": year, **one} for one in extra.draws]
            notes.update(extra.notes)
            row.update(extra.columns)
    promises += [{"id": uuid7(), "due_at": now, **one} for one in plan.promises]
    if texts := _texts(file, plan, seq):
        rows.setdefault("casework_note", []).extend(texts)
    clocks = [_clock_row(file.id, c) for c in outcome.clocks if (c.name, c.run) in outcome.touched]
    if clocks:
        rows["casework_clock"] = clocks
    proceedings = [_proceeding_row(file.id, p) for p in outcome.proceedings if p not in file.facts.proceedings]
    if proceedings:
        rows["casework_proceeding"] = proceedings
    body = {
        "row": {column: row[column] for column in CASE_COLUMNS},
        "clocks": clocks,
        "proceedings": proceedings,
        "documents": list(step.documents),
        **notes,
    }
    taken = ledger.take_step(
        ledger.Write(
            case_id=file.id,
            version=None if new else file.version,
            row={**row, "version": 1} if new else row,
            step=step.name,
            at=now,
            actor=actor.name,
            post=outcome.post,
            body=body,
            rows=rows,
            draws=draws,
            promises=promises,
            key=key,
            key_digest=digest,
        )
    )
    return Done(file.id, taken.seq, outcome.state, taken.numbers) if taken else None


def fingerprint(*parts: object) -> bytes:
    """Return the digest by which the same request is known again."""
    return sha256(json.dumps(parts, default=repr, sort_keys=True).encode()).digest()


def _row_after(file: CaseFile, outcome: Outcome, actor: Actor, now: datetime) -> dict[str, Any]:
    step = outcome.step
    accepting = step.name in deciding.ACCEPTING
    return {
        "state": outcome.state,
        "stage": outcome.stage,
        "desk": outcome.desk,
        "received_on": outcome.received_on,
        "accepted_on": outcome.accepted_on,
        "acceptor": actor.id if accepting and actor.kind == "staff" else file.row["acceptor"],
        "decided_at": now if step.decision and not file.row["decided_at"] else file.row["decided_at"],
        "decision": outcome.decision,
        "closed_at": now if step.closes else file.row["closed_at"],
        "next_moment": outcome.next_moment,
        "flags": sorted(outcome.flags),
    }


def _promises(file: CaseFile, outcome: Outcome, seq: int, now: datetime) -> list[dict[str, Any]]:
    """Documents to seal, people to tell, the archive to fill: owed, and done after the commit."""
    step = outcome.step
    owed: list[dict[str, Any]] = [
        {
            "kind": "document",
            "key": f"document:{file.id}:{seq}:{kind}",
            "body": {"document": kind, "seq": seq},
            "register": kind,
        }
        for kind in step.documents
    ]
    owed += [
        {"kind": "notice", "key": f"notice:{file.id}:{seq}:{whom}", "body": {"to": whom, "step": step.name, "seq": seq}}
        for whom in step.tells
    ]
    if step.closes:
        owed.append({"kind": "archive", "key": f"archive:{file.id}", "body": {"seq": seq}})
    if step.decision and (parent := file.row["parent_id"]):
        owed.append({"kind": "tend", "key": f"tend:{parent}:{file.id}:{seq}", "body": {"bundle": str(parent)}})
    return [{"id": uuid7(), "due_at": now, **one} for one in owed]


def _texts(file: CaseFile, plan: Plan, seq: int) -> list[dict[str, Any]]:
    """Free text goes beside the journal, under the case's own key."""
    texts = {"reason": plan.given.reason, "ground": plan.given.ground, **plan.texts}
    kept = {what: text for what, text in texts.items() if text.strip()}
    if not kept:
        return []
    if file.wrapped_key is None:
        raise Refused("case_erased", "这个办件的内容已按规定删除，不能再写入文字。")
    case_key = crypto.unwrap(file.wrapped_key)
    return [
        {"case_id": file.id, "seq": seq, "what": what, "sealed": crypto.seal_text(text, case_key)}
        for what, text in kept.items()
    ]


def _clock_row(case_id: UUID, running: Running) -> dict[str, Any]:
    start = running.start
    return {
        "case_id": case_id,
        "name": running.name,
        "run": running.run,
        "start_on": start.date() if isinstance(start, datetime) else start,
        "start_at": start if isinstance(start, datetime) else None,
        "limit": str(running.limit),
        "extension": str(running.extension or ""),
        "excluded": [[e.first, e.last] for e in running.excluded],
        "due_on": running.due.on,
        "due_at": running.due_at,
        "amber_from": running.amber_from,
        "provisional": running.due.provisional,
        "stopped_at": running.stopped_at,
        "noted": running.noted,
        "calendar": calendars.calendar().version,
    }


def _proceeding_row(case_id: UUID, proceeding: Any) -> dict[str, Any]:
    return {
        "case_id": case_id,
        "no": proceeding.no,
        "kind": proceeding.kind,
        "opened_on": proceeding.opened_on,
        "due_on": proceeding.due_on,
        "pauses": proceeding.pauses,
        "closed_on": proceeding.closed_on,
        "result": proceeding.result,
    }
