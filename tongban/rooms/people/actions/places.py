"""How divisions, units, sites, settlements and devices come and go."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, time
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction

from tongban.rooms import clock
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.people import words
from tongban.rooms.people.actions.persons import register_organisation
from tongban.rooms.people.actions.version import powers_changed
from tongban.rooms.people.models import Device, Division, Settlement, Site, Staff, Unit
from tongban.rooms.people.queries.persons import who_is
from tongban.rulebook import numbers
from tongban.rulebook.errors import Refused

LEVELS = ("province", "city", "county", "town", "village")
_SITE_KINDS = ("hall", "branch", "town", "village", "park")
_DEVICE_KINDS = ("kiosk", "line", "wheelchair", "rater", "screen")

Point = tuple[Decimal, Decimal]


@transaction.atomic
def open_unit(
    code: str,
    *,
    county: str,
    actor: str,
    full_name: str,
    short_name: str,
    credit_code: str,
    division: str = "",
    parent: str = "",
    valid_from: date | None = None,
) -> UUID:
    """Open a department or office; its agency is registered as a person when it is not known yet.

    Raises ``Refused``, among others ``credit_code_taken``: one credit code is one unit's.
    """
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,15}", code):
        raise Refused("unit_code", "单位代码由小写字母、数字和短横线组成，字母开头，最多 16 位。请重新填写。")
    number = numbers.check_credit_code(credit_code).number
    above = named_unit(county, parent) if parent else None
    if other := Unit.objects.filter(county=county, credit_code=number, valid_until=None).exclude(code=code).first():
        raise Refused(
            "credit_code_taken",
            "统一社会信用代码 {number} 已是单位“{name}”（{unit}）的，一个代码只能属于一个单位。请核对后改正。",
            number=number,
            name=other.full_name,
            unit=other.code,
        )
    made = Unit(
        county=words.check_county(county),
        code=code,
        full_name=words.check_name(full_name),
        short_name=words.check_name(short_name),
        credit_code=number,
        organisation_id=_agency(full_name, number, county, actor),
        division=named_division(division or f"{county}000000"),
        parent=above,
        valid_from=valid_from or clock.today(),
    )
    _save_once(
        made,
        Refused(
            "unit_code_taken",
            "单位代码“{code}”或文号简称“{short_name}”已被在用的单位占用。请另取一个。",
            code=code,
            short_name=short_name,
        ),
    )
    body = {"unit": code, "credit_code": number, "parent": parent}
    ledger.record("unit", made.id, "open_unit", actor, body, county=county)
    powers_changed()
    return made.id


@transaction.atomic
def open_site(
    code: str,
    *,
    county: str,
    actor: str,
    name: str,
    kind: str,
    division: str,
    hours: Sequence[Mapping[str, str]],
    parent: str = "",
    address: str = "",
    point: Point | None = None,
    valid_from: date | None = None,
) -> UUID:
    """Open a place where people are served, below ``parent`` (a site code)."""
    if kind not in _SITE_KINDS:
        raise Refused("site_kind", "场所种类只能是县大厅、分中心、乡镇中心、村级站点或园区。请重新选择。")
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,31}", code):
        raise Refused("site_code", "场所代码由小写字母、数字和短横线组成，最多 32 位。请重新填写。")
    lat, lon = _checked_point(point)
    made = Site(
        county=words.check_county(county),
        code=code,
        name=words.check_name(name),
        kind=kind,
        division=named_division(division),
        parent=named_site(county, parent) if parent else None,
        address=address,
        hours=_checked_hours(hours),
        lat=lat,
        lon=lon,
        valid_from=valid_from or clock.today(),
    )
    _save_once(made, Refused("site_code_taken", "场所代码“{code}”已被在用的场所占用。请另取一个。", code=code))
    body = {"site": code, "kind": kind, "division": division, "parent": parent}
    ledger.record("site", made.id, "open_site", actor, body, county=county)
    powers_changed()
    return made.id


@transaction.atomic
def close_site(site_id: UUID, *, on: date, actor: str) -> None:
    """A site serves for the last time on this day."""
    site = Site.objects.select_for_update().filter(id=site_id, valid_until=None).first()
    if site is None:
        raise Refused("site_unknown", "找不到这个在用的场所。请刷新后再看。")
    words.check_range(site.valid_from, on)
    if Site.objects.filter(parent=site, valid_until=None).exists():
        raise Refused("site_has_sites", "它下面还有在用的场所。请先关闭下级场所，或把它们划归别处。")
    site.valid_until = on
    site.save(update_fields=["valid_until"])
    ledger.record("site", site.id, "close_site", actor, {"until": on}, county=site.county)
    powers_changed()


@transaction.atomic
def change_hours(site_id: UUID, hours: Sequence[Mapping[str, str]], *, actor: str) -> None:
    """A site keeps other hours from now on."""
    site = Site.objects.select_for_update().filter(id=site_id).first()
    if site is None:
        raise Refused("site_unknown", "找不到这个场所。请刷新后再看。")
    before, site.hours = site.hours, _checked_hours(hours)
    site.save(update_fields=["hours"])
    ledger.record("site", site.id, "change_hours", actor, {"before": before, "now": site.hours}, county=site.county)


@transaction.atomic
def enter_settlement(
    name: str, *, division: str, actor: str, residents: int | None = None, point: Point | None = None
) -> UUID:
    """Enter a group of homes of a village."""
    if residents is not None and residents < 0:
        raise Refused("residents_negative", "常住人口不能是负数。请核对后重新填写。")
    lat, lon = _checked_point(point)
    place = named_division(division)
    made = Settlement(
        county=place.county, division=place, name=words.check_name(name), residents=residents, lat=lat, lon=lon
    )
    _save_once(
        made, Refused("settlement_known", "这个村（社区）里已有名为“{name}”的居民点，不必重复登记。", name=made.name)
    )
    ledger.record("settlement", made.id, "enter_settlement", actor, {"division": division}, county=place.county)
    return made.id


@transaction.atomic
def place_device(
    code: str, *, county: str, site: str, kind: str, name: str, actor: str, holder: UUID | None = None
) -> UUID:
    """Put a device at a site, in the care of a member of staff."""
    if kind not in _DEVICE_KINDS:
        raise Refused("device_kind", "设备种类只能是自助机、网络专线、轮椅、评价器或显示屏。请重新选择。")
    if holder is not None and not Staff.objects.filter(id=holder, county=county, left_on=None).exists():
        raise Refused("staff_unknown", "找不到这位在职人员。请重新选择保管人。")
    made = Device(
        county=words.check_county(county),
        site=named_site(county, site),
        code=code,
        kind=kind,
        name=words.check_name(name),
        holder_id=holder,
    )
    _save_once(made, Refused("device_code_taken", "设备编号“{code}”已经用过。请另取一个。", code=code))
    body = {"device": code, "kind": kind, "site": site}
    ledger.record("device", made.id, "place_device", actor, body, county=county)
    return made.id


@transaction.atomic
def retire_device(device_id: UUID, *, actor: str) -> None:
    """Take a device out of use from today."""
    device = Device.objects.select_for_update().filter(id=device_id, retired_on=None).first()
    if device is None:
        raise Refused("device_unknown", "找不到这台在用的设备。请刷新后再看。")
    device.retired_on = clock.today()
    device.save(update_fields=["retired_on"])
    ledger.record("device", device.id, "retire_device", actor, {"on": device.retired_on}, county=device.county)


def see_device(device_id: UUID) -> None:
    """A device gave a sign of life.  Written without a journal entry: it happens every minute and binds nobody."""
    if not Device.objects.filter(id=device_id, retired_on=None).update(seen_at=clock.now()):
        raise Refused("device_unknown", "这台设备没有登记或已停用。请联系管理员。")


def _agency(name: str, credit_code: str, county: str, actor: str) -> UUID:
    """Return the agency that has this credit code, registered now when it is new."""
    known = who_is(county, "credit_code", credit_code)
    if known is not None:
        return known.id
    return register_organisation(name, county=county, actor=actor, credit_code=credit_code, kind="agency")


def named_division(code: str) -> Division:
    found = Division.objects.filter(code=code, valid_until=None).first()
    if found is None:
        raise Refused("division_unknown", "系统中没有在用的区划 {code}。请先导入区划表。", code=code)
    return found


def named_unit(county: str, code: str) -> Unit:
    found = Unit.objects.filter(county=county, code=code, valid_until=None).first()
    if found is None:
        raise Refused("unit_unknown", "系统中没有在用的单位“{code}”。请先登记单位。", code=code)
    return found


def named_site(county: str, code: str) -> Site:
    found = Site.objects.filter(county=county, code=code, valid_until=None).first()
    if found is None:
        raise Refused("site_unknown", "系统中没有在用的场所“{code}”。请先登记场所。", code=code)
    return found


def _save_once(row: Unit | Site | Settlement | Device, taken: Refused) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise taken from error


def _checked_point(point: Point | None) -> tuple[Decimal | None, Decimal | None]:
    if point is None:
        return None, None
    lat, lon = point
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise Refused(
            "point_outside", "坐标不在地球上。纬度应在 -90 到 90 之间，经度应在 -180 到 180 之间。请核对次序。"
        )
    return lat, lon


def _checked_hours(hours: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """Return the spans as they are kept.  Raises ``Refused("site_hours")``."""
    wrong = Refused(
        "site_hours", "开放时间写成“星期、开门、关门”，例如 12345、08:30、12:00，关门晚于开门。请重新填写。"
    )
    if not hours:
        raise wrong
    kept = []
    for span in hours:
        days, opens, closes = span.get("days", ""), span.get("from", ""), span.get("to", "")
        try:
            ordered = time.fromisoformat(opens) < time.fromisoformat(closes)
        except ValueError:
            raise wrong from None
        if not ordered or not re.fullmatch(r"[1-7]{1,7}", days) or len(set(days)) != len(days):
            raise wrong
        kept.append({"days": "".join(sorted(days)), "from": opens, "to": closes})
    return kept
