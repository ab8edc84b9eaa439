"""Items from elsewhere become drafts, each with what it still lacks; all of them or none."""

import time
from collections import Counter

import pytest

from tests.rooms.catalogue.sample import BY, COUNTY, NOON, SHARED_DIVISIONS, SHARED_ITEMS, TODAY, copy_of_shop, shop
from tongban.rooms import clock
from tongban.rooms.catalogue import actions, localcodes, queries
from tongban.rooms.catalogue.models import Draft
from tongban.rooms.importing import tables
from tongban.rooms.ledger.models import Entry
from tongban.rooms.people import actions as people
from tongban.rooms.people import queries as who
from tongban.rulebook.errors import Refused

needs_shared = pytest.mark.skipif(not SHARED_ITEMS.exists(), reason="../shared is not there")

CREDIT = "11990127MB0000094H"


def code(base: str = "511A0000100001", owner: str = CREDIT) -> str:
    return f"{base}-990127000000-000-{owner}-1-00"


def row(**changes: str) -> dict[str, str]:
    given = {"department": "示例局", "main_item": "", "name": "示例许可", "code": code(), "type": "1"}
    return given | {"department_code": CREDIT} | changes


ROWS = [
    row(),
    row(name="示例备案", code=code("511Z00002002"), type="10"),
    row(main_item="示例主项", name="示例服务", code=code("512B0000300003"), type="20"),
]


def test_rows_become_drafts_with_what_they_lack(county):
    report = actions.import_items(ROWS, county=county, by=BY)
    drafts = {one.code: one for one in queries.drafts(county)}
    main = localcodes.main_code_for("示例局", "示例主项")
    assert report.written
    assert set(drafts) == {"511a0000100001", "511z00002002", "512b0000300003", main}
    contents = [queries.draft_content(county, one) for one in ("511a0000100001", "511z00002002", "512b0000300003")]
    assert [(one["kind"], one["item_class"]) for one in contents] == [
        ("permit", "许可"),
        ("filing", "备案"),
        ("permit", "公共服务"),
    ]
    assert contents[0]["local_code"] == "511A000010000199012700000000011990127MB0000094H100"
    assert drafts["511a0000100001"].local_code == code()
    assert drafts["511a0000100001"].task_type == "01"
    assert (contents[2]["parent"], queries.draft_content(county, main)["leaf"]) == (main, False)
    assert all(one.complaints and not one.publishable for one in drafts.values())
    assert queries.listed(county, TODAY) == ()


def test_a_department_with_a_credit_code_becomes_a_unit(county):
    report = actions.import_items(ROWS, county=county, by=BY)
    unit = who.unit(county, report.units[0][0])
    assert (unit.full_name, unit.credit_code) == ("示例局", CREDIT)
    assert {one.unit for one in queries.drafts(county)} == {unit.code}
    assert "unit" not in {one.where for one in queries.draft(county, "511a0000100001").complaints}


def test_a_department_known_by_its_credit_code_keeps_its_unit(county):
    report = actions.import_items([row(department_code="11990127MB0000019Q")], county=county, by=BY)
    assert report.units == ()
    assert queries.draft(county, "511a0000100001").unit == "scjg"


def test_an_organisation_code_finds_its_credit_code_in_the_item_codes():
    assert localcodes.owner_of(f"{CREDIT[8:16]}-{CREDIT[16]}", [code()]) == CREDIT
    assert localcodes.owner_of("nonsense", [code()]) == ""


def test_the_same_list_again_changes_nothing(county):
    actions.import_items(ROWS, county=county, by=BY)
    before = (Entry.objects.count(), list(Draft.objects.order_by("code").values()))
    again = actions.import_items(ROWS, county=county, by=BY)
    assert again.count("same") == 3
    assert again.batch is None
    assert (Entry.objects.count(), list(Draft.objects.order_by("code").values())) == before


def test_a_changed_row_changes_its_draft_and_an_edited_draft_is_kept(county):
    actions.import_items(ROWS, county=county, by=BY)
    actions.complete_draft(county, "511z00002002", {"visits": 1}, BY)
    renamed = [row(name="示例许可（新）"), ROWS[1] | {"name": "示例备案（新）"}, ROWS[2]]
    report = actions.import_items(renamed, county=county, by=BY)
    assert [one.outcome for one in report.rows] == ["changed", "kept", "same"]
    assert queries.draft(county, "511z00002002").name == "示例备案"
    assert queries.draft(county, "511a0000100001").name == "示例许可（新）"


def test_a_draft_completed_after_the_import_is_untouched_by_the_same_list(county):
    actions.import_items(ROWS, county=county, by=BY)
    actions.complete_draft(county, "511a0000100001", {"visits": 1}, BY)
    report = actions.import_items(ROWS, county=county, by=BY)
    assert [one.outcome for one in report.rows] == ["same", "same", "same"]
    assert queries.draft_content(county, "511a0000100001")["visits"] == 1
    assert queries.draft_with_local_code(county, code()).code == "511a0000100001"


def test_an_imported_item_is_completed_and_published(county):
    report = actions.import_items(ROWS, county=county, by=BY)
    additions = copy_of_shop(77)
    catalog = additions["catalog_code"]
    for fixed in ("code", "name", "kind", "item_class", "unit", "level"):
        additions.pop(fixed)
    additions["task_code"] = f"{CREDIT}4{catalog}"
    saved = actions.complete_draft(county, report.rows[0].code, additions, BY)
    assert [str(one) for one in saved.complaints if one.severity == "stops"] == []
    actions.publish(county, saved.code, by=BY)
    found = queries.in_force(county, saved.code, TODAY)
    assert (found.item.name, found.item.local_code) == ("示例许可", code().replace("-", ""))


def test_a_dry_run_reports_and_writes_nothing(county):
    report = actions.import_items(ROWS, county=county, by=BY, dry_run=True)
    assert not report.written
    assert report.count("new") == 3
    assert report.noted("lack") > 0
    assert (Draft.objects.count(), len(who.units(county))) == (0, 1)


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        (row(code=code("511A0000900009"), name=""), "name"),
        (row(code=code("511A0000900009"), department=""), "department"),
        (row(code=""), "code"),
        (row(code=code("511A0000900009"), type="77"), "type"),
        (row(code=code("511A0000900009"), type="许可"), "type"),
        (row(), "code"),
        (row(code="——"), "code"),
        (row(code="9" * 81), "code"),
        (row(code=code("511A0000900009"), name="残\ufffd字"), "name"),
        (row(code=code("511A0000900009")) | {"department_code": None}, ""),
        (row(code=code("511A0000900009")) | {None: ["多"]}, ""),
    ],
)
def test_one_wrong_row_and_nothing_is_written(county, wrong, where):
    report = actions.import_items([*ROWS, wrong], county=county, by=BY)
    errors = [note for note in report.notes if note.sort == "error"]
    assert not report.written
    assert [(note.line, note.where) for note in errors] == [(5, where)]
    assert errors[0].how
    assert Draft.objects.count() == 0


def test_two_codes_with_one_base_stay_apart(county):
    other = code(owner="11990127MB0000019Q")
    report = actions.import_items([row(), row(name="另一项", code=other)], county=county, by=BY)
    assert report.rows[0].code == "511a0000100001"
    assert report.rows[1].code == other.lower()


def test_what_is_odd_is_taken_and_remarked_on(county):
    odd = row(code="Z-000147-001-12511300452258950C", type="8", department_code="11736")
    report = actions.import_items([odd], county=county, by=BY)
    assert sorted(note.where for note in report.notes if note.sort == "warning") == [
        "code",
        "department",
        "department_code",
        "type",
    ]
    lacking = {one.where for one in queries.draft(county, "z-000147-001-12511300452258950c").complaints}
    assert {"kind", "item_class", "unit"} <= lacking


def test_without_a_county_it_is_read_from_the_codes(county):
    assert actions.import_items(ROWS, by=BY).county == COUNTY
    with pytest.raises(Refused) as refused:
        actions.import_items([row(code="A-1")], by=BY)
    assert refused.value.code == "items_county"


@pytest.mark.parametrize("rows", [[], [{"name": "示例", "code": "1"}]])
def test_a_list_without_its_columns_is_refused(county, rows):
    with pytest.raises(Refused) as refused:
        actions.import_items(rows, county=county, by=BY)
    assert refused.value.code == "items_columns"


@needs_shared
def test_the_shared_real_list_becomes_drafts(db):
    """696 real items of 17 departments, in a county that knows its divisions."""
    rows = tables.read_rows(SHARED_ITEMS)
    with clock.held(NOON):
        divisions = people.import_divisions(tables.read_rows(SHARED_DIVISIONS), actor=BY)
        start = time.monotonic()
        report = actions.import_items(rows, county="411327", by=BY)
        seconds = time.monotonic() - start
        again = actions.import_items(rows, county="411327", by=BY)
    assert divisions.count("new") == 292
    assert (len(rows), report.count("new"), report.noted("error")) == (696, 696, 0)
    assert (again.count("same"), again.batch) == (696, None)
    assert seconds < 10
    parts = [localcodes.read_local_code(one["code"]) for one in rows]
    # Of the 675 in six hyphenated parts, 627 carry a right credit code.
    assert sum(one is not None and one.owner_fault is None for one in parts) == 627
    assert 696 - sum(n.where == "department_code" for n in report.notes) == 230
    types = Counter(Draft.objects.exclude(local_code="").values_list("task_type", flat=True))
    assert types == {"01": 470, "10": 129, "20": 62, "07": 24, "09": 7, "05": 2, "08": 2}
    assert len(report.mains) == 96
    assert not any(one.publishable for one in queries.drafts("411327"))
    assert queries.listed("411327", TODAY) == ()


@needs_shared
def test_the_shared_list_in_gb18030_reads_the_same(tmp_path):
    copy = tmp_path / "items.csv"
    copy.write_bytes(SHARED_ITEMS.read_bytes().decode("utf-8-sig").encode("gb18030"))
    assert tables.read_rows(copy) == tables.read_rows(SHARED_ITEMS)


@needs_shared
def test_the_shared_list_torn_anywhere_in_a_row_writes_nothing(db, tmp_path):
    data = SHARED_ITEMS.read_bytes()
    whole_lines = data[: len(data) // 2].rfind(b"\n") + 1
    torn = tmp_path / "torn.csv"
    for keep in (whole_lines + 4, whole_lines + 25):
        torn.write_bytes(data[:keep])
        try:
            written = actions.import_items(tables.read_rows(torn), county="511602", by=BY).written
        except Refused as refused:
            written = refused.code != "file_damaged"
        assert not written
    assert Draft.objects.count() == 0


def test_a_draft_written_by_hand_is_not_taken_for_an_imported_one(county):
    actions.save_draft(county, shop("511a0000100001"), BY)
    report = actions.import_items([row()], county=county, by=BY)
    assert report.rows[0].code == code().lower()
    assert queries.draft(county, "511a0000100001").source == "edit"
