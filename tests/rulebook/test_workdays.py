"""工作日: the calendars that come with the house, and what a calendar must refuse."""

import pickle
import tomllib
from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tongban
from tongban.rulebook.errors import Refused
from tongban.rulebook.workdays import Calendar, from_toml, merge

FILES = sorted((Path(tongban.__file__).parent / "items" / "calendars").glob("*.toml"))
YEARS = [from_toml(tomllib.loads(path.read_text(encoding="utf-8"))) for path in FILES]
CALENDAR = merge(YEARS)
DAY = timedelta(days=1)

any_day = st.dates(date(2021, 1, 1), date(2028, 12, 31))


def test_the_calendars_cover_2023_to_2026():
    assert (CALENDAR.first, CALENDAR.known_until) == (date(2023, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize("year", [2023, 2024, 2025, 2026])
def test_every_day_agrees_with_an_independent_calendar(year):
    days = [
        date(year, 1, 1) + timedelta(days=n) for n in range(366) if (date(year, 1, 1) + timedelta(days=n)).year == year
    ]

    wrong = [day for day in days if CALENDAR.is_workday(day) != chinese_calendar.is_workday(day)]

    assert wrong == []


@pytest.mark.parametrize(
    ("year", "notice"),
    [
        (2023, "国办发明电〔2022〕16号"),
        (2024, "国办发明电〔2023〕7号"),
        (2025, "国办发明电〔2024〕12号"),
        (2026, "国办发明电〔2025〕7号"),
    ],
)
def test_each_year_names_its_notice(year, notice):
    basis = next(calendar for calendar in YEARS if calendar.first.year == year).bases[0]

    assert (basis.text, basis.verified) == (notice, True)


def test_the_weekends_of_2026_that_are_worked():
    worked = [day for day in CALENDAR.work if day.year == 2026]

    assert sorted(worked) == [
        date(2026, 1, 4),
        date(2026, 2, 14),
        date(2026, 2, 28),
        date(2026, 5, 9),
        date(2026, 9, 20),
        date(2026, 10, 10),
    ]


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        (date(2026, 9, 22), "工作日"),
        (date(2026, 9, 19), "周末"),
        (date(2026, 9, 20), "国庆节调休上班"),
        (date(2026, 9, 25), "中秋节放假"),
        (date(2027, 1, 1), "工作日（放假安排未公布，按周末推定）"),
        (date(2022, 12, 10), "周末（放假安排未公布，按周末推定）"),
    ],
)
def test_reason_of_a_day(day, reason):
    assert CALENDAR.reason(day) == reason


@pytest.mark.parametrize(
    ("day", "known"),
    [
        (date(2022, 12, 31), False),
        (date(2023, 1, 1), True),
        (date(2026, 12, 31), True),
        (date(2027, 1, 1), False),
    ],
)
def test_a_day_without_notice_is_not_known(day, known):
    assert CALENDAR.is_known(day) is known


@given(any_day)
def test_rank_grows_by_one_on_working_days_only(day):
    assert CALENDAR.rank(day) - CALENDAR.rank(day - DAY) == CALENDAR.is_workday(day)


@given(st.integers(-800, 2500))
def test_nth_is_the_working_day_of_that_rank(rank):
    day = CALENDAR.nth(rank)

    assert (CALENDAR.rank(day), CALENDAR.is_workday(day)) == (rank, True)


def test_version_is_the_same_for_the_same_days_and_another_for_others():
    changed = tomllib.loads(FILES[-1].read_text(encoding="utf-8"))
    changed["holiday"][0]["work"] = []

    assert merge(reversed(YEARS)).version == CALENDAR.version
    assert merge([*YEARS[:-1], from_toml(changed)]).version != CALENDAR.version


def test_a_calendar_can_be_kept_in_a_set_and_sent_to_another_process():
    copy = pickle.loads(pickle.dumps(CALENDAR))

    assert {copy} == {CALENDAR}
    assert copy.nth(500) == CALENDAR.nth(500)


def test_a_calendar_made_by_hand_needs_no_lists():
    plain = Calendar("plain", date(2026, 1, 1), date(2026, 12, 31))

    assert [plain.is_workday(date(2026, 10, day)) for day in (1, 2, 3, 4)] == [True, True, False, False]


def test_a_notice_not_checked_shows_it():
    assert str(from_toml({"year": 2027, "notice": "某号"}).bases[0]) == "某号(待核)"


NEW_YEAR = {"name": "元旦", "first": date(2026, 1, 1), "last": date(2026, 1, 3)}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "year 应为四位年份"),
        ({"year": "2026"}, "year 应为四位年份"),
        ({"year": 2026, "holiday": [NEW_YEAR | {"name": ""}]}, "没有 name"),
        ({"year": 2026, "holiday": [NEW_YEAR | {"first": "2026-01-01"}]}, "应写成 2026-01-01"),
        ({"year": 2026, "holiday": [NEW_YEAR | {"last": date(2025, 12, 31)}]}, "早于 first"),
        ({"year": 2026, "holiday": [NEW_YEAR | {"last": date(2027, 1, 1)}]}, "不在这一年"),
        ({"year": 2026, "holiday": [NEW_YEAR | {"work": [date(2026, 1, 3)]}]}, "既放假又上班"),
        ({"year": 2026, "holiday": [NEW_YEAR | {"work": [date(2026, 1, 5)]}]}, "本来就是工作日"),
    ],
)
def test_a_wrong_notice_is_refused_with_the_place(data, said):
    with pytest.raises(Refused) as no:
        from_toml(data)

    assert no.value.code == "calendar_wrong"
    assert said in no.value.sentence


@pytest.mark.parametrize(
    ("years", "code"),
    [([], "calendar_empty"), ([YEARS[0], YEARS[2]], "calendar_gap"), ([YEARS[0], YEARS[0]], "calendar_gap")],
)
def test_years_that_do_not_follow_each_other_are_refused(years, code):
    with pytest.raises(Refused) as no:
        merge(years)

    assert no.value.code == code


def test_years_put_together_know_all_that_each_of_them_knew():
    whole = merge(YEARS[2:4])
    assert (whole.first, whole.known_until) == (date(2025, 1, 1), date(2026, 12, 31))
    assert whole.off == {**YEARS[2].off, **YEARS[3].off}
    assert whole.work == {**YEARS[2].work, **YEARS[3].work}
    assert whole.bases == YEARS[2].bases + YEARS[3].bases
    assert merge([YEARS[0]]).version == YEARS[0].version


def notice(year: int, **holiday: object) -> Calendar:
    return from_toml({"year": year, "holiday": [{"name": "节", **holiday}]})


def test_a_notice_says_its_holidays_by_name_and_where_it_stands():
    read = from_toml(
        {
            "year": 2031,
            "notice": "国办发明电〔2030〕1号",
            "title": "安排",
            "verified": True,
            "holiday": [
                {"name": "元旦", "first": date(2030, 12, 1), "last": date(2031, 1, 1), "work": [date(2031, 1, 4)]},
                {"name": "末日", "first": date(2031, 12, 31), "last": date(2031, 12, 31)},
            ],
        }
    )
    assert (read.first, read.known_until) == (date(2031, 1, 1), date(2031, 12, 31))
    assert set(read.off.values()) == {"元旦", "末日"}
    assert len(read.off) == 33
    assert read.work == {date(2031, 1, 4): "元旦"}
    (basis,) = read.bases
    assert (basis.kind, basis.text, basis.source) == ("document", "国办发明电〔2030〕1号", "安排")
    assert basis.verified
    (blank,) = from_toml({"year": 2031}).bases
    assert (blank.text, blank.source, blank.verified) == ("2031 年放假安排", "", False)


@pytest.mark.parametrize("year", [1949, 9998])
def test_first_and_last_year_there_can_be(year):
    assert notice(year, first=date(year, 12, 31), last=date(year, 12, 31)).first == date(year, 1, 1)
    assert merge([from_toml({"year": year})]).known_until == date(year, 12, 31)


@pytest.mark.parametrize(
    ("holiday", "said"),
    [
        ({"first": date(2030, 11, 30), "last": date(2031, 1, 1)}, "2031 年节的日期 2030-11-30 不在这一年"),
        ({"first": date(2031, 1, 1), "last": date(2032, 1, 1)}, "2031 年节的日期 2032-01-01 不在这一年"),
        (
            {"first": date(2031, 1, 1), "last": date(2031, 1, 1), "work": [date(2029, 12, 1)]},
            "2031 年节的日期 2029-12-01 不在这一年",
        ),
        (
            {"first": date(2031, 1, 1), "last": date(2031, 1, 1), "work": [date(2031, 1, 3)]},
            "2031-01-03 本来就是工作日，不能算2031年的调休上班日",
        ),
    ],
)
def test_a_day_that_cannot_be_is_named(holiday, said):
    with pytest.raises(Refused) as no:
        notice(2031, **holiday)
    assert no.value.code == "calendar_wrong"
    assert no.value.sentence == f"放假安排有误：{said}。请对照国务院办公厅的通知改正。"
