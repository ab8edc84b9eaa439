"""Signed requests: HMAC-SHA256 over method, path, date and body, with a key both sides hold.

Pure: the caller gives the moment.  The idempotency key of a request stands in its body and is signed with it.
"""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

from tongban.rulebook.errors import Refused

#: Headers of a signed request: which key, when, and the signature in hex.
KEY_HEADER, DATE_HEADER, SIGNATURE_HEADER = "X-Tongban-Key", "X-Tongban-Date", "X-Tongban-Signature"

#: Clocks of two systems may differ by this much; an older request is somebody else's copy.
SKEW = timedelta(minutes=5)


def sign(secret: bytes, method: str, path: str, moment: str, body: bytes) -> str:
    """Return the signature; ``path`` includes the query, ``moment`` is the date header as sent."""
    text = "\n".join([method.upper(), path, moment, hashlib.sha256(body).hexdigest()])
    return hmac.digest(secret, text.encode(), "sha256").hex()


def moment_text(moment: datetime) -> str:
    """Return the date header: RFC 3339 in UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def verify(secret: bytes, method: str, path: str, moment: str, body: bytes, signature: str, *, now: datetime) -> None:
    """Raise ``Refused`` (``signature_wrong``, ``signature_stale``) unless the request is the key holder's and fresh."""
    if not hmac.compare_digest(sign(secret, method, path, moment, body).encode(), signature.encode()):
        raise Refused("signature_wrong", "请求签名不对。请核对密钥编号和密钥，以及请求内容是否被改动。")
    try:
        sent = datetime.strptime(moment, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise Refused("signature_stale", "请求时间写法不对。应为世界时，例如 2026-09-22T01:30:00Z。") from None
    if abs(now - sent) > SKEW:
        raise Refused("signature_stale", "请求时间与本系统相差超过五分钟。请校准对方系统的时钟后重发。")
