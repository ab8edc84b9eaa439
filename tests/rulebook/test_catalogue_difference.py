"""What changed between two versions, in sentences."""

import copy
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

from tests.rulebook.tables import assert_as_written
from tongban.rulebook.catalogue import Change, Item, Limits, Material, difference, freeze
from tongban.rulebook.catalogue.difference import LIMIT_LABELS

ITEMS = Path(__file__).parents[2] / "tongban" / "items" / "items"


def seed(code: str) -> dict[str, Any]:
    return tomllib.loads((ITEMS / f"{code}.toml").read_text("utf-8"))


def changes(code: str, change: Any) -> tuple[Change, ...]:
    new = copy.deepcopy(seed(code))
    change(new)
    return difference(freeze(seed(code)), freeze(new))


def test_the_same_item_has_no_difference() -> None:
    assert changes("small-food-shop", lambda draft: None) == ()


def test_a_material_taken_away_and_one_added_are_named() -> None:
    def change(draft: dict[str, Any]) -> None:
        draft["materials"][1] = {**draft["materials"][1], "code": "photos", "name": "经营场所照片"}

    assert changes("small-food-shop", change) == (
        Change("materials.layout", "removed", "不再需要《经营场所平面布局图》"),
        Change("materials.photos", "added", "新增材料《经营场所照片》"),
    )


def test_a_material_changed_names_what_changed() -> None:
    def change(draft: dict[str, Any]) -> None:
        draft["materials"][2]["follow_by"] = "10wd"
        draft["materials"][2]["copies"] = 1

    assert changes("small-food-shop", change) == (
        Change("materials.health", "changed", "材料《从业人员健康证明》的容缺期限、纸质份数有变化"),
    )


def test_a_limit_changed_shows_both() -> None:
    def change(draft: dict[str, Any]) -> None:
        draft["limits"]["promised"]["limit"] = "7wd"

    (found,) = changes("small-food-shop", change)
    assert (found.where, found.sort) == ("limits.promised", "changed")
    assert found.sentence.startswith("承诺办结时限：10个工作日（设计:")
    assert " 改为 7个工作日（设计:" in found.sentence


def test_an_extension_taken_away_is_a_removal() -> None:
    (found,) = changes("small-food-shop", lambda draft: draft["limits"].pop("extension"))
    assert found == Change("limits.extension", "removed", "延长时限：取消10个工作日（行政许可法 第四十二条第一款）")


def test_a_desk_a_station_and_visits_are_named() -> None:
    def change(draft: dict[str, Any]) -> None:
        draft["stations"] = ["county", "town"]
        draft["visits"] = 1
        draft["desks"].insert(0, {"code": "early", "name": "初审", "power": "examine"})

    assert changes("small-food-shop", change) == (
        Change("visits", "changed", "到办事现场次数：0 改为 1"),
        Change("stations", "removed", "收件层级：删去“village”"),
        Change("desks", "added", "环节：新增“初审”"),
    )


def test_an_order_turned_round_is_told_as_that() -> None:
    (found,) = changes("small-food-shop", lambda draft: draft["review_points"].reverse())
    assert found == Change("review_points", "changed", "审查要点的顺序有变化")


def test_a_fee_that_ends_is_told() -> None:
    (first, *_) = changes("estate-transfer", lambda draft: draft.pop("fee"))
    assert first == Change("fee", "removed", "收费：取消“不动产登记费(住宅)”")


RULE = {"limit": "3wd", "basis": "design: 测试"}
#: One change of every field that has words of its own: from one seed, and what it is called.
FIELDS: dict[str, Any] = {
    "code": "other",
    "name": "另一名称",
    "kind": "registration",
    "item_class": "登记",
    "unit": "gaj",
    "level": 5,
    "parent": "main",
    "leaf": False,
    "catalog_code": "990131009000",
    "task_code": "",
    "handle_code": "1",
    "local_code": "2",
    "on_the_spot": "design: 当场可办",
    "form": {"type": "object"},
    "visits": 2,
    "visit_reason": "要看现场",
    "join": "any",
    "elsewhere": "estate",
    "publishes_result": False,
    "renewal": True,
    "agent_allowed": False,
    "pre_review": False,
    "fee": {"name": "工本费", "amount_fen": 1000, "basis": "law: 某法 第一条"},
    "result": {"name": "小店证", "form": "证"},
    "guide": {"place": "二楼"},
    "online": {},
    "promise": {
        "option": "quick",
        "letter": "letter",
        "check_within": RULE,
        "basis": "design: 承诺",
        "consequence": "撤销",
    },
    "bases": ["design: 某", "law: 行政许可法 第四十二条"],
    "review_points": [],
    "faq": [{"question": "问？", "answer": "答。"}],
    "applicants": ["legal", "natural"],
    "signatures": ["applicant", "other_side"],
    "stations": ["county"],
    "proceedings": ["site_check", "hearing", "survey"],
    "pausing": [],
    "desks": [{"code": "decide", "name": "决定", "power": "decide"}],
    "situations": [
        {"code": "size", "question": "多大？", "options": [{"code": "a", "label": "甲"}, {"code": "b", "label": "乙"}]}
    ],
    "parts": [{"role": "food", "item": "food-business-new"}],
    "materials": [],
}
LIMITS: dict[str, Any] = dict.fromkeys(LIMIT_LABELS, RULE) | {
    "extension_approver": "government",
    "joint": True,
    "intake_silence": "none",
}
MATERIAL: dict[str, Any] = {
    "name": "平面图",
    "source": "licence",
    "basis": "design: 测试",
    "licence_kinds": ["id"],
    "resource": "population",
    "main": True,
    "follow_by": "3wd",
    "original": True,
    "why_original": "要看印章",
    "formats": ["pdf"],
    "situations": ["big"],
    "copies": 2,
    "criteria": "清楚",
    "issuer": "设计单位",
}


def test_each_field_of_an_item_has_its_word() -> None:
    """The table of what is told, there and back: from the seed to the change, and from the change to the seed."""
    lines = []
    for path, values in (("", FIELDS), ("limits", LIMITS), ("materials/1", MATERIAL)):
        for name, value in values.items():
            draft = seed("small-food-shop")
            place: Any = draft
            for way in path.split("/") if path else ():
                place = place[int(way) if way.isdigit() else way]
            place[name] = value
            old, new = freeze(seed("small-food-shop")), freeze(draft)
            for before, after in ((old, new), (new, old)):
                lines += [f"{one.where} {one.sort} | {one.sentence}" for one in difference(before, after)]
    assert_as_written("changes.txt", lines)


def test_no_field_of_an_item_changes_unseen() -> None:
    assert {one.name for one in fields(Item)} - {*FIELDS, "limits"} == set()
    assert {one.name for one in fields(Limits)} - set(LIMITS) == set()
    assert {one.name for one in fields(Material)} - {*MATERIAL, "code"} == set()
