"""Which queue an item belongs to."""

import pytest

from tongban.rulebook.routing import class_for

CLASSES = {"general": ["*"], "spot": ["on-the-spot"], "farm": ["unit:nyj"], "estate": ["estate-transfer"]}


@pytest.mark.parametrize(
    ("item", "unit", "on_the_spot", "wanted"),
    [
        ("small-food-shop", "scjg", False, "general"),
        ("elderly-card", "mzj", True, "spot"),
        ("seed-filing", "nyj", True, "farm"),
        ("estate-transfer", "zrzy", True, "estate"),
        ("estate-transfer", "nyj", True, "estate"),
    ],
)
def test_the_narrowest_name_wins(item, unit, on_the_spot, wanted):
    assert class_for(CLASSES, item, unit, on_the_spot=on_the_spot) == wanted


def test_an_item_that_no_class_names_has_none():
    assert class_for({"estate": ["estate-transfer"]}, "small-food-shop", "scjg", on_the_spot=False) == ""
