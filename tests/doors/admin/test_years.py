"""工作日历: the notice of a new year is looked at, proposed, confirmed by another officer, and acts on open cases."""

from datetime import date
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.doors.browsing import signed_in, text_of
from tests.rooms.casework import looking
from tongban.hall import postman
from tongban.rooms import calendars
from tongban.rooms.ledger import queries as told
from tongban.rooms.people import queries
from tongban.rooms.people.models import CalendarYear, Proposal

#: A long new year's holiday, so that limits move.
YEAR = """year = 2027
notice = "示例发明电〔2026〕1号"
title = "示例"
[[holiday]]
name = "元旦"
first = 2027-01-01
last = 2027-01-08
work = [2027-01-09]
"""


@pytest.fixture(autouse=True)
def _the_calendar_that_comes_with_the_house():
    yield
    calendars.take_up(())


@pytest.fixture
def system(county):
    return signed_in(county.staff("system-officer"))


@pytest.fixture
def security(county):
    return signed_in(county.staff("security-officer"))


def hand_in(client, content=YEAR, **more):
    return client.post("/manage/calendars/check/", {"content": content, "key": uuid4().hex} | more)


def proposed(client):
    assert hand_in(client, propose="1").status_code == 302
    (waiting,) = Proposal.objects.filter(state="open")
    return waiting


def test_a_year_is_confirmed_by_another_officer_and_moves_open_cases(county):
    with county.at(2026, 12, 21, 9, 0):
        system, security = (signed_in(county.staff(f"{one}-officer")) for one in ("system", "security"))
        case = county.accepted()
        before = looking.running(case)["statutory"]
        assert before > date(2027, 1, 8)
        page = text_of(hand_in(system))
        assert "全年工作日 256" in page
        assert "个期限推后" in page
        assert str(before) in page
        waiting = proposed(system)
        assert not CalendarYear.objects.exists()
        assert calendars.calendar().known_until == date(2026, 12, 31)
        seen = security.get("/manage/proposals/").content.decode()
        assert f"/manage/calendars/proposed/{waiting.id}/" in seen
        assert "还没有生效" in text_of(security.get(f"/manage/calendars/proposed/{waiting.id}/"))
        decide = {"proposal": str(waiting.id), "confirm": "1"}
        assert system.post("/manage/proposals/", decide).status_code == 422
        assert security.post("/manage/proposals/", decide).status_code == 302
        queries.powers()
        assert calendars.calendar().known_until == date(2027, 12, 31)
        assert looking.running(case)["statutory"] == before
        postman.drain()
        assert looking.steps(case)[-1] == "recount"
        after = looking.running(case)["statutory"]
        assert calendars.calendar().rank(after) - calendars.calendar().rank(date(2026, 12, 21)) == 20
        assert after > before
        looking.agrees(case)
        assert [one.step for one in told.stream(CalendarYear.objects.get().id, "calendar")] == ["put_calendar"]
        listed = text_of(system.get("/manage/calendars/"))
        assert "两位管理员放入" in listed
        assert "2027-01-04 周一 放假 元旦放假" in text_of(system.get("/manage/calendars/2027/"))
        assert system.get("/manage/calendars/2028/").status_code == 404
        assert security.get(f"/manage/calendars/proposed/{waiting.id}/").status_code == 404


def test_another_process_counts_with_it_from_its_next_look_at_the_mark(system, security, county):
    waiting = proposed(system)
    security.post("/manage/proposals/", {"proposal": str(waiting.id), "confirm": "1"})
    queries.powers()
    calendars.take_up(())
    assert calendars.calendar().known_until == date(2026, 12, 31)
    from tongban.hall.postman.rounds import ROUNDS

    next(one for one in ROUNDS if one.name == "calendars").act()
    assert calendars.calendar().known_until == date(2027, 12, 31)
    assert calendars.calendar() is calendars.calendar()


def test_a_year_that_is_declined_changes_nothing(system, security, county):
    waiting = proposed(system)
    security.post("/manage/proposals/", {"proposal": str(waiting.id), "decline": "1", "reason": "文号不对"})
    queries.powers()
    postman.drain()
    assert calendars.calendar().known_until == date(2026, 12, 31)
    assert "文号不对" in text_of(system.get("/manage/proposals/"))


def test_what_cannot_be_a_year_is_refused_and_what_was_typed_stays(system):
    for content, sentence in (
        ("", "请选择放假安排的文件"),
        ("year =", "读不出来"),
        (YEAR.replace("2027", "2029").replace("2029-01-09", ""), "放假安排不连续"),
        (YEAR.replace("2027-01-09", "2027-01-04"), "2027-01-04"),
    ):
        answer = hand_in(system, content, propose="1")
        assert answer.status_code == 422
        assert sentence in text_of(answer)
        assert content.partition("\n")[0] in answer.content.decode()
    file = SimpleUploadedFile("2027.toml", YEAR.encode("gbk"))
    assert "不是 UTF-8" in text_of(hand_in(system, "", file=file))
    same = calendars.text_of(2026)
    assert "与现在用的相同" in text_of(hand_in(system, same, propose="1"))
    assert not Proposal.objects.exists()


def test_a_shipped_year_may_be_put_right(system, security, county):
    """The State Council has changed a notice before, in the middle of a year."""
    right = calendars.text_of(2026).replace("last = 2026-10-07", "last = 2026-10-08")
    assert hand_in(system, right, propose="1").status_code == 302
    (waiting,) = Proposal.objects.filter(state="open")
    security.post("/manage/proposals/", {"proposal": str(waiting.id), "confirm": "1"})
    queries.powers()
    assert not calendars.calendar().is_workday(date(2026, 10, 8))
    assert calendars.calendar().is_workday(date(2026, 10, 9))


def test_pages_of_years_ask_little(county, django_assert_max_num_queries):
    with county.at(2026, 12, 21):
        system, security = (signed_in(county.staff(f"{one}-officer")) for one in ("system", "security"))
        for _ in range(3):
            county.accepted()
        waiting = proposed(system)
        pages = ((system, "/manage/calendars/"), (system, "/manage/calendars/2026/"))
        for client, page in (*pages, (security, f"/manage/calendars/proposed/{waiting.id}/")):
            client.get(page)
            with django_assert_max_num_queries(16):
                assert client.get(page).status_code == 200
        with django_assert_max_num_queries(16):
            hand_in(system)


def test_others_neither_see_nor_propose_a_year(security, county):
    assert security.get("/manage/calendars/check/").status_code == 403
    assert hand_in(security, propose="1").status_code == 403
    for post in ("audit-officer", "editor"):
        assert signed_in(county.staff(post)).get("/manage/calendars/2026/").status_code == 403
