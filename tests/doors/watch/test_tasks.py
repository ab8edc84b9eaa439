"""改革任务 by page: given to a lead with its day, red when it is late, struck off or sent back with the reason."""

import re
from datetime import date
from uuid import uuid4

import pytest

from tests.doors.browsing import signed_in, text_of
from tongban.rooms.casework import actions as casework
from tongban.rooms.supervision import queries

NAME = "食品经营许可办理时限压到八个工作日以内"
FORM = {"name": NAME, "lead": "scjg", "by": "2026-10-09", "helpers": ["jcs", "rsj"]}


@pytest.fixture
def watch(county):
    return signed_in(county.staff("jcs-officer"))


def give(client, **more):
    return client.post("/watch/tasks/new/", FORM | {"key": uuid4().hex} | more)


def test_a_task_is_given_stands_with_its_lead_and_turns_red(watch, county):
    """S180: Given a task past its date, When tasks are scanned, Then it is red with its lead."""
    with county.at(2026, 9, 22):
        answer = give(watch)
        assert answer.status_code == 302
        page = text_of(watch.get("/watch/tasks/"))
        assert NAME in page
        assert "2026年10月9日" in page
        assert "没有销号的 1" in page
        assert "超期 0" in page
    with county.at(2026, 10, 10):
        casework.sweep()
        red = watch.get("/watch/tasks/?tab=red")
        assert NAME in text_of(red)
        assert "light-red" in red.content.decode()
        assert NAME not in text_of(watch.get("/watch/tasks/?tab=red&lead=jcs"))
        assert NAME in text_of(watch.get("/watch/tasks/?tab=red&lead=nobody"))


def test_a_form_sent_twice_gives_one_task(watch, county):
    with county.at(2026, 9, 22):
        form = FORM | {"key": uuid4().hex}
        assert watch.post("/watch/tasks/new/", form).url == watch.post("/watch/tasks/new/", form).url
        assert len(queries.reform_tasks("990127")) == 1


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": " "}, "请写明任务内容"),
        ({"by": "2026-09-22"}, "已到或已过"),
        ({"by": "明天"}, "日期要写成"),
        ({"by": "2026-02-30"}, "日期要写成"),
        ({"helpers": ["scjg"]}, "配合单位不能与牵头单位相同"),
        ({"lead": ""}, "单位"),
    ],
)
def test_a_task_that_nobody_could_keep_is_refused_and_what_was_typed_stays(watch, county, wrong, sentence):
    with county.at(2026, 9, 22):
        answer = give(watch, **wrong)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert wrong.get("name", NAME) in answer.content.decode()
    assert queries.reform_tasks("990127") == ()


def test_its_proof_is_read_and_it_is_sent_back_and_struck_off(watch, county):
    with county.at(2026, 9, 22):
        page = give(watch).url
        task = queries.reform_tasks("990127")[0].case_id
        worker = county.able("decide", "reform-task", unit="scjg")
        casework.prove(task, worker, text="新版指南已公布")
        assert "新版指南已公布" in text_of(watch.get("/watch/tasks/"))
        buttons = set(re.findall(r'name="step" value="(\w+)"', watch.get(page).content.decode()))
        assert buttons == {"close", "send_back"}
        step = {"step": "send_back", "reason": "还缺办件统计", "key": uuid4().hex}
        assert watch.post(page, step | {"reason": ""}).status_code == 422
        assert watch.post(page, step).status_code == 302
        casework.prove(task, worker, text="附一个月的办件统计")
        assert watch.post(page, {"step": "close", "key": uuid4().hex}).status_code == 302
        assert "附一个月的办件统计" in text_of(watch.get("/watch/tasks/?tab=closed"))
        assert NAME not in text_of(watch.get("/watch/tasks/"))


def test_who_does_not_supervise_sees_no_tasks(county):
    for post in ("editor", "system-officer"):
        client = signed_in(county.staff(post))
        assert client.get("/watch/tasks/").status_code == 403
        assert client.post("/watch/tasks/new/", FORM).status_code == 403


def test_the_list_asks_little(watch, county, django_assert_max_num_queries):
    with county.at(2026, 9, 22):
        for n in range(25):
            casework.assign_task(
                "990127",
                county.able("supervise", "reform-task"),
                name=f"任务 {n}",
                lead="scjg",
                by=date(2026, 12, 1),
            )
        watch.get("/watch/tasks/")
        with django_assert_max_num_queries(12):
            assert "下一页" in text_of(watch.get("/watch/tasks/"))
