"""The catalogue: what an item is, when a draft may become one, and how two versions differ."""

from tongban.rulebook.catalogue.item import (
    PUBLIC_CLASSES,
    Desk,
    Faq,
    Fee,
    Guide,
    Item,
    ItemClass,
    Limits,
    Material,
    Online,
    Option,
    Part,
    Result,
    Situation,
    TimeRule,
)

__all__ = [
    "PUBLIC_CLASSES",
    "Desk",
    "Faq",
    "Fee",
    "Guide",
    "Item",
    "ItemClass",
    "Limits",
    "Material",
    "Online",
    "Option",
    "Part",
    "Result",
    "Situation",
    "TimeRule",
]
