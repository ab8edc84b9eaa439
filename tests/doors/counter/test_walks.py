"""Walks through the window with a real browser: by keyboard alone, and on with what was begun on a phone."""

import re

from tests.doors.browsing import faults_of
from tests.doors.counter.test_counter import hall, take

MORNING = (2026, 10, 13, 9, 0)


def number_of(county, name):
    from tongban.rooms.people import actions as people

    one = county.citizen(name).id
    return people.reveal_many([one], who="a", purpose="测试")[one]["citizen_id"]


class Keys:
    """A clerk at a keyboard: nothing here touches the mouse."""

    def __init__(self, page):
        self.page = page

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def go(self, key):
        """Press a key that leads to another page, and wait for it."""
        with self.page.expect_navigation():
            self.page.keyboard.press(key)

    def read_card(self, number):
        """An id reader types the number and presses Enter."""
        self.press("F4")
        self.page.keyboard.type(number)
        self.go("Enter")

    def focused(self, attribute="name"):
        return self.page.evaluate("(a) => document.activeElement?.getAttribute(a) ?? ''", attribute)

    def tab_to(self, name):
        """Go on by Tab until the field of this name has the focus."""
        for _ in range(120):
            if self.focused() == name:
                return
            self.press("Tab")
        raise AssertionError(f"no Tab leads to {name}")

    def want(self, words):
        """Find an item by what people say, and take the first one that is found."""
        self.tab_to("q")
        self.page.keyboard.type(words)
        self.go("Enter")
        assert "/receive/" in (self.focused("href"))
        self.go("Enter")

    def all_there(self, county, code):
        """Say 齐 of every paper and fill in the form, from field to field."""
        item = county.item(code)
        chosen = frozenset(s.options[0].code for s in item.situations)
        if item.situations:
            for n, _situation in enumerate(item.situations, 1):
                self.tab_to(f"o-{n}")
                self.press("Space")
            self.go("Enter")
        for one in item.materials_for(chosen):
            if self.page.locator(f"[name=m-{one.code}]").count():
                self.tab_to(f"m-{one.code}")
                self.press("Space")
        for name, value in county.answers(code).items():
            self.tab_to(name)
            kind = self.page.evaluate("document.activeElement.type")
            if kind == "checkbox":
                self.press("Space")
            elif kind == "radio":
                self._choose(name, str(value))
            elif kind == "select-one":
                self.page.keyboard.type(str(value)[:6])
            elif kind == "date":
                year, month, day = str(value).split("-")  # in the order of zh-CN
                self.page.keyboard.type(f"{year}\t{month}{day}" if len(year) != 4 else f"{int(year):06d}{month}{day}")
            else:
                self.page.keyboard.type(str(value))

    def _choose(self, name, value):
        for _ in range(12):
            if self.focused("value") == value and self.page.evaluate("document.activeElement.checked"):
                return
            self.press("Space" if self.focused("value") == value else "ArrowDown")
        raise AssertionError(f"no arrow leads to {value} of {name}")

    def text(self):
        return self.page.inner_text("main")


def test_a_clerk_serves_five_mixed_tickets_without_the_mouse(site, screen):
    """S045 Given five mixed tickets, When a clerk serves them at the front, Then the keyboard is enough for each."""
    from tongban.rooms.waiting import queries

    county = site.county
    with county.at(*MORNING):
        for code in ("general", "spot", "general", "general", "spot"):
            take(county, code)
        site.enter(screen, county.staff("window-1"))
        keys = Keys(screen)
        screen.goto(f"{site.url}/counter/")
        assert keys.focused() == "said", "the clerk may read a card at once"

        # 1: an application with all its papers.
        keys.go("F2")
        keys.read_card(number_of(county, "林示例"))
        assert "林示例" in keys.text()
        keys.want("食品小经营店")
        keys.all_there(county, "small-food-shop")
        keys.go("Alt+s")
        assert "已收件" in keys.text()
        assert "收件凭证" in keys.text()
        keys.go("F9")

        # 2: at once decided things are taken in just the same.
        keys.go("F2")
        keys.read_card(number_of(county, "林示例"))
        keys.want("老年优待证办理")
        keys.all_there(county, "elderly-card")
        keys.go("Alt+s")
        assert "已收件" in keys.text()
        keys.go("F9")

        # 3: nobody comes: called again, then passed over.
        keys.go("F2")
        keys.go("F8")
        assert "已重呼 1 次" in keys.text()
        keys.go("Alt+g")

        # 4: only a question: it is written down with its owner.
        keys.go("F2")
        keys.go("Alt+3")
        keys.tab_to("text")
        screen.keyboard.type("孙子落户要带什么？")
        keys.go("Alt+s")
        assert "由您负责到底" in keys.text()
        keys.go("F9")

        # 5: come to the wrong window: passed on to real estate.
        keys.go("F2")
        keys.press("Alt+z")
        assert keys.focused() == "class"
        while screen.evaluate("document.activeElement.value") != "estate":
            keys.press("ArrowDown")
        keys.press("Tab")
        keys.go("Enter")
        assert "已转到不动产登记" in keys.text()

        served = [queries.ticket_labelled(hall(county), label, one.day).state for label, one in _labels(county)]
        assert sorted(served) == ["served", "served", "served", "skipped", "transferred"]
        assert faults_of(screen) == []


def _labels(county):
    from tongban.rooms import clock
    from tongban.rooms.waiting import queries

    for label in ("A001", "A002", "A003", "B001", "B002"):
        yield label, queries.ticket_labelled(hall(county), label, clock.today())


def test_a_draft_begun_on_the_phone_is_finished_at_a_window(site, screen):
    """S018 S020.

    Given a case begun on a phone, When opened on the portal or window, Then the same data and state are shown.
    """
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.casework.actions import Filing, Offer
    from tongban.rooms.casework.queries.reading import read

    county = site.county
    with county.at(*MORNING):
        who = county.citizen()
        begun = casework.save_draft(
            Filing(
                county.code,
                "small-food-shop",
                who.id,
                {"shop_name": "林记小店", "owner": "林示例"},
                {"layout": Offer(file_id=county.upload())},
            ),
            who,
        )
        site.enter(screen, county.staff("window-2"))
        screen.goto(f"{site.url}/counter/")
        screen.fill("#said", number_of(county, "林示例"))
        screen.keyboard.press("Enter")
        screen.get_by_role("link", name=re.compile("接着办：食品小经营店")).click()
        assert screen.input_value("[name=shop_name]") == "林记小店"
        assert screen.is_checked("#m-layout-kept")
        screen.check("#m-application-paper")
        screen.check("#m-health-later")
        for name, value in county.answers("small-food-shop").items():
            if name not in ("shop_name", "owner"):
                screen.fill(f"[name={name}]", str(value))
        screen.get_by_role("button", name=re.compile("^收件，")).click()
        assert "收件凭证" in screen.inner_text("main")
        assert "约定后补" in screen.inner_text("main")
        file = read(begun)
        assert file.facts.state == "filed"
        assert file.row["channel"] == "window"
        assert file.materials["layout"]["file_id"]
