"""A question about an item, its answer, and what becomes of it when the guide changes (S128)."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.doors.browsing import faults_of, signed_in, text_of
from tests.doors.portal.test_guide import republished

DAY = (2026, 10, 13, 9)
PATH = "/items/990127/small-food-shop/ask"
QUESTION = "我的店在二楼，能不能办登记证？"


def asked(client, question=QUESTION, **more):
    """Ask and return number and code as the next page shows them."""
    answer = client.post(PATH, {"question": question, "phone": "13900000001", "key": "k1"} | more)
    assert answer.status_code == 302, text_of(answer)
    page = client.get(answer.url).content.decode()
    return re.findall(r'<p class="number">(.+?)</p>', page)


def answered(county, text="可以，二楼也能办，带平面图。"):
    """Let somebody of the unit answer the only question that waits; returns who did."""
    from tongban.rooms.casework.queries import consulting

    who = county.staff("scjg-acceptor")
    (line,) = consulting.open_questions(county.code, "scjg")
    client = signed_in(who)
    assert client.post(f"/ask/{line.case_id}/", {"answer": text, "key": "a1"}).url == "/ask/"
    return client, line.case_id


def test_a_question_answered_from_a_guide_is_reviewed_when_the_guide_changes(county):
    """S128.  Given a question answered from a guide, When the guide changes, Then the FAQ is marked for review."""
    guide = "/items/990127/small-food-shop"
    with county.at(*DAY):
        asked(Client())
        client, case_id = answered(county)
        assert "正在复核" not in text_of(client.get(guide))
        assert "要复核的解答" not in text_of(client.get("/ask/"))
        republished(county, materials=lambda old: old[:-1])
        gone = county.item("small-food-shop")
        assert "大家常问 正在复核" in text_of(client.get(guide))
        desk = text_of(client.get("/ask/"))
        assert "要复核的解答" in desk
        assert "不再需要" in desk
        assert gone.faq  # what is marked is there
        assert client.post(f"/ask/{case_id}/", {"recheck": "1", "key": "r1"}).url == "/ask/"
        assert "正在复核" not in text_of(client.get(guide))
        assert "要复核的解答" not in text_of(client.get("/ask/"))
        again = client.post(f"/ask/{case_id}/", {"recheck": "1", "key": "r2"})
    assert again.status_code == 422
    assert "指南没有变" in text_of(again)


def test_somebody_without_account_asks_and_sees_the_answer_by_number_and_code(county):
    with county.at(*DAY):
        client = Client()
        number, code = asked(client)
        page = text_of(Client().post("/progress/", {"number": number, "code": code}))
        assert QUESTION in page
        assert "还没有答复" in page
        assert "到 2026年10月15日 届满" in page
        answered(county)
        after = text_of(Client().post("/progress/", {"number": number, "code": code}))
    assert "可以，二楼也能办，带平面图。" in after
    assert "13900000001" not in after
    assert "已答复" in after


def test_a_question_of_a_citizen_is_among_her_cases(county):
    who = county.citizen()
    with county.at(*DAY):
        number, _code = asked(signed_in(who))
        mine = text_of(signed_in(who).get("/mine/"))
        other = text_of(signed_in(county.citizen("房示例")).get("/mine/"))
    assert "办事咨询" in mine
    assert number in mine or "待答复" in mine
    assert "办事咨询" not in other


def test_the_same_question_sent_twice_is_one(county):
    from tongban.rooms.casework.queries import consulting

    with county.at(*DAY):
        client = Client()
        assert asked(client) == asked(client)
        assert len(consulting.open_questions(county.code, "scjg")) == 1


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"question": "短", "phone": "13900000001"}, "个字"),
        ({"question": "x" * 501, "phone": "13900000001"}, "个字"),
        ({"question": QUESTION, "phone": "12"}, "手机号码"),
    ],
)
def test_a_refused_question_is_shown_again(county, form, said):
    with county.at(*DAY):
        answer = Client().post(PATH, form | {"key": "k"})
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert form["phone"] in answer.content.decode()
    assert form["question"][:400] in answer.content.decode()


def test_who_floods_is_slowed_down(county):
    with county.at(*DAY):
        codes = [Client().post(PATH, {"question": "短", "phone": "", "key": str(n)}).status_code for n in range(14)]
    assert 429 in codes


def test_an_unanswered_question_has_an_owner_and_goes_up_when_it_is_late(county):
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.casework.queries import consulting
    from tongban.rooms.casework.queries.reading import read
    from tongban.rooms.people import queries as people

    with county.at(*DAY):
        asked(Client())
        (line,) = consulting.open_questions(county.code, "scjg")
        owner = people.powers().posts[read(line.case_id).uuid("holder")]
        assert owner.unit_code == "scjg"
    with county.at(2026, 10, 16, 9):
        casework.act_on_lapse(line.case_id)
        (late,) = consulting.open_questions(county.code, "scjg")
        assert "overdue" in read(line.case_id).facts.flags
        above = people.powers().posts[read(line.case_id).uuid("holder")]
    assert above.id == owner.reports_to
    assert late.case_id == line.case_id


def test_another_unit_neither_sees_nor_answers_it(county):
    from tongban.rooms.casework.queries import consulting

    with county.at(*DAY):
        asked(Client())
        (line,) = consulting.open_questions(county.code, "scjg")
        other = signed_in(county.staff("zjj-acceptor"))
        assert QUESTION not in text_of(other.get("/ask/"))
        assert other.get(f"/ask/{line.case_id}/").status_code == 404
        assert other.post(f"/ask/{line.case_id}/", {"answer": "乱答", "key": "x"}).status_code == 404
        assert signed_in(county.staff("editor")).get("/ask/").status_code == 403
        assert Client().get("/ask/").status_code == 302


def test_only_a_question_is_answered_here(county):
    with county.at(*DAY):
        case_id = county.accepted("small-food-shop")
        answer = signed_in(county.staff("scjg-acceptor")).get(f"/ask/{case_id}/")
    assert answer.status_code == 409
    assert "不是咨询" in text_of(answer)


def test_who_reads_a_question_is_logged(county):
    from tongban.rooms.ledger.models import Access

    with county.at(*DAY):
        asked(Client())
        _client, case_id = answered(county)
        signed_in(county.staff("scjg-acceptor")).get(f"/ask/{case_id}/")
    assert Access.objects.filter(subject_id=case_id, purpose="答复咨询").exists()


def test_the_desk_asks_as_often_for_many_questions_as_for_one(county):
    client = signed_in(county.staff("scjg-acceptor"))

    def count():
        with CaptureQueriesContext(connection) as made:
            assert client.get("/ask/").status_code == 200
        return len(made)

    with county.at(*DAY):
        asked(Client())
        count()
        one = count()
        for number in range(4):
            asked(Client(REMOTE_ADDR=f"192.0.2.{number}"), question=f"第 {number} 个问题：能办吗？", key=f"k{number}x")
        assert count() == one <= 20


@pytest.mark.parametrize("size", ["phone", "screen"])
def test_asking_is_good_for_who_cannot_see_it(site, request, size):
    page = request.getfixturevalue(size)
    with site.county.at(*DAY):
        page.goto(site.url + PATH)
        assert faults_of(page) == []
        page.get_by_label("您的问题").fill(QUESTION)
        page.get_by_label("手机号码").fill("12")
        page.get_by_role("button", name="提交问题").click()
        assert faults_of(page) == []
        page.get_by_label("手机号码").fill("13900000001")
        page.get_by_role("button", name="提交问题").click()
        assert page.get_by_role("heading", level=1).inner_text() == "问题已收到"
        assert faults_of(page) == []
        site.enter(page, site.county.staff("scjg-acceptor"))
        page.goto(f"{site.url}/ask/")
        assert faults_of(page) == []
        page.locator("table a").first.click()
        assert faults_of(page) == []
        page.get_by_label("答复").fill("可以。")
        page.get_by_role("button", name="答复").click()
        assert page.get_by_text("没有等着答的问题").is_visible()
