"""Encrypted contents on disk: written whole and synced, or not there at all."""

import contextlib
import errno
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings

from tongban.rulebook.errors import Refused

#: Of a file still being written.
_UNFINISHED = ".part"


def name_for(county: str, key: UUID) -> str:
    """Return where the content of this key lies: 256 folders a county, by the random end of the key."""
    return f"{county}/{key.hex[-2:]}/{key.hex}"


def write(name: str, sealed: bytes) -> None:
    """Write a content and sync it and its folder.  After this returns, a power cut does not lose it.

    Raises ``Refused("disk_full")`` when there is no room, or ``Refused("disk_trouble")``; then nothing is left behind.
    """
    path = _folder() / name
    unfinished = path.with_name(path.name + _UNFINISHED)
    try:
        _make_folder(path.parent)
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            rest = memoryview(sealed)
            while rest:
                rest = rest[os.write(handle, rest) :]
            os.fsync(handle)
        finally:
            os.close(handle)
        unfinished.rename(path)
        _sync_folder(path.parent)
    except OSError as error:
        for half in (unfinished, path):
            with contextlib.suppress(OSError):
                half.unlink()
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise Refused(
                "disk_full", "存储空间已满，文件没有保存，其他内容不受影响。请稍后再传；如一直不行，请告知窗口人员。"
            ) from error
        raise Refused("disk_trouble", "存储设备出现故障，文件没有保存。请稍后再传，并告知窗口人员。") from error


def read(name: str) -> bytes:
    """Return an encrypted content.  Raises ``FileNotFoundError``."""
    return (_folder() / name).read_bytes()


def exists(name: str) -> bool:
    """Tell whether the content is there."""
    return (_folder() / name).is_file()


def remove(name: str) -> None:
    """Remove a content; one that is gone already is no error."""
    (_folder() / name).unlink(missing_ok=True)


def older_than(moment: datetime) -> Iterator[str]:
    """Yield the names of all contents on disk, unfinished ones too, last written before ``moment``."""
    root = _folder()
    for path in root.glob("*/*/*"):
        with contextlib.suppress(FileNotFoundError):
            if path.is_file() and datetime.fromtimestamp(path.stat().st_mtime, UTC) < moment:
                yield path.relative_to(root).as_posix()


def _folder() -> Path:
    return Path(settings.TONGBAN_FILES)


def _make_folder(folder: Path) -> None:
    """Make a folder and sync every folder that gained an entry, so that the way to the file survives too."""
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for one in reversed(missing):
        one.mkdir(mode=0o700, exist_ok=True)
        _sync_folder(one.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
