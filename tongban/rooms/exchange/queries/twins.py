"""Cases that live in two systems, and what is told about them."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from tongban.rooms.exchange.models import Inbox, Outbox, Twin
from tongban.rooms.exchange.port import FINAL
from tongban.rulebook.errors import Refused


@dataclass(frozen=True, slots=True)
class TwinRow:
    """A case in two systems."""

    id: UUID
    case_id: UUID
    #: Our number, by which both sides know the case.
    number: str
    system: str
    #: ``interface``, ``table``, ``file`` or ``paper``.
    manner: str
    outside_number: str
    state: str
    last_sequence: int
    #: The result was entered by a clerk.
    manual: bool
    handed_at: datetime
    last_compared: datetime | None


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message from another system, or typed in."""

    id: UUID
    system: str
    their_id: str
    outside_number: str
    case_id: UUID | None
    sequence: int | None
    outside_state: str
    on: date
    state: str
    reason: str
    #: Who typed it in, or empty.
    entered_by: str


def twin(twin_id: UUID) -> TwinRow:
    """Return one twin.  Raises ``Refused("twin_unknown")``."""
    found = Twin.objects.select_related("system").filter(id=twin_id).first()
    if found is None:
        raise Refused("twin_unknown", "没有找到这个外部办件。")
    return _twin(found)


def twins_of_case(case_id: UUID) -> tuple[TwinRow, ...]:
    """Return the twins of a case."""
    return tuple(_twin(t) for t in Twin.objects.select_related("system").filter(case_id=case_id).order_by("id"))


def unmatched(county: str, before: datetime) -> tuple[TwinRow, ...]:
    """Return open twins handed over before a moment whose two sides were not compared since, or that were not taken."""
    rows = Twin.objects.select_related("system").filter(county=county, handed_at__lt=before)
    rows = rows.filter(
        Q(state="rejected")
        | (~Q(state__in=FINAL) & ~Q(system__adapter="") & (Q(last_compared=None) | Q(last_compared__lt=before)))
    )
    return tuple(_twin(t) for t in rows.order_by("handed_at", "id"))


def messages_of(twin_id: UUID) -> tuple[MessageRow, ...]:
    """Return the messages about a twin, in the order received."""
    rows = Inbox.objects.select_related("system", "twin").filter(twin_id=twin_id)
    return tuple(_message(m) for m in rows.order_by("received_at", "id"))


def troubled_messages(county: str) -> tuple[MessageRow, ...]:
    """Return the messages a person must look at: contradicting, refused, unmatched, or waiting for an earlier one."""
    rows = Inbox.objects.select_related("system", "twin").filter(
        county=county, state__in=["contradicts", "refused", "unmatched", "held"]
    )
    return tuple(_message(m) for m in rows.order_by("received_at", "id"))


def outbox_of(twin_id: UUID) -> tuple[UUID, ...]:
    """Return the messages owed about a twin."""
    return tuple(Outbox.objects.filter(twin_id=twin_id).order_by("id").values_list("id", flat=True))


def _twin(t: Twin) -> TwinRow:
    return TwinRow(
        t.id,
        t.case_id,
        t.number,
        t.system.code,
        t.system.manner,
        t.outside_number,
        t.state,
        t.last_sequence,
        t.manual,
        t.handed_at,
        t.last_compared,
    )


def _message(m: Inbox) -> MessageRow:
    return MessageRow(
        id=m.id,
        system=m.system.code,
        their_id=m.their_id,
        outside_number=m.outside_number,
        case_id=m.twin.case_id if m.twin else None,
        sequence=m.sequence,
        outside_state=m.outside_state,
        on=m.on,
        state=m.state,
        reason=m.reason,
        entered_by=m.entered_by,
    )
