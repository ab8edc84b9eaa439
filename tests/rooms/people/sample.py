"""What the tests of this room share besides fixtures."""

import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

COUNTY = "990127"
#: The day on which these tests happen: a Monday.
TODAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
SEED = Path(__file__).parents[3] / "tongban" / "items" / "counties" / "990127.toml"


@dataclass(frozen=True)
class Office:
    """One department with a hall and a village below it."""

    hall: UUID
    village: UUID
    #: Staff and post of the department's decider at the hall.
    staff: UUID
    person: UUID
    post: UUID


def citizen(born: date, sequence: int) -> str:
    from tongban.rulebook.numbers import make_citizen_id

    return make_citizen_id(COUNTY, born, sequence)


def firm_code(serial: int) -> str:
    from tongban.rulebook.numbers import make_credit_code

    return make_credit_code("9", "1", COUNTY, f"MA{serial:06d}")


def seed() -> dict[str, Any]:
    return tomllib.loads(SEED.read_text(encoding="utf-8"))
