"""Cases taken over from an old system: each line one state, its days, and when its clocks end (calendar of 2026)."""

import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tongban.rooms.calendars import calendar
from tongban.rulebook import deciding, taking_over
from tongban.rulebook.catalogue import freeze
from tongban.rulebook.errors import Refused
from tongban.rulebook.facts import HOUSE, Facts, Given
from tongban.rulebook.kinds import KINDS
from tongban.rulebook.taking_over import Past

ITEMS = Path(__file__).parents[2] / "tongban" / "items" / "items"
TODAY = date(2026, 4, 1)
NOW = datetime(2026, 4, 1, 2, tzinfo=UTC)


def facts(code: str, past: Past) -> Facts:
    item = freeze(tomllib.loads((ITEMS / f"{code}.toml").read_text()))
    return Facts(kind=KINDS[item.kind], item=item, received_on=past.received_on, accepted_on=past.accepted_on)


def taken(code: str, state: str, past: Past):
    told = facts(code, past)
    step = taking_over.step_for(told.kind, state)
    taking_over.check(told.kind, state, past, TODAY)
    outcome = deciding.decide(told, step, HOUSE, Given(), NOW, calendar())
    return taking_over.as_it_ran(outcome, told, past, calendar())


def days(outcome) -> dict[str, str]:
    return {clock.name: f"{clock.start} {clock.due.on}" for clock in outcome.clocks}


@pytest.mark.parametrize(
    ("past", "ends"),
    [
        # 20 working days from the day of acceptance (law-and-standards A10)
        (Past(date(2026, 2, 27), date(2026, 3, 2)), "2026-03-30"),
        # eleven days of expert review told in writing are not counted (A11)
        (
            Past(
                date(2026, 2, 27),
                date(2026, 3, 2),
                excluded=(("expert_review", date(2026, 3, 9), date(2026, 3, 20)),),
            ),
            "2026-04-14",
        ),
    ],
)
def test_an_accepted_case_runs_from_its_old_day_of_acceptance(past, ends):
    outcome = taken("small-food-shop", "accepted", past)
    (statutory,) = [clock for clock in outcome.clocks if clock.name == "statutory"]
    assert (outcome.state, str(statutory.start), str(statutory.due.on)) == ("accepted", "2026-03-02", ends)
    assert outcome.next_moment == min(clock.due_at for clock in outcome.clocks)
    assert [one.closed_on for one in outcome.proceedings] == [last for _, _, last in past.excluded]


def test_an_extended_case_has_its_longer_time_and_is_not_extended_again():
    past = Past(date(2026, 2, 27), date(2026, 3, 2), extended=True)
    plain = taken("small-food-shop", "accepted", replace(past, extended=False))
    outcome = taken("small-food-shop", "accepted", past)
    (before,), (after,) = ([c for c in one.clocks if c.name == "statutory"] for one in (plain, outcome))
    # 20 + 10 working days from 2026-03-02: 04-06 is 清明
    assert (str(before.due.on), str(after.due.on)) == ("2026-03-30", "2026-04-14")
    assert outcome.flags == {"taken_over", "extended"}


def test_a_received_case_is_deemed_accepted_five_days_after_its_old_receipt():
    outcome = taken("small-food-shop", "filed", Past(date(2026, 3, 2)))
    assert days(outcome) == {"intake": "2026-03-02 2026-03-09"}
    assert outcome.next_moment is not None
    assert outcome.next_moment < NOW  # the law acts at the next sweep, as of the old day


def test_a_granted_case_has_ten_days_from_its_old_decision_to_be_delivered():
    past = Past(date(2026, 3, 2), date(2026, 3, 2), date(2026, 3, 23))
    told = facts("small-food-shop", past)
    told = replace(told, item=replace(told.item, limits=replace(told.item.limits, delivery=None)))
    outcome = deciding.decide(told, "take_over_granted", HOUSE, Given(), NOW, calendar())
    outcome = taking_over.as_it_ran(outcome, told, past, calendar())
    # ten working days from 2026-03-23: 04-06 is a holiday
    assert (outcome.decision, days(outcome)) == ("granted", {"delivery": "2026-03-23 2026-04-07"})


def test_a_filing_runs_from_its_receipt():
    outcome = taken("rental-filing", "filed", Past(date(2026, 3, 2)))
    assert outcome.state == "filed"
    assert {str(clock.start) for clock in outcome.clocks} == {"2026-03-02"}


def test_it_owes_no_document_and_tells_nobody():
    steps = [kind.by_name[name] for kind in KINDS.values() for name in kind.by_name if name.startswith("take_over")]
    assert len(steps) == 8
    assert {(step.documents, step.effects, step.tells, step.closes) for step in steps} == {((), (), (), False)}


@pytest.mark.parametrize(
    ("code", "state", "past", "refusal"),
    [
        ("small-food-shop", "accepted", Past(date(2026, 3, 2)), "accepted_on_missing"),
        ("small-food-shop", "granted", Past(date(2026, 3, 2), date(2026, 3, 2)), "decided_on_missing"),
        ("small-food-shop", "filed", Past(date(2026, 3, 2), date(2026, 3, 3)), "accepted_on_early"),
        ("small-food-shop", "filed", Past(date(2026, 3, 2), None, date(2026, 3, 3)), "decided_on_early"),
        ("small-food-shop", "accepted", Past(date(2026, 3, 2), date(2026, 3, 1)), "days_reversed"),
        ("small-food-shop", "accepted", Past(date(2026, 3, 2), date(2026, 4, 2)), "day_in_future"),
        ("small-food-shop", "paused", Past(date(2026, 3, 2), date(2026, 3, 2)), "take_over_state"),
        ("rental-filing", "accepted", Past(date(2026, 3, 2), date(2026, 3, 2)), "take_over_state"),
        ("rental-filing", "granted", Past(date(2026, 3, 2), date(2026, 3, 2), date(2026, 3, 2)), "accepted_on_early"),
        ("open-restaurant", "filed", Past(date(2026, 3, 2)), "take_over_kind"),
        (
            "small-food-shop",
            "accepted",
            Past(date(2026, 3, 2), date(2026, 3, 2), excluded=(("site_check", date(2026, 3, 3), date(2026, 3, 4)),)),
            "pause_not_lawful",
        ),
        (
            "small-food-shop",
            "accepted",
            Past(date(2026, 3, 2), date(2026, 3, 2), excluded=(("hearing", date(2026, 3, 1), date(2026, 3, 4)),)),
            "excluded_days",
        ),
    ],
)
def test_days_that_cannot_be_are_refused(code, state, past, refusal):
    with pytest.raises(Refused) as no:
        taken(code, state, past)
    assert no.value.code == refusal
    assert no.value.sentence.endswith("。")


@pytest.mark.parametrize(
    ("code", "state", "past"),
    [
        ("small-food-shop", "filed", Past(TODAY)),
        ("small-food-shop", "accepted", Past(TODAY, TODAY)),
        ("small-food-shop", "granted", Past(TODAY, TODAY, TODAY)),
        ("small-food-shop", "accepted", Past(TODAY, TODAY, excluded=(("hearing", TODAY, TODAY),))),
        ("estate-transfer", "accepted", Past(date(2026, 3, 2), date(2026, 3, 2))),
        ("rental-filing", "granted", Past(date(2026, 3, 2), None, date(2026, 3, 2))),
    ],
)
def test_everything_may_have_been_on_one_day(code, state, past):
    outcome = taken(code, state, past)
    assert (outcome.state, "taken_over" in outcome.flags) == (state, True)


def test_a_wrong_pause_is_found_behind_right_ones():
    right = ("hearing", date(2026, 3, 3), date(2026, 3, 4))
    for wrong in (("hearing", date(2026, 3, 9), date(2026, 3, 6)), ("hearing", date(2026, 3, 9), date(2026, 4, 2))):
        with pytest.raises(Refused) as no:
            taken("small-food-shop", "accepted", Past(date(2026, 3, 2), date(2026, 3, 2), excluded=(right, wrong)))
        assert no.value.code == "excluded_days"


def test_only_the_house_takes_over():
    for kind in KINDS.values():
        for name, step in kind.by_name.items():
            assert not name.startswith("take_over") or [str(post) for post in step.by] == ["house"]
