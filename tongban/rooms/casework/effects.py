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


def register(name: str, effect: Effect) -> None:
    """A room above carries out ``name``."""
    EFFECTS[name] = effect


def register_holder(holder: Holder) -> None:
    """A room above knows what a person already holds."""
    _HOLDERS.append(holder)


def held(person_id: UUID, licence_kinds: Sequence[str], day: date) -> Mapping[str, UUID]:
    """Return the person's licences of these kinds that are valid on ``day``, by kind."""
    found: dict[str, UUID] = {}
    for holder in _HOLDERS:
        found.update(holder(person_id, licence_kinds, day))
    return found
