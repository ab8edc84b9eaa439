"""What the fields of documents are called, and how a value is written on paper."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

from tongban.rulebook.basis import Basis, BasisKind
from tongban.rulebook.errors import Refused

#: Legal dates and times on paper are those of Beijing; China keeps one time and no summer time.
BEIJING = timezone(timedelta(hours=8))

#: Field name: what people call it.  A refusal names the field by this word.
LABELS: Mapping[str, str] = {
    "accepted_on": "受理日期",
    "act": "决定种类",
    "answer_by": "答复期限",
    "applicant": "申请人",
    "approved_on": "批准日期",
    "approver": "批准人",
    "archived_on": "归档日期",
    "asked_on": "申请日期",
    "assigned_on": "交办日期",
    "assigner": "交办单位",
    "bases": "依据",
    "by": "补交期限",
    "case_number": "办件编号",
    "conditions": "附加要求",
    "consequence": "逾期未补交的后果",
    "contact": "联系方式",
    "copies": "份数",
    "correct_by": "补正期限",
    "court": "起诉法院",
    "date": "落款日期",
    "decided_on": "决定日期",
    "decision": "决定内容",
    "deliver_by": "送达期限",
    "delivered_on": "送达日期",
    "document_id": "文书标识",
    "documents": "文书清单",
    "due": "办理期限届满日",
    "ended_on": "终止日期",
    "ending": "结束方式",
    "entries": "公示内容",
    "extension": "延长的时间",
    "facts": "事实",
    "filed_on": "备案日期",
    "first": "开始日期",
    "form": "形式",
    "granted_number": "准予的办件编号",
    "granted_on": "准予日期",
    "ground": "理由",
    "holder": "持有人",
    "issued_on": "发证日期",
    "issuer": "发证机关",
    "item": "事项名称",
    "item_class": "事项类别",
    "label": "项目",
    "last": "截止日期",
    "licence_id": "电子证照标识",
    "licence_name": "证照名称",
    "licences": "失效的证照",
    "limit": "法定办理期限",
    "lookup_code": "查询码",
    "materials": "材料清单",
    "mend_by": "整改期限",
    "method": "送达方式",
    "missing": "补正内容",
    "name": "名称",
    "new_due": "延长后的届满日",
    "note": "备注",
    "number": "文书编号",
    "outcomes": "办理结果",
    "pages": "页数",
    "place": "地点",
    "procedure": "特别程序",
    "promised_due": "承诺办结日",
    "promised_limit": "承诺办理期限",
    "proper_authority": "有权机关",
    "qr": "查验二维码内容",
    "reason": "理由",
    "received_by": "收件人",
    "received_on": "收到日期",
    "recipient": "受送达人",
    "records": "登记（备案）内容",
    "registered_on": "登簿日期",
    "requirement": "办理要求",
    "result": "结果",
    "result_name": "结果名称",
    "retention": "保管期限",
    "returned": "材料退回情况",
    "review_body": "行政复议机关",
    "seal": "印章",
    "source": "来源",
    "subject": "办理事由",
    "time_needed": "所需时间",
    "title": "题名",
    "to_unit": "承办单位",
    "unit": "出具单位",
    "valid_from": "有效期起",
    "valid_until": "有效期止",
    "validity": "有效期",
    "value": "内容",
    # columns of lists
}


def label(name: str) -> str:
    """Return the word people know a field by."""
    return LABELS.get(name, name)


def is_blank(value: object) -> bool:
    """Say whether nothing was given: no value, only blanks, or an empty list."""
    return (
        value is None
        or (isinstance(value, str) and not value.strip())
        or (isinstance(value, list | tuple) and not value)
    )


def written(value: object) -> str:
    """Write one value for people: dates as 2026年9月22日, moments with Beijing time, numbers as digits."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        local = (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(BEIJING)
        return f"{written(local.date())}{local:%H}时{local:%M}分"
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    if isinstance(value, Basis):
        return cited(value)
    if isinstance(value, list | tuple):
        return "、".join(written(one) for one in value)
    if isinstance(value, str | int | Decimal):
        return str(value)
    raise TypeError(f"no way to write {type(value).__name__} on a document")


def cited(basis: Basis | str) -> str:
    """Write a basis; one that no law prescribes is called a working rule, never dressed up as law."""
    if isinstance(basis, str):
        return basis
    if basis.kind is BasisKind.DESIGN:
        return f"本平台工作规则：{basis.text.removeprefix('设计:').removeprefix('设计：')}"
    return str(basis)


def demand(title: str, data: Mapping[str, object], names: Sequence[str]) -> None:
    """Pass when every field named is given; otherwise refuse, naming all that lack."""
    lacking = [label(name) for name in names if is_blank(data.get(name))]
    if lacking:
        raise Refused(
            "field_missing", "《{title}》缺少“{lacking}”，请补充后再制作。", title=title, lacking="”“".join(lacking)
        )
