"""Small things that protect a sign-in, an answer and a file: each asked once."""

from datetime import timedelta

import pytest

from tests.doors.browsing import signed_in, text_of


@pytest.mark.parametrize(("who", "days"), [("citizen", 15), ("staff", 1)])
def test_a_sign_in_that_was_left_alone_is_over(county, who, days):
    """A citizen's after 14 days, that of staff after 10 hours."""
    from tongban.rooms import clock

    at = clock.at_local(clock.today(), 9)
    with clock.held(at):
        browser = signed_in(county.citizen() if who == "citizen" else county.staff("window-1"))
        page = "/mine/" if who == "citizen" else "/counter/"
        assert browser.get(page).status_code == 200
    with clock.held(at + timedelta(days=days)):
        assert browser.get(page).url.startswith("/sign-in/")


def test_a_secret_that_somebody_else_put_into_the_browser_is_not_gone_on_with(county):
    """Session fixation: who comes in gets a secret of her own, whatever stood there."""
    from tongban.doors.visiting import COOKIE

    browser = signed_in()
    browser.cookies[COOKIE] = "a-secret-of-a-stranger"
    browser.post("/demo/", {"kind": "person", "id": str(county.citizen().id)})
    assert browser.cookies[COOKIE].value != "a-secret-of-a-stranger"
    assert browser.get("/mine/").status_code == 200
    stranger = signed_in()
    stranger.cookies[COOKIE] = "a-secret-of-a-stranger"
    assert stranger.get("/mine/").status_code == 302
    # Coming in again gives another one again.
    first = browser.cookies[COOKIE].value
    browser.post("/demo/", {"kind": "person", "id": str(county.citizen("房示例").id)})
    assert browser.cookies[COOKIE].value != first


def test_outside_a_demonstration_nobody_is_let_in_without_a_word(county, settings):
    settings.TONGBAN_DEMO = False
    assert signed_in().get("/demo/").status_code == 404
    assert signed_in().post("/demo/", {"kind": "person", "id": str(county.citizen().id)}).status_code == 404


@pytest.mark.parametrize("path", ["/sign-in/", "/sign-in/staff/"])
def test_a_password_is_hidden_and_may_be_pasted(county, path):
    page = signed_in().get(path).content.decode()
    assert 'type="password"' in page
    assert "onpaste" not in page
    assert 'autocomplete="off"' not in page


@pytest.mark.parametrize("path", ["/", "/find/", "/api/v1/items?county=990127", "/sign-in/"])
def test_no_other_site_may_read_an_answer(county, path):
    answer = signed_in().get(path, headers={"origin": "https://elsewhere.example"})
    assert [name for name in answer.headers if name.lower().startswith("access-control-")] == []


def test_of_the_addresses_a_request_claims_only_that_of_our_own_server_counts(rf, settings):
    from tongban.doors.visiting import address_of

    request = rf.get("/", headers={"x-forwarded-for": "1.2.3.4, 203.0.113.9"}, REMOTE_ADDR="127.0.0.1")
    settings.SECURE_PROXY_SSL_HEADER = None
    assert address_of(request) == "127.0.0.1"
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert address_of(request) == "203.0.113.9"


def test_what_breaks_tells_nothing_of_the_inside(county, monkeypatch):
    from tongban.doors.portal import finding

    def broken(*_args, **_named):
        raise RuntimeError("postgresql://secret@inside")

    monkeypatch.setattr(finding, "render", broken)
    browser = signed_in()
    browser.raise_request_exception = False
    answer = browser.get("/find/?q=x")
    assert answer.status_code == 500
    page = text_of(answer)
    assert "secret@inside" not in page
    assert "Traceback" not in page
    assert "RuntimeError" not in page


def test_the_name_of_a_file_is_ours_and_breaks_no_header():
    from tongban.doors.look.papers import saved, shown

    for made in (
        saved(b"x", "application/pdf", 'a"\r\nSet-Cookie: x=1; ../../p.pdf'),
        shown(b"x", "html", "../a.html"),
    ):
        name = made["Content-Disposition"]
        assert "\r" not in name
        assert "\n" not in name
        assert "/" not in name.partition("filename=")[2]
        assert name.startswith("attachment;")
        assert made["Content-Security-Policy"].endswith("sandbox")


def test_no_cell_of_an_exported_log_is_a_formula(county):
    """What somebody typed as the purpose of a look is opened by a table program of the audit officer."""
    from tongban.rooms.ledger import actions as ledger

    who = county.staff("scjg-reviewer")
    ledger.log_access(who.name, "person", county.citizen().id, "=HYPERLINK(1)")
    answer = signed_in(county.staff("audit-officer")).get("/manage/access/?csv=1")
    told = answer.content.decode()
    assert "'=HYPERLINK(1)" in told
    assert ",=HYPERLINK" not in told


def test_no_program_is_called_by_a_shell_and_nothing_read_is_run():
    """No shell, no pickle, no eval, no weak digest, no call without verification or end: asked without exceptions."""
    import subprocess
    import sys
    from pathlib import Path

    ruff = Path(sys.executable).with_name("ruff")
    done = subprocess.run(
        [ruff, "check", "--select", "S602,S605,S307,S301,S506,S324,S501,S113", "--ignore-noqa", "-q", "tongban"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
