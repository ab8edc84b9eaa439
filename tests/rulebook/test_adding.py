"""Figures of several counties added up: equal to counting the rows of all of them, whatever the rows."""

import hashlib
import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongban.rulebook.errors import Refused
from tongban.rulebook.indicators import (
    DEFINITIONS,
    CaseFact,
    Facts,
    Grade,
    ItemFact,
    MaterialFact,
    Met,
    RatingFact,
    adding,
    compute,
    sums_of,
    value_of,
)

FIRST, LAST = date(2026, 9, 1), date(2026, 9, 30)
DAYS = st.dates(date(2026, 8, 25), date(2026, 10, 5))
IDS = st.uuids().map(str)
ITEMS = st.builds(
    ItemFact,
    id=IDS,
    statutory=st.none() | st.integers(0, 40).map(Decimal),
    promised=st.none() | st.integers(0, 20).map(Decimal),
    visits=st.integers(0, 3),
)
CASES = st.builds(
    CaseFact,
    id=IDS,
    applied_on=DAYS,
    online=st.booleans(),
    accepted_on=st.none() | DAYS,
    finished_on=st.none() | DAYS,
    promised_on=st.none() | DAYS,
    due_on=st.none() | DAYS,
    rehearsal=st.booleans(),
)
RATINGS = st.builds(RatingFact, id=IDS, made_on=DAYS, grade=st.sampled_from(Grade), fixed_on=st.none() | DAYS)
MATERIALS = st.builds(MaterialFact, id=IDS, case=IDS, met_on=DAYS, met=st.sampled_from(Met))
COUNTIES = st.lists(
    st.builds(
        lambda items, cases, ratings, materials: Facts(
            items=tuple(items),
            cases=tuple(cases),
            ratings=tuple(ratings),
            materials=tuple(materials),
            first=FIRST,
            last=LAST,
        ),
        *(st.lists(rows, max_size=5) for rows in (ITEMS, CASES, RATINGS, MATERIALS)),
    ),
    min_size=1,
    max_size=4,
)


def sheet(facts: Facts, code: str, first: date = FIRST) -> adding.Sheet:
    return adding.Sheet((code,), first, LAST, {one.code: sums_of(compute(one.code, facts)) for one in DEFINITIONS})


@settings(max_examples=60, deadline=None)
@given(COUNTIES)
def test_adding_the_counties_is_counting_over_all_their_rows(counties):
    sheets = [sheet(facts, f"99012{n}") for n, facts in enumerate(counties)]
    travelled = [adding.read(adding.written(one), "x") for one in sheets]
    assert travelled == sheets
    whole = adding.added(travelled)
    union = Facts(
        items=sum((one.items for one in counties), ()),
        cases=sum((one.cases for one in counties), ()),
        ratings=sum((one.ratings for one in counties), ()),
        materials=sum((one.materials for one in counties), ()),
        first=FIRST,
        last=LAST,
    )
    for one in DEFINITIONS:
        counted, summed = compute(one.code, union), whole.figures[one.code]
        assert (summed.numerator, summed.denominator) == (counted.numerator, counted.denominator), one.code
        assert value_of(one.code, summed) == counted.value, one.code
        assert summed.rows_above == len(counted.numerator_ids), one.code
        assert summed.rows_below == len(counted.denominator_ids), one.code


def cases(*finished: bool) -> Facts:
    rows = (
        CaseFact(id=f"c{n}", applied_on=FIRST, accepted_on=FIRST, finished_on=FIRST if done else None)
        for n, done in enumerate(finished)
    )
    return Facts(cases=tuple(rows), first=FIRST, last=LAST)


def test_a_small_county_does_not_weigh_like_a_large_one():
    large, small = sheet(cases(*[True] * 99, False), "990127"), sheet(cases(False), "990128")
    assert value_of("completion", large.figures["completion"]) == Decimal("99.00")
    assert value_of("completion", small.figures["completion"]) == Decimal("0.00")
    # 99 of 101, where the mean of the two would be 49.50.
    assert value_of("completion", adding.added([small, large]).figures["completion"]) == Decimal("98.02")


def test_the_digest_tells_other_rows_apart_even_where_the_sums_agree():
    one, other = cases(True), replace(cases(True), cases=(replace(cases(True).cases[0], id="c9"),))
    a, b = sums_of(compute("accepted", one)), sums_of(compute("accepted", other))
    assert (a.numerator, a.rows_above) == (b.numerator, b.rows_above)
    assert a.digest != b.digest


def altered(told: str, **changes: object) -> str:
    return json.dumps(json.loads(told) | changes)


def test_what_must_not_be_added_is_refused():
    mine, theirs = sheet(cases(True), "990127"), sheet(cases(True), "990128")
    text = adding.written(mine)
    wrong = {
        "figures_none": lambda: adding.added([]),
        "figures_twice": lambda: adding.added([adding.added([mine, theirs]), theirs]),
        "figures_period": lambda: adding.added([mine, sheet(cases(True), "990128", date(2026, 9, 2))]),
        "figures_altered": lambda: adding.read(altered(text, counties=["990129"]), "x"),
        "figures_unreadable": lambda: adding.read("[]", "x"),
    }
    for code, act in wrong.items():
        with pytest.raises(Refused) as no:
            act()
        assert no.value.code == code
    told = json.loads(text)
    told.pop("digest")
    told["definitions"] = "0" * 64
    with pytest.raises(Refused) as no:
        adding.read(json.dumps(told | {"digest": adding._digest(told)}), "x")
    assert no.value.code == "figures_formula"


def test_one_county_alone_keeps_its_digest():
    mine = sheet(cases(True), "990127")
    assert adding.added([mine]) == mine


def test_the_digest_of_several_does_not_depend_on_their_order():
    mine, theirs = sheet(cases(True), "990127"), sheet(cases(False, True), "990128")
    assert adding.added([mine, theirs]) == adding.added([theirs, mine])
    whole = adding.added([mine, theirs])
    assert whole.counties == ("990127", "990128")
    assert whole.figures["completion"].digest not in {one.figures["completion"].digest for one in (mine, theirs)}


def test_a_file_of_figures_as_other_counties_read_it():
    """What stands in it, and how its digest is made: another program must be able to check it."""
    told = json.loads(adding.written(sheet(cases(True, False), "990127")))
    digest = told.pop("digest")
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert digest == hashlib.sha256(text.encode()).hexdigest()
    assert {name: told[name] for name in ("format", "counties", "first", "last")} == {
        "format": "tongban-figures/1",
        "counties": ["990127"],
        "first": "2026-09-01",
        "last": "2026-09-30",
    }
    assert set(told) == {"format", "definitions", "counties", "first", "last", "figures"}
    assert told["figures"]["completion"] == {
        "above": "1",
        "below": "2",
        "rows_above": 1,
        "rows_below": 2,
        "digest": hashlib.sha256(b'[["c0"],["c0","c1"]]').hexdigest(),
    }
    assert told["figures"]["accepted"]["below"] is None
    formulas = [[one.code, one.formula, one.population, one.numerator, one.unit] for one in DEFINITIONS]
    compact = json.dumps(formulas, ensure_ascii=False, separators=(",", ":"))
    assert told["definitions"] == hashlib.sha256(compact.encode()).hexdigest()
    assert adding.written(sheet(cases(), "990127")).endswith("}\n")
    assert '\n "counties"' in adding.written(sheet(cases(), "990127"))
