"""Limits of different units held against one another: said only as far as it holds on every calendar."""

from decimal import Decimal

import pytest

from tongban.rulebook.catalogue.lengths import compare, workdays
from tongban.rulebook.clock import Limit


@pytest.mark.parametrize(
    ("limit", "fewest", "most"),
    [
        ("0wd", "0", "0"),
        ("2.5wd", "2.5", "2.5"),
        ("3m", "66", "66"),
        ("2y", "500", "500"),
        # an hour is a seventh of the shortest working day at most, a twenty-fourth of a day at least
        ("168h", "7", "24"),
        # natural days: weekends and the longest holiday may lie in them, or none of it
        ("0d", "0", "0"),
        ("7d", "0", "7"),
        ("10d", "0", "10"),
        ("16d", "3", "16"),
        ("17d", "4", "17"),
        ("28d", "13", "28"),
        ("30d", "13", "30"),
        ("31d", "14", "31"),
        ("60d", "35", "60"),
    ],
)
def test_the_fewest_and_the_most_working_days(limit: str, fewest: str, most: str) -> None:
    assert workdays(Limit.parse(limit)) == (Decimal(fewest), Decimal(most))


@pytest.mark.parametrize(
    ("shorter", "longer", "verdict"),
    [
        ("20wd", "20wd", "within"),
        ("20.5wd", "20wd", "over"),
        ("6wd 4wd", "10wd", "within"),
        ("6wd 4.5wd", "10wd", "over"),
        ("30d", "30d", "within"),
        ("10d 21d", "30d", "over"),
        ("1m", "20wd", "over"),
        ("1m", "22wd", "within"),
        ("20d", "20wd", "within"),
        ("21d", "20wd", "unclear"),
        ("60d", "20wd", "over"),
        ("60d", "35wd", "unclear"),
        ("60d", "34wd", "over"),
        ("13wd", "30d", "within"),
        ("14wd", "30d", "unclear"),
        ("31wd", "30d", "over"),
        ("30wd", "30d", "unclear"),
        ("7h", "1wd", "within"),
        ("8h", "1wd", "unclear"),
        ("25h", "1wd", "over"),
        ("1wd 7h", "2wd", "within"),
        ("1wd 8h", "2wd", "unclear"),
        ("", "0wd", "within"),
    ],
)
def test_limits_together_within_another(shorter: str, longer: str, verdict: str) -> None:
    assert compare(map(Limit.parse, shorter.split()), Limit.parse(longer)) == verdict
