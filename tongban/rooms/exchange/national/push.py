"""Pushing: what has changed since the last push, checked, told apart into new, changed and gone, and given to sinks.

A push reads the journal from the mark of the push before.  The mark is the lowest transaction that was still running
then, so what was committed late is read next time; what is read twice is told from its digest and not sent twice.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from tongban.rooms import clock, crypto
from tongban.rooms.exchange.national import cases, gathering, items, licences
from tongban.rooms.exchange.national.codes import Chosen
from tongban.rooms.exchange.national.fields import SENT, TABLES
from tongban.rooms.exchange.national.gathering import Window
from tongban.rooms.exchange.national.models import NationalBatch, NationalHeld, NationalMark, NationalRow
from tongban.rooms.exchange.national.rows import Draft, Fault, canonical, faults, written_row
from tongban.rooms.exchange.national.sinks import Sink
from tongban.rooms.ids import uuid7
from tongban.rooms.ledger import actions as ledger
from tongban.rulebook.errors import Refused
from tongban.rulebook.indicators import Grade

Grades = Callable[[Sequence[UUID]], Mapping[UUID, Grade]]


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a push did."""

    batch: UUID
    #: What stands in ``cd_batch``.
    number: str
    #: By table: operation -> rows.
    counts: Mapping[str, Mapping[str, int]]
    #: Rows held back in the subjects looked at, by table.
    held: Mapping[str, int]
    digest: str

    @property
    def rows(self) -> int:
        """How many rows went out."""
        return sum(sum(one.values()) for one in self.counts.values())


@dataclass(slots=True)
class _Run:
    """One push on its way."""

    county: str
    number: str
    batch: UUID
    now: datetime
    resend: bool
    chosen: Chosen
    sinks: Sequence[Sink]
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    held: Counter[str] = field(default_factory=Counter)
    hash: Any = field(default_factory=hashlib.sha256)


def push(
    county: str,
    sinks: Sequence[Sink],
    *,
    by: str,
    grades: Grades,
    full: bool = False,
    since: date | None = None,
    chosen: Chosen | None = None,
    step: Callable[[int], None] | None = None,
) -> Pushed:
    """Push a county's items, licences and cases.  Without ``full`` and ``since``: what changed since the last push.

    ``since`` sends again whatever the journal tells of from that day on, ``full`` everything.  ``grades`` answers which
    cases were rated how: ratings stand on a floor above.  Either every sink has the whole batch or nothing counts as
    sent.  Raises ``Refused``: ``push_running``, and what the sinks refuse.
    """
    try:
        with transaction.atomic():
            run, watermark = _begin(county, sinks, full or since is not None, chosen or Chosen())
            _items(run, step or _silent)
            window = _window(county, full, since, "up_lic_data")
            for found in gathering.licences(window):
                _take(run, licences.drafts(county, found, by=by))
            window = _window(county, full, since, "up_pro_accept")
            for some in gathering.cases(window):
                near = cases.around(
                    county, some, grades(cases.rated(some)), run.chosen, by=by, day=clock.legal_date(run.now)
                )
                _take(run, [row for case in some for row in cases.drafts(case, near)], {case.id for case in some})
                (step or _silent)(len(some))
            return _end(run, watermark, by, "full" if full else "since" if since else "changes")
    except BaseException:
        for sink in sinks:
            sink.abandon()
        raise


def expected(county: str, *, full: bool = False, since: date | None = None) -> int:
    """Return about how many subjects a push will look at: for the bar."""
    return items.count(county) + gathering.count_cases(_window(county, full, since, "up_pro_accept"))


def _begin(county: str, sinks: Sequence[Sink], resend: bool, chosen: Chosen) -> tuple[_Run, int]:
    with connection.cursor() as cursor:
        if len(connection.savepoint_ids) == 0:
            # One picture of everything, however long the push takes.
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 17))", [county])
        if not cursor.fetchone()[0]:
            raise Refused("push_running", "这个县的另一次国家数据报送还没有结束。请等它结束后再来。")
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        (watermark,) = cursor.fetchone()
    now = clock.now()
    prefix = f"{county}{clock.legal_date(now):%Y%m%d}"
    number = f"{prefix}{NationalBatch.objects.filter(county=county, number__startswith=prefix).count() + 1:06d}"
    return _Run(county, number, uuid7(), now, resend, chosen, sinks), int(watermark)


def _window(county: str, full: bool, since: date | None, table: str) -> Window:
    if full:
        return Window(county)
    if since is not None:
        return Window(county, at=clock.at_local(since))
    mark = NationalMark.objects.filter(county=county, table=table).first()
    return Window(county) if mark is None else Window(county, mark.xact, mark.read_at)


def _items(run: _Run, step: Callable[[int], None]) -> None:
    """Look at every item each time: their number is small, and a date alone may change them."""
    for rows in items.drafts(run.county, clock.legal_date(run.now), run.chosen):
        _take(run, rows, whole=True)
        step(1)


def _take(run: _Run, rows: Sequence[Draft], subjects: set[UUID] | None = None, *, whole: bool = False) -> None:
    """Take all rows of some subjects: hold back, send, or leave alone.  ``whole``: what is no longer there is gone."""
    subjects = subjects if subjects is not None else {row.subject_id for row in rows}
    known = {row.row_guid: row for row in NationalRow.objects.filter(row_guid__in=[row.guid for row in rows])}
    wrong = {row.guid: faults(row, run.chosen) for row in rows}
    kept: list[tuple[Draft, Fault]] = []
    out: dict[str, list[tuple[UUID, UUID, str, dict[str, str], bytes]]] = {}
    for row in rows:
        before = known.get(row.guid)
        there = before is not None and before.operation != "D"
        if row.gone and not there:
            continue
        found = wrong[row.guid] or _led(row, wrong, known)
        if found:
            kept += [(row, fault) for fault in found]
            continue
        text = written_row(row.content)
        digest = crypto.keyed_hash("national", canonical(text))
        if row.gone:
            operation = "D"
        elif not there:
            operation = "I"
        elif run.resend or before is None or bytes(before.digest) != digest:
            operation = "U"
        else:
            continue
        out.setdefault(row.table.name, []).append((row.guid, row.subject_id, operation, text, digest))
    if whole:
        mine = {row.guid for row in rows}
        for old in NationalRow.objects.filter(subject_id__in=subjects).exclude(operation="D"):
            if old.row_guid not in mine and old.content:
                content = dict(old.content)
                out.setdefault(old.table, []).append((old.row_guid, old.subject_id, "D", content, bytes(old.digest)))
    _send(run, out, known)
    _hold(run, subjects, kept)


def _led(row: Draft, wrong: Mapping[UUID, list[Fault]], known: Mapping[UUID, NationalRow]) -> list[Fault]:
    """Return why a row waits for the one it belongs to: the receiver would not know what it tells of."""
    if row.leads is None or not wrong.get(row.leads) or row.leads in known:
        return []
    sentence = "它所属的主记录还没有报送，单独报送对方对不上。"
    return [Fault("", "lead_held", sentence, "请先解决主记录的问题，这一行会随它一起报送。")]


def _send(
    run: _Run,
    out: Mapping[str, Sequence[tuple[UUID, UUID, str, dict[str, str], bytes]]],
    known: Mapping[UUID, NationalRow],
) -> None:
    changed = []
    for name, rows in out.items():
        table = TABLES[name]
        made = NationalRow.objects.bulk_create(
            [
                NationalRow(
                    county=run.county,
                    table=name,
                    row_guid=guid,
                    subject_id=subject,
                    digest=digest,
                    operation=operation,
                    batch_id=run.batch,
                    content=text if name.startswith("up_task_") else None,
                )
                for guid, subject, operation, text, digest in rows
            ],
            update_conflicts=True,
            unique_fields=["row_guid"],
            update_fields=["digest", "operation", "batch", "content"],
        )
        sent = []
        for kept, (guid, _, operation, text, digest) in zip(made, rows, strict=True):
            sync = {
                "id": str(kept.pk),
                "cd_batch": run.number,
                "cd_operation": operation,
                "cd_time": written_row({"t": run.now})["t"],
                "data_source": run.county[:2],
            }
            line = {**text, **sync}
            sent.append(line)
            run.hash.update(f"{name} {operation} {canonical(line)}\n".encode())
            before = known.get(guid)
            if before is not None and bytes(before.digest) != digest:
                changed.append(guid)
            run.counts.setdefault(name, Counter())[operation] += 1
        for sink in run.sinks:
            sink.write(table, sent)
    # What was mended has answered the receiver's complaint.
    NationalHeld.objects.filter(row_guid__in=changed, source="answer").delete()


def _hold(run: _Run, subjects: set[UUID], kept: Sequence[tuple[Draft, Fault]]) -> None:
    old = NationalHeld.objects.filter(county=run.county, subject_id__in=subjects, source="check")
    since = {(row.row_guid, row.code, row.column): row.held_at for row in old}
    old.delete()
    NationalHeld.objects.bulk_create(
        NationalHeld(
            county=run.county,
            table=row.table.name,
            row_guid=row.guid,
            subject_kind=row.subject_kind,
            subject_id=row.subject_id,
            label=row.label[:120],
            source="check",
            code=fault.code,
            column=fault.column,
            sentence=fault.sentence,
            mend=fault.mend,
            held_at=since.get((row.guid, fault.code, fault.column), run.now),
        )
        for row, fault in kept
    )
    for name, guids in _rows_by_table(kept).items():
        run.held[name] += len(guids)


def _rows_by_table(kept: Sequence[tuple[Draft, Fault]]) -> dict[str, set[UUID]]:
    found: dict[str, set[UUID]] = {}
    for row, _ in kept:
        found.setdefault(row.table.name, set()).add(row.guid)
    return found


def _end(run: _Run, watermark: int, by: str, mode: str) -> Pushed:
    counts = {name: {op: some[op] for op in "IUD"} for name, some in run.counts.items()}
    digest = run.hash.hexdigest()
    NationalBatch.objects.create(
        id=run.batch,
        county=run.county,
        number=run.number,
        mode=mode,
        by=by,
        made_at=run.now,
        watermark=watermark,
        counts=counts,
        digest=digest,
    )
    if mode != "since":
        NationalMark.objects.bulk_create(
            [NationalMark(county=run.county, table=table.name, xact=watermark, read_at=run.now) for table in SENT],
            update_conflicts=True,
            unique_fields=["county", "table"],
            update_fields=["xact", "read_at"],
        )
    body = {"number": run.number, "mode": mode, "rows": counts, "digest": digest}
    ledger.record("national", run.batch, "push", by, body, county=run.county, at=run.now)
    manifest = {
        "county": run.county,
        "batch": run.number,
        "mode": mode,
        "made_at": written_row({"t": run.now})["t"],
        "operations": counts,
        "held": dict(run.held),
        "digest": digest,
        "served": run.chosen.served,
        "grades": run.chosen.grades.value,
        "code_sets": run.chosen.described(),
    }
    for sink in run.sinks:
        sink.finish(manifest)
    return Pushed(run.batch, run.number, counts, dict(run.held), digest)


def _silent(count: int) -> None:
    """Nobody watches."""
