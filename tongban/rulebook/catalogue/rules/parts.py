"""一件事: parts that exist, in an order that can be walked."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from tongban.rulebook.catalogue.complaint import Complaint, Known
from tongban.rulebook.catalogue.item import Item, Part
from tongban.rulebook.catalogue.lengths import workdays
from tongban.rulebook.plan import Join, PlanPart, cycles, make_plan

_WHY = "一件事由各部分事项组成，各部分按自己的规则办理"


def shape(item: Item, known: Known) -> Iterator[Complaint]:
    """Only a bundle has parts, and it has at least two with different roles."""
    if item.kind != "bundle":
        if item.parts:
            yield Complaint("parts", f"{item.kind} 不能有组成部分", _WHY, "改为 bundle，或删去", rule="parts_kind")
        return
    if len(item.parts) < 2:
        yield Complaint("parts", "一件事至少要有两个部分", _WHY, "补上其他部分", rule="parts_few")
    if item.parts and all(one.optional for one in item.parts):
        yield Complaint("parts", "所有部分都可以不办", _WHY, "至少一个部分为必办", rule="parts_optional")
    twice = sorted(role for role, times in Counter(one.role for one in item.parts).items() if times > 1)
    if twice:
        yield Complaint("parts", f"角色重复：{'、'.join(twice)}", _WHY, "改成不同的角色", rule="parts_twice")


def exist(item: Item, known: Known) -> Iterator[Complaint]:
    """Each part is an item in force that can be filed; bundles nest at most once."""
    roles = {one.role for one in item.parts}
    options = {option.code for one in item.situations for option in one.options}
    for at, part in enumerate(item.parts):
        other = known.items.get(part.item)
        if other is None or part.item == item.code:
            yield Complaint(
                f"parts[{at}].item", f"没有事项“{part.item}”", _WHY, "先登记该事项，或改正代号", rule="part_missing"
            )
        elif other.state != "in_force":
            word = "已取消" if other.state == "cancelled" else "已冻结"
            yield Complaint(
                f"parts[{at}].item",
                f"“{other.name}”{word}",
                "清单之外无审批",
                "换成在用的事项，或删去这一部分",
                rule="part_not_in_force",
            )
        elif not other.leaf:
            yield Complaint(
                f"parts[{at}].item",
                f"“{other.name}”是主项，不能申办",
                "只有末级子项可以申办",
                "换成它的子项",
                rule="part_leaf",
            )
        elif any(known.items[inner.item].parts for inner in other.parts if inner.item in known.items):
            yield Complaint(
                f"parts[{at}].item",
                f"“{other.name}”里面已经套了一层一件事",
                "一件事最多嵌套一层",
                "拆开",
                rule="part_nested",
            )
        strange = [role for role in part.after if role not in roles]
        if strange:
            yield Complaint(
                f"parts[{at}].after", f"没有角色 {'、'.join(strange)}", _WHY, "改成已有的角色", rule="part_after"
            )
        lost = [code for code in part.when if code not in options]
        if lost:
            yield Complaint(
                f"parts[{at}].when",
                f"没有情形选项 {'、'.join(lost)}",
                _WHY,
                "先写进 situations，或改正代号",
                rule="part_when",
            )
        if part.optional and not part.condition.strip():
            yield Complaint(
                f"parts[{at}].condition", "可选部分没有写什么情况下需要", _WHY, "写明适用情形", rule="part_condition"
            )


def circles(item: Item, known: Known) -> Iterator[Complaint]:
    """No part waits for itself, directly or round a corner; the whole is not promised sooner than its longest way."""
    roles = {one.role for one in item.parts}
    promises = {one.role: _promise(one, known) for one in item.parts}
    parts = [
        PlanPart(
            role=one.role,
            name=known.items[one.item].name if one.item in known.items else one.role,
            after=tuple(role for role in one.after if role in roles),
            limit=promises[one.role],
        )
        for one in item.parts
    ]
    found = cycles(parts)
    for circle in found:
        yield Complaint(
            "parts",
            f"前后置关系绕成了圈：{circle.name}",
            "互为前置的事项谁也办不成",
            "；".join(way.sentence.rstrip("。") for way in circle.ways_out),
            rule="part_circle",
        )
    promised = item.limits.promised
    if found or promised is None or len(parts) != len(roles) or not parts:
        return
    longest = make_plan(parts, join=Join(item.join)).length
    if longest is not None and workdays(promised.limit)[1] < longest:
        yield Complaint(
            "limits.promised.limit",
            f"整体承诺{promised.limit.label}，但最长的一条线要 {longest.normalize():f} 个工作日",
            "一件事的时限是关键路径上各部分承诺之和",
            "放宽整体承诺，或压缩各部分",
            "warns",
            rule="bundle_promise",
        )


def _promise(part: Part, known: Known) -> Decimal | None:
    """Return the most working days a part may take, or None where it promises nothing."""
    other = known.items.get(part.item)
    return None if other is None or other.promised is None else workdays(other.promised)[1]


RULES = (shape, exist, circles)
