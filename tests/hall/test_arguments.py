"""What a person is told who writes a command wrongly: in Chinese, and what to write."""

from argparse import ArgumentTypeError
from datetime import date

import pytest

from tongban.hall.__main__ import main
from tongban.hall.arguments import Parser, day, whole, wide


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["import"], "还缺 种类、文件。"),
        (["figures", "--level", "9"], "--level 不能是“9”，只能从 1、2、3、4、5、6、7 中选。"),
        (["import", "items", "x.csv", "--by", "张三"], "--by 要写代号，如 staff:001，不写姓名；“张三”不行。"),
        (["import", "items", "x.csv", "--county"], "--county 后面要写一个值。"),
        (["clock", "2026-09-22", "-5wd"], "多了“-5wd”，不知道是什么。"),
        (["clock", "--e"], "“--e”可以是 --explain、--exclude、--extend，请写全。"),
        (["clock", "--explain=3"], "--explain 后面不带值，请去掉“3”。"),
        (["figures", "--from", "2026-02-30"], "--from 没有“2026-02-30”这一天，请核对日历。"),
        (["figures", "--to", "昨天"], "--to 看不懂日期“昨天”，请写成 2026-10-13。"),
        (["simulate", "--seed", "x"], "--seed 要写整数，“x”不是。"),
        (["demo", "--cases", "0"], "--cases 要写 1 至 300 的整数，“0”不行。"),
        (["serve", "--port", "99999"], "--port 要写 1 至 65535 的整数，“99999”不行。"),
    ],
)
def test_a_wrong_word_is_explained_in_chinese(words, said, capsys):
    with pytest.raises(SystemExit) as leaving:
        main(words)
    assert leaving.value.code == 2
    assert capsys.readouterr().err == f"命令写得不对：{said}\n看说明：./run {words[0]} --help\n"


def test_columns_of_help_stand_in_line(capsys):
    parser = Parser(prog="./run sample")
    parser.add_argument("--a", metavar="甲", help="说明一")
    parser.add_argument("--long-name", metavar="甲乙丙丁", help="说明二" * 40)
    with pytest.raises(SystemExit):
        parser.parse_args(["--help"])
    shown = capsys.readouterr().out.splitlines()
    starts = {wide(line[: line.index("说明")]) for line in shown if "说明一" in line or "说明二" in line}
    assert len(starts) == 1
    assert max(map(wide, shown)) <= 80


def test_values_are_read_or_refused():
    assert (day("2026-10-13"), whole(1, 9)("9")) == (date(2026, 10, 13), 9)
    for read, text in ((day, "20261013"), (day, "2026-W41-2"), (whole(1, 9), "10"), (whole(1, 9), "１")):
        with pytest.raises(ArgumentTypeError):
            read(text)
