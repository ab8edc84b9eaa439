"""诉求: a bad rating to be put right, a complaint, something that could not be done.  Late: it goes up one post.

Limits are item data: the national text on ratings (国办发〔2019〕51号) sets no days.
"""

from tongban.rulebook.basis import design
from tongban.rulebook.clock import Limit
from tongban.rulebook.kinds import shared
from tongban.rulebook.steps import ClockRule, Expiry, Kind, Post, Step, everywhere, start, stop

STATES = {
    "assigned": "已派单",
    "working": "核实整改中",
    "answered": "已答复",
    "called_back": "已回访",
    "closed": "已办结",
    "not_taken": "不予受理",
    "archived": "已归档",
}

WORKERS = (Post.REVIEWER, Post.ACCEPTOR, Post.DECIDER)

CLOCKS = (
    ClockRule("first_answer", "核实期限", Expiry.UP_ONE_POST, "go_up", shared.RATING, default=Limit.parse("1wd")),
    ClockRule("answer", "答复期限", Expiry.UP_ONE_POST, "go_up", shared.RATING, default=Limit.parse("5wd")),
    ClockRule("confirm", "回访期限", Expiry.UP_ONE_POST, "go_up", shared.RATING, default=Limit.parse("1wd")),
)

STEPS = (
    Step(
        "open",
        "登记派单",
        ("",),
        "assigned",
        (Post.APPLICANT, Post.CLERK, Post.SUPERVISOR, Post.HOUSE),
        shared.RATING,
        clocks=(start("first_answer"), start("answer")),
        documents=("assignment",),
        tells=("desk",),
    ),
    Step(
        "take",
        "核实",
        ("assigned",),
        "working",
        WORKERS,
        shared.RATING,
        clocks=stop("first_answer"),
        tells=("applicant",),
    ),
    Step(
        "not_take",
        "不予受理",
        ("assigned",),
        "not_taken",
        (Post.SUPERVISOR,),
        design("诉求不予受理的封闭清单"),
        clocks=stop("*"),
        needs=("grounded",),
        reason=True,
        tells=("applicant",),
        decision="not_accepted",
        closes=True,
    ),
    Step(
        "answer",
        "答复",
        ("working",),
        "answered",
        WORKERS,
        shared.RATING,
        clocks=(*stop("answer"), start("confirm")),
        reason=True,
        tells=("applicant",),
    ),
    Step(
        "call_back",
        "回访",
        ("answered",),
        "called_back",
        (Post.SUPERVISOR,),
        shared.RATING,
        clocks=stop("confirm"),
        reason=True,
    ),
    Step(
        "close",
        "办结",
        ("called_back",),
        "closed",
        (Post.SUPERVISOR,),
        shared.RATING,
        clocks=stop("*"),
        tells=("applicant",),
        decision="closed",
        closes=True,
    ),
    Step(
        "reopen",
        "不满意重办",
        ("called_back",),
        "working",
        (Post.SUPERVISOR, Post.APPLICANT),
        shared.RATING,
        clocks=(start("answer"),),
        needs=("not_reopened",),
        reason=True,
        tells=("desk",),
        mark="reopened",
    ),
    Step(
        "rate",
        "再次评价",
        ("closed", "archived"),
        "=",
        (Post.APPLICANT,),
        shared.RATING,
        needs=("not_rated",),
        mark="rated",
    ),
    Step("archive", "归档", ("closed", "not_taken"), "archived", (Post.HOUSE,), shared.E_ARCHIVE, effects=("archive",)),
    Step(
        "go_up",
        "超期上提一级",
        ("assigned", "working", "answered", "called_back"),
        "=",
        (Post.LAW,),
        shared.RATING,
        effects=("up_one_post",),
        tells=("supervisor", "desk"),
        lapse="again",
        mark="overdue",
    ),
    Step(
        "recount",
        "按新日历重算期限",
        ("assigned", "working", "answered", "called_back"),
        "=",
        (Post.LAW,),
        shared.RATING,
        recounts=True,
        only_moves=True,
    ),
    shared.note(*everywhere(STATES, "archived")),
)

APPEAL = Kind("appeal", "诉求", STATES, CLOCKS, STEPS)
