"""预约: capacity holds, keys hold, a full session offers the next one."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tests.rooms.waiting.conftest import NINE
from tongban.rulebook.errors import Refused


def refusal(call, *args, **kwargs) -> str:
    with pytest.raises(Refused) as caught:
        call(*args, **kwargs)
    return caught.value.code


def session(world, *, hours=2, capacity=5, **given):
    from tongban.rooms.waiting import actions

    starts = NINE + timedelta(hours=hours)
    return actions.open_session(world.site, starts, starts + timedelta(hours=1), capacity, actor="house", **given)


def book(session_id, person=None, **given):
    from tongban.rooms.waiting import actions

    return actions.book(session_id, person or uuid4(), **{"actor": "staff:T0", "key": str(uuid4()), **given})


def count(session_id, *states) -> int:
    from tongban.rooms.waiting.models import Seat

    return Seat.objects.filter(session_id=session_id, state__in=states or ("booked", "came")).count()


def test_the_sixth_of_five_is_refused_and_offered_the_next(world, at):
    """S032 Given capacity 5 for a slot, When a sixth person books, Then it is refused and the next free slot
    offered."""
    from tongban.rooms.waiting import actions

    morning, _, evening = session(world), session(world, hours=3, capacity=0), session(world, hours=4, capacity=2)
    for _ in range(5):
        book(morning)
    with pytest.raises(actions.SessionFull) as caught:
        book(morning)
    assert (caught.value.code, caught.value.offer.id, caught.value.offer.free) == ("session_full", evening, 2)
    assert "2026年09月21日13:00" in caught.value.sentence
    assert count(morning) == 5


def test_a_full_session_without_another_offers_nothing(world, at):
    from tongban.rooms.waiting import actions

    with pytest.raises(actions.SessionFull) as caught:
        book(session(world, capacity=0))
    assert caught.value.offer is None


def test_the_same_key_gives_the_same_seat(world, at):
    full = session(world, capacity=1)
    person = uuid4()
    first = book(full, person, key="k1")
    again = book(full, person, key="k1")
    assert (first.new, again.new, first.seat) == (True, False, again.seat)
    assert count(full) == 1
    assert refusal(book, full, uuid4(), key="k1") == "key_reused"
    assert refusal(book, full, person, key="k1", item_code="other") == "key_reused"
    assert refusal(book, full, person, key="") == "key_missing"


def test_one_person_one_seat_per_session(world, at):
    where, person = session(world), uuid4()
    book(where, person)
    assert refusal(book, where, person) == "already_booked"
    assert count(where) == 1


def test_a_cancelled_seat_is_free_at_once(world, at):
    from tongban.rooms.waiting import actions, queries

    where, person = session(world, capacity=1), uuid4()
    seat = book(where, person).seat
    assert actions.cancel_booking(seat.id, actor="person:x").state == "cancelled"
    assert actions.cancel_booking(seat.id, actor="person:x").state == "cancelled"
    assert [one.free for one in queries.free_sessions(world.site, NINE, NINE + timedelta(days=1))] == [1]
    assert book(where, person).seat.state == "booked"
    assert refusal(book, where) == "session_full"


def test_what_cannot_be_booked(world, at):
    from tongban.rooms.waiting import actions

    where = session(world)
    actions.close_session(where, actor="house")
    assert refusal(book, where) == "session_closed"
    assert refusal(book, uuid4()) == "session_unknown"
    over = session(world, hours=3)
    at(4 * 60)
    assert refusal(book, over) == "session_over"


def test_capacity_never_falls_below_what_is_taken(world, at):
    from tongban.rooms.waiting import actions

    where = session(world)
    for _ in range(2):
        book(where)
    assert refusal(actions.change_capacity, where, 1, actor="house") == "capacity_below_taken"
    actions.change_capacity(where, 2, actor="house")
    assert refusal(book, where) == "session_full"


def test_a_counter_set_wrong_is_refused_by_the_database(world, at):
    from django.db import IntegrityError, transaction

    from tongban.rooms.waiting.models import Session

    where = session(world, capacity=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Session.objects.filter(id=where).update(taken=2)
    assert Session.objects.get(id=where).taken == 0


def test_check_in_gives_a_ticket_that_goes_before_walk_ins(world, at):
    from tongban.rooms.waiting import actions, queries

    person = uuid4()
    seat = book(session(world, queue_class="general"), person).seat
    assert [one.code for one in queries.my_appointments(person)] == [seat.code]
    assert refusal(actions.check_in, seat.code, world.site) == "too_early"
    at(100)
    actions.take_ticket(world.site, "general")
    at(115)
    mine = actions.check_in(seat.code.lower(), world.site)
    assert actions.check_in(seat.code, world.site) == mine
    assert (mine.label, mine.appointment_at, queries.seat(seat.id).state) == ("A002", seat.starts_at, "came")
    at(121)
    assert actions.call_next(world.windows[0]).id == mine.id
    day = at(122).date()
    # An appointment in time has waited from its agreed time on: one minute.
    assert queries.waiting_times(world.site, day, day).mean == 60.0
    assert refusal(actions.cancel_booking, seat.id, actor="x") == "seat_settled"


def test_check_in_at_the_wrong_place_or_with_a_wrong_code(world, at):
    from tongban.rooms.waiting import actions

    seat = book(session(world, queue_class="general")).seat
    at(110)
    assert refusal(actions.check_in, seat.code, world.other_site) == "other_site"
    assert (
        refusal(actions.check_in, "00000000" if seat.code != "00000000" else "11111111", world.site) == "code_unknown"
    )
    actions.cancel_booking(seat.id, actor="x")
    assert refusal(actions.check_in, seat.code, world.site) == "seat_settled"


def test_a_refused_check_in_leaves_the_seat_booked(world, at):
    from tongban.rooms.waiting import actions, queries

    seat = book(session(world)).seat
    at(110)
    assert refusal(actions.check_in, seat.code, world.site, class_code="nothing") == "class_unknown"
    assert queries.seat(seat.id).state == "booked"


def test_whoever_did_not_come_is_marked_after_the_session(world, at):
    from tongban.rooms.waiting import actions, queries

    where = session(world, queue_class="general")
    came, missed = book(where).seat, book(where).seat
    at(120)
    actions.check_in(came.code, world.site)
    assert actions.mark_missed() == 0
    at(181)
    assert (actions.mark_missed(), actions.mark_missed()) == (1, 0)
    assert [queries.seat(one.id).state for one in (came, missed)] == ["came", "missed"]
    assert refusal(actions.check_in, missed.code, world.site) == "session_over"


def test_a_case_and_a_post_hold_seats_too(world, at):
    from tongban.rooms.waiting import queries

    survey = session(world, kind="survey")
    case = uuid4()
    book(survey, case, holder_kind="case")
    book(survey, case, holder_kind="post")
    assert [(one.holder_kind, one.holder_id) for one in queries.seats_of(survey)] == [("case", case), ("post", case)]


@pytest.mark.parametrize("rows", [1, 3])
def test_lists_cost_one_query(world, at, django_assert_num_queries, rows):
    from tongban.rooms.waiting import queries

    person = uuid4()
    for hour in range(rows):
        book(session(world, hours=hour + 1), person)
    with django_assert_num_queries(1):
        assert len(queries.my_appointments(person)) == rows
    with django_assert_num_queries(1):
        assert len(queries.free_sessions(world.site, NINE, NINE + timedelta(days=1))) == rows
