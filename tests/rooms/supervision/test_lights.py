"""Lights over a holiday, by unit, town and item; each count opens to its cases."""

import pytest

COUNTY = "990127"
ITEM = "small-food-shop"


@pytest.fixture
def cases(county):
    """An accepted case, one filed at a village, and a rehearsed one."""
    from tongban.rooms.people import queries as people

    with county.at(2026, 9, 22):
        village = next(site for site in people.sites(COUNTY) if site.kind == "village")
        filed = county.filed(channel="village", site_id=village.id)
        return county.accepted(), filed, county.filed(rehearsal=True)


def counts(**narrowed):
    from tongban.rooms.supervision import queries

    return {one.code: (one.green, one.amber, one.red) for one in queries.lights(COUNTY, **narrowed)}


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        # The intake window of the filed case ends on 2026-09-30; four fifths of five working days end on the 29th.
        ((2026, 9, 28), (2, 0, 0)),
        ((2026, 9, 29), (1, 1, 0)),
        ((2026, 9, 30), (1, 1, 0)),
        ((2026, 10, 1), (1, 0, 1)),
        # The accepted case is promised for 2026-10-13.
        ((2026, 10, 13), (0, 1, 1)),
        ((2026, 10, 14), (0, 0, 2)),
    ],
)
def test_light_follows_the_clock_and_a_rehearsal_has_none(county, cases, moment, expected):
    with county.at(*moment):
        assert counts() == {"scjg": expected}


def test_lights_are_counted_by_town_and_item(county, cases):
    from tongban.rooms.supervision.queries import By

    with county.at(2026, 10, 1):
        towns = counts(by=By.TOWN)
        assert sorted(towns.values()) == [(0, 0, 1), (1, 0, 0)]
        assert towns[""] == (1, 0, 0)  # filed from home
        (town,) = set(towns) - {""}
        assert counts(by=By.ITEM) == {ITEM: (1, 0, 1)}
        assert counts(town=town) == {"scjg": (0, 0, 1)}
        assert counts(unit="mzj") == {}


def test_count_opens_to_its_cases(county, cases):
    from tongban.rooms.supervision import queries

    accepted, filed, _ = cases
    with county.at(2026, 10, 1):
        late = queries.lit_cases(COUNTY, queries.Light.RED)
        assert [(one.case_id, one.clock, one.due_on.isoformat()) for one in late] == [(filed, "intake", "2026-09-30")]
        assert [one.case_id for one in queries.lit_cases(COUNTY, queries.Light.GREEN)] == [accepted]
        assert queries.lit_cases(COUNTY, queries.Light.GREEN, town=late[0].town) == ()


def test_pages_of_a_list_go_on_where_the_one_before_ended(county, cases):
    from tongban.rooms.supervision import queries

    with county.at(2026, 10, 14):
        first = queries.lit_cases(COUNTY, queries.Light.RED, most=1)
        second = queries.lit_cases(COUNTY, queries.Light.RED, most=1, after=(first[0].due_at, first[0].case_id))
        third = queries.lit_cases(COUNTY, queries.Light.RED, after=(second[0].due_at, second[0].case_id))
    assert [first[0].case_id, second[0].case_id, third] == [cases[1], cases[0], ()]


def test_time_the_applicant_takes_is_not_the_offices(county):
    """While a correction is asked for, no clock of the office runs."""
    from tongban.rooms.casework import actions as casework

    with county.at(2026, 9, 22):
        item = county.item(ITEM)
        left_out = next(one.code for one in item.materials if one.source == "applicant" and not one.situations)
        case_id = county.filed(leave_out=(left_out,))
        casework.ask_correction(case_id, county.able("accept", ITEM), {left_out: "没有提交"})
        assert counts() == {}


def test_lights_are_one_query_however_many_cases(county, cases, django_assert_num_queries):
    from tongban.rooms.supervision import queries

    with county.at(2026, 10, 1):
        with django_assert_num_queries(1):
            queries.lights(COUNTY)
        with django_assert_num_queries(1):
            queries.lit_cases(COUNTY, queries.Light.RED)
