"""Keeping what was promised: a document is composed, set, sealed, stored and entered, exactly once for each promise."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction

from tongban.rooms import clock
from tongban.rooms.casework.models import Case
from tongban.rooms.casework.queries.reading import read
from tongban.rooms.files import actions as files
from tongban.rooms.ids import uuid7
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.ledger.actions import Claimed
from tongban.rooms.ledger.models import Entry
from tongban.rooms.licences import keyring
from tongban.rooms.licences.actions import composing, sources
from tongban.rooms.licences.actions.seals import DECIDING, RECEIVING
from tongban.rooms.licences.models import Document, Licence, Seal, SealUse
from tongban.rooms.licences.paper import fields, qr
from tongban.rooms.licences.paper.seal_face import SealFace
from tongban.rooms.licences.paper.typeset import typeset
from tongban.rooms.licences.queries.documents import view
from tongban.rooms.licences.queries.licences import opened
from tongban.rooms.licences.queries.views import DocumentView
from tongban.rooms.people import queries as people
from tongban.rulebook.errors import Refused
from tongban.rulebook.numbers import REHEARSAL, make_document_number

log = structlog.get_logger(__name__)

#: Kind of document: the word in its number (文种代字).
WORDS: Mapping[str, str] = {
    "receipt": "收",
    "acceptance_notice": "受",
    "non_acceptance": "不受",
    "correction_notice": "补",
    "extension_notice": "延",
    "special_procedure_notice": "特",
    "grant_decision": "准",
    "refusal_decision": "不准",
    "registration_decision": "登",
    "filing_record": "备",
    "strike_out_notice": "撤备",
    "mending_order": "改",
    "revocation_decision": "撤决",
    "withdrawal_notice": "撤",
    "lapse_notice": "退",
    "delivery_receipt": "送",
    "assignment": "交",
    "result_pack": "结",
    "licence": "证",
}
#: Told under the seal for receiving (许可法 32); everything else under the seal for deciding.
UNDER_RECEIVING = frozenset(
    {"receipt", "acceptance_notice", "non_acceptance", "correction_notice", "lapse_notice", "withdrawal_notice"}
)


@dataclass(frozen=True, slots=True)
class _Owed:
    """A document about to be made."""

    county: str
    kind: str
    #: Short code of the unit whose seal it bears.
    unit: str
    #: The unit, year and number of the register; ``n`` None: the number is carried on.
    register: tuple[str, int, int | None]
    number: str
    data: Mapping[str, Any]
    #: What the printed code vouches for.
    facts: Mapping[str, object]
    case_id: UUID | None
    licence_id: UUID | None
    seq: int | None
    #: Whose step the seal confirms.
    by: str


def keep_document(promise: Claimed) -> DocumentView | None:
    """Make the document that was promised; kept twice, it is still one.  None: a draft that was never filed has none.

    Raises ``Refused`` (a character without glyph, no seal in use, a field that lacks …): the promise stays
    outstanding with its trouble, and is kept once the trouble is mended.
    """
    done = Document.objects.filter(promise_id=promise.id).first()
    if done is not None:
        return view(done)
    owed = _of_licence(promise) if promise.body["document"] == "licence" else _of_case(promise)
    if owed is None:
        return None
    document_id, now = uuid7(), clock.now()
    seal = _seal(owed.county, owed.unit, RECEIVING if owed.kind in UNDER_RECEIVING else DECIDING)
    _need_scope(owed, seal)
    content = _sealed(owed, seal, document_id)
    file_id = files.store(content, county=owed.county, actor="house", allowed=("pdf",), provisional=True)
    sha256 = hashlib.sha256(content).hexdigest()
    unit, year, n = owed.register
    try:
        with transaction.atomic():
            files.keep([file_id])
            row = Document.objects.create(
                id=document_id,
                county=owed.county,
                case_id=owed.case_id,
                licence_id=owed.licence_id,
                seq=owed.seq,
                kind=owed.kind,
                unit=unit,
                year=year,
                n=n,
                number=owed.number,
                dated=owed.data["date"],
                promise_id=promise.id,
                file_id=file_id,
                sha256=sha256,
                seal_id=seal.id,
                sealed_at=now,
            )
            SealUse.objects.create(
                seal_id=seal.id, document_id=document_id, sha256=sha256, case_id=owed.case_id, at=now, by=owed.by
            )
            _enter(owed, row)
    except IntegrityError:
        # Somebody kept the same promise meanwhile: hers is the one, and this file is swept as never referred to.
        return view(Document.objects.get(promise_id=promise.id))
    return view(row)


def seal_now(case_id: UUID) -> tuple[DocumentView, ...]:
    """Keep the documents a case owes at once, after the commit of the step: the window hands them out.

    One that cannot be made now stays outstanding for the postman, with its trouble.
    """
    made = []
    # In the order of their steps: the receipt of delivery names the licence sealed before it.
    claimed = ledger.claim(20, kinds=["document"], subject_id=case_id)
    for promise in sorted(claimed, key=lambda one: (one.body["seq"], one.id)):
        try:
            document = keep_document(promise)
        except Exception as wrong:  # whatever it is, the others are not kept waiting and the postman tries again
            code = wrong.code if isinstance(wrong, Refused) else type(wrong).__name__
            log.warning("document_not_sealed", case=str(case_id), promise=str(promise.id), trouble=code)
            ledger.failed(promise.id, code, attempts=promise.attempts)
        else:
            ledger.kept(promise.id)
            made += [document] if document is not None else []
    return tuple(made)


@transaction.atomic
def keep_licence_entry(promise: Claimed) -> None:
    """Write into a licence's own stream what a step of its case did to it; kept twice, it stands once."""
    # The lock on the row lets one postman at a time look whether it stands already.
    row = Licence.objects.select_for_update().get(id=promise.body["licence"])
    if Entry.objects.filter(subject_kind="licence", subject_id=row.id, body__promise=str(promise.id)).exists():
        return
    body = {"promise": str(promise.id), "case": str(promise.subject_id), "seq": promise.body["seq"]}
    body |= {"state": row.state, "on": str(row.state_on)}
    ledger.record("licence", row.id, promise.body["step"], "house", body, county=row.county)


@transaction.atomic
def revoke_document(document_id: UUID, *, reason: str, actor: str, on: date | None = None) -> None:
    """A sealed document no longer counts from a day on; whoever checks it is told so.  ``reason`` is a short code.

    Raises ``Refused``: ``document_unknown``, ``document_revoked``.
    """
    row = Document.objects.select_for_update().filter(id=document_id).first()
    if row is None:
        raise Refused("document_unknown", "没有这份文书。请核对文书编号。")
    if row.revoked_on is not None:
        raise Refused("document_revoked", "这份文书已于 {revoked_on} 失效，不用再办。", revoked_on=row.revoked_on)
    row.revoked_on = on or clock.today()
    row.save(update_fields=["revoked_on"])
    body = {"reason": reason[:40], "on": row.revoked_on, "case": str(row.case_id or "")}
    ledger.record("document", row.id, "revoke", actor, body, county=row.county)


def _of_case(promise: Claimed) -> _Owed | None:
    body = promise.body
    of = sources.source(promise.subject_id, body["seq"])
    if of.file.row["number"] is None:
        return None
    kind = body["document"]
    if kind not in WORDS:
        raise Refused("document_kind", "没有名为“{kind}”的文书种类。请联系系统管理员核对步骤表。", kind=kind)
    data = composing.compose(kind, of)
    number = _number(of.file.county, kind, body["unit"], body["year"], body["n"])
    return _Owed(
        county=of.file.county,
        kind=kind,
        unit=composing.unit_of(kind, of),
        register=(body["unit"], body["year"], body["n"]),
        number=number,
        data=data,
        facts={
            "文书": composing.title_of(kind, of.item),
            "编号": number,
            "办件编号": data["case_number"],
            "事项": of.item.name,
            "当事人": data.get("applicant", ""),
        },
        case_id=of.file.id,
        licence_id=None,
        seq=of.seq,
        by=of.entry.actor,
    )


def _of_licence(promise: Claimed) -> _Owed:
    body = promise.body
    row = Licence.objects.get(id=body["licence"])
    facts = opened(row)
    file = read(row.case_id) if row.case_id else None
    year: int = body.get("year", row.issued_on.year)
    n: int | None = body.get("n")
    number = row.number
    if not number:
        if n is None:
            raise Refused("licence_number_missing", "这份证照没有编号，也没有取号。请联系系统管理员核对台账。")
        number = _number(row.county, "licence", body["unit"], year, n)
    item = file.facts.item if file is not None else None
    data = composing.licence_data(row, facts, str(file.row["number"]) if file is not None else "", item)
    shown = {entry["label"]: entry["value"] for entry in data["records"]}
    shown |= {"证照": data["licence_name"], "编号": number, "持有人": data["holder"], "标识": row.identifier}
    seq = body.get("seq")
    by = sources.source(file.id, seq).entry.actor if file is not None and seq else body.get("by", "house")
    return _Owed(
        county=row.county,
        kind="licence",
        unit=row.issuer,
        register=(body.get("unit", row.issuer), year, n),
        number=number,
        data=data,
        facts=shown,
        case_id=row.case_id,
        licence_id=row.id,
        seq=seq,
        by=by,
    )


def _number(county: str, kind: str, unit: str, year: int, n: int) -> str:
    """Return the number as it is printed; one of a rehearsal's own register says so."""
    code = unit.rpartition("/")[2]
    mark = "演练" if unit.startswith(REHEARSAL) else ""
    return make_document_number(f"{mark}{people.unit(county, code).short_name}", WORDS[kind], year, n)


def _enter(owed: _Owed, row: Document) -> None:
    """One entry in the stream of the licence or the document, within the transaction that keeps the promise."""
    body = {
        "document": str(row.id),
        "kind": row.kind,
        "number": [row.unit, row.year, row.n],
        "sha256": row.sha256,
        "seal": str(row.seal_id),
        "case": str(row.case_id or ""),
        "seq": row.seq,
    }
    if row.licence_id is None:
        ledger.record("document", row.id, "seal", owed.by, body, county=row.county)
        return
    Licence.objects.filter(id=row.licence_id, number="").update(number=row.number)
    ledger.record("licence", row.licence_id, "seal", owed.by, body, county=row.county)


def _seal(county: str, unit: str, use: str) -> Seal:
    """Return the unit's seal for this use that may seal now.  Raises ``Refused("seal_missing")``."""
    now = clock.now()
    row = Seal.objects.filter(
        county=county, unit=unit, use=use, withdrawn_at=None, valid_from__lte=now, valid_until__gt=now
    ).first()
    if row is None:
        name = people.unit(county, unit).full_name
        raise Refused(
            "seal_missing",
            "“{name}”没有在用的{use}，文书暂不能盖章。请先登记印章，文书会自动补盖。",
            name=name,
            use=use,
        )
    return row


def _need_scope(owed: _Owed, seal: Seal) -> None:
    """Raise ``Refused("seal_scope")`` where the seal is not for the item of the case (S099)."""
    if not seal.items or owed.case_id is None:
        return
    item = Case.objects.filter(id=owed.case_id).values_list("item_code", flat=True).get()
    if item not in seal.items:
        raise Refused(
            "seal_scope", "“{name}”不能用于这个事项，文书没有盖章。请调整印章使用范围，文书会自动补盖。", name=seal.name
        )


def _sealed(owed: _Owed, seal: Seal, document_id: UUID) -> bytes:
    data = {
        **owed.data,
        "document_id": str(document_id),
        "number": owed.number,
        "seal": SealFace(seal.ring, seal.use, seal.diameter_mm, seal.demo),
    }
    dated: date = data["date"]
    code = qr.make_code(
        keyring.code_key(owed.county),
        document_id=str(document_id),
        kind=owed.kind,
        number=owed.number,
        facts=owed.facts,
        dated=dated,
    )
    data["qr"] = qr.address(settings.TONGBAN_VERIFY_PAGE, code)
    key = keyring.seal_key(seal.id, seal.certificate)
    reason = f"{composing.title_of(owed.kind)}{owed.number}"
    return key.sign(typeset(owed.kind, data), at=clock.now(), reason=reason, location=fields.written(seal.ring))
