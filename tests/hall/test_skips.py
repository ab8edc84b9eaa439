"""A skipped test must be on the list with its reason, or the run fails."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run_of(folder: Path, code: str, *options: str) -> subprocess.CompletedProcess:
    """Run one test file under the project's own conftest."""
    (folder / "test_shared_thing.py").write_text(f"import pytest\n{code}\n")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "tests.conftest",
        "-p",
        "no:django",
        "--rootdir",
        str(folder),
    ]
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "DJANGO_"))}
    return subprocess.run([*command, *options, str(folder)], cwd=ROOT, env=environment, capture_output=True, text=True)


@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["alone", "in two processes"])
def test_a_skip_that_is_not_listed_fails_the_run(tmp_path, options):
    done = run_of(tmp_path, "def test_x(): pytest.skip('no time today')", *options)
    assert done.returncode == 1
    assert "not on tests/skips.txt" in done.stdout
    assert "test_x: no time today" in done.stdout


def test_a_module_skipped_as_a_whole_is_noticed_too(tmp_path):
    done = run_of(tmp_path, "pytest.importorskip('nosuchmodule', reason='not there')\ndef test_x(): pass")
    assert done.returncode == 1
    assert "not there" in done.stdout


def test_a_listed_skip_passes(tmp_path):
    done = run_of(tmp_path, "def test_x(): pytest.skip('../shared is not there')\ndef test_y(): pass")
    assert done.returncode == 0, done.stdout


def test_another_reason_than_the_listed_one_fails(tmp_path):
    done = run_of(tmp_path, "@pytest.mark.skip('tired')\ndef test_x(): pass")
    assert done.returncode == 1
