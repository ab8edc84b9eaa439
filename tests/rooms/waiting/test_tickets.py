"""取号叫号: numbers without gaps, calls in order, nobody twice."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tongban.rulebook.errors import Refused


def refusal(call, *args, **kwargs) -> str:
    with pytest.raises(Refused) as caught:
        call(*args, **kwargs)
    return caught.value.code


def take(world, code="general", **given):
    from tongban.rooms.waiting import actions

    return actions.take_ticket(world.site, code, **given)


def test_numbers_run_without_gap_per_class_and_day(world, at):
    from tongban.rooms.waiting import actions

    labels = [take(world, code).label for code in ("general", "general", "estate", "general")]
    assert labels == ["A001", "A002", "B001", "A003"]
    at(24 * 60)
    assert actions.take_ticket(world.site, "general").label == "A001"


def test_the_thousandth_label_grows(world, at):
    from tongban.rooms.waiting.models import QueueNumber

    take(world)
    QueueNumber.objects.update(last=999)
    assert take(world).label == "A1000"


def test_pressing_twice_gives_one_ticket_and_no_gap(world, at):
    first = take(world, key="kiosk-7")
    assert take(world, key="kiosk-7") == first
    assert take(world).number == 2
    assert refusal(take, world, "estate", key="kiosk-7") == "key_reused"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"class_code": "nothing"}, "class_unknown"),
        ({"class_code": "general", "priority": "impatient"}, "priority_unknown"),
    ],
)
def test_a_ticket_that_cannot_be_taken(world, at, given, code):
    from tongban.rooms.waiting import actions

    assert refusal(actions.take_ticket, world.site, **given) == code


def test_a_site_without_a_hall_gives_no_tickets(world, at):
    from tongban.rooms.waiting import actions

    assert refusal(actions.take_ticket, world.other_site, "general") == "no_hall"


def test_three_windows_call_by_priority_then_time(world, at):
    """S031 Given 3 open windows for a class, When tickets are called, Then order is by priority then time and no
    ticket is called twice."""
    from tongban.rooms.waiting import actions

    for minute, priority in enumerate(["", "", "elderly", "", "disabled"]):
        at(minute)
        take(world, priority=priority)
    at(10)
    called = []
    for turn in range(6):
        row = actions.call_next(world.windows[turn % 3])
        if row:
            called.append(row.label)
            actions.finish(row.id)
    assert called == ["A003", "A005", "A001", "A002", "A004"]


def test_an_ordinary_ticket_past_the_bound_goes_first(world, at):
    from tongban.rooms.waiting import actions

    take(world)
    at(39)
    take(world, priority="elderly")
    at(41)
    assert actions.call_next(world.windows[0]).label == "A001"


def test_many_of_a_priority_do_not_hide_the_others(world, at):
    """Only the first few of each priority class are read before a call; that must not change the order."""
    from tongban.rooms.waiting import actions

    for minute in range(12):
        at(minute)
        take(world, priority="elderly")
    at(12)
    take(world)
    called = []
    for _ in range(13):
        row = actions.call_next(world.windows[0])
        called.append(row.number)
        actions.finish(row.id)
    assert called == list(range(1, 14))


def test_a_call_reads_the_same_number_of_times_with_one_and_thirty_waiting(world, at, django_assert_num_queries):
    from tongban.rooms.waiting import actions

    def press() -> None:
        # window, candidates, savepoint, the call, its release, the row
        with django_assert_num_queries(6):
            row = actions.call_next(world.windows[0])
        actions.finish(row.id)

    take(world)
    press()
    for _ in range(30):
        take(world)
    press()


def test_a_window_calls_only_its_zones_class(world, at):
    from tongban.rooms.waiting import actions

    take(world, "estate")
    assert actions.call_next(world.windows[0]) is None


def test_a_reassigned_window_calls_the_new_zones_class(world, at):
    """S033 Given a window re-assigned to another zone, When the next ticket is called, Then it is of the new zone's
    class."""
    from tongban.rooms.waiting import actions, queries

    take(world, "general")
    take(world, "estate")
    actions.reassign_window(world.windows[0], world.zones["estate"], actor="staff:T0")

    assert actions.call_next(world.windows[0]).class_code == "estate"
    assert queries.windows(world.site)[0].classes == ("estate",)


def test_a_window_with_someone_at_it_calls_nobody_else(world, at):
    from tongban.rooms.waiting import actions

    for _ in range(2):
        take(world)
    actions.call_next(world.windows[0])
    assert refusal(actions.call_next, world.windows[0]) == "window_busy"
    assert refusal(actions.close_window, world.windows[0], actor="x") == "window_busy"
    assert refusal(actions.reassign_window, world.windows[0], world.zones["estate"], actor="x") == "window_busy"


def test_a_closed_window_calls_nobody(world, at):
    from tongban.rooms.waiting import actions

    take(world)
    actions.close_window(world.windows[0], actor="staff:T0")
    assert refusal(actions.call_next, world.windows[0]) == "window_closed"
    assert refusal(actions.call_next, uuid4()) == "window_unknown"


def test_one_member_of_staff_sits_at_one_window(world, at):
    from tongban.rooms.waiting import actions

    window = actions.add_window(world.zones["estate"], "9", actor="house")
    assert refusal(actions.open_window, window, world.staff[0], actor="x") == "staff_at_another_window"
    actions.open_window(window, world.staff[3], actor="x")
    assert refusal(actions.open_window, window, world.staff[0], actor="x") == "window_occupied"
    assert refusal(actions.open_window, window, uuid4(), actor="x") == "staff_unknown"


def test_a_narrowed_window_serves_less_than_its_zone(world, at):
    from tongban.rooms.waiting import actions

    actions.open_zone(world.site, "general", "综合受理区", ["general", "estate"], actor="house")
    actions.serve_classes(world.windows[0], ["estate"], actor="house")
    take(world, "general")
    assert actions.call_next(world.windows[0]) is None
    assert actions.call_next(world.windows[1]).label == "A001"
    assert refusal(actions.serve_classes, world.windows[0], ["tax"], actor="x") == "class_not_in_zone"


def test_recall_skip_and_return_behind_three(world, at):
    from tongban.rooms.waiting import actions

    first = take(world)
    for minute in range(1, 6):
        at(minute)
        take(world)
    at(6)
    row = actions.call_next(world.windows[0])
    assert (row.id, actions.recall(row.id).recalls) == (first.id, 1)
    assert actions.skip(row.id).state == "skipped"
    assert refusal(actions.recall, row.id) == "ticket_moved"
    actions.return_ticket(row.id)

    called = []
    for _ in range(6):
        row = actions.call_next(world.windows[0])
        called.append(row.label)
        actions.finish(row.id)
    assert called == ["A002", "A003", "A004", "A001", "A005", "A006"]


def test_a_missed_ticket_comes_back_once_and_only_that_day(world, at):
    from tongban.rooms.waiting import actions

    row = take(world)
    actions.call_next(world.windows[0])
    actions.skip(row.id)
    assert actions.return_ticket(row.id).state == "waiting"
    actions.call_next(world.windows[0])
    actions.skip(row.id)
    assert refusal(actions.return_ticket, row.id) == "ticket_spent"

    late = take(world)
    actions.call_next(world.windows[0])
    actions.skip(late.id)
    at(24 * 60)
    assert refusal(actions.return_ticket, late.id) == "ticket_expired"


def test_a_transferred_person_keeps_her_place_in_time(world, at):
    from tongban.rooms.waiting import actions, queries

    mine = take(world)
    at(1)
    take(world, "estate")
    at(2)
    actions.call_next(world.windows[0])
    moved = actions.transfer(mine.id, "estate")
    assert (moved.label, moved.arrival, queries.ticket(mine.id).state) == ("B002", mine.id, "transferred")
    assert actions.transfer(mine.id, "estate") == moved

    actions.reassign_window(world.windows[1], world.zones["estate"], actor="x")
    assert actions.call_next(world.windows[1]).label == "B002"


def test_finish_twice_changes_nothing(world, at):
    from tongban.rooms.waiting import actions

    row = take(world)
    assert refusal(actions.finish, row.id) == "ticket_moved"
    actions.call_next(world.windows[0])
    assert actions.finish(row.id) == actions.finish(row.id)
    assert refusal(actions.skip, row.id) == "ticket_moved"
    assert refusal(actions.finish, uuid4()) == "ticket_unknown"


def test_a_ticket_held_at_closing_time_is_served_and_marked(world, at):
    """S036 Given a person holding a ticket at closing time, When the hall closes, Then the ticket stays valid and the
    case is marked 延时."""
    from tongban.rooms.waiting import actions, queries

    before = take(world)
    take(world)
    actions.call_next(world.windows[0])
    actions.finish(before.id)
    at(9 * 60)
    assert actions.close_hall(world.site, actor="house") == 1
    assert refusal(take, world) == "hall_closed"

    at(9 * 60 + 5)
    row = actions.call_next(world.windows[0])
    case = uuid4()
    row = actions.link_case(row.id, case, promised=1, actor="staff:T0")

    assert (row.label, row.extended, row.case_id) == ("A002", True, case)
    assert [visit.extended for visit in queries.visits_of(case)] == [True]
    day_before, day_after = at(-60), at(24 * 60)
    assert [visit.case_id for visit in queries.extended_visits("990127", day_before, day_after)] == [case]
    assert queries.ticket(before.id).extended is False


def test_waiting_times_are_mean_and_ninety_five_percent_point(world, at):
    from tongban.rooms.waiting import actions, queries

    assert queries.waiting_times(world.site, at(0).date(), at(0).date()) == queries.WaitingTimes(0, None, None)
    for _ in range(3):
        take(world)
    for minute, window in zip((1, 2, 6), world.windows, strict=True):
        at(minute)
        actions.call_next(window)
    day = at(7).date()
    assert queries.waiting_times(world.site, day, day) == queries.WaitingTimes(3, 180.0, pytest.approx(336.0))
    assert queries.waiting_times(world.site, day, day, class_code="estate").tickets == 0


def test_the_board_shows_the_hall(world, at):
    from tongban.rooms.waiting import actions, queries

    for priority in ("", "elderly", ""):
        take(world, priority=priority)
    actions.call_next(world.windows[0])
    shown = queries.board(world.site)
    assert [(row.number, row.calling) for row in shown.windows] == [("1", "A002"), ("2", ""), ("3", "")]
    assert shown.classes == (
        queries.ClassWaiting("general", "综合受理", 3, 2, 0),
        queries.ClassWaiting("estate", "不动产登记", 0, 0, 0),
    )
    assert (shown.next_labels, shown.closed) == (("A001", "A003"), False)
    assert refusal(queries.board, world.other_site) == "no_hall"


def test_the_expected_wait_counts_open_windows_and_those_before(world, at):
    from tongban.rooms.waiting import actions, queries

    for window in world.windows[1:]:
        actions.close_window(window, actor="x")
    rows = [take(world) for _ in range(3)]
    actions.call_next(world.windows[0])
    assert queries.expected_wait(rows[1].id) == timedelta(minutes=3)
    assert queries.expected_wait(rows[2].id) == timedelta(minutes=6)
    assert queries.expected_wait(take(world, "estate").id) is None


def test_a_changed_rule_orders_from_the_next_call_on(world, at):
    from tongban.rooms.waiting import actions

    take(world)
    at(1)
    take(world, priority="elderly")
    rule = {**actions.QUEUE_RULE, "ranks": {"elderly": 3}}
    actions.set_queue_rule(world.site, rule, actor="house")
    assert actions.call_next(world.windows[0]).label == "A001"
    assert refusal(actions.set_queue_rule, world.site, {"ranks": {}}, actor="house") == "queue_rule_incomplete"


def test_changes_of_windows_are_in_the_journal(world, at):
    from tongban.rooms.ledger.models import Entry
    from tongban.rooms.waiting import actions

    actions.reassign_window(world.windows[0], world.zones["estate"], actor="staff:T0")
    steps = Entry.objects.filter(subject_id=world.windows[0]).order_by("seq").values_list("step", flat=True)
    assert list(steps) == ["add_window", "open_window", "reassign_window"]
