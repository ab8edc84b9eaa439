"""The baseline: the rows that the actions wrote, written again by hand-made SQL, one prepared statement per step."""

import itertools
import json
import os
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import psycopg

#: Tables that no step writes.
_STILL = ("people_", "catalogue_", "django_", "auth_", "procrastinate_", "files_")
_COUNTER = "ledger_register"


def record_lifecycle(place: Any) -> dict[str, Any]:
    """Carry one case through the actions and return, step by step, the rows it wrote."""
    from django.db import connection

    from bench._county import Carrier

    with connection.cursor() as cursor:
        shapes = _shapes(cursor)
        carrier = Carrier(place)
        for _ in carrier.steps(place.persons[0]):  # whatever is written once only, is there now
            pass
        before = _snapshot(cursor, shapes)
        steps = []
        for name, _ in carrier.steps(place.persons[1]):
            after = _snapshot(cursor, shapes)
            steps.append((name, _written(before, after, shapes)))
            before = after
    return {"steps": steps, "shapes": shapes}


class Baseline:
    """Writes lifecycles as bare SQL."""

    def __init__(self, url: str, recipe: dict[str, Any]) -> None:
        self.connection = psycopg.connect(url, autocommit=True, prepare_threshold=1)
        self.shapes = recipe["shapes"]
        #: Values that must be fresh for each case: keys made in it, and whatever must be unique.
        self.fresh = sorted(
            {
                value
                for _, parts in recipe["steps"]
                for table, rows in parts
                if table != _COUNTER
                for kind, row in rows
                if kind == "insert"
                for column, value in row.items()
                if column in self.shapes[table]["fresh"] and isinstance(value, str)
            }
        )
        self.count = itertools.count()
        # Everything that can be worked out beforehand is: the baseline shall do nothing but write.
        self.steps = [
            (_statement(parts, self.shapes), [self._plan(v) for v in _values(parts, self.shapes)])
            for _, parts in recipe["steps"]
        ]

    def lifecycle(self) -> None:
        """Write the rows of one case: six transactions."""
        new = {old: self._like(old) for old in self.fresh}
        with self.connection.cursor() as cursor:
            for sql, plan in self.steps:
                cursor.execute(sql, [v if f is None else f(new) for f, v in plan], prepare=True)

    def _plan(self, value: Any) -> tuple[Callable[[dict[str, str]], str] | None, Any]:
        """Return the value, or how to make it anew from this case's fresh keys."""
        if not isinstance(value, str):
            return None, value
        if value in self.fresh:
            return (lambda new: new[value]), None
        inside = [old for old in self.fresh if old in value]
        if not inside:
            return None, value
        if len(inside) == 1:
            head, *tail = value.split(inside[0])
            return (lambda new: new[inside[0]].join((head, *tail))), None
        return (lambda new: _renewed(value, inside, new)), None

    def _like(self, old: str) -> str:
        try:
            uuid.UUID(old)
        except ValueError:
            return f"{os.getpid():x}{next(self.count):x}{old}"[: max(len(old), 20)]
        milliseconds = int(datetime.now(UTC).timestamp() * 1000)
        return str(uuid.UUID(int=milliseconds << 80 | 0x7 << 76 | 0x2 << 62 | int.from_bytes(os.urandom(7), "big")))


def _shapes(cursor: Any) -> dict[str, Any]:
    cursor.execute(
        "SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attidentity,"
        " coalesce(a.attnum = ANY(p.indkey), false),"
        " EXISTS (SELECT 1 FROM pg_index u WHERE u.indrelid = c.oid AND u.indisunique AND u.indnatts = 1"
        "         AND u.indkey[0] = a.attnum)"
        " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
        " LEFT JOIN pg_index p ON p.indrelid = c.oid AND p.indisprimary"
        " WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace"
        " ORDER BY c.relname, a.attnum"
    )
    shapes: dict[str, Any] = {}
    for table, column, kind, identity, key, unique in cursor.fetchall():
        if table.startswith(_STILL):
            continue
        shape = shapes.setdefault(table, {"columns": {}, "key": [], "fresh": set(), "left_out": set()})
        shape["columns"][column] = kind
        if key:
            shape["key"].append(column)
        if unique or (table == "casework_case" and column == "number"):
            shape["fresh"].add(column)
        if identity or column == "xact":
            shape["left_out"].add(column)
    return shapes


def _snapshot(cursor: Any, shapes: dict[str, Any]) -> dict[str, dict[str, dict[str, Any]]]:
    found = {}
    for table, shape in shapes.items():
        cursor.execute(f"SELECT to_jsonb(t) FROM {table} t")
        rows = [json.loads(r[0]) if isinstance(r[0], str) else r[0] for r in cursor.fetchall()]
        found[table] = {json.dumps([row[k] for k in shape["key"]]): row for row in rows}
    return found


def _written(before: Any, after: Any, shapes: dict[str, Any]) -> list[tuple[str, list[tuple[str, dict[str, Any]]]]]:
    parts = []
    for table in sorted(shapes, key=lambda t: (t != "casework_case", t != _COUNTER, t)):
        rows = []
        for key, row in after[table].items():
            old = before[table].get(key)
            if old is None:
                rows.append(("insert", row))
            elif old != row:
                changed = {c: v for c, v in row.items() if v != old[c] or c in shapes[table]["key"]}
                rows.append(("update", changed))
        if rows:
            parts.append((table, rows))
    return parts


def _statement(parts: Any, shapes: dict[str, Any]) -> str:
    made = []
    for number, (table, rows) in enumerate(parts):
        shape = shapes[table]
        if table == _COUNTER:
            for place, _ in enumerate(rows):
                made.append(
                    f"t{number}_{place} AS (INSERT INTO ledger_register (unit, kind, year, last)"
                    " VALUES (%s, %s, %s, 1) ON CONFLICT (unit, kind, year) DO UPDATE"
                    " SET last = ledger_register.last + 1 RETURNING last)"
                )
            continue
        inserts = [row for kind, row in rows if kind == "insert"]
        if inserts:
            columns = [c for c in shape["columns"] if c not in shape["left_out"]]
            tuples = []
            for place, _ in enumerate(inserts):
                marks = [
                    f"(SELECT last FROM t{_counter_place(parts)}_{place})"
                    if table == "ledger_number" and c == "n"
                    else f"%s::{shape['columns'][c]}"
                    for c in columns
                ]
                tuples.append(f"({', '.join(marks)})")
            made.append(
                f"t{number}i AS (INSERT INTO {table} ({', '.join(map(_quoted, columns))}) VALUES {', '.join(tuples)})"
            )
        for place, (_, row) in enumerate([r for r in rows if r[0] == "update"]):
            changed = [c for c in row if c not in shape["key"]]
            settings = ", ".join(f"{_quoted(c)} = %s::{shape['columns'][c]}" for c in changed)
            wanted = " AND ".join(f"{c} = %s::{shape['columns'][c]}" for c in shape["key"])
            made.append(f"t{number}u{place} AS (UPDATE {table} SET {settings} WHERE {wanted})")
    return f"WITH {', '.join(made)} SELECT 1"


def _quoted(column: str) -> str:
    return f'"{column}"'


def _counter_place(parts: Any) -> int:
    return next(n for n, (table, _) in enumerate(parts) if table == _COUNTER)


def _values(parts: Any, shapes: dict[str, Any]) -> list[Any]:
    values: list[Any] = []
    for table, rows in parts:
        shape = shapes[table]
        if table == _COUNTER:
            for _, row in rows:
                values += [row["unit"], row["kind"], row["year"]]
            continue
        columns = [c for c in shape["columns"] if c not in shape["left_out"]]
        for kind, row in rows:
            if kind == "insert":
                values += [
                    _value(row[c], shape["columns"][c]) for c in columns if not (table == "ledger_number" and c == "n")
                ]
        for kind, row in rows:
            if kind == "update":
                values += [_value(v, shape["columns"][c]) for c, v in row.items() if c not in shape["key"]]
                values += [_value(row[c], shape["columns"][c]) for c in shape["key"]]
    return values


def _value(value: Any, kind: str) -> Any:
    if value is not None and kind == "jsonb":
        return json.dumps(value, ensure_ascii=False)
    if value is not None and kind == "bytea":
        return bytes.fromhex(value[2:])
    return value


def _renewed(text: str, inside: list[str], new: dict[str, str]) -> str:
    for old in inside:
        text = text.replace(old, new[old])
    return text
