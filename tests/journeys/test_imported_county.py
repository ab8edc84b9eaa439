"""A county that moves in: its real divisions, somebody's real list of items, and one case carried to its sealed result.

The list says nothing of an item but its name, its code and its department.  One item is completed with what a person
would write; its 基本编码 begins with 99, so it stands for no code of any real list, and people, seals and one office
are made up.
"""

import importlib
import io
import json
import zipfile
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

SHARED = Path(__file__).parents[3] / "shared" / "data"
DIVISIONS = SHARED / "divisions-411327.csv"
ITEMS = SHARED / "service-items-511602.csv"
pytestmark = pytest.mark.skipif(not ITEMS.exists(), reason="../shared is not there")

COUNTY = "411327"
BY = "staff:moving-in"
#: 城镇污水排入排水管网许可, line 292 of the list.
ITEM = "511a0148600000"
CATALOG = "990199999000"
LIKE = Path(__file__).parents[2] / "tongban" / "items"
SHORT = ("water-test", "没有提交排水水质检测报告。请委托有资质的机构检测后补交。")


def test_imported_item_is_completed_published_and_used(own_database, tmp_path, capsys):
    """Given a real list, when one item is completed and published, then a case on it ends in a result that verifies."""
    from tongban.rooms.catalogue import queries as catalogue

    with at(2026, 9, 14):
        assert imported("divisions", str(DIVISIONS)) == 0
        assert imported("items", str(ITEMS), "--county", COUNTY) == 0
        assert "区划：读入 292 行，新增 292。" in (said := capsys.readouterr().out)
        assert "县 411327：读入 696 行。\n事项：新增 696。" in said
        lacking = {one.where for one in catalogue.draft(COUNTY, ITEM).complaints}
        assert {"bases", "desks", "materials", "form", "result", "limits.statutory", "guide.flow"} <= lacking
        assert {"unit", "name", "kind", "item_class"}.isdisjoint(lacking)
        complete(ITEM)
        office = staffed(catalogue.draft(COUNTY, ITEM).unit)
    proof = carried(office)
    verifies(proof, tmp_path, capsys)
    is_published_and_archived(proof)
    is_counted(proof)

    with at(2026, 10, 13):
        assert imported("divisions", str(DIVISIONS)) == 0
        assert imported("items", str(ITEMS), "--county", COUNTY) == 0
        assert "事项：没有变化 696。" in capsys.readouterr().out
        assert catalogue.in_force(COUNTY, ITEM, date(2026, 10, 13)).item.name == "城镇污水排入排水管网许可"


@pytest.mark.parametrize(
    ("what", "source", "tear", "said"),
    [
        ("items", ITEMS, lambda data: data[: data.find(b"511A", 60_000) + 9], "错误 第 "),
        ("items", ITEMS, lambda data: data[: data.find(b"\n", 60_000) - 5], "最后一行像是被截断"),
        ("items", ITEMS, lambda data: data[: data.find("许可".encode(), 60_000) + 2], "文件可能没有传完"),
        ("items", ITEMS, lambda data: data.decode().encode("utf-16"), "另存为"),
        ("items", ITEMS, lambda data: data.decode().encode("big5", "ignore"), "像是乱码"),
        ("items", ITEMS, lambda data: data.replace(b",type,", b",kind,", 1), "没有 type 列"),
        ("divisions", DIVISIONS, lambda data: data[: data.rfind(b"\n", 0, 9_000) + 9], "错误 第 "),
        ("divisions", DIVISIONS, lambda data: data[: data.find(b"\n", 9_000) - 2], "请补上上级区划"),
        ("divisions", DIVISIONS, lambda data: data.replace(b",parent_code", b",above", 1), "没有 parent_code 列"),
    ],
    ids=[
        "torn-row",
        "torn-end",
        "torn-character",
        "utf-16",
        "big5",
        "no-type",
        "torn-division",
        "torn-parent",
        "no-parent",
    ],
)
def test_torn_table_changes_nothing_and_says_what_to_mend(own_database, tmp_path, capsys, what, source, tear, said):
    from tongban.rooms.catalogue import queries as catalogue
    from tongban.rooms.people import queries as people
    from tongban.rulebook.errors import Refused

    torn = tmp_path / "torn.csv"
    torn.write_bytes(tear(source.read_bytes()))
    try:
        assert imported(what, str(torn), *(["--county", COUNTY] if what == "items" else [])) == 1
        sentence = capsys.readouterr().out
        assert "一行也没有写入" in sentence
    except Refused as no:
        sentence = no.sentence
    assert said in sentence
    assert "请" in sentence
    assert (people.divisions(COUNTY), people.units(COUNTY), catalogue.drafts(COUNTY)) == ((), (), ())


@dataclass(frozen=True)
class Office:
    """Who there is in the new county."""

    window: Any
    reviewer: Any
    chief: Any
    applicant: Any
    hall: UUID


@dataclass(frozen=True)
class Carried:
    """The case at its end."""

    case: UUID
    office: Office
    issue: UUID


@contextmanager
def at(year: int, month: int, day: int, hour: int = 10, minute: int = 0) -> Iterator[None]:
    from tongban.rooms import clock

    with clock.held(datetime(year, month, day, hour, minute, tzinfo=clock.SHANGHAI)):
        yield


def imported(*words: str) -> int:
    """Run ``./run import`` and return its status."""
    command = importlib.import_module("tongban.hall.commands.import")
    parser = ArgumentParser()
    command.arguments(parser)
    return int(command.run(parser.parse_args(words)))


def complete(code: str) -> None:
    """Write what the list does not say, taking the model of the same item, and publish it.

    Name, class, department and local code stay as they came.
    """
    import tomllib

    from tongban.rooms.catalogue import actions, queries
    from tongban.rooms.people import queries as people
    from tongban.rulebook.numbers.items import make_task_code

    before = queries.draft_content(COUNTY, code)
    unit = people.unit(COUNTY, before["unit"])
    model = tomllib.loads((LIKE / "items" / "drainage-permit.toml").read_text(encoding="utf-8"))
    kind = tomllib.loads((LIKE / "licence_kinds" / "drainage-licence.toml").read_text(encoding="utf-8"))
    trade = tomllib.loads((LIKE / "licence_kinds" / "business-licence.toml").read_text(encoding="utf-8"))
    for one in (kind | {"definer": unit.credit_code}, trade):
        actions.save_licence_kind(one)
    additions = {key: value for key, value in model.items() if key not in before}
    additions |= {"catalog_code": CATALOG, "task_code": make_task_code(unit.credit_code, "4", CATALOG)}
    additions["guide"] = model["guide"] | {"place": "政务服务大厅一楼 1 号窗口"}
    saved = actions.complete_draft(COUNTY, code, additions, BY)
    assert [str(one) for one in saved.complaints if one.severity == "stops"] == []
    actions.publish(COUNTY, code, by=BY)
    item = queries.in_force(COUNTY, code, date(2026, 9, 14)).item
    assert (item.name, item.local_code, item.unit) == (before["name"], before["local_code"], unit.code)


def staffed(unit: str) -> Office:
    """Give the county the least it needs: a hall, three people with posts and powers, seals, an applicant."""
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.licences import actions as licences
    from tongban.rooms.people import actions as people
    from tongban.rulebook.basis import design, law
    from tongban.rulebook.numbers.citizens import make_citizen_id

    hours = [{"days": "12345", "from": "09:00", "to": "17:30"}]
    hall = people.open_site(
        "hall", county=COUNTY, actor=BY, name="政务服务大厅", kind="hall", division=f"{COUNTY}000000", hours=hours
    )

    def person(name: str, number: int) -> UUID:
        citizen_id = make_citizen_id("990127", date(1985, 5, number), number)
        return people.register_person(name, county=COUNTY, actor=BY, identifiers=[("citizen_id", citizen_id, "")])

    def post(code: str, title: str, name: str, number: int, powers: list[str], reports_to: str = "") -> Any:
        post_id = people.create_post(
            code, county=COUNTY, unit=unit, site="hall", title=title, actor=BY, reports_to=reports_to
        )
        staff_id = people.hire(person(name, number), unit=unit, number=f"{number:03}", county=COUNTY, actor=BY)
        people.hold_post(staff_id, post_id, actor=BY)
        basis = law("行政许可法 第二十六条") if "accept" in powers else design("岗位职责分工")
        people.grant_authority(
            county=COUNTY,
            items=[f"unit:{unit}"],
            powers=powers,
            order_text=f"测试授权第{number:03}号",
            basis=basis,
            actor=BY,
            post=code,
        )
        return casework.staff(staff_id, post_id)

    chief = post("chief", "首席代表", "钱示例", 1, ["decide", "extend", "seal"])
    window = post("window", "窗口受理", "赵样例", 2, ["receive", "accept", "seal", "deliver"], "chief")
    reviewer = post("reviewer", "审查", "孙示范", 3, ["examine"], "chief")
    licences.make_demo_seals(COUNTY, units=[unit], actor=BY)
    return Office(window, reviewer, chief, casework.person(person("李演示", 4)), hall)


def carried(office: Office) -> Carried:
    """File with a paper missing, correct, accept, review, grant, issue, deliver, rate, publish, archive."""
    from tongban.hall import postman
    from tongban.hall.county.sheets import sheet
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.casework.actions import Filing, Offer
    from tongban.rooms.casework.queries.reading import read
    from tongban.rooms.files import actions as files
    from tongban.rooms.publication import actions as publication
    from tongban.rooms.ratings import actions as ratings
    from tongban.rulebook.errors import Refused
    from tongban.rulebook.indicators import Grade

    with at(2026, 9, 18):
        picture = files.store(sheet("材料"), county=COUNTY, actor=office.window.name)
        answers = {"premises": "赊店镇示例路 1 号", "trade": "餐饮", "volume": 3, "pretreatment": "隔油池"}
        offers = {code: Offer(file_id=picture) for code in ("application", "network", "business-licence")}
        filing = Filing(
            *(COUNTY, ITEM, office.applicant.id, answers, offers),
            options=frozenset({"heavy"}),
            channel="window",
            site_id=office.hall,
        )
        filed = casework.file_case(filing, office.window)
        case = filed.case_id
        assert filed.missing == (SHORT[0],)
    with at(2026, 9, 21):
        casework.ask_correction(case, office.window, dict([SHORT]))
    with at(2026, 9, 22, 9):
        casework.supply(case, office.applicant, {SHORT[0]: Offer(file_id=picture)})
    with at(2026, 9, 22, 15):
        casework.accept(case, office.window)
        dues = {one.name: one.due.on for one in read(case).facts.clocks if one.is_running}
        # Seven and twenty working days over 中秋节, the make-up days of 20 September and 10 October, and 国庆节.
        assert (dues["promised"], dues["statutory"]) == (date(2026, 10, 9), date(2026, 10, 27))
    with at(2026, 9, 24):
        with pytest.raises(Refused) as no:
            casework.pass_on(case, office.window, opinion="符合")
        assert no.value.code == "wrong_post"
        casework.pass_on(case, office.reviewer, opinion="排水口和预处理设施与图一致")
    with at(2026, 9, 28):
        casework.grant(case, office.chief, opinion="准予许可")
        casework.issue(case, office.window)
        assert postman.drain(60).troubled == {}
    with at(2026, 9, 29):
        casework.deliver(case, office.window, collector_id=office.applicant.id)
        ratings.rate(case, office.applicant, Grade.SATISFIED, channel="mobile")
        issue = publication.issue_results(COUNTY, office.chief)
        assert issue is not None
        drained = postman.drain(60)
        assert (drained.troubled, drained.left) == ({}, 0)
    return Carried(case, office, issue)


def verifies(proof: Carried, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The licence is sealed, fits the answers, verifies, and shows one changed byte, also through ./run verify."""
    from tongban.hall.__main__ import main
    from tongban.rooms.licences import queries as licences

    with at(2026, 9, 30):
        (licence,) = licences.of_case(proof.case)
        document = licences.document_of_licence(licence.id)
        assert document is not None
        data = licences.pdf(document.id)
        verdict = licences.verify_pdf(data)
        assert (verdict.state, licence.name, licence.state) == ("valid", "城镇污水排入排水管网许可证", "valid")
        assert licences.facts_of(licence.id)["premises"] == "赊店镇示例路 1 号"
        assert licence.valid_until == date(2031, 9, 27)
        sealed = {one.label for one in licences.documents_of(proof.case)}
        assert {"受理通知书", "一次性补正告知书", "送达回证"} <= sealed
        good, bad = folder / "licence.pdf", folder / "changed.pdf"
        good.write_bytes(data)
        middle = len(data) // 2
        bad.write_bytes(data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :])
        capsys.readouterr()
        assert main(["verify", str(good)]) == 0
        assert document.number in capsys.readouterr().out
        assert main(["verify", str(bad)]) == 1
        assert capsys.readouterr().out.strip() != ""


def is_published_and_archived(proof: Carried) -> None:
    from tongban.rooms.archive import actions as archive
    from tongban.rooms.archive.models import Package
    from tongban.rooms.casework.queries.reading import read
    from tongban.rooms.publication import queries as publication

    (row,) = publication.issue_rows(proof.issue)
    assert (row.name, row.decision) == ("李**", "granted")
    assert read(proof.case).facts.state == "archived"
    package = Package.objects.get(case_id=proof.case)
    with at(2026, 9, 30):
        assert archive.verify_package(package.id).failed == ()
        content = archive.read_package(package.id, who="house", purpose="测试")
    with zipfile.ZipFile(io.BytesIO(content)) as box:
        steps = [json.loads(line)["step"] for line in box.read("journal.jsonl").decode().splitlines()]
    assert steps == ["file", "ask_correction", "supply", "accept", "pass_on", "grant", "issue", "deliver", "rate"]


def is_counted(proof: Carried) -> None:
    """The journal folds to the rows, and the figures of the month open to this one case."""
    from tongban.hall.verifying import journal
    from tongban.rooms.supervision import queries as supervision

    with at(2026, 9, 30):
        report = journal.verify()
        assert report.differences == []
        rows = supervision.rows("accepted", COUNTY, date(2026, 9, 1), date(2026, 9, 30))
        assert [row.id for row in rows] == [str(proof.case)]
