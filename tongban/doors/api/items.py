"""事项: the list, one version, and what a situation asks for.  Open to everybody."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Schema
from pydantic import Field

from tongban.doors.api import shapes
from tongban.doors.api.errors import BasisOut, told
from tongban.doors.api.opening import operation
from tongban.doors.api.shapes import CodeValue, Day, Named, named
from tongban.rooms import clock
from tongban.rooms.casework.queries.parts import bundle_item
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.people import queries as people
from tongban.rulebook.catalogue import TimeRule
from tongban.rulebook.catalogue.item import Item, Material, Promise
from tongban.rulebook.numbers.items import LEVELS

County = Annotated[str, Field(pattern=r"^[0-9]{6}$", description="县的六位区划代码")]

_LIMITS = {
    "intake": "收件告知",
    "statutory": "法定办结",
    "promised": "承诺办结",
    "extension": "延长",
    "delivery": "送达",
    "publication": "公示",
    "correction": "补正",
}


class ItemLine(Schema):
    """事项清单的一行。"""

    code: str
    name: str
    version: int
    unit: str = Field(description="部门代号")
    parent: str = Field(description="主项代号，没有的为空")
    leaf: bool = Field(description="true：可以申办")


class MaterialOut(Schema):
    """一项材料。"""

    code: str
    name: str
    source: str = Field(description="applicant 申请人提交；licence 证照免交；shared 共享核验；made 系统生成")
    main: bool = Field(description="主审材料，不能后补")
    may_follow: str | None = Field(description="可以容缺后补的期限，例如 5wd；不可后补的为 null")
    original: bool
    formats: list[str]
    copies: int
    issuer: str
    criteria: str
    situations: list[str] = Field(description="哪些情形需要；空：都需要")
    basis: BasisOut


class SituationOut(Schema):
    """一个情形问题。"""

    code: str
    question: str
    options: list[Named]


class LimitOut(Schema):
    """一个期限。"""

    name: str
    label: str
    limit: str = Field(description="20wd 工作日、60d 日、4h 办公小时、3m 月、1y 年")
    basis: BasisOut


class PartOut(Schema):
    """一件事的一个环节。"""

    role: str
    item: str
    after: list[str]
    optional: bool
    when: list[str]


class FollowOnOut(Schema):
    """营业执照之后的一项许可。"""

    item: str
    name: str
    mode: Named = Field(description="cancelled 直接取消审批；filing 改为备案；promise 告知承诺；improved 优化审批服务")
    meaning: str = Field(description="经营者要做什么")
    open: bool = Field(description="false：不用再办，谁也不能再要")
    because: list[str] = Field(description="经营范围里的哪些词；空：都可能用到")
    basis: BasisOut


class PromiseOut(Schema):
    """告知承诺：怎样选择，签什么，事后多久核查，承诺不实有什么后果。"""

    option: str = Field(description="选择告知承诺的情形选项；不选的走一般程序")
    letter: str = Field(description="承诺书的材料代号")
    check_within: str
    consequence: str
    barred_months: int = Field(description="承诺不实后，多少个月内不能再选")
    basis: BasisOut


class ItemOut(Schema):
    """一个事项在某日施行的版本。"""

    code: str
    name: str
    version: int
    version_id: str
    kind: str = Field(description="办件种类")
    item_class: str
    task_type: CodeValue | None
    level: CodeValue
    unit: str
    unit_name: str
    handling: str = Field(description="即办件或承诺件")
    bases: list[BasisOut]
    limits: list[LimitOut]
    materials: list[MaterialOut]
    situations: list[SituationOut]
    form: dict[str, Any] = Field(description="表单：JSON Schema 2020-12")
    parts: list[PartOut]
    promise: PromiseOut | None = Field(description="实行告知承诺的才有")
    fee: str
    result: str
    visits: int
    applicants: list[str]
    agent_allowed: bool
    signatures: list[str] = Field(description="须签名的当事人")
    stations: list[str]
    conditions: list[str]
    flow: list[str]
    place: str
    hours: str
    consult_phone: str
    complaint_phone: str
    unverified: bool = Field(description="true：有依据还没有核对（只在演示中施行）")


@operation("GET", "/items", tag="事项", out=shapes.paged(ItemLine), scope=None)
def list_items(
    request: HttpRequest,
    county: County,
    name: Annotated[str, Field(max_length=80, description="名称中的字，空格分开的要都有")] = "",
    unit: str = "",
    on: Day | None = None,
    cursor: shapes.Cursor = "",
    limit: shapes.PageLimit = 50,
) -> Any:
    """列出施行的事项，可按名称查找。"""
    words = name.split()
    found = [
        one
        for one in catalogue.listed(county, on or clock.today(), unit=unit)
        if all(word in one.name for word in words)
    ]
    rows, following = shapes.page(sorted(found, key=lambda one: one.code), cursor, limit, lambda one: one.code)
    return {"rows": [ItemLine.model_validate(one, from_attributes=True) for one in rows], "next": following}


@operation("GET", "/items/{code}", tag="事项", out=ItemOut, scope=None)
def read_item(request: HttpRequest, code: str, county: County, on: Day | None = None) -> Any:
    """查看一个事项：材料、表单、期限、情形、指南。"""
    day = on or clock.today()
    found = catalogue.in_force(county, code, day)
    one = bundle_item(county, found.item, _every_option(found.item), day) if found.item.parts else found.item
    page = catalogue.guide(found.version_id)
    return ItemOut(
        code=one.code,
        name=one.name,
        version=found.version,
        version_id=str(found.version_id),
        kind=one.kind,
        item_class=one.item_class.value,
        task_type=shapes.task_type(one.catalog_code),
        level=CodeValue(set="GB/T 39046-2020 附录A 行使层级", code=str(one.level), label=LEVELS[str(one.level)]),
        unit=one.unit,
        unit_name=_unit_name(county, one.unit),
        handling=one.handling,
        bases=[told(basis) for basis in one.bases],
        limits=[_limit(name, label, rule) for name, label in _LIMITS.items() if (rule := getattr(one.limits, name))],
        materials=[_material(material) for material in one.materials],
        situations=[
            SituationOut(
                code=situation.code,
                question=situation.question,
                options=[named(option.code, option.label) for option in situation.options],
            )
            for situation in one.situations
        ],
        form=dict(one.form),
        parts=[PartOut.model_validate(part, from_attributes=True) for part in one.parts],
        promise=_promise(one.promise) if one.promise else None,
        fee=page.fee,
        result=page.result,
        visits=one.visits,
        applicants=list(one.applicants),
        agent_allowed=one.agent_allowed,
        signatures=list(one.signatures),
        stations=list(one.stations),
        conditions=list(page.conditions),
        flow=list(page.flow),
        place=page.place,
        hours=page.hours,
        consult_phone=page.consult_phone,
        complaint_phone=page.complaint_phone,
        unverified=page.unverified,
    )


@operation("GET", "/follow-on", tag="事项", out=list[FollowOnOut], scope=None)
def list_follow_on(
    request: HttpRequest,
    county: County,
    after: Annotated[str, Field(max_length=80, description="领到的证照种类代号，如 business-licence")],
    scope: Annotated[str, Field(max_length=2000, description="经营范围")] = "",
    on: Day | None = None,
) -> Any:
    """证照分离：领了营业执照以后，按经营范围还可能要办哪些许可，各怎样办。"""
    return [
        FollowOnOut(
            item=one.item,
            name=one.name,
            mode=named(one.mode, one.label),
            meaning=one.meaning,
            open=one.version_id is not None,
            because=list(one.because),
            basis=told(one.basis),
        )
        for one in catalogue.follow_on(county, on or clock.today(), after=after, scope=scope)
    ]


@operation("GET", "/items/{code}/materials", tag="事项", out=list[MaterialOut], scope=None)
def list_materials(
    request: HttpRequest,
    code: str,
    county: County,
    option: list[str] = Query(default=[], max_length=50),  # noqa: B008 - how a parameter is declared
    on: Day | None = None,
) -> Any:
    """按所选情形列出需要的材料；系统生成的不列。"""
    day = on or clock.today()
    options = frozenset(option)
    one = catalogue.in_force(county, code, day).item
    if one.parts:
        one = bundle_item(county, one, options, day)
    return [_material(material) for material in one.materials_for(options) if material.source != "made"]


def _every_option(item: Item) -> frozenset[str]:
    return frozenset(option.code for situation in item.situations for option in situation.options)


def _unit_name(county: str, unit: str) -> str:
    return next((one.full_name for one in people.units(county) if one.code == unit), unit)


def _limit(name: str, label: str, rule: TimeRule) -> LimitOut:
    return LimitOut(name=name, label=label, limit=str(rule.limit), basis=told(rule.basis))


def _promise(one: Promise) -> PromiseOut:
    return PromiseOut(
        option=one.option,
        letter=one.letter,
        check_within=str(one.check_within.limit),
        consequence=one.consequence,
        barred_months=one.barred_months,
        basis=told(one.basis),
    )


def _material(one: Material) -> MaterialOut:
    return MaterialOut(
        code=one.code,
        name=one.name,
        source=one.source,
        main=one.main,
        may_follow=str(one.follow_by) if one.follow_by else None,
        original=one.original,
        formats=list(one.formats),
        copies=one.copies,
        issuer=one.issuer,
        criteria=one.criteria,
        situations=list(one.situations),
        basis=told(one.basis),
    )
