"""调用与核验: asking a source, always for a case or a purpose, always logged.

A call to another system may take seconds, so it is never made inside a transaction: a slow source must not hold
rows or a connection's snapshot.  The log line is its own transaction, so that a refused call stays on record.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import transaction

from tongban.rooms import clock, crypto
from tongban.rooms.exchange.actions.sharing import SHARING, named_resource
from tongban.rooms.exchange.adapters import adapter_of
from tongban.rooms.exchange.comparing import Comparison, compare
from tongban.rooms.exchange.models import CallLog, Resource, ShareRequest
from tongban.rooms.exchange.port import Answer, Down, Rejected
from tongban.rooms.exchange.simulator import subject_hash
from tongban.rooms.ids import uuid7
from tongban.rooms.ledger import actions as ledger
from tongban.rulebook.errors import Refused, Words
from tongban.rulebook.numbers import tidy


@dataclass(frozen=True, slots=True)
class _Call:
    """What is asked, by whom, and why."""

    county: str
    resource_code: str
    query: Mapping[str, str]
    fields: tuple[str, ...]
    unit: str
    who: str
    case_id: UUID | None
    purpose: str


@dataclass(frozen=True, slots=True)
class Told:
    """What came of asking: an answer, or the refusal; and the line of the call log in either case."""

    call_id: UUID
    answer: Answer | None = None
    refused: Refused | None = None
    #: Code of the system that was asked, or would have been; empty: no such resource.
    system: str = ""
    #: Code of the trouble while the source is down.
    trouble: str = ""


def ask(
    county: str,
    resource_code: str,
    query: Mapping[str, str],
    *,
    fields: Sequence[str],
    unit: str,
    who: str,
    case_id: UUID | None = None,
    purpose: str = "",
) -> Answer:
    """Ask a source for ``fields`` of the subject of ``query``, on behalf of ``unit``.

    A source that is down gives ``Answer("down")``: go on with paper and mark it.  Raises ``Refused``, each logged:
    ``purpose_missing``, ``fields_missing``, ``resource_unknown``, ``not_shared``, ``field_unknown``,
    ``share_not_approved``, ``share_expired``, ``field_not_approved``, ``day_limit``, ``system_on_paper``,
    ``source_refused``.
    """
    told = ask_or_why(county, resource_code, query, fields=fields, unit=unit, who=who, case_id=case_id, purpose=purpose)
    if told.refused is not None:
        raise told.refused
    assert told.answer is not None
    return told.answer


def ask_or_why(
    county: str,
    resource_code: str,
    query: Mapping[str, str],
    *,
    fields: Sequence[str] | None,
    unit: str,
    who: str,
    case_id: UUID | None = None,
    purpose: str = "",
) -> Told:
    """Ask as ``ask`` does, but tell a refusal instead of raising it.  ``fields`` None: all that are approved."""
    call = _Call(county, resource_code, query, tuple(fields or ()), unit, who, case_id, purpose.strip())
    refused, resource = None, None
    with transaction.atomic(durable=True):
        try:
            if fields is None:
                call = replace(call, fields=_all_approved(call))
            resource, request = _permit(call)
            adapter = adapter_of(resource.system)
            # Written before asking: also a call that nobody finished is on record, and counts for the day.
            call_id = _log(call, "asked", resource, request)
        except Refused as error:
            refused = error
            resource = Resource.objects.select_related("system").filter(county=county, code=resource_code).first()
            call_id = _log(call, "refused", resource, reason=error.code)
    system = resource.system.code if resource else ""
    if refused is not None or resource is None:
        return Told(call_id, refused=refused, system=system)
    began = time.monotonic()
    reason = ""
    try:
        answer = adapter.ask(resource_code, query, fields=call.fields, case_id=case_id, purpose=call.purpose)
    except Down as down:
        answer, reason = Answer("down", simulated=resource.system.adapter == "simulator"), down.code
    except Rejected as rejected:
        _finish(call_id, "refused", began, reason=rejected.code)
        no = Refused(
            "source_refused",
            "{name}没有接受这次查询（{code}）。请改用纸质材料并联系对方。",
            name=resource.system.name,
            code=rejected.code,
        )
        return Told(call_id, refused=no, system=system)
    with transaction.atomic(durable=True):
        _finish(call_id, answer.state, began, reason=reason, simulated=answer.simulated)
        if case_id is not None and answer.state == "found":
            ledger.log_access(who, "case", case_id, f"exchange:{resource_code}")
    # Only what was asked for, whatever the source sent along.
    values = {name: value for name, value in answer.values.items() if name in call.fields}
    return Told(call_id, replace(answer, values=values, call_id=call_id), system=system, trouble=reason)


def check_form(
    county: str,
    resource_code: str,
    query: Mapping[str, str],
    form: Mapping[str, str],
    *,
    unit: str,
    who: str,
    case_id: UUID | None = None,
    purpose: str = "",
    pairs: Mapping[str, str] | None = None,
) -> Comparison:
    """核验: ask the source and compare the form with it; the verdict stays with the call.

    ``pairs``: field of the form -> field of the source, where they differ.  Refuses as ``ask`` does.
    """
    names = pairs or {name: name for name in form}
    answer = ask(
        county,
        resource_code,
        query,
        fields=tuple(names.values()),
        unit=unit,
        who=who,
        case_id=case_id,
        purpose=purpose,
    )
    comparison = compare(form, answer, names)
    assert answer.call_id is not None
    CallLog.objects.filter(id=answer.call_id).update(
        verdict=comparison.state, mismatched=[line.field for line in comparison.mismatches]
    )
    return comparison


def _permit(call: _Call) -> tuple[Resource, ShareRequest | None]:
    """Return the resource and the approval under which the call is made, or refuse."""
    if call.case_id is None and not call.purpose:
        raise Refused("purpose_missing", "查询共享数据必须写明办件或用途。请从办件中发起，或填写用途。", SHARING)
    if not call.fields:
        raise Refused("fields_missing", "请列出要查的信息项，只列必需的。", SHARING)
    resource = named_resource(call.county, call.resource_code)
    if resource.share == "refused":
        raise Refused(
            "not_shared",
            "“{name}”不予共享，依据：{ground}。请改用其他材料。",
            SHARING,
            name=resource.name,
            ground=resource.basis,
        )
    if foreign := [name for name in call.fields if name not in resource.fields]:
        raise Refused(
            "field_unknown",
            "“{name}”没有这些信息项：{foreign}。请对照资源目录。",
            name=resource.name,
            foreign=Words(foreign),
        )
    if resource.share == "unconditional":
        return resource, None
    return resource, _approval(call, resource)


def _all_approved(call: _Call) -> tuple[str, ...]:
    """The least that serves is what the owner approved for this unit; of what is open to all, everything."""
    resource = named_resource(call.county, call.resource_code)
    if resource.share == "unconditional":
        return tuple(resource.fields)
    approved = ShareRequest.objects.filter(resource=resource, unit=call.unit, state="approved").order_by("id")
    usable = [one for one in approved if one.approved_until and one.approved_until >= clock.today()]
    # Which refusal it is, is for ``_permit`` to say: it is asked with the fields that exist.
    most = max(usable, key=lambda one: len(one.fields), default=None)
    return tuple(most.fields if most else resource.fields)


def _approval(call: _Call, resource: Resource) -> ShareRequest:
    approved = ShareRequest.objects.filter(resource=resource, unit=call.unit, state="approved").order_by("id")
    if call.case_id is None:
        # Without a case the approved purpose itself must be the one stated.
        approved = approved.filter(purpose=call.purpose)
    standing = list(approved)
    if not standing:
        raise Refused(
            "share_not_approved", "本单位没有获准使用“{name}”。请先提出共享申请。", SHARING, name=resource.name
        )
    valid = [one for one in standing if one.approved_until and one.approved_until >= clock.today()]
    if not valid:
        raise Refused("share_expired", "使用“{name}”的期限已过。请重新提出共享申请。", SHARING, name=resource.name)
    fitting = [one for one in valid if set(call.fields) <= set(one.fields)]
    if not fitting:
        beyond = [name for name in call.fields if not any(name in one.fields for one in valid)]
        raise Refused(
            "field_not_approved",
            "这些信息项不在获准范围内：{foreign}。请只查获准的，或补充申请。",
            SHARING,
            foreign=Words(beyond or call.fields),
        )
    for request in fitting:
        if request.day_limit is None or _calls_today(request) < request.day_limit:
            return request
    raise Refused("day_limit", "今天使用“{name}”的次数已满。请明天再查，或改用纸质材料。", name=resource.name)


def _calls_today(request: ShareRequest) -> int:
    # Held until this call is on the log, so that two calls at once do not both take the day's last one.
    ShareRequest.objects.select_for_update().get(id=request.id)
    began = clock.at_local(clock.today())
    return CallLog.objects.filter(request=request, at__gte=began).count()


def _log(
    call: _Call,
    outcome: str,
    resource: Resource | None = None,
    request: ShareRequest | None = None,
    *,
    reason: str = "",
) -> UUID:
    made = uuid7()
    CallLog.objects.create(
        id=made,
        county=call.county,
        at=clock.now(),
        who=call.who,
        unit=call.unit,
        resource_code=call.resource_code[:64],
        resource=resource,
        request=request,
        case_id=call.case_id,
        purpose=call.purpose[:120],
        fields=list(call.fields),
        subject_hash=subject_hash(call.resource_code, call.query),
        about=_about(call.query),
        outcome=outcome,
        reason=reason,
    )
    return made


def _finish(call_id: UUID, outcome: str, began: float, *, reason: str = "", simulated: bool = False) -> None:
    ms = round((time.monotonic() - began) * 1000)
    CallLog.objects.filter(id=call_id).update(outcome=outcome, reason=reason, ms=ms, simulated=simulated)


def _about(query: Mapping[str, str]) -> bytes | None:
    """Return by what the person asked about finds this call again: the hash under which people keep her number."""
    scheme = next((one for one in ("citizen_id", "credit_code") if query.get(one)), None)
    return crypto.keyed_hash(scheme, tidy(query[scheme])) if scheme else None
