"""What comes in after the filing: what a notice named, and what was promised for later."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from tongban.rooms import clock, crypto
from tongban.rooms.casework.actions.forms import check_answers
from tongban.rooms.casework.actions.papers import Offer, check_files, offered_rows
from tongban.rooms.casework.actions.rows import answers_row, canonical, key_of, material_row
from tongban.rooms.casework.actions.standing import Who
from tongban.rooms.casework.actions.taking import Done, Plan, take
from tongban.rooms.casework.queries.reading import CaseFile
from tongban.rulebook.errors import Refused, Words
from tongban.rulebook.facts import FORM, Given


def supply(
    case_id: UUID,
    who: Who,
    offers: Mapping[str, Offer],
    *,
    answers: Mapping[str, Any] | None = None,
    received_on: date | None = None,
    key: str = "",
) -> Done:
    """补正材料: what the notice named comes in.  While something is still missing, all is kept and the case waits.

    ``answers``: the form, where the notice named it (``form``).
    """
    if received_on is not None and who.kind == "person":
        raise Refused("received_by_staff", "收件日期由收件人员登记，不用自己填写。请去掉后重新提交。")

    def plan(file: CaseFile) -> Plan:
        item, now = file.facts.item, clock.now()
        rows: dict[str, list[Mapping[str, Any]]] = {
            "casework_material": [*offered_rows(item, file.id, offers, now, clock.legal_date(now))]
        }
        notes: dict[str, Any] = {"materials": sorted(offers)}
        if answers is not None:
            check_answers(item, answers)
            rows["casework_answers"] = [answers_row(file.id, file.answers + 1, answers, key_of(file))]
            notes["form"] = crypto.digest(canonical(answers))
            if FORM in file.materials:
                rows["casework_material"].append(material_row(file.id, FORM, "given", now))
        supplied = frozenset(offers) | ({FORM} if answers is not None else set())
        waiting = file.facts.told.intersection(file.facts.missing) - supplied
        step = "supply_part" if waiting else "supply"
        return Plan(Given(received_on=received_on, supplied=supplied), step=step, rows=rows, notes=notes)

    return take(case_id, "supply", who, plan, asked=(offers, answers, received_on), key=key)


def supply_later(case_id: UUID, who: Who, files: Mapping[str, UUID | None], *, key: str = "") -> Done:
    """补交容缺材料: ``files`` by material code; None: handed in on paper."""

    def plan(file: CaseFile) -> Plan:
        if foreign := [code for code in files if code not in file.facts.following]:
            raise Refused(
                "not_promised", "这些材料没有约定后补：{foreign}。请只补交约定后补的材料。", foreign=Words(foreign)
            )
        if not files:
            raise Refused("material_empty", "请选择要补交的材料。")
        check_files(file.facts.item, files)
        now = clock.now()
        rows = {"casework_material": [material_row(case_id, c, "given", now, file_id=f) for c, f in files.items()]}
        return Plan(rows=rows, notes={"materials": sorted(files)})

    return take(case_id, "supply_later", who, plan, asked=files, key=key)
