"""Every page of the site, opened once by somebody who may see it: good on a screen, in big text and on a phone."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.doors.browsing import DESKTOP, PHONE, account_for, faults_of, secret_of
from tests.doors.rights_examples import EXAMPLES, Example, Objects
from tongban.hall import rights
from tongban.hall.rights import ROLES, Role

#: The narrowest phone of all: WCAG 2.2, 1.4.10.
NARROWEST = {"width": 320, "height": 640}
#: Pages of which each role sees its own: they are opened by each, all others by the first who may.
OWN_TO_EACH = frozenset({"home", "account", "admin"})
NOBODY = next(role for role in ROLES if role.code == "nobody")

_TOLD = """() => ({
    title: document.title.trim(), h1: document.querySelectorAll('h1').length,
    main: document.querySelectorAll('main, [role=main]').length,
    big: document.documentElement.classList.contains('big'),
})"""
#: What reaches beyond the edge, if the page can be pushed sideways at all.
_WIDER = """() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    return [...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > width + 0.5)
        .slice(-3).map((one) => `${one.tagName} ${one.className} ${one.textContent.trim().slice(0, 30)}`)
        .concat(`${document.documentElement.scrollWidth} px`);
}"""


@dataclass
class Walk:
    """What was opened so far, and what was found."""

    site: Any
    page: Any
    objects: Objects
    opened: set[tuple[str, str]] = field(default_factory=set)
    found: list[str] = field(default_factory=list)

    def as_role(self, role: Role) -> None:
        """Open what this role sees and nobody before it did: first as it is, then in big text."""
        from tongban.doors.visiting import BIG_TEXT, COOKIE
        from tongban.rooms.people import actions as people

        county, client, who = self.site.county, Client(), None
        if role.code != "nobody":
            who = county.staff(role.post) if role.post else county.citizen(role.person)
            client.cookies[COOKIE] = secret_of(who)
            self.page.context.add_cookies(
                [{"name": COOKIE, "value": client.cookies[COOKIE].value, "url": self.site.url}]
            )
        addresses = list(self._pages(role, client))
        for address in addresses:
            self._look(role, address, big=False)
        if who is None:
            self.page.context.add_cookies([{"name": BIG_TEXT, "value": "1", "url": self.site.url}])
        else:
            people.remember(account_for(who), big_text=True)
        for address in addresses:
            self._look(role, address, big=True)
        self.page.context.clear_cookies()

    def _pages(self, role: Role, client: Client) -> Iterator[str]:
        for one in rights.addresses():
            if one.is_api or not one.name or rights.passes(one.guard, role) is False:
                continue
            if role.post and rights.passes(one.guard, NOBODY) and one.name not in OWN_TO_EACH:
                continue  # open to all: the citizens' walk has been there
            for example in EXAMPLES[one.name](self.objects) if one.name in EXAMPLES else [Example("", {})]:
                if example.seen_by is not None and role.code not in example.seen_by:
                    continue
                once = (one.name, role.code if one.name in OWN_TO_EACH else example.whose)
                if once in self.opened:
                    continue
                address = reverse(one.name, kwargs=example.arguments)
                answer = client.get(address)
                if answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html"):
                    self.opened.add(once)
                    yield address

    def _look(self, role: Role, address: str, *, big: bool) -> None:
        """Take down what is wrong with one page."""
        page, place = self.page, f"{role.code} {address}{' (big)' if big else ''}"
        page.set_viewport_size(DESKTOP)
        page.goto(self.site.url + address, wait_until="load")
        told = page.evaluate(_TOLD)
        self.found += [
            f"{place}: {what}"
            for what, good in (
                ("no title", told["title"]),
                (f"{told['h1']} h1", told["h1"] == 1),
                (f"{told['main']} main", told["main"] == 1),
                ("not in the text size asked for", told["big"] == big),
            )
            if not good
        ]
        self.found += [f"{place}, {fault}" for fault in faults_of(page)]
        if not big:
            page.set_viewport_size(PHONE)
            self.found += [f"{place}, phone, {fault}" for fault in faults_of(page)]
        page.set_viewport_size(NARROWEST)
        if wider := page.evaluate(_WIDER):
            self.found.append(f"{place}: too wide for 320 px: {wider}")


@pytest.mark.long
@pytest.mark.parametrize("side", ["citizens", "staff"])
def test_every_page_is_good_in_every_setting(site, screen, side):
    """Each has a title, one h1 and a main part, fits on 320 px, and axe finds nothing of WCAG 2.2 A and AA.

    One walk per side of the counter: 示例县 is opened once for all pages, and every page once by the first role that
    sees it.  Addresses that give a file, lead on or take forms only are no pages.
    """
    roles = [role for role in ROLES if bool(role.post) == (side == "staff")]
    walk = Walk(site, screen, Objects(site.county))
    for role in roles:
        walk.as_role(role)
    assert walk.found == [], "\n".join(["", *walk.found])
    seen = {name for name, _whose in walk.opened}
    assert (
        seen >= {"citizens": {"home", "item", "file-form", "mine-case"}, "staff": {"office-case", "counter-case"}}[side]
    )
