"""./run figures: every figure with its formula, and the rows behind one."""

import argparse

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


def test_wrong_date_is_explained(capsys):
    with pytest.raises(SystemExit):
        run("--from", "2026-9")
    assert "请写成 2026-10-13" in capsys.readouterr().err


def test_postman_once_keeps_all_and_says_how_much(accepted, capsys, monkeypatch):
    from tongban.hall.postman import rounds

    monkeypatch.setattr(rounds, "ROUNDS", ())
    assert postman_command.run(argparse.Namespace(once=True)) == 0
    assert capsys.readouterr().out.strip() == "办妥 5 件"
