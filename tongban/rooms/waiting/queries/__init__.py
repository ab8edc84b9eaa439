"""Every question asked of the room."""

from tongban.rooms.waiting.queries.boards import (
    Board,
    ClassWaiting,
    WaitingTimes,
    WindowRow,
    board,
    expected_wait,
    waiting_counts,
    waiting_times,
    windows,
)
from tongban.rooms.waiting.queries.halls import Arrangement, ClassRow, ZoneRow, arrangement
from tongban.rooms.waiting.queries.seats import (
    FreeSession,
    SeatRow,
    free_sessions,
    my_appointments,
    seat,
    seats_of,
)
from tongban.rooms.waiting.queries.tickets import TicketRow, ticket, tickets_of_case
from tongban.rooms.waiting.queries.visits import VisitRow, broken_promises, extended_visits, visits_of

__all__ = [
    "Board",
    "ClassWaiting",
    "WaitingTimes",
    "WindowRow",
    "board",
    "expected_wait",
    "waiting_counts",
    "waiting_times",
    "windows",
    "Arrangement",
    "ClassRow",
    "ZoneRow",
    "arrangement",
    "FreeSession",
    "SeatRow",
    "free_sessions",
    "my_appointments",
    "seat",
    "seats_of",
    "TicketRow",
    "ticket",
    "tickets_of_case",
    "VisitRow",
    "broken_promises",
    "extended_visits",
    "visits_of",
]
