"""Divisions, units, sites, settlements and devices: where things are."""

from django.db import models
from django.db.models import F, Q

from tongban.rooms.ids import uuid7
from tongban.rooms.people.models.persons import Person

_RANGE = Q(valid_until=None) | Q(valid_until__gte=F("valid_from"))


def _point() -> models.DecimalField:
    """Return a column for degrees (CGCS2000), six decimals: about a tenth of a metre."""
    return models.DecimalField(max_digits=9, decimal_places=6, null=True)


def _point_whole(name: str) -> models.CheckConstraint:
    inside = Q(lat__isnull=False, lon__isnull=False, lat__range=(-90, 90), lon__range=(-180, 180))
    return models.CheckConstraint(condition=Q(lat=None, lon=None) | inside, name=name)


class Division(models.Model):
    """行政区划: a county, town or village of the yearly table, by its 12-digit code."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county = models.CharField(max_length=6)
    code = models.CharField(max_length=12)
    name = models.CharField(max_length=80)
    #: ``province``, ``city``, ``county``, ``town`` or ``village``.
    level = models.CharField(max_length=8)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    valid_from = models.DateField()
    #: The last day; None while it stands.
    valid_until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^[0-9]{12}$"), name="division_code"),
            models.CheckConstraint(
                condition=Q(level__in=["province", "city", "county", "town", "village"]), name="division_level"
            ),
            models.CheckConstraint(condition=_RANGE, name="division_range"),
            models.UniqueConstraint(fields=["code"], condition=Q(valid_until=None), name="division_code_in_force"),
        ]


class Unit(models.Model):
    """A department or office, with the words that documents and numbers need."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county = models.CharField(max_length=6)
    #: Short code by which items name it, e.g. ``scjg``.
    code = models.CharField(max_length=16)
    full_name = models.CharField(max_length=80)
    #: Its word in document numbers, e.g. 示例市监.
    short_name = models.CharField(max_length=16)
    credit_code = models.CharField(max_length=18)
    #: The agency as a person in law.
    organisation = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_RANGE, name="unit_range"),
            models.UniqueConstraint(
                fields=["county", "code"], condition=Q(valid_until=None), name="unit_code_in_force"
            ),
            models.UniqueConstraint(
                fields=["county", "short_name"], condition=Q(valid_until=None), name="unit_short_name_in_force"
            ),
        ]


class Site(models.Model):
    """A place where people are served: the county hall, a town centre, a village station, a branch."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county = models.CharField(max_length=6)
    code = models.CharField(max_length=32)
    name = models.CharField(max_length=80)
    #: ``hall``, ``branch``, ``town``, ``village`` or ``park``.
    kind = models.CharField(max_length=8)
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    address = models.CharField(max_length=120, blank=True, default="")
    #: List of ``{"days": "12345", "from": "08:30", "to": "12:00"}``; 1 is Monday.
    hours = models.JSONField(default=list)
    lat = _point()
    lon = _point()
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["hall", "branch", "town", "village", "park"]), name="site_kind"
            ),
            models.CheckConstraint(condition=Q(parent=None) | ~Q(parent=F("id")), name="site_not_its_own_parent"),
            models.CheckConstraint(condition=_RANGE, name="site_range"),
            _point_whole("site_point"),
            models.UniqueConstraint(
                fields=["county", "code"], condition=Q(valid_until=None), name="site_code_in_force"
            ),
        ]


class Settlement(models.Model):
    """A group of homes inside a division: what "fifteen minutes from home" is measured from."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county = models.CharField(max_length=6)
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    #: How many people live there; None if not known.
    residents = models.IntegerField(null=True)
    lat = _point()
    lon = _point()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(residents=None) | Q(residents__gte=0), name="settlement_residents"),
            _point_whole("settlement_point"),
            models.UniqueConstraint(fields=["division", "name"], name="settlement_named_once"),
        ]


class Device(models.Model):
    """A thing at a site: a kiosk, a network line, a wheelchair."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county = models.CharField(max_length=6)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=32)
    #: ``kiosk``, ``line``, ``wheelchair``, ``rater`` or ``screen``.
    kind = models.CharField(max_length=12)
    name = models.CharField(max_length=80)
    #: The member of staff who answers for it.
    holder = models.ForeignKey("people.Staff", null=True, on_delete=models.PROTECT, related_name="+")
    #: Last sign of life; written without a journal entry.
    seen_at = models.DateTimeField(null=True)
    retired_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["kiosk", "line", "wheelchair", "rater", "screen"]), name="device_kind"
            ),
            models.UniqueConstraint(fields=["county", "code"], name="device_code"),
        ]
