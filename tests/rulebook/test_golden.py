"""Who is believed where sources differ: the department that answers for the field, else the latest word."""

from datetime import UTC, datetime, timedelta

import pytest

from tongban.rulebook.golden import Golden, Said, golden

NINE = datetime(2026, 9, 21, 1, tzinfo=UTC)


def said(value, source, days=0) -> Said:
    return Said(value, source, NINE + timedelta(days=days))


@pytest.mark.parametrize(
    ("several", "owners", "winner", "rule"),
    [
        ([said("a", "gaj")], (), "a", "only"),
        ([said("a", "gaj"), said("a", "rsj", 3)], (), "a", "only"),
        ([said("a", "gaj"), said("b", "rsj", 3)], (), "b", "latest"),
        ([said("a", "gaj"), said("b", "rsj", 3)], ("gaj",), "a", "owner"),
        ([said("a", "gaj"), said("b", "rsj", 3), said("c", "mzj", 9)], ("rsj", "gaj"), "b", "owner"),
        ([said("a", "gaj"), said("b", "rsj", 3)], ("mzj",), "b", "latest"),
        ([said("b", "rsj"), said("a", "gaj")], (), "a", "latest"),
    ],
)
def test_the_rule_says_who_is_believed(several, owners, winner, rule):
    found = golden(several, owners)
    assert (found.winner.value, found.rule) == (winner, rule)
    assert len(found.losers) == len(several) - 1
    assert golden(reversed(several), owners) == found


def test_where_nobody_says_anything_nobody_is_believed():
    assert golden([]) is None
    assert isinstance(golden([said("a", "gaj")]), Golden)
