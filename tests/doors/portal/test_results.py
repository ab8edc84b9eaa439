"""Published results, the lists, places, and the page of verification in the common frame (S165)."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.doors.browsing import faults_of, text_of

DAY = (2026, 9, 21)


def published(county, cases):
    from tongban.rooms.publication import actions

    with county.at(*DAY, 9):
        made = [county.granted() for _ in range(cases)]
    with county.at(*DAY, 17):
        actions.issue_results(county.code, county.staff("jcs-officer"))
    return made


def test_twenty_decisions_stand_masked_under_one_number(county):
    """S165.  Given 20 decisions today, When the issue is made, Then 20 rows with masked ids and one issue number."""
    published(county, 20)
    index = text_of(Client().get("/results/"))
    assert "2026年第1期 2026年9月21日 20" in index
    body = Client().get("/results/2026/1").content.decode()
    assert body.count('data-label="当事人"') == 20
    assert body.count("林**") == 20
    assert "林示例" not in body
    assert body.count("********16") == 20
    assert "准予" in body
    assert "示例县市场监督管理局" in body


def test_what_was_withdrawn_leaves_its_place_empty(county):
    from tongban.rooms.publication import actions

    first, _ = published(county, 2)
    with county.at(2026, 9, 23):
        actions.withdraw_entry(first, county.staff("jcs-officer"), ground="wrong")
        page = text_of(Client().get("/results/2026/1"))
    assert "1 已于 2026年9月23日 撤回公开 2 林**" in page


def test_a_longer_issue_goes_over_pages_and_takes_no_more_questions(county):
    def count(path):
        with CaptureQueriesContext(connection) as made:
            assert Client().get(path).status_code == 200
        return len(made)

    published(county, 1)
    count("/results/2026/1")
    one = count("/results/2026/1")
    published(county, 22)
    assert count("/results/2026/2") == one <= 6
    page = Client().get("/results/2026/2").content.decode()
    assert "下一页" in page
    rest = Client().get("/results/2026/2", {"page": "2"}).content.decode()
    assert rest.count('data-label="当事人"') == 2


@pytest.mark.parametrize("path", ["/results/2026/99", "/results/1999/1"])
def test_an_issue_that_is_not_there(county, path):
    assert Client().get(path).status_code == 404


def test_before_the_first_issue(county):
    assert "还没有公示过结果" in text_of(Client().get("/results/"))


def test_the_lists_are_public(county):
    with county.at(2026, 10, 13):
        index = text_of(Client().get("/lists/"))
        power = text_of(Client().get("/lists/power"))
        proofs = Client().get("/lists/proofs")
    assert "权力清单" in index
    assert "证明事项清单" in index
    assert "收养登记" in power
    assert "下一页" in power
    assert proofs.status_code == 200
    assert Client().get("/lists/nosuch").status_code == 404


def test_a_station_says_when_it_is_open_and_what_it_takes_in(county):
    with county.at(2026, 10, 13, 9):
        village = text_of(Client().get("/places/village-001202"))
        hall = text_of(Client().get("/places/hall"))
        index = text_of(Client().get("/places/"))
    assert "08:00–12:00" in village
    assert "现在开着" in village
    assert "承包地经营情况证明" in village
    assert "建筑工程施工许可证核发" not in village
    assert "现在几人在等" in hall
    assert "综合受理 0 人" in hall
    assert "示范镇东示村便民服务站" in index
    assert Client().get("/places/nosuch").status_code == 404


def test_a_station_that_claimed_items_takes_in_those(county):
    from tongban.rooms.catalogue import actions

    with county.at(2026, 10, 13, 9):
        place = actions.Place("village-001202", "村部值班室", "村部一楼", "周一上午", ("village",))
        actions.claim(county.code, "small-food-shop", place, batch="第一批", by="staff:test")
        page = text_of(Client().get("/places/village-001202"))
        guide = text_of(Client().get("/items/990127/small-food-shop"))
    assert "食品小经营店登记证核发" in page
    assert "承包地经营情况证明" not in page
    assert "村部一楼" in guide
    assert "示范镇西示村便民服务站" not in guide


@pytest.mark.parametrize("size", ["phone", "screen"])
def test_public_lists_are_good_for_who_cannot_see_them(site, request, size):
    page = request.getfixturevalue(size)
    published(site.county, 2)
    with site.county.at(2026, 9, 22):
        for big in ("0", "1"):
            page.context.add_cookies([{"name": "tongban_big", "value": big, "url": site.url}])
            for path in ("/results/", "/results/2026/1", "/lists/", "/lists/duty", "/verify?q=123", "/places/town-001"):
                page.goto(site.url + path)
                assert faults_of(page) == []
                assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
