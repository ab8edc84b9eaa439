"""程序: what may be opened while a case is examined, and which of it stops the statutory clock."""

from types import MappingProxyType

from tongban.rulebook.clock import ARTICLE_45

#: 许可法 45, a closed list: only these are not counted, and only when the applicant was told in writing.
PAUSING = ARTICLE_45

#: What happens inside the limit: it takes time, but the clock runs on.
NOT_PAUSING = MappingProxyType(
    {
        "site_check": "现场核查",
        "site_survey": "现场踏勘",
        "consultation": "征求有关机关意见",
        "joint_meeting": "联合会审",
        "publication": "公示",
        "means_check": "家庭经济状况核对",
        "home_visit": "入户调查",
    }
)

#: What may come of a proceeding, as the journal names it; what was said and seen stands in the record.
RESULTS = MappingProxyType(
    {"passed": "通过（符合要求）", "not_passed": "未通过（不符合要求）", "held": "已举行，意见见记录"}
)
#: What may come of a publication.
OBJECTIONS = MappingProxyType({"no_objection": "无异议", "objection": "有异议"})

#: Every type of proceeding and its Chinese name.
ALL = MappingProxyType({**PAUSING, **NOT_PAUSING})
