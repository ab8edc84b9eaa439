"""目录与授权: systems, resources, and who may use what until when."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from tongban.rooms import clock, crypto
from tongban.rooms.exchange.actions.withholding import note_declined, note_opened, note_refusal
from tongban.rooms.exchange.models import Resource, ShareRequest, SimulatedTruth, System
from tongban.rooms.exchange.simulator import Knobs, subject_hash
from tongban.rooms.ledger import actions as ledger
from tongban.rulebook.basis import Basis, BasisKind, unchecked
from tongban.rulebook.errors import Refused, Words

#: 资源形式.
FORMS = {"table": "库表", "file": "文件", "interface": "接口"}
#: Three kinds of sharing, and approval by the owner for the conditional kind.
SHARING = unchecked("政务数据共享条例（国务院令第809号）", BasisKind.LAW)


#: Adapters that fit each manner of being linked.
_FITTING = {
    "paper": ("",),
    "interface": ("http", "simulator"),
    "table": ("http", "simulator"),
    "file": ("folder", "http", "simulator"),
}


def register_system(
    county: str,
    code: str,
    name: str,
    *,
    actor: str,
    manner: str = "interface",
    adapter: str = "",
    key_id: str = "",
    department: str = "",
    knobs: Mapping[str, Any] | None = None,
) -> UUID:
    """Enter another agency's system, or change how it is linked.  The same code again is the same system.

    ``department``: code of the unit whose system it is; ``knobs``: how it behaves where it is simulated.
    """
    if adapter not in _FITTING.get(manner, ()):
        raise Refused(
            "adapter_unfit",
            "对接方式与适配器不相配：人工录入（paper）不用适配器，文件交换用 folder，其他用 http 或 simulator。",
        )
    linked: dict[str, Any] = {"name": name, "manner": manner, "adapter": adapter, "key_id": key_id}
    if knobs is not None:
        Knobs.from_data(knobs)
        linked["knobs"] = dict(knobs)
    if department:
        linked["department"] = department
    with transaction.atomic():
        row, _ = System.objects.update_or_create(county=county, code=code, defaults=linked)
        body = {"manner": manner, "adapter": adapter, "key_id": key_id}
        ledger.record("system", row.id, "register_system", actor, body, county=county)
    return row.id


def set_knobs(county: str, code: str, **knobs: Any) -> None:
    """Change how a simulated system behaves (``simulator.Knobs``); knobs not named stay."""
    with transaction.atomic():
        row = System.objects.select_for_update().filter(county=county, code=code).exclude(adapter="").first()
        if row is None:
            raise Refused("system_unknown", "没有名为“{code}”的模拟系统。请先登记。", code=code)
        row.knobs = {**row.knobs, **knobs}
        Knobs.from_data(row.knobs)
        row.save(update_fields=["knobs"])


def teach_simulator(county: str, resource_code: str, query: Mapping[str, str], values: Mapping[str, str]) -> None:
    """Let the simulated source know something about a subject."""
    resource = named_resource(county, resource_code)
    if not settings.TONGBAN_DEMO or not resource.system.adapter:
        raise Refused("system_unknown", "“{code}”的来源不是模拟系统，不能写入模拟数据。", code=resource_code)
    SimulatedTruth.objects.update_or_create(
        system_id=resource.system_id,
        resource_code=resource_code,
        subject_hash=subject_hash(resource_code, query),
        defaults={
            "query_sealed": crypto.seal_text(json.dumps(dict(query), ensure_ascii=False)),
            "values_sealed": crypto.seal_text(json.dumps(dict(values), ensure_ascii=False)),
        },
    )


def register_resource(
    county: str,
    code: str,
    name: str,
    *,
    system: str,
    owner_unit: str,
    share: str,
    fields: Sequence[str],
    actor: str,
    basis: Basis | None = None,
    key: str = "",
    form: str = "interface",
    update_days: int | None = None,
) -> UUID:
    """Enter a resource into the directory, or change it.  Sharing may only be refused with a basis.

    ``key``: the number somebody is asked about by; ``form``: 库表 ``table``, 文件 ``file`` or 接口 ``interface``;
    ``update_days``: 更新周期, 0 for what is always current.
    """
    source = System.objects.filter(county=county, code=system).first()
    if source is None:
        raise Refused("system_unknown", "没有名为“{code}”的对接系统。请先登记系统。", code=system)
    if share not in ("unconditional", "conditional", "refused"):
        raise Refused("share_unknown", "共享类型只能是无条件共享、有条件共享或不予共享。请重新选择。", SHARING)
    if share == "refused" and basis is None:
        raise Refused("refusal_needs_basis", "不予共享必须写明依据。请补充法律、行政法规或国务院文件。", SHARING)
    if not fields:
        raise Refused("fields_missing", "请列出这项资源的信息项。")
    if form not in FORMS:
        raise Refused("form_unknown", "资源形式只能是：{known}。请重新选择。", known=Words(FORMS.values()))
    with transaction.atomic():
        row, _ = Resource.objects.update_or_create(
            county=county,
            code=code,
            defaults={
                "name": name,
                "system": source,
                "owner_unit": owner_unit,
                "share": share,
                "fields": list(fields),
                "key": key,
                "form": form,
                "update_days": update_days,
                "basis": basis.text if basis else "",
                "basis_verified": bool(basis and basis.verified),
            },
        )
        ledger.record("resource", row.id, "register_resource", actor, {"share": share}, county=county)
        note_refusal(row, actor)
    return row.id


def mount(county: str, code: str, *, rows: int, on: date, actor: str) -> None:
    """挂接: the owner says how many rows a resource holds and on which day it was brought up to date.

    Raises ``Refused``: ``resource_unknown``, ``rows_negative``, ``updated_in_future``.
    """
    if rows < 0:
        raise Refused("rows_negative", "挂接的数据条数不能是负数。请改正。")
    if on > clock.today():
        raise Refused("updated_in_future", "更新日期不能晚于今天。请改正。")
    with transaction.atomic():
        resource = named_resource(county, code)
        Resource.objects.filter(id=resource.id).update(mounted_rows=rows, updated_on=on)
        ledger.record("resource", resource.id, "mount", actor, {"rows": rows, "on": on}, county=county)


def request_share(
    county: str, resource_code: str, *, unit: str, purpose: str, fields: Sequence[str], actor: str
) -> UUID:
    """申请使用: a unit asks for some fields for one purpose.  The same standing request again is the same one."""
    resource = named_resource(county, resource_code)
    _check_fields(resource, fields)
    if not purpose.strip():
        raise Refused("purpose_missing", "请写明使用这项资源的用途。", SHARING)
    if resource.share == "refused":
        raise Refused(
            "not_shared",
            "“{name}”不予共享，依据：{ground}。请改用其他材料。",
            SHARING,
            name=resource.name,
            ground=resource.basis,
        )
    try:
        with transaction.atomic():
            row = ShareRequest.objects.create(
                county=county,
                resource=resource,
                unit=unit,
                purpose=purpose.strip(),
                fields=list(fields),
                requested_by=actor,
                requested_at=clock.now(),
            )
            ledger.record(
                "share", row.id, "request_share", actor, {"unit": unit, "fields": list(fields)}, county=county
            )
    except IntegrityError:
        row = ShareRequest.objects.get(
            resource=resource, unit=unit, purpose=purpose.strip(), state__in=["requested", "approved"]
        )
    return row.id


def approve_share(
    request_id: UUID,
    *,
    until: date,
    actor: str,
    fields: Sequence[str] | None = None,
    day_limit: int | None = None,
    by_unit: str = "",
    county: str = "",
) -> None:
    """同意共享: the owner allows all or fewer of the fields until a day, at most ``day_limit`` calls a day.

    ``by_unit``, ``county``: of whoever decides; empty: the house, when it sets up.  Raises ``Refused``: ``until_past``,
    ``request_unknown``, ``not_the_owner``, ``request_settled``, ``field_not_requested``.
    """
    if until < clock.today():
        raise Refused("until_past", "使用期限不能早于今天。请改正。")
    with transaction.atomic():
        row = _locked(request_id, county)
        _need_owner(row, by_unit)
        if row.state != "requested":
            raise Refused("request_settled", "这个申请已经处理过。")
        allowed = list(fields) if fields is not None else row.fields
        if extra := [name for name in allowed if name not in row.fields]:
            raise Refused(
                "field_not_requested", "申请中没有这些信息项：{extra}。只能同意申请过的。", extra=Words(extra)
            )
        row.state, row.fields, row.approved_until, row.day_limit = "approved", allowed, until, day_limit
        _settle(row, "approve_share", actor, {"until": until, "fields": allowed})
        note_opened(row, actor)


def decline_share(request_id: UUID, *, reason_code: str, actor: str, by_unit: str = "", county: str = "") -> None:
    """不同意共享, with the code of a reason; from then on it stands on the register of what is withheld."""
    with transaction.atomic():
        row = _locked(request_id, county)
        _need_owner(row, by_unit)
        if row.state != "requested":
            raise Refused("request_settled", "这个申请已经处理过。")
        row.state = "declined"
        _settle(row, "decline_share", actor, {"reason": reason_code})
        note_declined(row, reason_code, actor)


def withdraw_share(request_id: UUID, *, actor: str) -> None:
    """撤回: from now on calls under this request are refused.  Twice changes nothing."""
    with transaction.atomic():
        row = _locked(request_id)
        if row.state == "withdrawn":
            return
        row.state = "withdrawn"
        _settle(row, "withdraw_share", actor, {})


def named_resource(county: str, code: str) -> Resource:
    """Return a resource by its code.  Raises ``Refused("resource_unknown")``."""
    row = Resource.objects.select_related("system").filter(county=county, code=code).first()
    if row is None:
        raise Refused("resource_unknown", "资源目录里没有“{code}”。请先登记，或改用纸质材料。", code=code)
    return row


def _check_fields(resource: Resource, fields: Sequence[str]) -> None:
    if not fields:
        raise Refused("fields_missing", "请列出要用的信息项，只列必需的。", SHARING)
    if foreign := [name for name in fields if name not in resource.fields]:
        raise Refused(
            "field_unknown",
            "“{name}”没有这些信息项：{foreign}。请对照资源目录。",
            name=resource.name,
            foreign=Words(foreign),
        )


def _locked(request_id: UUID, county: str = "") -> ShareRequest:
    row = ShareRequest.objects.select_for_update().filter(id=request_id).first()
    if row is None or county not in ("", row.county):
        raise Refused("request_unknown", "没有找到这个共享申请。")
    return row


def _need_owner(row: ShareRequest, unit: str) -> None:
    if unit and unit != row.resource.owner_unit:
        raise Refused("not_the_owner", "共享申请由资源的提供单位处理。请转给提供单位。", SHARING)


def _settle(row: ShareRequest, step: str, actor: str, body: Mapping[str, Any]) -> None:
    row.decided_by, row.decided_at = actor, clock.now()
    row.save()
    ledger.record("share", row.id, step, actor, body, county=row.county)
