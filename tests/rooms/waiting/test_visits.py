"""到场: counted per case beside the promise."""

from datetime import timedelta
from uuid import uuid4

from tests.rooms.waiting.conftest import NINE


def test_the_second_visit_of_a_one_visit_item_breaks_the_promise(world, at):
    """S008 Given a one-visit item, When the second check-in for the same case is recorded, Then the case is flagged
    as broken promise."""
    from tongban.rooms.waiting import actions, queries

    case = uuid4()
    first = actions.record_visit(case, site_id=world.site, arrival=uuid4(), promised=1, actor="staff:T0")
    at(60)
    second = actions.record_visit(case, site_id=world.site, arrival=uuid4(), promised=1, actor="staff:T0")

    assert [(one.ordinal, one.broken) for one in (first, second)] == [(1, False), (2, True)]
    assert queries.broken_promises("990127", NINE, NINE + timedelta(days=1)) == (second,)
    assert queries.broken_promises("990127", NINE, NINE + timedelta(minutes=30)) == ()


def test_one_coming_is_one_visit_however_often_told(world, at):
    from tongban.rooms.waiting import actions, queries

    case, arrival = uuid4(), uuid4()
    told = [
        actions.record_visit(case, site_id=world.site, arrival=arrival, promised=0, actor="staff:T0") for _ in range(2)
    ]
    assert told[0] == told[1]
    assert [one.broken for one in queries.visits_of(case)] == [True]


def test_a_transfer_within_the_hall_is_the_same_visit(world, at):
    from tongban.rooms.waiting import actions, queries

    case = uuid4()
    row = actions.take_ticket(world.site, "general")
    actions.call_next(world.windows[0])
    actions.link_case(row.id, case, promised=1, actor="staff:T0")
    moved = actions.transfer(row.id, "estate")
    actions.reassign_window(world.windows[0], world.zones["estate"], actor="x")
    actions.call_next(world.windows[0])
    actions.link_case(moved.id, case, promised=1, actor="staff:T0")
    assert len(queries.visits_of(case)) == 1
    assert [one.id for one in queries.tickets_of_case(case)] == [row.id, moved.id]


def test_one_ticket_may_serve_two_cases(world, at):
    from tongban.rooms.waiting import actions, queries

    cases = [uuid4(), uuid4()]
    row = actions.take_ticket(world.site, "general")
    actions.call_next(world.windows[0])
    for case in cases:
        actions.link_case(row.id, case, promised=1, actor="staff:T0")
    assert [len(queries.visits_of(case)) for case in cases] == [1, 1]
    assert queries.ticket(row.id).case_id == cases[0]


def test_a_visit_is_in_the_journal_with_its_case(world, at):
    from tongban.rooms.ledger.models import Entry
    from tongban.rooms.waiting import actions

    case = uuid4()
    visit = actions.record_visit(case, site_id=world.site, arrival=uuid4(), promised=1, actor="staff:T0")
    entry = Entry.objects.get(subject_id=visit.id)
    assert (entry.step, entry.body) == ("visited", {"case": str(case), "ordinal": 1, "promised": 1})
