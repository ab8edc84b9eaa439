"""A hall with two zones, made of plain rows."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

#: Monday 9:00 in Asia/Shanghai.
NINE = datetime(2026, 9, 21, 1, 0, tzinfo=UTC)


@dataclass
class World:
    """The site and what stands on it."""

    site: UUID
    other_site: UUID
    zones: dict[str, UUID] = field(default_factory=dict)
    windows: list[UUID] = field(default_factory=list)
    staff: list[UUID] = field(default_factory=list)


def build() -> World:
    """Write the hall: classes A (general) and B (real estate), a zone for each, three windows in the first."""
    from tongban.rooms import clock
    from tongban.rooms.people.models import Division, Person, Site, Staff, Unit
    from tongban.rooms.waiting import actions

    day = date(2026, 1, 1)
    division = Division.objects.create(
        county="990127", code="990127000000", name="示例县", level="county", valid_from=day
    )
    agency = Person.objects.create(county="990127", kind="agency", name="示例县审批局", registered_at=NINE)
    unit = Unit.objects.create(
        county="990127",
        code="xzsp",
        full_name="示例县审批局",
        short_name="示例政审",
        credit_code="11990127MB0000019Q",
        organisation=agency,
        division=division,
        valid_from=day,
    )
    sites = [
        Site.objects.create(county="990127", code=code, name=name, kind="hall", division=division, valid_from=day)
        for code, name in (("hall", "示例县政务服务中心"), ("branch", "示例县不动产分中心"))
    ]
    world = World(sites[0].id, sites[1].id)
    for number in range(4):
        person = Person.objects.create(county="990127", kind="natural", name=f"测试{number}", registered_at=NINE)
        staff = Staff.objects.create(county="990127", person=person, unit=unit, number=f"T{number}", hired_on=day)
        world.staff.append(staff.id)
    with clock.held(NINE):
        actions.open_hall(world.site, actor="house")
        actions.open_class(world.site, "general", "A", "综合受理")
        actions.open_class(world.site, "estate", "B", "不动产登记")
        world.zones["general"] = actions.open_zone(world.site, "general", "综合受理区", ["general"], actor="house")
        world.zones["estate"] = actions.open_zone(world.site, "estate", "不动产专区", ["estate"], actor="house")
        for number in range(3):
            window = actions.add_window(world.zones["general"], str(number + 1), actor="house")
            actions.open_window(window, world.staff[number], actor="house")
            world.windows.append(window)
    return world


@pytest.fixture
def world(db) -> World:
    return build()


@pytest.fixture
def at() -> Iterator["Hands"]:
    """Move the clock's hands: ``at(minutes)`` after nine on that Monday."""
    hands = Hands()
    yield hands
    hands.release()


class Hands:
    """The clock held at one moment after another; nine o'clock to begin with."""

    def __init__(self) -> None:
        self._held = None
        self(0)

    def __call__(self, minutes: float) -> datetime:
        from tongban.rooms import clock

        self.release()
        moment = NINE + timedelta(minutes=minutes)
        self._held = clock.held(moment)
        self._held.__enter__()
        return moment

    def release(self) -> None:
        if self._held is not None:
            self._held.__exit__(None, None, None)
            self._held = None
