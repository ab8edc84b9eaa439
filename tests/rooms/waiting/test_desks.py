"""Questions with an owner, originals that go back once, slips without a gap, and where somebody stands in the queue."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from tests.rooms.waiting.test_tickets import refusal, take

DAY = date(2026, 9, 21)


def ask(world, owner=0):
    from tongban.rooms.waiting import actions

    return actions.take_question(world.site, "低保什么时候能批下来？", owner=world.staff[owner], actor="staff:T0")


def test_a_question_handed_over_stays_with_the_first_until_it_is_accepted(world, at):
    """S057 Given a question handed over, When the receiver does not accept, Then it stays with the first person."""
    from tongban.rooms.waiting import actions, queries

    first, second, third = world.staff[:3]
    one = ask(world)
    actions.hand_over_question(one, second, by=first, actor="a")
    assert queries.question(one).owner_id == first
    actions.decline_question(one, by=second, actor="b")
    assert queries.question(one).owner_id == first
    assert refusal(actions.accept_question, one, by=second, actor="b") == "question_not_offered"
    actions.hand_over_question(one, third, by=first, actor="a")
    actions.accept_question(one, by=third, actor="c")
    assert queries.question(one).owner_id == third
    assert queries.open_questions("990127") == {third: 1}


def test_only_its_owner_answers_and_only_once(world, at):
    from tongban.rooms.waiting import actions, queries

    one = ask(world)
    assert refusal(actions.answer_question, one, "不知道", by=world.staff[1], actor="b") == "not_yours"
    actions.answer_question(one, "公示七天以后。", by=world.staff[0], actor="a")
    told = queries.question(one)
    assert (told.answered, told.answered_by) == ("公示七天以后。", world.staff[0])
    assert refusal(actions.answer_question, one, "再说一次", by=world.staff[0], actor="a") == "question_answered"
    assert queries.questions_of(world.staff[0], DAY) == ()


def test_a_stand_in_sees_and_answers_while_the_owner_is_away(world, at):
    from tongban.rooms.waiting import actions, queries

    away, here = world.staff[:2]
    one = ask(world)
    absence = actions.name_stand_in(away, here, DAY, DAY + timedelta(days=2), actor="a")
    assert [row.id for row in queries.questions_of(here, DAY)] == [one]
    assert refusal(actions.name_stand_in, away, world.staff[2], DAY, DAY, actor="a") == "absence_known"
    actions.end_absence(absence, by=away, actor="a")
    assert queries.questions_of(here, DAY) == ()
    assert refusal(actions.answer_question, one, "不该由我答", by=here, actor="b") == "not_yours"


def test_an_original_lies_under_one_label_and_goes_back_once(world, at):
    from tongban.rooms.waiting import actions, queries

    case = uuid4()
    given = {"site_id": world.site, "place": "3 号柜", "staff_id": world.staff[0], "actor": "a"}
    one = actions.take_original(case, "deed", label="Y0001", **given)
    assert refusal(actions.take_original, uuid4(), "deed", label="Y0001", **given) == "label_taken"
    assert queries.original_labelled(world.site, " Y0001 ").case_id == case
    actions.return_original(one, staff_id=world.staff[1], actor="b")
    actions.return_original(one, staff_id=world.staff[1], actor="b")
    assert queries.original_labelled(world.site, "Y0001") is None
    assert actions.take_original(uuid4(), "deed", label="Y0001", **given)


def test_slips_are_reserved_without_a_gap_and_each_is_settled_once(world, at):
    from tongban.rooms.waiting import actions, queries

    assert actions.reserve_slips(world.site, DAY, 3, actor="a") == (1, 2, 3)
    assert actions.reserve_slips(world.site, DAY, 2, actor="a") == (4, 5)
    assert actions.reserve_slips(world.other_site, DAY, 1, actor="a") == (1,)
    moment = at(30)
    case = uuid4()
    actions.use_slip(world.site, DAY, 2, received_at=moment - timedelta(minutes=10), case_id=case, actor="a")
    actions.use_slip(world.site, DAY, 2, received_at=moment - timedelta(minutes=10), case_id=case, actor="a")
    actions.void_slip(world.site, DAY, 4, reason="写错", actor="a")
    assert refusal(actions.void_slip, world.site, DAY, 2, reason="写错", actor="a") == "slip_spent"
    assert refusal(actions.void_slip, world.site, DAY, 9, reason="写错", actor="a") == "slip_unknown"
    assert [row.state for row in queries.slips(world.site)] == ["reserved", "used", "reserved", "void", "reserved"]
    at(24 * 60)
    assert [row.state for row in queries.slips(world.site)] == ["missing", "used", "missing", "void", "missing"]
    # Found again the next morning: it can still be entered with the time written on it.
    actions.use_slip(world.site, DAY, 1, received_at=moment, case_id=uuid4(), actor="a")


@pytest.mark.parametrize("minutes", [-24 * 60, 60])
def test_a_slip_is_not_used_on_another_day_or_in_the_future(world, at, minutes):
    from tongban.rooms.waiting import actions

    actions.reserve_slips(world.site, DAY, 1, actor="a")
    moment = at(0) + timedelta(minutes=minutes)
    assert (
        refusal(actions.use_slip, world.site, DAY, 1, received_at=moment, case_id=uuid4(), actor="a") == "slip_moment"
    )


def test_a_ticket_knows_how_many_are_before_it(world, at):
    from tongban.rooms.waiting import actions, queries

    mine = [take(world) for _ in range(4)]
    at(1)
    old = take(world, priority="elderly")
    assert queries.place(old.id).before == 0
    assert queries.place(mine[3].id).before == 4
    assert queries.place(mine[3].id).wait == queries.expected_wait(mine[3].id)
    called = actions.call_next(world.windows[0])
    assert called.id == old.id
    assert queries.place(old.id) is None
    assert [one.label for one in queries.calls(world.site, DAY)] == [old.label]


def test_an_agriculture_item_goes_to_the_agriculture_class(world, at):
    """S048 Given an agriculture item, When a ticket is drawn, Then it goes to the agriculture class."""
    from tongban.rooms.waiting import actions, queries

    actions.open_class(world.site, "farm", "F", "农业事务", ["unit:nyj"])
    actions.route_items(world.site, "general", ["*"], actor="a")
    known = queries.classes(world.site)
    assert queries.class_for(known, "seed-filing", "nyj", on_the_spot=True).code == "farm"
    assert queries.class_for(known, "small-food-shop", "scjg", on_the_spot=False).code == "general"
    assert take(world, queries.class_for(known, "seed-filing", "nyj", on_the_spot=True).code).label == "F001"
