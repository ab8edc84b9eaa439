"""A draft becomes an item, or a whole list of precise complaints.

Each rule has a draft that breaks it, one change away from a seed draft that does not.
"""

import ast
import copy
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.rulebook.tables import assert_as_written
from tongban.rulebook.basis import Basis, BasisKind, cited, design, law
from tongban.rulebook.catalogue import (
    Complaint,
    Item,
    Known,
    KnownItem,
    LicenceKind,
    OwnedField,
    Unreadable,
    check,
    check_licence_kind,
    freeze,
    freeze_licence_kind,
    inspect,
    known,
    read_basis,
)
from tongban.rulebook.catalogue.read import read_as
from tongban.rulebook.guards import ROLE_LABELS
from tongban.rulebook.kinds import KINDS

Draft = dict[str, Any]
ROOT = Path(__file__).parents[2] / "tongban"
ITEMS = ROOT / "items" / "items"
LICENCE_KINDS = ROOT / "items" / "licence_kinds"
RESOURCES = ("population", "marriage", "vehicle", "social-security", "business-registry", "estate-registry")
OTHER_CODE = "11370800MB28559184"


def load(folder: Path) -> dict[str, Draft]:
    return {path.stem: tomllib.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.toml"))}


SEEDS = load(ITEMS)
FROZEN = {code: freeze(draft) for code, draft in SEEDS.items()}
UNITS = {draft["unit"]: draft["task_code"][:18] for draft in SEEDS.values() if "task_code" in draft}
UNITS |= {draft["unit"]: "" for draft in SEEDS.values() if draft["unit"] not in UNITS}
UPPER = {draft["catalog_code"]: draft["name"] for draft in SEEDS.values() if "catalog_code" in draft}
KNOWN_ITEMS = {code: known(item) for code, item in FROZEN.items()} | {
    "cancelled-main": KnownItem("cancelled-main", "已取消的主项", "permit", "cancelled", leaf=False),
    "cancelled-item": KnownItem("cancelled-item", "已取消的事项", "permit", "cancelled"),
    "nested": KnownItem(
        "nested",
        "套了一层的一件事",
        "bundle",
        # It holds a bundle already: one more round would be two.
        parts=freeze({**SEEDS["open-restaurant"], "parts": [{"role": "stage", "item": "construction-stage"}]}).parts,
    ),
}
KNOWN = Known(
    kinds=set(KINDS),
    units=UNITS,
    items=KNOWN_ITEMS,
    licence_kinds={code: freeze_licence_kind(draft).name for code, draft in load(LICENCE_KINDS).items()},
    upper_names=UPPER,
    cancelled_proofs=("无违法证明",),
    resources=RESOURCES,
    owned_fields=(OwnedField("register_place", ("户口登记地",), "gaj", "公安局", "population"),),
)


def put(path: str, value: Any) -> Callable[[Draft], None]:
    """Return a change of one place; ``None`` takes the key away."""

    def change(draft: Draft) -> None:
        *way, last = [int(one) if one.isdigit() else one for one in path.split("/")]
        place: Any = draft
        for one in way:
            place = place.setdefault(one, {}) if isinstance(place, dict) else place[one]
        if value is None:
            del place[last]
        else:
            place[last] = value

    return change


def both(*changes: Callable[[Draft], None]) -> Callable[[Draft], None]:
    return lambda draft: [change(draft) for change in changes] and None


def rule_time(limit: str, basis: str = "design: 测试") -> Draft:
    return {"limit": limit, "basis": basis}


SHOP, CARD, RENT, REST, NEW = "small-food-shop", "elderly-card", "rental-filing", "open-restaurant", "food-business-new"
HOME, RENEW, FIRE = "estate-transfer", "food-business-renewal", "gathering-fire-check"
NEW_MATERIAL = {
    "code": "x",
    "name": "材料",
    "source": "applicant",
    "basis": "design: 测试",
    "criteria": "齐",
    "issuer": "本人",
}

QUESTION = {
    "code": "size",
    "question": "多大？",
    "options": [{"code": "a", "label": "甲"}, {"code": "b", "label": "乙"}],
}

#: (rule, seed draft, the one change that breaks it, where the complaint points).
BROKEN: list[tuple[str, str, Callable[[Draft], None], str]] = [
    # shape
    ("shape", SHOP, put("visits", "0"), "visits"),
    ("shape", SHOP, put("publishes_results", True), "publishes_results"),
    ("shape", SHOP, put("materials/1", "布局图"), "materials[1]"),
    ("shape", SHOP, put("desks/0/power", "approve"), "desks[0].power"),
    ("shape", SHOP, put("item_class", "许 可"), "item_class"),
    ("shape", SHOP, put("name", 5), "name"),
    ("shape", SHOP, put("level", True), "level"),
    ("shape", SHOP, put("publishes_result", "yes"), "publishes_result"),
    ("shape", SHOP, put("stations", "county"), "stations"),
    ("shape", SHOP, put("stations/1", 2), "stations[1]"),
    ("shape", SHOP, put("form", ["text"]), "form"),
    ("shape", SHOP, put("result", "证"), "result"),
    ("shape", SHOP, put("limits/promised", "10wd"), "limits.promised"),
    ("shape", SHOP, put("limits/extension_approver", "mayor"), "limits.extension_approver"),
    ("shape", SHOP, put("colour", "red"), "colour"),
    ("missing", SHOP, put("materials/1/name", None), "materials[1].name"),
    ("missing", SHOP, put("level", None), "level"),
    ("missing", SHOP, put("item_class", None), "item_class"),
    ("missing", SHOP, put("materials/1/source", None), "materials[1].source"),
    ("missing", "shop-sign", put("situations", [{"code": "a", "question": "问？"}]), "situations[0].options"),
    ("limit", SHOP, put("limits/promised/limit", 10), "limits.promised.limit"),
    ("missing", SHOP, put("limits/promised/limit", None), "limits.promised.limit"),
    ("basis_missing", SHOP, put("bases/0", {"kind": "law"}), "bases[0]"),
    ("basis_missing", SHOP, put("bases/0", 5), "bases[0]"),
    ("limit", SHOP, put("limits/promised/limit", "十天"), "limits.promised.limit"),
    ("basis_missing", SHOP, put("materials/2/basis", None), "materials[2].basis"),
    ("basis_missing", SHOP, put("limits/statutory/basis", "行政许可法 第四十二条"), "limits.statutory.basis"),
    # identity
    ("code", SHOP, put("code", "Small Shop"), "code"),
    ("name", SHOP, put("name", " "), "name"),
    ("kind", SHOP, put("kind", "licence"), "kind"),
    ("kind_class", SHOP, put("item_class", "备案"), "item_class"),
    ("unit", SHOP, put("unit", "nobody"), "unit"),
    ("level", SHOP, put("level", 8), "level"),
    ("parent", SHOP, put("parent", "nothing"), "parent"),
    ("parent", SHOP, put("parent", SHOP), "parent"),
    ("parent_cancelled", SHOP, put("parent", "cancelled-main"), "parent"),
    ("parent_leaf", SHOP, put("parent", CARD), "parent"),
    ("upper_missing", SHOP, put("catalog_code", "990131009000"), "catalog_code"),
    ("upper_name", SHOP, put("name", "小店登记"), "name"),
    ("applicants", SHOP, put("applicants", []), "applicants"),
    ("stations", SHOP, put("stations", ["hamlet"]), "stations"),
    ("signatures", SHOP, put("signatures", ["friend"]), "signatures"),
    # codes
    ("catalog_code", SHOP, put("catalog_code", "99013100200"), "catalog_code"),
    ("task_code", SHOP, put("task_code", None), "task_code"),
    ("task_code", SHOP, put("task_code", "11990127MB0000019X4990131002000"), "task_code"),
    ("handle_code", SHOP, put("handle_code", SEEDS[SHOP]["task_code"] + "00"), "handle_code"),
    ("local_code", SHOP, put("local_code", "9" * 51), "local_code"),
    ("task_code_unit", SHOP, put("task_code", OTHER_CODE + "4990131002000"), "task_code"),
    ("task_code_level", SHOP, put("level", 5), "task_code"),
    ("task_code_catalog", SHOP, put("catalog_code", "990131009000"), "task_code"),
    ("handle_code_task", SHOP, put("handle_code", SEEDS[CARD]["task_code"] + "01"), "handle_code"),
    ("task_type", SHOP, put("catalog_code", "990531002000"), "catalog_code"),
    ("main_missing", SHOP, put("catalog_code", "990131008001"), "catalog_code"),
    ("handle_code_needed", SHOP, put("catalog_code", "990131003000"), "handle_code"),
    # bases
    ("bases", SHOP, put("bases", []), "bases"),
    ("permit_basis", SHOP, put("bases", ["design: 我们觉得需要"]), "bases"),
    ("article_missing", SHOP, put("bases/0", "law: 食品安全法"), "bases[0]"),
    ("unchecked", "gathering-fire-check", put("bases/0", "unchecked: 消防法 第十五条"), "bases[0]"),
    # promises
    ("promise_kind", HOME, put("promise", SEEDS[FIRE]["promise"]), "promise"),
    ("promise_option", FIRE, put("promise/option", "quick"), "promise.option"),
    ("promise_letter", FIRE, put("promise/letter", "plan"), "promise.letter"),
    ("promise_letter", FIRE, put("promise/letter", "nothing"), "promise.letter"),
    ("promise_consequence", FIRE, put("promise/consequence", " "), "promise.consequence"),
    ("promise_check", FIRE, put("promise/check_within/limit", "0wd"), "promise.check_within"),
    ("promise_barred", FIRE, put("promise/barred_months", -1), "promise.barred_months"),
    # limits
    ("limit_missing", SHOP, put("limits/promised", None), "limits.promised"),
    ("limit_missing", SHOP, put("limits/delivery", None), "limits.delivery"),
    ("promise_over_law", SHOP, put("limits/promised", rule_time("21wd")), "limits.promised.limit"),
    ("promise_over_law", SHOP, put("limits/promised", rule_time("1m")), "limits.promised.limit"),
    ("promise_over_law", SHOP, put("limits/promised", rule_time("60d")), "limits.promised.limit"),
    ("promise_unclear", SHOP, put("limits/promised", rule_time("28d")), "limits.promised.limit"),
    ("intake_over_law", SHOP, put("limits/intake/limit", "6wd"), "limits.intake.limit"),
    ("statutory_over_law", SHOP, put("limits/statutory/limit", "21wd"), "limits.statutory.limit"),
    ("extension_over_law", SHOP, put("limits/extension/limit", "11wd"), "limits.extension.limit"),
    ("delivery_over_law", SHOP, put("limits/delivery/limit", "11wd"), "limits.delivery.limit"),
    ("extension_approver", SHOP, put("limits/extension_approver", "government"), "limits.extension_approver"),
    ("extension_approver", "construction-stage", put("limits/extension_approver", "head"), "limits.extension_approver"),
    ("statutory_over_law", "construction-stage", put("limits/statutory/limit", "46wd"), "limits.statutory.limit"),
    ("intake_silence", SHOP, put("limits/intake_silence", "none"), "limits.intake_silence"),
    ("spot_basis", CARD, put("on_the_spot", None), "on_the_spot"),
    ("spot_promise", CARD, put("limits/promised/limit", "1wd"), "limits.promised.limit"),
    ("spot_desks", CARD, lambda d: d["desks"].insert(0, {"code": "a", "name": "审", "power": "examine"}), "desks"),
    ("spot_proceedings", CARD, put("proceedings", ["site_check"]), "proceedings"),
    ("spot_visits", CARD, put("visits", 2), "visits"),
    ("desks", SHOP, put("desks", []), "desks"),
    ("desks", REST, put("desks", SEEDS[SHOP]["desks"]), "desks"),
    ("desk_powers", SHOP, put("desks/0/power", "decide"), "desks"),
    ("desk_codes", SHOP, put("desks/0/code", "decide"), "desks"),
    ("desk_sum", SHOP, put("desks/1/limit/limit", "5wd"), "desks"),
    ("proceeding", SHOP, put("proceedings/0", "lunch"), "proceedings[0]"),
    ("proceeding", SHOP, put("proceedings", ["testing", "hearing"]), "pausing[1]"),
    ("pause", SHOP, put("pausing/0", "site_check"), "pausing[0]"),
    ("publication", "extreme-hardship", put("limits/publication", None), "limits.publication"),
    ("renewal", RENEW, put("renewal", False), "renewal"),
    ("renewal", RENEW, put("limits/renewal_closes", None), "limits.renewal_closes"),
    ("renewal", CARD, put("renewal", True), "renewal"),
    (
        "renewal_window",
        RENEW,
        put("limits/renewal_closes/basis", "law: 行政许可法 第五十条"),
        "limits.renewal_closes.basis",
    ),
    ("filing_clock", RENT, put("limits/statutory", rule_time("3wd")), "limits.statutory"),
    ("filing_clock", RENT, both(put("proceedings", ["hearing"]), put("pausing", ["hearing"])), "pausing"),
    ("filing_refusal", RENT, put("guide/flow/1", "符合条件的批准，否则不予备案"), "guide.flow"),
    (
        "inner_result",
        "late-step-supervision",
        put("result", {"name": "证", "form": "证", "licence_kind": "elderly-card"}),
        "result",
    ),
    # one datum, one source
    (
        "field_owned",
        SHOP,
        put("form/properties/from", {"type": "string", "title": "户口登记地(省)"}),
        "form.properties.from",
    ),
    # materials and situations
    ("materials", SHOP, put("materials", []), "materials"),
    ("main_material", SHOP, put("materials/0/main", False), "materials"),
    ("material_name", SHOP, put("materials/0/name", ""), "materials[0].name"),
    ("main_follows", SHOP, put("materials/0/follow_by", "5wd"), "materials[0].follow_by"),
    ("follow_by", SHOP, put("materials/2/follow_by", "0wd"), "materials[2].follow_by"),
    ("why_original", SHOP, put("materials/1/original", True), "materials[1].why_original"),
    ("cancelled_proof", SHOP, put("materials/1/name", "无违法证明"), "materials[1].name"),
    ("formats", SHOP, put("materials/1/formats", ["docx"]), "materials[1].formats"),
    ("copies", SHOP, put("materials/1/copies", -1), "materials[1].copies"),
    ("held_already", SHOP, put("materials/1/name", "营业执照"), "materials[1].source"),
    ("held_already", NEW, put("materials/1/source", "applicant"), "materials[1].source"),
    ("shareable", SHOP, put("materials/1/name", "经营者居民身份证复印件"), "materials[1].source"),
    ("material_criteria", SHOP, put("materials/1/criteria", ""), "materials[1].criteria"),
    ("material_issuer", SHOP, put("materials/1/issuer", ""), "materials[1].issuer"),
    ("paper_again", NEW, put("materials/1/copies", 1), "materials[1]"),
    ("paper_again", CARD, put("materials/1/original", True), "materials[1]"),
    ("follow_source", NEW, put("materials/1/follow_by", "5wd"), "materials[1].follow_by"),
    ("licence_kind", NEW, put("materials/1/licence_kinds", []), "materials[1].licence_kinds"),
    ("licence_kind", NEW, put("materials/1/licence_kinds", ["nothing"]), "materials[1].licence_kinds"),
    ("resource", CARD, put("materials/1/resource", "gossip"), "materials[1].resource"),
    ("code_twice", SHOP, put("materials/1/code", "application"), "materials"),
    ("code_twice", SHOP, put("situations", [QUESTION, {**QUESTION, "question": "再问？"}]), "situations"),
    ("parts_twice", REST, both(put("parts/1/role", "drainage"), put("parts/3/role", "fire")), "parts"),
    ("pause", SHOP, put("pausing/0", "lunch"), "pausing[0]"),
    ("situation", NEW, put("materials/4/situations", ["kiosk"]), "materials[4].situations"),
    ("situation_options", NEW, put("situations/0/options", []), "situations[0]"),
    ("situation_unused", NEW, put("materials/4/situations", []), "situations[0]"),
    # form
    ("form", SHOP, put("form", None), "form"),
    ("form_dialect", SHOP, put("form/$schema", "http://json-schema.org/draft-07/schema#"), "form.$schema"),
    ("form_type", SHOP, put("form/type", "array"), "form.type"),
    ("form_type", SHOP, put("form/properties/owner/type", "text"), "form.properties.owner.type"),
    ("form_type", SHOP, put("form/properties/owner", "string"), "form.properties.owner"),
    ("form_title", SHOP, put("form/properties/owner/title", "Owner"), "form.properties.owner.title"),
    ("form_keyword", SHOP, put("form/properties/owner/maxLenght", 3), "form.properties.owner.maxLenght"),
    ("form_items", SHOP, put("form/properties/owner/type", "array"), "form.properties.owner.items"),
    ("form_properties", SHOP, put("form/properties", {}), "form.properties"),
    ("form_required", SHOP, put("form/required", ["nobody"]), "form.required"),
    ("form_required", SHOP, put("form/required", "owner"), "form.required"),
    (
        "form_type",
        SHOP,
        put("form/properties/owner", {"type": "array", "title": "人", "items": "string"}),
        "form.properties.owner.items",
    ),
    (
        "form_properties",
        SHOP,
        put("form/properties/owner", {"type": "object", "title": "人"}),
        "form.properties.owner.properties",
    ),
    (
        "form_required",
        SHOP,
        put(
            "form/properties/owner",
            {
                "type": "object",
                "title": "人",
                "required": ["b"],
                "properties": {"a": {"type": "string", "title": "甲"}},
            },
        ),
        "form.properties.owner.required",
    ),
    ("form_title", SHOP, put("form/properties/owner/title", 5), "form.properties.owner.title"),
    ("form_enum", SHOP, put("form/properties/owner/enum", []), "form.properties.owner.enum"),
    ("form_enum", SHOP, put("form/properties/owner/enum", "甲"), "form.properties.owner.enum"),
    ("form_pattern", SHOP, put("form/properties/owner/pattern", 5), "form.properties.owner.pattern"),
    ("form_count", SHOP, put("form/properties/owner/minLength", "1"), "form.properties.owner.minLength"),
    ("form_count", SHOP, put("form/properties/owner/minItems", True), "form.properties.owner.minItems"),
    ("form_pattern", SHOP, put("form/properties/owner/pattern", "["), "form.properties.owner.pattern"),
    ("form_count", SHOP, put("form/properties/owner/maxLength", -1), "form.properties.owner.maxLength"),
    # result and fee
    ("result", SHOP, put("result", None), "result"),
    ("result_form", SHOP, put("result/form", "批文"), "result.form"),
    ("result_form", "shop-sign", put("result/form", "证"), "result.form"),
    ("result_name", SHOP, put("result/name", ""), "result.name"),
    ("result_sample", SHOP, put("result/sample", ""), "result.sample"),
    ("result_filing", RENT, put("result/form", "文"), "result.form"),
    ("result_filing", SHOP, put("result/form", "备案证明"), "result.form"),
    ("result_licence", SHOP, put("result/licence_kind", "nothing"), "result.licence_kind"),
    ("result_licence", SHOP, put("result/licence_kind", ""), "result.licence_kind"),
    ("result_months", SHOP, put("result/valid_months", 0), "result.valid_months"),
    ("publishes_result", SHOP, put("publishes_result", False), "publishes_result"),
    ("payment", SHOP, put("guide/online_payment", True), "guide.online_payment"),
    ("fee_basis", HOME, put("fee/basis", "unchecked-document: 收费标准文件"), "fee.basis"),
    ("fee_amount", HOME, both(put("fee/amount_fen", 0), put("fee/standard", "")), "fee.amount_fen"),
    ("fee_name", HOME, put("fee/name", ""), "fee.name"),
    ("fee_waiver", HOME, put("fee/waiver_basis", None), "fee.waiver_basis"),
    # visits and depth
    ("visits", SHOP, put("visits", -1), "visits"),
    ("visit_reason", HOME, put("visit_reason", ""), "visit_reason"),
    ("zero_visits", SHOP, both(put("online", {}), put("guide/delivery", ["window"])), "visits"),
    ("whole_way", SHOP, both(put("visits", 1), put("visit_reason", "要看现场")), "online.handle"),
    ("depth_code", SHOP, put("online/claimed", [0]), "online.claimed"),
    ("claimed_visits", HOME, put("online/claimed", [5]), "online.claimed"),
    ("depth_overstated", "old-age-confirmation", put("online/claimed", [4]), "online.claimed"),
    # guide
    ("guide_conditions", SHOP, put("guide/conditions", []), "guide.conditions"),
    ("guide_quantity", SHOP, put("guide/quantity", ""), "guide.quantity"),
    ("guide_flow", SHOP, put("guide/flow", ["办理"]), "guide.flow"),
    ("guide_sample_form", SHOP, put("guide/sample_form", ""), "guide.sample_form"),
    ("review_points", SHOP, put("review_points", []), "review_points"),
    ("place", SHOP, put("guide/place", "示例县城"), "guide.place"),
    ("hours", SHOP, put("guide/hours", "09:00-12:00"), "guide.hours"),
    ("phone", SHOP, put("guide/consult_phone", "0000101"), "guide.consult_phone"),
    ("phones_same", SHOP, put("guide/complaint_phone", SEEDS[SHOP]["guide"]["consult_phone"]), "guide.complaint_phone"),
    ("delivery", SHOP, put("guide/delivery", ["pigeon"]), "guide.delivery"),
    ("topics", SHOP, put("guide/topics_legal", []), "guide.topics_legal"),
    ("topics", CARD, put("guide/topics_legal", ["准营准办"]), "guide.topics_legal"),
    ("faq", SHOP, put("faq", []), "faq"),
    ("faq", SHOP, put("faq/0/answer", ""), "faq[0]"),
    # parts
    ("parts_kind", SHOP, put("parts", SEEDS[REST]["parts"]), "parts"),
    ("parts_few", REST, put("parts", SEEDS[REST]["parts"][:1]), "parts"),
    (
        "parts_optional",
        "construction-stage",
        both(put("parts/2/optional", True), put("parts/2/condition", "想办")),
        "parts",
    ),
    ("parts_twice", REST, put("parts/2/role", "food"), "parts"),
    ("part_missing", REST, put("parts/1/item", "nothing"), "parts[1].item"),
    ("part_not_in_force", REST, put("parts/1/item", "cancelled-item"), "parts[1].item"),
    ("part_leaf", REST, put("parts/1/item", "food-business"), "parts[1].item"),
    ("part_nested", REST, put("parts/1/item", "nested"), "parts[1].item"),
    ("part_after", REST, put("parts/1/after", ["nobody"]), "parts[1].after"),
    ("part_when", REST, put("parts/2/when", ["huge"]), "parts[2].when"),
    ("part_condition", REST, put("parts/2/condition", ""), "parts[2].condition"),
    ("part_circle", REST, put("parts/0/after", ["food"]), "parts"),
    ("bundle_promise", REST, put("limits/promised/limit", "8wd"), "limits.promised.limit"),
]
#: Rules that speak of what should be known but hinder nothing, or nothing in a demo.
WARNS = {
    "bundle_promise",
    "depth_overstated",
    "field_owned",
    "local_code",
    "main_missing",
    "material_criteria",
    "material_issuer",
    "shareable",
    "situation_unused",
}
OUTSIDE_DEMO = {"unchecked"}


#: (rule, seed draft, a change that goes as far as the rule lets it).
ALLOWED: list[tuple[str, str, Callable[[Draft], None]]] = [
    ("code", SHOP, put("code", "small-shop-2")),
    ("level", SHOP, put("level", 1)),
    ("level", SHOP, put("level", 7)),
    ("local_code", SHOP, put("local_code", "9" * 50)),
    ("task_code", SHOP, both(put("task_code", None), put("item_class", "内部"))),
    ("handle_code", SHOP, put("visits", 1)),
    ("handle_code_task", SHOP, put("handle_code", SEEDS[SHOP]["task_code"] + "01")),
    ("handle_code_needed", SHOP, both(put("catalog_code", "990131003000"), put("handle_code", "1"))),
    ("task_type", SHOP, put("catalog_code", "997731002000")),
    ("main_missing", SHOP, put("catalog_code", "990131003001")),
    ("main_missing", SHOP, put("catalog_code", "99013100800")),
    ("upper_missing", SHOP, put("catalog_code", None)),
    ("upper_name", SHOP, put("catalog_code", None)),
    ("permit_basis", SHOP, put("bases", ["design: 我们觉得需要", "unchecked-document: 某通知"])),
    ("permit_basis", RENT, put("bases", ["design: 我们觉得需要"])),
    ("article_missing", SHOP, put("bases/0", "unchecked: 食品安全法")),
    ("article_missing", SHOP, put("bases/0", "document: 某通知")),
    ("article_missing", SHOP, put("bases/0", "law: 食品安全法 第一百二十三条")),
    ("promise_barred", FIRE, put("promise/barred_months", 0)),
    ("promise_check", FIRE, put("promise/check_within/limit", "0.5wd")),
    ("promise_over_law", SHOP, put("limits/promised", rule_time("20wd"))),
    ("promise_unclear", SHOP, put("limits/promised", rule_time("20d"))),
    ("intake_over_law", SHOP, put("limits/intake/limit", "5wd")),
    ("statutory_over_law", SHOP, put("limits/statutory", rule_time("90wd", "law: 药品管理法 第四十一条"))),
    ("extension_over_law", SHOP, put("limits/extension", rule_time("30wd", "law: 药品管理法 第四十一条"))),
    ("delivery_over_law", SHOP, put("limits/delivery/limit", "10wd")),
    ("statutory_over_law", "construction-stage", put("limits/statutory/limit", "45wd")),
    ("intake_silence", RENT, put("limits/intake_silence", "none")),
    ("limit_missing", SHOP, both(put("limits", {}), put("leaf", False))),
    ("spot_visits", CARD, put("visits", 1)),
    ("desks", SHOP, put("desks", [{"code": "d", "name": "决定", "power": "decide"}])),
    (
        "desks",
        SHOP,
        put(
            "desks",
            [{"code": f"d{n}", "name": "审", "power": "examine" if n < 4 else "decide"} for n in range(1, 5)],
        ),
    ),
    ("desk_sum", SHOP, put("desks/1/limit/limit", "4wd")),
    ("renewal_window", RENEW, put("limits/renewal_closes", rule_time("30wd", "law: 行政许可法 第五十条"))),
    ("renewal_window", RENEW, put("limits/renewal_closes", rule_time("20wd", "law: 某条例 第九条"))),
    ("filing_clock", RENT, put("limits/promised", rule_time("3wd"))),
    ("inner_result", "late-step-supervision", put("result", {"name": "无", "form": "无"})),
    (
        "field_owned",
        SHOP,
        both(put("unit", "gaj"), put("form/properties/from", {"type": "string", "title": "户口登记地"})),
    ),
    ("follow_by", SHOP, put("materials/2/follow_by", "0.5wd")),
    ("main_follows", SHOP, put("materials/2/follow_by", "30wd")),
    ("why_original", SHOP, both(put("materials/1/original", True), put("materials/1/why_original", "要看印章"))),
    ("copies", SHOP, put("materials/1/copies", 0)),
    ("formats", SHOP, put("materials/1/formats", ["png"])),
    ("materials", SHOP, both(put("materials", []), put("leaf", False))),
    ("situation_options", SHOP, put("situations", [QUESTION])),
    ("situation_unused", SHOP, both(put("situations", [QUESTION]), put("materials/1/situations", ["b"]))),
    ("situation_unused", REST, put("situations", [QUESTION])),
    ("form", SHOP, both(put("form", {}), put("leaf", False))),
    ("form_dialect", SHOP, put("form/$schema", "https://json-schema.org/draft/2020-12/schema")),
    ("form_type", SHOP, put("form/properties/owner", {"title": "经营者", "enum": ["甲"]})),
    ("form_type", SHOP, put("form/properties/owner", {"title": "经营者", "const": "甲"})),
    ("form_title", SHOP, put("form/properties/owner/title", "经营者 owner")),
    ("form_items", SHOP, put("form/properties/owner", {"type": "array", "title": "人", "items": {"type": "string"}})),
    ("form_title", SHOP, put("form/properties/owner", {"type": "array", "title": "人", "items": {"type": "string"}})),
    ("form_count", SHOP, put("form/properties/owner/maxLength", 0)),
    ("form_keyword", SHOP, put("form/properties/owner/x-message", "请填写")),
    ("result", SHOP, both(put("result", None), put("leaf", False))),
    ("result_form", SHOP, put("result/name", "小店登记")),
    ("result_form", SHOP, put("result", {"name": "小店证", "form": "无"})),
    ("result_name", SHOP, put("result", {"name": "", "form": "无"})),
    ("result_sample", SHOP, put("result", {"name": "", "form": "无"})),
    ("result_filing", RENT, put("result", {"name": "", "form": "无"})),
    ("result_licence", SHOP, both(put("result/licence_kind", ""), put("elsewhere", "market"))),
    ("result_months", SHOP, put("result/valid_months", 1)),
    ("publishes_result", SHOP, both(put("publishes_result", False), put("leaf", False))),
    ("publishes_result", RENT, put("publishes_result", False)),
    ("fee_amount", HOME, put("fee/amount_fen", 1)),
    ("fee_amount", HOME, both(put("fee/amount_fen", 0), put("fee/standard", "按面积"))),
    ("fee_waiver", HOME, both(put("fee/waivable", False), put("fee/waiver_basis", None))),
    ("visits", SHOP, put("visits", 0)),
    ("zero_visits", SHOP, put("online", {})),
    ("claimed_visits", HOME, put("online/claimed", [2])),
    ("depth_code", SHOP, put("online/claimed", [1, 9])),
    ("guide_flow", SHOP, put("guide/flow", ["受理", "办理"])),
    ("guide_conditions", SHOP, both(put("guide", {}), put("leaf", False))),
    ("review_points", REST, put("review_points", [])),
    ("place", SHOP, put("guide/place", "示例县政务服务中心办事大厅")),
    ("phone", SHOP, put("guide/consult_phone", "010-12345678")),
    ("delivery", SHOP, put("guide/delivery", ["mail"])),
    ("delivery", SHOP, both(put("guide/delivery", []), put("result", {"name": "", "form": "无"}))),
    ("topics", SHOP, both(put("applicants", ["natural"]), put("guide/topics_legal", []))),
    ("parts_optional", REST, put("parts/0/optional", False)),
    ("part_when", REST, put("parts/2/when", [])),
    ("bundle_promise", REST, put("limits/promised/limit", "60wd")),
]


def complaints_of(draft: Draft) -> tuple[Complaint, ...]:
    return inspect(draft, KNOWN)[1]


def verdict(draft: Draft, *, demo: bool = True) -> Item | tuple[Complaint, ...]:
    return check(
        draft,
        kinds=KNOWN.kinds,
        known_units=KNOWN.units,
        known_items=KNOWN.items,
        known_licence_kinds=KNOWN.licence_kinds,
        upper_names=KNOWN.upper_names,
        cancelled_proofs=KNOWN.cancelled_proofs,
        resources=KNOWN.resources,
        demo=demo,
    )


@pytest.mark.parametrize(("rule", "seed", "change", "where"), BROKEN, ids=[f"{r}-{s}-{w}" for r, s, _, w in BROKEN])
def test_a_rule_when_broken_complains_where_and_why_and_is_silent_before(
    rule: str, seed: str, change: Callable[[Draft], None], where: str
) -> None:
    draft = copy.deepcopy(SEEDS[seed])
    before = {(one.rule, one.where) for one in complaints_of(draft)}
    change(draft)

    found = [one for one in complaints_of(draft) if (one.rule, one.where) == (rule, where)]

    assert (rule, where) not in before
    assert found
    for one in found:
        assert one.severity == ("warns" if rule in WARNS else "stops_outside_demo" if rule in OUTSIDE_DEMO else "stops")
        assert all((one.what, one.why, one.how))
    stopped = any(one.severity == "stops" for one in complaints_of(draft))
    assert isinstance(verdict(draft), Item) == (not stopped)


@pytest.mark.parametrize(("rule", "seed", "change"), ALLOWED, ids=[f"{r}-{s}" for r, s, _ in ALLOWED])
def test_a_rule_is_silent_up_to_its_bound(rule: str, seed: str, change: Callable[[Draft], None]) -> None:
    draft = copy.deepcopy(SEEDS[seed])
    change(draft)
    assert [one.what for one in complaints_of(draft) if one.rule == rule] == []


def test_what_is_told_to_whoever_breaks_a_rule() -> None:
    """Each complaint whole, what, why and how, and all that one mistake brings about."""
    lines = []
    for rule, seed, change, _ in BROKEN:
        draft = copy.deepcopy(SEEDS[seed])
        before = set(complaints_of(draft))
        change(draft)
        lines += ["", f"# {rule}: {draft.get('code', seed)}"]
        lines += [f"{one.severity} {one.rule} | {one}" for one in complaints_of(draft) if one not in before]
    lines += ["", "# an empty draft", *(f"{one.severity} {one.rule} | {one}" for one in complaints_of({}))]
    assert_as_written("complaints.txt", lines[1:])


def test_an_item_asks_those_to_sign_whom_a_case_can_have_as_parties() -> None:
    for role in (*ROLE_LABELS, "guardian", "friend"):
        told = complaints_of({**SEEDS[SHOP], "signatures": [role]})
        assert bool([one for one in told if one.rule == "signatures"]) == (role not in ROLE_LABELS)


def test_every_rule_in_the_code_has_a_draft_that_breaks_it() -> None:
    """S001: no rule is only believed."""
    named = set()
    for path in (ROOT / "rulebook" / "catalogue").rglob("*.py"):
        if path.name == "licence_kind.py":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "rule" and isinstance(node.value, ast.Constant):
                named.add(node.value.value)
    assert named - {rule for rule, *_ in BROKEN} == set()


def test_all_complaints_come_in_one_go() -> None:
    """Whoever mends a draft is told once, and whole; a place that cannot be read hides no other."""
    draft = copy.deepcopy(SEEDS[SHOP])
    put("materials/0/basis", None)(draft)
    put("limits/promised", rule_time("30wd"))(draft)
    put("limits/delivery/limit", "soon")(draft)
    put("guide/hours", "每天")(draft)
    put("fee", {"name": "工本费", "amount_fen": 1000, "basis": "local: 示例县收费通知"})(draft)

    found = verdict(draft)

    assert isinstance(found, tuple)
    stops = {(one.where, one.rule) for one in found if one.severity == "stops"}
    assert stops == {
        ("materials[0].basis", "basis_missing"),
        ("limits.promised.limit", "promise_over_law"),
        ("limits.delivery.limit", "limit"),
        ("guide.hours", "hours"),
        ("fee.basis", "fee_basis"),
    }


def test_an_empty_draft_is_told_everything_and_breaks_nothing() -> None:
    found = verdict({})
    assert isinstance(found, tuple)
    assert {"code", "name", "kind", "item_class", "unit", "level"} <= {one.where for one in found}


@pytest.mark.parametrize("value", [None, 1, "x", [], [[]], {"a": 1}, {"limit": None}, True])
@pytest.mark.parametrize("field", [*sorted(SEEDS[REST]), "materials", "desks", "fee", "result"])
def test_any_rubbish_in_any_field_is_answered_with_complaints_or_an_item(field: str, value: Any) -> None:
    draft = {**copy.deepcopy(SEEDS[REST]), field: value}
    answer = verdict(draft)
    assert isinstance(answer, Item) or all(isinstance(one, Complaint) for one in answer)


def test_a_promise_in_other_units_within_the_law_on_any_calendar_passes() -> None:
    """S012: halves and hours are allowed; 12 natural days are never more than 20 working days."""
    for limit in ("20wd", "17.5wd", "0.5wd", "4h", "12d"):
        draft = copy.deepcopy(SEEDS[SHOP])
        draft["limits"]["promised"] = rule_time(limit)
        draft["desks"] = [{"code": "decide", "name": "决定", "power": "decide"}]
        assert isinstance(verdict(draft), Item), limit


def test_an_unverified_basis_publishes_in_a_demo_only() -> None:
    assert isinstance(verdict(SEEDS[SHOP], demo=True), Item)
    found = verdict(SEEDS[SHOP], demo=False)
    assert isinstance(found, tuple)
    assert {one.severity for one in found} == {"stops_outside_demo"}
    assert all("待核" in one.what for one in found)


def test_a_name_that_differs_from_the_upper_list_is_refused_and_the_difference_shown() -> None:
    """S001.

    Given an item whose name differs from the upper-level list
    When it is published
    Then it is refused and the difference shown
    """
    found = verdict({**SEEDS[SHOP], "name": "小经营店备案"})
    assert isinstance(found, tuple)
    (told,) = [one for one in found if one.rule == "upper_name"]
    assert told.what == "本县名称“小经营店备案”与上级目录“食品小经营店登记证核发”不一致"


def test_a_promise_longer_than_the_law_is_refused() -> None:
    """S012.

    Given promised > legal
    When saving
    Then it is refused
    """
    draft = copy.deepcopy(SEEDS[SHOP])
    draft["limits"]["promised"]["limit"] = "25wd"
    found = verdict(draft)
    assert isinstance(found, tuple)
    assert [one.where for one in found if one.rule == "promise_over_law"] == ["limits.promised.limit"]


def test_a_circle_of_parts_is_named_by_item_with_ways_out() -> None:
    draft = copy.deepcopy(SEEDS[REST])
    draft["parts"][0]["after"] = ["food"]
    (told,) = [one for one in complaints_of(draft) if one.rule == "part_circle"]
    assert "企业设立登记" in told.what
    assert "食品经营许可（新办）" in told.what
    assert told.how


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("law: 行政许可法 第四十二条", law("行政许可法 第四十二条")),
        ("unchecked: 某法", Basis(BasisKind.LAW, "某法")),
        ("unchecked-local: 某办法", Basis(BasisKind.LOCAL, "某办法")),
        ("design: 抽查", Basis(BasisKind.DESIGN, "设计:抽查", verified=True)),
        ({"kind": "document", "text": "某文", "source": "某部"}, Basis(BasisKind.DOCUMENT, "某文", "某部")),
        (
            {"kind": "law", "text": "某法 第一条", "source": "文本", "verified": True},
            Basis(BasisKind.LAW, "某法 第一条", "文本", verified=True),
        ),
    ],
)
def test_a_basis_is_read_as_written(written: Any, read: Basis) -> None:
    assert read_basis(written) == read


@pytest.mark.parametrize(
    "written", ["行政许可法 第四十二条", "law:", "rumour: 听说", {"kind": "law"}, {"text": "某法"}, 5, None]
)
def test_a_basis_without_kind_or_text_is_not_read(written: Any) -> None:
    with pytest.raises(ValueError):
        read_basis(written)


def test_freezing_a_draft_of_the_wrong_shape_is_refused_with_the_complaints() -> None:
    with pytest.raises(Unreadable) as refused:
        freeze({**SEEDS[SHOP], "visits": "none"})
    assert [one.where for one in refused.value.complaints] == ["visits"]


def test_a_licence_kind_with_a_wrong_definer_is_refused() -> None:
    draft = load(LICENCE_KINDS)["elderly-card"]
    with pytest.raises(Unreadable) as refused:
        freeze_licence_kind({**draft, "definer": "11990127MB0000019X", "serial": "1"})
    assert [one.where for one in refused.value.complaints] == ["definer", "serial"]


WRONG_CHECK = "统一社会信用代码的校验位（第18位）对不上，有一位抄错或两位写颠倒了，请对照营业执照或登记证书逐位核对"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({}, []),
        ({"serial": "999", "valid_months": 1}, []),
        (
            {"definer": "11990127MB0000019X"},
            [
                "definer：统一社会信用代码的校验位（第18位）对不上，有一位抄错或两位写颠倒了，请对照营业执照或登记证书逐位核对"
            ],
        ),
        ({"serial": "01"}, ["serial：顺序号 '01' 不是3位数字"]),
        ({"serial": "00１"}, ["serial：顺序号 '00１' 不是3位数字"]),
        ({"serial": "0a1"}, ["serial：顺序号 '0a1' 不是3位数字"]),
        ({"fields": []}, ["fields：证照上没有任何栏目"]),
        ({"valid_months": 0}, ["valid_months：有效期须为正数"]),
        ({"valid_months": -1}, ["valid_months：有效期须为正数"]),
    ],
)
def test_what_a_kind_of_licence_must_say(change: Draft, told: list[str]) -> None:
    kind, complaints = read_as(LicenceKind, {**load(LICENCE_KINDS)["elderly-card"], **change})
    assert complaints == ()
    found = check_licence_kind(kind)
    assert [f"{one.where}：{one.what}" for one in found] == told
    why = "GB/T 36904-2018：证照类型代码由定义机构统一社会信用代码18位和顺序号3位组成"
    rest = {
        "definer": (why, "改正定义机构代码"),
        "serial": (why, "写成 001 至 999"),
        "fields": ("证照须载明事项", "列出栏目"),
        "valid_months": ("证照有效期", "写月数；长期有效的删去"),
    }
    for one in found:
        assert (one.severity, one.rule, one.why, one.how) == ("stops", one.where, *rest[one.where])


def test_a_kind_of_licence_is_numbered_by_its_definer() -> None:
    kind = freeze_licence_kind(load(LICENCE_KINDS)["elderly-card"])
    assert kind.type_code == kind.definer + kind.serial
    assert len(kind.type_code) == 21


MARKS = ("law", "unchecked", "document", "unchecked-document", "local", "unchecked-local", "design")


@pytest.mark.parametrize(
    ("written", "why"),
    [
        (5, "依据要写成“种类: 文字”"),
        ({"kind": "rumour", "text": "听说"}, "依据要写明种类 kind(law、document、local、design)和文字 text"),
        ({"kind": "law", "text": " "}, "依据要写明种类 kind(law、document、local、design)和文字 text"),
        ({"kind": "law", "text": 5}, "依据要写明种类 kind(law、document、local、design)和文字 text"),
        (
            "rumour: 听说",
            f"依据要写成“种类: 文字”，种类为 {'、'.join(MARKS)} 之一",
        ),
    ],
)
def test_a_basis_that_is_not_read_says_how_it_is_written(written: Any, why: str) -> None:
    with pytest.raises(ValueError) as no:
        read_basis(written)
    assert str(no.value) == why


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (" law : 某法: 第一条 ", law("某法: 第一条")),
        ("document: 某文", Basis(BasisKind.DOCUMENT, "某文", "公开文件", verified=True)),
        ("unchecked-document: 某文", Basis(BasisKind.DOCUMENT, "某文")),
        ("local: 某文", Basis(BasisKind.LOCAL, "某文", "本县公开文件", verified=True)),
        ({"kind": "local", "text": " 某文 ", "verified": "yes"}, Basis(BasisKind.LOCAL, "某文")),
    ],
)
def test_a_basis_is_read_without_the_spaces_around_it(written: Any, read: Basis) -> None:
    assert read_basis(written) == read


def test_a_bundle_that_one_part_ends_is_promised_as_its_shortest_way() -> None:
    """Where any part is enough the whole may be promised sooner than the longest way."""
    draft = copy.deepcopy(SEEDS[REST])
    draft["limits"]["promised"]["limit"] = "8wd"
    assert [one.rule for one in complaints_of(draft) if one.rule == "bundle_promise"] == ["bundle_promise"]
    draft["join"] = "any"
    assert [one.rule for one in complaints_of(draft) if one.rule == "bundle_promise"] == []


def test_bases_as_people_read_them() -> None:
    read = [law("行政许可法 第三十条"), Basis(BasisKind.LOCAL, "某办法"), design("抽查")]
    assert [str(one) for one in read] == ["行政许可法 第三十条", "某办法(待核)", "设计:抽查"]
    assert [one.public for one in read] == ["行政许可法 第三十条", "某办法(待核)", "本县规定"]
    assert cited(read) == ("行政许可法 第三十条", "某办法(待核)")
    assert cited(read[2:]) == cited([]) == ("本县规定",)
