"""办事指南: complete by article 30, and readable for the one who has to come (section 2.2 of the law digest)."""

import re
from collections.abc import Iterator

from tongban.rulebook.catalogue.complaint import Complaint, Known, Severity
from tongban.rulebook.catalogue.item import PUBLIC_CLASSES, Item, ItemClass

_WHY = "行政许可法 第三十条：事项、依据、条件、数量、程序、期限、全部材料目录和申请书示范文本须公示"
_RULE = "事项要素一致性规则"
_PHONE = re.compile(r"0\d{2,3}-\d{7,8}")
_PLACE = re.compile(r"窗口|室|号|厅|站|台")
_DELIVERY = ("electronic", "mail", "window")


def _guided(item: Item) -> bool:
    return item.item_class in PUBLIC_CLASSES and item.leaf


def complete(item: Item, known: Known) -> Iterator[Complaint]:
    """What article 30 lists is there."""
    if not _guided(item):
        return
    guide = item.guide
    wanted = (
        ("conditions", bool(guide.conditions), "条件", "逐条写明受理条件"),
        ("quantity", bool(guide.quantity.strip()), "数量", "没有数量限制的写“无数量限制”"),
        ("flow", len(guide.flow) >= 2, "程序", "按步骤写明办理流程，至少两步"),
        ("sample_form", bool(guide.sample_form.strip()), "申请书示范文本", "写明示范文本存放处"),
    )
    for name, there, word, how in wanted:
        if not there:
            yield Complaint(f"guide.{name}", f"没有写{word}", _WHY, how, rule=f"guide_{name}")
    if not item.review_points and item.kind != "bundle":
        yield Complaint(
            "review_points", "没有审查要点", "服务指南包括审查要素", "逐条写明审查什么", rule="review_points"
        )


def contact(item: Item, known: Known) -> Iterator[Complaint]:
    """Where, when and whom to ring."""
    if not _guided(item):
        return
    guide = item.guide
    if not _PLACE.search(guide.place):
        yield Complaint(
            "guide.place",
            f"办理地点“{guide.place}”没有写到窗口或房间",
            f"{_RULE}：地址写到窗口、房间",
            "写明大厅、楼层和窗口号",
            rule="place",
        )
    if "工作日" not in guide.hours:
        yield Complaint(
            "guide.hours",
            f"办理时间“{guide.hours}”没有写明工作日",
            f"{_RULE}：办理时间须含“工作日”",
            "写成“工作日 09:00-12:00，13:30-17:30”",
            rule="hours",
        )
    for name, word, phone in (
        ("consult_phone", "咨询电话", guide.consult_phone),
        ("complaint_phone", "投诉电话", guide.complaint_phone),
    ):
        if not _PHONE.fullmatch(phone):
            yield Complaint(
                f"guide.{name}",
                f"{word}“{phone}”没有区号或不合格式",
                f"{_RULE}：电话须带区号",
                "写成区号-号码",
                rule="phone",
            )
    if guide.consult_phone and guide.consult_phone == guide.complaint_phone:
        yield Complaint(
            "guide.complaint_phone",
            "投诉电话与咨询电话相同",
            f"{_RULE}：两个电话须不同",
            "写监督机构的电话",
            rule="phones_same",
        )


def delivery(item: Item, known: Known) -> Iterator[Complaint]:
    """It is said how the result reaches the person."""
    if not _guided(item):
        return
    strange = [one for one in item.guide.delivery if one not in _DELIVERY]
    nothing = item.result is None or item.result.form == "无"
    if strange or (not item.guide.delivery and not nothing):
        yield Complaint(
            "guide.delivery",
            "没有写明或写错送达方式",
            "事项要素：物流快递、结果送达",
            f"从 {'、'.join(_DELIVERY)} 中选",
            rule="delivery",
        )


def audience(item: Item, known: Known) -> Iterator[Complaint]:
    """服务对象 agrees with 主题分类."""
    if not _guided(item):
        return
    for who, topics, name, word in (
        ("natural", item.guide.topics_natural, "topics_natural", "自然人"),
        ("legal", item.guide.topics_legal, "topics_legal", "法人"),
    ):
        if (who in item.applicants) != bool(topics):
            missing = "没有写" if not topics else "不是服务对象却写了"
            yield Complaint(
                f"guide.{name}",
                f"{word}{missing}主题分类",
                f"{_RULE}：服务对象与主题分类一致",
                "补上主题，或改正服务对象",
                rule="topics",
            )


def faq(item: Item, known: Known) -> Iterator[Complaint]:
    """A permit answers at least one common question."""
    if not _guided(item):
        return
    if not item.faq:
        severity: Severity = "stops" if item.item_class is ItemClass.PERMIT else "warns"
        yield Complaint(
            "faq",
            "没有常见问题",
            f"{_RULE}：许可事项至少一条常见问题",
            "写一条办事人常问的问题和答案",
            severity,
            rule="faq",
        )
    for at, one in enumerate(item.faq):
        if not one.question.strip() or not one.answer.strip():
            yield Complaint(f"faq[{at}]", "问题或答案是空的", f"{_RULE}", "补全", rule="faq")


RULES = (complete, contact, delivery, audience, faq)
