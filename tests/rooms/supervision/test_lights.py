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


def as_told() -> dict[str, list[tuple]]:
    """Return, from all rows, (due_at, case, unit, item, town, clock, tail) of each open case's worst clock, by light.

    The tail is that of its number, empty for inner work, which is on no wall.
    """
    from django.db import connection

    from tongban.rooms import clock
    from tongban.rooms.supervision.queries.lights import APPLICANTS_CLOCKS

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.id, CASE WHEN c.kind IN ('permit', 'registration', 'filing') THEN right(c.number, 6) ELSE '' END,"
            " c.unit, c.item_code, d.code, k.name, k.run, k.due_at, k.amber_from, k.stopped_at"
            " FROM casework_case c JOIN casework_clock k ON k.case_id = c.id"
            " LEFT JOIN people_site s ON s.id = c.site_id LEFT JOIN people_division d ON d.id = s.division_id"
            " WHERE c.closed_at IS NULL AND NOT c.rehearsal"
        )
        rows = cursor.fetchall()
    worst, now, today = {}, clock.now(), clock.today()
    for case_id, tail, unit, item, division, name, run, due_at, amber_from, stopped_at in rows:
        if stopped_at is None and name not in APPLICANTS_CLOCKS:
            light = "red" if due_at <= now else "amber" if amber_from <= today else "green"
            rank = (-["green", "amber", "red"].index(light), due_at, name, run)
            town = division[:9] + "000" if division else ""
            found = (rank, light, (due_at, case_id, unit, item, town, name, tail))
            worst[case_id] = min(worst.get(case_id, found), found)
    told = {"green": [], "amber": [], "red": []}
    for _, light, row in worst.values():
        told[light].append(row)
    return {light: sorted(some) for light, some in told.items()}


def running_after_the_end() -> list[tuple]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.kind, c.state, k.name, count(*) FROM casework_case c JOIN casework_clock k ON k.case_id = c.id"
            " WHERE c.closed_at IS NOT NULL AND k.stopped_at IS NULL GROUP BY 1, 2, 3"
        )
        return cursor.fetchall()


def test_lights_and_their_lists_are_what_all_rows_say(own_county):
    """Over simulated days, at several later moments, before and after the law has noted what is late."""
    from datetime import date, timedelta

    from tongban.hall.county.simulation import Simulation
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.supervision import queries

    first = date(2026, 10, 12)
    Simulation(seed=7, per_day=25, start=first).run(2)
    seen = set()
    for days, swept in ((3, False), (9, False), (9, True), (16, False), (40, True)):
        day = first + timedelta(days=days)
        with own_county.at(day.year, day.month, day.day):
            if swept:
                casework.sweep()
            told = as_told()
            seen |= {light for light, some in told.items() if some}
            for by, place in ((queries.By.UNIT, 2), (queries.By.ITEM, 3), (queries.By.TOWN, 4)):
                count = {light: [row[place] for row in some] for light, some in told.items()}
                codes = sorted({code for some in count.values() for code in some})
                wanted = [(code, *(count[light].count(code) for light in ("green", "amber", "red"))) for code in codes]
                found = [(one.code, one.green, one.amber, one.red) for one in queries.lights(COUNTY, by)]
                assert found == wanted, (days, by)
            for light in queries.Light:
                pages, after = [], None
                while page := queries.lit_cases(COUNTY, light, after=after, most=7):
                    pages += [(one.due_at, one.case_id, one.unit, one.item, one.town, one.clock) for one in page]
                    after = (page[-1].due_at, page[-1].case_id)
                assert pages == [row[:6] for row in told[light]], (days, light)
                unit = pages[0][2] if pages else "scjg"
                some = [one.case_id for one in queries.lit_cases(COUNTY, light, unit=unit)]
                assert some == [row[1] for row in told[light] if row[2] == unit]
            wall = sorted((*row[:2], row[6], light) for light, some in told.items() for row in some if row[6])
            shown = [(one.tail, one.light) for one in queries.board(COUNTY, most=500)]
            assert shown == [row[2:] for row in wall]
            assert [(one.tail, one.light) for one in queries.board(COUNTY, most=5)] == shown[:5]
    assert seen == {"green", "amber", "red"}
    # Lists read running clocks from the oldest on: one that outlived its case would be in their way for good.
    assert running_after_the_end() == []


def test_the_wall_says_who_worked_last_and_nothing_where_it_was_the_law(county):
    """A case that silence accepted stood on the wall as being in the hands of "the statutory limit"."""
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.supervision import queries

    with county.at(2026, 9, 22):
        county.accepted()
        county.filed()
    with county.at(2026, 10, 12):
        casework.sweep()
        shown = {one.hand for one in queries.board(COUNTY, most=9)}
    assert shown == {"受理人员", ""}
