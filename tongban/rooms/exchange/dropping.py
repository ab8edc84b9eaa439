"""交换文件: what lies in a folder between two systems.  Sealed, checksummed and signed with the key both sides hold.

A file is one line of JSON and then its content, sealed.  The line says how long the content is, its SHA-256, and a
signature over name, length and sum; so a torn file is told from a forged one, and neither is believed.
"""

import hashlib
import hmac
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag

from tongban.rooms import crypto

#: Names as both sides make them: nothing that leads out of the folder.
NAME = re.compile(r"[a-z]+(-[0-9A-Za-z_]+)+\.drop")
_MOST_BYTES = 50_000_000


class Unfit(Exception):
    """A file that is not taken.  ``code``: ``torn``, ``forged`` or ``garbled``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def drop(folder: Path, name: str, content: Mapping[str, Any], secret: bytes) -> Path:
    """Lay a file down whole or not at all; the same name again replaces it."""
    body = crypto.seal_text(json.dumps(content, ensure_ascii=False, default=str), _sealing(secret))
    checksum = hashlib.sha256(body).hexdigest()
    head = {"name": name, "length": len(body), "sha256": checksum}
    head["signature"] = _signature(secret, name, len(body), checksum)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / name
    fresh = folder / f".{name}.{os.getpid()}"
    with fresh.open("wb") as file:
        file.write(json.dumps(head).encode() + b"\n" + body)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    return path


def pick_up(path: Path, secret: bytes) -> dict[str, Any]:
    """Return the content of a file.  Raises ``Unfit``: then nothing of it is believed."""
    if path.stat().st_size > _MOST_BYTES:
        raise Unfit("garbled")
    first, newline, body = path.read_bytes().partition(b"\n")
    try:
        head = json.loads(first)
        length, checksum, signature = int(head["length"]), str(head["sha256"]), str(head["signature"])
    except (ValueError, KeyError, TypeError):
        raise Unfit("torn") from None
    if not newline or len(body) != length or hashlib.sha256(body).hexdigest() != checksum:
        raise Unfit("torn")
    if not hmac.compare_digest(_signature(secret, path.name, length, checksum).encode(), signature.encode()):
        raise Unfit("forged")
    try:
        content = json.loads(crypto.open_text(body, _sealing(secret)))
    except (InvalidTag, ValueError):
        raise Unfit("forged") from None
    if not isinstance(content, dict):
        raise Unfit("garbled")
    return content


def refuse(path: Path, code: str) -> Path:
    """Put a file aside, with why beside it, so that its sender sees it and nobody reads it again."""
    aside = path.parent / "refused"
    aside.mkdir(mode=0o700, exist_ok=True)
    kept = aside / path.name
    path.replace(kept)
    kept.with_suffix(".why").write_text(f"{code}\n", encoding="utf-8")
    return kept


def waiting(folder: Path, sort: str) -> list[Path]:
    """Return the files of a sort that lie there whole, by name; files being written are not seen."""
    return sorted(path for path in folder.glob(f"{sort}-*.drop") if NAME.fullmatch(path.name))


def tag(value: str) -> str:
    """Return a short name that tells nothing of ``value``: the same value, the same name."""
    return hashlib.sha256(value.encode()).hexdigest()[:32]


def _sealing(secret: bytes) -> bytes:
    return hmac.digest(secret, b"drop", "sha256")


def _signature(secret: bytes, name: str, length: int, checksum: str) -> str:
    return hmac.digest(secret, f"{name}\n{length}\n{checksum}".encode(), "sha256").hex()
