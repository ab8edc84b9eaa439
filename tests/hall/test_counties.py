"""Two counties on two servers behind one front: each request reaches its own database, and nothing crosses."""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from tongban.hall import counties, state
from tongban.rulebook.errors import Refused

ROOT = Path(__file__).resolve().parents[2]
A, B = "990127", "990128"
HOST = {A: "a.example.cn", B: "b.example.cn"}
ASKED = 4


@dataclass
class Town:
    """One of the two counties."""

    code: str
    cases: list[dict[str, str]]
    token: str
    #: URL of its database, for looking behind the pages.
    url: str
    client: Any = field(default=None)

    def rows(self, sql: str) -> list[Any]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(sql).fetchall()

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Send a request to this county's name, as a browser that keeps nothing."""
        with httpx.Client(base_url=self.client, headers={"Host": HOST[self.code]}, timeout=60) as browser:
            return browser.request(method, path, **more)

    def form(self, path: str, **fields: str) -> httpx.Response:
        """Fill in a form: get the page, and post it with its token."""
        with httpx.Client(base_url=self.client, headers={"Host": HOST[self.code]}, timeout=60) as browser:
            page = browser.get(path).text
            hidden = dict(re.findall(r'name="(csrfmiddlewaretoken|key)" value="([^"]+)"', page))
            # The cookies belong to the name in the address, which here is that of the machine.
            cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
            return browser.post(path, data=hidden | fields, headers={"Cookie": cookies})


@pytest.fixture
def second() -> dict[str, Any]:
    """A second server with a second county, kept from run to run for as long as the tables stay the same."""
    from tongban.hall import schema

    home = state.folder() / f"second-{schema.digest()}"
    for left in state.folder().glob("second-*"):
        if left != home:  # of older tables
            shutil.rmtree(left, ignore_errors=True)
    place = counties._place(B, {"hosts": [HOST[B]], "state": str(home)})
    told = subprocess.run(
        [sys.executable, "-m", "tests.hall.second_county", B, "2"],
        env=place.environment(os.environ),
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert told.returncode == 0, told.stderr
    return {"state": str(home), **json.loads(told.stdout.splitlines()[-1])}


@pytest.fixture
def own_url(own_county) -> dict[str, str]:
    from django.db import connection

    from tongban.hall import database

    name = str(connection.settings_dict["NAME"])
    return {role: database.server_url(role, name) for role in ("app", "owner")}


@pytest.fixture
def towns(own_county, own_url, second, monkeypatch) -> Iterator[dict[str, Town]]:
    from django.conf import settings

    from tests.hall import second_county

    first = second_county.fill_with(own_county, 2)
    told = {
        A: {
            "hosts": [HOST[A]],
            "database": own_url["app"],
            "owner": own_url["owner"],
            "state": str(state.folder()),
            "environment": {"TONGBAN_FILES": str(settings.TONGBAN_FILES)},
        },
        B: {"hosts": [HOST[B]], "state": second["state"]},
    }
    monkeypatch.setenv("TONGBAN_COUNTIES", json.dumps(told))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    found = {
        A: Town(A, first["cases"], first["token"], own_url["app"]),
        B: Town(B, second["cases"], second["token"], second["url"]),
    }
    for town in found.values():
        town.client = f"http://127.0.0.1:{port}"
    with serving(port):
        for town in found.values():
            until(lambda town=town: town.ask("GET", "/healthz").status_code == 200)
        yield found


@contextlib.contextmanager
def serving(port: int) -> Iterator[None]:
    words = ("counties", "serve", "--port", str(port), "--workers", "2", "--postmen", "2")
    process = subprocess.Popen([sys.executable, "-m", "tongban.hall", *words], cwd=ROOT)
    try:
        yield
    finally:
        # It ends the others in order; killed, it would leave them behind.
        process.send_signal(signal.SIGTERM)
        assert process.wait(120) == 0


def until(holds: Any, seconds: float = 240) -> None:
    end = time.monotonic() + seconds
    while True:
        with contextlib.suppress(httpx.TransportError, KeyError):
            if holds():
                return
        assert time.monotonic() < end
        time.sleep(0.3)


def hall(*words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "tongban.hall", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def other(code: str) -> str:
    return B if code == A else A


@pytest.mark.long
def test_each_county_has_its_own_database_and_nothing_crosses(towns):
    assert towns[A].url != towns[B].url
    for code, town in towns.items():
        mine, theirs = town.cases[0], towns[other(code)].cases[0]
        # By number and look-up code, as anybody.
        assert mine["number"] in town.form("/progress/", number=mine["number"], code=mine["code"]).text
        assert town.form("/progress/", number=theirs["number"], code=theirs["code"]).status_code == 422
        # By id, with the token of a clerk of the county; the other's token opens nothing.
        right = {"Authorization": f"Bearer {town.token}"}
        wrong = {"Authorization": f"Bearer {towns[other(code)].token}"}
        assert town.ask("GET", f"/api/v1/cases/{mine['id']}", headers=right).json()["id"] == mine["id"]
        assert town.ask("GET", f"/api/v1/cases/{theirs['id']}", headers=right).status_code == 404
        assert town.ask("GET", f"/api/v1/cases/{mine['id']}", headers=wrong).status_code == 401

    # Questions to both at once, through two web processes each, while two postmen each work on.
    def question(n: int) -> tuple[str, int]:
        town = list(towns.values())[n % 2]
        words = {"question": f"第 {n} 问：执照丢了，能不能委托家里人来补办？", "phone": "19900000001"}
        return town.code, town.form(f"/items/{town.code}/small-food-shop/ask", **words).status_code

    before = {code: _questions(town) for code, town in towns.items()}
    with ThreadPoolExecutor(2 * ASKED) as people:
        answers = list(people.map(question, range(2 * ASKED)))
    assert sorted(answers) == [(A, 302)] * ASKED + [(B, 302)] * ASKED
    for code, town in towns.items():
        assert _questions(town) - before[code] == ASKED
        assert town.rows("SELECT DISTINCT county FROM casework_case") == [(code,)]
        assert town.rows("SELECT DISTINCT county FROM ledger_entry WHERE subject_kind = 'case'") == [(code,)]
        owed = "SELECT count(*) FROM ledger_promise WHERE done_at IS NULL AND kind IN ('document', 'notice')"
        until(lambda town=town, owed=owed: town.rows(owed) == [(0,)])
    ids = {code: {row[0] for row in town.rows("SELECT id FROM casework_case")} for code, town in towns.items()}
    assert not ids[A] & ids[B]

    # The same command for each, and the figures of both together.
    for code in towns:
        checked = hall("--at", code, "verify", "journal")
        assert checked.returncode == 0, checked.stdout + checked.stderr
    listed = hall("counties")
    assert listed.returncode == 0, listed.stdout
    assert [line.split("　")[0] for line in listed.stdout.splitlines() if line.endswith("可用")] == [A, B]
    told = hall("counties", "figures", "--from", "2026-01-01")
    assert told.returncode == 0, told.stderr
    lines = {line.split("\t")[0]: line.split("\t") for line in told.stdout.splitlines()}
    accepted = "SELECT count(*) FROM casework_case WHERE item_code = 'small-food-shop' AND accepted_on IS NOT NULL"
    counted = {code: town.rows(accepted)[0][0] for code, town in towns.items()}
    assert lines["accepted"][3] == str(sum(counted.values()))
    assert lines["accepted"][4] == " ".join(f"{code}:{count}件" for code, count in counted.items())
    assert all(counted.values())

    # A wrong address is noticed: what is there belongs to the other.
    swapped = json.loads(os.environ["TONGBAN_COUNTIES"])
    swapped[B] = swapped.pop(A) | {"hosts": [HOST[B]]}
    one = counties._place(B, swapped[B])
    asked = subprocess.run(
        [sys.executable, "-m", "tongban.hall", "postman", "--once"],
        env=one.environment(os.environ),
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert asked.returncode == 1
    assert f"这个数据库里是县 {A}" in asked.stderr


def _questions(town: Town) -> int:
    return int(town.rows("SELECT count(*) FROM casework_case WHERE kind = 'consultation'")[0][0])


# ---- how counties are written ----


@pytest.fixture
def given(monkeypatch):
    def give(told: object) -> dict[str, counties.Place]:
        monkeypatch.setenv("TONGBAN_COUNTIES", told if isinstance(told, str) else json.dumps(told))
        return counties.places()

    return give


def test_a_county_takes_nothing_of_its_neighbours_along(given):
    told = {"hosts": ["A.cn"], "papers": "Papers.a.cn", "database": "postgresql://x/a"}
    known = given({A: told | {"environment": {"TONGBAN_LOG": "DEBUG"}}})
    assert counties.by_host(known) == {"a.cn": A, "papers.a.cn": A}
    around = {
        "PATH": "/bin",
        "DATABASE_URL": "postgresql://x/b",
        "DATABASE_OWNER_URL": "postgresql://o@x/b",
        "TONGBAN_KEYS": "/keys-of-b",
        "TONGBAN_FILES": "/files-of-b",
        "TONGBAN_OIDC": "{}",
        "TONGBAN_PAPERS_HOST": "papers-of-b",
        "TONGBAN_WAL": "/archive-of-b",
        "TONGBAN_ADDED_TOMORROW": "of-b",
        "PROMETHEUS_MULTIPROC_DIR": "/counts-of-b",
        "PGHOST": "host-of-b",
        "TONGBAN_HTTPS": "1",
        "TONGBAN_COUNTIES": "{}",
    }
    own = known[A].environment(around)
    assert own == {
        "PATH": "/bin",
        "TONGBAN_HTTPS": "1",
        "TONGBAN_COUNTY": A,
        "TONGBAN_STATE": str(state.folder() / "counties" / A),
        "DATABASE_URL": "postgresql://x/a",
        "TONGBAN_HOSTS": "a.cn,localhost,127.0.0.1,[::1]",
        "TONGBAN_PAPERS_HOST": "papers.a.cn",
        "TONGBAN_VERIFY_PAGE": "https://a.cn/verify",
        "TONGBAN_LOG": "DEBUG",
    }


def test_counties_may_be_written_in_a_file_and_shortly(given, tmp_path):
    path = tmp_path / "counties.json"
    path.write_text(json.dumps({A: "postgresql://x/a", B: {"state": "/b"}}))
    known = given(str(path))
    assert (known[A].database, known[B].database) == ("postgresql://x/a", "")
    assert given("") == {}


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ("{", "读不懂"),
        ("/no/such/file", "读不懂"),
        ({"99012": {}}, "应为六位数字"),
        ({A: {"host": "a.cn"}}, "不认识的项 host"),
        ({A: {"hosts": ["a.cn:80"]}}, "不带端口"),
        ({A: {"environment": {"DATABASE_URL": "x"}}}, "environment"),
        ({A: {"hosts": ["a.cn"]}, B: {"hosts": ["A.cn"]}}, "同一个域名"),
        ({A: {"hosts": ["a.cn"]}, B: {"hosts": ["b.cn"], "papers": "a.cn"}}, "同一个域名"),
        ({A: {"hosts": ["a.cn"], "papers": "https://p.cn"}}, "不带端口"),
        ({A: "postgresql://u:secret@x/a", B: "postgresql://u:secret@x/a"}, "同一个数据库"),
        ({A: {"state": "/s"}, B: {"state": "/s/../s"}}, "同一个状态目录"),
        ({code: {"environment": {"TONGBAN_KEYS": "/k"}} for code in (A, B)}, "同一个TONGBAN_KEYS"),
    ],
)
def test_what_two_counties_would_share_is_refused(given, told, reason):
    with pytest.raises(Refused) as no:
        given(told)
    assert no.value.code == "counties_wrong"
    assert reason in no.value.sentence
    assert "secret" not in no.value.sentence


def test_a_county_that_is_not_there_is_named(given, capsys):
    from tongban.hall.__main__ import main

    given({A: "postgresql://x/a"})
    assert main(["--at", "990199", "postman"]) == 1
    assert "没有县 990199。现有：990127" in capsys.readouterr().err
    assert main(["--at"]) == 1
