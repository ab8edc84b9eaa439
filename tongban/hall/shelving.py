"""A range of the journal taken off line into one file, and brought back: ``./run ledger detach``, ``attach``.

The file is a ZIP of two members: ``journal.copy``, the entries as PostgreSQL copies them, in the order of streams; and
``manifest.json``, which says what they are, with their digest and the signed roots of the days they belong to.  Its own
digest stands in the journal.  What has left the table can be read beside it for a while (``beside``): everything that
asks for ``ledger_entry`` then sees the entries of the file as well.
"""

import hashlib
import json
import os
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import OperationalError, connection, transaction

from tongban.hall import schema, state
from tongban.hall.progress import Bar
from tongban.rooms import clock
from tongban.rooms.ids import uuid7
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.ledger import closing, ranges
from tongban.rooms.ledger.models import Detached
from tongban.rooms.ledger.ranges import Range
from tongban.rulebook.errors import Refused

FORM = "tongban-journal-1"
CONTENT, MANIFEST = "journal.copy", "manifest.json"
_COLUMNS = "subject_kind, subject_id, seq, county, step, at, actor, post, body, hash, xact"
_BLOCK = 1 << 20
#: SQLSTATE of a lock that was not had in time.
_LOCKED = "55P03"
#: By county, the closed days to which entries of a range belong.
_Days = dict[str, tuple[closing.Root, ...]]


def folder() -> Path:
    """Return where files of ranges go when nobody says otherwise."""
    return state.folder() / "ledger"


def detach(before: int, file: Path | None = None, *, beside_files: Sequence[Path] = (), who: str) -> list[Detached]:
    """Take the ranges that end before a year off line; returns what is known of each.  Needs the owner's address.

    All are looked at first.  Each is written to a file, read again and compared with the table, and only then taken
    out, in the transaction that journals it.  ``beside_files``: of ranges that were taken off line earlier, where days
    are shared with them.  Raises ``Refused``: ``range_year_not_over``, ``no_range_before``, ``ranges_several``,
    ``range_case_open``, ``range_promise_owed``, ``range_not_summed``, ``range_day_open``,
    ``range_shares_days``, ``range_not_sound``, ``range_file_there``, ``range_file_unwritable``, ``range_moved``,
    ``journal_busy``; what was refused is as it was.
    """
    if ranges.this_year() < before:
        raise Refused(
            "range_year_not_over",
            "{year} 年还没有过完，它的台账还会增加，不能移出。--before 最大可以写 {now}。",
            year=before - 1,
            now=ranges.this_year(),
        )
    with schema.as_owner():
        with connection.cursor() as cursor:
            found = [one for one in ranges.there(cursor) if one.until is not None and one.until <= ranges.edge(before)]
        if not found:
            raise Refused(
                "no_range_before", "没有在 {year} 年以前结束的分表。用 ./run ledger 查看有哪些。", year=before
            )
        if file is not None and len(found) > 1:
            raise Refused(
                "ranges_several", "要移出的分表有 {n} 张，每张一个文件。请不写 --file，或者一次移一年。", n=len(found)
            )
        with beside(beside_files) as here, Bar("核对台账"):
            days = [_days_once_free(one, here) for one in found]
        return [
            _detach(one, its, file or folder() / f"{one.table}.zip", who) for one, its in zip(found, days, strict=True)
        ]


def attach(file: Path) -> Detached:
    """Bring a range back from its file.  Needs the owner's address.

    Raises ``Refused``: ``range_file_unreadable``, ``range_file_unknown``, ``range_file_altered``.
    """
    row = _row_of(file)
    with schema.as_owner(), transaction.atomic(), connection.cursor() as cursor, Bar("放回台账"):
        ranges.make_apart(cursor, row.table)
        _copy_in(cursor, file, row.table)
        _need_whole(cursor, row, row.table)
        ranges.put_in(cursor, row.table, row.first, row.until)
        row.attached_at = clock.now()
        row.save(update_fields=["attached_at"])
        for county in row.days:
            body = {"range": row.table, "entries": row.entries, "sha256": row.sha256}
            ledger.record("range", row.id, "attach_range", "house", body, county=county)
    return row


@contextmanager
def beside(files: Sequence[Path]) -> Iterator[frozenset[UUID]]:
    """Within, this connection reads the entries of these files beside those of the table; yields which ranges they are.

    Raises ``Refused`` as ``attach`` does, and ``range_file_twice``.
    """
    rows = [_row_of(file) for file in files]
    if len({row.id for row in rows}) < len(rows):
        raise Refused("range_file_twice", "同一个台账文件给出了两次。请每个文件只写一次。")
    if not rows:
        yield frozenset()
        return
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE ledger_brought (LIKE public.ledger_entry INCLUDING DEFAULTS)")
        try:
            with Bar("读入移出的台账", len(rows)) as bar:
                for file in files:
                    _copy_in(cursor, file, "ledger_brought")
                    bar.step()
            cursor.execute("CREATE INDEX ON ledger_brought (subject_id, seq)")
            cursor.execute("CREATE INDEX ON ledger_brought (county, at)")
            cursor.execute("ANALYZE ledger_brought")
            # Its name comes before that of the table: whoever asks for the journal sees both.
            cursor.execute(
                "CREATE TEMP VIEW ledger_entry AS"
                " SELECT * FROM public.ledger_entry UNION ALL SELECT * FROM pg_temp.ledger_brought"
            )
            cursor.execute("DISCARD PLANS")  # what was prepared before still means the table
            yield frozenset(row.id for row in rows)
        finally:
            if not connection.needs_rollback:
                cursor.execute("DROP VIEW IF EXISTS pg_temp.ledger_entry")
                cursor.execute("DROP TABLE IF EXISTS pg_temp.ledger_brought")
                cursor.execute("DISCARD PLANS")


# ---- taking off line ----


def _detach(one: Range, days: _Days, file: Path, who: str) -> Detached:
    _write(one, days, file)
    try:
        return _take_out(one, days, file, who)
    except Refused:
        file.unlink()
        raise
    except OperationalError as no:
        if getattr(no.__cause__, "sqlstate", "") != _LOCKED:
            raise  # whether it was committed is not known: the file stays
        file.unlink()
        raise Refused(
            "journal_busy", "有程序正在长时间读写台账，分表没有移出，什么都没有改变。请等它结束后再试一次。"
        ) from None


def _days_once_free(one: Range, here: frozenset[UUID]) -> _Days:
    """Return the days a range belongs to.  Raises ``Refused`` where something still needs it or a day does not hold."""
    _need_over(one)
    _need_kept(one)
    found: _Days = {}
    for county in _counties(one):
        days, open_ = closing.days_in(county, one.table)
        if open_:
            raise Refused(
                "range_day_open",
                "{range} 里有 {n} 条记录还没有封账（{county}）。投递员每天封前一天的账；请等封账以后再移出。",
                range=one.table,
                n=open_,
                county=county,
            )
        found[county] = days
        own = {root.day for root in days}
        for other in ranges.off_line():
            if other.id not in here and own & ranges.days_of(other, county):
                raise Refused(
                    "range_shares_days",
                    "{range} 与已移出的 {other} 有同一天封账的记录，要两边一起才能核对。"
                    "请用 --with 给出 {other} 的文件。",
                    range=one.table,
                    other=other.table,
                )
        if wrong := closing.verify_roots(county, only=own):
            raise Refused(
                "range_not_sound", "封账核对不上，不能移出：{wrong}请先运行 ./run verify journal 查明。", wrong=wrong[0]
            )
    return found


def _need_over(one: Range) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), min(coalesce(number, id::text)) FROM casework_case"
            " WHERE id >= %s AND id < %s AND closed_at IS NULL",
            _keys(one),
        )
        count, number = cursor.fetchone()
    if count:
        raise Refused(
            "range_case_open",
            "{range} 里还有 {n} 个办件没有办结，例如 {number}，它们的台账还要用。请办结以后再移出。",
            range=one.table,
            n=count,
            number=number,
        )


def _need_kept(one: Range) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), min(kind) FROM ledger_promise WHERE done_at IS NULL AND subject_kind = 'case'"
            " AND subject_id >= %s AND subject_id < %s",
            _keys(one),
        )
        count, kind = cursor.fetchone()
    if count:
        raise Refused(
            "range_promise_owed",
            "{range} 里的办件还有 {n} 件该办没办的事（例如 {kind}；archive 是归档），做的时候要读台账。"
            "请等投递员办完再移出。",
            range=one.table,
            n=count,
            kind=kind,
        )
    with connection.cursor() as cursor:
        # What moved since the mark of the sums is read from the journal (``supervision.course``).
        cursor.execute(
            "SELECT m.county FROM supervision_mark m"
            f" WHERE EXISTS (SELECT FROM {one.table} e WHERE e.county = m.county AND e.xact >= m.xact)"
        )
        behind = cursor.fetchone()
    if behind:
        raise Refused(
            "range_not_summed",
            "{county} 的指标还没有汇总到 {range} 的最后一步，现在移出，指标会少数。"
            "投递员每分钟汇总一次；请过一会儿再移出。",
            county=behind[0],
            range=one.table,
        )


def _counties(one: Range) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT county FROM {one.table} ORDER BY county")
        return [row[0] for row in cursor.fetchall()]


def _write(one: Range, days: _Days, file: Path) -> None:
    """Write the entries of a range and what they are to a new file, whole or not at all."""
    if file.exists():
        raise Refused("range_file_there", "{file} 已经有了，不会覆盖。请换一个文件名，或先把它移走。", file=str(file))
    part = file.with_name(file.name + ".part")
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        made = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as no:
        raise Refused(
            "range_file_unwritable", "{file} 写不进去（{why}）。请换一个目录。", file=str(file), why=state.reason_of(no)
        ) from None
    try:
        with os.fdopen(made, "wb") as out, Bar("写出台账"):
            with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
                manifest = _pack(one, days, packed)
                packed.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1) + "\n")
            out.flush()
            os.fsync(out.fileno())
        part.rename(file)
        _sync(file.parent)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _sync(folder_: Path) -> None:
    """Let a name outlive a power cut: the table is dropped next."""
    opened = os.open(folder_, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _pack(one: Range, days: _Days, packed: zipfile.ZipFile) -> dict[str, Any]:
    digest = hashlib.sha256()
    with transaction.atomic(), connection.cursor() as cursor:
        with packed.open(CONTENT, "w", force_zip64=True) as out:
            for block in _rows(cursor, one.table):
                digest.update(block)
                out.write(block)
        entries, cases = _counted(cursor, one.table)
    return {
        "form": FORM,
        "range": one.table,
        "first": one.first and str(one.first),
        "until": str(one.until),
        "entries": entries,
        "cases": cases,
        "columns": _COLUMNS,
        "sha256": digest.hexdigest(),
        "roots": [json.loads(root.as_line()) for roots in days.values() for root in roots],
    }


@transaction.atomic
def _take_out(one: Range, days: _Days, file: Path, who: str) -> Detached:
    """Compare the file with the table, and take the range out; nothing can come into it meanwhile."""
    assert one.until is not None
    with connection.cursor() as cursor, Bar("核对文件"):
        cursor.execute("SET LOCAL lock_timeout = '2s'")
        cursor.execute(f"LOCK TABLE {one.table} IN SHARE MODE")
        _need_over(one)
        _need_kept(one)
        digest = hashlib.sha256()
        for block in _rows(cursor, one.table):
            digest.update(block)
        with zipfile.ZipFile(file) as packed, packed.open(CONTENT) as content:
            kept = hashlib.file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type]
        if kept != digest.hexdigest():
            raise Refused("range_moved", "写出的文件与台账不一致（写的时候有人办了其中的办件），没有移出。请再试一次。")
        entries, cases = _counted(cursor, one.table)
        row = Detached.objects.create(
            id=uuid7(),
            table=one.table,
            first=one.first,
            until=one.until,
            cases=cases,
            entries=entries,
            sha256=_digest_of(file),
            size=file.stat().st_size,
            days={county: [root.day.isoformat() for root in roots] for county, roots in days.items()},
            who=who,
            at=clock.now(),
        )
        for county in days:
            body = {"range": one.table, "entries": entries, "cases": cases, "sha256": row.sha256}
            ledger.record("range", row.id, "detach_range", "house", body, county=county)
        ranges.take_out(cursor, one.table)
    return row


# ---- files ----


def _row_of(file: Path) -> Detached:
    """Return the range that is off line and whose file this is.  Raises ``Refused``."""
    try:
        digest = _digest_of(file)
    except OSError as no:
        raise Refused(
            "range_file_unreadable", "{file} 读不出来（{why}）。请核对路径。", file=str(file), why=state.reason_of(no)
        ) from None
    row = Detached.objects.filter(sha256=digest, attached_at=None).first()
    if row is None:
        raise Refused(
            "range_file_unknown",
            "{file} 不是从这里移出、还没有放回的台账，或者它被改动过（sha256 {digest}）。"
            "请换一份副本；用 ./run ledger 查看移出了哪些。",
            file=str(file),
            digest=digest[:16],
        )
    return row


def _copy_in(cursor: Any, file: Path, table: str) -> None:
    with (
        zipfile.ZipFile(file) as packed,
        packed.open(CONTENT) as content,
        cursor.copy(f"COPY {table} ({_COLUMNS}) FROM STDIN") as copy,
    ):
        while block := content.read(_BLOCK):
            copy.write(block)


def _need_whole(cursor: Any, row: Detached, table: str) -> None:
    if _counted(cursor, table) != (row.entries, row.cases):
        raise Refused("range_file_altered", "文件里的记录数与移出时不符，没有放回。请换一份副本。")


def _rows(cursor: Any, table: str) -> Iterator[bytes]:
    """Yield the entries of a table as PostgreSQL copies them, the order of streams."""
    with cursor.copy(f"COPY (SELECT {_COLUMNS} FROM {table} ORDER BY subject_id, seq) TO STDOUT") as copy:
        for block in copy:
            yield bytes(block)


def _counted(cursor: Any, table: str) -> tuple[int, int]:
    cursor.execute(f"SELECT count(*), count(DISTINCT subject_id) FROM {table}")
    entries, cases = cursor.fetchone()
    return entries, cases


def _digest_of(file: Path) -> str:
    with open(file, "rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _keys(one: Range) -> tuple[UUID, UUID]:
    assert one.until is not None
    return one.first or UUID(int=0), one.until
