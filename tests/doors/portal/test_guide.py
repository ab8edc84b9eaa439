"""The guide of an item, its printed code, the questions before filing (S006, S184)."""

import pytest
import segno
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.doors.browsing import faults_of, text_of

DAY = (2026, 10, 13, 9)
SHOP = "/items/990127/small-food-shop"


def republished(county, code="small-food-shop", **changes):
    """Publish the item once more with changes."""
    from tongban.rooms import clock
    from tongban.rooms.catalogue import actions, queries

    now = queries.in_force(county.code, code, clock.today())
    content = queries.content(now.version_id)
    for name, change in changes.items():
        content[name] = change(content[name])
    actions.save_draft(county.code, content, "staff:test")
    actions.publish(county.code, code, by="staff:test")


def test_the_printed_code_opens_the_version_in_force(county):
    """S006.  Given a printed QR and a material removed today, When a citizen scans it, Then the new list is shown
    without the material.
    """
    with county.at(*DAY):
        printed = Client().get(f"{SHOP}/qr.svg").content
        before = text_of(Client().get(SHOP))
        gone = county.item("small-food-shop").materials[-1].name
        assert gone in before
        republished(county, materials=lambda old: old[:-1])
        after = text_of(Client().get(SHOP))
        assert Client().get(f"{SHOP}/qr.svg").content == printed
    # What is printed is the address of the item and of no version.
    code = segno.make(f"http://127.0.0.1:8000{SHOP}", error="m", micro=False)
    assert code.svg_inline(scale=4, border=4, light="#fff").partition("><")[2] == printed.decode().partition("><")[2]
    assert gone not in after
    assert "第 2 版" in after


def test_the_guide_says_everything_before_somebody_comes(county):
    with county.at(*DAY):
        page = text_of(Client().get(SHOP))
        item = county.item("small-food-shop")
    for words in (
        "法定办结",
        "承诺办结",
        "不收费",
        "食品小经营店登记证",
        item.guide.consult_phone,
        item.guide.complaint_phone,
        "示例县政务服务中心",
        "示范镇便民服务中心",
        *item.guide.conditions,
        *item.guide.flow,
        *(one.name for one in item.materials),
        *(one.question for one in item.faq),
        *map(str, item.bases),
    ):
        assert words in page, words


def test_an_unchecked_basis_says_so(county):
    with county.at(*DAY):
        page = text_of(Client().get("/items/990127/id-card-renewal"))
    assert "居民身份证法 第十一条(待核)" in page
    assert "还没有逐条核对" in page


def test_a_paper_says_whether_the_original_is_needed_and_what_may_follow(county):
    from tongban.rooms import clock
    from tongban.rooms.catalogue import queries as catalogue

    with county.at(*DAY):
        for code in catalogue.findable(county.code, clock.today()):
            item = county.item(code)
            if any(one.original for one in item.materials) and not item.parts:
                break
        page = text_of(Client().get(f"/items/990127/{code}"))
        original = next(one for one in item.materials if one.original)
        follows = text_of(Client().get("/items/990127/food-business-new"))
    assert f"要看原件 ，因为 {original.why_original}" in page or f"要看原件，因为{original.why_original}" in page
    assert "可以先办，5个工作日内补交" in follows
    assert "不用您交的" in follows


def test_an_old_version_says_that_it_is_old(county):
    with county.at(*DAY):
        republished(county, materials=lambda old: old[:-1])
        old = text_of(Client().get(SHOP, {"version": "1"}))
        now = text_of(Client().get(SHOP))
        nonsense = Client().get(SHOP, {"version": "7"})
    assert "旧版" in old
    assert "看现在施行的一版" in old
    assert "在线办理" not in old
    assert "在线办理" in now
    assert "这是第" not in now
    assert nonsense.status_code == 404


def test_an_item_merged_sends_on_and_its_old_guide_stays(county):
    from tongban.rooms import clock
    from tongban.rooms.catalogue import actions
    from tongban.rulebook.basis import design

    with county.at(*DAY):
        merge = actions.NewOrder(
            "示例政办发〔2026〕9号",
            "merge",
            ("tree-felling",),
            clock.today(),
            "并入",
            design("测试"),
            target="water-abstraction",
        )
        actions.order_change(county.code, merge, by="staff:test")
        answer = Client().get("/items/990127/tree-felling")
        old = Client().get("/items/990127/tree-felling", {"version": "1"})
        check = Client().get("/items/990127/tree-felling/check")
    assert answer.status_code == 410
    assert "示例政办发〔2026〕9号" in text_of(answer)
    assert "/items/990127/water-abstraction" in answer.content.decode()
    assert "旧版" in text_of(old)
    assert check.status_code == 302


def test_a_main_item_asks_which_one(county):
    with county.at(*DAY):
        page = Client().get("/items/990127/id-card")
    assert "/items/990127/id-card-renewal" in page.content.decode()
    assert "请选您要办的一种" in text_of(page)


@pytest.mark.parametrize(
    "path",
    ["/items/990127/nosuch", "/items/000000/id-card", "/items/990127/nosuch/qr.svg", "/items/990127/nosuch/check"],
)
def test_what_is_not_there_is_not_there(county, path):
    assert Client().get(path).status_code == 404


def test_a_bundle_shows_its_parts_their_order_and_what_makes_it_late(county):
    with county.at(*DAY):
        page = Client().get("/items/990127/open-restaurant").content.decode()
    first, rest = page.split('<ol class="plan">')[1].split("</ul></li>")[:2]
    assert "企业设立登记" in first
    assert "关键" in first
    assert "食品经营许可（新办）" in rest
    assert "先要办好：企业设立登记" in rest
    assert "全程约 9 个工作日" in page
    # Each paper once, whichever part asks for it.
    assert page.count("<strong>食品经营许可申请书</strong>") == 1


def test_questions_shorten_the_list_and_go_along_to_the_filing(county):
    """S184: what she answers decides what she has to bring, and is not asked again."""
    path = "/items/990127/open-restaurant/check"
    with county.at(*DAY):
        asked = text_of(Client().get(path))
        answers = {"go": "1", "who": "legal", "s-licence": "has-licence", "s-size": "small", "s-sign": "no-sign"}
        answers |= {"c-0": "yes", "c-1": "yes"}
        told = Client().get(path, answers)
    assert "是否已有营业执照？" in asked
    assert "符合这一条吗：经营场所固定" in asked
    page = told.content.decode()
    assert "食品经营许可申请书" in page
    assert "企业设立登记申请书" not in page
    assert "公众聚集场所消防安全告知承诺书" not in page
    assert "样已经去掉" in page
    assert "/file/open-restaurant/?o=has-licence&amp;o=no-sign&amp;o=small" in page
    assert "按您的回答，可以办" in page


def test_a_condition_that_is_not_met_is_said_before_the_way(county):
    path = f"{SHOP}/check"
    with county.at(*DAY):
        item = county.item("small-food-shop")
        answers = {f"s-{one.code}": one.options[0].code for one in item.situations} | {"go": "1", "who": "natural"}
        answers |= {f"c-{number}": "no" if number == 0 else "unsure" for number in range(len(item.guide.conditions))}
        page = text_of(Client().get(path, answers))
    assert "您可能还办不了" in page
    assert item.guide.conditions[0] in page
    assert item.guide.consult_phone in page


def test_a_question_left_open_is_named_and_nothing_is_lost(county):
    with county.at(*DAY):
        answer = Client().get("/items/990127/open-restaurant/check", {"go": "1", "s-licence": "no-licence"})
    assert answer.status_code == 422
    body = answer.content.decode()
    assert "有需要改正的地方" in body
    assert 'value="no-licence" checked' in body


def test_every_guide_of_the_county_opens_with_a_fixed_number_of_questions(county):
    from tongban.rooms import clock
    from tongban.rooms.catalogue import queries as catalogue

    client, counts = Client(), {}
    with county.at(*DAY):
        codes = list(catalogue.findable(county.code, clock.today()))
        for code in codes:
            client.get(f"/items/990127/{code}")
        for code in codes:
            with CaptureQueriesContext(connection) as made:
                assert client.get(f"/items/990127/{code}").status_code == 200
            counts[code] = len(made)
    # A bundle asks the list once more for each of its parts; questions and answers once, whether they still hold.
    plain = {count - bool(county.item(code).faq) for code, count in counts.items() if not county.item(code).parts}
    assert len(plain) == 1
    assert max(counts.values()) <= 25


@pytest.mark.parametrize("size", ["phone", "screen"])
def test_guides_are_good_for_who_cannot_see_them(site, request, size):
    page = request.getfixturevalue(size)
    checked = "/items/990127/open-restaurant/check?go=1&who=legal&s-licence=has-licence&s-size=small&s-sign=no-sign"
    checked += "&c-0=yes&c-1=unsure"
    paths = (
        SHOP,
        "/items/990127/open-restaurant",
        "/items/990127/id-card",
        f"{SHOP}/check",
        f"{SHOP}/check?go=1",
        checked,
    )
    with site.county.at(*DAY):
        for big in ("0", "1"):
            page.context.add_cookies([{"name": "tongban_big", "value": big, "url": site.url}])
            for path in paths:
                page.goto(site.url + path)
                assert faults_of(page) == []
                assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def test_the_print_sheet_has_the_code_and_no_buttons(site, screen):
    with site.county.at(*DAY):
        screen.goto(site.url + SHOP)
        screen.emulate_media(media="print")
        assert screen.locator(".qr img").is_visible()
        assert screen.evaluate("document.querySelector('.qr img').naturalWidth") > 100
        assert not screen.get_by_role("link", name="在线办理").is_visible()
        assert screen.get_by_text("扫二维码或打开").is_visible()
