"""Walking through the pages: signed in over Django's client, or with a real browser at a real address.

``site`` serves this process's pages on 示例县 in a database of its own, so that a test may hold the clock and look
into the rooms while the browser walks.
"""

import asyncio
import contextlib
import functools
import os
import re
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

from tests.county import County

#: What Debian calls its browser; on other systems the first that is there.
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
#: A phone of an old person, and a screen of an office.
PHONE, DESKTOP = {"width": 360, "height": 740}, {"width": 1280, "height": 900}


def account_for(who: Any) -> Any:
    """Return the account of a citizen or a member of staff, opened if there is none."""
    from tongban.rooms.people import actions as people

    if who.kind == "staff":
        return people.open_account("990127", f"staff:{who.id}", actor="house", staff_id=who.id)
    return people.open_account("990127", f"demo:{who.id}", actor="house", person_id=who.id)


def secret_of(who: Any) -> str:
    """Sign somebody in and return what the browser would keep."""
    from tongban.rooms.people import actions as people

    return people.sign_in(account_for(who), way="demo", post_id=who.post_id).secret


def signed_in(who: Any = None) -> Any:
    """Return a client of Django's, signed in as ``who`` (``county.citizen()``, ``county.staff(...)``) or as nobody."""
    from django.test import Client

    from tongban.doors.visiting import COOKIE

    client = Client()
    if who is not None:
        client.cookies[COOKIE] = secret_of(who)
    return client


def paper_of(client: Any, address: str) -> Any:
    """Open a file or document as a browser does: the page sends on, and the file is fetched without any cookie."""
    from django.test import Client

    sent = client.get(address)
    assert sent.status_code == 302, (address, sent.status_code)
    return Client().get(sent.url)


def text_of(answer: Any) -> str:
    """Return what a page says, without its marks."""
    body = re.sub(r"(?s)<(script|style).*?</\1>", "", answer.content.decode())
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


@dataclass(frozen=True)
class Site:
    """The pages at an address, and the county behind them."""

    url: str
    county: County

    def enter(self, page: Any, who: Any) -> None:
        """Let ``who`` in by ``page``."""
        from tongban.doors.visiting import COOKIE

        page.context.add_cookies([{"name": COOKIE, "value": secret_of(who), "url": self.url}])


@pytest.fixture
def site(own_county) -> Iterator[Site]:
    from django.core.servers.basehttp import ThreadedWSGIServer
    from django.core.wsgi import get_wsgi_application
    from django.test.testcases import QuietWSGIRequestHandler

    server = ThreadedWSGIServer(("127.0.0.1", 0), QuietWSGIRequestHandler, allow_reuse_address=False)
    server.set_app(get_wsgi_application())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield Site(f"http://127.0.0.1:{server.server_port}", own_county)
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium of the system, without a screen."""
    from playwright.sync_api import sync_playwright

    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.fail("these tests want Chromium: apt-get install chromium fonts-noto-cjk")
    # Playwright keeps a loop of its own in this thread; nothing here is asynchronous.
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright, _loops_beside(), _pages_arrive():
        chromium = playwright.chromium.launch(executable_path=found, args=[*options, "--disable-sync"])
        yield chromium
        with contextlib.suppress(Exception):
            chromium.close()


#: What may lead to another page.
_LEADING = ("click", "press", "tap", "check", "uncheck", "select_option")


@contextlib.contextmanager
def _pages_arrive() -> Iterator[None]:
    """Let whatever leads to another page return when that page is there, not when its first byte is.

    Between the two a busy machine shows an empty page, in which a test that looks without waiting finds nothing.
    """
    from playwright.sync_api import Locator, Page

    acts = [(kind, name, getattr(kind, name)) for kind in (Locator, Page) for name in _LEADING]
    for kind, name, act in acts:
        setattr(kind, name, _until_arrived(act))
    try:
        yield
    finally:
        for kind, name, act in acts:
            setattr(kind, name, act)


def _until_arrived(act: Any) -> Any:
    @functools.wraps(act)
    def arrive(what: Any, *given: Any, **more: Any) -> Any:
        found = act(what, *given, **more)
        page = getattr(what, "page", what)
        if not page.is_closed():
            page.wait_for_load_state()
        return found

    return arrive


@contextlib.contextmanager
def _loops_beside() -> Iterator[None]:
    """Let what runs a loop of its own, like the sealing of a document, do so in a thread beside this one.

    Playwright's loop counts as running here for as long as the browser is there, and a thread runs one loop only.
    """
    run = asyncio.run

    def beside(*args: Any, **more: Any) -> Any:
        if asyncio._get_running_loop() is None:
            return run(*args, **more)
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(run, *args, **more).result()

    asyncio.run = beside
    try:
        yield
    finally:
        asyncio.run = run


@pytest.fixture
def phone(browser) -> Iterator[Any]:
    """A page on a phone 360 points wide."""
    context = browser.new_context(viewport=PHONE, locale="zh-CN", has_touch=True, device_scale_factor=2)
    yield context.new_page()
    context.close()


@pytest.fixture
def screen(browser) -> Iterator[Any]:
    """A page on a screen."""
    context = browser.new_context(viewport=DESKTOP, locale="zh-CN")
    yield context.new_page()
    context.close()


def faults_of(page: Any) -> list[str]:
    """Return what axe-core finds wrong on a page by WCAG 2.2 A and AA: rule, and where."""
    from axe_playwright_python.sync_playwright import Axe

    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": tags}, "resultTypes": ["violations"]})
    return [
        f"{page.url}: {one['id']}: {node['target']}" for one in found.response["violations"] for node in one["nodes"]
    ]
