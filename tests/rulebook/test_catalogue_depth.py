"""网上办理深度: the vectors of the city's own query, and what truly supports them."""

import copy
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tongban.rulebook.catalogue import Depth, compare_depth, depth, freeze, level_of, reasons_to_come

ITEMS = Path(__file__).parents[2] / "tongban" / "items" / "items"


def seed(code: str) -> dict[str, Any]:
    return copy.deepcopy(tomllib.loads((ITEMS / f"{code}.toml").read_text("utf-8")))


@pytest.mark.parametrize(
    ("values", "level"),
    [
        ((1,), "I"),
        ((1, 9), "I"),
        ((), "I"),
        ((1, 2), "II"),
        ((2, 3), "II"),
        ((3, 4), "III"),
        ((2, 3, 4, 5), "IV"),
        ((6,), "IV"),
        ((7,), "IV"),
    ],
)
def test_level_of_the_published_values(values: tuple[int, ...], level: str) -> None:
    assert level_of(values) == level


def test_an_item_that_is_online_to_the_end_reaches_the_fourth_level() -> None:
    assert compare_depth(freeze(seed("elderly-card"))) == Depth("IV", "IV")


def test_a_certificate_fetched_only_at_the_window_is_not_full_online() -> None:
    """S009.

    Given an item whose certificate can only be fetched at the window
    When depth is computed
    Then it is not counted as full online
    """
    draft = seed("elderly-card")
    draft["guide"]["delivery"] = ["window"]
    item = freeze(draft)
    assert depth(item) == "III"
    assert compare_depth(item).overstated
    assert reasons_to_come(item) == ("《老年优待证》只能到窗口领取",)


def test_an_original_that_must_be_seen_is_not_full_online() -> None:
    draft = seed("small-food-shop")
    draft["materials"][2] |= {"original": True, "why_original": "须核对防伪"}
    assert depth(freeze(draft)) == "III"


def test_a_visit_keeps_an_item_from_the_fourth_level() -> None:
    item = freeze(seed("estate-transfer"))
    assert compare_depth(item) == Depth("III", "III")
    assert not compare_depth(item).overstated


def test_claiming_nothing_is_shown_as_nothing() -> None:
    draft = seed("elderly-card")
    draft["online"]["claimed"] = []
    assert compare_depth(freeze(draft)) == Depth("IV", None)
