"""统一身份认证: sign-in at an outside identity platform (OpenID Connect, authorization code with PKCE).

Settings by environment: ``TONGBAN_OIDC`` is JSON with ``issuer``, ``client_id``, ``label``, ``serves`` (``person`` or
``staff``), ``number_claim`` (where the platform tells the citizen id or the 工号) and ``name_claim``; a secret, where
the platform wants one, lies in ``oidc.key`` in the key folder.
"""

import json
import os
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, urlencode

import httpx
import structlog
from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from tongban.doors.guards import anyone, guarded_by
from tongban.doors.signin import forms
from tongban.doors.visiting import visitor
from tongban.rooms import clock
from tongban.rooms.people import actions as people
from tongban.rulebook.errors import Refused

log = structlog.get_logger(__name__)

#: The cookie with what must come back unchanged, and how long one may take over there (seconds).
COOKIE, LASTS = "tongban_outside", 15 * 60
#: Signatures taken; never ``none``, never one made with a shared secret.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
#: Seconds the platform may take to answer, and by which its clock may differ.
PATIENCE, LEEWAY = 10, 60


@dataclass(frozen=True, slots=True)
class Outside:
    """The platform of this installation."""

    issuer: str
    client_id: str
    label: str
    #: ``person`` or ``staff``.
    serves: str
    number_claim: str
    name_claim: str
    scope: str


def outside() -> Outside | None:
    """Return the platform; None: none is set."""
    told = json.loads(os.environ.get("TONGBAN_OIDC", "") or "{}")
    if not told:
        return None
    return Outside(
        told["issuer"].rstrip("/"),
        told["client_id"],
        told.get("label", "统一身份认证登录"),
        told.get("serves", "person"),
        told.get("number_claim", "citizen_id"),
        told.get("name_claim", "name"),
        told.get("scope", "openid profile"),
    )


@guarded_by(anyone)
def leave_for(request: HttpRequest) -> HttpResponse:
    """Send the browser to the platform."""
    platform = _platform()
    about = _discover(platform)
    state, nonce, verifier = (urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=") for _one in range(3))
    wanted = {
        "response_type": "code",
        "client_id": platform.client_id,
        "redirect_uri": _back(request),
        "scope": platform.scope,
        "state": state,
        "nonce": nonce,
        "code_challenge": create_s256_code_challenge(verifier),
        "code_challenge_method": "S256",
    }
    answer = redirect(f"{about['authorization_endpoint']}?{urlencode(wanted)}")
    kept = {"state": state, "nonce": nonce, "verifier": verifier, "next": forms.safe_next(request)}
    secure = bool(settings.SESSION_COOKIE_SECURE)
    answer.set_cookie(
        COOKIE, signing.dumps(kept, salt=COOKIE), max_age=LASTS, httponly=True, samesite="Lax", secure=secure
    )
    return answer


@guarded_by(anyone)
def come_back(request: HttpRequest) -> HttpResponse:
    """Take the browser back from the platform: check what it brings, and let in whom the platform knows."""
    from tongban.doors.signin.entering import let_in

    platform = _platform()
    try:
        kept = signing.loads(request.COOKIES.get(COOKIE, ""), salt=COOKIE, max_age=LASTS)
    except signing.BadSignature:
        kept = None
    if kept is None or not secrets.compare_digest(str(kept["state"]), request.GET.get("state", "")):
        raise Refused("outside_state", _("登录没有从这里开始，或放得太久了。请重新登录。"))
    if "error" in request.GET:
        raise Refused("outside_declined", _("统一身份平台没有让您登录。请重试，或改用手机号登录。"))
    claims = _claims(platform, request, kept)
    number = str(claims.get(platform.number_claim, "") or "")
    told = {"staff_number": number} if platform.serves == "staff" else {"citizen_id": number}
    account = people.enter_from_outside(
        visitor(request).county,
        platform.issuer,
        str(claims["sub"]),
        name=str(claims.get(platform.name_claim, "") or ""),
        **told,
    )
    answer = let_in(request, account, "oidc", kept["next"])
    answer.delete_cookie(COOKIE)
    return answer


def _claims(platform: Outside, request: HttpRequest, kept: dict[str, Any]) -> dict[str, Any]:
    """Exchange the code for an ID token, verify it, and return what it claims with what the platform adds."""
    about = _discover(platform)
    form = {
        "grant_type": "authorization_code",
        "code": request.GET.get("code", ""),
        "redirect_uri": _back(request),
        "client_id": platform.client_id,
        "code_verifier": kept["verifier"],
    }
    secret = _secret()
    try:
        with httpx.Client(timeout=PATIENCE) as client:
            auth = (
                httpx.BasicAuth(quote_plus(platform.client_id), quote_plus(secret))
                if secret
                else httpx.USE_CLIENT_DEFAULT
            )
            token = client.post(about["token_endpoint"], data=form, auth=auth).raise_for_status().json()
            keys = KeySet.import_key_set(client.get(about["jwks_uri"]).raise_for_status().json())
            claims = _verified(platform, str(token["id_token"]), keys, str(kept["nonce"]))
            if platform.number_claim not in claims and "userinfo_endpoint" in about:
                bearer = {"Authorization": f"Bearer {token['access_token']}"}
                more = client.get(about["userinfo_endpoint"], headers=bearer).raise_for_status().json()
                if more.get("sub") == claims["sub"]:
                    claims = {**more, **claims}
    except (httpx.HTTPError, JoseError, AuthlibBaseError, ValueError, KeyError) as error:
        log.warning("outside_sign_in_failed", error=type(error).__name__)
        raise _trouble() from error
    return claims


def _verified(platform: Outside, token: str, keys: KeySet, nonce: str) -> dict[str, Any]:
    """Return the claims of an ID token whose signature, issuer, audience, time and nonce are right."""
    decoded = jwt.decode(token, keys, algorithms=ALGORITHMS)
    options = {
        "iss": {"essential": True, "value": platform.issuer},
        "aud": {"essential": True, "value": platform.client_id},
        "sub": {"essential": True},
        "nonce": {"essential": True, "value": nonce},
    }
    claims = CodeIDToken(decoded.claims, decoded.header, options, {"nonce": nonce, "client_id": platform.client_id})
    claims.validate(now=clock.machine_milliseconds() // 1000, leeway=LEEWAY)
    return dict(claims)


def _discover(platform: Outside) -> dict[str, Any]:
    try:
        answer = httpx.get(f"{platform.issuer}/.well-known/openid-configuration", timeout=PATIENCE).raise_for_status()
        about = answer.json()
        if str(about["issuer"]).rstrip("/") != platform.issuer:
            raise ValueError("issuer")
        return dict(about)
    except (httpx.HTTPError, ValueError, KeyError) as error:
        log.warning("outside_discovery_failed", error=type(error).__name__)
        raise _trouble() from error


def _platform() -> Outside:
    found = outside()
    if found is None:
        raise Http404
    return found


def _back(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("sign-in-back"))


def _secret() -> str:
    path = Path(settings.TONGBAN_KEYS, "oidc.key")
    return path.read_text(encoding="ascii").strip() if path.exists() else ""


def _trouble() -> Refused:
    return Refused("outside_trouble", _("统一身份平台暂时用不了。请过一会儿再试，或改用手机号登录。"))
