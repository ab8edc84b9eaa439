"""./run serve: it answers, it stops when asked, and it says so when the port is taken."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def serving(database, port) -> Iterator[subprocess.Popen]:
    """The site alone, on this test's own database."""
    environment = {**os.environ, "DATABASE_URL": database.url, "DATABASE_OWNER_URL": database.owner_url}
    command = [sys.executable, "-m", "tongban.hall", "serve", "--no-postman", "--workers", "1", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def answer(port: int) -> tuple[int, str]:
    """Return status and body of the health check, as soon as there is an answer."""
    end = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as response:
                return response.status, response.read().decode()
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_the_site_answers_and_stops_when_asked(own_database, port, ending):
    with serving(own_database, port) as process:
        assert answer(port) == (200, '{"state": "well"}')
        process.send_signal(ending)
        assert process.wait(20) in (0, 128 + ending)
        with pytest.raises(urllib.error.URLError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2)


def test_it_is_said_to_run_only_when_it_answers(own_database, port):
    with serving(own_database, port) as process:
        for line in process.stdout:
            if f"http://127.0.0.1:{port} 运行" in line:
                break
        else:
            pytest.fail("nothing was said")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as response:
            assert response.status == 200
        process.terminate()
        process.wait(20)


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_nobody_there_is_no_answer(port, host):
    from tongban.hall.commands.serve import answers

    assert not answers(host, port)


def test_a_port_that_is_taken_is_named(capfd):
    from tongban.hall.commands.serve import serve

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        assert serve("127.0.0.1", number) == 1
    assert f"端口 {number} 已被占用" in capfd.readouterr().err
