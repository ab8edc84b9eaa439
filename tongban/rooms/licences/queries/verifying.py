"""Is it genuine, and does it still count?  Answers for everybody, with personal data masked."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

from tongban.rooms import clock
from tongban.rooms.casework.models import Case
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.licences import keyring
from tongban.rooms.licences.models import LICENCE_STATES, Document, Licence, Seal
from tongban.rooms.licences.paper import check, qr
from tongban.rooms.licences.paper.fields import written
from tongban.rooms.licences.paper.showing import CODE as SHOWING
from tongban.rooms.licences.queries.documents import view
from tongban.rooms.licences.queries.licences import state_on
from tongban.rooms.licences.queries.showing import shown_licence
from tongban.rooms.licences.queries.views import Checked
from tongban.rooms.people import queries as people
from tongban.rulebook.errors import Refused, Sentence, Words
from tongban.rulebook.numbers import check_licence_identifier, tidy

_UUID = re.compile(r"[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}")
NOT_FOUND = Checked(
    "not_found",
    Sentence("没有查到这份文书或证照。请核对是否输入有误；确认无误的，请不要采信，并向声称出具它的单位核实。"),
)
UNENTERED = Sentence("文件上的印章属实，但文书登记里没有这份文书，不能采信；请向印章所属单位核实。")
OFFLINE = Sentence("（没有连接数据库，不能得知此后是否撤销。）")
FORGED = Checked("forged", Sentence("这个二维码不是本平台签发的，或者已被改动，请不要采信，并向声称出具它的单位核实。"))

OVER = Checked(
    "code_over",
    Sentence("这个亮证码已经过期（每分钟更换一次），可能是截图。请持证人当面重新打开“亮证”，再扫一次。"),
)


def verify_pdf(data: bytes) -> check.Verdict:
    """Say whether a file is ours, unchanged, and still counts.  Any bytes are answered, never with an error."""
    verdict = check.check(
        data, keyring.roots(), clock.now(), revoked=lost_on, public_keys=keyring.public_keys(), withdrawn=withdrawn_at
    )
    if verdict.state == "revoked" and not Document.objects.filter(id=verdict.document_id).exists():
        # A genuine seal on a paper nobody entered: the seal was used behind our back.
        return replace(verdict, state="not_ours", sentence=UNENTERED)
    return verdict


def verify_pdf_offline(data: bytes, published: bytes | None = None) -> check.Verdict:
    """Check a file without the database, by the public keys alone: whether it was taken back since cannot be known.

    ``published``: what the verification page gives out; None: the key folder of this house.
    """
    roots, keys = (
        keyring.read_published(published) if published is not None else (keyring.roots(), keyring.public_keys())
    )
    moment = datetime.fromtimestamp(clock.machine_milliseconds() / 1000, UTC)
    verdict = check.check(data, roots, moment, public_keys=keys)
    return replace(verdict, sentence=Words((verdict.sentence, OFFLINE), "")) if verdict.state == "valid" else verdict


def verify_code_offline(text: str, published: bytes | None = None) -> qr.CodeVerdict:
    """Check a printed code without the database."""
    keys = keyring.read_published(published)[1] if published is not None else keyring.public_keys()
    return qr.check_code(text, public_keys=keys)


def published_keys(county: str) -> bytes:
    """Return the public keys of a county as PEM; empty where there is none."""
    return keyring.published(county)


def verify(text: str) -> Checked:
    """Look up whatever somebody scanned or typed: a printed code, an address, an id, an identifier or a number."""
    wanted = text.strip()
    code = qr.CODE.search(wanted)
    if code is not None:
        return _by_code(code.group())
    if (shown := SHOWING.search(wanted)) is not None:
        return _by_showing(shown.group())
    if wanted.startswith("1.2.156."):
        try:
            identifier = str(check_licence_identifier(wanted))
        except Refused as no:
            return Checked("not_found", no.sentence)
        return _maybe(Licence.objects.filter(identifier=identifier).first())
    if _UUID.fullmatch(wanted):
        return verify_id(UUID(wanted))
    return _by_number(wanted) if wanted else NOT_FOUND


def verify_id(some_id: UUID) -> Checked:
    """Look up a document or a licence by its id.  At most six queries."""
    document = Document.objects.filter(id=some_id).first()
    if document is not None:
        return of_document(document)
    return _maybe(Licence.objects.filter(id=some_id).first())


def of_document(row: Document) -> Checked:
    """Return what the public may know of a document; that of a licence's page is the licence's own."""
    if row.licence_id is not None:
        return of_licence(Licence.objects.get(id=row.licence_id))
    case = row.case
    holder = case.applicant if case is not None else None
    shown = Checked(
        "valid",
        Sentence("文书属实，现行有效。"),
        label=view(row).label,
        number=row.number,
        unit=row.seal.ring,
        holder=mask(holder.name, natural=holder.kind == "natural") if holder is not None else "",
        dated=row.dated,
        lines=_lines(("办件编号", case.number or "" if case is not None else ""), ("事项", _item_name(case))),
    )
    if row.revoked_on is not None:
        return _but(
            shown,
            "revoked",
            Sentence("文书属实，但已于{day}失效，不能再作为凭证使用。", day=written(row.revoked_on)),
            row.revoked_on,
        )
    seal = row.seal
    if seal.withdrawn_at is not None and row.sealed_at >= seal.withdrawn_at:
        return _but(
            shown,
            "seal_withdrawn",
            Sentence("这份文书是在印章停用之后加盖的，无效；请向出具单位核实。"),
            clock.legal_date(seal.withdrawn_at),
        )
    return shown


def of_licence(row: Licence) -> Checked:
    """Return what the public may know of a licence."""
    day = clock.today()
    state = state_on(row, day)
    name = catalogue.licence_kind_names().get(row.kind, row.kind)
    holder = people.person(row.holder_id)
    shown = Checked(
        "valid",
        Sentence("《{name}》属实，现行有效。", name=name),
        label=name,
        number=row.number,
        unit=_unit(row.county, row.issuer),
        holder=mask(holder.name, natural=holder.kind == "natural"),
        dated=row.issued_on,
        lines=_lines(
            ("证照标识", row.identifier),
            ("有效期起", written(row.valid_from)),
            ("有效期止", written(row.valid_until) if row.valid_until else "长期"),
        ),
    )
    if state == "valid" and day < row.valid_from:
        return _but(
            shown,
            "not_yet",
            Sentence("《{name}》属实，自{day}起生效，现在还不能使用。", name=name, day=written(row.valid_from)),
            row.valid_from,
        )
    if state == "valid":
        return shown
    since = _since(row, state)
    said = Sentence(
        "《{name}》属实，但{state}（{day}），不能再作为凭证使用。",
        name=name,
        state=Sentence(LICENCE_STATES[state]),
        day=written(since),
    )
    return _but(shown, state, said, since)


def lost_on(document_id: str) -> date | None:
    """Return the day on which a document lost force, or None.  One that was never entered counts for nothing."""
    row = Document.objects.filter(id=document_id).select_related("licence").first()
    if row is None:
        return clock.today()
    if row.licence is not None:
        state = state_on(row.licence, clock.today())
        return None if state == "valid" else _since(row.licence, state)
    return row.revoked_on


def withdrawn_at(serial: str) -> datetime | None:
    """Return the moment from which a seal no longer counts, by the serial number of its certificate, or None."""
    return Seal.objects.filter(serial=serial).values_list("withdrawn_at", flat=True).first()


def mask(name: str, *, natural: bool) -> str:
    """Return a name for the public: a person keeps the first character, an organisation its whole name."""
    if not natural or not name:
        return name
    return name[0] + "＊" * max(len(name) - 1, 1) if len(name) <= 4 else f"{name[0]}＊＊＊"


def _by_code(text: str) -> Checked:
    said = qr.check_code(text, public_keys=keyring.public_keys())
    if said.code is None:
        return FORGED
    found = Document.objects.filter(id=said.code.document_id).first()
    if found is None:
        return NOT_FOUND
    if found.number != said.code.number or found.kind != said.code.kind:
        return FORGED
    return of_document(found)


def _by_showing(code: str) -> Checked:
    found = shown_licence(code)
    if isinstance(found, Licence):
        return of_licence(found)
    return OVER if found == "over" else FORGED


def _by_number(number: str) -> Checked:
    """Numbers run on and can be guessed, so they tell less: neither whose it is nor what it is about."""
    licence = Licence.objects.filter(number__in=(number, tidy(number))).order_by("-version", "-id").first()
    if licence is not None:
        return replace(of_licence(licence), holder="", lines=())
    found = list(Document.objects.filter(number="".join(number.split()))[:2])
    return replace(of_document(found[0]), holder="", lines=()) if len(found) == 1 else NOT_FOUND


def _maybe(row: Licence | None) -> Checked:
    return NOT_FOUND if row is None else of_licence(row)


def _since(row: Licence, state: str) -> date:
    """A licence that ran out lost force the day after its last day, whenever that was noted."""
    if state == "lapsed" and row.valid_until is not None:
        return date.fromordinal(row.valid_until.toordinal() + 1)
    return row.state_on


def _but(shown: Checked, state: str, sentence: str, since: date) -> Checked:
    return replace(shown, state=state, sentence=sentence, since=since)


def _lines(*lines: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(line for line in lines if line[1])


def _item_name(case: Case | None) -> str:
    return catalogue.item(case.item_id).name if case is not None else ""


def _unit(county: str, code: str) -> str:
    try:
        return people.unit(county, code).full_name
    except Refused:
        return code
