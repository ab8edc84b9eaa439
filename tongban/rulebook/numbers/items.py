"""事项代码: 基本编码 12, 实施编码 31, 业务办理项编码 33 (GB/T 39554.1, structure read off real codes).

基本编码 12 = 省级区划前2位 (00 国家) | 事项类型 2 | 部门 2 | 主项 3 | 子项 3 (000 无子项);
实施编码 31 = 实施主体统一社会信用代码 18 | 行使层级 1 | 基本编码 12; 业务办理项编码 33 = 实施编码 31 | 顺序 2.
Codes of 10 and 24 characters belong to the generation before (国办函〔2016〕108号) and are told apart by name.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from tongban.rulebook.basis import BasisKind, unchecked
from tongban.rulebook.errors import Refused, Sentence
from tongban.rulebook.numbers.organisations import CreditCode, check_credit_code
from tongban.rulebook.numbers.text import DIGITS, need_alphabet, need_length, tidy

BASIS = unchecked("GB/T 39554.1-2020 政务服务事项基本目录及实施清单 编码要求", BasisKind.DOCUMENT)

#: 事项类型 of GB/T 39046-2020 annex A.1; 11-19 and 21-99 exist only where a province has added them.
TASK_TYPES = {
    "00": "行政权力",
    "01": "行政许可",
    "02": "行政处罚",
    "03": "行政强制",
    "04": "行政征收",
    "05": "行政给付",
    "06": "行政检查",
    "07": "行政确认",
    "08": "行政奖励",
    "09": "行政裁决",
    "10": "其他行政权力",
    "20": "公共服务",
}

#: 行使层级 of GB/T 39046-2020 annex A; a county's own items carry 4.
LEVELS = {
    "1": "国家级",
    "2": "省级",
    "3": "市级",
    "4": "县级",
    "5": "镇（乡、街道）级",
    "6": "村（社区）级",
    "7": "分级管理",
}

_CATALOG, _TASK, _HANDLE = Sentence("基本编码"), Sentence("实施编码"), Sentence("业务办理项编码")
_OLD_LENGTHS = {10: _CATALOG, 24: _TASK}


@dataclass(frozen=True, slots=True)
class CatalogCode:
    """基本编码 taken apart."""

    #: The 12 digits.
    number: str
    #: First two digits of the province, 00 for the state.
    province: str
    #: 事项类型, two digits.
    task_type: str
    #: 部门(行业), two digits.
    department: str
    #: 主项, three digits.
    main: str
    #: 子项, three digits, 000 where there is none.
    sub: str


@dataclass(frozen=True, slots=True)
class TaskCode:
    """实施编码 taken apart."""

    #: The 31 characters.
    number: str
    #: 实施主体: the unit that does it.
    owner: CreditCode
    #: 行使层级, a key of ``LEVELS``.
    level: str
    #: 基本编码.
    catalog: CatalogCode


@dataclass(frozen=True, slots=True)
class HandleCode:
    """业务办理项编码 taken apart."""

    #: The 33 characters.
    number: str
    #: 实施编码.
    task: TaskCode
    #: 顺序, 1-99.
    serial: int


def check_catalog_code(text: str, *, extended: Collection[str] = ()) -> CatalogCode:
    """Return the 基本编码 taken apart; ``extended`` holds the 事项类型 that the province has added to the table."""
    number = tidy(text)
    _need_generation(number, _CATALOG, 12, "catalog_code")
    need_alphabet(number, DIGITS, _CATALOG, "catalog_code", BASIS, allowed=Sentence("数字"))
    province, task_type, department, main, sub = number[:2], number[2:4], number[4:6], number[6:9], number[9:]
    if task_type not in TASK_TYPES and task_type not in extended:
        raise Refused(
            "catalog_code_type",
            "基本编码第3至4位“{task_type}”不在事项类型表里；如果是本省扩展的类型，请先登记该类型，否则请改正这两位。",
            BASIS,
            task_type=task_type,
        )
    if main == "000":
        raise Refused("catalog_code_main", "基本编码第7至9位是主项序号，不能是000，请从001起填写。", BASIS)
    return CatalogCode(number, province, task_type, department, main, sub)


def check_task_code(text: str, *, extended: Collection[str] = ()) -> TaskCode:
    """Return the 实施编码 taken apart: its unit, level and 基本编码 are each checked."""
    number = tidy(text)
    _need_generation(number, _TASK, 31, "task_code")
    try:
        owner = check_credit_code(number[:18])
    except Refused as refused:
        raise Refused(
            "task_code_owner", "实施编码前18位应是实施主体的统一社会信用代码：{why}", BASIS, why=refused.sentence
        ) from refused
    level = number[18]
    if level not in LEVELS:
        raise Refused(
            "task_code_level",
            "实施编码第19位是行使层级，只能是1至7（县级为4），收到“{level}”，请改正。",
            BASIS,
            level=level,
        )
    try:
        catalog = check_catalog_code(number[19:], extended=extended)
    except Refused as refused:
        raise Refused(
            "task_code_catalog", "实施编码第20至31位应是事项的基本编码：{why}", BASIS, why=refused.sentence
        ) from refused
    return TaskCode(number, owner, level, catalog)


def check_handle_code(text: str, *, extended: Collection[str] = ()) -> HandleCode:
    """Return the 业务办理项编码 taken apart: a 实施编码 and a serial 01-99."""
    number = tidy(text)
    _need_generation(number, _HANDLE, 33, "handle_code")
    serial = number[31:]
    need_alphabet(serial, DIGITS, _HANDLE, "handle_code", BASIS, allowed=Sentence("数字"), first=32)
    if serial == "00":
        raise Refused("handle_code_serial", "业务办理项编码最后两位是顺序号，从01起编，不能是00，请改正。", BASIS)
    try:
        task = check_task_code(number[:31], extended=extended)
    except Refused as refused:
        raise Refused(
            "handle_code_task", "业务办理项编码前31位应是实施编码：{why}", BASIS, why=refused.sentence
        ) from refused
    return HandleCode(number, task, int(serial))


def make_task_code(owner: str, level: str, catalog: str, *, extended: Collection[str] = ()) -> str:
    """Return the 实施编码 of a unit (credit code), a level and a 基本编码; refuse a part that is wrong."""
    return check_task_code(f"{tidy(owner)}{level}{tidy(catalog)}", extended=extended).number


def make_handle_code(task: str, serial: int, *, extended: Collection[str] = ()) -> str:
    """Return the 业务办理项编码 of a 实施编码 and a serial 1-99."""
    return check_handle_code(f"{tidy(task)}{serial:02d}", extended=extended).number


def main_items_missing(codes: Iterable[str]) -> tuple[str, ...]:
    """Return the 基本编码 of main items that should be there: sub-items stand under a main item that ends in 000."""
    known = {tidy(code) for code in codes}
    return tuple(sorted({f"{code[:9]}000" for code in known} - known))


def _need_generation(number: str, name: str, length: int, code: str) -> None:
    old = _OLD_LENGTHS.get(len(number))
    if old:
        raise Refused(
            f"{code}_old",
            "收到{n}位编码，这是国办函〔2016〕108号的旧{old}；请换成现行的{length}位{name}，旧编码填入地方编码。",
            BASIS,
            n=len(number),
            old=old,
            length=length,
            name=name,
        )
    need_length(number, length, name, code, BASIS)
