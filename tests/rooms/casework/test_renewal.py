"""延续: filed in its window, decided before the licence ends, or renewed by silence (许可法 50)."""

from dataclasses import replace
from datetime import date

import pytest

from tests.rooms.casework import looking
from tests.rooms.casework.looking import refused
from tongban.rooms.calendars import calendar
from tongban.rulebook.clock import Limit
from tongban.rulebook.renewing import silence_renews_after, window

RENEWAL = "food-business-renewal"
ENDS = date(2026, 12, 31)


@pytest.fixture
def casework(county):
    from tongban.rooms.casework import actions

    return actions


@pytest.fixture
def held(county):
    """A food licence of 林示例 that is good until the last day of 2026."""
    from tongban.rooms.licences import queries as licences

    with county.at(2026, 1, 5):
        licence_id = looking.held_licence(county, county.citizen().id, "food-business-licence", valid_until=ENDS)
        assert licences.licence(licence_id).valid_until == ENDS
    return licence_id


@pytest.mark.parametrize(
    ("limits", "opens", "closes"),
    [
        ({}, date(2026, 8, 21), date(2026, 12, 10)),  # the item's own rule: 90 to 15 working days before
        ({"renewal_opens": None, "renewal_closes": None}, None, date(2026, 11, 19)),  # 许可法 50, A13
    ],
)
def test_the_window_is_counted_back_from_the_last_day(county, limits, opens, closes):
    with county.at(2026, 9, 1):
        item = county.item(RENEWAL)
        item = replace(item, limits=replace(item.limits, **limits))
    when = window(item, ENDS, calendar())
    assert (when.opens, when.closes, when.expires) == (opens, closes, ENDS)
    assert silence_renews_after(item, closes, ENDS, calendar()) == Limit((ENDS - closes).days, Limit.parse("1d").unit)
    assert silence_renews_after(item, date(2026, 12, 11), ENDS, calendar()) is None


def test_a_renewal_runs_to_the_last_day_of_the_licence_and_says_what_it_continues(county, casework, held):
    with county.at(2026, 9, 22):
        case = county.filed(RENEWAL)
    assert looking.running(case) == {"intake": date(2026, 9, 30), "renewal": ENDS}
    assert looking.last(case).body["renews"] == str(held)
    assert looking.last(case).body["expires_on"] == "2026-12-31"
    assert looking.fetched("SELECT role, target_kind, target_id FROM casework_tie WHERE case_id = %s", case) == [
        ("continues", "licence", held)
    ]
    assert looking.file(case).materials["food-licence"]["state"] == "held"
    looking.agrees(case)


def test_silence_until_the_last_day_renews(county, casework, held):
    from tongban.rooms.licences import queries as licences

    with county.at(2026, 12, 1):
        case = county.accepted(RENEWAL)
    with county.at(2026, 12, 31, 23):
        casework.sweep()
        assert looking.state(case) == "accepted"
    with county.at(2027, 1, 1, 0):
        assert casework.sweep().acted >= 1
        assert casework.sweep().acted == 0
    assert (looking.state(case), looking.steps(case)[-1]) == ("granted", "deem_renewed")
    assert (looking.last(case).actor, looking.documents(case)) == ("law", ["grant_decision"])
    with county.at(2027, 1, 4):
        casework.issue(case, county.able("deliver", RENEWAL))
    former = licences.licence(held)
    (renewed,) = licences.of_case(case)
    assert (former.state, renewed.former_id, renewed.version) == ("changed", held, former.version + 1)
    looking.agrees(case)


def test_a_renewal_filed_late_is_taken_in_but_silence_gives_nothing(county, casework, held):
    with county.at(2026, 12, 11):
        case = county.accepted(RENEWAL)
        assert "renewal" not in looking.running(case)
    with county.at(2027, 1, 1, 1):
        casework.sweep()
    assert looking.state(case) == "accepted"


def test_a_renewal_decided_in_time_is_not_renewed_again(county, casework, held):
    with county.at(2026, 11, 2):
        case = county.granted(RENEWAL)
        assert list(looking.running(case)) == ["delivery"]
    with county.at(2027, 1, 1, 1):
        casework.sweep()
    assert "deem_renewed" not in looking.steps(case)


def test_a_renewal_is_refused_before_its_window_without_a_licence_or_of_somebody_elses(county, casework, held):
    with county.at(2026, 8, 20), refused("renewal_too_early"):
        county.filed(RENEWAL)
    with county.at(2026, 9, 22):
        with refused("renewal_unknown"):
            county.filed(RENEWAL, applicant=county.citizen("房示例"))
        with refused("renewal_not_possible"):
            county.filed(RENEWAL, applicant=county.citizen("房示例"), renews=held)
    with county.at(2027, 1, 1), refused("renewal_unknown"):
        county.filed(RENEWAL)
