"""A real case that lives in two systems: its clock runs here, its result comes from there."""

from datetime import date

import pytest

from tongban.rulebook.errors import Refused

SYSTEM = "province-social-security"
ITEM = "social-insurance-registration"
#: Holds a mandate of the company.
AGENT = "代示例"


@pytest.fixture
def handed_over(county):
    """An accepted case of an item handled elsewhere, its papers sent on 22 September."""
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.exchange import actions, queries

    with county.at(2026, 9, 22):
        actions.register_system(county.code, SYSTEM, "省社会保险系统", actor="house", adapter="simulator")
        filing = county.filing(ITEM, applicant=county.citizen("示例县示例餐饮有限公司"))
        case_id = casework.file_case(filing, county.citizen(AGENT)).case_id
        casework.accept(case_id, county.able("accept", ITEM))
        casework.hand_over(case_id, casework.Who("house"), system=SYSTEM)
        twin = actions.send_case(case_id, SYSTEM)
        (outbox,) = queries.outbox_of(twin)
        assert actions.deliver_outbox(outbox).state == "sent"
        yield queries.twin(twin)


def state_of(twin) -> str:
    from tongban.rooms.casework.queries.reading import read

    return str(read(twin.case_id).row["state"])


def test_the_result_from_outside_decides_the_case_once(county, handed_over):
    from tongban.rooms.exchange import actions, queries
    from tongban.rooms.ledger.models import Entry

    assert state_of(handed_over) == "elsewhere"
    with county.at(2026, 9, 24):
        actions.set_knobs(county.code, SYSTEM, twice=True)
        assert [actions.poll_twin(handed_over.id) for _ in range(2)] == [True, True]
    assert (state_of(handed_over), queries.twin(handed_over.id).state) == ("granted", "granted")
    steps = Entry.objects.filter(subject_id=handed_over.case_id, step="granted_elsewhere")
    assert [(one.actor, one.body["decided_on"]) for one in steps] == [("outside", "2026-09-24")]


def test_the_result_entered_by_a_clerk_is_the_same_step_marked(county, handed_over):
    from tongban.rooms.exchange import actions
    from tongban.rooms.ledger.models import Entry

    with county.at(2026, 9, 23):
        clerk = county.able("receive", ITEM)
        entry = {"result": "refused", "on": date(2026, 9, 23), "who": clerk, "key": "form-1"}
        assert [actions.enter_by_hand(handed_over.id, **entry).state for _ in range(2)] == ["applied", "applied"]
    assert state_of(handed_over) == "refused"
    step = Entry.objects.get(subject_id=handed_over.case_id, step="refused_elsewhere")
    assert (step.actor, step.body["manual"]) == (clerk.name, True)


def test_a_clerk_without_the_power_enters_nothing(county, handed_over):
    from tongban.rooms.casework.actions import Who
    from tongban.rooms.exchange import actions, queries

    with county.at(2026, 9, 23), pytest.raises(Refused):
        nobody = Who("person", county.citizen().id)
        actions.enter_by_hand(handed_over.id, result="granted", on=handed_over.handed_at.date(), who=nobody)
    assert (state_of(handed_over), queries.messages_of(handed_over.id)) == ("elsewhere", ())


@pytest.mark.parametrize("sent", [True, False], ids=["as a twin", "not sent yet"])
def test_two_results_under_long_keys_that_begin_alike_are_two(county, sent):
    """The API takes keys of 80 characters: none of them is cut, or the second result would be taken for the first."""
    from tests.doors.api.conftest import Tokens
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.exchange import actions

    with county.at(2026, 9, 22):
        actions.register_system(county.code, SYSTEM, "省社会保险系统", actor="house", adapter="simulator")
        clerk = Tokens().staff(county.able("examine", ITEM))
        for n in range(2):
            filing = county.filing(ITEM, applicant=county.citizen("示例县示例餐饮有限公司"))
            case_id = casework.file_case(filing, county.citizen(AGENT)).case_id
            casework.accept(case_id, county.able("accept", ITEM))
            casework.hand_over(case_id, casework.Who("house"), system=SYSTEM)
            if sent:
                actions.send_case(case_id, SYSTEM)
            body = {"decided_on": "2026-09-22", "outside_number": f"SB-{n}"}
            for _ in range(2):
                path, key = f"/cases/{case_id}/steps/granted_elsewhere", "k" * 79 + str(n)
                answer = clerk.post(path, body, key=key)
                assert (answer.status_code, answer.told.get("state")) == (200, "granted"), answer.told
