"""How one step travels: read, decide, write, and once more if the case has moved meanwhile."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from tongban.rooms import calendars, clock, crypto, measures
from tongban.rooms.casework.actions.standing import Who, come
from tongban.rooms.casework.effects import EFFECTS, Extra
from tongban.rooms.casework.queries.reading import CaseFile
from tongban.rooms.ids import uuid7
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.ledger.actions import Taken
from tongban.rooms.ledger.statement import CASE_COLUMNS
from tongban.rulebook import deciding
from tongban.rulebook.errors import Refused
from tongban.rulebook.facts import Actor, Given, Outcome, Proceeding, Running
from tongban.rulebook.numbers import REHEARSAL

__all__ = ["Done", "Plan", "Planner", "Who", "fingerprint", "once", "take", "write"]


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a step."""

    case_id: UUID
    #: Version of the case after it: the number of its journal entry.
    seq: int
    state: str
    #: Numbers drawn: (unit, kind, year, n).
    numbers: tuple[tuple[str, str, int, int], ...] = ()
    #: True: this very request was carried out before; nothing was written now.
    again: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What an action brings to a step beside what the rulebook says."""

    given: Given = field(default_factory=Given)
    #: The step, where only the case itself shows which one it is; empty: the one that was asked for.
    step: str = ""
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


#: Makes the plan from the case as it was read; asked again when the case has moved meanwhile.
Planner = Callable[[CaseFile], Plan]


def take(
    case_id: UUID, step: str, who: Who, plan: Plan | Planner | None = None, *, asked: object = None, key: str = ""
) -> Done:
    """Take one step of one case.  Raises ``Refused``; then nothing at all was written.

    ``key`` is the idempotency key of the request: the same request twice is one step.  ``asked`` is what the request
    says, by which it is known again; for a ready plan that is what it gives, notes and writes.
    """
    if asked is None and isinstance(plan, Plan):
        asked = (plan.given, plan.notes, plan.texts, plan.context)
    digest = fingerprint(case_id, step, asked) if key else b""
    with measures.step(step):
        return once(lambda: _take(case_id, step, who, plan, key, digest), who, key, digest)


def once(act: Callable[[], Done], who: Who, key: str, digest: bytes) -> Done:
    """Act; where that is refused because this very request was carried out before, say what came of it then."""
    try:
        return act()
    except Refused:
        if key and (earlier := ledger.used(who.name, key, digest)):
            return _done(earlier)
        raise


def _take(case_id: UUID, step: str, who: Who, plan: Plan | Planner | None, key: str, digest: bytes) -> Done:
    for _ in range(2):  # read again, once, if somebody else was faster
        file, actor = come(case_id, who)
        ready = plan(file) if callable(plan) else plan or Plan()
        now = clock.now()
        outcome = deciding.decide(file.facts, ready.step or step, actor, ready.given, now, calendars.calendar())
        done = write(file, outcome, actor, ready, now, key=key, digest=digest)
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
    if not new and (unknown := set(plan.columns) - set(CASE_COLUMNS)):
        raise ValueError(f"a step does not write {sorted(unknown)}")
    row = {**file.row, **plan.columns, **_row_after(file, outcome, actor, now)}
    year = clock.legal_date(now).year
    draws = [{"unit": str(row["unit"]), "kind": kind, "year": year} for kind in step.documents]
    promises = _promises(file, outcome, seq, now)
    rows: dict[str, list[Mapping[str, Any]]] = {table: list(some) for table, some in plan.rows.items()}
    notes: dict[str, Any] = {**outcome.notes, **plan.notes}
    if step.accepts and (fee := _fee_due(file, now)):
        rows["casework_fee"] = [fee]
        notes["fee"] = "due"
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
    # Registers of their own: for each county, where several share a database, and for rehearsals.
    own = f"{REHEARSAL if row['rehearsal'] else ''}{file.county}/"
    draws = [{**one, "unit": f"{own}{one['unit']}"} for one in draws]
    if texts := _texts(file, plan, seq):
        rows.setdefault("casework_note", []).extend(texts)
    clocks = [_clock_row(file.id, c) for c in outcome.clocks if (c.name, c.run) in outcome.touched]
    if clocks:
        rows["casework_clock"] = [*clocks]
    proceedings = [_proceeding_row(file.id, p) for p in outcome.proceedings if p not in file.facts.proceedings]
    if proceedings:
        rows["casework_proceeding"] = [*proceedings]
    body = {
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
    return _done(taken) if taken else None


def fingerprint(*parts: object) -> bytes:
    """Return the digest by which the same request is known again, in any process."""
    return sha256(json.dumps(parts, default=_plain, sort_keys=True).encode()).digest()


def _plain(value: object) -> object:
    if is_dataclass(value):
        return {one.name: getattr(value, one.name) for one in fields(value)}
    if isinstance(value, set | frozenset):
        return sorted(value, key=str)
    return dict(value) if isinstance(value, Mapping) else str(value)


def _done(taken: Taken) -> Done:
    return Done(taken.subject_id, taken.seq, taken.state, taken.numbers, taken.again)


def _fee_due(file: CaseFile, now: datetime) -> dict[str, Any] | None:
    """A fee is due from acceptance on, whoever accepted the case, the law included."""
    fee = file.facts.item.fee
    if fee is None or file.fee is not None or fee.amount_fen == 0:
        return None
    due = {"case_id": file.id, "name": fee.name, "amount_fen": fee.amount_fen}
    return {**due, "state": "due", "voucher": "", "at": now}


def _row_after(file: CaseFile, outcome: Outcome, actor: Actor, now: datetime) -> dict[str, Any]:
    step = outcome.step
    accepting = bool(step.accepts)
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
    if step.closes and not file.row["closed_at"]:
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


def _proceeding_row(case_id: UUID, proceeding: Proceeding) -> dict[str, Any]:
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
