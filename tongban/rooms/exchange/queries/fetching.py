"""免提交: what was fetched for a case, and in one sentence why something was not."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tongban.rooms.exchange.models import Fetched, Resource, System

#: Why a source told nothing, by code: ``{source}`` is its system, ``{resource}`` what was asked.
WHY = {
    "unreachable": "{source}现在连不上",
    "slow": "{source}应答太慢",
    "trouble": "{source}出了故障",
    "garbled": "{source}的回答无法识别",
    "no_table": "{source}还没有送来数据文件",
    "not_picked_up": "{source}还没有取走文件",
    "missing": "{source}里没有查到申请人的“{resource}”",
    "subject_unknown": "没有申请人的证件号码，不能向{source}查询",
    "not_shared": "“{resource}”依规定不予共享",
    "share_not_approved": "承办单位还没有获准使用“{resource}”",
    "share_expired": "承办单位使用“{resource}”的期限已过",
    "field_not_approved": "承办单位获准的信息项不够",
    "day_limit": "今天使用“{resource}”的次数已满",
    "system_on_paper": "{source}没有开放接口",
    "resource_unknown": "“{resource}”还没有登记到资源目录",
    "source_refused": "{source}没有接受这次查询",
    "address_missing": "{source}的接口地址还没有配置",
    "key_missing": "与{source}的对接密钥还没有配置",
}


@dataclass(frozen=True, slots=True)
class FetchRow:
    """One material that a source was asked for."""

    material: str
    #: Codes of the resource and of the system asked.
    resource: str
    system: str
    #: Empty: it was fetched; else the code of why not.
    reason: str
    #: Why not and what to do, in one sentence; empty when fetched.
    sentence: str
    call_id: UUID | None
    at: datetime


def fetched_of(case_id: UUID) -> tuple[FetchRow, ...]:
    """Return what sources were asked for a case instead of the applicant, without what they told.  Three queries."""
    rows = list(Fetched.objects.filter(case_id=case_id).select_related("case").order_by("material"))
    if not rows:
        return ()
    county = rows[0].case.county
    resources = dict(
        Resource.objects.filter(county=county, code__in={row.resource_code for row in rows}).values_list("code", "name")
    )
    systems = dict(
        System.objects.filter(county=county, code__in={row.system for row in rows}).values_list("code", "name")
    )
    return tuple(
        FetchRow(
            material=row.material,
            resource=row.resource_code,
            system=row.system,
            reason=row.reason,
            sentence=_why(row, resources, systems) if row.reason else "",
            call_id=row.call_id,
            at=row.at,
        )
        for row in rows
    )


def _why(row: Fetched, resources: dict[str, str], systems: dict[str, str]) -> str:
    source = systems.get(row.system, row.system or "数据来源")
    said = WHY.get(row.reason, "{source}没有给出“{resource}”（{code}）")
    why = said.format(source=source, resource=resources.get(row.resource_code, row.resource_code), code=row.reason)
    return f"{why}，这项材料请申请人提交。"
