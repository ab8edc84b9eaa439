"""Sessions with room, and whose seats they are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F

from tongban.rooms.waiting.models import Seat, Session
from tongban.rulebook.errors import Refused


@dataclass(frozen=True, slots=True)
class FreeSession:
    """A session that can be booked."""

    id: UUID
    site_id: UUID
    kind: str
    #: Class of business, empty for any.
    queue_class: str
    starts_at: datetime
    ends_at: datetime
    #: Seats left.
    free: int


@dataclass(frozen=True, slots=True)
class SeatRow:
    """One seat."""

    id: UUID
    session_id: UUID
    site_id: UUID
    site_name: str
    starts_at: datetime
    ends_at: datetime
    #: ``person``, ``case`` or ``post``, and which.
    holder_kind: str
    holder_id: UUID
    item_code: str
    #: ``booked``, ``came``, ``missed`` or ``cancelled``.
    state: str
    #: What the holder says at check-in.
    code: str


def free_sessions(
    site_id: UUID, first: datetime, last: datetime, *, kind: str = "appointment", queue_class: str = ""
) -> tuple[FreeSession, ...]:
    """Return the sessions that begin from ``first`` until before ``last`` and have room, earliest first.

    With ``queue_class`` those for that class and those for any class.
    """
    rows = Session.objects.filter(
        site_id=site_id, kind=kind, is_open=True, taken__lt=F("capacity"), starts_at__gte=first, starts_at__lt=last
    )
    if queue_class:
        rows = rows.filter(queue_class__in=["", queue_class])
    return tuple(
        FreeSession(
            one.id, one.site_id, one.kind, one.queue_class, one.starts_at, one.ends_at, one.capacity - one.taken
        )
        for one in rows.order_by("starts_at", "id")
    )


def seat(seat_id: UUID) -> SeatRow:
    """Return one seat.  Raises ``Refused("seat_unknown")``."""
    found = Seat.objects.select_related("session__site").filter(id=seat_id).first()
    if found is None:
        raise Refused("seat_unknown", "没有找到这个预约。请核对预约码。")
    return _row(found)


def seats_of(session_id: UUID) -> tuple[SeatRow, ...]:
    """Return the seats of a session, cancelled ones too, in the order of booking."""
    rows = Seat.objects.select_related("session__site").filter(session_id=session_id)
    return tuple(_row(one) for one in rows.order_by("booked_at", "id"))


def my_appointments(
    holder_id: UUID, *, holder_kind: str = "person", states: tuple[str, ...] = ("booked",)
) -> tuple[SeatRow, ...]:
    """Return a holder's seats in these states, earliest first."""
    rows = Seat.objects.select_related("session__site").filter(
        holder_kind=holder_kind, holder_id=holder_id, state__in=states
    )
    return tuple(_row(one) for one in rows.order_by("session__starts_at", "id"))


def booked_here(site_id: UUID, holder_ids: Iterable[UUID], first: datetime, last: datetime) -> tuple[SeatRow, ...]:
    """Return the appointments of these persons at a site that begin from ``first`` until before ``last``.  One query.

    Those checked in already are among them: who asks again is told her ticket again.
    """
    rows = Seat.objects.select_related("session__site").filter(
        holder_kind="person",
        holder_id__in=list(holder_ids),
        state__in=["booked", "came"],
        session__site_id=site_id,
        session__kind="appointment",
        session__starts_at__gte=first,
        session__starts_at__lt=last,
    )
    return tuple(_row(one) for one in rows.order_by("session__starts_at", "id"))


def _row(one: Seat) -> SeatRow:
    return SeatRow(
        id=one.id,
        session_id=one.session_id,
        site_id=one.session.site_id,
        site_name=one.session.site.name,
        starts_at=one.session.starts_at,
        ends_at=one.session.ends_at,
        holder_kind=one.holder_kind,
        holder_id=one.holder_id,
        item_code=one.item_code,
        state=one.state,
        code=one.code,
    )
