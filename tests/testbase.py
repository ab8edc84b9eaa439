"""The tests' databases: made from a template, taken away afterwards.  Imported only by fixtures that need them."""

import contextlib
import itertools
import os
from collections.abc import Iterator

from tongban.hall import database, schema

_numbers = itertools.count(1)


def template() -> str:
    """Return the name of the template for the present migrations, made if absent."""
    started = database.ensure_server()
    name = f"template_{schema.digest()}"
    with database.connect("admin", "postgres") as connection:
        # One worker makes it, the others wait; and nobody tidies while it is made.
        connection.execute("SELECT pg_advisory_lock(7402116)")
        names = [row[0] for row in connection.execute("SELECT datname FROM pg_database").fetchall()]
        for left in names:
            if _is_left_over(left, name, started):
                database.drop_database(left)
        if name not in names:
            _make(name)
    return name


def _is_left_over(name: str, wanted: str, alone: bool) -> bool:
    """Whether a killed run left ``name`` behind, or it is a template of older migrations nobody can be using."""
    if name.startswith("t_"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(int(name.split("_")[1]), 0)
            return False
        return True
    return alone and name.startswith("template_") and name != wanted


def _make(name: str) -> None:
    unfinished = f"t_{os.getpid()}_template"
    database.create_database(unfinished)
    with pointed_at(unfinished), database.connect("owner", unfinished) as owner:
        schema.migrate(owner)
    with database.connect("admin", "postgres") as connection:
        connection.execute(f"ALTER DATABASE {unfinished} RENAME TO {name}")


def own_name(worker: str) -> str:
    """Return a name no database of this process had before: what is kept in memory by name must not outlive one."""
    return f"t_{os.getpid()}_{worker}_own{next(_numbers)}"


@contextlib.contextmanager
def copy_of(template: str, name: str) -> Iterator[None]:
    """Make database ``name`` a copy of ``template``, let Django use it, and drop it."""
    database.create_database(name, template)
    try:
        with pointed_at(name):
            yield
    finally:
        database.drop_database(name)


@contextlib.contextmanager
def pointed_at(name: str) -> Iterator[None]:
    """Let Django's default connection, in every thread, lead to database ``name``."""
    from django.db import connections

    settings = connections["default"].settings_dict
    before = settings["NAME"]
    connections.close_all()
    settings["NAME"] = name
    try:
        yield
    finally:
        connections.close_all()
        settings["NAME"] = before
