"""Tickets, as the window and the queue's rule see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import connection

from tongban.rooms.waiting.models import Ticket
from tongban.rulebook import tickets as fairness
from tongban.rulebook.errors import Refused

#: Walk-in tickets read per priority class before a call.  Within one class the order is that of time, so the first
#: few hold the next one; several, because other windows may be taking the very first at the same moment.
CANDIDATES = 8


@dataclass(frozen=True, slots=True)
class TicketRow:
    """One ticket."""

    id: UUID
    #: What the person reads, e.g. ``A001``.
    label: str
    #: Code and name of the class of business.
    class_code: str
    class_name: str
    #: Number within site, class and day, from 1.
    number: int
    #: The legal day it is valid on.
    day: date
    #: Priority class, empty for everyone else.
    priority: str
    #: ``waiting``, ``called``, ``served``, ``skipped`` or ``transferred``.
    state: str
    taken_at: datetime
    called_at: datetime | None
    ended_at: datetime | None
    #: Agreed time of the appointment it came by.
    appointment_at: datetime | None
    #: Number above the window that called it, or empty.
    window: str
    recalls: int
    #: Called after closing time (延时).
    extended: bool
    #: The first case it led to.
    case_id: UUID | None
    #: The coming to the hall that it belongs to.
    arrival: UUID
    #: Who took it, where she said so.
    person_id: UUID | None
    site_id: UUID


def ticket(ticket_id: UUID) -> TicketRow:
    """Return one ticket.  Raises ``Refused("ticket_unknown")``."""
    found = Ticket.objects.select_related("queue_class", "window").filter(id=ticket_id).first()
    if found is None:
        raise Refused("ticket_unknown", "没有找到这个号。请核对号码。")
    return _row(found)


def tickets_of_case(case_id: UUID) -> tuple[TicketRow, ...]:
    """Return the tickets at which a case was begun, oldest first."""
    found = Ticket.objects.select_related("queue_class", "window").filter(case_id=case_id).order_by("taken_at", "id")
    return tuple(_row(one) for one in found)


def ticket_labelled(site_id: UUID, label: str, day: date) -> TicketRow | None:
    """Return the ticket of a day that reads ``label``, or None.  One query."""
    rows = Ticket.objects.select_related("queue_class", "window").filter(hall_id=site_id, day=day)
    found = rows.filter(label=label.strip().upper()).first()
    return None if found is None else _row(found)


def skipped(site_id: UUID, day: date, classes: Sequence[str], *, most: int = 8) -> tuple[TicketRow, ...]:
    """Return the tickets of these classes that were called in vain, the last first: they may come back.  One query."""
    rows = Ticket.objects.select_related("queue_class", "window").filter(hall_id=site_id, day=day, state="skipped")
    return tuple(_row(one) for one in rows.filter(queue_class__code__in=classes).order_by("-ended_at")[:most])


def calls(site_id: UUID, day: date, *, most: int = 8) -> tuple[TicketRow, ...]:
    """Return the tickets now called to a window, the last call first: what a call display shows.  One query."""
    rows = Ticket.objects.select_related("queue_class", "window").filter(hall_id=site_id, day=day, state="called")
    return tuple(_row(one) for one in rows.order_by("-called_at", "id")[:most])


def in_queue(site_id: UUID, day: date, classes: Sequence[str]) -> list[fairness.Ticket]:
    """Return who may be next among ``classes``: the oldest walk-ins of each priority class and all appointments."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, code, priority, queued_at, appointment_at FROM ("
            " SELECT t.id, c.code, t.priority, t.queued_at, t.appointment_at, row_number() OVER"
            " (PARTITION BY t.priority, t.appointment_at IS NULL ORDER BY t.queued_at, t.id) AS place"
            " FROM waiting_ticket t JOIN waiting_queueclass c ON c.id = t.queue_class_id"
            " WHERE t.hall_id = %s AND t.day = %s AND t.state = 'waiting' AND c.code = ANY(%s)) w"
            " WHERE place <= %s OR appointment_at IS NOT NULL",
            [site_id, day, list(classes), CANDIDATES],
        )
        return [fairness.Ticket(str(row[0]), row[3], row[1], row[2], row[4]) for row in cursor.fetchall()]


def _row(found: Ticket) -> TicketRow:
    return TicketRow(
        id=found.id,
        label=found.label,
        class_code=found.queue_class.code,
        class_name=found.queue_class.name,
        number=found.number,
        day=found.day,
        priority=found.priority,
        state=found.state,
        taken_at=found.taken_at,
        called_at=found.called_at,
        ended_at=found.ended_at,
        appointment_at=found.appointment_at,
        window=found.window.number if found.window else "",
        recalls=found.recalls,
        extended=found.extended,
        case_id=found.case_id,
        arrival=found.arrival,
        person_id=found.person_id,
        site_id=found.hall_id,
    )
