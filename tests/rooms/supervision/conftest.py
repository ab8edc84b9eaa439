"""One day of the county: what figures, lights and findings are read from."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

ITEM = "small-food-shop"


@dataclass(frozen=True)
class Day:
    """The cases of 2026-09-22."""

    #: Granted, delivered and rated well by its applicant.
    delivered: UUID
    #: Accepted and nothing more.
    accepted: UUID
    #: Refused after acceptance.
    refused: UUID
    #: Not accepted at all.
    not_accepted: UUID
    #: Filed from home.
    filed: UUID
    #: Filed, but only rehearsed.
    rehearsed: UUID


@pytest.fixture
def day(county) -> Day:
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.ratings import actions as ratings
    from tongban.rulebook.indicators import Grade

    with county.at(2026, 9, 22):
        delivered = county.delivered()
        ratings.rate(delivered, county.citizen(), Grade.VERY_SATISFIED, channel="mobile")
        accepted = county.accepted()
        refused = to_last_desk(county)
        casework.refuse(refused, county.able("decide", ITEM), ground="第三条", reason="面积不够")
        not_accepted = county.filed()
        casework.not_accept(not_accepted, county.able("accept", ITEM), ground="第三条", reason="不属于本县管辖")
        return Day(delivered, accepted, refused, not_accepted, county.filed(), county.filed(rehearsal=True))


def to_last_desk(county: Any, code: str = ITEM) -> UUID:
    """Accept a case and pass it on to the desk that decides."""
    from tongban.rooms.casework import actions as casework

    case_id = county.accepted(code)
    for desk in county.item(code).desks[:-1]:
        casework.pass_on(case_id, county.able("examine" if desk.power == "examine" else "decide", code))
    return case_id
