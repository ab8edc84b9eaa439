"""Restore to a point in time: a base backup of the embedded server, and the log of all changes since.

::

    FOLDER/base.tar        the data folder, as pg_basebackup wrote it while the house went on
    FOLDER/files.tar       the folder of files, taken afterwards
    FOLDER/manifest.json   digests and fingerprints of the keys; written last
    FOLDER.keys.tar        the keys, to be kept elsewhere
    TONGBAN_WAL/           every change since, in pieces of 16 MB, at the latest a minute old

With an outside database its own administrator archives and restores (docs/operation/backup.md).
"""

import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import connections

from tongban.hall import binaries, database, safekeeping, schema, state
from tongban.hall.progress import Bar
from tongban.hall.safekeeping import Manifest
from tongban.rooms import clock
from tongban.rooms.files import queries as files
from tongban.rulebook.errors import Refused

#: Seconds a recovery may take.
RECOVERY_LIMIT = 24 * 3600
#: Archives of a base backup.
_PARTS = ("base.tar", "files.tar")


@dataclass(frozen=True, slots=True)
class Rewound:
    """What came of a restore to a point in time."""

    #: The last change that was brought back was committed at this moment; None: none after the base backup.
    last_change: datetime | None
    #: Files of which the database knows and that are not on disk.
    missing_files: tuple[str, ...]
    #: Where the data lie that were there before.
    aside: Path


def base_backup(folder: Path, keys: Path) -> Manifest:
    """Write a base backup to the new ``folder`` and the keys to the new file ``keys``.

    Raises Refused with an outside database, without an archive of changes, or when either is there already.
    """
    _refuse_outside()
    safekeeping.refuse_taken(folder, keys)
    with database.connect() as connection:
        row = connection.execute("SELECT current_setting('archive_mode')").fetchone()
    if row != ("on",):
        raise Refused(
            "no_archive",
            "还没有开启变更日志的归档，恢复不到任意时刻。请设置 TONGBAN_WAL=归档目录，停下所有程序再启动后重做。",
        )
    folder.mkdir(mode=0o700, parents=True)
    with open(folder / "base.tar", "wb") as file, Bar("备份数据库"):
        done = database.run_program(
            *("pg_basebackup", "-D", "-", "-F", "tar", "-X", "fetch", "-c", "fast"),
            *("-d", database.server_url("admin", "postgres")),
            stdout=file,
            stderr=subprocess.PIPE,
        )
    if done.returncode:
        raise Refused("dump_failed", f"数据库没有备份成功，备份不能用。原因：{done.stderr.strip()[-600:]}")
    return safekeeping.finish(folder, keys, _PARTS, {})


def restore_until(folder: Path, keys: Path | None, until: datetime | None) -> Rewound:
    """Bring the base backup in ``folder`` and all changes up to ``until`` (None: all there are) back.

    The data that are there are set aside, not removed; files that are there stay.  Nothing is touched before the
    recovery has succeeded.  Raises Refused.
    """
    _refuse_outside()
    manifest = safekeeping.read(folder)
    if set(manifest.digests) != set(_PARTS):
        raise Refused("not_a_base", f"{folder} 不是基础备份（--base），恢复不到某一时刻。请去掉 --until 再试。")
    archive = database.archive()
    if archive is None or not archive.is_dir():
        raise Refused("no_archive", "不知道变更日志归档在哪里。请设置 TONGBAN_WAL=归档目录 再运行一次。")
    new_keys = safekeeping.fitting_keys(keys, manifest)
    connections.close_all()
    try:
        last_change, aside = rewind(folder / "base.tar", archive, until)
    except BaseException:
        if new_keys:
            shutil.rmtree(new_keys)
        raise
    if new_keys:
        safekeeping.swap_folder(new_keys, Path(settings.TONGBAN_KEYS))
    safekeeping.unpack_missing(folder / "files.tar", Path(settings.TONGBAN_FILES))
    schema.prepare()
    return Rewound(last_change, files.absent(), aside)


def rewind(base: Path, archive: Path, until: datetime | None) -> tuple[datetime | None, Path]:
    """Put the database alone back; the server is stopped afterwards.

    Returns the moment of the last change brought back, and where the data lie that were there before.
    """
    with database.kept_stopped():
        fresh = database.data_folder().with_name("pg.rewound")
        try:
            _unpack(base, fresh)
            last_change = _recover(fresh, archive, until)
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise
        return last_change, _swap(fresh)


def _refuse_outside() -> None:
    if state.external_url():
        raise Refused(
            "outside_database",
            "数据库在外部，基础备份和恢复到某一时刻由数据库管理员做。做法见 docs/operation/backup.md。",
        )


def _unpack(base: Path, target: Path) -> None:
    binaries.empty_folder(target, database.server_user())
    with open(base, "rb") as file, Bar("展开基础备份"):
        # The server's user may not be able to reach the backup, hence by the open file.
        done = subprocess.run(
            ["tar", "-x", "-C", str(target), "-f", "-"],
            stdin=file,
            capture_output=True,
            text=True,
            cwd="/",
            **binaries.as_user(database.server_user()),
        )
    if done.returncode:
        raise Refused("backup_unreadable", f"基础备份展不开：{done.stderr.strip()[-300:]}。原有数据未动。")


def _recover(data: Path, archive: Path, until: datetime | None) -> datetime | None:
    """Run the server on ``data`` until it has replayed all that was asked for, and stop it.

    Returns the moment of the last change brought back.
    """
    user, log = database.server_user(), data / "recovery.log"
    wanted = f"recovery_target_time = '{until.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f+00}'\n" if until else ""
    recovery = (
        # Archived is what comes after: that here a new line of history begins.
        f'{database.archiving()}restore_command = \'cp "{archive}/%f" "%p"\'\n{wanted}'
        "recovery_target_action = 'promote'\nrecovery_target_timeline = 'latest'\n"
    )
    binaries.write_as(data / "tongban.conf", database.configuration(database.sockets()) + recovery, user)
    binaries.write_as(data / "recovery.signal", "", user)
    binaries.write_as(log, "", user)
    (data / "postmaster.pid").unlink(missing_ok=True)
    with Bar("重放变更日志"):
        database.run_program("pg_ctl", "start", "-D", data, "-l", log, "-w", "-t", 60, stdout=subprocess.DEVNULL)
        try:
            if not _is_over(data):
                raise Refused("recovery_failed", _why(log, until))
            return _last_change(log)
        finally:
            database.run_program("pg_ctl", "stop", "-D", data, "-m", "fast", "-w")


def _is_over(data: Path) -> bool:
    """Wait until the recovery is over and the server is open for work; False: it has ended by itself."""
    end = time.monotonic() + RECOVERY_LIMIT
    while time.monotonic() < end:
        try:
            with database.connect("admin", "postgres") as connection:
                row = connection.execute("SELECT pg_is_in_recovery()").fetchone()
            if row == (False,):
                return True
        except Exception:  # not yet, or not any more: which of the two is asked of the process
            if database.run_program("pg_ctl", "status", "-D", data).returncode:
                return False
        time.sleep(0.2)
    return False


def _why(log: Path, until: datetime | None) -> str:
    said = log.read_text(errors="replace")
    if "before configured recovery target" in said:
        last = _last_change(log)
        there = f"归档里最后的变更在 {last:%Y-%m-%d %H:%M:%S %z}" if last else "归档里没有基础备份以后的变更"
        return f"归档的变更日志到不了 {until}：{there}。请写早一些的时刻，或写 latest（有多少恢复多少）。原有数据未动。"
    return f"恢复没有成功，原有数据未动。数据库说：{said.strip()[-600:]}"


def _last_change(log: Path) -> datetime | None:
    """Read from the server's log (in English: lc_messages is C) when the last change replayed was committed."""
    found = None
    for line in log.read_text(errors="replace").splitlines():
        _, mark, moment = line.partition("last completed transaction was at log time ")
        if mark:
            found = datetime.fromisoformat(moment.strip().replace("+00", "+00:00"))
    return found


def _swap(fresh: Path) -> Path:
    """Set the old data aside and put the recovered ones in their place.  Returns where the old ones are."""
    data = database.data_folder()
    aside = data.with_name(
        f"pg.before-{datetime.fromtimestamp(clock.machine_milliseconds() / 1000, UTC):%Y%m%d-%H%M%S-%f}"
    )
    if data.exists():
        data.rename(aside)
    fresh.rename(data)
    descriptor = os.open(data.parent, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
    return aside
