"""Filing: a person asks for something, from home, a village or a window."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from tongban.rooms import calendars, clock, crypto
from tongban.rooms.casework import effects
from tongban.rooms.casework.actions.after_checks import may_promise
from tongban.rooms.casework.actions.forms import check_answers
from tongban.rooms.casework.actions.papers import Offer, offered_rows
from tongban.rooms.casework.actions.rows import (
    CHANNELS,
    answers_row,
    canonical,
    case_row,
    key_of,
    material_row,
    numbered,
    party_row,
    tie_row,
)
from tongban.rooms.casework.actions.standing import Who, acts_for, come, filer, may_file
from tongban.rooms.casework.actions.taking import Plan, fingerprint, write
from tongban.rooms.casework.queries.parts import bundle_item
from tongban.rooms.casework.queries.reading import CaseFile, PartyRow, case_file, read
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.files import queries as files
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.people import queries as people
from tongban.rooms.questions import ask
from tongban.rulebook import deciding
from tongban.rulebook.asking import situation_refusals
from tongban.rulebook.catalogue.item import Item
from tongban.rulebook.errors import Refused, Words
from tongban.rulebook.facts import Given
from tongban.rulebook.guards import ROLE_LABELS
from tongban.rulebook.renewing import ARTICLE_50

Numbers = tuple[tuple[str, str, int, int], ...]


@dataclass(frozen=True, slots=True)
class Signer:
    """A party beside the applicant."""

    role: str
    person_id: UUID | None
    #: Signed with this very filing: by herself, or on paper before the staff that takes it in.
    signed: bool = False
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Filing:
    """All that is handed in."""

    county: str
    item_code: str
    applicant_id: UUID
    answers: Mapping[str, Any]
    offers: Mapping[str, Offer] = field(default_factory=dict)
    #: Options chosen (情形).
    options: frozenset[str] = frozenset()
    channel: str = "net"
    #: Where it is taken in; None: from home.
    site_id: UUID | None = None
    #: Who acts for the applicant, when staff enters it.
    agent_id: UUID | None = None
    signers: Sequence[Signer] = ()
    #: The day on the paper slip, when staff enters it later.
    received_on: date | None = None
    rehearsal: bool = False
    parent_id: UUID | None = None
    part_role: str = ""
    #: The licence to be renewed, where the item is a renewal; None: the one the platform holds of that kind.
    renews: UUID | None = None


@dataclass(frozen=True, slots=True)
class Filed:
    """The receipt for papers: not an acceptance."""

    case_id: UUID
    number: str
    lookup_code: str
    #: Numbers drawn: (unit, kind, year, n).
    numbers: Numbers
    #: Materials still missing, by code.
    missing: tuple[str, ...]
    #: Materials the platform already holds, by code.
    held: tuple[str, ...]
    #: Materials that sources told of, by code: nobody has to bring them.
    fetched: tuple[str, ...] = ()


def file_case(filing: Filing, who: Who, *, draft_id: UUID | None = None, key: str = "") -> Filed:
    """提交申请: take papers in, give a number and a receipt.  Incomplete papers are taken in as well (许可法 32).

    Raises ``Refused``: item not in force or not a leaf, nobody may act so, form wrong, material of a wrong kind,
    renewal too early.  Nothing of a draft is lost by it.
    """
    digest = fingerprint(filing, draft_id) if key else b""
    try:
        return _file(filing, who, draft_id, key, digest)
    except Refused:
        if key and (earlier := ledger.used(who.name, key, digest)):
            return _receipt(read(earlier.subject_id), earlier.numbers)
        raise


def _file(filing: Filing, who: Who, draft_id: UUID | None, key: str, digest: bytes) -> Filed:
    now = clock.now()
    day = filing.received_on or clock.legal_date(now)
    if filing.received_on is not None and who.kind == "person":
        raise Refused("received_by_staff", "收件日期由收件人员登记，不用自己填写。请去掉后重新提交。")
    uploads = [offer.file_id for offer in filing.offers.values() if offer.file_id is not None]
    mark, persons, media = ask(
        catalogue.book_mark(filing.county),
        people.those_asked(filing.applicant_id, acts_for(filing, who), day),
        files.media(uploads),
    )
    version_id, item = item_for(filing, day, mark)
    filing = replace(filing, agent_id=may_file(filing, item, who, day, persons))
    check_answers(item, filing.answers)
    check_options(item, filing.options)
    may_promise(filing.applicant_id, item, filing.options, day)
    draft = resumed(draft_id, filing, who) if draft_id is not None else None
    file, plan = _new_file(filing, version_id, item, who, now, day, draft, media)
    actor = filer(file, who)
    outcome = deciding.decide(file.facts, "file", actor, plan.given, now, calendars.calendar())
    if asked := _to_fetch(file):
        if key and (earlier := ledger.used(who.name, key, digest)):  # nobody is asked twice about one request
            return _receipt(read(earlier.subject_id), earlier.numbers)
        file, plan = _fetch(file, plan, asked, now)
    done = write(file, outcome, actor, plan, now, new=draft is None, key=key, digest=digest)
    if done is None:
        raise Refused("moved_meanwhile", "这份申请刚刚在别处提交过。请刷新页面查看。")
    return _receipt(read(done.case_id) if done.again else file, done.numbers)


def item_for(filing: Filing, day: date, mark: UUID | None = None) -> tuple[UUID, Item]:
    """清单之外无审批 (S002): only a leaf of a version in force on the day of filing; ``mark`` as for ``in_force``."""
    found = catalogue.in_force(filing.county, filing.item_code, day, mark)
    if filing.channel not in CHANNELS:
        raise Refused("channel_unknown", "没有这种申请渠道。请从窗口、网上、自助机、村（社区）中选择。")
    return found.version_id, found.item


def resumed(draft_id: UUID, filing: Filing, who: Who) -> CaseFile:
    """Return the draft that is gone on with, by whom it concerns and for what it was begun.  Raises ``Refused``."""
    draft, _ = come(draft_id, who)
    if draft.facts.state != "draft":
        raise Refused("filed_already", "这份申请已经提交过。请在“我的办件”中查看。")
    begun = (draft.county, draft.row["item_code"], draft.uuid("applicant_id"))
    if begun != (filing.county, filing.item_code, filing.applicant_id):
        raise Refused("other_draft", "这份草稿是为另一个事项或另一位申请人填写的。请重新选择草稿，或新填一份。")
    return draft


def check_options(item: Item, options: frozenset[str]) -> None:
    """Raise ``Refused`` unless every situation is answered with one of its own options."""
    for no in situation_refusals(item, options):
        raise no


def _new_file(
    filing: Filing,
    version_id: UUID,
    item: Item,
    who: Who,
    now: datetime,
    day: date,
    draft: CaseFile | None,
    media: Mapping[UUID, str],
) -> tuple[CaseFile, Plan]:
    """Put together the case as it is being filed, and all that is written with it."""
    if item.parts:
        item = bundle_item(filing.county, item, filing.options, day)
    licence_id, expires_on = _to_renew(filing, item, day)
    columns = {
        "item_id": version_id,
        "site_id": filing.site_id,
        "channel": filing.channel,
        "applicant_id": filing.applicant_id,
        "agent_id": filing.agent_id,
        "situation": sorted(filing.options),
        **numbered(filing.county, filing.channel, now),
    }
    rows: dict[str, list[Mapping[str, Any]]] = {}
    if draft is None:
        kept = {"rehearsal": filing.rehearsal, "parent_id": filing.parent_id, "part_role": filing.part_role}
        row = case_row(filing.county, version_id, item, **kept | columns)
        case_key, wrapped = crypto.new_key()
        rows["casework_casekey"] = [{"case_id": row["id"], "wrapped": wrapped}]
    else:
        row, case_key, wrapped = {**draft.row, **columns}, key_of(draft), draft.wrapped_key or b""
    case_id = UUID(str(row["id"]))
    answered = draft.answers if draft else 0
    rows["casework_answers"] = [answers_row(case_id, answered + 1, filing.answers, case_key)]
    held = _held(filing, item, day, licence_id)
    rows["casework_material"] = _materials(filing, item, case_id, held, now, day, draft, media)
    rows["casework_party"] = _parties(filing, case_id, who, now)
    if licence_id is not None:
        rows["casework_tie"] = [tie_row(case_id, "continues", "licence", licence_id)]
    file = case_file(
        row,
        materials={one["code"]: one for one in rows["casework_material"]},
        parties=tuple(
            PartyRow(p["id"], p["role"], p["person_id"], bool(p["signed_at"])) for p in rows["casework_party"]
        ),
        wrapped_key=wrapped,
        expires_on=expires_on,
        item=item,
    )
    notes = {"channel": filing.channel, "item": str(version_id), "form": crypto.digest(canonical(filing.answers))}
    if licence_id is not None:
        notes |= {"renews": str(licence_id), "expires_on": str(expires_on)}
    return file, Plan(given=Given(received_on=filing.received_on), rows=rows, notes=notes)


def _to_fetch(file: CaseFile) -> dict[str, str]:
    """Return the materials that nobody handed in and a source answers for, each with its resource."""
    needed = file.facts.item.materials_for(frozenset(file.row["situation"]))
    return {m.code: m.resource for m in needed if m.source == "shared" and m.resource and m.code in file.facts.missing}


def _fetch(file: CaseFile, plan: Plan, asked: Mapping[str, str], now: datetime) -> tuple[CaseFile, Plan]:
    """Ask sources for what nobody handed in and they know (国务院令第716号 第七条); what they do not tell is lacking.

    Sources are asked when the filing is known to be good, and before it is written: they may be slow.
    """
    item = file.facts.item
    units = [item.unit]
    if item.parts:
        day = clock.legal_date(now)
        roles = item.parts_for(frozenset(file.row["situation"]))
        units += [catalogue.in_force(file.county, part.item, day).item.unit for part in roles]
    applicant = file.uuid("applicant_id")
    assert applicant is not None
    wanted = effects.Wanted(file.id, file.county, applicant, tuple(dict.fromkeys(units)), asked, key_of(file))
    extra = effects.fetched(wanted, now)
    told = {str(row["code"]): row for row in extra.rows.get("casework_material", ())}
    rows = {table: list(some) for table, some in plan.rows.items()}
    # A draft's row of the same material gives way.
    rows["casework_material"] = [one for one in rows["casework_material"] if one["code"] not in told]
    for table, some in extra.rows.items():
        rows.setdefault(table, []).extend(some)
    here = {code for code, row in told.items() if row["state"] == "shared"}
    facts = replace(file.facts, missing=tuple(code for code in file.facts.missing if code not in here))
    plan = replace(plan, rows=rows, notes={**plan.notes, **extra.notes}, promises=[*plan.promises, *extra.promises])
    return replace(file, facts=facts, materials={**file.materials, **told}), plan


def _materials(
    filing: Filing,
    item: Item,
    case_id: UUID,
    held: Mapping[str, UUID],
    now: datetime,
    day: date,
    draft: CaseFile | None,
    media: Mapping[UUID, str],
) -> list[Mapping[str, Any]]:
    offers = {code: offer for code, offer in filing.offers.items() if code not in held}
    rows: list[Mapping[str, Any]] = [*offered_rows(item, case_id, offers, now, day, media)]
    rows += [material_row(case_id, code, "held", now, licence_id=licence_id) for code, licence_id in held.items()]
    left_out = set(draft.materials if draft else ()) - {row["code"] for row in rows}
    return rows + [material_row(case_id, code, "lacking", now) for code in sorted(left_out)]


def _parties(filing: Filing, case_id: UUID, who: Who, now: datetime) -> list[Mapping[str, Any]]:
    """A declaration made at filing is the applicant's signature; others sign for themselves, or before staff."""
    rows = [party_row(case_id, "applicant", filing.applicant_id, now)]
    for signer in {signer.role: signer for signer in filing.signers if signer.role != "applicant"}.values():
        if signer.role not in ROLE_LABELS:
            known = Words(ROLE_LABELS.values())
            raise Refused("role_unknown", "没有“{role}”这种当事人。请从{known}中选择。", role=signer.role, known=known)
        signed = signer.signed and (who.kind != "person" or who.id == signer.person_id)
        rows.append(party_row(case_id, signer.role, signer.person_id, now if signed else None, signer.contact))
    if filing.agent_id is not None and all(row["role"] != "agent" for row in rows):
        rows.append(party_row(case_id, "agent", filing.agent_id, now))
    return [*rows]


def _held(filing: Filing, item: Item, day: date, renews: UUID | None) -> dict[str, UUID]:
    """A licence the platform holds is never asked for again (国务院令第716号 第十一条; 许可法 35)."""
    wanted = [m for m in item.materials_for(filing.options) if m.licence_kinds]
    if not wanted:
        return {}
    found = dict(effects.held(filing.applicant_id, sorted({kind for m in wanted for kind in m.licence_kinds}), day))
    if renews is not None and item.result is not None:
        found[item.result.licence_kind] = renews
    return {m.code: found[kind] for m in wanted for kind in m.licence_kinds if kind in found}


def _to_renew(filing: Filing, item: Item, day: date) -> tuple[UUID | None, date | None]:
    """Return the licence to be renewed and its last day; neither where the item is no renewal (许可法 50)."""
    if not item.renewal:
        return None, None
    kind = item.result.licence_kind if item.result else ""
    licence_id = filing.renews or effects.held(filing.applicant_id, [kind], day).get(kind)
    if licence_id is None:
        raise Refused(
            "renewal_unknown",
            "证照库里没有申请人可以延续的原证。原证已到期的，请重新申请；有纸质原证的，请先到窗口补录。",
            ARTICLE_50,
        )
    expires_on = effects.good_until(licence_id, filing.applicant_id, kind, day)
    if expires_on is None:
        raise Refused(
            "renewal_not_possible", "这份证照不是申请人现在有效、有期限的原证，不能延续。请重新选择。", ARTICLE_50
        )
    return licence_id, expires_on


def _receipt(file: CaseFile, numbers: Numbers) -> Filed:
    states = {code: one["state"] for code, one in file.materials.items()}
    return Filed(
        case_id=file.id,
        number=str(file.row["number"]),
        lookup_code=str(file.row["lookup_code"]),
        numbers=numbers,
        missing=file.facts.missing,
        held=tuple(code for code, state in states.items() if state == "held"),
        fetched=tuple(code for code, state in states.items() if state == "shared"),
    )
