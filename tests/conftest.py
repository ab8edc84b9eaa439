"""What all tests share: one database server, a template migrated once, a copy of it for each worker.

Tests run as the application's role, inside a transaction that is rolled back (``db``), or, where they must
commit or need several connections, on a database of their own (``own_database``).
Nothing here touches Django until a test asks for the database.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

#: The fixtures ``county`` and ``own_county``; ``site``, ``phone`` and ``screen``.
pytest_plugins = ["tests.county", "tests.doors.browsing"]

SKIPS = Path(__file__).with_name("skips.txt")


@dataclass(frozen=True)
class Database:
    """A database made for one test."""

    #: Its name on the tests' server.
    name: str
    #: URL of the application's role.
    url: str
    #: URL of the role that owns the tables.
    owner_url: str


@pytest.fixture(scope="session")
def template(django_db_blocker) -> str:
    """Name of a database with all tables, empty, kept for as long as migrations stay the same."""
    from tests import testbase

    with django_db_blocker.unblock():
        return testbase.template()


@pytest.fixture(scope="session")
def django_db_setup(template, worker_id, django_db_blocker) -> Iterator[None]:
    """Give this worker its own copy of the template (in the place of pytest-django's own set-up)."""
    from tests import testbase

    with testbase.copy_of(template, f"t_{os.getpid()}_{worker_id}"):
        yield


@pytest.fixture
def own_database(template, worker_id, django_db_blocker) -> Iterator[Database]:
    """A fresh database that this test may commit to, from as many connections and threads as it likes."""
    from tests import testbase
    from tongban.hall import database

    name = testbase.own_name(worker_id)
    with django_db_blocker.unblock(), testbase.copy_of(template, name):
        yield Database(name, database.server_url("app", name), database.server_url("owner", name))


@pytest.fixture(scope="session", autouse=True)
def _own_files(tmp_path_factory) -> Iterator[None]:
    """Uploads of tests go to a folder of this worker, not among anyone's files."""
    if "DJANGO_SETTINGS_MODULE" not in os.environ:
        yield
        return
    from django.conf import settings

    before, settings.TONGBAN_FILES = settings.TONGBAN_FILES, tmp_path_factory.mktemp("files")
    yield
    settings.TONGBAN_FILES = before


def pytest_addoption(parser) -> None:
    parser.addoption("--long", action="store_true", help="also what takes minutes (marked long)")


def pytest_collection_modifyitems(config, items) -> None:
    """Leave out what takes minutes, unless asked for; refuse pytest-django's emptying of tables.

    The application's role may not truncate, and that is right.
    """
    if not config.getoption("--long"):
        long = [item for item in items if item.get_closest_marker("long")]
        items[:] = [item for item in items if item not in long]
        config.hook.pytest_deselected(items=long)
    for item in items:
        marker = item.get_closest_marker("django_db")
        if (marker and marker.kwargs.get("transaction")) or "transactional_db" in getattr(item, "fixturenames", ()):
            raise pytest.UsageError(f"{item.nodeid}: use the fixture own_database instead of transaction=True")


def pytest_runtest_logreport(report) -> None:
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        _skipped.append((report.nodeid, reason.removeprefix("Skipped: ")))


def pytest_collectreport(report) -> None:
    pytest_runtest_logreport(report)


def pytest_sessionfinish(session) -> None:
    """Fail a run in which something was skipped without its reason on the list."""
    if hasattr(session.config, "workerinput"):
        return
    unlisted = [skip for skip in _skipped if not _is_listed(*skip)]
    if unlisted:
        lines = "\n".join(f"  {name}: {reason}" for name, reason in unlisted)
        session.config.get_terminal_writer().line(f"\nskipped, but not on tests/skips.txt:\n{lines}", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _is_listed(name: str, reason: str) -> bool:
    for line in SKIPS.read_text().splitlines():
        part, bar, listed = line.partition("|")
        if bar and not line.startswith("#") and part.strip() in name and listed.strip() == reason.strip():
            return True
    return False


_skipped: list[tuple[str, str]] = []
