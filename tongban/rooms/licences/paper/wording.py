"""What each kind of document says.  A new kind is a new line in ``KINDS``; the layouts stay as they are."""

from collections.abc import Mapping
from dataclasses import dataclass

from tongban.rulebook.basis import Basis, BasisKind, design, law, unchecked

PERMIT = "许可"

#: Item class: the word that stands in 准予…决定书 and 不予…决定书.
ACTS: Mapping[str, str] = {
    "许可": "行政许可",
    "确认": "行政确认",
    "给付": "行政给付",
    "登记": "登记",
    "备案": "备案",
    "公共服务": "办理",
    "诉求": "办理",
    "内部": "办理",
}

#: 许可法 45: the only proceedings that stop the clock of a licence.
PROCEEDINGS = ("听证", "招标", "拍卖", "检验", "检测", "检疫", "鉴定", "专家评审")


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; ``{field}`` is filled in."""

    words: str
    #: Printed only when this field is given (and true).
    when: str = ""
    #: Printed only when this field is not given.
    unless: str = ""
    #: Printed only for these item classes; empty for all.
    classes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """A table of label and value; fields that were not given are left out."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pairs:
    """A table of label and value from a list field whose entries have ``label`` and ``value``."""

    field: str


@dataclass(frozen=True, slots=True)
class Numbered:
    """A numbered list from a list field; each entry needs ``name`` and ``reason``."""

    field: str


@dataclass(frozen=True, slots=True)
class Rows:
    """A ruled table from a list field."""

    field: str
    #: (key of the entry, width in parts); all but ``optional`` must be given in every entry.
    columns: tuple[tuple[str, float], ...]
    optional: tuple[str, ...] = ("copies", "form", "note", "pages")


@dataclass(frozen=True, slots=True)
class Blanks:
    """Lines to be filled in by hand."""

    labels: tuple[str, ...]


Block = Text | Facts | Pairs | Numbered | Rows | Blanks


@dataclass(frozen=True, slots=True)
class Wording:
    """One kind of document."""

    #: Heading; ``{act}`` and other fields may stand in it.
    title: str
    #: Fields without which it is refused, besides ``COMMON``.
    required: tuple[str, ...]
    blocks: tuple[Block, ...]
    #: Its own basis; those of the item (data field ``bases``) follow.
    bases: tuple[Basis, ...] = ()
    #: Its own basis that holds only for licences: other classes must bring theirs in ``bases``.
    permit_bases: tuple[Basis, ...] = ()
    #: Field with the person addressed; empty for a document that addresses nobody.
    to: str = "applicant"
    #: True prints how to appeal and needs ``review_body`` and ``court``.
    remedy: bool = False
    #: False for what a person signs herself.
    sealed: bool = True
    layout: str = "notice"


#: Every document carries these.
COMMON = ("document_id", "number", "case_number", "unit", "date", "qr")

#: 行政复议法 20 and 行政诉讼法 46.
REMEDY = (
    "如不服本决定，可以自收到本决定书之日起六十日内向{review_body}申请行政复议，"
    "也可以自收到本决定书之日起六个月内依法向{court}提起行政诉讼。"
)
REMEDY_BASES = (law("行政复议法 第二十条"), law("行政诉讼法 第四十六条"))

_ASKED = "你（单位）于{received_on}提出“{item}”的申请（办件编号{case_number}）"
_ART_32 = law("行政许可法 第三十二条")
_ART_42 = law("行政许可法 第四十二条")
_ART_716_10 = law("国务院关于在线政务服务的若干规定（国务院令第716号） 第十条")

KINDS: Mapping[str, Wording] = {
    "receipt": Wording(
        "收件凭证",
        ("applicant", "item", "received_on", "materials"),
        (
            Text("本机关于{received_on}收到你（单位）为办理“{item}”提交的下列材料："),
            Rows("materials", (("name", 5), ("form", 1.6), ("copies", 1), ("note", 2.4))),
            Text("本凭证只证明已收到上列材料，不表示申请已经受理。"),
            Text("本机关将在{answer_by}前（含当日）告知是否受理，或者一次告知需要补正的全部内容。", when="answer_by"),
            Facts(("received_by", "place", "lookup_code", "contact")),
        ),
        bases=(design("收件与受理分开，收到材料即出具凭证"),),
    ),
    "acceptance_notice": Wording(
        "受理通知书",
        ("applicant", "item", "received_on", "accepted_on"),
        (
            Text(
                _ASKED + "，属于本机关职权范围，申请材料齐全、符合法定形式，本机关自{accepted_on}起予以受理。",
                unless="deemed",
            ),
            Text(
                _ASKED + "，本机关未在法定期限内作出是否受理的答复或者告知补正，依法自{accepted_on}起视为受理。",
                when="deemed",
            ),
            Text("本事项的法定办理期限为{limit}，期限至{due}届满。", when="due"),
            Text("本机关承诺在{promised_limit}内办结，即不迟于{promised_due}。", when="promised_due"),
            Text(
                "办理中依法需要听证、招标、拍卖、检验、检测、检疫、鉴定或者专家评审的，所需时间不计算在期限内，"
                "本机关将书面告知所需时间。",
                classes=(PERMIT,),
            ),
            Facts(("lookup_code", "contact")),
        ),
        permit_bases=(_ART_32, _ART_42),
    ),
    "non_acceptance": Wording(
        "不予受理决定书",
        ("applicant", "item", "received_on", "facts", "ground"),
        (
            Text(_ASKED + "，经审查，本机关决定不予受理。"),
            Text("一、事实：{facts}"),
            Text("二、理由：{ground}"),
            Text("三、上述事项请向有权机关{proper_authority}提出。", when="proper_authority"),
        ),
        permit_bases=(_ART_32,),
        remedy=True,
    ),
    "correction_notice": Wording(
        "一次性补正告知书",
        ("applicant", "item", "received_on", "missing", "place"),
        (
            Text(_ASKED + "，申请材料不齐全或者不符合法定形式。现将需要补正的全部内容一次告知如下："),
            Numbered("missing"),
            Text("请在{correct_by}前（含当日）补正。", when="correct_by"),
            Text("补正材料可以向{place}提交。提交全部补正材料的，本机关即予受理，不再要求补正本告知书没有列明的内容。"),
            Facts(("contact",)),
        ),
        permit_bases=(_ART_32,),
    ),
    "extension_notice": Wording(
        "延长办理期限告知书",
        ("applicant", "item", "accepted_on", "due", "extension", "new_due", "reason", "approver", "approved_on"),
        (
            Text("本机关于{accepted_on}受理你（单位）“{item}”的申请（办件编号{case_number}），原办理期限至{due}届满。"),
            Text("因{reason}，不能在原期限内作出决定。"),
            Text("经{approver}于{approved_on}批准，办理期限延长{extension}，至{new_due}届满。"),
            Facts(("contact",)),
        ),
        permit_bases=(_ART_42,),
    ),
    "special_procedure_notice": Wording(
        "特别程序所需时间告知书",
        ("applicant", "item", "procedure", "reason", "time_needed"),
        (
            Text("你（单位）“{item}”的申请（办件编号{case_number}），因{reason}，依法需要进行{procedure}。"),
            Text("{procedure}所需时间为{time_needed}。该时间不计算在办理期限内。", unless="counted"),
            Text("{procedure}所需时间为{time_needed}，计算在办理期限内。", when="counted"),
            Facts(("first", "last", "place", "contact")),
        ),
        permit_bases=(law("行政许可法 第四十五条"),),
    ),
    "grant_decision": Wording(
        "准予{act}决定书",
        ("applicant", "item", "received_on", "decision"),
        (
            Text(_ASKED + "，经审查，符合法定条件、标准，本机关决定准予{act}。"),
            Text("决定内容：{decision}"),
            Text("有效期：{validity}", when="validity"),
            Text("附加要求：{conditions}", when="conditions"),
            Text("本机关将在{deliver_by}前（含当日）向你（单位）颁发、送达{result_name}。", when="deliver_by"),
        ),
        permit_bases=(law("行政许可法 第三十八条"), law("行政许可法 第四十四条")),
    ),
    "refusal_decision": Wording(
        "不予{act}决定书",
        ("applicant", "item", "received_on", "facts", "ground"),
        (
            Text(_ASKED + "，经审查，本机关决定不予{act}。"),
            Text("一、事实：{facts}"),
            Text("二、理由：{ground}"),
        ),
        permit_bases=(law("行政许可法 第三十八条"),),
        remedy=True,
    ),
    "registration_decision": Wording(
        "准予登记决定书",
        ("applicant", "item", "received_on", "registered_on", "decision", "bases"),
        (
            Text(_ASKED + "，经审核符合登记条件，本机关决定准予登记，已于{registered_on}记载于登记簿。"),
            Text("登记内容：{decision}"),
            Text("本机关将在{deliver_by}前（含当日）向你（单位）颁发、送达{result_name}。", when="deliver_by"),
        ),
    ),
    "delivery_receipt": Wording(
        "送达回证",
        ("recipient", "item", "documents", "method", "place"),
        (
            Facts(("recipient", "item", "method", "place", "delivered_on")),
            Rows("documents", (("name", 4), ("number", 4)), optional=()),
            Blanks(("受送达人签名（盖章）", "收到日期", "代收人签名及代收理由", "送达人签名", "备注")),
        ),
        bases=(design("文书送达逐件留痕"),),
        permit_bases=(law("行政许可法 第四十四条"),),
        to="",
    ),
    "filing_record": Wording(
        "备案证明",
        ("applicant", "item", "filed_on", "records", "bases"),
        (
            Text("{applicant}就“{item}”报送的备案材料收悉，已于{filed_on}办理备案，内容如下："),
            Pairs("records"),
            Text("特此证明。"),
        ),
        to="",
    ),
    "registration_certificate": Wording(
        "登记证明",
        ("applicant", "item", "registered_on", "records", "bases"),
        (
            Text("{applicant}申请的“{item}”已于{registered_on}记载于登记簿，内容如下："),
            Pairs("records"),
            Text("特此证明。"),
        ),
        to="",
    ),
    "withdrawal_notice": Wording(
        "撤回申请通知书",
        ("applicant", "item", "received_on", "asked_on", "ended_on"),
        (
            Text(_ASKED + "，你（单位）于{asked_on}要求撤回申请。"),
            Text("本机关自{ended_on}起终止办理该申请。终止办理不影响你（单位）再次提出申请。"),
            Text("材料退回情况：{returned}", when="returned"),
        ),
        bases=(design("决定作出前可以撤回申请"),),
    ),
    "lapse_notice": Wording(
        "终止办理通知书",
        ("applicant", "item", "received_on", "reason", "ended_on"),
        (
            Text(_ASKED + "，因{reason}，本机关自{ended_on}起终止办理。"),
            Text("材料退回情况：{returned}", when="returned"),
            Text("你（单位）备齐材料后可以再次提出申请。"),
        ),
        bases=(design("终止办理应当书面告知原因"),),
    ),
    "strike_out_notice": Wording(
        "撤销备案通知书",
        ("applicant", "item", "filed_on", "facts", "ground", "ended_on"),
        (
            Text("你（单位）于{filed_on}办理的“{item}”备案（办件编号{case_number}），本机关决定自{ended_on}起撤销。"),
            Text("一、事实：{facts}"),
            Text("二、理由：{ground}"),
        ),
        bases=(design("备案内容不实的撤销备案并告知理由"),),
        remedy=True,
    ),
    "mending_order": Wording(
        "责令限期整改通知书",
        ("applicant", "item", "granted_number", "granted_on", "facts", "mend_by"),
        (
            Text("你（单位）的“{item}”（办件编号{granted_number}）已于{granted_on}凭书面承诺准予。"),
            Text("经核查，实际情况与承诺不符：{facts}"),
            Text("请在{mend_by}前（含当日）整改到位。逾期没有整改的，本机关依法撤销准予决定。"),
        ),
        bases=(unchecked("国办发〔2020〕42号 告知承诺的事后核查", BasisKind.DOCUMENT),),
    ),
    "revocation_decision": Wording(
        "撤销{act}决定书",
        ("applicant", "item", "granted_number", "granted_on", "facts", "ground", "ended_on"),
        (
            Text("你（单位）的“{item}”（办件编号{granted_number}）已于{granted_on}凭书面承诺准予。"),
            Text("经核查，承诺不实，本机关决定自{ended_on}起撤销该准予决定。"),
            Text("一、事实：{facts}"),
            Text("二、理由：{ground}"),
            Text("三、随之失效的证照：{licences}。", when="licences"),
        ),
        permit_bases=(law("行政许可法 第六十九条"),),
        remedy=True,
    ),
    "promise": Wording(
        "容缺受理承诺书",
        ("applicant", "item", "materials", "consequence"),
        (
            Text("本人（单位）{applicant}向{unit}申请办理“{item}”（办件编号{case_number}），下列材料暂未提交："),
            Rows("materials", (("name", 5), ("by", 3)), optional=()),
            Text("现承诺：一、在上列期限内补交全部材料；二、已提交和将要补交的材料真实、有效；"),
            Text("三、逾期未补交的，知悉并接受下列后果：{consequence}"),
            Blanks(("承诺人签名（盖章）", "承诺日期")),
        ),
        bases=(design("容缺受理以书面承诺为前提，主要材料不得容缺"),),
        to="",
        sealed=False,
    ),
    "assignment": Wording(
        "交办单",
        ("to_unit", "subject", "source", "assigned_on", "due", "requirement"),
        (
            Text("现将下列事项交由你单位办理，请按期办结并反馈结果。"),
            Facts(("subject", "source", "assigned_on", "due", "requirement", "contact")),
            Text("不属于你单位职责的，请说明理由退回，不得搁置。"),
        ),
        bases=(design("诉求和问题一单到底，限时办结"),),
        to="to_unit",
    ),
    "publication_notice": Wording(
        "公示",
        ("subject", "entries"),
        (
            Text("现将{subject}予以公示。"),
            Text("公示期自{first}起至{last}止。", when="last"),
            Rows("entries", (("name", 3), ("item", 3), ("result", 3)), optional=()),
            Text("对公示内容有异议的，请在公示期内向{contact}反映。", when="contact"),
        ),
        permit_bases=(law("行政许可法 第四十条"),),
        to="",
    ),
    "result_pack": Wording(
        "办理结果清单",
        ("applicant", "item", "outcomes"),
        (
            Text("你（单位）申请办理的“{item}”（办件编号{case_number}）已经办结，各部分结果如下："),
            Rows("outcomes", (("name", 3), ("result", 2), ("number", 4)), optional=("number",)),
            Text("不予准予的部分，理由和救济途径见该部分的决定书。", when="refused_part"),
        ),
        permit_bases=(law("行政许可法 第四十四条"),),
    ),
    "archive_list": Wording(
        "归档目录",
        ("title", "item", "retention", "archived_on", "documents"),
        (
            Facts(("title", "item", "retention", "archived_on")),
            Rows(
                "documents", (("name", 4), ("number", 3.6), ("date", 3), ("pages", 1.1)), optional=("number", "pages")
            ),
        ),
        bases=(law("国务院关于在线政务服务的若干规定（国务院令第716号） 第十二条"),),
        to="",
    ),
    "licence": Wording(
        "{licence_name}",
        ("licence_name", "holder", "records", "issuer", "issued_on", "licence_id", "bases"),
        (Pairs("records"),),
        bases=(_ART_716_10,),
        to="",
        layout="licence",
    ),
}
