"""./run figures: every figure with its formula, and the rows behind one."""

import argparse
from dataclasses import replace

import pytest

from tongban.hall.commands import figures
from tongban.hall.commands import postman as postman_command


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    figures.arguments(parser)
    return figures.run(parser.parse_args(list(words)))


@pytest.fixture
def accepted(county):
    with county.at(2026, 9, 22):
        yield county.accepted()


def test_table_names_every_figure_with_its_value_sums_and_formula(accepted, capsys):
    from tongban.rulebook.indicators import DEFINITIONS

    assert run() == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert head == "990127　2026-09-01 至 2026-09-22"
    found = {line.split()[0]: line.split()[1:4] for line in lines}
    assert set(found) == {one.code for one in DEFINITIONS}
    assert found["accepted"] == ["受理量", "1件", "1"]
    assert found["completion"] == ["办结率", "0.00%", "0/1"]
    assert found["bad_fixed"] == ["差评整改率", "无数据", "0/0"]


def test_opened_figure_lists_its_rows_and_their_number(accepted, capsys):
    assert run("--open", "accepted", "--from", "2026-09-22", "--to", "2026-09-22") == 0
    head, title, row, total = capsys.readouterr().out.splitlines()
    assert title.startswith("受理量 1件")
    assert row.split("\t")[0:2] == ["1", str(accepted)]
    assert total == "共 1 行"
    assert head.endswith("2026-09-22 至 2026-09-22")


def test_period_without_cases_opens_to_no_rows(accepted, capsys):
    assert run("--open", "accepted", "--from", "2026-09-21", "--to", "2026-09-21", "--county", "990127") == 0
    assert capsys.readouterr().out.splitlines()[-1] == "共 0 行"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--open", "nosuch"), "figure_unknown"),
        (("--from", "2026-09-23", "--to", "2026-09-22"), "period_wrong"),
    ],
)
def test_wrong_words_are_refused_with_what_to_do(accepted, words, code):
    from tongban.rulebook.errors import Refused

    with pytest.raises(Refused) as refused:
        run(*words)
    assert refused.value.code == code


def test_exported_figures_are_added_as_they_were_counted(accepted, capsys, tmp_path):
    from tongban.hall.__main__ import main
    from tongban.rulebook.indicators import adding

    path = tmp_path / "990127.json"
    assert run("--county", "990127", "--export", str(path)) == 0
    mine = adding.read(path.read_text(encoding="utf-8"), "x")
    assert (mine.counties, mine.figures["accepted"].rows_above) == (("990127",), 1)
    theirs = tmp_path / "990128.json"
    theirs.write_text(adding.written(replace(mine, counties=("990128",))), encoding="utf-8")
    capsys.readouterr()
    assert main(["counties", "add", str(path), str(theirs)]) == 0
    shown = capsys.readouterr().out
    assert "accepted\t受理量\t2件\t2\t990127:1件 990128:1件" in shown
    assert "completion\t办结率\t0.00%\t0/2\t" in shown
    assert main(["counties", "add", str(path), str(path)]) == 1
    assert "县 990127 出现了两次" in capsys.readouterr().err


def test_a_part_of_a_county_is_not_exported(accepted):
    from tongban.rulebook.errors import Refused

    with pytest.raises(Refused) as refused:
        run("--export", "-", "--channel", "net")
    assert refused.value.code == "figures_partial"


def test_wrong_date_is_explained(capsys):
    with pytest.raises(SystemExit):
        run("--from", "2026-9")
    assert "请写成 2026-10-13" in capsys.readouterr().err


def test_postman_once_keeps_all_and_says_how_much(accepted, capsys, monkeypatch):
    from tongban.hall.postman import rounds

    monkeypatch.setattr(rounds, "ROUNDS", ())
    assert postman_command.run(argparse.Namespace(once=True)) == 0
    assert capsys.readouterr().out.strip() == "办妥 5 件"
