"""Ways that journeys have in common."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from tongban.rulebook.errors import Refused


def code_of(act: Callable[[], Any]) -> str:
    """Return the code with which the house says no."""
    with pytest.raises(Refused) as no:
        act()
    assert no.value.sentence.endswith("。")
    return no.value.code


def steps_of(case_id: UUID) -> list[str]:
    """Return the steps of a case in their order."""
    from tongban.rooms.ledger.queries import stream

    return [one.step for one in stream(case_id)]


def finish(county: Any, case_id: UUID, *, collector: UUID | None = None) -> None:
    """Carry a case from wherever it stands in the office to its applicant's hand."""
    from tongban.hall.county.opening import Desks
    from tongban.rooms import clock
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.casework.queries.reading import read
    from tongban.rulebook.authority import Power

    file = read(case_id)
    item = file.facts.item  # the version it was filed under, which may be in force no longer

    def able(power: str) -> Any:
        return Desks(county.code, clock.today()).able(Power(power), item)

    if file.facts.state == "filed":
        casework.accept(case_id, able("accept"))
    for desk in item.desks[file.facts.stage : -1]:
        casework.pass_on(case_id, able(desk.power))
    decide = casework.enter if item.kind == "registration" else casework.grant
    decide(case_id, able("decide"), opinion="准予")
    casework.issue(case_id, able("deliver"))
    casework.deliver(case_id, able("deliver"), collector_id=collector or file.uuid("applicant_id"))
