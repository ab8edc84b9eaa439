"""./run verify journal: the journal alone must give every case, its clocks, its numbers and its figures.

All streams are read once, in order and in batches, from one snapshot, so that a house at work can be verified too.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from tongban.hall import shelving
from tongban.hall.progress import Bar
from tongban.rooms import calendars, clock
from tongban.rooms.casework.queries.reading import running
from tongban.rooms.ledger import closing, ranges
from tongban.rooms.ledger.models import Detached
from tongban.rooms.ledger.statement import CASE_COLUMNS
from tongban.rooms.supervision import queries as supervision
from tongban.rooms.supervision.queries.facts import COUNTED_OVER
from tongban.rooms.supervision.queries.scope import COUNTED
from tongban.rulebook import deciding
from tongban.rulebook.indicators import BY_CODE, Dimension
from tongban.rulebook.kinds import KINDS

#: Differences that are named; more are only counted.
SHOWN = 20
_BATCH = 1000
_MOMENTS = frozenset({"filed_at", "decided_at", "closed_at", "next_moment", "start_at", "due_at", "stopped_at"})
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class Report:
    """What was looked at, and what does not agree."""

    #: How many of what.
    counts: Counter[str] = field(default_factory=Counter)
    #: The first differences, in sentences.
    differences: list[str] = field(default_factory=list)
    #: All of them.
    wrong: int = 0
    #: Sum of the digests of all cases, so that their order does not matter.
    facts: int = 0
    #: Cases by (county, month, what happened), counted from the journal for comparison with figures.
    happened: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    #: Of these nothing was counted whole: entries of some of their cases are off line.
    partly: set[tuple[str, str, str]] = field(default_factory=set)
    #: What could not be verified because it is off line, in sentences.
    away: list[str] = field(default_factory=list)

    def differ(self, sentence: str) -> None:
        """Note that something does not agree."""
        self.wrong += 1
        if len(self.differences) < SHOWN:
            self.differences.append(sentence)

    @property
    def digest(self) -> str:
        """Equal digests: the same kinds of cases took the same steps with the same dates, whatever their ids."""
        return f"{self.facts % 2**256:064x}"


def run(files: Sequence[Path] = ()) -> int:
    """Verify and print; returns the exit status: 0 when all agrees, 2 when what is here agrees but some is off line.

    A verification that had to leave something out must not look like one that did not; ``files`` makes it whole.
    """
    report = verify(files)
    for name, count in report.counts.items():
        print(f"{name:　<10}{count:>12,}")
    print(f"事实摘要　{report.digest}")
    if not report.wrong and not report.away:
        print("核对一致：台账、办件、期限、编号、指标和封账没有出入。")
        return 0
    for sentence in report.away:
        print(sentence)
    if not report.wrong:
        print("在线的部分核对一致；以上移出的部分没有核对。请用 --with 给出移出的文件再核对一次。")
        return 2
    print(f"发现 {report.wrong} 处不一致" + (f"，先列 {SHOWN} 处：" if report.wrong > SHOWN else "："))
    for sentence in report.differences:
        print(f"  {sentence}")
    return 1


def verify(files: Sequence[Path] = ()) -> Report:
    """Look at everything and return what was found; ``files``: of ranges of the journal that are off line."""
    report = Report()
    with shelving.beside(files) as here, _snapshot():
        away = [one for one in ranges.off_line() if one.id not in here]
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM ledger_entry")
            (total,) = cursor.fetchone()
        with Bar("核对台账", total) as bar:
            _walk(report, bar, away)
        with Bar("核对编号、指标和封账"):
            _verify_registers(report)
            _verify_figures(report)
            _verify_roots(report, away)
    return report


@contextmanager
def _snapshot() -> Iterator[None]:
    """Read everything as of one moment."""
    alone = not connection.in_atomic_block
    with transaction.atomic():
        if alone:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


# ---- streams ----

_ENTRIES = """
    SELECT subject_id, subject_kind, seq, step, at, actor, post, body::text, hash FROM ledger_entry
    ORDER BY subject_id, seq
"""
_CASES = """
    SELECT c.id, to_jsonb(c)::text,
        (SELECT jsonb_agg(to_jsonb(k) ORDER BY k.name, k.run)::text FROM casework_clock k WHERE k.case_id = c.id),
        (SELECT jsonb_agg(to_jsonb(p) ORDER BY p.no)::text FROM casework_proceeding p WHERE p.case_id = c.id)
    FROM casework_case c ORDER BY c.id
"""
_NUMBERS = (
    "SELECT subject_id, seq, unit, kind, year, n FROM ledger_number ORDER BY subject_id, seq, unit, kind, year, n"
)


def _walk(report: Report, bar: Bar, away: Sequence[Detached]) -> None:
    """Follow all streams beside the case rows and the numbers, which are sorted alike."""

    def without_stream(row: tuple[Any, ...]) -> None:
        if any(_lies_in(one, row[0]) for one in away):
            report.counts["台账已移出的办件"] += 1
            case = json.loads(row[1])
            report.partly.update(_happened(case, case))
        else:
            report.differ(f"办件 {row[0]} 没有台账。")

    def without_entry(row: tuple[Any, ...]) -> None:
        is_away = any(_lies_in(one, row[0]) for one in away)
        report.counts["台账已移出的编号" if is_away else "办件以外的编号"] += 1

    cases = _Sorted(_batches(_CASES))
    numbers = _Sorted(_batches(_NUMBERS))
    for subject_id, entries in groupby(_batches(_ENTRIES), key=lambda row: row[0]):
        for row in cases.before(subject_id):
            without_stream(row)
        report.counts["台账流"] += 1
        stream = _Stream(report, subject_id)
        for entry in entries:
            stream.add(entry)
            bar.step()
        for row in numbers.before(subject_id):
            without_entry(row)
        drawn = [tuple(row[1:]) for row in numbers.at(subject_id)]
        found = next(cases.at(subject_id), None)
        if stream.kind == "case":
            stream.compare_numbers(drawn)
            stream.compare_case(found)
        elif found is not None:
            report.differ(f"办件 {subject_id} 的台账不是办件的台账。")
        else:
            report.counts["办件以外的编号"] += len(drawn)
    for row in cases.rest():
        without_stream(row)
    for row in numbers.rest():
        without_entry(row)


def _lies_in(one: Detached, case_id: UUID) -> bool:
    return case_id < one.until and (one.first is None or case_id >= one.first)


class _Sorted:
    """Rows sorted by their first column, taken in step with another sorted sequence."""

    def __init__(self, rows: Iterator[tuple[Any, ...]]) -> None:
        self._rows = rows
        self._next: tuple[Any, ...] | None = next(rows, None)

    def before(self, key: UUID) -> Iterator[tuple[Any, ...]]:
        """Yield the rows that come before ``key``."""
        while self._next is not None and self._next[0] < key:
            yield self._take()

    def at(self, key: UUID) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of ``key``."""
        while self._next is not None and self._next[0] == key:
            yield self._take()

    def rest(self) -> Iterator[tuple[Any, ...]]:
        """Yield what is left."""
        while self._next is not None:
            yield self._take()

    def _take(self) -> tuple[Any, ...]:
        row = self._next
        assert row is not None
        self._next = next(self._rows, None)
        return row


class _Stream:
    """One stream of the journal, folded entry by entry."""

    def __init__(self, report: Report, subject_id: UUID) -> None:
        self._report = report
        self._id = subject_id
        self.kind = ""
        self._seq = 0
        self._hash = b""
        self._row: dict[str, Any] = {}
        self._clocks: dict[tuple[str, int], dict[str, Any]] = {}
        self._changed: list[dict[str, Any]] = []
        self._proceedings: dict[int, dict[str, Any]] = {}
        self._numbers: list[tuple[Any, ...]] = []
        self._lines: list[str] = []

    def add(self, entry: tuple[Any, ...]) -> None:
        """Check one entry's place and hash, and fold what it says."""
        _, self.kind, seq, step, at, actor, post, text, kept = entry
        self._report.counts["台账记录"] += 1
        if seq != self._seq + 1:
            self._report.differ(f"{self.kind} {self._id}：第 {self._seq} 条之后是第 {seq} 条。")
        words = "|".join((str(self._id), str(seq), step, _epoch(at), actor, post, text))
        computed = hashlib.sha256(self._hash + words.encode()).digest()
        if computed != bytes(kept):
            self._report.differ(f"{self.kind} {self._id}：第 {seq} 条（{step}）的内容与它的散列不符，记录被改动过。")
        self._seq, self._hash = seq, bytes(kept)
        if self.kind == "case":
            self._fold(seq, step, at, json.loads(text))

    def _fold(self, seq: int, step: str, at: datetime, body: Mapping[str, Any]) -> None:
        self._row = body["row"]
        for one in body["clocks"]:
            self._clocks[one["name"], one["run"]] = one
        self._changed += body["clocks"]
        for one in body["proceedings"]:
            self._proceedings[one["no"]] = one
        self._numbers += [(seq, *number) for number in body.get("numbers") or ()]
        self._lines.append(_normalised(seq, step, at, body))

    def compare_numbers(self, drawn: list[tuple[Any, ...]]) -> None:
        """The numbers that entries name are those in the register, one by one."""
        self._report.counts["办件编号"] += len(drawn)
        if sorted(self._numbers) != sorted(drawn):
            self._report.differ(
                f"办件 {self._id}：台账中的编号 {sorted(self._numbers)} 与登记的 {sorted(drawn)} 不符。"
            )

    def compare_case(self, found: tuple[Any, ...] | None) -> None:
        """The fold gives the case row, its clocks and proceedings exactly; dues counted anew agree."""
        if found is None:
            self._report.differ(f"办件 {self._id}：有台账，没有办件。")
            return
        self._report.counts["办件"] += 1
        case = json.loads(found[1])
        if case["version"] != self._seq:
            self._report.differ(f"办件 {self._id}：版本是 {case['version']}，台账有 {self._seq} 条。")
        self._same("办件", case, {name: self._row.get(name) for name in CASE_COLUMNS})
        self._same_rows("期限", found[2], [self._clocks[key] for key in sorted(self._clocks)], ("name", "run"))
        self._same_rows("程序", found[3], [self._proceedings[key] for key in sorted(self._proceedings)], ("no",))
        for one in self._changed:
            self._recount(case["kind"], one)
        line = "\n".join((case["kind"], case["item_code"], *self._lines))
        self._report.facts += int.from_bytes(hashlib.sha256(line.encode()).digest(), "big")
        self._report.happened.update(_happened(case, self._row))

    def _same(self, what: str, kept: Mapping[str, Any], folded: Mapping[str, Any]) -> None:
        for name, value in folded.items():
            if _plain(name, kept.get(name)) != _plain(name, value):
                self._report.differ(f"办件 {self._id}：{what}的 {name} 是 {kept.get(name)}，台账推得 {value}。")

    def _same_rows(self, what: str, text: str | None, folded: list[dict[str, Any]], key: tuple[str, ...]) -> None:
        kept = json.loads(text) if text else []
        self._report.counts[what] += len(kept)
        mine, theirs = ([tuple(one[name] for name in key) for one in some] for some in (folded, kept))
        if mine != theirs:
            self._report.differ(f"办件 {self._id}：{what}有 {theirs}，台账推得 {mine}。")
            return
        for one, other in zip(kept, folded, strict=True):
            self._same(what + "".join(f" {other[name]}" for name in key), one, other)

    def _recount(self, kind: str, one: Mapping[str, Any]) -> None:
        if one["calendar"] != calendars.calendar().version:
            self._report.counts["按另一版日历计的期限"] += 1
            return
        self._report.counts["重算的到期日"] += 1
        wanted = _recounted(kind, json.dumps({**one, "stopped_at": None, "noted": False, "case_id": ""}))
        found = (one["due_on"], _plain("due_at", one["due_at"]), one["amber_from"], one["provisional"])
        if wanted != found:
            self._report.differ(f"办件 {self._id}：{one['name']} 记为 {one['due_on']} 到期，重算得 {wanted[0]}。")


def _happened(case: Mapping[str, Any], row: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield what figures count of a case, from its row as the journal told it: county, month, and what it was."""
    if case["kind"] not in COUNTED or case["rehearsal"] or row["filed_at"] is None:
        return
    decided = _day(row["decided_at"])
    accepted = row["accepted_on"]
    if case["kind"] == "filing" and row["decision"] in ("granted", "struck_out"):
        accepted = decided
    if accepted:
        yield case["county"], accepted[:7], "accepted"
    if accepted and decided:
        yield case["county"], decided[:7], "finished"
    filed = _day(row["filed_at"])
    assert filed is not None
    yield case["county"], filed[:7], "online_cases"


def _normalised(seq: int, step: str, at: datetime, body: Mapping[str, Any]) -> str:
    """Return what happened in one entry without ids, random numbers and times of day."""
    row = body["row"]
    facts = [seq, step, row["state"], clock.legal_date(at).isoformat(), row["received_on"], row["accepted_on"]]
    facts += [row["decision"], row["stage"], row["flags"], row["situation"]]
    clocks = [
        [one["name"], one["run"], one["start_on"], one["limit"], one["extension"], one["excluded"], one["due_on"]]
        for one in sorted(body["clocks"], key=lambda one: (one["name"], one["run"]))
    ]
    proceedings = [[one["kind"], one["opened_on"], one["due_on"], one["closed_on"]] for one in body["proceedings"]]
    return json.dumps([facts, clocks, proceedings], ensure_ascii=False)


@lru_cache(maxsize=4096)
def _recounted(kind: str, text: str) -> tuple[str, datetime, str, bool]:
    """Return (due_on, due_at, amber_from, provisional) of a clock, by the rulebook and the calendar."""
    one = json.loads(text)
    counted = deciding.recount(running(one), KINDS[kind].clock_by_name[one["name"]], calendars.calendar())
    return counted.due.on.isoformat(), counted.due_at, counted.amber_from.isoformat(), counted.due.provisional


def _plain(name: str, value: Any) -> Any:
    """Return a value so that what Python and PostgreSQL write differently compares equal."""
    if name in _MOMENTS and isinstance(value, str):
        return datetime.fromisoformat(value).astimezone(UTC)
    return value


def _day(moment: str | None) -> str | None:
    return clock.legal_date(datetime.fromisoformat(moment)).isoformat() if moment else None


def _epoch(at: datetime) -> str:
    """Return seconds since 1970 as the journal hashes them: six decimals, without rounding."""
    since = at - _EPOCH
    return f"{since // timedelta(seconds=1)}.{since.microseconds:06d}"


def _batches(sql: str) -> Iterator[tuple[Any, ...]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql)
        while batch := cursor.fetchmany(_BATCH):
            yield from batch


# ---- the rest ----


def _verify_registers(report: Report) -> None:
    """Every register runs from 1 to its last number without a gap, and every number is in a register."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT unit, kind, year, max(r.last), count(n.n), min(n.n), max(n.n)"
            " FROM ledger_register r FULL JOIN ledger_number n USING (unit, kind, year)"
            " GROUP BY unit, kind, year ORDER BY unit, kind, year"
        )
        for unit, kind, year, last, count, first, highest in cursor.fetchall():
            report.counts["编号簿"] += 1
            if (last, first, highest) != (count, 1, count):
                report.differ(f"编号簿 {unit} {kind} {year}：末号 {last}，登记 {count} 个，从 {first} 到 {highest}。")


def _verify_figures(report: Report) -> None:
    """Every figure of every month is the sum of its rows and of its units, and counts what the journal counts."""
    for county in supervision.counties():
        for first, last in _months(report, county):
            for code in COUNTED_OVER:
                report.counts["指标"] += 1
                _verify_figure(report, code, county, first, last)


def _verify_figure(report: Report, code: str, county: str, first: date, last: date) -> None:
    name = f"{county} {first:%Y-%m} {BY_CODE[code].name}"
    whole = supervision.figure(code, county, first, last)
    rows = supervision.rows(code, county, first, last)
    above = sum((row.above for row in rows), Decimal(0))
    below = None if whole.denominator is None else sum((row.below or Decimal(0) for row in rows), Decimal(0))
    if (above, below) != (whole.numerator, whole.denominator):
        report.differ(f"{name}：是 {whole.numerator}/{whole.denominator}，各行之和是 {above}/{below}。")
    summed = supervision.totals(county, first, last, (code,))[code]
    if (summed.numerator, summed.denominator) != (whole.numerator, whole.denominator):
        report.differ(f"{name}：逐件数是 {whole}，照每天的汇总是 {summed}。")
    if {row.id for row in rows} != {*whole.numerator_ids, *whole.denominator_ids}:
        report.differ(f"{name}：打开后的行与计入的行不同。")
    parts = supervision.figures_by(code, county, first, last, Dimension.UNIT).values()
    if sum((part.numerator for part in parts), Decimal(0)) != whole.numerator:
        report.differ(f"{name}：各部门之和不等于全县。")
    key = (county, f"{first:%Y-%m}", code)
    if key in report.partly:
        return
    happened = report.happened[key]
    counted = whole.denominator if code == "online_cases" else whole.numerator
    if code in ("accepted", "finished", "online_cases") and counted != happened:
        report.differ(f"{name}：计入 {counted} 件，台账中有 {happened} 件。")


def _months(report: Report, county: str) -> list[tuple[date, date]]:
    """Return the months in which something happened, as first and last day."""
    months = sorted({month for where, month, _ in {*report.happened, *report.partly} if where == county})
    spans = []
    for month in months:
        first = date.fromisoformat(f"{month}-01")
        spans.append((first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)))
    return spans


def _verify_roots(report: Report, away: Sequence[Detached]) -> None:
    for one in away:
        on = clock.legal_date(one.at)
        report.away.append(
            f"{one.table} 已于 {on} 移出：{one.cases} 个办件、{one.entries} 条记录；文件 sha256 {one.sha256}"
        )
    for county in closing.counties():
        report.counts["封账日"] += len(closing.roots(county))
        unproved = sorted({day for one in away for day in ranges.days_of(one, county)})
        if unproved:
            days = "、".join(map(str, unproved))
            report.away.append(f"{county} 有 {len(unproved)} 天的封账要有移出的台账才能核对：{days}")
        for sentence in closing.verify_roots(county, leave_out=unproved):
            report.differ(sentence)
