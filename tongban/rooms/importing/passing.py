"""One pass over a table that was handed in: its report as CSV, and how far it is, for who waits."""

import io
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from tongban.rooms.files import actions as files
from tongban.rooms.importing import lists, tables
from tongban.rooms.importing.bringing import bring_in
from tongban.rooms.importing.kinds import KINDS
from tongban.rooms.importing.models import Import
from tongban.rooms.importing.reporting import Report, Said, ending, writing_to
from tongban.rulebook.errors import Refused

#: So many rows are gone through before it is told again how far it is.
TELL_EVERY = 100


@dataclass(frozen=True, slots=True)
class Passed:
    """What came of one pass."""

    #: Rows below the heading; None: the file could not be read.
    rows: int | None
    counts: dict[str, int]
    said: str
    #: CSV in UTF-8 with its mark.
    report: bytes
    #: No mistake in it.
    is_good: bool
    is_written: bool


def go_through(row: Import) -> Passed:
    """Try a table (``row.state`` is ``checking``) or write it; in the transaction of the caller.

    What is wrong with the file as a whole is said in the report as well.
    """
    text = io.StringIO()
    report, dry_run = writing_to(text), row.state == "checking"
    by = row.written_by or f"staff:{row.handed_in_by_id}"
    count: int | None = None
    written = changed = False
    try:
        with _as_path(row) as path, _telling(row) as step:
            if row.kind in KINDS:
                table = tables.open_table(path)
                count = table.count
                written = bring_in(
                    KINDS[row.kind],
                    table,
                    report,
                    county=row.county,
                    by=by,
                    dry_run=dry_run,
                    subject=row.id,
                    step=step,
                )
                torn = table.torn
            else:
                rows, torn = lists.read_list(row.kind, path), 0
                count = len(rows)
                bring = _divisions if row.kind == "divisions" else _items
                written = bring(rows, report, row.county, by, dry_run, step)
        is_good = not report.counts["refused"] and not report.counts["error"] and not torn
        changed = bool(report.counts["new"] + report.counts["changed"])
        said = ending(not is_good, written, torn=torn, changed=changed)
    except Refused as wrong:
        if wrong.code == "import_running":
            raise
        report.add(Said(0, "error", "", wrong.sentence))
        is_good, written, said = False, False, wrong.sentence
    if dry_run and is_good:
        said = "检查通过，还没有写入。" if changed else "检查通过，与系统里的相同，写入后什么也不会改。"
    report.end(said)
    counts = dict(report.counts) | {"warning": sum(report.warned.values())}
    return Passed(count, counts, said, b"\xef\xbb\xbf" + text.getvalue().encode(), is_good, written)


@contextmanager
def _as_path(row: Import) -> Iterator[Path]:
    """Give the content as a file under its own name, in a folder that only we can read, for as long as it is read."""
    assert row.file_id is not None, "a table that is gone through is there"
    content = files.read(row.file_id, who=row.written_by or f"staff:{row.handed_in_by_id}", purpose="import")
    with tempfile.TemporaryDirectory(prefix="tongban-") as folder:
        path = Path(folder) / (Path(row.name.replace("\\", "/")).name or "table")
        path.write_bytes(content)
        yield path


@contextmanager
def _telling(row: Import) -> Iterator[Callable[[int], None]]:
    """Give a step that writes how many rows are done so that others see it now.

    The pass is one transaction, so what it writes is seen at its end: this is written beside it, in a thread that has
    a connection of its own.
    """
    done = told = 0

    def write() -> None:
        Import.objects.filter(id=row.id).update(done=done)

    def step(count: int) -> None:
        nonlocal done, told
        done += count
        if done - told >= TELL_EVERY:
            beside.submit(write).result()
            told = done

    with ThreadPoolExecutor(1) as beside:
        try:
            yield step
        finally:
            beside.submit(lambda: connection.close()).result()  # the one of that thread


def _divisions(
    rows: list[tables.Row], report: Report, county: str, by: str, dry_run: bool, step: Callable[[int], None]
) -> bool:
    wrong = dict.fromkeys(lists.torn_rows(rows), "列数与表头不符。这一行可能被截断，请对照原件补全。")
    # Provinces and cities above, and what lies in the county: others are not this county's to name.
    own = (county, f"{county[:2]}0000", f"{county[:4]}00")
    for number, row in enumerate(rows, start=2):
        if number not in wrong and (row.get("code") or "").strip()[:6] not in own:
            wrong[number] = "这个区划不在本县，也不是本县的上级。请删去这一行。"
    if wrong:
        for number, sentence in wrong.items():
            _refuse(report, number, "", sentence)
        return False
    found, told = lists.bring_divisions(rows, by=by, dry_run=dry_run)
    for number, one in found.items():
        if one.sentence:
            _refuse(report, number, one.code, one.sentence)
        else:
            report.add(Said(number, "changed" if one.outcome == "renamed" else one.outcome, one.code))
    step(len(rows))
    return told.written and not dry_run


def _items(
    rows: list[tables.Row], report: Report, county: str, by: str, dry_run: bool, step: Callable[[int], None]
) -> bool:
    told = lists.bring_items(rows, county=county, by=by, dry_run=dry_run, step=step)
    lines = [Said(one.line, one.outcome, one.code or one.local_code, one.name) for one in told.rows]
    lines += [Said(one.line, one.sort, one.where, f"{one.what}。{one.how}") for one in told.notes]
    for line in sorted(lines, key=lambda line: line.line):
        report.add(line)
    return told.written


def _refuse(report: Report, number: int, where: str, sentence: str) -> None:
    report.add(Said(number, "refused", where))
    report.add(Said(number, "error", where, sentence))
