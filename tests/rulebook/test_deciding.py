"""What follows from a step: one line, one situation, its dates.  Days are those of law-made calendars of 2026."""

import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from tests.rulebook.stepping import gone_on
from tongban.rooms.calendars import calendar
from tongban.rulebook import deciding
from tongban.rulebook.basis import design
from tongban.rulebook.catalogue import freeze
from tongban.rulebook.clock import Limit
from tongban.rulebook.errors import Refused
from tongban.rulebook.facts import HOUSE, LAW, Actor, Facts, Given, Lack
from tongban.rulebook.kinds import KINDS
from tongban.rulebook.steps import Expiry, Post

ITEMS = Path(__file__).parents[2] / "tongban" / "items" / "items"


def item(code: str):
    return freeze(tomllib.loads((ITEMS / f"{code}.toml").read_text()))


def at(day: date, hour: int = 10) -> datetime:
    return datetime(day.year, day.month, day.day, hour - 8, tzinfo=UTC)


def staff(*posts: Post, number: int = 1, related: bool = False) -> Actor:
    return Actor("staff", UUID(int=number), frozenset(posts), related)


CITIZEN = Actor("person", UUID(int=99), frozenset({Post.APPLICANT}))


class Case:
    """A case kept in memory: takes steps as the ledger would."""

    def __init__(self, code: str, *, missing: tuple[str, ...] = ()) -> None:
        it = item(code)
        self.facts = Facts(kind=KINDS[it.kind], item=it, missing=missing)

    def take(self, step: str, who: Actor, day: date, given: Given | None = None, hour: int = 10):
        outcome = deciding.decide(self.facts, step, who, given or Given(), at(day, hour), calendar())
        told = {lack.code for lack in given.lacking} if given else set()
        self.facts = gone_on(self.facts, outcome, by=who.id if who.kind == "staff" else None, told=told)
        return outcome

    def clock(self, name: str):
        return [c for c in self.facts.clocks if c.name == name][-1]


def filed(day: date, **kwargs) -> Case:
    case = Case("small-food-shop", **kwargs)
    case.take("file", CITIZEN, day)
    return case


def accepted(day: date) -> Case:
    case = filed(day)
    case.take("accept", staff(Post.ACCEPTOR), day)
    return case


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_kind_is_sound(kind):
    assert deciding.lawful(kind) == ()
    assert all(isinstance(rule.expiry, Expiry) for rule in kind.clocks)
    reached = {step.target for step in kind.steps} - {"="}
    assert set(kind.states) - reached == set()


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_kind_lets_the_law_act_on_every_clock_wherever_it_may_run(kind):
    for rule in kind.clocks:
        step = kind.by_name[rule.step or "note_overdue"]
        assert Post.LAW in step.by


@pytest.mark.parametrize(
    ("received", "intake_ends"),
    [  # law-and-standards A1-A4
        (date(2026, 2, 11), date(2026, 2, 25)),
        (date(2026, 2, 14), date(2026, 2, 28)),
        (date(2026, 9, 18), date(2026, 9, 24)),
        (date(2026, 11, 20), date(2026, 11, 27)),
    ],
)
def test_filing_starts_the_five_days_of_article_32(received, intake_ends):
    assert filed(received).clock("intake").due.on == intake_ends


@pytest.mark.parametrize(
    ("on", "statutory"),
    [  # A5-A7, A10
        (date(2026, 9, 22), date(2026, 10, 27)),
        (date(2026, 1, 30), date(2026, 3, 5)),
        (date(2026, 4, 30), date(2026, 6, 1)),
        (date(2026, 3, 2), date(2026, 3, 30)),
    ],
)
def test_acceptance_starts_the_twenty_days_of_article_42(on, statutory):
    assert accepted(on).clock("statutory").due.on == statutory


def test_silence_accepts_the_case_on_the_day_the_papers_were_received():
    # A15: received 2026-02-11, no notice: accepted on 02-11, not when the five days were over
    case = filed(date(2026, 2, 11), missing=("layout",))
    moment = case.clock("intake").due_at
    assert deciding.expire(case.facts, moment - timedelta(seconds=1)) is None
    assert deciding.expire(case.facts, moment) == "deem_accepted"
    case.take("deem_accepted", LAW, date(2026, 2, 26), hour=9)
    assert (case.facts.accepted_on, case.facts.state) == (date(2026, 2, 11), "accepted")
    assert "deemed_accepted" in case.facts.flags
    assert case.clock("statutory").start == date(2026, 2, 11)


def test_correction_leaves_out_nothing_that_is_missing():
    case = filed(date(2026, 9, 18), missing=("layout", "health"))
    with pytest.raises(Refused) as no:
        case.take(
            "ask_correction", staff(Post.ACCEPTOR), date(2026, 9, 21), Given(lacking=(Lack("layout", "没有布局图"),))
        )
    assert (no.value.code, no.value.basis.text) == ("correction_incomplete", "行政许可法 第三十二条第一款第四项")
    assert "从业人员健康证明" in no.value.sentence


def test_supplement_sets_the_acceptance_to_the_day_it_came():
    case = filed(date(2026, 9, 18), missing=("layout",))
    case.take("ask_correction", staff(Post.ACCEPTOR), date(2026, 9, 21), Given(lacking=(Lack("layout", "没有"),)))
    assert not case.clock("intake").is_running
    case.facts = replace(case.facts, missing=())
    case.take("supply", CITIZEN, date(2026, 9, 22))
    case.take("accept", staff(Post.ACCEPTOR), date(2026, 9, 23))
    assert case.facts.accepted_on == date(2026, 9, 22)
    assert case.clock("statutory").due.on == date(2026, 10, 27)


def test_second_notice_naming_new_things_is_a_breach_and_the_day_stays():
    case = filed(date(2026, 9, 7), missing=("layout",))
    case.take("ask_correction", staff(Post.ACCEPTOR), date(2026, 9, 8), Given(lacking=(Lack("layout", "没有"),)))
    case.facts = replace(case.facts, missing=())
    case.take("supply", CITIZEN, date(2026, 9, 10))
    case.take("ask_correction", staff(Post.ACCEPTOR), date(2026, 9, 11), Given(lacking=(Lack("health", "看不清"),)))
    assert "second_notice" in case.facts.flags
    case.take("supply", CITIZEN, date(2026, 9, 15))
    assert case.facts.received_on == date(2026, 9, 10)


@pytest.mark.parametrize(
    ("notice", "due"),
    [(True, date(2026, 4, 14)), (False, date(2026, 3, 30))],  # A11, A12
)
def test_pause_counts_only_with_written_notice(notice, due):
    case = accepted(date(2026, 3, 2))
    given = Given(proceeding="expert_review", time_needed=Limit.parse("11d"), notice=notice)
    case.take("pause", staff(Post.REVIEWER, number=2), date(2026, 3, 9), given)
    case.take("resume", staff(Post.REVIEWER, number=2), date(2026, 3, 20), Given(result="passed"))
    assert case.clock("statutory").due.on == due


def test_pause_outside_article_45_does_not_stop_the_clock():
    case = accepted(date(2026, 3, 2))
    given = Given(proceeding="site_check", time_needed=Limit.parse("5wd"), notice=True)
    with pytest.raises(Refused) as no:
        case.take("pause", staff(Post.REVIEWER, number=2), date(2026, 3, 9), given)
    assert no.value.code == "pause_not_lawful"


def test_pause_longer_than_told_counts_only_as_long_as_told():
    case = accepted(date(2026, 3, 2))
    given = Given(proceeding="expert_review", time_needed=Limit.parse("11d"), notice=True)
    case.take("pause", staff(Post.REVIEWER, number=2), date(2026, 3, 9), given)
    case.take("resume", staff(Post.REVIEWER, number=2), date(2026, 3, 27), Given(result="passed"))
    assert case.clock("statutory").due.on == date(2026, 4, 14)


def test_extension_once_by_the_head():
    case = accepted(date(2026, 9, 22))
    case.take("extend", staff(Post.HEAD, number=3), date(2026, 10, 20), Given(reason="案情复杂"))
    assert case.clock("statutory").due.on == date(2026, 11, 10)  # A5
    with pytest.raises(Refused) as no:
        case.take("extend", staff(Post.HEAD, number=3), date(2026, 10, 21), Given(reason="还要"))
    assert no.value.code == "extended_already"


def test_extension_of_joint_handling_needs_the_government():
    case = Case("construction-stage")
    assert case.facts.kind.code == "bundle"
    joint = replace(accepted(date(2026, 9, 1)).facts.item.limits, joint=True, statutory=None)
    case = filed(date(2026, 9, 1))
    limits = replace(
        joint,
        statutory=replace(case.facts.item.limits.statutory, limit=Limit.parse("45wd")),
        extension=replace(case.facts.item.limits.extension, limit=Limit.parse("15wd")),
    )
    case.facts = replace(case.facts, item=replace(case.facts.item, limits=limits))
    case.take("accept", staff(Post.ACCEPTOR), date(2026, 9, 1))
    assert case.clock("statutory").due.on == date(2026, 11, 9)  # A8
    with pytest.raises(Refused) as no:
        case.take("extend", staff(Post.HEAD, number=3), date(2026, 10, 20), Given(reason="复杂"))
    assert no.value.code == "wrong_approver"
    case.take("extend", staff(Post.GOVERNMENT, number=4), date(2026, 10, 20), Given(reason="复杂"))
    assert case.clock("statutory").due.on == date(2026, 11, 30)  # A8


def test_decision_starts_the_ten_days_of_delivery():
    case = accepted(date(2026, 9, 18))
    limits = replace(case.facts.item.limits, delivery=None)
    case.facts = replace(case.facts, item=replace(case.facts.item, limits=limits))
    case.take("pass_on", staff(Post.REVIEWER, number=2), date(2026, 9, 22))
    case.take("grant", staff(Post.DECIDER, number=3), date(2026, 9, 24))
    assert case.clock("delivery").due.on == date(2026, 10, 15)  # A9
    assert not case.clock("statutory").is_running


REFUSALS = [
    ("wrong_state", "grant", staff(Post.DECIDER, number=3), Given()),
    ("wrong_post", "accept", CITIZEN, Given()),
    ("wrong_post", "accept", staff(Post.CLERK), Given()),
    ("must_withdraw", "accept", staff(Post.ACCEPTOR, related=True), Given()),
    ("ground_missing", "not_accept", staff(Post.ACCEPTOR), Given(reason="不属于本机关")),
    ("reason_missing", "not_accept", staff(Post.ACCEPTOR), Given(ground="行政许可法 第三十二条")),
    ("unknown_step", "dance", staff(Post.ACCEPTOR), Given()),
    ("not_on_the_spot", "decide_on_spot", staff(Post.ACCEPTOR, Post.DECIDER), Given()),
    ("wrong_state", "supply", CITIZEN, Given()),
]


@pytest.mark.parametrize(("code", "step", "who", "given"), REFUSALS, ids=[f"{r[1]}-{r[0]}" for r in REFUSALS])
def test_filed_case_refuses(code, step, who, given):
    case = filed(date(2026, 9, 18))
    with pytest.raises(Refused) as no:
        case.take(step, who, date(2026, 9, 21), given)
    assert no.value.code == code
    assert no.value.sentence.endswith("。")
    assert no.value.basis is not None


def test_acceptor_does_not_decide_unless_the_item_has_a_named_exemption():
    case = accepted(date(2026, 9, 18))
    case.take("pass_on", staff(Post.REVIEWER, number=2), date(2026, 9, 21))
    with pytest.raises(Refused) as no:
        case.take("grant", staff(Post.DECIDER, number=1), date(2026, 9, 22))
    assert no.value.code == "acceptor_decides"
    spot = Case("elderly-card")
    spot.take("file", CITIZEN, date(2026, 9, 18))
    done = spot.take("decide_on_spot", staff(Post.ACCEPTOR, Post.DECIDER), date(2026, 9, 18))
    assert (done.state, done.decision) == ("granted", "granted")
    assert "on_the_spot" in done.flags


def test_estate_registration_not_refused_the_same_day_is_accepted():
    # 不动产登记暂行条例 17: no five-day window
    case = Case("estate-transfer")
    case.take("file", CITIZEN, date(2026, 9, 18))
    assert case.clock("intake").due.on == date(2026, 9, 18)
    assert deciding.expire(case.facts, case.clock("intake").due_at) == "deem_accepted"
    case.take("deem_accepted", LAW, date(2026, 9, 19))
    assert case.facts.accepted_on == date(2026, 9, 18)


def test_overdue_is_noted_once_and_grants_nothing():
    case = accepted(date(2026, 9, 1))
    late = case.clock("statutory").due_at
    case.facts = replace(case.facts, clocks=tuple(c for c in case.facts.clocks if c.name == "statutory"))
    assert deciding.expire(case.facts, late) == "note_overdue"
    outcome = case.take("note_overdue", LAW, late.date() + timedelta(days=1))
    assert (outcome.state, outcome.decision) == ("accepted", "")
    assert deciding.expire(case.facts, late + timedelta(days=400)) is None
    assert outcome.next_moment is None


def test_matter_not_taken_goes_up_one_post_with_the_same_time_again():
    case = Case("late-step-supervision")
    case.take("open", HOUSE, date(2026, 9, 21))
    first = case.clock("take")
    assert deciding.expire(case.facts, first.due_at) == "go_up"
    case.take("go_up", LAW, date(2026, 9, 22))
    assert (case.clock("take").run, case.clock("take").is_running) == (2, True)
    assert [c.noted for c in case.facts.clocks if c.name == "take"] == [True, False]


def test_unknown_year_gives_a_provisional_date():
    assert filed(date(2026, 12, 28)).clock("intake").due.provisional is True  # A14


def test_filing_kind_has_no_refusal_on_merits():
    assert "refuse" not in KINDS["filing"].by_name
    assert {s.decision for s in KINDS["filing"].steps} <= {
        "",
        "granted",
        "not_accepted",
        "struck_out",
        "withdrawn",
        "lapsed",
    }


def test_status_groups_come_from_the_table():
    assert "granted" in KINDS["permit"].open_states
    assert "refused" not in KINDS["permit"].open_states


def test_every_step_without_law_says_design():
    for kind in KINDS.values():
        for step in kind.steps:
            assert step.basis.verified, f"{kind.code}.{step.name}"
            assert step.basis != design("")


# ---- found by tests/rulebook/test_against_the_law.py ----


@pytest.mark.parametrize(
    ("step", "given"),
    [
        ("ask_correction", Given(lacking=(Lack("layout", "没有布局图"),))),
        ("not_accept", Given(reason="不属于本机关职权范围", ground="行政许可法 第三十二条")),
    ],
)
def test_after_the_five_days_nothing_is_denied_though_nobody_has_noted_the_silence_yet(step, given):
    # 许可法 32(4): 逾期不告知的，自收到申请材料之日起即为受理 - by law, not by the postman who may be asleep
    case = filed(date(2026, 9, 18), missing=("layout",))
    with pytest.raises(Refused) as no:
        case.take(step, staff(Post.ACCEPTOR), date(2026, 9, 25), given)
    assert no.value.code == "silence_has_spoken"
    assert "视为受理" in no.value.sentence
    case.take("deem_accepted", LAW, date(2026, 9, 25))
    assert case.facts.accepted_on == date(2026, 9, 18)
    on_time = filed(date(2026, 9, 18), missing=("layout",))
    on_time.take(step, staff(Post.ACCEPTOR), date(2026, 9, 24), given, hour=23)


def renewing(expires: date, filed_on: date) -> Case:
    case = Case("nurse-renewal")
    case.facts = replace(case.facts, expires_on=expires)
    case.take("file", CITIZEN, filed_on)
    case.take("accept", staff(Post.ACCEPTOR), filed_on)
    return case


def test_a_licence_that_silence_has_renewed_is_refused_no_more():
    # 许可法 50: 逾期未作决定的，视为准予延续
    case = renewing(date(2026, 4, 30), date(2026, 3, 2))
    case.take("pass_on", staff(Post.REVIEWER), date(2026, 4, 20))
    with pytest.raises(Refused) as no:
        case.take("refuse", staff(Post.DECIDER, number=2), date(2026, 5, 1), Given(reason="不合格", ground="护士条例"))
    assert no.value.code == "silence_has_spoken"


def test_a_missed_deadline_noted_late_does_not_swallow_the_renewal_by_silence():
    # The postman was away over both ends: the decision's twenty days and the last day of the licence.
    case = renewing(date(2026, 4, 30), date(2026, 3, 2))
    back = date(2026, 5, 6)
    assert deciding.expire(case.facts, at(back)) == "note_overdue"
    assert deciding.lapsed(case.facts, "note_overdue", at(back)) == ("promised", "statutory")
    case.take("note_overdue", LAW, back)
    assert deciding.expire(case.facts, at(back)) == "deem_renewed"
    case.take("deem_renewed", LAW, back)
    assert (case.facts.state, case.facts.decision) == ("granted", "granted")
    assert deciding.expire(case.facts, at(back)) is None


@pytest.mark.parametrize(
    ("day", "code"), [(date(2026, 9, 29), "received_in_future"), (date(2026, 9, 17), "supplied_before_filing")]
)
def test_a_supplement_comes_in_between_the_filing_and_today(day, code):
    case = filed(date(2026, 9, 18), missing=("layout",))
    lacking = (Lack("layout", "没有布局图"),)
    case.take("ask_correction", staff(Post.ACCEPTOR), date(2026, 9, 21), Given(lacking=lacking))
    with pytest.raises(Refused) as no:
        case.take("supply", CITIZEN, date(2026, 9, 28), Given(supplied=frozenset({"layout"}), received_on=day))
    assert no.value.code == code
