"""Items read from the national exchange become drafts that say what they lack; nothing is published half."""

import csv
import json
from pathlib import Path

import pytest

from tests.hall.exchanging.test_national_commands import run
from tests.rooms.exchange.test_national import push, spoil, table

OTHER = "990128"


@pytest.fixture
def batch(county, tmp_path) -> Path:
    """The whole list of one county, addressed to another that has none of it."""
    from tongban.rooms.exchange.national.sinks import MANIFEST

    with county.at(2026, 10, 12):
        push(tmp_path / "all", full=True)
    manifest = json.loads((tmp_path / "all" / MANIFEST).read_text())
    (tmp_path / "all" / MANIFEST).write_text(json.dumps(manifest | {"county": OTHER}))
    return tmp_path / "all"


def taken(county, folder, **more):
    from tongban.rooms.exchange.national import mirror

    with county.at(2026, 10, 12):
        return mirror.read_folder(OTHER, folder, by="staff:001", **more)


def test_every_item_becomes_a_draft_with_what_it_lacks_and_none_is_published(county, batch):
    from tongban.rooms import clock
    from tongban.rooms.catalogue import queries as catalogue

    basics = [row for kind in ("general", "public", "handle") for row in table(batch, f"up_task_{kind}_basic")]
    report = taken(county, batch)
    assert len(report.drafts) == len(basics) > 60
    assert {one.outcome for one in report.drafts} == {"new"}
    assert all(one.lacks for one in report.drafts)
    there = {one.name: one for one in catalogue.drafts(OTHER)}
    assert set(there) == {row["task_name"] for row in basics}
    assert catalogue.listed(OTHER, clock.today()) == ()
    # What the tables say is in the draft; what they say of law is 待核, for nobody here has read it.
    (row,) = [row for row in basics if row["task_name"] == "食品经营许可（新办）"]
    content = catalogue.draft_content(OTHER, there[row["task_name"]].code)
    assert content["limits"]["statutory"]["limit"] == f"{row['anticipate_day']}wd"
    assert content["task_code"] == row["task_code"]
    assert [one["name"] for one in content["materials"]] == [
        one["material_name"]
        for one in sorted(table(batch, "up_task_general_material"), key=lambda one: int(one["order_num"]))
        if one["task_guid"] == row["row_guid"]
    ]
    assert all(basis.startswith("unchecked: ") for basis in content["bases"])
    lacks = {one.where for one in next(one for one in report.drafts if one.name == row["task_name"]).lacks}
    assert {"desks", "limits.intake", "limits.delivery", "result.licence_kind"} <= lacks


def test_the_same_batch_again_changes_nothing_and_keeps_what_people_wrote(county, batch):
    from tongban.rooms.catalogue import actions
    from tongban.rooms.catalogue import queries as catalogue

    code = taken(county, batch).drafts[0].code
    with county.at(2026, 10, 12):
        actions.complete_draft(OTHER, code, {"review_points": ["由县里补写"]}, "staff:002")
    before = catalogue.drafts(OTHER)
    report = taken(county, batch)
    assert {one.outcome for one in report.drafts if one.code != code} == {"same"}
    # The mirror says the same as it did, so what was edited since stays as it is.
    assert catalogue.drafts(OTHER) == before
    spoil(batch, "up_task_general_basic", transact_time="工作日 08:00-18:00")
    changed = taken(county, batch)
    assert sorted({one.outcome for one in changed.drafts}) in (["changed", "same"], ["kept", "same"])
    assert catalogue.draft_content(OTHER, code)["review_points"] == ["由县里补写"]


@pytest.mark.parametrize("how", ["dry", "torn"])
def test_a_trial_and_a_batch_with_a_wrong_row_leave_no_draft(county, batch, how):
    from tongban.rooms.catalogue import queries as catalogue

    if how == "torn":
        spoil(batch, "up_task_general_basic", task_type="77")
    report = taken(county, batch, dry_run=how == "dry")
    assert (report.written, bool(report.drafts), catalogue.drafts(OTHER)) == (False, how == "dry", ())


def test_a_county_that_has_the_items_in_force_gets_no_draft_of_its_own(county, tmp_path):
    from tongban.rooms.catalogue import queries as catalogue
    from tongban.rooms.exchange.national import mirror

    with county.at(2026, 10, 12):
        push(tmp_path / "all", full=True)
        before = catalogue.drafts(county.code)
        report = mirror.read_folder(county.code, tmp_path / "all", by="house")
    assert (report.written, report.drafts, catalogue.drafts(county.code)) == (True, [], before)


def test_the_command_says_what_the_drafts_lack_and_writes_it_down_line_by_line(county, batch, tmp_path, capsys):
    report = tmp_path / "report.csv"
    with county.at(2026, 10, 12):
        assert run("import", batch, "--county", OTHER, "--report", report) == 0
    said = capsys.readouterr().out
    assert "补全之前不会公布；逐条写在报告里。" in said
    with report.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert any("没有审查" in line["问题"] or line["问题"].startswith("desks：") for line in lines)
    assert all(line["怎么改"] for line in lines)
    assert f"还缺 {len(lines)} 处" in said
