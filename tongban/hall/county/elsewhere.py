"""The other agencies' systems in a simulated county: cases go to them, they answer, both sides are matched each day.

They misbehave as the file of systems says (``faults``); each by its own seed, so the same run has the same faults.
"""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from tongban.hall.county.opening import ITEMS
from tongban.rooms import clock
from tongban.rooms.casework import actions as casework
from tongban.rooms.casework.actions import Who
from tongban.rooms.exchange import actions as exchange
from tongban.rooms.exchange import queries
from tongban.rooms.exchange.port import FINAL
from tongban.rulebook.catalogue.item import Item
from tongban.rulebook.errors import Refused


@dataclass
class Elsewhere:
    """What is under way in other systems."""

    county: str
    #: Case -> who enters its result where there is no line, and what comes after a grant.
    waiting: dict[UUID, tuple[Who, Callable[[], object]]] = field(default_factory=dict)
    sent: int = 0
    came_back: int = 0

    def begin(self) -> None:
        """Let every system misbehave as its file says."""
        seed = tomllib.loads((ITEMS / "counties" / f"{self.county}-systems.toml").read_text(encoding="utf-8"))
        for one in seed["system"]:
            if one.get("faults"):
                exchange.set_knobs(self.county, one["code"], **one["faults"])

    def send(self, case_id: UUID, item: Item, by: Who, then: Callable[[], object]) -> None:
        """Hand a case over; ``then`` is done in the morning after it was granted there."""
        casework.hand_over(case_id, by, system=item.elsewhere)
        exchange.send_case(case_id, item.elsewhere)
        self.waiting[case_id] = (by, then)
        self.sent += 1

    def morning(self) -> None:
        """The postman's rounds of a day: files are fetched, messages go out and come in, yesterday is matched."""
        exchange.deliver_due(10_000)
        exchange.tend_folders()
        exchange.deliver_due(10_000)
        exchange.poll_due(10_000)
        exchange.match_due(10_000)
        for case_id, (by, then) in list(self.waiting.items()):
            twin = queries.twins_of_case(case_id)[-1]
            if twin.manner == "paper" and clock.legal_date(twin.handed_at) < clock.today():
                self._enter(twin.id, by)
                twin = queries.twin(twin.id)
            if twin.state in FINAL:
                del self.waiting[case_id]
                self.came_back += 1
                if twin.state == "granted":
                    then()

    def _enter(self, twin_id: UUID, by: Who) -> None:
        """A clerk who asked over there enters what he was told; one that is refused stays for the next morning."""
        try:
            exchange.enter_by_hand(
                twin_id, result="granted", on=clock.today(), who=by, outside_number=f"XL{twin_id.hex[-12:]}"
            )
        except Refused:
            return
