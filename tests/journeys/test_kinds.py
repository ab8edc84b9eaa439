"""All kinds of case: what their tables promise together, and each one carried to its archive."""

import re
from pathlib import Path

import pytest

from tests.rooms.casework import looking
from tongban.rulebook.kinds import KINDS
from tongban.rulebook.steps import ClockOp, Kind, Post, Step

ACTIONS = Path(__file__).parents[2] / "tongban" / "rooms" / "casework" / "actions"


def after(kind: Kind, step: Step, clocks: frozenset[str]) -> frozenset[str]:
    """Return the clocks that may run after a step: every start happens, whether or not the item has the limit."""
    for move in step.clocks:
        if move.op is ClockOp.START:
            clocks |= {move.clock}
        elif move.op is ClockOp.STOP:
            clocks = frozenset() if move.clock == "*" else clocks - {move.clock}
    return clocks


def reachable(kind: Kind) -> set[tuple[str, frozenset[str]]]:
    """Return every state with the clocks that may run in it."""
    found, new = set(), {("", frozenset())}
    while new:
        state, clocks = new.pop()
        found.add((state, clocks))
        for step in kind.steps:
            if state in step.sources:
                there = (state if step.target == "=" else step.target, after(kind, step, clocks))
                if there not in found:
                    new.add(there)
    return found


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_wherever_a_clock_may_run_out_the_law_has_its_step(kind):
    """A clock that runs out in a state without that step would be looked at for ever and nothing would happen."""
    stuck = {
        (state, clock)
        for state, clocks in reachable(kind)
        for clock in clocks
        if state not in kind.by_name[kind.clock_by_name[clock].step or "note_overdue"].sources
    }
    assert stuck == set()


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_a_case_that_is_over_has_no_clock_running(kind):
    ended = {step.target for step in kind.steps if step.closes} | {"archived"}
    assert {(state, clocks) for state, clocks in reachable(kind) if state in ended and clocks} == set()


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_every_state_leads_to_the_archive(kind):
    leads = {"archived"}
    while grown := {s for step in kind.steps if step.target in leads for s in step.sources} - leads:
        leads |= grown
    assert {state for state, _ in reachable(kind)} - leads == set()


def test_every_step_of_our_own_kinds_has_its_verb():
    """A kind that somebody adds needs none: ``take`` carries any step."""
    written = "".join(path.read_text() for path in ACTIONS.glob("*.py"))
    named = set(re.findall(r'"([a-z_]+)"', written))
    # Two verbs serve a family of steps each: ``outside_result`` and ``take_over``.
    families = re.compile(r"(granted|refused)_elsewhere|take_over_[a-z]+")
    ours = [KINDS[code] for code in ("permit", "registration", "filing", "matter", "appeal", "bundle")]
    by_law = {rule.step or "note_overdue" for kind in ours for rule in kind.clocks}
    steps = {step.name for kind in ours for step in kind.steps if not families.fullmatch(step.name)}
    assert steps - named - by_law == set()


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_who_decides_on_merits_is_never_who_takes_papers_in(kind):
    """A step that ends on the merits belongs to a decider, the law, the house, or to an item handled elsewhere."""
    merits = [step for step in kind.steps if step.decision in ("granted", "refused")]
    loose = {
        step.name
        for step in merits
        if {Post.CLERK, Post.APPLICANT}.intersection(step.by) and "handled_elsewhere" not in step.needs
    }
    assert loose == set()


@pytest.mark.parametrize("code", ["small-food-shop", "elderly-card", "estate-transfer", "rental-filing"])
def test_one_case_of_each_kind_goes_to_its_archive(county, code):
    """Given a filing, When everybody does his part, Then it ends in the archive and the journal tells all of it."""
    from tongban.rooms.casework import actions as casework

    owner, tenant = county.citizen("房示例"), county.citizen("租演示")
    applicant = county.citizen("寿样本") if code == "elderly-card" else owner
    with county.at(2026, 9, 22):
        item = county.item(code)
        signers = [casework.Signer("other_side", tenant.id)] if "other_side" in item.signatures else []
        case = casework.file_case(county.filing(code, applicant=applicant, signers=signers), applicant).case_id
        if signers:
            casework.sign(case, tenant, role="other_side")
        if item.kind == "filing":
            casework.put_on_record(case, county.able("accept", code))
        elif item.on_the_spot:
            casework.decide_on_spot(case, looking.both(county, code))
        else:
            casework.accept(case, county.able("accept", code))
            for _ in item.desks[:-1]:
                casework.pass_on(case, county.able("examine", code))
            decide = casework.enter if item.kind == "registration" else casework.grant
            decide(case, county.able("decide", code))
        if item.fee:
            casework.settle_fee(case, county.able("accept", code), state="paid", voucher="PZ1")
        casework.issue(case, county.able("deliver", code))
        casework.deliver(case, county.able("deliver", code), collector_id=applicant.id)
        casework.archive(case, rows={}, notes={})
    assert (looking.state(case), looking.file(case).row["decision"]) == ("archived", "granted")
    looking.agrees(case)
