"""Finding an item by what people call it, and the first page (S184, S016)."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.doors.browsing import faults_of, signed_in, text_of

DAY = (2026, 10, 13, 9)


def found(county, words, **narrowed):
    from tongban.rooms import clock
    from tongban.rooms.catalogue import queries as catalogue

    return catalogue.find(county.code, clock.today(), words, catalogue.Narrowed(**narrowed))


def names(finding, most=3):
    return [one.name for one in finding.rows[:most]]


def queries_of(act):
    with CaptureQueriesContext(connection) as made:
        act()
    return len(made)


def test_who_types_that_the_card_has_expired_finds_the_card_with_channel_and_time(county):
    """S184.  Given 身份证过期, When typed, Then the id-card item is first with channel and time."""
    with county.at(*DAY):
        page = Client().get("/find/", {"q": "身份证过期"})
        first = found(county, "身份证过期").rows[0]
    assert first.code == "id-card-renewal"
    body = page.content.decode()
    lines = body[body.index('<li class="card found">') :].split('<li class="card found">')
    assert "居民身份证换领" in lines[1]
    assert "网上可办" in lines[1]
    assert "承诺 12个工作日" in lines[1]
    assert f"/items/{county.code}/id-card-renewal" in lines[1]


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("身份证", "居民身份证"),
        ("办身份证", "居民身份证"),
        ("我的身份证过期了怎么办", "居民身份证换领"),
        ("身份证丢了", "居民身份证补领"),
        ("身分证", "居民身份证"),
        ("身证份", "居民身份证"),
        ("身伤证", "居民身份证"),
        ("sfz", "居民身份证"),
        ("SFZ", "居民身份证"),
        ("shenfenzheng", "居民身份证"),
        ("shenfenz", "居民身份证"),
        ("低保", "最低生活保障确认"),
        ("dibao", "最低生活保障确认"),
        ("结婚", "结婚登记"),
        ("营业执照", "企业设立登记"),
        ("开饭店", "开办餐饮店一件事"),
        ("过户", "不动产转移登记"),
        ("能提前换吗", "居民身份证换领"),
        ("户口登记卡", "户口"),
        ("护土执业", "护士执业注册"),
        ("我爸去世了要办什么", "公民身后一件事"),
        ("电梯", "特种设备使用登记"),
        ("近期免冠照片", "残疾人证"),
        ("税务局", "税"),
    ],
)
def test_what_people_type_leads_to_what_they_mean(county, typed, wanted):
    with county.at(*DAY):
        assert any(wanted in name for name in names(found(county, typed), 2)), names(found(county, typed))


@pytest.mark.parametrize(
    "typed", ["量子计算机", "区块链", "wifi", "", "　", "'; DROP TABLE", "%_", "x" * 300, "证" * 200]
)
def test_anything_may_be_typed(county, typed):
    with county.at(*DAY):
        answer = Client().get("/find/", {"q": typed})
    assert answer.status_code == 200


def test_who_finds_nothing_is_told_what_to_do(county):
    with county.at(*DAY):
        page = text_of(Client().get("/find/", {"q": "量子计算机"}))
    assert "没有找到" in page
    assert "换个说法" in page
    assert "示例县示范大道 1 号" in page


def test_a_slip_is_named(county):
    with county.at(*DAY):
        assert found(county, "身分证").meant == "身份证"
        assert found(county, "不动产登计").meant == "不动产登记"
        assert found(county, "身份证").meant == ""


def test_inner_work_is_not_found(county):
    with county.at(*DAY):
        every = found(county, "").rows
        assert len(every) == 60
        codes = set(found_codes(county))
    assert codes.isdisjoint(
        {"court-seizure", "late-step-supervision", "bad-rating-repair", "promise-after-check", "id-card"}
    )
    assert "stuck-case-appeal" in codes


def found_codes(county):
    from tongban.rooms import clock
    from tongban.rooms.catalogue import queries as catalogue

    return catalogue.findable(county.code, clock.today())


def test_items_are_narrowed_by_who_topic_department_and_place(county):
    with county.at(*DAY):
        assert {one.unit for one in found(county, "", unit="gaj").rows} == {"gaj"}
        assert all("legal" in one.applicants for one in found(county, "", applicant="legal").rows)
        assert all("婚姻登记" in one.topics for one in found(county, "", topic="婚姻登记").rows)
        page = text_of(Client().get("/find/", {"q": "居民身份证换领", "topic": "公用事业"}))
        assert "这个范围里没有" in page
        assert "居民身份证换领" in page


def test_an_item_cancelled_is_no_longer_found(county):
    from tests.rooms.catalogue.sample import BY
    from tongban.rooms import clock
    from tongban.rooms.catalogue import actions
    from tongban.rulebook.basis import design

    with county.at(*DAY):
        assert names(found(county, "林木采伐"), 1) == ["林木采伐许可"]
        cancel = actions.NewOrder(
            "示例政办发〔2026〕9号", "cancel", ("tree-felling",), clock.today(), "不再办理", design("测试")
        )
        actions.order_change(county.code, cancel, by=BY)
        assert "林木采伐许可" not in names(found(county, "林木采伐"))


def test_a_search_asks_the_database_a_fixed_number_of_times(county):
    client = Client()
    with county.at(*DAY):
        client.get("/find/", {"q": "证"})
        one = queries_of(lambda: client.get("/find/", {"q": "取水许可"}))
        many = queries_of(lambda: client.get("/find/", {"q": "登记"}))
    assert one == many <= 9


def test_the_first_page_says_when_the_hall_is_open(county):
    with county.at(2026, 10, 13, 9):
        page = text_of(Client().get("/"))
    assert "今天开门：08:30–12:00，14:30–18:00 现在开着" in page
    assert "示例县示范大道 1 号" in page
    with county.at(2026, 10, 2, 9):
        holiday = text_of(Client().get("/"))
    assert "今天不开门（国庆节" in holiday
    with county.at(2026, 10, 10, 9):
        exchanged = text_of(Client().get("/"))  # a Saturday worked in exchange
    assert "今天开门" in exchanged


def test_the_first_page_offers_what_people_ask_for_most(county):
    with county.at(*DAY):
        for _ in range(3):
            county.filed("small-food-shop")
        body = Client().get("/").content.decode()
    assert body.index("大家常办") < body.index("食品小经营店登记证核发") < body.index("一件事，一次办")


def test_the_first_page_offers_less_in_big_text(county):
    client = Client()
    with county.at(*DAY):
        normal = client.get("/").content.decode()
        client.post("/prefer/", {"big_text": "1", "next": "/"})
        big = client.get("/").content.decode()
    assert big.count("<a ") < normal.count("<a ") * 0.6
    assert "找事项" in big


def test_the_first_page_is_light_and_asks_little(county):
    from django.contrib.staticfiles import finders

    client = Client()
    with county.at(*DAY):
        client.get("/")
        assert queries_of(lambda: client.get("/")) <= 9
        page = client.get("/").content
        weight = len(page)
        for name in ("look/look.css", "look/look.js", "look/mark.svg", "portal/portal.css"):
            with open(finders.find(name), "rb") as file:
                weight += len(file.read())
    assert weight < 150_000


def test_the_foot_of_every_page_leads_to_the_verification(county):
    body = Client().get("/").content.decode()
    assert 'href="/verify"' in body
    assert "/api/" not in body


def test_a_house_without_a_county_still_has_a_first_page(db):
    assert "还没有开通" in text_of(Client().get("/"))


def test_who_is_signed_in_sees_the_same_first_page(county):
    with county.at(*DAY):
        assert "您要办什么事" in text_of(signed_in(county.citizen()).get("/"))


@pytest.mark.parametrize("size", ["phone", "screen"])
def test_finding_is_good_for_who_cannot_see_it(site, request, size):
    page = request.getfixturevalue(size)
    with site.county.at(*DAY):
        for big in ("0", "1"):
            page.context.add_cookies([{"name": "tongban_big", "value": big, "url": site.url}])
            for path in ("/", "/find/?q=身份证过期", "/find/?q=量子计算机&who=natural", "/places/", "/places/hall"):
                page.goto(site.url + path)
                assert faults_of(page) == []
                assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def test_an_item_is_found_and_read_by_keyboard_alone(site, screen):
    with site.county.at(*DAY):
        screen.goto(site.url)
        screen.get_by_role("searchbox").focus()
        screen.keyboard.type("身份证过期")
        screen.keyboard.press("Enter")
        screen.get_by_role("link", name="居民身份证换领").focus()
        screen.keyboard.press("Enter")
        screen.wait_for_url("**/items/990127/id-card-renewal")
        assert screen.get_by_role("heading", level=1).inner_text() == "居民身份证换领"
