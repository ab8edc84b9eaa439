"""Many at once, each with a connection of its own, on a database that really commits."""

import threading
from collections import Counter
from datetime import timedelta
from uuid import uuid4

import pytest

from tests.rooms.waiting.conftest import NINE, build
from tongban.rulebook.errors import Refused


def together(work, people: int) -> list:
    """Run ``work(n)`` in ``people`` threads that start at the same moment; return what came of each, errors raised."""
    from django.db import connections

    gate = threading.Barrier(people)
    results: list = [None] * people

    def run(n: int) -> None:
        try:
            gate.wait(30)
            results[n] = work(n)
        except BaseException as error:  # shown by the test's own thread
            results[n] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results


@pytest.fixture
def crowd(own_database, at):
    return build()


def test_thirty_two_book_fifty_seats_and_exactly_fifty_are_booked(crowd):
    from tongban.rooms.waiting import actions
    from tongban.rooms.waiting.models import Seat, Session

    starts = NINE + timedelta(hours=2)
    where = actions.open_session(crowd.site, starts, starts + timedelta(hours=1), 50, actor="house")

    def try_four(n: int) -> tuple[int, int]:
        booked = full = 0
        for turn in range(4):
            try:
                actions.book(where, uuid4(), actor=f"person:{n}", key=str(turn))
                booked += 1
            except actions.SessionFull:
                full += 1
        return booked, full

    results = together(try_four, 32)

    assert (sum(row[0] for row in results), sum(row[1] for row in results)) == (50, 78)
    # The bookings are counted, not the counter.
    assert Seat.objects.filter(session_id=where, state="booked").count() == 50
    assert Session.objects.get(id=where).taken == 50


def test_the_same_booking_sent_many_times_at_once_is_one_seat(crowd):
    from tongban.rooms.waiting import actions
    from tongban.rooms.waiting.models import Seat, Session

    starts = NINE + timedelta(hours=2)
    where = actions.open_session(crowd.site, starts, starts + timedelta(hours=1), 50, actor="house")
    person = uuid4()
    results = together(lambda n: actions.book(where, person, actor="person:x", key="double-click"), 8)
    assert len({one.seat.id for one in results}) == 1
    assert sum(one.new for one in results) == 1
    assert (Seat.objects.count(), Session.objects.get(id=where).taken) == (1, 1)


def test_booking_and_cancelling_at_once_keeps_count_and_counter_together(crowd):
    from tongban.rooms.waiting import actions
    from tongban.rooms.waiting.models import Seat, Session

    starts = NINE + timedelta(hours=2)
    where = actions.open_session(crowd.site, starts, starts + timedelta(hours=1), 3, actor="house")

    def come_and_go(n: int) -> None:
        for turn in range(6):
            try:
                seat = actions.book(where, uuid4(), actor=f"person:{n}", key=str(turn)).seat
            except actions.SessionFull:
                continue
            if turn % 2 == 0:
                actions.cancel_booking(seat.id, actor=f"person:{n}")

    together(come_and_go, 8)
    assert Session.objects.get(id=where).taken == Seat.objects.filter(state="booked").count() == 3


def test_three_windows_call_sixty_tickets_and_none_twice(crowd):
    from tongban.rooms.waiting import actions
    from tongban.rooms.waiting.models import Ticket

    for n in range(60):
        actions.take_ticket(crowd.site, "general", priority="elderly" if n % 7 == 0 else "")

    def serve(n: int) -> list:
        called = []
        while (row := actions.call_next(crowd.windows[n])) is not None:
            called.append(row.id)
            actions.finish(row.id)
        return called

    called = [ticket for window in together(serve, 3) for ticket in window]

    assert (len(called), len(set(called))) == (60, 60)
    assert Ticket.objects.filter(state="served").count() == 60


def test_two_presses_at_one_window_call_one_ticket(crowd):
    from tongban.rooms.waiting import actions
    from tongban.rooms.waiting.models import Ticket

    for _ in range(5):
        actions.take_ticket(crowd.site, "general")

    def press(n: int) -> str:
        try:
            return actions.call_next(crowd.windows[0]).state
        except Refused as refused:
            return refused.code

    assert Counter(together(press, 4)) == {"called": 1, "window_busy": 3}
    assert Ticket.objects.filter(state="called").count() == 1


def test_numbers_taken_at_once_have_no_gap(crowd):
    from tongban.rooms.waiting import actions

    def take(n: int) -> list:
        # Every fourth press comes twice with one key.
        return [actions.take_ticket(crowd.site, "general", key=f"{n // 4}-{turn}").number for turn in range(5)]

    numbers = {number for row in together(take, 12) for number in row}
    assert numbers == set(range(1, 16))


def test_visits_recorded_at_once_are_all_counted(crowd):
    from tongban.rooms.waiting import actions, queries

    case = uuid4()
    together(lambda n: actions.record_visit(case, site_id=crowd.site, arrival=uuid4(), promised=1, actor="staff:T0"), 6)
    assert [one.ordinal for one in queries.visits_of(case)] == [1, 2, 3, 4, 5, 6]
