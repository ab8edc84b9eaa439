"""The example county's items: complete, lawful, one for every kind of case."""

import re
import tomllib
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tongban.rulebook.basis import BasisKind
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
from tongban.rulebook.catalogue.rules.bases import every_basis
from tongban.rulebook.clock import Limit
from tongban.rulebook.kinds import KINDS
from tongban.rulebook.numbers.organisations import check_credit_code
from tongban.rulebook.plan import PlanPart, make_plan

ITEMS = Path(__file__).parents[2] / "tongban" / "items"
RESOURCES = tuple(
    one["code"] for one in tomllib.loads((ITEMS / "counties" / "990127-hall.toml").read_text("utf-8"))["resource"]
)


def load(folder: str) -> dict[str, dict[str, Any]]:
    return {path.stem: tomllib.loads(path.read_text("utf-8")) for path in sorted((ITEMS / folder).glob("*.toml"))}


DRAFTS = load("items")
FROZEN = {code: freeze(draft) for code, draft in DRAFTS.items()}
LICENCES = {code: freeze_licence_kind(draft) for code, draft in load("licence_kinds").items()}
COUNTY = load("counties")["990127"]
UNITS = {unit["code"]: unit["credit_code"] for unit in COUNTY["unit"]}
KNOWN_ITEMS = {code: known(item) for code, item in FROZEN.items()}
LICENCE_NAMES = {code: kind.name for code, kind in LICENCES.items()}
#: What a person may file.
LEAVES = [item for item in FROZEN.values() if item.leaf and item.item_class in PUBLIC_CLASSES]


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


@pytest.mark.parametrize("code", sorted(code for code, item in FROZEN.items() if item.kind == "bundle"))
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
    market = ("3wd", "市场主体登记管理条例 第十九条", "3wd", "head")
    estate = ("30wd", "不动产登记暂行条例 第二十条", "", "head")
    assert stated == {
        **dict.fromkeys(
            (
                "air-defence-review",
                "animal-epidemic",
                "drainage-permit",
                "drug-retail",
                "hygiene-licence",
                "hygiene-renewal",
                "land-planning",
                "outdoor-ad",
                "road-dig",
                "road-occupy",
                "road-transport",
                "shop-sign",
                "small-food-shop",
                "taxi-business",
                "tree-felling",
                "works-planning",
            ),
            article_42,
        ),
        "food-business-cancel": ("20wd", "行政许可法 第四十二条第一款", "", "head"),
        **dict.fromkeys(
            (
                "company-cancel",
                "company-change",
                "company-registration",
                "self-employed-cancel",
                "self-employed-change",
                "self-employed-new",
            ),
            market,
        ),
        **dict.fromkeys(
            (
                "estate-advance",
                "estate-cancel",
                "estate-change",
                "estate-correction",
                "estate-first-building",
                "estate-first-homestead",
                "estate-mortgage",
                "estate-transfer",
            ),
            estate,
        ),
        "construction-stage": ("45wd", "行政许可法 第四十二条第二款", "15wd", "government"),
        "construction-permit": ("7wd", "建筑法 第八条", "", "head"),
        "gathering-fire-check": ("10wd", "消防法 第十五条", "", "head"),
        "social-insurance-registration": ("15d", "社会保险法 第五十七条", "", "head"),
        "petition": ("60d", "信访工作条例 第三十四条", "30d", "head"),
    }


def test_special_traits_stand_where_they_belong() -> None:
    """S090, S101, S007, S010: who renews by silence, is handled elsewhere, is published first, has sub items."""
    assert {code for code, item in FROZEN.items() if item.renewal} == {
        "food-business-renewal",
        "hygiene-renewal",
        "nurse-renewal",
    }
    elsewhere: dict[str, set[str]] = {}
    for code, item in FROZEN.items():
        if item.elsewhere:
            elsewhere.setdefault(item.elsewhere, set()).add(code)
    assert elsewhere == {
        "bank-account": {"bank-account-appointment"},
        "housing-fund": {"housing-fund-registration", "housing-fund-withdrawal"},
        "province-medical-insurance": {
            "maternity-benefit",
            "medical-insurance-registration",
            "resident-medical-insurance",
        },
        "province-police": {"id-card-renewal", "id-card-replacement"},
        "province-social-security": {
            "flexible-insurance",
            "funeral-benefit",
            "social-insurance-registration",
            "unemployment-benefit",
        },
        "province-tax": {"deed-tax", "tax-confirmation"},
        "utilities": {"gas-connection", "power-connection", "water-connection"},
    }
    assert {code for code, item in FROZEN.items() if item.limits.publication} == {
        "disability-new",
        "extreme-hardship",
        "family-award",
        "minimum-living",
        "public-rental",
        "works-planning",
    }
    assert {code for code, item in FROZEN.items() if not item.leaf} == {item.parent for item in LEAVES if item.parent}
    assert {code for code, item in FROZEN.items() if "other_side" in item.signatures} == {
        "adoption-registration",
        "divorce-application",
        "divorce-registration",
        "estate-advance",
        "estate-mortgage",
        "estate-transfer",
        "marriage-registration",
        "rental-filing",
    }


def test_the_county_serves_its_people_in_depth() -> None:
    """S001, S007, S010, S015 and S136: enough of everything that a county hall really offers."""
    kinds = Counter(item.kind for item in LEAVES)
    assert len(LEAVES) >= 80
    assert len(LICENCES) >= 30
    assert kinds["filing"] >= 6
    assert kinds["registration"] >= 8
    assert kinds["bundle"] >= 4
    assert sum(item.on_the_spot is not None for item in LEAVES) >= 15
    assert sum("village" in item.stations for item in LEAVES) >= 12
    assert sum("town" in item.stations for item in LEAVES) >= 25
    assert sum(bool(item.elsewhere) for item in LEAVES) >= 6
    assert sum(not item.leaf for item in FROZEN.values()) >= 8
    asked = {one.resource for item in LEAVES for one in item.materials if one.source == "shared"}
    linked = {code for system in load("counties")["990127-systems"]["system"] for code in system.get("resources", ())}
    assert asked | linked == set(RESOURCES)


@pytest.mark.parametrize("item", LEAVES, ids=lambda item: item.code)
def test_a_leaf_says_what_an_experienced_clerk_would_ask(item: Item) -> None:
    """S006 and S059: conditions, steps, questions and materials that differ in substance from every other item's."""
    assert item.faq
    assert item.guide.conditions
    assert all(one.criteria and one.issuer for one in item.materials)
    if item.kind == "bundle":
        return
    rest = [other for other in LEAVES if other.code != item.code and other.kind != "bundle"]
    assert item.review_points not in [other.review_points for other in rest]
    assert item.faq not in [other.faq for other in rest]
    assert item.form["required"]
    assert sum(one.main for one in item.materials) >= 1


@pytest.mark.parametrize("item", LEAVES, ids=lambda item: item.code)
def test_no_leaf_is_thin(item: Item) -> None:
    """S006: conditions, materials, form, review points, steps, limits, result and questions, each with substance."""
    form = item.form["properties"]
    assert item.guide.conditions
    assert len(item.guide.flow) >= 3
    assert len(form) >= 3
    assert all(re.search("[一-鿿]", field.get("title", "")) for field in form.values())
    assert item.limits.promised is not None
    assert item.fee is None or item.fee.basis.kind is BasisKind.LAW
    assert item.faq
    if item.kind == "bundle":
        assert len(item.parts) >= 2
        return
    assert item.limits.statutory is not None or item.item_class is not ItemClass.PERMIT
    assert len(item.materials) >= 2
    assert len(item.review_points) >= 2
    assert item.result is not None


def test_eighty_leaves_ask_for_the_situation_and_it_chooses_materials() -> None:
    """S010 and S059: a situation is asked because something hangs on it."""
    asking = [item for item in LEAVES if item.situations]
    for item in asking:
        if item.kind == "bundle":
            continue  # its options are those of its parts
        whole = [item.materials_for(frozenset({option.code})) for s in item.situations for option in s.options]
        assert len({tuple(one.code for one in some) for some in whole}) > 1, item.code
    assert len(asking) >= 80


@pytest.mark.parametrize("item", LEAVES, ids=lambda item: item.code)
def test_an_answer_that_does_not_fit_is_told_in_a_sentence(item: Item) -> None:
    """A pattern means nothing to a person: it carries a sentence, and an example that fits it."""
    for name, field in item.form["properties"].items():
        if "pattern" in field:
            assert field["x-message"], name
            assert [re.fullmatch(field["pattern"], one) is not None for one in field["examples"]] == [True], name


def test_what_is_printed_on_a_licence_is_always_answered() -> None:
    """A licence with an empty line is refused when it is made: the form asks for it and insists."""
    for item in LEAVES:
        kind = LICENCES.get(item.result.licence_kind) if item.result and not item.renewal else None
        if kind is not None:
            assert {one.name for one in kind.fields} <= set(item.form["required"]), item.code


def test_opening_a_company_is_one_filing_with_seven_parts() -> None:
    """Section 4.1 of the law digest: registration, five parts side by side, the bank when all of them are done."""
    taken = FROZEN["open-company"].parts_for(frozenset({"owned"}))
    plan = make_plan(PlanPart(one.role, one.role, one.after) for one in taken)
    assert plan.levels == (("registration",), ("seal", "tax", "social", "medical", "fund"), ("bank",))


@pytest.mark.parametrize(
    ("options", "levels"),
    [
        (
            {"hospital", "married", "filed-before", "no-benefit"},
            (("certificate",), ("vaccination", "household"), ("insurance", "card")),
        ),
        (
            {"hospital", "unmarried", "not-filed", "with-benefit"},
            (("certificate", "filing"), ("vaccination", "household", "benefit"), ("insurance", "card")),
        ),
    ],
)
def test_a_newborn_gets_everything_in_the_order_of_the_papers(options: set[str], levels: Any) -> None:
    """Section 4.4: the birth certificate first; household and vaccination side by side; insurance and card last."""
    taken = FROZEN["newborn"].parts_for(frozenset(options))
    assert make_plan(PlanPart(one.role, one.role, one.after) for one in taken).levels == levels


#: Articles whose text has been read for the items; a citation outside this list is 待核 until somebody reads it.
READ = {
    "不动产登记暂行条例": "十四 十六 十七 二十",
    "人民防空法": "二十二",
    "优化营商环境条例": "十九 三十五 三十六 四十二",
    "住房公积金管理条例": "十四",
    "信访工作条例": "二十二 二十三 三十四",
    "国务院令第716号": "七",
    "城乡规划法": "三十七 三十八 四十 四十五",
    "市场主体登记管理条例": "十六 十九",
    "建筑法": "七 八 九",
    "建设工程质量管理条例": "四十九",
    "户口登记条例": "七",
    "消防法": "十一 十三 十五",
    "社会保险法": "五十七 五十八",
    "社会救助暂行办法": "九 十一 十四",
    "老年人权益保障法": "五十三",
    "行政许可法": "二十六 三十 三十二 三十四 四十二 五十 五十七",
    "食品安全法": "三十五",
}


def test_what_is_published_first_is_of_a_kind_that_can_publish() -> None:
    """A limit without the step that it times would keep every case waiting for ever."""
    steps = {code: {step.name for step in kind.steps} for code, kind in KINDS.items()}
    timed = {item.kind for item in FROZEN.values() if item.limits.publication}
    assert {kind for kind in timed if "publicise" not in steps[kind]} == set()


def test_only_an_article_that_was_read_counts_as_checked() -> None:
    """A basis is never marked as checked in passing."""
    read = {f"{name} 第{number}条" for name, numbers in READ.items() for number in numbers.split()}
    cited = {
        basis.text[: basis.text.index("条", basis.text.index(" 第")) + 1]
        for item in FROZEN.values()
        for _, basis in every_basis(item)
        if basis.kind is BasisKind.LAW and basis.verified
    }
    assert cited == read


def test_a_court_seizes_by_its_own_writ_and_nobody_else_files_it() -> None:
    item = FROZEN["court-seizure"]
    assert (item.kind, item.item_class, item.materials, item.applicants) == ("matter", ItemClass.INTERNAL, (), ())


def test_a_village_proves_only_what_its_own_books_hold() -> None:
    """S013 and S015: certificates that a village keeps; each at the village, on the spot, without a visit elsewhere."""
    proofs = [item for item in LEAVES if item.parent == "village-certificates"]
    assert {(item.level, item.stations, item.handling, item.visits) for item in proofs} == {
        (6, ("village",), "即办件", 0)
    }
    assert len(proofs) == 5


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
    assert all(promised < statutory or statutory == 0 for statutory, promised in both)
    assert len(both) >= 12
    assert sum(promised for _, promised in both) * 2 <= sum(statutory for statutory, _ in both)


def test_items_are_plain_values() -> None:
    assert all(isinstance(item, Item) for item in FROZEN.values())
    assert FROZEN["small-food-shop"] == freeze(DRAFTS["small-food-shop"])
