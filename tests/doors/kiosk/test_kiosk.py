"""取号机和显示屏: a number, where it stands, who is called where; nobody signs in and nobody is named."""

import re

import pytest

from tests.doors.browsing import faults_of, signed_in, text_of

HALL = "/kiosk/hall/"
MORNING = (2026, 10, 13, 9, 0)


def hall(county):
    from tongban.rooms.people import queries

    return queries.site_coded(county.code, "hall").id


def take(client, **given):
    answer = client.post(HALL, {"class": "general", "key": "0" * 32, **given})
    assert answer.status_code == 302, text_of(answer)
    return client.get(answer.url)


def booked(county, *, phone="", kind="general", hour=10):
    """Book a seat of today for a new citizen; returns its code."""
    from tongban.rooms import clock
    from tongban.rooms.people import actions as people
    from tongban.rooms.waiting import actions as waiting

    day = clock.today()
    session = waiting.open_session(
        hall(county), clock.at_local(day, hour), clock.at_local(day, hour + 1), 5, actor="house", queue_class=kind
    )
    who = people.register_person("预约人", county=county.code, actor="house", phone=phone or "139000000000")
    return waiting.book(session, who, actor="a", key="k").seat.code


def test_a_number_tells_how_many_are_before_and_how_long(county):
    with county.at(*MORNING):
        client = signed_in()
        assert "综合受理" in text_of(client.get(HALL))
        for key in ("a" * 32, "b" * 32, "c" * 32, "d" * 32):
            page = text_of(take(client, key=key))
    assert "A004" in page
    assert "前面还有 3 人" in page
    assert "大约再等" in page


def test_the_same_press_twice_gives_one_number(county):
    with county.at(*MORNING):
        client = signed_in()
        assert text_of(take(client)) == text_of(take(client))
        assert "还没有叫到" not in text_of(take(client))
        assert "A002" in text_of(take(client, key="e" * 32))


def test_what_one_has_come_for_leads_to_its_class(county):
    with county.at(*MORNING):
        page = signed_in().get(f"{HALL}find/", {"q": "老年优待"}).content.decode()
    assert re.search(r'value="spot"><span class="kiosk-name">[^<]*老年', page)
    with county.at(*MORNING):
        assert "没有找到" in text_of(signed_in().get(f"{HALL}find/", {"q": "登月"}))


def test_a_class_that_is_not_there_is_refused_and_the_choice_stands(county):
    with county.at(*MORNING):
        answer = signed_in().post(HALL, {"class": "moon", "priority": "elderly"})
    assert answer.status_code == 422
    assert 'value="elderly" checked' in answer.content.decode()


def test_after_the_doors_closed_no_number_is_given(county):
    from tongban.rooms.waiting import actions as waiting

    with county.at(*MORNING):
        waiting.close_hall(hall(county), actor="house")
        answer = signed_in().post(HALL, {"class": "general"})
    assert (answer.status_code, "已停止取号" in text_of(answer)) == (422, True)


@pytest.mark.parametrize("said", ["code", "13812340000"])
def test_an_appointment_checks_in_by_code_or_phone_and_again_gets_the_same_number(county, said):
    with county.at(*MORNING):
        code = booked(county, phone="13812340000")
    with county.at(2026, 10, 13, 9, 30):
        client = signed_in()
        first = client.post(f"{HALL}check-in/", {"said": code if said == "code" else said})
        again = client.post(f"{HALL}check-in/", {"said": code if said == "code" else said})
        page = text_of(client.get(first.url))
    assert first.url == again.url
    assert "预约时间 10:00" in page
    assert "预约人" not in page


def test_a_wrong_code_is_told_with_what_to_do(county):
    with county.at(*MORNING):
        for said in ("ABCDEFGH", "13912345678"):
            answer = signed_in().post(f"{HALL}check-in/", {"said": said})
            assert answer.status_code == 422
            assert said in answer.content.decode()


def test_trying_codes_is_slowed_down(county):
    with county.at(*MORNING):
        client = signed_in()
        for _ in range(20):
            client.post(f"{HALL}check-in/", {"said": "13912345678"})
        assert "试的次数太多了" in text_of(client.post(f"{HALL}check-in/", {"said": "13912345678"}))


def test_a_number_of_another_hall_is_not_shown_and_a_place_without_hall_has_no_page(county):
    from tongban.rooms.people import queries
    from tongban.rooms.waiting import actions as waiting

    town = queries.site_coded(county.code, "town-001")
    with county.at(*MORNING):
        client = signed_in()
        assert client.get("/kiosk/town-001/").status_code == 404
        waiting.open_hall(town.id, actor="house")
        waiting.open_class(town.id, "general", "A", "综合受理", ["*"])
        other = waiting.take_ticket(town.id, "general")
        assert client.get(f"{HALL}ticket/{other.id}/").status_code == 404
        assert client.get(f"/kiosk/town-001/ticket/{other.id}/").status_code == 200


def questions(client, address):
    """Return how many queries a page makes."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
        return len(found)


@pytest.mark.parametrize("page", ["", "calls/", "board/", "find/?q=登记", "ticket"])
def test_a_page_asks_the_same_number_of_questions_however_many_wait(county, page):
    with county.at(*MORNING):
        client = signed_in()
        address = client.post(HALL, {"class": "general"}).url if page == "ticket" else HALL + page
        take(client)
        client.get(address)  # what is kept in memory is read once
        one = questions(client, address)
        for n in range(12):
            take(client, key=f"{n:031}x")
        assert questions(client, address) == one <= 25


def test_a_number_taken_in_the_hall_appears_on_the_call_display(site, screen):
    """S031.

    Given an open window, When a number taken at the kiosk is called, Then the display leads its holder there.
    """
    from tongban.rooms.waiting import actions as waiting
    from tongban.rooms.waiting import queries

    with site.county.at(*MORNING):
        screen.goto(f"{site.url}{HALL}")
        screen.get_by_role("button", name=re.compile("即办事项")).click()
        label = screen.locator(".slip-number").inner_text().split()[-1]
        assert label == "B001"
        assert faults_of(screen) == []
        screen.goto(f"{site.url}{HALL}calls/")
        assert "现在没有叫到的号" in screen.inner_text("#calls")
        window = next(one for one in queries.windows(hall(site.county)) if one.number == "1")
        waiting.call_next(window.id)
        screen.wait_for_selector(".call-last", timeout=9000)
        assert "B001" in screen.inner_text(".call-last")
        assert "1 号窗口" in screen.inner_text(".call-last")
        assert faults_of(screen) == []


@pytest.mark.parametrize("size", ["phone", "screen"])
def test_the_pages_of_the_hall_are_good_for_everybody(site, request, size):
    page = request.getfixturevalue(size)
    with site.county.at(*MORNING):
        for big in ("0", "1"):
            page.context.add_cookies([{"name": "tongban_big", "value": big, "url": site.url}])
            for path in ("/kiosk/", HALL, f"{HALL}find/?q=登记", f"{HALL}check-in/", f"{HALL}calls/", f"{HALL}board/"):
                page.goto(site.url + path)
                assert faults_of(page) == []
                assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
