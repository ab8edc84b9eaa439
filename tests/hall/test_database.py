"""The two roles, the profiles, and a server that comes back: on the tests' own server and on one made for the test."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from tongban.hall import database, schema

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def state_folder() -> Iterator[Path]:
    """An empty folder that the user the server runs as can enter (pytest's own are closed to it)."""
    folder = Path(tempfile.mkdtemp(prefix="tongban-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


def elsewhere(folder: Path, code: str) -> str:
    """Run ``code`` in a process whose state folder is ``folder``; return what it prints."""
    environment = {**os.environ, "TONGBAN_STATE": str(folder), "TONGBAN_FSYNC": "off"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


@pytest.mark.django_db
def test_the_application_runs_as_its_own_role_and_owns_nothing():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, (SELECT count(*) FROM pg_tables WHERE tableowner = current_user)")
        assert cursor.fetchone() == ("tongban_app", 0)


@pytest.mark.django_db
def test_the_application_may_add_to_the_journal_and_change_nothing_of_it():
    """Every table under an append_only trigger, not only those known today."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text,"
            " has_table_privilege(tgrelid, 'SELECT') AND has_table_privilege(tgrelid, 'INSERT'),"
            " has_table_privilege(tgrelid, 'UPDATE') OR has_table_privilege(tgrelid, 'DELETE')"
            "  OR has_table_privilege(tgrelid, 'TRUNCATE') OR has_any_column_privilege(tgrelid, 'UPDATE')"
            " FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid WHERE tgname = 'append_only' AND NOT c.relispartition"
        )
        rights = {table: (add, change) for table, add, change in cursor.fetchall()}
    assert "ledger_entry" in rights
    assert set(rights.values()) == {(True, False)}


@pytest.mark.django_db
def test_the_application_has_no_right_on_a_part_of_the_journal():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname,"
            " has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')"
            " OR has_any_column_privilege(c.oid, 'SELECT, INSERT, UPDATE') FROM pg_partition_tree('ledger_entry') t"
            " JOIN pg_class c ON c.oid = t.relid WHERE t.level > 0"
        )
        rights = dict(cursor.fetchall())
    assert {"ledger_entry_case", "ledger_entry_other", "ledger_entry_later"} < set(rights)
    assert set(rights.values()) == {False}


@pytest.mark.django_db
def test_the_application_may_truncate_no_table():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            " AND has_table_privilege(oid, 'TRUNCATE')"
        )
        assert cursor.fetchall() == []


def test_the_application_may_not_make_a_table(own_database):
    with psycopg.connect(own_database.url) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute("CREATE TABLE mine (id int)")


def test_a_table_made_later_is_granted_to_the_application(own_database):
    with psycopg.connect(own_database.owner_url) as owner:
        owner.execute("CREATE TABLE later (id int)")
    with psycopg.connect(own_database.url) as app:
        app.execute("INSERT INTO later VALUES (1)")
        assert app.execute("SELECT id FROM later").fetchall() == [(1,)]


def test_own_database_is_seen_from_every_connection(own_database):
    """What Django commits there, another connection reads."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO people_budget (subject, minute, used) VALUES ('k', 1, 1)")
        cursor.execute("SELECT current_database()")
        assert cursor.fetchone() == (own_database.name,)
    with psycopg.connect(own_database.url) as other:
        assert other.execute("SELECT count(*) FROM people_budget").fetchone() == (1,)


def test_a_demo_whose_tables_were_rewritten_says_so(own_database):
    """An applied migration that has changed since cannot be applied again: the sentence says what to do."""
    with psycopg.connect(own_database.owner_url, autocommit=True) as owner:
        assert schema._is_current(owner)
        owner.execute("""COMMENT ON SCHEMA public IS 'tongban schema {"ledger.0001_initial": "other"}'""")
        with pytest.raises(database.DatabaseTrouble, match=r"ledger\.0001_initial"):
            schema._is_current(owner)


def test_sorting_does_not_depend_on_the_machine(own_database):
    with psycopg.connect(own_database.url) as app:
        rows = app.execute("SELECT c FROM (VALUES ('b'), ('a'), ('B'), ('乙'), ('甲')) AS t (c) ORDER BY c").fetchall()
    assert [row[0] for row in rows] == ["B", "a", "b", "乙", "甲"]


def test_direct_profile_prepares_and_keeps_connections(monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    settings = database.django_settings("direct")
    assert settings["CONN_MAX_AGE"] is None
    assert settings["OPTIONS"] == {"server_side_binding": True, "prepare_threshold": 1}


def test_pgbouncer_profile_does_not_prepare(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://app:secret@db.example:6432/county")
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://owner:secret@db.example:5432/county")
    settings = database.django_settings("pgbouncer")
    assert settings["OPTIONS"] == {}
    assert settings["DISABLE_SERVER_SIDE_CURSORS"] is True
    assert (settings["NAME"], settings["USER"], settings["HOST"], settings["PORT"]) == (
        *("county", "app", "db.example", "6432"),
    )


def test_an_unknown_profile_is_refused():
    with pytest.raises(database.DatabaseTrouble, match="direct"):
        database.django_settings("fast")


def test_one_outside_login_steps_down_to_the_applications_role(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://county@db.example/county")
    monkeypatch.delenv("DATABASE_OWNER_URL", raising=False)
    assert database.django_settings("direct")["OPTIONS"]["options"] == "-c role=tongban_app"
    with pytest.raises(database.DatabaseTrouble, match="DATABASE_OWNER_URL"):
        database.django_settings("pgbouncer")


def test_an_outside_database_replaces_the_embedded_one(template, worker_id):
    """With only a DATABASE_URL: tables are made there, the application's role is taken on, nothing is started here."""
    name = f"t_{os.getpid()}_{worker_id}_outside"
    database.create_database(name)
    try:
        environment = {
            **os.environ,
            "DATABASE_URL": database.server_url("admin", name),
            "TONGBAN_DEMO": "1",
            "DJANGO_SETTINGS_MODULE": "tongban.hall.settings",
        }
        code = (
            "import django; django.setup()\n"
            "from tongban.hall import database, schema; from django.db import connection\n"
            "schema.prepare(); cursor = connection.cursor()\n"
            "cursor.execute('SELECT current_user, count(*) > 0 FROM django_migrations'); print(*cursor.fetchone())"
        )
        done = subprocess.run([sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, text=True)
        assert (done.returncode, done.stdout.strip()) == (0, "tongban_app True"), done.stderr
    finally:
        database.drop_database(name)


def test_a_server_whose_postmaster_was_killed_comes_back_with_its_rows(state_folder):
    """kill -9 of the postmaster: the next one in starts it again, and what was committed is there."""
    code = (
        "import os, signal; from tongban.hall import database as d\n"
        "assert d.ensure_server() is True\n"
        "d.connect('owner').execute('CREATE TABLE kept AS SELECT 42 AS n')\n"
        "os.kill(int((d.data_folder() / 'postmaster.pid').read_text().split()[0]), signal.SIGKILL)\n"
        "os._exit(0)"
    )
    elsewhere(state_folder, code)
    code = (
        "from tongban.hall import database as d\n"
        "assert d.ensure_server() is True; assert d.ensure_server() is False\n"
        "print(d.connect('owner').execute('SELECT n FROM kept').fetchone()[0])"
    )
    assert elsewhere(state_folder, code) == "42"


def test_a_long_path_gets_its_socket_elsewhere_and_the_last_one_out_stops_the_server(state_folder):
    code = (
        "from tongban.hall import database as d\n"
        "d.ensure_server(); print(len(bytes(d.sockets())) < 90, d.connect('app').execute('SELECT 1').fetchone()[0])"
    )
    folder = state_folder / ("很长的目录名" * 6)
    assert elsewhere(folder, code) == "True 1"
    code = "from tongban.hall import database as d; print((d.data_folder() / 'postmaster.pid').exists())"
    assert elsewhere(folder, code) == "False"
    code = "from tongban.hall import database as d; d.sockets().rmdir()"
    elsewhere(folder, code)


def test_a_folder_others_cannot_enter_serves_as_well(state_folder):
    """Root's own folder is closed to the user the server runs as: data and programs then lie elsewhere."""
    state_folder.chmod(0o700)
    code = (
        "from tongban.hall import database as d\n"
        "assert d.ensure_server() is True\n"
        "print(d.connect('app').execute('SELECT 1').fetchone()[0], d.data_folder().parent)"
    )
    answer, home = elsewhere(state_folder / "state", code).split(" ", 1)
    assert answer == "1"
    assert home.startswith("/var/lib/tongban-") == (os.geteuid() == 0)
    shutil.rmtree(home)


def test_four_that_start_at_once_share_one_server(state_folder):
    """One starts it; one is killed; when the last leaves, the server is stopped."""
    environment = {**os.environ, "TONGBAN_STATE": str(state_folder), "TONGBAN_FSYNC": "off"}
    code = (
        "import sys; from tongban.hall import database as d\n"
        "started = d.ensure_server(); pid = (d.data_folder() / 'postmaster.pid').read_text().split()[0]\n"
        "print(int(started), pid, flush=True); sys.stdin.read()"
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    command = [sys.executable, "-c", code]
    four = [subprocess.Popen(command, env=environment, cwd=ROOT, text=True, **pipes) for _ in range(4)]
    said = [process.stdout.readline().split() for process in four]
    four[0].kill()
    for process in four:
        process.communicate()
    assert sum(int(started) for started, _ in said) == 1
    assert len({pid for _, pid in said}) == 1
    assert not (state_folder / "pg" / "postmaster.pid").exists()


def test_an_outside_database_is_dumped_by_programs_of_its_own_version(monkeypatch, template):
    """A newer pg_dump writes settings that an older server does not know, and the backup could not be put back."""
    from tongban.hall import binaries

    monkeypatch.setenv("DATABASE_URL", database.server_url("owner"))
    for version in {binaries.major(folder) for folder in binaries._candidates()} - {0}:
        monkeypatch.setattr(database, "_outside_major", lambda version=version: version)
        assert binaries.major(database.bindir()) == version
    monkeypatch.setattr(database, "_outside_major", lambda: 99)
    assert binaries.major(database.bindir()) >= binaries.OLDEST
