"""Tables: migrated by the owner's role, granted to the application's.  Needs Django."""

import contextlib
import hashlib
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connections
from psycopg import Connection, sql
from psycopg.conninfo import conninfo_to_dict
from psycopg.errors import InsufficientPrivilege, LockNotAvailable

from tongban.hall import database, state
from tongban.hall.progress import Bar
from tongban.rooms.ledger import ranges

#: What the comment of the schema begins with; the digests of the migrations follow.
MARK = "tongban schema "


def prepare() -> None:
    """Make the server answer and its tables be those of this code."""
    database.ensure_server()
    name = connections["default"].settings_dict["NAME"]
    with database.connect("owner", name) as connection:
        if not _is_current(connection):
            # Two processes that start at once: the second waits, then finds everything done.
            connection.execute("SELECT pg_advisory_lock(7402115)")
            if not _is_current(connection):
                migrate(connection)
        make_ranges(connection)


def make_ranges(owner: Connection[Any]) -> tuple[str, ...]:
    """Make the journal's ranges of the coming years where they are lacking; returns their tables.

    Where the journal is being read for long, or this login owns nothing, it is left to a later start: steps must not
    wait behind a reader, and what has no range of its own yet goes into the last one.
    """
    with contextlib.suppress(LockNotAvailable, InsufficientPrivilege), owner.transaction(), owner.cursor() as cursor:
        if not ranges.lacking(cursor):
            return ()
        cursor.execute("SET LOCAL lock_timeout = '2s'")
        cursor.execute("SELECT pg_advisory_xact_lock(7402117)")
        return ranges.make_ahead(cursor)
    return ()


@cache
def digests() -> dict[str, str]:
    """Return a digest for each migration of this code, and one for the libraries that bring their own."""
    found = {"libraries": _short((state.ROOT / "requirements" / "run.lock").read_bytes())}
    for config in apps.get_app_configs():
        if config.name.startswith("tongban."):
            for path in sorted(Path(config.path, "migrations").glob("[0-9]*.py")):
                found[f"{config.label}.{path.stem}"] = _short(path.read_bytes())
    return found


def digest() -> str:
    """Return one digest over all migrations: equal digests, equal tables."""
    return _short(json.dumps(digests()).encode())


def _short(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def migrate(owner: Connection[Any]) -> None:
    """Migrate with the owner's role, grant, and mark the database as current."""
    from django.core.management import call_command
    from django.db.migrations.executor import MigrationExecutor

    _ensure_app_role(owner)
    with as_owner() as connection:
        executor = MigrationExecutor(connection)
        steps = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        with Bar("建立和更新数据表", steps) as bar:
            call_command("migrate", verbosity=1, interactive=False, no_color=True, stdout=_Counted(bar))
    grant(owner)
    owner.execute(sql.SQL("COMMENT ON SCHEMA public IS {}").format(sql.Literal(MARK + json.dumps(digests()))))


class _Counted(io.StringIO):
    """Takes what Django's migrate says, and turns each "OK" into a step of the bar."""

    def __init__(self, bar: Bar) -> None:
        super().__init__()
        self._bar = bar

    def write(self, text: str) -> int:
        if "OK" in text:
            self._bar.step()
        return super().write(text)


def grant(owner: Connection[Any]) -> None:
    """Give the application's role what it needs on every table, and no more.

    A table under an ``append_only`` trigger may be read and added to, a part of one only through the whole; nothing
    may be truncated; the lists of migrations and of detached ranges may only be
    read.
    """
    role = sql.Identifier(database.app_role())
    statements = [
        "GRANT USAGE ON SCHEMA public TO {role}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {role}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
    ]
    with owner.transaction():
        for statement in statements:
            owner.execute(sql.SQL(statement).format(role=role))
        for table in ("django_migrations", "ledger_detached"):  # the second is not in a backup of an earlier release
            if owner.execute("SELECT to_regclass(%s)", [table]).fetchone() != (None,):
                written = sql.SQL("REVOKE INSERT, UPDATE, DELETE ON {} FROM {}").format(sql.Identifier(table), role)
                owner.execute(written)
        guarded = (
            "SELECT c.relname, c.relispartition FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE t.tgname = 'append_only'"
        )
        for table, is_part in owner.execute(guarded).fetchall():
            rights = sql.SQL("ALL" if is_part else "UPDATE, DELETE, TRUNCATE")
            owner.execute(sql.SQL("REVOKE {} ON {} FROM {}").format(rights, sql.Identifier(table), role))


def _is_current(owner: Connection[Any]) -> bool:
    """Whether the tables are those of this code.  Raises DatabaseTrouble where a demo's cannot be made so."""
    row = owner.execute("SELECT obj_description('public'::regnamespace)").fetchone()
    if row is None or not str(row[0]).startswith(MARK):
        return False
    there, here = json.loads(row[0].removeprefix(MARK)), digests()
    rewritten = [name for name in there if name != "libraries" and here.get(name) != there[name]]
    if rewritten and state.is_demo():
        raise database.DatabaseTrouble(
            f"数据表的定义改写过（{'、'.join(rewritten)}），现有的演示数据用不了了。"
            f"请删除 {database.data_folder()} 后重新运行（演示数据会重新生成）。"
        )
    return bool(there == here)


def _ensure_app_role(owner: Connection[Any]) -> None:
    """Make the application's role, where one outside login has to serve both."""
    if not database.one_login():
        return
    if not owner.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [database.APP]).fetchone():
        owner.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(database.APP)))
    owner.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(database.APP)))


@contextmanager
def as_owner() -> Iterator[Any]:
    """Let Django's default connection be the owner's for a while."""
    connection = connections["default"]
    connection.close()
    settings = connection.settings_dict
    before = dict(settings)
    owner = conninfo_to_dict(database.server_url("owner", settings["NAME"]))
    settings.update(USER=owner.get("user") or "", PASSWORD=owner.get("password") or "")
    settings["OPTIONS"] = {key: value for key, value in settings["OPTIONS"].items() if key != "options"}
    try:
        yield connection
    finally:
        connection.close()
        settings.update(before)
