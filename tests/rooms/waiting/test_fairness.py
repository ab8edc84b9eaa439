"""Numbers of the wrong class, who went first and why, who is trained for what, questions that nobody is left with."""

from datetime import date
from uuid import uuid4

import pytest

from tests.rooms.waiting.test_tickets import refusal, take

DAY = date(2026, 9, 21)


def test_the_share_of_misrouted_numbers_counts_what_windows_said_and_what_the_first_case_shows(world, at):
    """S048 Given an agriculture item, When a ticket is drawn, Then it goes to the agriculture class; what did not is
    counted, and the share opens to its numbers.
    """
    from tongban.rooms.waiting import actions, queries

    wrong, second, right, other = (take(world) for _ in range(4))
    moved = []
    for one, window in ((wrong, 0), (second, 1)):
        assert actions.call_next(world.windows[window]).id == one.id
        moved.append(actions.transfer(one.id, "estate", misrouted=one is wrong))
    for one, belongs in ((right, "general"), (other, "estate")):
        assert actions.call_next(world.windows[0]).id == one.id
        actions.link_case(one.id, uuid4(), promised=1, actor="a", belongs=belongs)
        # What she does besides is no sign of a wrong number.
        actions.link_case(one.id, uuid4(), promised=1, actor="a", belongs="estate")
        actions.finish(one.id)
    told = {one.code: (one.called, one.misrouted) for one in queries.routed(world.site, DAY, DAY)}
    assert told["general"] == (4, 2)
    assert told["estate"] == (0, 0)
    rows = queries.misrouted(world.site, DAY, DAY)
    assert sorted((one.label, one.went_to != "", one.case_id is not None) for one in rows) == [
        (wrong.label, True, False),
        (other.label, False, True),
    ]
    assert queries.misrouted(world.site, date(2026, 9, 22), date(2026, 9, 22)) == ()


def test_a_priority_given_by_staff_needs_its_reason_goes_first_and_is_counted(world, at):
    from tongban.rooms.ledger.models import Entry
    from tongban.rooms.waiting import actions, queries

    take(world)
    at_device, seen = take(world, priority="elderly"), take(world)
    given = {"staff_id": world.staff[0], "actor": "staff:T0"}
    assert refusal(actions.give_priority, seen.id, "disabled", " ", **given) == "priority_why"
    assert refusal(actions.give_priority, seen.id, "rich", "很急", **given) == "priority_unknown"
    for _twice in range(2):
        assert actions.give_priority(seen.id, "disabled", "坐轮椅", **given).priority == "disabled"
    assert Entry.objects.filter(subject_id=seen.id, step="give_priority").count() == 1
    at(5)
    assert actions.call_next(world.windows[0]).id == at_device.id
    actions.finish(at_device.id)
    assert actions.call_next(world.windows[0]).id == seen.id
    assert refusal(actions.give_priority, seen.id, "elderly", "满头白发", **given) == "ticket_moved"
    told = {one.priority: (one.given, one.by_staff) for one in queries.preferred(world.site, DAY, DAY)}
    assert told == {"elderly": (1, 0), "disabled": (1, 1), "": (1, 0)}
    rows = {one.label: (one.by, one.why) for one in queries.preferred_tickets(world.site, DAY, DAY)}
    assert rows == {at_device.label: (None, ""), seen.label: (world.staff[0], "坐轮椅")}
    # Passed on she keeps it, and counts once.
    moved = actions.transfer(seen.id, "estate")
    assert moved.priority == "disabled"
    assert {one.priority: one.given for one in queries.preferred(world.site, DAY, DAY)}["disabled"] == 1


def test_who_is_trained_is_noted_whole_and_taken_back(county):
    from tongban.rooms.people.models import Staff
    from tongban.rooms.waiting import actions, queries

    who, item = county.staff("window-1"), county.item("small-food-shop")
    actions.note_training(who.id, [f"unit:{item.unit}"], actor="a")
    assert queries.able_in(queries.trained("990127"), item.code, item.unit) == {who.id}
    actions.note_training(who.id, ["water-abstraction"], actor="a")
    assert queries.able_in(queries.trained("990127"), item.code, item.unit) == set()
    assert queries.trained("990127") == {who.id: {"water-abstraction"}}
    assert refusal(actions.note_training, who.id, ["no-such-item"], actor="a") == "training_unknown"
    assert refusal(actions.note_training, uuid4(), [], actor="a") == "staff_unknown"
    assert Staff.objects.filter(id=who.id).exists()


def test_a_question_whose_owner_left_is_seen_and_gets_a_new_one_at_once(world, at):
    """S057.  Questions without an owner are none: whoever leaves is found, and her questions are given on."""
    from tongban.rooms.people.models import Staff
    from tongban.rooms.waiting import actions, queries

    first, second = world.staff[:2]
    one = actions.take_question(world.site, "低保什么时候能批下来？", owner=first, actor="a")
    assert refusal(actions.assign_question, one, second, actor="s") == "question_owned"
    assert [(row.owner_id, row.count, row.left) for row in queries.owned("990127", DAY)] == [(first, 1, False)]
    assert queries.without_owner("990127", DAY) == ()
    Staff.objects.filter(id=first).update(left_on=date(2026, 9, 20))
    assert [(row.owner_id, row.left) for row in queries.owned("990127", DAY)] == [(first, True)]
    assert [row[0] for row in queries.without_owner("990127", DAY)] == [one]
    assert refusal(actions.assign_question, one, first, actor="s") == "question_receiver"
    actions.assign_question(one, second, actor="s")
    assert queries.without_owner("990127", DAY) == ()
    assert queries.question(one).owner_id == second
    actions.answer_question(one, "公示七天以后。", by=second, actor="b")
    with pytest.raises(Exception, match="question_answered"):
        actions.assign_question(one, second, actor="s")
