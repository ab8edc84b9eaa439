"""交办: inner work with an owner and a limit, e.g. a late step that supervision found.  Silence grants nothing."""

from tongban.rulebook.basis import design
from tongban.rulebook.clock import Limit
from tongban.rulebook.kinds import shared
from tongban.rulebook.steps import ClockMove, ClockOp, ClockRule, Expiry, Kind, Post, Step, everywhere, start, stop

STATES = {
    "assigned": "已交办",
    "working": "办理中",
    "answered": "已答复",
    "closed": "已办结",
    "referred": "已移送",
    "archived": "已归档",
}

BASIS = design("交办督办")

CLOCKS = (
    ClockRule("take", "签收期限", Expiry.UP_ONE_POST, "go_up", BASIS, default=Limit.parse("4h")),
    ClockRule("answer", "答复期限", Expiry.UP_ONE_POST, "go_up", BASIS, default=Limit.parse("3wd")),
    ClockRule("confirm", "确认期限", Expiry.UP_ONE_POST, "go_up", BASIS, default=Limit.parse("1wd")),
)

STEPS = (
    Step(
        "open",
        "交办",
        ("",),
        "assigned",
        (Post.SUPERVISOR, Post.HOUSE),
        BASIS,
        clocks=(start("take"), start("answer")),
        documents=("assignment",),
        tells=("desk",),
    ),
    Step(
        "take",
        "签收",
        ("assigned",),
        "working",
        (Post.REVIEWER, Post.ACCEPTOR, Post.DECIDER),
        BASIS,
        clocks=stop("take"),
    ),
    Step(
        "return_it",
        "退回改派",
        ("assigned",),
        "=",
        (Post.REVIEWER, Post.ACCEPTOR, Post.DECIDER),
        BASIS,
        reason=True,
        tells=("supervisor",),
    ),
    Step(
        "extend",
        "延长答复期限",
        ("working",),
        "=",
        (Post.SUPERVISOR,),
        BASIS,
        clocks=(ClockMove(ClockOp.EXTEND, "answer"),),
        needs=("not_extended",),
        reason=True,
        tells=("desk",),
        mark="extended",
        only_moves=True,
    ),
    Step(
        "answer",
        "答复",
        ("working",),
        "answered",
        (Post.REVIEWER, Post.ACCEPTOR, Post.DECIDER),
        BASIS,
        clocks=(*stop("answer"), start("confirm")),
        reason=True,
        tells=("supervisor",),
    ),
    Step(
        "close",
        "确认办结",
        ("answered",),
        "closed",
        (Post.SUPERVISOR,),
        BASIS,
        clocks=stop("*"),
        decision="closed",
        closes=True,
    ),
    Step(
        "reopen",
        "重新办理",
        ("answered",),
        "working",
        (Post.SUPERVISOR,),
        BASIS,
        clocks=(*stop("confirm"), start("answer")),
        needs=("not_reopened",),
        reason=True,
        tells=("desk",),
        mark="reopened",
    ),
    Step(
        "refer",
        "移送",
        ("assigned", "working", "answered"),
        "referred",
        (Post.SUPERVISOR,),
        BASIS,
        clocks=stop("*"),
        reason=True,
        decision="referred",
        closes=True,
    ),
    Step("archive", "归档", ("closed", "referred"), "archived", (Post.HOUSE,), shared.E_ARCHIVE, effects=("archive",)),
    Step(
        "go_up",
        "超期上提一级",
        ("assigned", "working", "answered"),
        "=",
        (Post.LAW,),
        BASIS,
        effects=("up_one_post",),
        tells=("supervisor", "desk"),
        lapse="again",
        mark="overdue",
    ),
    Step(
        "recount",
        "按新日历重算期限",
        ("assigned", "working", "answered"),
        "=",
        (Post.LAW,),
        BASIS,
        recounts=True,
        only_moves=True,
    ),
    shared.note(*everywhere(STATES, "archived")),
)

MATTER = Kind("matter", "交办", STATES, CLOCKS, STEPS)
