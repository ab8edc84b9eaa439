"""网上预审: a draft is looked at before it is filed; at the window only originals are checked."""

import re
from uuid import uuid4

import pytest

from tests.doors.browsing import paper_of, signed_in, text_of
from tests.doors.portal.steps import SHOP, begin, fill_form, upload
from tests.doors.portal.test_filing import draft_of

DAY = (2026, 10, 13, 9)


@pytest.fixture
def now(county):
    with county.at(*DAY):
        yield county


def looked_at(tasks):
    """Ask for a look at a draft as the page does; returns the page of tasks."""
    return {"key": uuid4().hex}, f"{tasks}prereview/", tasks


def asked(me, tasks):
    sent, url, _ = looked_at(tasks)
    return me.post(url, sent, follow=True)


def answered(county, text, do="pass"):
    from tongban.rooms.casework.queries import consulting

    client = signed_in(county.staff("scjg-acceptor"))
    (line,) = consulting.open_questions(county.code, "scjg")
    page = f"/ask/prereview/{line.case_id}/"
    look = re.findall(r'name="look" value="([^"]+)"', client.get(page).content.decode())[0]
    return client, page, client.post(page, {"key": uuid4().hex, "look": look, "do": do, "text": text})


def test_a_passed_prereview_is_seen_at_the_window_with_everything_filled_in(now):
    """S021 Given a passed pre-review, When the person checks in, Then the clerk sees all data filled in and only
    confirms.
    """
    from tongban.rooms.casework.queries import consulting

    citizen = now.citizen()
    me = signed_in(citizen)
    tasks = begin(me)
    assert "请窗口预审" in text_of(me.get(tasks))
    fill_form(me, tasks)
    for code in ("application", "layout", "health"):
        upload(me, f"{tasks}materials/{code}/", now.png)
    assert "已请窗口预审" in text_of(asked(me, tasks))
    assert "正在预审" in text_of(me.get(tasks))
    desk = signed_in(now.staff("scjg-acceptor"))
    assert "网上预审" in text_of(desk.get("/ask/"))
    (line,) = consulting.open_questions("990127", "scjg")
    page = f"/ask/prereview/{line.case_id}/"
    told = text_of(desk.get(page))
    assert "示例早点铺" in told
    assert paper_of(desk, f"{page}layout/")["Content-Type"] == "image/png"
    client, _, done = answered(now, "材料齐全。请带身份证和健康证明原件。")
    assert done.url == "/ask/"
    told = text_of(me.get(tasks))
    assert "预审通过" in told
    assert "请带身份证和健康证明原件" in told
    assert "约个时间到窗口，只核原件" in told

    # She comes: everything stands there, each paper as uploaded; the clerk confirms.
    window = signed_in(now.staff("window-1"))
    assert "网上预审过" in text_of(window.get(f"/counter/person/{citizen.id}/"))
    receive = f"/counter/receive/{citizen.id}/{SHOP}/?draft={draft_of(tasks).case_id}"
    shown = window.get(receive).content.decode()
    assert "此后没有改动，核对原件就可以收" in shown
    assert 'value="示例早点铺"' in shown
    sent = dict(re.findall(r'name="(m-[\w-]+)" value="(\w+)" checked', shown))
    assert sent == {"m-application": "kept", "m-layout": "kept", "m-health": "kept"}
    filled = dict(draft_of(tasks).answers)
    answer = window.post(receive, {**filled, **sent, "key": uuid4().hex, "do": "file"})
    assert answer.status_code == 302, text_of(answer)
    assert "/counter/case/" in answer.url
    assert client.get(page).status_code == 200


def test_what_is_missing_is_told_at_once_and_a_change_is_seen(now):
    me = signed_in(now.citizen())
    tasks = begin(me)
    refused = asked(me, tasks)
    assert "还没有填写，也没有上传材料" in text_of(refused)
    fill_form(me, tasks)
    asked(me, tasks)
    assert "正在预审" in text_of(asked(me, tasks))
    empty = answered(now, " ", do="lack")[2]
    assert empty.status_code == 422
    assert "请写明预审意见" in text_of(empty)
    answered(now, "缺平面布局图和从业人员健康证明。", do="lack")
    told = text_of(me.get(tasks))
    assert "预审说还要改" in told
    assert "缺平面布局图" in told
    assert "请窗口预审" not in told
    upload(me, f"{tasks}materials/layout/", now.png)
    told = text_of(me.get(tasks))
    assert "意见说的是改动以前的内容" in told
    assert "已请窗口预审" in text_of(asked(me, tasks))


def test_a_draft_changed_meanwhile_is_looked_at_again_and_one_that_is_filed_is_closed(now):
    from tests.doors.portal.steps import finish
    from tongban.rooms.casework.queries import consulting

    me = signed_in(now.citizen())
    tasks = begin(me)
    fill_form(me, tasks)
    asked(me, tasks)
    client = signed_in(now.staff("scjg-acceptor"))
    (line,) = consulting.open_questions("990127", "scjg")
    page = f"/ask/prereview/{line.case_id}/"
    look = re.findall(r'name="look" value="([^"]+)"', client.get(page).content.decode())[0]
    upload(me, f"{tasks}materials/layout/", now.png)
    answer = client.post(page, {"key": uuid4().hex, "look": look, "do": "pass", "text": "齐全。"})
    assert answer.status_code == 422
    assert "申请人刚刚改动过" in text_of(answer)
    finish(me, now, tasks)
    assert "不用再预审" in text_of(client.get(page))
    assert client.get(f"{page}layout/").status_code == 404
    assert client.post(page, {"key": uuid4().hex}).url == "/ask/"
    assert consulting.open_questions("990127", "scjg") == ()


def test_a_prereview_late_goes_up_and_is_nobody_elses_to_read(now):
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.casework.queries import consulting
    from tongban.rooms.casework.queries.reading import read

    me = signed_in(now.citizen())
    tasks = begin(me)
    fill_form(me, tasks)
    asked(me, tasks)
    (line,) = consulting.open_questions("990127", "scjg")
    stranger = signed_in(now.staff("zjj-reviewer"))
    assert stranger.get(f"/ask/prereview/{line.case_id}/").status_code == 404
    before = read(line.case_id).row["holder"]
    with now.at(2026, 10, 16, 9):
        casework.sweep()
    after = read(line.case_id).row
    assert "overdue" in after["flags"]
    assert after["holder"] != before
