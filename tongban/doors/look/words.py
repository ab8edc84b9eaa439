"""Words of the house that pages show as they stand: states, steps, clocks, items, counted days, figures.

The rooms say them in Chinese.  Everything in these tables is gathered for the catalogue; ``saying.in_words`` looks
here for what stands alone on a page, and for limits and counted days, which carry numbers.
"""

import re
from collections.abc import Iterator

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tongban.rooms.casework.queries.telling import MOVED_OUT
from tongban.rulebook.catalogue.item import ItemClass
from tongban.rulebook.indicators import DEFINITIONS, Grade
from tongban.rulebook.kinds import KINDS
from tongban.rulebook.steps import POST_LABELS

#: What a guide says of an item.
_GUIDE = (
    *("即办件", "承诺件", "不收费", "当场", "电子送达", "邮寄", "窗口领取"),
    *("申请人提交", "已有电子证照的免交", "部门共享核验，免交", "系统生成，免交"),
    *("收件告知", "法定办结", "承诺办结", "结果送达", "公示", "补正", "延续申请最早提前", "延续申请最晚提前"),
    *("本县规定", MOVED_OUT),
    # One of something is said otherwise than several.
    *("1个工作日", "1日", "1小时", "1个月", "1年", "1件"),
)
#: Documents, and how a licence stands.
_PAPERS = (
    *("收件凭证", "受理通知书", "不予受理决定书", "一次性补正告知书", "延长办理期限告知书", "特别程序所需时间告知书"),
    *("准予决定书", "准予许可决定书", "准予确认决定书", "准予给付决定书"),
    *("准予登记决定书", "准予办理决定书", "准予备案决定书"),
    *("不予决定书", "不予许可决定书", "不予确认决定书", "不予给付决定书"),
    *("不予登记决定书", "不予办理决定书", "不予备案决定书"),
    *("送达回证", "备案证明", "登记证明", "撤回申请通知书", "终止办理通知书", "撤销备案通知书", "责令限期整改通知书"),
    *("撤销许可决定书", "容缺受理承诺书", "交办单", "公示", "办理结果清单", "归档目录", "电子证照", "证照"),
    *("办件编号", "事项", "证照标识", "有效期起", "有效期止", "长期", "发现", "印章证书序列号", "印章证书有效期"),
    *("印章证书签发机构", "签名算法", "印刷二维码", "属实", "未能验证", "签章时间"),
    *(
        "晚于本次查验时间，请核对查验所用电脑的时钟",
        "文件开头被加入内容",
        "文件结构被破坏，读不下去",
        "印章签名无法读出",
    ),
    *(
        "没有签章时间",
        "签名数据被改动",
        "内容摘要不符",
        "签名值不符",
        "印章证书被改动或者是仿造的",
        "加盖之后又被添加内容",
    ),
    *("有效", "暂扣", "已换发", "过期失效", "已撤销", "已吊销", "已注销"),
)
#: 面向自然人、法人事项主题分类 of the national catalogue.
_TOPICS = (
    *("交通出行", "交通运输", "优待抚恤", "住房保障", "公共安全", "公安消防", "公用事业", "其他"),
    *("农林牧渔", "准营准办", "医疗卫生", "司法公证", "国土和规划建设", "婚姻登记", "安全生产"),
    *("就业创业", "户籍办理", "投资审批", "抵押质押", "教育科研", "文体教育", "死亡殡葬"),
    *("法人注销", "环保绿化", "生育收养", "社会保障", "社会救助", "离职退休", "税收财务"),
    *("职业资格", "融资信贷", "行政缴费", "规划建设", "设立变更", "证件办理", "质量技术"),
)
#: What the access log says why somebody looked: kept in Chinese, whoever looked in whatever language.
_LOOKS = (
    *("持证人查看", "接着填写草稿", "代办人查看", "窗口接待", "统一出件查找", "统一出件", "窗口接着办理草稿"),
    *("窗口办理", "办理审批", "查看代办或关联的办件", "答复咨询", "网上预审", "代为填写申请", "核对委托书"),
    *("代办人打印文书", "窗口打印文书", "窗口核对材料", "本人导出全部数据", "本人下载文书"),
    *("核对自己上传的材料", "下载收件凭证", "导出证件号码和电话", "注册账号时核对本人姓名和身份证号码"),
    *("国家政务服务数据交换（办件报送）",),
)
#: Why a day is counted or not, where no number stands in it.
_DAYS = (
    *("起始日", "起始日，不计入（民法典 第二百零一条）", "届满", "当日届满", "半个工作日", "依法扣除，不计入期限"),
    *(
        "到期月的对应日或月末日（民法典 第二百零二条）",
        "期满日是休息日，顺延（民法典 第二百零三条）",
        "办公时间已过，不计入",
    ),
    *("工作日", "周末", "调休上班", "元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节"),
)


def _all() -> Iterator[str]:
    for kind in KINDS.values():
        yield kind.label
        yield from kind.states.values()
        yield from (one.label for one in kind.steps)
        yield from (one.label for one in kind.clocks)
    yield from POST_LABELS.values()
    yield from (one.value for one in ItemClass)
    yield from (one.label for one in Grade)
    for definition in DEFINITIONS:
        yield from (definition.name, definition.formula, definition.numerator, definition.population)
    yield "无数据"
    yield from (*_GUIDE, *_PAPERS, *_TOPICS, *_LOOKS, *_DAYS)


#: Every word, under itself.
WORDS = {word: word for word in _all()}
#: What carries a number, or a word of these tables: a limit, a day that is counted.  The longer ones come first.
COUNTED = (
    *("{n}（放假安排未公布，按周末推定）", "含延长的{n}", "延长{n}，从这一天起算", "第{n}个工作日", "第{n}日"),
    *("{n}个工作日", "{n}小时", "{n}个月", "{n}日", "{n}年", "{n}届满", "{n}调休上班", "{n}放假"),
    *("{n}件", "{n}次"),
)

#: Opening hours as the rooms write them: 周一至周五 08:30-12:00.
_HOURS = re.compile(r"(?:周[一二三四五六日][至、]?)+ [\d:-]+")
#: As the rooms write a date, with the time of day or without.
_DATE = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日(?:(\d\d)时(\d\d)分)?")


def word(text: str) -> str:
    """Return a word of the house in the language of the page; what is in no table stays as it is."""
    if (get_language() or "zh").startswith("zh"):
        return text
    if text in WORDS:
        return _(WORDS[text])
    if day := _DATE.fullmatch(text):
        year, month, on, hour, minute = day.groups()
        said = _("{year}年{month}月{day}日").format(year=year, month=int(month), day=int(on))
        return f"{said} {hour}:{minute}" if hour else said
    if _HOURS.fullmatch(text):
        days, _gap, times = text.partition(" ")
        named = re.sub("周.", lambda found: _(found[0]), days)
        return f"{named.replace('至', '–').replace('、', ', ')} {times}"
    for template in COUNTED:
        before, _gap, after = template.partition("{n}")
        inner = text.removeprefix(before).removesuffix(after)
        # What stands between marks is said part by part, below.
        whole = text == f"{before}{inner}{after}" and not {"，", "："} & set(inner)
        if whole and (re.fullmatch(r"[\d.:]+", inner) or word(inner) != inner):
            return _(template).format(n=word(inner))
    for mark in ("；", "：", "，"):
        before, stands, after = text.partition(mark)
        if stands and (word(before), word(after)) != (before, after):
            return f"{word(before)}{_between(mark)}{word(after)}"
    return text


def _between(mark: str) -> str:
    return {"；": _("；"), "：": _("："), "，": _("，")}[mark]
