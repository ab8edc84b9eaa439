"""Every answer is careful: a content policy without exceptions, no guessing of types, no other site around it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.urls import reverse

from tests.doors.rights_examples import EMPTY_HERE, Objects
from tests.doors.test_rights import client_of, examples_of
from tongban.hall import rights
from tongban.hall.middleware import content_policy
from tongban.hall.rights import ROLES

TEMPLATES = sorted(Path("tongban").rglob("templates/**/*.*"))
SCRIPTS = [one for one in sorted(Path("tongban").rglob("static/**/*.js")) if ".min." not in one.name]
#: Addresses that nobody is to be told of.
BLIND = {"paper"}
#: What a browser would run or apply from within the page itself.
INLINE = re.compile(
    r"<style\b|\sstyle\s*=|<script(?![^>]*\ssrc=)[^>]*>|\son[a-z]+\s*=\s*[\"']|javascript:|hx-on", re.IGNORECASE
)
#: Of a script: making code or marks out of text.
MADE = re.compile(r"\beval\(|new Function|document\.write|insertAdjacentHTML|\.innerHTML\s*=|\.outerHTML\s*=")


def test_no_template_carries_a_script_or_a_style_of_its_own():
    assert TEMPLATES
    found = []
    for one in TEMPLATES:
        text = one.read_text(encoding="utf-8")
        if one.suffix == ".html":
            found += [f"{one}: {hit[0]}" for hit in INLINE.finditer(text)]
            found += [f"{one}: {hit}" for hit in re.findall(r"(?:src|href)=[\"'](?:https?:)?//[^\"']*", text)]
            found += [f"{one}: {hit}" for hit in re.findall(r"\|\s*safe\b|autoescape off", text)]
    assert found == []


def test_no_script_makes_code_or_marks_out_of_text():
    assert SCRIPTS
    found = [f"{one}: {hit[0]}" for one in SCRIPTS for hit in MADE.finditer(one.read_text(encoding="utf-8"))]
    assert found == []


def test_the_policy_has_no_exception_for_scripts(settings):
    assert "unsafe" not in content_policy()
    assert "script-src" not in content_policy()  # that of default-src: this house only
    for part in ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert part in content_policy()
    settings.TONGBAN_PAPERS_HOST = "papers.example:8443"
    assert content_policy().count("papers.example:8443") == 2
    assert "img-src 'self' data: papers.example:8443; frame-src 'self' papers.example:8443;" in content_policy()


@pytest.mark.parametrize("code", ["nobody", "citizen", "village", "clerk", "supervisor", "editor", "system"])
def test_every_page_carries_the_headers(county, code):
    role = next(one for one in ROLES if one.code == code)
    client, objects, found = client_of(role, county), Objects(county), []
    for one in rights.addresses():
        if one.is_api or one.name in ("", *EMPTY_HERE) or rights.passes(one.guard, role) is False:
            continue
        for example in examples_of(one, objects):
            answer = client.get(reverse(one.name, kwargs=example.arguments))
            blind = one.name in BLIND or answer.headers.get("Location", "").startswith("/papers/")
            found += [(one.name, fault) for fault in _faults(answer, "no-referrer" if blind else "same-origin")]
    assert found == []


def _faults(answer, referrer):
    headers = answer.headers
    policy = headers.get("Content-Security-Policy", "")
    paper = headers.get("Content-Type", "").split(";")[0] in ("application/pdf", "image/png", "image/jpeg")
    if "unsafe-eval" in policy or ("unsafe-inline" in policy and not paper):
        yield f"policy {policy}"
    if policy != content_policy() and "default-src 'none'" not in policy:
        yield f"policy {policy}"
    if headers.get("X-Content-Type-Options") != "nosniff":
        yield "nosniff"
    if headers.get("Cross-Origin-Opener-Policy") != "same-origin":
        yield "opener"
    if headers.get("Cross-Origin-Resource-Policy") != "same-origin":
        yield "resource"
    if headers.get("Referrer-Policy") != referrer:
        yield "referrer"
    if "X-Frame-Options" not in headers or "Permissions-Policy" not in headers or "Cache-Control" not in headers:
        yield "frame, permissions or cache"
    for cookie in answer.cookies.values():
        if not cookie.value:
            continue  # taken away
        if cookie.key not in ("csrftoken", "tongban_big", "tongban_lang") and not cookie["httponly"]:
            yield f"cookie {cookie.key} is open to scripts"
        if cookie["samesite"] not in ("Lax", "Strict"):
            yield f"cookie {cookie.key} goes to other sites"


@pytest.mark.django_db
def test_a_host_that_is_not_ours_is_refused(client):
    assert client.get("/healthz", headers={"host": "evil.example"}).status_code == 400


ASK = """
import django
from django.conf import settings
django.setup()
from django.test import Client
answer = Client().get("/healthz", secure=True, headers={"host": "example.org"})
print(answer.status_code, answer.headers.get("Strict-Transport-Security", "none"),
      settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE, settings.DEBUG)
"""


def _started(tmp_path, program, **surroundings):
    """Start Python with the settings of an installation of one's own, and return what it says."""
    keys = tmp_path / "keys"
    keys.mkdir(exist_ok=True)
    for name in ("secret.key", "field.key", "hash.key"):
        if not (keys / name).exists():
            (keys / name).write_bytes(os.urandom(32))
            (keys / name).chmod(0o600)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TONGBAN_", "DATABASE_"))}
    own = {
        "TONGBAN_STATE": str(tmp_path),
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "DJANGO_SETTINGS_MODULE": "tongban.hall.settings",
    }
    return subprocess.run(
        [sys.executable, "-c", program], env=kept | own | surroundings, capture_output=True, text=True, check=False
    )


def test_behind_https_browsers_are_told_to_stay_there(tmp_path):
    done = _started(tmp_path, ASK, TONGBAN_HTTPS="1", TONGBAN_HOSTS="example.org")
    assert done.stdout.split() == ["503", "max-age=31536000;", "includeSubDomains", "True", "True", "False"], (
        done.stderr
    )


SAID = "from django.conf import settings; print(settings.TONGBAN_PAPERS_HOST, settings.ALLOWED_HOSTS)"


def test_a_host_of_papers_is_another_name_than_those_of_the_pages(tmp_path):
    done = _started(tmp_path, SAID, TONGBAN_HOSTS="example.org", TONGBAN_PAPERS_HOST="Papers.example.org:8443")
    assert done.stdout == "papers.example.org:8443 ['example.org', 'papers.example.org']\n", done.stderr
    for bad, said in (("example.org:8443", "不同"), ("https://papers.example.org", "主机名"), ("a b", "主机名")):
        done = _started(tmp_path, SAID, TONGBAN_HOSTS="example.org", TONGBAN_PAPERS_HOST=bad)
        assert done.returncode != 0
        assert said in done.stderr


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("secret.key", b"short", "32"),
        ("secret.key", bytes(32), "随机"),
        ("secret.key", b"ab" * 16, "随机"),
        ("secret.key", None, "找不到密钥文件"),
    ],
)
def test_a_weak_or_missing_secret_stops_the_start(tmp_path, name, content, sentence):
    keys = tmp_path / "keys"
    keys.mkdir()
    if content is not None:
        (keys / name).write_bytes(content)
        (keys / name).chmod(0o600)
    else:
        for other in ("field.key", "hash.key"):
            (keys / other).write_bytes(os.urandom(32))
        done = _started_without(tmp_path)
        assert done.returncode != 0
        assert sentence in done.stderr
        return
    done = _started(tmp_path, "from django.conf import settings; settings.SECRET_KEY")
    assert done.returncode != 0
    assert sentence in done.stderr


def _started_without(tmp_path):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TONGBAN_", "DATABASE_"))}
    own = {
        "TONGBAN_STATE": str(tmp_path),
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "DJANGO_SETTINGS_MODULE": "tongban.hall.settings",
    }
    program = "from django.conf import settings; settings.SECRET_KEY"
    return subprocess.run([sys.executable, "-c", program], env=kept | own, capture_output=True, text=True, check=False)


def test_a_key_that_others_may_read_stops_the_start(tmp_path):
    keys = tmp_path / "keys"
    keys.mkdir()
    (keys / "secret.key").write_bytes(os.urandom(32))
    (keys / "secret.key").chmod(0o644)
    done = _started(tmp_path, "from django.conf import settings; settings.SECRET_KEY")
    assert done.returncode != 0
    assert "0600" in done.stderr


def test_the_pages_for_developers_stay_shut_where_a_database_is_named(tmp_path):
    done = _started(tmp_path, "from django.conf import settings; settings.DEBUG", TONGBAN_DEBUG="1")
    assert done.returncode != 0
    assert "TONGBAN_DEBUG" in done.stderr
