"""A small county to test in: one department, a hall with a village below it, a few people."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from tests.rooms.people.sample import COUNTY, NOON, Office, citizen, firm_code


@pytest.fixture
def clock_held(db) -> Iterator[None]:
    from tongban.rooms import clock

    with clock.held(NOON):
        yield


@pytest.fixture
def adult(clock_held) -> UUID:
    from tongban.rooms.people import actions

    number = citizen(date(1988, 5, 6), 1)
    return actions.register_person(
        "林示例", county=COUNTY, actor="house", identifiers=[("citizen_id", number, "")], phone="10000000001"
    )


@pytest.fixture
def other(clock_held) -> UUID:
    from tongban.rooms.people import actions

    number = citizen(date(1990, 12, 12), 2)
    return actions.register_person("代示例", county=COUNTY, actor="house", identifiers=[("citizen_id", number, "")])


@pytest.fixture
def child(clock_held) -> UUID:
    from tongban.rooms.people import actions

    number = citizen(date(2015, 6, 1), 3)
    return actions.register_person("童示例", county=COUNTY, actor="house", identifiers=[("citizen_id", number, "")])


@pytest.fixture
def firm(clock_held) -> UUID:
    from tongban.rooms.people import actions

    return actions.register_organisation(
        "示例县示例餐饮有限公司", county=COUNTY, actor="house", credit_code=firm_code(2)
    )


@pytest.fixture
def office(clock_held) -> Office:
    from tongban.rooms.people import actions

    actions.import_divisions(
        [
            {"code": "990127000000", "name": "示例县", "level": "county", "parent_code": "990100000000"},
            {"code": "990127001000", "name": "示范镇", "level": "town", "parent_code": "990127000000"},
            {"code": "990127001201", "name": "东示村民委员会", "level": "village", "parent_code": "990127001000"},
        ],
        actor="house",
    )
    actions.open_unit(
        "scjg",
        county=COUNTY,
        actor="house",
        full_name="示例县市场监督管理局",
        short_name="示例市监",
        credit_code="11990127MB0000019Q",
    )
    hours = [{"days": "12345", "from": "08:30", "to": "12:00"}]
    places: dict[str, Any] = {"county": COUNTY, "actor": "house", "hours": hours}
    hall = actions.open_site("hall", name="县政务服务中心", kind="hall", division="990127000000", **places)
    village = actions.open_site(
        "village-1", name="东示村便民服务站", kind="village", division="990127001201", parent="hall", **places
    )
    number = citizen(date(1980, 1, 2), 9)
    person = actions.register_person("王示例", county=COUNTY, actor="house", identifiers=[("citizen_id", number, "")])
    staff = actions.hire(person, unit="scjg", number="T001", county=COUNTY, actor="house")
    post = actions.create_post("scjg-chief", county=COUNTY, unit="scjg", site="hall", title="首席代表", actor="house")
    actions.hold_post(staff, post, actor="house")
    return Office(hall, village, staff, person, post)
