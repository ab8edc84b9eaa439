"""The port: what this house asks of any other system, in whatever manner the two are linked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Literal, Protocol
from uuid import UUID

#: States in which an outside system has decided for good.
FINAL = ("granted", "refused")


class Down(Exception):
    """The other system cannot be reached, is too slow, or answers what nobody can read.  It may work later.

    ``code`` is for the log: ``unreachable``, ``slow``, ``trouble``, ``garbled``; by files also ``not_picked_up``,
    ``no_list``, ``no_table``.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Rejected(Exception):
    """The other system understood and said no; the same again will be refused again.  ``code`` is theirs."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Answer:
    """What a source says about one subject."""

    #: ``found``, ``missing`` (the source has no such record) or ``down`` (go on with paper, marked so).
    state: Literal["found", "missing", "down"]
    #: Field -> value; empty unless found.
    values: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    #: True when a simulator spoke.
    simulated: bool = False
    #: The line of the call log; None inside an adapter.
    call_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What goes to another system with a case handed over."""

    case_id: UUID
    #: Our number, common to both sides.
    number: str
    county: str
    item_code: str
    #: Options chosen (情形).
    situation: tuple[str, ...]
    #: Legal day of acceptance.
    accepted_on: date | None
    #: The form as filled in.
    answers: Mapping[str, Any]


def facts_of(told: Mapping[str, Any]) -> CaseFacts:
    """Return the facts of a case from the JSON of them.  Raises ``KeyError``, ``ValueError`` or ``TypeError``."""
    return CaseFacts(
        **{
            **told,
            "case_id": UUID(told["case_id"]),
            "situation": tuple(told["situation"]),
            "accepted_on": date.fromisoformat(told["accepted_on"]) if told["accepted_on"] else None,
        }
    )


@dataclass(frozen=True, slots=True)
class OutsideNumber:
    """The number another system gave a case."""

    number: str


@dataclass(frozen=True, slots=True)
class OutsideMessage:
    """What another system tells about a case."""

    #: Their id of the message: one id, one effect.
    id: str
    #: Their number of the case.
    outside_number: str
    #: 1, 2, 3 … within the case; messages act in this order, however they arrive.
    sequence: int
    #: ``accepted``, ``working``, ``granted`` or ``refused``.
    state: str
    #: Legal day on which they took the step.
    on: date


@dataclass(frozen=True, slots=True)
class Linked:
    """A case in two systems, as an adapter needs to know it."""

    outside_number: str
    #: The last message that acted here.
    last_sequence: int
    #: When it was handed over.
    handed_at: datetime


@dataclass(frozen=True, slots=True)
class Holding:
    """A case as another system holds it at the end of a day."""

    #: Our number: common to both sides.
    case_number: str
    #: Theirs.
    outside_number: str
    #: ``accepted``, ``working``, ``granted`` or ``refused``, and the number of the message that told of it.
    state: str
    sequence: int


class Adapter(Protocol):
    """One manner of talking to one system.  Every method may raise ``Down`` or ``Rejected``."""

    def ask(
        self,
        resource: str,
        query: Mapping[str, str],
        *,
        fields: Sequence[str],
        case_id: UUID | None,
        purpose: str,
    ) -> Answer:
        """Return what the source holds of ``fields`` for the subject of ``query``."""
        ...

    def hand_over(self, facts: CaseFacts, key: str) -> OutsideNumber:
        """Give a case to the other system.  The same ``key`` again must give the same number and no second case."""
        ...

    def poll(self, linked: Linked) -> Sequence[OutsideMessage]:
        """Return what happened after ``linked.last_sequence``; more than that, or twice, does no harm."""
        ...

    def holdings(self, day: date) -> Sequence[Holding]:
        """Return the cases of ours that it holds, as they were at the end of ``day``.

        Those open then, and those taken or changed on that day; older ones that are done may be left out.
        """
        ...
