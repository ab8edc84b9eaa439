"""What the tests of this room share besides fixtures: drafts taken from the seed, changed as a test needs it."""

import tomllib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

COUNTY = "990127"
#: The day on which these tests happen: a Monday.
TODAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
#: Since when what is published in these tests has been in force.
SINCE = date(2026, 1, 5)
BY = "staff:test"
ITEMS = Path(__file__).parents[3] / "tongban" / "items"
SHARED = Path(__file__).parents[4] / "shared" / "data"
SHARED_ITEMS = SHARED / "service-items-511602.csv"
SHARED_DIVISIONS = SHARED / "divisions-411327.csv"


def seed_item(code: str) -> dict[str, Any]:
    return tomllib.loads((ITEMS / "items" / f"{code}.toml").read_text(encoding="utf-8"))


def seed_kind(code: str) -> dict[str, Any]:
    return tomllib.loads((ITEMS / "licence_kinds" / f"{code}.toml").read_text(encoding="utf-8"))


def shop(code: str = "small-food-shop", **changes: Any) -> dict[str, Any]:
    """A complete draft: three materials, twenty working days, a licence."""
    return seed_item("small-food-shop") | {"code": code} | changes


def copy_of_shop(number: int, **changes: Any) -> dict[str, Any]:
    """Another complete item with codes of its own."""
    catalog = f"9901310{number:02d}000"
    return shop(
        f"shop-{number}",
        name=f"示例事项{number}",
        catalog_code=catalog,
        task_code=f"11990127MB0000019Q4{catalog}",
        **changes,
    )
