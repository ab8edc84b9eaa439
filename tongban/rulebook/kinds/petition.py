"""信访: somebody complains, proposes or asks of a body; it is routed, taken or not, answered in writing, reviewed once.

Days are those of 信访工作条例: natural days unless working days are said.  One item per unit that answers; a unit that
is the wrong body says so, and the case is referred.  The last round (第三十六条 复核) lies with a body above the
county.
"""

from tongban.rulebook.basis import design
from tongban.rulebook.clock import Limit, petition
from tongban.rulebook.kinds import shared
from tongban.rulebook.steps import ClockMove, ClockOp, ClockRule, Expiry, Kind, Post, Step, everywhere, start, stop

STATES = {
    "draft": "草稿",
    "filed": "已登记待转送",
    "routed": "已转送",
    "received": "待告知是否受理",
    "objected": "已提异议",
    "accepted": "已受理",
    "answered": "已答复待送达",
    "delivered": "答复已送达",
    "reviewing": "复查中",
    "closed": "已办结",
    "not_accepted": "不予受理",
    "referred": "已移送",
    "withdrawn": "已撤回",
    "archived": "已归档",
}

#: Nobody has it in hand before it is routed, so a late routing opens a matter; whatever is late after that goes up.
UNROUTED = ("filed", "objected")
ROUTED = ("routed", "received", "accepted", "answered", "reviewing")

WORKERS = (Post.ACCEPTOR, Post.REVIEWER, Post.DECIDER)
DELIVERED = design("书面答复作出后及时送达")

CLOCKS = (
    ClockRule("route", "转送期限", Expiry.OVERDUE_ONLY, "", petition.ROUTE.basis, default=petition.ROUTE.limit),
    ClockRule(
        "object", "异议期限", Expiry.DEEMED_AGREED, "stand", petition.OBJECT.basis, default=petition.OBJECT.limit
    ),
    ClockRule("tell", "告知受理期限", Expiry.UP_ONE_POST, "go_up", petition.TELL.basis, default=petition.TELL.limit),
    # Called so because notices and documents know the limit of a case by this name.
    ClockRule(
        "statutory",
        "办理期限",
        Expiry.UP_ONE_POST,
        "go_up",
        petition.FINISH.basis,
        default=petition.FINISH.limit,
        again=False,
    ),
    ClockRule("delivery", "送达期限", Expiry.UP_ONE_POST, "go_up", DELIVERED, default=Limit.parse("5wd")),
    ClockRule(
        "ask_review",
        "请求复查期限",
        Expiry.ABANDONED,
        "close",
        petition.ASK_REVIEW.basis,
        default=petition.ASK_REVIEW.limit,
    ),
    ClockRule("review", "复查期限", Expiry.UP_ONE_POST, "go_up", petition.REVIEW.basis, default=petition.REVIEW.limit),
)

STEPS = (
    *shared.draft_steps(),
    shared.file(clocks=(start("route", "receipt"),), basis=petition.ROUTE.basis),
    # Whoever routes names the post that has it in hand from now on (column ``holder``).
    Step(
        "route",
        "转送",
        ("filed",),
        "routed",
        (Post.SUPERVISOR, Post.ACCEPTOR),
        petition.ROUTE.basis,
        clocks=(*stop("route"), start("object"), start("tell")),
        tells=("desk",),
        asks=("holder",),
    ),
    Step(
        "return_it",
        "提出异议",
        ("routed",),
        "objected",
        WORKERS,
        petition.OBJECT.basis,
        clocks=(*stop("object", "tell"), start("route")),
        while_runs="object",
        reason=True,
        tells=("supervisor",),
    ),
    Step(
        "stand",
        "逾期未提异议",
        ("routed",),
        "received",
        (Post.LAW,),
        petition.OBJECT.basis,
        clocks=stop("object"),
        tells=("desk",),
    ),
    Step(
        "insist",
        "异议不成立",
        ("objected",),
        "received",
        (Post.SUPERVISOR,),
        petition.ROUTE.basis,
        clocks=(*stop("route"), start("tell")),
        reason=True,
        tells=("desk",),
    ),
    Step(
        "refer",
        "移送有权处理的单位",
        UNROUTED,
        "referred",
        (Post.SUPERVISOR,),
        petition.ROUTE.basis,
        clocks=stop("*"),
        reason=True,
        decision="referred",
        closes=True,
    ),
    Step(
        "accept",
        "受理",
        ("routed", "received"),
        "accepted",
        (Post.ACCEPTOR,),
        petition.TELL.basis,
        clocks=(*stop("object", "tell"), start("statutory")),
        documents=("acceptance_notice",),
        tells=("applicant", "desk"),
        accepts="today",
    ),
    Step(
        "not_take",
        "不予受理",
        ("routed", "received"),
        "not_accepted",
        (Post.ACCEPTOR,),
        petition.TELL.basis,
        clocks=stop("*"),
        documents=("non_acceptance",),
        needs=("grounded",),
        reason=True,
        tells=("applicant",),
        decision="not_accepted",
        closes=True,
    ),
    Step(
        "extend",
        "延长办理期限",
        ("accepted",),
        "=",
        (Post.HEAD,),
        petition.EXTENSION.basis,
        clocks=(ClockMove(ClockOp.EXTEND, "statutory"),),
        documents=("extension_notice",),
        needs=("not_extended",),
        reason=True,
        tells=("applicant", "desk"),
        mark="extended",
        only_moves=True,
    ),
    Step(
        "answer",
        "书面答复",
        ("accepted",),
        "answered",
        (Post.REVIEWER, Post.DECIDER),
        petition.FINISH.basis,
        clocks=(*stop("statutory"), start("delivery")),
        reason=True,
        tells=("applicant",),
    ),
    Step(
        "deliver",
        "送达答复",
        ("answered",),
        "delivered",
        (Post.EXIT, Post.CLERK, Post.HOUSE),
        DELIVERED,
        clocks=(*stop("delivery"), start("ask_review")),
        documents=("delivery_receipt",),
        tells=("applicant",),
    ),
    Step("call_back", "回访", ("delivered",), "=", (Post.SUPERVISOR,), design("答复后回访"), reason=True),
    # The body above answers: the post one up has it now.
    Step(
        "reopen",
        "请求复查",
        ("delivered",),
        "reviewing",
        (Post.APPLICANT,),
        petition.ASK_REVIEW.basis,
        clocks=(*stop("ask_review"), start("review")),
        effects=("up_one_post",),
        needs=("not_reopened",),
        tells=("desk",),
        mark="reopened",
    ),
    Step(
        "review",
        "复查意见",
        ("reviewing",),
        "answered",
        (Post.GOVERNMENT,),
        petition.REVIEW.basis,
        clocks=(*stop("review"), start("delivery")),
        reason=True,
        tells=("desk",),
    ),
    # By the law when nobody asks for a review in time, or sooner by the person herself: never by an office.
    Step(
        "close",
        "办结",
        ("delivered",),
        "closed",
        (Post.LAW, Post.APPLICANT),
        petition.ASK_REVIEW.basis,
        clocks=stop("*"),
        tells=("applicant",),
        decision="closed",
        closes=True,
    ),
    shared.withdraw("filed", "routed", "received", "objected", "accepted"),
    Step(
        "rate",
        "评价",
        ("closed", "archived"),
        "=",
        (Post.APPLICANT,),
        shared.RATING,
        needs=("not_rated",),
        mark="rated",
    ),
    Step(
        "archive",
        "归档",
        ("closed", "not_accepted", "referred", "withdrawn"),
        "archived",
        (Post.HOUSE,),
        shared.E_ARCHIVE,
        effects=("archive",),
    ),
    Step(
        "go_up",
        "超期上提一级",
        ROUTED,
        "=",
        (Post.LAW,),
        design("超期上提一级"),
        effects=("up_one_post",),
        tells=("supervisor", "desk"),
        lapse="again",
        mark="overdue",
    ),
    shared.note(*everywhere(STATES, "draft", "archived")),
    *shared.housekeeping((*UNROUTED, *ROUTED, "delivered")),
)

PETITION = Kind("petition", "信访", STATES, CLOCKS, STEPS)
