"""改革任务: a task of a reform plan, with a lead, helpers, a day and a proof.  Late, it is red and nothing else."""

from tongban.rulebook.basis import design
from tongban.rulebook.kinds import shared
from tongban.rulebook.steps import ClockRule, Expiry, Kind, Post, Step, everywhere, start, stop

STATES = {
    "working": "推进中",
    "proved": "已报完成",
    "closed": "已销号",
    "archived": "已归档",
}

BASIS = design("改革任务台账：牵头、配合、时限、佐证、销号")
WORKERS = (Post.REVIEWER, Post.ACCEPTOR, Post.DECIDER)

#: The day stands in the plan, so it is told with the step and falls on that very day.
CLOCKS = (ClockRule("finish", "完成期限", Expiry.OVERDUE_ONLY, "", BASIS, told=True, roll=False),)

STEPS = (
    Step(
        "open",
        "交办改革任务",
        ("",),
        "working",
        (Post.SUPERVISOR,),
        BASIS,
        clocks=(start("finish"),),
        documents=("assignment",),
        needs=("time_told",),
        tells=("desk",),
    ),
    Step("report", "报告进展", ("working",), "=", WORKERS, BASIS, reason=True),
    Step(
        "prove",
        "报请销号",
        ("working",),
        "proved",
        WORKERS,
        BASIS,
        clocks=stop("finish"),
        reason=True,
        tells=("supervisor",),
    ),
    Step("close", "销号", ("proved",), "closed", (Post.SUPERVISOR,), BASIS, decision="closed", closes=True),
    Step(
        "send_back",
        "佐证不足，退回",
        ("proved",),
        "working",
        (Post.SUPERVISOR,),
        BASIS,
        clocks=(start("finish"),),
        reason=True,
        tells=("desk",),
    ),
    Step("archive", "归档", ("closed",), "archived", (Post.HOUSE,), shared.E_ARCHIVE, effects=("archive",)),
    Step(
        "note_overdue",
        "逾期登记",
        ("working",),
        "=",
        (Post.LAW,),
        BASIS,
        tells=("supervisor", "desk"),
        lapse="note",
        mark="overdue",
    ),
    Step("recount", "按新日历重算期限", ("working",), "=", (Post.LAW,), BASIS, recounts=True, only_moves=True),
    shared.note(*everywhere(STATES, "archived")),
)

TASK = Kind("task", "改革任务", STATES, CLOCKS, STEPS)
