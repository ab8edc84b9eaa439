"""What a draft still lacks, said so that the person who wrote it can mend it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

from tongban.rulebook.catalogue.item import Item, Part
from tongban.rulebook.clock import Limit

Severity = Literal["stops", "stops_outside_demo", "warns"]


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing wrong with a draft: where, what, why, how to mend it."""

    #: Path in the draft, e.g. ``materials[2].basis``.
    where: str
    #: What is wrong.
    what: str
    #: The article or rule that says so.
    why: str
    #: What to do.
    how: str
    #: Whether it hinders publishing always, outside a demo, or not at all.
    severity: Severity = "stops"
    #: Stable code of the rule, for machines.
    rule: str = ""

    def __str__(self) -> str:
        return f"{self.where}：{self.what}。{self.why}。{self.how}。"


@dataclass(frozen=True, slots=True)
class KnownItem:
    """What a draft has to know of another item."""

    #: Its code.
    code: str
    #: Its name.
    name: str
    #: Its kind.
    kind: str
    #: Its state in the catalogue.
    state: Literal["in_force", "frozen", "cancelled"] = "in_force"
    #: Whether cases can be filed on it.
    leaf: bool = True
    #: Its 基本编码.
    catalog_code: str = ""
    #: Its parts, when it is a bundle.
    parts: tuple[Part, ...] = ()
    #: Its 承诺办结时限.
    promised: Limit | None = None


def known(item: Item, state: Literal["in_force", "frozen", "cancelled"] = "in_force") -> KnownItem:
    """Return what others have to know of ``item``."""
    promised = item.limits.promised.limit if item.limits.promised else None
    return KnownItem(item.code, item.name, item.kind, state, item.leaf, item.catalog_code, item.parts, promised)


@dataclass(frozen=True, slots=True)
class OwnedField:
    """一数一源: a datum that one department answers for; other forms read it instead of asking for it again."""

    #: Code of the datum, as forms may name it.
    code: str
    #: What forms call it.
    titles: tuple[str, ...]
    #: Code of the unit that answers for it, and what people call that unit.
    owner: str
    owner_name: str
    #: The shared resource it is read from, or empty.
    resource: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What the world around a draft looks like."""

    #: Kinds of case the rulebook has.
    kinds: Collection[str]
    #: Unit code -> its unified social credit code.
    units: Mapping[str, str]
    #: Item code -> what is known of it.
    items: Mapping[str, KnownItem] = field(default_factory=dict)
    #: Licence kind code -> its name.
    licence_kinds: Mapping[str, str] = field(default_factory=dict)
    #: 基本编码 -> name in the upper-level list; None: no list at hand.
    upper_names: Mapping[str, str] | None = None
    #: Names of proofs that were cancelled and may not be asked for.
    cancelled_proofs: Collection[str] = ()
    #: Codes of shared resources that can be asked; None: not known here.
    resources: Collection[str] | None = None
    #: Data that departments answer for.
    owned_fields: Collection[OwnedField] = ()
