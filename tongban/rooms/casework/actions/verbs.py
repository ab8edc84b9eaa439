"""The verbs of a case, each in its own words.  All of them travel through ``take``."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from tongban.rooms import clock, crypto
from tongban.rooms.casework.actions.rows import key_of, party_row, restated
from tongban.rooms.casework.actions.standing import Who, may_collect
from tongban.rooms.casework.actions.taking import Done, Plan, Planner, take
from tongban.rooms.casework.mailing import digest_of
from tongban.rooms.casework.queries.reading import CaseFile
from tongban.rooms.people import queries as people
from tongban.rulebook.basis import law
from tongban.rulebook.clock import Limit
from tongban.rulebook.errors import Refused, Words
from tongban.rulebook.facts import FORM, Given, Lack
from tongban.rulebook.guards import ROLE_LABELS


def accept(case_id: UUID, who: Who, *, key: str = "") -> Done:
    """受理: from the day after the papers were complete the days of law are counted (许可法 32, 42)."""
    return take(case_id, "accept", who, key=key)


def decide_on_spot(case_id: UUID, who: Who, *, opinion: str = "", key: str = "") -> Done:
    """当场办结: accepted and granted in one visit, by a named exemption (许可法 34(2))."""
    return take(case_id, "decide_on_spot", who, Plan(texts={"opinion": opinion}), key=key)


def ask_correction(case_id: UUID, who: Who, lacking: Mapping[str, str], *, key: str = "") -> Done:
    """一次性告知: everything missing or wrong with its reason, once (许可法 32(4)); ``form`` names the form itself."""
    lacks = tuple(Lack(code, reason) for code, reason in lacking.items())

    def plan(file: CaseFile) -> Plan:
        known = {m.code for m in file.facts.item.materials} | {FORM}
        if unknown := [code for code in lacking if code not in known]:
            raise Refused("material_unknown", "材料清单里没有：{unknown}。请从清单里选择。", unknown=Words(unknown))
        case_key, now, notice = key_of(file), clock.now(), file.facts.notices + 1
        told = [
            {"case_id": case_id, "notice": notice, "code": one.code, "reason": crypto.seal_text(one.reason, case_key)}
            for one in lacks
        ]
        papers = [restated(file, one.code, "lacking", now) for one in lacks]
        return Plan(given=Given(lacking=lacks), rows={"casework_lack": told, "casework_material": papers})

    return take(case_id, "ask_correction", who, plan, asked=lacking, key=key)


def not_accept(case_id: UUID, who: Who, *, ground: str, reason: str, key: str = "") -> Done:
    """不予受理, in writing, with its ground and the remedy (许可法 32)."""
    return take(case_id, "not_accept", who, Plan(given=Given(reason=reason, ground=ground)), key=key)


def pass_on(case_id: UUID, who: Who, *, opinion: str = "", ticked: Sequence[int] = (), key: str = "") -> Done:
    """审查通过: on to the next desk; ``ticked`` are the review points looked at."""
    return take(case_id, "pass_on", who, Plan(texts={"opinion": opinion}, notes={"ticked": list(ticked)}), key=key)


def send_back(case_id: UUID, who: Who, *, reason: str, key: str = "") -> Done:
    """退回上一环节."""
    return take(case_id, "send_back", who, Plan(given=Given(reason=reason)), key=key)


def pause(case_id: UUID, who: Who, *, proceeding: str, time_needed: Limit, notice: bool, key: str = "") -> Done:
    """启动特别程序: the clock stands only with ``notice`` in writing and only for article 45's list."""
    given = Given(proceeding=proceeding, time_needed=time_needed, notice=notice)
    return take(case_id, "pause", who, Plan(given=given), key=key)


def resume(
    case_id: UUID,
    who: Who,
    *,
    result: str,
    opinion: str = "",
    present: Sequence[UUID] = (),
    record: str = "",
    key: str = "",
) -> Done:
    """特别程序结束; ``result`` is a short code such as ``passed``.

    ``present``: the members of staff who looked on the spot, ``record`` what they wrote down.
    """
    check_present(present)
    return take(
        case_id,
        "resume",
        who,
        Plan(
            given=Given(result=result, present=tuple(present)),
            texts={"opinion": opinion, "record": record},
            notes={"present": [str(one) for one in present]} if present else {},
        ),
        key=key,
    )


def check_present(present: Sequence[UUID]) -> None:
    """Raise ``Refused("staff_unknown")`` unless these are members of staff.  One query, where somebody is named."""
    if present and set(present) - set(people.powers().staff):
        raise Refused("staff_unknown", "登记的到场人员不在工作人员名册中。请从名单里选择。")


def publicise(case_id: UUID, who: Who, *, key: str = "") -> Done:
    """开始公示."""
    return take(case_id, "publicise", who, key=key)


def end_publication(case_id: UUID, who: Who, *, result: str, key: str = "") -> Done:
    """公示期满, with what came of it: ``no_objection`` or ``objection``."""
    return take(case_id, "end_publication", who, Plan(given=Given(result=result)), key=key)


def extend(case_id: UUID, who: Who, *, reason: str, key: str = "") -> Done:
    """延长, once, by the right approver, told in writing with its reason (许可法 42)."""
    return take(case_id, "extend", who, Plan(given=Given(reason=reason)), key=key)


def grant(case_id: UUID, who: Who, *, opinion: str = "", key: str = "") -> Done:
    """准予 (许可法 38)."""
    return take(case_id, "grant", who, Plan(texts={"opinion": opinion}), key=key)


def enter(case_id: UUID, who: Who, *, opinion: str = "", key: str = "") -> Done:
    """登簿: the right stands from here (不动产登记暂行条例 21)."""
    return take(case_id, "enter", who, Plan(texts={"opinion": opinion}), key=key)


def put_on_record(case_id: UUID, who: Who, *, key: str = "") -> Done:
    """备案."""
    return take(case_id, "put_on_record", who, key=key)


def refuse(case_id: UUID, who: Who, *, ground: str, reason: str, key: str = "") -> Done:
    """不予许可, 不予登记: with reasons and the remedy (许可法 38(2))."""

    def plan(file: CaseFile) -> Plan:
        step = "not_register" if "not_register" in file.facts.kind.by_name else "refuse"
        return Plan(Given(reason=reason, ground=ground), step=step)

    return take(case_id, "refuse", who, plan, asked=(ground, reason), key=key)


def strike_out(case_id: UUID, who: Who, *, ground: str, reason: str, key: str = "") -> Done:
    """撤销备案: what was put on record turned out not to be so; its proof loses force in the same step."""
    return take(case_id, "strike_out", who, Plan(given=Given(reason=reason, ground=ground)), key=key)


def issue(case_id: UUID, who: Who, *, facts: Mapping[str, str] | None = None, key: str = "") -> Done:
    """制证: the licence is entered in the store in the same statement; ``facts`` fill its fields."""
    return take(case_id, "issue", who, Plan(context={"facts": dict(facts or {})}), key=key)


def deliver(
    case_id: UUID, who: Who, *, collector_id: UUID | None, way: str = "window", mail_number: str = "", key: str = ""
) -> Done:
    """送达: to the applicant or whoever she mandated to collect; ``way`` is ``window``, ``electronic`` or ``mail``."""
    if way not in ("window", "electronic", "mail"):
        raise Refused("delivery_way_unknown", "送达方式只能是窗口领取、电子送达或邮寄。请重新选择。")
    if way == "mail" and not digest_of(mail_number):
        raise Refused("mail_number_missing", "邮寄送达要登记邮件号。请填写后再提交。")

    def plan(file: CaseFile) -> Plan:
        if way == "window":
            _check_collector(file, collector_id)
        notes = {"way": way, "collector": str(collector_id) if collector_id else None}
        if way == "mail":
            notes["mail"] = digest_of(mail_number)
        return Plan(notes=notes, texts={"mail": mail_number})

    return take(case_id, "deliver", who, plan, asked=(collector_id, way, mail_number), key=key)


def withdraw(case_id: UUID, who: Who, *, reason: str = "", key: str = "") -> Done:
    """撤回申请, by the applicant or whoever acts for her, before the decision."""

    def plan(file: CaseFile) -> Plan:
        if who.kind == "person" and any(p.person_id == who.id and p.role not in _FOR_HER for p in file.parties):
            raise Refused("not_the_applicant", "只有申请人可以撤回申请。您不同意办理的，请告诉申请人或窗口。")
        return Plan(given=Given(reason=reason))

    return take(case_id, "withdraw", who, plan, asked=reason, key=key)


def check_shared(
    case_id: UUID,
    who: Who,
    results: Mapping[str, tuple[str, UUID | None]],
    *,
    rows: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    key: str = "",
) -> Done:
    """共享数据核验: material code -> (``shared`` or ``mismatch``, the call that showed it).

    ``rows``: what the room that asked keeps of it, written in the same step.
    """

    def plan(file: CaseFile) -> Plan:
        known = {m.code for m in file.facts.item.materials}
        if unknown := sorted(set(results) - known):
            raise Refused("material_unknown", "材料清单里没有：{unknown}。请从清单里选择。", unknown=Words(unknown))
        if not results or any(state not in ("shared", "mismatch") for state, _ in results.values()):
            raise Refused("check_result_unknown", "核验结果只能是一致或不一致。请重新核验。")
        now = clock.now()
        papers = [restated(file, code, state, now, call_id=call) for code, (state, call) in results.items()]
        notes = {"checked": {code: state for code, (state, _) in results.items()}}
        return Plan(rows={"casework_material": papers, **(rows or {})}, notes=notes)

    return take(case_id, "check_shared", who, plan, asked=results, key=key)


def sign(case_id: UUID, who: Who, *, role: str, person_id: UUID | None = None, key: str = "") -> Done:
    """当事人签名: the party of that role signs, herself or on paper before staff.

    ``person_id``: staff names the party, where the filing did not.
    """

    def plan(file: CaseFile) -> Plan:
        there = [p for p in file.parties if p.role == role]
        if who.kind == "person" and all(p.person_id != who.id for p in there):
            raise Refused("not_that_party", "您不是这一方当事人，不能代签。请由其本人登录签名，或到窗口当面签名。")
        party = next((p for p in there if p.person_id in (who.id, person_id)), there[0] if there else None)
        if party is not None and party.signed:
            raise Refused("signed_already", "这一方已经签过名，不用再签。")
        if party is None and (person_id is None or role not in ROLE_LABELS):
            raise Refused("no_such_party", "这个办件没有登记这一方当事人。请先登记其身份，再签名。")
        signer = party.person_id if party else person_id
        row = party_row(case_id, role, signer, clock.now())
        rows = {"casework_party": [{**row, "id": party.id} if party else row]}
        return Plan(rows=rows, notes={"role": role, "signer": str(signer)})

    return take(case_id, "sign", who, plan, asked=(role, person_id), key=key)


def settle_fee(case_id: UUID, who: Who, *, state: str, voucher: str, key: str = "") -> Done:
    """登记缴费 (``paid`` with its voucher number) or 减免 (``waived`` with its ground)."""

    def plan(file: CaseFile) -> Plan:
        fee = file.facts.item.fee
        if file.fee is None or fee is None:
            raise Refused("no_fee", "这个办件没有应缴费用，不用登记。")
        if file.fee["state"] != "due":
            raise Refused("fee_settled_already", "费用已经登记过缴清或减免，不能重复登记。请核对凭证号。")
        if state not in ("paid", "waived") or not 1 <= len(voucher.strip()) <= 60:
            raise Refused("voucher_missing", "请填写缴款凭证号，或减免依据（60 字以内）。")
        if state == "waived" and not fee.waivable:
            raise Refused("not_waivable", "本项收费没有减免规定。请登记缴款凭证号。", law("行政许可法 第五十八条"))
        row = {**file.fee, "state": state, "voucher": voucher.strip(), "at": clock.now()}
        return Plan(rows={"casework_fee": [row]}, notes={"fee": state})

    return take(case_id, "settle_fee", who, plan, asked=(state, voucher), key=key)


def note(case_id: UUID, who: Who, *, text: str, key: str = "") -> Done:
    """内部备注: for those who work on the case, sealed under its key.  Raises ``Refused("note_missing")``."""
    if not text.strip():
        raise Refused("note_missing", "还没有写备注。请写明要提醒同事的事。")
    return take(case_id, "note", who, Plan(texts={"note": text.strip()}), key=key)


def hand_over(case_id: UUID, who: Who, *, system: str, key: str = "") -> Done:
    """转外部系统办理: the message goes out by promise; the clock goes on running here."""

    def plan(file: CaseFile) -> Plan:
        if file.facts.item.elsewhere and system != file.facts.item.elsewhere:
            raise Refused("other_system", "本事项不在这个系统办理。请转到事项清单上写明的系统。")
        promise = {"kind": "hand_over", "key": f"hand_over:{case_id}", "body": {"system": system}}
        return Plan(promises=[promise], notes={"system": system})

    return take(case_id, "hand_over", who, plan, asked=system, key=key)


def outside_result(
    case_id: UUID,
    *,
    result: str,
    outside_number: str,
    decided_on: date,
    message_id: str,
    who: Who | None = None,
) -> Done:
    """外部系统办结: received once however often it is told (``message_id``), or entered by hand (``who``)."""
    if result not in ("granted", "refused"):
        raise Refused("outside_result_unknown", "外部系统的结果只能是准予或不予。请核对对方的回复。")
    notes = {"outside_number": crypto.digest(outside_number), "decided_on": decided_on, "manual": who is not None}
    taker = who or Who("outside")
    plan = Plan(notes=notes, texts={"outside": outside_number})
    return take(case_id, f"{result}_elsewhere", taker, plan, key=f"outside:{crypto.digest(message_id)}")


def rate(case_id: UUID, who: Who, plan: Plan | Planner, *, asked: object = None, key: str = "") -> Done:
    """评价: called by the ratings room, whose plan brings its row."""
    return take(case_id, "rate", who, plan, asked=asked, key=key)


def archive(case_id: UUID, *, rows: Mapping[str, Sequence[Mapping[str, Any]]], notes: Mapping[str, Any]) -> Done:
    """归档: called by the archive room, which brings its package."""
    return take(case_id, "archive", Who("house"), Plan(rows=rows, notes=notes))


#: Who may take an application back beside the applicant: those who act for her.
_FOR_HER = frozenset({"applicant", "agent"})


def _check_collector(file: CaseFile, collector_id: UUID | None) -> None:
    if collector_id is None:
        raise Refused("collector_missing", "请核对并登记领取人身份，再交付。")
    may_collect(file, collector_id)
