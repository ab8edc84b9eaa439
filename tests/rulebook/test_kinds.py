"""The tables of steps: what the law asks of every kind of case, and the steps that several kinds share."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.rulebook.tables import assert_as_written, words
from tongban.rulebook.basis import BasisKind, design
from tongban.rulebook.kinds import KINDS, shared
from tongban.rulebook.steps import ClockOp, ClockRule, Expiry, Kind, Post, Step, start, stop

each_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
#: The steps of several kinds as one kind has them.
SHARED: dict[str, Callable[[], tuple[Step, ...]]] = {
    "draft": shared.draft_steps,
    "file": lambda: (shared.file(),),
    "file, as another kind has it": lambda: (
        shared.file(
            "slip", clocks=(start("answer", "receipt"),), effects=("open_matter",), basis=design("本县自己的收件")
        ),
    ),
    "take over": lambda: shared.take_over_steps((start("intake", "receipt"),)),
    "take over, as another kind has it": lambda: (shared.take_over("open", clocks=()),),
    "correction": shared.correction_steps,
    "correction, in another state": lambda: shared.correction_steps("waiting"),
    "accept": lambda: (shared.accept(design("受理")),),
    "not accept": lambda: (shared.not_accept(), shared.not_accept("returned", "退回")),
    "withdraw": lambda: (shared.withdraw("filed", "accepted"),),
    "chain": shared.chain_steps,
    "proceedings": shared.proceeding_steps,
    "extend": lambda: (shared.extend(),),
    "refuse": lambda: (shared.refuse("refuse", "不予许可", design("不予")),),
    "issue": lambda: (shared.issue(design("制证")),),
    "on the way": lambda: tuple(
        make("filed", "accepted")
        for make in (shared.supply_later, shared.check_shared, shared.sign, shared.note, shared.settle_fee)
    ),
    "elsewhere": shared.elsewhere_steps,
    "closing": lambda: shared.closing_steps(("issued",), ("delivered", "issued"), ("filed", "accepted")),
}


def test_steps_that_kinds_share() -> None:
    """Who may take them from where to where, by which article, and what they do: to clocks, papers, people."""
    lines = []
    for title, make in SHARED.items():
        lines += ["", f"# {title}", *map(words, make())]
    assert_as_written("shared_steps.txt", lines[1:])


@each_kind
def test_a_no_of_this_house_has_its_ground_and_its_reasons(kind: Kind) -> None:
    """许可法 32, 38: a no is given in writing with reasons; what another system decided has them there."""
    for step in kind.steps:
        if step.decision in ("refused", "not_accepted") and "handled_elsewhere" not in step.needs:
            assert "grounded" in step.needs, step.name
            assert step.reason, step.name
            assert "applicant" in step.tells, step.name
            assert step.closes, step.name


@each_kind
def test_lapse_of_time_is_asked_for_no_paper_and_no_reason(kind: Kind) -> None:
    for step in kind.steps:
        if Post.LAW in step.by:
            assert step.needs == (), step.name
            assert not step.reason, step.name
            assert {*step.by} <= {Post.LAW, Post.APPLICANT}, step.name


@each_kind
def test_only_one_who_may_decide_decides(kind: Kind) -> None:
    """审批 is never done by the applicant, nor by who only takes papers in, save what another system decided."""
    for step in kind.steps:
        if step.decision in ("granted", "refused") and "handled_elsewhere" not in step.needs:
            assert not {Post.APPLICANT, Post.CLERK, Post.EXIT, Post.SUPERVISOR} & {*step.by}, step.name


def ways_through(kind: Kind) -> set[tuple[str, frozenset[str]]]:
    """Return every state a case of this kind can be in, with the clocks that run there."""
    found: set[tuple[str, frozenset[str]]] = set()
    to_see = [("", frozenset[str]())]
    while to_see:
        state, running = here = to_see.pop()
        if here in found:
            continue
        found.add(here)
        for step in kind.steps:
            if state in step.sources:
                begun = {move.clock for move in step.clocks if move.op is ClockOp.START}
                ended = {move.clock for move in step.clocks if move.op is ClockOp.STOP}
                left = frozenset() if "*" in ended else running - ended
                to_see.append((state if step.target == "=" else step.target, left | begun))
    return found


@each_kind
def test_whichever_way_a_case_goes_no_clock_outlives_it_and_the_law_can_act_at_its_end(kind: Kind) -> None:
    for state, running in ways_through(kind):
        assert state in kind.open_states or not running, (state, running)
        for clock in running:
            step = kind.by_name[kind.clock_by_name[clock].step or "note_overdue"]
            assert state in step.sources, (state, clock, step.name)


@each_kind
def test_every_state_is_reached(kind: Kind) -> None:
    assert {state for state, _ in ways_through(kind)} == {"", *kind.states}


@each_kind
def test_a_licensing_clock_stands_only_in_the_list_of_article_45(kind: Kind) -> None:
    pausing = [step for step in kind.steps if any(move.op is ClockOp.PAUSE for move in step.clocks)]
    for step in pausing:
        assert "proceeding_given" in step.needs
        assert "special_procedure_notice" in step.documents
        assert step.basis.text == "行政许可法 第四十五条"
    assert bool(pausing) == any(move.op is ClockOp.RESUME for step in kind.steps for move in step.clocks)


def test_stop_and_start_say_one_thing_for_each_clock() -> None:
    assert [(move.op, move.clock, move.at) for move in (*stop("a", "b"), start("a"), start("b", "receipt"))] == [
        ("stop", "a", "today"),
        ("stop", "b", "today"),
        ("start", "a", "today"),
        ("start", "b", "receipt"),
    ]


def test_what_no_law_says_is_called_design() -> None:
    kinds = {step.basis.kind for kind in KINDS.values() for step in kind.steps}
    assert kinds <= {BasisKind.LAW, BasisKind.DOCUMENT, BasisKind.DESIGN}


A_STEP = Step("go", "去", ("",), "there", (Post.HOUSE,), design("测试"))
A_CLOCK = ClockRule("finish", "期限", Expiry.OVERDUE_ONLY, "", design("测试"))


@pytest.mark.parametrize(
    ("steps", "clocks", "wrong"),
    [
        ((A_STEP, A_STEP), (), "k: a step is named twice"),
        ((replace(A_STEP, sources=("", "nowhere")),), (), "k.go: unknown state"),
        ((replace(A_STEP, target="nowhere"),), (), "k.go: unknown state"),
        ((replace(A_STEP, clocks=(start("finish"),)),), (), "k.go: unknown clock finish"),
        ((replace(A_STEP, clocks=stop("finish", "start")),), (A_CLOCK,), "k.go: unknown clock start"),
        ((A_STEP,), (replace(A_CLOCK, step="come"),), "k: clock finish names no step come"),
    ],
)
def test_a_table_that_does_not_hold_together_is_not_made(
    steps: tuple[Step, ...], clocks: tuple[ClockRule, ...], wrong: str
) -> None:
    with pytest.raises(ValueError) as no:
        Kind("k", "某类", {"there": "在那里"}, clocks, steps)
    assert str(no.value) == wrong


def test_a_table_is_read_by_name() -> None:
    step = replace(A_STEP, clocks=(start("finish"), *stop("*")))
    back = replace(A_STEP, name="back", sources=("there",), target="=", closes=True)
    kind = Kind("k", "某类", {"there": "在那里"}, (replace(A_CLOCK, step="back"),), (step, back))
    assert kind.by_name == {"go": step, "back": back}
    assert kind.clock_by_name == {"finish": kind.clocks[0]}
