"""分类综合窗口: under which class of business an item is dealt with in a hall.  Pure."""

from collections.abc import Collection, Mapping

#: What a class may name beside item codes: the items of a unit, what is decided at once, and everything else.
UNIT, ON_THE_SPOT, REST = "unit:", "on-the-spot", "*"


def covered(named: Collection[str], item: str, unit: str) -> bool:
    """Whether what is named, item codes and units, contains an item."""
    return item in named or UNIT + unit in named


def class_for(classes: Mapping[str, Collection[str]], item: str, unit: str, *, on_the_spot: bool) -> str:
    """Return the code of the class that names the item most narrowly; empty: none does.

    The item itself goes before its unit, its unit before ``on-the-spot``, and ``*`` takes the rest.
    """
    wanted = [item, UNIT + unit, *([ON_THE_SPOT] if on_the_spot else []), REST]
    return next((code for name in wanted for code, named in classes.items() if name in named), "")
