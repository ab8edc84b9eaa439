"""What each indicator means, in words and as a count.

Every indicator is a sum of weights over rows divided by a sum of weights over rows; a plain share has weight one.
``V`` marks a formula found in published sources, ``M`` one that still has to be checked against its document (待核).
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from tongban.rulebook.indicators import tallies
from tongban.rulebook.indicators.facts import Facts
from tongban.rulebook.indicators.tallies import Tally


class Mark(StrEnum):
    """Whether the formula was found in a published source."""

    VERIFIED = "V"
    UNVERIFIED = "M"


@dataclass(frozen=True, slots=True)
class Definition:
    """One indicator."""

    #: Stable, lower_snake.
    code: str
    #: Name in the words of the office.
    name: str
    #: Formula as people read it.
    formula: str
    #: What is counted below the line, in words.
    population: str
    #: What is counted above the line, in words.
    numerator: str
    #: ``%``, ``次`` or ``件``.
    unit: str
    mark: Mark
    #: The two sums.
    tally: Callable[[Facts], Tally]


_ITEMS = "已发布、在有效期内的依申请事项"
_BAD = "统计期内有效的差评（不满意、非常不满意；误评和恶意评价除外）"
_FINISHED = "统计期内办结的办件（演练件除外）"

DEFINITIONS: tuple[Definition, ...] = (
    Definition(
        "promise_compression",
        "承诺时限压缩比",
        "（法定时限之和－承诺时限之和）÷法定时限之和",
        f"{_ITEMS}中法定、承诺时限都有的，按法定时限工作日数计（1个月＝22、1年＝250、即办＝0；无期限的不计）",
        "法定时限比承诺时限多出的工作日数",
        "%",
        Mark.VERIFIED,
        tallies.compression,
    ),
    Definition(
        "on_the_spot",
        "即办率",
        "即办件事项数÷事项数",
        _ITEMS,
        "其中的即办件事项",
        "%",
        Mark.VERIFIED,
        tallies.on_the_spot,
    ),
    Definition(
        "online_available",
        "网上可办率",
        "网上办理深度含2至7任一项的事项数÷事项数",
        _ITEMS,
        "其中网上办理深度含2至7任一项的事项",
        "%",
        Mark.VERIFIED,
        tallies.online_available,
    ),
    Definition(
        "fully_online",
        "全程网办率",
        "网上办理深度含5、6、7任一项的事项数÷事项数",
        _ITEMS,
        "其中网上办理深度含5、6、7任一项的事项",
        "%",
        Mark.VERIFIED,
        tallies.fully_online,
    ),
    Definition(
        "zero_visit",
        "零跑率",
        "到现场次数为0或网上办理深度含5至7的事项数÷（事项数－允许例外的事项数）",
        f"{_ITEMS}，允许例外的除外",
        "其中到现场次数为0，或网上办理深度含5至7任一项的事项",
        "%",
        Mark.VERIFIED,
        tallies.zero_visit,
    ),
    Definition(
        "mean_visits",
        "平均跑动次数",
        "公布的到办事现场次数之和÷事项数",
        _ITEMS,
        "公布的到办事现场次数",
        "次",
        Mark.VERIFIED,
        tallies.mean_visits,
    ),
    Definition(
        "finished_early",
        "提前办结率",
        "办结时间早于承诺办结时间的办件数÷办结办件数",
        f"{_FINISHED}，有承诺办结时间的",
        "其中办结时间早于承诺办结时间的办件",
        "%",
        Mark.VERIFIED,
        tallies.finished_early,
    ),
    Definition(
        "finished_on_time",
        "按时办结率",
        "办结时间不晚于到期时间的办件数÷办结办件数",
        f"{_FINISHED}，有到期时间的（到期时间已计入依法的中止和延期）",
        "其中办结时间不晚于到期时间的办件",
        "%",
        Mark.UNVERIFIED,
        tallies.finished_on_time,
    ),
    Definition(
        "one_visit",
        "一次办比例",
        "到现场次数不超过1次的事项数÷事项数",
        _ITEMS,
        "其中到现场次数为0或1的事项",
        "%",
        Mark.VERIFIED,
        tallies.one_visit,
    ),
    Definition(
        "good_ratings",
        "好评率",
        "（非常满意＋满意＋基本满意）÷有效评价数",
        "统计期内的有效评价（误评和恶意评价除外）",
        "其中非常满意、满意、基本满意的评价",
        "%",
        Mark.UNVERIFIED,
        tallies.good_ratings,
    ),
    Definition(
        "active_ratings",
        "主动评价率",
        "有申请人主动评价的办结办件数÷办结办件数",
        _FINISHED,
        "其中申请人作过主动评价的办件（系统默认评价不算）",
        "%",
        Mark.UNVERIFIED,
        tallies.active_ratings,
    ),
    Definition(
        "bad_fixed",
        "差评整改率",
        "按期整改的差评数÷有效差评数",
        _BAD,
        "其中在整改期限内整改的差评",
        "%",
        Mark.UNVERIFIED,
        tallies.bad_fixed,
    ),
    Definition(
        "bad_called_back",
        "实名差评回访率",
        "已回访的实名差评数÷实名差评数",
        f"{_BAD}中实名的",
        "其中已回访的差评",
        "%",
        Mark.VERIFIED,
        tallies.bad_called_back,
    ),
    Definition(
        "materials_spared",
        "免交材料率",
        "通过共享或电子证照取得的材料数÷本应提交的材料数",
        "统计期内各办件本应提交的材料（逐件计）",
        "其中通过数据共享或电子证照取得的材料",
        "%",
        Mark.UNVERIFIED,
        tallies.materials_spared,
    ),
    Definition(
        "materials_cut",
        "材料精简率",
        "（精简前材料数－现材料数）÷精简前材料数",
        f"{_ITEMS}中有精简前后对照的，按精简前材料数计",
        "精简掉的材料数",
        "%",
        Mark.UNVERIFIED,
        tallies.materials_cut,
    ),
    Definition(
        "online_cases",
        "网办率",
        "网上申请的办件数÷办件数",
        "统计期内申请的办件（演练件除外）",
        "其中网上申请的办件",
        "%",
        Mark.UNVERIFIED,
        tallies.online_cases,
    ),
    Definition(
        "accepted",
        "受理量",
        "统计期内受理的办件数",
        "不设分母",
        "统计期内受理的办件（演练件除外）",
        "件",
        Mark.VERIFIED,
        tallies.accepted_count,
    ),
    Definition(
        "finished",
        "办结量",
        "统计期内办结的办件数",
        "不设分母",
        _FINISHED,
        "件",
        Mark.VERIFIED,
        tallies.finished_count,
    ),
    Definition(
        "completion",
        "办结率",
        "受理办件中到统计期末已办结的办件数÷受理办件数",
        "统计期内受理的办件（演练件除外）",
        "其中到统计期末已办结的办件",
        "%",
        Mark.UNVERIFIED,
        tallies.completion,
    ),
)
