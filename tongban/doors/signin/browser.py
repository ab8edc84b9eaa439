"""What a browser tells of itself and carries along on the way in: address, device, and how far somebody has come."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

#: Accounts this browser was signed in to before; a code on its way; the password was right, the figures are to come.
KNOWN, CODE, HALF = "tongban_known", "tongban_code", "tongban_half"
#: How long each lasts (seconds).
_LASTS = {KNOWN: 400 * 24 * 3600, CODE: 45 * 60, HALF: 15 * 60}

_SYSTEMS = (
    *(("iPad", "iPad"), ("iPhone", "iPhone"), ("HarmonyOS", "鸿蒙手机"), ("Android", "安卓手机")),
    *(("Windows", "Windows 电脑"), ("Mac OS", "苹果电脑"), ("Linux", "Linux 电脑")),
)
_BROWSERS = (
    *(("MicroMessenger", "微信"), ("Edg", "Edge"), ("QQBrowser", "QQ 浏览器"), ("UCBrowser", "UC 浏览器")),
    *(("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari")),
)


@dataclass(frozen=True, slots=True)
class Half:
    """Somebody whose password was right."""

    account_id: UUID
    way: str
    #: Where she wanted to go.
    next: str


@dataclass(frozen=True, slots=True)
class Underway:
    """Somebody who asked for a code."""

    secret: str
    #: ``register``, ``sign_in``, ``reset``, ``first``, ``old`` or ``new``.
    purpose: str
    next: str


def device_of(request: HttpRequest) -> str:
    """Return what the browser is, in words its owner knows: 安卓手机 · 微信."""
    told = request.headers.get("User-Agent", "")
    found = [next((name for mark, name in table if mark in told), "") for table in (_SYSTEMS, _BROWSERS)]
    return " · ".join(filter(None, found)) or _("其他设备")


def known_of(request: HttpRequest) -> str:
    """Return the marks of the accounts this browser is known to."""
    return str(request.COOKIES.get(KNOWN, ""))[:1000]


def half_of(request: HttpRequest) -> Half | None:
    """Return who has shown her password in this browser a moment ago."""
    told = _read(request, HALF)
    return Half(UUID(told["a"]), told["w"], told["n"]) if told else None


def underway_of(request: HttpRequest) -> Underway | None:
    """Return the code asked for in this browser."""
    told = _read(request, CODE)
    return Underway(told["s"], told["p"], told["n"]) if told else None


def keep_half(response: HttpResponse, half: Half) -> None:
    """Remember that the password was right."""
    _keep(response, HALF, signing.dumps({"a": str(half.account_id), "w": half.way, "n": half.next}, salt=HALF))


def keep_underway(response: HttpResponse, code: Underway) -> None:
    """Remember the code asked for."""
    _keep(response, CODE, signing.dumps({"s": code.secret, "p": code.purpose, "n": code.next}, salt=CODE))


def keep_known(response: HttpResponse, marks: str) -> None:
    """Remember the accounts this browser is known to."""
    _keep(response, KNOWN, marks)


def _keep(response: HttpResponse, name: str, value: str) -> None:
    secure = bool(settings.SESSION_COOKIE_SECURE)
    response.set_cookie(name, value, max_age=_LASTS[name], httponly=True, samesite="Lax", secure=secure)


def _read(request: HttpRequest, name: str) -> dict[str, Any] | None:
    try:
        told = signing.loads(request.COOKIES.get(name, ""), salt=name, max_age=_LASTS[name])
    except signing.BadSignature:
        return None
    return told if isinstance(told, dict) else None
