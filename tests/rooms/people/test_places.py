"""Divisions, units, sites and devices."""

from datetime import time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction

from tests.rooms.people.sample import COUNTY, NOON, TODAY
from tongban.rooms.people import actions, queries
from tongban.rooms.people.models import Division, Site
from tongban.rulebook.errors import Refused

COUNTY_ROW = {"code": "990127000000", "name": "示例县", "level": "county", "parent_code": "990100000000"}
TOWN_ROW = {"code": "990127001000", "name": "示范镇", "level": "town", "parent_code": "990127000000"}
VILLAGE_ROW = {"code": "990127001201", "name": "东示村", "level": "village", "parent_code": "990127001000"}

REAL = Path(__file__).parents[4] / "shared" / "data" / "divisions-411327.csv"


def _code(call) -> str:
    with pytest.raises(Refused) as no:
        call()
    assert no.value.sentence.endswith("。")
    return no.value.code


def test_divisions_are_taken_in_any_order_and_once(clock_held, django_assert_num_queries):
    table = [VILLAGE_ROW, TOWN_ROW, COUNTY_ROW]
    first = actions.import_divisions(table, actor="house")
    assert (first.written, first.count("new")) == (True, 3)
    assert [row.code for row in queries.divisions(COUNTY)] == ["990127000000", "990127001000", "990127001201"]
    assert queries.division("990127001201").parent_code == "990127001000"

    again = actions.import_divisions(table, actor="house")

    assert [row.outcome for row in again.rows] == ["same", "same", "same"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_entry WHERE step = 'import_divisions'")
        assert cursor.fetchone() == (1,)
    with django_assert_num_queries(1):
        assert len(queries.divisions(COUNTY, level="village")) == 1


def test_new_name_is_taken_over(clock_held):
    actions.import_divisions([COUNTY_ROW, TOWN_ROW], actor="house")
    report = actions.import_divisions([TOWN_ROW | {"name": "示范街道"}], actor="house")
    assert [row.outcome for row in report.rows] == ["renamed"]
    assert queries.division("990127001000").name == "示范街道"


@pytest.mark.parametrize(
    "bad",
    [
        VILLAGE_ROW | {"code": "99012700120"},
        VILLAGE_ROW | {"code": "９90127001201"},
        VILLAGE_ROW | {"level": "hamlet"},
        VILLAGE_ROW | {"level": "town"},
        VILLAGE_ROW | {"code": "990127001000", "level": "village"},
        VILLAGE_ROW | {"name": " "},
        VILLAGE_ROW | {"parent_code": "990127002000"},
        VILLAGE_ROW | {"code": "990127002201"},
        TOWN_ROW,
    ],
)
def test_one_bad_row_and_nothing_is_written(clock_held, bad):
    report = actions.import_divisions([COUNTY_ROW, TOWN_ROW, bad], actor="house")
    assert (report.written, [row.outcome for row in report.rows]) == (False, ["new", "new", "refused"])
    assert report.rows[2].line == 3
    assert report.rows[2].sentence.endswith("。")
    assert Division.objects.count() == 0


@pytest.mark.parametrize("table", [[], [{"code": "990127000000", "name": "示例县"}]])
def test_table_without_its_columns_is_refused(clock_held, table):
    assert _code(lambda: actions.import_divisions(table, actor="house")) == "divisions_columns"


def test_real_table_of_the_shared_folder_is_taken_whole(clock_held):
    if not REAL.exists():
        pytest.skip("../shared is not there")
    import csv

    with REAL.open(encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    report = actions.import_divisions(table, actor="house")
    assert (report.written, report.count("new")) == (True, 292)
    levels = {level: len(queries.divisions("411327", level=level)) for level in ("county", "town", "village")}
    assert levels == {"county": 1, "town": 16, "village": 275}
    assert actions.import_divisions(table, actor="house").count("same") == 292


def test_sites_form_a_tree(office, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert [site.code for site in queries.above(office.village)] == ["village-1", "hall"]
    with django_assert_num_queries(1):
        assert [site.code for site in queries.below(office.hall)] == ["hall", "village-1"]
    with django_assert_num_queries(1):
        assert [site.code for site in queries.sites(COUNTY, kind="village")] == ["village-1"]
    hall = queries.site_coded(COUNTY, "hall")
    assert hall == queries.site(office.hall)
    assert hall.hours == (queries.Hours("12345", time(8, 30), time(12, 0)),)
    assert _code(lambda: queries.site(office.post)) == "site_unknown"
    assert _code(lambda: queries.above(office.post)) == "site_unknown"
    assert _code(lambda: queries.site_coded(COUNTY, "nowhere")) == "site_unknown"


def test_hall_closes_only_after_the_village(office):
    assert _code(lambda: actions.close_site(office.hall, on=TODAY, actor="house")) == "site_has_sites"
    actions.close_site(office.village, on=TODAY, actor="house")
    assert [site.code for site in queries.below(office.hall)] == ["hall"]
    assert queries.site(office.village).code == "village-1"
    assert _code(lambda: actions.close_site(office.village, on=TODAY, actor="house")) == "site_unknown"


def test_hours_change(office):
    hours = [{"days": "76", "from": "09:00", "to": "11:30"}, {"days": "12345", "from": "08:30", "to": "18:00"}]
    actions.change_hours(office.hall, hours, actor="house")
    assert queries.site(office.hall).hours == (
        queries.Hours("67", time(9, 0), time(11, 30)),
        queries.Hours("12345", time(8, 30), time(18, 0)),
    )


def test_bad_places_are_refused(office):
    hours = [{"days": "12345", "from": "08:30", "to": "12:00"}]
    site = {
        "county": COUNTY,
        "actor": "house",
        "name": "站",
        "kind": "village",
        "division": "990127001201",
        "hours": hours,
    }
    unit = {
        "county": COUNTY,
        "actor": "house",
        "full_name": "示例县水务局",
        "short_name": "示例水",
        "credit_code": "11990127MB0000131P",
    }
    device = {"county": COUNTY, "site": "hall", "kind": "kiosk", "name": "自助机", "actor": "house"}
    table = [
        ("site_kind", lambda: actions.open_site("s", **(site | {"kind": "castle"}))),
        ("site_code", lambda: actions.open_site("S 1", **site)),
        ("site_code_taken", lambda: actions.open_site("hall", **site)),
        ("site_unknown", lambda: actions.open_site("s", parent="nowhere", **site)),
        ("division_unknown", lambda: actions.open_site("s", **(site | {"division": "990127009000"}))),
        ("site_hours", lambda: actions.open_site("s", **(site | {"hours": []}))),
        ("site_hours", lambda: actions.open_site("s", **(site | {"hours": [hours[0] | {"to": "08:00"}]}))),
        ("site_hours", lambda: actions.open_site("s", **(site | {"hours": [hours[0] | {"days": "18"}]}))),
        ("site_hours", lambda: actions.open_site("s", **(site | {"hours": [hours[0] | {"from": "25:00"}]}))),
        ("point_outside", lambda: actions.open_site("s", point=(Decimal(116), Decimal(39)), **site)),
        ("unit_code", lambda: actions.open_unit("SW", **unit)),
        ("unit_code_taken", lambda: actions.open_unit("scjg", **unit)),
        ("credit_code_check", lambda: actions.open_unit("sw", **(unit | {"credit_code": "11990127MB0000131Q"}))),
        ("unit_unknown", lambda: actions.open_unit("sw", parent="nobody", **unit)),
        (
            "residents_negative",
            lambda: actions.enter_settlement("组", division="990127001201", actor="h", residents=-1),
        ),
        ("device_kind", lambda: actions.place_device("d", **(device | {"kind": "robot"}))),
        ("site_unknown", lambda: actions.place_device("d", **(device | {"site": "nowhere"}))),
        ("staff_unknown", lambda: actions.place_device("d", holder=office.post, **device)),
    ]
    for code, call in table:
        assert (code, _code(call)) == (code, code)
    assert [row.code for row in queries.sites(COUNTY)] == ["hall", "village-1"]
    assert [row.code for row in queries.units(COUNTY)] == ["scjg"]


def test_unit_is_an_agency_in_law(office):
    unit = queries.unit(COUNTY, "scjg")
    assert (unit.short_name, unit.credit_code, unit.division_code) == (
        "示例市监",
        "11990127MB0000019Q",
        "990127000000",
    )
    assert queries.person(unit.organisation_id).kind == "agency"
    assert queries.who_is(COUNTY, "credit_code", "11990127MB0000019Q").id == unit.organisation_id
    assert _code(lambda: queries.unit(COUNTY, "nobody")) == "unit_unknown"


def test_device_gives_a_sign_of_life_without_a_journal_entry(office):
    made = actions.place_device(
        "kiosk-1", county=COUNTY, site="hall", kind="kiosk", name="自助机", actor="house", holder=office.staff
    )
    assert [row.code for row in queries.silent_devices(COUNTY, NOON)] == ["kiosk-1"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_entry")
        before = cursor.fetchone()
        actions.see_device(made)
        cursor.execute("SELECT count(*) FROM ledger_entry")
        assert cursor.fetchone() == before
    (row,) = queries.devices([office.hall])
    assert (row.seen_at, row.holder_id) == (NOON, office.staff)
    assert queries.silent_devices(COUNTY, NOON) == ()
    assert [row.code for row in queries.silent_devices(COUNTY, NOON + timedelta(minutes=1))] == ["kiosk-1"]
    actions.retire_device(made, actor="house")
    assert queries.devices([office.hall]) == ()
    assert _code(lambda: actions.see_device(made)) == "device_unknown"
    assert _code(lambda: actions.retire_device(made, actor="house")) == "device_unknown"


def test_settlement_is_entered_once(office):
    place = {"division": "990127001201", "actor": "house", "residents": 120}
    actions.enter_settlement("一组", point=(Decimal("0.1"), Decimal("0.2")), **place)
    assert _code(lambda: actions.enter_settlement("一组", **place)) == "settlement_known"


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("site_kind", {"kind": "castle"}),
        ("site_point", {"lat": 1}),
        ("site_range", {"valid_until": "2020-01-01"}),
    ],
)
def test_database_itself_refuses_a_site_that_cannot_be(office, constraint, change):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Site.objects.filter(id=office.hall).update(**change)
    with pytest.raises(IntegrityError, match="site_not_its_own_parent"), transaction.atomic():
        Site.objects.filter(id=office.hall).update(parent=office.hall)
