"""Files of people lie at addresses that are signed, short-lived and blind: no cookie is read there, none is set."""

import base64
import hashlib
import re
from dataclasses import replace
from pathlib import Path

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse

from tests.doors.browsing import paper_of, secret_of, signed_in, text_of
from tests.doors.rights_examples import Objects
from tests.rooms.casework import looking
from tongban.doors.look.signed import LASTS, SALT, sent_on
from tongban.doors.visiting import COOKIE

OVER = "链接已过期，请回到原页面重新打开。"
PAGES, PAPERS = "ban.example", "papers.ban.example"
#: Page that opens a paper -> who opens it, and which.
OPENING = {
    "file-look": ("", lambda o: {"draft_id": o.draft, "code": "layout"}),
    "file-sheet": ("", lambda o: {"draft_id": o.draft, "code": "layout", "n": 1}),
    "file-receipt": ("", lambda o: {"draft_id": o.delivered}),
    "mine-document": ("", lambda o: {"document_id": o.document}),
    "prereview-paper": ("scjg-acceptor", lambda o: {"case_id": o.prereview, "code": "layout"}),
    "office-material": ("scjg-reviewer", lambda o: {"case_id": o.case, "code": o.material}),
    "office-document": ("scjg-reviewer", lambda o: {"case_id": o.case, "document_id": o.paper}),
    "counter-material": ("window-1", lambda o: {"case_id": o.case, "code": "layout"}),
    "counter-document": ("window-1", lambda o: {"document_id": o.document}),
}


@pytest.fixture
def apart(settings):
    """A host for papers beside that of the pages."""
    settings.TONGBAN_PAPERS_HOST = PAPERS
    settings.ALLOWED_HOSTS = [PAGES, PAPERS]
    return settings


def address(county, **more):
    """Return an address at which a file lies, as the page gives it."""
    from tongban.rooms.files import queries as files

    return sent_on(files.file(county.upload()), "plan.png", **more).url


def looks(who):
    """Return how often somebody opened a file, by the access log."""
    sql = "SELECT subject_id FROM ledger_access WHERE subject_kind = 'file' AND who = %s"
    return len(looking.fetched(sql, who.name))


def later(monkeypatch, seconds):
    before = signing.time.time
    monkeypatch.setattr(signing.time, "time", lambda: before() + seconds)


@pytest.mark.parametrize("page", OPENING)
def test_a_paper_is_opened_by_its_page_logged_once_and_lies_at_an_address_that_knows_nobody(county, page):
    post, of = OPENING[page]
    who = county.staff(post) if post else county.citizen()
    where = reverse(page, kwargs=of(Objects(county)))
    before = looks(who)
    sent = signed_in(who).get(where, {"purpose": "核对"} if page.startswith("office") else {})
    assert sent.status_code == 302
    assert sent.url.startswith("/papers/")
    assert sent["Cache-Control"] == "private, no-store"
    for _ in range(2):  # a viewer may fetch twice what was opened once
        answer = Client().get(sent.url)
        assert answer.status_code == 200
        assert answer["Content-Type"] in ("application/pdf", "image/png", "image/jpeg")
    assert looks(who) == before + 1
    assert Client().get(where).url.startswith("/sign-in/")


def test_a_mandate_on_paper_and_what_an_agent_prints_are_opened_so_too(county):
    from datetime import date

    from tongban.rooms.people import actions as people
    from tongban.rooms.people import queries

    giver, agent = county.citizen("寿样本"), county.citizen("租演示")
    made = people.give_mandate(
        giver.id,
        agent.id,
        items=["elderly-card"],
        powers=["collect"],
        valid_until=date(2035, 12, 31),
        actor="x",
        paper_file=county.upload(),
        site_id=queries.post_coded("990127", "village-001202-agent").site_id,
    )
    client = signed_in(county.staff("village-001202-agent"))
    answer = paper_of(client, reverse("station-mandate-paper", args=[made]))
    assert (answer["Content-Type"], answer.content) == ("image/png", county.png)


def test_only_the_blind_address_gives_papers_out():
    """Whoever shows a file in another way shows it beside the reader's sign-in."""
    ways = re.compile(r"\b(files\.read|licences\.pdf|files\.content|shown|saved)\(")
    doors, found = Path("tongban/doors"), set()
    for one in doors.rglob("*.py"):
        text = one.read_text(encoding="utf-8")
        if ways.search(text) and ("look.papers import" in text or "files.read(" in text or "licences.pdf(" in text):
            found.add(one.relative_to(doors).as_posix())
    # By token, and as one archive that is saved: neither is shown by a browser.
    assert found == {"look/signed.py", "api/cases.py", "portal/mine/taking.py"}


def test_no_cookie_is_read_and_none_is_set(county, monkeypatch):
    from tongban.doors import visiting

    client, where = signed_in(county.citizen()), address(county)
    client.cookies["csrftoken"], client.cookies["tongban_lang"] = "a" * 32, "en"
    assert client.get("/").wsgi_request.COOKIES.keys() >= {COOKIE, "csrftoken", "tongban_lang"}
    monkeypatch.setattr(visiting, "_read", lambda request: pytest.fail("somebody asked who it is"))
    for url, status in ((where, 200), (where + "x", 404)):
        answer = client.get(url, headers={"Authorization": "Bearer x"})
        assert answer.status_code == status
        assert answer.wsgi_request.COOKIES == {}
        assert not {"HTTP_COOKIE", "HTTP_AUTHORIZATION"} & set(answer.wsgi_request.META)
        assert answer.headers["Content-Language"] == "zh-hans"
        assert not answer.cookies
        assert "Cookie" not in answer.get("Vary", "")


def test_whatever_answers_below_the_address_sets_no_cookie_either(county):
    """A form sent there is forged, an address below it unknown: their pages are those of the site."""
    client = Client(enforce_csrf_checks=True)
    for answer in (client.post(address(county)), client.get("/papers/a/b"), client.get("/papers/")):
        assert answer.status_code in (403, 404, 405)
        assert not answer.cookies


def test_the_answer_is_careful(county):
    answer = Client().get(address(county))
    assert answer["Content-Type"] == "image/png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert policy.endswith("sandbox; frame-ancestors 'self'")
    assert answer["Content-Disposition"] == 'inline; filename="plan.png"'
    kept = Client().get(address(county, save=True))
    assert kept["Content-Disposition"].startswith("attachment;")
    assert "sandbox" in kept["Content-Security-Policy"]


def test_the_type_is_said_by_the_address_and_not_by_what_is_in_the_file(county):
    """A page dressed up as a picture goes out as a picture, and as nothing that a browser runs."""
    from tongban.rooms.files import actions as files
    from tongban.rooms.files import queries
    from tongban.rooms.files.models import StoredFile

    page = b"%PDF-1.7\n<html><script>alert(document.cookie)</script>"
    made = files.store(page, county=county.code, actor="x")
    for media, said in (("png", "image/png"), ("pdf", "application/pdf"), ("html", "application/octet-stream")):
        StoredFile.objects.filter(id=made).update(media=media)
        answer = Client().get(sent_on(queries.file(made), f"x.{media}").url)
        assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == (said, "nosniff")
        assert answer.content == page
    assert answer["Content-Disposition"].startswith("attachment;")


def test_a_small_photograph_is_drawn_anew(county):
    answer = Client().get(address(county, turn=1))
    assert answer["Content-Type"] == "image/jpeg"
    assert answer.content.startswith(b"\xff\xd8\xff")


def test_an_address_is_over_after_two_minutes(county, monkeypatch):
    where = address(county)
    later(monkeypatch, LASTS - 5)
    assert Client().get(where).status_code == 200
    later(monkeypatch, 10)
    answer = Client().get(where)
    assert answer.status_code == 404
    assert OVER in text_of(answer)
    assert "This link has expired" in text_of(answer)
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert not re.search(r"<(link|script|img|a|form)\b", answer.content.decode())
    style = re.search(r"<style>(.+)</style>", answer.content.decode())[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}';" in answer["Content-Security-Policy"]


def test_an_altered_address_opens_nothing(county):
    where = address(county)
    begun, _, _ = where.rpartition("/")
    told = signing.loads(where.removeprefix("/papers/"), salt=SALT)
    other = signing.dumps(told, salt="another")  # signed by this house, for something else
    ended = where[:-1] + ("A" if where[-1] != "A" else "B")
    for one in (ended, where.replace(":", ".", 1), f"{begun}/x", f"{begun}/{other}"):
        answer = Client().get(one)
        assert (answer.status_code, OVER in text_of(answer)) == (404, True), one


def test_an_address_of_another_county_opens_nothing_here(county, settings):
    where = address(county)
    told = signing.loads(where.removeprefix("/papers/"), salt=SALT)
    moved = signing.dumps(["990128", *told[1:]], salt=SALT)
    answer = Client().get(f"/papers/{moved}")
    assert answer.status_code == 404
    assert b"PNG" not in answer.content
    settings.SECRET_KEY = "that of another county's house, which has keys of its own"
    assert OVER in text_of(Client().get(where))


def test_a_file_that_is_gone_from_the_disk_is_told_by_the_page_and_at_the_address(county):
    from tongban.rooms.files import blobs
    from tongban.rooms.files.models import StoredFile

    objects, client = Objects(county), signed_in(county.citizen())
    page = reverse("file-look", args=[objects.draft, "layout"])
    sent = client.get(page)
    for row in StoredFile.objects.all():
        blobs.remove(row.blob)
    late = Client().get(sent.url)
    assert late.status_code == 404
    assert "文件内容不在存储设备上" in text_of(late)
    assert "文件内容不在存储设备上" in text_of(client.get(page))


def test_with_a_host_of_their_own_papers_lie_there_and_nothing_else_does(county, apart):
    client, where = signed_in(county.citizen()), reverse("file-look", args=[Objects(county).draft, "layout"])
    sent = client.get(where, headers={"host": PAGES})
    assert sent.url.startswith(f"//{PAPERS}/papers/")
    path = sent.url.removeprefix(f"//{PAPERS}")
    answer = client.get(path, headers={"host": PAPERS})
    assert (answer.status_code, answer.content) == (200, county.png)
    assert answer["Cross-Origin-Resource-Policy"] == "same-site"
    assert "X-Frame-Options" not in answer
    assert f"frame-ancestors {PAGES}:* " in answer["Content-Security-Policy"] + " "
    # That host has nothing else, and the pages' host has no papers.
    css = "/static/look/look.css"
    for other in ("/", where, "/healthz", "/readyz", "/sign-in/", "/api/v1/openapi.json", css, "/nothing"):
        nothing = client.get(other, headers={"host": PAPERS})
        assert (nothing.status_code, nothing.content.decode()) == (404, "没有这个网址。"), other
        assert not nothing.cookies
    assert client.get(css, headers={"host": PAGES}).status_code == 200
    assert client.get(path, headers={"host": PAGES}).status_code == 404
    assert client.get(path, headers={"host": f"{PAPERS}:8443"}).status_code == 200
    assert client.get(path, headers={"host": "evil.example"}).status_code == 400


def test_with_a_host_of_their_own_pages_may_show_what_lies_there(county, apart):
    policy = signed_in(county.citizen()).get("/", headers={"host": PAGES})["Content-Security-Policy"]
    assert f"img-src 'self' data: {PAPERS};" in policy
    assert f"frame-src 'self' {PAPERS};" in policy
    over = Client().get("/papers/x", headers={"host": PAPERS})
    assert OVER in text_of(over)  # and it can be read in the frame
    assert f"frame-ancestors {PAGES}:*" in over["Content-Security-Policy"]


@pytest.mark.parametrize("apart_too", [False, True], ids=["one host", "two hosts"])
def test_a_browser_without_scripts_shows_pictures_and_pdf_within_the_page_and_saves_what_is_to_be_saved(
    site, browser, settings, apart_too
):
    """On two hosts the browser itself holds the pages' policy, the frame's and the picture's against each other."""
    from urllib.parse import urlsplit

    from tongban.rooms.casework import actions as casework
    from tongban.rooms.files import actions as files
    from tongban.rooms.files.binding import bind
    from tongban.rooms.licences import actions as sealing

    port = urlsplit(site.url).port
    pages = f"ban.localhost:{port}"
    papers = f"papers.ban.localhost:{port}" if apart_too else pages
    settings.ALLOWED_HOSTS = ["ban.localhost", "papers.ban.localhost"]
    settings.TONGBAN_PAPERS_HOST = papers if apart_too else ""
    county = site.county
    filing = county.filing()
    drawn = files.store(bind([county.png, county.png]), county=county.code, actor="x")
    offers = {**filing.offers, "layout": casework.Offer(file_id=drawn)}
    case_id = casework.file_case(replace(filing, offers=offers), county.citizen()).case_id
    casework.accept(case_id, county.able("accept", filing.item_code))
    (receipt, *_) = sealing.seal_now(case_id)

    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page, said, got = context.new_page(), [], {}
    page.on("console", lambda one: said.append(one.text))
    page.on("response", lambda one: got.update({one.url: one}))
    reviewer = county.able("examine", filing.item_code)
    context.add_cookies([{"name": COOKIE, "value": secret_of(reviewer), "url": f"http://{pages}"}])
    others = [one for one in filing.offers if one not in ("layout", "form")]
    page.goto(f"http://{pages}/office/{case_id}/?m={others[0]}", wait_until="networkidle")
    assert page.locator("#viewer img").evaluate("one => one.naturalWidth") > 0
    page.goto(f"http://{pages}/office/{case_id}/?m=layout", wait_until="networkidle")
    assert page.locator("#viewer iframe").is_visible()
    fetched = {url: one for url, one in got.items() if urlsplit(url).path.startswith("/papers/")}
    assert {urlsplit(url).netloc for url in fetched} == {papers}
    assert {one.headers["content-type"] for one in fetched.values()} == {"image/png", "application/pdf"}
    assert not any("cookie" in one.request.all_headers() for one in fetched.values() if apart_too)
    assert said == []  # the browser refused nothing

    context.clear_cookies()
    context.add_cookies([{"name": COOKIE, "value": secret_of(county.citizen()), "url": f"http://{pages}"}])
    page.goto(f"http://{pages}/mine/cases/{case_id}/")
    with page.expect_download() as download:
        page.locator(f"a[href='{reverse('mine-document', args=[receipt.id])}']").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")
    assert download.value.suggested_filename.startswith("receipt-")
    context.close()
