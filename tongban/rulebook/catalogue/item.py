"""事项: everything the house knows about one thing a person may ask of the government.

Frozen values only.  A case is pinned to one published version of an item, so nothing here may change after publishing.
Element names follow GB/T 39554.2-2020 (要素) where one exists; the code structures follow GB/T 39554.1-2020.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Literal

from tongban.rulebook.basis import Basis
from tongban.rulebook.catalogue.guide import Faq, Guide, Online
from tongban.rulebook.clock import Limit


class ItemClass(StrEnum):
    """What an item is.  Only the first six may be offered to the public as something granted or served."""

    PERMIT = "许可"
    CONFIRMATION = "确认"
    BENEFIT = "给付"
    REGISTRATION = "登记"
    FILING = "备案"
    SERVICE = "公共服务"
    APPEAL = "诉求"
    INTERNAL = "内部"
    POLICY = "政策"


#: Classes a person may be granted or served; the others are inner work, appeals and policies.
PUBLIC_CLASSES = frozenset(
    {
        ItemClass.PERMIT,
        ItemClass.CONFIRMATION,
        ItemClass.BENEFIT,
        ItemClass.REGISTRATION,
        ItemClass.FILING,
        ItemClass.SERVICE,
    }
)


@dataclass(frozen=True, slots=True)
class TimeRule:
    """How long something may take, and who says so."""

    #: The amount and its unit.
    limit: Limit
    #: Why it is this long.
    basis: Basis


@dataclass(frozen=True, slots=True)
class Limits:
    """Every limit of an item.  ``None`` means: this item has no such clock."""

    #: 收件告知: how long the office may look before it must say what is missing (许可法 32).
    intake: TimeRule | None = None
    #: 法定办结时限, counted from acceptance.
    statutory: TimeRule | None = None
    #: 承诺办结时限; zero means on the spot.
    promised: TimeRule | None = None
    #: 延长: one further run, once.
    extension: TimeRule | None = None
    #: 送达: from the decision to the result in hand (许可法 44).
    delivery: TimeRule | None = None
    #: 公示 before or after the decision, as the item's rule says.
    publication: TimeRule | None = None
    #: 补正: how long the applicant has to supply what was named.
    correction: TimeRule | None = None
    #: 初审: the lower body's first opinion (许可法 43).
    first_opinion: TimeRule | None = None
    #: Each inner step that has no limit of its own.
    step: TimeRule | None = None
    #: 签收: how soon the one asked must take a matter or an appeal.
    take: TimeRule | None = None
    #: 首次回应: how soon the person hears for the first time, or a bad rating is verified.
    first_answer: TimeRule | None = None
    #: 答复: the answer to a matter or an appeal, or the mending of what a bad rating names.
    answer: TimeRule | None = None
    #: 复杂情形的答复, only with approval.
    complex_answer: TimeRule | None = None
    #: 确认 or 回访 after the answer.
    confirm: TimeRule | None = None
    #: 延续申请 may be filed at most this long before the licence expires.
    renewal_opens: TimeRule | None = None
    #: 延续申请 must be filed at least this long before the licence expires (许可法 50).
    renewal_closes: TimeRule | None = None
    #: The result lapses unless it is used within this time, e.g. 建筑法 9.
    use_within: TimeRule | None = None
    #: Who may extend: ``head`` of the office; when joint, the head of the ``government`` of its level (许可法 42).
    extension_approver: Literal["head", "government"] = "head"
    #: True when several offices handle it as one (统一、联合、集中办理): 45 + 15 instead of 20 + 10.
    joint: bool = False
    #: What silence after receipt means: 许可法 32(4), 不动产登记暂行条例 17, or nothing.
    intake_silence: Literal["deemed_accepted", "accepted_unless_refused_on_the_spot", "none"] = "none"


@dataclass(frozen=True, slots=True)
class Desk:
    """One desk of the review chain, in order."""

    #: Code, unique within the item.
    code: str
    #: What people call it, e.g. 审查.
    name: str
    #: A desk examines, or it decides; exactly one decides.
    power: Literal["examine", "decide"]
    #: How long this desk may take out of the promise; None: no limit of its own.
    limit: TimeRule | None = None


@dataclass(frozen=True, slots=True)
class Material:
    """One material of the list (材料目录)."""

    #: Code, unique within the item.
    code: str
    #: 材料名称.
    name: str
    #: Where it comes from: the applicant brings it, a licence is re-used, a source is asked, or the system makes it.
    source: Literal["applicant", "licence", "shared", "made"]
    #: Why it may be asked for at all (许可法 31).
    basis: Basis
    #: Licence kinds any one of which satisfies it (source ``licence``).
    licence_kinds: tuple[str, ...] = ()
    #: Shared resource that is asked (source ``shared``).
    resource: str = ""
    #: 主审材料: without it nothing can be examined; it can never follow later.
    main: bool = False
    #: 容缺: accepted without it against a dated promise, to follow within this time; None: never.
    follow_by: Limit | None = None
    #: True when the original paper must be seen.
    original: bool = False
    #: Why the original must be seen.
    why_original: str = ""
    #: File formats taken, by content: ``pdf`` ``jpg`` ``png``.
    formats: tuple[str, ...] = ("pdf", "jpg", "png")
    #: Option codes; empty: always needed, else needed when any of them is chosen.
    situations: tuple[str, ...] = ()
    #: 纸质材料份数; 0 when nothing is asked on paper.
    copies: int = 0
    #: 受理标准: what the reviewer checks.
    criteria: str = ""
    #: 来源渠道: who makes or issues it, so that a person knows where to get it.
    issuer: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to a situation question."""

    #: Code, unique within the item.
    code: str
    #: What the person reads.
    label: str


@dataclass(frozen=True, slots=True)
class Situation:
    """情形: a question whose answer chooses materials."""

    #: Code, unique within the item.
    code: str
    #: The question as the person reads it.
    question: str
    #: The answers to choose from.
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Fee:
    """收费: only where a law or an administrative regulation says so (许可法 58)."""

    #: 收费项目名称.
    name: str
    #: Amount in fen.
    amount_fen: int
    #: The law-level basis.
    basis: Basis
    #: 是否允许减免.
    waivable: bool = False
    #: 允许减免依据.
    waiver_basis: Basis | None = None
    #: 收费标准 in words, when the amount depends on something.
    standard: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """审批结果: what the applicant carries away."""

    #: Its name, e.g. 食品经营许可证.
    name: str
    #: 证 → 出证办结, 批文 → 审批办结, 文 → 出文办结, 备案证明, or nothing.
    form: Literal["证", "批文", "文", "备案证明", "无"]
    #: Code of our licence kind, or empty when the result is no licence of ours.
    licence_kind: str = ""
    #: Months it stays valid; None: no end.
    valid_months: int | None = None
    #: 审批结果样本: where the sample is shown.
    sample: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a bundle (一件事)."""

    #: Role of the part, unique within the bundle.
    role: str
    #: Code of the item it is.
    item: str
    #: Roles that must be finished before it can start.
    after: tuple[str, ...] = ()
    #: True when the applicant may leave it out.
    optional: bool = False
    #: When an optional part is needed, in plain words.
    condition: str = ""
    #: Option codes of the bundle any of which makes an optional part needed; empty: the applicant chooses.
    when: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Promise:
    """告知承诺: granted at once on a written promise, looked at afterwards (优化营商环境条例 第十九条).

    The applicant chooses it, or the normal way, by an option of a situation; the option's materials are what is then
    asked for.
    """

    #: Option code by which she chooses it.
    option: str
    #: Code of the material that is her signed promise.
    letter: str
    #: 事后核查: counted from the decision.
    check_within: TimeRule
    #: Why a promise is enough.
    basis: Basis
    #: What follows when the promise proves false, as she reads it before she signs.
    consequence: str
    #: Months during which she may not choose it again after a false promise, for any item.
    barred_months: int = 12


@dataclass(frozen=True, slots=True)
class Item:
    """One service item, complete and checked."""

    #: Short code, unique in the county, kebab-case.
    code: str
    #: 事项名称.
    name: str
    #: Kind of case it opens: permit, registration, filing, matter, appeal, bundle.
    kind: str
    #: What sort of thing it is.
    item_class: ItemClass
    #: Code of the department unit that answers for it (实施主体).
    unit: str
    #: 行使层级 1-7; a county is 4.
    level: int
    #: Code of the main item, or empty.
    parent: str = ""
    #: Only leaves can be filed.
    leaf: bool = True
    #: 基本编码, 12 characters; empty for inner items.
    catalog_code: str = ""
    #: 实施编码, 31 characters; empty for inner items.
    task_code: str = ""
    #: 业务办理项编码, 33 characters, or empty.
    handle_code: str = ""
    #: 地方编码, up to 50 characters, or empty.
    local_code: str = ""
    #: 设定依据.
    bases: tuple[Basis, ...] = ()
    #: The named exemption that lets the window decide at once (即办件); None: who accepts does not decide.
    on_the_spot: Basis | None = None
    #: Every limit.
    limits: Limits = field(default_factory=Limits)
    #: The review chain, 1-4 desks, the last one decides; empty for a bundle.
    desks: tuple[Desk, ...] = ()
    #: Types of proceeding that may be opened (see ``catalogue.proceedings``).
    proceedings: tuple[str, ...] = ()
    #: Those of them that stop the statutory clock, always within the closed list of 许可法 45.
    pausing: tuple[str, ...] = ()
    #: 全部材料目录.
    materials: tuple[Material, ...] = ()
    #: 情形.
    situations: tuple[Situation, ...] = ()
    #: The form: JSON Schema 2020-12, an object with Chinese titles.
    form: Mapping[str, Any] = field(default_factory=dict)
    #: 审查要点.
    review_points: tuple[str, ...] = ()
    #: 收费, or None.
    fee: Fee | None = None
    #: 审批结果, or None.
    result: Result | None = None
    #: 办事指南.
    guide: Guide = field(default_factory=Guide)
    #: 常见问题.
    faq: tuple[Faq, ...] = ()
    #: What the item supports online.
    online: Online = field(default_factory=Online)
    #: 到办事现场次数, at most.
    visits: int = 0
    #: 必须现场办理原因说明.
    visit_reason: str = ""
    #: Parts of a bundle.
    parts: tuple[Part, ...] = ()
    #: When a bundle is joined: after all its parts, or any.
    join: Literal["all", "any"] = "all"
    #: Code of the outside system that handles it, or empty.
    elsewhere: str = ""
    #: True when the result is published (许可法 40).
    publishes_result: bool = False
    #: True when silence until expiry renews the licence (许可法 50).
    renewal: bool = False
    #: Who may apply: ``natural`` ``legal``.
    applicants: tuple[str, ...] = ()
    #: True when an agent may act (许可法 29).
    agent_allowed: bool = True
    #: Roles that must sign, e.g. ``applicant`` ``other_side``.
    signatures: tuple[str, ...] = ()
    #: Levels that may receive: ``county`` ``town`` ``village``.
    stations: tuple[str, ...] = ("county",)
    #: True when papers may be looked at before filing (预审).
    pre_review: bool = False
    #: 告知承诺, or None.
    promise: Promise | None = None

    @property
    def handling(self) -> Literal["即办件", "承诺件"]:
        """办件类型."""
        return "承诺件" if self.on_the_spot is None else "即办件"

    @property
    def deciding_desk(self) -> Desk | None:
        """Return the desk that decides, or None (bundle)."""
        return next((desk for desk in self.desks if desk.power == "decide"), None)

    @property
    def one_card(self) -> bool:
        """一证通办: beside the application, which is the form itself, everything comes from licences and sources."""
        brought = [one for one in self.materials if one.source == "applicant"]
        fetched = [one for one in self.materials if one.source in ("licence", "shared")]
        return bool(fetched) and all(one.main for one in brought) and len(brought) <= 1

    def materials_for(self, options: frozenset[str]) -> tuple[Material, ...]:
        """Return the materials needed by someone whose situation is ``options`` (option codes)."""
        return tuple(one for one in self.materials if not one.situations or not options.isdisjoint(one.situations))

    def parts_for(self, options: frozenset[str]) -> tuple[Part, ...]:
        """Return the parts of someone in this situation, prerequisites that are left out taken from ``after``.

        An optional part whose need the situation does not say is left out: the applicant may still add it.
        """
        taken = [one for one in self.parts if not one.optional or not options.isdisjoint(one.when)]
        roles = {one.role for one in taken}
        return tuple(replace(one, after=tuple(role for role in one.after if role in roles)) for one in taken)

    def material(self, code: str) -> Material:
        """Return one material; ``KeyError`` when the item has no such code."""
        for one in self.materials:
            if one.code == code:
                return one
        raise KeyError(code)
