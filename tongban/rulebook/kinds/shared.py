"""Steps that several kinds have in common, each written once."""

from tongban.rulebook.basis import Basis, BasisKind, design, law
from tongban.rulebook.clock import Limit
from tongban.rulebook.steps import ClockMove, ClockOp, ClockRule, Expiry, Post, Step, start, stop

ARTICLE_29 = law("行政许可法 第二十九条")
ARTICLE_32 = law("行政许可法 第三十二条")
ARTICLE_38 = law("行政许可法 第三十八条")
ARTICLE_42 = law("行政许可法 第四十二条")
ARTICLE_44 = law("行政许可法 第四十四条")
ARTICLE_45 = law("行政许可法 第四十五条")
BUSINESS_36 = law("优化营商环境条例 第三十六条")
RATING = Basis(BasisKind.DOCUMENT, "国办发〔2019〕51号", "国务院办公厅", verified=True)
E_ARCHIVE = law("国务院令第716号 第十二条")

DELIVERY = ClockRule("delivery", "送达期限", Expiry.OVERDUE_ONLY, "", ARTICLE_44, default=Limit.parse("10wd"))
PROMISED = ClockRule("promised", "承诺期限", Expiry.OVERDUE_ONLY, "", BUSINESS_36, pausable=True)
CORRECTION = ClockRule(
    "correction", "补正期限", Expiry.LAPSED, "lapse", design("逾期不补正，告知后退件"), default=Limit.parse("30d")
)


#: What acceptance does to clocks.
ACCEPTED = (*stop("intake"), start("statutory", "accepted"), start("promised", "accepted"))


def draft_steps() -> tuple[Step, ...]:
    """草稿: begun, saved, thrown away: nothing was asked for, so nobody is told and no number is drawn."""
    by, basis = (Post.APPLICANT, Post.CLERK), design("草稿自动保存")
    return (
        Step("begin", "填写草稿", ("",), "draft", by, basis),
        Step("save", "保存草稿", ("draft",), "=", by, basis),
        Step(
            "discard",
            "删除草稿",
            ("draft",),
            "withdrawn",
            (Post.APPLICANT, Post.HOUSE),
            design("没有提交的草稿可以删除"),
        ),
    )


def file(
    document: str = "receipt",
    *,
    clocks: tuple[ClockMove, ...] = (),
    effects: tuple[str, ...] = (),
    basis: Basis = ARTICLE_29,
) -> Step:
    """收件: papers are taken in and a receipt is owed.  It is not acceptance."""
    return Step(
        "file",
        "提交申请",
        ("", "draft"),
        "filed",
        (Post.APPLICANT, Post.CLERK, Post.HOUSE),
        basis,
        clocks=clocks,
        documents=(document,),
        effects=("use_licences", *effects),
        tells=("applicant",),
        receives="filing",
    )


def take_over(target: str, name: str = "take_over", *, clocks: tuple[ClockMove, ...], decision: str = "") -> Step:
    """接收在办件: a case that another system began goes on here from ``target``.

    The days are those of the old system (``rulebook/taking_over.py``).  It owes no document and draws no number: those
    were given there.
    """
    return Step(
        name,
        "接收旧系统在办件",
        ("",),
        target,
        (Post.HOUSE,),
        design("接收旧系统在办件，期限自原日期起算"),
        clocks=clocks,
        mark="taken_over",
        decision=decision,
    )


def take_over_steps(intake: tuple[ClockMove, ...]) -> tuple[Step, ...]:
    """Taking over a case that was received, accepted or granted elsewhere."""
    return (
        take_over("filed", "take_over_filed", clocks=intake),
        take_over("accepted", clocks=(start("statutory", "accepted"), start("promised", "accepted"))),
        take_over("granted", "take_over_granted", clocks=(start("delivery"),), decision="granted"),
    )


def correction_steps(waiting: str = "correcting") -> tuple[Step, ...]:
    """One complete notice, the supplement, and the lapse if none comes (许可法 32(4); the lapse is design)."""
    return (
        Step(
            "ask_correction",
            "一次性告知补正",
            ("filed",),
            waiting,
            (Post.ACCEPTOR,),
            law("行政许可法 第三十二条第一款第四项"),
            clocks=(*stop("intake"), start("correction")),
            documents=("correction_notice",),
            needs=("all_named",),
            tells=("applicant",),
            denies=True,
        ),
        Step(
            "supply",
            "补正材料",
            (waiting,),
            "filed",
            (Post.APPLICANT, Post.CLERK),
            law("行政许可法 第三十二条第一款第五项"),
            clocks=(*stop("correction"), start("intake", "receipt")),
            needs=("all_supplied",),
            documents=("receipt",),
            tells=("applicant",),
            receives="supplement",
        ),
        Step(
            "supply_part",
            "补交部分材料",
            (waiting,),
            "=",
            (Post.APPLICANT, Post.CLERK),
            law("行政许可法 第三十二条第一款第五项"),
        ),
        Step(
            "lapse",
            "逾期未补正退件",
            (waiting,),
            "lapsed",
            (Post.LAW,),
            design("逾期不补正，告知后退件"),
            clocks=stop("*"),
            documents=("lapse_notice",),
            tells=("applicant",),
            decision="lapsed",
            closes=True,
        ),
    )


def accept(basis: Basis) -> Step:
    """受理: the papers are complete, and the days of law are counted from their receipt."""
    return Step(
        "accept",
        "受理",
        ("filed",),
        "accepted",
        (Post.ACCEPTOR,),
        basis,
        clocks=ACCEPTED,
        documents=("acceptance_notice",),
        needs=("complete",),
        tells=("applicant", "desk"),
        accepts="receipt",
    )


def not_accept(target: str = "not_accepted", label: str = "不予受理") -> Step:
    """不予受理: a sealed, dated decision with its ground (许可法 32)."""
    return Step(
        "not_accept",
        label,
        ("filed",),
        target,
        (Post.ACCEPTOR,),
        ARTICLE_32,
        clocks=stop("*"),
        documents=("non_acceptance",),
        needs=("grounded",),
        reason=True,
        tells=("applicant",),
        denies=True,
        decision="not_accepted",
        closes=True,
    )


def withdraw(*sources: str) -> Step:
    """撤回: the applicant takes her application back before the decision."""
    return Step(
        "withdraw",
        "撤回申请",
        sources,
        "withdrawn",
        (Post.APPLICANT,),
        design("决定作出前可以撤回"),
        clocks=stop("*"),
        documents=("withdrawal_notice",),
        tells=("applicant",),
        decision="withdrawn",
        closes=True,
    )


def chain_steps() -> tuple[Step, ...]:
    """The chain of desks (许可法 34): passed on, or sent back to the desk before with a reason."""
    article = law("行政许可法 第三十四条")
    return (
        Step(
            "pass_on",
            "审查通过转下一环节",
            ("accepted",),
            "=",
            (Post.REVIEWER, Post.DECIDER),
            article,
            needs=("more_desks",),
            tells=("desk",),
            moves=1,
        ),
        Step(
            "send_back",
            "退回上一环节",
            ("accepted",),
            "=",
            (Post.REVIEWER, Post.DECIDER),
            article,
            needs=("earlier_desk",),
            reason=True,
            tells=("desk",),
            moves=-1,
        ),
    )


def proceeding_steps() -> tuple[Step, ...]:
    """特别程序: the clock stands only for article 45's list and only with written notice."""
    return (
        Step(
            "pause",
            "启动特别程序",
            ("accepted",),
            "paused",
            (Post.REVIEWER, Post.DECIDER),
            ARTICLE_45,
            clocks=(ClockMove(ClockOp.PAUSE, "*"),),
            documents=("special_procedure_notice",),
            needs=("proceeding_given",),
            tells=("applicant",),
            proceeding="proceeding",
        ),
        Step(
            "resume",
            "特别程序结束",
            ("paused",),
            "accepted",
            (Post.REVIEWER, Post.DECIDER),
            ARTICLE_45,
            clocks=(ClockMove(ClockOp.RESUME, "*"),),
            needs=("proceeding_result",),
            tells=("applicant",),
            proceeding="close",
        ),
    )


def extend() -> Step:
    """延长: once, by the approver the article names, with the reason told (许可法 42)."""
    return Step(
        "extend",
        "延长办理期限",
        ("accepted", "paused"),
        "=",
        (Post.HEAD, Post.GOVERNMENT),
        ARTICLE_42,
        clocks=(ClockMove(ClockOp.EXTEND, "statutory"), ClockMove(ClockOp.EXTEND, "promised")),
        documents=("extension_notice",),
        needs=("extendable",),
        reason=True,
        tells=("applicant", "desk"),
        mark="extended",
        only_moves=True,
    )


def refuse(name: str, label: str, basis: Basis) -> Step:
    """不予: in writing, with its ground, the reason and the remedy."""
    return Step(
        name,
        label,
        ("accepted",),
        "refused",
        (Post.DECIDER,),
        basis,
        clocks=stop("*"),
        documents=("refusal_decision",),
        effects=("publish",),
        needs=("last_desk", "none_open", "separated", "grounded"),
        reason=True,
        tells=("applicant",),
        denies=True,
        decision="refused",
        closes=True,
    )


def issue(basis: Basis) -> Step:
    """制证: what was granted gets its licence, once the fee and what was promised for later are in."""
    return Step(
        "issue",
        "制证",
        ("granted",),
        "issued",
        (Post.EXIT, Post.DECIDER, Post.CLERK, Post.HOUSE),
        basis,
        effects=("issue_licence",),
        needs=("followed", "fee_settled"),
        tells=("applicant",),
    )


def supply_later(*sources: str) -> Step:
    """容缺: what was promised for later comes in."""
    return Step(
        "supply_later", "补交容缺材料", sources, "=", (Post.APPLICANT, Post.CLERK), design("容缺受理"), tells=("desk",)
    )


def check_shared(*sources: str) -> Step:
    """共享核验: a source was asked instead of the person, or compared with what she wrote (国务院令第716号 第七条)."""
    return Step(
        "check_shared",
        "共享数据核验",
        sources,
        "=",
        (Post.HOUSE, Post.ACCEPTOR, Post.REVIEWER, Post.CLERK),
        law("国务院令第716号 第七条"),
        asks=("shared",),
    )


def sign(*sources: str) -> Step:
    """签名: a party signs (国务院令第716号 第八条: a reliable electronic signature equals one by hand)."""
    return Step("sign", "当事人签名", sources, "=", (Post.APPLICANT, Post.CLERK), law("国务院令第716号 第八条"))


def note(*sources: str) -> Step:
    """内部备注: what those who work on a case write down for each other; nothing moves and nobody is told."""
    by = (Post.CLERK, Post.ACCEPTOR, Post.REVIEWER, Post.DECIDER, Post.HEAD, Post.GOVERNMENT, Post.EXIT)
    return Step("note", "内部备注", sources, "=", by, design("办理人员之间的备注"), asks=("note",), inner=True)


def settle_fee(*sources: str) -> Step:
    """缴费: a voucher number or a waiver is entered."""
    return Step(
        "settle_fee",
        "登记缴费或减免",
        sources,
        "=",
        (Post.CLERK, Post.ACCEPTOR, Post.EXIT, Post.DECIDER),
        law("行政许可法 第五十八条"),
        asks=("fee",),
    )


def elsewhere_steps() -> tuple[Step, ...]:
    """An item handled in another system: handed over with its outside number, the result entered or received."""
    basis = design("外部系统办理")
    return (
        Step(
            "hand_over",
            "转外部系统办理",
            ("accepted",),
            "elsewhere",
            (Post.REVIEWER, Post.HOUSE),
            basis,
            needs=("handled_elsewhere",),
        ),
        Step(
            "granted_elsewhere",
            "外部系统办结：准予",
            ("elsewhere", "accepted"),
            "granted",
            (Post.OUTSIDE, Post.REVIEWER, Post.CLERK),
            basis,
            needs=("handled_elsewhere",),
            clocks=(*stop("*"), start("delivery")),
            tells=("applicant",),
            effects=("publish",),
            decision="granted",
        ),
        Step(
            "refused_elsewhere",
            "外部系统办结：不予",
            ("elsewhere", "accepted"),
            "refused",
            (Post.OUTSIDE, Post.REVIEWER, Post.CLERK),
            basis,
            needs=("handled_elsewhere",),
            clocks=stop("*"),
            tells=("applicant",),
            effects=("publish",),
            denies=True,
            decision="refused",
            closes=True,
        ),
    )


def closing_steps(ready: tuple[str, ...], ended: tuple[str, ...], running: tuple[str, ...]) -> tuple[Step, ...]:
    """出件, 评价, 归档, and what lapse of time and a new calendar do in every kind.

    ``ready``: states with a result to hand out; ``ended``: states in which the case is over; ``running``: all others.
    """
    return (
        Step(
            "deliver",
            "送达",
            ready,
            "delivered",
            (Post.EXIT, Post.CLERK, Post.HOUSE),
            ARTICLE_44,
            clocks=stop("*"),
            documents=("delivery_receipt",),
            tells=("applicant",),
            needs=("fee_settled",),
            closes=True,
        ),
        Step(
            "rate",
            "评价",
            (*ready, *ended, "archived"),
            "=",
            (Post.APPLICANT,),
            RATING,
            needs=("not_rated",),
            mark="rated",
        ),
        Step("archive", "归档", ended, "archived", (Post.HOUSE,), E_ARCHIVE, effects=("archive",)),
        note(*dict.fromkeys((*running, *ready, *ended))),
        *housekeeping(running),
    )


def housekeeping(running: tuple[str, ...]) -> tuple[Step, ...]:
    """What lapse of time and a new calendar do wherever a clock may run."""
    return (
        Step(
            "note_overdue",
            "超期登记",
            running,
            "=",
            (Post.LAW,),
            law("优化营商环境条例 第三十六条"),
            effects=("open_matter",),
            tells=("supervisor",),
            lapse="note",
            mark="overdue",
        ),
        Step(
            "recount",
            "按新日历重算期限",
            running,
            "=",
            (Post.LAW,),
            law("行政许可法 第八十二条"),
            recounts=True,
            only_moves=True,
        ),
    )
