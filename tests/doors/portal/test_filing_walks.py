"""Walks with a real browser: on a phone in big text, without scripts, and interrupted at every turn."""

import contextlib
import re
from uuid import UUID

import pytest

from tests.doors.browsing import PHONE, faults_of, secret_of

SHOP = "small-food-shop"
DAY = (2026, 9, 22)
ANSWERS = {"shop_name": "示例早点铺", "owner": "林示例", "premises": "示例镇示例街 1 号"}
MORE = {"area": "35", "projects": "热食类", "staff_count": "2"}


@pytest.fixture
def open_site(site):
    with site.county.at(*DAY):
        yield site


@pytest.fixture
def picture(tmp_path):
    """A photograph as a phone makes it: large, so that it is made smaller before it is sent."""
    from PIL import Image

    path = tmp_path / "photo.jpg"
    Image.effect_noise((2600, 1300), 90).convert("RGB").save(path, quality=95)
    return path


def begin(page, site, code=SHOP):
    """Begin a draft on the page and return the address of its task list."""
    page.goto(f"{site.url}/file/{code}/")
    page.get_by_role("button", name="开始填写").click()
    page.wait_for_url(re.compile(r"/file/d/[\w-]+/$"))
    return page.url


def go_on(page):
    with page.expect_navigation():
        page.get_by_role("button", name="保存并继续").click()


def send(page, path):
    """Upload a photograph on the page of a material and go on."""
    page.set_input_files("#f-file", path)
    if page.evaluate("typeof keep === 'function'"):  # with scripts it is made smaller first
        page.get_by_text("照片已缩小").wait_for()
        page.get_by_role("button", name="转 90 度").click()
    with page.expect_navigation():
        page.get_by_role("button", name="上传", exact=True).click()
    with page.expect_navigation():
        page.get_by_role("button", name="没问题，继续").click()


def draft_of(tasks):
    from tongban.rooms.casework.queries.drafts import draft

    return draft(tasks.rstrip("/").rpartition("/")[2])


def saved(tasks, **wanted):
    """Wait until the draft holds these answers."""
    import time

    end = time.monotonic() + 15
    while time.monotonic() < end:
        if wanted.items() <= draft_of(tasks).answers.items():
            return
        time.sleep(0.1)
    raise AssertionError((wanted, draft_of(tasks).answers))


def mine(site):
    from tongban.rooms.casework.queries.seeing import lines

    return lines(site.county.citizen(), "990127", after=None, most=50)[0]


def walk(page, site, picture):
    """File the shop page by page, as the pages lead; returns the case's id."""
    tasks = begin(page, site)
    page.locator("main .buttons a.button").first.click()
    for name, value in ANSWERS.items():
        page.fill(f"#f-{name}", value)
    go_on(page)
    for name, value in MORE.items():
        page.fill(f"#f-{name}", value)
    go_on(page)
    for _ in range(3):
        send(page, picture)
    page.get_by_label("网上下载").check()
    go_on(page)
    page.get_by_label("我已核对").check()
    page.get_by_role("button", name="提交申请").click()
    page.wait_for_url(re.compile("/done/$"))
    return tasks.rstrip("/").rpartition("/")[2]


def test_a_citizen_on_a_phone_in_big_text_files_corrects_and_rates(open_site, phone, picture):
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.casework.queries.reading import read

    site, county = open_site, open_site.county
    site.enter(phone, county.citizen())
    phone.goto(f"{site.url}/mine/")
    phone.get_by_role("button", name="长者版").click()
    case_id = walk(phone, site, picture)
    assert phone.locator("html.big").count() == 1
    number = phone.locator(".done .number").first.inner_text()
    with phone.expect_download() as download:
        phone.get_by_role("link", name="下载收件凭证").click()
    assert download.value.suggested_filename == f"receipt-{number}.pdf"
    # The photograph was turned and made smaller on the phone.
    from tongban.rooms.files import queries as files

    paper = UUID(read(case_id).materials["layout"]["file_id"])
    assert (files.file(paper).media, files.file(paper).size < picture.stat().st_size) == ("jpg", True)

    with county.at(2026, 9, 23):
        casework.ask_correction(case_id, county.able("accept", SHOP), {"layout": "缺洗消位置，请补画"})
        phone.goto(f"{site.url}/mine/")
        phone.get_by_role("link", name="去补正").click()
        assert "缺洗消位置" in phone.inner_text("main")
        phone.set_input_files("#f-m-layout", picture)
        phone.get_by_role("button", name="提交补正材料").click()
        phone.get_by_text("补正材料已提交").wait_for()
    with county.at(2026, 9, 24):
        casework.accept(case_id, county.able("accept", SHOP))
        casework.pass_on(case_id, county.able("examine", SHOP), opinion="符合")
        casework.grant(case_id, county.able("decide", SHOP), opinion="准予")
        casework.issue(case_id, county.able("deliver", SHOP))
        casework.deliver(case_id, county.able("deliver", SHOP), collector_id=county.citizen().id)
        phone.goto(f"{site.url}/mine/")
        phone.get_by_role("link", name="去评价").click()
        phone.get_by_label("满意", exact=True).check()
        phone.get_by_role("button", name="提交评价").click()
        phone.get_by_text("谢谢您的评价").wait_for()
    assert "rated" in read(case_id).facts.flags


def test_a_whole_filing_without_scripts(open_site, browser, picture):
    context = browser.new_context(java_script_enabled=False, locale="zh-CN", viewport=PHONE)
    page = context.new_page()
    open_site.enter(page, open_site.county.citizen())
    tasks = begin(page, open_site)
    page.locator("main .buttons a.button").first.click()
    for answers in (ANSWERS, MORE):
        for name, value in answers.items():
            page.fill(f"#f-{name}", value)
        go_on(page)
    for _ in range(3):
        page.set_input_files("#f-file", picture)
        page.get_by_role("button", name="上传", exact=True).click()
        page.get_by_role("button", name="没问题，继续").click()
    page.get_by_label("网上下载").check()
    go_on(page)
    page.get_by_label("我已核对").check()
    page.get_by_role("button", name="提交申请").click()
    assert page.url == f"{tasks}done/"
    assert "办件编号" in page.inner_text("main")
    context.close()


def test_what_is_typed_is_there_after_the_browser_was_closed(open_site, browser):
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    open_site.enter(page, open_site.county.citizen())
    tasks = begin(page, open_site)
    page.goto(f"{tasks}form/1/")
    page.fill("#f-shop_name", "示例早点铺")
    page.locator("#f-owner").press_sequentially("林示")
    page.get_by_text("已保存").wait_for()
    page.locator("#f-premises").press_sequentially("示例街")
    page.close()  # at once, before the pause after which it would have been saved
    saved(tasks, shop_name="示例早点铺", owner="林示", premises="示例街")
    again = context.new_page()
    again.goto(f"{open_site.url}/file/{SHOP}/")
    again.get_by_role("link", name="接着填").click()
    again.goto(f"{tasks}form/1/")
    assert again.input_value("#f-premises") == "示例街"
    context.close()
    assert len(mine(open_site)) == 1


def test_a_failed_save_is_told_at_once_and_tried_until_it_arrives(open_site, phone):
    open_site.enter(phone, open_site.county.citizen())
    tasks = begin(phone, open_site)
    phone.goto(f"{tasks}form/1/")
    phone.context.set_offline(True)
    phone.fill("#f-shop_name", "断网时填的")
    phone.get_by_text("没有保存成功：网络不通").wait_for()
    assert phone.locator("[data-trouble]").get_attribute("role") == "alert"
    phone.context.set_offline(False)
    saved(tasks, shop_name="断网时填的")
    phone.get_by_text("已保存").wait_for()
    assert phone.locator("[data-trouble]").is_hidden()


def test_a_sign_in_that_ended_loses_nothing(open_site, phone):
    from tongban.doors.visiting import COOKIE

    who = open_site.county.citizen()
    open_site.enter(phone, who)
    tasks = begin(phone, open_site)
    phone.goto(f"{tasks}form/1/")
    phone.context.clear_cookies(name=COOKIE)
    phone.fill("#f-shop_name", "登录过期后填的")
    phone.get_by_text("登录已过期").wait_for()
    assert phone.get_by_role("link", name="在新窗口重新登录").get_attribute("href").startswith("/sign-in/?next=")
    go_on(phone)  # and pressed on all the same
    assert "填的内容还在这一页" in phone.inner_text("main")
    phone.context.add_cookies([{"name": COOKIE, "value": secret_of(who), "url": open_site.url}])
    phone.get_by_role("button", name="已经登录，继续保存").click()
    saved(tasks, shop_name="登录过期后填的")


def test_two_tabs_and_the_back_button_lose_nothing(open_site, phone):
    open_site.enter(phone, open_site.county.citizen())
    tasks = begin(phone, open_site)
    phone.goto(f"{tasks}form/1/")
    second = phone.context.new_page()
    second.goto(f"{tasks}form/1/")
    phone.fill("#f-shop_name", "第一个标签页")
    phone.get_by_text("已保存").wait_for()
    second.fill("#f-owner", "第二个标签页")
    second.get_by_text("已保存").wait_for()
    saved(tasks, shop_name="第一个标签页", owner="第二个标签页")
    # What the first page saved shows on the second, and is not emptied by it.
    assert second.input_value("#f-shop_name") == "第一个标签页"
    second.fill("#f-premises", "第三次保存")
    saved(tasks, shop_name="第一个标签页", premises="第三次保存")
    second.fill("#f-shop_name", "改过")
    saved(tasks, shop_name="改过")
    second.close()
    # The first page does not know of it yet and answers the same question otherwise: told, and the last stands.
    phone.fill("#f-shop_name", "又改过")
    phone.get_by_text("在另一个页面上也改过").wait_for()
    saved(tasks, shop_name="又改过", premises="第三次保存", owner="第二个标签页")
    phone.fill("#f-premises", "示例街")
    go_on(phone)
    phone.go_back()
    phone.get_by_label("经营地址").wait_for()
    assert phone.input_value("#f-premises") == "示例街"
    assert phone.input_value("#f-shop_name") == "又改过"


def test_submitting_twice_and_going_back_files_once(open_site, phone, picture):
    open_site.enter(phone, open_site.county.citizen())
    case_id = walk(phone, open_site, picture)
    phone.go_back()
    phone.wait_for_load_state()
    with contextlib.suppress(Exception):  # from the cache of the browser, or led on at once
        if phone.get_by_role("button", name="提交申请").count():
            phone.get_by_label("我已核对").check()
            phone.get_by_role("button", name="提交申请").click()
            phone.wait_for_load_state()
    assert [str(one.id) for one in mine(open_site)] == [case_id]
    phone.goto(f"{open_site.url}/file/d/{case_id}/form/1/")
    assert "已经提交过" in phone.inner_text("main")


def test_a_bundle_of_two_parts_is_one_filing(open_site, screen, picture):
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.casework.queries.parts import parts_of
    from tongban.rooms.casework.queries.reading import read

    county = open_site.county
    open_site.enter(screen, county.citizen())
    tasks = begin(screen, open_site, "open-restaurant")
    screen.locator("main .buttons a.button").first.click()
    for option in ("has-licence", "small", "no-sign"):
        screen.locator(f"input[value='{option}']").check()
    go_on(screen)
    answers = county.answers("open-restaurant")
    while "/form/" in screen.url:
        fill(screen, answers)
        go_on(screen)
    while "/materials/" in screen.url:
        send(screen, picture)
    screen.get_by_label("网上下载").check()
    go_on(screen)
    planned = screen.locator("h2:has-text('一张表办这些事') + ul li").count()
    screen.get_by_label("我已核对").check()
    screen.get_by_role("button", name="提交申请").click()
    screen.wait_for_url(re.compile("/done/$"))
    case_id = tasks.rstrip("/").rpartition("/")[2]
    casework.tend_bundle(read(case_id).id)
    screen.goto(f"{open_site.url}/mine/cases/{case_id}/")
    assert screen.locator("h2:has-text('各个环节') + ul li").count() == planned == 2
    begun = parts_of(read(case_id).id)
    assert begun
    assert all(one.number for one in begun)


def fill(page, answers):
    """Fill in whatever the page asks."""
    for name, value in answers.items():
        if page.locator(f"fieldset#f-{name}").count():
            for one in value if isinstance(value, list) else [value]:
                page.locator(f"fieldset#f-{name} input[value='{one}']").check()
        elif page.locator(f"select#f-{name}").count():
            page.select_option(f"#f-{name}", str(value))
        elif page.locator(f"input[type=checkbox]#f-{name}").count():
            page.locator(f"#f-{name}").check()
        elif page.locator(f"#f-{name}").count():
            page.fill(f"#f-{name}", str(value))


@pytest.mark.long
@pytest.mark.parametrize("size", ["phone", "screen"])
def test_every_page_is_good_for_who_cannot_see_it(open_site, request, size):
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.licences import actions as sealing
    from tongban.rooms.licences import queries as licences

    page, county = request.getfixturevalue(size), open_site.county
    delivered, waiting = county.delivered(), county.filed()
    sealing.seal_now(delivered)
    casework.ask_correction(waiting, county.able("accept", SHOP), {"layout": "缺洗消位置", "form": "姓名不符"})
    licence = licences.of_case(delivered)[0].id
    open_site.enter(page, county.citizen())
    if size == "phone":
        page.goto(f"{open_site.url}/mine/")
        page.get_by_role("button", name="长者版").click()
    draft = begin(page, open_site, "newborn").removeprefix(open_site.url)
    paths = [
        f"/file/{SHOP}/",
        *(f"{draft}{one}" for one in ("", "situations/", "form/1/", "delivery/", "review/", "drop/")),
    ]
    paths += [f"/file/d/{waiting}/done/", "/mine/", "/mine/licences/", f"/mine/licences/{licence}/"]
    paths += [f"/mine/licences/{licence}/show/", "/mine/messages/", "/mine/appointments/", "/mine/mandates/"]
    paths += ["/mine/mandates/give/", "/mine/ratings/", "/mine/looked/", "/mine/export/", f"/mine/cases/{delivered}/"]
    paths += [f"/mine/cases/{delivered}/rate/", f"/mine/cases/{waiting}/", f"/mine/cases/{waiting}/supply/"]
    paths += [f"/mine/cases/{waiting}/withdraw/"]
    faults = []
    for path in paths:
        answer = page.goto(open_site.url + path)
        assert answer.status == 200, path
        faults += faults_of(page)
        if page.evaluate("document.documentElement.scrollWidth") > page.viewport_size["width"]:
            faults.append(f"{path}: wider than the screen")
        assert page.locator("h1").count() == 1, path
    assert faults == []
