"""一件事: one filing, several departments, one result.  The parts are cases of their own and answer for themselves.

Statutory clocks stay with the parts; the parent keeps the promise of the whole, its critical path.
"""

from tongban.rulebook.basis import design, law
from tongban.rulebook.kinds import shared
from tongban.rulebook.steps import ClockRule, Expiry, Kind, Post, Step, start, stop

STATES = {
    "draft": "草稿",
    "filed": "已收件",
    "split": "分头办理中",
    "granted": "全部办结",
    "partly_refused": "部分未准予",
    "issued": "已出件",
    "delivered": "已送达",
    "withdrawn": "已撤回",
    "archived": "已归档",
}

BASIS = law("行政许可法 第二十六条")

CLOCKS = (
    ClockRule("promised", "整体承诺期限", Expiry.OVERDUE_ONLY, "", shared.BUSINESS_36),
    shared.DELIVERY,
)

STEPS = (
    *shared.draft_steps(),
    shared.file(clocks=(start("promised", "receipt"),), effects=("start_parts",), basis=BASIS),
    Step("split", "分送各部门", ("filed",), "split", (Post.HOUSE,), BASIS),
    Step(
        "join",
        "汇总办结",
        ("split",),
        "granted",
        (Post.HOUSE,),
        BASIS,
        clocks=(*stop("promised"), start("delivery")),
        needs=("parts_finished",),
        tells=("applicant",),
        decision="granted",
    ),
    Step(
        "join_partly",
        "汇总：部分未准予",
        ("split",),
        "partly_refused",
        (Post.HOUSE,),
        BASIS,
        clocks=(*stop("promised"), start("delivery")),
        needs=("parts_finished",),
        tells=("applicant",),
        decision="partly_refused",
    ),
    Step(
        "issue",
        "统一出件",
        ("granted", "partly_refused"),
        "issued",
        (Post.EXIT, Post.CLERK, Post.HOUSE),
        shared.ARTICLE_44,
        documents=("result_pack",),
        tells=("applicant",),
    ),
    Step(
        "withdraw",
        "撤回申请",
        ("draft", "filed"),
        "withdrawn",
        (Post.APPLICANT,),
        design("分送前可以撤回"),
        clocks=stop("*"),
        documents=("withdrawal_notice",),
        tells=("applicant",),
        decision="withdrawn",
        closes=True,
    ),
    shared.check_shared("filed", "split"),
    shared.sign("filed"),
    *shared.closing_steps(
        ready=("issued",),
        ended=("delivered", "withdrawn"),
        running=("filed", "split", "granted", "partly_refused", "issued"),
    ),
)

BUNDLE = Kind("bundle", "一件事", STATES, CLOCKS, STEPS)
