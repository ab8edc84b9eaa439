"""行政许可法: what its periods are, when silence accepts or renews, and what may stop the clock."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from tongban.rulebook.basis import Basis, law
from tongban.rulebook.clock.counting import due, latest_before
from tongban.rulebook.clock.limits import Due, Excluded, Limit, Term
from tongban.rulebook.errors import Refused
from tongban.rulebook.workdays import Calendar

#: 第八十二条: all these days are working days.
WORKING_DAYS = law("行政许可法 第八十二条")

NOTICE = Term(
    Limit.parse("5wd"),
    law("行政许可法 第三十二条第一款第四项"),
    "申请材料不齐全或者不符合法定形式的，应当当场或者在五日内一次告知申请人需要补正的全部内容，"
    "逾期不告知的，自收到申请材料之日起即为受理",
)
#: 不动产登记 has no five days: whoever is not refused on the spot is accepted.
ON_THE_SPOT = Term(
    Limit.parse("0d"),
    law("不动产登记暂行条例 第十七条"),
    "未当场书面告知申请人不予受理的，视为受理",
)
DECISION = Term(
    Limit.parse("20wd"),
    law("行政许可法 第四十二条第一款"),
    "行政机关应当自受理行政许可申请之日起二十日内作出行政许可决定",
)
EXTENSION = Term(
    Limit.parse("10wd"),
    law("行政许可法 第四十二条第一款"),
    "二十日内不能作出决定的，经本行政机关负责人批准，可以延长十日，并应当将延长期限的理由告知申请人",
)
JOINT = Term(
    Limit.parse("45wd"),
    law("行政许可法 第四十二条第二款"),
    "行政许可采取统一办理或者联合办理、集中办理的，办理的时间不得超过四十五日",
)
JOINT_EXTENSION = Term(
    Limit.parse("15wd"),
    law("行政许可法 第四十二条第二款"),
    "四十五日内不能办结的，经本级人民政府负责人批准，可以延长十五日，并应当将延长期限的理由告知申请人",
)
FIRST_OPINION = Term(
    Limit.parse("20wd"),
    law("行政许可法 第四十三条"),
    "下级行政机关应当自其受理行政许可申请之日起二十日内审查完毕",
)
DELIVERY = Term(
    Limit.parse("10wd"),
    law("行政许可法 第四十四条"),
    "应当自作出决定之日起十日内向申请人颁发、送达行政许可证件",
)
RENEWAL = Term(
    Limit.parse("30wd"),
    law("行政许可法 第五十条第一款"),
    "应当在该行政许可有效期届满三十日前向作出行政许可决定的行政机关提出申请",
)

#: 第四十五条: 依法需要听证、招标、拍卖、检验、检测、检疫、鉴定和专家评审的，所需时间不计算在本节规定的期限内.
#: The list is closed: a survey, another office's opinion or a failing computer is not on it.
ARTICLE_45 = MappingProxyType(
    {
        "hearing": "听证",
        "tender": "招标",
        "auction": "拍卖",
        "inspection": "检验",
        "testing": "检测",
        "quarantine": "检疫",
        "appraisal": "鉴定",
        "expert_review": "专家评审",
    }
)
PAUSE_BASIS = law("行政许可法 第四十五条")


def valid_pause(
    proceeding: str, first: date, last: date, notice_on: date | None, told_until: date | None = None
) -> Excluded | None:
    """Return the days that do not count because of a proceeding, or None: the clock runs on.

    ``proceeding`` is a code of ``ARTICLE_45``; ``first`` and ``last`` are the days it really took; ``notice_on`` is
    the day the applicant was told in writing how long it takes (行政机关应当将所需时间书面告知申请人), ``told_until``
    the last day that notice names, if it names one.  Days before the notice or after what it names go on counting:
    the article gives no time for the notice, and the doubt is the applicant's.
    """
    if proceeding not in ARTICLE_45 or notice_on is None:
        return None
    begins, ends = max(first, notice_on), last if told_until is None else min(last, told_until)
    return Excluded(begins, ends) if begins <= ends else None


class Intake(StrEnum):
    """Where an application stands before its decision clock runs."""

    OPEN = "open"  # in the window: nothing said yet
    SUPPLEMENT = "supplement"  # 待补正: told in time and once; no decision clock
    ACCEPTED = "accepted"  # 受理: everything named has come
    DEEMED = "deemed"  # 视为受理: the window passed in silence


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What article 32 makes of an application's dates."""

    state: Intake
    #: The acceptance date, from which the decision is counted; None while there is none.
    on: date | None
    #: The last day on which a notice could be, or could have been, given.
    notice_until: Due
    basis: Basis


def acceptance(
    received_on: date,
    calendar: Calendar,
    *,
    today: date,
    notice_on: date | None = None,
    supplied_on: date | None = None,
    window: Term = NOTICE,
) -> Acceptance:
    """Return how an application stands on ``today`` if nobody has accepted or refused it.

    ``notice_on`` is the day of the one notice that names everything missing, ``supplied_on`` the day on which all of
    it was in.  A notice after the window changes nothing: the application was accepted on the day it was received.
    Raises ``Refused`` ("dates_out_of_order") when a later thing happened first.
    """
    given = [day for day in (received_on, notice_on, supplied_on, today) if day is not None]
    if given != sorted(given) or (supplied_on is not None and notice_on is None):
        raise Refused("dates_out_of_order", "收件、补正告知、补齐的日期先后不对，请核对登记。", window.basis)
    until = due(received_on, window.limit, calendar)
    if notice_on is not None and notice_on <= until.on:
        state = Intake.SUPPLEMENT if supplied_on is None else Intake.ACCEPTED
        return Acceptance(
            state, supplied_on, until, law("行政许可法 第三十二条第一款第五项") if supplied_on else window.basis
        )
    if today <= until.on:
        return Acceptance(Intake.OPEN, None, until, window.basis)
    return Acceptance(Intake.DEEMED, received_on, until, window.basis)


def deemed_accepted_on(
    received_on: date, calendar: Calendar, *, today: date, notice_on: date | None = None, window: Term = NOTICE
) -> date | None:
    """Return the acceptance date that silence has given by ``today``: the day of receipt, or None."""
    found = acceptance(received_on, calendar, today=today, notice_on=notice_on, window=window)
    return found.on if found.state is Intake.DEEMED else None


class RenewalState(StrEnum):
    """Where a renewal stands."""

    TIMELY = "timely"  # filed in time, to be decided before the licence ends
    LATE = "late"  # filed after the latest day: silence gives nothing
    DECIDED = "decided"
    DEEMED = "deemed"  # 视为准予延续


@dataclass(frozen=True, slots=True)
class Renewal:
    """What article 50 makes of a renewal's dates."""

    state: RenewalState
    #: The latest day on which it could be filed.
    file_by: Due
    #: The last day on which it can be decided: the last day of the licence.
    decide_by: date
    basis: Basis


def renewal(
    filed_on: date,
    expires_on: date,
    calendar: Calendar,
    *,
    today: date,
    decided_on: date | None = None,
    lead: Term = RENEWAL,
) -> Renewal:
    """Return how a renewal stands on ``today``; ``expires_on`` is the last day the licence is valid.

    行政机关应当根据被许可人的申请，在该行政许可有效期届满前作出是否准予延续的决定；逾期未作决定的，视为准予延续.
    That silence renews only what was filed in time is our reading.  ``lead`` is another term where a law, regulation
    or rule sets one (法律、法规、规章另有规定的，依照其规定).
    """
    if today < filed_on or (decided_on is not None and not filed_on <= decided_on <= today):
        raise Refused("dates_out_of_order", "延续申请、决定的日期先后不对，请核对登记。", lead.basis)
    file_by = latest_before(expires_on, lead.limit, calendar)
    if decided_on is not None and decided_on <= expires_on:
        state = RenewalState.DECIDED
    elif filed_on > file_by.on:
        state = RenewalState.LATE if decided_on is None else RenewalState.DECIDED
    else:
        state = RenewalState.DEEMED if today > expires_on else RenewalState.TIMELY
    return Renewal(state, file_by, expires_on, law("行政许可法 第五十条第二款"))
