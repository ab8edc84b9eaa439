"""证照种类: what a kind of licence is called, who defines it and what stands on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tongban.rulebook.catalogue.complaint import Complaint
from tongban.rulebook.catalogue.read import Unreadable, read_as
from tongban.rulebook.errors import Refused
from tongban.rulebook.numbers.organisations import check_credit_code


@dataclass(frozen=True, slots=True)
class LicenceField:
    """One line on the licence."""

    #: Key in the licence's data.
    name: str
    #: What is printed before the value.
    label: str


@dataclass(frozen=True, slots=True)
class LicenceKind:
    """One kind of licence, as GB/T 36904 identifies it."""

    #: Code, kebab-case, unique in the house.
    code: str
    #: Its name, printed as the title.
    name: str
    #: 定义机构: unified social credit code, 18 characters.
    definer: str
    #: 顺序号 within the definer, 3 digits.
    serial: str
    #: Who can hold it.
    holder: Literal["natural", "legal", "either"]
    #: The lines printed, in order.
    fields: tuple[LicenceField, ...]
    #: Months it stays valid; None: no end.
    valid_months: int | None = None
    #: Name of the layout it is set with.
    layout: str = "licence"

    @property
    def type_code(self) -> str:
        """证照类型代码, 21 characters: 定义机构 18 + 顺序号 3."""
        return f"{self.definer}{self.serial}"


def freeze_licence_kind(draft: Mapping[str, Any]) -> LicenceKind:
    """Return the licence kind of a draft.  Raises ``Unreadable`` with the complaints."""
    kind, complaints = read_as(LicenceKind, draft)
    found = (*complaints, *check_licence_kind(kind))
    if found:
        raise Unreadable(found)
    return kind


def check_licence_kind(kind: LicenceKind) -> tuple[Complaint, ...]:
    """Return what is wrong with a licence kind."""
    found = []
    why = "GB/T 36904-2018：证照类型代码由定义机构统一社会信用代码18位和顺序号3位组成"
    try:
        check_credit_code(kind.definer)
    except Refused as refused:
        found.append(Complaint("definer", refused.sentence.rstrip("。"), why, "改正定义机构代码", rule="definer"))
    if not (len(kind.serial) == 3 and kind.serial.isascii() and kind.serial.isdigit()):
        found.append(Complaint("serial", f"顺序号 {kind.serial!r} 不是3位数字", why, "写成 001 至 999", rule="serial"))
    if not kind.fields:
        found.append(Complaint("fields", "证照上没有任何栏目", "证照须载明事项", "列出栏目", rule="fields"))
    if kind.valid_months is not None and kind.valid_months <= 0:
        found.append(
            Complaint("valid_months", "有效期须为正数", "证照有效期", "写月数；长期有效的删去", rule="valid_months")
        )
    return tuple(found)
