"""Signed requests of other systems: whose they are, before a word of them is believed."""

from datetime import UTC, datetime

from tongban.rooms import clock
from tongban.rooms.exchange.adapters import secret
from tongban.rooms.exchange.models import System
from tongban.rooms.exchange.signing import verify
from tongban.rulebook.errors import Refused


def check_signature(
    county: str, system_code: str, *, method: str, path: str, body: bytes, key_id: str, moment: str, signature: str
) -> None:
    """Raise ``Refused`` unless the request was signed with the key of this system, a moment ago.

    Codes: ``system_unknown``, ``signature_wrong``, ``signature_stale``, ``key_missing``, ``key_weak``.
    """
    system = System.objects.filter(county=county, code=system_code).first()
    if system is None:
        raise Refused("system_unknown", "没有名为“{code}”的对接系统。请先登记系统。", code=system_code)
    if not system.key_id or system.key_id != key_id:
        raise Refused("signature_wrong", "请求签名用的密钥不是这个系统的。请核对密钥编号。")
    machine = datetime.fromtimestamp(clock.machine_milliseconds() / 1000, UTC)
    verify(secret(system.key_id), method, path, moment, body, signature, now=machine)
