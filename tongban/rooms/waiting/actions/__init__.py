"""Every way the room changes: windows, tickets, seats, visits, and what is taken over the desk."""

from tongban.rooms.waiting.actions.originals import return_original, take_original
from tongban.rooms.waiting.actions.questions import (
    accept_question,
    answer_question,
    assign_question,
    decline_question,
    end_absence,
    hand_over_question,
    name_stand_in,
    take_question,
)
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
from tongban.rooms.waiting.actions.slips import reserve_slips, use_slip, void_slip
from tongban.rooms.waiting.actions.tickets import (
    call_next,
    finish,
    give_priority,
    link_case,
    recall,
    return_ticket,
    skip,
    take_ticket,
    transfer,
)
from tongban.rooms.waiting.actions.training import note_training
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
    route_items,
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
    "route_items",
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
    "give_priority",
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
    # questions, originals, slips
    "take_question",
    "hand_over_question",
    "accept_question",
    "decline_question",
    "answer_question",
    "assign_question",
    "name_stand_in",
    "end_absence",
    "take_original",
    "return_original",
    "reserve_slips",
    "use_slip",
    "void_slip",
    # training
    "note_training",
    # visits
    "record_visit",
]
