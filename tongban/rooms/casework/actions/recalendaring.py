"""A new year's calendar, confirmed by two officers, acts on every open case by a step of its own."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from tongban.rooms import calendars
from tongban.rooms.casework.actions.lapse import recount
from tongban.rooms.casework.queries.recounting import open_from
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.ledger.actions import Claimed
from tongban.rooms.people import actions as people
from tongban.rooms.people.queries.calendars import take_up_calendars


def carry_out(body: Mapping[str, Any], county: str, actor: str) -> UUID:
    """Put a year in place and owe the recounting of open cases (``people.actions.register_proposal``)."""
    made = people.put_year(body["content"], county=county, actor=actor)
    first = calendars.tried(body["content"].encode(), "放假安排").first
    ledger.promise("recount", "calendar", made, f"recount:{made}", {"first": first})
    return made


def keep_recount(promise: Claimed) -> int:
    """Let the calendar in force act on every open case that it may touch; returns how many moved.

    Kept twice it moves nothing twice.
    """
    take_up_calendars()
    first = promise.body["first"]
    cases = open_from(first if isinstance(first, date) else date.fromisoformat(first))
    return sum(recount(case_id) is not None for case_id in cases)
