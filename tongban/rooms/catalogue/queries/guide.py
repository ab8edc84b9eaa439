"""服务指南: what a person must know before coming, from one published version (S006)."""

from collections.abc import Iterable, Iterator
from uuid import UUID

from tongban.rooms.catalogue.models import ItemVersion
from tongban.rooms.catalogue.queries.items import item
from tongban.rooms.catalogue.queries.views import GuideMaterial, GuidePage
from tongban.rulebook.basis import cited
from tongban.rulebook.catalogue import Fee, Item, Material, TimeRule, depth
from tongban.rulebook.clock.limits import LABELS
from tongban.rulebook.errors import Refused

_SOURCES = {
    "applicant": "申请人提交",
    "licence": "已有电子证照的免交",
    "shared": "部门共享核验，免交",
    "made": "系统生成，免交",
}
_LIMITS = {
    "intake": "收件告知",
    "statutory": "法定办结",
    "promised": "承诺办结",
    "delivery": "结果送达",
    "publication": "公示",
    "correction": "补正",
    "renewal_opens": "延续申请最早提前",
    "renewal_closes": "延续申请最晚提前",
}
_DELIVERY = {"electronic": "电子送达", "mail": "邮寄", "window": "窗口领取"}


def guide(version_id: UUID) -> GuidePage:
    """Return the guide of a published version.  One query, two the first time."""
    row = ItemVersion.objects.values_list("county", "version", "unverified").filter(id=version_id).first()
    if row is None:
        raise Refused("item_version_unknown", "找不到这个事项版本。请刷新后再看。")
    county, version, unverified = row
    return guide_of(item(version_id), version_id, version, county, unverified=unverified)


def guide_of(one: Item, version_id: UUID, version: int, county: str, *, unverified: bool) -> GuidePage:
    """Return the guide of an item, published or not.  No query."""
    page = one.guide
    return GuidePage(
        version_id=version_id,
        code=one.code,
        version=version,
        name=one.name,
        unit=one.unit,
        item_class=one.item_class.value,
        handling=one.handling,
        path=f"/items/{county}/{one.code}",
        bases=cited(one.bases),
        conditions=page.conditions,
        quantity=page.quantity,
        materials=material_lines(one, one.materials),
        limits=tuple(_limits(one)),
        flow=page.flow,
        fee=_fee(one.fee),
        result=one.result.name if one.result else "",
        visits=one.visits,
        depth=depth(one),
        place=page.place,
        hours=page.hours,
        consult_phone=page.consult_phone,
        complaint_phone=page.complaint_phone,
        delivery=tuple(_DELIVERY.get(way, way) for way in page.delivery),
        faq=tuple((entry.question, entry.answer) for entry in one.faq),
        unverified=unverified,
        promise=_promise(one),
    )


def material_lines(one: Item, materials: Iterable[Material]) -> tuple[GuideMaterial, ...]:
    """Return materials of an item as the guide tells them.  No query."""
    return tuple(_material(one, material) for material in materials)


def _material(one: Item, material: Material) -> GuideMaterial:
    labels = {option.code: option.label for situation in one.situations for option in situation.options}
    return GuideMaterial(
        material.name,
        _SOURCES[material.source],
        material.original,
        material.copies,
        material.follow_by is not None,
        material.criteria,
        material.issuer,
        tuple(labels[code] for code in material.situations if code in labels),
        material.basis.public,
        material.why_original,
        material.follow_by.label if material.follow_by else "",
        material.source == "applicant",
    )


def _promise(one: Item) -> str:
    promise = one.promise
    if promise is None:
        return ""
    within = promise.check_within.limit.label
    return f"可以选择告知承诺：签承诺书后当场准予，{within}内核查。{promise.consequence}（{promise.basis.public}）"


def _limits(one: Item) -> Iterator[tuple[str, str]]:
    for name, label in _LIMITS.items():
        rule: TimeRule | None = getattr(one.limits, name)
        if rule is not None:
            amount = f"{rule.limit.amount}{LABELS[rule.limit.unit]}"
            yield label, amount if rule.limit.amount else "当场"


def _fee(fee: Fee | None) -> str:
    if fee is None:
        return "不收费"
    amount = fee.standard or f"{fee.amount_fen / 100:.2f} 元"
    waiver = "，可减免" if fee.waivable else ""
    return f"{fee.name}：{amount}{waiver}（{fee.basis.public}）"
