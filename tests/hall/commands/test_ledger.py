"""``./run ledger``: the parts of the journal."""

import argparse

import pytest

from tongban.hall.commands import ledger
from tongban.rooms.ledger import ranges
from tongban.rulebook.errors import Refused


def run(**words: object) -> int:
    return ledger.run(argparse.Namespace(**words))


def test_the_parts_are_listed_with_their_years(own_database, capsys):
    assert run(does="list") == 0
    said = capsys.readouterr().out.splitlines()
    now = ranges.this_year()
    assert [line.split()[1] for line in said] == [
        *(f"ledger_entry_{now + n}" for n in range(3)),
        ranges.LATER,
        ranges.OTHERS,
    ]
    assert said[0].startswith(f"到{now}年底")


def test_ranges_of_coming_years_are_made_once(own_database, monkeypatch, capsys):
    year = ranges.this_year() + 1
    monkeypatch.setattr(ranges, "this_year", lambda: year)
    assert (run(does="make"), capsys.readouterr().out) == (0, f"已建 ledger_entry_{year + 2}。\n")
    assert (run(does="make"), capsys.readouterr().out) == (0, "今后两年的分表都在。\n")


def test_it_is_said_when_they_could_not_be_made(own_database, monkeypatch):
    from tongban.hall import schema

    year = ranges.this_year() + 1
    monkeypatch.setattr(ranges, "this_year", lambda: year)
    monkeypatch.setattr(schema, "make_ranges", lambda owner: ())
    with pytest.raises(Refused) as no:
        run(does="make")
    assert no.value.code == "ranges_not_made"
