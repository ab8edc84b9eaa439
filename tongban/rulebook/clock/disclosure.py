"""政府信息公开条例: the clocks of a request for information, from its receipt to its answer."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tongban.rulebook.basis import law
from tongban.rulebook.clock.counting import due
from tongban.rulebook.clock.limits import Due, Excluded, Limit, Term
from tongban.rulebook.errors import Refused
from tongban.rulebook.workdays import Calendar

SUPPLEMENT = Term(
    Limit.parse("7wd"),
    law("政府信息公开条例 第三十条"),
    "自收到申请之日起7个工作日内一次性告知申请人作出补正，说明需要补正的事项和合理的补正期限",
)
THIRD_PARTY = Term(
    Limit.parse("15wd"),
    law("政府信息公开条例 第三十二条"),
    "第三方应当自收到征求意见书之日起15个工作日内提出意见。第三方逾期未提出意见的，由行政机关依照本条例的规定决定是否公开",
)
REPLY = Term(
    Limit.parse("20wd"),
    law("政府信息公开条例 第三十三条第二款"),
    "行政机关不能当场答复的，应当自收到申请之日起20个工作日内予以答复",
)
EXTENSION = Term(
    Limit.parse("20wd"),
    law("政府信息公开条例 第三十三条第二款"),
    "需要延长答复期限的，应当经政府信息公开工作机构负责人同意并告知申请人，延长的期限最长不得超过20个工作日",
)
#: Silence of the office asked means consent; silence of a third party does not.
CO_AUTHOR = Term(
    Limit.parse("15wd"),
    law("政府信息公开条例 第三十四条"),
    "被征求意见机关应当自收到征求意见书之日起15个工作日内提出意见，逾期未提出意见的视为同意公开",
)


class Channel(StrEnum):
    """How a request came in (第三十一条)."""

    IN_PERSON = "in_person"  # 当面提交
    SIGNED_POST = "signed_post"  # 邮寄, signed for
    PLAIN_POST = "plain_post"  # 平常信函: confirmed with the applicant on the day it comes
    ONLINE = "online"  # 互联网渠道
    FAX = "fax"  # 传真


#: Channels whose receipt date is the day it is confirmed with the applicant.
_CONFIRMED = {Channel.PLAIN_POST, Channel.ONLINE, Channel.FAX}


def received_on(channel: Channel, came_on: date, confirmed_on: date | None = None) -> date | None:
    """Return the receipt date of a request (第三十一条); None while a confirmation it needs is missing.

    In person: the day it was handed in.  Signed post: the day it was signed for.  Plain post, internet, fax: the day
    it was confirmed with the applicant.
    """
    if channel not in _CONFIRMED:
        return came_on
    if confirmed_on is not None and confirmed_on < came_on:
        raise Refused("dates_out_of_order", "确认日期早于收到日期，请核对登记。", law("政府信息公开条例 第三十一条"))
    return confirmed_on


@dataclass(frozen=True, slots=True)
class Reply:
    """The two dates of a request."""

    #: The last day to ask for a supplement.
    supplement_by: Due
    #: The last day to answer.
    reply_by: Due


def reply(
    received: date,
    calendar: Calendar,
    *,
    supplied_on: date | None = None,
    consulted: Iterable[Excluded] = (),
    extension: Limit | None = None,
) -> Reply:
    """Return by when a request must be answered.

    A supplement asked for starts the clock anew (第三十条): 答复期限自行政机关收到补正的申请之日起计算.
    ``consulted`` are the days on which a third party or another office was asked (第三十三条第三款):
    征求第三方和其他机关意见所需时间不计算在前款规定的期限内.
    Raises ``Refused`` ("extension_too_long") above twenty working days.
    """
    if extension is not None and (
        extension.unit is not EXTENSION.limit.unit or extension.amount > EXTENSION.limit.amount
    ):
        raise Refused("extension_too_long", "延长答复最长不得超过20个工作日，请缩短。", EXTENSION.basis)
    return Reply(
        due(received, SUPPLEMENT.limit, calendar),
        due(supplied_on or received, REPLY.limit, calendar, excluded=consulted, extension=extension),
    )
