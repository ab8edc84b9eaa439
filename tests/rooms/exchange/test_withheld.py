"""未开放的权限: which resource, why, since when, who must act, and how many cases it has touched."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tests.rooms.exchange.conftest import COUNTY, NINE, PERSON, approve
from tongban.rulebook.errors import Refused

REFUSED = {"system": "civil", "owner_unit": "mzj", "share": "refused", "fields": ["name"], "actor": "house"}


def refusal(call, *args, **kwargs) -> str:
    with pytest.raises(Refused) as caught:
        call(*args, **kwargs)
    return caught.value.code


def ask(case_id, unit="zrzy"):
    from tongban.rooms.exchange import actions

    return actions.ask(COUNTY, "marriage", PERSON, fields=["name"], unit=unit, who="staff:T1", case_id=case_id)


def test_a_declined_request_is_on_the_register_until_it_is_approved(source):
    from tongban.rooms import clock
    from tongban.rooms.exchange import actions, queries

    request = actions.request_share(COUNTY, "marriage", unit="zrzy", purpose="核验", fields=["name"], actor="staff:T1")
    actions.decline_share(request, reason_code="superior", actor="staff:M1")
    cases = [uuid4(), uuid4()]
    for case in (*cases, cases[0]):
        assert refusal(ask, case) == "share_not_approved"
    assert refusal(ask, uuid4(), unit="scjg") == "share_not_approved"
    with clock.held(NINE + timedelta(days=9)):
        (one,) = queries.withheld(COUNTY)
        assert (one.what, one.department, one.resource, one.unit) == ("data", "mzj", "marriage", "zrzy")
        assert (one.days, one.must_act, one.lawful, one.cases) == (9, "mzj", False, 2)
        assert "上级主管部门" in one.reason
        assert [actions.urge_withheld(one.id, actor="staff:X1") for _ in range(2)] == [1, 2]
        approve()
        assert queries.withheld(COUNTY) == ()
    (ended,) = queries.withheld(COUNTY, ended=True)
    assert (ended.ending, ended.days, ended.urged) == ("opened", 9, 2)
    assert ended.urged_on == (NINE + timedelta(days=9)).date()
    assert refusal(actions.urge_withheld, one.id, actor="x") == "withheld_ended"


def test_what_is_not_shared_by_a_rule_is_told_apart(source):
    from tongban.rooms.exchange import actions, queries
    from tongban.rulebook.basis import unchecked

    actions.register_resource(COUNTY, "adoption", "收养信息", **REFUSED, basis=unchecked("示例依据"))
    actions.register_resource(COUNTY, "adoption", "收养信息", **REFUSED, basis=unchecked("示例依据"))
    (one,) = queries.withheld(COUNTY)
    assert (one.resource, one.lawful, one.basis) == ("adoption", True, "示例依据")
    actions.register_resource(COUNTY, "adoption", "收养信息", **{**REFUSED, "share": "conditional"})
    assert queries.withheld(COUNTY) == ()


def test_working_rights_in_a_system_are_withheld_with_reason_and_owner(source):
    from tongban.rooms.exchange import actions, queries

    line = {
        "what": "rights",
        "system": "civil",
        "department": "mzj",
        "reason": "称上级要求监管",
        "must_act": "xzsp",
        "actor": "house",
    }
    made = actions.register_withheld(COUNTY, **line)
    assert actions.register_withheld(COUNTY, **line) == made
    assert refusal(actions.register_withheld, COUNTY, **{**line, "reason": " "}) == "reason_missing"
    assert refusal(actions.register_withheld, COUNTY, **{**line, "system": ""}) == "withheld_of_nothing"
    assert refusal(actions.register_withheld, COUNTY, **{**line, "system": "moon"}) == "system_unknown"
    assert refusal(actions.register_withheld, COUNTY, **{**line, "what": "mood"}) == "withheld_unknown"
    assert refusal(actions.end_withheld, made, ending="forgotten", actor="x") == "ending_unknown"
    actions.end_withheld(made, ending="replaced", actor="staff:X1")
    assert [(one.id, one.ending) for one in queries.withheld(COUNTY, ended=None)] == [(made, "replaced")]


@pytest.mark.parametrize("count", [1, 5])
def test_the_register_costs_three_queries(source, count, django_assert_num_queries):
    from tongban.rooms.exchange import actions, queries

    for n in range(count):
        request = actions.request_share(
            COUNTY, "marriage", unit=f"u{n}", purpose="核验", fields=["name"], actor="staff:T1"
        )
        actions.decline_share(request, reason_code="no_need", actor="staff:M1")
    line = {"what": "link", "system": "civil", "department": "mzj", "reason": "没有接口", "must_act": "xzsp"}
    actions.register_withheld(COUNTY, **line, actor="house")
    with django_assert_num_queries(3):
        assert len(queries.withheld(COUNTY)) == count + 1
