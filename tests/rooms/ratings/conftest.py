"""A small-food-shop case in hand, and what every test of ratings does with one."""

from typing import Any
from uuid import UUID

import pytest

#: Tuesday; acts of the tests happen from here on.
DAY = (2026, 9, 22)


@pytest.fixture
def case(county) -> UUID:
    """A delivered case of 林示例."""
    with county.at(*DAY):
        return county.delivered()


@pytest.fixture
def promises():
    """Return what is owed of one kind, as the postman would claim it."""

    def claimed(kind: str) -> list[Any]:
        from tongban.rooms.ledger import actions as ledger

        return ledger.claim(kinds=[kind], most=50)

    return claimed
