"""Who and what: code, name, kind, class, unit, place in the tree, the list from above."""

import re
from collections.abc import Iterator

from tongban.rulebook.catalogue.complaint import Complaint, Known
from tongban.rulebook.catalogue.item import PUBLIC_CLASSES, Item, ItemClass

_KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

#: Which classes a kind of case can carry.
CLASSES_OF_KIND = {
    "permit": {ItemClass.PERMIT, ItemClass.CONFIRMATION, ItemClass.BENEFIT, ItemClass.SERVICE},
    "registration": {ItemClass.REGISTRATION},
    "filing": {ItemClass.FILING},
    "matter": {ItemClass.INTERNAL, ItemClass.POLICY},
    "appeal": {ItemClass.APPEAL},
    "after_check": {ItemClass.INTERNAL},
    "task": {ItemClass.INTERNAL},
    "consultation": {ItemClass.APPEAL},
    "bundle": set(PUBLIC_CLASSES),
}
_LEVELS = "1 国家级、2 省级、3 市级、4 县级、5 乡镇级、6 村级、7 分级管理(GB/T 39046-2020 行使层级)"


def names(item: Item, known: Known) -> Iterator[Complaint]:
    """Code and name are there and well formed."""
    if item.code and not _KEBAB.fullmatch(item.code):
        yield Complaint(
            "code", f"代号“{item.code}”不合格式", "代号用于网址和导出文件", "只用小写字母、数字和连字符", rule="code"
        )
    if not item.name.strip():
        yield Complaint(
            "name", "没有事项名称", "行政许可法 第三十条要求公示事项", "填写与上级目录一致的名称", rule="name"
        )


def kind_and_class(item: Item, known: Known) -> Iterator[Complaint]:
    """The kind exists and carries items of this class."""
    if item.kind not in known.kinds:
        yield Complaint(
            "kind",
            f"没有“{item.kind}”这种办件",
            "办件按步骤表办理",
            f"从 {'、'.join(sorted(known.kinds))} 中选",
            rule="kind",
        )
        return
    allowed = CLASSES_OF_KIND.get(item.kind)
    if allowed is not None and item.item_class not in allowed:
        words = "、".join(sorted(allowed))
        yield Complaint(
            "item_class",
            f"{item.kind} 不能承载“{item.item_class}”类事项",
            "不同种类的办件步骤、期限和救济不同",
            f"改为 {words}，或换一种办件",
            rule="kind_class",
        )


def unit_and_level(item: Item, known: Known) -> Iterator[Complaint]:
    """The unit exists; the level is one of the seven."""
    if item.unit not in known.units:
        yield Complaint(
            "unit",
            f"没有代号为“{item.unit}”的实施主体",
            "事项要素：实施主体",
            "先登记该单位，或改正代号",
            rule="unit",
        )
    if not 1 <= item.level <= 7:
        yield Complaint("level", f"行使层级 {item.level} 不存在", _LEVELS, "县级填 4", rule="level")


def tree(item: Item, known: Known) -> Iterator[Complaint]:
    """A sub item hangs on a main item that exists, is in force and cannot itself be filed (S010)."""
    if not item.parent:
        return
    parent = known.items.get(item.parent)
    why = "主项下设子项，只有末级子项可以申办"
    if item.parent == item.code:
        yield Complaint("parent", "主项写成了自己", why, "改成真正的主项，或留空", rule="parent")
    elif parent is None:
        yield Complaint("parent", f"没有主项“{item.parent}”", why, "先登记主项，或改正代号", rule="parent")
    elif parent.state == "cancelled":
        yield Complaint(
            "parent",
            f"主项“{parent.name}”已经取消",
            "清单之外无审批",
            "随主项一并取消，或改挂在用的主项",
            rule="parent_cancelled",
        )
    elif parent.leaf:
        yield Complaint(
            "parent", f"主项“{parent.name}”本身可以申办", why, "先把主项改为不可申办(leaf = false)", rule="parent_leaf"
        )


def upper_list(item: Item, known: Known) -> Iterator[Complaint]:
    """The name is the one of the upper-level list (S001, S002)."""
    if known.upper_names is None or not item.catalog_code:
        return
    upper = known.upper_names.get(item.catalog_code)
    why = "省、市、县三级事项名称和内容规范统一，清单之外无审批"
    if upper is None:
        yield Complaint(
            "catalog_code",
            f"上级目录没有 {item.catalog_code}",
            why,
            "核对基本编码；目录没有的事项不得实施",
            rule="upper_missing",
        )
    elif upper != item.name:
        yield Complaint(
            "name", f"本县名称“{item.name}”与上级目录“{upper}”不一致", why, f"改为“{upper}”", rule="upper_name"
        )


def applicants(item: Item, known: Known) -> Iterator[Complaint]:
    """It is said who may apply, who signs and where papers are received."""
    checks = (
        ("applicants", item.applicants, {"natural", "legal"}, "服务对象"),
        ("stations", item.stations, {"county", "town", "village"}, "收件层级"),
        ("signatures", item.signatures, {"applicant", "other_side", "agent", "helper"}, "签名角色"),
    )
    for where, given, allowed, word in checks:
        strange = [one for one in given if one not in allowed]
        if strange:
            yield Complaint(
                where,
                f"{word} {'、'.join(strange)} 不存在",
                "事项要素",
                f"从 {'、'.join(sorted(allowed))} 中选",
                rule=where,
            )
        elif not given and item.item_class in PUBLIC_CLASSES and item.leaf:
            yield Complaint(
                where,
                f"没有写{word}",
                "事项要素；行政许可法 第二十九条",
                f"从 {'、'.join(sorted(allowed))} 中选",
                rule=where,
            )


RULES = (names, kind_and_class, unit_and_level, tree, upper_list, applicants)
