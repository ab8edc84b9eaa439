"""What comes out and what it costs."""

from collections.abc import Iterator

from tongban.rulebook.basis import BasisKind
from tongban.rulebook.catalogue.complaint import Complaint, Known
from tongban.rulebook.catalogue.item import PUBLIC_CLASSES, Item, ItemClass

_RULE = "事项要素一致性规则"
#: Endings of a result's name -> the form it must have, the first that fits.
_FORM_OF_ENDING = (
    ("备案证明", "备案证明"),
    ("批复", "批文"),
    ("意见书", "批文"),
    ("决定书", "批文"),
    ("证", "证"),
    ("证书", "证"),
    ("执照", "证"),
    ("文", "文"),
)


def result(item: Item, known: Known) -> Iterator[Complaint]:
    """The result has a sample, a form that fits its name and a licence kind that exists."""
    one = item.result
    if one is None:
        if item.item_class in PUBLIC_CLASSES and item.leaf and item.kind != "bundle":
            yield Complaint(
                "result",
                "没有审批结果",
                "事项要素：审批结果类型",
                "写明结果名称和形式；没有结果文书的写“无”",
                rule="result",
            )
        return
    wanted = next((form for ending, form in _FORM_OF_ENDING if one.name.endswith(ending)), None)
    if one.form != "无" and wanted is not None and wanted != one.form:
        yield Complaint(
            "result.form",
            f"《{one.name}》写成“{one.form}”",
            f"{_RULE}：结果名称与办结形式一致(证、批文、文)",
            f"改为“{wanted}”",
            rule="result_form",
        )
    if one.form != "无" and not one.name.strip():
        yield Complaint("result.name", "没有结果名称", "事项要素：审批结果名称", "填写名称", rule="result_name")
    if one.form != "无" and not one.sample.strip():
        yield Complaint(
            "result.sample",
            f"《{one.name}》没有样本",
            f"{_RULE}：有结果须有样本",
            "写明样本存放处",
            rule="result_sample",
        )
    if (one.form == "备案证明") != (item.kind == "filing") and (one.form == "备案证明" or one.form != "无"):
        yield Complaint(
            "result.form",
            f"{item.kind} 的结果写成“{one.form}”",
            "备案的结果是备案证明或无，其他事项不是备案",
            "改正结果形式",
            rule="result_filing",
        )
    if one.licence_kind and one.licence_kind not in known.licence_kinds:
        yield Complaint(
            "result.licence_kind",
            f"没有证照种类“{one.licence_kind}”",
            "证照须先登记种类",
            "登记该种类，或改正代号",
            rule="result_licence",
        )
    if one.form == "证" and not one.licence_kind and not item.elsewhere:
        yield Complaint(
            "result.licence_kind",
            f"《{one.name}》没有对应的证照种类",
            "出证办结须能生成电子证照",
            "写明证照种类代号",
            rule="result_licence",
        )
    if one.valid_months is not None and one.valid_months <= 0:
        yield Complaint(
            "result.valid_months", "有效期须为正数", "证照有效期", "写月数；长期有效的删去", rule="result_months"
        )


def publication(item: Item, known: Known) -> Iterator[Complaint]:
    """Grant decisions are public."""
    if item.item_class is ItemClass.PERMIT and item.leaf and not item.publishes_result:
        yield Complaint(
            "publishes_result", "准予许可的决定没有公开", "行政许可法 第四十条", "改为 true", rule="publishes_result"
        )


def fee(item: Item, known: Known) -> Iterator[Complaint]:
    """A fee stands on law or administrative regulation; without a fee nothing is paid online."""
    one = item.fee
    if one is None:
        if item.guide.online_payment:
            yield Complaint(
                "guide.online_payment",
                "不收费却支持网上支付",
                f"{_RULE}：不收费则不支持网上支付",
                "改为 false",
                rule="payment",
            )
        return
    if one.basis.kind is not BasisKind.LAW:
        yield Complaint(
            "fee.basis",
            f"收费依据“{one.basis.text}”不是法律、行政法规",
            "行政许可法 第五十八条",
            "写明法律或行政法规；没有的不得收费",
            rule="fee_basis",
        )
    if one.amount_fen <= 0 and not one.standard.strip():
        yield Complaint(
            "fee.amount_fen", "没有收费金额或标准", "收费要素：收费标准", "写明金额(分)或计算标准", rule="fee_amount"
        )
    if not one.name.strip():
        yield Complaint("fee.name", "没有收费项目名称", "收费要素", "填写名称", rule="fee_name")
    if one.waivable and one.waiver_basis is None:
        yield Complaint(
            "fee.waiver_basis", "可减免却没有减免依据", "收费要素：允许减免依据", "写明依据", rule="fee_waiver"
        )


RULES = (result, publication, fee)
