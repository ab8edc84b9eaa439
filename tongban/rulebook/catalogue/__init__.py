"""The catalogue: what an item is, when a draft may become one, and how two versions differ."""

from tongban.rulebook.catalogue.check import check, hinders, inspect
from tongban.rulebook.catalogue.complaint import Complaint, Known, KnownItem, OwnedField, known
from tongban.rulebook.catalogue.depth import Depth, compare_depth, depth, level_of, reasons_to_come, supported
from tongban.rulebook.catalogue.difference import Change, difference
from tongban.rulebook.catalogue.guide import Faq, Guide, Online
from tongban.rulebook.catalogue.item import (
    PUBLIC_CLASSES,
    Desk,
    Fee,
    Item,
    ItemClass,
    Limits,
    Material,
    Option,
    Part,
    Promise,
    Result,
    Situation,
    TimeRule,
)
from tongban.rulebook.catalogue.licence_kind import (
    LicenceField,
    LicenceKind,
    check_licence_kind,
    freeze_licence_kind,
)
from tongban.rulebook.catalogue.read import Unreadable, freeze, read, read_basis
from tongban.rulebook.catalogue.rules.fields import typed_again

__all__ = [
    "PUBLIC_CLASSES",
    "Change",
    "Complaint",
    "Depth",
    "Desk",
    "Faq",
    "Fee",
    "Guide",
    "Item",
    "ItemClass",
    "Known",
    "KnownItem",
    "LicenceField",
    "LicenceKind",
    "Limits",
    "Material",
    "Online",
    "Option",
    "OwnedField",
    "Part",
    "Promise",
    "Result",
    "Situation",
    "TimeRule",
    "Unreadable",
    "check",
    "check_licence_kind",
    "compare_depth",
    "depth",
    "difference",
    "freeze",
    "freeze_licence_kind",
    "hinders",
    "inspect",
    "known",
    "level_of",
    "read",
    "read_basis",
    "reasons_to_come",
    "supported",
    "typed_again",
]
