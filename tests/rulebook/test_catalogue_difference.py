"""What changed between two versions, in sentences."""

import copy
import tomllib
from pathlib import Path
from typing import Any

from tongban.rulebook.catalogue import Change, difference, freeze

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
