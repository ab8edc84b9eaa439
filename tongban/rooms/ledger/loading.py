"""Whole streams loaded at once, by COPY: the past of a demo, which no step-by-step statement would bring in in time.

What is loaded is what steps would have written: every entry carries the hash of the one before, every number stands in
its register without a gap, and ``./run verify journal`` folds it like any other.  Refused outside a demo.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from tongban.rooms.ledger.statement import allowed
from tongban.rulebook.errors import Refused

#: Tables of the ledger itself that a stream needs, beside those that steps may write.
_OWN = ("casework_case", "ledger_entry", "ledger_number")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Row = Mapping[str, Any]


def registers() -> dict[tuple[str, str, int], int]:
    """Return the last number of every register, by unit, kind and year."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT unit, kind, year, last FROM ledger_register")
        return {(unit, kind, year): last for unit, kind, year, last in cursor.fetchall()}


@transaction.atomic
def load(rows: Mapping[str, Sequence[Row]], last: Mapping[tuple[str, str, int], int]) -> None:
    """Copy rows into their tables in the order given, and set the registers to the numbers that were drawn.

    Raises ``Refused("not_a_demo")``; a table that steps may not write is a ``ValueError``.
    """
    if not settings.TONGBAN_DEMO:
        raise Refused("not_a_demo", "正式运行的系统不能批量装入编造的历史。请在演示环境中使用。")
    if unknown := set(rows) - {*allowed(), *_OWN}:
        raise ValueError(f"not loaded by anybody: {sorted(unknown)}")
    with connection.cursor() as cursor:
        for table, some in rows.items():
            if some:
                _copy(cursor, table, some)
        cursor.executemany(
            "INSERT INTO ledger_register (unit, kind, year, last) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (unit, kind, year) DO UPDATE SET last = excluded.last",
            [(*key, n) for key, n in last.items()],
        )


def _copy(cursor: Any, table: str, rows: Sequence[Row]) -> None:
    cursor.execute(
        "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
        " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
        [table],
    )
    types = dict(cursor.fetchall())
    columns = list(rows[0])
    named = ", ".join(f'"{column}"' for column in columns)
    with cursor.copy(f"COPY {table} ({named}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([_value(row[column], types[column]) for column in columns])


def _value(value: Any, kind: str) -> Any:
    if value is None:
        return None
    if kind == "jsonb":
        return text_of(value)
    if kind == "bytea":
        return value if isinstance(value, str) else "\\x" + bytes(value).hex()
    return value if isinstance(value, list) else str(value)


def text_of(body: Any) -> str:
    """Return JSON as PostgreSQL writes a ``jsonb`` whose keys came from there in their order."""
    return json.dumps(body, ensure_ascii=False, separators=(", ", ": "))


def chained(subject_id: UUID, entries: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give each entry of one stream its hash; the same as the statement computes (``ledger.statement.HASHED``).

    ``at`` is a moment, ``body`` as it was read from PostgreSQL, its keys in that order.
    """
    before = b""
    made = []
    for entry in entries:
        at = entry["at"] - _EPOCH
        seconds = f"{at // timedelta(seconds=1)}.{at.microseconds:06d}"
        told = (entry["seq"], entry["step"], seconds, entry["actor"], entry["post"], text_of(entry["body"]))
        words = "|".join((str(subject_id), *map(str, told)))
        before = hashlib.sha256(before + words.encode()).digest()
        made.append({**entry, "at": entry["at"].isoformat(), "hash": before})
    return made
