"""事后核查: what was granted on a written promise is looked at within its limit (优化营商环境条例 第十九条).

It holds and the check is closed; or it is put right within a time that is told; or the promise was false, and what was
granted is taken back (行政许可法 第六十九条).  Silence of the office grants and takes nothing: it goes up one post.
"""

from tongban.rulebook.basis import design, law
from tongban.rulebook.kinds import shared
from tongban.rulebook.steps import ClockRule, Expiry, Kind, Post, Step, everywhere, start, stop

STATES = {
    "assigned": "待核查",
    "mending": "限期整改中",
    "closed": "核查相符",
    "revoked": "承诺不实，已撤销",
    "archived": "已归档",
}

#: 国办发〔2020〕42号 wants the check; its text is still to be read (待核), so until then it stands as our own choice.
BASIS = design("凭承诺准予的，事后核查")
FALSE = law("行政许可法 第六十九条")
CHECKERS = (Post.REVIEWER, Post.DECIDER)

#: Both limits are told with the step that starts them: the first stands in the item that was granted on a promise.
CLOCKS = (
    ClockRule("check", "核查期限", Expiry.UP_ONE_POST, "go_up", BASIS, told=True),
    ClockRule("mend", "整改期限", Expiry.UP_ONE_POST, "go_up", BASIS, told=True),
)

STEPS = (
    Step(
        "open",
        "交办核查",
        ("",),
        "assigned",
        (Post.HOUSE,),
        BASIS,
        clocks=(start("check", "receipt"),),
        documents=("assignment",),
        needs=("time_told",),
        tells=("desk",),
        receives="filing",
    ),
    Step(
        "find_true",
        "核查相符",
        ("assigned", "mending"),
        "closed",
        CHECKERS,
        BASIS,
        clocks=stop("*"),
        reason=True,
        decision="closed",
        closes=True,
    ),
    Step(
        "order_mending",
        "责令限期整改",
        ("assigned",),
        "mending",
        CHECKERS,
        BASIS,
        clocks=(*stop("check"), start("mend")),
        documents=("mending_order",),
        needs=("time_told",),
        reason=True,
        tells=("applicant",),
    ),
    Step(
        "find_false",
        "承诺不实，撤销",
        ("assigned", "mending"),
        "revoked",
        (Post.DECIDER,),
        FALSE,
        clocks=stop("*"),
        documents=("revocation_decision",),
        effects=("revoke_promised",),
        needs=("grounded",),
        reason=True,
        tells=("applicant", "supervisor"),
        decision="revoked",
        closes=True,
    ),
    Step("archive", "归档", ("closed", "revoked"), "archived", (Post.HOUSE,), shared.E_ARCHIVE, effects=("archive",)),
    Step(
        "go_up",
        "超期上提一级",
        ("assigned", "mending"),
        "=",
        (Post.LAW,),
        design("核查超期，逐级上提"),
        effects=("up_one_post",),
        tells=("supervisor", "desk"),
        lapse="again",
        mark="overdue",
    ),
    Step(
        "recount",
        "按新日历重算期限",
        ("assigned", "mending"),
        "=",
        (Post.LAW,),
        BASIS,
        recounts=True,
        only_moves=True,
    ),
    shared.note(*everywhere(STATES, "archived")),
)

AFTER_CHECK = Kind("after_check", "事后核查", STATES, CLOCKS, STEPS)
