"""Once and not less: hundreds of cases through a line that loses, repeats and reorders; each effect happens once."""

from collections import Counter
from datetime import date, timedelta
from random import Random
from uuid import uuid4

import pytest

from tests.rooms.exchange.conftest import COUNTY, NINE
from tongban.rooms.exchange.port import CaseFacts, Down

CASES = 150


class Line:
    """A line between us and one system, bad by a seed: either way a message may be lost, doubled or late."""

    def __init__(self, inner, rng: Random, ill: Counter) -> None:
        self.inner, self.rng, self.ill = inner, rng, ill

    def _maybe(self, what: str, share: float) -> bool:
        happens = self.rng.random() < share
        self.ill[what] += happens
        return happens

    def hand_over(self, facts, key):
        if self._maybe("lost on the way there", 0.25):
            raise Down("unreachable")
        given = self.inner.hand_over(facts, key)
        if self._maybe("doubled on the way there", 0.25):
            assert self.inner.hand_over(facts, key) == given
        if self._maybe("lost on the way back", 0.25):
            raise Down("slow")
        return given

    def poll(self, linked):
        if self._maybe("lost on the way there", 0.2):
            raise Down("unreachable")
        told = list(self.inner.poll(linked))
        told += [one for one in told if self._maybe("doubled on the way back", 0.5)]
        self.rng.shuffle(told)
        kept = [one for one in told if not self._maybe("lost on the way back", 0.3)]
        self.ill["out of order"] += [one.sequence for one in kept] != sorted(one.sequence for one in kept)
        return kept

    def holdings(self, day):
        return self.inner.holdings(day)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_each_effect_happens_once_and_none_is_missing(db, nine, monkeypatch, seed):
    """S103, P06: given a bad line, when hundreds of cases have gone over it, then here and there each was one effect,
    none is missing, and both sides agree to the last case."""
    from tongban.rooms import clock
    from tongban.rooms.exchange import actions, queries
    from tongban.rooms.exchange.actions import incoming, matching, outgoing
    from tongban.rooms.exchange.models import Inbox, SimulatedCase, System
    from tongban.rooms.exchange.simulator import Simulator
    from tongban.rooms.ledger.models import Entry

    rng, ill, effects = Random(seed), Counter(), Counter()
    monkeypatch.setattr(
        incoming.casework, "outside_result", lambda case_id, **given: effects.update([(case_id, given["result"])])
    )
    actions.register_system(COUNTY, "tax", "税务系统", actor="house", adapter="simulator", department="swj")
    actions.set_knobs(COUNTY, "tax", twice=True, shuffled=True, contrary=0.3, after_days=1, seed=seed)
    simulator = Simulator.of(System.objects.get(code="tax"))
    line = Line(simulator, rng, ill)
    for module in (incoming, outgoing, matching):
        monkeypatch.setattr(module, "adapter_of", lambda system: line)

    numbers = [f"9901-{seed}-{n}" for n in range(CASES)]
    cases = [CaseFacts(uuid4(), number, COUNTY, "deed-tax", (), date(2026, 9, 21), {}) for number in numbers]
    for facts in cases:
        for _ in range(1 + (rng.random() < 0.3)):  # the promise that hands over may itself be kept twice
            actions.hand_over(facts, "tax", actor="house")
    rounds = 0
    for day in range(6):
        with clock.held(NINE + timedelta(days=day)):
            for _ in range(8):
                rounds += 1
                actions.deliver_due(CASES)
                actions.poll_due(CASES)
            # Besides, they push what they told before: once more, in any order.
            pushed = [(c, m) for c in SimulatedCase.objects.all() for m in simulator.history(c, clock.today())]
            for _, message in rng.sample(pushed, min(60, len(pushed))):
                ill["pushed again"] += not actions.receive(COUNTY, "tax", message).new

    twins = {twin.case_id: twin for facts in cases for twin in queries.twins_of_case(facts.case_id)}
    truth = {c.case_number: simulator.history(c, date(2026, 12, 31))[-1].state for c in SimulatedCase.objects.all()}
    # There: each case once, though it was handed over again and again.
    assert (SimulatedCase.objects.count(), set(truth)) == (CASES, {facts.number for facts in cases})
    assert sum(SimulatedCase.objects.values_list("attempts", flat=True)) > CASES
    # Here: each result once, and it is the one they decided.
    assert effects == Counter((facts.case_id, truth[facts.number]) for facts in cases)
    assert {twin.state for twin in twins.values()} <= {"granted", "refused"}
    assert Counter(Inbox.objects.values_list("state", flat=True)) == Counter({"applied": 2 * CASES})
    assert Entry.objects.filter(subject_kind="twin", step="told").count() == 2 * CASES
    # And both sides say the same of every case.
    with clock.held(NINE + timedelta(days=6)):
        matched = actions.match_system(COUNTY, "tax", date(2026, 9, 22))
    assert (matched.state, queries.differences(COUNTY, settled=None)) == ("matched", ())
    # The line really was as bad as that.
    assert min(ill.values()) > 10, ill
    assert len(ill) == 6
