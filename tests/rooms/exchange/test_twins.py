"""外部办件: handed over once, told once, in order; entered by hand where there is no wire."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from tests.rooms.exchange.conftest import COUNTY, NINE
from tongban.rooms.exchange.port import CaseFacts, OutsideMessage
from tongban.rulebook.errors import Refused

DAY = date(2026, 9, 22)


class Casework:
    """Stands where casework stands: remembers the results it was told, and may refuse."""

    def __init__(self) -> None:
        self.told: list[tuple] = []
        self.refuses = ""

    def outside_result(self, case_id: UUID, *, result, outside_number, decided_on, message_id, who) -> None:
        if self.refuses:
            raise Refused(self.refuses, "不能办理。")
        self.told.append((case_id, result, outside_number, decided_on, who and who.name))


@pytest.fixture
def casework(monkeypatch) -> Casework:
    from tongban.rooms.exchange.actions import incoming

    double = Casework()
    monkeypatch.setattr(incoming.casework, "outside_result", double.outside_result)
    return double


@pytest.fixture
def tax(db, nine) -> None:
    from tongban.rooms.exchange import actions

    actions.register_system(COUNTY, "tax", "税务系统", actor="house", adapter="simulator")
    actions.register_system(COUNTY, "fund", "公积金系统", actor="house", manner="paper")


def facts(case_id: UUID | None = None) -> CaseFacts:
    return CaseFacts(case_id or uuid4(), "9901", COUNTY, "tax-register", ("new",), DAY, {"name": "示例店"})


def handed_over(system="tax"):
    from tongban.rooms.exchange import actions, queries

    twin = actions.hand_over(facts(), system, actor="house")
    for outbox in queries.outbox_of(twin):
        assert actions.deliver_outbox(outbox) == actions.Delivery("sent")
    return queries.twin(twin)


def message(twin, sequence=1, state="working", **given) -> OutsideMessage:
    return replace(
        OutsideMessage(f"m{sequence}", twin.outside_number, sequence, state, DAY),
        **given,
    )


def refusal(call, *args, **kwargs) -> str:
    with pytest.raises(Refused) as caught:
        call(*args, **kwargs)
    return caught.value.code


def test_a_case_handed_over_gets_its_outside_number(tax):
    from tongban.rooms.ledger.models import Promise

    twin = handed_over()
    assert (twin.state, twin.outside_number[:2]) == ("handed_over", "MN")
    assert list(Promise.objects.values_list("kind", "subject_id")) == [("deliver_outbox", twin.id)]


def test_handing_over_twice_is_one_twin_and_one_message(tax):
    from tongban.rooms.exchange import actions, queries

    case = facts()
    twin = actions.hand_over(case, "tax", actor="house")
    assert actions.hand_over(case, "tax", actor="house") == twin
    (outbox,) = queries.outbox_of(twin)
    actions.deliver_outbox(outbox)
    number = queries.twin(twin).outside_number
    assert actions.deliver_outbox(outbox) == actions.Delivery("sent")
    assert queries.twin(twin).outside_number == number
    assert refusal(actions.hand_over, case, "nobody", actor="house") == "system_unknown"


def test_what_waits_in_the_outbox_cannot_be_read_there(tax):
    from tongban.rooms.exchange import actions
    from tongban.rooms.exchange.models import Outbox

    actions.hand_over(facts(), "tax", actor="house")
    assert "示例店".encode() not in bytes(Outbox.objects.get().body_sealed)


def test_a_system_down_two_hours_gets_each_case_once(tax, casework):
    """S103 Given an outside system is down 2 hours, When it returns, Then queued cases are sent once each and states
    match."""
    from tongban.rooms import clock
    from tongban.rooms.exchange import actions, queries

    actions.set_knobs(COUNTY, "tax", down=True, after_days=0)
    twins = [actions.hand_over(facts(), "tax", actor="house") for _ in range(3)]
    assert (actions.deliver_due(), queries.systems(COUNTY)[1].queued) == (0, 3)
    assert actions.deliver_outbox(queries.outbox_of(twins[0])[0]) == actions.Delivery("waiting", "unreachable")
    with clock.held(NINE + timedelta(hours=2)):
        actions.set_knobs(COUNTY, "tax", down=False)
        assert (actions.deliver_due(), actions.deliver_due()) == (3, 0)
        assert actions.poll_due() == (3, 0)
        assert queries.unmatched(COUNTY, clock.now()) == ()
    assert [queries.twin(twin).state for twin in twins] == ["granted"] * 3
    assert sorted(told[0] for told in casework.told) == sorted(queries.twin(twin).case_id for twin in twins)


def test_a_case_they_do_not_take_waits_for_a_person(tax):
    from tongban.rooms.exchange import actions, queries

    actions.set_knobs(COUNTY, "tax", rejects="not_ours")
    twin = actions.hand_over(facts(), "tax", actor="house")
    (outbox,) = queries.outbox_of(twin)
    assert actions.deliver_outbox(outbox) == actions.Delivery("rejected", "not_ours")
    assert actions.deliver_outbox(outbox) == actions.Delivery("rejected", "not_ours")
    assert [row.id for row in queries.unmatched(COUNTY, NINE + timedelta(hours=1))] == [twin]


def test_a_missing_address_keeps_the_message(tax, settings):
    from tongban.rooms.exchange import actions, queries

    actions.register_system(COUNTY, "tax", "税务系统", actor="house", adapter="http", key_id="nokey")
    twin = actions.hand_over(facts(), "tax", actor="house")
    (outbox,) = queries.outbox_of(twin)
    assert actions.deliver_outbox(outbox) == actions.Delivery("waiting", "address_missing")
    settings.TONGBAN_EXCHANGE = {"tax": "http://127.0.0.1:1"}
    assert actions.deliver_outbox(outbox) == actions.Delivery("waiting", "key_missing")
    assert queries.twin(twin).state == "sending"


def test_a_result_told_twice_acts_once(tax, casework):
    from tongban.rooms.exchange import actions, queries

    twin = handed_over()
    told = message(twin, 1, "granted")
    first, again = (actions.receive(COUNTY, "tax", told) for _ in range(2))
    assert [(one.state, one.new) for one in (first, again)] == [("applied", True), ("applied", False)]
    assert casework.told == [(twin.case_id, "granted", twin.outside_number, DAY, None)]
    assert queries.twin(twin.id).state == "granted"


def test_the_same_id_with_another_content_is_refused(tax, casework):
    from tongban.rooms.exchange import actions

    twin = handed_over()
    actions.receive(COUNTY, "tax", message(twin, 1, "granted"))
    assert refusal(actions.receive, COUNTY, "tax", message(twin, 1, "refused")) == "message_changed"
    assert len(casework.told) == 1


def test_messages_act_in_order_however_they_arrive(tax, casework):
    from tongban.rooms.exchange import actions, queries

    twin = handed_over()
    states = [
        actions.receive(COUNTY, "tax", message(twin, sequence, state)).state
        for sequence, state in ((3, "granted"), (2, "working"), (1, "accepted"))
    ]
    assert states == ["held", "held", "applied"]
    assert [one.state for one in queries.messages_of(twin.id)] == ["applied"] * 3
    assert (queries.twin(twin.id).state, queries.twin(twin.id).last_sequence) == ("granted", 3)
    assert len(casework.told) == 1


def test_another_result_after_the_first_is_a_contradiction_for_a_person(tax, casework):
    from tongban.rooms.exchange import actions, queries

    twin = handed_over()
    actions.receive(COUNTY, "tax", message(twin, 1, "granted"))
    assert actions.receive(COUNTY, "tax", message(twin, 2, "granted")).state == "stale"
    assert actions.receive(COUNTY, "tax", message(twin, 3, "refused")).state == "contradicts"
    assert queries.twin(twin.id).state == "granted"
    assert [one.their_id for one in queries.troubled_messages(COUNTY)] == ["m3"]
    assert len(casework.told) == 1


def test_a_message_that_comes_before_the_number_waits_for_it(tax, casework):
    from tongban.rooms.exchange import actions, queries
    from tongban.rooms.exchange.adapters import adapter_of
    from tongban.rooms.exchange.models import System

    twin = actions.hand_over(facts(), "tax", actor="house")
    (outbox,) = queries.outbox_of(twin)
    # The simulator's number follows from the key of the message.
    number = adapter_of(System.objects.get(code="tax")).hand_over(facts(), f"hand_over:{twin}").number
    early = OutsideMessage("m1", number, 1, "granted", DAY)
    assert actions.receive(COUNTY, "tax", early).state == "unmatched"
    actions.deliver_outbox(outbox)
    assert (queries.twin(twin).state, len(casework.told)) == ("granted", 1)


def test_a_result_the_case_does_not_take_is_kept_and_can_act_later(tax, casework):
    from tongban.rooms.exchange import actions, queries

    twin = handed_over()
    casework.refuses = "wrong_state"
    got = actions.receive(COUNTY, "tax", message(twin, 1, "granted"))
    assert (got.state, got.reason) == ("refused", "wrong_state")
    assert actions.receive(COUNTY, "tax", message(twin, 2, "working")).state == "held"
    assert queries.twin(twin.id).state == "handed_over"

    casework.refuses = ""
    assert actions.retry_message(got.id, actor="staff:T1").state == "applied"
    assert [one.state for one in queries.messages_of(twin.id)] == ["applied", "stale"]
    assert actions.retry_message(got.id, actor="staff:T1").state == "applied"
    assert len(casework.told) == 1


@pytest.mark.parametrize("given", [{"state": "lost"}, {"sequence": 0}, {"id": ""}, {"id": "x" * 65}])
def test_a_message_against_the_agreement_is_not_taken_in(tax, given):
    from tongban.rooms.exchange import actions

    assert refusal(actions.receive, COUNTY, "tax", message(handed_over(), **given)) == "message_unfit"


def test_a_system_that_tells_everything_twice_has_one_effect(tax, casework):
    from tongban.rooms import clock
    from tongban.rooms.exchange import actions, queries

    actions.set_knobs(COUNTY, "tax", twice=True, decides="refused", after_days=2)
    twin = handed_over()
    with clock.held(NINE + timedelta(days=1)):
        assert actions.poll_twin(twin.id) is True
    assert (queries.twin(twin.id).state, casework.told) == ("accepted", [])
    with clock.held(NINE + timedelta(days=2)):
        assert [actions.poll_twin(twin.id) for _ in range(2)] == [True, True]
    assert casework.told == [(twin.case_id, "refused", twin.outside_number, date(2026, 9, 23), None)]
    assert len(queries.messages_of(twin.id)) == 2


def test_a_system_down_at_comparing_is_counted_and_others_go_on(tax, casework):
    from tongban.rooms.exchange import actions

    actions.register_system(COUNTY, "land", "不动产系统", actor="house", adapter="simulator")
    for system in ("tax", "land"):
        handed_over(system)
    actions.set_knobs(COUNTY, "tax", down=True)
    assert actions.poll_due() == (1, 1)


def test_a_clerk_enters_the_result_of_a_system_on_paper(tax, casework):
    from tongban.rooms.casework.actions import Who
    from tongban.rooms.exchange import actions, queries

    clerk = Who("staff", uuid4(), uuid4())
    twin = handed_over("fund")
    assert (twin.state, queries.outbox_of(twin.id)) == ("handed_over", ())
    entry = {"result": "granted", "on": DAY, "who": clerk, "key": "form-1"}
    assert refusal(actions.enter_by_hand, twin.id, **entry) == "outside_number_missing"

    first = actions.enter_by_hand(twin.id, **entry, outside_number="公积金2026-17")
    again = actions.enter_by_hand(twin.id, **entry, outside_number="公积金2026-17")

    assert (first.state, again.new, again.id) == ("applied", False, first.id)
    assert casework.told == [(twin.case_id, "granted", "公积金2026-17", DAY, clerk.name)]
    (kept,) = queries.messages_of(twin.id)
    assert (kept.entered_by, kept.sequence, queries.twin(twin.id).manual) == (clerk.name, None, True)
    assert refusal(actions.enter_by_hand, twin.id, **{**entry, "key": "form-2"}) == "twin_settled"
    assert refusal(actions.enter_by_hand, twin.id, **{**entry, "result": "refused"}) == "key_reused"


def test_an_entry_the_case_does_not_take_leaves_nothing(tax, casework):
    from tongban.rooms.casework.actions import Who
    from tongban.rooms.exchange import actions, queries

    twin = handed_over("fund")
    casework.refuses = "wrong_post"
    entry = {"result": "granted", "on": DAY, "who": Who("staff", uuid4(), uuid4()), "outside_number": "17"}
    assert refusal(actions.enter_by_hand, twin.id, **entry) == "wrong_post"
    assert (queries.messages_of(twin.id), queries.twin(twin.id)) == ((), twin)


def test_the_wire_that_comes_back_after_a_result_by_hand_changes_nothing(tax, casework):
    from tongban.rooms.casework.actions import Who
    from tongban.rooms.exchange import actions, queries

    twin = handed_over()
    held = actions.receive(COUNTY, "tax", message(twin, 3, "granted"))
    assert held.state == "held"
    clerk = Who("staff", uuid4(), uuid4())
    wrong = {"result": "granted", "on": DAY, "who": clerk, "outside_number": "anders"}
    assert refusal(actions.enter_by_hand, twin.id, **wrong) == "outside_number_differs"
    actions.enter_by_hand(twin.id, result="granted", on=DAY, who=clerk)
    assert [one.state for one in queries.messages_of(twin.id)] == ["stale", "applied"]
    assert actions.receive(COUNTY, "tax", message(twin, 4, "refused")).state == "contradicts"
    assert len(casework.told) == 1


def test_the_journal_of_a_twin_names_every_turn(tax, casework):
    from tongban.rooms.exchange import actions
    from tongban.rooms.ledger.models import Entry

    twin = handed_over()
    actions.receive(COUNTY, "tax", message(twin, 1, "granted"))
    rows = Entry.objects.filter(subject_id=twin.id).order_by("seq").values_list("step", "actor")
    assert list(rows) == [("hand_over", "house"), ("handed_over", "outside:tax"), ("told", "outside:tax")]
