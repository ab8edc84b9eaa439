"""The package: a plain ZIP that opens without this system, its manifest and the manifest's signature.

::

    form.json             answers as filed           opinions.json   reasons, opinions and what notices named
    parties.json          who took part              journal.jsonl   every step, with the text its hash is made from
    materials/…           files handed in            documents/…     sealed documents
    manifest.json         what is in it, by sha256   manifest.sig    Ed25519 over the manifest
"""

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tongban.rulebook.catalogue.item import ItemClass

FORM = "tongban-archive/1"
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
#: Before the manifest when it is signed: the same key signs printed codes.
SIGNED_AS = b"tongban-archive\0"

#: 门类代字 of a 档号 by item class; the letters are this house's own (design).
CATEGORIES = {
    ItemClass.PERMIT: "XK",
    ItemClass.CONFIRMATION: "QR",
    ItemClass.BENEFIT: "JF",
    ItemClass.REGISTRATION: "DJ",
    ItemClass.FILING: "BA",
    ItemClass.SERVICE: "FW",
    ItemClass.APPEAL: "SQ",
    ItemClass.INTERNAL: "NB",
    ItemClass.POLICY: "ZC",
}

#: Everything inside has this date, so that the same content is the same package.
_DATE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of a package."""

    path: str
    #: ``form`` ``opinions`` ``parties`` ``journal`` ``material`` ``document``.
    kind: str
    content: bytes
    #: ``json``, or what the files room says of it: ``pdf`` ``jpg`` ``png`` …
    media: str
    #: Code of the material, or kind of the document.
    code: str = ""
    #: Number of a document.
    number: str = ""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    def line(self) -> dict[str, Any]:
        """Return how the manifest names it."""
        named = {"code": self.code, "number": self.number}
        base = {"path": self.path, "kind": self.kind, "sha256": self.sha256, "size": len(self.content)}
        return {**base, "media": self.media, **{key: text for key, text in named.items() if text}}


class Box:
    """A package being filled; the manifest closes it."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self._buffer = io.BytesIO()
        self._zip = zipfile.ZipFile(self._buffer, "w")
        for piece in pieces:
            # Scans and sealed documents are compressed already.
            self._put(piece.path, piece.content, zipfile.ZIP_DEFLATED if piece.media == "json" else zipfile.ZIP_STORED)

    def close(self, manifest: bytes, signature: bytes) -> bytes:
        """Add the manifest with its signature and return the whole package."""
        self._put(MANIFEST, manifest, zipfile.ZIP_DEFLATED)
        self._put(SIGNATURE, signature, zipfile.ZIP_STORED)
        self._zip.close()
        return self._buffer.getvalue()

    def _put(self, path: str, content: bytes, compression: int) -> None:
        entry = zipfile.ZipInfo(path, _DATE)
        entry.compress_type = compression
        entry.external_attr = 0o600 << 16
        self._zip.writestr(entry, content)


@dataclass(frozen=True, slots=True)
class Opened:
    """A package as read back."""

    manifest: bytes
    signature: bytes
    #: Path -> content of everything else.
    files: Mapping[str, bytes]

    @property
    def contents(self) -> dict[str, Any]:
        """The manifest read; empty when it cannot be."""
        try:
            read = json.loads(self.manifest)
        except ValueError:
            return {}
        return read if isinstance(read, dict) else {}


def open_box(content: bytes) -> Opened | None:
    """Return a package's contents; None when it is no readable ZIP or anything inside is broken or double."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as box:
            names = box.namelist()
            if len(set(names)) != len(names):
                return None
            files = {name: box.read(name) for name in names}
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError, RuntimeError, zlib.error):
        return None
    return Opened(files.pop(MANIFEST, b""), files.pop(SIGNATURE, b""), files)


def plain(value: object) -> bytes:
    """Return JSON for people and machines: UTF-8, sorted, indented."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1, default=_plain)
    return text.encode()


def lines(values: Sequence[object]) -> bytes:
    """Return JSON lines."""
    some = (json.dumps(value, ensure_ascii=False, sort_keys=True, default=_plain) for value in values)
    return "".join(f"{one}\n" for one in some).encode()


def sha256(content: bytes) -> str:
    """Return the digest in hex."""
    return hashlib.sha256(content).hexdigest()


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
