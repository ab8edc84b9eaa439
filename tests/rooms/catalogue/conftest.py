"""A county with one department, a hall and villages, and one item in force since January."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from tests.rooms.catalogue.sample import BY, COUNTY, NOON, SINCE, seed_kind, shop

VILLAGES = 5


@pytest.fixture
def county(db) -> Iterator[str]:
    from tongban.rooms import clock
    from tongban.rooms.catalogue import actions
    from tongban.rooms.people import actions as people

    rows = [
        {"code": "990127000000", "name": "示例县", "level": "county", "parent_code": "990100000000"},
        {"code": "990127001000", "name": "示例镇", "level": "town", "parent_code": "990127000000"},
    ]
    rows += [
        {"code": f"990127001{n:03d}", "name": f"示例{n}村", "level": "village", "parent_code": "990127001000"}
        for n in range(200, 200 + VILLAGES)
    ]
    hours = [{"days": "12345", "from": "09:00", "to": "17:00"}]
    with clock.held(NOON):
        people.import_divisions(rows, actor=BY)
        people.open_unit(
            "scjg",
            county=COUNTY,
            actor=BY,
            full_name="示例县市场监督管理局",
            short_name="示例市监",
            credit_code="11990127MB0000019Q",
        )
        hall = {"kind": "hall", "division": "990127000000", "name": "示例县政务服务中心"}
        people.open_site("hall", county=COUNTY, actor=BY, hours=hours, **hall)
        for n in range(200, 200 + VILLAGES):
            people.open_site(
                f"village-{n}",
                county=COUNTY,
                actor=BY,
                name=f"示例{n}村便民服务站",
                kind="village",
                division=f"990127001{n:03d}",
                hours=hours,
                parent="hall",
            )
        actions.save_licence_kind(seed_kind("small-food-shop-certificate"))
        yield COUNTY


@pytest.fixture
def in_force(county) -> UUID:
    """The shop's licence, published from January on."""
    from tongban.rooms.catalogue import actions

    actions.save_draft(county, shop(), BY)
    return actions.publish(county, "small-food-shop", by=BY, from_day=SINCE)
