"""A standby follows, survives a pause of its own, refuses to be a second first, and takes over when that is gone."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tongban.rulebook.errors import Refused

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def house() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="tongban-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


DRILL = """
import os, signal, time
from pathlib import Path
import psycopg
from tongban.hall import database, standby
from tongban.rulebook.errors import Refused

folder = Path({house!r}) / "standby"

def first(statement):
    with database.connect("owner") as connection:
        connection.execute(statement)

def second():
    with psycopg.connect(standby.addresses(folder)["DATABASE_OWNER_URL"]) as connection:
        return "".join(row[0] for row in connection.execute("SELECT what FROM deed ORDER BY what"))

def until(there):
    end = time.monotonic() + 60
    while not there():
        assert time.monotonic() < end, standby.standing(folder)
        time.sleep(0.05)

database.ensure_server()
first("CREATE TABLE deed (what text)")
first("GRANT ALL ON deed TO tongban_app")
first("INSERT INTO deed VALUES ('a')")
try:
    standby.make(folder)
    first("INSERT INTO deed VALUES ('b')")
    until(lambda: second() == "ab")
    until(lambda: standby.standing(folder).connected)
    print("follows", second())
    try:
        standby.promote(folder)
    except Refused as no:
        print(no.code)
    standby.stop(folder)
    print(standby.standing(folder).runs)
    first("INSERT INTO deed VALUES ('c')")
    standby.start(folder)
    until(lambda: second() == "abc")
    print("caught up", second())
    # The machine of the first server is lost, between one moment and the next.
    pid = int((database.data_folder() / "postmaster.pid").read_text().splitlines()[0])
    os.kill(pid, signal.SIGQUIT)
    until(lambda: not standby.standing(folder).connected)
    found = standby.promote(folder)
    with psycopg.connect(found["DATABASE_URL"]) as app:
        app.execute("INSERT INTO deed VALUES ('d')")
    now = standby.standing(folder)
    print("promoted", second(), now.runs, now.follows, standby.promote(folder) == found)
finally:
    standby.stop(folder)
    database.stop_server()
"""


def test_a_standby_follows_and_takes_over(house):
    plain = {key: value for key, value in os.environ.items() if not key.startswith(("TONGBAN_", "DATABASE_"))}
    environment = plain | {"TONGBAN_STATE": str(house / "state"), "TONGBAN_FSYNC": "off"}
    command = [sys.executable, "-c", DRILL.format(house=str(house))]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines() == [
        "follows ab", "first_alive", "False", "caught up abc", "promoted abcd True False True",
    ]  # fmt: skip


def test_where_there_is_no_standby_that_is_said(tmp_path):
    from tongban.hall import standby

    for act in (standby.start, standby.stop, standby.promote, standby.standing):
        with pytest.raises(Refused) as no:
            act(tmp_path)
        assert no.value.code == "no_standby"
