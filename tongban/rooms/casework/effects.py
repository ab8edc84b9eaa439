"""What a step does in the world.  The step table names an effect; a room above casework carries it out.

An effect is asked before the step is written and answers with rows and promises for the same statement, so a
licence is entered in the very moment its case is granted, or neither is.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from tongban.rooms.casework.queries.reading import CaseFile
from tongban.rulebook.facts import Outcome


@dataclass(frozen=True, slots=True)
class Extra:
    """What an effect adds to the step."""

    #: Rows by table name; the tables must be allowed (``ledger.statement.allow``).
    rows: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    #: Promises: kind, key, body; ``register`` when a number belongs into it.
    promises: Sequence[Mapping[str, Any]] = ()
    #: Registers to draw from: unit, kind, year.
    draws: Sequence[Mapping[str, Any]] = ()
    #: Columns of the case row that it changes.
    columns: Mapping[str, Any] = field(default_factory=dict)
    #: What the journal should say besides: ids, codes, dates.
    notes: Mapping[str, Any] = field(default_factory=dict)


Effect = Callable[[CaseFile, Outcome, datetime, Mapping[str, Any]], Extra]

#: Effect by name.
EFFECTS: dict[str, Effect] = {}

#: Asked at filing: which licences of this person serve, by licence kind.
Holder = Callable[[UUID, Sequence[str], date], Mapping[str, UUID]]
_HOLDERS: list[Holder] = []


#: Asked at the filing of a renewal: until which day this person's licence of this kind is good; None: it is not hers,
#: of another kind, or not in force on the day.
Expiry = Callable[[UUID, UUID, str, date], date | None]
_EXPIRIES: list[Expiry] = []


@dataclass(frozen=True, slots=True)
class Wanted:
    """What may be fetched for a case instead of being asked for."""

    case_id: UUID
    county: str
    applicant_id: UUID
    #: Units on whose behalf sources are asked, by their approvals: that of the item; of a bundle, those of its parts.
    units: tuple[str, ...]
    #: Code of a material that nobody handed in -> the shared resource that answers for it.
    materials: Mapping[str, str]
    #: Under which the case keeps what it was told.
    case_key: bytes


#: Asked after a filing was found good and before it is written; answers with rows of the materials, and its own.
Fetcher = Callable[[Wanted, datetime], Extra]
_FETCHERS: list[Fetcher] = []


def register_fetcher(fetcher: Fetcher) -> None:
    """A room above asks sources for materials."""
    _FETCHERS.append(fetcher)


def fetched(wanted: Wanted, now: datetime) -> Extra:
    """Return what sources say, or why they say nothing; nothing where no room asks."""
    return _FETCHERS[0](wanted, now) if _FETCHERS and wanted.materials else Extra()


def register(name: str, effect: Effect) -> None:
    """A room above carries out ``name``."""
    EFFECTS[name] = effect


def register_holder(holder: Holder) -> None:
    """A room above knows what a person already holds."""
    _HOLDERS.append(holder)


def register_expiry(expiry: Expiry) -> None:
    """A room above knows until when a licence is good."""
    _EXPIRIES.append(expiry)


def good_until(licence_id: UUID, person_id: UUID, kind: str, day: date) -> date | None:
    """Return the last day of the person's licence of this kind; None: she has no such licence with a last day."""
    found = (expiry(licence_id, person_id, kind, day) for expiry in _EXPIRIES)
    return next((last for last in found if last is not None), None)


def held(person_id: UUID, licence_kinds: Sequence[str], day: date) -> Mapping[str, UUID]:
    """Return the person's licences of these kinds that are valid on ``day``, by kind."""
    found: dict[str, UUID] = {}
    for holder in _HOLDERS:
        found.update(holder(person_id, licence_kinds, day))
    return found
