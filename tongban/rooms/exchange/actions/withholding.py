"""未开放的权限: what departments do not open, why, since when, and who must act; each line stands until it is ended."""

from uuid import UUID

from django.db import transaction

from tongban.rooms import clock
from tongban.rooms.exchange.models import Resource, ShareRequest, System, Withheld
from tongban.rooms.ids import uuid7
from tongban.rooms.ledger import actions as ledger
from tongban.rulebook.errors import Refused, Words

#: What may be withheld, and how that ends.
SORTS = {"data": "共享数据", "rights": "业务权限", "link": "系统接口"}
ENDINGS = {"opened": "已开放", "replaced": "已由其他来源代替", "mistaken": "登记有误"}
#: Reasons for which a request is declined; others are kept as they were said.
DECLINED = {
    "no_need": "提供单位认为用途不需要这些信息",
    "superior": "提供单位称上级主管部门要求，不予开放",
    "security": "提供单位称涉及安全，不予开放",
    "not_ready": "提供单位称系统尚不具备条件",
}


def register_withheld(
    county: str,
    *,
    what: str,
    department: str,
    reason: str,
    must_act: str,
    actor: str,
    resource: str = "",
    system: str = "",
    unit: str = "",
) -> UUID:
    """登记: a department withholds a resource, rights in its system, or any link.  The same standing line is one.

    Raises ``Refused``: ``withheld_unknown``, ``reason_missing``, ``withheld_of_nothing``, ``resource_unknown``,
    ``system_unknown``.
    """
    if what not in SORTS:
        raise Refused("withheld_unknown", "未开放的只能是：{known}。请重新选择。", known=Words(SORTS.values()))
    if not reason.strip() or not must_act.strip():
        raise Refused("reason_missing", "请写明对方说的理由，以及由谁负责协调开放。")
    if not resource and not system:
        raise Refused("withheld_of_nothing", "请写明是哪项共享资源或哪个系统没有开放。")
    of_resource = Resource.objects.filter(county=county, code=resource).first() if resource else None
    of_system = System.objects.filter(county=county, code=system).first() if system else None
    if resource and of_resource is None:
        raise Refused("resource_unknown", "资源目录里没有“{code}”。请先登记，或改用纸质材料。", code=resource)
    if system and of_system is None:
        raise Refused("system_unknown", "没有名为“{code}”的对接系统。请先登记系统。", code=system)
    return _open(
        county, what, department, of_resource, of_system, unit, reason.strip()[:200], must_act.strip(), actor=actor
    )


def urge_withheld(withheld_id: UUID, *, actor: str, county: str = "") -> int:
    """催办: the one who must act was urged; returns how often so far.

    ``county``: of whoever urges; empty: the house.  Raises ``Refused``: ``withheld_unknown``, ``withheld_ended``.
    """
    with transaction.atomic():
        row = _standing(withheld_id, county)
        row.urged, row.urged_on = row.urged + 1, clock.today()
        row.save(update_fields=["urged", "urged_on"])
        body = {"times": row.urged, "must_act": row.must_act}
        ledger.record("withheld", row.id, "urge", actor, body, county=row.county)
    return row.urged


def end_withheld(withheld_id: UUID, *, ending: str, actor: str, county: str = "") -> None:
    """了结: it was opened, another source serves, or the line was a mistake.

    ``county``: of whoever says so; empty: the house.
    Raises ``Refused``: ``ending_unknown``, ``withheld_unknown``, ``withheld_ended``.
    """
    if ending not in ENDINGS:
        raise Refused("ending_unknown", "了结方式只能是：{known}。请重新选择。", known=Words(ENDINGS.values()))
    with transaction.atomic():
        _end(_standing(withheld_id, county), ending, actor)


def note_declined(request: ShareRequest, reason_code: str, actor: str) -> None:
    """A request was declined: what was asked for is withheld from that unit; the owner must act.  Inside its step."""
    reason = DECLINED.get(reason_code, f"提供单位没有同意（{reason_code}）")
    resource = request.resource
    _open(
        request.county,
        "data",
        resource.owner_unit,
        resource,
        None,
        request.unit,
        reason,
        resource.owner_unit,
        actor=actor,
        reason_code=reason_code[:40],
    )


def note_opened(request: ShareRequest, actor: str) -> None:
    """A request was approved: what was withheld from that unit is open.  Inside its step."""
    for row in Withheld.objects.select_for_update().filter(
        resource_id=request.resource_id, unit=request.unit, what="data", ended_on=None
    ):
        _end(row, "opened", actor)


def note_refusal(resource: Resource, actor: str) -> None:
    """A resource is not shared by a rule, or is now: its line is opened or ended.  Inside its step."""
    if resource.share == "refused":
        _open(
            resource.county,
            "data",
            resource.owner_unit,
            resource,
            None,
            "",
            "目录列为不予共享",
            resource.owner_unit,
            actor=actor,
            basis=resource.basis,
        )
        return
    for row in Withheld.objects.select_for_update().filter(resource=resource, what="data", lawful=True, ended_on=None):
        _end(row, "opened", actor)


def _open(
    county: str,
    what: str,
    department: str,
    resource: Resource | None,
    system: System | None,
    unit: str,
    reason: str,
    must_act: str,
    *,
    actor: str,
    reason_code: str = "",
    basis: str = "",
) -> UUID:
    with transaction.atomic():
        same = {"county": county, "what": what, "resource": resource, "system": system, "unit": unit, "ended_on": None}
        made = uuid7()
        row, new = Withheld.objects.get_or_create(
            **same,
            defaults={
                "id": made,
                "department": department,
                "reason": reason,
                "reason_code": reason_code,
                "lawful": bool(basis),
                "basis": basis,
                "since": clock.today(),
                "must_act": must_act,
            },
        )
        if new:
            body = {"what": what, "department": department, "must_act": must_act}
            ledger.record("withheld", row.id, "register_withheld", actor, body, county=county)
    return row.id


def _standing(withheld_id: UUID, county: str) -> Withheld:
    row = Withheld.objects.select_for_update().filter(id=withheld_id).first()
    if row is None or county not in ("", row.county):
        raise Refused("withheld_unknown", "没有找到这条未开放权限的登记。")
    if row.ended_on is not None:
        raise Refused("withheld_ended", "这条未开放权限已经了结，不用再办。")
    return row


def _end(row: Withheld, ending: str, actor: str) -> None:
    row.ended_on, row.ended_by, row.ending = clock.today(), actor, ending
    row.save(update_fields=["ended_on", "ended_by", "ending"])
    ledger.record("withheld", row.id, "end_withheld", actor, {"ending": ending}, county=row.county)
