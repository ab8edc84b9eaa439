"""亮证码: a code on the holder's screen that is good for a minute, so that a picture of it is worth nothing.

``TBS1.<licence id and last second>.<signature>``: 16 bytes of id and 4 of seconds since 1970 (big endian), and the
Ed25519 signature of the county's code key over everything before it, each in unpadded base64url.
"""

import base64
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

#: How long a code on a screen is good, in seconds; and how far two clocks may be apart.
LASTS, GRACE = 60, 5
CODE = re.compile(r"TBS1\.[A-Za-z0-9_-]{27}\.[A-Za-z0-9_-]{86}")


@dataclass(frozen=True, slots=True)
class Shown:
    """What a code says whose signature holds."""

    licence_id: uuid.UUID
    #: Seconds since 1970 up to which it is good.
    until: int


def make_showing(key: Ed25519PrivateKey, licence_id: uuid.UUID, until: int) -> str:
    """Return the code of a licence that is good until this second."""
    body = f"TBS1.{_b64(licence_id.bytes + until.to_bytes(4, 'big'))}"
    return f"{body}.{_b64(key.sign(body.encode()))}"


def read_showing(text: str, public_keys: Sequence[Ed25519PublicKey]) -> Shown | None:
    """Return what a code says, or None where nobody of ours has signed it.  Whether it is still good is not asked."""
    body, _, signature = text.rpartition(".")
    raw = _unb64(body.partition(".")[2])
    for key in public_keys:
        try:
            key.verify(_unb64(signature), body.encode())
        except InvalidSignature:
            continue
        return Shown(uuid.UUID(bytes=raw[:16]), int.from_bytes(raw[16:], "big"))
    return None


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
