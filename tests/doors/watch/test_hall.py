"""大厅 as supervision sees it: figures that open to their rows, reasons for going first, who is trained."""

import re
from uuid import uuid4

import pytest

from tests.doors.browsing import signed_in, text_of


@pytest.fixture
def now(county):
    with county.at(2026, 9, 22):
        yield county


@pytest.fixture
def watch(now):
    return signed_in(now.staff("jcs-officer"))


def at_window(county, code="window-1"):
    """Return a client of whoever sits at window 1, and the site."""
    from tongban.rooms.people import queries as people
    from tongban.rooms.waiting import actions, queries

    who, site = county.staff(code), people.site_coded("990127", "hall")
    mine = next((one for one in queries.windows(site.id) if one.is_open and one.staff_id == who.id), None)
    if mine is None:
        free = next(one for one in queries.windows(site.id) if not one.is_open)
        actions.open_window(free.id, who.id, actor=who.name)
    return signed_in(who), site, who


def press(client, **sent):
    return client.post("/counter/window/", {"key": uuid4().hex, "next": "/counter/", **sent}, follow=True)


def test_a_window_says_that_a_number_was_of_the_wrong_class_and_the_share_opens_to_it(now, watch):
    from tongban.rooms.waiting import actions

    client, site, _ = at_window(now)
    given = actions.take_ticket(site.id, "general")
    press(client, do="next")
    assert "取错类别，转号" in text_of(client.get("/counter/"))
    press(client, do="misrouted", **{"class": "estate"})
    page = text_of(watch.get("/watch/hall/?period=day&first=2026-09-22"))
    assert "100.0% 叫到窗口的 1 个号里有 1 个" in page
    rows = text_of(watch.get("/watch/hall/misrouted/?period=day&first=2026-09-22"))
    assert given.label in rows
    assert "转到不动产登记" in rows
    assert "没有取错类别的号" in text_of(watch.get("/watch/hall/misrouted/?period=day&first=2026-09-21"))


def test_a_case_of_another_class_taken_in_by_the_number_counts_as_misrouted(now, watch):
    from tongban.rooms.waiting import actions, queries

    client, site, _ = at_window(now)
    actions.take_ticket(site.id, "spot")
    press(client, do="next")
    me = now.citizen()
    filing = now.filing()
    sent = {f"m-{code}": "paper" for code in filing.offers} | filing.answers | {"key": uuid4().hex, "do": "file"}
    answer = client.post(f"/counter/receive/{me.id}/small-food-shop/", sent)
    assert answer.status_code == 302, text_of(answer)
    from tongban.rooms import clock

    told = {one.code: one.misrouted for one in queries.routed(site.id, clock.today(), clock.today())}
    assert told["spot"] == 1


def test_somebody_who_waits_goes_first_for_a_reason_that_supervision_reads(now, watch):
    from tongban.rooms.waiting import actions

    client, site, _ = at_window(now)
    first, seen = (actions.take_ticket(site.id, "general") for _ in range(2))
    page = client.get("/counter/").content.decode()
    assert f'<option value="{seen.id}">{seen.label}</option>' in page
    refused = press(client, do="prefer", ticket=str(seen.id), priority="elderly", why="")
    assert "请写明为什么优先" in text_of(refused)
    done = press(client, do="prefer", ticket=str(seen.id), priority="elderly", why="拄着拐杖")
    assert f"{seen.label} 号已改为优先" in text_of(done)
    assert "优先 · 老年人" in text_of(client.get("/counter/"))
    assert f"已叫 {seen.label} 号" in text_of(press(client, do="next"))
    page = text_of(watch.get("/watch/hall/preferred/?period=day&first=2026-09-22"))
    assert "陈虚构：拄着拐杖" in page
    assert first.label not in page
    # A number that waits elsewhere, or not any more, cannot be put first from here.
    gone = press(client, do="prefer", ticket=str(uuid4()), priority="elderly", why="拄着拐杖")
    assert "没有这个正在等的号码" in text_of(gone)


def test_a_clerk_not_trained_is_led_by_the_list_and_told_whom_to_ask(now, watch):
    """S046 Given a clerk at an all-item window, When a water item comes, Then the check list appears and acceptance
    works without a water clerk; whoever is trained for it is named.
    """
    from tongban.rooms.waiting import actions

    client, _, who = at_window(now)
    _, _, colleague = at_window(now, "window-2")
    me = now.citizen()
    page = f"/counter/receive/{me.id}/small-food-shop/"
    assert "还没有登记您学过" not in text_of(client.get(page))
    shown = watch.get(f"/watch/training/{colleague.id}/").content.decode()
    unit = now.item("small-food-shop").unit
    assert f'value="unit:{unit}"' in shown
    sent = {"key": uuid4().hex, "covers": [f"unit:{unit}"]}
    assert watch.post(f"/watch/training/{colleague.id}/", sent).status_code == 302
    told = text_of(client.get(page))
    assert "还没有登记您学过这个事项，一样可以收" in told
    assert re.search(r"现在可以问： ?\d+ 号窗口", told)
    assert "材料" in told
    actions.note_training(who.id, ["small-food-shop"], actor="a")
    assert "还没有登记您学过" not in text_of(client.get(page))
    matrix = text_of(watch.get("/watch/training/"))
    assert "全部" in matrix
    assert "还没有人学过" in matrix
    refused = watch.post(f"/watch/training/{colleague.id}/", {"key": uuid4().hex, "covers": ["no-such"]})
    assert refused.status_code == 422
    assert watch.get(f"/watch/training/{now.staff('jcs-officer').id}/").status_code == 404


def test_questions_of_who_left_are_given_to_a_colleague(now, watch):
    """S057 Given a question handed over, When the receiver does not accept, Then it stays with the first person; and
    when that one leaves, supervision gives it a new owner, so that none is without.
    """
    from datetime import date

    from tongban.rooms.people.models import Staff
    from tongban.rooms.waiting import actions

    _, site, who = at_window(now)
    colleague = now.staff("window-2")
    actions.take_question(site.id, "低保什么时候能批下来？", owner=who.id, actor=who.name)
    assert "陈虚构" in text_of(watch.get("/watch/hall/"))
    Staff.objects.filter(id=who.id).update(left_on=date(2026, 9, 20))
    page = watch.get("/watch/hall/questions/").content.decode()
    assert "低保" not in page
    asked = re.findall(r'name="question" value="([^"]+)"', page)[0]
    refused = watch.post("/watch/hall/questions/", {"key": uuid4().hex, "question": asked, "to": ""})
    assert refused.status_code == 422
    sent = {"key": uuid4().hex, "question": asked, "to": str(colleague.id)}
    assert watch.post("/watch/hall/questions/", sent).status_code == 302
    assert "每个问题都有人负责" in text_of(watch.get("/watch/hall/questions/"))
    assert "低保" in text_of(signed_in(colleague).get("/counter/questions/"))


@pytest.mark.parametrize("path", ["hall/", "hall/misrouted/", "hall/preferred/", "hall/questions/", "training/"])
def test_no_page_of_the_hall_asks_more_than_25_questions(now, watch, path, django_assert_max_num_queries):
    with django_assert_max_num_queries(25):
        assert watch.get(f"/watch/{path}").status_code == 200
