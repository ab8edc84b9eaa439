"""样张: one made-up document of every kind, so that people see how it looks before the first real one is made."""

from collections.abc import Mapping
from datetime import date

from tongban.rooms.licences.paper import typeset
from tongban.rooms.licences.paper.seal_face import SealFace
from tongban.rulebook.catalogue import LicenceKind

UNIT = "示例县行政审批服务局"
FACE = SealFace(UNIT, "行政审批专用章")
#: A real person may bear such a name; the characters are outside the basic plane.
HOLDER = "欧阳𫖮䶮"

#: What every sample says; no code of ours is printed on it, so it is never taken for a document.
COMMON = {
    "document_id": "0198b3a2-5c1e-7d30-8a11-000000000001",
    "number": "示审批字〔2026〕第00001号",
    "case_number": "99012720260922000017",
    "unit": UNIT,
    "date": date(2026, 9, 22),
    "seal": FACE,
    "qr": "样张",
}
_CASE = {
    "applicant": HOLDER,
    "item": "食品经营许可（新办）",
    "received_on": date(2026, 9, 18),
}
_REMEDY = {"review_body": "示例县人民政府", "court": "示例县人民法院"}
_RECORDS = [{"label": "经营场所", "value": "示例县城关镇示例路1号"}, {"label": "法定代表人", "value": HOLDER}]

#: Kind: what this document says besides.
DATA: dict[str, dict[str, object]] = {
    "receipt": _CASE
    | {
        "materials": [
            {"name": "食品经营许可申请书", "form": "电子", "copies": 1},
            {"name": "布局和操作流程图", "form": "原件", "copies": 2, "note": "核对后退回"},
        ],
        "answer_by": date(2026, 9, 24),
        "received_by": "示例镇便民服务中心",
        "lookup_code": "K7M2-9QXD",
    },
    "acceptance_notice": _CASE
    | {"accepted_on": date(2026, 9, 22), "limit": "20个工作日", "due": date(2026, 10, 27)}
    | {"promised_limit": "7个工作日", "promised_due": date(2026, 10, 9)},
    "non_acceptance": _CASE
    | _REMEDY
    | {"facts": "申请的事项是销售预包装食品。", "ground": "该事项依法只需备案，不需要取得行政许可。"}
    | {"proper_authority": "示例县市场监督管理局"},
    "correction_notice": _CASE
    | {
        "missing": [
            {"name": "布局和操作流程图", "reason": "图纸没有标明冷食类加工专间的位置"},
            {"name": "食品安全管理制度", "reason": "没有提交"},
        ],
        "place": "任一镇村便民服务站",
        "correct_by": date(2026, 10, 20),
    },
    "extension_notice": _CASE
    | {"accepted_on": date(2026, 9, 22), "due": date(2026, 10, 27), "extension": "10个工作日"}
    | {"new_due": date(2026, 11, 10), "reason": "现场核查发现的疑点需要进一步核实"}
    | {"approver": "本机关负责人李示范", "approved_on": date(2026, 10, 23)},
    "special_procedure_notice": _CASE
    | {"procedure": "专家评审", "reason": "加工工艺涉及新技术", "time_needed": "10个工作日"}
    | {"first": date(2026, 10, 9), "last": date(2026, 10, 22)},
    "grant_decision": _CASE
    | {"decision": "准予经营热食类食品制售、冷食类食品制售。", "validity": "五年"}
    | {"deliver_by": date(2026, 10, 15), "result_name": "食品经营许可证"},
    "refusal_decision": _CASE
    | _REMEDY
    | {"facts": "经营场所距开放式粪池不足二十五米。", "ground": "场所环境不符合规定的条件。"},
    "registration_decision": _CASE
    | {"registered_on": date(2026, 9, 21), "decision": "转移登记", "bases": ["不动产登记暂行条例 第二十一条"]},
    "delivery_receipt": {
        "recipient": HOLDER,
        "item": "食品经营许可（新办）",
        "documents": [{"name": "准予行政许可决定书", "number": "示审批准字〔2026〕第00001号"}],
        "method": "直接送达",
        "place": "示例镇便民服务中心",
    },
    "filing_record": _CASE
    | {"filed_on": date(2026, 9, 22), "records": _RECORDS, "bases": ["商品房屋租赁管理办法 第十四条"]},
    "registration_certificate": _CASE
    | {"registered_on": date(2026, 9, 21), "records": _RECORDS, "bases": ["不动产登记暂行条例 第二十一条"]},
    "withdrawal_notice": _CASE | {"asked_on": date(2026, 9, 21), "ended_on": date(2026, 9, 22)},
    "lapse_notice": _CASE | {"reason": "逾期未补正", "ended_on": date(2026, 9, 22), "returned": "原件已退回"},
    "strike_out_notice": _CASE
    | _REMEDY
    | {"filed_on": date(2026, 3, 2), "facts": "备案的合同系伪造。", "ground": "备案内容不实。"}
    | {"ended_on": date(2026, 9, 22)},
    "mending_order": _CASE
    | {"granted_number": "99012720260922100001", "granted_on": date(2026, 9, 22), "facts": "两个安全出口有一个上锁。"}
    | {"mend_by": date(2026, 10, 20)},
    "revocation_decision": _CASE
    | _REMEDY
    | {"granted_number": "99012720260922100001", "granted_on": date(2026, 9, 22), "facts": "没有设置消防设施。"}
    | {"ground": "以欺骗手段取得许可。", "ended_on": date(2026, 10, 20)},
    "promise": _CASE
    | {"materials": [{"name": "健康证明", "by": date(2026, 10, 9)}], "consequence": "本机关依法作出不予许可的决定。"},
    "assignment": {
        "to_unit": "示例县市场监督管理局",
        "subject": "差评整改：窗口未一次告知",
        "source": "政务服务好差评",
        "assigned_on": date(2026, 9, 22),
        "due": date(2026, 9, 29),
        "requirement": "核实情况，回访评价人，反馈整改结果",
    },
    "publication_notice": {
        "subject": "2026年9月22日作出的行政许可决定",
        "entries": [{"name": "示例县示范餐饮店", "item": "食品经营许可（新办）", "result": "准予"}],
    },
    "result_pack": _CASE
    | {"outcomes": [{"name": "食品经营许可", "result": "准予", "number": "示审批准字〔2026〕第00001号"}]},
    "archive_list": {
        "title": f"{HOLDER}食品经营许可（新办）",
        "item": "食品经营许可（新办）",
        "retention": "30年",
        "archived_on": date(2026, 11, 2),
        "documents": [{"name": "受理通知书", "number": "", "date": date(2026, 9, 22), "pages": 1}],
    },
    "licence": {
        "licence_name": "食品经营许可证",
        "holder": HOLDER,
        "records": _RECORDS,
        "issuer": UNIT,
        "issued_on": date(2026, 10, 9),
        "valid_from": date(2026, 10, 9),
        "valid_until": date(2031, 10, 8),
        "licence_id": "1.2.156.3005.2.11990127MB0000019Q001.11990127MB0000019Q.20260000000001.001.B",
        "bases": ["食品安全法 第三十五条"],
    },
}


def sample(kind: str, added: Mapping[str, str] | None = None) -> bytes:
    """Return a document of this kind as PDF, marked 样张, with what a county adds.

    Raises ``Refused("document_kind")``.
    """
    return typeset.typeset(kind, {**COMMON, **DATA.get(kind, {}), **(added or {}), "sample": True})


def sample_licence(kind: LicenceKind) -> bytes:
    """Return a licence of this kind as PDF, marked 样张, with its own fields."""
    records = [{"label": field.label, "value": "（样张）"} for field in kind.fields]
    told: Mapping[str, object] = DATA["licence"] | {"licence_name": kind.name, "bases": ["（事项的设定依据）"]}
    return typeset.typeset("licence", {**COMMON, **told, "records": records or told["records"], "sample": True})
