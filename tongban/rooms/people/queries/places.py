"""Where things are: divisions, units, sites, devices."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db.models import Q

from tongban.rooms import calendars
from tongban.rooms.people.models import Device, Division, Site, Unit
from tongban.rooms.people.queries.views import DeviceView, DivisionView, Hours, SiteView, UnitView
from tongban.rooms.questions import Question, ask
from tongban.rulebook.errors import Refused


def divisions(county: str, *, level: str = "") -> tuple[DivisionView, ...]:
    """Return the divisions of a county in force, by code; ``level`` narrows them.  One query."""
    rows = Division.objects.filter(county=county, valid_until=None).select_related("parent").order_by("code")
    return tuple(_division(row) for row in (rows.filter(level=level) if level else rows))


def division(code: str) -> DivisionView | None:
    """Return the division in force with this 12-digit code.  One query."""
    row = Division.objects.filter(code=code, valid_until=None).select_related("parent").first()
    return None if row is None else _division(row)


def units(county: str) -> tuple[UnitView, ...]:
    """Return the units of a county in force, by code.  One query."""
    rows = Unit.objects.filter(county=county, valid_until=None).select_related("division", "parent").order_by("code")
    return tuple(_unit(row) for row in rows)


def unit(county: str, code: str) -> UnitView:
    """Return the unit in force with this code.  Raises ``Refused("unit_unknown")``.  One query."""
    return ask(unit_question(county, code))[0]


def unit_question(county: str, code: str) -> Question[UnitView]:
    """Ask for a unit as ``unit`` does, together with something else."""

    def read(row: Sequence[Any]) -> UnitView:
        if row[0] is None:
            raise Refused("unit_unknown", "系统中没有在用的单位“{code}”。请先登记单位。", code=code)
        return UnitView(*row)

    columns = ("u.id", "u.county", "u.code", "u.full_name", "u.short_name", "u.credit_code", "u.organisation_id")
    rest = """FROM people_unit u JOIN people_division d ON d.id = u.division_id
        LEFT JOIN people_unit above ON above.id = u.parent_id
        WHERE u.county = %(unit_county)s AND u.code = %(unit)s AND u.valid_until IS NULL"""
    params = {"unit_county": county, "unit": code}
    return Question((*columns, "d.code", "COALESCE(above.code, '')"), rest, params, read)


def sites(county: str, *, kind: str = "") -> tuple[SiteView, ...]:
    """Return the sites of a county in force, by code; ``kind`` narrows them.  One query."""
    rows = Site.objects.filter(county=county, valid_until=None).select_related("division").order_by("code")
    return tuple(_site(row) for row in (rows.filter(kind=kind) if kind else rows))


def site(site_id: UUID) -> SiteView:
    """Return a site, also a closed one.  Raises ``Refused("site_unknown")``.  One query."""
    row = Site.objects.filter(id=site_id).select_related("division").first()
    if row is None:
        raise Refused("site_unknown", "找不到这个场所。请重新选择。")
    return _site(row)


def site_coded(county: str, code: str) -> SiteView:
    """Return the site in force with this code.  Raises ``Refused("site_unknown")``.  One query."""
    row = Site.objects.filter(county=county, code=code, valid_until=None).select_related("division").first()
    if row is None:
        raise Refused("site_unknown", "系统中没有在用的场所“{code}”。请先登记场所。", code=code)
    return _site(row)


def hours_on(site: SiteView, day: date) -> tuple[Hours, ...]:
    """Return when a site is open on ``day``; empty: closed.  No query.

    On a holiday in the week it is closed; on a weekend worked in exchange it is open as on a Monday.
    """
    weekday, works = day.isoweekday(), calendars.calendar().is_workday(day)
    if weekday <= 5 and not works:
        return ()
    asked = "1" if weekday > 5 and works else str(weekday)
    return tuple(sorted((span for span in site.hours if asked in span.days), key=lambda span: span.opens))


def above(site_id: UUID) -> tuple[SiteView, ...]:
    """Return the site and those above it, nearest first: where a case filed here may go.  One query."""
    rows = _tree(site_id)
    found: list[SiteView] = []
    here: UUID | None = site_id
    while here is not None:
        found.append(rows[here])
        here = rows[here].parent_id
    return tuple(found)


def below(site_id: UUID) -> tuple[SiteView, ...]:
    """Return the site and all in force below it, by code: whose cases a hall looks after.  One query."""
    rows = _tree(site_id, Q(valid_until=None) | Q(id=site_id))
    inside = {site_id}
    grown = True
    while grown:
        more = {row.id for row in rows.values() if row.parent_id in inside} - inside
        inside |= more
        grown = bool(more)
    return tuple(sorted((rows[key] for key in inside), key=lambda row: row.code))


def devices(site_ids: Iterable[UUID]) -> tuple[DeviceView, ...]:
    """Return the devices in use at these sites, by code.  One query."""
    rows = Device.objects.filter(site_id__in=list(site_ids), retired_on=None).order_by("code")
    return tuple(_device(row) for row in rows)


def silent_devices(county: str, since: datetime) -> tuple[DeviceView, ...]:
    """Return the devices in use that gave no sign of life since then, by code.  One query."""
    rows = Device.objects.filter(Q(seen_at=None) | Q(seen_at__lt=since), county=county, retired_on=None)
    return tuple(_device(row) for row in rows.order_by("code"))


def _tree(site_id: UUID, which: Q | None = None) -> dict[UUID, SiteView]:
    """Return the sites of the county of this one; a county has a few hundred."""
    county = Site.objects.filter(id=site_id).values("county")[:1]
    found = Site.objects.filter(which or Q(), county=county).select_related("division")
    rows = {row.id: _site(row) for row in found}
    if site_id not in rows:
        raise Refused("site_unknown", "找不到这个场所。请重新选择。")
    return rows


def _division(row: Division) -> DivisionView:
    return DivisionView(row.id, row.county, row.code, row.name, row.level, row.parent.code if row.parent else "")


def _unit(row: Unit) -> UnitView:
    return UnitView(
        row.id,
        row.county,
        row.code,
        row.full_name,
        row.short_name,
        row.credit_code,
        row.organisation_id,
        row.division.code,
        row.parent.code if row.parent else "",
    )


def _site(row: Site) -> SiteView:
    return SiteView(
        row.id,
        row.county,
        row.code,
        row.name,
        row.kind,
        row.division.code,
        row.parent_id,
        row.address,
        tuple(
            Hours(span["days"], time.fromisoformat(span["from"]), time.fromisoformat(span["to"])) for span in row.hours
        ),
        row.lat,
        row.lon,
    )


def _device(row: Device) -> DeviceView:
    return DeviceView(row.id, row.site_id, row.code, row.kind, row.name, row.holder_id, row.seen_at)
