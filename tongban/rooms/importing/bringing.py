"""A table is brought in: in one transaction, a savepoint for each batch, all rows or none."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import DatabaseError, DataError, IntegrityError, connection, transaction

from tongban.rooms import clock
from tongban.rooms.ids import uuid7
from tongban.rooms.importing.columns import Column, Heading, Row, read_row, understand
from tongban.rooms.importing.reporting import Report, Said
from tongban.rooms.importing.tables import Line, Table
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.people import queries as people
from tongban.rulebook.errors import Refused

BATCH = 200
#: Rows that may wait for rows further down: tables of offices, not of licences.
_MOST_WAITING = 20_000


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of one row."""

    #: A key of ``reporting.OUTCOMES`` but ``refused``.
    outcome: str
    #: By what people know the row.
    key: str
    #: Said about it; empty: nothing.
    remark: str = ""


class NotYet(Exception):
    """The row refers to one that may stand further down.  Raised before anything is written."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.code)
        self.refused = refused


@dataclass
class Work:
    """What an import knows besides its rows."""

    county: str
    #: How the journal names who brings it in.
    by: str
    today: date
    #: Takes a remark about the row in hand: (where, sentence).
    say: Callable[[str, str], None] = lambda where, sentence: None
    #: What was looked up; forgotten when a batch is taken back.
    known: dict[Any, Any] = field(default_factory=dict)

    def once(self, key: Any, ask: Callable[[], Any]) -> Any:
        """Return what ``ask`` said the first time."""
        if key not in self.known:
            self.known[key] = ask()
        return self.known[key]

    def unit(self, word: str) -> str:
        """Return the code of the unit with this code, name, short name or credit code.  Raises ``Refused``."""
        units = self.once("units", lambda: people.units(self.county))
        for one in units:
            if word in (one.code, one.full_name, one.short_name, one.credit_code):
                return str(one.code)
        raise Refused("unit_unknown", "系统中没有在用的单位“{word}”。请先导入单位表（orgs），或改正这一格。", word=word)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of table."""

    #: As in ``./run import NAME``.
    name: str
    label: str
    columns: tuple[Column, ...]
    bring: Callable[[Row, Work], Brought]
    #: Which further headings mean something.
    is_extra: Callable[[str], bool] = lambda word: False


def bring_in(
    kind: Kind,
    table: Table,
    report: Report,
    *,
    county: str,
    by: str,
    dry_run: bool = False,
    keep_going: bool = False,
    subject: UUID | None = None,
    step: Callable[[int], None] = lambda count: None,
) -> bool:
    """Bring in a table; returns whether it was written.  ``subject``: under which id the journal tells of it.

    Raises ``Refused``: ``columns_twice``, ``columns_missing``, ``county_unknown``, ``import_running``, or that the
    file is damaged: then nothing was written.
    """
    heading = understand(table.heading, kind.columns, kind.is_extra)
    for word in heading.unknown:
        report.add(Said(1, "warning", word, "这一列没有用到。如果是写错的列名，请对照 docs/moving-in.md 改正。"))
    for remark in table.remarks:
        report.add(Said(0, "warning", table.path.name, f"{remark}。"))
    if people.division(f"{county}000000") is None:
        raise Refused("county_unknown", "系统里没有县 {county} 的区划。请先导入区划表（divisions）。", county=county)
    with transaction.atomic():
        only_one(county)
        _Run(kind, table, heading, Work(county, by, clock.today()), report, step).all()
        is_wrong = bool(report.counts["refused"]) and not keep_going
        if dry_run or is_wrong or table.torn:
            transaction.set_rollback(True)
            return False
        if report.counts["new"] or report.counts["changed"]:
            body = {key: report.counts[key] for key in ("new", "changed", "same", "kept", "refused")}
            digest = {"digest": _digest(table)}
            ledger.record(
                "import", subject or uuid7(), f"import_{kind.name}".replace("-", "_"), by, body | digest, county=county
            )
    return True


class _Run:
    """One pass over the rows of a table."""

    def __init__(
        self, kind: Kind, table: Table, heading: Heading, work: Work, report: Report, step: Callable[[int], None]
    ) -> None:
        self.kind, self.table, self.heading, self.work, self.report, self.step = (
            kind,
            table,
            heading,
            work,
            report,
            step,
        )
        #: Rows that wait for others, and what each waits for.
        self.waiting: list[tuple[Row, Refused]] = []

    def all(self) -> None:
        for lines in _batches(self.table.lines()):
            self._batch([row for line in lines if (row := self._read(line)) is not None])
            self.step(len(lines))
        before = len(self.waiting) + 1
        while self.waiting and len(self.waiting) < before:
            before, again = len(self.waiting), self.waiting
            self.waiting = []
            self._batch([row for row, _ in again])
        for row, refused in self.waiting:
            self._refuse(row.line, "", refused.sentence)

    def _read(self, line: Line) -> Row | None:
        row, wrong, remarks = read_row(line, len(self.table.heading), self.heading, self.kind.columns)
        for fault in remarks:
            self.report.add(Said(line.number, "warning", fault.where, fault.sentence))
        if wrong:
            self.report.add(Said(line.number, "refused", ""))
            for fault in wrong:
                self.report.add(Said(line.number, "error", fault.where, fault.sentence))
            return None
        return row

    def _batch(self, rows: list[Row]) -> None:
        """Bring in a batch; if one of its rows is refused, take it back and bring in row by row."""
        waited = len(self.waiting)
        try:
            with transaction.atomic():
                told = [said for row in rows for said in self._bring(row)]
        except (Refused, DatabaseError):
            self._forget(waited)
            for row in rows:
                self._alone(row)
        else:
            for said in told:
                self.report.add(said)

    def _alone(self, row: Row) -> None:
        try:
            with transaction.atomic():
                told = list(self._bring(row))
        except Refused as refused:
            self._forget()
            self._refuse(row.line, "", refused.sentence)
        except (DataError, IntegrityError) as error:
            self._forget()
            self._refuse(row.line, "", f"数据库没有收下这一行（{type(error).__name__}）。请核对有没有过长的内容。")
        else:
            for said in told:
                self.report.add(said)

    def _bring(self, row: Row) -> Iterator[Said]:
        told: list[Said] = []
        self.work.say = lambda where, sentence: told.append(Said(row.line, "warning", where, sentence))
        try:
            brought = self.kind.bring(row, self.work)
        except NotYet as not_yet:
            if len(self.waiting) >= _MOST_WAITING:
                raise not_yet.refused from None
            self.waiting.append((row, not_yet.refused))
            return
        yield Said(row.line, brought.outcome, brought.key, brought.remark)
        yield from told

    def _refuse(self, line: int, where: str, sentence: str) -> None:
        self.report.add(Said(line, "refused", where))
        self.report.add(Said(line, "error", where, sentence))

    def _forget(self, waited: int | None = None) -> None:
        """What was looked up or found waiting in rows that were taken back is not so."""
        self.work.known.clear()
        if waited is not None:
            del self.waiting[waited:]


def _batches(lines: Iterable[Line]) -> Iterator[list[Line]]:
    one_by_one = iter(lines)
    while batch := list(islice(one_by_one, BATCH)):
        yield batch


def only_one(county: str) -> None:
    """Let nobody else import into this county until this transaction is over."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 11))", [f"import {county}"])
        (free,) = cursor.fetchone()
    if not free:
        raise Refused("import_running", "这个县有另一次导入正在进行。请等它结束后再导入。")


def _digest(table: Table) -> str:
    with table.path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def differing(pairs: Iterable[tuple[str, Any, Any]]) -> str:
    """Return a sentence that names what differs from what the system has: (label, there, here); empty: nothing."""
    labels = [label for label, there, here in pairs if here not in ("", None) and there != here]
    return f"系统里的{'、'.join(labels)}与表中不同，没有改动。" if labels else ""


def maybe(ask: Callable[..., Any], *words: Any) -> Any:
    """Return what is asked for, or None where the room says that there is none."""
    try:
        return ask(*words)
    except Refused:
        return None
