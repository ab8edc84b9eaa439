"""What becomes of a licence after it was issued: changed, renewed, suspended, revoked, cancelled, lapsed.

A step of a case may do some of this too (``issuing``); here it is done by whoever answers for the licence.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction

from tongban.rooms import clock, crypto
from tongban.rooms.casework.actions.standing import Who
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.ids import uuid7
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.licences.actions.issuing import fill, last_day, licence_row, new_identifier
from tongban.rooms.licences.models import LICENCE_STATES, Licence
from tongban.rooms.licences.queries.licences import opened, state_on
from tongban.rooms.people import queries as people
from tongban.rulebook.authority import Power, Subject
from tongban.rulebook.basis import Basis, design, law, unchecked
from tongban.rulebook.errors import Refused, Sentence
from tongban.rulebook.numbers import LicenceIdentifier, check_licence_identifier, next_version

log = structlog.get_logger(__name__)

#: 许可法: 49 change, 50 renewal, 69 revocation, 70 cancellation.
ARTICLE_49, ARTICLE_50 = law("行政许可法 第四十九条"), law("行政许可法 第五十条")
ARTICLE_69, ARTICLE_70 = law("行政许可法 第六十九条"), law("行政许可法 第七十条")
#: Each law that punishes says itself when a licence may be taken away or held back.
PUNISHED = unchecked("行政处罚法 第九条")

#: Verb -> states it starts from, the state it leads to, its basis.
MOVES: Mapping[str, tuple[tuple[str, ...], str, Basis]] = {
    "suspend": (("valid",), "suspended", PUNISHED),
    "resume": (("suspended",), "valid", PUNISHED),
    "revoke": (("valid", "suspended", "lapsed"), "revoked", ARTICLE_69),
    "strip": (("valid", "suspended", "lapsed"), "stripped", PUNISHED),
    "cancel": (("valid", "suspended", "lapsed", "revoked", "stripped"), "cancelled", ARTICLE_70),
    "lapse": (("valid", "suspended"), "lapsed", ARTICLE_70),
    "change": (("valid",), "changed", ARTICLE_49),
    "renew": (("valid", "lapsed"), "changed", ARTICLE_50),
}
WORDS = {
    "suspend": "暂扣",
    "resume": "发还",
    "revoke": "撤销",
    "strip": "吊销",
    "cancel": "注销",
    "lapse": "过期登记",
    "change": "变更",
    "renew": "延续",
}


@dataclass(frozen=True, slots=True)
class Lapsed:
    """What one sweep did."""

    lapsed: int
    #: Licences that could not be written; they are looked at again.
    troubled: tuple[UUID, ...]


@transaction.atomic
def import_licence(
    county: str,
    kind_code: str,
    who: Who,
    *,
    holder_id: UUID,
    issuer: str,
    number: str,
    facts: Mapping[str, Any],
    issued_on: date,
    valid_until: date | None,
    valid_from: date | None = None,
    identifier: str = "",
) -> UUID:
    """历史证照补录: an old licence enters the store, marked as such and checked like a new one; its page is owed.

    ``identifier``: the one printed on it, when it has one.  Raises ``Refused``: ``licence_kind_unknown``,
    ``licence_field_missing``, ``licence_holder_kind``, ``licence_number_missing``, ``licence_dates``,
    ``licence_known``, those of the identifier, or one that names the power that lacks.
    """
    day = clock.today()
    unit = people.unit(county, issuer)
    _allowed(who, county, issuer, day)
    kind, holder = catalogue.kind(kind_code), people.person(holder_id)
    if kind.holder != "either" and (kind.holder == "natural") != (holder.kind == "natural"):
        wanted = Sentence("个人") if kind.holder == "natural" else Sentence("单位")
        raise Refused(
            "licence_holder_kind",
            "《{name}》的持有人只能是{wanted}。请核对持有人后重新补录。",
            name=kind.name,
            wanted=wanted,
        )
    first = valid_from or issued_on
    if not number.strip():
        raise Refused("licence_number_missing", "没有填写证照编号。请照原证填写后再补录。")
    if issued_on > day or (valid_until is not None and valid_until < first):
        raise Refused("licence_dates", "发证日期不能晚于今天，有效期止不能早于有效期起。请照原证核对。")
    known = Licence.objects.filter(county=county, kind=kind.code, issuer=issuer, number=number.strip())
    if known.exclude(state="changed").exists():
        raise Refused(
            "licence_known",
            "证照库里已有编号为“{number}”的《{name}》，不能重复补录。请先核对。",
            number=number.strip(),
            name=kind.name,
        )
    licence_id = uuid7()
    own = (
        _own_identifier(identifier, kind.type_code)
        if identifier
        else new_identifier(kind, unit.credit_code, licence_id)
    )
    row = licence_row(
        licence_id,
        county=county,
        kind=kind,
        holder_id=holder.id,
        number=number.strip(),
        identifier=own,
        issuer=issuer,
        issued_on=issued_on,
        valid_from=first,
        valid_until=valid_until,
        origin="import",
        facts=fill(kind, facts),
    )
    if valid_until is not None and valid_until < day:
        row |= {"state": "lapsed", "state_on": valid_until}
    Licence.objects.create(**row)
    body = {"identifier": str(own), "origin": "import", "facts": row["facts_digest"], "until": valid_until}
    ledger.record("licence", licence_id, "import", who.name, body, county=county, new=True)
    _owe_page(licence_id, who)
    return licence_id


def change(licence_id: UUID, who: Who, *, facts: Mapping[str, Any], reason: str) -> UUID:
    """变更 (许可法 49): a new version with other facts; number and last day stay.  Returns the new version's id."""
    return _succeed(licence_id, who, "change", facts=facts, reason=reason)


def renew(licence_id: UUID, who: Who, *, reason: str, facts: Mapping[str, Any] | None = None) -> UUID:
    """延续 (许可法 50): a new version that runs its whole time from today; the number stays.  Returns its id."""
    return _succeed(licence_id, who, "renew", facts=facts or {}, reason=reason)


def suspend(licence_id: UUID, who: Who, *, reason: str) -> None:
    """暂扣: it may not be relied on until it is given back."""
    _move(licence_id, who, "suspend", reason)


def resume(licence_id: UUID, who: Who, *, reason: str) -> None:
    """发还暂扣的证照."""
    _move(licence_id, who, "resume", reason)


def revoke(licence_id: UUID, who: Who, *, reason: str, punished: bool = False) -> None:
    """撤销 (许可法 69), or with ``punished`` 吊销: it loses force today."""
    _move(licence_id, who, "strip" if punished else "revoke", reason)


def cancel(licence_id: UUID, who: Who, *, reason: str) -> None:
    """注销 (许可法 70): holder dead or dissolved, run out, revoked, or given up."""
    _move(licence_id, who, "cancel", reason)


def sweep_lapsed(most: int = 500) -> Lapsed:
    """Note licences whose last day is over.  One bad row never stops the sweep."""
    day = clock.today()
    due = Licence.objects.filter(state__in=MOVES["lapse"][0], valid_until__lt=day).order_by("valid_until", "id")
    done, troubled = 0, []
    for licence_id in list(due.values_list("id", flat=True)[:most]):
        try:
            _move(licence_id, Who("law"), "lapse", "")
            done += 1
        except Refused:
            continue  # somebody was faster
        except Exception:  # one bad row never stops the sweep
            log.exception("licence_lapse_failed", licence=str(licence_id))
            troubled.append(licence_id)
    return Lapsed(done, tuple(troubled))


@transaction.atomic
def _move(licence_id: UUID, who: Who, verb: str, reason: str) -> None:
    row = _locked(licence_id, who, verb, reason)
    _leave(row, verb, reason)
    row.save(update_fields=["state", "state_on", "reason"])
    body = {"state": row.state, "on": row.state_on, "reason": crypto.digest(reason) if reason else ""}
    ledger.record("licence", row.id, verb, who.name, body, county=row.county)


@transaction.atomic
def _succeed(licence_id: UUID, who: Who, verb: str, *, facts: Mapping[str, Any], reason: str) -> UUID:
    row = _locked(licence_id, who, verb, reason)
    day = clock.today()
    kind = catalogue.kind(row.kind)
    after = next_version(check_licence_identifier(row.identifier))
    _leave(row, verb, reason)
    row.save(update_fields=["state", "state_on", "reason"])
    made = uuid7()
    new = licence_row(
        made,
        county=row.county,
        kind=kind,
        holder_id=people.person(row.holder_id).id,
        number=row.number,
        identifier=after,
        issuer=row.issuer,
        issued_on=day,
        valid_from=day,
        valid_until=row.valid_until if verb == "change" else last_day(day, kind.valid_months),
        origin=row.origin,
        facts=fill(kind, {**opened(row), **facts}),
        rehearsal=row.rehearsal,
        case_id=row.case_id,
        former_id=row.id,
    )
    Licence.objects.create(**new)
    ledger.record("licence", row.id, verb, who.name, {"state": row.state, "next": str(made)}, county=row.county)
    body = {"identifier": str(after), "former": str(row.id), "facts": new["facts_digest"], "until": new["valid_until"]}
    ledger.record("licence", made, verb, who.name, body, county=row.county)
    _owe_page(made, who)
    return made


def _locked(licence_id: UUID, who: Who, verb: str, reason: str) -> Licence:
    row = Licence.objects.select_for_update().filter(id=licence_id).first()
    if row is None:
        raise Refused("licence_unknown", "证照库里没有这份证照。请核对证照编号。")
    day = clock.today()
    _allowed(who, row.county, row.issuer, day)
    sources, _, basis = MOVES[verb]
    if who.kind != "law" and not reason.strip():
        raise Refused("reason_missing", "{verb}证照必须写明理由。请补充后再办。", basis, verb=WORDS[verb])
    state = row.state if verb == "lapse" else state_on(row, day)
    if state not in sources:
        raise Refused(
            "licence_state",
            "这份证照现在是“{state}”，不能{verb}。请刷新后再看。",
            basis,
            state=LICENCE_STATES[state],
            verb=WORDS[verb],
        )
    return row


def _leave(row: Licence, verb: str, reason: str) -> None:
    row.state, row.state_on = MOVES[verb][1], clock.today()
    if reason.strip() and row.wrapped_key is not None:
        row.reason = crypto.seal_text(reason.strip(), crypto.unwrap(bytes(row.wrapped_key)))


def _allowed(who: Who, county: str, unit: str, day: date) -> None:
    """Raise ``Refused`` unless the post may decide for the unit that issued the licence."""
    if who.kind in ("law", "house"):
        return
    if who.kind != "staff" or who.id is None or who.post_id is None:
        raise Refused("post_missing", "请先选择您现在的岗位。", design("证照由发证机关的岗位处理"))
    powers = people.powers()
    actor = powers.actor(who.id, who.post_id, day)
    if actor.county != county:
        raise Refused("other_county", "这是其他县的证照，您不能处理。")
    powers.require(actor, Power.DECIDE, Subject("", unit), day)


def _own_identifier(text: str, type_code: str) -> LicenceIdentifier:
    found = check_licence_identifier(text)
    if found.kind != type_code:
        raise Refused("licence_id_other_kind", "证照标识里的类型代码不是这种证照的。请照原证核对。")
    if Licence.objects.filter(identifier=str(found)).exists():
        raise Refused("licence_known", "证照库里已有这个证照标识，不能重复补录。请先核对。")
    return found


def _owe_page(licence_id: UUID, who: Who) -> None:
    body = {"document": "licence", "licence": str(licence_id), "by": who.name}
    ledger.promise("document", "licence", licence_id, f"document:{licence_id}:licence", body)
