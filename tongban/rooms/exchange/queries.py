"""Every question asked of the room."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Q

from tongban.rooms.exchange.comparing import ComparedLine, Comparison, compare
from tongban.rooms.exchange.models import CallLog, Inbox, Outbox, Resource, ShareRequest, System, Twin
from tongban.rooms.exchange.port import FINAL
from tongban.rulebook.errors import Refused

__all__ = [
    "CallCounts",
    "CallRow",
    "ComparedLine",
    "Comparison",
    "MessageRow",
    "RequestRow",
    "ResourceRow",
    "SystemRow",
    "TwinRow",
    "call_counts",
    "calls",
    "compare",
    "messages_of",
    "outbox_of",
    "requests",
    "resources",
    "systems",
    "troubled_messages",
    "twin",
    "twins_of_case",
    "unmatched",
]


@dataclass(frozen=True, slots=True)
class SystemRow:
    """Another agency's system."""

    id: UUID
    code: str
    name: str
    manner: str
    adapter: str
    #: Messages still to be sent to it.
    queued: int


@dataclass(frozen=True, slots=True)
class ResourceRow:
    """One entry of the directory."""

    id: UUID
    code: str
    name: str
    system: str
    owner_unit: str
    #: ``unconditional``, ``conditional`` or ``refused``.
    share: str
    fields: tuple[str, ...]
    basis: str
    basis_verified: bool


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One request to use a resource."""

    id: UUID
    resource: str
    unit: str
    purpose: str
    fields: tuple[str, ...]
    state: str
    approved_until: date | None
    day_limit: int | None


@dataclass(frozen=True, slots=True)
class CallRow:
    """One line of the call log."""

    id: UUID
    at: datetime
    who: str
    unit: str
    resource: str
    case_id: UUID | None
    purpose: str
    fields: tuple[str, ...]
    #: ``asked``, ``found``, ``missing``, ``down`` or ``refused``; and the code of the trouble.
    outcome: str
    reason: str
    ms: int
    simulated: bool
    #: Result of comparing a form, and the fields that differed.
    verdict: str
    mismatched: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CallCounts:
    """Calls of a span of time."""

    calls: int
    #: Answered: found or missing.
    answered: int
    down: int
    refused: int


@dataclass(frozen=True, slots=True)
class TwinRow:
    """A case in two systems."""

    id: UUID
    case_id: UUID
    system: str
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


def systems(county: str) -> tuple[SystemRow, ...]:
    """Return the systems of a county, with what still has to be sent to each."""
    rows = System.objects.filter(county=county).order_by("code")
    waiting = dict(
        Outbox.objects.filter(county=county, state="queued")
        .values_list("system_id")
        .annotate(n=Count("id"))
        .values_list("system_id", "n")
    )
    return tuple(SystemRow(s.id, s.code, s.name, s.manner, s.adapter, waiting.get(s.id, 0)) for s in rows)


def resources(county: str) -> tuple[ResourceRow, ...]:
    """Return the directory of a county."""
    rows = Resource.objects.select_related("system").filter(county=county).order_by("code")
    return tuple(
        ResourceRow(
            r.id, r.code, r.name, r.system.code, r.owner_unit, r.share, tuple(r.fields), r.basis, r.basis_verified
        )
        for r in rows
    )


def requests(county: str, *, unit: str = "", state: str = "") -> tuple[RequestRow, ...]:
    """Return requests to share, newest first; of one unit or in one state if given."""
    rows = ShareRequest.objects.select_related("resource").filter(county=county)
    if unit:
        rows = rows.filter(unit=unit)
    if state:
        rows = rows.filter(state=state)
    return tuple(
        RequestRow(r.id, r.resource.code, r.unit, r.purpose, tuple(r.fields), r.state, r.approved_until, r.day_limit)
        for r in rows.order_by("-requested_at", "-id")
    )


def calls(
    county: str, first: datetime, last: datetime, *, case_id: UUID | None = None, most: int = 500
) -> tuple[CallRow, ...]:
    """Return calls from ``first`` until before ``last``, newest first, at most ``most``."""
    rows = CallLog.objects.filter(county=county, at__gte=first, at__lt=last)
    if case_id is not None:
        rows = rows.filter(case_id=case_id)
    return tuple(
        CallRow(
            id=r.id,
            at=r.at,
            who=r.who,
            unit=r.unit,
            resource=r.resource_code,
            case_id=r.case_id,
            purpose=r.purpose,
            fields=tuple(r.fields),
            outcome=r.outcome,
            reason=r.reason,
            ms=r.ms,
            simulated=r.simulated,
            verdict=r.verdict,
            mismatched=tuple(r.mismatched),
        )
        for r in rows.order_by("-at", "-id")[:most]
    )


def call_counts(county: str, first: datetime, last: datetime) -> CallCounts:
    """Return how many calls were made from ``first`` until before ``last``, and how they ended."""
    found = CallLog.objects.filter(county=county, at__gte=first, at__lt=last).aggregate(
        calls=Count("id"),
        answered=Count("id", filter=Q(outcome__in=["found", "missing"])),
        down=Count("id", filter=Q(outcome="down")),
        refused=Count("id", filter=Q(outcome="refused")),
    )
    return CallCounts(**found)


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
        t.system.code,
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
