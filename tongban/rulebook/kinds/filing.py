"""备案: something is put on record.  No decision on merits, so no refusal of the thing itself."""

from tongban.rulebook.basis import design, law
from tongban.rulebook.kinds import shared
from tongban.rulebook.steps import ClockRule, Expiry, Kind, Post, Step, start, stop

STATES = {
    "draft": "草稿",
    "filed": "已收件",
    "correcting": "待补齐",
    "granted": "已备案",
    "issued": "已出证明",
    "delivered": "已送达",
    "not_accepted": "不属于备案范围",
    "struck_out": "已撤销备案",
    "withdrawn": "已撤回",
    "lapsed": "已退件",
    "archived": "已归档",
}

CLOCKS = (
    ClockRule("promised", "备案期限", Expiry.OVERDUE_ONLY, "", shared.BUSINESS_36),
    ClockRule("intake", "告知期限", Expiry.OVERDUE_ONLY, "", design("备案材料核对期限")),
    shared.CORRECTION,
    shared.DELIVERY,
)

STEPS = (
    *shared.draft_steps(),
    shared.file(clocks=(start("promised", "receipt"), start("intake", "receipt")), basis=shared.BUSINESS_36),
    shared.take_over("filed", clocks=(start("promised", "receipt"), start("intake", "receipt"))),
    shared.take_over("granted", "take_over_granted", clocks=(start("delivery"),), decision="granted"),
    Step(
        "ask_correction",
        "一次性告知补齐",
        ("filed",),
        "correcting",
        (Post.ACCEPTOR,),
        shared.BUSINESS_36,
        clocks=(*stop("promised", "intake"), start("correction")),
        documents=("correction_notice",),
        needs=("all_named",),
        tells=("applicant",),
    ),
    Step(
        "supply",
        "补齐材料",
        ("correcting",),
        "filed",
        (Post.APPLICANT, Post.CLERK),
        shared.BUSINESS_36,
        clocks=(*stop("correction"), start("promised", "receipt"), start("intake", "receipt")),
        needs=("all_supplied",),
        documents=("receipt",),
        tells=("applicant",),
        receives="supplement",
    ),
    *(step for step in shared.correction_steps() if step.name in ("supply_part", "lapse")),
    Step(
        "put_on_record",
        "备案",
        ("filed",),
        "granted",
        (Post.ACCEPTOR, Post.DECIDER),
        shared.BUSINESS_36,
        clocks=(*stop("promised", "intake"), start("delivery")),
        documents=("filing_record",),
        effects=("publish",),
        needs=("complete",),
        tells=("applicant",),
        decision="granted",
    ),
    shared.not_accept(label="不属于备案范围"),
    Step(
        "issue",
        "出备案证明",
        ("granted",),
        "issued",
        (Post.EXIT, Post.ACCEPTOR, Post.DECIDER, Post.CLERK, Post.HOUSE),
        law("国务院令第716号 第十条"),
        effects=("issue_licence",),
        needs=("followed",),
        tells=("applicant",),
    ),
    Step(
        "strike_out",
        "撤销备案",
        ("granted", "issued", "delivered"),
        "struck_out",
        (Post.DECIDER,),
        design("备案内容不实"),
        clocks=stop("*"),
        documents=("strike_out_notice",),
        effects=("revoke_licence",),
        needs=("grounded",),
        reason=True,
        tells=("applicant",),
        decision="struck_out",
        closes=True,
    ),
    shared.supply_later("filed", "granted"),
    shared.withdraw("draft", "filed", "correcting"),
    shared.check_shared("filed", "correcting"),
    shared.sign("filed", "correcting"),
    *shared.closing_steps(
        ready=("issued",),
        ended=("delivered", "not_accepted", "struck_out", "withdrawn", "lapsed"),
        running=("filed", "correcting", "granted", "issued"),
    ),
)

FILING = Kind("filing", "备案", STATES, CLOCKS, STEPS)
