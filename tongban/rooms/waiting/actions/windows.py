"""Halls, classes of business, zones and windows: who serves what, where."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from tongban.rooms import clock
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.people.models import Site, Staff
from tongban.rooms.waiting.models import Hall, HallDay, QueueClass, Ticket, Window, Zone
from tongban.rulebook.errors import Refused, Words
from tongban.rulebook.tickets import QueueRule

#: 设计: the rule a hall begins with; each hall may set its own.
QUEUE_RULE: Mapping[str, Any] = MappingProxyType(
    {
        "ranks": {"disabled": 1, "elderly": 1, "pregnant": 1, "military": 1, "infant": 1, "unwell": 1},
        "appointment_rank": 2,
        "ordinary_rank": 3,
        "bound_minutes": 40,
        "grace_minutes": 15,
    }
)


def open_hall(site_id: UUID, *, actor: str, rule: Mapping[str, Any] = QUEUE_RULE, **limits: int) -> None:
    """Let a site give out tickets.  ``limits``: ``behind``, ``returns``, ``early_minutes``.  Twice changes nothing."""
    QueueRule.from_data(rule)
    site = Site.objects.filter(id=site_id).first()
    if site is None:
        raise Refused("site_unknown", "没有找到这个服务场所。请先在场所名录中登记。")
    with transaction.atomic():
        _, made = Hall.objects.get_or_create(
            site_id=site_id, defaults={"county": site.county, "rule": dict(rule), **limits}
        )
        if made:
            ledger.record("hall", site_id, "open_hall", actor, {}, county=site.county)


def set_queue_rule(site_id: UUID, rule: Mapping[str, Any], *, actor: str) -> None:
    """Change the order of the queue; tickets that wait are ordered by it from the next call on."""
    QueueRule.from_data(rule)
    with transaction.atomic():
        hall = _hall(site_id)
        hall.rule = dict(rule)
        hall.save(update_fields=["rule"])
        ledger.record("hall", site_id, "set_queue_rule", actor, {"rule": dict(rule)}, county=hall.county)


def close_hall(site_id: UUID, *, actor: str) -> int:
    """Close the doors for today: no more tickets, but who holds one is still served (延时).  Returns how many wait."""
    today = clock.today()
    with transaction.atomic():
        hall = _hall(site_id)
        _, made = HallDay.objects.get_or_create(hall=hall, day=today, defaults={"closed_at": clock.now()})
        if made:
            ledger.record("hall", site_id, "close_hall", actor, {"day": today}, county=hall.county)
    return Ticket.objects.filter(hall=hall, day=today, state="waiting").count()


def open_class(site_id: UUID, code: str, letter: str, name: str, items: Sequence[str] = ()) -> UUID:
    """Give a class of business its letter, and say which items it is for.  The same again returns the same class."""
    hall = _hall(site_id)
    if len(letter) != 1 or not "A" <= letter <= "Z":
        raise Refused("letter_unfit", "号码字头“{letter}”不能用。请用一个大写英文字母。", letter=letter)
    try:
        with transaction.atomic():
            given = {"name": name, "items": list(items)}
            made, _ = QueueClass.objects.get_or_create(hall=hall, code=code, letter=letter, defaults=given)
    except IntegrityError:
        raise Refused(
            "letter_taken", "业务类别“{named}”或字头“{letter}”在本大厅已经用过。请换一个。", named=code, letter=letter
        ) from None
    return made.id


def route_items(site_id: UUID, code: str, items: Sequence[str], *, actor: str) -> None:
    """Say anew which items a class of business is for: item codes, ``unit:CODE``, ``on-the-spot`` or ``*``."""
    with transaction.atomic():
        hall = _hall(site_id)
        _check_classes(hall, [code])
        QueueClass.objects.filter(hall=hall, code=code).update(items=list(items))
        ledger.record("hall", site_id, "route_items", actor, {"class": code, "items": list(items)}, county=hall.county)


def open_zone(site_id: UUID, code: str, name: str, classes: Sequence[str], *, actor: str) -> UUID:
    """Set up a zone.  The same code again returns the same zone, with these classes."""
    with transaction.atomic():
        hall = _hall(site_id)
        _check_classes(hall, classes)
        zone, _ = Zone.objects.update_or_create(
            hall=hall, code=code, defaults={"county": hall.county, "name": name, "classes": list(classes)}
        )
        ledger.record("zone", zone.id, "open_zone", actor, {"classes": list(classes)}, county=hall.county)
    return zone.id


def serve_classes(window_id: UUID, classes: Sequence[str], *, actor: str) -> None:
    """Narrow a window to some classes of its zone; none given: all of them again."""
    with transaction.atomic():
        window = _locked(window_id)
        _check_within(window.zone, classes)
        window.classes = list(classes)
        window.save(update_fields=["classes"])
        _record(window, "serve_classes", actor, {"classes": list(classes)})


def add_window(zone_id: UUID, number: str, *, actor: str, classes: Sequence[str] = ()) -> UUID:
    """Set up a window, closed.  The same number again returns the same window."""
    with transaction.atomic():
        zone = Zone.objects.filter(id=zone_id).first()
        if zone is None:
            raise Refused("zone_unknown", "没有找到这个专区。请先设置专区。")
        _check_within(zone, classes)
        window, made = Window.objects.get_or_create(
            hall_id=zone.hall_id,
            number=number,
            defaults={"county": zone.county, "zone": zone, "classes": list(classes)},
        )
        if made:
            _record(window, "add_window", actor, {"zone": str(zone_id), "number": number})
    return window.id


def open_window(window_id: UUID, staff_id: UUID, *, actor: str) -> None:
    """Someone sits down at the window.  The same person again changes nothing."""
    if not Staff.objects.filter(id=staff_id).exists():
        raise Refused("staff_unknown", "没有找到这名工作人员。请先登记。")
    try:
        with transaction.atomic():
            window = _locked(window_id)
            if window.is_open and window.staff_id == staff_id:
                return
            if window.is_open:
                raise Refused("window_occupied", "{number}号窗口已有人当班。请先关闭窗口再换人。", number=window.number)
            window.is_open, window.staff_id = True, staff_id
            window.save(update_fields=["is_open", "staff_id"])
            _record(window, "open_window", actor, {"staff": str(staff_id)})
    except IntegrityError:
        raise Refused("staff_at_another_window", "这名工作人员已在另一个窗口当班。请先关闭那个窗口。") from None


def close_window(window_id: UUID, *, actor: str) -> None:
    """Nobody sits there any more.  Refused while a person called is still being served."""
    with transaction.atomic():
        window = _locked(window_id)
        if not window.is_open:
            return
        _check_free(window)
        window.is_open, window.staff_id = False, None
        window.save(update_fields=["is_open", "staff_id"])
        _record(window, "close_window", actor, {})


def reassign_window(window_id: UUID, zone_id: UUID, *, actor: str, classes: Sequence[str] = ()) -> None:
    """Move a window to another zone of the same hall: its next ticket is of the new zone's classes."""
    with transaction.atomic():
        window = _locked(window_id)
        zone = Zone.objects.filter(id=zone_id, hall_id=window.hall_id).first()
        if zone is None:
            raise Refused("zone_unknown", "本大厅没有这个专区。窗口只能调到同一大厅的专区。")
        _check_free(window)
        _check_within(zone, classes)
        window.zone, window.classes = zone, list(classes)
        window.save(update_fields=["zone", "classes"])
        _record(window, "reassign_window", actor, {"zone": str(zone_id), "classes": list(classes)})


def _hall(site_id: UUID) -> Hall:
    hall = Hall.objects.filter(site_id=site_id).first()
    if hall is None:
        raise Refused("no_hall", "这个场所没有开设排队叫号。请先为它设置大厅。")
    return hall


def _locked(window_id: UUID) -> Window:
    window = Window.objects.select_for_update(of=("self",)).select_related("zone").filter(id=window_id).first()
    if window is None:
        raise Refused("window_unknown", "没有找到这个窗口。请核对窗口号。")
    return window


def _check_free(window: Window) -> None:
    called = Ticket.objects.filter(window=window, state="called").values_list("label", flat=True).first()
    if called:
        raise Refused("window_busy", "{called}号还在本窗口办理。请先办结、过号或转号。", called=called)


def _check_classes(hall: Hall, classes: Iterable[str]) -> None:
    known = set(QueueClass.objects.filter(hall=hall).values_list("code", flat=True))
    if unknown := [code for code in classes if code not in known]:
        raise Refused(
            "class_unknown", "本大厅没有这些业务类别：{unknown}。请先设置类别和字头。", unknown=Words(unknown)
        )


def _check_within(zone: Zone, classes: Iterable[str]) -> None:
    if foreign := [code for code in classes if code not in zone.classes]:
        raise Refused(
            "class_not_in_zone",
            "{name}不办理这些业务类别：{foreign}。请先调整专区。",
            name=zone.name,
            foreign=Words(foreign),
        )


def _record(window: Window, step: str, actor: str, body: Mapping[str, Any]) -> None:
    ledger.record("window", window.id, step, actor, body, county=window.county)
