"""Effects of steps on licences: their rows are written in the very statement of the step.

The serial in a licence's identifier is its own id (32 characters, GB/T 36904 sets no gap-free serial): it must be
known before the statement runs, and a number drawn from a register is known only afterwards.  The number that
people read does come from a gap-free register, drawn by the same statement, and reaches the row with its document.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from tongban.rooms import calendars, clock, crypto
from tongban.rooms.casework.effects import Extra
from tongban.rooms.casework.models import Tie
from tongban.rooms.casework.queries.reading import CaseFile
from tongban.rooms.casework.queries.texts import answers_question
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.ids import uuid7
from tongban.rooms.ledger.models import Entry
from tongban.rooms.licences.models import Licence
from tongban.rooms.licences.queries.licences import of_person, opened
from tongban.rooms.people import queries as people
from tongban.rooms.questions import ask
from tongban.rulebook import clock as time
from tongban.rulebook import money
from tongban.rulebook.basis import law
from tongban.rulebook.catalogue import LicenceKind
from tongban.rulebook.clock import Limit, Unit
from tongban.rulebook.errors import Refused, Words
from tongban.rulebook.facts import Outcome
from tongban.rulebook.numbers import LicenceIdentifier, check_licence_identifier, make_licence_identifier, next_version

Row = dict[str, Any]

#: States from which a licence can be renewed: also one that ran out while its renewal was under way.
RENEWABLE = ("valid", "suspended", "lapsed")


def issue_licence(file: CaseFile, outcome: Outcome, now: datetime, context: Mapping[str, Any]) -> Extra:
    """Effect ``issue_licence``: the licence enters the store with the case's own data, and its document is owed.

    An item whose result is no licence of ours adds nothing.  ``context["facts"]`` overrides what was answered.
    Raises ``Refused``: ``licence_field_missing``, ``licence_holder_missing``, ``licence_to_renew``.
    """
    result = file.facts.item.result
    if result is None or not result.licence_kind:
        return Extra()
    holder = file.uuid("applicant_id")
    if holder is None:
        raise Refused("licence_holder_missing", "这个办件没有申请人，不能制证。请先补登申请人。")
    today = clock.legal_date(now)
    kind, answers, unit, person = ask(
        catalogue.kind_question(result.licence_kind),
        answers_question(file),
        people.unit_question(file.county, str(file.row["unit"])),
        people.person_question(holder),
    )
    former = _former(file, holder, kind.code) if file.facts.item.renewal else None
    before = opened(former) if former is not None else {}
    facts = fill(kind, {**before, **answers, **context.get("facts", {})})
    licence_id = uuid7()
    if former is None:
        number, identifier = "", new_identifier(kind, unit.credit_code, licence_id)
    else:
        # 延续: the number stays, the version rises by one.
        number, identifier = former.number, next_version(check_licence_identifier(former.identifier))
    row = licence_row(
        licence_id,
        county=file.county,
        kind=kind,
        holder_id=person.id,
        number=number,
        identifier=identifier,
        issuer=unit.code,
        issued_on=today,
        valid_from=today,
        valid_until=last_day(today, result.valid_months or kind.valid_months),
        origin="case",
        facts=facts,
        rehearsal=bool(file.row["rehearsal"]),
        case_id=file.id,
        former_id=former.id if former is not None else None,
    )
    rows = [row] if former is None else [{**plain(former.id), "state": "changed", "state_on": today}, row]
    body = {"document": "licence", "licence": str(licence_id), "seq": context["seq"]}
    promise: Row = {"kind": "document", "key": f"document:{file.id}:{context['seq']}:licence", "body": body}
    draws: list[Row] = []
    if not number:
        promise["register"] = "licence"
        draws = [{"unit": unit.code, "kind": "licence"}]
    notes = {"licence": str(licence_id), "identifier": str(identifier), "facts": row["facts_digest"]}
    if former is not None:
        notes["former"] = str(former.id)
    return Extra(rows={"licences_licence": rows}, promises=[promise], draws=draws, notes=notes)


def revoke_licence(file: CaseFile, outcome: Outcome, now: datetime, context: Mapping[str, Any]) -> Extra:
    """Effect ``revoke_licence``: what the case had issued loses force in the step that takes it back (许可法 69)."""
    return _taken_back([file.id], file, now, context)


def revoke_promised(file: CaseFile, outcome: Outcome, now: datetime, context: Mapping[str, Any]) -> Extra:
    """Effect ``revoke_promised``: what the case under check was granted loses force, for its promise was false."""
    ties = Tie.objects.filter(case_id=file.id, role="arises-from", target_kind="case")
    return _taken_back(list(ties.values_list("target_id", flat=True)), file, now, context)


def _taken_back(cases: Sequence[UUID], file: CaseFile, now: datetime, context: Mapping[str, Any]) -> Extra:
    """Return the rows of the licences that these cases issued, revoked by the step that is being taken in ``file``."""
    rows = Licence.objects.filter(case_id__in=cases, state__in=("valid", "suspended", "lapsed")).order_by("id")
    ids = [row.id for row in rows]
    if not ids:
        return Extra()
    today = clock.legal_date(now)
    taken = [{**plain(licence_id), "state": "revoked", "state_on": today} for licence_id in ids]
    # The licences' own streams are told after the commit: a step writes one stream only.
    told = [
        {"kind": "licence_entry", "key": f"licence_entry:{licence_id}:{file.id}:{context['seq']}", "body": body}
        for licence_id in ids
        for body in [{"licence": str(licence_id), "step": "revoke", "seq": context["seq"]}]
    ]
    return Extra(rows={"licences_licence": taken}, promises=told, notes={"revoked": [str(one) for one in ids]})


def use_licences(file: CaseFile, outcome: Outcome, now: datetime, context: Mapping[str, Any]) -> Extra:
    """Effect ``use_licences``: each licence that serves instead of a paper is logged with the filing itself (S098).

    Filing with it is the holder's consent: the page shows which licences will be used.
    """
    rows = [
        {
            "id": uuid7(),
            "licence_id": one["licence_id"],
            "case_id": file.id,
            "item": file.facts.item.code,
            "material": code,
            "consent": "filing",
            "at": now,
        }
        for code, one in file.materials.items()
        if one["state"] == "held" and one["licence_id"]
    ]
    return Extra(rows={"licences_licenceuse": rows} if rows else {}, notes={"used": len(rows)} if rows else {})


def fill(kind: LicenceKind, given: Mapping[str, Any]) -> dict[str, str]:
    """Return the text of every field of the licence.  Raises ``Refused("licence_field_missing")`` naming what lacks."""
    facts = {field.name: text_of(given.get(field.name)) for field in kind.fields}
    lacking = [money.label(field.name, field.label) for field in kind.fields if not facts[field.name]]
    if lacking:
        raise Refused(
            "licence_field_missing",
            "《{name}》上还缺：{lacking}。请在制证时补填。",
            law("国务院令第716号 第十条"),
            name=kind.name,
            lacking=Words(lacking),
        )
    return facts


def text_of(value: object) -> str:
    """Return a value of a form as it stands on paper."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, list | tuple):
        return "、".join(text_of(one) for one in value)
    if isinstance(value, Mapping):
        return "；".join(f"{key}：{text_of(one)}" for key, one in value.items())
    if isinstance(value, date):
        return value.isoformat()
    return str(value).strip()


def new_identifier(kind: LicenceKind, issuer: str, licence_id: UUID) -> LicenceIdentifier:
    """Return the identifier of a licence's first version; ``issuer`` is a credit code."""
    return make_licence_identifier(kind.type_code, issuer, licence_id.hex.upper(), 1)


def last_day(first: date, months: int | None) -> date | None:
    """Return the last day of a licence that begins on ``first``: the day before the same day number (民法典 202)."""
    if months is None:
        return None
    # Nothing falls due here, so a rest day moves nothing.
    return time.due(first, Limit(months, Unit.M), calendars.calendar(), roll=False).on - timedelta(days=1)


def licence_row(
    licence_id: UUID,
    *,
    county: str,
    kind: LicenceKind,
    holder_id: UUID,
    number: str,
    identifier: LicenceIdentifier,
    issuer: str,
    issued_on: date,
    valid_from: date,
    valid_until: date | None,
    origin: str,
    facts: Mapping[str, str],
    rehearsal: bool = False,
    case_id: UUID | None = None,
    former_id: UUID | None = None,
) -> Row:
    """Return every column of a new licence, its facts sealed under a key of its own."""
    key, wrapped = crypto.new_key()
    text = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return {
        "id": licence_id,
        "county": county,
        "kind": kind.code,
        "holder_id": holder_id,
        "number": number,
        "identifier": str(identifier),
        "version": identifier.version,
        "state": "valid",
        "state_on": issued_on,
        "issuer": issuer,
        "issued_on": issued_on,
        "valid_from": valid_from,
        "valid_until": valid_until,
        "origin": origin,
        "rehearsal": rehearsal,
        "case_id": case_id,
        "former_id": former_id,
        "wrapped_key": wrapped,
        "facts": crypto.seal_text(text, key),
        "facts_digest": crypto.digest(text),
        "reason": None,
    }


def plain(licence_id: UUID) -> Row:
    """Return every column of a licence as PostgreSQL writes it in JSON: for a row that only changes its state."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(l) FROM licences_licence l WHERE id = %s", [licence_id])
        (row,) = cursor.fetchone()
    return dict(json.loads(row) if isinstance(row, str) else row)


def _former(file: CaseFile, holder: UUID, kind: str) -> Licence:
    """Return the licence to be renewed: the one that the filing named in the journal, else her only one."""
    rows = list(of_person(holder).filter(kind=kind, state__in=RENEWABLE, rehearsal=False).order_by("-issued_on", "-id"))
    if not rows:
        raise Refused(
            "licence_to_renew",
            "证照库里没有可以延续的原证。请先把原证补录进证照库，再制证。",
            law("行政许可法 第五十条"),
        )
    filed = Entry.objects.filter(subject_kind="case", subject_id=file.id, step="file").order_by("seq").first()
    renews = filed.body.get("renews") if filed is not None else None
    named = [row for row in rows if str(row.id) == renews]
    chosen = named or (rows if len(rows) == 1 else [])
    if not chosen:
        raise Refused(
            "licence_to_renew_unclear",
            "申请人有几份同类证照，看不出延续哪一份。请先核对申请时选择的原证。",
            law("行政许可法 第五十条"),
        )
    return chosen[0]
