"""Keys of seals, of the authority that issues them, and of printed codes: files in the key folder, kept loaded.

::

    licences/<county>.authority.pem   certificate of the county's authority (public)
    licences/<county>.authority.key   its key, encrypted under the master key; only where the demo made it
    licences/<county>.code.pem        public key of the printed codes (public)
    licences/<county>.code.key        its key, encrypted
    licences/seals/<seal id>.key      key of one seal, encrypted

The public halves are all that checking without the database needs.
"""

import contextlib
import os
import re
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

from tongban.rooms import crypto
from tongban.rooms.licences.paper import qr
from tongban.rooms.licences.paper.sign import Authority, SealKey
from tongban.rulebook.errors import Refused

_BLOCK = re.compile(rb"-----BEGIN ([A-Z ]+)-----.*?-----END \1-----\s*", re.DOTALL)


def roots() -> tuple[bytes, ...]:
    """Return the certificates (PEM) of every authority whose seals count as ours."""
    return tuple(path.read_bytes() for path in sorted(_folder().glob("*.authority.pem")))


def public_keys() -> tuple[Ed25519PublicKey, ...]:
    """Return the public keys of the printed codes."""
    return tuple(qr.public_key(path.read_bytes()) for path in sorted(_folder().glob("*.code.pem")))


def read_published(pem: bytes) -> tuple[tuple[bytes, ...], tuple[Ed25519PublicKey, ...]]:
    """Return certificates and public keys from what ``published`` gave out.  Raises ``published_unreadable``."""
    blocks = [(found[1], found[0]) for found in _BLOCK.finditer(pem)]
    certificates = tuple(text for kind, text in blocks if kind == b"CERTIFICATE")
    try:
        keys = tuple(qr.public_key(text) for kind, text in blocks if kind == b"PUBLIC KEY")
    except ValueError:
        keys = ()
    if not certificates or not keys:
        raise Refused("published_unreadable", "这不是本平台公布的查验公钥文件。请到查验页面重新下载。")
    return certificates, keys


def published(county: str) -> bytes:
    """Return the public halves of a county as one PEM text, to check without asking us; empty: no such county."""
    if not re.fullmatch(r"[0-9]{6}", county):
        return b""
    found = [*sorted(_folder().glob(f"{county}.*authority.pem")), *_folder().glob(f"{county}.code.pem")]
    return b"".join(path.read_bytes() for path in found)


def authority(county: str) -> Authority | None:
    """Return the county's own authority, or None where there is none or its key is kept elsewhere."""
    certificate, key = _folder() / f"{county}.authority.pem", _folder() / f"{county}.authority.key"
    if not certificate.exists() or not key.exists():
        return None
    return Authority(certificate.read_bytes(), _opened(key))


def keep_authority(county: str, made: Authority) -> Authority:
    """Keep an authority; returns the one that stands, which is another's if somebody was faster."""
    _put(_folder() / f"{county}.authority.key", crypto.seal_bytes(made.key_pem))
    key = _opened(_folder() / f"{county}.authority.key")
    if key == made.key_pem:
        _put(_folder() / f"{county}.authority.pem", made.certificate_pem)
    return authority(county) or made


def trust(name: str, certificate_pem: bytes) -> None:
    """Count the seals of a real authority as ours: its certificate joins the roots."""
    _put(_folder() / f"{name}.authority.pem", certificate_pem)


def code_key(county: str) -> Ed25519PrivateKey:
    """Return the county's key of printed codes; made on first use."""
    return _code_key(_folder(), county)


@lru_cache(maxsize=32)
def _code_key(folder: Path, county: str) -> Ed25519PrivateKey:
    path = folder / f"{county}.code.key"
    if not path.exists():
        _put(path, crypto.seal_bytes(qr.code_key_pem(qr.make_code_key())))
    key = qr.code_key_from_pem(_opened(path))
    _put(folder / f"{county}.code.pem", qr.public_pem(key))
    return key


def keep_seal(seal_id: UUID, key_pem: bytes) -> None:
    """Keep the private key of a seal, encrypted."""
    _put(_folder() / "seals" / f"{seal_id}.key", crypto.seal_bytes(key_pem))


def seal_key(seal_id: UUID, certificate_pem: str) -> SealKey:
    """Return a seal ready to sign; read once and kept.  Raises ``Refused("seal_key_missing")``."""
    return _seal_key(_folder(), seal_id, certificate_pem)


@lru_cache(maxsize=256)
def _seal_key(folder: Path, seal_id: UUID, certificate_pem: str) -> SealKey:
    path = folder / "seals" / f"{seal_id}.key"
    if not path.exists():
        raise Refused(
            "seal_key_missing", "密钥目录里没有这枚印章的密钥，暂时不能盖章。请把密钥放回密钥目录，系统会自动补盖。"
        )
    return SealKey.from_pem(_opened(path), certificate_pem.encode())


def _folder() -> Path:
    return Path(settings.TONGBAN_KEYS) / "licences"


def _opened(path: Path) -> bytes:
    try:
        return crypto.open_bytes(path.read_bytes())
    except InvalidTag:
        raise Refused(
            "key_of_other_house",
            "密钥文件 {name} 不是用现在的主密钥加密的，读不出来。请核对密钥目录是否完整。",
            name=path.name,
        ) from None


def _put(path: Path, content: bytes) -> None:
    """Write a file whole, readable by its owner only; one that is there already stays."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    with contextlib.suppress(FileExistsError):
        os.link(fresh, path)  # whoever comes second keeps the first one's
    fresh.unlink()
