"""A system that does not exist, for the demo, rehearsals and tests: it can be slow, wrong, down, or answer twice.

What it knows is ``SimulatedTruth``, what it holds ``SimulatedCase``: its own records, written by nobody else, so that
daily matching has another side.  How it misbehaves follows from its knobs and their seed, never from chance.
"""

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

from django.db.models import F

from tongban.rooms import clock, crypto
from tongban.rooms.exchange.models import SimulatedCase, SimulatedTruth, System
from tongban.rooms.exchange.port import (
    FINAL,
    Answer,
    CaseFacts,
    Down,
    Holding,
    Linked,
    OutsideMessage,
    OutsideNumber,
    Rejected,
)
from tongban.rulebook.errors import Refused, Words


@dataclass(frozen=True, slots=True)
class Knobs:
    """How it behaves."""

    #: Nothing answers; and the days (ISO dates) on which nothing does.
    down: bool = False
    down_on: tuple[str, ...] = ()
    #: Milliseconds it takes; over ``patience_ms`` it counts as down, as a real one would.
    slow_ms: int = 0
    patience_ms: int = 5000
    #: Fields of which it tells an untruth.
    wrong: tuple[str, ...] = ()
    #: Tells every message twice, old ones too; in any order.
    twice: bool = False
    shuffled: bool = False
    #: Share of its answers about handing over that get lost after the work was done.
    loses: float = 0.0
    #: Share of the cases taken that its daily list leaves out, and how many it lists that nobody sent.
    forgets: float = 0.0
    invents: int = 0
    #: Does not take cases, with this code.
    rejects: str = ""
    #: How it decides (``granted`` or ``refused``), and after how many natural days; None: never.
    decides: str = "granted"
    after_days: int | None = 2
    #: Share that is decided the other way.
    contrary: float = 0.0
    #: From this everything above that is a share follows.
    seed: int = 1

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Knobs":
        """Return knobs from a row's data.  Raises ``Refused("knob_unknown")``."""
        if unknown := set(data) - set(cls.__dataclass_fields__):
            raise Refused("knob_unknown", "模拟系统没有这些开关：{unknown}。", unknown=Words(sorted(unknown)))
        lists = {name: tuple(map(str, data[name])) for name in ("wrong", "down_on") if name in data}
        return cls(**{**data, **lists})

    def happens(self, share: float, *what: object) -> bool:
        """Whether something that befalls this share of cases befalls this one: the same case, the same fate."""
        return share > 0 and Random(f"{self.seed}:{what}").random() < share


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
        told = self.told(known)
        return Answer("found", {name: told[name] for name in fields if name in told}, simulated=True)

    def told(self, known: SimulatedTruth) -> dict[str, str]:
        """Return what it tells of a subject: the truth, apart from the fields it is wrong about."""
        truth: dict[str, str] = json.loads(crypto.open_text(bytes(known.values_sealed)))
        return {name: f"{value}（误）" if name in self.knobs.wrong else value for name, value in truth.items()}

    def hand_over(self, facts: CaseFacts, key: str) -> OutsideNumber:
        """See ``port.Adapter``.  The number follows from the key: the same key, the same number, one case."""
        self._answer_or_not()
        if self.knobs.rejects:
            raise Rejected(self.knobs.rejects)
        number = f"MN{hashlib.sha256(f'{self.system_id}{key}'.encode()).hexdigest()[:12].upper()}"
        known, made = SimulatedCase.objects.get_or_create(
            system_id=self.system_id,
            key=key,
            defaults={
                "case_number": facts.number,
                "number": number,
                "item_code": facts.item_code,
                "taken_at": clock.now(),
            },
        )
        if not made:
            SimulatedCase.objects.filter(id=known.id).update(attempts=F("attempts") + 1)
        if self.knobs.happens(self.knobs.loses, "answer", key, known.attempts if made else known.attempts + 1):
            raise Down("unreachable")
        return OutsideNumber(number)

    def poll(self, linked: Linked) -> Sequence[OutsideMessage]:
        """See ``port.Adapter``: accepted on the day of taking it over, decided some days later."""
        self._answer_or_not()
        case = SimulatedCase.objects.filter(system_id=self.system_id, number=linked.outside_number).first()
        messages = self.history(case, clock.today()) if case else []
        if not self.knobs.twice:
            messages = [message for message in messages if message.sequence > linked.last_sequence]
        told = [one for message in messages for one in ((message, message) if self.knobs.twice else (message,))]
        if self.knobs.shuffled:
            Random(f"{self.knobs.seed}:{linked}").shuffle(told)
        return told

    def holdings(self, day: date) -> Sequence[Holding]:
        """See ``port.Adapter``."""
        self._answer_or_not()
        rows = SimulatedCase.objects.filter(system_id=self.system_id, taken_at__lt=clock.end_of(day)).order_by("id")
        held = []
        for case in rows:
            last = self.history(case, day)[-1]
            if last.state in FINAL and last.on < day:
                continue
            if not self.knobs.happens(self.knobs.forgets, "case", case.key):
                held.append(Holding(case.case_number, case.number, last.state, last.sequence))
        number = f"{day:%Y%m%d}"
        return held + [
            Holding(f"WLXT{number}{n:03d}", f"MX{number}{n:03d}", "accepted", 1) for n in range(self.knobs.invents)
        ]

    def history(self, case: SimulatedCase, day: date) -> list[OutsideMessage]:
        """Return all that happened to a case until the end of ``day``."""
        began = clock.legal_date(case.taken_at)
        messages = [OutsideMessage(f"{case.number}-1", case.number, 1, "accepted", began)]
        if self.knobs.after_days is not None:
            decided = began + timedelta(days=self.knobs.after_days)
            if decided <= day:
                other = {"granted": "refused", "refused": "granted"}[self.knobs.decides]
                contrary = self.knobs.happens(self.knobs.contrary, "result", case.key)
                state = other if contrary else self.knobs.decides
                messages.append(OutsideMessage(f"{case.number}-2", case.number, 2, state, decided))
        return messages

    def _answer_or_not(self) -> None:
        if self.knobs.down or clock.today().isoformat() in self.knobs.down_on:
            raise Down("unreachable")
        if self.knobs.slow_ms:
            self.sleep(min(self.knobs.slow_ms, self.knobs.patience_ms) / 1000)
        if self.knobs.slow_ms > self.knobs.patience_ms:
            raise Down("slow")


def subject_hash(resource: str, query: Mapping[str, str]) -> bytes:
    """Return by what a query is known again without being kept."""
    return crypto.keyed_hash(f"exchange:{resource}", json.dumps(dict(query), ensure_ascii=False, sort_keys=True))
