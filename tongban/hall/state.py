"""Where this installation keeps its things: one folder, named by TONGBAN_STATE or ``.state`` beside the code.

::

    .state/pg/       the embedded database (absent with DATABASE_URL)
    .state/sock/     its socket
    .state/files/    uploads and made documents
    .state/keys/     keys: outside the database and its backup
"""

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

from tongban.rulebook.errors import Refused

#: The folder that holds ``run``.
ROOT = Path(__file__).resolve().parents[2]


def folder() -> Path:
    """Return the state folder, made if absent."""
    path = Path(os.environ.get("TONGBAN_STATE") or ROOT / ".state").resolve()
    # Root lends the folder to the user the database runs as: passing through is enough for it.
    _make(path, 0o711 if os.geteuid() == 0 else 0o700)
    return path


def keys() -> Path:
    """Return the folder of keys, readable by its owner only."""
    return _private("TONGBAN_KEYS", "keys")


def files() -> Path:
    """Return the folder of uploads and made documents."""
    return _private("TONGBAN_FILES", "files")


def external_url() -> str:
    """Return DATABASE_URL, or an empty string when the embedded database is used."""
    return os.environ.get("DATABASE_URL", "")


def is_demo() -> bool:
    """Whether this is a demo: by TONGBAN_DEMO, else whenever the embedded database is used."""
    return os.environ.get("TONGBAN_DEMO", "0" if external_url() else "1") == "1"


def _private(variable: str, name: str) -> Path:
    path = Path(os.environ.get(variable) or folder() / name)
    _make(path, 0o700)
    return path


def _make(path: Path, mode: int) -> None:
    try:
        path.mkdir(mode=mode, parents=True, exist_ok=True)
    except OSError as error:
        raise SystemExit(
            f"建不了目录 {path}（{reason_of(error)}）。请换一个有权限的用户，或用 TONGBAN_STATE 另指目录。"
        ) from None


_REASONS = {
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EROFS: "磁盘是只读的",
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "超出磁盘配额",
    errno.EISDIR: "这是一个目录",
    errno.ENOTDIR: "上级不是目录",
    errno.EEXIST: "同名的文件已经存在",
    errno.ENOENT: "上级目录不存在",
}


def reason_of(error: OSError) -> str:
    """Return in Chinese why the disk refused."""
    return _REASONS.get(error.errno or 0) or str(error.strerror or error)


def secret(name: str, *, make: bool) -> bytes:
    """Return the 32 bytes of key file ``name``; with ``make`` an absent one is made, readable by its owner only.

    Raises SystemExit with a Chinese sentence where it is absent and may not be made.
    """
    path = keys() / name
    if make and not path.exists():
        fresh = path.with_name(f"{name}.{os.getpid()}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(os.urandom(32))
        with contextlib.suppress(FileExistsError):
            os.link(fresh, path)  # whoever comes second keeps the first one's key
        fresh.unlink()
    if not path.exists():
        raise SystemExit(f"找不到密钥文件 {name}。请把它放进密钥目录 {path.parent}，或用 TONGBAN_KEYS 指明目录。")
    content = path.read_bytes()
    if weakness := weakness_of(content, path.stat().st_mode):
        raise SystemExit(f"密钥文件 {name} 不能用：{weakness}。请重新生成：head -c 32 /dev/urandom，权限 0600。")
    return content


def weakness_of(content: bytes, mode: int) -> str:
    """Return in Chinese why this is no key of ours: length, sameness, or who may read it; empty: it is one."""
    if len(content) != 32:
        return "应为 32 字节随机数"
    # Of 32 random bytes fewer than 20 different ones turn up less than once in a thousand million.
    if len(set(content)) < 20:
        return "不是随机数（有大量重复的字节）"
    return "别的用户也能读，权限应为 0600" if mode & 0o077 else ""


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what the disk refuses while ``path`` is written into a sentence: ``Refused("file_unwritable")``."""
    try:
        yield
    except OSError as error:
        raise Refused("file_unwritable", f"写不了 {path}（{reason_of(error)}）。请换一个可以写的位置。") from error
