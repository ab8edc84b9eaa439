"""The code printed on a document: where to ask, and enough to check without asking.

``TB1.<document id>.<kind>.<number>.<digest of the facts>.<date>.<signature>``, each part without dots: the id
(16 bytes), the number (UTF-8), the digest (first 16 bytes of SHA-256) and the Ed25519 signature in unpadded base64url,
the date as YYYYMMDD.  The signature covers everything before it.  Only the one canonical spelling of each part is
accepted.
"""

import base64
import hashlib
import json
import re
import unicodedata
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import segno
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tongban.rulebook.errors import Refused

#: Largest symbol printed: version 15 has 77 modules, 0.36 mm each on 28 mm paper, which any phone reads.
LARGEST_VERSION = 15
#: A code anywhere in a text: an address, a keyword of a PDF, or alone.
CODE = re.compile(r"TB1(?:\.[A-Za-z0-9_-]+){6}")
_KIND = re.compile(r"[a-z][a-z0-9_-]{0,31}")


@dataclass(frozen=True, slots=True)
class Code:
    """What a code says, not yet believed."""

    #: The document's id, a UUID in its usual spelling.
    document_id: str
    #: Kind of document, a key of ``wording.KINDS``.
    kind: str
    #: The document's number as printed.
    number: str
    #: Digest of the normalised facts (``facts_digest``).
    digest: str
    #: The document's legal date.
    dated: date


@dataclass(frozen=True, slots=True)
class CodeVerdict:
    """What is known of a code after checking it."""

    #: ``valid``, ``forged`` (also: unreadable), ``differs`` (the facts typed in are not those signed) or ``revoked``.
    state: str
    #: Plain Chinese.
    sentence: str
    #: The content, only when the signature holds.
    code: Code | None = None
    #: Day of withdrawal, only for ``revoked``.
    revoked_on: date | None = None


def make_code_key() -> Ed25519PrivateKey:
    """Make a county's key for codes (random)."""
    return Ed25519PrivateKey.generate()


def code_key_pem(key: Ed25519PrivateKey) -> bytes:
    """Return the private key as PKCS #8 PEM, unencrypted: the caller stores it encrypted."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def code_key_from_pem(pem: bytes) -> Ed25519PrivateKey:
    """Load a county's private code key."""
    key = serialization.load_pem_private_key(pem, None)
    if not isinstance(key, Ed25519PrivateKey):
        raise Refused("code_key_kind", "二维码签名密钥不是Ed25519密钥，请重新导入。")
    return key


def public_pem(key: Ed25519PrivateKey) -> bytes:
    """Return the public half as PEM, to be published for checking without a network."""
    return key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def public_key(pem: bytes) -> Ed25519PublicKey:
    """Load a published public key."""
    key = serialization.load_pem_public_key(pem)
    if not isinstance(key, Ed25519PublicKey):
        raise Refused("code_key_kind", "二维码查验公钥不是Ed25519公钥，请重新下载。")
    return key


def facts_digest(facts: Mapping[str, object]) -> str:
    """Return 22 characters for the facts printed on a document, whatever the spacing and order they are typed in.

    Keys and values become text (dates in ISO form), are brought to one Unicode form (NFKC) and lose all blanks.
    """
    normal = {_plain(key): _plain(value) for key, value in facts.items()}
    text = json.dumps(sorted(normal.items()), ensure_ascii=False, separators=(",", ":"))
    return _b64(hashlib.sha256(text.encode()).digest()[:16])


def make_code(
    key: Ed25519PrivateKey, *, document_id: str, kind: str, number: str, facts: Mapping[str, object], dated: date
) -> str:
    """Return the signed code of one document; refuse a kind or number that cannot be carried."""
    if not _KIND.fullmatch(kind):
        raise Refused("code_kind", "文书种类代码“{kind}”不合规则，应为小写字母、数字、连字符或下划线。", kind=kind)
    if not number.strip() or len(number.encode()) > 90:
        raise Refused("code_number", "文书编号为空或者过长（超过30个汉字），不能生成二维码，请检查编号规则。")
    body = ".".join(
        (
            "TB1",
            _b64(uuid.UUID(document_id).bytes),
            kind,
            _b64(number.encode()),
            facts_digest(facts),
            f"{dated:%Y%m%d}",
        )
    )
    return f"{body}.{_b64(key.sign(body.encode()))}"


def address(verify_page: str, code: str) -> str:
    """Return what the symbol holds: the address of the verification page with the code in its query."""
    return f"{verify_page}?c={code}"


def check_code(
    text: str,
    *,
    public_keys: Sequence[Ed25519PublicKey],
    facts: Mapping[str, object] | None = None,
    revoked: Callable[[str], date | datetime | None] | None = None,
) -> CodeVerdict:
    """Check a scanned text against the counties' public keys; needs neither network nor database.

    ``facts``, when given, are what is printed on the paper and must be those that were signed.  ``revoked``, when
    there is something to ask, returns the day on which the document with that id was withdrawn.
    """
    found = CODE.search(text)
    code = _believe(found.group(), public_keys) if found else None
    if code is None:
        return CodeVerdict("forged", "这个二维码不是本县签发的，或者已被改动，请不要采信，并向出具单位核实。")
    if facts is not None and facts_digest(facts) != code.digest:
        return CodeVerdict("differs", f"二维码属实，但与编号“{code.number}”的文书内容不一致，请不要采信。", code)
    withdrawn = revoked(code.document_id) if revoked else None
    if withdrawn is not None:
        on = withdrawn.date() if isinstance(withdrawn, datetime) else withdrawn
        return CodeVerdict("revoked", f"编号“{code.number}”的文书已于{on.year}年{on.month}月{on.day}日失效。", code, on)
    asked = "" if revoked else "（未联网，不能得知此后是否撤销）"
    return CodeVerdict("valid", f"编号“{code.number}”的文书确由本县签发{asked}。", code)


def symbol(text: str) -> str:
    """Return the QR symbol as SVG, error correction M; refuse what would not scan."""
    # a fixed mask: what is coded looks random, so that no mask is better, and weighing all eight takes 20 ms
    made = segno.make(text, error="m", micro=False, boost_error=False, mask=2)
    if int(made.version) > LARGEST_VERSION:
        raise Refused("code_long", "二维码内容过长，打印后难以识别，请缩短查验网址。")
    return made.svg_inline(border=2, omitsize=True, svgclass=None, lineclass=None)


def _believe(text: str, keys: Sequence[Ed25519PublicKey]) -> Code | None:
    body, _, signature = text.rpartition(".")
    try:
        _, ident, kind, number, digest, day = body.split(".")
        raw = _unb64(signature)
        if not any(_holds(key, raw, body.encode()) for key in keys):
            return None
        dated = date(int(day[:4]), int(day[4:6]), int(day[6:]))
        return Code(str(uuid.UUID(bytes=_unb64(ident))), kind, _unb64(number).decode(), digest, dated)
    except ValueError:
        return None


def _holds(key: Ed25519PublicKey, signature: bytes, body: bytes) -> bool:
    try:
        key.verify(signature, body)
    except InvalidSignature:
        return False
    return True


def _plain(value: object) -> str:
    text = value.isoformat() if isinstance(value, date) else str(value)
    return "".join(unicodedata.normalize("NFKC", text).split())


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if _b64(raw) != text:
        raise ValueError("not canonical")
    return raw
