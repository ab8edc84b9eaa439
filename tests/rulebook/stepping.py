"""How a case kept in memory goes on from a step: as the ledger would keep it."""

from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

from tongban.rulebook.facts import Facts, Outcome


def gone_on(facts: Facts, outcome: Outcome, *, by: UUID | None = None, told: Collection[str] = ()) -> Facts:
    """Return the facts after a step: ``by`` is the member of staff who took it, ``told`` what a notice named."""
    return replace(
        facts,
        state=outcome.state,
        stage=outcome.stage,
        received_on=outcome.received_on,
        accepted_on=outcome.accepted_on,
        decision=outcome.decision,
        clocks=outcome.clocks,
        proceedings=outcome.proceedings,
        flags=outcome.flags,
        acceptor=by if by and outcome.step.accepts else facts.acceptor,
        told=facts.told.union(told),
        notices=facts.notices + (outcome.step.name == "ask_correction"),
    )
