"""The rules a draft is held against: one small function each, grouped by what they look at."""

from collections.abc import Callable, Iterable

from tongban.rulebook.catalogue.complaint import Complaint, Known
from tongban.rulebook.catalogue.item import Item
from tongban.rulebook.catalogue.rules import (
    bases,
    codes,
    fields,
    form,
    guide,
    identity,
    limits,
    materials,
    parts,
    promises,
    result,
    visits,
)

Rule = Callable[[Item, Known], Iterable[Complaint]]

#: Every rule, in the order in which its complaints are read.
ALL: tuple[Rule, ...] = (
    *identity.RULES,
    *codes.RULES,
    *bases.RULES,
    *limits.RULES,
    *materials.RULES,
    *form.RULES,
    *fields.RULES,
    *result.RULES,
    *visits.RULES,
    *guide.RULES,
    *parts.RULES,
    *promises.RULES,
)
