"""对账: what we hold of the cases in another system beside what it says it holds.  Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from tongban.rooms.exchange.port import FINAL, Holding

#: States in which the other side has, by our books, taken the case over.
TAKEN = ("handed_over", "accepted", "working", *FINAL)


@dataclass(frozen=True, slots=True)
class Ours:
    """A case of ours in that system."""

    twin_id: UUID
    number: str
    #: Empty until they gave one.
    outside_number: str
    state: str
    last_sequence: int


@dataclass(frozen=True, slots=True)
class Found:
    """One difference."""

    #: One of ``models.DIFFERENCES``.
    kind: str
    number: str
    outside_number: str
    #: State on either side; empty where it does not hold the case.
    ours: str
    theirs: str
    #: None: the case is not ours.
    twin_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Matched:
    """Both sides held against one another."""

    differences: tuple[Found, ...]
    #: Our numbers of the cases on which both agree.
    agreed: frozenset[str]


def match(ours: Iterable[Ours], theirs: Iterable[Holding]) -> Matched:
    """Compare both sides.  ``ours`` holds the open cases, and every one named in ``theirs`` that is ours."""
    held: dict[str, list[Holding]] = defaultdict(list)
    for holding in theirs:
        held[holding.case_number].append(holding)
    found: list[Found] = []
    agreed: set[str] = set()
    for one in ours:
        differing = _differing(one, held.pop(one.number, []))
        if differing is None:
            agreed.add(one.number)
        else:
            found.append(differing)
    for number, several in held.items():
        found.append(Found("only_theirs", number, several[0].outside_number, "", several[0].state))
    return Matched(tuple(sorted(found, key=lambda one: (one.kind, one.number))), frozenset(agreed))


def _differing(one: Ours, theirs: list[Holding]) -> Found | None:
    """Return the gravest difference about one case; None: both agree."""
    if not theirs:
        if one.state not in TAKEN:
            return Found("unsent", one.number, "", one.state, "", one.twin_id)
        # What is settled here may have left their list.
        gone = one.state in FINAL
        return None if gone else Found("only_ours", one.number, one.outside_number, one.state, "", one.twin_id)
    first = theirs[0]

    def differing(kind: str) -> Found:
        return Found(kind, one.number, first.outside_number, one.state, first.state, one.twin_id)

    if len({holding.outside_number for holding in theirs}) > 1:
        return differing("twice")
    if one.state not in TAKEN:
        return differing("unsent")
    if one.outside_number and one.outside_number != first.outside_number:
        return differing("number")
    if one.state in FINAL or first.state in FINAL:
        if one.state == first.state:
            return None
        # Ours may be newer than their list, which shows the end of an earlier day.
        newer = first.state not in FINAL and one.last_sequence > first.sequence
        late = one.state not in FINAL
        return None if newer else differing("behind" if late else "result")
    return differing("behind") if first.sequence > one.last_sequence else None
