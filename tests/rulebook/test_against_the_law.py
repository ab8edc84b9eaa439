"""Any steps by any posts on any days: the rulebook and a second reading of the law (``law_model``) agree throughout.

A history is one case.  Each turn something is tried, mostly something that may be possible, by somebody, with or
without what it needs, or time passes, with the postman awake or asleep.  After each turn state, decision, desk, days of
receipt and acceptance, the end of every running limit and the papers owed are compared, and what lapse of time means.
"""

import os
import tomllib
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.rulebook.law_model import CHINA, DATA, Ask, Model, No, Papers, table
from tests.rulebook.stepping import gone_on
from tongban.rooms.calendars import calendar
from tongban.rulebook import deciding
from tongban.rulebook.catalogue import freeze
from tongban.rulebook.clock import Limit
from tongban.rulebook.errors import Refused
from tongban.rulebook.facts import Actor, Facts, Given, Lack
from tongban.rulebook.kinds import KINDS
from tongban.rulebook.steps import Post

#: Each differs from the others in what the law makes of it: silence, promise, publication, joint handling, half days,
#: natural days, months, no fee, another system, renewal.
ITEMS = (
    "small-food-shop",
    "minimum-living",
    "nurse-renewal",
    "hygiene-renewal",
    "food-business-renewal",
    "gathering-fire-check",
    "hygiene-licence",
    "construction-stage",
    "deed-tax",
    "outdoor-ad",
    "legal-aid",
    "elderly-allowance",
    "estate-transfer",
    "estate-first-homestead",
    "company-registration",
    "adoption-registration",
    "social-insurance-registration",
    "prepackaged-food-filing",
    "completion-filing",
    "birth-filing",
)
RAW = {code: tomllib.loads((DATA / "items" / f"{code}.toml").read_text()) for code in ITEMS}
RAW = {code: raw for code, raw in RAW.items() if raw["kind"] in ("permit", "registration", "filing")}
FROZEN = {code: freeze(raw) for code, raw in RAW.items()}
POSTS = sorted(post.value for post in Post)
STAFF = sorted({"clerk", "acceptor", "reviewer", "decider", "head", "government", "exit", "supervisor"})
PROCEEDINGS = ("hearing", "expert_review", "testing", "site_check", "site_survey", "publication", "means_check")
LENGTHS = ("1wd", "3wd", "10wd", "20wd", "5d", "15d", "1m")
RESULTS = ("passed", "passed", "passed", "failed", "", "不合格")
KIND_OF = {"applicant": "person", "law": "law", "house": "house", "outside": "outside"}
#: Tried less often, so that a case lives long enough to meet the rest: what ends it, and what leaves it where it is.
ENDINGS = {"withdraw", "not_accept", "refuse", "not_register", "refused_elsewhere", "strike_out", "archive"}
IDLE = {"save", "supply_part", "supply_later", "settle_fee", "check_shared", "sign", "rate", "send_back"}

numbers = st.integers(0, 2**32 - 1)


class Pair:
    """A case under the rulebook and under the model, driven by the same words."""

    def __init__(self, code: str, papers: Papers) -> None:
        self.raw = RAW[code]
        self.model = Model(self.raw, papers)
        self.facts = Facts(kind=KINDS[self.raw["kind"]], item=FROZEN[code])
        self.told_facts()

    def told_facts(self) -> None:
        """Tell the rulebook what lies on the table, as the rooms do when they read a case."""
        papers = self.model.papers
        self.facts = replace(
            self.facts,
            missing=tuple(sorted(papers.missing)),
            following=tuple(sorted(papers.later)),
            unsigned=tuple(sorted(papers.unsigned)),
            options=papers.options,
            fee=papers.fee,
            expires_on=papers.expires,
        )

    def attempt(self, ask: Ask, now: datetime) -> bool:
        """Try a step on both sides; they agree on whether it may be, and on all that follows."""
        self.told_facts()
        actor = Actor(ask.who, UUID(int=ask.number), frozenset(Post(p) for p in ask.posts), ask.related)
        given = Given(
            reason=ask.reason,
            ground=ask.ground,
            lacking=tuple(Lack(code, why) for code, why in sorted(ask.lacking.items())),
            supplied=ask.supplied,
            proceeding=ask.proceeding,
            time_needed=Limit.parse(ask.needed) if ask.needed else None,
            notice=ask.notice,
            result=ask.result,
            present=tuple(UUID(int=n) for n in range(1, ask.present + 1)),
            received_on=ask.received,
        )
        before = self.shown(now)
        try:
            owed: tuple[str, ...] | None = self.model.take(ask, now)
        except No:
            owed = None
        try:
            outcome = deciding.decide(self.facts, ask.step, actor, given, now, calendar())
        except Refused as no:
            outcome, refused = None, no.code
        if outcome is None:
            assert owed is None, f"the law allows {ask.step}, the rulebook says {refused}"
            assert self.shown(now) == before
            return False
        assert owed is not None, f"the law forbids {ask.step}, the rulebook takes it"
        assert sorted(outcome.step.documents) == sorted(owed)
        self.fold(ask, outcome)
        self.agree(now)
        return True

    def fold(self, ask: Ask, outcome: deciding.Outcome) -> None:
        """Let the step happen, as the ledger would, and to the papers."""
        told = frozenset(ask.lacking) if ask.step == "ask_correction" else frozenset()
        by = UUID(int=ask.number) if ask.who == "staff" else None
        self.facts = gone_on(self.facts, outcome, by=by, told=told)
        papers = self.model.papers
        papers.missing |= told
        if ask.step in ("supply", "supply_part"):
            papers.missing -= ask.supplied
        if ask.step == "supply_later":
            papers.later -= ask.supplied
        if ask.step == "sign":
            papers.unsigned = set()
        if ask.step == "settle_fee":
            papers.fee = "paid"
        if outcome.step.accepts and "fee" in self.raw and not papers.fee:
            papers.fee = "due"

    def shown(self, now: datetime) -> tuple[object, ...]:
        """Return what the model says of the case."""
        model = self.model
        ends = sorted((p.name, model.ends(p)) for p in model.running())
        days = (model.received, model.accepted)
        return (model.state, model.decision, model.desk, *days, ends, model.lapsed(now), model.extended, model.late)

    def agree(self, now: datetime) -> None:
        """Compare the two."""
        facts = self.facts
        ends = sorted((c.name, c.due_at) for c in facts.clocks if c.is_running)
        flags = ("extended" in facts.flags, "overdue" in facts.flags)
        days = (facts.received_on, facts.accepted_on)
        told = (facts.state or "new", facts.decision, facts.stage, *days, ends, deciding.expire(facts, now) or "")
        assert (*told, *flags) == self.shown(now)

    def law_acts(self, now: datetime) -> list[str]:
        """Let lapse of time do all it does by now; each lapse is acted on once, so there is an end to it."""
        done = []
        while step := deciding.expire(self.facts, now):
            assert self.attempt(Ask(step, "law", 0, frozenset({"law"})), now)
            done.append(step)
            assert len(done) < 8, done
        assert not self.model.lapsed(now)
        return done


class Histories(RuleBasedStateMachine):
    """One case, up to sixty turns.  A turn's number decides it wholly, so a history shrinks by its turns."""

    @initialize(code=st.sampled_from(sorted(RAW)), number=numbers)
    def open(self, code: str, number: int) -> None:
        raw, luck, self.turns = RAW[code], Random(number), 0
        self.now = datetime(2023, 1, 1, 10, tzinfo=CHINA) + timedelta(days=luck.randrange(1300))
        self.materials = [m["code"] for m in raw.get("materials", ())]
        missing = {m for m in self.materials if luck.random() < 0.3} if luck.random() < 0.5 else set()
        later = {m for m in self.materials if luck.random() < 0.1} - missing
        options = frozenset([raw["promise"]["option"]] if "promise" in raw and luck.random() < 0.7 else [])
        held = Papers(missing, later, {"applicant"} if luck.random() < 0.2 else set(), options)
        if raw.get("renewal"):
            held.expires = self.now.date() + timedelta(days=luck.randrange(-2, 110))
        self.pair = Pair(code, held)
        self.steps = sorted(table(raw["kind"]))

    @rule(number=numbers)
    def turn(self, number: int) -> None:
        """Somebody tries something, time passes, or the postman comes by."""
        self.turns += 1
        luck = Random(f"{number}:{self.turns}")  # a number that comes again is another turn
        kind = luck.random()
        if kind < 0.72:
            self.act(luck)
        elif kind < 0.93:
            self.wait(luck)
        else:
            self.pair.law_acts(self.now)

    def wait(self, luck: Random) -> None:
        """Time passes; where the postman is asleep, what it brought about stands unnoted."""
        hour, days = luck.randrange(24), luck.choice((0, 0, 1, 1, 2, 4, 8, 16, 40))
        self.now = max(self.now, self.now.replace(hour=hour) + timedelta(days=days))
        if luck.random() < 0.5:
            self.pair.law_acts(self.now)
        self.pair.agree(self.now)

    def act(self, luck: Random) -> None:
        """Mostly what may be tried where the case stands, by whoever may, with what it needs; sometimes not."""
        known = table(self.pair.raw["kind"])
        here = [s for s in self.steps if self.pair.model.state in known[s][0] and "law" not in known[s][2]]
        weights = [1 if s in ENDINGS else 2 if s in IDLE else 8 for s in here]
        step = luck.choices(here, weights)[0] if here and luck.random() < 0.85 else luck.choice(self.steps)
        post = luck.choice(sorted(known[step][2])) if luck.random() < 0.85 else luck.choice(POSTS)
        kind = KIND_OF.get(post, "staff")
        posts = {post, *luck.sample(STAFF, luck.choice((0, 0, 1, 3)))} if kind == "staff" else {post}
        papers = self.pair.model.papers
        lacking = {m: "看不清，请重传" for m in papers.missing if luck.random() < 0.95}
        if self.materials and luck.random() < 0.3:
            lacking[luck.choice(self.materials)] = luck.choice(("签名处空白", "签名处空白", " "))
        proceedings = self.pair.raw.get("proceedings") if luck.random() < 0.85 else None
        ask = Ask(
            step,
            kind,
            luck.randrange(1, 4),
            frozenset(posts),
            related=luck.random() < 0.04,
            reason=" " if luck.random() < 0.1 else "理由",
            ground="" if luck.random() < 0.1 else "某法某条",
            lacking=lacking if step == "ask_correction" else {},
            supplied=frozenset(m for m in papers.missing | papers.later if luck.random() < 0.9),
            proceeding=luck.choice(proceedings or PROCEEDINGS),
            needed="" if luck.random() < 0.1 else luck.choice(LENGTHS),
            notice=luck.random() < 0.6,
            result=luck.choice(RESULTS),
            present=luck.choice((0, 1, 2, 2, 2, 3)),
            received=self.now.date() + timedelta(days=luck.randrange(-6, 2)) if luck.random() < 0.25 else None,
        )
        self.pair.attempt(ask, self.now)


@pytest.mark.parametrize("kind", ["permit", "registration", "filing"])
def test_both_know_the_same_steps(kind):
    steps = {name for name in KINDS[kind].by_name if not name.startswith("take_over")}
    assert set(table(kind)) == steps
    assert sum(raw["kind"] == kind for raw in RAW.values()) >= 2


def test_rulebook_and_law_agree_on_a_hundred_histories():
    run(100)


@pytest.mark.long
def test_rulebook_and_law_agree_on_two_thousand_histories():
    run(int(os.environ.get("HISTORIES", "2000")))


def run(histories: int) -> None:
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=histories,
            stateful_step_count=60,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
