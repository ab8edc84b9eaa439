"""统一身份认证, with a real provider at a real address."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from django.core import signing
from django.test import Client

from tests.doors.browsing import text_of
from tongban.doors.signin.outside import COOKIE

#: The provider is made with parts that its own makers are replacing.
pytestmark = pytest.mark.filterwarnings("ignore")

NUMBER = "990127198805062016"


@pytest.fixture
def provider(monkeypatch, settings) -> Iterator[str]:
    """A provider that knows a citizen, a member of staff, and somebody without a number."""
    from oidc_provider_mock import User, run_server_in_thread

    users = [
        User(sub="citizen", claims={"name": "林示例", "citizen_id": NUMBER}),
        User(sub="new", claims={"name": "新示例", "citizen_id": "990127199001010004"}),
        User(sub="officer", claims={"name": "毛试用", "citizen_id": "T075"}),
        User(sub="nameless", claims={}),
    ]
    with run_server_in_thread(user_claims=users, require_nonce=True) as server:
        issuer = f"http://localhost:{server.server_port}"
        monkeypatch.setenv(
            "TONGBAN_OIDC", json.dumps({"issuer": issuer, "client_id": "tongban", "label": "省平台登录"})
        )
        secret = Path(settings.TONGBAN_KEYS, "oidc.key")
        secret.write_text("secret of the client", encoding="ascii")
        yield issuer
        secret.unlink()


def there_and_back(client: Client, sub: str, onward: str = "") -> str:
    """Go to the provider, sign in there as ``sub``; returns the address it sends the browser back to."""
    away = client.get("/sign-in/outside/", {"next": onward}).url
    answer = httpx.post(away, data={"sub": sub})
    assert answer.status_code == 302
    back = urlsplit(answer.headers["location"])
    return f"{back.path}?{back.query}"


def test_a_citizen_known_here_comes_in_by_her_number(county, provider):
    client = Client()
    assert "省平台登录" in text_of(client.get("/sign-in/"))
    assert client.get(there_and_back(client, "citizen", "/account/")).url == "/account/"
    page = text_of(client.get("/account/"))
    assert "林示例" in page
    assert "统一身份认证" in page


def test_a_citizen_nobody_knows_is_registered(county, provider):
    client = Client()
    assert client.get(there_and_back(client, "new", "/account/")).url == "/account/"
    assert "新示例" in text_of(client.get("/account/"))
    again = Client()
    assert again.get(there_and_back(again, "new", "/account/")).url == "/account/"


def test_staff_come_in_by_their_number(county, provider, monkeypatch):
    platform = {"issuer": provider, "client_id": "tongban", "serves": "staff"}
    monkeypatch.setenv("TONGBAN_OIDC", json.dumps(platform))
    client = Client()
    assert "统一身份认证登录" in text_of(client.get("/sign-in/staff/"))
    assert client.get(there_and_back(client, "officer")).url == "/manage/"
    unknown = Client()
    assert "没有登记" in text_of(unknown.get(there_and_back(unknown, "citizen")))


def test_somebody_without_a_number_is_told_another_way(county, provider):
    client = Client()
    answer = client.get(there_and_back(client, "nameless"))
    assert answer.status_code == 409
    assert "请改用手机号登录" in text_of(answer)


def test_what_is_sent_away_is_bound_to_this_browser(county, provider):
    client = Client()
    asked = parse_qs(urlsplit(client.get("/sign-in/outside/").url).query)
    kept = signing.loads(client.cookies[COOKIE].value, salt=COOKIE)
    challenge = urlsafe_b64encode(sha256(kept["verifier"].encode()).digest()).decode().rstrip("=")
    assert asked["code_challenge"] == [challenge]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["state"] == [kept["state"]]
    assert asked["nonce"] == [kept["nonce"]]


def test_an_answer_to_another_browser_is_refused(county, provider):
    mine, theirs = Client(), Client()
    back = there_and_back(theirs, "citizen")
    mine.get("/sign-in/outside/")
    for client in (mine, Client()):
        answer = client.get(back)
        assert answer.status_code == 409
        assert "登录没有从这里开始" in text_of(answer)
        assert client.get("/account/").status_code == 302


@pytest.mark.parametrize("change", ["nonce", "client_id", "issuer"])
def test_a_token_for_another_sign_in_client_or_issuer_is_refused(county, provider, monkeypatch, caplog, change):
    client = Client()
    back = there_and_back(client, "citizen")
    if change == "nonce":
        kept = signing.loads(client.cookies[COOKIE].value, salt=COOKIE)
        client.cookies[COOKIE] = signing.dumps({**kept, "nonce": "another"}, salt=COOKIE)
    else:
        told = {"issuer": provider, "client_id": "tongban"}
        told[change] = "another" if change == "client_id" else provider.replace("localhost", "127.0.0.1")
        monkeypatch.setenv("TONGBAN_OIDC", json.dumps(told))
        if change == "issuer":
            from tongban.doors.signin import outside

            discover = outside._discover
            real = outside.Outside(provider, "tongban", "", "person", "", "", "")
            monkeypatch.setattr(outside, "_discover", lambda _one: discover(real))
    answer = client.get(back)
    assert answer.status_code == 409
    assert "暂时用不了" in text_of(answer)
    assert client.get("/account/").status_code == 302
    # The token itself was refused; a code of another client the provider does not even exchange.
    assert ("HTTPStatusError" if change == "client_id" else "InvalidClaimError") in caplog.text


def test_a_token_made_for_another_client_is_refused():
    from joserfc import jwt
    from joserfc.jwk import KeySet, RSAKey

    from tongban.doors.signin import outside
    from tongban.rooms import clock

    keys = KeySet([RSAKey.generate_key(2048)])
    here = outside.Outside("https://id.example", "tongban", "", "person", "", "", "")
    now = clock.machine_milliseconds() // 1000
    good = {"iss": here.issuer, "aud": here.client_id, "sub": "s", "nonce": "n", "iat": now, "exp": now + 60}

    def token(**change):
        return jwt.encode({"alg": "RS256"}, {**good, **change}, keys)

    assert outside._verified(here, token(), keys, "n")["sub"] == "s"
    for change in ({"aud": "another"}, {"iss": "https://other"}, {"nonce": "m"}, {"exp": now - 3600}):
        with pytest.raises((outside.AuthlibBaseError, outside.JoseError)):
            outside._verified(here, token(**change), keys, "n")
    with pytest.raises(outside.JoseError):
        outside._verified(here, token(), KeySet([RSAKey.generate_key(2048)]), "n")


def test_a_provider_that_does_not_answer_is_told_of(county, monkeypatch):
    told = {"issuer": "http://127.0.0.1:9", "client_id": "tongban"}
    monkeypatch.setenv("TONGBAN_OIDC", json.dumps(told))
    assert "暂时用不了" in text_of(Client().get("/sign-in/outside/"))


def test_without_a_platform_there_is_no_such_page(county, monkeypatch):
    monkeypatch.delenv("TONGBAN_OIDC", raising=False)
    assert Client().get("/sign-in/outside/").status_code == 404
    assert Client().get("/sign-in/outside/back/").status_code == 404


def test_a_refusal_there_is_told_here(county, provider):
    client = Client()
    state = parse_qs(urlsplit(client.get("/sign-in/outside/").url).query)["state"][0]
    answer = client.get("/sign-in/outside/back/", {"state": state, "error": "access_denied"})
    assert "没有让您登录" in text_of(answer)
