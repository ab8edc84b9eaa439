"""一码一库: several sources say something of the same person; which of them is shown, and why.  Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Said:
    """What one source says of one field."""

    value: str
    #: Code of the unit or system that says it.
    source: str
    #: When it was said.
    at: datetime


@dataclass(frozen=True, slots=True)
class Golden:
    """The one that is shown, and the others, kept with their source."""

    winner: Said
    losers: tuple[Said, ...]
    #: ``owner`` (the department that answers for the field), ``latest``, or ``only`` (nobody says otherwise).
    rule: str


def golden(said: Iterable[Said], owners: Sequence[str] = ()) -> Golden | None:
    """Return who is believed: the department that answers for the field, of several the first named; else the latest.

    Of two said at the same moment the one whose source comes first by its code, so that everybody sees the same.
    None where nobody says anything.
    """
    several = list(said)
    if not several:
        return None
    place = {source: at for at, source in enumerate(owners)}
    last = len(place)
    several.sort(key=lambda one: (place.get(one.source, last), -one.at.timestamp(), one.source))
    first, *others = several
    if all(one.value == first.value for one in others):
        rule = "only"
    else:
        rule = "owner" if first.source in place else "latest"
    return Golden(first, tuple(others), rule)
