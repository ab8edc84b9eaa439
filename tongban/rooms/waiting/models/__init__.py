"""What the room keeps: halls and their queues, and what is taken over the desk of a window or station."""

from tongban.rooms.waiting.models.desks import Absence, Original, Question, Slip, Training
from tongban.rooms.waiting.models.halls import (
    Hall,
    HallDay,
    QueueClass,
    QueueNumber,
    Seat,
    Session,
    Ticket,
    Visit,
    Window,
    Zone,
)

__all__ = [
    "Absence",
    "Hall",
    "HallDay",
    "Original",
    "Question",
    "QueueClass",
    "QueueNumber",
    "Seat",
    "Session",
    "Slip",
    "Ticket",
    "Training",
    "Visit",
    "Window",
    "Zone",
]
