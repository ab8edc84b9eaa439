"""Reading somebody's export back: checked row by row, kept as it was written there, and items made into drafts.

A folder is taken whole or not at all; the same folder twice changes nothing; batches are taken in their order.
"""

import csv
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from tongban.rooms import clock, crypto
from tongban.rooms.cells import as_it_was
from tongban.rooms.exchange.national.codes import SERVED, Chosen
from tongban.rooms.exchange.national.drafting import Drafted, make_drafts
from tongban.rooms.exchange.national.fields import TABLES, Table
from tongban.rooms.exchange.national.models import NationalMirror
from tongban.rooms.exchange.national.rows import Fault, canonical, chunks, fault_of, guid
from tongban.rooms.exchange.national.sinks import MANIFEST, QUOTED
from tongban.rooms.ledger import actions as ledger
from tongban.rulebook.errors import Refused, Sentence, Words
from tongban.rulebook.indicators.grades import GradeCodes


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong with one row of a file."""

    table: str
    #: Line of the file, the heading being 1.
    line: int
    fault: Fault


@dataclass(slots=True)
class Mirrored:
    """What came of reading a folder."""

    batch: str
    #: Rows read, by table.
    read: dict[str, int] = field(default_factory=dict)
    new: int = 0
    changed: int = 0
    same: int = 0
    gone: int = 0
    refused: list[Complaint] = field(default_factory=list)
    written: bool = False
    #: Drafts that came of the items, each with what it lacks.
    drafts: list[Drafted] = field(default_factory=list)


def read_folder(
    county: str,
    folder: Path,
    *,
    by: str,
    dry_run: bool = False,
    keep_going: bool = False,
    step: Callable[[int], None] | None = None,
) -> Mirrored:
    """Read one batch.  Every bad row is named, and with a single one nothing is written but for ``keep_going``.

    Raises ``Refused``: ``no_manifest``, ``file_torn``, ``file_unknown``, ``columns_differ``, ``batch_out_of_order``,
    ``other_county``, ``code_set_unknown``.
    """
    manifest = _manifest(county, folder)
    chosen = _chosen(manifest)
    last = NationalMirror.objects.filter(county=county).aggregate(last=Max("batch"))["last"]
    if last and manifest["mode"] != "full" and str(manifest["batch"]) < last:
        raise Refused(
            "batch_out_of_order", "已经读入过更晚的批次 {last}。请按批次先后导入，或导入一次全量。", last=last
        )
    report, quoted = Mirrored(str(manifest["batch"])), manifest.get("cells") == QUOTED
    with transaction.atomic():
        for name, described in manifest["tables"].items():
            table = _table(name)
            for lines in chunks(_lines(table, folder / str(described["file"]), quoted), 500):
                _take(county, table, lines, report, chosen)
                if step is not None:
                    step(len(lines))
        if keep_going or not report.refused:
            report.drafts = list(make_drafts(county, by=by, chosen=chosen))
        report.written = not dry_run and (keep_going or not report.refused)
        if not report.written:
            transaction.set_rollback(True)
        else:
            body = {"batch": report.batch, "read": report.read, "new": report.new, "changed": report.changed}
            ledger.record("national", guid("mirror", county), "read", by, body, county=county)
    return report


def rows(county: str, table: str) -> Iterator[dict[str, str]]:
    """Yield the rows read back, in plain, by their names.  Rows of cases name people: whoever asks logs it."""
    found = NationalMirror.objects.filter(county=county, table=table).order_by("row_guid")
    for row in found.iterator(chunk_size=500):
        yield dict(json.loads(crypto.open_text(row.sealed)))


def counts(county: str) -> dict[str, int]:
    """Return how many rows were read back, by table."""
    names = NationalMirror.objects.filter(county=county).values_list("table", flat=True).distinct()
    return {name: NationalMirror.objects.filter(county=county, table=name).count() for name in sorted(names)}


def _manifest(county: str, folder: Path) -> dict[str, Any]:
    """Return the manifest, every file checked against it: a torn copy is seen before anything is read."""
    path = folder / MANIFEST
    if not path.is_file():
        raise Refused(
            "no_manifest", "{folder} 里没有 {file}，不是一个完整的批次。请重新取一份。", folder=folder, file=MANIFEST
        )
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        described = [(str(one["file"]), str(one["sha256"])) for one in found["tables"].values()]
        missing = {"county", "batch", "mode", "served", "grades"} - set(found)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused("file_torn", "{file} 读不懂，可能没有传完。请重新取一份。", file=MANIFEST) from error
    if missing:
        raise Refused(
            "file_torn", "{file} 缺少 {missing}。请重新取一份。", file=MANIFEST, missing=Words(sorted(missing))
        )
    if found["county"] != county:
        raise Refused(
            "other_county",
            "这一批是县 {found} 的，不是 {county} 的。请核对 --county。",
            found=found["county"],
            county=county,
        )
    for name, digest in described:
        file = folder / Path(name).name
        if not file.is_file():
            raise Refused("file_torn", "缺少文件 {name}。请重新取一份。", name=name)
        with file.open("rb") as opened:
            if hashlib.file_digest(opened, "sha256").hexdigest() != digest:
                raise Refused(
                    "file_torn",
                    "文件 {name} 与 {file} 里的摘要对不上，传坏了或被改过。请重新取一份。",
                    name=name,
                    file=MANIFEST,
                )
    return found


def _chosen(manifest: Mapping[str, Any]) -> Chosen:
    try:
        chosen = Chosen(str(manifest["served"]), GradeCodes(str(manifest["grades"])))
    except ValueError as error:
        raise Refused("code_set_unknown", "这一批的满意度代码集本系统不认识，不能猜它的方向。") from error
    if chosen.served not in SERVED:
        raise Refused("code_set_unknown", "这一批的服务对象代码集“{name}”本系统不认识。", name=chosen.served)
    return chosen


def _table(name: str) -> Table:
    if name not in TABLES:
        raise Refused("file_unknown", "“{name}”不是本系统认识的国家数据表。", name=name)
    return TABLES[name]


def _lines(table: Table, path: Path, quoted: bool) -> Iterator[tuple[int, dict[str, Any]]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        wanted, have = {one.name for one in table.columns}, set(reader.fieldnames or ())
        if wanted != have:
            missing, more = Words(sorted(wanted - have)), Words(sorted(have - wanted))
            raise Refused(
                "columns_differ",
                "{name} 的列不对：缺 {missing}，多 {more}。",
                name=path.name,
                missing=missing or Sentence("无"),
                more=more or Sentence("无"),
            )
        for row in reader:
            yield reader.line_num, {name: _as_sent(cell) for name, cell in row.items()} if quoted else row


def _as_sent(cell: Any) -> Any:
    return as_it_was(cell) if isinstance(cell, str) else cell  # a row too short or too long holds others


def _take(county: str, table: Table, lines: list[tuple[int, dict[str, Any]]], report: Mirrored, chosen: Chosen) -> None:
    report.read[table.name] = report.read.get(table.name, 0) + len(lines)
    good: dict[UUID, dict[str, str]] = {}
    for line, row in lines:
        found = list(_faults(table, row, chosen))
        if found:
            report.refused += [Complaint(table.name, line, fault) for fault in found]
        else:
            good[_name(table, row)] = row
    before = {one.row_guid: one for one in NationalMirror.objects.filter(county=county, row_guid__in=list(good))}
    kept = []
    for name, row in good.items():
        old = before.get(name)
        digest = crypto.keyed_hash("national", canonical(row))
        if row["cd_operation"] == "D":
            if old is not None:
                old.delete()
                report.gone += 1
            else:
                report.same += 1
            continue
        if old is not None and bytes(old.digest) == digest:
            report.same += 1
            continue
        report.new, report.changed = report.new + (old is None), report.changed + (old is not None)
        kept.append(
            NationalMirror(
                county=county,
                table=table.name,
                row_guid=name,
                batch=report.batch,
                sealed=crypto.seal_text(canonical(row)),
                digest=digest,
                read_at=clock.now(),
            )
        )
    NationalMirror.objects.bulk_create(
        kept,
        update_conflicts=True,
        unique_fields=["county", "row_guid"],
        update_fields=["batch", "sealed", "digest", "read_at"],
    )


def _faults(table: Table, row: Mapping[Any, Any], chosen: Chosen) -> Iterator[Fault]:
    if None in row or None in row.values():
        yield Fault("", "columns_torn", "列数与表头不符。", "这一行可能被截断，请重新导出。")
        return
    for column in table.columns:
        fault = fault_of(table.name, column, str(row[column.name]), chosen)
        if fault is not None:
            yield fault
    if table.key == "row_guid":
        try:
            UUID(str(row["row_guid"]))
        except ValueError:
            yield Fault("row_guid", "not_a_name", "“记录唯一标识”不是 UUID。", "请重新导出。")


def _name(table: Table, row: Mapping[str, str]) -> UUID:
    return UUID(row["row_guid"]) if table.key == "row_guid" else guid(table.name, row[table.key])
