"""Appointments of simulated people: a seat booked in the morning, and then they come, or they do not."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import UUID

from tongban.rooms import clock
from tongban.rooms.waiting import actions as waiting
from tongban.rooms.waiting import queries as waited
from tongban.rulebook.errors import Refused

#: Sessions of a day: first and last minute, in Shanghai.
_SESSIONS = (((9, 0), (12, 0)), ((13, 30), (17, 30)))
_CLASS = "general"


class Appointments:
    """The seats of one hall during a simulation."""

    def __init__(self, site: UUID) -> None:
        self.site = site
        self._windows = [one.id for one in waited.windows(site) if one.is_open and _CLASS in one.classes]
        self._sessions: dict[tuple[date, int], UUID] = {}
        #: What the person with this ticket came for, and the visits that its item promises.
        self._waiting: dict[UUID, tuple[Callable[[], UUID], int]] = {}
        self._called = 0
        self.booked, self.came, self.missed = 0, 0, 0

    def open_day(self, day: date, seats: int) -> None:
        """Offer the sessions of a day."""
        for n, (first, last) in enumerate(_SESSIONS):
            starts, ends = clock.at_local(day, *first), clock.at_local(day, *last)
            self._sessions[day, n] = waiting.open_session(
                self.site, starts, ends, seats, actor="house", queue_class=_CLASS
            )

    def book(self, at: datetime, holder: UUID, item: str, key: str) -> str:
        """Book a seat for the time of coming; returns its code, or nothing where she cannot have one."""
        local = at.astimezone(clock.SHANGHAI)
        n = 0 if local.hour < 12 else 1
        first, last = (clock.at_local(local.date(), *moment) for moment in _SESSIONS[n])
        if not self._windows or not first <= at < last:
            return ""
        session = self._sessions.get((local.date(), n))
        if session is None:
            return ""
        try:
            code = waiting.book(session, holder, actor=f"person:{holder}", key=key, item_code=item).seat.code
        except Refused as no:
            if no.code in ("already_booked", "session_full", "session_over"):
                return ""
            raise
        self.booked += 1
        return code

    def come(self, code: str, act: Callable[[], UUID], promised: int) -> None:
        """She checks in and waits for her number; ``act`` is what she came for, and returns her case."""
        ticket = waiting.check_in(code, self.site)
        self.came += 1
        self._waiting[ticket.id] = (act, promised)

    def serve(self) -> None:
        """The next window calls; whoever it calls does what she came for."""
        window = self._windows[self._called % len(self._windows)]
        self._called += 1
        called = waiting.call_next(window)
        if called is None:
            return
        try:
            if called.id in self._waiting:
                act, promised = self._waiting.pop(called.id)
                waiting.link_case(called.id, act(), promised=promised, actor="house")
        finally:
            waiting.finish(called.id)

    def close_day(self) -> None:
        """Who booked and did not come is marked."""
        self.missed += waiting.mark_missed(100_000)


def after(day: date) -> datetime:
    """Return the moment at which the last session of a day is over."""
    return clock.at_local(day, *_SESSIONS[-1][1]) + timedelta(minutes=1)
