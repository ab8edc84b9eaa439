"""Locks for personal data.  Keys live in a folder outside the database and outside its backup.

A sealed value is ``version byte, 12-byte nonce, AES-256-GCM text``.  The version names the master key: 1 is
``field.key``, N is ``field.N.key``; the highest one there seals, all of them open.  So keys are changed while old
values stay readable.

Numbers by which people are found are kept as keyed hashes under ``hash.key``, ``hash.2.key`` …: the highest one there
counts, and who changes it hashes them anew.  Hashes of what is random itself (secrets of sign-ins, tokens) and digests
of the journal stay under the first key for good.
"""

import contextlib
import hashlib
import hmac
import os
import re
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from tongban.rulebook.errors import Refused

#: Kinds of values that could be guessed one by one: found by a hash whose key is changed now and then.
GUESSABLE = frozenset({"citizen_id", "passport", "hmt", "credit_code", "phone", "login"})
#: The version byte of what is sealed under a key of its own, which no rotation touches.
_OWN = b"\x01"


def seal_bytes(value: bytes, key: bytes | None = None) -> bytes:
    """Return ``value`` encrypted under ``key``, or under the master key."""
    nonce = os.urandom(12)
    version = bytes([latest("field")]) if key is None else _OWN
    return version + nonce + AESGCM(key or _master(version[0])).encrypt(nonce, value, None)


def open_bytes(sealed: bytes | memoryview, key: bytes | None = None) -> bytes:
    """Return what ``seal_bytes`` was given.  Raises ``cryptography.exceptions.InvalidTag`` if it was altered."""
    sealed = bytes(sealed)
    return AESGCM(key or _master(sealed[0])).decrypt(sealed[1:13], sealed[13:], None)


def seal_text(value: str, key: bytes | None = None) -> bytes:
    """Return ``value`` encrypted; see ``seal_bytes``."""
    return seal_bytes(value.encode(), key)


def open_text(sealed: bytes | memoryview, key: bytes | None = None) -> str:
    """Return what ``seal_text`` was given."""
    return open_bytes(sealed, key).decode()


def new_key() -> tuple[bytes, bytes]:
    """Return a fresh 32-byte key and the same key wrapped under the master key, to be kept in a row.

    Dropping the wrapped key erases for good whatever was sealed under it.
    """
    key = os.urandom(32)
    return key, seal_bytes(key)


def unwrap(wrapped: bytes) -> bytes:
    """Return the key that ``new_key`` wrapped."""
    return open_bytes(wrapped)


def keyed_hash(kind: str, value: str, version: int | None = None) -> bytes:
    """Return 32 bytes by which ``value`` can be found again and not guessed without the hash key.

    ``version``: of the key; None: the one that counts now for this kind.
    """
    if version is None:
        version = latest("hash") if kind in GUESSABLE else 1
    return hmac.digest(_hash_key(version), f"{kind}\0{value}".encode(), hashlib.sha256)


def digest(value: bytes | str) -> str:
    """Return a short keyed digest for the journal: two equal values agree, the value cannot be found from it."""
    data = value.encode() if isinstance(value, str) else value
    return hmac.digest(_hash_key(1), b"journal\0" + data, hashlib.sha256).hex()[:32]


@cache
def signing_seed() -> bytes:
    """Return the 32 bytes of the key that signs the closed days of the journal."""
    return _key_file("journal.key")


def latest(name: str) -> int:
    """Return the highest version of the key ``field`` or ``hash``; asked of the folder, so all processes agree."""
    found = (_NUMBERED.fullmatch(path) for path in _listed(str(settings.TONGBAN_KEYS)))
    return max((int(one["n"]) for one in found if one and one["name"] == name), default=1)


def file_of(name: str, version: int) -> Path:
    """Return where this version of the key ``field`` or ``hash`` lies."""
    return Path(settings.TONGBAN_KEYS) / (f"{name}.key" if version == 1 else f"{name}.{version}.key")


def add_key(name: str) -> int:
    """Lay down a fresh key behind the last one and return its version: from now on it is the one that counts.

    Raises ``Refused("keys_full")`` after 255.
    """
    version = latest(name) + 1
    if version > 255:
        raise Refused("keys_full", "密钥已经更换 255 次，版本号用完了。请联系开发者。")
    (_master if name == "field" else _hash_key)(1)  # the first one is there, in a demo too
    with os.fdopen(os.open(file_of(name, version), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(os.urandom(32))
        file.flush()
        os.fsync(file.fileno())
    return version


_NUMBERED = re.compile(r"(?P<name>field|hash)\.(?P<n>[1-9]\d{0,2})\.key")


def _listed(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except FileNotFoundError:
        return []


@cache
def _master(version: int) -> bytes:
    return _key_file(file_of("field", version).name)


@cache
def _hash_key(version: int) -> bytes:
    return _key_file(file_of("hash", version).name)


def _key_file(name: str) -> bytes:
    path = Path(settings.TONGBAN_KEYS) / name
    if not path.exists():
        if not settings.TONGBAN_DEMO or _NUMBERED.fullmatch(name):
            raise Refused("key_missing", "找不到密钥文件 {name}。请把它放进密钥目录后再启动。", name=name)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path.with_name(f"{name}.{os.getpid()}")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(os.urandom(32))
        with contextlib.suppress(FileExistsError):  # whole or not at all: another process may have been faster
            os.link(fresh, path)
        fresh.unlink()
    key = path.read_bytes()
    if len(key) != 32 or len(set(key)) < 20:
        raise Refused("key_weak", "密钥文件 {name} 应为 32 字节随机数。请重新生成。", name=name)
    return key
