"""The clock on the wall: the only reader of "now".

In production it is the machine's clock.  In a demo it is one row of the database that every process
reads, so that a legal moment can be reached without waiting for it.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from tongban.rulebook.errors import Refused

#: What the demo's clock shows, since when, and whether it runs; None: it was never set.
Row = tuple[datetime, datetime, bool] | None
#: Legal dates are dates here.
SHANGHAI = ZoneInfo("Asia/Shanghai")

_held: datetime | None = None
#: Within ``read_once``: the row of the demo's clock once it was read.
_read: ContextVar[list[Row] | None] = ContextVar("clock_read", default=None)


def now() -> datetime:
    """Return this moment, aware, in UTC."""
    if _held is not None:
        return _held
    if settings.TONGBAN_DEMO:
        shown = _shown_in_demo()
        if shown is not None:
            return shown
    return datetime.now(UTC)


def today() -> date:
    """Return the legal date of this moment."""
    return legal_date(now())


def legal_date(moment: datetime) -> date:
    """Return the date in Asia/Shanghai on which ``moment`` falls."""
    return moment.astimezone(SHANGHAI).date()


def at_local(day: date, hour: int = 0, minute: int = 0) -> datetime:
    """Return the moment ``hour:minute`` of ``day`` in Asia/Shanghai, in UTC."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


def end_of(day: date) -> datetime:
    """Return the first moment after ``day`` is over in Asia/Shanghai, in UTC."""
    return at_local(day + timedelta(days=1))


def machine_milliseconds() -> int:
    """Return the machine's own milliseconds since 1970: for keys and stop-watches, never for law."""
    return time.time_ns() // 1_000_000


def database_apart() -> float:
    """Return by how many seconds the database's clock is ahead of this machine's: a fault is looked for, not law."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())::float8")
        row = cursor.fetchone()
    return float(row[0]) - time.time()


@contextmanager
def read_once() -> Iterator[None]:
    """Within, the demo's clock is asked for once; it goes on running.  What is set within is seen."""
    before = _read.set([])
    try:
        yield
    finally:
        _read.reset(before)


def set_demo(moment: datetime, *, running: bool = False) -> None:
    """Make every process see ``moment``; with ``running`` it goes on from there.  Refused in production."""
    if not settings.TONGBAN_DEMO:
        raise Refused("demo_clock_refused", "正式运行的系统不能拨动时钟。请只在演示环境中使用。")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_wallclock (id, shows, since, running) VALUES (1, %s, %s, %s)"
            " ON CONFLICT (id) DO UPDATE"
            " SET shows = EXCLUDED.shows, since = EXCLUDED.since, running = EXCLUDED.running",
            [moment, datetime.now(UTC), running],
        )
    if (known := _read.get()) is not None:
        known.clear()


@contextmanager
def held(moment: datetime) -> Iterator[None]:
    """Hold this process at ``moment``: for a simulated day and for tests.  Refused in production."""
    global _held  # one process, one clock on its wall
    if not settings.TONGBAN_DEMO:
        raise Refused("demo_clock_refused", "正式运行的系统不能拨动时钟。请只在演示环境中使用。")
    before, _held = _held, moment.astimezone(UTC)
    try:
        yield
    finally:
        _held = before


def _shown_in_demo() -> datetime | None:
    known = _read.get()
    if known:
        row = known[0]
    else:
        with connection.cursor() as cursor:
            cursor.execute("SELECT shows, since, running FROM ledger_wallclock WHERE id = 1")
            row = cursor.fetchone()
        if known is not None:
            known.append(row)
    if row is None:
        return None
    shows, since, running = row
    return shows + (datetime.now(UTC) - since) if running else shows
