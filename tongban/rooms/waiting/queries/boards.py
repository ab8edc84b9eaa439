"""The screen in the hall: who is called where, who waits, how long."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Count

from tongban.rooms import clock
from tongban.rooms.waiting.models import Hall, HallDay, QueueClass, Ticket, Window
from tongban.rulebook import tickets as fairness
from tongban.rulebook.errors import Refused


@dataclass(frozen=True, slots=True)
class WindowRow:
    """One window and whom it serves."""

    id: UUID
    #: What stands above it.
    number: str
    #: Code of its zone.
    zone: str
    is_open: bool
    staff_id: UUID | None
    #: Codes of the classes of business it calls.
    classes: tuple[str, ...]
    #: Label of the ticket called, or empty.
    calling: str
    #: The ticket called.
    ticket_id: UUID | None


@dataclass(frozen=True, slots=True)
class ClassWaiting:
    """How many wait for one class of business."""

    #: Code and name of the class.
    code: str
    name: str
    #: Tickets given today, of them still waiting, and served.
    taken: int
    waiting: int
    served: int


@dataclass(frozen=True, slots=True)
class Board:
    """The hall at this moment."""

    #: Every window by its number.
    windows: tuple[WindowRow, ...]
    #: Every class by its letter.
    classes: tuple[ClassWaiting, ...]
    #: Labels in the order in which they would be called now, if every window served every class.
    next_labels: tuple[str, ...]
    #: The doors are closed for today; tickets that wait stay valid.
    closed: bool


@dataclass(frozen=True, slots=True)
class WaitingTimes:
    """How long people waited; of an appointment in time, from its agreed time on."""

    #: Tickets called: the population of both figures.
    tickets: int
    #: Mean and 95 % point in seconds; None when nobody was called.
    mean: float | None
    p95: float | None


def windows(site_id: UUID) -> tuple[WindowRow, ...]:
    """Return the windows of a hall, by number."""
    rows = Window.objects.select_related("zone").filter(hall_id=site_id).order_by("number")
    called = {one.window_id: one for one in Ticket.objects.filter(hall_id=site_id, state="called")}
    return tuple(
        WindowRow(
            id=one.id,
            number=one.number,
            zone=one.zone.code,
            is_open=one.is_open,
            staff_id=one.staff_id,
            classes=tuple(one.classes or one.zone.classes),
            calling=called[one.id].label if one.id in called else "",
            ticket_id=called[one.id].id if one.id in called else None,
        )
        for one in rows
    )


def waiting_counts(site_id: UUID, day: date | None = None) -> tuple[ClassWaiting, ...]:
    """Return per class of business how many tickets were given, wait and were served on ``day`` (today)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.code, c.name, count(t.id), count(t.id) FILTER (WHERE t.state = 'waiting'),"
            " count(t.id) FILTER (WHERE t.state = 'served')"
            " FROM waiting_queueclass c LEFT JOIN waiting_ticket t ON t.queue_class_id = c.id AND t.day = %s"
            " WHERE c.hall_id = %s GROUP BY c.code, c.name, c.letter ORDER BY c.letter",
            [day or clock.today(), site_id],
        )
        return tuple(ClassWaiting(*row) for row in cursor.fetchall())


def waiting_times(site_id: UUID, first: date, last: date, *, class_code: str = "") -> WaitingTimes:
    """Return mean and 95 % point of the wait of all tickets called on the days ``first`` to ``last``."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), avg(waited)::float8, percentile_cont(0.95) WITHIN GROUP (ORDER BY waited) FROM ("
            " SELECT greatest(0, extract(epoch FROM t.called_at - greatest(t.taken_at, t.appointment_at)))::float8"
            " AS waited FROM waiting_ticket t JOIN waiting_queueclass c ON c.id = t.queue_class_id"
            " WHERE t.hall_id = %s AND t.day BETWEEN %s AND %s AND t.called_at IS NOT NULL"
            " AND (%s::text = '' OR c.code = %s)) w",
            [site_id, first, last, class_code, class_code],
        )
        return WaitingTimes(*cursor.fetchone())


def board(site_id: UUID) -> Board:
    """Return the hall at this moment.  Raises ``Refused("no_hall")``."""
    rule, waiting, labels = _queue(site_id)
    ordered = fairness.order(waiting, clock.now(), rule)
    return Board(
        windows=windows(site_id),
        classes=waiting_counts(site_id),
        next_labels=tuple(labels[one.id] for one in ordered),
        closed=HallDay.objects.filter(hall_id=site_id, day=clock.today()).exists(),
    )


@dataclass(frozen=True, slots=True)
class InLine:
    """One ticket that waits, as the windows that may call it see it."""

    id: UUID
    label: str
    #: Code of its class of business.
    class_code: str
    priority: str
    appointment_at: datetime | None
    #: When it was taken or its place began to count.
    since: datetime


def line(site_id: UUID, classes: Collection[str]) -> tuple[InLine, ...]:
    """Return who waits for these classes, in the order in which they would be called now.  Two queries.

    Raises ``Refused("no_hall")``.
    """
    rule, waiting, labels = _queue(site_id)
    ordered = fairness.order([one for one in waiting if one.business in classes], clock.now(), rule)
    return tuple(
        InLine(UUID(one.id), labels[one.id], one.business, one.priority, one.appointment_at, one.taken_at)
        for one in ordered
    )


@dataclass(frozen=True, slots=True)
class Place:
    """Where a ticket stands in the queue."""

    #: People who will probably be called before it.
    before: int
    #: How long it will probably wait; None where no window serves it now.
    wait: timedelta | None


def expected_wait(ticket_id: UUID) -> timedelta | None:
    """Return how long a ticket will probably still wait; None where no window serves it or it does not wait.

    Service times are the means of today's tickets per class; before the first one, three minutes (S035).
    """
    found = place(ticket_id)
    return found.wait if found else None


def place(ticket_id: UUID) -> Place | None:
    """Return where a ticket stands; None: it does not wait any more.  Raises ``Refused("ticket_unknown")``.

    Eight queries at most, however many wait.
    """
    one = Ticket.objects.select_related("queue_class").filter(id=ticket_id).first()
    if one is None:
        raise Refused("ticket_unknown", "没有找到这个号。请核对号码。")
    site_id, code, at = one.hall_id, one.queue_class.code, clock.now()
    rule, waiting, _ = _queue(site_id)
    if all(other.id != str(one.id) for other in waiting):
        return None
    serving = [row for row in windows(site_id) if row.is_open and code in row.classes]
    reach = {served for row in serving for served in row.classes} | {code}
    rivals = [other for other in waiting if other.business in reach]
    ordered = [other.id for other in fairness.order(rivals, at, rule)]
    service, usual = _service(site_id), timedelta(minutes=3)
    begun = dict(
        Ticket.objects.filter(id__in=[row.ticket_id for row in serving if row.ticket_id]).values_list(
            "window_id", "called_at"
        )
    )
    wait = fairness.expected_wait(
        fairness.Ticket(str(one.id), one.queued_at, code, one.priority, one.appointment_at, one.called_at),
        rivals,
        at,
        rule,
        free_at=[begun[row.id] + usual if begun.get(row.id) else at for row in serving],
        service=service,
        usual=usual,
    )
    return Place(ordered.index(str(one.id)), wait)


def queue_lengths(day: date) -> dict[tuple[str, str], int]:
    """Return how many wait in all halls together: (county, code of the class of business) -> persons.  One query."""
    waiting = Ticket.objects.filter(day=day, state="waiting").values_list("county", "queue_class__code")
    return {(county, code): count for county, code, count in waiting.annotate(n=Count("id")).order_by()}


def _queue(site_id: UUID) -> tuple[fairness.QueueRule, list[fairness.Ticket], dict[str, str]]:
    hall = Hall.objects.filter(site_id=site_id).first()
    if hall is None:
        raise Refused("no_hall", "这个场所没有开设排队叫号。请先为它设置大厅。")
    rows = Ticket.objects.select_related("queue_class").filter(hall=hall, day=clock.today(), state="waiting")
    waiting, labels = [], {}
    for row in rows:
        labels[str(row.id)] = row.label
        waiting.append(
            fairness.Ticket(str(row.id), row.queued_at, row.queue_class.code, row.priority, row.appointment_at)
        )
    return fairness.QueueRule.from_data(hall.rule), waiting, labels


def _service(site_id: UUID) -> Mapping[str, timedelta]:
    codes = dict(QueueClass.objects.filter(hall_id=site_id).values_list("id", "code"))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT queue_class_id, avg(ended_at - called_at) FROM waiting_ticket"
            " WHERE hall_id = %s AND day = %s AND state = 'served' GROUP BY queue_class_id",
            [site_id, clock.today()],
        )
        return {codes[class_id]: mean for class_id, mean in cursor.fetchall()}
