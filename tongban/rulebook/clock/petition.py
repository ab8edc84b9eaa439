"""信访工作条例: natural days, one period in working days, and three rounds after which it is final."""

from collections.abc import Iterable
from datetime import date

from tongban.rulebook.basis import law
from tongban.rulebook.clock.counting import due
from tongban.rulebook.clock.limits import Due, Excluded, Limit, Term, Unit
from tongban.rulebook.errors import Refused
from tongban.rulebook.workdays import Calendar

ROUTE = Term(
    Limit.parse("15d"),
    law("信访工作条例 第二十二条"),
    "各级党委和政府信访部门收到信访事项，应当予以登记，并区分情况，在15日内分别按照下列方式处理",
)
TELL = Term(
    Limit.parse("15d"),
    law("信访工作条例 第二十三条"),
    "不能当场告知的，应当自收到信访事项之日起15日内书面告知信访人",
)
OBJECT = Term(
    Limit.parse("5wd"),
    law("信访工作条例 第二十三条"),
    "不属于本机关、单位或者本系统职权范围的，有关机关、单位应当自收到之日起5个工作日内提出异议，并详细说明理由",
)
FINISH = Term(
    Limit.parse("60d"),
    law("信访工作条例 第三十四条"),
    "对本条例第三十一条第六项规定的信访事项应当自受理之日起60日内办结",
)
EXTENSION = Term(
    Limit.parse("30d"),
    law("信访工作条例 第三十四条"),
    "情况复杂的，经本机关、单位负责人批准，可以适当延长办理期限，但延长期限不得超过30日，并告知信访人延期理由",
)
ASK_REVIEW = Term(
    Limit.parse("30d"),
    law("信访工作条例 第三十五条"),
    "信访人对信访处理意见不服的，可以自收到书面答复之日起30日内请求原办理机关、单位的上一级机关、单位复查",
)
REVIEW = Term(
    Limit.parse("30d"),
    law("信访工作条例 第三十五条"),
    "收到复查请求的机关、单位应当自收到复查请求之日起30日内提出复查意见，并予以书面答复",
)
ASK_FINAL = Term(
    Limit.parse("30d"),
    law("信访工作条例 第三十六条"),
    "信访人对复查意见不服的，可以自收到书面答复之日起30日内向复查机关、单位的上一级机关、单位请求复核",
)
#: After this the same petition is not taken again.
FINAL = Term(
    Limit.parse("30d"),
    law("信访工作条例 第三十六条"),
    "收到复核请求的机关、单位应当自收到复核请求之日起30日内提出复核意见",
)


def finish_by(accepted_on: date, calendar: Calendar, *, extension: Limit | None = None, roll: bool = True) -> Due:
    """Return by when a petition must be settled.  Raises ``Refused`` ("extension_too_long") above thirty days.

    The regulation does not say whether a last day on a rest day moves; with ``roll`` it does, as 民法典 203 has it.
    """
    if extension is not None and (extension.unit is not Unit.D or extension.amount > EXTENSION.limit.amount):
        raise Refused("extension_too_long", "信访办理延长不得超过30日，请缩短。", EXTENSION.basis)
    return due(accepted_on, FINISH.limit, calendar, roll=roll, extension=extension)


def final_by(asked_on: date, calendar: Calendar, *, hearing: Iterable[Excluded] = (), roll: bool = True) -> Due:
    """Return by when the final review is owed: 听证所需时间不计算在前款规定的期限内 (第三十六条)."""
    return due(asked_on, FINAL.limit, calendar, excluded=hearing, roll=roll)
