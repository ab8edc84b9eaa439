"""备用库: a second server that follows every change of the first, and takes its place when that is gone.

::

    FOLDER/pg/      its data folder
    FOLDER/sock/    its socket
    FOLDER/pg.log   its log

The same programs serve both.  The first server keeps what the standby has not fetched yet in a slot, up to 4 GB.
"""

import hashlib
import subprocess
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

from tongban.hall import binaries, database
from tongban.hall.progress import Bar
from tongban.rulebook.errors import Refused

#: Seconds a start or a promotion may take.
LIMIT = 120


@dataclass(frozen=True, slots=True)
class Standing:
    """How a standby is."""

    #: It answers.
    runs: bool
    #: It follows; False: it was promoted and works on its own.
    follows: bool = False
    #: It is connected to the first server now.
    connected: bool = False
    #: When the last change it has was committed; None: none since it began.
    last_change: datetime | None = None


def make(folder: Path, source: str = "") -> None:
    """Copy the first server (``source``: how to reach it, empty: the embedded one) to ``folder``, and follow it.

    Raises Refused when the folder is in use, cannot be entered by the server's user, or the copy fails.
    """
    folder, user = folder.resolve(), database.server_user()
    if (folder / "pg").exists():
        raise Refused("standby_exists", f"{folder} 里已经有一个备用库。请换一个目录，或先停下并删除它。")
    if not source:
        database.ensure_server()
        source = database.server_url("admin", "postgres")
    folder.mkdir(mode=0o711, parents=True, exist_ok=True)
    if not binaries.can_pass(folder, user):
        raise Refused("standby_closed", f"数据库的用户进不了 {folder}。请换一个它能进的目录，例如 /var/lib 下面的。")
    fresh = folder / "pg.new"
    binaries.empty_folder(fresh, user)
    _drop_slot(source, slot(folder))
    with Bar("复制数据库"):
        done = database.run_program(
            *("pg_basebackup", "-D", fresh, "-X", "stream", "-c", "fast", "-R", "-C", "-S", slot(folder), "-d", source),
            stderr=subprocess.STDOUT,
        )
    if done.returncode:
        raise Refused("standby_failed", f"备用库没有建成。原因：{done.stdout.strip()[-600:]}")
    binaries.write_as(fresh / "tongban.conf", database.configuration(_sockets(folder)), user)
    fresh.rename(folder / "pg")
    start(folder)


def start(folder: Path) -> None:
    """Start the standby.  Raises Refused where there is none or it does not start."""
    folder, user = folder.resolve(), database.server_user()
    _there(folder)
    if _runs(folder):
        return
    binaries.forget_dead_postmaster(folder / "pg", _sockets(folder))
    log = folder / "pg.log"
    if not log.exists():
        binaries.write_as(log, "", user)
    _control(folder, "start", "-l", log, stdout=subprocess.DEVNULL)
    if not _runs(folder):
        raise Refused("standby_failed", f"备用库没有启动。日志的末尾是：{log.read_text(errors='replace')[-600:]}")


def stop(folder: Path) -> None:
    """Stop the standby; the first server keeps what it misses."""
    _there(folder.resolve())
    _control(folder.resolve(), "stop", "-m", "fast")


def standing(folder: Path) -> Standing:
    """Return how the standby is.  Raises Refused where there is none."""
    folder = folder.resolve()
    _there(folder)
    if not _runs(folder):
        return Standing(runs=False)
    with connect(folder) as connection:
        row = connection.execute(
            "SELECT pg_is_in_recovery(), EXISTS (SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming'),"
            " pg_last_xact_replay_timestamp()"
        ).fetchone()
    assert row is not None
    return Standing(True, *row)


def promote(folder: Path) -> dict[str, str]:
    """Let the standby take the first server's place; returns the environment by which the house reaches it.

    The first server must be gone for good, or two would take in cases: it is refused while the standby is connected.
    Raises Refused.
    """
    folder = folder.resolve()
    now = standing(folder)
    if not now.runs:
        raise Refused("standby_stopped", "备用库没有运行。请先运行 ./run standby start 目录。")
    if not now.follows:
        return addresses(folder)
    if now.connected:
        raise Refused(
            "first_alive", "主库还在运行。两个库同时收件会对不上，请先停下网站、投递员和主库，再把备用库转为主库。"
        )
    _control(folder, "promote")
    end = time.monotonic() + LIMIT
    while standing(folder).follows:
        if time.monotonic() > end:
            raise Refused("standby_failed", f"备用库两分钟没有转为主库。请看日志 {folder / 'pg.log'}。")
        time.sleep(0.1)
    return addresses(folder)


def addresses(folder: Path) -> dict[str, str]:
    """Return the environment by which the house reaches this server as an outside one."""
    host = quote(str(_sockets(folder.resolve())), safe="")
    roles = {"DATABASE_URL": database.APP, "DATABASE_OWNER_URL": database.OWNER}
    return {name: f"postgresql://{role}@/{database.NAME}?host={host}" for name, role in roles.items()}


def slot(folder: Path) -> str:
    """Return the name of the slot in which the first server keeps what this standby has not fetched."""
    return f"tongban_standby_{hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:8]}"


def connect(folder: Path) -> "psycopg.Connection[Any]":
    """Return an autocommit connection to the standby."""
    return psycopg.connect(
        host=str(_sockets(folder.resolve())), user=database.ADMIN, dbname="postgres", autocommit=True
    )


def _drop_slot(source: str, name: str) -> None:
    """Forget the slot of a standby that was in the same place before."""
    with psycopg.connect(source, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = %s AND NOT active",
            [name],
        )


def _sockets(folder: Path) -> Path:
    return binaries.socket_folder(folder, database.SOCKET_LIMIT, database.server_user())


def _there(folder: Path) -> None:
    if not (folder / "pg" / "PG_VERSION").exists():
        raise Refused("no_standby", f"{folder} 里没有备用库。请核对目录，或用 ./run standby make 建一个。")


def _runs(folder: Path) -> bool:
    return database.run_program("pg_isready", "-q", "-h", _sockets(folder)).returncode == 0


def _control(folder: Path, word: str, *more: object, **options: Any) -> None:
    # Without a pipe: a server that was started would hold it open for as long as it lives.
    done = database.run_program("pg_ctl", word, "-D", folder / "pg", "-w", "-t", LIMIT, *more, **options)
    if done.returncode and word != "start":
        raise Refused("standby_failed", f"备用库没有听从（{word}）。原因：{(done.stdout or '').strip()[-400:]}")
