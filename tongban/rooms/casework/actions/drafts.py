"""草稿: begun in one channel, gone on with in another, and nothing of it is lost."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from tongban.rooms import calendars, clock, crypto
from tongban.rooms.casework.actions.filing import Filing, item_for, resumed
from tongban.rooms.casework.actions.papers import offered_rows
from tongban.rooms.casework.actions.rows import answers_row, case_row, key_of, material_row
from tongban.rooms.casework.actions.standing import Who, actor_in
from tongban.rooms.casework.actions.taking import Plan, write
from tongban.rooms.casework.queries.reading import case_file
from tongban.rulebook import deciding
from tongban.rulebook.errors import Refused
from tongban.rulebook.facts import Given


def save_draft(filing: Filing, who: Who, *, draft_id: UUID | None = None) -> UUID:
    """保存草稿: whatever has been written and uploaded so far, complete or not; returns the draft's id."""
    now = clock.now()
    today = clock.legal_date(now)
    version_id, item = item_for(filing, today)
    columns: dict[str, Any] = {
        "channel": filing.channel,
        "site_id": filing.site_id,
        "agent_id": filing.agent_id,
        "situation": sorted(filing.options),
    }
    rows: dict[str, list[Mapping[str, Any]]] = {}
    if draft_id is None:
        case_key, wrapped = crypto.new_key()
        row = case_row(filing.county, version_id, item, **columns, applicant_id=filing.applicant_id)
        file = case_file({**row, "rehearsal": filing.rehearsal}, materials={}, wrapped_key=wrapped)
        rows["casework_casekey"] = [{"case_id": file.id, "wrapped": wrapped}]
        step = "begin"
    else:
        file = resumed(draft_id, filing, who)
        case_key, step = key_of(file), "save"
    rows["casework_answers"] = [answers_row(file.id, file.answers + 1, filing.answers, case_key)]
    offers = {code: offer for code, offer in filing.offers.items() if not offer.is_empty}
    taken_out = sorted(set(file.materials) - set(offers))
    rows["casework_material"] = [
        *offered_rows(item, file.id, offers, now, today),
        *(material_row(file.id, code, "lacking", now) for code in taken_out),
    ]
    actor = actor_in(file, who)
    outcome = deciding.decide(file.facts, step, actor, Given(), now, calendars.calendar())
    plan = Plan(rows=rows, columns=columns)
    if write(file, outcome, actor, plan, now, new=draft_id is None) is None:
        raise Refused("moved_meanwhile", "这份草稿刚刚在别处保存过。请刷新页面后继续填写。")
    return file.id
