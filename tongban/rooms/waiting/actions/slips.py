"""应急收件单: numbers reserved before the line breaks, used once each, the spoilt ones struck out with a reason."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from tongban.rooms import clock
from tongban.rooms.ids import uuid7
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.people.models import Site
from tongban.rooms.waiting.models import Slip
from tongban.rulebook.errors import Refused

#: Slips of one pad, and of one station on one day, at most.
PAD, PER_DAY = 40, 200


def reserve_slips(site_id: UUID, day: date, count: int, *, actor: str) -> tuple[int, ...]:
    """预留号段: the next ``count`` numbers of a station and day, without a gap; returns them.

    Raises ``Refused``: ``slips_count``, ``slips_day``, ``slips_many``, ``site_unknown``.
    """
    if not 1 <= count <= PAD:
        raise Refused("slips_count", "一次可以预留 1 至 {most} 张应急收件单。请改正张数。", most=PAD)
    if day < clock.today():
        raise Refused("slips_day", "这一天已经过去，不能再预留应急收件单。请选择今天或以后的日期。")
    with transaction.atomic():
        # Two who reserve for the same station at once wait for its row, so that no number is given twice.
        site = Site.objects.select_for_update().only("county").filter(id=site_id).first()
        if site is None:
            raise Refused("site_unknown", "没有找到这个服务场所。请先在场所名录中登记。")
        last = (
            Slip.objects.filter(site_id=site_id, day=day).order_by("-number").values_list("number", flat=True).first()
        )
        first = (last or 0) + 1
        if first + count - 1 > PER_DAY:
            raise Refused(
                "slips_many", "一个站点一天最多 {most} 张应急收件单，今天已预留 {n} 张。", most=PER_DAY, n=first - 1
            )
        numbers = tuple(range(first, first + count))
        now = clock.now()
        Slip.objects.bulk_create(
            Slip(id=uuid7(), county=site.county, site_id=site_id, day=day, number=number, reserved_at=now)
            for number in numbers
        )
        body = {"day": day, "first": first, "last": numbers[-1]}
        ledger.record("station", site_id, "reserve_slips", actor, body, county=site.county)
    return numbers


def use_slip(site_id: UUID, day: date, number: int, *, received_at: datetime, case_id: UUID, actor: str) -> None:
    """补录: what was taken in on this slip is now this draft or case; the same again changes nothing.

    ``received_at`` is the true moment written on the slip.  Raises ``Refused``: ``slip_unknown``, ``slip_spent``,
    ``slip_moment``.
    """
    with transaction.atomic():
        row = _slip(site_id, day, number)
        if row.state == "used" and row.case_id == case_id:
            return
        if row.state != "reserved":
            raise Refused("slip_spent", "{number} 号应急收件单已经用过或作废。请核对单号。", number=number)
        check_moment(day, received_at)
        row.state, row.received_at, row.case_id, row.settled_at = "used", received_at, case_id, clock.now()
        row.save(update_fields=["state", "received_at", "case_id", "settled_at"])
        body = {"day": day, "number": number, "case": case_id, "received_at": received_at}
        ledger.record("station", site_id, "use_slip", actor, body, county=row.county)


def void_slip(site_id: UUID, day: date, number: int, *, reason: str, actor: str) -> None:
    """作废: spoilt or not needed, and why.  Raises ``Refused``: ``slip_unknown``, ``slip_spent``, ``slip_reason``."""
    reason = reason.strip()
    if not 1 <= len(reason) <= 120:
        raise Refused("slip_reason", "请写明作废的原因（120 字以内），例如“写错”“当天没有用到”。")
    with transaction.atomic():
        row = _slip(site_id, day, number)
        if row.state == "void":
            return
        if row.state != "reserved":
            raise Refused("slip_spent", "{number} 号应急收件单已经补录过办件，不能作废。", number=number)
        row.state, row.reason, row.settled_at = "void", reason, clock.now()
        row.save(update_fields=["state", "reason", "settled_at"])
        ledger.record("station", site_id, "void_slip", actor, {"day": day, "number": number}, county=row.county)


def check_moment(day: date, received_at: datetime) -> None:
    """Raise ``Refused("slip_moment")`` unless the moment lies on the slip's day and not in the future."""
    if clock.legal_date(received_at) != day or received_at > clock.now():
        raise Refused("slip_moment", "收件时间应在 {day} 当天，且不能晚于现在。请按纸单上写的时间填写。", day=day)


def _slip(site_id: UUID, day: date, number: int) -> Slip:
    row = Slip.objects.select_for_update().filter(site_id=site_id, day=day, number=number).first()
    if row is None:
        raise Refused(
            "slip_unknown", "本站 {day} 没有预留过 {number} 号应急收件单。请核对日期和单号。", day=day, number=number
        )
    return row
