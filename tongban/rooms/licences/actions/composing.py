"""What a document says, gathered from the case as it stood after the step that owes the document.

Days, clocks and numbers are read from that step's journal entry, so a document that is sealed late says the same.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from tongban.rooms import calendars, clock
from tongban.rooms.casework.models import Tie
from tongban.rooms.casework.queries.parts import parts_of
from tongban.rooms.casework.queries.reading import CaseFile, read, running
from tongban.rooms.casework.queries.texts import answers_of, lacks_of
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.ledger.models import Entry
from tongban.rooms.licences.actions.issuing import text_of
from tongban.rooms.licences.actions.sources import Source
from tongban.rooms.licences.models import Document, Licence
from tongban.rooms.licences.paper import county_words
from tongban.rooms.licences.paper.wording import ACTS, KINDS
from tongban.rooms.people import queries as people
from tongban.rulebook import money
from tongban.rulebook.basis import design
from tongban.rulebook.catalogue import Item
from tongban.rulebook.catalogue.proceedings import ALL as PROCEEDINGS
from tongban.rulebook.clock import workdays_between
from tongban.rulebook.errors import Refused
from tongban.rulebook.kinds import KINDS as CASE_KINDS

Data = dict[str, Any]

#: Where somebody appeals when it is not said otherwise: which court is competent is not ours to say.
COURT = "有管辖权的人民法院"
WAYS = {"window": "窗口领取", "electronic": "电子送达", "mail": "邮寄送达"}
FORMS = {"given": "纸质件", "held": "证照库调用", "shared": "共享核验", "promised": "约定后补"}
APPROVERS = {"head": "本行政机关负责人", "government": "本级人民政府负责人"}


def compose(kind: str, of: Source) -> Data:
    """Return the data of a document of this kind, but for its number, seal and code.  Raises ``Refused``."""
    unit = unit_of(kind, of)
    file = of.file
    data: Data = {
        "case_number": file.row["number"],
        "unit": people.unit(file.county, unit).full_name,
        "date": of.day,
        "item": of.item.name,
        "item_class": str(of.item.item_class.value),
        "bases": of.item.bases,
        "received_on": of.column("received_on"),
        "accepted_on": of.column("accepted_on"),
        "contact": of.item.guide.consult_phone,
    }
    if applicant := file.uuid("applicant_id"):
        data["applicant"] = people.person(applicant).name
    if KINDS[kind].remedy:
        data |= _remedy(file.county, unit)
    if file.row["rehearsal"]:
        data["demo"] = True
    words = catalogue.wordings(file.county, of.entry.at)
    return data | _OF_KIND[kind](of) | county_words.told(kind, words)


def unit_of(kind: str, of: Source) -> str:
    """Return the code of the unit that issues the document.

    A receipt is given by whoever took the papers in: the common window, where the county has one.  A matter is put to
    a unit by the one whose item it is.
    """
    own = str(of.file.row["unit"])
    if kind == "receipt" and of.file.row["channel"] != "inner":
        return WINDOW_UNIT if any(unit.code == WINDOW_UNIT for unit in people.units(of.file.county)) else own
    return of.item.unit if kind == "assignment" and of.item.unit else own


#: The unit that runs the common windows.
WINDOW_UNIT = "xzsp"


def place_of(file: CaseFile) -> str:
    """Return where papers are handed in and results fetched."""
    site = file.uuid("site_id")
    return people.site(site).name if site else (file.facts.item.guide.place or "网上办事大厅")


def _receipt(of: Source) -> Data:
    given = of.file.materials
    names = {material.code: material.name for material in of.item.materials}
    rows = [_given(names.get(code, code), one) for code, one in sorted(given.items()) if one["state"] in FORMS]
    if of.item.form:
        rows.insert(0, {"name": "申请表", "form": "在线填写"})
    return {
        "materials": rows or [{"name": "申请", "form": "口头或电话"}],
        "answer_by": of.started("intake"),
        "place": place_of(of.file),
        "lookup_code": of.file.row["lookup_code"],
    }


def _given(name: str, one: Mapping[str, Any]) -> Data:
    form = "电子件" if one["file_id"] else FORMS[one["state"]]
    until = one["promised_until"]
    return {"name": name, "form": form, "note": f"{_day(until)}前补交" if until else ""}


def _acceptance(of: Source) -> Data:
    statutory, promised = of.clock("statutory"), of.clock("promised")
    data: Data = {"lookup_code": of.file.row["lookup_code"], "deemed": of.entry.step == "deem_accepted"}
    if statutory is not None:
        data |= {"limit": statutory.limit.label, "due": statutory.due.on}
    if promised is not None and promised.limit.amount:
        data |= {"promised_limit": promised.limit.label, "promised_due": promised.due.on}
    return data


def _refusal(of: Source) -> Data:
    return {"facts": of.note("reason"), "ground": of.note("ground")}


def _correction(of: Source) -> Data:
    asked = Entry.objects.filter(
        subject_kind="case", subject_id=of.file.id, seq__lte=of.seq, step="ask_correction"
    ).count()
    names = {material.code: material.name for material in of.item.materials} | {"form": "申请表"}
    missing = [
        {"name": names.get(code, code), "reason": reason}
        for notice, code, reason in lacks_of(of.file)
        if notice == asked
    ]
    online = "，也可以在网上提交" if of.item.online.receive and of.file.uuid("site_id") else ""
    return {"missing": missing, "correct_by": of.started("correction"), "place": place_of(of.file) + online}


def _extension(of: Source) -> Data:
    after = of.clock("statutory", "promised")
    if after is None or after.extension is None:
        raise Refused("nothing_extended", "这一步没有延长任何期限，不能制作延长告知书。请联系系统管理员核对台账。")
    before = [
        running(one)
        for entry in Entry.objects.filter(subject_kind="case", subject_id=of.file.id, seq__lt=of.seq).order_by("seq")
        for one in entry.body.get("clocks", ())
        if one["name"] == after.name and one["run"] == after.run
    ]
    return {
        "due": before[-1].due.on,
        "extension": after.extension.label,
        "new_due": after.due.on,
        "reason": of.note("reason").rstrip("。"),
        "approver": APPROVERS.get(of.entry.post, "本行政机关负责人"),
        "approved_on": of.day,
    }


def _special_procedure(of: Source) -> Data:
    opened = of.body["proceedings"][-1]
    first, last = date.fromisoformat(opened["opened_on"]), date.fromisoformat(opened["due_on"])
    name = PROCEEDINGS.get(opened["kind"], opened["kind"])
    return {
        "procedure": name,
        "reason": of.note("reason").rstrip("。") or "审查需要",
        "time_needed": f"{workdays_between(first, last, calendars.calendar())}个工作日",
        "first": first,
        "last": last,
        "counted": not opened["pauses"],
    }


def _grant(of: Source) -> Data:
    result = of.item.result
    named = result is not None and result.form != "无"
    data: Data = {
        "decision": f"准予办理“{of.item.name}”{f'，核发{result.name}' if named and result else ''}。",
        "deliver_by": of.started("delivery") if named else None,
        "registered_on": of.day,
    }
    if named and result is not None:
        data["result_name"] = result.name
        if result.valid_months:
            data["validity"] = f"自发证之日起{result.valid_months}个月"
    return data


def _filing_record(of: Source) -> Data:
    return {"filed_on": of.day, "records": _records(of)}


def _records(of: Source) -> list[Data]:
    """The lines of the licence kind where there is one, else of the form."""
    answers = answers_of(of.file)
    result = of.item.result
    if result is not None and result.licence_kind:
        wanted = [(field.name, field.label) for field in catalogue.kind(result.licence_kind).fields]
    else:
        wanted = [(name, rule.get("title", name)) for name, rule in of.item.form.get("properties", {}).items()]
    return [
        {"label": money.label(name, label), "value": money.in_yuan(name, text)}
        for name, label in wanted
        if (text := text_of(answers.get(name)))
    ]


def _lapse(of: Source) -> Data:
    return {"reason": "未在补正期限内补齐材料", "ended_on": of.day, "returned": "材料可凭本通知书取回"}


def _withdrawal(of: Source) -> Data:
    return {"asked_on": of.day, "ended_on": of.day, "returned": "材料可凭本通知书取回"}


def _strike_out(of: Source) -> Data:
    recorded = (
        Entry.objects.filter(subject_kind="case", subject_id=of.file.id, step="put_on_record").order_by("seq").first()
    )
    filed_on = clock.legal_date(recorded.at) if recorded else of.column("received_on")
    return {"filed_on": filed_on, "ended_on": of.day, **_refusal(of)}


def _checked(of: Source) -> Data:
    """What a check of a promise found, about the case that was granted on it."""
    origin = read(Tie.objects.get(case_id=of.file.id, role="arises-from", target_kind="case").target_id)
    granted = datetime.fromisoformat(str(origin.row["decided_at"]))
    licences = [row.number for row in Licence.objects.filter(case_id=origin.id).order_by("id") if row.number]
    return {
        "item": origin.facts.item.name,
        "item_class": str(origin.facts.item.item_class.value),
        "bases": origin.facts.item.bases,
        "granted_number": origin.row["number"],
        "granted_on": clock.legal_date(granted),
        "licences": "、".join(licences),
        "ended_on": of.day,
        "mend_by": of.started("mend"),
        **_refusal(of),
    }


def _delivery(of: Source) -> Data:
    collector = of.body.get("collector")
    applicant = of.file.uuid("applicant_id")
    recipient = people.person(applicant).name if applicant else ""
    if collector and UUID(collector) != applicant:
        recipient += f"（由{people.person(UUID(collector)).name}代领）"
    way = of.body.get("way", "window")
    return {
        "recipient": recipient,
        "documents": _delivered(of),
        "method": WAYS.get(way, way),
        "place": place_of(of.file)
        if way == "window"
        else {"electronic": "网上“我的办件”"}.get(way, "申请人登记的地址"),
        "delivered_on": of.day,
    }


def _delivered(of: Source) -> list[Data]:
    """What was handed over: licences and decisions.  A licence that is not sealed yet makes the receipt wait."""
    names = catalogue.licence_kind_names()
    licences = list(Licence.objects.filter(case_id=of.file.id).order_by("id"))
    if any(not row.number for row in licences):
        raise Refused("licence_not_sealed", "证照还没有盖章，送达回证在证照盖章后自动制作。")
    rows = [{"name": names.get(row.kind, row.kind), "number": row.number} for row in licences]
    decisions = Document.objects.filter(
        case_id=of.file.id, kind__in=("grant_decision", "registration_decision", "filing_record", "result_pack")
    )
    rows += [{"name": title_of(row.kind, of.item), "number": row.number} for row in decisions.order_by("seq", "id")]
    if not rows and of.item.result is not None:
        rows = [{"name": of.item.result.name, "number": of.file.row["number"]}]
    return rows or [{"name": "办理结果", "number": of.file.row["number"]}]


def _assignment(of: Source) -> Data:
    answer = of.clock("answer", "check", "finish")
    if answer is None:
        raise Refused("assignment_without_limit", "这件交办没有答复期限，不能制作交办单。请在事项中设定答复期限。")
    origin = Tie.objects.filter(case_id=of.file.id, role="arises-from").first()
    came_from = "监督检查" if of.file.facts.kind.code == "matter" else "群众评价或反映"
    if origin is not None and origin.target_kind == "case":
        came_from = f"办件{read(origin.target_id).row['number']}"
    return {
        "to_unit": people.unit(of.file.county, str(of.file.row["unit"])).full_name,
        "subject": of.item.name,
        "source": came_from,
        "assigned_on": of.day,
        "due": answer.due.on,
        "requirement": of.note("text") or "请核实情况，按期办结并书面答复。",
    }


def _result_pack(of: Source) -> Data:
    outcomes = []
    for part in parts_of(of.file.id):
        one = read(part.case_id)
        state = CASE_KINDS[str(one.row["kind"])].states.get(part.state, part.state)
        outcomes.append({"name": one.facts.item.name, "result": state, "number": part.number})
    refused = any(part.decision not in ("", "granted") for part in parts_of(of.file.id))
    return {"outcomes": outcomes, "refused_part": refused}


_OF_KIND: Mapping[str, Callable[[Source], Data]] = {
    "receipt": _receipt,
    "acceptance_notice": _acceptance,
    "non_acceptance": _refusal,
    "correction_notice": _correction,
    "extension_notice": _extension,
    "special_procedure_notice": _special_procedure,
    "grant_decision": _grant,
    "registration_decision": _grant,
    "refusal_decision": _refusal,
    "filing_record": _filing_record,
    "lapse_notice": _lapse,
    "withdrawal_notice": _withdrawal,
    "strike_out_notice": _strike_out,
    "mending_order": _checked,
    "revocation_decision": _checked,
    "delivery_receipt": _delivery,
    "assignment": _assignment,
    "result_pack": _result_pack,
}


def title_of(kind: str, item: Item | None = None) -> str:
    """Return what people call a document of this kind."""
    act = ACTS.get(str(item.item_class.value), "办理") if item is not None else ""
    return KINDS[kind].title.replace("{act}", act).replace("{licence_name}", "证照")


def licence_data(row: Licence, facts: Mapping[str, str], case_number: str, item: Item | None) -> Data:
    """Return the data of a licence's own page, but for its seal and code."""
    kind = catalogue.kind(row.kind)
    holder = people.person(row.holder_id)
    # A founder applies for a company that is not registered yet: the first line of such a licence names its holder.
    name = facts[kind.fields[0].name] if kind.holder == "legal" and holder.kind == "natural" else holder.name
    issuer = people.unit(row.county, row.issuer).full_name
    data: Data = {
        "case_number": case_number or "历史证照补录",
        "unit": issuer,
        "issuer": issuer,
        "date": row.issued_on,
        "issued_on": row.issued_on,
        "licence_name": kind.name,
        "holder": name,
        "records": [
            {"label": money.label(one.name, one.label), "value": money.in_yuan(one.name, facts[one.name])}
            for one in kind.fields
        ],
        "licence_id": row.identifier,
        "valid_from": row.valid_from,
        "bases": item.bases if item is not None else (design("历史证照经核对后补录入库"),),
    }
    if row.valid_until is not None:
        data["valid_until"] = row.valid_until
    if item is not None:
        data["item_class"] = str(item.item_class.value)
    if row.rehearsal:
        data["demo"] = True
    return data


def _remedy(county: str, unit: str) -> Data:
    """Where to appeal (许可法 38): against a department, to the county's government."""
    counties = people.divisions(county, level="county")
    name = f"{counties[0].name}人民政府" if counties else "本级人民政府"
    own = people.unit(county, unit).full_name == name
    return {"review_body": "上一级人民政府" if own else name, "court": COURT}


def _day(value: str | date | datetime) -> str:
    day = date.fromisoformat(value[:10]) if isinstance(value, str) else value
    return f"{day.year}年{day.month}月{day.day}日"
