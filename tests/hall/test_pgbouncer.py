"""The profile ``pgbouncer``, through a real one in transaction mode: more clients than connections, whole cases."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connections

from tongban.hall import binaries, database

PROGRAM = shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"
#: Connections to the server, and clients that share them.
POOL, CLIENTS = 2, 6

pytestmark = pytest.mark.skipif(not Path(PROGRAM).exists(), reason="pgbouncer is not installed")

_SETTINGS = """\
[databases]
* = host={sockets} port=5432
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {folder}/users.txt
pool_mode = transaction
default_pool_size = {pool}
max_client_conn = 50
admin_users = watcher
logfile = {folder}/log
pidfile = {folder}/pid
"""


@pytest.fixture
def bouncer() -> Iterator[int]:
    """The port of a pgbouncer before the tests' own server."""
    user = database.server_user()  # like PostgreSQL it refuses root
    folder = Path(tempfile.mkdtemp(prefix="tongban-test-"))
    folder.chmod(0o711)
    binaries.empty_folder(folder / "b", user)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = _SETTINGS.format(sockets=database.sockets(), port=port, folder=folder / "b", pool=POOL)
    binaries.write_as(folder / "b" / "pgbouncer.ini", settings, user)
    binaries.write_as(folder / "b" / "users.txt", '"tongban_app" ""\n"watcher" ""\n', user)
    command = [PROGRAM, "-q", str(folder / "b" / "pgbouncer.ini")]
    with subprocess.Popen(command, cwd="/", **binaries.as_user(user)) as process:
        try:
            end = time.monotonic() + 30
            while socket.socket().connect_ex(("127.0.0.1", port)):
                assert process.poll() is None, (folder / "b" / "log").read_text()
                assert time.monotonic() < end
                time.sleep(0.05)
            yield port
        finally:
            process.terminate()
    shutil.rmtree(folder)


@contextlib.contextmanager
def through(port: int) -> Iterator[None]:
    """Let Django's default connection, in every thread, go by the profile and through the bouncer."""
    settings = connections["default"].settings_dict
    owner, before = database.server_url("owner", settings["NAME"]), dict(settings)
    connections.close_all()
    with pytest.MonkeyPatch.context() as surroundings:
        surroundings.setenv("DATABASE_URL", f"postgresql://{database.APP}@127.0.0.1:{port}/{settings['NAME']}")
        surroundings.setenv("DATABASE_OWNER_URL", owner)
        settings.update(database.django_settings("pgbouncer"))
        try:
            yield
        finally:
            connections.close_all()
            settings.clear()
            settings.update(before)


def test_cases_go_their_whole_way_with_more_clients_than_connections(own_county, bouncer):
    """Given two connections to the server, When six clients file and grant at once, Then every step is there once."""
    name = connections["default"].settings_dict["NAME"]
    owner_url = database.server_url("owner", name)
    done, wrong = [], []

    def work() -> None:
        try:
            done.append(own_county.granted())
        except Exception as trouble:  # told in the test's own thread
            wrong.append(trouble)
        finally:
            connections.close_all()

    with own_county.at(2026, 9, 22), through(bouncer):
        threads = [threading.Thread(target=work) for _ in range(CLIENTS)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert wrong == []
        from tongban.hall import postman
        from tongban.hall.verifying import journal

        postman.drain(60)
        assert journal.run() == 0
        pools = pool_sizes(bouncer)
    assert len(set(done)) == CLIENTS
    assert max(pools) == POOL
    with psycopg.connect(owner_url) as owner:
        states = owner.execute("SELECT DISTINCT state FROM casework_case WHERE id = ANY(%s)", [done]).fetchall()
        doubled = owner.execute(
            "SELECT count(*) - count(DISTINCT (subject_id, step)) FROM ledger_entry WHERE subject_id = ANY(%s)"
            " AND step IN ('file', 'accept', 'grant')",
            [done],
        ).fetchone()
    assert (len(states), doubled) == (1, (0,))


def pool_sizes(port: int) -> list[int]:
    """Return how many connections to the server each pool of the application has."""
    with psycopg.connect(
        f"host=127.0.0.1 port={port} user=watcher dbname=pgbouncer",
        autocommit=True,
        cursor_factory=psycopg.ClientCursor,
    ) as admin:
        cursor = admin.execute("SHOW POOLS")
        names = [column.name for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    kinds = ("sv_active", "sv_idle", "sv_used", "sv_tested", "sv_login")
    return [sum(int(row[kind]) for kind in kinds) for row in rows if row["user"] == database.APP]


def test_nothing_of_a_session_is_used(own_county, bouncer):
    """A connection handed to another client carries nothing over: no prepared statement, no setting, no lock."""
    with own_county.at(2026, 9, 22), through(bouncer):
        own_county.accepted()
        name = connections["default"].settings_dict["NAME"]
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, prepare_threshold=None) as client:
            assert client.execute("SELECT count(*) FROM pg_prepared_statements").fetchone() == (0,)
    with database.connect("admin", "postgres") as admin:
        locks = admin.execute(
            "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
            " WHERE l.locktype = 'advisory' AND d.datname = %s",
            [name],
        )
        assert locks.fetchone() == (0,)
