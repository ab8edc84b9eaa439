"""One past case walked through the rulebook with an item of one's choice.

Where the item refuses a step that was taken, the refusal is noted and the walk goes on as if its cause had been mended
that very moment (the paper brought, the fee paid, the notice over); so due dates of a case that would have had to come
again are the earliest possible.  A step that cannot be taken at all is left out, and so is what hangs on it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from tongban.rulebook import deciding
from tongban.rulebook.asking import asker_refusals, situation_refusals
from tongban.rulebook.catalogue.item import Item, Material
from tongban.rulebook.errors import Refused
from tongban.rulebook.facts import FORM, LAW, Actor, Facts, Given, Lack, Outcome, Running
from tongban.rulebook.guards import GUARDS
from tongban.rulebook.kinds import KINDS
from tongban.rulebook.replay.history import History, Taken
from tongban.rulebook.steps import Kind, Post, Step
from tongban.rulebook.workdays import Calendar

#: Guards whose cause somebody would have mended on being refused.
MENDED = frozenset(
    {"complete", "followed", "fee_settled", "separated", "on_the_spot", "published", "publication_over", "none_open"}
)
_SAID = "照原来的办理"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A step that was taken and would have been refused."""

    step: str
    #: What people call the step.
    label: str
    code: str
    #: What would have been said.
    sentence: str


@dataclass(frozen=True, slots=True)
class Course:
    """What became of a case."""

    #: Every clock that was ever started, as it ended.
    clocks: tuple[Running, ...]
    #: Materials that the applicant has to bring herself, by code.
    asked: tuple[str, ...]
    #: Those of them that were missing when the papers were taken in.
    missing: tuple[str, ...]
    #: Codes of the desks it lay on.
    desks: tuple[str, ...]
    refusals: tuple[Refusal, ...]
    #: Steps that the law took, by the clock that ran out and its run.
    lapses: Mapping[tuple[str, int], Step]


def walk(history: History, item: Item, calendar: Calendar) -> Course:
    """Return what becomes of a past case under ``item``."""
    return _Walk(history, item, calendar).to_the_end()


class _Walk:
    def __init__(self, history: History, item: Item, calendar: Calendar) -> None:
        self.history, self.item, self.calendar = history, item, calendar
        self.needed = [one for one in item.materials_for(history.options) if one.source != "made"]
        self.facts = Facts(kind=KINDS[item.kind], item=item, options=history.options, expires_on=history.expires_on)
        #: Codes and roles that a refusal would have brought in.
        self.mended: set[str] = set()
        self.form_wanted = False
        #: A step was left out, so what hangs on it is left out without a word.
        self.left_out = False
        self.furthest = -1
        self.missing: tuple[str, ...] = ()
        self.refusals: list[Refusal] = []
        self.lapses: dict[tuple[str, int], Step] = {}

    def to_the_end(self) -> Course:
        for taken in self.history.steps:
            self._lapse(taken.at)
            if taken.post is not Post.LAW:
                self._step(taken)
        self._lapse(self.history.until)
        desks = tuple(desk.code for desk in self.item.desks[: self.furthest + 1])
        asked = tuple(one.code for one in self.needed if self._asked(one))
        return Course(self.facts.clocks, asked, self.missing, desks, tuple(self.refusals), self.lapses)

    # ---- what the law does by itself ----

    def _lapse(self, until: datetime) -> None:
        """Let the law act on every clock that has run out by ``until``, each at its own moment."""
        while True:
            waiting = [c for c in self.facts.clocks if c.is_running and not c.noted]
            at = min((c.due_at for c in waiting), default=None)
            if at is None or at > until:
                return
            late = [(c.name, c.run) for c in waiting if c.due_at <= at]
            name = deciding.expire(self._now(at), at) or ""
            try:
                outcome = deciding.decide(self._now(at), name, LAW, Given(), at, self.calendar)
            except Refused:  # silence means nothing in this state
                self._note(late)
                continue
            self.lapses.update(dict.fromkeys(late, outcome.step))
            self._after(outcome, LAW)
            self._note(late)

    def _note(self, late: list[tuple[str, int]]) -> None:
        clocks = tuple(replace(c, noted=True) if (c.name, c.run) in late else c for c in self.facts.clocks)
        self.facts = replace(self.facts, clocks=clocks)

    # ---- what somebody did ----

    def _step(self, taken: Taken) -> None:
        step = self.facts.kind.by_name.get(taken.step)
        if step is not None and self._of_the_chain(step):
            return
        facts = self._now(taken.at)
        if step is not None and "all_named" in step.needs and self._needless(taken, facts):
            self.left_out = True
            return
        if step is not None and step.receives == "filing":
            self.missing = facts.missing
            self._ask(taken)
        given, actor = self._given(taken, step, facts), _actor(taken, step)
        outcome = self._decide(facts, taken, actor, given)
        if outcome is None:
            self.left_out = True
            return
        self._after(outcome, actor)
        if "all_named" in outcome.step.needs:
            told = {lack.code for lack in given.lacking}
            self.form_wanted = FORM in told
            self.facts = replace(self.facts, told=self.facts.told | told, notices=self.facts.notices + 1)
        if "all_supplied" in outcome.step.needs:
            self.mended |= given.supplied
            self.form_wanted = False
        if taken.fee and self.facts.fee == "due":
            self.facts = replace(self.facts, fee=taken.fee)

    def _of_the_chain(self, step: Step) -> bool:
        """Pass the desks that this item has more; return True for a passing on to a desk that it has not."""
        last, stage = len(self.item.desks) - 1, self.facts.stage
        if "last_desk" in step.needs and stage < last and self.facts.state in step.sources:
            self.facts = replace(self.facts, stage=last)
            self.furthest = max(self.furthest, last)
        return bool(step.moves) and not 0 <= stage + step.moves <= last

    def _needless(self, taken: Taken, facts: Facts) -> bool:
        """Whether a notice named nothing but what this item does not ask for."""
        asked = {one.code for one in self.needed} | {FORM}
        return bool(taken.lacking) and not facts.missing and asked.isdisjoint(taken.lacking)

    def _ask(self, taken: Taken) -> None:
        """Look at who asks, where, and for which situation."""
        past, refusals = self.history, list(situation_refusals(self.item, self.history.options))
        if past.applicant and taken.post is not Post.HOUSE:
            refusals += asker_refusals(self.item, past.applicant, by_agent=past.by_agent, station=past.station)
        for no in refusals:
            self._refuse(taken, no)

    def _given(self, taken: Taken, step: Step | None, facts: Facts) -> Given:
        """Return what was brought with the step; a notice names all that is missing, and all of it comes in."""
        if step is None:
            return Given(_SAID, _SAID)
        lacking: tuple[Lack, ...] = ()
        if "all_named" in step.needs:
            codes = dict.fromkeys((*taken.lacking, *facts.missing))
            lacking = tuple(Lack(code, _SAID) for code in codes)
        return Given(
            reason=_SAID,
            ground=_SAID,
            lacking=lacking,
            supplied=facts.told if "all_supplied" in step.needs else frozenset(),
            proceeding=taken.proceeding,
            time_needed=taken.time_needed,
            notice=taken.notice,
            result=taken.result,
            received_on=taken.received_on if step.receives else None,
        )

    def _decide(self, facts: Facts, taken: Taken, actor: Actor, given: Given) -> Outcome | None:
        """Return what follows; None: under this item the step cannot be taken, and nothing would mend that."""
        try:
            return deciding.decide(facts, taken.step, actor, given, taken.at, self.calendar)
        except Refused as no:
            step = facts.kind.by_name.get(taken.step)
            refused = (
                [] if step is None or facts.state not in step.sources else list(_refusing(step, facts, actor, given))
            )
            for _, refusal in refused or [("", no)]:
                if not (self.left_out and refusal.code == "wrong_state"):
                    self._refuse(taken, refusal)
            if step is None:
                return None
            self._mend({need for need, _ in refused}, facts)
        unguarded = replace(self._now(taken.at), kind=_unguarded(self.item.kind, taken.step))
        if given.notice and taken.proceeding not in self.item.pausing:
            given = replace(given, notice=False)  # what may not stop the clock does not stop it
        try:
            return deciding.decide(unguarded, taken.step, actor, given, taken.at, self.calendar)
        except Refused:
            return None

    def _mend(self, needs: set[str], facts: Facts) -> None:
        if "complete" in needs:
            self.mended |= {*facts.missing, *facts.unsigned}
        if "followed" in needs:
            self.mended |= {*facts.following}
        if "fee_settled" in needs:
            self.facts = replace(self.facts, fee="paid")

    def _refuse(self, taken: Taken, no: Refused) -> None:
        step = self.facts.kind.by_name.get(taken.step)
        self.refusals.append(Refusal(taken.step, step.label if step else taken.step, no.code, no.sentence))

    # ---- the case at a moment ----

    def _now(self, at: datetime) -> Facts:
        """Return the facts with the papers and signatures that are in at this moment."""
        missing: list[str] = []
        following: list[str] = []
        for one in self.needed:
            if one.code in self.mended or self._is_here(one, at):
                continue
            (following if self._is_promised(one) else missing).append(one.code)
        if self.form_wanted:
            missing.append(FORM)
        signed = self.history.signed
        unsigned = tuple(
            role
            for role in self.item.signatures
            if role not in self.mended and (role not in signed or signed[role] > at)
        )
        return replace(self.facts, missing=tuple(missing), following=tuple(following), unsigned=unsigned)

    def _is_here(self, one: Material, at: datetime) -> bool:
        if not self._asked(one) and one.code not in self.history.papers:
            return True  # asked of a source, or held: nobody has to bring it
        paper = self.history.papers.get(one.code)
        if paper is None or paper.came_at is None or paper.came_at > at:
            return False
        return not (one.source == "applicant" and paper.manner == "shared")

    def _asked(self, one: Material) -> bool:
        """Whether the applicant has to bring it herself: nobody else has it."""
        if one.source == "shared":
            return False
        paper = self.history.papers.get(one.code)
        holds = not self.history.held.isdisjoint(one.licence_kinds) or (paper is not None and paper.manner == "held")
        return not (one.licence_kinds and holds)

    def _is_promised(self, one: Material) -> bool:
        paper = self.history.papers.get(one.code)
        return paper is not None and paper.promised and one.follow_by is not None and not one.main

    def _after(self, outcome: Outcome, actor: Actor) -> None:
        accepting = bool(outcome.step.accepts)
        fee = self.item.fee
        due = accepting and fee is not None and fee.amount_fen > 0 and not self.facts.fee
        self.facts = replace(
            self.facts,
            state=outcome.state,
            stage=outcome.stage,
            received_on=outcome.received_on,
            accepted_on=outcome.accepted_on,
            acceptor=actor.id if accepting and actor.kind == "staff" else self.facts.acceptor,
            decision=outcome.decision,
            clocks=outcome.clocks,
            proceedings=outcome.proceedings,
            flags=outcome.flags,
            fee="due" if due else self.facts.fee,
        )
        if outcome.desk:
            self.furthest = max(self.furthest, outcome.stage)


def _actor(taken: Taken, step: Step | None) -> Actor:
    """Return who took it, in the post on record; deciding on the spot he held the acceptor's as well."""
    posts = {taken.post}
    if step is not None and "on_the_spot" in step.needs:
        posts |= {Post.ACCEPTOR, Post.DECIDER}
    return Actor(taken.actor, taken.actor_id, frozenset(posts))


def _refusing(step: Step, facts: Facts, actor: Actor, given: Given) -> Iterator[tuple[str, Refused]]:
    """Yield every guard that refuses, not only the first."""
    for need in step.needs:
        try:
            GUARDS[need](facts, actor, given)
        except Refused as no:
            yield need, no


@lru_cache(maxsize=256)
def _unguarded(kind: str, name: str) -> Kind:
    """Return the kind with one step free of what somebody would have mended."""
    known = KINDS[kind]
    steps = tuple(_freed(step) if step.name == name else step for step in known.steps)
    return Kind(known.code, known.label, known.states, known.clocks, steps)


def _freed(step: Step) -> Step:
    needs = tuple(need for need in step.needs if need not in MENDED)
    return replace(step, needs=needs, proceeding="close" if step.proceeding == "close_when_over" else step.proceeding)
