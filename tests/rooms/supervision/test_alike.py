"""Rows that a figure cannot tell apart are fetched as one: it must say what counting them row by row says."""

from datetime import date, timedelta
from itertools import product

import pytest

from tongban.rulebook.indicators import DEFINITIONS, Dimension

COUNTY = "990127"
FIRST = date(2026, 10, 12)
CODES = [definition.code for definition in DEFINITIONS]
#: Two days of filing, a day of deciding, everything, nothing.
PERIODS = [
    (FIRST, FIRST + timedelta(days=1)),
    (FIRST + timedelta(days=2), FIRST + timedelta(days=2)),
    (FIRST - timedelta(days=3), FIRST + timedelta(days=40)),
    (date(2020, 1, 1), date(2020, 1, 31)),
]


def sums(figure):
    return figure.value, figure.numerator, figure.denominator


@pytest.fixture
def simulated(own_county):
    """Some days acted out: windows and the net, every kind, ratings good and bad, lapses, bundles."""
    from tongban.hall.county.simulation import Simulation

    Simulation(seed=5, per_day=40, start=FIRST).run(4)
    with own_county.at(2026, 10, 15):
        own_county.accepted()
    return own_county


def test_alike_is_what_row_by_row_says_whole_by_part_and_over_periods(simulated):
    from tongban.rooms.supervision import actions, queries
    from tongban.rooms.supervision.queries.facts import COUNTED_OVER

    rows = 0
    for first, last in PERIODS:
        singly = queries.figures(COUNTY, first, last)
        for _ in range(2):  # before the sums of days are kept, and behind them
            assert {code: sums(one) for code, one in queries.totals(COUNTY, first, last).items()} == {
                code: sums(one) for code, one in singly.items()
            }
            actions.sum_up(COUNTY)
        for code, by in product(CODES, Dimension):
            parts = queries.figures_by(code, COUNTY, first, last, by)
            assert sum(part.numerator for part in parts.values()) == singly[code].numerator, (code, by)
            for part, told in parts.items():
                narrowed = queries.figure(code, COUNTY, first, last, **{by.value: part})
                assert sums(told) == sums(narrowed), (code, by, part)
                rows += len({*narrowed.numerator_ids, *narrowed.denominator_ids})
    assert rows > 1_000
    for code in CODES:
        if COUNTED_OVER[code] != "items":
            over = queries.figures_over(code, COUNTY, PERIODS)
            assert [sums(one) for one in over] == [sums(queries.figure(code, COUNTY, *span)) for span in PERIODS]


def test_cases_of_many_days_come_as_a_few_facts(simulated):
    """The cases of a month are as many facts as there are pairs of days, not as many as there are cases."""
    from tongban.rooms.supervision.queries.facts import alike, gather
    from tongban.rooms.supervision.queries.scope import Scope

    scope = Scope(COUNTY, *PERIODS[2])
    singly, together = gather(scope, ("online_cases",)).facts.cases, alike(scope, ("online_cases",)).cases
    assert sum(one.times for one in together) == len(singly)
    assert len(together) <= 12 < len(singly)
    assert {one.id for one in together} == {""}


def test_a_page_of_rows_is_cut_out_of_all_of_them(simulated):
    """Of every figure, also where not every row of the period counts: a case not accepted is not finished."""
    from tongban.rooms.supervision import queries

    for code in CODES:
        whole = queries.opened(code, COUNTY, *PERIODS[2])
        assert whole.count == len(whole.rows)
        assert whole.rows == queries.rows(code, COUNTY, *PERIODS[2])
        for begin in (0, 3):
            page = queries.opened(code, COUNTY, *PERIODS[2], begin=begin, most=5)
            assert (page.count, page.rows) == (whole.count, whole.rows[begin : begin + 5]), code
            assert sums(page.figure) == sums(whole.figure)
