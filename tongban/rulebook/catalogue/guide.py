"""What an item tells people besides its rules: guide, questions and answers, what it supports online."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Guide:
    """办事指南: what must be public besides bases, limits and materials (许可法 30)."""

    #: 受理条件.
    conditions: tuple[str, ...] = ()
    #: 数量: 无数量限制, or how many and by what rule (许可法 57).
    quantity: str = ""
    #: 办理流程, one step a line.
    flow: tuple[str, ...] = ()
    #: 申请书示范文本: where the filled-in sample is shown.
    sample_form: str = ""
    #: 办理地点, down to the window or room.
    place: str = ""
    #: 办理时间.
    hours: str = ""
    #: 咨询方式.
    consult_phone: str = ""
    #: 监督投诉方式.
    complaint_phone: str = ""
    #: How the result reaches the person: ``electronic`` ``mail`` ``window``.
    delivery: tuple[str, ...] = ()
    #: 是否支持网上支付.
    online_payment: bool = False
    #: 面向自然人事项主题分类.
    topics_natural: tuple[str, ...] = ()
    #: 面向法人事项主题分类.
    topics_legal: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Faq:
    """常见问题."""

    #: The question.
    question: str
    #: The answer.
    answer: str


@dataclass(frozen=True, slots=True)
class Online:
    """What the item truly supports over the net; the depth is computed from it, never typed."""

    #: 互联网咨询.
    consult: bool = False
    #: 互联网收件.
    receive: bool = False
    #: 互联网预审.
    pre_review: bool = False
    #: 互联网受理.
    accept: bool = False
    #: 互联网办理.
    handle: bool = False
    #: 互联网办理结果信息反馈.
    result_feedback: bool = False
    #: 互联网电子证照反馈.
    licence_feedback: bool = False
    #: 网上办理深度 as the unit claims it: values 1-9 of the national code set.
    claimed: tuple[int, ...] = ()
