"""What an item answers of itself: which materials and parts a situation needs, and what others must know of it."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from tongban.rulebook.basis import design
from tongban.rulebook.catalogue import Desk, Item, KnownItem, Material, Part, freeze, known
from tongban.rulebook.clock import Limit

ITEMS = Path(__file__).parents[2] / "tongban" / "items" / "items"


def seed(code: str) -> Item:
    return freeze(tomllib.loads((ITEMS / f"{code}.toml").read_text("utf-8")))


SHOP, BUNDLE = seed("small-food-shop"), seed("open-restaurant")


def material(code: str, source: str = "applicant", *, main: bool = False, situations: tuple[str, ...] = ()) -> Material:
    return Material(code, code, source, design("测试"), main=main, situations=situations)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("options", "needed"),
    [(set(), "always"), ({"rented"}, "always lease"), ({"lent", "big"}, "always lease plan"), ({"own"}, "always")],
)
def test_a_situation_needs_its_own_materials_and_those_of_everybody(options: set[str], needed: str) -> None:
    item = replace(
        SHOP,
        materials=(
            material("always"),
            material("lease", situations=("rented", "lent")),
            material("plan", situations=("big",)),
        ),
    )
    assert " ".join(one.code for one in item.materials_for(frozenset(options))) == needed


PARTS = (
    Part("firm", "company-registration"),
    Part("food", "food-business-new", after=("firm",), optional=True, when=("food",)),
    Part("sign", "shop-sign", after=("firm", "food"), optional=True, when=("big", "loud")),
    Part("seal", "seal-filing", after=("firm", "sign")),
    Part("extra", "road-occupy", optional=True),
)


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        (set(), {"firm": "", "seal": "firm"}),
        ({"food"}, {"firm": "", "food": "firm", "seal": "firm"}),
        ({"loud"}, {"firm": "", "sign": "firm", "seal": "firm sign"}),
        ({"food", "big"}, {"firm": "", "food": "firm", "sign": "firm food", "seal": "firm sign"}),
    ],
)
def test_a_situation_needs_its_parts_and_waits_for_none_that_is_left_out(
    options: set[str], parts: dict[str, str]
) -> None:
    taken = replace(BUNDLE, parts=PARTS).parts_for(frozenset(options))
    assert {one.role: " ".join(one.after) for one in taken} == parts


def test_what_others_have_to_know_of_an_item() -> None:
    assert known(SHOP) == KnownItem(
        "small-food-shop",
        "食品小经营店登记证核发",
        "permit",
        "in_force",
        True,
        "990131002000",
        (),
        Limit.parse("10wd"),
    )
    frozen = known(replace(BUNDLE, leaf=False), "frozen")
    assert (frozen.state, frozen.leaf, frozen.parts) == ("frozen", False, BUNDLE.parts)
    without = replace(SHOP, limits=replace(SHOP.limits, promised=None))
    assert known(without).promised is None


@pytest.mark.parametrize(
    ("materials", "one_card"),
    [
        ([], False),
        ([material("form", main=True)], False),
        ([material("id", "licence")], True),
        ([material("id", "shared")], True),
        ([material("made", "made")], False),
        ([material("form", main=True), material("id", "licence")], True),
        ([material("photo"), material("id", "licence")], False),
        ([material("form", main=True), material("plan", main=True), material("id", "licence")], False),
    ],
)
def test_one_card_is_enough_where_only_the_form_itself_is_brought(materials: list[Material], one_card: bool) -> None:
    assert replace(SHOP, materials=tuple(materials)).one_card == one_card


def test_the_desk_that_decides_and_what_an_item_is_called() -> None:
    assert SHOP.deciding_desk == SHOP.desks[1]
    assert BUNDLE.deciding_desk is None
    assert replace(SHOP, desks=(Desk("a", "审", "examine"),)).deciding_desk is None
    assert (SHOP.handling, replace(SHOP, on_the_spot=design("当场")).handling) == ("承诺件", "即办件")
    assert SHOP.material("health").name == "从业人员健康证明"
    with pytest.raises(KeyError):
        SHOP.material("lease")
