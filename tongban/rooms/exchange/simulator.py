"""A system that does not exist, for the demo, rehearsals and tests: it can be slow, wrong, down, or answer twice.

It keeps no state of its own: what it knows is ``SimulatedTruth``, and what it did follows from the key it was given.
"""

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from tongban.rooms import clock, crypto
from tongban.rooms.exchange.models import SimulatedTruth, System
from tongban.rooms.exchange.port import Answer, CaseFacts, Down, Linked, OutsideMessage, OutsideNumber, Rejected
from tongban.rulebook.errors import Refused


@dataclass(frozen=True, slots=True)
class Knobs:
    """How it behaves."""

    #: Nothing answers.
    down: bool = False
    #: Milliseconds it takes; over ``patience_ms`` it counts as down, as a real one would.
    slow_ms: int = 0
    patience_ms: int = 5000
    #: Fields of which it tells an untruth.
    wrong: tuple[str, ...] = ()
    #: Tells every message twice, old ones too.
    twice: bool = False
    #: Does not take cases, with this code.
    rejects: str = ""
    #: How it decides (``granted`` or ``refused``), and after how many natural days; None: never.
    decides: str = "granted"
    after_days: int | None = 2

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Knobs":
        """Return knobs from a row's data.  Raises ``Refused("knob_unknown")``."""
        if unknown := set(data) - set(cls.__dataclass_fields__):
            raise Refused("knob_unknown", f"模拟系统没有这些开关：{'、'.join(sorted(unknown))}。")
        return cls(**{**data, "wrong": tuple(data.get("wrong", ()))})


@dataclass(frozen=True, slots=True)
class Simulator:
    """One simulated system."""

    system_id: UUID
    knobs: Knobs
    #: Waits as long as it is slow; tests need not.
    sleep: Callable[[float], None] = time.sleep

    @classmethod
    def of(cls, system: System) -> "Simulator":
        """Return the simulator of a row."""
        return cls(system.id, Knobs.from_data(system.knobs))

    def ask(
        self,
        resource: str,
        query: Mapping[str, str],
        *,
        fields: Sequence[str],
        case_id: UUID | None,
        purpose: str,
    ) -> Answer:
        """See ``port.Adapter``."""
        self._answer_or_not()
        known = SimulatedTruth.objects.filter(
            system_id=self.system_id, resource_code=resource, subject_hash=subject_hash(resource, query)
        ).first()
        if known is None:
            return Answer("missing", simulated=True)
        truth: dict[str, str] = json.loads(crypto.open_text(bytes(known.values_sealed)))
        told = {name: f"{value}（误）" if name in self.knobs.wrong else value for name, value in truth.items()}
        return Answer("found", {name: told[name] for name in fields if name in told}, simulated=True)

    def hand_over(self, facts: CaseFacts, key: str) -> OutsideNumber:
        """See ``port.Adapter``.  The number follows from the key: the same key, the same number."""
        self._answer_or_not()
        if self.knobs.rejects:
            raise Rejected(self.knobs.rejects)
        return OutsideNumber(f"MN{hashlib.sha256(f'{self.system_id}{key}'.encode()).hexdigest()[:12].upper()}")

    def poll(self, linked: Linked) -> Sequence[OutsideMessage]:
        """See ``port.Adapter``: accepted on the day of handing over, decided some days later."""
        self._answer_or_not()
        number, began = linked.outside_number, clock.legal_date(linked.handed_at)
        messages = [OutsideMessage(f"{number}-1", number, 1, "accepted", began)]
        if self.knobs.after_days is not None:
            decided = began + timedelta(days=self.knobs.after_days)
            if decided <= clock.today():
                messages.append(OutsideMessage(f"{number}-2", number, 2, self.knobs.decides, decided))
        if self.knobs.twice:
            return [one for message in messages for one in (message, message)]
        return [message for message in messages if message.sequence > linked.last_sequence]

    def _answer_or_not(self) -> None:
        if self.knobs.down:
            raise Down("unreachable")
        if self.knobs.slow_ms:
            self.sleep(min(self.knobs.slow_ms, self.knobs.patience_ms) / 1000)
        if self.knobs.slow_ms > self.knobs.patience_ms:
            raise Down("slow")


def subject_hash(resource: str, query: Mapping[str, str]) -> bytes:
    """Return by what a query is known again without being kept."""
    return crypto.keyed_hash(f"exchange:{resource}", json.dumps(dict(query), ensure_ascii=False, sort_keys=True))
