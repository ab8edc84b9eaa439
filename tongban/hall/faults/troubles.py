"""What befalls the county.  Each hurts it and leaves it to get up; ``RunningCounty.tend`` starts again what died."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

from django.conf import settings
from django.db import connection

from tongban.hall import database, safekeeping, state
from tongban.hall.county.opening import COUNTY
from tongban.hall.faults.county import RunningCounty, children_of, postmaster
from tongban.hall.faults.diary import Told
from tongban.hall.faults.facts import Found, wait_for_the_law
from tongban.rooms import calendars, clock
from tongban.rooms.exchange import actions as exchange
from tongban.rooms.files import actions as files
from tongban.rooms.files import blobs
from tongban.rulebook.errors import Refused

#: The system to which cases go.
SYSTEM = "province-tax"
#: Seconds another system stays as it was made.
_WHILE = 4.0
#: Makes a disk of 128 KB at the folder named after it; root may, others may not.
_MOUNT: tuple[str, ...] = ("mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs")
#: Seconds until somebody must have met the full disk.
_MEETING = 60
_HEALTHY = {"down": False, "slow_ms": 0, "patience_ms": 5000, "loses": 0.0, "twice": False, "shuffled": False} | {
    "forgets": 0.0,
    "invents": 0,
    "contrary": 0.0,
    "after_days": 1,
}


def kill_actor(county: RunningCounty, luck: Random, found: Found) -> str:
    """Kill one who acts over the actions or over HTTP, wherever he just is."""
    name = luck.choice(county.actors)
    county.kill(name)
    return "办理进程"


def kill_web(county: RunningCounty, luck: Random, found: Found) -> str:
    """Kill a worker of the site, or the whole site."""
    workers = children_of(county.children["web"].pid)
    if workers and luck.random() < 0.75:
        with contextlib.suppress(ProcessLookupError):
            os.kill(luck.choice(workers), signal.SIGKILL)
        return "网站工作进程"
    county.kill("web")
    county.tend()
    county.wait_for_web()
    return "网站"


def kill_postman(county: RunningCounty, luck: Random, found: Found) -> str:
    """Kill the postman with a promise in his hand."""
    county.kill("postman")
    return "投递员"


def kill_postgres(county: RunningCounty, luck: Random, found: Found) -> str:
    """Kill PostgreSQL's first process; it is started again, as a supervisor of services would."""
    os.kill(postmaster(), signal.SIGKILL)
    connection.close()
    time.sleep(luck.random())
    database.ensure_server()
    return "数据库"


def kill_backend(county: RunningCounty, luck: Random, found: Found) -> str:
    """Kill the process of one connection: PostgreSQL throws all out and recovers by itself."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(luck.choice(children_of(postmaster())), signal.SIGKILL)
    connection.close()
    time.sleep(0.5)
    return "数据库的一个进程"


def system_slow(county: RunningCounty, luck: Random, found: Found) -> str:
    """Slower than anybody waits."""
    with _system(slow_ms=700, patience_ms=400):
        time.sleep(_WHILE)
    return "对方慢"


def system_wrong(county: RunningCounty, luck: Random, found: Found) -> str:
    """Its answers get lost, so whoever sends again must not make a second case; its decisions and lists are wrong."""
    with _system(loses=0.7, forgets=0.3, invents=1, contrary=0.3, seed=luck.randrange(1000)):
        time.sleep(_WHILE)
        exchange.poll_due()
        exchange.match_due()
    return "对方出错"


def system_down(county: RunningCounty, luck: Random, found: Found) -> str:
    """Down for a day: what is owed to it waits, and goes out on the next."""
    with _system(down=True):
        time.sleep(_WHILE / 2)
        clock.set_demo(clock.now() + timedelta(days=1), running=True)
        time.sleep(_WHILE / 2)
    return "对方整天不通"


def system_twice(county: RunningCounty, luck: Random, found: Found) -> str:
    """It tells everything twice, in any order."""
    with _system(twice=True, shuffled=True, after_days=0):
        time.sleep(_WHILE)
        exchange.poll_due()
        exchange.poll_due()
    return "对方说两遍"


def clock_midnight(county: RunningCounty, luck: Random, found: Found) -> str:
    """The clock runs over midnight while people act."""
    _run_over(clock.today(), found)
    return "时钟过零点"


def clock_year(county: RunningCounty, luck: Random, found: Found) -> str:
    """The clock runs into a new year, whose numbers begin at one and whose holidays nobody knows yet."""
    _run_over(date(clock.today().year, 12, 31), found)
    return "时钟过年底"


def clock_days(county: RunningCounty, luck: Random, found: Found) -> str:
    """The postman slept for days: all that lapsed meanwhile is acted on, each once."""
    days = luck.choice((3, 8, 20))
    clock.set_demo(clock.at_local(clock.today() + timedelta(days=days), 9), running=True)
    _law(found)
    return f"时钟跳过数日（{'已知' if clock.today() <= calendars.calendar().known_until else '未知'}年度）"


def full_disk(county: RunningCounty, luck: Random, found: Found) -> str:
    """An upload meets a full disk: it is refused whole, with a sentence, and the next one is taken."""
    content = b"%PDF-1.4\n%" + luck.randbytes(400_000)  # a picture would be drawn anew and be small
    with tempfile.TemporaryDirectory() as small, _no_room(Path(small)) as way:
        code = ""
        try:
            files.store(content, county=COUNTY, actor="house")
        except Refused as no:
            code = no.code
        left = [path for path in Path(small).rglob("*") if path.is_file()]
    if code != "disk_full" or left:
        found.add("wrong", f"磁盘满时上传：{code or '没有拒绝'}，留下 {len(left)} 个文件。")
    stored = files.store(content, county=COUNTY, actor="house")
    if files.read(stored, who="house", purpose="faults") != content:
        found.add("lost", "磁盘腾空后上传的文件读出来不一样。")
    found.checked["磁盘满后的上传"] += 1
    return f"磁盘满（{way}）"


def full_disk_at_work(county: RunningCounty, luck: Random, found: Found) -> str:
    """The disk of the running county is full: what needs it waits, with its reason, and is kept once there is room.

    Only where a disk may be mounted; elsewhere it is an upload that meets the full disk, as in ``full_disk``.
    """
    if not county.own_disk:
        return full_disk(county, luck, found)
    with county.no_room():
        end, waiting = time.monotonic() + _MEETING, 0
        while not waiting and time.monotonic() < end:
            time.sleep(0.5)
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM ledger_promise WHERE done_at IS NULL AND trouble = 'disk_full'")
                (waiting,) = cursor.fetchone()
    if not waiting:
        found.add("wrong", f"磁盘满了 {_MEETING} 秒，没有一件承诺说明是因为磁盘满而等着。")
    found.checked["磁盘满时等着的承诺"] += waiting
    return "办件中磁盘满（小磁盘）"


#: What befalls: the county, luck, where to note what is wrong; returns its name in the table.
Trouble = Callable[[RunningCounty, Random, Found], str]

#: Every kind, in the order in which they are drawn from; kills come more often.
TROUBLES: tuple[Trouble, ...] = (
    kill_actor,
    kill_web,
    kill_postman,
    kill_postgres,
    kill_backend,
    system_slow,
    system_wrong,
    system_down,
    system_twice,
    clock_midnight,
    clock_days,
    full_disk,
    full_disk_at_work,
    clock_year,
)
KILLS = TROUBLES[:5]


def heal() -> None:
    """Let the other systems be well again."""
    exchange.set_knobs(COUNTY, SYSTEM, **_HEALTHY)


def back_up(county: RunningCounty) -> Told:
    """Back up the county while it works; returns what everybody had been told before."""
    known = county.told()
    safekeeping.back_up(county.folder / "backup", county.folder / "backup.keys.tar")
    return known


def restore(county: RunningCounty, known: Told, found: Found) -> None:
    """Restore the backup into an empty folder, and look there for what was told before it."""
    folder, keys, empty = (county.folder / name for name in ("backup", "backup.keys.tar", "restored"))
    environment = {**os.environ, "TONGBAN_STATE": str(empty), "TONGBAN_DEMO": "1"}
    wanted = county.folder / "wanted.txt"
    wanted.write_text("".join(f"{case} {seq}\n" for case, seq in known.done.values()), encoding="ascii")
    commands = (
        ["tongban.hall", "restore", str(folder), "--keys", str(keys)],
        ["tongban.hall", "verify", "journal"],
        ["tongban.hall.faults.restored", str(wanted)],
    )
    for command in commands:
        done = subprocess.run(
            [sys.executable, "-P", "-m", *command], env=environment, cwd=state.ROOT, capture_output=True, text=True
        )
        if done.returncode:
            found.add("lost", f"恢复到空目录：{command[1]} {(done.stdout + done.stderr).strip()[-300:]}")
            return
    found.checked["恢复后找回的已答复步骤"] += len(known.done)


@contextlib.contextmanager
def _system(**knobs: Any) -> Iterator[None]:
    exchange.set_knobs(COUNTY, SYSTEM, **knobs)
    try:
        yield
    finally:
        heal()


def _run_over(day: date, found: Found) -> None:
    midnight = clock.end_of(day)
    clock.set_demo(midnight - timedelta(seconds=2), running=True)
    while clock.now() < midnight:
        time.sleep(0.2)
    _law(found)


def _law(found: Found) -> None:
    if not wait_for_the_law(60):
        found.add("wrong", "期限届满一分钟后，仍有办件没有处理。")


@contextlib.contextmanager
def _no_room(small: Path) -> Iterator[str]:
    """Let the files lie on a disk that is full: a small mount where that is allowed, else ENOSPC put in."""
    before = settings.TONGBAN_FILES
    mount = subprocess.run([*_MOUNT, str(small)], capture_output=True)
    settings.TONGBAN_FILES = small
    try:
        if mount.returncode == 0:
            yield "小磁盘"
        else:
            with patch.object(blobs, "os", _Full()):
                yield "注入"
    finally:
        settings.TONGBAN_FILES = before
        if mount.returncode == 0:
            subprocess.run(["umount", str(small)], check=True)


class _Full:
    """The module ``os`` on a machine whose disk is full."""

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def write(self, handle: int, data: bytes) -> int:
        """Refuse, as the kernel does."""
        import errno

        raise OSError(errno.ENOSPC, "No space left on device")
