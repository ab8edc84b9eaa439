"""Figures of cases that really happened: what counts, what stays out, and that each opens to exactly its rows."""

from datetime import date
from decimal import Decimal

import pytest

from tongban.rulebook.indicators import DEFINITIONS, Dimension

COUNTY = "990127"
SEPTEMBER = (date(2026, 9, 1), date(2026, 9, 30))
CODES = [definition.code for definition in DEFINITIONS]


def sums(code: str, **narrowed: str) -> tuple[Decimal, Decimal | None]:
    from tongban.rooms.supervision import queries

    figure = queries.figure(code, COUNTY, *SEPTEMBER, **narrowed)
    return figure.numerator, figure.denominator


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("accepted", (3, None)),  # 不予受理 is no acceptance, a rehearsal is nothing
        ("finished", (2, None)),
        ("completion", (2, 3)),
        ("online_cases", (5, 5)),
        ("finished_on_time", (2, 2)),
        ("finished_early", (2, 2)),
        ("good_ratings", (1, 1)),
        ("active_ratings", (1, 2)),
        ("bad_fixed", (0, 0)),
    ],
)
def test_figure_of_cases_counts_what_happened(day, code, expected):
    assert sums(code) == expected


def test_figure_opens_to_exactly_its_cases(day):
    """S185. Given any figure, When opened, Then the list behind it has exactly that many rows."""
    from tongban.rooms.supervision import queries

    opened = {
        code: {row.case_id for row in queries.rows(code, COUNTY, *SEPTEMBER)} for code in ("accepted", "finished")
    }
    assert opened == {
        "accepted": {str(day.delivered), str(day.accepted), str(day.refused)},
        "finished": {str(day.delivered), str(day.refused)},
    }


@pytest.mark.parametrize("code", CODES)
def test_every_figure_is_the_sum_of_its_rows_and_of_its_units(day, code):
    from tongban.rooms.supervision import queries

    figure = queries.figure(code, COUNTY, *SEPTEMBER)
    rows = queries.rows(code, COUNTY, *SEPTEMBER)
    assert sum((row.above for row in rows), Decimal(0)) == figure.numerator
    if figure.denominator is not None:
        assert sum((row.below for row in rows), Decimal(0)) == figure.denominator
    assert {row.id for row in rows} == {*figure.numerator_ids, *figure.denominator_ids}
    by_unit = queries.figures_by(code, COUNTY, *SEPTEMBER, Dimension.UNIT)
    assert sum((part.numerator for part in by_unit.values()), Decimal(0)) == figure.numerator


def test_all_figures_at_once_are_the_single_ones(day):
    from tongban.rooms.supervision import queries

    together = queries.figures(COUNTY, *SEPTEMBER)
    assert together == {code: queries.figure(code, COUNTY, *SEPTEMBER) for code in CODES}


@pytest.mark.parametrize(
    ("narrowed", "expected"),
    [
        ({"unit": "scjg"}, 3),
        ({"unit": "mzj"}, 0),
        ({"item": "small-food-shop"}, 3),
        ({"item": "drainage-permit"}, 0),
        ({"level": "4"}, 3),
        ({"level": "3"}, 0),
        ({"channel": "net"}, 3),
        ({"channel": "window"}, 0),
    ],
)
def test_figure_narrowed_counts_only_that(day, narrowed, expected):
    from tongban.rooms.supervision import queries

    assert sums("accepted", **narrowed)[0] == expected
    assert len(queries.rows("accepted", COUNTY, *SEPTEMBER, **narrowed)) == expected


def test_figure_of_another_period_has_no_data(day):
    from tongban.rooms.supervision import queries

    october = queries.figure("completion", COUNTY, date(2026, 10, 1), date(2026, 10, 31))
    assert (october.value, str(october)) == (None, "无数据")


def test_case_finished_later_is_not_yet_finished_in_the_earlier_period(county):
    from tongban.rooms.supervision import queries

    with county.at(2026, 9, 22):
        county.accepted()
    with county.at(2026, 10, 12):
        county.granted()
    assert [str(queries.figure("completion", COUNTY, date(2026, 9, 1), date(2026, 9, last))) for last in (22, 30)] == [
        "0.00%",
        "0.00%",
    ]
    assert str(queries.figure("completion", COUNTY, date(2026, 9, 1), date(2026, 10, 31))) == "50.00%"


def test_figure_of_the_list_counts_what_may_be_asked_for(county):
    """Inner work and appeals are items too, but nobody applies for them."""
    from tongban.rooms.catalogue import queries as catalogue
    from tongban.rooms.supervision import queries
    from tongban.rulebook.catalogue.item import PUBLIC_CLASSES

    listed = [one for one in catalogue.listed(COUNTY, date(2026, 9, 30)) if one.leaf]
    items = [catalogue.item(one.version_id) for one in listed]
    public = [item for item in items if item.item_class in PUBLIC_CLASSES]
    assert len(items) > len(public)
    assert sums("on_the_spot") == (sum(item.on_the_spot is not None for item in public), len(public))
    rows = queries.rows("on_the_spot", COUNTY, *SEPTEMBER)
    assert {row.item for row in rows} == {item.code for item in public}


def test_filing_put_on_record_is_accepted_and_finished(county):
    from tongban.rooms.casework import actions as casework

    with county.at(2026, 9, 22):
        tenant = county.citizen("代示例")
        case_id = county.filed("rental-filing", signers=[casework.Signer("other_side", tenant.id)])
        casework.sign(case_id, tenant, role="other_side")
        assert sums("accepted") == (0, None)
        casework.put_on_record(case_id, county.able("accept", "rental-filing"))
    assert (sums("accepted"), sums("finished")) == ((1, None), (1, None))


def test_material_spared_is_counted_beside_those_brought(day):
    """Three cases' worth of papers were brought; one of them is then found in a shared source instead."""
    from tongban.rooms.casework import actions as casework

    spared, all_ = sums("materials_spared")
    assert spared == 0
    from tongban.rooms.casework.models import Material

    code = Material.objects.filter(case_id=day.accepted).order_by("code").values_list("code", flat=True)[0]
    from tongban.rooms import clock

    with clock.held(clock.at_local(SEPTEMBER[1], 9)):
        casework.check_shared(day.accepted, casework.Who("house"), {code: ("shared", None)})
    assert sums("materials_spared") == (1, all_)


@pytest.mark.parametrize(
    ("code", "queries"),
    [("accepted", 1), ("on_the_spot", 1), ("good_ratings", 1), ("active_ratings", 1), ("materials_spared", 1)],
)
def test_figure_asks_the_same_few_queries_for_any_number_of_cases(
    county, day, django_assert_num_queries, code, queries
):
    from tongban.rooms.supervision import queries as supervision

    supervision.figures(COUNTY, *SEPTEMBER)  # versions of items are read once
    with django_assert_num_queries(queries):
        supervision.figure(code, COUNTY, *SEPTEMBER)
    with county.at(2026, 9, 23):
        for _ in range(3):
            county.accepted()
    with django_assert_num_queries(queries):
        supervision.rows(code, COUNTY, *SEPTEMBER)
