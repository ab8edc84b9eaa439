"""取号叫号: who is called next, and how long the others still wait.  Pure: the caller gives the moment.

Fairness in three rules.  People of a priority class and appointments whose time has come go before the rest; within
one rank the longer wait goes first; and whoever has waited past the bound goes before everyone who has not, longest
wait first, so that no class can keep another waiting without end.  A ticket that was called is never called again.
"""

import heapq
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from tongban.rulebook.errors import Refused


@dataclass(frozen=True, slots=True)
class Ticket:
    """A place in the queue."""

    #: Identity of the ticket; also the last word between two that are equal in everything else.
    id: str
    #: When the number was taken, or when an appointment checked in.
    taken_at: datetime
    #: Class of business, which decides the windows that may call it.
    business: str = ""
    #: Priority class such as ``elderly``; empty for everyone else.
    priority: str = ""
    #: Agreed time of an appointment; None for a walk-in.
    appointment_at: datetime | None = None
    #: When it was called; None while it waits.
    called_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class QueueRule:
    """The hall's rule of order, kept as data."""

    #: Rank per priority class, 1 goes first; a class not named here is ordinary.
    ranks: Mapping[str, int]
    #: Rank of an appointment from its agreed time on.
    appointment_rank: int
    #: Rank of everyone else.
    ordinary_rank: int
    #: Waiting past this goes before all ranks.
    bound: timedelta
    #: An appointment checked in later than this after its time waits like a walk-in.
    grace: timedelta

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "QueueRule":
        """Return the rule from data with ``ranks``, ``appointment_rank``, ``ordinary_rank``, and minutes
        ``bound_minutes`` and ``grace_minutes``; refuse what would make an unfair or endless queue.
        """
        try:
            ranks = {str(name): int(rank) for name, rank in data["ranks"].items()}
            rule = cls(
                MappingProxyType(ranks),
                int(data["appointment_rank"]),
                int(data["ordinary_rank"]),
                timedelta(minutes=int(data["bound_minutes"])),
                timedelta(minutes=int(data["grace_minutes"])),
            )
        except (KeyError, AttributeError, TypeError, ValueError) as error:
            raise Refused(
                "queue_rule_incomplete",
                "排队规则不完整：须写明各优先类别的次序、预约和普通号的次序、最长等候分钟数和预约宽限分钟数。",
            ) from error
        if min([*ranks.values(), rule.appointment_rank, rule.ordinary_rank]) < 1 or rule.ordinary_rank < max(
            [*ranks.values(), rule.appointment_rank]
        ):
            raise Refused("queue_rule_ranks", "排队次序从1起编，普通号的次序不能排在优先号前面，请改正。")
        if rule.bound <= timedelta(0) or rule.grace < timedelta(0):
            raise Refused("queue_rule_bound", "最长等候时间必须大于0分钟，预约宽限不能是负数，请改正。")
        return rule


def order(waiting: Iterable[Ticket], now: datetime, rule: QueueRule) -> tuple[Ticket, ...]:
    """Return the tickets that wait, in the order in which they would be called at ``now``."""
    return tuple(sorted((ticket for ticket in waiting if ticket.called_at is None), key=lambda t: _key(t, now, rule)))


def next_ticket(
    waiting: Iterable[Ticket], now: datetime, rule: QueueRule, serves: Collection[str] | None = None
) -> Ticket | None:
    """Return the ticket a window should call, or None; ``serves`` limits it to the window's classes of business."""
    callable_here = (
        ticket for ticket in waiting if ticket.called_at is None and (serves is None or ticket.business in serves)
    )
    return min(callable_here, key=lambda ticket: _key(ticket, now, rule), default=None)


def waited(ticket: Ticket, now: datetime, rule: QueueRule) -> timedelta:
    """Return the waiting time that counts: of an appointment in time, only from its agreed time on; never negative."""
    return max(now - _since(ticket, rule), timedelta(0))


def expected_wait(
    ticket: Ticket,
    waiting: Iterable[Ticket],
    now: datetime,
    rule: QueueRule,
    *,
    free_at: Sequence[datetime],
    service: Mapping[str, timedelta],
    usual: timedelta,
) -> timedelta | None:
    """Return how long the ticket will probably still wait, or None where no window is open or it does not wait.

    ``free_at`` holds per open window the moment it will be free; ``service`` the mean time per class of business and
    ``usual`` the mean of the others.  Whoever stands before it now is served in turn by the next free window; people
    of a priority class who come later are not foreseen.
    """
    if not free_at:
        return None
    windows = [max(moment, now) for moment in free_at]
    heapq.heapify(windows)
    for one in order(waiting, now, rule):
        if one.id == ticket.id:
            return windows[0] - now
        heapq.heapreplace(windows, windows[0] + service.get(one.business, usual))
    return None


def _since(ticket: Ticket, rule: QueueRule) -> datetime:
    if ticket.appointment_at is None or ticket.taken_at > ticket.appointment_at + rule.grace:
        return ticket.taken_at
    return max(ticket.taken_at, ticket.appointment_at)


def _key(ticket: Ticket, now: datetime, rule: QueueRule) -> tuple[int, datetime, datetime, str]:
    since = _since(ticket, rule)
    if now - since > rule.bound:
        return 0, since, ticket.taken_at, ticket.id
    rank = rule.ranks.get(ticket.priority, rule.ordinary_rank)
    on_time = ticket.appointment_at is not None and ticket.taken_at <= ticket.appointment_at + rule.grace
    if on_time and ticket.appointment_at is not None and ticket.appointment_at <= now:
        rank = min(rank, rule.appointment_rank)
    return rank, since, ticket.taken_at, ticket.id
