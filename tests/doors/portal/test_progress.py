"""Progress without signing in, by number and look-up code (S026)."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.doors.browsing import faults_of, text_of

ITEM = "small-food-shop"


def filed(county):
    from tongban.rooms.casework import actions as casework

    return casework.file_case(county.filing(), county.citizen())


def asked(filed, **changes):
    return {"number": filed.number, "code": filed.lookup_code} | changes


def test_number_and_code_tell_step_holder_and_the_day_explained(county):
    """S026.  Given a case number and check code, When queried, Then current step and due date show; a wrong code
    shows nothing.
    """
    from tongban.rooms.casework import actions as casework

    with county.at(2026, 9, 22):
        case = filed(county)
        casework.accept(case.case_id, county.able("accept", ITEM))
    with county.at(2026, 9, 24):
        page = text_of(Client().post("/progress/", asked(case)))
        wrong = Client().post("/progress/", asked(case, code="00000000"))
    assert "已受理" in page
    assert "示例县市场监督管理局 · 现场核查" in page
    assert "到 2026年10月13日 届满" in page
    assert "还有 19 天" in page
    # Each day counted or skipped, and why.
    assert "2026年9月25日 — 中秋节" in page
    assert "第10个工作日" in page
    assert "林" not in page.replace("林业", "")
    assert wrong.status_code == 422
    said = text_of(wrong)
    assert "对不上" in said
    assert "已受理" not in said
    assert "现场核查" not in said


def test_what_is_typed_by_hand_is_read_kindly(county):
    with county.at(2026, 9, 22):
        case = filed(county)
        typed = {
            "number": f" {case.number} ".translate({ord(d): ord(d) + 0xFEE0 for d in "0123456789"}),
            "code": f" {case.lookup_code.lower()[:4]} {case.lookup_code.lower()[4:]}",
        }
        assert "已收件" in text_of(Client().post("/progress/", typed))


def test_wrong_number_and_wrong_code_are_told_alike_and_what_was_typed_stays(county):
    with county.at(2026, 9, 22):
        case = filed(county)
        one = Client().post("/progress/", asked(case, code="ABCDEFGH"))
        other = Client().post("/progress/", asked(case, number="990127-20260922-999999-9"))
    assert one.status_code == other.status_code == 422
    summary = 'class="error-summary"'
    said = [answer.content.decode().split(summary)[1].split("</div>")[0] for answer in (one, other)]
    assert said[0] == said[1]
    assert case.number in one.content.decode()


def test_who_tries_codes_is_slowed_down_and_nobody_else(county):
    with county.at(2026, 9, 22):
        case = filed(county)
        answers = [Client().post("/progress/", asked(case, code=f"{n:08d}")).status_code for n in range(30)]
        other = Client(REMOTE_ADDR="192.0.2.7").post("/progress/", asked(case))
    assert answers[0] == 422
    assert 429 in answers
    assert 200 not in answers
    assert other.status_code == 200


def test_the_code_stays_out_of_addresses(county):
    with county.at(2026, 9, 22):
        case = filed(county)
        page = text_of(Client().get("/progress/", {"number": case.number, "code": case.lookup_code}))
    assert "已收件" not in page


def test_a_long_journal_takes_no_more_questions(county):
    from tongban.rooms.casework import actions as casework

    def count():
        with CaptureQueriesContext(connection) as made:
            assert client.post("/progress/", asked(case)).status_code == 200
        return len(made)

    client = Client()
    with county.at(2026, 9, 22):
        case = filed(county)
        count()
        short = count()
        casework.accept(case.case_id, county.able("accept", ITEM))
        for _ in county.item(ITEM).desks[:-1]:
            casework.pass_on(case.case_id, county.able("examine", ITEM), opinion="符合")
        casework.grant(case.case_id, county.able("decide", ITEM), opinion="准予")
        count()
        assert count() == short <= 12


@pytest.mark.parametrize("size", ["phone", "screen"])
def test_progress_is_good_for_who_cannot_see_it(site, request, size):
    page = request.getfixturevalue(size)
    with site.county.at(2026, 9, 22):
        case = filed(site.county)
        for big in ("0", "1"):
            page.context.add_cookies([{"name": "tongban_big", "value": big, "url": site.url}])
            page.goto(f"{site.url}/progress/")
            assert faults_of(page) == []
            page.get_by_label("办件编号").fill(case.number)
            page.get_by_label("查询码").fill("wrong")
            page.get_by_role("button", name="查", exact=True).click()
            assert faults_of(page) == []
            assert page.evaluate("document.activeElement.className") == "error-summary"
            page.get_by_label("查询码").fill(case.lookup_code)
            page.get_by_role("button", name="查", exact=True).click()
            assert page.get_by_role("heading", level=1).inner_text() == "办到哪一步了"
            page.get_by_text("这个日期是怎样算的").first.click()
            assert faults_of(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
