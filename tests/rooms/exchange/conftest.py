"""A simulated civil-affairs source, a directory entry, and a clock held on one morning."""

from datetime import UTC, date, datetime

import pytest

#: Monday 9:00 in Asia/Shanghai.
NINE = datetime(2026, 9, 21, 1, 0, tzinfo=UTC)
COUNTY = "990127"
PERSON = {"citizen_id": "990127199001010017"}
TRUTH = {"name": "示例甲", "marital_status": "已婚", "since": "2015-05-20"}


@pytest.fixture
def nine():
    from tongban.rooms import clock

    with clock.held(NINE):
        yield


def build_source(*, share: str = "conditional") -> None:
    from tongban.rooms.exchange import actions

    actions.register_system(COUNTY, "civil", "婚姻登记系统", actor="house", adapter="simulator")
    actions.register_resource(
        COUNTY,
        "marriage",
        "婚姻登记信息",
        system="civil",
        owner_unit="mzj",
        share=share,
        fields=["name", "marital_status", "since"],
        actor="house",
    )
    actions.teach_simulator(COUNTY, "marriage", PERSON, TRUTH)


def approve(*, fields=("name", "marital_status"), until=date(2026, 12, 31), **given):
    from tongban.rooms.exchange import actions

    request = actions.request_share(
        COUNTY, "marriage", unit="zrzy", purpose="不动产登记核验", fields=fields, actor="staff:T1"
    )
    actions.approve_share(request, until=until, actor="staff:M1", **given)
    return request


@pytest.fixture
def source(db, nine) -> None:
    build_source()
