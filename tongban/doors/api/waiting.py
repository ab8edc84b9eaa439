"""排队和预约."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

from tongban.doors.api.asking import Asked, asked
from tongban.doors.api.items import County
from tongban.doors.api.opening import operation
from tongban.doors.api.shapes import Body, CodeValue, Day, Moment, division
from tongban.rooms import clock, crypto
from tongban.rooms.casework.queries.seeing import Sight
from tongban.rooms.people import actions as people
from tongban.rooms.people import queries as places
from tongban.rooms.waiting import actions as waiting
from tongban.rooms.waiting import queries
from tongban.rulebook.errors import Refused


class SiteOut(Schema):
    """一个服务场所。"""

    id: UUID
    code: str
    name: str
    kind: str
    division: CodeValue
    address: str


class TicketIn(Body):
    """取号。"""

    site: UUID
    queue_class: str = Field(description="业务类别")
    priority: str = Field(default="", description="优先类别；普通号不写")


class TicketOut(Schema):
    """一个号。"""

    id: UUID
    label: str
    queue_class: str
    queue_class_name: str
    day: date
    state: str
    priority: str
    taken_at: Moment
    called_at: Moment | None
    window: str


class CallOut(Schema):
    """叫号的结果；没有人等候时 ticket 为 null。"""

    ticket: TicketOut | None


class WindowOut(Schema):
    """一个窗口。"""

    id: UUID
    number: str
    zone: str
    is_open: bool
    classes: list[str]
    calling: str
    ticket_id: UUID | None


class SessionOut(Schema):
    """一个可以预约的场次。"""

    id: UUID
    site_id: UUID
    queue_class: str
    starts_at: Moment
    ends_at: Moment
    free: int


class BookIn(Body):
    """预约。"""

    session: UUID
    item: str = ""
    person: UUID | None = Field(default=None, description="工作人员替谁预约；本人预约不写")


class SeatOut(Schema):
    """一个预约。"""

    id: UUID
    session_id: UUID
    site_id: UUID
    site_name: str
    starts_at: Moment
    ends_at: Moment
    item: str
    state: str
    code: str = Field(description="签到用的预约码")


@operation("GET", "/sites", tag="排队预约", out=list[SiteOut], scope=None)
def list_sites(request: HttpRequest, county: County, kind: Annotated[str, Field(max_length=8)] = "") -> Any:
    """列出服务场所。"""
    return [
        SiteOut(
            id=one.id,
            code=one.code,
            name=one.name,
            kind=one.kind,
            division=division(one.division_code),
            address=one.address,
        )
        for one in places.sites(county, kind=kind)
    ]


@operation("GET", "/sites/{uuid:site_id}/windows", tag="排队预约", out=list[WindowOut], scope="waiting")
def list_windows(request: HttpRequest, site_id: UUID) -> Any:
    """列出大厅的窗口。"""
    _own_county(asked(request), site_id)
    return [WindowOut.model_validate(one, from_attributes=True) for one in queries.windows(site_id)]


@operation("POST", "/tickets", tag="排队预约", out=TicketOut, scope="waiting", status=201)
def take_ticket(request: HttpRequest, body: TicketIn) -> Any:
    """取号。"""
    by = asked(request)
    _own_county(by, body.site)
    person = by.who.id if by.who.kind == "person" else None
    key = crypto.digest(f"{by.name}:{by.key}")
    taken = waiting.take_ticket(body.site, body.queue_class, priority=body.priority, person_id=person, key=key)
    return _ticket(taken)


@operation("GET", "/tickets/{uuid:ticket_id}", tag="排队预约", out=TicketOut, scope="waiting")
def read_ticket(request: HttpRequest, ticket_id: UUID) -> Any:
    """看一个号。"""
    by, found = asked(request), queries.ticket(ticket_id)
    person = by.person() if not by.is_system and by.who.kind == "person" else None
    if places.site(found.site_id).county != by.county or person not in (None, found.person_id):
        raise Refused("ticket_unknown", "没有找到这个号。请核对号码。")
    return _ticket(found)


@operation("POST", "/windows/{uuid:window_id}/call", tag="排队预约", out=CallOut, scope="waiting")
def call_next(request: HttpRequest, window_id: UUID) -> Any:
    """叫下一个号（在这个窗口当班的工作人员）。"""
    by = asked(request)
    _own_window(by, window_id)

    def act() -> Any:
        called = waiting.call_next(window_id)
        return str(called.id) if called else None

    called = people.once(by.name, by.key, ["call_next", window_id], act)
    return {"ticket": _ticket(queries.ticket(UUID(called))) if called else None}


@operation("POST", "/windows/{uuid:window_id}/finish", tag="排队预约", out=TicketOut, scope="waiting")
def finish_ticket(request: HttpRequest, window_id: UUID) -> Any:
    """办完正在本窗口办理的号。"""
    by = asked(request)
    ticket_id = _own_window(by, window_id).ticket_id

    def act() -> Any:
        if ticket_id is None:
            raise Refused("ticket_moved", "本窗口现在没有叫到的号。请先叫号。")
        return str(waiting.finish(ticket_id).id)

    done = people.once(by.name, by.key, ["finish_ticket", window_id], act)
    return _ticket(queries.ticket(UUID(done)))


@operation("GET", "/sites/{uuid:site_id}/sessions", tag="排队预约", out=list[SessionOut], scope=None)
def list_sessions(
    request: HttpRequest, site_id: UUID, first: Day | None = None, last: Day | None = None, queue_class: str = ""
) -> Any:
    """列出有空余的场次；默认从现在起 14 天。"""
    begins = max(clock.at_local(first), clock.now()) if first else clock.now()
    ends = clock.end_of(last or date.fromordinal(clock.legal_date(begins).toordinal() + 14))
    found = queries.free_sessions(site_id, begins, ends, queue_class=queue_class)
    return [SessionOut.model_validate(one, from_attributes=True) for one in found]


@operation("GET", "/appointments", tag="排队预约", out=list[SeatOut], scope="waiting")
def list_appointments(request: HttpRequest) -> Any:
    """本人的预约。"""
    return [_seat(one) for one in queries.my_appointments(asked(request).person())]


@operation("POST", "/appointments", tag="排队预约", out=SeatOut, scope="waiting", status=201)
def book(request: HttpRequest, body: BookIn) -> Any:
    """预约一个场次。"""
    by = asked(request)
    holder = by.person() if by.who.kind == "person" else body.person
    if holder is None:
        raise Refused("holder_missing", "请写明替谁预约（person）。")
    if by.who.kind == "staff":
        by.at_desk()
        if places.person(holder).county != by.county:
            raise Refused("person_unknown", "没有找到这个人。请核对后重新选择。")
    return _seat(waiting.book(body.session, holder, actor=by.name, key=by.key, item_code=body.item).seat)


@operation("POST", "/appointments/{uuid:seat_id}/cancel", tag="排队预约", out=SeatOut, scope="waiting")
def cancel(request: HttpRequest, seat_id: UUID) -> Any:
    """取消预约（本人，或工作人员）。重复取消没有影响。"""
    by = asked(request)
    found = queries.seat(seat_id)
    hers = (found.holder_kind, found.holder_id) == ("person", by.who.id)
    if not hers and not (by.who.kind == "staff" and _reaches(by, found.site_id)):
        raise Refused("seat_unknown", "没有找到这个预约。请核对预约码。")
    return _seat(waiting.cancel_booking(seat_id, actor=by.name))


def _reaches(by: Asked, site_id: UUID) -> bool:
    """Whether people come to this post, and its site is that one or stands above it."""
    by.at_desk()
    return places.site(site_id).county == by.county and Sight.of(by.who).reaches(site_id)


def _own_window(by: Asked, window_id: UUID) -> queries.WindowRow:
    """Return the window at which this member of staff sits.  Raises ``Refused("not_at_window")``."""
    actor = by.staff()
    window = next((one for one in queries.windows(actor.site_id) if one.id == window_id), None)
    if window is None or not window.is_open or window.staff_id != actor.staff_id:
        raise Refused("not_at_window", "您没有在这个窗口当班，不能叫号或办结。请先登记当班。")
    return window


def _own_county(by: Asked, site_id: UUID) -> None:
    if places.site(site_id).county != by.county:
        raise Refused("site_unknown", "没有找到这个服务场所。请核对编号。")


def _ticket(one: queries.TicketRow) -> TicketOut:
    return TicketOut(
        id=one.id,
        label=one.label,
        queue_class=one.class_code,
        queue_class_name=one.class_name,
        day=one.day,
        state=one.state,
        priority=one.priority,
        taken_at=one.taken_at,
        called_at=one.called_at,
        window=one.window,
    )


def _seat(one: queries.SeatRow) -> SeatOut:
    return SeatOut(
        id=one.id,
        session_id=one.session_id,
        site_id=one.site_id,
        site_name=one.site_name,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        item=one.item_code,
        state=one.state,
        code=one.code,
    )
