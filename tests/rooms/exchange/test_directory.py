"""政务信息资源目录: what is listed, what holds data, what has not been brought up to date, and how it is used."""

from datetime import date, timedelta

import pytest

from tests.rooms.exchange.conftest import COUNTY, NINE, approve
from tongban.rulebook.errors import Refused
from tongban.rulebook.numbers import make_citizen_id

TODAY = date(2026, 9, 21)


def register(code="disability", **more):
    from tongban.rooms.exchange import actions

    entry = {"system": "civil", "owner_unit": "cl", "share": "conditional", "fields": ["name"], "actor": "house"}
    return actions.register_resource(COUNTY, code, f"资源{code}", **{**entry, **more})


@pytest.mark.parametrize(
    ("update_days", "updated", "stale"),
    [
        (30, TODAY - timedelta(days=30), False),
        (30, TODAY - timedelta(days=31), True),
        (30, None, True),
        (0, None, False),
        (None, TODAY - timedelta(days=900), False),
    ],
)
def test_a_resource_not_brought_up_to_date_in_its_period_is_listed_with_its_owner(source, update_days, updated, stale):
    """S100.  Given a resource not updated in its period, When checked, Then it is listed as stale with owner."""
    from tongban.rooms.exchange import actions, queries

    register(form="table", update_days=update_days)
    if updated is not None:
        actions.mount(COUNTY, "disability", rows=820, on=updated, actor="staff:C1")
    listed = [(one.code, one.owner_unit) for one in queries.stale_resources(COUNTY, TODAY)]
    assert listed == ([("disability", "cl")] if stale else [])


def test_the_directory_adds_up_by_form_and_by_what_holds_data(source):
    from tongban.rooms.exchange import actions, queries

    register("a", form="table")
    register("b", form="file")
    actions.mount(COUNTY, "b", rows=1200, on=TODAY, actor="staff:C1")
    sums = queries.directory_sums(COUNTY)
    assert (sums.listed, sums.mounted, sums.rows) == (3, 2, 1200)
    assert (sums.tables, sums.files, sums.interfaces) == (1, 1, 1)
    for given, code in (({"rows": -1}, "rows_negative"), ({"on": TODAY + timedelta(days=1)}, "updated_in_future")):
        with pytest.raises(Refused) as no:
            actions.mount(COUNTY, "a", **{"rows": 1, "on": TODAY, "actor": "x", **given})
        assert no.value.code == code
    with pytest.raises(Refused) as no:
        register("c", form="paper")
    assert no.value.code == "form_unknown"


@pytest.mark.parametrize("count", [1, 4])
def test_metering_and_the_list_of_who_looked_cost_the_same_for_one_and_for_many(
    source, count, django_assert_num_queries
):
    from uuid import uuid4

    from tongban.rooms.exchange import actions, queries
    from tongban.rooms.people import actions as people

    number = make_citizen_id("990127", date(1990, 1, 1), 1)
    actions.teach_simulator(COUNTY, "marriage", {"citizen_id": number}, {"name": "示例甲"})
    she = people.register_person("示例甲", county=COUNTY, actor="house", identifiers=[("citizen_id", number, "")])
    approve()
    for _ in range(count):
        query = {"citizen_id": number}
        actions.ask(COUNTY, "marriage", query, fields=["name"], unit="zrzy", who="staff:T1", case_id=uuid4())
    with django_assert_num_queries(1):
        (row,) = queries.metering(COUNTY, NINE, NINE + timedelta(days=1))
    assert (row.resource, row.unit, row.calls, row.found, row.cases) == ("marriage", "zrzy", count, count, count)
    with django_assert_num_queries(4):
        assert len(queries.looks(she)) == count
