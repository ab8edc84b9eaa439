"""How numbers were given out: how many were of the wrong class (S048), and who went first and why."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection


@dataclass(frozen=True, slots=True)
class Routed:
    """One class of business within a period."""

    code: str
    name: str
    #: Numbers called to a window, and of them those of the wrong class.
    called: int
    misrouted: int


@dataclass(frozen=True, slots=True)
class Misrouted:
    """A number of the wrong class."""

    day: date
    label: str
    class_name: str
    #: Number of the window that called it, and the class it was passed on to; empty: the case was taken in there.
    window: str
    went_to: str
    case_id: UUID | None


@dataclass(frozen=True, slots=True)
class Preferred:
    """One priority class within a period; empty: everybody else."""

    priority: str
    #: Numbers given, of them those to which a member of staff gave the priority later.
    given: int
    by_staff: int
    #: Mean wait of those called, in minutes; None: none was called.
    waited: float | None


@dataclass(frozen=True, slots=True)
class PreferredTicket:
    """A number that went first."""

    day: date
    label: str
    class_name: str
    priority: str
    #: Who gave it, and why; None: chosen at the device.
    by: UUID | None
    why: str
    #: In minutes; None: not called.
    waited: float | None


_WAITED = "greatest(0, extract(epoch FROM t.called_at - greatest(t.taken_at, t.appointment_at)))::float8 / 60"


def routed(site_id: UUID, first: date, last: date) -> tuple[Routed, ...]:
    """Return per class how many numbers were called and how many were of the wrong class.  One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.code, c.name, count(t.id), count(t.id) FILTER (WHERE t.misrouted)"
            " FROM waiting_queueclass c LEFT JOIN waiting_ticket t ON t.queue_class_id = c.id"
            " AND t.hall_id = c.hall_id AND t.day BETWEEN %s AND %s AND t.called_at IS NOT NULL"
            " WHERE c.hall_id = %s GROUP BY c.code, c.name, c.letter ORDER BY c.letter",
            [first, last, site_id],
        )
        return tuple(Routed(*row) for row in cursor.fetchall())


def misrouted(site_id: UUID, first: date, last: date, *, skip: int = 0, most: int = 50) -> tuple[Misrouted, ...]:
    """Return the numbers of the wrong class, the latest first.  One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.day, t.label, c.name, w.number, coalesce(nc.name, ''), t.case_id FROM waiting_ticket t"
            " JOIN waiting_queueclass c ON c.id = t.queue_class_id JOIN waiting_window w ON w.id = t.window_id"
            " LEFT JOIN waiting_ticket n ON t.state = 'transferred' AND n.key = 'transfer:' || t.id::text"
            " LEFT JOIN waiting_queueclass nc ON nc.id = n.queue_class_id"
            " WHERE t.hall_id = %s AND t.day BETWEEN %s AND %s AND t.misrouted"
            " ORDER BY t.day DESC, t.called_at DESC, t.id OFFSET %s LIMIT %s",
            [site_id, first, last, skip, most],
        )
        return tuple(Misrouted(*row) for row in cursor.fetchall())


def preferred(site_id: UUID, first: date, last: date) -> tuple[Preferred, ...]:
    """Return per priority class how many went first and how long they waited, everybody else last.  One query.

    A number passed on to another class counts once, as it was taken.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT t.priority, count(*), count(t.priority_by), avg({_WAITED})::float8 FROM waiting_ticket t"
            " WHERE t.hall_id = %s AND t.day BETWEEN %s AND %s AND t.arrival = t.id"
            " GROUP BY t.priority ORDER BY t.priority = '', count(*) DESC, t.priority",
            [site_id, first, last],
        )
        return tuple(Preferred(*row) for row in cursor.fetchall())


def preferred_tickets(
    site_id: UUID, first: date, last: date, *, skip: int = 0, most: int = 50
) -> tuple[PreferredTicket, ...]:
    """Return the numbers that went first, the latest first.  One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT t.day, t.label, c.name, t.priority, t.priority_by, t.priority_why,"
            f" {_WAITED} FROM waiting_ticket t JOIN waiting_queueclass c ON c.id = t.queue_class_id"
            " WHERE t.hall_id = %s AND t.day BETWEEN %s AND %s AND t.arrival = t.id AND t.priority <> ''"
            " ORDER BY t.day DESC, t.taken_at DESC, t.id OFFSET %s LIMIT %s",
            [site_id, first, last, skip, most],
        )
        return tuple(PreferredTicket(*row) for row in cursor.fetchall())
