"""登记: real estate and market registration.  There is no five-day window.

不动产登记暂行条例 第十七条: what is not refused in writing on the spot is accepted; the right stands when it is
entered in the book (第二十一条), not when paper is printed.
"""

from tongban.rulebook.basis import law
from tongban.rulebook.clock import Limit
from tongban.rulebook.kinds import shared
from tongban.rulebook.steps import ClockRule, Expiry, Kind, Post, Step, start, stop

STATES = {
    "draft": "草稿",
    "filed": "已收件",
    "correcting": "待补正",
    "accepted": "已受理",
    "paused": "特别程序",
    "elsewhere": "外部系统办理中",
    "granted": "已登簿",
    "issued": "已制证",
    "delivered": "已送达",
    "refused": "不予登记",
    "not_accepted": "不予受理",
    "withdrawn": "已撤回",
    "lapsed": "已退件",
    "archived": "已归档",
}

ARTICLE_17 = law("不动产登记暂行条例 第十七条")

CLOCKS = (
    ClockRule(
        "intake",
        "当场告知",
        Expiry.DEEMED_ACCEPTED,
        "deem_accepted",
        ARTICLE_17,
        default=Limit(0, Limit.parse("1d").unit),
        roll=False,
    ),
    shared.CORRECTION,
    ClockRule(
        "statutory",
        "法定期限",
        Expiry.OVERDUE_ONLY,
        "",
        law("不动产登记暂行条例 第二十条"),
        pausable=True,
    ),
    shared.PROMISED,
    shared.DELIVERY,
)

STEPS = (
    *shared.draft_steps(),
    shared.file(clocks=(start("intake", "receipt"),), basis=law("不动产登记暂行条例 第十四条")),
    *shared.take_over_steps((start("intake", "receipt"),)),
    *shared.correction_steps(),
    shared.accept(ARTICLE_17),
    Step(
        "deem_accepted",
        "视为受理",
        ("filed",),
        "accepted",
        (Post.LAW,),
        ARTICLE_17,
        clocks=shared.ACCEPTED,
        documents=("acceptance_notice",),
        tells=("applicant", "desk"),
        accepts="receipt",
        mark="deemed_accepted",
    ),
    shared.not_accept(),
    *shared.chain_steps(),
    *shared.proceeding_steps(),
    shared.extend(),
    Step(
        "enter",
        "登簿",
        ("accepted",),
        "granted",
        (Post.DECIDER,),
        law("不动产登记暂行条例 第二十一条"),
        clocks=(*stop("statutory", "promised"), start("delivery")),
        documents=("registration_decision",),
        effects=("publish",),
        needs=("last_desk", "none_open", "separated"),
        tells=("applicant",),
        decision="granted",
    ),
    shared.refuse("not_register", "不予登记", law("不动产登记暂行条例 第二十二条")),
    *shared.elsewhere_steps(),
    shared.issue(law("不动产登记暂行条例 第二十一条")),
    shared.supply_later("filed", "accepted", "paused", "granted"),
    shared.settle_fee("accepted", "paused", "granted"),
    shared.withdraw("draft", "filed", "correcting", "accepted", "paused"),
    shared.check_shared("filed", "accepted", "paused"),
    shared.sign("filed", "correcting"),
    *shared.closing_steps(
        ready=("issued",),
        ended=("delivered", "refused", "not_accepted", "withdrawn", "lapsed"),
        running=("filed", "correcting", "accepted", "paused", "elsewhere", "granted", "issued"),
    ),
)

REGISTRATION = Kind("registration", "登记", STATES, CLOCKS, STEPS)
