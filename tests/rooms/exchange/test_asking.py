"""共享与核验: who may ask what, what is logged, and what a reviewer sees."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from tests.rooms.exchange.conftest import COUNTY, NINE, PERSON, TRUTH, approve
from tongban.rooms.exchange.comparing import ComparedLine, compare
from tongban.rooms.exchange.port import Answer
from tongban.rulebook.errors import Refused


def ask(**given):
    from tongban.rooms.exchange import actions

    asked = {"fields": ["marital_status"], "unit": "zrzy", "who": "staff:T1", "case_id": uuid4(), **given}
    return actions.ask(COUNTY, asked.pop("resource", "marriage"), asked.pop("query", PERSON), **asked)


def refusal(call, *args, **kwargs) -> str:
    with pytest.raises(Refused) as caught:
        call(*args, **kwargs)
    return caught.value.code


def log():
    from tongban.rooms.exchange import queries

    return queries.calls(COUNTY, NINE - timedelta(days=1), NINE + timedelta(days=400))


def test_a_call_without_case_or_purpose_is_refused_and_logged(source):
    """S101 Given a call without a case or purpose, When made, Then it is refused and logged."""
    approve()
    assert refusal(ask, case_id=None) == "purpose_missing"
    assert [(row.outcome, row.reason, row.who, row.resource) for row in log()] == [
        ("refused", "purpose_missing", "staff:T1", "marriage")
    ]


def test_an_approved_call_returns_only_what_was_asked(source):
    approve()
    case = uuid4()
    answer = ask(case_id=case)
    assert (answer.state, answer.values, answer.simulated) == ("found", {"marital_status": "已婚"}, True)
    (row,) = log()
    assert (row.id, row.case_id, row.fields, row.outcome) == (answer.call_id, case, ("marital_status",), "found")


def test_the_log_holds_nothing_of_the_person(source):
    from django.db import connection

    approve()
    ask()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(string_agg(l::text, ''), '') || (SELECT string_agg(t::text, '') FROM"
            " exchange_simulatedtruth t) || (SELECT string_agg(e::text, '') FROM ledger_entry e)"
            " FROM exchange_calllog l"
        )
        (kept,) = cursor.fetchone()
    assert [word for word in (PERSON["citizen_id"], *TRUTH.values()) if word in kept] == []


def test_a_read_for_a_case_is_in_the_access_log(source):
    from tongban.rooms.ledger.models import Access

    approve()
    case = uuid4()
    ask(case_id=case)
    assert list(Access.objects.values_list("subject_id", "who", "purpose")) == [(case, "staff:T1", "exchange:marriage")]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"fields": []}, "fields_missing"),
        ({"fields": ["since"]}, "field_not_approved"),
        ({"fields": ["salary"]}, "field_unknown"),
        ({"resource": "vehicles"}, "resource_unknown"),
        ({"unit": "scjg"}, "share_not_approved"),
        ({"case_id": None, "purpose": "好奇"}, "share_not_approved"),
    ],
)
def test_what_may_not_be_asked_is_refused_and_logged(source, given, code):
    approve()
    assert refusal(ask, **given) == code
    assert [(row.outcome, row.reason) for row in log()] == [("refused", code)]


def test_a_stated_purpose_must_be_the_approved_one(source):
    approve()
    assert ask(case_id=None, purpose="不动产登记核验").state == "found"


def test_an_approval_that_ended_or_was_withdrawn(source):
    from tongban.rooms import clock
    from tongban.rooms.exchange import actions

    request = approve(until=date(2026, 9, 21))
    assert ask().state == "found"
    with clock.held(NINE + timedelta(days=1)):
        assert refusal(ask) == "share_expired"
    actions.withdraw_share(request, actor="staff:M1")
    assert refusal(ask) == "share_not_approved"


def test_the_day_limit_holds_for_a_day(source):
    from tongban.rooms import clock

    approve(day_limit=2)
    for _ in range(2):
        ask()
    assert refusal(ask) == "day_limit"
    with clock.held(NINE + timedelta(days=1)):
        assert ask().state == "found"


def test_the_owner_may_approve_fewer_fields_never_more(source):
    from tongban.rooms.exchange import actions

    request = actions.request_share(
        COUNTY, "marriage", unit="zrzy", purpose="核验", fields=["name", "since"], actor="staff:T1"
    )
    assert refusal(actions.approve_share, request, until=date(2026, 12, 31), actor="x", fields=["marital_status"]) == (
        "field_not_requested"
    )
    actions.approve_share(request, until=date(2026, 12, 31), actor="staff:M1", fields=["name"])
    assert refusal(ask, fields=["since"]) == "field_not_approved"
    assert refusal(actions.decline_share, request, reason_code="no_need", actor="x") == "request_settled"


def test_the_same_standing_request_is_one(source):
    from tongban.rooms.exchange import actions, queries

    given = {"unit": "zrzy", "purpose": "核验", "fields": ["name"], "actor": "staff:T1"}
    first = actions.request_share(COUNTY, "marriage", **given)
    assert actions.request_share(COUNTY, "marriage", **given) == first
    actions.decline_share(first, reason_code="no_need", actor="staff:M1")
    assert actions.request_share(COUNTY, "marriage", **given) != first
    assert [row.state for row in queries.requests(COUNTY)] == ["requested", "declined"]


def test_sharing_is_refused_only_with_a_basis(source):
    from tongban.rooms.exchange import actions
    from tongban.rulebook.basis import unchecked

    entry = {"system": "civil", "owner_unit": "mzj", "share": "refused", "fields": ["name"], "actor": "house"}
    assert refusal(actions.register_resource, COUNTY, "adoption", "收养信息", **entry) == "refusal_needs_basis"
    actions.register_resource(COUNTY, "adoption", "收养信息", **entry, basis=unchecked("示例依据"))
    assert refusal(ask, resource="adoption", fields=["name"]) == "not_shared"


def test_what_is_shared_with_all_needs_no_approval(source):
    from tongban.rooms.exchange import actions

    actions.register_resource(
        COUNTY, "marriage", "x", system="civil", owner_unit="mzj", share="unconditional", fields=["name"], actor="h"
    )
    assert ask(fields=["name"], unit="anyone").values == {"name": "示例甲"}


def test_a_false_marital_status_is_shown_before_acceptance(source):
    """S102 Given marriage status false in the form, When checked, Then the mismatch is shown before acceptance."""
    from tongban.rooms.exchange import actions

    approve()
    form = {"applicant_name": "示例甲", "marriage": "未婚"}
    pairs = {"applicant_name": "name", "marriage": "marital_status"}
    case = uuid4()
    found = actions.check_form(COUNTY, "marriage", PERSON, form, unit="zrzy", who="staff:T1", case_id=case, pairs=pairs)
    assert (found.state, found.mismatches) == ("mismatched", (ComparedLine("marriage", "未婚", "已婚"),))
    (row,) = log()
    assert (row.case_id, row.verdict, row.mismatched) == (case, "mismatched", ("marriage",))
    assert row.id == found.call_id


def test_a_source_that_is_down_falls_back_to_paper_with_a_mark(source):
    from tongban.rooms.exchange import actions, queries

    approve()
    actions.set_knobs(COUNTY, "civil", down=True)
    found = actions.check_form(
        COUNTY, "marriage", PERSON, {"name": "示例甲"}, unit="zrzy", who="staff:T1", case_id=uuid4()
    )
    assert (found.state, found.lines) == ("paper", ())
    (row,) = log()
    assert (row.outcome, row.reason, row.verdict) == ("down", "unreachable", "paper")
    counts = queries.call_counts(COUNTY, NINE, NINE + timedelta(days=1))
    assert counts == queries.CallCounts(calls=1, answered=0, down=1, refused=0)


def test_a_source_that_is_wrong_or_too_slow_or_does_not_know(source):
    from tongban.rooms.exchange import actions

    approve()
    actions.set_knobs(COUNTY, "civil", wrong=["marital_status"])
    assert ask().values == {"marital_status": "已婚（误）"}
    actions.set_knobs(COUNTY, "civil", wrong=[], slow_ms=30, patience_ms=10)
    assert ask().state == "down"
    actions.set_knobs(COUNTY, "civil", slow_ms=20, patience_ms=100)
    assert (ask().state, log()[0].ms >= 20) == ("found", True)
    assert ask(query={"citizen_id": "990127199001010025"}).state == "missing"
    assert refusal(actions.set_knobs, COUNTY, "civil", mood="bad") == "knob_unknown"


def test_a_simulated_source_does_not_answer_in_production(source, settings):
    approve()
    settings.TONGBAN_DEMO = False
    assert refusal(ask) == "simulator_refused"


def test_a_call_inside_a_transaction_is_a_mistake(own_database, nine):
    """A slow source must not hold a transaction, and a refused call must stay on the log."""
    from django.db import transaction

    from tests.rooms.exchange.conftest import build_source

    build_source()
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        ask()
    assert refusal(ask) == "share_not_approved"
    assert [row.reason for row in log()] == ["share_not_approved"]


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        ("已婚", "已婚", True),
        ("ＡＢ１２", "ab12", True),
        ("示例 甲", "示例甲", True),
        ("已婚", "未婚", False),
        ("", "未婚", False),
        ("已婚", None, False),
    ],
)
def test_values_are_compared_apart_from_width_case_and_spaces(ours, theirs, same):
    values = {} if theirs is None else {"x": theirs}
    assert compare({"x": ours}, Answer("found", values)).state == ("matched" if same else "mismatched")


def test_a_source_without_a_record_is_neither_match_nor_mismatch():
    assert compare({"x": "1"}, Answer("missing")).state == "missing"
