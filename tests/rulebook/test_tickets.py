"""Who is called next, and how long the others wait."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.rulebook.errors import Refused
from tongban.rulebook.tickets import QueueRule, Ticket, expected_wait, next_ticket, order, waited

DATA = {
    "ranks": {"emergency": 1, "elderly": 2, "disabled": 2, "military": 2},
    "appointment_rank": 3,
    "ordinary_rank": 4,
    "bound_minutes": 30,
    "grace_minutes": 10,
}
RULE = QueueRule.from_data(DATA)
NINE = datetime(2026, 9, 22, 1, 0, tzinfo=UTC)


def at(minutes: int) -> datetime:
    return NINE + timedelta(minutes=minutes)


def walk_in(name: str, minutes: int, priority: str = "", business: str = "") -> Ticket:
    return Ticket(name, at(minutes), business, priority)


def booked(name: str, came: int, slot: int) -> Ticket:
    return Ticket(name, at(came), appointment_at=at(slot))


def names(tickets) -> str:
    return "".join(ticket.id for ticket in tickets)


@pytest.mark.parametrize(
    ("waiting", "now", "expected"),
    [
        ([], 0, ""),
        ([walk_in("b", 2), walk_in("a", 1)], 5, "ab"),
        ([walk_in("b", 1), walk_in("a", 1)], 5, "ab"),
        ([walk_in("a", 1), walk_in("b", 2, "elderly")], 5, "ba"),
        ([walk_in("a", 1, "elderly"), walk_in("b", 2, "emergency"), walk_in("c", 0, "military")], 5, "bca"),
        ([walk_in("a", 1, "a class the county has not named"), walk_in("b", 0)], 5, "ba"),
        # an appointment goes before walk-ins from its time on, and like one of them before it
        ([walk_in("a", 0), booked("b", 1, 20)], 19, "ab"),
        ([walk_in("a", 0), booked("b", 1, 20)], 20, "ba"),
        ([walk_in("a", 1, "elderly"), booked("b", 0, 5)], 6, "ab"),
        ([booked("a", 3, 10), booked("b", 1, 12)], 15, "ab"),
        # ten minutes late is in time, eleven waits like a walk-in
        ([walk_in("a", 0), booked("b", 20, 10)], 21, "ba"),
        ([walk_in("a", 0), booked("b", 21, 10)], 22, "ab"),
        # past the bound the longest wait goes first, whatever its rank
        ([walk_in("a", 0), walk_in("b", 25, "elderly")], 30, "ba"),
        ([walk_in("a", 0), walk_in("b", 25, "elderly")], 31, "ab"),
        ([walk_in("a", 1), walk_in("b", 0, "elderly"), walk_in("c", 35, "emergency")], 40, "bac"),
        # an appointment that came early has waited only since its time
        ([walk_in("a", 5), booked("b", 0, 30)], 36, "ab"),
    ],
)
def test_order(waiting, now, expected):
    assert names(order(waiting, at(now), RULE)) == expected


def test_next_ticket_of_a_window_that_serves_some_business():
    waiting = [walk_in("a", 0, business="tax"), walk_in("b", 1, business="land")]

    assert next_ticket(waiting, at(2), RULE).id == "a"
    assert next_ticket(waiting, at(2), RULE, {"land"}).id == "b"
    assert next_ticket(waiting, at(2), RULE, {"births"}) is None


def test_next_ticket_leaves_out_what_was_called():
    waiting = [replace(walk_in("a", 0), called_at=at(1)), walk_in("b", 1)]

    assert next_ticket(waiting, at(2), RULE).id == "b"
    assert names(order(waiting, at(2), RULE)) == "b"


TICKETS = st.lists(
    st.builds(
        lambda came, priority, slot: (came, priority, slot),
        st.integers(0, 120),
        st.sampled_from(["", "elderly", "disabled", "emergency"]),
        st.none() | st.integers(0, 150),
    ),
    max_size=25,
).map(
    lambda rows: [
        Ticket(f"t{n:02d}", at(came), "", priority, None if slot is None else at(slot))
        for n, (came, priority, slot) in enumerate(rows)
    ]
)


@given(TICKETS, st.integers(0, 20))
def test_calling_until_nobody_waits_calls_each_ticket_once(tickets, pace):
    """S031: Given 3 open windows for a class, When tickets are called, Then order is by priority then time and no
    ticket is called twice.
    """
    waiting = {ticket.id: ticket for ticket in tickets}
    called = []
    for turn in range(len(tickets)):
        now = at(120 + turn // 3 * pace)
        ticket = next_ticket(waiting.values(), now, RULE)
        waiting[ticket.id] = replace(ticket, called_at=now)
        called.append(ticket.id)

    assert next_ticket(waiting.values(), at(9999), RULE) is None
    assert sorted(called) == sorted(waiting)


@given(TICKETS, st.integers(120, 300))
def test_nobody_within_the_bound_goes_before_somebody_past_it(tickets, minutes):
    now = at(minutes)
    past = [waited(ticket, now, RULE) > RULE.bound for ticket in order(tickets, now, RULE)]

    assert past == sorted(past, reverse=True)


@given(TICKETS, st.integers(120, 300))
def test_order_does_not_depend_on_the_order_given(tickets, minutes):
    assert order(tickets, at(minutes), RULE) == order(reversed(tickets), at(minutes), RULE)


@given(TICKETS, st.integers(120, 150))
def test_one_rank_within_the_bound_is_served_by_waiting_time(tickets, minutes):
    now = at(minutes)
    elderly = [
        waited(ticket, now, RULE)
        for ticket in order(tickets, now, RULE)
        if ticket.priority == "elderly" and waited(ticket, now, RULE) <= RULE.bound and ticket.appointment_at is None
    ]

    assert elderly == sorted(elderly, reverse=True)


def test_an_ordinary_ticket_is_called_although_the_elderly_never_stop_coming():
    waiting = [walk_in("ordinary", 0)]
    for minute in range(1, 60):
        waiting.append(walk_in(f"elderly{minute:02d}", minute, "elderly"))
        called = next_ticket(waiting, at(minute), RULE)
        waiting.remove(called)
        if called.id == "ordinary":
            break

    assert minute == 31


@pytest.mark.parametrize(
    ("ticket", "now", "minutes"),
    [(walk_in("a", 0), 7, 7), (booked("a", 0, 5), 7, 2), (booked("a", 0, 9), 7, 0), (booked("a", 20, 9), 30, 10)],
)
def test_waited(ticket, now, minutes):
    assert waited(ticket, at(now), RULE) == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("name", "free_at", "minutes"),
    [
        ("a", [0], 0),
        ("b", [0], 10),
        ("c", [0], 15),
        ("d", [0], 25),
        ("d", [0, 0], 10),
        ("a", [4, 30], 4),
        ("c", [4, 12], 14),
        ("d", [-5, 0], 10),
    ],
)
def test_expected_wait(name, free_at, minutes):
    tickets = {
        t.id: t for t in (walk_in("a", -4), walk_in("b", -3, business="quick"), walk_in("c", -2), walk_in("d", -1))
    }
    wait = expected_wait(
        tickets[name],
        tickets.values(),
        at(0),
        RULE,
        free_at=[at(one) for one in free_at],
        service={"quick": timedelta(minutes=5)},
        usual=timedelta(minutes=10),
    )

    assert wait == timedelta(minutes=minutes)


def test_expected_wait_without_a_window_or_of_a_ticket_that_does_not_wait():
    told = {"service": {}, "usual": timedelta(minutes=10)}
    ticket = walk_in("a", 0)

    assert expected_wait(ticket, [ticket], at(1), RULE, free_at=[], **told) is None
    assert expected_wait(replace(ticket, called_at=at(1)), [], at(1), RULE, free_at=[at(0)], **told) is None


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"ranks": None}, "queue_rule_incomplete"),
        ({"bound_minutes": "soon"}, "queue_rule_incomplete"),
        ({"ordinary_rank": 1}, "queue_rule_ranks"),
        ({"ranks": {"emergency": 0}}, "queue_rule_ranks"),
        ({"bound_minutes": 0}, "queue_rule_bound"),
        ({"grace_minutes": -1}, "queue_rule_bound"),
    ],
)
def test_queue_rule_refused(change, code):
    with pytest.raises(Refused) as caught:
        QueueRule.from_data(DATA | change)

    assert caught.value.code == code


@pytest.mark.parametrize(
    "change",
    [
        {"ranks": {"elderly": 1}, "appointment_rank": 1, "ordinary_rank": 1},
        {"ranks": {}, "appointment_rank": 2, "ordinary_rank": 2},
        {"ranks": {"elderly": "2"}, "appointment_rank": "1", "ordinary_rank": "2"},
        {"bound_minutes": 1},
        {"grace_minutes": 0},
    ],
)
def test_queue_rule_as_far_as_it_may_go(change):
    rule = QueueRule.from_data(DATA | change)
    told = DATA | change
    assert dict(rule.ranks) == {name: int(rank) for name, rank in told["ranks"].items()}
    assert (rule.appointment_rank, rule.ordinary_rank) == (int(told["appointment_rank"]), int(told["ordinary_rank"]))
    assert (rule.bound, rule.grace) == (
        timedelta(minutes=told["bound_minutes"]),
        timedelta(minutes=told["grace_minutes"]),
    )
