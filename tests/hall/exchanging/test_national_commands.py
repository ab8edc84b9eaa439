"""./run export national and ./run import national: what they print, what they leave, how they end."""

import csv
import importlib
from argparse import ArgumentParser, Namespace

import pytest

from tongban.rulebook.errors import Refused


def asked(name: str, *words: str) -> tuple[object, Namespace]:
    command = importlib.import_module(f"tongban.hall.commands.{name}")
    parser = ArgumentParser()
    command.arguments(parser)
    return command, parser.parse_args(words)


def run(name: str, *words: object) -> int:
    command, args = asked(name, "national", *map(str, words))
    return command.run(args)


def test_a_batch_goes_out_and_comes_back_by_command(county, tmp_path, capsys):
    with county.at(2026, 10, 12):
        county.accepted()
        report = tmp_path / "held.csv"
        assert run("export", tmp_path / "a", "--county", "990127", "--report", report, "--by", "staff:001") == 0
        said = capsys.readouterr().out
        assert "  up_pro_accept：新增 1，修改 0，删除 0。\n" in said
        assert "批次 99012720261012000001：" in said
        assert "没有报送的行（按原因）：\n" in said
        with report.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        assert {row["谁发现"] for row in rows} == {"报送前检查"}
        assert all(row["原因"] and row["怎么改"] for row in rows)
        assert run("import", tmp_path / "a", "--county", "990127", "--dry-run") == 0
        assert "只是检查，没有写入。" in capsys.readouterr().out
        assert run("import", tmp_path / "a", "--county", "990127") == 0
        assert "已写入。" in capsys.readouterr().out
        assert run("export", tmp_path / "b", "--county", "990127") == 0
        assert "批次 99012720261012000002：0 行" in capsys.readouterr().out
        assert run("export", tmp_path / "c", "--county", "990127", "--since", "2026-10-12") == 0
        assert "  up_pro_accept：新增 0，修改 1，删除 0。\n" in capsys.readouterr().out


def test_answers_are_read_from_a_folder_and_shown_with_the_next_batch(county, tmp_path, capsys):
    with county.at(2026, 10, 12):
        county.accepted()
        run("export", tmp_path / "a", "--county", "990127")
        with (tmp_path / "a" / "up_pro_accept.csv").open(encoding="utf-8", newline="") as file:
            (row,) = csv.DictReader(file)
        back = tmp_path / "back"
        back.mkdir()
        with (back / "dn_audit_abnormal.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("err_type", "remark", "table_row_guid", "table_cd_batch"))
            writer.writerow(("格式错误", "申请人证件类型不在代码表里，请核对", row["row_guid"], row["cd_batch"]))
            writer.writerow(("格式错误", "这一行不是本系统报送的数据", "没有这一行", row["cd_batch"]))
        capsys.readouterr()
        assert run("import", back, "--county", "990127", "--report", tmp_path / "report.csv") == 1
        said = capsys.readouterr().out
        assert "dn_audit_abnormal：读入 2 条，登记 1 条，已登记过或已重报的 0 条。" in said
        assert "第 3 行：反馈所指的行不是本系统报送的" in said
        run("export", tmp_path / "b", "--county", "990127", "--report", tmp_path / "held.csv")
        with (tmp_path / "held.csv").open(encoding="utf-8-sig", newline="") as file:
            (answer,) = [one for one in csv.DictReader(file) if one["谁发现"] == "接收方反馈"]
    assert (answer["对象"], answer["列"]) == (row["project_no"], "applyer_page_type")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["nowhere", "--county", "990127"], "folder_missing"),
        (["."], "county_missing"),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(county, words, code):
    with pytest.raises(Refused) as no:
        run("import", *words)
    assert no.value.code == code


def test_an_unreachable_database_leaves_nothing_behind(county, tmp_path):
    dsn = f"host={tmp_path} dbname=nobody connect_timeout=1"
    with county.at(2026, 10, 12), pytest.raises(Refused) as no:
        run("export", tmp_path / "a", "--county", "990127", "--dsn", dsn)
    assert no.value.code == "sink_unreachable"
    assert list((tmp_path / "a").iterdir()) == []
