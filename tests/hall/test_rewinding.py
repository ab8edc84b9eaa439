"""Restore to a point in time, drilled on a server made for it: what came before is there, what came after is not."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def house() -> Iterator[Path]:
    """An empty state folder that the user the server runs as can enter (pytest's own are closed to it)."""
    folder = Path(tempfile.mkdtemp(prefix="tongban-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


def surroundings(house: Path, **more: str) -> dict[str, str]:
    plain = {key: value for key, value in os.environ.items() if not key.startswith(("TONGBAN_", "DATABASE_"))}
    given = {"TONGBAN_STATE": str(house / "state"), "TONGBAN_WAL": str(house / "wal"), "TONGBAN_FSYNC": "off"}
    return plain | given | {"DJANGO_SETTINGS_MODULE": "tongban.hall.settings", "TONGBAN_LOG": "ERROR"} | more


def script(house: Path, code: str, **more: str) -> str:
    """Run Python in that house; return what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", code], env=surroundings(house, **more), cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def run(house: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command of that house."""
    command = [sys.executable, "-P", "-m", "tongban.hall", *words]
    return subprocess.run(command, env=surroundings(house, **more), cwd=ROOT, capture_output=True, text=True)


SHORT = """
import time
import django
django.setup()
from pathlib import Path
from tongban.hall import database, rewinding
from tongban.rulebook.errors import Refused

house = Path({house!r})
archive = house / "wal"

def said(statement, role="owner"):
    database.ensure_server()
    with database.connect(role) as connection:
        found = connection.execute(statement)
        return found.fetchall() if found.description else None

def rows():
    return "".join(row[0] for row in said("SELECT what FROM deed ORDER BY what"))

def add(what):
    said(f"INSERT INTO deed VALUES ('{{what}}')")

def archived():
    with database.connect() as connection:
        name = connection.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone()[0]
    while not (archive / name).exists():
        time.sleep(0.05)

said("CREATE TABLE deed (what text)")
add("a")
rewinding.base_backup(house / "base", house / "base.keys.tar")
add("b")
time.sleep(0.05)
moment = said("SELECT clock_timestamp()")[0][0]
time.sleep(0.05)
add("c")
said("DELETE FROM deed WHERE what < 'c'")
archived()
try:
    rewinding.rewind(house / "base" / "base.tar", archive, moment.replace(year=2099))
except Refused as no:
    print(no.code, "归档的变更日志到不了" in no.sentence, rows())
last, aside = rewinding.rewind(house / "base" / "base.tar", archive, moment)
print(rows(), last < moment, aside.is_dir())
add("d")
archived()
rewinding.rewind(house / "base" / "base.tar", archive, None)
print(rows())
add("e")
print(rows())
database.stop_server()
"""


def test_what_came_after_a_moment_is_gone_and_what_came_before_is_there(house):
    """Rows deleted by mistake come back; the history that begins then can be restored itself."""
    keys = house / "state" / "keys"
    keys.mkdir(mode=0o711, parents=True)
    (keys.parent).chmod(0o711)
    (keys / "secret.key").write_bytes(os.urandom(32))
    (keys / "secret.key").chmod(0o600)
    # No demo: its clock would be asked of tables that this short drill does without.
    said = script(house, SHORT.format(house=str(house)), TONGBAN_DEMO="0").splitlines()
    assert said == ["recovery_failed True c", "ab True True", "abd", "abde"]


def test_without_an_archive_of_changes_no_base_backup_is_made(house):
    code = """
import django
django.setup()
from pathlib import Path
from tongban.hall import database, rewinding
from tongban.rulebook.errors import Refused
database.ensure_server()
try:
    rewinding.base_backup(Path({house!r}) / "base", Path({house!r}) / "keys.tar")
except Refused as no:
    print(no.code)
"""
    assert script(house, code.format(house=str(house)), TONGBAN_WAL="") == "no_archive"
    assert not (house / "base").exists()


def test_with_an_outside_database_its_administrator_is_named(monkeypatch, tmp_path):
    from tongban.hall import rewinding
    from tongban.rulebook.errors import Refused

    monkeypatch.setenv("DATABASE_URL", "postgresql://app@db.example/county")
    with pytest.raises(Refused, match=r"docs/operation/backup\.md"):
        rewinding.base_backup(tmp_path / "base", tmp_path / "keys.tar")
    with pytest.raises(Refused, match=r"docs/operation/backup\.md"):
        rewinding.restore_until(tmp_path / "base", None, None)


@pytest.mark.parametrize("text", ["昨天", "2026-10-13", "2026-10-13T15:42+09:00", ""])
def test_a_moment_that_is_none_is_refused(text):
    import argparse
    import importlib

    restore = importlib.import_module("tongban.hall.commands.restore")
    with pytest.raises(argparse.ArgumentTypeError, match="北京时间"):
        restore._moment(text)


FILE_CASES = """
import django
django.setup()
from tongban.hall import schema
schema.prepare()
from tongban.hall.county.opening import Desks, citizen, open_county
from tongban.hall.county.simulation import Simulation
from datetime import date
open_county()
Simulation(seed={seed}, per_day=6, start=date(2026, 10, {day})).run(1)
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SELECT count(*), clock_timestamp() AT TIME ZONE 'Asia/Shanghai' FROM ledger_entry")
    print(*cursor.fetchone(), sep="|")
"""


@pytest.mark.long
def test_a_county_is_lost_and_comes_back_as_it_was_at_a_moment(house):
    """The drill of docs/operation/backup.md: base backup, more work, the machine is lost, an empty one takes over."""
    script(house, FILE_CASES.format(seed=1, day=12))
    made = run(house, "backup", "--base", str(house / "base"), "--keys", str(house / "keys.tar"))
    assert made.returncode == 0, made.stderr
    entries, moment = script(house, FILE_CASES.format(seed=2, day=13)).splitlines()[-1].split("|")
    script(house, FILE_CASES.format(seed=3, day=14))
    files = house / "copied files"
    shutil.copytree(house / "state" / "files", files)  # what an hourly copy of the files brings away
    run(house, "postman", "--once")  # its end stops the server, and with it the last changes go to the archive
    shutil.rmtree(house / "state")

    (house / "state").mkdir(mode=0o711)
    shutil.copytree(files, house / "state" / "files")
    done = run(house, "restore", str(house / "base"), "--keys", str(house / "keys.tar"), "--until", moment)
    assert done.returncode == 0, done.stdout + done.stderr
    count = "from tongban.hall import database; database.ensure_server();"
    count += "print(database.connect('app').execute('SELECT count(*) FROM ledger_entry').fetchone()[0])"
    assert script(house, count) == entries
    verified = run(house, "verify", "journal")
    assert verified.returncode == 0, verified.stdout + verified.stderr
