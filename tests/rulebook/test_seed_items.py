"""The example county's items: complete, lawful, one for every kind of case."""

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tongban.rulebook.catalogue import (
    PUBLIC_CLASSES,
    Item,
    ItemClass,
    Known,
    check,
    freeze,
    freeze_licence_kind,
    inspect,
    known,
)
from tongban.rulebook.clock import Limit
from tongban.rulebook.kinds import KINDS
from tongban.rulebook.numbers.organisations import check_credit_code

ITEMS = Path(__file__).parents[2] / "tongban" / "items"
RESOURCES = ("population", "marriage", "vehicle", "social-security", "business-registry", "estate-registry")


def load(folder: str) -> dict[str, dict[str, Any]]:
    return {path.stem: tomllib.loads(path.read_text("utf-8")) for path in sorted((ITEMS / folder).glob("*.toml"))}


DRAFTS = load("items")
FROZEN = {code: freeze(draft) for code, draft in DRAFTS.items()}
LICENCES = {code: freeze_licence_kind(draft) for code, draft in load("licence_kinds").items()}
COUNTY = load("counties")["990127"]
UNITS = {unit["code"]: unit["credit_code"] for unit in COUNTY["unit"]}
KNOWN_ITEMS = {code: known(item) for code, item in FROZEN.items()}
LICENCE_NAMES = {code: kind.name for code, kind in LICENCES.items()}


@pytest.mark.parametrize("code", sorted(DRAFTS))
def test_a_seed_item_publishes_in_the_demo_without_a_word(code: str) -> None:
    """S001: every field is there; only 待核 bases keep an item inside the demo."""
    around = Known(set(KINDS), UNITS, KNOWN_ITEMS, LICENCE_NAMES, resources=RESOURCES)
    item, complaints = inspect(DRAFTS[code], around)
    assert [str(one) for one in complaints if one.severity != "stops_outside_demo"] == []
    assert (
        check(
            DRAFTS[code],
            kinds=set(KINDS),
            known_units=UNITS,
            known_items=KNOWN_ITEMS,
            known_licence_kinds=LICENCE_NAMES,
            resources=RESOURCES,
            demo=True,
        )
        == item
    )
    assert item.code == code


def test_every_kind_of_case_and_every_class_a_county_serves_has_an_item() -> None:
    assert {item.kind for item in FROZEN.values()} == set(KINDS)
    assert {item.item_class for item in FROZEN.values()} == {*PUBLIC_CLASSES, ItemClass.APPEAL, ItemClass.INTERNAL}


def test_units_are_those_of_the_county_with_valid_credit_codes() -> None:
    owners = {item.unit: item.task_code[:18] for item in FROZEN.values() if item.task_code}
    assert {unit: UNITS[unit] for unit in owners} == owners
    assert {item.unit for item in FROZEN.values()} <= set(UNITS)
    assert all(check_credit_code(code).number == code for code in owners.values())


def test_authority_in_the_county_names_only_items_that_exist() -> None:
    """S002: nobody is empowered for an item outside the list."""
    named = {one for row in COUNTY["authority"] for one in row["items"] if one != "*" and not one.startswith("unit:")}
    assert named <= set(FROZEN)


@pytest.mark.parametrize("code", sorted(code for code, item in FROZEN.items() if item.leaf))
def test_a_seed_form_is_json_schema(code: str) -> None:
    Draft202012Validator.check_schema(dict(FROZEN[code].form))


def test_no_two_items_share_a_code() -> None:
    codes = [item.task_code for item in FROZEN.values() if item.task_code]
    assert len(set(codes)) == len(codes)


def test_a_licence_kind_is_the_result_of_an_item_and_printed_from_its_form() -> None:
    """What is printed on a licence was asked in the form of the item that grants it."""
    granted = {item.result.licence_kind for item in FROZEN.values() if item.result and item.result.licence_kind}
    assert granted == set(LICENCES)
    for item in FROZEN.values():
        if item.result and item.result.licence_kind and not item.renewal:
            printed = {one.name for one in LICENCES[item.result.licence_kind].fields}
            assert printed <= set(item.form["properties"]), item.code


def test_licence_type_codes_are_21_characters_and_unique() -> None:
    codes = [kind.type_code for kind in LICENCES.values()]
    assert {len(code) for code in codes} == {21}
    assert len(set(codes)) == len(codes)


def test_a_licence_asked_for_is_one_that_some_item_grants() -> None:
    """S059: what the house issued is re-used, never asked for on paper."""
    asked = {kind for item in FROZEN.values() for one in item.materials for kind in one.licence_kinds}
    assert asked <= {item.result.licence_kind for item in FROZEN.values() if item.result}
    assert all(one.copies == 0 for item in FROZEN.values() for one in item.materials)


def test_the_shop_of_the_first_proof_has_three_materials_and_a_village_window() -> None:
    item = FROZEN["small-food-shop"]
    assert [(one.code, one.main, one.follow_by) for one in item.materials] == [
        ("application", True, None),
        ("layout", False, None),
        ("health", False, Limit.parse("5wd")),
    ]
    assert item.limits.statutory is not None
    assert item.limits.statutory.limit == Limit.parse("20wd")
    assert item.limits.intake_silence == "deemed_accepted"
    assert "village" in item.stations
    assert [desk.power for desk in item.desks] == ["examine", "decide"]
    assert item.handling == "承诺件"


def test_the_elderly_card_is_decided_at_the_village_without_a_visit() -> None:
    """S022 and S007: three materials, on the spot, zero visits."""
    item = FROZEN["elderly-card"]
    assert (item.handling, item.visits, len(item.materials)) == ("即办件", 0, 3)
    assert item.limits.statutory is None
    assert "village" in item.stations


def test_situations_choose_the_materials() -> None:
    """S010 and S059: only what this person's case needs is listed."""
    item = FROZEN["construction-permit"]
    plain = {one.code for one in item.materials_for(frozenset({"plain"}))}
    special = {one.code for one in item.materials_for(frozenset({"special", "shelter"}))}
    assert special - plain == {"fire-design", "air-defence"}
    assert plain < special


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        (
            {"no-licence", "large", "with-sign"},
            {
                "registration": (),
                "food": ("registration",),
                "fire": ("registration",),
                "sign": ("registration",),
                "drainage": ("registration",),
            },
        ),
        ({"has-licence", "small", "no-sign"}, {"food": (), "drainage": ()}),
    ],
)
def test_the_restaurant_takes_only_the_parts_its_situation_needs(options: set[str], parts: dict[str, Any]) -> None:
    """S071: parts that are left out are not waited for."""
    taken = FROZEN["open-restaurant"].parts_for(frozenset(options))
    assert {one.role: one.after for one in taken} == parts


@pytest.mark.parametrize("code", ["open-restaurant", "construction-stage"])
def test_one_form_of_a_bundle_answers_the_forms_of_its_parts(code: str) -> None:
    """S071: a shared form; what every applicant must say for a necessary part is required in the whole."""
    bundle = FROZEN[code]
    for part in bundle.parts:
        form = FROZEN[part.item].form
        for name, field in form["properties"].items():
            whole = bundle.form["properties"][name]
            assert {**whole, "title": ""} == {**field, "title": ""}, (part.item, name)
        if not part.optional:
            assert set(form["required"]) <= set(bundle.form["required"])


def test_limits_that_the_law_sets_stand_as_the_law_sets_them() -> None:
    """One line per item: statutory limit, its article, the extension and who approves."""
    stated = {
        code: (
            str(rule.limit),
            rule.basis.text,
            str(extension.limit) if extension else "",
            item.limits.extension_approver,
        )
        for code, item in FROZEN.items()
        if (rule := item.limits.statutory) and rule.basis.verified
        for extension in [item.limits.extension]
    }
    article_42 = ("20wd", "行政许可法 第四十二条第一款", "10wd", "head")
    assert stated == {
        "small-food-shop": article_42,
        "shop-sign": article_42,
        "drainage-permit": article_42,
        "air-defence-review": article_42,
        "construction-stage": ("45wd", "行政许可法 第四十二条第二款", "15wd", "government"),
        "construction-permit": ("7wd", "建筑法 第八条", "", "head"),
        "gathering-fire-check": ("10wd", "消防法 第十五条", "", "head"),
        "company-registration": ("3wd", "市场主体登记管理条例 第十九条", "3wd", "head"),
        "estate-transfer": ("30wd", "不动产登记暂行条例 第二十条", "", "head"),
        "estate-mortgage": ("30wd", "不动产登记暂行条例 第二十条", "", "head"),
        "social-insurance-registration": ("15d", "社会保险法 第五十七条", "", "head"),
        "petition": ("60d", "信访工作条例 第三十四条", "30d", "head"),
    }


def test_special_traits_stand_where_they_belong() -> None:
    assert {code for code, item in FROZEN.items() if item.renewal} == {"food-business-renewal"}
    assert {code for code, item in FROZEN.items() if item.elsewhere} == {"social-insurance-registration"}
    assert {code for code, item in FROZEN.items() if item.limits.publication} == {"extreme-hardship"}
    assert {code for code, item in FROZEN.items() if item.on_the_spot} == {"elderly-card", "old-age-confirmation"}
    assert {code for code, item in FROZEN.items() if not item.leaf} == {"food-business"}
    assert {code for code, item in FROZEN.items() if "other_side" in item.signatures} == {
        "estate-transfer",
        "estate-mortgage",
        "rental-filing",
    }


def test_estate_registration_has_no_five_days() -> None:
    """不动产登记暂行条例 17: not refused in writing on the spot means accepted."""
    for code in ("estate-transfer", "estate-mortgage"):
        limits = FROZEN[code].limits
        assert limits.intake is not None
        assert (limits.intake.limit.amount, limits.intake_silence) == (0, "accepted_unless_refused_on_the_spot")


def test_promises_are_shorter_than_the_law() -> None:
    """S012: of the items with both limits in working days, the promise halves the law at least."""
    both = [
        (Decimal(item.limits.statutory.limit.amount), Decimal(item.limits.promised.limit.amount))
        for item in FROZEN.values()
        if item.limits.statutory
        and item.limits.promised
        and item.limits.statutory.limit.unit == item.limits.promised.limit.unit
    ]
    assert all(promised < statutory for statutory, promised in both)
    assert len(both) >= 12


def test_items_are_plain_values() -> None:
    assert all(isinstance(item, Item) for item in FROZEN.values())
    assert FROZEN["small-food-shop"] == freeze(DRAFTS["small-food-shop"])
