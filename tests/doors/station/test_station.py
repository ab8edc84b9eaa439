"""村镇站: a village agent files for a neighbour, by signature or by mandate, and goes on when the line is down."""

import json
import re

import pytest

from tests.doors.browsing import faults_of, paper_of, signed_in, text_of
from tests.doors.counter.test_counter import key, questions, receive

MORNING = (2026, 10, 13, 9, 30)
AGENT = "village-001202-agent"
NUMBER = "990127195603074314"


def station(county, code="village-001202"):
    from tongban.rooms.people import queries

    return queries.site_coded(county.code, code)


def number_of(county, name="林示例"):
    from tongban.rooms.people import actions as people

    one = county.citizen(name).id
    return people.reveal_many([one], who="a", purpose="测试")[one]["citizen_id"]


def reserve(client, day="2026-10-13", count="3"):
    answer = client.post("/station/slips/", {"do": "reserve", "key": key(), "day": day, "count": count})
    assert answer.status_code == 302, text_of(answer)


def scan():
    from django.core.files.uploadedfile import SimpleUploadedFile

    from tests.rooms.files.test_binding import page

    return SimpleUploadedFile("委托书.png", page())


def mandated(client, county, **more):
    given = {"principal": "林示例", "item": "small-food-shop", "power": ["file", "collect"], "until": "2026-12-31"}
    return client.post("/station/mandates/", {"key": key(), **given, "paper": scan(), **more})


def test_a_village_agent_files_what_her_neighbour_signed_on_paper(county):
    from tongban.rooms.casework.queries.reading import read

    with county.at(*MORNING):
        client = signed_in(county.staff(AGENT))
        assert "本站点没有开设排队叫号" in text_of(client.get("/counter/"))
        answer = receive(client, county)
        assert answer.status_code == 302, text_of(answer)
        case_id = answer.url.split("/")[3]
        assert "收件凭证" in text_of(client.get(answer.url))
        assert "食品小经营店登记证核发" in text_of(client.get("/station/"))
        other = signed_in(county.staff("village-001203-agent"))
        assert other.get(f"/counter/case/{case_id}/").status_code == 404
        assert "食品小经营店登记证核发" not in text_of(other.get("/station/"))
    row = read(case_id).row
    assert (row["channel"], row["site_id"]) == ("village", str(station(county).id))


def test_who_holds_the_mandate_hands_in_as_agent_and_not_in_her_post(county):
    from tongban.rooms.casework.queries.reading import read

    with county.at(*MORNING):
        client, town = signed_in(county.staff(AGENT)), signed_in(county.staff("town-001-clerk"))
        answer = mandated(client, county)
        assert answer.status_code == 302, text_of(answer)
        page = client.get("/station/mandates/").content.decode()
        assert "由别的工作人员核对" in page
        one = re.search(r"/station/mandates/([^/]+)/paper/", page)[1]
        own = client.post("/station/mandates/", {"key": key(), "mandate": one})
        assert (own.status_code, "应由别的工作人员核对" in text_of(own)) == (422, True)
        assert paper_of(town, f"/station/mandates/{one}/paper/").status_code == 200
        assert town.post("/station/mandates/", {"key": key(), "mandate": one}).status_code == 302
        filed = receive(client, county)
        assert filed.status_code == 302, text_of(filed)
        assert filed.url.startswith("/station/mine/")
        shown = client.get(filed.url)
        assert "收件凭证" in text_of(shown)
        document = re.search(r'href="(/station/mine/[^"]+/document/[^"]+)"', shown.content.decode())[1]
        assert paper_of(client, document).content.startswith(b"%PDF")
        case_id = filed.url.split("/")[3]
        assert client.get(f"/counter/case/{case_id}/").status_code == 404
        assert signed_in(county.staff("village-001203-agent")).get(filed.url).status_code == 404
        assert "我受托代办的" in text_of(client.get("/station/"))
    file = read(case_id)
    assert file.row["channel"] == "village"
    assert {one.role for one in file.parties} == {"applicant", "agent"}


def test_a_mandate_without_paper_or_end_is_refused_and_keeps_what_was_typed(county):
    with county.at(*MORNING):
        client = signed_in(county.staff(AGENT))
        for wrong in ({"paper": ""}, {"until": "明年"}, {"principal": "查无此人"}, {"power": []}):
            answer = mandated(client, county, **wrong)
            assert answer.status_code == 422, wrong
            assert "small-food-shop" in answer.content.decode()


def test_slips_are_reserved_printed_entered_with_the_true_day_and_struck_out(county):
    from tongban.rooms.casework.queries.reading import read

    with county.at(2026, 10, 12, 9, 0):
        client = signed_in(county.staff(AGENT))
        reserve(client, "2026-10-12")
        assert "20261012-003" in text_of(client.get("/station/slips/pad/?day=2026-10-12"))
    with county.at(*MORNING):
        client = signed_in(county.staff(AGENT))
        assert "有 3 张过了日子还没有交代" in text_of(client.get("/station/"))
        enter = {"do": "enter", "day": "2026-10-12", "number": "2", "said": "林示例", "item": "small-food-shop"}
        wrong = client.post("/station/slips/", {**enter, "key": key(), "at": "一早"})
        assert (wrong.status_code, 'value="林示例"' in wrong.content.decode()) == (422, True)
        same = {**enter, "key": key(), "at": "09:40"}
        entered = client.post("/station/slips/", same)
        assert entered.status_code == 302, text_of(entered)
        assert client.post("/station/slips/", same).url == entered.url
        assert "应急收件单 20261012-002" in text_of(client.get(entered.url))
        filed = receive(client, county, query=f"?{entered.url.partition('?')[2]}")
        assert filed.status_code == 302, text_of(filed)
        void = {"do": "void", "day": "2026-10-12", "number": "3"}
        assert client.post("/station/slips/", {**void, "key": key(), "reason": ""}).status_code == 422
        client.post("/station/slips/", {**void, "key": key(), "reason": "写错"})
        listed = text_of(client.get("/station/slips/"))
        assert "20261012-002 已补录" in listed
        assert "作废 写错" in listed
        assert "1 张过了日子没有交代" in listed
    assert str(read(filed.url.split("/")[3]).row["received_on"]) == "2026-10-12"


def entry(**more):
    given = {
        "item": "small-food-shop",
        "name": "王离线",
        "number": NUMBER,
        "phone": "13800000001",
        "slip_day": "2026-10-13",
        "slip_number": "1",
        "at": "09:10",
        "answers": {"shop_name": "村口小店", "area": "12"},
        "papers": ["application", "layout"],
        "options": [],
    }
    return json.dumps(given | more)


def test_what_was_typed_without_a_line_is_entered_once(county):
    from tongban.rooms.people import queries

    with county.at(*MORNING):
        client = signed_in(county.staff(AGENT))
        reserve(client)
        same = {"key": key(), "entry": entry()}
        first, again = (client.post("/station/offline/send/", same).json() for _ in range(2))
        assert first == again
        page = client.get(first["url"]).content.decode()
    assert 'value="村口小店"' in page
    assert re.search(r'id="m-application-kept"[^>]* checked', page)
    assert len(queries.named(county.code, "王离线")) == 1


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"number": "990127195603074312"}, "校验"),
        ({"slip_number": "9"}, "没有预留过"),
        ({"at": "23:59"}, "不能晚于现在"),
        ({"item": "moon-landing"}, "清单里没有"),
    ],
)
def test_what_cannot_be_entered_is_told_and_nothing_of_it_is_written(county, wrong, sentence):
    from tongban.rooms.people import queries
    from tongban.rooms.waiting import queries as waited

    with county.at(*MORNING):
        client = signed_in(county.staff(AGENT))
        reserve(client)
        answer = client.post("/station/offline/send/", {"key": key(), "entry": entry(**wrong)})
        assert (answer.status_code, sentence in answer.json()["sentence"]) == (422, True), answer.json()
        assert {one.state for one in waited.slips(station(county).id)} == {"reserved"}
        unread = client.post("/station/offline/send/", {"key": key(), "entry": "{"})
        assert unread.status_code == 422
    assert queries.named(county.code, "王离线") == ()


def test_a_number_of_somebody_else_is_not_taken(county):
    with county.at(*MORNING):
        client = signed_in(county.staff(AGENT))
        reserve(client)
        sent = client.post("/station/offline/send/", {"key": key(), "entry": entry(number=number_of(county))})
    assert "登记的是另一个姓名" in sent.json()["sentence"]


def test_a_station_with_the_power_hands_out_results_and_only_its_own(county):
    from tongban.rooms.casework import actions as casework

    with county.at(*MORNING):
        client = signed_in(county.staff(AGENT))
        here = county.granted(site_id=station(county).id, channel="village", applicant=county.citizen())
        there = county.granted()
        for case_id in (here, there):
            casework.issue(case_id, county.able("deliver", "small-food-shop"))
        page = client.get("/counter/results/").content.decode()
        assert str(here) in page
        assert str(there) not in page
        assert client.get(f"/counter/results/{there}/").status_code == 404
        done = client.post(f"/counter/results/{here}/", {"key": key(), "way": "window", "said": "林示例"})
        assert "送达回证" in text_of(client.get(done.url))


@pytest.mark.parametrize("page", ["", "items/", "mandates/", "slips/", "offline/", "offline/items.json"])
def test_a_page_asks_the_same_number_of_questions_however_much_there_is(county, page):
    with county.at(*MORNING):
        client = signed_in(county.staff(AGENT))

        def grow():
            receive(client, county)
            reserve(client)
            mandated(client, county)

        grow()
        client.get(f"/station/{page}")
        one = questions(client, f"/station/{page}")
        for _ in range(4):
            grow()
        assert questions(client, f"/station/{page}") == one
        assert one <= 25


def test_a_citizen_and_an_editor_stand_outside(county):
    assert signed_in(county.citizen()).get("/station/").status_code == 403
    assert signed_in(county.staff("editor")).get("/station/slips/").status_code == 403
    assert signed_in().get("/station/").status_code == 302


def test_a_village_agent_works_through_a_lost_connection(site, screen):
    """Given a page open at the station, When the line is lost and comes back, Then what was typed is sent once."""
    from tongban.rooms.people import queries
    from tongban.rooms.waiting import queries as waited

    county = site.county
    with county.at(*MORNING):
        site.enter(screen, county.staff(AGENT))
        reserve(signed_in(county.staff(AGENT)))
        screen.goto(f"{site.url}/station/offline/")
        screen.locator("#what option").nth(5).wait_for(state="attached")
        screen.evaluate("navigator.serviceWorker.ready.then(() => true)")
        screen.context.set_offline(True)
        screen.get_by_text("线路断了").wait_for()
        screen.fill("#name", "王离线")
        screen.fill("#number", "990127195603074312")
        screen.fill("#at", "09:10")
        screen.select_option("#what", "small-food-shop")
        screen.fill("#q-shop_name", "村口小店")
        screen.check("#p-application")
        screen.get_by_role("button", name="记下，来网就送").click()
        assert "校验位不对" in screen.inner_text("#wrong")
        screen.fill("#number", NUMBER)
        screen.get_by_role("button", name="记下，来网就送").click()
        assert "王离线" in screen.inner_text("#kept")
        assert "等着送出的：1" in screen.inner_text("#line")
        assert faults_of(screen) == []
        # The browser is closed over and opened again without a line: the page and what it kept are still there.
        screen.reload()
        assert "王离线" in screen.inner_text("#kept")
        screen.context.set_offline(False)
        screen.wait_for_selector("#kept a", timeout=20000)
        assert "线路正常" in screen.inner_text("#line")
        used = [one for one in waited.slips(station(county).id) if one.state == "used"]
        assert [one.number for one in used] == [1]
        assert len(queries.named(county.code, "王离线")) == 1
        assert NUMBER not in screen.evaluate("JSON.stringify(localStorage)")
        screen.click("#kept a")
        assert screen.input_value("[name=shop_name]") == "村口小店"


@pytest.mark.parametrize("size", ["phone", "screen"])
def test_the_pages_of_the_station_are_good_for_everybody(site, request, size):
    page, county = request.getfixturevalue(size), site.county
    with county.at(*MORNING):
        client = signed_in(county.staff(AGENT))
        reserve(client)
        mandated(client, county)
        receive(client, county)
        site.enter(page, county.staff(AGENT))
        for big in ("0", "1"):
            for path in ("", "items/", "mandates/", "slips/", "slips/pad/", "offline/"):
                page.goto(f"{site.url}/station/{path}")
                page.evaluate(f"document.documentElement.classList.toggle('big', {big} === 1)")
                assert faults_of(page) == []
                assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], path
