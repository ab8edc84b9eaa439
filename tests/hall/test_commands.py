"""./run: the list of commands, their help, and words nobody knows."""

import subprocess
import sys
from pathlib import Path

import pytest

from tongban.hall.__main__ import commands, main
from tongban.hall.commands import test as test_command

ROOT = Path(__file__).resolve().parents[2]


def test_the_list_names_every_command(capsys):
    assert main([]) == 0
    shown = capsys.readouterr().out
    assert [name for name in commands() if f"\n  {name} " not in shown] == []


def test_an_unknown_command_is_said_to_be_unknown(capsys):
    assert main(["nosuch"]) == 2
    assert "没有“nosuch”这个命令" in capsys.readouterr().err


def test_a_wrong_option_points_to_the_explanation(capsys):
    with pytest.raises(SystemExit) as leaving:
        main(["check", "--nosuch"])
    assert leaving.value.code == 2
    assert "看说明：./run check --help" in capsys.readouterr().err


@pytest.mark.parametrize("name", sorted(commands()))
def test_help_of_a_command_is_chinese_and_starts_no_database(name, capsys):
    with pytest.raises(SystemExit) as leaving:
        main([name, "--help"])
    assert leaving.value.code == 0
    shown = capsys.readouterr().out
    assert shown.startswith(f"用法：./run {name}")
    assert "显示这份说明" in shown


def test_the_list_is_shown_without_importing_django():
    code = "import sys; from tongban.hall.__main__ import main; main([]); print('django' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "False"


def test_rulebook_tests_run_without_django():
    assert test_command.default_options(["tests/rulebook", "-q"]) == ["-p", "no:django"]
    assert test_command.default_options(["tests/rulebook/test_clock.py"]) == ["-p", "no:django"]
    assert test_command.default_options(["tests/rulebook", "tests/hall"]) == ["--ds=tongban.hall.settings", "-n", "2"]


def test_two_processes_are_the_default_and_can_be_changed():
    assert test_command.default_options([]) == ["--ds=tongban.hall.settings", "-n", "2"]
    assert test_command.default_options(["-n", "0"]) == ["--ds=tongban.hall.settings"]


def test_tests_do_not_use_the_demos_state_or_an_outside_database(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://somewhere/county")
    monkeypatch.setenv("TONGBAN_KEYS", "/elsewhere")
    monkeypatch.delenv("PG_BINDIR", raising=False)
    surroundings = test_command.environment()
    assert "DATABASE_URL" not in surroundings
    assert "TONGBAN_KEYS" not in surroundings
    assert surroundings["TONGBAN_STATE"] == str(ROOT / ".state" / "tests")
