"""What docs/operation tells to copy: commands that are there, variables that are known, pages that exist."""

import re
import shlex
from pathlib import Path

import pytest

from tongban.hall.__main__ import commands

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "operation"
UNITS = sorted(FOLDER.glob("*.service"))


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_a_unit_runs_a_command_there_is_as_a_user_that_is_not_root(unit):
    text = unit.read_text()
    started = re.findall(r"/opt/tongban/run (\S+)", text)
    assert [name for name in started if name not in commands()] == []
    assert len(started) == 1
    assert "\nUser=tongban\n" in text


def test_options_in_units_and_container_are_understood():
    from tongban.hall.__main__ import _parser
    from tongban.hall.commands import postman, serve

    web = re.search(r"ExecStart=/opt/tongban/run serve (.*)", (FOLDER / "tongban-web.service").read_text())
    container = re.search(r'^CMD \["serve", (.*)\]$', (FOLDER / "Containerfile").read_text(), re.MULTILINE)
    assert web is not None
    assert container is not None
    for words in (shlex.split(web[1]), re.findall(r'"([^"]+)"', container[1])):
        given = _parser(commands()["serve"], serve).parse_args(words)
        assert given.no_postman
    assert _parser(commands()["postman"], postman).parse_args([]).once is False


def test_every_variable_is_explained():
    known = set(re.findall(r"`([A-Z_]{6,})`", (ROOT / "CONTRIBUTING.md").read_text()))
    named = set()
    for path in FOLDER.iterdir():
        named |= set(re.findall(r"\b((?:TONGBAN|DATABASE|PROMETHEUS)_[A-Z_]+)\b", path.read_text()))
    assert named - known == set()
    assert "DATABASE_URL" in named


def test_links_and_tests_named_are_there():
    for path in FOLDER.glob("*.md"):
        text = path.read_text()
        for link in re.findall(r"\]\(([^)#]+)\)", text):
            assert (FOLDER / link).exists(), (path.name, link)
        for test in re.findall(r"tests/[\w/]+\.py", text):
            assert (ROOT / test).exists(), (path.name, test)


def test_metrics_named_are_those_that_are_told():
    from prometheus_client import generate_latest

    from tongban.hall.wellbeing import measuring
    from tongban.rooms import measures

    said = set(re.findall(r"`(tongban_\w+)", (FOLDER / "monitoring.md").read_text()))
    told = set(
        re.findall(r"tongban_\w+", Path(measuring.__file__).read_text() + generate_latest(measures.REGISTRY).decode())
    )
    assert said - told == set()
    assert len(said) >= 9


def test_the_server_in_front_keeps_the_figures_to_itself_and_says_for_whom_it_asks():
    text = (FOLDER / "nginx.conf").read_text()
    assert "location = /metrics { return 404; }" in text
    assert "proxy_set_header X-Forwarded-For" in text


def test_the_container_does_not_run_as_root():
    lines = (FOLDER / "Containerfile").read_text().splitlines()
    users = [line for line in lines if line.startswith("USER ")]
    assert users == ["USER tongban"]
    assert lines.index("USER tongban") < next(i for i, line in enumerate(lines) if line.startswith("ENTRYPOINT"))
