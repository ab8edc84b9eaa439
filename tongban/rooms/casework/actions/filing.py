"""Filing: a person asks for something, from home, a village or a window; and supplies what the notice named."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from threading import Lock
from typing import Any
from uuid import UUID

from django.db import connection

from tongban.rooms import calendars, clock, crypto
from tongban.rooms.casework import effects
from tongban.rooms.casework.actions.forms import check_answers
from tongban.rooms.casework.actions.standing import Who, actor_in, may_file
from tongban.rooms.casework.actions.taking import Done, Plan, fingerprint, take, write
from tongban.rooms.casework.queries.reading import CaseFile, PartyRow, case_file, read
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.files import queries as files
from tongban.rooms.ids import uuid7
from tongban.rooms.ledger import actions as ledger
from tongban.rulebook import clock as time
from tongban.rulebook import deciding
from tongban.rulebook.basis import design, law
from tongban.rulebook.catalogue.item import Item, Material
from tongban.rulebook.errors import Refused
from tongban.rulebook.facts import Given
from tongban.rulebook.numbers import make_case_number, make_lookup_code

#: Digit of each channel in the case number.
CHANNELS = {"window": "1", "net": "2", "phone": "3", "kiosk": "4", "village": "5", "partner": "6", "inner": "9"}


@dataclass(frozen=True, slots=True)
class Offer:
    """What is handed in for one material: a stored file, paper, or a dated promise (容缺)."""

    file_id: UUID | None = None
    #: True: handed in on paper at a window.
    paper: bool = False
    #: True: promised for later, where the item allows it.
    promised: bool = False


@dataclass(frozen=True, slots=True)
class Signer:
    """A party beside the applicant, or the applicant's own signature."""

    role: str
    person_id: UUID | None
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
    #: The day on the paper slip, when it is entered later.
    received_on: date | None = None
    rehearsal: bool = False
    parent_id: UUID | None = None
    part_role: str = ""


@dataclass(frozen=True, slots=True)
class Filed:
    """The receipt for papers: not an acceptance."""

    case_id: UUID
    number: str
    lookup_code: str
    #: Numbers drawn: (unit, kind, year, n).
    numbers: tuple[tuple[str, str, int, int], ...]
    #: Materials still missing, by code.
    missing: tuple[str, ...]
    #: Materials the platform already holds, by code.
    held: tuple[str, ...]


def file_case(filing: Filing, who: Who, *, draft_id: UUID | None = None, key: str = "") -> Filed:
    """提交申请: take papers in, give a number and a receipt.  Incomplete papers are taken in as well (许可法 32).

    Raises ``Refused``: item not in force or not a leaf, nobody may act so, form wrong, material of a wrong kind.
    """
    digest = fingerprint(filing) if key else b""
    if key and (earlier := ledger.used(who.name, key, digest)):
        return _filed_before(who.name, key, earlier.numbers)
    now = clock.now()
    today = clock.legal_date(now)
    version_id, item = _item_for(filing, today)
    may_file(filing, item, who, filing.received_on or today)
    check_answers(item, filing.answers)
    _check_parts(filing, item, today)
    file, rows, held = _new_file(filing, version_id, item, now, today, draft_id)
    actor = actor_in(file, who, file.facts.kind.by_name["file"])
    given = Given(received_on=filing.received_on)
    outcome = deciding.decide(file.facts, "file", actor, given, now, calendars.calendar())
    notes = {"channel": filing.channel, "item": str(version_id), "form": crypto.digest(_canonical(filing.answers))}
    plan = Plan(given=given, rows=rows, notes=notes)
    done = write(file, outcome, actor, plan, now, new=draft_id is None, key=key, digest=digest)
    if done is None:
        raise Refused("moved_meanwhile", "这份申请刚刚在别处提交过。请刷新页面查看。")
    if done.case_id != file.id or (key and done.seq and not done.numbers):
        return _filed_before(who.name, key, done.numbers)
    return Filed(
        file.id, str(file.row["number"]), str(file.row["lookup_code"]), done.numbers, file.facts.missing, tuple(held)
    )


def save_draft(filing: Filing, who: Who, *, draft_id: UUID | None = None) -> UUID:
    """保存草稿: whatever has been written so far, complete or not; returns the draft's id."""
    now = clock.now()
    version_id, item = _item_for(filing, clock.legal_date(now))
    if draft_id is None:
        case_key, wrapped = crypto.new_key()
        row = _row(filing, version_id, item, uuid7(), now)
        file = case_file(
            {**row, "number": None, "lookup_code": None, "filed_at": None}, materials={}, wrapped_key=wrapped
        )
        rows: dict[str, list[Mapping[str, Any]]] = {
            "casework_casekey": [{"case_id": file.id, "wrapped": wrapped}],
            "casework_answers": [_answers(file.id, 1, filing.answers, case_key)],
        }
        step = "begin"
    else:
        file = read(draft_id)
        if file.wrapped_key is None:
            raise Refused("case_erased", "这份草稿已按规定删除。请重新填写。")
        rows = {
            "casework_answers": [_answers(file.id, file.answers + 1, filing.answers, crypto.unwrap(file.wrapped_key))]
        }
        step = "save"
    actor = actor_in(file, who, file.facts.kind.by_name[step])
    outcome = deciding.decide(file.facts, step, actor, Given(), now, calendars.calendar())
    if write(file, outcome, actor, Plan(rows=rows), now, new=draft_id is None) is None:
        raise Refused("moved_meanwhile", "这份草稿刚刚在别处保存过。请刷新页面后继续填写。")
    return file.id


def supply(
    case_id: UUID,
    who: Who,
    offers: Mapping[str, Offer],
    *,
    answers: Mapping[str, Any] | None = None,
    received_on: date | None = None,
    key: str = "",
) -> Done:
    """补正材料: what the notice named comes in.  While something is still missing, all is kept and the case waits."""
    file = read(case_id)
    item = file.facts.item
    now = clock.now()
    _check_files(item, offers)
    rows: dict[str, list[Mapping[str, Any]]] = {
        "casework_material": [
            _material(item, file.id, code, offer, now, clock.legal_date(now)) for code, offer in offers.items()
        ]
    }
    if answers is not None and file.wrapped_key is not None:
        check_answers(item, answers)
        case_key = crypto.unwrap(file.wrapped_key)
        rows["casework_answers"] = [_answers(case_id, file.answers + 1, answers, case_key)]
    left = [code for code in file.facts.missing if code not in offers]
    step = "supply_part" if left and file.facts.told.intersection(left) else "supply"
    plan = Plan(
        given=Given(received_on=received_on, supplied=frozenset(offers)),
        rows=rows,
        notes={"materials": sorted(offers)},
    )
    return take(case_id, step, who, plan, key=key)


def _item_for(filing: Filing, today: date) -> tuple[UUID, Item]:
    """清单之外无审批 (S002): only a leaf of a version in force on the day of filing."""
    found = catalogue.in_force(filing.county, filing.item_code, filing.received_on or today)
    if filing.channel not in CHANNELS:
        raise Refused("channel_unknown", "没有这种申请渠道。请从窗口、网上、自助机、村（社区）中选择。")
    return found.version_id, found.item


def _check_parts(filing: Filing, item: Item, today: date) -> None:
    """The one form of a bundle must answer what each part will ask, now and not when the part starts."""
    for part in item.parts_for(filing.options) if item.parts else ():
        asked = catalogue.in_force(filing.county, part.item, today).item
        wanted = asked.form.get("properties", {})
        check_answers(asked, {name: value for name, value in filing.answers.items() if name in wanted})


def _new_file(
    filing: Filing, version_id: UUID, item: Item, now: datetime, today: date, draft_id: UUID | None
) -> tuple[CaseFile, dict[str, list[Mapping[str, Any]]], list[str]]:
    _check_options(item, filing.options)
    _check_files(item, filing.offers)
    day = filing.received_on or today
    rows: dict[str, list[Mapping[str, Any]]] = {}
    if draft_id is None:
        case_id, version, answered = uuid7(), 1, 0
        case_key, wrapped = crypto.new_key()
        rows["casework_casekey"] = [{"case_id": case_id, "wrapped": wrapped}]
    else:
        draft = read(draft_id)
        if draft.wrapped_key is None:
            raise Refused("case_erased", "这份草稿已按规定删除。请重新填写。")
        case_id, version, answered, wrapped = draft.id, draft.version, draft.answers, draft.wrapped_key
        case_key = crypto.unwrap(wrapped)
        if draft.facts.state != "draft":
            raise Refused("filed_already", "这份申请已经提交过。请在“我的办件”中查看。")
    rows["casework_answers"] = [_answers(case_id, answered + 1, filing.answers, case_key)]
    needed = item.materials_for(filing.options)
    held = _held(filing, needed, day)
    materials = [
        _material(item, case_id, m.code, filing.offers[m.code], now, day)
        for m in needed
        if m.code in filing.offers and m.code not in held
    ]
    materials += [
        {**_blank(case_id, code, now), "state": "held", "licence_id": licence_id} for code, licence_id in held.items()
    ]
    parties = _parties(filing, item, now)
    rows["casework_party"] = [
        {
            "id": p.id,
            "case_id": case_id,
            "role": p.role,
            "person_id": p.person_id,
            "signed_at": now if p.signed else None,
            "contact": "",
        }
        for p in parties
    ]
    if materials:
        rows["casework_material"] = materials
    row = {**_row(filing, version_id, item, case_id, now), "version": version}
    if draft_id is not None:
        row["state"] = "draft"
    file = case_file(
        row, materials={one["code"]: one for one in materials}, parties=tuple(parties), wrapped_key=wrapped
    )
    return file, rows, list(held)


def _row(filing: Filing, version_id: UUID, item: Item, case_id: UUID, now: datetime) -> dict[str, Any]:
    day = clock.legal_date(now)
    return {
        "id": case_id,
        "county": filing.county,
        "number": make_case_number(filing.county, day, CHANNELS[filing.channel], next_serial()),
        "lookup_code": make_lookup_code(os.urandom(5)),
        "kind": item.kind,
        "item_id": version_id,
        "item_code": item.code,
        "unit": item.unit,
        "site_id": filing.site_id,
        "applicant_id": filing.applicant_id,
        "agent_id": filing.agent_id,
        "channel": filing.channel,
        "rehearsal": filing.rehearsal,
        "parent_id": filing.parent_id,
        "part_role": filing.part_role,
        "state": "",
        "stage": 0,
        "desk": "",
        "version": 1,
        "filed_at": now,
        "received_on": None,
        "accepted_on": None,
        "acceptor": None,
        "decided_at": None,
        "decision": "",
        "closed_at": None,
        "next_moment": None,
        "holder": None,
        "situation": sorted(filing.options),
        "flags": [],
    }


_BLOCK = 50
_serials: dict[str, list[int]] = {}
_drawing = Lock()
os.register_at_fork(after_in_child=_serials.clear)  # two processes never share a block


def next_serial() -> int:
    """Return the next running number for a case number: unique, not gap-free; taken from the sequence in blocks."""
    with _drawing:
        left = _serials.setdefault(str(connection.settings_dict["NAME"]), [])
        if not left:
            with connection.cursor() as cursor:
                cursor.execute("SELECT nextval('casework_case_serial')")
                (first,) = cursor.fetchone()
            left.extend(range(first + _BLOCK - 1, first - 1, -1))
        return left.pop() % 999_999 + 1


def _parties(filing: Filing, item: Item, now: datetime) -> list[PartyRow]:
    """A declaration made at filing is the applicant's signature; other roles sign for themselves."""
    by_role = {signer.role: signer for signer in filing.signers}
    parties = [PartyRow(uuid7(), "applicant", filing.applicant_id, signed=True)]
    parties += [
        PartyRow(uuid7(), role, signer.person_id, signer.signed)
        for role, signer in by_role.items()
        if role != "applicant"
    ]
    if filing.agent_id is not None:
        parties.append(PartyRow(uuid7(), "agent", filing.agent_id, signed=True))
    return parties


def _held(filing: Filing, needed: Sequence[Material], day: date) -> dict[str, UUID]:
    """A licence the platform holds is never asked for again (国务院令第716号 第十一条; 许可法 35)."""
    wanted = [m for m in needed if m.licence_kinds]
    if not wanted:
        return {}
    kinds = sorted({kind for m in wanted for kind in m.licence_kinds})
    found = effects.held(filing.applicant_id, kinds, day)
    return {m.code: found[kind] for m in wanted for kind in m.licence_kinds if kind in found}


def _material(item: Item, case_id: UUID, code: str, offer: Offer, now: datetime, day: date) -> dict[str, Any]:
    try:
        material = item.material(code)
    except KeyError:
        raise Refused("material_unknown", f"材料清单里没有“{code}”。请从清单里选择。") from None
    row = _blank(case_id, code, now)
    if offer.promised:
        return {**row, "state": "promised", "promised_until": _promised_until(material, day)}
    if offer.file_id is None and not offer.paper:
        raise Refused("material_empty", f"“{material.name}”没有上传文件。请上传，或在窗口交纸质件。")
    return {**row, "state": "given", "file_id": offer.file_id}


def _promised_until(material: Material, day: date) -> date:
    if material.main:
        raise Refused("main_material", f"“{material.name}”是主审材料，不能后补。请现在提交。", design("容缺受理"))
    if material.follow_by is None:
        raise Refused("not_followable", f"“{material.name}”不在可容缺后补的范围。请现在提交。", design("容缺受理"))
    return time.due(day, material.follow_by, calendars.calendar()).on


def _blank(case_id: UUID, code: str, now: datetime) -> dict[str, Any]:
    return {
        "case_id": case_id,
        "code": code,
        "state": "given",
        "file_id": None,
        "licence_id": None,
        "call_id": None,
        "promised_until": None,
        "at": now,
    }


def _answers(case_id: UUID, no: int, answers: Mapping[str, Any], case_key: bytes) -> dict[str, Any]:
    return {"case_id": case_id, "no": no, "sealed": crypto.seal_text(_canonical(answers), case_key)}


def _canonical(answers: Mapping[str, Any]) -> str:
    return json.dumps(answers, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def _check_options(item: Item, options: frozenset[str]) -> None:
    known = {option.code for situation in item.situations for option in situation.options}
    if foreign := options - known:
        raise Refused("option_unknown", f"没有这些情形：{'、'.join(sorted(foreign))}。请重新选择。")
    for situation in item.situations:
        if not options.intersection(option.code for option in situation.options):
            raise Refused("situation_unanswered", f"请先回答：{situation.question}", law("行政许可法 第三十条"))


def _check_files(item: Item, offers: Mapping[str, Offer]) -> None:
    wanted = {offer.file_id: code for code, offer in offers.items() if offer.file_id is not None}
    if not wanted:
        return
    kinds = {file_id: view.media for file_id, view in files.files_by_id(wanted).items()}
    for file_id, code in wanted.items():
        if file_id not in kinds:
            raise Refused("file_unknown", "找不到上传的文件。请重新上传，其他内容已保存。")
        material = next((m for m in item.materials if m.code == code), None)
        if material and material.formats and kinds[file_id] not in material.formats:
            raise Refused(
                "file_kind",
                f"“{material.name}”只收 {'、'.join(material.formats)} 文件，上传的内容是 {kinds[file_id]}。请转换后重传。",
            )


def _filed_before(actor: str, key: str, numbers: tuple[tuple[str, str, int, int], ...]) -> Filed:
    """Return the receipt given when this very request came the first time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT subject_id FROM ledger_usedkey WHERE actor = %s AND key = %s", [actor, key])
        (case_id,) = cursor.fetchone()
    file = read(case_id)
    held = tuple(code for code, one in file.materials.items() if one["state"] == "held")
    return Filed(file.id, str(file.row["number"]), str(file.row["lookup_code"]), numbers, file.facts.missing, held)
