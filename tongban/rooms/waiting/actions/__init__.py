"""Every way the room changes: windows, tickets, seats, visits."""

from tongban.rooms.waiting.actions.seats import (
    Booked,
    SessionFull,
    book,
    cancel_booking,
    change_capacity,
    check_in,
    close_session,
    mark_missed,
    open_session,
)
from tongban.rooms.waiting.actions.tickets import (
    call_next,
    finish,
    link_case,
    recall,
    return_ticket,
    skip,
    take_ticket,
    transfer,
)
from tongban.rooms.waiting.actions.visits import record_visit
from tongban.rooms.waiting.actions.windows import (
    QUEUE_RULE,
    add_window,
    close_hall,
    close_window,
    open_class,
    open_hall,
    open_window,
    open_zone,
    reassign_window,
    serve_classes,
    set_queue_rule,
)

__all__ = [
    # windows
    "QUEUE_RULE",
    "open_hall",
    "set_queue_rule",
    "close_hall",
    "open_class",
    "open_zone",
    "serve_classes",
    "add_window",
    "open_window",
    "close_window",
    "reassign_window",
    # tickets
    "take_ticket",
    "call_next",
    "recall",
    "skip",
    "return_ticket",
    "transfer",
    "finish",
    "link_case",
    # sessions and seats
    "Booked",
    "SessionFull",
    "open_session",
    "close_session",
    "change_capacity",
    "book",
    "cancel_booking",
    "check_in",
    "mark_missed",
    # visits
    "record_visit",
]
