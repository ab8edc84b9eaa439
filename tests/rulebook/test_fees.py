"""信息处理费: totals by number, and what one more request adds."""

import tomllib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tongban
from tongban.rulebook.errors import Refused
from tongban.rulebook.fees import (
    BY_CASE,
    BY_PAGE,
    Charge,
    Method,
    Step,
    Tariff,
    charge_by_case,
    charge_by_page,
    earlier_this_month,
    pay_by,
)
from tongban.rulebook.workdays import from_toml

YEAR_2026 = Path(tongban.__file__).parent / "items" / "calendars" / "2026.toml"


@pytest.mark.parametrize(
    ("cases", "yuan"),
    [(0, 0), (1, 0), (10, 0), (11, 100), (30, 2000), (31, 2200), (40, 4000), (41, 4300), (50, 7000), (51, 7400)],
)
def test_total_by_case(cases, yuan):
    assert BY_CASE.total(cases) == yuan * 100


@pytest.mark.parametrize(
    ("earlier", "yuan"), [(0, 0), (9, 0), (10, 100), (29, 100), (30, 200), (39, 200), (40, 300), (50, 400)]
)
def test_one_more_case_in_a_month(earlier, yuan):
    assert charge_by_case(earlier) == Charge(Method.BY_CASE, yuan * 100, BY_CASE.basis)


@pytest.mark.parametrize(
    ("pages", "yuan"),
    [(0, 0), (30, 0), (31, 10), (100, 700), (101, 720), (200, 2700), (201, 2740)],
)
def test_total_by_page(pages, yuan):
    assert charge_by_page(pages) == Charge(Method.BY_PAGE, yuan * 100, BY_PAGE.basis)


def test_the_page_rates_show_that_they_are_not_checked():
    assert str(BY_PAGE.basis) == "政府信息公开信息处理费管理办法 第五条(待核)"
    assert str(BY_CASE.basis) == "政府信息公开信息处理费管理办法 第四条"


def test_a_county_gives_its_own_page_tariff():
    assert charge_by_page(12, Tariff((Step(10, 0), Step(None, 500)), BY_PAGE.basis)).fen == 1000


@given(st.integers(0, 200), st.integers(1, 50))
def test_a_request_of_many_parts_costs_what_they_cost_one_by_one(earlier, cases):
    assert charge_by_case(earlier, cases).fen == sum(charge_by_case(earlier + n).fen for n in range(cases))


def test_only_requests_of_the_same_calendar_month_count():
    others = (date(2026, 9, 30), date(2026, 10, 1), date(2026, 10, 31), date(2025, 10, 8))

    assert earlier_this_month(date(2026, 10, 31), others) == 2


def test_the_last_day_to_pay():
    calendar = from_toml(tomllib.loads(YEAR_2026.read_text(encoding="utf-8")))

    assert pay_by(date(2026, 9, 22), calendar).on == date(2026, 10, 27)


def test_a_negative_number_is_refused():
    with pytest.raises(Refused) as no:
        charge_by_page(-1)

    assert no.value.code == "count_negative"
