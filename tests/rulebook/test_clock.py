"""期限: a table of dates for each rule, and what must hold for all dates."""

import tomllib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tongban
from tests.rulebook.tables import assert_as_written
from tongban.rulebook.clock import (
    ALWAYS,
    ARTICLE_45,
    OFFICE,
    SHANGHAI,
    Due,
    Excluded,
    Intake,
    Limit,
    OfficeHours,
    RenewalState,
    Unit,
    acceptance,
    deemed_accepted_on,
    disclosure,
    due,
    explain,
    latest_before,
    permits,
    petition,
    renewal,
    valid_pause,
    workdays_between,
)
from tongban.rulebook.clock.disclosure import Channel
from tongban.rulebook.clock.remedies import remedies
from tongban.rulebook.errors import Refused
from tongban.rulebook.workdays import from_toml, merge

FILES = sorted((Path(tongban.__file__).parent / "items" / "calendars").glob("*.toml"))
CALENDAR = merge(from_toml(tomllib.loads(path.read_text(encoding="utf-8"))) for path in FILES)


def d(text: str) -> date:
    return date.fromisoformat(text)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def on(start: str, limit: str, **rules) -> str:
    return due(d(start), Limit.parse(limit), CALENDAR, **rules).on.isoformat()


# 行政许可法: vectors A1-A15 of the law file.


@pytest.mark.parametrize(
    ("vector", "start", "limit", "last"),
    [
        ("A1", "2026-02-11", "5wd", "2026-02-25"),
        ("A2", "2026-02-14", "5wd", "2026-02-28"),
        ("A3", "2026-09-18", "5wd", "2026-09-24"),
        ("A4", "2026-11-20", "5wd", "2026-11-27"),
        ("A5", "2026-09-22", "20wd", "2026-10-27"),
        ("A6", "2026-01-30", "20wd", "2026-03-05"),
        ("A7", "2026-04-30", "20wd", "2026-06-01"),
        ("A8", "2026-09-01", "45wd", "2026-11-09"),
        ("A9", "2026-09-24", "10wd", "2026-10-15"),
        ("A10", "2026-03-02", "20wd", "2026-03-30"),
    ],
)
def test_working_days_of_the_permit_law(vector, start, limit, last):
    assert due(d(start), Limit.parse(limit), CALENDAR) == Due(d(last), None, False)


@pytest.mark.parametrize(
    ("vector", "start", "term", "extension", "last"),
    [
        ("A5", "2026-09-22", permits.DECISION, permits.EXTENSION, "2026-11-10"),
        ("A8", "2026-09-01", permits.JOINT, permits.JOINT_EXTENSION, "2026-11-30"),
    ],
)
def test_an_extension_is_one_further_run(vector, start, term, extension, last):
    assert due(d(start), term.limit, CALENDAR, extension=extension.limit).on == d(last)


EXPERTS = (d("2026-03-09"), d("2026-03-20"))


@pytest.mark.parametrize(
    ("vector", "proceeding", "notice", "last"),
    [
        ("A11", "expert_review", "2026-03-09", "2026-04-14"),
        ("A12", "expert_review", None, "2026-03-30"),
        ("not of article 45", "survey", "2026-03-09", "2026-03-30"),
        ("told five days late", "expert_review", "2026-03-16", "2026-04-07"),
        ("told when it was over", "expert_review", "2026-03-21", "2026-03-30"),
    ],
)
def test_a_pause_counts_only_from_the_closed_list_and_from_its_notice(vector, proceeding, notice, last):
    pause = valid_pause(proceeding, *EXPERTS, notice and d(notice))

    assert on("2026-03-02", "20wd", excluded=[pause] if pause else []) == last


def test_a_pause_is_no_longer_than_the_applicant_was_told():
    pause = valid_pause("hearing", *EXPERTS, d("2026-03-06"), told_until=d("2026-03-13"))

    assert pause == Excluded(d("2026-03-09"), d("2026-03-13"))


def test_article_45_names_eight_proceedings():
    assert list(ARTICLE_45.values()) == ["听证", "招标", "拍卖", "检验", "检测", "检疫", "鉴定", "专家评审"]


def test_a13_a_renewal_is_filed_thirty_working_days_before_the_end():
    assert latest_before(d("2026-12-31"), permits.RENEWAL.limit, CALENDAR) == Due(d("2026-11-19"), None, False)


def test_a14_beyond_the_known_calendar_the_answer_is_provisional():
    assert due(d("2026-12-28"), Limit.parse("5wd"), CALENDAR) == Due(d("2027-01-04"), None, True)


def test_a15_silence_accepts_on_the_day_of_receipt():
    found = acceptance(d("2026-02-11"), CALENDAR, today=d("2026-02-26"))

    assert (found.state, found.on) == (Intake.DEEMED, d("2026-02-11"))
    assert due(found.on, permits.DECISION.limit, CALENDAR).on == d("2026-03-17")


@pytest.mark.parametrize(
    ("today", "notice", "supplied", "state", "accepted"),
    [
        ("2026-02-11", None, None, Intake.OPEN, None),
        ("2026-02-25", None, None, Intake.OPEN, None),
        ("2026-02-26", None, None, Intake.DEEMED, "2026-02-11"),
        ("2026-03-30", "2026-02-25", None, Intake.SUPPLEMENT, None),
        ("2026-03-30", "2026-02-11", "2026-03-02", Intake.ACCEPTED, "2026-03-02"),
        ("2026-03-30", "2026-02-26", None, Intake.DEEMED, "2026-02-11"),
        ("2026-03-30", "2026-02-26", "2026-03-02", Intake.DEEMED, "2026-02-11"),
    ],
)
def test_acceptance_of_an_application_of_11_february(today, notice, supplied, state, accepted):
    found = acceptance(
        d("2026-02-11"),
        CALENDAR,
        today=d(today),
        notice_on=notice and d(notice),
        supplied_on=supplied and d(supplied),
    )

    assert (found.state, found.on, found.notice_until.on) == (state, accepted and d(accepted), d("2026-02-25"))


@pytest.mark.parametrize(
    ("today", "notice", "state"),
    [
        ("2026-09-26", None, Intake.OPEN),
        ("2026-09-27", None, Intake.DEEMED),
        ("2026-09-27", "2026-09-26", Intake.SUPPLEMENT),
        ("2026-09-27", "2026-09-27", Intake.DEEMED),
    ],
)
def test_registration_knows_no_five_days_even_on_a_rest_day(today, notice, state):
    found = acceptance(
        d("2026-09-26"), CALENDAR, today=d(today), notice_on=notice and d(notice), window=permits.ON_THE_SPOT
    )

    assert (found.state, found.notice_until.on) == (state, d("2026-09-26"))


@pytest.mark.parametrize(("today", "accepted"), [("2026-02-25", None), ("2026-02-26", "2026-02-11")])
def test_deemed_acceptance_is_dated_back_to_receipt(today, accepted):
    assert deemed_accepted_on(d("2026-02-11"), CALENDAR, today=d(today)) == (accepted and d(accepted))


@pytest.mark.parametrize(
    "dates",
    [
        {"today": "2026-02-10"},
        {"today": "2026-03-01", "notice_on": "2026-02-10"},
        {"today": "2026-03-01", "notice_on": "2026-02-12", "supplied_on": "2026-02-11"},
        {"today": "2026-03-01", "supplied_on": "2026-02-12"},
    ],
)
def test_acceptance_refuses_dates_out_of_order(dates):
    with pytest.raises(Refused) as no:
        acceptance(d("2026-02-11"), CALENDAR, **{name: d(day) for name, day in dates.items()})

    assert no.value.code == "dates_out_of_order"


@pytest.mark.parametrize(
    ("filed", "today", "decided", "state"),
    [
        ("2025-11-19", "2025-12-31", None, RenewalState.TIMELY),
        ("2025-11-19", "2026-01-01", None, RenewalState.DEEMED),
        ("2025-11-19", "2026-01-05", "2025-12-31", RenewalState.DECIDED),
        ("2025-11-19", "2026-01-05", "2026-01-05", RenewalState.DEEMED),
        ("2025-11-20", "2026-01-01", None, RenewalState.LATE),
        ("2025-11-20", "2026-01-05", "2026-01-05", RenewalState.DECIDED),
    ],
)
def test_silence_renews_what_was_filed_in_time(filed, today, decided, state):
    """The licence ends on 2025-12-31; thirty working days before is 2025-11-19."""
    found = renewal(d(filed), d("2025-12-31"), CALENDAR, today=d(today), decided_on=decided and d(decided))

    assert (found.state, found.file_by.on, found.decide_by) == (state, d("2025-11-19"), d("2025-12-31"))


def test_renewal_refuses_a_decision_before_the_application():
    with pytest.raises(Refused) as no:
        renewal(d("2025-11-19"), d("2025-12-31"), CALENDAR, today=d("2025-12-01"), decided_on=d("2025-11-18"))

    assert no.value.code == "dates_out_of_order"


# 民法典 200-204: vectors B1-B7.


@pytest.mark.parametrize(
    ("vector", "start", "limit", "raw", "rolled", "provisional"),
    [
        ("B1", "2026-08-06", "60d", "2026-10-05", "2026-10-08", False),
        ("B2", "2026-02-02", "15d", "2026-02-17", "2026-02-24", False),
        ("B3", "2026-09-05", "30d", "2026-10-05", "2026-10-08", False),
        ("B4", "2026-08-03", "60d", "2026-10-02", "2026-10-08", False),
        ("B5", "2026-11-30", "3m", "2027-02-28", "2027-03-01", True),
        ("B6", "2026-01-31", "1m", "2026-02-28", "2026-02-28", False),
        ("B7", "2026-08-31", "6m", "2027-02-28", "2027-03-01", True),
    ],
)
def test_natural_periods_roll_over_rest_days(vector, start, limit, raw, rolled, provisional):
    assert due(d(start), Limit.parse(limit), CALENDAR, roll=False) == Due(d(raw), None, False)
    assert due(d(start), Limit.parse(limit), CALENDAR) == Due(d(rolled), None, provisional)


@pytest.mark.parametrize(
    ("start", "limit", "last"),
    [
        ("2024-02-29", "1y", "2025-02-28"),
        ("2023-02-28", "1y", "2024-02-28"),
        ("2024-11-30", "3m", "2025-02-28"),
        ("2025-12-31", "2m", "2026-02-28"),
        ("2025-12-15", "1m", "2026-01-15"),
    ],
)
def test_months_and_years_end_on_the_same_day_number_or_month_end(start, limit, last):
    assert on(start, limit, roll=False) == last


@pytest.mark.parametrize(
    ("start", "limit", "excluded", "last"),
    [
        ("2026-03-02", "10d", [("2026-03-04", "2026-03-05")], "2026-03-16"),
        ("2026-03-02", "1m", [("2026-03-04", "2026-03-05")], "2026-04-07"),
        ("2026-03-02", "1d", [("2026-03-03", "2026-03-03")], "2026-03-04"),
        ("2026-03-02", "5wd", [("2026-02-01", "2026-03-02")], "2026-03-09"),
        ("2026-03-02", "5wd", [("2026-03-09", "2026-03-09")], "2026-03-10"),
        ("2026-03-02", "5wd", [("2026-03-10", "2026-03-20")], "2026-03-09"),
        ("2026-03-02", "5wd", [("2026-03-03", "2026-03-05"), ("2026-03-04", "2026-03-06")], "2026-03-13"),
        ("2026-03-02", "5wd", [("2026-03-05", "2026-03-06"), ("2026-03-03", "2026-03-04")], "2026-03-13"),
    ],
)
def test_excluded_days_are_not_counted_and_overlaps_only_once(start, limit, excluded, last):
    ranges = [Excluded(d(first), d(end)) for first, end in excluded]

    assert on(start, limit, excluded=ranges) == last


def test_an_excluded_range_cannot_end_before_it_begins():
    with pytest.raises(Refused) as no:
        Excluded(d("2026-03-09"), d("2026-03-08"))

    assert no.value.code == "range_wrong"


@pytest.mark.parametrize(
    ("start", "last"), [("2026-09-22", "2026-09-22"), ("2026-09-26", "2026-09-28"), ("2026-10-10", "2026-10-10")]
)
def test_zero_working_days_end_on_the_day_itself_or_the_next_the_offices_work(start, last):
    assert on(start, "0wd") == last


@pytest.mark.parametrize(
    ("start", "limit", "known"),
    [
        ("2026-12-30", "1wd", True),
        ("2026-12-31", "1wd", False),
        ("2022-12-31", "1wd", True),
        ("2022-12-30", "1wd", False),
        ("2022-11-30", "1m", False),
        ("2022-12-10", "1m", True),
        ("2026-12-31", "0wd", True),
    ],
)
def test_only_days_without_a_notice_make_a_result_provisional(start, limit, known):
    assert due(d(start), Limit.parse(limit), CALENDAR).provisional is not known


# Hours and half days.


@pytest.mark.parametrize(
    ("start", "limit", "end"),
    [
        ("2026-09-22T15:30", "4h", "2026-09-23T11:00"),
        ("2026-09-22T15:30", "2h", "2026-09-22T17:30"),
        ("2026-09-22T11:30", "1h", "2026-09-22T14:00"),
        ("2026-09-22T12:00", "1h", "2026-09-22T14:30"),
        ("2026-09-22T07:00", "3h", "2026-09-22T12:00"),
        ("2026-09-22T17:30", "0.5h", "2026-09-23T09:30"),
        ("2026-09-22T20:00", "7h", "2026-09-23T17:30"),
        ("2026-09-24T17:00", "1h", "2026-09-28T09:30"),
        ("2026-09-30T16:30", "15h", "2026-10-09T17:30"),
        ("2026-10-10T09:00", "7h", "2026-10-10T17:30"),
        ("2026-09-22", "4h", "2026-09-22T14:30"),
        ("2026-09-26", "1h", "2026-09-28T10:00"),
        ("2026-09-26T10:00", "0h", "2026-09-28T09:00"),
        ("2026-09-22T12:30", "0h", "2026-09-22T13:30"),
    ],
)
def test_hours_run_in_office_hours(start, limit, end):
    begun = d(start) if len(start) == 10 else datetime.fromisoformat(start)

    assert due(begun, Limit.parse(limit), CALENDAR) == Due(at(end).date(), at(end), False)


@pytest.mark.parametrize(
    ("start", "limit", "end"),
    [
        ("2026-09-30T15:30", "24h", "2026-10-01T15:30"),
        ("2026-10-01T15:30", "0.25h", "2026-10-01T15:45"),
        ("2026-12-31T15:30", "48h", "2027-01-02T15:30"),
    ],
)
def test_hours_round_the_clock_know_no_holiday_and_no_calendar(start, limit, end):
    found = due(datetime.fromisoformat(start), Limit.parse(limit), CALENDAR, hours=ALWAYS)

    assert found == Due(at(end).date(), at(end), False)


def test_round_the_clock_a_day_of_hours_from_a_date_ends_at_its_midnight():
    assert due(d("2026-09-22"), Limit.parse("24h"), CALENDAR, hours=ALWAYS) == Due(
        d("2026-09-22"), at("2026-09-23T00:00"), False
    )


def test_hours_skip_excluded_days():
    found = due(
        at("2026-09-22T15:30"),
        Limit.parse("4h"),
        CALENDAR,
        excluded=[Excluded(d("2026-09-22"), d("2026-09-23"))],
    )

    assert found.at == at("2026-09-24T14:30")


def test_a_moment_of_another_zone_is_read_in_shanghai():
    found = due(datetime(2026, 9, 22, 7, 30, tzinfo=UTC), Limit.parse("4h"), CALENDAR)

    assert found.at == at("2026-09-23T11:00")
    assert (
        on("2026-09-23", "1wd")
        == due(datetime(2026, 9, 22, 16, 0, tzinfo=UTC), Limit.parse("1wd"), CALENDAR).on.isoformat()
    )


def test_a_county_sets_its_own_hours():
    summer = OfficeHours.parse("08:30-12:00,14:30-18:00")

    assert due(at("2026-09-22T15:30"), Limit.parse("4h"), CALENDAR, hours=summer).at == at("2026-09-23T10:00")


@pytest.mark.parametrize("text", ["", "9-12", "12:00-09:00", "09:00-12:00,11:00-13:00", "09:00-09:00", "09:00"])
def test_office_hours_that_make_no_sense_are_refused(text):
    with pytest.raises(Refused) as no:
        OfficeHours.parse(text)

    assert no.value.code == "hours_wrong"


@pytest.mark.parametrize(
    ("start", "limit", "end"),
    [
        ("2026-09-22", "0.5wd", "2026-09-23T14:00"),
        ("2026-09-22", "1.5wd", "2026-09-24T14:00"),
        ("2026-09-24", "0.5wd", "2026-09-28T14:00"),
    ],
)
def test_half_a_working_day_ends_when_half_the_office_time_has_passed(start, limit, end):
    assert due(d(start), Limit.parse(limit), CALENDAR) == Due(at(end).date(), at(end), False)


@pytest.mark.parametrize(
    ("start", "limit", "extension", "last"),
    [
        ("2026-09-22", "0.5wd", "0.5wd", Due(d("2026-09-23"), None, False)),
        ("2026-08-06", "60d", "30d", Due(d("2026-11-09"), None, False)),
        ("2026-09-22T15:30", "4h", "2h", Due(d("2026-09-23"), at("2026-09-23T14:30"), False)),
        ("2026-09-22", "1wd", "2h", Due(d("2026-09-24"), at("2026-09-24T11:00"), False)),
        ("2026-09-22T15:30", "4h", "1wd", Due(d("2026-09-24"), None, False)),
    ],
)
def test_an_extension_runs_from_the_first_due(start, limit, extension, last):
    found = due(datetime.fromisoformat(start), Limit.parse(limit), CALENDAR, extension=Limit.parse(extension))

    assert found == last


# Limits as they are written.


@pytest.mark.parametrize("text", ["20wd", "0.5wd", "60d", "4h", "0.25h", "3m", "1y", "0wd", "2.5wd"])
def test_a_limit_reads_back_as_it_was_written(text):
    assert str(Limit.parse(text)) == text


def test_a_limit_is_equal_however_it_was_written():
    assert {Limit.parse("20.0wd"), Limit.parse(" 20wd "), Limit(20, Unit.WD)} == {Limit.parse("20wd")}
    assert Limit.parse("20wd").label == "20个工作日"


@pytest.mark.parametrize(
    "text",
    ["", "20", "wd", "-5wd", "20 wd", "1.5d", "0.3wd", "0.001h", "1.5m", "1e3d", "９d", "20WD", "99999y", "20wd5"],
)
def test_a_limit_that_cannot_be_counted_is_refused(text):
    with pytest.raises(Refused) as no:
        Limit.parse(text)

    assert no.value.code == "limit_wrong"


@pytest.mark.parametrize(
    ("start", "limit"), [("9999-12-30", "5wd"), ("9999-12-30", "5d"), ("9999-11-30", "2m"), ("9999-12-31", "9h")]
)
def test_beyond_the_last_year_is_refused(start, limit):
    for ask in (due, explain):
        with pytest.raises(Refused) as no:
            ask(d(start), Limit.parse(limit), CALENDAR)

        assert no.value.code == "date_out_of_range"


# 政府信息公开条例.


@pytest.mark.parametrize(
    ("received", "limit", "last"),
    [
        ("2026-09-24", disclosure.SUPPLEMENT.limit, "2026-10-12"),
        ("2026-09-24", disclosure.THIRD_PARTY.limit, "2026-10-22"),
        ("2026-09-24", disclosure.CO_AUTHOR.limit, "2026-10-22"),
        ("2026-09-24", disclosure.REPLY.limit, "2026-10-29"),
        ("2026-11-02", disclosure.REPLY.limit, "2026-11-30"),
    ],
)
def test_disclosure_terms(received, limit, last):
    assert due(d(received), limit, CALENDAR).on == d(last)


@pytest.mark.parametrize(
    ("received", "rules", "last"),
    [
        ("2026-09-24", {}, "2026-10-29"),
        ("2026-09-24", {"extension": Limit(20, Unit.WD)}, "2026-11-26"),
        ("2026-11-02", {"extension": Limit(20, Unit.WD)}, "2026-12-28"),
        ("2026-11-02", {"supplied_on": d("2026-11-16")}, "2026-12-14"),
        ("2026-11-02", {"consulted": [Excluded(d("2026-11-04"), d("2026-11-17"))]}, "2026-12-14"),
    ],
)
def test_disclosure_reply(received, rules, last):
    assert disclosure.reply(d(received), CALENDAR, **rules).reply_by.on == d(last)


@pytest.mark.parametrize("extension", ["21wd", "20d"])
def test_a_disclosure_is_not_extended_beyond_twenty_working_days(extension):
    with pytest.raises(Refused) as no:
        disclosure.reply(d("2026-11-02"), CALENDAR, extension=Limit.parse(extension))

    assert no.value.code == "extension_too_long"


@pytest.mark.parametrize(
    ("channel", "confirmed", "received"),
    [
        (Channel.IN_PERSON, None, "2026-11-02"),
        (Channel.SIGNED_POST, "2026-11-05", "2026-11-02"),
        (Channel.PLAIN_POST, "2026-11-02", "2026-11-02"),
        (Channel.ONLINE, "2026-11-05", "2026-11-05"),
        (Channel.FAX, None, None),
    ],
)
def test_the_receipt_date_of_a_request_depends_on_its_channel(channel, confirmed, received):
    found = disclosure.received_on(channel, d("2026-11-02"), confirmed and d(confirmed))

    assert found == (received and d(received))


def test_a_request_is_not_confirmed_before_it_came():
    with pytest.raises(Refused) as no:
        disclosure.received_on(Channel.ONLINE, d("2026-11-02"), d("2026-11-01"))

    assert no.value.code == "dates_out_of_order"


# 信访工作条例, and the ways against a refusal.


@pytest.mark.parametrize(
    ("extension", "roll", "last"),
    [
        (None, True, "2026-07-31"),
        ("30d", False, "2026-08-30"),
        ("30d", True, "2026-08-31"),
    ],
)
def test_a_petition_of_1_june(extension, roll, last):
    found = petition.finish_by(d("2026-06-01"), CALENDAR, extension=extension and Limit.parse(extension), roll=roll)

    assert found == Due(d(last), None, False)


@pytest.mark.parametrize("extension", ["31d", "1m", "10wd"])
def test_a_petition_is_not_extended_beyond_thirty_days(extension):
    with pytest.raises(Refused) as no:
        petition.finish_by(d("2026-06-01"), CALENDAR, extension=Limit.parse(extension))

    assert no.value.code == "extension_too_long"


def test_the_hearing_of_a_final_review_is_not_counted():
    assert petition.final_by(d("2026-06-01"), CALENDAR).on == d("2026-07-01")
    assert petition.final_by(
        d("2026-06-01"), CALENDAR, hearing=[Excluded(d("2026-06-10"), d("2026-06-12"))], roll=False
    ).on == d("2026-07-04")


def test_a_wrongly_routed_petition_is_returned_in_five_working_days():
    assert due(d("2026-09-30"), petition.OBJECT.limit, CALENDAR).on == d("2026-10-13")


def test_a_refusal_can_be_fought_for_sixty_days_and_six_months():
    found = remedies(d("2026-08-03"), CALENDAR)

    assert (found.reconsideration, found.lawsuit) == (
        Due(d("2026-10-08"), None, False),
        Due(d("2027-02-03"), None, True),
    )


# What holds for all dates.

any_day = st.dates(date(2022, 6, 1), date(2027, 6, 30))
workdays = st.builds(Limit, st.integers(1, 60), st.just(Unit.WD))
limits = st.one_of(
    st.builds(lambda halves: Limit.parse(f"{halves / 2}wd"), st.integers(0, 120)),
    st.builds(Limit, st.integers(0, 120), st.sampled_from([Unit.D, Unit.H])),
    st.builds(Limit, st.integers(0, 8), st.just(Unit.M)),
    st.builds(Limit, st.integers(0, 1), st.just(Unit.Y)),
)
pauses = st.lists(
    st.builds(lambda first, days: Excluded(first, first + timedelta(days=days)), any_day, st.integers(0, 30)),
    max_size=4,
)
hours = st.sampled_from([OFFICE, ALWAYS, OfficeHours.parse("08:00-20:00")])
moments = st.datetimes(datetime(2022, 6, 1), datetime(2027, 6, 30)).map(lambda m: m.replace(microsecond=0))


@given(any_day, workdays, pauses)
def test_working_days_end_on_a_working_day_that_is_not_excluded(start, limit, excluded):
    end = due(start, limit, CALENDAR, excluded=excluded).on

    assert CALENDAR.is_workday(end)
    assert not any(pause.first <= end <= pause.last for pause in excluded)


@given(any_day, workdays)
def test_working_days_between_start_and_end_are_the_limit(start, limit):
    assert workdays_between(start, due(start, limit, CALENDAR).on, CALENDAR) == limit.amount


@given(any_day, workdays)
def test_counting_back_finds_the_last_day_early_enough(event, lead):
    """No later day keeps the lead: ``lead`` working days lie from that day to the day before the event."""
    latest = latest_before(event, lead, CALENDAR).on

    assert CALENDAR.is_workday(latest)
    assert workdays_between(latest, event - timedelta(days=1), CALENDAR) == lead.amount - 1


@given(st.one_of(any_day, moments), limits, pauses, pauses, hours, st.booleans())
def test_more_excluded_days_never_give_an_earlier_end(start, limit, some, more, how, roll):
    fewer = due(start, limit, CALENDAR, excluded=some, hours=how, roll=roll)
    greater = due(start, limit, CALENDAR, excluded=some + more, hours=how, roll=roll)

    assert fewer.on <= greater.on
    assert fewer.at is None or fewer.at <= greater.at


@given(any_day, st.integers(1, 119), pauses)
def test_half_a_working_day_more_never_ends_earlier(start, halves, excluded):
    ends = [due(start, Limit.parse(f"{n / 2}wd"), CALENDAR, excluded=excluded) for n in (halves, halves + 1)]
    closing = [end.at or at(f"{end.on}T17:30") for end in ends]

    assert closing[0] <= closing[1]


@settings(max_examples=100)
@given(st.one_of(any_day, moments), limits, st.none() | limits, pauses, hours, st.booleans())
def test_the_days_explained_lead_to_the_day_that_is_due(start, limit, extension, excluded, how, roll):
    rules = {"excluded": excluded, "hours": how, "roll": roll, "extension": extension}
    end = due(start, limit, CALENDAR, **rules)
    lines = explain(start, limit, CALENDAR, **rules)
    first = start.date() if isinstance(start, datetime) else start

    assert [line.day for line in lines] == [first + timedelta(days=n) for n in range((end.on - first).days + 1)]
    assert not any(pause.first <= line.day <= pause.last for line in lines if line.counted for pause in excluded)
    if limit.unit in {Unit.WD, Unit.D} and extension is None and limit.amount == int(limit.amount):
        assert sum(line.counted for line in lines) == limit.amount


@given(moments, st.integers(0, 200), pauses)
def test_the_hours_explained_end_at_the_moment_that_is_due(start, amount, excluded):
    limit = Limit(amount, Unit.H)
    end = due(start, limit, CALENDAR, excluded=excluded)
    last = explain(start, limit, CALENDAR, excluded=excluded)[-1]

    assert end.at is not None
    assert last.reason.endswith(f"{end.at:%H:%M}届满")


def test_the_explanation_of_a_pause_a_roll_and_an_extension():
    lines = explain(
        d("2026-08-06"),
        Limit.parse("59d"),
        CALENDAR,
        excluded=[Excluded(d("2026-08-07"), d("2026-08-07"))],
        extension=Limit.parse("1d"),
    )
    said = {line.day.isoformat(): (line.counted, line.reason) for line in lines}

    assert said["2026-08-06"] == (False, "起始日，不计入（民法典 第二百零一条）")
    assert said["2026-08-07"] == (False, "依法扣除，不计入期限")
    assert said["2026-08-08"] == (True, "第1日")
    assert said["2026-10-05"] == (True, "第59日：国庆节放假，期满日是休息日，顺延（民法典 第二百零三条）")
    assert said["2026-10-06"] == (False, "国庆节放假")
    assert said["2026-10-08"] == (False, "工作日，届满，延长1日，从这一天起算")
    assert said["2026-10-09"] == (True, "第1日，届满")
    assert lines[-1].day == d("2026-10-09")


def test_each_answer_on_acceptance_names_its_article():
    notice, complete = "行政许可法 第三十二条第一款第四项", "行政许可法 第三十二条第一款第五项"
    received, told, supplied = d("2026-02-11"), d("2026-02-25"), d("2026-03-02")
    open_, waiting, accepted, deemed = (
        acceptance(received, CALENDAR, today=d("2026-02-25")),
        acceptance(received, CALENDAR, today=told, notice_on=told),
        acceptance(received, CALENDAR, today=supplied, notice_on=told, supplied_on=supplied),
        acceptance(received, CALENDAR, today=d("2026-02-26")),
    )
    assert [one.basis.text for one in (open_, waiting, accepted, deemed)] == [notice, notice, complete, notice]
    assert [one.on for one in (open_, waiting, accepted, deemed)] == [None, None, supplied, received]


def test_silence_accepts_only_where_there_was_silence():
    received, late = d("2026-02-11"), d("2026-02-26")
    assert deemed_accepted_on(received, CALENDAR, today=late) == received
    assert deemed_accepted_on(received, CALENDAR, today=late, notice_on=d("2026-02-25")) is None
    assert deemed_accepted_on(received, CALENDAR, today=d("2026-02-25")) is None
    on_the_spot = permits.ON_THE_SPOT
    assert deemed_accepted_on(received, CALENDAR, today=d("2026-02-12"), window=on_the_spot) == received


def test_a_proceeding_of_one_day_stops_the_clock_for_that_day():
    day = d("2026-03-09")
    assert permits.valid_pause("hearing", day, day, day) == Excluded(day, day)
    assert permits.valid_pause("hearing", day, day, d("2026-03-10")) is None


def test_a_renewal_asked_for_and_decided_on_one_day():
    day = d("2025-11-19")
    found = renewal(day, d("2025-12-31"), CALENDAR, today=day, decided_on=day)
    assert (found.state, found.basis.text) == (RenewalState.DECIDED, "行政许可法 第五十条第二款")
    assert renewal(day, d("2025-12-31"), CALENDAR, today=day).state is RenewalState.TIMELY


def test_hours_round_the_clock_end_at_midnight():
    spans = OfficeHours.parse("00:00-24:00", every_day=True)
    assert spans.every_day
    assert spans.length == timedelta(days=1)
    assert not OfficeHours.parse("09:00-12:00").every_day


#: Limits explained from a moment, with the rules that bear on them.
WALKS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "over the national holiday": ("2026-09-28", "5wd", {}),
    "at once, on a rest day": ("2026-10-03", "0wd", {}),
    "at once, on a working day": ("2026-09-22", "0wd", {}),
    "at once, on a day that does not count": (
        "2026-09-22",
        "0wd",
        {"excluded": [Excluded(d("2026-09-22"), d("2026-09-22"))]},
    ),
    "on the day itself": ("2026-10-03", "0d", {}),
    "half a day more": ("2026-09-23", "1.5wd", {}),
    "natural days that end on a rest day": ("2026-09-30", "3d", {}),
    "natural days that stay there": ("2026-09-30", "3d", {"roll": False}),
    "a month to its last day": ("2026-01-31", "1m", {}),
    "a year": ("2027-12-30", "1y", {"excluded": [Excluded(d("2027-12-31"), d("2028-12-28"))]}),
    "with days that do not count": ("2026-09-21", "2wd", {"excluded": [Excluded(d("2026-09-22"), d("2026-09-23"))]}),
    "extended by the same": ("2026-09-21", "1wd", {"extension": Limit.parse("2wd")}),
    "extended by natural days": ("2026-09-21", "1wd", {"extension": Limit.parse("2d")}),
    "extended by hours": ("2026-09-21T16:00", "2h", {"extension": Limit.parse("1h")}),
    "a day extended by hours": ("2026-09-21", "1d", {"extension": Limit.parse("1h")}),
    "hours over noon": ("2026-09-21T11:30", "1.5h", {}),
    "hours over the night": ("2026-09-21T16:30", "2h", {}),
    "hours before opening": ("2026-09-21T08:00", "1h", {}),
    "hours after closing": ("2026-09-21T18:00", "1h", {}),
    "hours from a rest day": ("2026-10-06T10:00", "0.5h", {}),
    "hours round the clock": ("2026-10-03T22:00", "4h", {"hours": ALWAYS}),
    "hours with a day that does not count": (
        "2026-09-21T17:00",
        "1h",
        {"excluded": [Excluded(d("2026-09-22"), d("2026-09-22"))]},
    ),
}


def test_each_day_on_the_way_is_explained() -> None:
    lines = []
    for title, (start, limit, rules) in WALKS.items():
        begun = at(start) if "T" in start else d(start)
        lines += ["", f"# {title}: {start} +{limit}"]
        walked = explain(begun, Limit.parse(limit), CALENDAR, **rules)
        told = [f"{one.day} {'+' if one.counted else '-'} {one.reason}" for one in walked]
        lines += told if len(told) < 40 else [*told[:3], "...", *told[-3:]]
        end = due(begun, Limit.parse(limit), CALENDAR, **rules)
        lines.append(f"due {end.on}{f' {end.at:%H:%M}' if end.at else ''}{' provisional' if end.provisional else ''}")
    assert_as_written("explained.txt", lines[1:])


def test_office_time_that_is_not_there_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match=r"^not enough office time left on this day$"):
        OFFICE.moment(timedelta(hours=17), timedelta(hours=1))


@pytest.mark.parametrize(
    ("event", "lead", "last"),
    [
        ("2026-04-30", "30d", Due(d("2026-03-31"), None, False)),
        ("2026-04-30", "0d", Due(d("2026-04-30"), None, False)),
        ("2026-04-30", "0wd", Due(d("2026-04-30"), None, False)),
        ("2026-10-08", "1wd", Due(d("2026-09-30"), None, False)),
        # natural days are known in any year, working days only where a notice says so
        ("2031-04-30", "30d", Due(d("2031-03-31"), None, False)),
        ("2031-04-30", "1wd", Due(d("2031-04-29"), None, True)),
    ],
)
def test_the_last_day_that_is_still_so_long_before(event, lead, last):
    assert latest_before(d(event), Limit.parse(lead), CALENDAR) == last
