"""A supervisor walks from a red light to its case, and from a month's figure to its rows."""

import re

from playwright.sync_api import expect


def test_a_red_light_opens_to_its_case_and_a_monthly_figure_to_its_rows(site, screen):
    county = site.county
    with county.at(2026, 9, 22):
        county.accepted()
        county.granted()
    with county.at(2026, 10, 20):
        site.enter(screen, county.staff("jcs-officer"))
        screen.goto(f"{site.url}/watch/")
        red = screen.get_by_role("row", name=re.compile("市场监督管理局")).locator(".tag-red")
        red.click()
        screen.locator("tbody a.number").first.click()
        expect(screen.get_by_role("heading", level=1)).to_have_text("食品小经营店登记证核发")
        expect(screen.get_by_text("已经超期").first).to_be_visible()

        screen.goto(f"{site.url}/watch/figures/?period=month&first=2026-09-01")
        screen.get_by_role("link", name="办结量").click()
        expect(screen.locator(".figure").first).to_have_text("1件")
        screen.get_by_role("link", name="打开它的每一行").click()
        expect(screen.locator("tbody tr")).to_have_count(1)
