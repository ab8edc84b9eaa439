"""免提交: materials are fetched from their sources instead of being asked for, or it is said precisely why not.

The law's sentence is 国务院令第716号 第七条: what can be had by sharing is not asked of the applicant again.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tongban.rooms import clock, crypto
from tongban.rooms.casework import actions as casework
from tongban.rooms.casework.actions import Who
from tongban.rooms.casework.actions.rows import key_of, material_row
from tongban.rooms.casework.effects import Extra, Wanted
from tongban.rooms.casework.queries.reading import CaseFile, read
from tongban.rooms.exchange.actions.asking import Told, ask_or_why
from tongban.rooms.exchange.models import Fetched, Resource, ShareRequest
from tongban.rooms.ids import uuid7
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.people import actions as people
from tongban.rooms.people import queries as known
from tongban.rulebook.errors import Refused

#: Kind of the promise to ask again a source that was down at the filing.
PROMISE = "fetch"
#: Reasons that may be gone a little later.
PASSING = frozenset(
    {"unreachable", "slow", "trouble", "garbled", "no_table", "not_picked_up", "address_missing", "key_missing"}
)


@dataclass(frozen=True, slots=True)
class FetchedValues:
    """What a source told of one material."""

    material: str
    resource: str
    values: Mapping[str, str]
    at: datetime


def fetch_at_filing(wanted: Wanted, now: datetime) -> Extra:
    """Ask for every material that a source answers for; the rows go into the filing itself.

    Not inside a transaction: a source may be slow.
    """
    told = _asked(wanted)
    materials = [
        material_row(wanted.case_id, code, "lacking" if one.reason else "shared", now, call_id=one.call_id)
        for code, one in told.items()
    ]
    owed = []
    if any(one.reason in PASSING for one in told.values()):
        owed.append({"kind": PROMISE, "key": f"fetch:{wanted.case_id}", "body": {}})
    rows = [one.row(wanted, code, now) for code, one in told.items()]
    notes = {"fetched": {code: one.reason or "shared" for code, one in told.items()}}
    return Extra(rows={"casework_material": materials, "exchange_fetched": rows}, promises=owed, notes=notes)


def fetch_again(case_id: UUID, who: Who) -> tuple[str, ...]:
    """Ask once more for what a source did not tell at the filing and nobody has brought; returns what came now.

    Raises ``Refused``: ``source_down`` while a source that is still needed does not answer; what casework refuses.
    """
    file = read(case_id)
    before = dict(Fetched.objects.filter(case_id=case_id).exclude(reason="").values_list("material", "resource_code"))
    wanted = _wanted(file, {code: resource for code, resource in before.items() if code in file.facts.missing})
    if wanted is None:
        return ()
    now, told = clock.now(), _asked(wanted)
    came = {code: ("shared", one.call_id) for code, one in told.items() if not one.reason}
    if came:
        rows = [told[code].row(wanted, code, now) for code in came]
        casework.check_shared(case_id, who, came, rows={"exchange_fetched": rows})
    for code, one in told.items():
        if one.reason:
            Fetched.objects.filter(case_id=case_id, material=code).update(
                reason=one.reason, call_id=one.call_id, at=now
            )
    if any(one.reason in PASSING for one in told.values()):
        raise Refused("source_down", "有的数据来源暂时不通，稍后自动再取；也可以请申请人提交。")
    return tuple(sorted(came))


def keep_fetch(case_id: UUID) -> None:
    """Keep casework's promise to ask again; where the case has gone on meanwhile, there is nothing left to do."""
    try:
        fetch_again(case_id, Who("house"))
    except Refused as no:
        if no.code in ("wrong_state", "case_erased", "case_unknown"):
            return
        raise


def read_fetched(case_id: UUID, *, who: str, purpose: str) -> tuple[FetchedValues, ...]:
    """Return what sources told of a case's materials, in plain.  The read is logged with its purpose.

    Raises ``Refused``: ``purpose_missing``, ``case_unknown``, ``case_erased``.
    """
    if not purpose.strip():
        raise Refused("purpose_missing", "查看取得的数据要写明用途。请补充后再查看。")
    case_key = key_of(read(case_id))
    ledger.log_access(who, "case", case_id, purpose)
    rows = Fetched.objects.filter(case_id=case_id, reason="").order_by("material")
    return tuple(
        FetchedValues(
            row.material,
            row.resource_code,
            json.loads(crypto.open_text(bytes(row.values_sealed), case_key)),
            row.at,
        )
        for row in rows
    )


@dataclass(frozen=True, slots=True)
class _One:
    """What came of asking for one material."""

    resource: str
    #: Empty: it was told.
    reason: str
    call_id: UUID | None = None
    system: str = ""
    values: Mapping[str, str] | None = None

    def row(self, wanted: Wanted, code: str, now: datetime) -> dict[str, Any]:
        """Return the row that is kept of it."""
        sealed = b""
        if self.values is not None:
            text = json.dumps(dict(self.values), ensure_ascii=False, sort_keys=True)
            sealed = crypto.seal_text(text, wanted.case_key)
        return {
            "id": uuid7(),
            "case_id": wanted.case_id,
            "material": code,
            "resource_code": self.resource,
            "system": self.system,
            "call_id": self.call_id,
            "reason": self.reason,
            "values_sealed": sealed,
            "at": now,
        }


def _asked(wanted: Wanted) -> dict[str, _One]:
    """Ask for each material once; two that the same source answers for are one call."""
    resources = sorted(set(wanted.materials.values()))
    rows = {row.code: row for row in Resource.objects.filter(county=wanted.county, code__in=resources)}
    approved = _approved_units(wanted, rows)
    numbers = _numbers(wanted) if rows else {}
    told = {
        code: _ask(wanted, code, rows.get(code), approved.get(code, wanted.units[0]), numbers) for code in resources
    }
    return {material: told[resource] for material, resource in wanted.materials.items()}


def _ask(wanted: Wanted, code: str, resource: Resource | None, unit: str, numbers: Mapping[str, str]) -> _One:
    if resource is not None and resource.key not in numbers:
        return _One(code, "subject_unknown", system=resource.system.code)
    query = {resource.key: numbers[resource.key]} if resource is not None else {}
    told = ask_or_why(wanted.county, code, query, fields=None, unit=unit, who="house", case_id=wanted.case_id)
    values = told.answer.values if told.answer is not None and told.answer.state == "found" else None
    return _One(code, _reason(told), told.call_id, told.system, values)


def _reason(told: Told) -> str:
    if told.refused is not None:
        return told.refused.code[:40]
    assert told.answer is not None
    if told.answer.state == "down":
        return told.trouble or "unreachable"
    return "" if told.answer.state == "found" else "missing"


def _approved_units(wanted: Wanted, rows: Mapping[str, Resource]) -> dict[str, str]:
    """Return for each resource the first of the units that may use it today."""
    if len(wanted.units) == 1:
        return {}
    standing = set(
        ShareRequest.objects.filter(
            resource__in=list(rows.values()),
            unit__in=wanted.units,
            state="approved",
            approved_until__gte=clock.today(),
        ).values_list("resource__code", "unit")
    )
    return {
        code: next(unit for unit in wanted.units if (code, unit) in standing)
        for code in rows
        if any((code, unit) in standing for unit in wanted.units)
    }


def _numbers(wanted: Wanted) -> dict[str, str]:
    """Return by which numbers the applicant is asked about; of an organisation, its representative's too."""
    asked: Sequence[UUID] = [wanted.applicant_id]
    if known.person(wanted.applicant_id).kind != "natural":
        representative = known.representative_of(wanted.applicant_id, clock.today())
        asked = [representative.id, *asked] if representative else asked
    plain = people.reveal_many(asked, who="house", purpose=f"fetch:{wanted.case_id}")
    return {scheme: value for one in asked for scheme, value in plain.get(one, {}).items()}


def _wanted(file: CaseFile, materials: Mapping[str, str]) -> Wanted | None:
    applicant = file.uuid("applicant_id")
    if applicant is None or not materials:
        return None
    return Wanted(file.id, file.county, applicant, (str(file.row["unit"]),), materials, key_of(file))
