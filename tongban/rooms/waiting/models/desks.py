"""What is taken over the desk: questions with their owner, original papers, slips for when the line is down."""

from django.db import models
from django.db.models import F, Q

from tongban.rooms.ids import uuid7


def _key() -> models.UUIDField:
    return models.UUIDField(primary_key=True, default=uuid7, editable=False)


class Question(models.Model):
    """首问: a question asked at a window or station.  It has an owner until it is answered."""

    id = _key()
    county = models.CharField(max_length=6)
    site = models.ForeignKey("people.Site", on_delete=models.PROTECT, related_name="+")
    #: Whose question it is: the first asked, until somebody else has accepted it.
    owner_id = models.UUIDField()
    #: To whom it is being handed over; None: to nobody.
    offered_to = models.UUIDField(null=True)
    #: Who asked, where known, and the ticket it was asked with.
    person_id = models.UUIDField(null=True)
    ticket_id = models.UUIDField(null=True)
    #: Question and answer, sealed.
    asked = models.BinaryField()
    answered = models.BinaryField(null=True)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at=None, answered=None, answered_by=None)
                | Q(answered_at__isnull=False, answered__isnull=False, answered_by__isnull=False, offered_to=None),
                name="question_answered_whole",
            ),
            models.CheckConstraint(
                condition=Q(offered_to=None) | ~Q(offered_to=F("owner_id")), name="question_not_to_its_owner"
            ),
        ]
        indexes = [
            models.Index(fields=["owner_id"], condition=Q(answered_at=None), name="question_owned"),
            models.Index(fields=["offered_to"], condition=Q(answered_at=None), name="question_offered"),
        ]


class Absence(models.Model):
    """AB岗: who stands in for somebody who is away."""

    id = _key()
    county = models.CharField(max_length=6)
    staff_id = models.UUIDField()
    stand_in = models.UUIDField()
    first = models.DateField()
    last = models.DateField()
    #: Taken back before its last day.
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(first__lte=F("last")), name="absence_range"),
            models.CheckConstraint(condition=~Q(staff_id=F("stand_in")), name="absence_of_another"),
        ]
        indexes = [models.Index(fields=["stand_in", "last"], name="absence_stand_in")]


class Training(models.Model):
    """培训矩阵: what a member of staff has been trained for.  It stops nobody; it says who can be asked."""

    id = _key()
    county = models.CharField(max_length=6)
    staff_id = models.UUIDField()
    #: An item's code or ``unit:CODE``, as a class of business names its items (``rulebook.routing``).
    covers = models.CharField(max_length=80)
    noted_at = models.DateTimeField()
    noted_by = models.CharField(max_length=64)
    #: Taken back.
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["staff_id", "covers"], condition=Q(ended_at=None), name="training_once_at_a_time"
            )
        ]
        indexes = [models.Index(fields=["county"], condition=Q(ended_at=None), name="training_county")]


class Original(models.Model):
    """原件: an original paper that stays with us for a while, where it lies, and when it went back."""

    id = _key()
    county = models.CharField(max_length=6)
    site = models.ForeignKey("people.Site", on_delete=models.PROTECT, related_name="+")
    case_id = models.UUIDField()
    #: Code of the material of the case's item.
    material = models.CharField(max_length=60)
    #: What is stuck on it: a bar code read by the reader, or a number by hand.  Unique while it lies here.
    label = models.CharField(max_length=40)
    #: Where it lies, e.g. ``3 号柜 2 层``.
    place = models.CharField(max_length=60)
    taken_at = models.DateTimeField()
    taken_by = models.UUIDField()
    returned_at = models.DateTimeField(null=True)
    returned_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "label"], condition=Q(returned_at=None), name="original_label"),
            models.CheckConstraint(
                condition=Q(returned_at=None, returned_by=None)
                | Q(returned_at__isnull=False, returned_by__isnull=False),
                name="original_returned_whole",
            ),
        ]
        indexes = [models.Index(fields=["case_id"], name="original_case")]


class Slip(models.Model):
    """应急收件单: a number printed in advance for one station and day, for when neither line nor power is there."""

    id = _key()
    county = models.CharField(max_length=6)
    site = models.ForeignKey("people.Site", on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    #: 1, 2, 3 … within station and day, without a gap.
    number = models.IntegerField()
    #: ``reserved``, ``used`` or ``void``.  Reserved when its day is over: missing, to be explained.
    state = models.CharField(max_length=8, default="reserved")
    #: The true moment of receipt, as written on the slip.
    received_at = models.DateTimeField(null=True)
    #: The case, or the draft it was entered as.
    case_id = models.UUIDField(null=True)
    #: Why it is void: spoilt, not needed …
    reason = models.CharField(max_length=120, blank=True, default="")
    reserved_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "day", "number"], name="slip_number"),
            models.CheckConstraint(
                condition=Q(state="reserved", received_at=None, case_id=None, settled_at=None)
                | Q(state="used", received_at__isnull=False, case_id__isnull=False, settled_at__isnull=False)
                | (Q(state="void", case_id=None, settled_at__isnull=False) & ~Q(reason="")),
                name="slip_state",
            ),
        ]
        indexes = [models.Index(fields=["case_id"], condition=Q(case_id__isnull=False), name="slip_case")]
