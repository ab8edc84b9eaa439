"""Backup and restore of what the house keeps: the database, the files, and, apart from both, the keys.

::

    FOLDER/database.dump   pg_dump, custom format
    FOLDER/files.tar       the folder of files, taken after the database, so nothing it refers to is missing
    FOLDER/manifest.json   digests, row counts and the fingerprints of the keys; written last
    FOLDER.keys.tar        the keys, mode 0600, to be kept elsewhere
"""

import hashlib
import hmac
import json
import os
import shutil
import subprocess
import tarfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections
from psycopg import Connection, sql

from tongban.hall import database, schema, state
from tongban.hall.progress import Bar
from tongban.rooms import clock
from tongban.rulebook.errors import Refused


@dataclass(frozen=True)
class Manifest:
    """What a backup contains."""

    #: Moment of the backup, ISO 8601, UTC.
    made_at: str
    #: Rows in all tables together.
    rows: int
    #: Rows by table.
    tables: dict[str, int]
    #: Number of files.
    files: int
    #: sha256 (hex) by name of the two archives.
    digests: dict[str, str]
    #: Fingerprint (hex) by name of key file: tells whether a key fits, not what it is.
    keys: dict[str, str]


def fresh_folder() -> Path:
    """Return a folder name for a new backup, by the clock on the wall."""
    stem = clock.now().astimezone(clock.SHANGHAI).strftime("%Y%m%d-%H%M%S")
    folder = state.folder() / "backups" / stem
    number = 1
    while folder.exists() or folder.with_name(folder.name + ".keys.tar").exists():
        number += 1
        folder = folder.with_name(f"{stem}-{number}")
    return folder


def back_up(folder: Path, keys: Path) -> Manifest:
    """Write a backup to the new ``folder`` and the keys to the new file ``keys``.

    Raises Refused when either is there already, or when the keys would lie inside the backup.
    """
    refuse_taken(folder, keys)
    folder.mkdir(mode=0o700, parents=True)
    tables = _dump(folder / "database.dump")
    return finish(folder, keys, ("database.dump", "files.tar"), tables)


def refuse_taken(folder: Path, keys: Path) -> None:
    """Raise Refused when a backup or its keys are there already, or the keys would lie inside the backup."""
    if folder.exists() or keys.exists():
        raise Refused("backup_exists", f"{folder} 或 {keys} 已经存在，没有改动它。请换一个名字。")
    if keys.resolve().is_relative_to(folder.resolve()):
        raise Refused("keys_inside_backup", "密钥不能放在备份目录里面。请给密钥另选一个地方。")


def finish(folder: Path, keys: Path, parts: tuple[str, ...], tables: dict[str, int]) -> Manifest:
    """Add files and keys to what was taken of the database, and write the manifest last."""
    count = _pack(Path(settings.TONGBAN_FILES), folder / "files.tar", "打包文件")
    _pack(Path(settings.TONGBAN_KEYS), keys, "打包密钥")
    manifest = Manifest(
        clock.now().isoformat(timespec="seconds"),
        sum(tables.values()),
        tables,
        count,
        {name: _sha256(folder / name) for name in parts},
        _fingerprints(Path(settings.TONGBAN_KEYS)),
    )
    (folder / "manifest.json").write_text(json.dumps(asdict(manifest), ensure_ascii=False, indent=1))
    return manifest


def restore(folder: Path, keys: Path | None, *, force: bool) -> Manifest:
    """Put the backup in ``folder`` back.  Nothing that is there is touched before everything has been checked.

    Raises Refused when the backup is incomplete or altered, its keys are missing, or data would be
    overwritten without ``force``.
    """
    manifest = read(folder)
    if "database.dump" not in manifest.digests:
        raise Refused("a_base_backup", f"{folder} 是基础备份。请加 --until 时刻（或 --until latest）恢复。")
    if not force and _is_in_use():
        raise Refused("restore_would_overwrite", "这里已经有数据。确实要用备份覆盖它，请加上 --force 再运行一次。")
    new_keys = fitting_keys(keys, manifest)
    try:
        fresh = _load(folder / "database.dump", manifest)
        new_files = _unpacked(folder / "files.tar", Path(settings.TONGBAN_FILES))
    except BaseException:
        if new_keys:
            shutil.rmtree(new_keys)
        raise
    _swap_database(fresh)
    swap_folder(new_files, Path(settings.TONGBAN_FILES))
    if new_keys:
        swap_folder(new_keys, Path(settings.TONGBAN_KEYS))
    return manifest


def fitting_keys(keys: Path | None, manifest: Manifest) -> Path | None:
    """Return the keys unpacked beside the key folder, None where those in place fit.  Raises Refused if none fit."""
    new = _unpacked(keys, Path(settings.TONGBAN_KEYS)) if keys else None
    if _fingerprints(new or Path(settings.TONGBAN_KEYS)) != manifest.keys:
        if new:
            shutil.rmtree(new)
        raise Refused("keys_do_not_fit", "密钥与这份备份不符。请用 --keys 给出备份时另存的密钥文件。")
    return new


def unpack_missing(archive: Path, folder: Path) -> None:
    """Put back the files of ``archive`` that are not in ``folder``; those that are there stay."""
    packed = _unpacked(archive, folder)
    for path in sorted(path for path in packed.rglob("*") if path.is_file()):
        target = folder / path.relative_to(packed)
        if not target.exists():
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.rename(target)
    shutil.rmtree(packed)


def _name() -> str:
    return str(connections["default"].settings_dict["NAME"])


def _dump(target: Path) -> dict[str, int]:
    """Dump the database; return its row counts, taken from the very same snapshot."""
    with database.connect("owner", _name()) as connection, Bar("备份数据库"):
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        snapshot = connection.execute("SELECT pg_export_snapshot()").fetchone()
        assert snapshot is not None
        options = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot[0]}"]
        with open(target, "wb") as file:
            done = database.run_program(
                "pg_dump", *options, "-d", database.server_url("owner", _name()), stdout=file, stderr=subprocess.PIPE
            )
        if done.returncode:
            raise Refused("dump_failed", f"数据库没有备份成功，备份不能用。pg_dump 说：{done.stderr.strip()[-600:]}")
        return _counts(connection)


def _counts(connection: Connection[Any]) -> dict[str, int]:
    names = connection.execute(
        "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace"
        " AND c.relkind = 'r' ORDER BY c.relname"
    ).fetchall()
    counts = {}
    for (name,) in names:
        row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))).fetchone()
        counts[name] = row[0] if row else 0
    return counts


def _load(dump: Path, manifest: Manifest) -> str:
    """Load the dump into a new database and count its rows.  Returns the database's name."""
    fresh = f"{_name()}_restoring"
    database.drop_database(fresh)
    database.create_database(fresh)
    with open(dump, "rb") as file, Bar("恢复数据库"):
        done = database.run_program(
            *("pg_restore", "--no-owner", "--no-privileges", "--exit-on-error"),
            *("-d", database.server_url("owner", fresh)),
            stdin=file,
        )
    with database.connect("owner", fresh) as connection:
        if done.returncode or _counts(connection) != manifest.tables:
            connection.close()
            database.drop_database(fresh)
            raise Refused(
                "restore_failed", f"备份没有恢复成功，原有数据未动。pg_restore 说：{done.stdout.strip()[-600:]}"
            )
        schema.grant(connection)
    return fresh


def _swap_database(fresh: str) -> None:
    name = _name()
    connections.close_all()
    database.drop_database(name)
    with database.connect("admin", "postgres") as connection:
        connection.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(fresh), sql.Identifier(name))
        )


def _is_in_use() -> bool:
    """Whether there are files, or rows beyond those every new installation has."""
    if any(path.is_file() for path in Path(settings.TONGBAN_FILES).rglob("*")):
        return True
    given = ("django_", "auth_", "procrastinate_")
    with database.connect("owner", _name()) as connection:
        return any(count for table, count in _counts(connection).items() if not table.startswith(given))


def _pack(folder: Path, target: Path, label: str) -> int:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    with (
        os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file,
        tarfile.open(fileobj=file, mode="w") as archive,
        Bar(label, len(paths)) as bar,
    ):
        for path in paths:
            archive.add(path, path.relative_to(folder).as_posix())
            bar.step()
    return len(paths)


def _unpacked(archive: Path, beside: Path) -> Path:
    """Unpack ``archive`` into a new folder beside the folder it will replace; whole or not at all."""
    target = beside.with_name(beside.name + ".new")
    shutil.rmtree(target, ignore_errors=True)
    try:
        target.mkdir(mode=0o700)
    except OSError as no:
        raise Refused(
            "folder_closed",
            f"建不了 {target}（{state.reason_of(no)}），原有数据未动。请用能写 {target.parent} 的用户恢复；"
            "密钥已在原处的，去掉 --keys 即可。",
        ) from None
    try:
        with tarfile.open(archive) as packed:
            for member in packed:
                _write_member(packed, member, target)
    except BaseException as trouble:
        shutil.rmtree(target)
        if isinstance(trouble, tarfile.TarError | OSError):
            raise Refused(
                "backup_unreadable", f"{archive} 读不出来：{trouble}。原有数据未动，请检查后再试。"
            ) from trouble
        raise
    return target


def _write_member(packed: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> None:
    """Write one plain file below ``target``, nothing else (extractall's own filter came with Python 3.11.4)."""
    content = packed.extractfile(member) if member.isreg() else None
    path = target / member.name
    if content is None or not path.resolve().is_relative_to(target.resolve()):
        raise Refused("backup_altered", f"备份里有不该有的内容：{member.name}。请换一份备份。")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        shutil.copyfileobj(content, file)


def swap_folder(new: Path, old: Path) -> None:
    """Put the folder ``new`` in the place of ``old``."""
    aside = old.with_name(old.name + ".old")
    shutil.rmtree(aside, ignore_errors=True)
    if old.exists():
        old.rename(aside)
    new.rename(old)
    shutil.rmtree(aside, ignore_errors=True)


def read(folder: Path) -> Manifest:
    """Return what a backup contains.  Raises Refused when it is incomplete or altered."""
    try:
        manifest = Manifest(**json.loads((folder / "manifest.json").read_text()))
        broken = [name for name, digest in manifest.digests.items() if _sha256(folder / name) != digest]
    except (OSError, ValueError, TypeError):
        raise Refused("backup_incomplete", f"{folder} 不是一份完整的备份。请检查目录是否正确、备份是否做完。") from None
    if broken:
        raise Refused("backup_altered", f"备份里的 {'、'.join(broken)} 与清单不符，可能已损坏。请换一份备份。")
    return manifest


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _fingerprints(folder: Path) -> dict[str, str]:
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): hmac.digest(path.read_bytes(), b"fingerprint", "sha256").hex()[:16]
        for path in found
    }
