"""Code sets of the national exchange: every coded value comes from a set with a name and a version.

Our own values are words; a code is made where a row leaves the house and read where one comes in, nowhere else.
A set read in a standard's text is ``verified``; the others are written down from practice and must be compared with
the receiver's own list before the first real push: the manifest of every batch says which they are.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tongban.rulebook.indicators import Grade
from tongban.rulebook.indicators.grades import GradeCodes


@dataclass(frozen=True, slots=True)
class CodeSet:
    """One list of codes."""

    name: str
    #: The document and its version.
    version: str
    #: False: not read in the document itself (待核).
    verified: bool
    #: Our word -> (code, label).
    values: Mapping[str, tuple[str, str]]

    def code(self, word: str) -> str:
        """Return the code of our word; ``KeyError`` where the set has none."""
        return self.values[word][0]

    @property
    def codes(self) -> frozenset[str]:
        """All codes."""
        return frozenset(code for code, _ in self.values.values())

    def word(self, code: str) -> str | None:
        """Return our word for a code, or None where the set has none."""
        return next((word for word, (one, _) in self.values.items() if one == code), None)


_ANNEX_A = "GB/T 39046-2020 附录A"
_PRACTICE = "国家政务服务平台数据规范（代码值按通行做法，未见原文）"

TASK_TYPE = CodeSet(
    "事项类型",
    _ANNEX_A,
    True,
    {
        code: (code, label)
        for code, label in (
            *(("00", "行政权力"), ("01", "行政许可"), ("02", "行政处罚"), ("03", "行政强制"), ("04", "行政征收")),
            *(("05", "行政给付"), ("06", "行政检查"), ("07", "行政确认"), ("08", "行政奖励"), ("09", "行政裁决")),
            *(("10", "其他行政权力"), ("20", "公共服务")),
        )
    },
)
LEVEL = CodeSet(
    "行使层级",
    _ANNEX_A,
    True,
    {
        str(n): (str(n), label)
        for n, label in enumerate(("国家级", "省级", "市级", "县级", "镇级", "村级", "分级管理"), start=1)
    },
)
OWNER = CodeSet(
    "实施主体性质",
    _ANNEX_A,
    True,
    {
        "agency": ("1", "法定机关"),
        "authorised": ("2", "授权组织"),
        "entrusted": ("3", "受委托组织"),
        "other": ("9", "其他"),
    },
)
HANDLING = CodeSet(
    "办件类型", _ANNEX_A, True, {"即办件": ("1", "即办件"), "承诺件": ("2", "承诺件"), "other": ("9", "其他")}
)
MANNER = CodeSet(
    "办理形式",
    _ANNEX_A,
    True,
    {
        "window": ("1", "窗口办理"),
        "net": ("2", "电脑端网上办理"),
        "mobile": ("3", "移动端网上办理"),
        "mail": ("4", "快递申请"),
        "other": ("9", "其他"),
    },
)
SPECIAL = CodeSet(
    "特别程序种类", _ANNEX_A, True, {"extend": ("1", "延长审批"), "pause": ("2", "除延长审批之外的特别程序")}
)
DEPTH = CodeSet(
    "网上办理深度",
    _ANNEX_A,
    True,
    {
        str(n): (str(n), label)
        for n, label in enumerate(
            (
                *("互联网咨询", "互联网收件", "互联网预审", "互联网受理", "互联网办理"),
                *("互联网办理结果信息反馈", "互联网电子证照反馈", "其他", "其他"),
            ),
            start=1,
        )
    },
)
#: 服务对象: the standard and the older specification differ from 5 on, so the version is chosen, never guessed.
SERVED = {
    "gbt39046": CodeSet(
        "服务对象",
        _ANNEX_A,
        True,
        {
            "natural": ("1", "自然人"),
            "enterprise": ("2", "企业法人"),
            "institution": ("3", "事业法人"),
            "social": ("4", "社会组织法人"),
            "agency": ("5", "行政机关"),
            "other": ("6", "其他组织"),
        },
    ),
    "c0109": CodeSet(
        "服务对象",
        "C0109-2018（取自公开代码）",
        True,
        {
            "natural": ("1", "自然人"),
            "enterprise": ("2", "企业法人"),
            "institution": ("3", "事业法人"),
            "social": ("4", "社会组织法人"),
            "unincorporated": ("5", "非法人企业"),
            "agency": ("6", "行政机关"),
            "other": ("9", "其他组织"),
        },
    ),
}
GRADES = {
    GradeCodes.GBT_39046: CodeSet(
        "满意度（1 为非常满意）",
        _ANNEX_A,
        True,
        {grade.value: (grade.code(GradeCodes.GBT_39046), grade.label) for grade in Grade},
    ),
    GradeCodes.NATIONAL_RATING: CodeSet(
        "满意度（5 为非常满意）",
        "国家政务服务“好差评”数据接口",
        False,
        {grade.value: (grade.code(GradeCodes.NATIONAL_RATING), grade.label) for grade in Grade},
    ),
}
OUTCOME = CodeSet(
    "办结结果",
    "省级交换规范 2.0（取自公开代码）",
    True,
    {
        "granted": ("0", "出证办结"),
        "refused": ("1", "不予许可"),
        "void": ("2", "作废办结"),
        "deleted": ("3", "删除办结"),
        "passed_up": ("4", "转报办结"),
        "lapsed": ("5", "退件"),
        "not_accepted": ("6", "不予受理"),
    },
)
YES_NO = CodeSet("是否", _PRACTICE, False, {"no": ("0", "否"), "yes": ("1", "是")})
UNIT = CodeSet(
    "时限单位",
    _PRACTICE,
    False,
    {
        "wd": ("1", "工作日"),
        "d": ("2", "自然日"),
        "h": ("3", "小时"),
        "m": ("4", "月"),
        "y": ("5", "年"),
    },
)
STATE = CodeSet("事项状态", _PRACTICE, False, {"used": ("1", "在用"), "frozen": ("2", "暂停"), "ended": ("3", "取消")})
SOURCE_OF_POWER = CodeSet(
    "权力来源",
    _PRACTICE,
    False,
    {"own": ("1", "法定本级行使"), "handed_down": ("2", "上级下放")},
)
RESULT = CodeSet(
    "审批结果类型", _PRACTICE, False, {"证": ("10", "证照"), "批文": ("20", "批文"), "other": ("99", "其他")}
)
KEEPING = CodeSet(
    "材料类型", _PRACTICE, False, {"original": ("1", "原件"), "copy": ("2", "复印件"), "either": ("3", "原件或复印件")}
)
MADE_OF = CodeSet(
    "材料形式", _PRACTICE, False, {"paper": ("1", "纸质"), "electronic": ("2", "电子"), "either": ("3", "纸质或电子")}
)
NEED = CodeSet(
    "材料必要性", _PRACTICE, False, {"must": ("1", "必要"), "may": ("2", "非必要"), "later": ("3", "容缺后补")}
)
CHANNEL = CodeSet("来源渠道", _PRACTICE, False, {"own": ("10", "申请人自备"), "agency": ("20", "政府部门核发")})
APPLIED = CodeSet("申请类型", _PRACTICE, False, {"window": ("1", "窗口申请"), "net": ("2", "网上申请")})
PAPER = CodeSet(
    "证件类型",
    "GA/T 2000.156 与通行做法（未见原文）",
    False,
    {
        "citizen_id": ("111", "居民身份证"),
        "passport": ("414", "普通护照"),
        "credit_code": ("001", "统一社会信用代码"),
    },
)
ACT = CodeSet("业务动作", _PRACTICE, False, {"pass": ("1", "通过"), "back": ("2", "退回"), "other": ("9", "其他")})
GIVEN = CodeSet(
    "收取方式",
    _PRACTICE,
    False,
    {"paper": ("1", "纸质收取"), "upload": ("2", "附件上传"), "licence": ("3", "电子证照库或共享数据")},
)
OPERATION = CodeSet("同步类型", _PRACTICE, False, {"I": ("I", "新增"), "U": ("U", "修改"), "D": ("D", "删除")})


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which versions are spoken where two exist."""

    #: A key of ``SERVED``.
    served: str = "c0109"
    grades: GradeCodes = GradeCodes.GBT_39046

    def set_of(self, table: str, column: str) -> CodeSet | None:
        """Return the set a column is written in, or None for a column that is no code."""
        if column in ("server_type", "applyer_type"):
            return SERVED[self.served]
        if column == "satisfaction":
            return GRADES[self.grades]
        if column == "result_type":
            return OUTCOME if table == "up_pro_result" else RESULT
        return _BY_COLUMN.get(column)

    def described(self) -> list[dict[str, object]]:
        """Return the sets in use, for the manifest."""
        sets = [*_BY_COLUMN.values(), SERVED[self.served], GRADES[self.grades], OUTCOME, RESULT]
        found = {one.name: one for one in sets}
        return [{"name": one.name, "version": one.version, "verified": one.verified} for one in found.values()]


#: Columns that hold several codes with commas between.
SEVERAL = frozenset({"server_type", "handle_type", "online_handle_depth", "special_procedure"})
#: What stands in a column of codes where none of them applies.
NONE_WORDS = {"special_procedure": "无"}
_BY_COLUMN = {
    "cd_operation": OPERATION,
    "task_type": TASK_TYPE,
    "use_level": LEVEL,
    "dept_type": OWNER,
    "project_type": HANDLING,
    "handle_type": MANNER,
    "special_procedure": SPECIAL,
    "special_type": SPECIAL,
    "online_handle_depth": DEPTH,
    "task_state": STATE,
    "power_source": SOURCE_OF_POWER,
    "anticipate_type": UNIT,
    "promise_type": UNIT,
    "material_type": KEEPING,
    "material_format": MADE_OF,
    "is_need": NEED,
    "source_type": CHANNEL,
    "apply_type": APPLIED,
    "applyer_page_type": PAPER,
    "contact_type": PAPER,
    "certificate_holder_type": PAPER,
    "event_name": ACT,
    "get_type": GIVEN,
    **dict.fromkeys(
        (
            *("is_fee", "is_single_login", "app_is_single_login", "is_entry_center", "is_express", "is_online"),
            *("is_pay_online", "is_desc", "is_delivery_results"),
        ),
        YES_NO,
    ),
}


def yes(value: bool) -> str:
    """Return 是 or 否 as a code."""
    return YES_NO.code("yes" if value else "no")
