"""The way in as it is seen: on a phone, in big text, by keyboard, and by who cannot see."""

import re

import pytest

from tests.doors.browsing import faults_of

PASSWORD = "三月里种树 七月里乘凉"

OPEN = ("/sign-in/", "/sign-in/staff/", "/sign-in/code/", "/sign-in/first/", "/register/", "/forgotten/", "/demo/")


def good(page):
    assert faults_of(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    assert page.locator("h1").count() == 1


def test_a_citizen_registers_on_a_phone_in_big_text(site, phone):
    phone.goto(f"{site.url}/register/")
    phone.get_by_role("button", name="长者版").click()
    phone.get_by_label("手机号").fill("10000000001")
    good(phone)
    phone.get_by_role("button", name="获取验证码").click()
    good(phone)
    code = re.search(r"\d{6}", phone.locator(".banner strong").inner_text())
    assert code is not None
    phone.get_by_label("六位验证码").fill(code[0])
    phone.get_by_role("button", name="继续").click()
    phone.get_by_label("姓名").fill("林示例")
    phone.get_by_label("证件号码").fill("990127198805062017")
    phone.get_by_role("button", name="核对").click()
    assert phone.locator(".error-summary").is_visible()
    good(phone)
    phone.get_by_label("证件号码").fill("990127198805062016")
    phone.get_by_role("button", name="核对").click()
    phone.get_by_label("新密码").fill(PASSWORD)
    phone.get_by_label("再输一遍").fill(PASSWORD)
    good(phone)
    phone.get_by_role("button", name="完成").click()
    phone.get_by_role("link", name="林示例").click()
    assert phone.get_by_text("就是这里").is_visible()
    good(phone)


@pytest.mark.long
@pytest.mark.parametrize("size", ["phone", "screen"])
def test_the_pages_of_the_way_in_are_good_for_who_cannot_see_them(site, request, size):
    page = request.getfixturevalue(size)
    for address in OPEN:
        page.goto(site.url + address)
        good(page)
    site.enter(page, site.county.citizen("房示例"))
    for address in ("/account/", "/account/for/"):
        page.goto(site.url + address)
        good(page)
    site.enter(page, site.county.staff("system-officer"))
    for address in ("/account/", "/account/post/", "/sign-in/authenticator/"):
        page.goto(site.url + address)
        good(page)
