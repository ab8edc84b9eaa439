"""接收在办件: a case that runs in an old system goes on here, from where it stands, with its own days."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from tongban.rooms import calendars, clock, crypto
from tongban.rooms.casework.actions.filing import check_options
from tongban.rooms.casework.actions.rows import (
    CHANNELS,
    answers_row,
    canonical,
    case_row,
    material_row,
    numbered,
    party_row,
    tie_row,
)
from tongban.rooms.casework.actions.standing import Who, actor_in
from tongban.rooms.casework.actions.taking import Done, Plan, fingerprint, once, write
from tongban.rooms.casework.queries.old_cases import KIND, ROLE, old_case_id
from tongban.rooms.casework.queries.reading import PartyRow, case_file
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.ledger import actions as ledger
from tongban.rulebook import deciding, taking_over
from tongban.rulebook.catalogue.item import Item
from tongban.rulebook.errors import Refused, Words
from tongban.rulebook.facts import Given
from tongban.rulebook.kinds import KINDS
from tongban.rulebook.taking_over import Past


@dataclass(frozen=True, slots=True)
class Old:
    """A case as the old system leaves it."""

    county: str
    item_code: str
    #: Code of the old system, and the case's number there: together they name it for good.
    system: str
    number: str
    #: ``filed``, ``accepted`` or ``granted``.
    state: str
    applicant_id: UUID
    past: Past
    #: The day it was filed, where papers were completed later; None: the day of receipt.
    filed_on: date | None = None
    agent_id: UUID | None = None
    channel: str = "window"
    site_id: UUID | None = None
    #: Code or name of the desk it lies on; empty: the first.
    desk: str = ""
    #: The member of staff who accepted it, so that somebody else decides.
    acceptor: UUID | None = None
    options: frozenset[str] = frozenset()
    #: Codes of the materials that are in; None: all that are needed.
    materials: frozenset[str] | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)


def take_over(old: Old, who: Who, *, by: str = "") -> Done:
    """Begin a case where the old system left it.  The same again is one case.

    It gets a number and a look-up code of ours; the numbers of documents given out there are not drawn again.
    ``by``: who brings it in, as the journal names him.  Raises ``Refused``: ``taken_over_already`` (with other
    content), ``take_over_*``, and those of days, desk, materials and options.
    """
    target = old_case_id(old.county, old.system, old.number)
    key, digest = f"take_over:{target}", fingerprint(old)
    try:
        earlier = ledger.used(who.name, key, digest)
    except Refused:
        raise Refused(
            "taken_over_already", "这个旧编号的办件已经接收过，当时的内容与这次不同。办件已在这里办理，不再改动。"
        ) from None
    if earlier is not None:
        return Done(earlier.subject_id, earlier.seq, earlier.state, earlier.numbers, again=True)
    return once(lambda: _take_over(old, who, by, target, key, digest), who, key, digest)


def _take_over(old: Old, who: Who, by: str, target: UUID, key: str, digest: bytes) -> Done:
    now = clock.now()
    today = clock.legal_date(now)
    version_id, item = _version(old, today)
    kind = KINDS[item.kind]
    step = taking_over.step_for(kind, old.state)
    taking_over.check(kind, old.state, old.past, today)
    filed_on = old.filed_on or old.past.received_on
    if item.renewal:
        raise Refused("take_over_renewal", "延续类办件要在原证照到期前决定，不能中途接收。请在旧系统办完。")
    if filed_on > old.past.received_on:
        raise Refused(
            "days_reversed",
            "申请日期 {filed_on} 晚于收件日期 {received_on}。请核对。",
            filed_on=filed_on,
            received_on=old.past.received_on,
        )
    if old.channel not in CHANNELS:
        raise Refused("channel_unknown", "没有这种申请渠道。请从窗口、网上、自助机、村（社区）中选择。")
    if old.options:
        check_options(item, old.options)
    filed_at = clock.at_local(filed_on)
    row = case_row(
        old.county,
        version_id,
        item,
        old.channel,
        **{**numbered(old.county, old.channel, now), "filed_at": filed_at},
        applicant_id=old.applicant_id,
        agent_id=old.agent_id,
        site_id=old.site_id,
        received_on=old.past.received_on,
        accepted_on=old.past.accepted_on,
        decided_at=clock.at_local(old.past.decided_on) if old.past.decided_on else None,
        acceptor=str(old.acceptor) if old.acceptor else None,
        stage=_stage(item, old.desk),
        situation=sorted(old.options),
    )
    case_id: UUID = row["id"]
    case_key, wrapped = crypto.new_key()
    parties = [party_row(case_id, "applicant", old.applicant_id, filed_at)]
    if old.agent_id is not None:
        parties.append(party_row(case_id, "agent", old.agent_id, filed_at))
    codes = _materials(item, old)
    materials = [material_row(case_id, code, "given", filed_at) for code in codes]
    file = case_file(
        row,
        materials={one["code"]: one for one in materials},
        parties=tuple(PartyRow(p["id"], p["role"], p["person_id"], signed=True) for p in parties),
        wrapped_key=wrapped,
        item=item,
    )
    actor = actor_in(file, who)
    outcome = deciding.decide(file.facts, step, actor, Given(), now, calendars.calendar())
    outcome = taking_over.as_it_ran(outcome, file.facts, old.past, calendars.calendar())
    rows: dict[str, list[Mapping[str, Any]]] = {
        "casework_casekey": [{"case_id": case_id, "wrapped": wrapped}],
        "casework_answers": [answers_row(case_id, 1, old.answers, case_key)],
        "casework_party": [*parties],
        "casework_tie": [tie_row(case_id, ROLE, KIND, target)],
    }
    if materials:
        rows["casework_material"] = [*materials]
    notes = {
        "imported": True,
        "old_system": old.system,
        "old_number": old.number,
        "ties": [[ROLE, KIND, str(target)]],
        "channel": old.channel,
        "item": str(version_id),
        "form": crypto.digest(canonical(old.answers)),
        "by": by or who.name,
    }
    done = write(file, outcome, actor, Plan(rows=rows, notes=notes), now, new=True, key=key, digest=digest)
    if done is None:
        raise Refused("moved_meanwhile", "刚刚有人接收过同一个办件。请重新导入一次。")
    return done


def _version(old: Old, today: date) -> tuple[UUID, Item]:
    """Return the version of the day of receipt; of today, where the item was published here only later."""
    try:
        found = catalogue.in_force(old.county, old.item_code, old.past.received_on)
    except Refused:
        found = catalogue.in_force(old.county, old.item_code, today)
    return found.version_id, found.item


def _stage(item: Item, desk: str) -> int:
    if not desk:
        return 0
    for stage, one in enumerate(item.desks):
        if desk in (one.code, one.name):
            return stage
    names = Words(one.name for one in item.desks)
    raise Refused(
        "desk_unknown", "“{name}”没有“{desk}”这个环节，只有：{names}。请改正。", name=item.name, desk=desk, names=names
    )


def _materials(item: Item, old: Old) -> list[str]:
    """Return the codes of what is in: all that is needed where nothing is said, and always once it was accepted."""
    needed = [one.code for one in item.materials_for(old.options) if one.source != "made"]
    if old.materials is None:
        return needed
    known = {one.code for one in item.materials}
    if foreign := sorted(old.materials - known):
        raise Refused("material_unknown", "材料清单里没有：{foreign}。请从清单里选择。", foreign=Words(foreign))
    if old.state != "filed" and (left := [code for code in needed if code not in old.materials]):
        names = Words(item.material(code).name for code in left)
        raise Refused("materials_missing", "已受理的办件材料应当齐全，还缺：{names}。请核对。", names=names)
    return sorted(old.materials)
