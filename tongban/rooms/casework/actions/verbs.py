"""The verbs of a case, each in its own words.  All of them travel through ``take``."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from tongban.rooms import clock, crypto
from tongban.rooms.casework.actions.standing import Who, may_collect
from tongban.rooms.casework.actions.taking import Done, Plan, take
from tongban.rooms.casework.queries.reading import CaseFile, read
from tongban.rulebook.clock import Limit
from tongban.rulebook.errors import Refused
from tongban.rulebook.facts import Given, Lack


def accept(case_id: UUID, who: Who, *, key: str = "") -> Done:
    """受理: from the day after the papers were complete the days of law are counted (许可法 32, 42)."""
    file = read(case_id)
    return take(case_id, "accept", who, Plan(rows=_fee_due(file)), key=key)


def decide_on_spot(case_id: UUID, who: Who, *, opinion: str = "", key: str = "") -> Done:
    """当场办结: accepted and granted in one visit, by a named exemption (许可法 34(2))."""
    file = read(case_id)
    return take(case_id, "decide_on_spot", who, Plan(rows=_fee_due(file), texts={"opinion": opinion}), key=key)


def ask_correction(case_id: UUID, who: Who, lacking: Mapping[str, str], *, key: str = "") -> Done:
    """一次性告知: every missing or wrong material with its reason, once (许可法 32(4))."""
    file = read(case_id)
    lacks = tuple(Lack(code, reason) for code, reason in lacking.items())
    known = {m.code for m in file.facts.item.materials} | {"form"}
    if unknown := [code for code in lacking if code not in known]:
        raise Refused("material_unknown", f"材料清单里没有：{'、'.join(unknown)}。请从清单里选择。")
    case_key = _key(file)
    now = clock.now()
    rows = {
        "casework_lack": [
            {
                "case_id": case_id,
                "notice": file.facts.notices + 1,
                "code": lack.code,
                "reason": crypto.seal_text(lack.reason, case_key),
            }
            for lack in lacks
        ],
        "casework_material": [_material(case_id, lack.code, "lacking", now) for lack in lacks if lack.code != "form"],
    }
    return take(case_id, "ask_correction", who, Plan(given=Given(lacking=lacks), rows=rows), key=key)


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


def resume(case_id: UUID, who: Who, *, result: str, opinion: str = "", key: str = "") -> Done:
    """特别程序结束; ``result`` is a short code such as ``passed``."""
    return take(case_id, "resume", who, Plan(given=Given(result=result), texts={"opinion": opinion}), key=key)


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
    step = "not_register" if "not_register" in read(case_id).facts.kind.by_name else "refuse"
    return take(case_id, step, who, Plan(given=Given(reason=reason, ground=ground)), key=key)


def issue(case_id: UUID, who: Who, *, facts: Mapping[str, str] | None = None, key: str = "") -> Done:
    """制证: the licence is entered in the store in the same statement; ``facts`` fill its fields."""
    return take(case_id, "issue", who, Plan(context={"facts": dict(facts or {})}), key=key)


def deliver(
    case_id: UUID, who: Who, *, collector_id: UUID | None, way: str = "window", mail_number: str = "", key: str = ""
) -> Done:
    """送达: to the applicant or whoever she mandated to collect; ``way`` is ``window``, ``electronic`` or ``mail``."""
    if way not in ("window", "electronic", "mail"):
        raise Refused("delivery_way_unknown", "送达方式只能是窗口领取、电子送达或邮寄。请重新选择。")
    if way == "mail" and not mail_number.strip():
        raise Refused("mail_number_missing", "邮寄送达要登记邮件号。请填写后再提交。")
    file = read(case_id)
    if way == "window":
        _check_collector(file, collector_id)
    notes = {"way": way, "collector": str(collector_id) if collector_id else None}
    return take(case_id, "deliver", who, Plan(notes=notes, texts={"mail": mail_number}), key=key)


def withdraw(case_id: UUID, who: Who, *, reason: str = "", key: str = "") -> Done:
    """撤回申请, by the applicant, before the decision."""
    return take(case_id, "withdraw", who, Plan(given=Given(reason=reason)), key=key)


def supply_later(case_id: UUID, who: Who, files: Mapping[str, UUID | None], *, key: str = "") -> Done:
    """补交容缺材料: ``files`` by material code; None: handed in on paper."""
    file = read(case_id)
    if foreign := [code for code in files if code not in file.facts.following]:
        raise Refused("not_promised", f"这些材料没有约定后补：{'、'.join(foreign)}。")
    now = clock.now()
    rows = {"casework_material": [_material(case_id, c, "given", now, file_id=f) for c, f in files.items()]}
    return take(case_id, "supply_later", who, Plan(rows=rows, notes={"materials": sorted(files)}), key=key)


def check_shared(case_id: UUID, who: Who, results: Mapping[str, tuple[str, UUID | None]], *, key: str = "") -> Done:
    """共享数据核验: material code -> (``shared`` or ``mismatch``, the call that showed it)."""
    now = clock.now()
    rows = {
        "casework_material": [
            _material(case_id, code, state, now, call_id=call) for code, (state, call) in results.items()
        ]
    }
    notes = {"checked": {code: state for code, (state, _) in results.items()}}
    return take(case_id, "check_shared", who, Plan(rows=rows, notes=notes), key=key)


def sign(case_id: UUID, who: Who, *, role: str, key: str = "") -> Done:
    """当事人签名: the party of that role signs."""
    file = read(case_id)
    party = next((p for p in file.parties if p.role == role and p.person_id == who.id), None)
    if party is None and who.kind == "person":
        raise Refused("not_that_party", "您不是这一方当事人，不能代签。")
    party = party or next((p for p in file.parties if p.role == role), None)
    if party is None:
        raise Refused("no_such_party", "这个办件没有这一方当事人。")
    signed = {"id": party.id, "case_id": case_id, "role": role, "person_id": party.person_id, "contact": ""}
    rows = {"casework_party": [{**signed, "signed_at": clock.now()}]}
    return take(case_id, "sign", who, Plan(rows=rows, notes={"role": role}), key=key)


def settle_fee(case_id: UUID, who: Who, *, state: str, voucher: str, key: str = "") -> Done:
    """登记缴费 (``paid`` with its voucher number) or 减免 (``waived`` with its ground)."""
    file = read(case_id)
    if file.fee is None:
        raise Refused("no_fee", "这个办件没有应缴费用。")
    if state not in ("paid", "waived") or not voucher.strip():
        raise Refused("voucher_missing", "请填写缴款凭证号，或减免依据。")
    fee = file.facts.item.fee
    if state == "waived" and not (fee and fee.waivable):
        raise Refused("not_waivable", "本项收费没有减免规定。请登记缴款凭证号。")
    rows = {"casework_fee": [{**file.fee, "state": state, "voucher": voucher.strip(), "at": clock.now()}]}
    return take(case_id, "settle_fee", who, Plan(rows=rows, notes={"fee": state}), key=key)


def hand_over(case_id: UUID, who: Who, *, system: str, key: str = "") -> Done:
    """转外部系统办理: the message goes out by promise; the clock goes on running here."""
    promise = {"kind": "hand_over", "key": f"hand_over:{case_id}", "body": {"system": system}}
    return take(case_id, "hand_over", who, Plan(promises=[promise], notes={"system": system}), key=key)


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
    return take(case_id, f"{result}_elsewhere", taker, plan, key=f"outside:{message_id}")


def rate(
    case_id: UUID,
    who: Who,
    *,
    rows: Mapping[str, Sequence[Mapping[str, Any]]],
    notes: Mapping[str, Any],
    promises: Sequence[Mapping[str, Any]] = (),
    key: str = "",
) -> Done:
    """评价: called by the ratings room, which brings its row."""
    return take(case_id, "rate", who, Plan(rows=rows, notes=notes, promises=promises), key=key)


def archive(case_id: UUID, *, rows: Mapping[str, Sequence[Mapping[str, Any]]], notes: Mapping[str, Any]) -> Done:
    """归档: called by the archive room, which brings its package."""
    return take(case_id, "archive", Who("house"), Plan(rows=rows, notes=notes))


def _fee_due(file: CaseFile) -> dict[str, list[dict[str, Any]]]:
    fee = file.facts.item.fee
    if fee is None or file.fee is not None or fee.amount_fen == 0:
        return {}
    due = {"case_id": file.id, "name": fee.name, "amount_fen": fee.amount_fen, "state": "due", "voucher": ""}
    return {"casework_fee": [{**due, "at": clock.now()}]}


def _material(
    case_id: UUID,
    code: str,
    state: str,
    at: Any,
    *,
    file_id: UUID | None = None,
    call_id: UUID | None = None,
) -> dict[str, Any]:
    return {
        "case_id": case_id,
        "code": code,
        "state": state,
        "file_id": file_id,
        "licence_id": None,
        "call_id": call_id,
        "promised_until": None,
        "at": at,
    }


def _key(file: CaseFile) -> bytes:
    if file.wrapped_key is None:
        raise Refused("case_erased", "这个办件的内容已按规定删除。")
    return crypto.unwrap(file.wrapped_key)


def _check_collector(file: CaseFile, collector_id: UUID | None) -> None:
    if collector_id is None:
        raise Refused("collector_missing", "请核对并登记领取人身份。")
    may_collect(file, collector_id)
