"""How tables are read: encodings, workbooks, headings, what spreadsheets do to codes and dates."""

import zipfile
from datetime import date, datetime

import pytest

from tests.hall.importing.conftest import write_xlsx
from tests.hall.importing.test_offices import UNIT, unit
from tongban.rooms.importing import NAMES, columns, tables
from tongban.rooms.importing.columns import WrongCell
from tongban.rooms.importing.tables import Cell
from tongban.rulebook.errors import Refused

ROWS = [{"名称": "示例县政务服务中心", "代码": "001"}, {"名称": "示范镇", "代码": "002"}]


def said(read, text: str, sort: str = "text"):
    remarks: list[str] = []
    return read(Cell(text, sort), remarks.append), remarks


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_both_encodings_give_the_same_units(county, bring, encoding):
    from tongban.rooms.people import queries

    assert bring("orgs", [unit("enc", 841, 单位名称="示例县㐂洲办公室")], encoding=encoding).status == 0
    assert queries.unit("990127", "enc").full_name == "示例县㐂洲办公室"


def test_a_workbook_gives_the_same_units(county, bring):
    from tongban.rooms.people import queries

    row = unit("book", 842, 区划代码=990127000000, 启用日期=date(2026, 1, 5))
    result = bring("orgs", [row], xlsx=True)
    assert result.outcomes == ["新增"]
    assert queries.unit("990127", "book").division_code == "990127000000"
    assert bring("orgs", [row], xlsx=True).outcomes == ["没有变化"]


def test_divisions_and_items_come_from_workbooks_with_chinese_headings(county, bring, tmp_path):
    from tongban.rooms.people import queries

    division = {"区划代码": 990127009000, "区划名称": "新示镇", "级别": "town", "上级代码": 990127000000}
    path = write_xlsx(tmp_path / "d.xlsx", [division])
    assert bring("divisions", path).status == 0
    assert queries.division("990127009000").name == "新示镇"


def test_divisions_keep_going_leave_out_the_wrong_and_what_hangs_on_it(county, bring):
    from tongban.rooms.people import queries

    rows = [
        {"code": "990127009000", "name": "新示镇", "level": "town", "parent_code": "990127000000"},
        {"code": "990127008000", "name": "", "level": "town", "parent_code": "990127000000"},
        {"code": "990127008201", "name": "悬示村", "level": "village", "parent_code": "990127008000"},
    ]
    result = bring("divisions", rows, "--keep-going")
    assert (result.status, [line[0] for line in result.of("有错")]) == (1, ["3", "4"])
    assert queries.division("990127009000") is not None
    assert queries.division("990127008201") is None


def test_items_keep_going_leave_out_the_wrong_row(county, bring):
    row = {"部门": "示例局", "主项": "", "事项名称": "示例许可", "编码": "X1-1", "类型": "1", "部门编码": "001"}
    result = bring("items", [{**row, "类型": "99"}, {**row, "编码": "X1-2"}], "--keep-going")
    assert (result.status, [line[0] for line in result.of("新增")]) == (1, ["3"])


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("名称,代码\n示例县,1\n".encode() + "示范镇便民服务中心,2\n".encode("gb18030"), "file_mixed"),
        ("名称,代码\n示例县,1\n示范".encode("gb18030")[:-1], "file_damaged"),
        ("名称,代码\n示例县,1\n示范".encode()[:-1], "file_damaged"),
        (b"\xd0\xcf\x11\xe0rest", "file_kind"),
        ("名称,代码\n".encode("utf-16"), "file_kind"),
        ("名称\t代码\n示例县\t1\n".encode(), "file_delimiter"),
        (b"PK\x03\x04rest", "file_damaged"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path, data, code):
    path = tmp_path / "t.csv"
    path.write_bytes(data)
    with pytest.raises(Refused) as no:
        tables.open_table(path)
    assert no.value.code == code


def test_words_that_are_utf8_by_chance_are_read_as_gb18030(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes("名称,代码\n联通,1\n示例县,2\n".encode("gb18030"))
    assert [line.cells[0].text for line in tables.open_table(path).lines()] == ["联通", "示例县"]


def test_a_workbook_torn_anywhere_changes_nothing(county, bring, tmp_path):
    from tongban.rooms.people import queries

    before = queries.units("990127")
    whole = write_xlsx(tmp_path / "w.xlsx", [unit(f"t-{n}", 850 + n) for n in range(20)]).read_bytes()
    for keep in (30, len(whole) // 2, len(whole) - 30):
        torn = tmp_path / "torn.xlsx"
        torn.write_bytes(whole[:keep])
        with pytest.raises(Refused) as no:
            bring("orgs", torn, "--keep-going")
        assert no.value.code == "file_damaged"
    assert queries.units("990127") == before


def test_a_torn_last_row_changes_nothing_even_when_going_on(county, bring, tmp_path):
    from tongban.rooms.people import queries

    before = queries.units("990127")
    rows = [unit("t-1", 871), unit("t-2", 872)]
    text = "\n".join([",".join(rows[0]), *(",".join(row.values()) for row in rows)])
    path = tmp_path / "torn.csv"
    path.write_text(text[:-20], encoding="utf-8")
    result = bring("orgs", path, "--keep-going")
    assert result.status == 1
    assert "文件像是没有传完：一行也没有写入" in result.said
    assert queries.units("990127") == before


def test_merged_cells_formulas_errors_and_long_numbers_are_named(county, bring, tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(list(UNIT))
    book.active.append(["a", "=B3", "#REF!", 119901270000000190])
    path = tmp_path / "b.xlsx"
    book.save(path)
    errors = ["".join(line) for line in bring("orgs", path).of("错误")]
    assert [word in error for word, error in zip(("公式", "#REF!", "丢失"), errors, strict=True)] == [True] * 3
    book.active.merge_cells("A2:A3")
    book.save(path)
    with pytest.raises(Refused) as no:
        bring("orgs", path)
    assert (no.value.code, "A2:A3" in no.value.sentence) == ("file_merged", True)


def test_other_sheets_are_named_and_hidden_ones_passed_over(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "隐藏"
    book.active.sheet_state = "hidden"
    for title in ("名单", "说明"):
        book.create_sheet(title).append([title])
    path = tmp_path / "b.xlsx"
    book.save(path)
    table = tables.open_table(path)
    assert (table.heading, table.remarks) == (("名单",), ("只读了第一张表“名单”，没有读：说明",))


def test_a_workbook_keeps_zeros_that_it_shows(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["号"])
    book.active.append([7])
    book.active["A2"].number_format = "000"
    path = tmp_path / "b.xlsx"
    book.save(path)
    assert [line.cells for line in tables.open_table(path).lines()] == [(Cell("007", "number"),)]


def test_a_workbook_is_not_unpacked_by_its_name(tmp_path):
    path = tmp_path / "b.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("hello.txt", "no workbook")
    with pytest.raises(Refused) as no:
        tables.open_table(path)
    assert no.value.code == "file_damaged"


def test_missing_unknown_and_doubled_columns_are_named(county, bring):
    row = unit("cols", 881)
    with pytest.raises(Refused) as no:
        bring("orgs", [{"单位代码": "x", "单位全名": "示例县水利局"}])
    assert no.value.code == "columns_missing"
    assert all(word in no.value.sentence for word in ("文号简称（short_name）", "单位全名"))
    with pytest.raises(Refused) as no:
        bring("orgs", [{**row, "code": "again"}])
    assert no.value.code == "columns_twice"
    result = bring("orgs", [{**row, "备注": "无"}])
    assert result.of("提醒")[0][2:4] == ("备注", "这一列没有用到")


def test_headings_are_understood_with_stars_remarks_and_identifiers(county, bring):
    row = unit("stars", 882)
    words = ("code", "*单位名称（必填）", "Short-Name", " 统一社会信用代码 ")
    assert bring("orgs", [dict(zip(words, row.values(), strict=True))]).outcomes == ["新增"]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-03-02", date(2026, 3, 2)),
        ("2026/3/2", date(2026, 3, 2)),
        ("2026.3.2", date(2026, 3, 2)),
        ("20260302", date(2026, 3, 2)),
        ("2026年3月2日", date(2026, 3, 2)),
        ("2026-03-02 00:00:00", date(2026, 3, 2)),
    ],
)
def test_days_are_read_in_the_usual_spellings(text, read):
    assert said(columns.day, text) == (read, [])


def test_a_bare_number_of_a_spreadsheet_is_a_day_and_said():
    read, remarks = said(columns.day, "46083", "number")
    assert read == date(2026, 3, 2)
    assert "读作 2026-03-02" in remarks[0]


def test_a_last_day_may_be_without_end():
    assert said(columns.last_day, "长期") == (None, [])


@pytest.mark.parametrize("text", ["2026-02-30", "26-3-2", "三月", "2026-13-01", "12"])
def test_what_is_no_day_is_wrong(text):
    with pytest.raises(WrongCell):
        said(columns.day, text)


def test_a_code_that_is_a_number_is_remarked():
    assert said(columns.text(code=True), "12")[1] == []
    assert "如果原来以 0 开头" in said(columns.text(code=True), "12", "number")[1][0]


def test_cells_of_csv_keep_text_that_spreadsheets_quote(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text('号,名\n"=""007""",示例县\n', encoding="utf-8")
    assert [line.cells[0].text for line in tables.open_table(path).lines()] == ["007"]


def test_a_moment_of_a_workbook_is_not_a_day(tmp_path):
    path = write_xlsx(tmp_path / "b.xlsx", [{"时": datetime(2026, 3, 2, 9, 30)}])
    ((cell,),) = [line.cells for line in tables.open_table(path).lines()]
    with pytest.raises(WrongCell):
        said(columns.day, cell.text)


def test_the_command_offers_what_there_is():
    from tongban.rooms.importing.kinds import KINDS

    assert tuple(KINDS) == NAMES


def test_a_county_without_divisions_is_told_what_comes_first(db, bring):
    with pytest.raises(Refused) as no:
        bring("orgs", [unit("none", 891)])
    assert no.value.code == "county_unknown"


def test_the_page_for_counties_lists_every_column_with_an_example_that_can_be_read():
    from pathlib import Path

    from tongban.rooms.importing.kinds import KINDS

    page = (Path(__file__).parents[3] / "docs" / "moving-in.md").read_text(encoding="utf-8")
    for kind in KINDS.values():
        part = page.split(f"### {kind.name}　{kind.label}\n")[1].split("\n### ")[0]
        for column in kind.columns:
            words = "、".join((*column.also, column.name))
            required = "是" if column.required else ""
            assert f"| {column.label} | {words} | {required} | {column.example} |" in part
            if column.example:
                assert said(column.read, column.example)[1] == []
