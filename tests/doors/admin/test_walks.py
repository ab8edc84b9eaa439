"""系统管理 as it is seen: screen and phone, big text, and by who cannot see."""

import pytest

from tests.doors.admin.test_admin import OWN
from tests.doors.browsing import faults_of


@pytest.mark.long
@pytest.mark.parametrize("size", ["phone", "screen"])
def test_the_pages_are_good_for_who_cannot_see_them(site, request, size):
    page = request.getfixturevalue(size)
    for post, own in OWN.items():
        site.enter(page, site.county.staff(post))
        for address in ("", *(f"{one}/" for one in own)):
            page.goto(f"{site.url}/manage/{address}")
            assert faults_of(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], page.url
            assert page.locator("h1").count() == 1


def test_a_system_officer_proposes_in_big_text_and_the_other_confirms(site, screen):
    site.enter(screen, site.county.staff("system-officer"))
    screen.goto(f"{site.url}/manage/posts/{site.county.staff('editor').post_id}/")
    screen.get_by_role("button", name="长者版").click()
    screen.get_by_label("监督", exact=True).check()
    screen.get_by_label("哪些事项").fill("*")
    screen.get_by_label("授权文件和文号").fill("示例任命〔2026〕9号")
    assert faults_of(screen) == []
    screen.get_by_role("button", name="提出授权").click()
    assert screen.get_by_text("等安全管理员确认后生效").is_visible()
    screen.goto(f"{site.url}/manage/halls/hall/")
    assert faults_of(screen) == []
    site.enter(screen, site.county.staff("security-officer"))
    screen.goto(f"{site.url}/manage/proposals/")
    assert faults_of(screen) == []
    screen.get_by_role("button", name="确认，即刻生效").click()
    assert screen.get_by_text("已确认，即刻生效").is_visible()
