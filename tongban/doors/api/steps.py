"""办理: one operation, and a table of what each step is told.

Every step goes to the verb of casework of the same meaning; whether it may be taken is decided there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

from tongban.doors.api.asking import Asked, asked
from tongban.doors.api.drafts import NumberDrawn
from tongban.doors.api.handing import OfferIn, offers_of
from tongban.doors.api.opening import operation
from tongban.doors.api.shapes import Body, Day
from tongban.rooms.casework import actions as casework
from tongban.rooms.casework.actions import Done, Plan
from tongban.rooms.casework.queries.seeing import Seen, seen
from tongban.rooms.exchange import actions as exchange
from tongban.rooms.exchange import queries as exchanged
from tongban.rulebook.clock import Limit
from tongban.rulebook.errors import Refused, Words
from tongban.rulebook.facts import Given
from tongban.rulebook.kinds.consultation import CONSULTATION

LONG = 2000


class Nothing(Body):
    """这一步不用另写什么。"""


class Opinion(Body):
    """审查或决定的意见。"""

    opinion: str = Field(default="", max_length=LONG)


class PassOn(Body):
    """审查通过。"""

    opinion: str = Field(default="", max_length=LONG)
    ticked: list[int] = Field(default=[], description="核对过的审查要点，从 0 数")


class Lacking(Body):
    """一次性告知：全部缺少或不对的，连同理由。"""

    lacking: dict[str, str] = Field(min_length=1, description="材料代号（申请表写 form）→ 缺什么、怎样补")


class Reason(Body):
    """书面理由。"""

    reason: str = Field(min_length=1, max_length=LONG)


class Grounded(Body):
    """依据和理由。"""

    ground: str = Field(min_length=1, max_length=LONG)
    reason: str = Field(min_length=1, max_length=LONG)


class MayReason(Body):
    """可以写明理由。"""

    reason: str = Field(default="", max_length=LONG)


class Text(Body):
    """答复或回访的内容。"""

    text: str = Field(min_length=1, max_length=LONG)


class NoteText(Body):
    """写给一起办理的同事的备注，不告知申请人。"""

    text: str = Field(min_length=1, max_length=LONG)


class Pause(Body):
    """特别程序：种类、需要的时间、是否已书面告知申请人。"""

    proceeding: str
    time_needed: str = Field(description="例如 10wd、30d")
    notice: bool


class Mending(Body):
    """责令整改：哪里与承诺不符，多长时间内整改。"""

    reason: str = Field(min_length=1, max_length=LONG)
    within: str = Field(description="例如 10wd、30d")


class Resume(Body):
    """特别程序的结果。"""

    result: str = Field(description="例如 passed")
    opinion: str = Field(default="", max_length=LONG)
    present: list[UUID] = Field(default=[], description="现场核查到场的工作人员，两名以上")
    record: str = Field(default="", max_length=LONG, description="核查记录")


class Publication(Body):
    """公示的结果。"""

    result: Literal["no_objection", "objection"]


class Issue(Body):
    """制证；facts 补充或改写证面内容。"""

    facts: dict[str, str] = {}


class Deliver(Body):
    """送达。"""

    way: Literal["window", "electronic", "mail"] = "window"
    collector: UUID | None = Field(default=None, description="窗口领取时写领取人")
    mail_number: str = Field(default="", max_length=60)


class Supply(Body):
    """补正：告知书里点到的。"""

    materials: dict[str, OfferIn] = {}
    answers: dict[str, Any] | None = Field(default=None, description="告知书点到申请表（form）时重新填写")
    received_on: Day | None = None


class SupplyLater(Body):
    """补交约定后补的材料；upload 或 paper。"""

    materials: dict[str, OfferIn] = Field(min_length=1)


class Checked(Body):
    """一项材料的核验结果。"""

    state: Literal["shared", "mismatch"]
    call: UUID | None = Field(default=None, description="查询共享数据的记录")


class CheckShared(Body):
    """共享数据核验的结果。"""

    results: dict[str, Checked] = Field(min_length=1)


class Sign(Body):
    """签名：哪一方；工作人员可同时登记其人。"""

    role: str
    person: UUID | None = None


class SettleFee(Body):
    """登记缴费或减免。"""

    state: Literal["paid", "waived"]
    voucher: str = Field(min_length=1, max_length=60, description="缴款凭证号，或减免依据")


class Route(Body):
    """转送：从现在起由哪个岗位承办。"""

    holder: UUID


class HandOver(Body):
    """转外部系统办理。"""

    system: str


class Elsewhere(Body):
    """外部系统办结，由工作人员登记。"""

    decided_on: Day
    outside_number: str = Field(default="", max_length=64)


class StepDone(Schema):
    """办理的结果。"""

    case_id: UUID
    seq: int = Field(description="台账中的第几步")
    state: str
    state_label: str
    numbers: list[NumberDrawn]
    again: bool = Field(description="true：同一请求先前已办过，这次没有再办")


@dataclass(frozen=True, slots=True)
class Verb:
    """How one step is told and carried out."""

    label: str
    body: type[Body]
    act: Callable[[Seen, Asked, Any], Done]


def _plain(verb: Callable[..., Done], *fields: str) -> Callable[[Seen, Asked, Any], Done]:
    """Return the carrying out of a verb that takes these fields of the body as they are."""

    def act(found: Seen, by: Asked, body: Any) -> Done:
        return verb(found.file.id, by.who, **{name: getattr(body, name) for name in fields}, key=by.key)

    return act


def _pause(found: Seen, by: Asked, body: Pause) -> Done:
    needed = Limit.parse(body.time_needed)
    return casework.pause(
        found.file.id, by.who, proceeding=body.proceeding, time_needed=needed, notice=body.notice, key=by.key
    )


def _order_mending(found: Seen, by: Asked, body: Mending) -> Done:
    within = Limit.parse(body.within)
    return casework.order_mending(found.file.id, by.who, reason=body.reason, within=within, key=by.key)


def _deliver(found: Seen, by: Asked, body: Deliver) -> Done:
    return casework.deliver(
        found.file.id, by.who, collector_id=body.collector, way=body.way, mail_number=body.mail_number, key=by.key
    )


def _supply(found: Seen, by: Asked, body: Supply) -> Done:
    offers = offers_of(body.materials, by)
    return casework.supply(
        found.file.id, by.who, offers, answers=body.answers, received_on=body.received_on, key=by.key
    )


def _supply_later(found: Seen, by: Asked, body: SupplyLater) -> Done:
    offers = offers_of(body.materials, by)
    if any(one.promised for one in offers.values()):
        raise Refused("material_empty", "约定后补的材料要上传，或在窗口交纸质件。")
    files = {code: one.file_id for code, one in offers.items()}
    return casework.supply_later(found.file.id, by.who, files, key=by.key)


def _check_shared(found: Seen, by: Asked, body: CheckShared) -> Done:
    results = {code: (one.state, one.call) for code, one in body.results.items()}
    return casework.check_shared(found.file.id, by.who, results, key=by.key)


def _sign(found: Seen, by: Asked, body: Sign) -> Done:
    return casework.sign(found.file.id, by.who, role=body.role, person_id=body.person, key=by.key)


def _answer(found: Seen, by: Asked, body: Text) -> Done:
    """A question about an item is answered from its guide; a petition is answered."""
    if found.file.facts.kind is CONSULTATION:
        return casework.answer_question(found.file.id, by.who, text=body.text, key=by.key)
    return casework.answer(found.file.id, by.who, text=body.text, key=by.key)


def _reasoned(step: str) -> Callable[[Seen, Asked, Any], Done]:
    """Return the carrying out of a step that is told its reason and nothing else."""

    def act(found: Seen, by: Asked, body: Reason) -> Done:
        return casework.take(found.file.id, step, by.who, Plan(given=Given(reason=body.reason)), key=by.key)

    return act


def _elsewhere(result: str) -> Callable[[Seen, Asked, Any], Done]:
    def act(found: Seen, by: Asked, body: Elsewhere) -> Done:
        by.staff()
        twins = exchanged.twins_of_case(found.file.id)
        if not twins:
            return casework.outside_result(
                found.file.id,
                result=result,
                outside_number=body.outside_number,
                decided_on=body.decided_on,
                message_id=by.key,
                who=by.who,
            )
        exchange.enter_by_hand(
            twins[-1].id, result=result, on=body.decided_on, who=by.who, outside_number=body.outside_number, key=by.key
        )
        now = seen(found.file.id, by.who).file
        return Done(now.id, now.version, now.facts.state)

    return act


#: Step -> how it is told.  A new verb of casework gets its line here.
VERBS: dict[str, Verb] = {
    "accept": Verb("受理", Nothing, _plain(casework.accept)),
    "decide_on_spot": Verb("当场办结", Opinion, _plain(casework.decide_on_spot, "opinion")),
    "grant_on_promise": Verb("告知承诺，当场准予", Issue, _plain(casework.grant_on_promise, "facts")),
    "find_true": Verb("事后核查相符", Reason, _plain(casework.find_true, "reason")),
    "order_mending": Verb("责令限期整改", Mending, _order_mending),
    "find_false": Verb("承诺不实，撤销", Grounded, _plain(casework.find_false, "ground", "reason")),
    "ask_correction": Verb("一次性告知补正", Lacking, _plain(casework.ask_correction, "lacking")),
    "supply": Verb("补正材料", Supply, _supply),
    "supply_later": Verb("补交容缺材料", SupplyLater, _supply_later),
    "not_accept": Verb("不予受理", Grounded, _plain(casework.not_accept, "ground", "reason")),
    "pass_on": Verb("审查通过转下一环节", PassOn, _plain(casework.pass_on, "opinion", "ticked")),
    "send_back": Verb("退回上一环节", Reason, _plain(casework.send_back, "reason")),
    "pause": Verb("启动特别程序", Pause, _pause),
    "resume": Verb("特别程序结束", Resume, _plain(casework.resume, "result", "opinion", "present", "record")),
    "publicise": Verb("开始公示", Nothing, _plain(casework.publicise)),
    "end_publication": Verb("公示结束", Publication, _plain(casework.end_publication, "result")),
    "extend": Verb("延长办理期限", Reason, _plain(casework.extend, "reason")),
    "grant": Verb("准予", Opinion, _plain(casework.grant, "opinion")),
    "enter": Verb("登簿", Opinion, _plain(casework.enter, "opinion")),
    "put_on_record": Verb("备案", Nothing, _plain(casework.put_on_record)),
    "refuse": Verb("不予许可、不予登记", Grounded, _plain(casework.refuse, "ground", "reason")),
    "strike_out": Verb("撤销备案", Grounded, _plain(casework.strike_out, "ground", "reason")),
    "issue": Verb("制证、统一出件", Issue, _plain(casework.issue, "facts")),
    "deliver": Verb("送达", Deliver, _deliver),
    "withdraw": Verb("撤回申请", MayReason, _plain(casework.withdraw, "reason")),
    "check_shared": Verb("共享数据核验", CheckShared, _check_shared),
    "sign": Verb("当事人签名", Sign, _sign),
    "settle_fee": Verb("登记缴费或减免", SettleFee, _plain(casework.settle_fee, "state", "voucher")),
    "hand_over": Verb("转外部系统办理", HandOver, _plain(casework.hand_over, "system")),
    "granted_elsewhere": Verb("外部系统办结：准予", Elsewhere, _elsewhere("granted")),
    "refused_elsewhere": Verb("外部系统办结：不予", Elsewhere, _elsewhere("refused")),
    "take": Verb("签收、核实", Nothing, _plain(casework.take_on)),
    "return_it": Verb("退回改派", Reason, _plain(casework.return_it, "reason")),
    "answer": Verb("答复", Text, _answer),
    "recheck": Verb("复核解答仍然适用", Nothing, _plain(casework.recheck_answer)),
    "note": Verb("内部备注", NoteText, _plain(casework.note, "text")),
    "report": Verb("报告改革任务进展", Text, _plain(casework.report_progress, "text")),
    "prove": Verb("改革任务报请销号", Text, _plain(casework.prove, "text")),
    "call_back": Verb("回访", Text, _plain(casework.call_back, "text")),
    "close": Verb("办结", Nothing, _plain(casework.close)),
    "reopen": Verb("重办", Reason, _plain(casework.reopen, "reason")),
    "refer": Verb("移送", Reason, _plain(casework.refer, "reason")),
    "route": Verb("转送", Route, _plain(casework.route, "holder")),
    "insist": Verb("异议不成立", Reason, _reasoned("insist")),
    "review": Verb("复查意见", Reason, _reasoned("review")),
    "not_take": Verb("诉求不予受理", Grounded, _plain(casework.not_take, "ground", "reason")),
}

#: Steps of people that have an operation of their own, and the name under which ``refuse`` stands in a registration.
ELSEWHERE = {
    "begin": "POST /drafts",
    "save": "PUT /drafts/{draft_id}",
    "discard": "DELETE /drafts/{draft_id}",
    "file": "POST /cases",
    "open": "POST /matters",
    "rate": "POST /cases/{case_id}/rating",
    "not_register": "refuse",
    "supply_part": "supply",
}


def _offer(name: str, verb: Verb) -> None:
    """Declare one step, so that its body stands in the document as it is."""

    def take_step(request: HttpRequest, case_id: UUID, body: verb.body) -> Any:  # type: ignore[name-defined]
        by = asked(request)
        found = seen(case_id, by.who)
        # The papers of the step are the postman's; a window whose citizen waits asks for them (``seal_documents``).
        with casework.at_hand(found):
            return _told(found, verb.act(found, by, body))

    take_step.__name__ = f"step_{name}"
    take_step.__doc__ = f"{verb.label}。能不能办、由谁办，按步骤表和职权核对。"
    operation("POST", f"/cases/{{uuid:case_id}}/steps/{name}", tag="办理", out=StepDone, scope="cases")(take_step)


for _name, _verb in VERBS.items():
    _offer(_name, _verb)


@operation("POST", "/cases/{uuid:case_id}/steps/{step}", tag="办理", out=StepDone, scope="cases")
def unknown_step(request: HttpRequest, case_id: UUID, step: str) -> Any:
    """没有的步骤：回答 404，并列出有哪些步骤。"""
    seen(case_id, asked(request).who)
    raise Refused("unknown_step", "没有这个步骤。可以办的步骤有：{known}。", known=Words(VERBS))


def _told(found: Seen, done: Done) -> StepDone:
    return StepDone(
        case_id=done.case_id,
        seq=done.seq,
        state=done.state,
        state_label=found.file.facts.kind.states[done.state],
        numbers=[NumberDrawn(unit=unit, kind=kind, year=year, n=n) for unit, kind, year, n in done.numbers],
        again=done.again,
    )
