"""取号、叫号: a ticket is made in one statement and called in one statement."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from tongban.rooms import clock
from tongban.rooms.ids import uuid7
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.waiting.actions.visits import record_visit
from tongban.rooms.waiting.models import Hall, HallDay, QueueClass, Ticket, Window
from tongban.rooms.waiting.queries.tickets import TicketRow, in_queue, ticket
from tongban.rulebook import tickets as fairness
from tongban.rulebook.errors import Refused

#: The number is drawn and the ticket written by one statement: neither exists without the other.
#: A request that was answered before draws nothing.
_TAKE = """
WITH drawn AS (
    INSERT INTO waiting_queuenumber AS n (id, queue_class_id, day, last)
    SELECT %(number_id)s, %(class)s, %(day)s, 1
    WHERE NOT EXISTS (SELECT FROM waiting_ticket WHERE key = %(key)s)
    ON CONFLICT (queue_class_id, day) DO UPDATE SET last = n.last + 1
    RETURNING last
)
INSERT INTO waiting_ticket (id, county, hall_id, queue_class_id, day, number, label, priority, state, taken_at,
    queued_at, recalls, returned, extended, seat_id, appointment_at, person_id, arrival, key, priority_by, priority_why)
SELECT %(id)s, %(county)s, %(hall)s, %(class)s, %(day)s, last, %(letter)s || lpad(last::text, greatest(3,
    length(last::text)), '0'), %(priority)s, 'waiting', %(at)s, %(queued_at)s, 0, 0, false, %(seat)s::uuid,
    %(appointment_at)s::timestamptz, %(person)s::uuid, %(arrival)s, %(key)s, %(priority_by)s::uuid,
    %(priority_why)s
FROM drawn
RETURNING id
"""

#: The first of the ranked tickets that still waits and that no other window is just taking.
_CALL = """
UPDATE waiting_ticket SET state = 'called', window_id = %(window)s, called_at = %(at)s,
    extended = EXISTS (SELECT FROM waiting_hallday d WHERE d.hall_id = waiting_ticket.hall_id
        AND d.day = waiting_ticket.day AND d.closed_at < %(at)s)
WHERE id = (
    SELECT t.id FROM waiting_ticket t WHERE t.id = ANY(%(ranked)s) AND t.state = 'waiting'
    ORDER BY array_position(%(ranked)s, t.id) LIMIT 1 FOR UPDATE SKIP LOCKED
) AND state = 'waiting' AND EXISTS (SELECT FROM waiting_window w WHERE w.id = %(window)s AND w.is_open)
RETURNING id
"""

#: Longest reason for a priority, in characters.
LONGEST_WHY = 60

_LOST = "这个号已不在这一步。请刷新叫号屏后再操作。"


def take_ticket(
    site_id: UUID, class_code: str, *, priority: str = "", person_id: UUID | None = None, key: str = ""
) -> TicketRow:
    """取号.  ``key`` of the request: pressing twice gives one ticket.

    Raises ``Refused``: ``no_hall``, ``class_unknown``, ``priority_unknown``, ``hall_closed``, ``key_reused``.
    """
    queue_class = _class(site_id, class_code)
    hall = queue_class.hall
    _check_priority(hall, priority)
    if HallDay.objects.filter(hall=hall, day=clock.today()).exists():
        raise Refused("hall_closed", "大厅今天已停止取号。请改日再来，也可以预约或在网上办理。")
    return _take(queue_class, priority=priority, person_id=person_id, key=key)


def take_for_seat(
    site_id: UUID, class_code: str, *, seat_id: UUID, appointment_at: datetime, person_id: UUID | None, priority: str
) -> TicketRow:
    """Take the ticket of an appointment that checked in; also after closing time, for the session is held then."""
    queue_class = _class(site_id, class_code)
    _check_priority(queue_class.hall, priority)
    return _take(
        queue_class,
        priority=priority,
        person_id=person_id,
        seat_id=seat_id,
        appointment_at=appointment_at,
        key=f"seat:{seat_id}",
    )


def call_next(window_id: UUID) -> TicketRow | None:
    """叫号: call whoever is next by the hall's rule; None when nobody of the window's classes waits.

    Two windows never get the same ticket.  Raises ``Refused``: ``window_unknown``, ``window_closed``, ``window_busy``.
    """
    window = Window.objects.select_related("hall", "zone").filter(id=window_id).first()
    if window is None:
        raise Refused("window_unknown", "没有找到这个窗口。请核对窗口号。")
    if not window.is_open:
        raise Refused("window_closed", "{number}号窗口没有开放。请先登记当班人员并开放窗口。", number=window.number)
    rule = fairness.QueueRule.from_data(window.hall.rule)
    serves = window.classes or window.zone.classes
    while True:
        at = clock.now()
        waiting = in_queue(window.hall_id, clock.legal_date(at), serves)
        if not waiting:
            return None
        ranked = [UUID(one.id) for one in fairness.order(waiting, at, rule)]
        called = _call(window, ranked, at)
        if called is not None:
            return ticket(called)
        # Others took all of these between the two statements: look again.
        if not Window.objects.filter(id=window_id, is_open=True).exists():
            raise Refused("window_closed", "{number}号窗口刚刚关闭。请重新开放后再叫号。", number=window.number)


def recall(ticket_id: UUID) -> TicketRow:
    """重呼: call the same ticket at the same window again."""
    _move("UPDATE waiting_ticket SET recalls = recalls + 1 WHERE id = %(id)s AND state = 'called'", ticket_id)
    return ticket(ticket_id)


def skip(ticket_id: UUID) -> TicketRow:
    """过号: nobody came.  The ticket may come back (``return_ticket``) as often as the hall allows."""
    _move(
        "UPDATE waiting_ticket SET state = 'skipped', ended_at = %(at)s WHERE id = %(id)s AND state = 'called'",
        ticket_id,
    )
    return ticket(ticket_id)


def return_ticket(ticket_id: UUID) -> TicketRow:
    """过号后返回: the person waits again, behind the next few of her class (``Hall.behind``), on the same day only."""
    with transaction.atomic():
        row = Ticket.objects.select_for_update(of=("self",)).select_related("hall").filter(id=ticket_id).first()
        if row is None:
            raise Refused("ticket_unknown", "没有找到这个号。请核对号码。")
        if row.state != "skipped":
            raise Refused("ticket_moved", _LOST)
        if row.day != clock.today():
            raise Refused("ticket_expired", "{label}号只在当天有效。请重新取号。", label=row.label)
        if row.returned >= row.hall.returns:
            raise Refused("ticket_spent", "{label}号过号次数已满。请重新取号。", label=row.label)
        row.queued_at = _behind(row)
        row.state, row.window, row.called_at, row.ended_at, row.recalls = "waiting", None, None, None, 0
        row.returned += 1
        row.save()
    return ticket(ticket_id)


def transfer(ticket_id: UUID, class_code: str, *, misrouted: bool = False) -> TicketRow:
    """转号: the person goes on to another class of business and keeps her place by the time she has waited.

    ``misrouted``: the number was of the wrong class from the beginning (分错类别), not a second business.
    Returns the new ticket; the old one ends as ``transferred``.
    """
    with transaction.atomic():
        old = Ticket.objects.select_for_update(of=("self",)).filter(id=ticket_id).first()
        if old is None:
            raise Refused("ticket_unknown", "没有找到这个号。请核对号码。")
        if old.state == "transferred" and (again := Ticket.objects.filter(key=f"transfer:{old.id}").first()):
            return ticket(again.id)
        if old.state != "called":
            raise Refused("ticket_moved", _LOST)
        queue_class = _class(old.hall_id, class_code)
        if queue_class.id == old.queue_class_id:
            raise Refused("same_class", "转入的业务类别与原来相同。请选择另一个类别，或直接办理。")
        old.state, old.ended_at, old.misrouted = "transferred", clock.now(), old.misrouted or misrouted
        old.save(update_fields=["state", "ended_at", "misrouted"])
        return _take(
            queue_class,
            priority=old.priority,
            priority_by=old.priority_by,
            priority_why=old.priority_why,
            person_id=old.person_id,
            seat_id=old.seat_id,
            appointment_at=old.appointment_at,
            queued_at=old.queued_at,
            arrival=old.arrival,
            key=f"transfer:{old.id}",
        )


def give_priority(ticket_id: UUID, priority: str, why: str, *, staff_id: UUID, actor: str) -> TicketRow:
    """给优先: whoever sees somebody wait who should go first says so, with the reason.  The same again is nothing.

    Raises ``Refused``: ``priority_unknown``, ``priority_why``, ``ticket_unknown``, ``ticket_moved`` (it does not wait).
    """
    why = why.strip()
    if not 2 <= len(why) <= LONGEST_WHY:
        raise Refused("priority_why", "请写明为什么优先，2 到 {longest} 个字，例如“抱着婴儿”。", longest=LONGEST_WHY)
    with transaction.atomic():
        row = Ticket.objects.select_for_update(of=("self",)).select_related("hall").filter(id=ticket_id).first()
        if row is None:
            raise Refused("ticket_unknown", "没有找到这个号。请核对号码。")
        if not priority:
            raise Refused("priority_unknown", "请选择优先的类别。")
        _check_priority(row.hall, priority)
        if row.state != "waiting":
            raise Refused("ticket_moved", _LOST)
        if (row.priority, row.priority_why) != (priority, why):
            row.priority, row.priority_by, row.priority_why = priority, staff_id, why
            row.save(update_fields=["priority", "priority_by", "priority_why"])
            ledger.record("ticket", row.id, "give_priority", actor, {"priority": priority}, county=row.county)
    return ticket(ticket_id)


def finish(ticket_id: UUID) -> TicketRow:
    """办结本号: the window is free.  Twice changes nothing."""
    row = ticket(ticket_id)
    if row.state == "served":
        return row
    _move(
        "UPDATE waiting_ticket SET state = 'served', ended_at = %(at)s WHERE id = %(id)s AND state = 'called'",
        ticket_id,
    )
    return ticket(ticket_id)


def link_case(ticket_id: UUID, case_id: UUID, *, promised: int, actor: str, belongs: str = "") -> TicketRow:
    """Tie the person at the window to a case: that is a visit for it.  ``promised``: visits its item promises.

    ``belongs``: the class of business its item is dealt with under; when the first case of a number belongs to another
    class than the number, the number was misrouted.  One coming may serve several cases; the same case
    again changes nothing.
    """
    with transaction.atomic():
        rows = Ticket.objects.select_for_update(of=("self",)).select_related("queue_class")
        row = rows.filter(id=ticket_id).first()
        if row is None:
            raise Refused("ticket_unknown", "没有找到这个号。请核对号码。")
        if row.state not in ("called", "served"):
            raise Refused("ticket_not_called", "{label}号还没有叫到窗口，不能关联办件。请先叫号。", label=row.label)
        if row.case_id is None:
            row.case_id = case_id
            row.misrouted = row.misrouted or bool(belongs and belongs != row.queue_class.code)
            row.save(update_fields=["case_id", "misrouted"])
        record_visit(
            case_id,
            site_id=row.hall_id,
            arrival=row.arrival,
            promised=promised,
            extended=row.extended,
            actor=actor,
        )
    return ticket(ticket_id)


def _take(
    queue_class: QueueClass,
    *,
    priority: str,
    person_id: UUID | None,
    key: str,
    seat_id: UUID | None = None,
    appointment_at: datetime | None = None,
    queued_at: datetime | None = None,
    arrival: UUID | None = None,
    priority_by: UUID | None = None,
    priority_why: str = "",
) -> TicketRow:
    at, made = clock.now(), uuid7()
    params: dict[str, Any] = {
        "id": made,
        "number_id": uuid7(),
        "class": queue_class.id,
        "county": queue_class.hall.county,
        "hall": queue_class.hall_id,
        "day": clock.legal_date(at),
        "letter": queue_class.letter,
        "priority": priority,
        "at": at,
        "queued_at": queued_at or at,
        "seat": seat_id,
        "appointment_at": appointment_at,
        "person": person_id,
        "arrival": arrival or made,
        "priority_by": priority_by,
        "priority_why": priority_why,
        "key": key or str(made),
    }
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_TAKE, params)
            done = cursor.fetchone() is not None
    except IntegrityError as error:
        # The same request came twice at once: the other one drew the number, this one drew none.
        if "waiting_ticket_key" not in str(error):
            raise
        done = False
    if done:
        return ticket(made)
    before = Ticket.objects.get(key=params["key"])
    if before.queue_class_id != queue_class.id or before.person_id != person_id or before.priority != priority:
        raise Refused("key_reused", "这个请求编号已用于另一次取号。请重新取号。")
    return ticket(before.id)


def _call(window: Window, ranked: Sequence[UUID], at: datetime) -> UUID | None:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_CALL, {"window": window.id, "ranked": list(ranked), "at": at})
            found = cursor.fetchone()
    except IntegrityError as error:
        if "ticket_one_at_window" not in str(error):
            raise
        raise Refused("window_busy", "本窗口已叫到一个号。请先办结、过号或转号，再叫下一个。") from None
    return found[0] if found else None


def _move(sql: str, ticket_id: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"id": ticket_id, "at": clock.now()})
        moved = cursor.rowcount
    if not moved:
        ticket(ticket_id)
        raise Refused("ticket_moved", _LOST)


def _behind(row: Ticket) -> datetime:
    """Return the moment that puts ``row`` just behind the next few of its class, or behind all of them."""
    others = Ticket.objects.filter(queue_class_id=row.queue_class_id, day=row.day, state="waiting")
    times = list(others.order_by("queued_at").values_list("queued_at", flat=True)[: row.hall.behind])
    return times[-1] + timedelta(microseconds=1) if times and len(times) == row.hall.behind else clock.now()


def _class(site_id: UUID, code: str) -> QueueClass:
    found = QueueClass.objects.select_related("hall").filter(hall_id=site_id, code=code).first()
    if found is None and not Hall.objects.filter(site_id=site_id).exists():
        raise Refused("no_hall", "这个场所没有开设排队叫号。请直接到窗口办理。")
    if found is None:
        raise Refused("class_unknown", "本大厅没有业务类别“{named}”。请到导办台询问。", named=code)
    return found


def _check_priority(hall: Hall, priority: str) -> None:
    if priority and priority not in hall.rule["ranks"]:
        raise Refused(
            "priority_unknown", "本大厅没有“{priority}”优先类别。请重新选择，或按普通号取号。", priority=priority
        )
