"""Closing of the day: one signed hash over everything the journal took in, and over the day before.

A root covers the entries dated up to its day that were committed behind its watermark and that no earlier root
covers.  The watermark is the lowest transaction that was still running: whatever commits later, however it is dated,
belongs to the next root, so no entry is ever outside all of them and none is in two.
"""

import hashlib
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from itertools import pairwise
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import connection, transaction

from tongban.rooms import clock, crypto
from tongban.rulebook.errors import Refused

_BATCH = 2000


@dataclass(frozen=True, slots=True)
class Root:
    """A closed day."""

    county: str
    day: date
    #: How many entries it covers.
    entries: int
    #: sha256 over the root before, this line and the heads of all streams that moved.
    root: bytes
    before: bytes
    #: Every transaction below it was over.
    watermark: int
    #: Ed25519 over ``root``.
    signature: bytes
    closed_at: datetime

    def as_line(self) -> str:
        """Return the root as one line of JSON, to be given out of the house."""
        return json.dumps(
            {
                "county": self.county,
                "day": self.day.isoformat(),
                "entries": self.entries,
                "watermark": self.watermark,
                "root": self.root.hex(),
                "before": self.before.hex(),
                "signature": self.signature.hex(),
                "closed_at": self.closed_at.isoformat(),
                "key": public_key().hex(),
            },
            sort_keys=True,
        )


@transaction.atomic
def close_day(county: str, day: date) -> Root:
    """Close ``day``; a day already closed is returned as it is.

    Raises ``Refused``: ``day_not_over``, or ``day_out_of_order`` when a later day is closed already.
    """
    if clock.today() <= day:
        raise Refused("day_not_over", "{day} 还没有过完，不能封账。请在次日封账。", day=day)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 11))", [county])
    closed = roots(county)
    known = next((root for root in closed if root.day == day), None)
    if known is not None:
        return known
    last = closed[-1] if closed else None
    if last is not None and last.day > day:
        raise Refused(
            "day_out_of_order",
            "{last} 已经封账，不能再补封更早的 {day}；晚到的记录已归入其后的封账。",
            last=last.day,
            day=day,
        )
    watermark = _watermark(last)
    entries, root = _root(county, day, watermark, last)
    made = Root(
        county,
        day,
        entries,
        root,
        last.root if last else b"",
        watermark,
        _private_key().sign(root),
        clock.now(),
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_dayroot (county, day, entries, root, before, watermark, signature, closed_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            [county, day, entries, made.root, made.before, watermark, made.signature, made.closed_at],
        )
    return made


def close_due() -> tuple[Root, ...]:
    """Close every day that is over, of every county; a day in which nothing was written needs no root."""
    made = []
    for county, day in _unclosed():
        made.append(close_day(county, day))
    return tuple(made)


def unclosed(county: str) -> tuple[date, ...]:
    """Return the days of a county that are over, have entries, and are not closed yet, the first one first."""
    return tuple(day for one, day in _unclosed() if one == county)


def roots(county: str) -> tuple[Root, ...]:
    """Return the closed days of a county, the first one first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT day, entries, root, before, watermark, signature, closed_at FROM ledger_dayroot"
            " WHERE county = %s ORDER BY day",
            [county],
        )
        return tuple(
            Root(county, day, entries, bytes(root), bytes(before), watermark, bytes(signature), closed_at)
            for day, entries, root, before, watermark, signature, closed_at in cursor.fetchall()
        )


def export_roots(county: str) -> str:
    """Return the closed days as lines of JSON.  Kept elsewhere, they show later that nothing was rewritten."""
    return "".join(root.as_line() + "\n" for root in roots(county))


def verify_roots(
    county: str, exported: str = "", *, leave_out: Collection[date] = (), only: Collection[date] | None = None
) -> tuple[str, ...]:
    """Return what is wrong with the closed days, in sentences that name the day; empty when all is well.

    Every root is computed anew from the hashes in the journal, so an entry changed, added or taken away on a closed
    day shows.  ``exported``: lines that ``export_roots`` gave earlier; a root that differs from them shows as well.
    ``leave_out``: days of which entries are off line, so that nothing can be computed; that they hang together and
    are signed is seen all the same.  ``only``: no other days are computed.
    """
    closed = roots(county)
    wrong = []
    for last, root in pairwise((None, *closed)):
        assert root is not None
        if root.before != (last.root if last else b""):
            wrong.append(f"{county} {root.day}：没有接在前一日的封账之后。")
        if root.day not in leave_out and (only is None or root.day in only):
            entries, computed = _root(county, root.day, root.watermark, last)
            if entries != root.entries:
                wrong.append(f"{county} {root.day}：封账时有 {root.entries} 条记录，现在有 {entries} 条。")
            if computed != root.root:
                wrong.append(f"{county} {root.day}：封账之后记录被改动过。")
        if not _is_signed(root.root, root.signature):
            wrong.append(f"{county} {root.day}：封账的签名不对。")
    kept = {root.day.isoformat(): root.root.hex() for root in closed}
    for line in exported.splitlines():
        told = json.loads(line)
        if told["county"] == county and kept.get(told["day"]) != told["root"]:
            wrong.append(f"{county} {told['day']}：与以前导出的封账不一致。")
    return tuple(wrong)


def public_key() -> bytes:
    """Return the 32 bytes by which anybody can check the signatures."""
    return _private_key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def counties() -> tuple[str, ...]:
    """Return the counties that have a journal."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT county FROM ledger_entry ORDER BY county")
        return tuple(row[0] for row in cursor.fetchall())


@cache
def _private_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(crypto.signing_seed())


def _is_signed(root: bytes, signature: bytes) -> bool:
    try:
        _private_key().public_key().verify(signature, root)
    except InvalidSignature:
        return False
    return True


# A server may hold several databases; what runs in another one does not write here.
_RUNNING = """
WITH seen AS (SELECT pg_current_snapshot() AS snapshot)
SELECT coalesce(
        (SELECT min(running::text::bigint) FROM pg_snapshot_xip(snapshot) running WHERE NOT EXISTS (
            SELECT 1 FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
            WHERE l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock' AND l.granted
                AND l.transactionid = running::xid AND a.datname <> current_database())),
        pg_snapshot_xmax(snapshot)::text::bigint),
    (SELECT coalesce(max(xact), 0) + 1 FROM ledger_entry WHERE xact >= pg_snapshot_xmax(snapshot)::text::bigint)
FROM seen
"""


def _watermark(last: Root | None) -> int:
    """Return the lowest transaction that may still write; never below the watermark before.

    Entries brought in from a backup carry the transactions of the server they were written on.  Where those are
    ahead of this server's they are long over, and the watermark is put behind them.
    """
    with connection.cursor() as cursor:
        cursor.execute(_RUNNING)
        running, restored = cursor.fetchone()
    return max(int(running), int(restored), last.watermark if last else 0)


def _root(county: str, day: date, watermark: int, last: Root | None) -> tuple[int, bytes]:
    """Return how many entries the root of ``day`` covers, and the root itself."""
    heads = hashlib.sha256(last.root if last else b"")
    heads.update(f"|{county}|{day}|{watermark}|".encode())
    entries = 0
    for subject_id, seq, head, count in _heads(county, day, watermark, last):
        entries += count
        heads.update(subject_id.encode() + seq.to_bytes(8, "big") + head)
    heads.update(entries.to_bytes(8, "big"))
    return entries, heads.digest()


def _heads(county: str, day: date, watermark: int, last: Root | None) -> Iterator[tuple[str, int, bytes, int]]:
    """Yield (stream, its last number, its last hash, entries) of the streams that moved, in order, in batches."""
    covered, values = _covered(county, day, watermark, last)
    sql = f"""
        SELECT DISTINCT ON (subject_id) subject_id::text, seq, hash, count(*) OVER (PARTITION BY subject_id)
        FROM ledger_entry WHERE {covered} ORDER BY subject_id, seq DESC
    """
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(sql, values)
        while batch := cursor.fetchmany(_BATCH):
            for subject_id, seq, head, count in batch:
                yield subject_id, seq, bytes(head), count


def _covered(county: str, day: date, watermark: int, last: Root | None) -> tuple[str, dict[str, Any]]:
    """Return which entries the root of ``day`` covers, as a condition and its values."""
    after = "at >= %(after)s OR xact >= %(behind)s" if last else "TRUE"
    values: dict[str, Any] = {"county": county, "until": clock.end_of(day), "watermark": watermark}
    if last is not None:
        values |= {"after": clock.end_of(last.day), "behind": last.watermark}
    return f"county = %(county)s AND at < %(until)s AND xact < %(watermark)s AND ({after})", values


def days_in(county: str, table: str) -> tuple[tuple[Root, ...], int]:
    """Return the closed days whose roots cover entries of a part of the journal, and how many entries none covers.

    One query for each closed day, and one.  Needs a role that may read the part.
    """
    closed = roots(county)
    found = []
    with connection.cursor() as cursor:
        for last, root in pairwise((None, *closed)):
            assert root is not None
            covered, values = _covered(county, root.day, root.watermark, last)
            cursor.execute(f"SELECT EXISTS (SELECT FROM {table} WHERE {covered})", values)
            if cursor.fetchone()[0]:
                found.append(root)
        covered, values = _covered(county, closed[-1].day, closed[-1].watermark, None) if closed else ("FALSE", {})
        cursor.execute(
            f"SELECT count(*) FROM {table} WHERE county = %(county)s AND NOT ({covered})", {**values, "county": county}
        )
        return tuple(found), cursor.fetchone()[0]


def _unclosed() -> list[tuple[str, date]]:
    """Return the days that are over, hold entries and come after the last closed one, in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT e.county, (e.at AT TIME ZONE 'Asia/Shanghai')::date AS day
            FROM ledger_entry e
            LEFT JOIN (SELECT county, max(day) AS day FROM ledger_dayroot GROUP BY county) r ON r.county = e.county
            WHERE e.at < %s AND (r.day IS NULL OR e.at >= (r.day + 1)::timestamp AT TIME ZONE 'Asia/Shanghai')
            GROUP BY 1, 2 ORDER BY 1, 2
            """,
            [clock.at_local(clock.today())],
        )
        return [(county, day) for county, day in cursor.fetchall()]
