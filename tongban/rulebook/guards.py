"""What must hold before a step: one named question each, asked of the facts, answered or refused with a sentence."""

import re
from collections.abc import Callable

from tongban.rulebook.basis import design, law
from tongban.rulebook.clock import ARTICLE_45
from tongban.rulebook.errors import Refused, Sentence, Words
from tongban.rulebook.facts import FORM, Actor, Facts, Given
from tongban.rulebook.steps import Post

Guard = Callable[[Facts, Actor, Given], None]

#: How the result of a proceeding is written: it stands in the journal, so it is never free text.
RESULT_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
#: 核查: what is looked at on the spot, by two at least (许可法 34(3)).
BY_TWO = frozenset({"site_check", "site_survey"})


def complete(facts: Facts, actor: Actor, given: Given) -> None:
    """Every material needed is here, held by the platform or promised for later; everybody has signed."""
    if facts.missing:
        names = Words(_name(facts, code) for code in facts.missing)
        raise Refused(
            "materials_missing",
            "还缺：{names}。请一次性告知申请人补正后再受理。",
            law("行政许可法 第三十二条"),
            names=names,
        )
    if facts.unsigned:
        roles = Words(ROLE_LABELS.get(role, role) for role in facts.unsigned)
        raise Refused(
            "signatures_missing",
            "还需要{roles}签名确认。请通知其在网上或窗口签名。",
            law("行政许可法 第三十一条"),
            roles=roles,
        )


def all_named(facts: Facts, actor: Actor, given: Given) -> None:
    """One notice names everything (许可法 32(4)): each missing material stands in it, each with its reason."""
    if not given.lacking:
        raise Refused(
            "correction_empty", "请逐项写明缺少或不符合要求的材料及原因。", law("行政许可法 第三十二条第一款第四项")
        )
    if any(not lack.reason.strip() for lack in given.lacking):
        raise Refused(
            "correction_reason_missing", "每一项都要写明哪里不对、怎样补正。", law("行政许可法 第三十二条第一款第四项")
        )
    named = {lack.code for lack in given.lacking}
    left_out = [code for code in facts.missing if code not in named]
    if left_out:
        names = Words(_name(facts, code) for code in left_out)
        raise Refused(
            "correction_incomplete",
            "补正告知必须一次列全，还漏了：{names}。请补进同一份告知书。",
            law("行政许可法 第三十二条第一款第四项"),
            names=names,
        )


def all_supplied(facts: Facts, actor: Actor, given: Given) -> None:
    """Everything the notice named is in."""
    left = [code for code in facts.missing if code in facts.told and code not in given.supplied]
    if left:
        names = Words(_name(facts, code) for code in left)
        raise Refused(
            "supply_incomplete",
            "还差：{names}。已交的材料已保存，补齐后再提交。",
            law("行政许可法 第三十二条"),
            names=names,
        )


def separated(facts: Facts, actor: Actor, given: Given) -> None:
    """受审分离: who accepted does not decide, unless the item has a named exemption."""
    if facts.item.on_the_spot is None and actor.id is not None and actor.id == facts.acceptor:
        raise Refused("acceptor_decides", "受理人不能同时作出决定。请转给本事项的审批人员。", design("受审分离"))


def on_the_spot(facts: Facts, actor: Actor, given: Given) -> None:
    """即办件: the item has a named exemption (许可法 34(2): complete and decidable is decided on the spot)."""
    if facts.item.on_the_spot is None:
        raise Refused(
            "not_on_the_spot", "这个事项不是即办件，不能当场决定。请受理后转审查。", law("行政许可法 第三十四条")
        )
    if Post.DECIDER not in actor.posts or Post.ACCEPTOR not in actor.posts:
        raise Refused(
            "spot_powers_missing", "当场办结需要同时有受理和决定的授权。请转给首席代表。", design("即办件授权")
        )


def on_promise(facts: Facts, actor: Actor, given: Given) -> None:
    """告知承诺: the item offers it, the applicant chose it; her signed promise is among the papers (``complete``)."""
    promise = facts.item.promise
    if promise is None:
        raise Refused(
            "no_promise_offered",
            "这个事项没有实行告知承诺，不能凭承诺当场决定。请按一般程序受理、审查。",
            law("优化营商环境条例 第十九条"),
        )
    if promise.option not in facts.options:
        raise Refused(
            "promise_not_chosen",
            "申请人没有选择告知承诺，不能凭承诺当场决定。请按一般程序受理、审查。",
            promise.basis,
        )


def time_told(facts: Facts, actor: Actor, given: Given) -> None:
    """The time within which it is to be done is stated."""
    if given.time_needed is None:
        raise Refused("time_missing", "请写明要在多长时间内完成，例如 20wd。", design("核查和整改都要限期"))


def more_desks(facts: Facts, actor: Actor, given: Given) -> None:
    """There is a desk after this one."""
    if facts.stage + 1 >= len(facts.item.desks):
        raise Refused("last_desk", "已经是最后一道环节，请直接作出决定。", design("审查链"))


def earlier_desk(facts: Facts, actor: Actor, given: Given) -> None:
    """There is a desk before this one."""
    if facts.stage == 0:
        raise Refused("first_desk", "这是第一道环节，不能再退回。材料有问题请走特别程序或作出决定。", design("审查链"))


def last_desk(facts: Facts, actor: Actor, given: Given) -> None:
    """The case lies on the desk that decides."""
    if facts.stage + 1 < len(facts.item.desks):
        name = facts.item.desks[facts.stage].name
        raise Refused("not_last_desk", "案件还在“{name}”环节，审完转出后才能决定。", design("审查链"), name=name)


def none_open(facts: Facts, actor: Actor, given: Given) -> None:
    """No proceeding is open."""
    if any(p.closed_on is None for p in facts.proceedings):
        raise Refused("proceeding_open", "还有特别程序没有结束，请先登记它的结果。", law("行政许可法 第四十五条"))


def proceeding_given(facts: Facts, actor: Actor, given: Given) -> None:
    """A proceeding is of the item's list, and its time is stated.  Only article 45's list stops the clock."""
    none_open(facts, actor, given)
    if given.proceeding not in facts.item.proceedings:
        raise Refused("proceeding_unknown", "本事项没有规定这种程序，不能因此停表。", law("行政许可法 第四十五条"))
    if given.time_needed is None:
        raise Refused(
            "proceeding_time_missing", "请写明这项程序需要多长时间，并书面告知申请人。", law("行政许可法 第四十五条")
        )
    if given.notice and not (given.proceeding in ARTICLE_45 and given.proceeding in facts.item.pausing):
        raise Refused(
            "pause_not_lawful",
            "只有听证、招标、拍卖、检验、检测、检疫、鉴定、专家评审可以停表。",
            law("行政许可法 第四十五条"),
        )


def proceeding_result(facts: Facts, actor: Actor, given: Given) -> None:
    """A proceeding is open, and its result is given."""
    if not any(p.closed_on is None for p in facts.proceedings):
        raise Refused("no_proceeding", "没有正在进行的特别程序。", law("行政许可法 第四十五条"))
    if not given.result:
        raise Refused("proceeding_result_missing", "请登记这项程序的结果。", law("行政许可法 第四十五条"))
    if not RESULT_CODE.fullmatch(given.result):
        raise Refused(
            "result_not_a_code", "结果只登记代码（如 passed），说明文字请写在意见里。", design("程序结果代码")
        )
    if any(p.kind in BY_TWO for p in facts.proceedings if p.closed_on is None) and len(set(given.present)) < 2:
        raise Refused(
            "two_needed",
            "现场核查要由两名以上工作人员进行。请登记到场的两个人，再记录结果。",
            law("行政许可法 第三十四条第三款"),
        )


def extendable(facts: Facts, actor: Actor, given: Given) -> None:
    """Once, by the approver the article names, while the period still runs (许可法 42)."""
    limits = facts.item.limits
    if limits.extension is None:
        raise Refused("not_extendable", "本事项没有规定可以延长。请在期限内作出决定。", law("行政许可法 第四十二条"))
    wanted = Post.GOVERNMENT if limits.joint else Post.HEAD
    if wanted not in actor.posts:
        who = Sentence("本级人民政府负责人") if limits.joint else Sentence("本行政机关负责人")
        raise Refused("wrong_approver", "延长期限须经{who}批准。请报其批准。", law("行政许可法 第四十二条"), who=who)
    not_extended(facts, actor, given)


def not_extended(facts: Facts, actor: Actor, given: Given) -> None:
    """A period is extended once."""
    if any(clock.extension is not None for clock in facts.clocks):
        raise Refused("extended_already", "期限只能延长一次。请在期限内办结。", law("行政许可法 第四十二条"))


def handled_elsewhere(facts: Facts, actor: Actor, given: Given) -> None:
    """The item is handled in another system; any other item is decided here, by whoever may decide it."""
    if not facts.item.elsewhere:
        raise Refused(
            "not_elsewhere",
            "本事项在本系统办理，不能登记外部系统的结果。请按本事项的环节办理。",
            design("外部系统办理"),
        )


def grounded(facts: Facts, actor: Actor, given: Given) -> None:
    """A no needs its legal ground and its facts (许可法 32, 38)."""
    if not given.ground.strip():
        raise Refused("ground_missing", "请写明不予办理的法律依据。", law("行政许可法 第三十八条"))


def followed(facts: Facts, actor: Actor, given: Given) -> None:
    """容缺: what was promised for later has come before the result goes out."""
    if facts.following:
        names = Words(_name(facts, code) for code in facts.following)
        raise Refused(
            "following_missing", "容缺材料还没有补来：{names}。补齐后才能发证。", design("容缺受理"), names=names
        )


def fee_settled(facts: Facts, actor: Actor, given: Given) -> None:
    """A fee due is paid or waived before the result goes out."""
    if facts.fee == "due":
        raise Refused("fee_due", "费用还没有缴清。请登记缴款凭证号，或按规定办理减免。", law("行政许可法 第五十八条"))


def published(facts: Facts, actor: Actor, given: Given) -> None:
    """Where the item demands publication before the decision, it has been published for the whole period."""
    if facts.item.limits.publication is None:
        return
    done = [p for p in facts.proceedings if p.kind == "publication" and p.closed_on is not None]
    if not done:
        raise Refused("not_published", "本事项决定前须先公示，公示期满才能决定。", facts.item.limits.publication.basis)


def publication_over(facts: Facts, actor: Actor, given: Given) -> None:
    """The publication period has run out, and its result is given."""
    proceeding_result(facts, actor, given)


def parts_finished(facts: Facts, actor: Actor, given: Given) -> None:
    """Every part that was begun has its decision, or one was granted where one is enough (``plan.progress``)."""
    whole, finished, refused = facts.parts
    if facts.item.join == "any" and finished > refused:
        return
    if not whole or finished < whole:
        raise Refused(
            "parts_open",
            "共 {whole} 个环节，还有 {n} 个没有办完，不能汇总。",
            design("一件事"),
            whole=whole,
            n=whole - finished,
        )


def not_reopened(facts: Facts, actor: Actor, given: Given) -> None:
    """A closed matter is opened again once."""
    if "reopened" in facts.flags:
        raise Refused("reopened_already", "已经重办过一次。请转上级复核。", design("重办一次"))


def not_rated(facts: Facts, actor: Actor, given: Given) -> None:
    """One rating per act (国办发〔2019〕51号: 一事一评)."""
    if "rated" in facts.flags:
        raise Refused("rated_already", "这次办理已经评价过，谢谢您。", design("一事一评"))


ROLE_LABELS = {"applicant": "申请人", "other_side": "另一方当事人", "agent": "代理人", "helper": "协助人"}

GUARDS: dict[str, Guard] = {
    guard.__name__: guard
    for guard in (
        complete,
        all_named,
        all_supplied,
        separated,
        on_the_spot,
        on_promise,
        time_told,
        more_desks,
        earlier_desk,
        last_desk,
        none_open,
        proceeding_given,
        proceeding_result,
        extendable,
        not_extended,
        handled_elsewhere,
        grounded,
        followed,
        fee_settled,
        published,
        publication_over,
        parts_finished,
        not_reopened,
        not_rated,
    )
}


def _name(facts: Facts, code: str) -> str:
    if code == FORM:
        return "申请表单"
    return next((m.name for m in facts.item.materials if m.code == code), code)
