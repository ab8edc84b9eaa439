"""What the room keeps: halls with their zones and windows, tickets, sessions with seats, visits.

Tickets and seats carry the moments of their own life; the journal holds what touches windows, sessions and cases.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from tongban.rooms.ids import uuid7


def _key() -> models.UUIDField:
    return models.UUIDField(primary_key=True, default=uuid7, editable=False)


class Hall(models.Model):
    """How a site queues.  A site without this row gives out no tickets."""

    site = models.OneToOneField("people.Site", primary_key=True, on_delete=models.PROTECT, related_name="+")
    county = models.CharField(max_length=6)
    #: Data of ``rulebook.tickets.QueueRule``: ranks, appointment_rank, ordinary_rank, bound_minutes, grace_minutes.
    rule = models.JSONField()
    #: A person who missed the call comes back behind this many others of the class.
    behind = models.SmallIntegerField(default=3)
    #: A missed ticket may come back this many times.
    returns = models.SmallIntegerField(default=1)
    #: Check-in for an appointment opens this many minutes before its session.
    early_minutes = models.SmallIntegerField(default=60)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(behind__gte=0, returns__gte=0, early_minutes__gte=0), name="hall_not_negative"
            )
        ]


class HallDay(models.Model):
    """The moment at which a hall closed its doors on one day.  Tickets given before stay valid (延时)."""

    id = _key()
    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    closed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hall", "day"], name="hallday_once")]


class QueueClass(models.Model):
    """A class of business with its own numbers, e.g. ``real-estate``, letter B."""

    id = _key()
    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=32)
    #: First character of its labels: B001, B002 …
    letter = models.CharField(max_length=1)
    name = models.CharField(max_length=40)
    #: Which items it is for: item codes, ``unit:CODE``, ``on-the-spot`` or ``*`` (``rulebook.routing``).
    items = ArrayField(models.CharField(max_length=80), default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hall", "code"], name="queueclass_code"),
            models.UniqueConstraint(fields=["hall", "letter"], name="queueclass_letter"),
            models.CheckConstraint(condition=Q(letter__regex=r"^[A-Z]$"), name="queueclass_letter_form"),
        ]


class QueueNumber(models.Model):
    """The last number given for a class and a day.  Drawn in the statement that makes the ticket: no gap."""

    id = _key()
    queue_class = models.ForeignKey(QueueClass, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    last = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["queue_class", "day"], name="queuenumber_once")]


class Zone(models.Model):
    """专区: a part of a hall, and the classes of business its windows serve."""

    id = _key()
    county = models.CharField(max_length=6)
    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=32)
    name = models.CharField(max_length=40)
    #: Codes of ``QueueClass`` of this hall.
    classes = ArrayField(models.CharField(max_length=32))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hall", "code"], name="zone_code")]


class Window(models.Model):
    """窗口: open exactly while a member of staff sits at it."""

    id = _key()
    county = models.CharField(max_length=6)
    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, related_name="+")
    zone = models.ForeignKey(Zone, on_delete=models.PROTECT, related_name="+")
    #: What stands above the window, e.g. ``3`` or ``A12``.
    number = models.CharField(max_length=8)
    is_open = models.BooleanField(default=False)
    #: Who sits there; None while closed.
    staff_id = models.UUIDField(null=True)
    #: Classes it serves of those of its zone; empty: all of them.
    classes = ArrayField(models.CharField(max_length=32), default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hall", "number"], name="window_number"),
            models.UniqueConstraint(fields=["staff_id"], condition=Q(is_open=True), name="window_one_per_staff"),
            models.CheckConstraint(
                condition=Q(is_open=True, staff_id__isnull=False) | Q(is_open=False, staff_id=None),
                name="window_open_with_staff",
            ),
        ]


class Session(models.Model):
    """场次: a time at a place with room for some: appointments, a joint survey, a meeting, a roster."""

    id = _key()
    county = models.CharField(max_length=6)
    site = models.ForeignKey("people.Site", on_delete=models.PROTECT, related_name="+")
    #: ``appointment``, ``survey``, ``meeting``, ``review`` or ``roster``.
    kind = models.CharField(max_length=12)
    #: Code of the class of business that may book it; empty: any.
    queue_class = models.CharField(max_length=32, blank=True, default="")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    capacity = models.IntegerField()
    #: Seats booked or used.  A guard against overselling; figures count the seats themselves.
    taken = models.IntegerField(default=0)
    #: False: stands, but takes no more bookings.
    is_open = models.BooleanField(default=True)
    #: Posts on duty, for weekends and evenings.
    roster = ArrayField(models.UUIDField(), default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="session_range"),
            models.CheckConstraint(condition=Q(taken__gte=0, taken__lte=F("capacity")), name="session_not_oversold"),
            models.CheckConstraint(
                condition=Q(kind__in=["appointment", "survey", "meeting", "review", "roster"]), name="session_kind"
            ),
            models.UniqueConstraint(fields=["site", "kind", "queue_class", "starts_at"], name="session_once"),
        ]
        indexes = [
            models.Index(
                fields=["site", "starts_at"],
                condition=Q(is_open=True, taken__lt=F("capacity")),
                name="session_free",
            )
        ]


class Seat(models.Model):
    """A place in a session, held by a person, a case or a post.  A person's seat is an appointment."""

    id = _key()
    county = models.CharField(max_length=6)
    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="+")
    #: ``person``, ``case`` or ``post``.
    holder_kind = models.CharField(max_length=8)
    holder_id = models.UUIDField()
    #: The item it is about, or empty.
    item_code = models.CharField(max_length=64, blank=True, default="")
    #: ``booked``, ``came``, ``missed`` or ``cancelled``.
    state = models.CharField(max_length=10)
    #: What the holder says or types at check-in: eight characters, random.
    code = models.CharField(max_length=8, unique=True)
    #: Who booked (the holder or a member of staff on the phone), and the key of that request.
    actor = models.CharField(max_length=64)
    key = models.CharField(max_length=80)
    booked_at = models.DateTimeField()
    #: When it left ``booked``; None before.
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["session", "holder_kind", "holder_id"],
                condition=Q(state__in=["booked", "came", "missed"]),
                name="seat_one_per_holder",
            ),
            models.UniqueConstraint(fields=["actor", "key"], name="seat_key_once"),
            models.CheckConstraint(condition=Q(state__in=["booked", "came", "missed", "cancelled"]), name="seat_state"),
            models.CheckConstraint(condition=Q(holder_kind__in=["person", "case", "post"]), name="seat_holder_kind"),
            models.CheckConstraint(
                condition=Q(state="booked", settled_at=None) | (~Q(state="booked") & Q(settled_at__isnull=False)),
                name="seat_settled",
            ),
        ]
        indexes = [models.Index(fields=["holder_id", "booked_at"], name="seat_holder")]


class Ticket(models.Model):
    """排队号: one wait of one person for one class of business."""

    id = _key()
    county = models.CharField(max_length=6)
    hall = models.ForeignKey(Hall, on_delete=models.PROTECT, related_name="+")
    queue_class = models.ForeignKey(QueueClass, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    number = models.IntegerField()
    #: What the person reads, e.g. ``A001``.
    label = models.CharField(max_length=8)
    #: Priority class of the hall's rule, e.g. ``elderly``; empty for everyone else.
    priority = models.CharField(max_length=16, blank=True, default="")
    #: The member of staff who gave it the priority later, and why; None: taken so at the device.
    priority_by = models.UUIDField(null=True)
    priority_why = models.CharField(max_length=60, blank=True, default="", db_default="")
    #: It was of another class than what its person came for: said by the window, or shown by the first case.
    misrouted = models.BooleanField(default=False, db_default=False)
    #: ``waiting``, ``called``, ``served``, ``skipped`` or ``transferred``.
    state = models.CharField(max_length=12, default="waiting")
    taken_at = models.DateTimeField()
    #: From when the place in the queue counts: later than ``taken_at`` after a missed call, earlier after a transfer.
    queued_at = models.DateTimeField()
    called_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    window = models.ForeignKey(Window, null=True, on_delete=models.PROTECT, related_name="+")
    #: Called again without anyone coming.
    recalls = models.SmallIntegerField(default=0)
    #: Came back after a missed call.
    returned = models.SmallIntegerField(default=0)
    #: Called after the hall had closed (延时服务).
    extended = models.BooleanField(default=False)
    #: The first case it led to; further ones are visits.
    case_id = models.UUIDField(null=True)
    #: The appointment it came by, and its agreed time; None for a walk-in.
    seat = models.ForeignKey(Seat, null=True, on_delete=models.PROTECT, related_name="+")
    appointment_at = models.DateTimeField(null=True)
    person_id = models.UUIDField(null=True)
    #: One coming to the hall: the ticket itself, or the first of a chain of transfers.
    arrival = models.UUIDField()
    #: Key of the request that took it: pressing twice gives one ticket.
    key = models.CharField(max_length=80, unique=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["queue_class", "day", "number"], name="ticket_number"),
            models.UniqueConstraint(fields=["window"], condition=Q(state="called"), name="ticket_one_at_window"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "called", "served", "skipped", "transferred"]), name="ticket_state"
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", window=None, called_at=None)
                | (~Q(state="waiting") & Q(window__isnull=False, called_at__isnull=False)),
                name="ticket_called_at_a_window",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "called"], ended_at=None)
                | (~Q(state__in=["waiting", "called"]) & Q(ended_at__isnull=False)),
                name="ticket_ended",
            ),
        ]
        indexes = [
            models.Index(
                fields=["hall", "day", "queue_class", "queued_at"],
                condition=Q(state="waiting"),
                name="ticket_waiting",
            ),
            models.Index(fields=["hall", "day", "called_at"], name="ticket_called"),
            models.Index(fields=["case_id"], condition=Q(case_id__isnull=False), name="ticket_case"),
        ]


class Visit(models.Model):
    """到场: a person came to a place for a case.  Counted per case beside the visits its item promises."""

    id = _key()
    county = models.CharField(max_length=6)
    site = models.ForeignKey("people.Site", on_delete=models.PROTECT, related_name="+")
    case_id = models.UUIDField()
    #: One coming: a ticket's arrival, a seat, or a key given by who recorded it.
    arrival = models.UUIDField()
    #: 1, 2, 3 … within the case.
    ordinal = models.SmallIntegerField()
    #: Visits the item promised at most, as read when this visit was recorded.
    promised = models.SmallIntegerField()
    #: Served after closing time.
    extended = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case_id", "arrival"], name="visit_one_per_arrival"),
            models.UniqueConstraint(fields=["case_id", "ordinal"], name="visit_ordinal"),
            models.CheckConstraint(condition=Q(ordinal__gte=1, promised__gte=0), name="visit_counts"),
        ]
        indexes = [models.Index(fields=["county", "at"], name="visit_county_at")]
