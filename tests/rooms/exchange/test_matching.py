"""对账: each day both sides are held against one another, and what differs stays on the list until it is settled."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from tests.rooms.exchange.conftest import COUNTY, NINE
from tongban.rooms.exchange.matching import Found, Ours, match
from tongban.rooms.exchange.port import CaseFacts, Holding
from tongban.rulebook.errors import Refused

DAY = date(2026, 9, 21)
ID = UUID(int=1)


def ours(state="handed_over", sequence=0, number="A", outside="M1") -> Ours:
    return Ours(ID, number, outside, state, sequence)


def theirs(state="accepted", sequence=1, number="A", outside="M1") -> Holding:
    return Holding(number, outside, state, sequence)


@pytest.mark.parametrize(
    ("left", "right", "kinds"),
    [
        ([ours("accepted", 1)], [theirs()], []),
        ([ours("granted", 2)], [theirs("granted", 2)], []),
        # Their list shows the end of yesterday, ours today.
        ([ours("granted", 2)], [theirs("accepted", 1)], []),
        ([ours("granted", 2)], [], []),
        ([ours("sending", 0, outside="")], [], ["unsent"]),
        # They have it, but their answer never came: it is still to be sent, and no stranger.
        ([ours("sending", 0, outside="")], [theirs()], ["unsent"]),
        ([ours("rejected", 0, outside="")], [], ["unsent"]),
        ([ours("accepted", 1)], [], ["only_ours"]),
        ([], [theirs()], ["only_theirs"]),
        ([ours("accepted", 1)], [theirs(outside="M2")], ["number"]),
        ([ours("accepted", 1)], [theirs(), theirs(outside="M2")], ["twice"]),
        ([ours("handed_over", 0)], [theirs()], ["behind"]),
        ([ours("accepted", 1)], [theirs("granted", 2)], ["behind"]),
        ([ours("granted", 2)], [theirs("refused", 2)], ["result"]),
        # A clerk entered a result that they do not have.
        ([ours("granted", 0)], [theirs("working", 2)], ["result"]),
        ([ours("granted", 0, outside="")], [theirs("granted", 2)], []),
    ],
)
def test_every_difference_has_its_name(left, right, kinds):
    matched = match(left, right)
    assert [one.kind for one in matched.differences] == kinds
    assert matched.agreed == (frozenset() if kinds else {one.number for one in left})


def test_a_difference_says_both_sides():
    found = match([ours("granted", 2)], [theirs("refused", 2)]).differences
    assert found == (Found("result", "A", "M1", "granted", "refused", ID),)


@pytest.fixture
def tax(db, nine, monkeypatch):
    """The tax system, simulated; casework remembers the results it is told."""
    from tongban.rooms.exchange import actions
    from tongban.rooms.exchange.actions import incoming

    told: list[tuple] = []
    monkeypatch.setattr(
        incoming.casework, "outside_result", lambda case_id, **given: told.append((case_id, given["result"]))
    )
    actions.register_system(COUNTY, "tax", "税务系统", actor="house", adapter="simulator", department="swj")
    actions.register_system(COUNTY, "police", "公安系统", actor="house", manner="paper", department="gaj")
    return told


def sent(number: str, system: str = "tax") -> UUID:
    from tongban.rooms.exchange import actions, queries

    facts = CaseFacts(uuid4(), number, COUNTY, "tax-confirmation", (), DAY, {})
    twin = actions.hand_over(facts, system, actor="house")
    for outbox in queries.outbox_of(twin):
        actions.deliver_outbox(outbox)
    return twin


def next_day(days: int = 1):
    from tongban.rooms import clock

    return clock.held(NINE + timedelta(days=days))


def listed():
    from tongban.rooms.exchange import queries

    return [(one.kind, one.number, one.owner, one.age) for one in queries.differences(COUNTY)]


def refusal(call, *args, **kwargs) -> str:
    with pytest.raises(Refused) as caught:
        call(*args, **kwargs)
    return caught.value.code


def test_a_day_on_which_both_sides_agree(tax):
    from tongban.rooms.exchange import actions, queries

    for number in ("A", "B"):
        sent(number)
    assert refusal(actions.match_system, COUNTY, "tax", DAY) == "day_not_over"
    with next_day():
        assert actions.match_system(COUNTY, "tax", DAY) == actions.DayMatched("matched", 2, 2, 0)
        (row,) = queries.matchings(COUNTY, DAY, DAY)
    assert (row.system, row.state, row.ours, row.theirs, row.agreed, row.differing) == ("tax", "matched", 2, 2, 2, 0)


def test_differences_become_rows_with_age_and_owner_and_close_when_both_agree(tax):
    from tongban.rooms.exchange import actions, queries

    for number in ("A", "B"):
        sent(number)
    actions.set_knobs(COUNTY, "tax", forgets=1.0, invents=1, after_days=5)
    with next_day():
        assert actions.match_system(COUNTY, "tax", DAY).differing == 3
        assert actions.match_system(COUNTY, "tax", DAY).differing == 3
    with next_day(3):
        assert listed() == [
            ("only_ours", "A", "swj", 3),
            ("only_ours", "B", "swj", 3),
            ("only_theirs", "WLXT20260921000", "swj", 3),
        ]
        actions.set_knobs(COUNTY, "tax", forgets=0.0, invents=0)
        actions.match_system(COUNTY, "tax", DAY + timedelta(days=2))
        # What nobody sent stays until a person has found out what it is.
        assert listed() == [("only_theirs", "WLXT20260921000", "swj", 3)]
        settled = queries.differences(COUNTY, settled=True)
    assert [(one.number, one.settlement, one.settled_by) for one in settled] == [
        ("A", "agreed", "house"),
        ("B", "agreed", "house"),
    ]


def test_what_they_did_and_we_have_not_heard_is_fetched_before_it_is_called_a_difference(tax):
    from tongban.rooms.exchange import actions, queries

    actions.set_knobs(COUNTY, "tax", after_days=1)
    twin = sent("A")
    with next_day(2):
        assert actions.match_system(COUNTY, "tax", DAY + timedelta(days=1)).state == "matched"
        assert (queries.twin(twin).state, len(tax)) == ("granted", 1)


def test_another_result_there_is_found_though_the_case_is_settled_here(tax):
    from tongban.rooms.exchange import actions, queries

    actions.set_knobs(COUNTY, "tax", after_days=1)
    twin = sent("A")
    with next_day(1):
        actions.poll_twin(twin)
        actions.set_knobs(COUNTY, "tax", decides="refused")
    with next_day(2):
        actions.match_system(COUNTY, "tax", DAY + timedelta(days=1))
        (one,) = queries.differences(COUNTY)
    assert (one.kind, one.ours, one.theirs, one.case_id) == ("result", "granted", "refused", queries.twin(twin).case_id)


def test_a_person_settles_a_difference_once_and_says_how(tax):
    from tongban.rooms.casework.actions import Who
    from tongban.rooms.exchange import actions, queries
    from tongban.rooms.ledger.models import Entry

    sent("A")
    actions.set_knobs(COUNTY, "tax", invents=1)
    with next_day():
        actions.match_system(COUNTY, "tax", DAY)
        (one,) = queries.differences(COUNTY)
        clerk = Who("staff", uuid4(), uuid4())
        assert refusal(actions.settle_difference, one.id, how="ignored", who=clerk) == "settlement_unknown"
        assert refusal(actions.settle_difference, one.id, how="not_ours", who=clerk) == "note_missing"
        assert refusal(actions.settle_difference, one.id, how="resent", who=clerk) == "nothing_to_resend"
        actions.settle_difference(one.id, how="not_ours", who=clerk, note="对方误挂，已电话核实")
        again = {"how": "not_ours", "who": clerk, "note": "x"}
        assert refusal(actions.settle_difference, one.id, **again) == "difference_settled"
    (kept,) = queries.differences(COUNTY, settled=True)
    assert (kept.settled_by, kept.settlement, kept.note) == (clerk.name, "not_ours", "对方误挂，已电话核实")
    entry = Entry.objects.get(subject_id=one.id)
    assert (entry.step, entry.actor, "误挂" in str(entry.body)) == ("settle", clerk.name, False)


def test_a_case_they_lost_is_handed_over_again_under_its_key(tax):
    from tongban.rooms.casework.actions import Who
    from tongban.rooms.exchange import actions, queries
    from tongban.rooms.exchange.models import SimulatedCase

    twin = sent("A")
    number = queries.twin(twin).outside_number
    SimulatedCase.objects.all().delete()
    with next_day():
        actions.match_system(COUNTY, "tax", DAY)
        (one,) = queries.differences(COUNTY)
        assert one.kind == "only_ours"
        actions.settle_difference(one.id, how="resent", who=Who("staff", uuid4(), uuid4()))
        assert actions.deliver_due() == 1
    with next_day(2):
        assert actions.match_system(COUNTY, "tax", DAY + timedelta(days=1)).state == "matched"
    assert queries.twin(twin).outside_number == number


def test_a_system_that_is_down_all_day_is_matched_when_it_is_back(tax):
    from tongban.rooms.exchange import actions, queries

    sent("A")
    actions.set_knobs(COUNTY, "tax", down_on=["2026-09-22"], after_days=5)
    with next_day(1):
        assert actions.match_due() == 0
        assert actions.match_due() == 0
        (row,) = queries.matchings(COUNTY, DAY, DAY)
        assert (row.state, row.trouble, row.attempts) == ("unreachable", "unreachable", 2)
    with next_day(2):
        assert (actions.match_due(), actions.match_due()) == (2, 0)
        rows = queries.matchings(COUNTY, DAY, DAY + timedelta(days=1))
    assert [(row.day.day, row.state) for row in rows] == [(22, "matched"), (21, "matched")]


def test_what_lay_in_our_outbox_is_no_loss_of_theirs(tax):
    """A case sent on the day after could not be on their list."""
    from tongban.rooms.exchange import actions

    actions.set_knobs(COUNTY, "tax", down=True)
    sent("A")
    with next_day():
        actions.set_knobs(COUNTY, "tax", down=False)
        actions.deliver_due()
        assert actions.match_system(COUNTY, "tax", DAY).state == "matched"


def test_a_clerk_brings_the_list_of_a_system_without_a_line(tax):
    from tongban.rooms.casework.actions import Who
    from tongban.rooms.exchange import actions, queries

    for number in ("A", "B"):
        sent(number, "police")
    clerk = Who("staff", uuid4(), uuid4())
    with next_day():
        assert refusal(actions.match_system, COUNTY, "police", DAY) == "system_on_paper"
        assert actions.match_due() == 0
        enter = (COUNTY, "police", DAY, [Holding("A", "户1", "working", 0)])
        assert refusal(actions.enter_holdings, *enter, who=Who("person", uuid4())) == "for_staff"
        assert refusal(actions.enter_holdings, COUNTY, "tax", DAY, [], who=clerk) == "system_has_line"
        lost = [Holding("A", "户1", "lost", 0)]
        assert refusal(actions.enter_holdings, COUNTY, "police", DAY, lost, who=clerk) == "list_unfit"
        assert actions.enter_holdings(*enter, who=clerk).differing == 1
        (row,) = queries.matchings(COUNTY, DAY, DAY)
        assert (row.agreed, row.entered_by) == (1, clerk.name)
        assert listed() == [("only_ours", "B", "gaj", 1)]
        assert [one[1] for one in queries.awaiting_entry(COUNTY)] == ["A", "B"]


@pytest.mark.parametrize("count", [1, 6])
def test_the_lists_cost_the_same_for_one_and_for_many(tax, count, django_assert_num_queries):
    from tongban.rooms.exchange import actions, queries

    for n in range(count):
        sent(f"A{n}")
    actions.set_knobs(COUNTY, "tax", forgets=1.0)
    with next_day():
        actions.match_system(COUNTY, "tax", DAY)
        with django_assert_num_queries(1):
            assert len(queries.differences(COUNTY)) == count
        with django_assert_num_queries(1):
            assert len(queries.matchings(COUNTY, DAY, DAY)) == 1
