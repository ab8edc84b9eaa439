"""预约: sessions with room for some, and the seats in them."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from tongban.rooms import clock
from tongban.rooms.ids import uuid7
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.people.models import Site
from tongban.rooms.waiting.actions.tickets import take_for_seat
from tongban.rooms.waiting.models import Hall, Seat, Session
from tongban.rooms.waiting.queries.seats import FreeSession, SeatRow, free_sessions, seat
from tongban.rooms.waiting.queries.tickets import TicketRow
from tongban.rulebook.errors import Refused
from tongban.rulebook.numbers import check_lookup_code, make_lookup_code

#: The room left is taken and the seat written by one statement; two who come at once wait for one row, no longer.
#: The row is asked again after that wait, so that the last seat goes once.
_BOOK = """
WITH room AS (
    UPDATE waiting_session SET taken = taken + 1
    WHERE id = %(session)s AND is_open AND taken < capacity AND ends_at > %(at)s
        AND NOT EXISTS (SELECT FROM waiting_seat s WHERE s.actor = %(actor)s AND s.key = %(key)s)
        AND NOT EXISTS (SELECT FROM waiting_seat s WHERE s.session_id = %(session)s
            AND s.holder_kind = %(holder_kind)s AND s.holder_id = %(holder)s AND s.state <> 'cancelled')
    RETURNING id, county
)
INSERT INTO waiting_seat
    (id, county, session_id, holder_kind, holder_id, item_code, state, code, actor, key, booked_at)
SELECT %(id)s, county, id, %(holder_kind)s, %(holder)s, %(item)s, 'booked', %(code)s, %(actor)s, %(key)s, %(at)s
FROM room
RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Booked:
    """A seat, and whether this request made it (False: the same request had made it before)."""

    #: The seat.
    seat: SeatRow
    #: True when this call wrote it.
    new: bool


class SessionFull(Refused):
    """No room is left; ``offer`` is the next session of the same kind that has some, or None."""

    def __init__(self, offer: FreeSession | None) -> None:
        if offer is None:
            super().__init__("session_full", "这个场次已约满，后面暂时没有空余场次。请改日再看，或到现场取号。")
        else:
            super().__init__(
                "session_full",
                "这个场次已约满。最近的空余场次是{when:%Y年%m月%d日%H:%M}，还有{free}个名额，可以改约。",
                when=offer.starts_at.astimezone(clock.SHANGHAI),
                free=offer.free,
            )
        self.offer = offer


def open_session(
    site_id: UUID,
    starts_at: datetime,
    ends_at: datetime,
    capacity: int,
    *,
    actor: str,
    kind: str = "appointment",
    queue_class: str = "",
    roster: Sequence[UUID] = (),
) -> UUID:
    """Offer a session, on a working day or not.  The same place, kind, class and start again returns the same one."""
    site = Site.objects.filter(id=site_id).first()
    if site is None:
        raise Refused("site_unknown", "没有找到这个服务场所。请先在场所名录中登记。")
    if starts_at >= ends_at or capacity < 0:
        raise Refused("session_unfit", "场次的结束时间应晚于开始时间，名额不能是负数。请改正。")
    with transaction.atomic():
        made, new = Session.objects.get_or_create(
            site_id=site_id,
            kind=kind,
            queue_class=queue_class,
            starts_at=starts_at,
            defaults={"county": site.county, "ends_at": ends_at, "capacity": capacity, "roster": list(roster)},
        )
        if new:
            body = {"starts_at": starts_at, "ends_at": ends_at, "capacity": capacity, "kind": kind}
            ledger.record("session", made.id, "open_session", actor, body, county=site.county)
    return made.id


def close_session(session_id: UUID, *, actor: str) -> None:
    """Take no more bookings; seats booked stay."""
    with transaction.atomic():
        row = _locked(session_id)
        row.is_open = False
        row.save(update_fields=["is_open"])
        ledger.record("session", session_id, "close_session", actor, {}, county=row.county)


def change_capacity(session_id: UUID, capacity: int, *, actor: str) -> None:
    """Offer more or fewer seats, never fewer than are taken."""
    with transaction.atomic():
        row = _locked(session_id)
        if capacity < row.taken:
            raise Refused(
                "capacity_below_taken",
                "本场已约出{taken}个名额，不能减到{capacity}个。请先与预约人改期。",
                taken=row.taken,
                capacity=capacity,
            )
        row.capacity = capacity
        row.save(update_fields=["capacity"])
        ledger.record("session", session_id, "change_capacity", actor, {"capacity": capacity}, county=row.county)


def book(
    session_id: UUID,
    holder_id: UUID,
    *,
    actor: str,
    key: str,
    item_code: str = "",
    holder_kind: str = "person",
) -> Booked:
    """预约: take a seat.  The same ``key`` of the same ``actor`` again returns the same seat.

    Raises ``SessionFull`` with the next free session, and ``Refused``: ``session_unknown``, ``session_closed``,
    ``session_over``, ``already_booked``, ``key_reused``, ``key_missing``.
    """
    if not key:
        raise Refused("key_missing", "预约请求缺少编号。请刷新页面后重新提交。")
    made = uuid7()
    params: dict[str, Any] = {
        "id": made,
        "session": session_id,
        "holder_kind": holder_kind,
        "holder": holder_id,
        "item": item_code,
        "actor": actor,
        "key": key,
        "at": clock.now(),
    }
    while True:
        params["code"] = make_lookup_code(os.urandom(5))
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(_BOOK, params)
                done = cursor.fetchone() is not None
        except IntegrityError as error:
            if "waiting_seat_code" in str(error):
                continue  # one chance in a million million: draw another code
            if "seat_one_per_holder" not in str(error) and "seat_key_once" not in str(error):
                raise
            done = False
        return Booked(seat(made), new=True) if done else _booked_before(params)


def cancel_booking(seat_id: UUID, *, actor: str) -> SeatRow:
    """取消预约: the seat is free for others at once.  Twice changes nothing; after the session began it is refused."""
    with transaction.atomic():
        found = Seat.objects.filter(id=seat_id).values_list("session_id", flat=True).first()
        if found is None:
            raise Refused("seat_unknown", "没有找到这个预约。请核对预约码。")
        # The session first, as in booking: two locks are always taken in the same order.
        session = _locked(found)
        row = Seat.objects.get(id=seat_id)
        if row.state == "cancelled":
            return seat(seat_id)
        if row.state != "booked":
            raise Refused("seat_settled", "这个预约已经签到或已过期，不能取消。")
        if session.starts_at <= clock.now():
            raise Refused("session_began", "预约的场次已经开始，不能取消。不能到场的请另约时间。")
        row.state, row.settled_at = "cancelled", clock.now()
        row.save(update_fields=["state", "settled_at"])
        session.taken -= 1
        session.save(update_fields=["taken"])
        ledger.record("seat", seat_id, "cancel_booking", actor, {"session": str(session.id)}, county=session.county)
    return seat(seat_id)


def check_in(code: str, site_id: UUID, *, class_code: str = "", priority: str = "") -> TicketRow:
    """签到: the holder of an appointment has come and gets a ticket at once.  The same code again: the same ticket.

    ``class_code`` is only needed where the session is for any class.  Raises ``Refused``: ``code_unknown``,
    ``other_site``, ``seat_settled``, ``too_early``, ``session_over``, and what ``take_ticket`` refuses.
    """
    row = Seat.objects.select_related("session").filter(code=check_lookup_code(code)).first()
    if row is None or row.session.kind != "appointment":
        raise Refused("code_unknown", "没有找到这个预约码。请核对预约短信，或按普通号取号。")
    session = row.session
    _check_time_and_place(session, site_id)
    with transaction.atomic():
        came = Seat.objects.filter(id=row.id, state="booked").update(state="came", settled_at=clock.now())
        if not came and Seat.objects.filter(id=row.id).exclude(state="came").exists():
            raise Refused("seat_settled", "这个预约已取消或已过期。请按普通号取号，或另行预约。")
        return take_for_seat(
            site_id,
            session.queue_class or class_code,
            seat_id=row.id,
            appointment_at=session.starts_at,
            person_id=row.holder_id if row.holder_kind == "person" else None,
            priority=priority,
        )


def mark_missed(most: int = 1000) -> int:
    """爽约: seats still booked when their session has ended.  Returns how many were marked."""
    at = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE waiting_seat SET state = 'missed', settled_at = %(at)s WHERE id IN ("
            " SELECT s.id FROM waiting_seat s JOIN waiting_session n ON n.id = s.session_id"
            " WHERE s.state = 'booked' AND n.ends_at < %(at)s ORDER BY s.id LIMIT %(most)s"
            " FOR UPDATE OF s SKIP LOCKED)",
            {"at": at, "most": most},
        )
        return int(cursor.rowcount)


def _booked_before(params: dict[str, Any]) -> Booked:
    """Return the seat of the same request made before, or refuse with the reason why nothing was written."""
    before = Seat.objects.filter(actor=params["actor"], key=params["key"]).first()
    if before is not None:
        asked = (params["session"], params["holder_kind"], params["holder"], params["item"])
        if (before.session_id, before.holder_kind, before.holder_id, before.item_code) != asked:
            raise Refused("key_reused", "这个请求编号已用于另一次预约。请刷新页面后重新提交。")
        return Booked(seat(before.id), new=False)
    session = Session.objects.filter(id=params["session"]).first()
    if session is None:
        raise Refused("session_unknown", "没有找到这个场次。请重新选择。")
    held = Seat.objects.filter(session=session, holder_kind=params["holder_kind"], holder_id=params["holder"])
    if held.exclude(state="cancelled").exists():
        raise Refused("already_booked", "您在这个场次已有一个名额。不必重复预约；需要改期请先取消。")
    if session.ends_at <= params["at"]:
        raise Refused("session_over", "这个场次已经结束。请选择后面的场次。")
    if not session.is_open:
        raise Refused("session_closed", "这个场次已停止预约。请选择其他场次。")
    raise SessionFull(_next_free(session, params["at"]))


def _next_free(session: Session, at: datetime) -> FreeSession | None:
    later = free_sessions(
        session.site_id,
        at,
        max(session.starts_at, at) + timedelta(days=60),
        kind=session.kind,
        queue_class=session.queue_class,
    )
    following = [one for one in later if one.starts_at >= session.starts_at]
    return next(iter(following or later), None)


def _check_time_and_place(session: Session, site_id: UUID) -> None:
    if session.site_id != site_id:
        raise Refused("other_site", "这个预约约在{name}。请到那里签到。", name=session.site.name)
    hall = Hall.objects.filter(site_id=site_id).only("early_minutes").first()
    if hall is None:
        raise Refused("no_hall", "这个场所没有开设排队叫号。请直接到窗口办理。")
    opens = session.starts_at - timedelta(minutes=hall.early_minutes)
    if clock.now() < opens:
        raise Refused(
            "too_early", "还没有到签到时间。请在{opens:%m月%d日%H:%M}以后签到。", opens=opens.astimezone(clock.SHANGHAI)
        )
    if clock.now() >= session.ends_at:
        raise Refused("session_over", "预约的场次已经结束。请按普通号取号，或另行预约。")


def _locked(session_id: UUID) -> Session:
    row = Session.objects.select_for_update().filter(id=session_id).first()
    if row is None:
        raise Refused("session_unknown", "没有找到这个场次。请重新选择。")
    return row
