"""Locks for personal data.  Keys live in a folder outside the database and outside its backup.

A sealed value is ``version byte, 12-byte nonce, AES-256-GCM text``.  The version names the master key,
so that keys can be rotated while old values stay readable.
"""

import contextlib
import hashlib
import hmac
import os
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from tongban.rulebook.errors import Refused

_VERSION = b"\x01"


def seal_bytes(value: bytes, key: bytes | None = None) -> bytes:
    """Return ``value`` encrypted under ``key``, or under the master key."""
    nonce = os.urandom(12)
    return _VERSION + nonce + AESGCM(key or _master()).encrypt(nonce, value, None)


def open_bytes(sealed: bytes | memoryview, key: bytes | None = None) -> bytes:
    """Return what ``seal_bytes`` was given.  Raises ``cryptography.exceptions.InvalidTag`` if it was altered."""
    sealed = bytes(sealed)
    return AESGCM(key or _master()).decrypt(sealed[1:13], sealed[13:], None)


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


def keyed_hash(kind: str, value: str) -> bytes:
    """Return 32 bytes by which ``value`` can be found again and not guessed without the hash key."""
    return hmac.digest(_hash_key(), f"{kind}\0{value}".encode(), hashlib.sha256)


def digest(value: bytes | str) -> str:
    """Return a short keyed digest for the journal: two equal values agree, the value cannot be found from it."""
    data = value.encode() if isinstance(value, str) else value
    return hmac.digest(_hash_key(), b"journal\0" + data, hashlib.sha256).hex()[:32]


@cache
def signing_seed() -> bytes:
    """Return the 32 bytes of the key that signs the closed days of the journal."""
    return _key_file("journal.key")


@cache
def _master() -> bytes:
    return _key_file("field.key")


@cache
def _hash_key() -> bytes:
    return _key_file("hash.key")


def _key_file(name: str) -> bytes:
    path = Path(settings.TONGBAN_KEYS) / name
    if not path.exists():
        if not settings.TONGBAN_DEMO:
            raise Refused("key_missing", f"找不到密钥文件 {name}。请把它放进密钥目录后再启动。")
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
        raise Refused("key_weak", f"密钥文件 {name} 应为 32 字节随机数。请重新生成。")
    return key
