"""Cases as the national tables want them: acceptance, steps, result, special procedures, materials.

A case that is not accepted yet, a special procedure that is not over and a decision that is not taken are not due.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from tongban.rooms import clock
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.exchange.national import codes
from tongban.rooms.exchange.national.codes import Chosen, yes
from tongban.rooms.exchange.national.gathering import CaseRead, Event, representatives, staff_names
from tongban.rooms.exchange.national.rows import Draft, Hold, draft, guid
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.licences.actions.documents import WORDS
from tongban.rooms.people import actions as opening
from tongban.rooms.people import queries as people
from tongban.rooms.people.queries import PersonView, UnitView
from tongban.rulebook.catalogue import Item
from tongban.rulebook.catalogue.proceedings import PAUSING
from tongban.rulebook.indicators import Grade
from tongban.rulebook.kinds import KINDS
from tongban.rulebook.kinds.shared import ARTICLE_42, ARTICLE_45
from tongban.rulebook.numbers import make_document_number
from tongban.rulebook.steps import POST_LABELS, Post

#: Why numbers of persons and texts of cases are opened; a citizen reads it beside her data.
PURPOSE = "国家政务服务数据交换（办件报送）"

#: Journal entries that are no 环节: drafts, house-keeping, what the applicant does, and what other tables tell.
_NO_STEP = frozenset(
    {
        *(
            "begin",
            "save",
            "discard",
            "file",
            "supply",
            "supply_part",
            "supply_later",
            "sign",
            "rate",
            "archive",
            "recount",
        ),
        *("note_overdue", "check_shared", "settle_fee", "pause", "resume", "extend", "withdraw"),
    }
)
_BACK = frozenset({"send_back"})
_PASSING = frozenset(
    {
        *("accept", "deem_accepted", "pass_on", "grant", "enter", "put_on_record", "decide_on_spot", "deem_renewed"),
        *("granted_elsewhere", "issue", "deliver"),
    }
)
_GIVEN = {"given": "upload", "held": "licence", "shared": "licence"}
_NEVER_ACCEPTED = Hold(
    "never_accepted",
    "办件没有受理就已办结（不予受理、退件或撤回），这一栏要求受理时间，不能编一个时间。",
    "请上级明确不予受理、退件的办件怎样填受理时间；在此之前不报送这一件。",
)


@dataclass(frozen=True, slots=True)
class Around:
    """What the rows of some cases need besides the cases."""

    items: Mapping[UUID, Item]
    units: Mapping[str, UnitView]
    persons: Mapping[UUID, PersonView]
    #: Numbers in plain, by person and scheme.
    papers: Mapping[UUID, Mapping[str, str]]
    staff: Mapping[str, str]
    representatives: Mapping[UUID, str]
    grades: Mapping[UUID, Grade]
    chosen: Chosen


def around(
    county: str, cases: list[CaseRead], grades: Mapping[UUID, Grade], chosen: Chosen, *, by: str, day: date
) -> Around:
    """Read what the rows need.  Whoever is named is logged, and so is every case whose texts were opened."""
    wanted = {one for case in cases for one in (case.applicant_id, case.agent_id) if one is not None}
    persons = people.persons_by_id(wanted)
    papers = opening.reveal_many(wanted, who=by, purpose=PURPOSE)
    for case in cases:
        if any(event.texts for event in case.events):
            ledger.log_access(by, "case", case.id, PURPOSE)
    numbers = {
        event.actor.removeprefix("staff:")
        for case in cases
        for event in case.events
        if event.actor.startswith("staff:")
    }
    organisations = [one.id for one in persons.values() if one.kind != "natural"]
    return Around(
        catalogue.items(case.item_id for case in cases),
        {one.code: one for one in people.units(county)},
        persons,
        papers,
        staff_names(county, sorted(numbers)),
        representatives(organisations, day),
        grades,
        chosen,
    )


def drafts(case: CaseRead, near: Around) -> list[Draft]:
    """Return the rows of one case that are due."""
    if case.accepted_on is None and not case.decision:
        return []
    item = near.items[case.item_id]
    about = ("case", case.id, case.number)
    lead = guid("up_pro_accept", case.id)
    rows = [draft("up_pro_accept", (case.id,), about, _accept(case, item, near))]
    if case.accepted_on is None:
        return rows

    def add(table: str, part: object, content: dict[str, Any], *, gone: bool = False) -> None:
        named = {"project_no": case.number, **content}
        rows.append(draft(table, (case.id, part), about, named, gone=gone, leads=lead))

    for seq, content in _process(case, item, near):
        add("up_pro_process", seq, content)
    for part, content in _special(case, near):
        add("up_pro_special_procedure", part, content)
    for code, state in case.materials.items():
        name = next((one.name for one in item.materials if one.code == code), None)
        if name is not None:
            way = codes.GIVEN.code(_GIVEN.get(state, "upload"))
            content = {"material_name": name, "get_type": way, "get_name": "1"}
            add("up_pro_material", code, content, gone=state not in _GIVEN)
    if case.decision:
        add("up_pro_result", "", _result(case, item, near))
    return rows


def rated(cases: Iterable[CaseRead]) -> list[UUID]:
    """Return the cases that somebody has rated."""
    return [case.id for case in cases if any(event.step == "rate" for event in case.events)]


def kind_of(person: PersonView, papers: Mapping[str, str]) -> str:
    """Return our word for what somebody is: an organisation's credit code says who registered it."""
    if person.kind == "natural":
        return "natural"
    if person.kind == "agency":
        return "agency"
    first = papers.get("credit_code", "")[:2]
    return _REGISTERED.get(first, "other")


def paper_of(papers: Mapping[str, str]) -> tuple[Any, Any]:
    """Return the type and the number of the paper by which somebody is named to others."""
    for scheme in ("citizen_id", "credit_code", "passport"):
        if scheme in papers:
            return codes.PAPER.code(scheme), papers[scheme]
    if "hmt" in papers:
        unclear = Hold(
            "paper_kind_unclear",
            "港澳台证件没有登记具体种类，写不出证件类型代码。",
            "请核对证件，改登居民身份证号码，或请上级系统补录证件种类。",
        )
        return unclear, papers["hmt"]
    missing = Hold("paper_missing", "申请人没有在用的证件号码。", "请在申请人信息里补登证件号码。")
    return missing, missing


#: First two characters of a credit code: who registered it, and as what (GB 32100-2015).
_REGISTERED = {
    "11": "agency",
    "12": "institution",
    "51": "social",
    "52": "social",
    "53": "social",
    "91": "enterprise",
}


def _accept(case: CaseRead, item: Item, near: Around) -> dict[str, Any]:
    unit = near.units.get(case.unit)
    entry = _accepting(case)
    person = near.persons.get(case.applicant_id) if case.applicant_id else None
    nobody = Hold("applicant_missing", "办件没有登记申请人。", "请在办件里补登申请人。")
    content: dict[str, Any] = {
        "project_no": case.number,
        "catalog_code": item.catalog_code,
        "local_task_code": item.local_code,
        "task_code": item.task_code,
        "task_handle_item": item.handle_code,
        "task_name": item.name,
        "task_version": case.item_version,
        "applyer_name": person.name if person else nobody,
        "project_name": item.name,
        "apply_type": codes.APPLIED.code("net" if case.channel == "net" else "window"),
        "apply_date": case.filed_at,
        "org_name": unit.full_name if unit else None,
        "org_code": unit.credit_code if unit else None,
        "handle_user_name": _handler(entry, near) if entry else None,
        "accept_date": _accepted_at(case, entry) if case.accepted_on else _NEVER_ACCEPTED,
        "accept_doc_no": _document(entry, "acceptance_notice", near) if entry else None,
        "promise_date": case.promised_at,
        "project_type": codes.HANDLING.code(item.handling),
    }
    if person is not None and case.applicant_id is not None:
        papers = near.papers.get(case.applicant_id, {})
        served = codes.SERVED[near.chosen.served]
        content["applyer_type"] = served.code(kind_of(person, papers))
        content["applyer_page_type"], content["applyer_page_code"] = paper_of(papers)
        content["legal"] = near.representatives.get(person.id)
    agent = near.persons.get(case.agent_id) if case.agent_id else None
    if agent is not None and case.agent_id is not None:
        content["contact_name"] = agent.name
        kind, number = paper_of(near.papers.get(case.agent_id, {}))
        if not isinstance(kind, Hold):
            content["contact_type"], content["contact_code"] = kind, number
    return content


def _accepting(case: CaseRead) -> Event | None:
    """Return the entry with which the case was accepted."""
    return next((event for event in case.events if event.body.get("accepted_on")), None)


def _accepted_at(case: CaseRead, entry: Event | None) -> datetime | date | None:
    """Return the moment of acceptance; of one the law dates earlier (视为受理) only the day is known."""
    if entry is not None and clock.legal_date(entry.at) == case.accepted_on:
        return entry.at
    return case.accepted_on


def _process(case: CaseRead, item: Item, near: Around) -> Iterable[tuple[int, dict[str, Any]]]:
    kind = KINDS[case.kind]
    begun = case.filed_at
    accepted = False
    for event in case.events:
        accepted = accepted or bool(event.body.get("accepted_on"))
        if not accepted or event.step in _NO_STEP or event.post == Post.APPLICANT:
            continue
        label = kind.by_name[event.step].label
        act = "back" if event.step in _BACK else "pass" if event.step in _PASSING else "other"
        yield (
            event.seq,
            {
                "process_name": label,
                "event_start_time": begun,
                "event_end_time": event.at,
                "event_name": codes.ACT.code(act),
                "handle_explain": _said(event) or label,
                "handle_user_name": _handler(event, near),
            },
        )
        begun = event.at


def _special(case: CaseRead, near: Around) -> Iterable[tuple[str, dict[str, Any]]]:
    for no, (kind, closed_on, result) in case.proceedings.items():
        if closed_on is None:
            continue
        touching = [event for event in case.events if any(one["no"] == no for one in event.body["proceedings"] or ())]
        if not touching:
            continue
        first, last = touching[0], touching[-1]
        yield (
            str(no),
            {
                "special_type": codes.SPECIAL.code("pause"),
                "special_name": PAUSING[kind],
                "special_time": first.at,
                "special_reason": _said(first) or str(ARTICLE_45),
                "end_time": last.at,
                "result": result,
                "special_explain": _said(last),
                "handle_user": _handler(last, near),
            },
        )
    for event in case.events:
        if event.step == "extend":
            until = [one["due_at"] for one in event.body["clocks"] or () if one["name"] == "statutory"]
            yield (
                f"extend-{event.seq}",
                {
                    "special_type": codes.SPECIAL.code("extend"),
                    "special_name": "延长办理期限",
                    "special_time": event.at,
                    "special_reason": _said(event) or str(ARTICLE_42),
                    # An extension is over on the day to which it extends.
                    "end_time": datetime.fromisoformat(until[0]).astimezone(UTC) if until else None,
                    "handle_user": _handler(event, near),
                },
            )


def _result(case: CaseRead, item: Item, near: Around) -> dict[str, Any]:
    ended = case.decision if case.decision != "withdrawn" else "lapsed"
    deciding = next((event for event in case.events if KINDS[case.kind].by_name[event.step].decision), None)
    granted = case.decision == "granted" and item.result is not None and item.result.form != "无"
    mailed = any(event.step == "deliver" and event.body.get("way") == "mail" for event in case.events)
    grade = near.grades.get(case.id)
    label = KINDS[case.kind].by_name[deciding.step].label if deciding else ""
    unknown = Hold(
        "outcome_unknown",
        "这种办结结果不在国家代码集“办结结果”里。",
        "请上级明确这类结果的代码，再更新代码集。",
    )
    return {
        "result_type": codes.OUTCOME.code(ended) if ended in codes.OUTCOME.values else unknown,
        "result_date": case.decided_at,
        "result_explain": (_said(deciding) if deciding else "") or label,
        "result_cetr_name": item.result.name if granted and item.result else None,
        "result_cetr_no": "、".join(case.licences) if granted else None,
        "is_delivery_results": yes(mailed),
        "handle_user_name": _handler(deciding, near) if deciding else None,
        "satisfaction": grade.code(near.chosen.grades) if grade else None,
    }


def _handler(event: Event, near: Around) -> str:
    """Return who acted: a member of staff by name, everybody else by capacity."""
    if event.actor.startswith("staff:"):
        number = event.actor.removeprefix("staff:")
        return near.staff.get(number, number)
    return POST_LABELS[Post(event.post)] if event.post in POST_LABELS else "系统"


def _document(event: Event, kind: str, near: Around) -> str | None:
    """Return the number of a document owed with this entry, as it is printed."""
    for register, drawn, year, n in event.body.get("numbers") or ():
        # A register is named by county and unit.
        unit = near.units.get(register.rpartition("/")[2])
        if drawn == kind and unit is not None:
            return make_document_number(unit.short_name, WORDS[kind], year, n)
    return None


def _said(event: Event) -> str:
    return "；".join(event.texts[what] for what in ("opinion", "ground", "reason") if event.texts.get(what))
