"""Where a batch goes: a folder of CSV files, or tables of a database.  Both take the same rows."""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TextIO

import psycopg
from psycopg import sql

from tongban.rooms.cells import Rows
from tongban.rooms.exchange.national.fields import SENT, Column, Table
from tongban.rooms.exchange.national.rows import read_time
from tongban.rulebook.errors import Refused

MANIFEST = "manifest.json"
#: Under ``cells`` in a manifest: people open such files, so that a cell which would be a formula begins with a quote.
QUOTED = "quoted"
Row = Mapping[str, str]


class Sink(Protocol):
    """Takes rows as they stand in a file, in any number of portions; nothing is there before ``finish``."""

    def write(self, table: Table, rows: Sequence[Row]) -> None:
        """Take rows of one table; the same row may come again in a later batch."""

    def finish(self, manifest: dict[str, Any]) -> None:
        """Make everything taken visible at once."""

    def abandon(self) -> None:
        """Forget what was taken."""


class Folder:
    """One UTF-8 CSV for each table, with a heading, and a manifest: rows and sha256 of each file."""

    def __init__(self, folder: Path) -> None:
        """Raises ``Refused("folder_in_use")`` where another batch lies: batches are applied in their order."""
        if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
            raise Refused(
                "folder_in_use", "目录 {folder} 不是空的。每一批请写到一个新目录，以免盖掉上一批。", folder=folder
            )
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._files: dict[str, TextIO] = {}
        self._rows = dict.fromkeys((table.name for table in SENT), 0)
        for table in SENT:
            self._open(table)

    def write(self, table: Table, rows: Sequence[Row]) -> None:
        """Take rows of one table."""
        names = [one.name for one in table.columns]
        Rows(self._files[table.name]).writerows([row.get(name, "") for name in names] for row in rows)
        self._rows[table.name] += len(rows)

    def finish(self, manifest: dict[str, Any]) -> None:
        """Give the files their names, the manifest last: a folder without one is no batch."""
        described = {}
        for name, file in self._files.items():
            file.close()
            unfinished = self._unfinished(name)
            with unfinished.open("rb") as opened:
                digest = hashlib.file_digest(opened, "sha256").hexdigest()
            unfinished.rename(self._folder / f"{name}.csv")
            described[name] = {"file": f"{name}.csv", "rows": self._rows[name], "sha256": digest}
        text = json.dumps({**manifest, "cells": QUOTED, "tables": described}, ensure_ascii=False, indent=2)
        self._private(self._folder / MANIFEST).write(text + "\n")

    def abandon(self) -> None:
        """Take the unfinished files away."""
        for name, file in self._files.items():
            file.close()
            self._unfinished(name).unlink(missing_ok=True)

    def _open(self, table: Table) -> None:
        file = self._files[table.name] = self._private(self._unfinished(table.name))
        Rows(file).writerow([one.name for one in table.columns])

    def _unfinished(self, name: str) -> Path:
        return self._folder / f".{name}.unfinished"

    @staticmethod
    def _private(path: Path) -> TextIO:
        """Open a file only its owner may read: rows of cases name people."""
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        return os.fdopen(handle, "w", encoding="utf-8", newline="")


class Database:
    """Tables of the same names in a PostgreSQL database, made where missing; a row replaces its former self."""

    def __init__(self, dsn: str) -> None:
        """Raises ``Refused("sink_unreachable")``."""
        try:
            self._connection = psycopg.connect(dsn)
        except psycopg.Error as error:
            raise Refused(
                "sink_unreachable", "连不上接收数据库。请核对 --dsn 里的地址、库名和用户，密码请放进口令文件。"
            ) from error
        for table in SENT:
            self._connection.execute(_created(table))

    def write(self, table: Table, rows: Sequence[Row]) -> None:
        """Take rows of one table."""
        if not rows:
            return
        key = sql.Identifier(table.key)
        name = sql.Identifier(table.name)
        columns = [one.name for one in table.columns]
        with self._connection.cursor() as cursor:
            cursor.execute(
                sql.SQL("DELETE FROM {} WHERE {} = ANY(%s)").format(name, key), [[row[table.key] for row in rows]]
            )
            into = sql.SQL("COPY {} ({}) FROM STDIN").format(name, sql.SQL(", ").join(map(sql.Identifier, columns)))
            with cursor.copy(into) as copy:
                for row in rows:
                    copy.write_row([_value(one, row.get(one.name, "")) for one in table.columns])

    def finish(self, manifest: dict[str, Any]) -> None:
        """Commit."""
        self._connection.commit()
        self._connection.close()

    def abandon(self) -> None:
        """Roll back."""
        self._connection.close()


_TYPES = {"longtext": "text", "datetime": "timestamp"}


def _created(table: Table) -> sql.Composed:
    lines = [
        sql.SQL("{} {}{}").format(
            sql.Identifier(one.name), sql.SQL(_kind(one)), sql.SQL(" NOT NULL" if one.required else "")
        )
        for one in table.columns
    ]
    lines.append(sql.SQL("UNIQUE ({})").format(sql.Identifier(table.key)))
    return sql.SQL("CREATE TABLE IF NOT EXISTS {} ({})").format(sql.Identifier(table.name), sql.SQL(", ").join(lines))


def _kind(column: Column) -> str:
    if column.sort == "int":
        return "bigint" if column.type.startswith("bigint") else "integer"
    return _TYPES.get(column.type, column.type)


def _value(column: Column, text: str) -> Any:
    if not text:
        return None
    if column.sort == "int":
        return int(text)
    if column.sort == "datetime":
        moment = read_time(text)
        return moment.replace(tzinfo=None) if moment else None
    return text
