"""How often a person must come, and how far the net carries (section 2.2 of the law digest; S008, S009)."""

from collections.abc import Iterator

from tongban.rulebook.catalogue.complaint import Complaint, Known
from tongban.rulebook.catalogue.depth import VALUES, compare_depth, reasons_to_come
from tongban.rulebook.catalogue.item import PUBLIC_CLASSES, Item

_RULE = "事项要素一致性规则"


def visits(item: Item, known: Known) -> Iterator[Complaint]:
    """Coming is explained; not coming is possible."""
    if item.visits < 0:
        yield Complaint("visits", "到办事现场次数不能是负数", _RULE, "填 0 或正整数", rule="visits")
    if item.visits > 0 and not item.visit_reason.strip():
        yield Complaint(
            "visit_reason",
            f"要到现场 {item.visits} 次却没有说明原因",
            f"{_RULE}：到现场次数大于 0 须说明原因",
            "写明必须现场办理的原因，或改为 0 次",
            rule="visit_reason",
        )
    if item.visits or item.item_class not in PUBLIC_CLASSES or not item.leaf:
        return
    online = item.online.accept or item.online.handle
    if not online and "mail" not in item.guide.delivery:
        yield Complaint(
            "visits",
            "到现场 0 次，却既不能网上办，也不支持快递",
            f"{_RULE}：0 次且非网办的须支持快递",
            "开通网上受理或快递送达，或如实填写到现场次数",
            rule="zero_visits",
        )
    for reason in reasons_to_come(item):
        yield Complaint(
            "visits", f"到现场 0 次，但{reason}", _RULE, "去掉这一要求，或如实填写到现场次数", rule="zero_visits"
        )


def whole_way(item: Item, known: Known) -> Iterator[Complaint]:
    """全程网办 means zero visits: it may be neither switched on nor claimed otherwise."""
    reasons = reasons_to_come(item)
    why = f"{_RULE}：全程网办(Ⅳ级)的到现场次数为 0"
    if reasons and item.online.handle:
        yield Complaint(
            "online.handle",
            f"标为全程网上办理，但{'；'.join(reasons)}",
            why,
            "去掉须到现场的要求，或关闭全程网办",
            rule="whole_way",
        )
    strange = [value for value in item.online.claimed if value not in VALUES]
    if strange:
        yield Complaint(
            "online.claimed",
            f"没有网上办理深度 {'、'.join(map(str, strange))}",
            "网上办理深度代码为 1-9",
            "改正代码",
            rule="depth_code",
        )
    depth = compare_depth(item)
    if depth.claimed == "IV" and item.visits > 0:
        yield Complaint(
            "online.claimed",
            f"自报Ⅳ级，但到现场 {item.visits} 次",
            why,
            "改为 0 次，或降低自报深度",
            rule="claimed_visits",
        )
    elif depth.overstated:
        yield Complaint(
            "online.claimed",
            f"自报 {depth.claimed} 级，按实际支持只有 {depth.computed} 级",
            "网上办理深度按实际支持计算",
            "补齐支持，或降低自报深度",
            "warns",
            rule="depth_overstated",
        )


RULES = (visits, whole_way)
