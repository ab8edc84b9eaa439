"""./run import: what it prints, what it leaves behind, how it ends."""

import csv
import importlib
from argparse import ArgumentParser, Namespace

import pytest

from tongban.rooms.importing import tables
from tongban.rulebook.errors import Refused

command = importlib.import_module("tongban.hall.commands.import")

DIVISIONS = (
    "code,name,level,parent_code\n990127000000,示例县,county,990100000000\n990127001000,示例镇,town,990127000000\n"
)
ITEMS = (
    "department,main_item,name,code,type,department_code\n"
    "示例局,,示例许可,511A0000100001-990127000000-000-11990127MB0000019Q-1-00,1,11990127MB0000019Q\n"
)


def asked(*words: str) -> Namespace:
    parser = ArgumentParser()
    command.arguments(parser)
    return parser.parse_args(words)


def file(tmp_path, text: str, encoding: str = "utf-8") -> str:
    path = tmp_path / "table.csv"
    path.write_text(text, encoding=encoding)
    return str(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_divisions_and_items_are_brought_in(db, tmp_path, capsys, encoding):
    from tongban.rooms.catalogue import queries
    from tongban.rooms.people import queries as people

    assert command.run(asked("divisions", file(tmp_path, DIVISIONS, encoding))) == 0
    report = tmp_path / "report.csv"
    assert command.run(asked("items", file(tmp_path, ITEMS, encoding), "--report", str(report))) == 0
    assert [one.name for one in people.divisions("990127")] == ["示例县", "示例镇"]
    assert [one.name for one in queries.drafts("990127")] == ["示例许可"]
    assert "县 990127：读入 1 行。\n事项：新增 1。" in capsys.readouterr().out
    with report.open(encoding="utf-8-sig", newline="") as opened:
        lines = list(csv.DictReader(opened))
    assert lines[0] == {"行": "2", "类别": "新增", "何处": "511a0000100001", "问题": "示例许可", "怎么改": ""}
    assert {line["类别"] for line in lines[1:]} == {"待补"}


def test_a_division_and_a_report_hold_no_formula(db, tmp_path, capsys):
    """Nor does what was taken away change when it is brought in again."""
    from tongban.rooms.people import queries as people

    exporting = importlib.import_module("tongban.hall.commands.export")
    away, report = tmp_path / "away.csv", tmp_path / "report.csv"
    assert command.run(asked("divisions", file(tmp_path, DIVISIONS.replace("示例镇", "@SUM(A1)镇")))) == 0
    parser = ArgumentParser()
    exporting.arguments(parser)
    assert exporting.run(parser.parse_args(["divisions", str(away), "--county", "990127"])) == 0
    assert "\n990127001000,'@SUM(A1)镇,town" in away.read_text(encoding="utf-8-sig").replace("\r", "")
    assert command.run(asked("divisions", str(away), "--report", str(report))) == 0
    assert "什么也没有改" in capsys.readouterr().out
    assert [one.name for one in people.divisions("990127")] == ["示例县", "@SUM(A1)镇"]
    assert command.run(asked("divisions", file(tmp_path, DIVISIONS + "=1,x,town,9\n"), "--report", str(report))) == 1
    lines = list(csv.reader(report.open(encoding="utf-8-sig", newline="")))
    assert [cell for line in lines for cell in line if "=1" in cell and not cell.startswith("'=1")] == []
    assert any(cell.startswith("'=1") for line in lines for cell in line)


def test_a_dry_run_writes_nothing(db, tmp_path, capsys):
    from tongban.rooms.people import queries as people

    assert command.run(asked("divisions", file(tmp_path, DIVISIONS), "--dry-run")) == 0
    assert people.divisions("990127") == ()
    assert "只是检查，没有写入。" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("divisions", DIVISIONS + "990127002"),
        ("divisions", DIVISIONS + "12,短码,town,990127000000\n"),
        ("items", ITEMS + "示例局,,残"),
    ],
)
def test_a_torn_or_wrong_row_writes_nothing_and_is_named(db, tmp_path, capsys, what, text):
    from tongban.rooms.catalogue import queries
    from tongban.rooms.people import queries as people

    assert command.run(asked(what, file(tmp_path, text))) == 1
    out = capsys.readouterr().out
    assert f"错误 第 {text.count(chr(10), 0, len(text) - 1) + 1} 行" in out
    assert "一行也没有写入" in out
    assert (people.divisions("990127"), queries.drafts("990127")) == ((), ())


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"),
        (b" \n", "file_empty"),
        (b"PK\x03\x04rest", "file_damaged"),
        (b"a,b\n\0,1\n", "file_kind"),
        ("名称,代码\n示例县区划".encode()[:-1], "file_damaged"),
        (b'a,b\n"open,1\n', "file_damaged"),
        (b"a,b\n\xff\xff,1\n", "file_encoding"),
        ("名称,代码\n示例县行政区划,1\n".encode().decode("gb18030", "replace").encode(), "file_garbled"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path, data, code):
    path = tmp_path / "table.csv"
    path.write_bytes(data)
    with pytest.raises(Refused) as refused:
        tables.read_rows(path)
    assert refused.value.code == code
    assert refused.value.sentence.endswith("。")


def test_a_file_that_is_not_there_is_refused(tmp_path):
    for path in (tmp_path / "nothing.csv", tmp_path):
        with pytest.raises(Refused) as refused:
            tables.read_rows(path)
        assert refused.value.code == "file_missing"


def test_a_report_that_cannot_be_written_leaves_the_county_as_it_was(db, tmp_path):
    from tongban.rooms.people import queries as people

    with pytest.raises(Refused) as refused:
        command.run(asked("divisions", file(tmp_path, DIVISIONS), "--report", str(tmp_path / "none" / "report.csv")))
    assert (refused.value.code, people.divisions("990127")) == ("file_unwritable", ())


def test_the_same_table_again_is_said_to_change_nothing(db, tmp_path, capsys):
    for what, text in (("divisions", DIVISIONS), ("items", ITEMS)):
        assert [command.run(asked(what, file(tmp_path, text))) for _ in range(2)] == [0, 0]
        said = capsys.readouterr().out.splitlines()
        assert ("已写入。" in said, said[-1]) == (True, "与上次相同，什么也没有改。")


def test_items_of_a_county_nobody_knows_are_taken_with_one_word_about_it(db, tmp_path, capsys):
    assert command.run(asked("items", file(tmp_path, ITEMS))) == 0
    said = capsys.readouterr().out
    assert said.count("系统里还没有县 990127 的区划") == 1


def test_a_county_that_is_no_code_is_refused(db, tmp_path):
    with pytest.raises(Refused) as refused:
        command.run(asked("items", file(tmp_path, ITEMS), "--county", "99"))
    assert refused.value.code == "items_county"
