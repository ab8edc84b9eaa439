"""Every figure by hand on a few rows."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.rulebook.clock import Limit
from tongban.rulebook.errors import Refused
from tongban.rulebook.indicators import (
    ADDS_ON,
    DEFINITIONS,
    CaseFact,
    Dimension,
    Facts,
    Figure,
    Grade,
    GradeCodes,
    ItemFact,
    Mark,
    MaterialFact,
    Met,
    RatingFact,
    by_day,
    compute,
    compute_by,
    split,
    summed,
    workdays_of,
)

D = Decimal
SEP = [date(2026, 9, day) for day in range(1, 31)]


def items(*facts) -> Facts:
    return Facts(items=tuple(ItemFact(id=f"i{n}", **fact) for n, fact in enumerate(facts)))


def cases(*facts, first=None, last=None) -> Facts:
    rows = tuple(CaseFact(**({"id": f"c{n}", "applied_on": SEP[0]} | fact)) for n, fact in enumerate(facts))
    return Facts(cases=rows, first=first, last=last)


def ratings(*facts) -> Facts:
    return Facts(
        ratings=tuple(
            RatingFact(**({"id": f"r{n}", "made_on": SEP[0], "grade": Grade.SATISFIED} | fact))
            for n, fact in enumerate(facts)
        )
    )


def read(figure: Figure) -> tuple[str, str, str]:
    return str(figure.value), " ".join(figure.numerator_ids), " ".join(figure.denominator_ids)


#: 法定 20/30/10, 承诺 5/0/10, the second on the spot; a fourth without legal limit leaves both sums.
WORKED = (
    {"statutory": D(20), "promised": D(5)},
    {"statutory": D(30), "promised": D(0), "on_the_spot": True},
    {"statutory": D(10), "promised": D(10)},
)


def test_worked_vector_of_the_rulebook():
    assert compute("promise_compression", items(*WORKED)) == Figure(
        "promise_compression", D("75.00"), D(45), D(60), ("i0", "i1"), ("i0", "i1", "i2")
    )
    assert compute("on_the_spot", items(*WORKED)) == Figure(
        "on_the_spot", D("33.33"), D(1), D(3), ("i1",), ("i0", "i1", "i2")
    )


def test_promise_compression_leaves_out_an_item_without_legal_limit():
    facts = items(*WORKED, {"statutory": None, "promised": D(5)}, {"statutory": D(5), "promised": None})

    assert str(compute("promise_compression", facts)) == "75.00%"


@pytest.mark.parametrize(
    ("limit", "days"),
    [
        ("20wd", "20"),
        ("0.5wd", "0.5"),
        ("1m", "22"),
        ("3m", "66"),
        ("1y", "250"),
        ("0wd", "0"),
        ("0h", "0"),
        ("4h", None),
        ("60d", None),
    ],
)
def test_workdays_of(limit, days):
    assert workdays_of(Limit.parse(limit)) == (None if days is None else D(days))


DEPTHS = [{1}, {1, 9}, set(), {1, 2}, {2, 3}, {3, 4}, {2, 3, 4, 5}, {6}]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("online_available", ("62.50", "i3 i4 i5 i6 i7", "i0 i1 i2 i3 i4 i5 i6 i7")),
        ("fully_online", ("25.00", "i6 i7", "i0 i1 i2 i3 i4 i5 i6 i7")),
    ],
)
def test_depth(code, expected):
    assert read(compute(code, items(*({"depth": frozenset(depth)} for depth in DEPTHS)))) == expected


VISITS = (
    {"visits": 0},
    {"visits": 1},
    {"visits": 2, "depth": frozenset({7})},
    {"visits": 2},
    {"visits": 3, "visit_exception": True},
)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("zero_visit", ("50.00", "i0 i2", "i0 i1 i2 i3")),
        ("mean_visits", ("1.60", "i1 i2 i3 i4", "i0 i1 i2 i3 i4")),
        ("one_visit", ("40.00", "i0 i1", "i0 i1 i2 i3 i4")),
    ],
)
def test_visits(code, expected):
    assert read(compute(code, items(*VISITS))) == expected


def test_items_not_in_force_or_not_applied_for_are_no_population():
    facts = items({"on_the_spot": True}, {"in_force": False}, {"on_application": False}, {"rehearsal": True})

    assert read(compute("on_the_spot", facts)) == ("100.00", "i0", "i0")


def test_materials_cut():
    facts = items(
        {"materials_before": 10, "materials_now": 6},
        {"materials_before": 5, "materials_now": 5},
        {"materials_before": 9},
    )

    assert read(compute("materials_cut", facts)) == ("26.67", "i0", "i0 i1")


def moment(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("case", "early"),
    [
        ({"finished_on": SEP[8], "promised_on": SEP[9]}, "100.00"),
        ({"finished_on": SEP[9], "promised_on": SEP[9]}, "0.00"),
        ({"finished_on": SEP[10], "promised_on": SEP[9]}, "0.00"),
        ({"finished_on": SEP[9]}, "None"),
        ({"promised_on": SEP[9]}, "None"),
        ({"finished_on": SEP[9], "promised_on": SEP[9], "finished_at": moment(SEP[9], 3)}, "0.00"),
        ({"finished_on": SEP[8], "promised_on": SEP[9], "promised_at": moment(SEP[7], 4)}, "100.00"),
        (
            {
                "finished_on": SEP[9],
                "promised_on": SEP[9],
                "finished_at": moment(SEP[9], 3),
                "promised_at": moment(SEP[9], 4),
            },
            "100.00",
        ),
        (
            {
                "finished_on": SEP[9],
                "promised_on": SEP[9],
                "finished_at": moment(SEP[9], 4),
                "promised_at": moment(SEP[9], 4),
            },
            "0.00",
        ),
    ],
)
def test_finished_early(case, early):
    assert str(compute("finished_early", cases(case)).value) == early


@pytest.mark.parametrize(
    ("case", "on_time"),
    [
        ({"finished_on": SEP[9], "due_on": SEP[9]}, "100.00"),
        ({"finished_on": SEP[10], "due_on": SEP[9]}, "0.00"),
        ({"finished_on": SEP[9]}, "None"),
        ({"due_on": SEP[9]}, "None"),
        (
            {"finished_on": SEP[9], "due_on": SEP[9], "finished_at": moment(SEP[9], 5), "due_at": moment(SEP[9], 4)},
            "0.00",
        ),
        (
            {"finished_on": SEP[9], "due_on": SEP[9], "finished_at": moment(SEP[9], 4), "due_at": moment(SEP[9], 4)},
            "100.00",
        ),
        # one moment alone says nothing: then the days do
        ({"finished_on": SEP[9], "due_on": SEP[9], "finished_at": moment(SEP[9], 5)}, "100.00"),
        ({"finished_on": SEP[9], "due_on": SEP[9], "due_at": moment(SEP[8], 4)}, "100.00"),
    ],
)
def test_finished_on_time(case, on_time):
    assert str(compute("finished_on_time", cases(case)).value) == on_time


RATED = (
    {"grade": Grade.VERY_SATISFIED},
    {"grade": Grade.FAIR},
    {"grade": Grade.DISSATISFIED, "real_name": True, "called_back": True, "fixed_on": SEP[4], "fix_due_on": SEP[4]},
    {"grade": Grade.VERY_DISSATISFIED, "real_name": True, "fixed_on": SEP[5], "fix_due_on": SEP[4]},
    {"grade": Grade.VERY_DISSATISFIED, "fix_due_on": SEP[4]},
    {"grade": Grade.VERY_DISSATISFIED, "real_name": True, "valid": False},
)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("good_ratings", ("40.00", "r0 r1", "r0 r1 r2 r3 r4")),
        ("bad_fixed", ("33.33", "r2", "r2 r3 r4")),
        ("bad_called_back", ("50.00", "r2", "r2 r3")),
    ],
)
def test_ratings(code, expected):
    assert read(compute(code, ratings(*RATED))) == expected


def test_active_ratings_count_finished_cases_that_their_applicants_rated():
    facts = cases({"finished_on": SEP[1], "rated": True}, {"finished_on": SEP[1]}, {"rated": True})

    assert read(compute("active_ratings", facts)) == ("50.00", "c0", "c0 c1")


def test_materials_spared():
    met = (Met.BROUGHT, Met.SHARED, Met.LICENCE)
    facts = Facts(materials=tuple(MaterialFact(id=one, case="c0", met_on=SEP[0], met=one) for one in met))

    assert read(compute("materials_spared", facts)) == ("66.67", "shared licence", "brought shared licence")


def test_online_cases():
    assert read(compute("online_cases", cases({"online": True}, {}, {}))) == ("33.33", "c0", "c0 c1 c2")


DAYS = (
    {"accepted_on": SEP[0], "finished_on": SEP[1]},
    {"accepted_on": SEP[1], "finished_on": SEP[1]},
    {"accepted_on": SEP[1], "finished_on": SEP[2]},
    {"accepted_on": SEP[1]},
    {},
    {"accepted_on": SEP[1], "finished_on": SEP[1], "rehearsal": True},
)


@pytest.mark.parametrize(
    ("code", "first", "last", "expected"),
    [
        ("accepted", SEP[1], SEP[1], ("3", "c1 c2 c3", "")),
        ("finished", SEP[1], SEP[1], ("2", "c0 c1", "")),
        ("completion", SEP[1], SEP[1], ("33.33", "c1", "c1 c2 c3")),
        ("completion", SEP[1], SEP[2], ("66.67", "c1 c2", "c1 c2 c3")),
        ("completion", None, None, ("75.00", "c0 c1 c2", "c0 c1 c2 c3")),
        ("accepted", SEP[20], None, ("0", "", "")),
        ("completion", SEP[20], None, ("None", "", "")),
    ],
)
def test_daily_counts(code, first, last, expected):
    """S185: Given any figure, When opened, Then the list behind it has exactly that many rows."""
    figure = compute(code, cases(*DAYS, first=first, last=last))

    assert read(figure) == expected
    assert len(figure.numerator_ids) == figure.numerator


@pytest.mark.parametrize(
    ("hits", "whole", "value"),
    [(1, 8, "12.50"), (1, 1600, "0.06"), (3, 1600, "0.19"), (2, 3, "66.67"), (273, 274, "99.64")],
)
def test_share_is_rounded_half_up(hits, whole, value):
    facts = cases(*({"online": n < hits} for n in range(whole)))

    assert str(compute("online_cases", facts).value) == value


def test_an_exact_half_is_rounded_up():
    facts = items({"statutory": D(8000), "promised": D(7999)})

    assert compute("promise_compression", facts).value == D("0.01")
    assert compute("promise_compression", items({"statutory": D(20000), "promised": D(19999)})).value == D("0.01")


@pytest.mark.parametrize("code", [definition.code for definition in DEFINITIONS if definition.unit != "件"])
def test_empty_population_gives_no_figure(code):
    figure = compute(code, Facts())

    assert (figure.value, figure.denominator, str(figure)) == (None, D(0), "无数据")


def test_figure_as_people_read_it():
    facts = cases({"accepted_on": SEP[0], "finished_on": SEP[0]})

    assert [str(compute(code, facts)) for code in ("accepted", "completion")] == ["1件", "100.00%"]
    assert str(compute("mean_visits", items({"visits": 1}))) == "1.00次"


def test_unknown_indicator():
    with pytest.raises(KeyError):
        compute("happiness", Facts())


def test_definitions_are_sixteen_indicators_and_three_daily_counts():
    codes = [definition.code for definition in DEFINITIONS]

    assert (len(codes), len(set(codes)), codes[16:]) == (19, 19, ["accepted", "finished", "completion"])
    assert [d.name for d in DEFINITIONS[:16] if d.mark is Mark.UNVERIFIED] == [
        "按时办结率",
        "好评率",
        "主动评价率",
        "差评整改率",
        "免交材料率",
        "材料精简率",
        "网办率",
    ]


CASE_ROWS = st.lists(
    st.builds(
        lambda unit, online, finished: {
            "unit": unit,
            "online": online,
            "accepted_on": SEP[0],
            "finished_on": SEP[finished] if finished else None,
            "due_on": SEP[5],
            "promised_on": SEP[3],
        },
        st.sampled_from(["market", "tax", ""]),
        st.booleans(),
        st.integers(0, 9),
    ),
    max_size=20,
)


@given(CASE_ROWS, st.sampled_from(["online_cases", "finished_on_time", "finished_early", "finished", "completion"]))
def test_parts_of_a_figure_add_up_to_the_whole(rows, code):
    whole = compute(code, cases(*rows))
    parts = compute_by(code, cases(*rows), Dimension.UNIT).values()

    assert sum(one.numerator for one in parts) == whole.numerator == len(whole.numerator_ids)
    assert sorted(row for one in parts for row in one.numerator_ids) == sorted(whole.numerator_ids)
    assert sorted(row for one in parts for row in one.denominator_ids) == sorted(whole.denominator_ids)
    assert whole.denominator is None or set(whole.numerator_ids) <= set(whole.denominator_ids)


def test_split_keeps_the_period_and_every_kind_of_row():
    facts = Facts(
        items=(ItemFact(id="i", unit="tax"),),
        cases=(CaseFact(id="c", unit="market", applied_on=SEP[0], channel="web"),),
        ratings=(RatingFact(id="r", unit="tax", made_on=SEP[0], grade=Grade.FAIR),),
        materials=(MaterialFact(id="m", unit="market", case="c", met_on=SEP[0], met=Met.SHARED),),
        first=SEP[0],
        last=SEP[1],
    )
    parts = split(facts, Dimension.UNIT)

    assert list(parts) == ["market", "tax"]
    assert parts["market"] == replace(facts, items=(), ratings=())
    assert parts["tax"] == replace(facts, cases=(), materials=())
    assert list(split(facts, Dimension.CHANNEL)) == ["", "web"]


@pytest.mark.parametrize(
    ("grade", "standard", "interface", "label", "good"),
    [
        (Grade.VERY_SATISFIED, "1", "5", "非常满意", True),
        (Grade.SATISFIED, "2", "4", "满意", True),
        (Grade.FAIR, "3", "3", "基本满意", True),
        (Grade.DISSATISFIED, "4", "2", "不满意", False),
        (Grade.VERY_DISSATISFIED, "5", "1", "非常不满意", False),
    ],
)
def test_grade_in_both_code_sets(grade, standard, interface, label, good):
    assert (grade.code(GradeCodes.GBT_39046), grade.code(GradeCodes.NATIONAL_RATING)) == (standard, interface)
    assert Grade.from_code(standard, GradeCodes.GBT_39046) is grade
    assert Grade.from_code(interface, GradeCodes.NATIONAL_RATING) is grade
    assert (grade.label, grade.is_good) == (label, good)


@pytest.mark.parametrize("code", ["", "0", "6", "１", "very_satisfied"])
def test_grade_code_unknown(code):
    with pytest.raises(Refused) as caught:
        Grade.from_code(code, GradeCodes.GBT_39046)

    assert caught.value.code == "grade_code"


@given(CASE_ROWS, st.sampled_from(sorted(ADDS_ON)), st.integers(0, 9), st.integers(0, 9))
def test_a_period_is_the_sum_of_its_days(rows, code, first, last):
    cells = by_day(cases(*rows).cases)
    mine = [sums for (of, _, day), sums in cells.items() if of == code and SEP[first] <= day <= SEP[last]]
    added = summed(code, sum(above for above, _ in mine), sum(below for _, below in mine))
    whole = compute(code, cases(*rows, first=SEP[first], last=SEP[last]))

    assert (added.code, added.value, added.numerator) == (code, whole.value, whole.numerator)
    assert added.denominator == whole.denominator
    assert (added.numerator_ids, added.denominator_ids) == ((), ())


def test_each_case_is_counted_on_its_own_day_in_its_own_unit():
    rows = (
        {"unit": "market", "online": True, "applied_on": SEP[0], "accepted_on": SEP[1], "finished_on": SEP[3]},
        {"unit": "market", "applied_on": SEP[0], "accepted_on": SEP[1], "finished_on": SEP[3], "due_on": SEP[2]},
        {"unit": "tax", "applied_on": SEP[0], "promised_on": SEP[9]},
    )
    assert by_day(cases(*rows).cases) == {
        ("online_cases", "market", SEP[0]): (1, 2),
        ("online_cases", "tax", SEP[0]): (0, 1),
        ("accepted", "market", SEP[1]): (2, 0),
        ("finished", "market", SEP[3]): (2, 0),
        ("finished_on_time", "market", SEP[3]): (0, 1),
        ("finished_early", "market", SEP[3]): (0, 0),
    }
