"""咨询: a question about an item, answered by the unit that answers for it, from what its guide says.

Nothing is applied for and nothing is decided.  Late: it goes up one post, so that every question has an owner.  When
the guide from which it was answered changes, the answer is looked at again and said to hold still (``recheck``).
"""

from tongban.rulebook.basis import design, law
from tongban.rulebook.clock import Limit
from tongban.rulebook.kinds import shared
from tongban.rulebook.steps import ClockRule, Expiry, Kind, Post, Step, everywhere, start, stop

STATES = {"asked": "待答复", "answered": "已答复", "archived": "已归档"}

#: Who asks about what was made public is told exactly and reliably.
BASIS = law("行政许可法 第三十条第二款")
WORKERS = (Post.ACCEPTOR, Post.REVIEWER, Post.DECIDER)

CLOCKS = (ClockRule("answer", "答复期限", Expiry.UP_ONE_POST, "go_up", BASIS, default=Limit.parse("2wd")),)

STEPS = (
    Step(
        "open",
        "提出咨询",
        ("",),
        "asked",
        (Post.APPLICANT, Post.CLERK, Post.HOUSE),
        BASIS,
        clocks=(start("answer"),),
        tells=("desk",),
    ),
    Step(
        "answer",
        "答复",
        ("asked",),
        "answered",
        WORKERS,
        BASIS,
        clocks=stop("*"),
        reason=True,
        tells=("applicant",),
        decision="closed",
        closes=True,
    ),
    Step("recheck", "复核解答仍然适用", ("answered", "archived"), "=", WORKERS, design("指南变了，解答要复核")),
    Step("archive", "归档", ("answered",), "archived", (Post.HOUSE,), shared.E_ARCHIVE, effects=("archive",)),
    Step(
        "go_up",
        "超期上提一级",
        ("asked",),
        "=",
        (Post.LAW,),
        design("咨询超期未答，逐级上提"),
        effects=("up_one_post",),
        tells=("supervisor", "desk"),
        lapse="again",
        mark="overdue",
    ),
    Step("recount", "按新日历重算期限", ("asked",), "=", (Post.LAW,), BASIS, recounts=True, only_moves=True),
    shared.note(*everywhere(STATES, "archived")),
)

CONSULTATION = Kind("consultation", "咨询", STATES, CLOCKS, STEPS)
