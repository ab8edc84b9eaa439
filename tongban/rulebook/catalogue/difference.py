"""What changed between two versions of an item, in words a clerk and an applicant understand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Literal

from tongban.rulebook.basis import Basis
from tongban.rulebook.catalogue import proceedings
from tongban.rulebook.catalogue.item import Item, Limits, Material, TimeRule

Sort = Literal["added", "removed", "changed"]

#: What people call the limits.
LIMIT_LABELS = {
    "intake": "收件告知时限",
    "statutory": "法定办结时限",
    "promised": "承诺办结时限",
    "extension": "延长时限",
    "delivery": "送达时限",
    "publication": "公示期限",
    "correction": "补正期限",
    "first_opinion": "初审时限",
    "step": "环节时限",
    "take": "签收时限",
    "first_answer": "首次回应时限",
    "answer": "答复时限",
    "complex_answer": "复杂情形答复时限",
    "confirm": "确认回访时限",
    "renewal_opens": "延续申请最早提前",
    "renewal_closes": "延续申请最晚提前",
    "use_within": "结果使用期限",
    "extension_approver": "批准延长的人",
    "joint": "联合办理",
    "intake_silence": "逾期不告知的后果",
}
_LABELS = {
    "code": "代号",
    "name": "事项名称",
    "kind": "办件种类",
    "item_class": "事项类别",
    "unit": "实施主体",
    "level": "行使层级",
    "parent": "主项",
    "leaf": "可否申办",
    "catalog_code": "基本编码",
    "task_code": "实施编码",
    "handle_code": "业务办理项编码",
    "local_code": "地方编码",
    "on_the_spot": "即办依据",
    "form": "表单",
    "visits": "到办事现场次数",
    "visit_reason": "必须现场办理的原因",
    "join": "汇合规则",
    "elsewhere": "办理系统",
    "publishes_result": "结果公开",
    "renewal": "逾期视为准予延续",
    "agent_allowed": "可否委托代理",
    "pre_review": "预审",
    "fee": "收费",
    "result": "审批结果",
    "guide": "办事指南",
    "online": "网上办理",
    "promise": "告知承诺",
}
_LISTS = {
    "bases": "设定依据",
    "review_points": "审查要点",
    "faq": "常见问题",
    "applicants": "服务对象",
    "signatures": "签名角色",
    "stations": "收件层级",
    "proceedings": "程序",
    "pausing": "停止计时的程序",
    "desks": "环节",
    "situations": "情形",
    "parts": "组成部分",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference."""

    #: Path in the item, e.g. ``limits.promised`` or ``materials.photo``.
    where: str
    sort: Sort
    #: A Chinese sentence.
    sentence: str


def difference(old: Item, new: Item) -> tuple[Change, ...]:
    """Return every difference from ``old`` to ``new``: materials and limits one by one, the rest by field."""
    changes = [*_limits(old.limits, new.limits), *_materials(old.materials, new.materials)]
    for name, label in _LABELS.items():
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            changes.append(_field(name, label, before, after))
    for name, label in _LISTS.items():
        changes += _list(name, label, getattr(old, name), getattr(new, name))
    return tuple(changes)


def _limits(old: Limits, new: Limits) -> Iterable[Change]:
    for one in fields(Limits):
        before, after = getattr(old, one.name), getattr(new, one.name)
        if before != after:
            yield _field(f"limits.{one.name}", LIMIT_LABELS[one.name], before, after)


def _materials(old: Sequence[Material], new: Sequence[Material]) -> Iterable[Change]:
    before, after = {one.code: one for one in old}, {one.code: one for one in new}
    for code, one in before.items():
        if code not in after:
            yield Change(f"materials.{code}", "removed", f"不再需要《{one.name}》")
    for code, one in after.items():
        if code not in before:
            yield Change(f"materials.{code}", "added", f"新增材料《{one.name}》")
        elif before[code] != one:
            words = "、".join(_changed_fields(before[code], one))
            yield Change(f"materials.{code}", "changed", f"材料《{one.name}》的{words}有变化")


_MATERIAL_LABELS = {
    "name": "名称",
    "source": "来源",
    "basis": "依据",
    "licence_kinds": "可用证照",
    "resource": "核验来源",
    "main": "主审与否",
    "follow_by": "容缺期限",
    "original": "是否要原件",
    "why_original": "要原件的原因",
    "formats": "电子件格式",
    "situations": "适用情形",
    "copies": "纸质份数",
    "criteria": "受理标准",
    "issuer": "来源渠道",
}


def _changed_fields(before: Material, after: Material) -> list[str]:
    return [label for name, label in _MATERIAL_LABELS.items() if getattr(before, name) != getattr(after, name)]


def _field(where: str, label: str, before: Any, after: Any) -> Change:
    if before in (None, "", ()):
        return Change(where, "added", f"{label}：新增{_show(after)}")
    if after in (None, "", ()):
        return Change(where, "removed", f"{label}：取消{_show(before)}")
    was, now = _show(before), _show(after)
    if was == now:
        return Change(where, "changed", f"{label}有变化")
    return Change(where, "changed", f"{label}：{was} 改为 {now}")


def _list(where: str, label: str, old: Sequence[Any], new: Sequence[Any]) -> Iterable[Change]:
    if old == new:
        return
    gone = [one for one in old if one not in new]
    come = [one for one in new if one not in old]
    for one in gone:
        yield Change(where, "removed", f"{label}：删去{_show(one)}")
    for one in come:
        yield Change(where, "added", f"{label}：新增{_show(one)}")
    if not gone and not come:
        yield Change(where, "changed", f"{label}的顺序有变化")


def _show(value: Any) -> str:
    """Return a short text for a value: what people read, not how it is stored."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, TimeRule):
        return f"{value.limit.label}（{value.basis}）"
    if isinstance(value, Basis):
        return f"“{value}”"
    for name in ("name", "question", "role"):
        if is_dataclass(value) and hasattr(value, name):
            return f"“{getattr(value, name)}”"
    if isinstance(value, str):
        return f"“{proceedings.ALL.get(value, value)}”"
    return "" if is_dataclass(value) or isinstance(value, dict) else str(value)
