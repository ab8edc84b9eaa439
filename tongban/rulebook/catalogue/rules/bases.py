"""Bases: typed everywhere, an article where law is claimed, 待核 where nobody has checked."""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from tongban.rulebook.basis import Basis, BasisKind
from tongban.rulebook.catalogue.complaint import Complaint, Known
from tongban.rulebook.catalogue.item import Item, ItemClass

_ARTICLE = re.compile(r"第[〇零一二三四五六七八九十百0-9]+条")


def every_basis(value: Any, where: str = "") -> Iterator[tuple[str, Basis]]:
    """Yield every basis inside an item with its path."""
    if isinstance(value, Basis):
        yield where, value
    elif is_dataclass(value):
        for one in fields(value):
            yield from every_basis(getattr(value, one.name), f"{where}.{one.name}" if where else one.name)
    elif isinstance(value, tuple):
        for at, one in enumerate(value):
            yield from every_basis(one, f"{where}[{at}]")


def there_is_one(item: Item, known: Known) -> Iterator[Complaint]:
    """An item stands on something (设定依据); a permit stands on more than our own design."""
    if not item.bases:
        yield Complaint(
            "bases",
            "没有设定依据",
            "行政许可法 第三十条要求公示依据",
            "写明设定依据；内部事项没有法律依据的写 design",
            rule="bases",
        )
    elif item.item_class is ItemClass.PERMIT and all(
        one.kind in (BasisKind.DESIGN, BasisKind.LOCAL) for one in item.bases
    ):
        yield Complaint(
            "bases",
            "行政许可只写了本县文件或系统设计作依据",
            "优化营商环境条例 第三十五条：没有法律、法规、规章依据不得增设条件和环节",
            "写明设定许可的法律、行政法规或规章；没有的，不得作为许可实施",
            rule="permit_basis",
        )


def articles(item: Item, known: Known) -> Iterator[Complaint]:
    """A basis of law that counts as checked names its article."""
    for where, basis in every_basis(item):
        if basis.kind is BasisKind.LAW and basis.verified and not _ARTICLE.search(basis.text):
            yield Complaint(
                where,
                f"“{basis.text}”没有写到条",
                "核对过的法律依据须具体到条",
                "写到第几条；没有核对过的改为 unchecked",
                rule="article_missing",
            )


def unchecked_ones(item: Item, known: Known) -> Iterator[Complaint]:
    """An unverified basis shows 待核 and does not publish outside a demo."""
    for where, basis in every_basis(item):
        if basis.text and basis.kind is not BasisKind.DESIGN and not basis.verified:
            yield Complaint(
                where,
                f"“{basis.text}”待核",
                "未经核对的依据只能在演示中使用",
                "对照文本核对后标明出处，或更正",
                "stops_outside_demo",
                rule="unchecked",
            )


RULES = (there_is_one, articles, unchecked_ones)
