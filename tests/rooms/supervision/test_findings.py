"""What supervision looks at twice, found in cases that went that way."""

from datetime import date

import pytest

from tests.rooms.supervision.conftest import ITEM, to_last_desk

COUNTY = "990127"
SEPTEMBER = (date(2026, 9, 1), date(2026, 9, 30))


def ids(found) -> list:
    return [one.case_id for one in found]


def test_overdue_step_has_exactly_one_open_warning_which_closes(county):
    """S092.  Given an overdue step, When the scan runs,
    Then exactly one open warning exists for it and it goes to the supervisor.
    """
    from tongban.hall import postman
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.supervision import queries

    with county.at(2026, 9, 22):
        late = to_last_desk(county)
    with county.at(2026, 10, 14):
        casework.sweep()
        casework.sweep()
        postman.drain(30)
        casework.sweep()
        (warning,) = queries.warnings(COUNTY)
        assert (warning.case_id, warning.unit, warning.state, warning.light) == (late, "scjg", "assigned", "amber")
        assert warning.holder is not None
    with county.at(2026, 10, 15):
        matter = "late-step-supervision"
        worker, supervisor = county.able("decide", matter, unit="scjg"), county.able("supervise", matter, unit="scjg")
        casework.take(warning.matter_id, "take", worker)
        casework.take(warning.matter_id, "answer", worker, _because("人手不足，已调整"))
        casework.take(warning.matter_id, "close", supervisor)
        assert queries.warnings(COUNTY) == ()
        assert [one.matter_id for one in queries.warnings(COUNTY, closed=True)] == [warning.matter_id]


def test_silence_of_the_office_is_found(county):
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.supervision import queries

    with county.at(2026, 9, 15):
        silent = county.filed()
    with county.at(2026, 9, 23):
        casework.sweep()
    assert ids(queries.deemed_accepted(COUNTY, *SEPTEMBER)) == [silent]
    assert queries.deemed_accepted(COUNTY, *SEPTEMBER, unit="mzj") == ()


def test_second_notice_for_what_the_first_left_out_is_found(county):
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.casework.actions import Offer
    from tongban.rooms.supervision import queries

    with county.at(2026, 9, 22):
        first, second = [one.code for one in county.item(ITEM).materials if one.source == "applicant"][:2]
        acceptor, citizen = county.able("accept", ITEM), county.citizen()
        asked_twice, asked_once = county.filed(leave_out=(first,)), county.filed(leave_out=(first,))
        for case_id in (asked_twice, asked_once):
            casework.ask_correction(case_id, acceptor, {first: "没有提交"})
            casework.supply(case_id, citizen, {first: Offer(file_id=county.upload())})
        casework.ask_correction(asked_twice, acceptor, {second: "不清楚"})
    assert ids(queries.repeated_corrections(COUNTY, *SEPTEMBER)) == [asked_twice]


def test_decision_within_seconds_is_found_and_a_slower_one_is_not(county):
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.supervision import queries

    with county.at(2026, 9, 22, 10, 0):
        hasty, slow = to_last_desk(county), to_last_desk(county)
        casework.grant(hasty, county.able("decide", ITEM))
    with county.at(2026, 9, 22, 10, 1):
        casework.grant(slow, county.able("decide", ITEM))
    (found,) = queries.hasty_decisions(COUNTY, *SEPTEMBER)
    assert (found.case_id, found.seconds) == (hasty, 0.0)
    assert ids(queries.hasty_decisions(COUNTY, *SEPTEMBER, seconds=61)) == [hasty, slow]


def test_sample_of_decisions_on_the_spot_is_the_same_for_whoever_asks(county):
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.supervision import queries

    code = "elderly-card"
    with county.at(2026, 9, 22):
        decided = []
        for _ in range(5):
            case_id = county.filed(code)
            casework.decide_on_spot(case_id, chief(county, code))
            decided.append(case_id)
    sample = ids(queries.spot_sample(COUNTY, *SEPTEMBER, one_in=2))
    assert len(sample) == 3
    assert set(sample) < set(decided)
    assert ids(queries.spot_sample(COUNTY, *SEPTEMBER, one_in=2)) == sample
    assert len(queries.spot_sample(COUNTY, *SEPTEMBER)) == 1


def test_case_refused_and_then_accepted_is_found(county):
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.supervision import queries

    with county.at(2026, 9, 22):
        first = county.filed()
        casework.not_accept(first, county.able("accept", ITEM), ground="第三条", reason="不属于本县管辖")
        assert queries.refused_then_accepted(COUNTY, *SEPTEMBER) == ()
    with county.at(2026, 9, 24):
        second = county.accepted()
    assert ids(queries.refused_then_accepted(COUNTY, *SEPTEMBER)) == [second]
    assert queries.refused_then_accepted(COUNTY, *SEPTEMBER, days=1) == ()


@pytest.mark.parametrize(("moment", "days"), [((2026, 10, 13), []), ((2026, 10, 14), [22]), ((2026, 10, 30), [38])])
def test_proceeding_past_its_day_is_a_long_stop(county, moment, days):
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.supervision import queries
    from tongban.rulebook.clock import Limit

    with county.at(2026, 9, 22):
        case_id = county.accepted()
        proceeding = next(iter(county.item(ITEM).pausing))
        casework.pause(
            case_id, county.able("examine", ITEM), proceeding=proceeding, time_needed=Limit.parse("10wd"), notice=True
        )
    with county.at(*moment):
        stops = queries.long_stops(COUNTY)
    assert [one.days for one in stops] == days
    assert ids(stops) == [case_id] * len(days)


def chief(county, code: str):
    """Return somebody who may both accept and decide."""
    from tongban.rooms import clock
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.people import queries as people
    from tongban.rulebook.authority import Power, Subject

    powers, day = people.powers(), clock.today()
    subject = Subject(code, county.item(code).unit)
    deciders = {post.id for post in powers.able(COUNTY, Power.DECIDE, subject, day)}
    both = next(post for post in powers.able(COUNTY, Power.ACCEPT, subject, day) if post.id in deciders)
    return casework.staff(powers.holder(both.id, day).id, both.id)


def _because(reason: str):
    from tongban.rooms.casework.actions.taking import Plan
    from tongban.rulebook.facts import Given

    return Plan(given=Given(reason=reason))
