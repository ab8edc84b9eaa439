"""What the room keeps: ratings, doubts about them, and the county's rule for acts nobody rated."""

from django.db import models
from django.db.models import F, Q

from tongban.rooms.casework.models import Case
from tongban.rooms.people.models import Person
from tongban.rooms.ratings.words import Act, Channel, Valid
from tongban.rulebook.indicators import Grade

_GOOD = [grade.value for grade in Grade if grade.is_good]


class Rating(models.Model):
    """评价: one per act.  A row of a case is written by the step ``rate``, in one statement with its journal entry."""

    id = models.UUIDField(primary_key=True)
    county = models.CharField(max_length=6)
    #: ``case`` or ``visit``, and the id of that case or visit.
    act = models.CharField(max_length=8)
    act_id = models.UUIDField()
    #: The case that was rated, or for which the visit was made.
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    item_code = models.CharField(max_length=80)
    #: Short code of the unit that answers for it.
    unit = models.CharField(max_length=40)
    #: A name of ``rulebook.indicators.Grade``, never a number.
    grade = models.CharField(max_length=20)
    #: False: filled in by the house after the county's time; never counts as given by somebody.
    active = models.BooleanField()
    #: Given under a name, so that its author can be called back.
    real_name = models.BooleanField()
    #: A name of ``words.Channel``; empty for a default.
    channel = models.CharField(max_length=16, blank=True, default="")
    window_id = models.UUIDField(null=True)
    #: The member of staff who was rated.
    staff_id = models.UUIDField(null=True)
    rater = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    rated_at = models.DateTimeField()
    #: What she wrote, sealed under the case's key; None: nothing.
    comment = models.BinaryField(null=True)
    #: ``counted``, ``mistaken`` or ``malicious``.
    valid = models.CharField(max_length=10, default=Valid.COUNTED)
    #: Digest of the request that gave it, so that the same request again is one rating.
    request = models.CharField(max_length=32, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["act", "act_id"], name="rating_one_per_act"),
            models.CheckConstraint(condition=Q(act__in=[act.value for act in Act]), name="rating_act"),
            models.CheckConstraint(condition=~Q(act="case") | Q(act_id=F("case_id")), name="rating_of_its_case"),
            models.CheckConstraint(condition=Q(grade__in=[grade.value for grade in Grade]), name="rating_grade"),
            models.CheckConstraint(condition=Q(valid__in=[valid.value for valid in Valid]), name="rating_valid"),
            models.CheckConstraint(
                condition=Q(active=True, channel__in=[channel.value for channel in Channel], rater__isnull=False)
                | Q(active=False, channel="", rater=None, real_name=False, comment=None, grade__in=_GOOD),
                name="rating_active_or_default",
            ),
        ]
        indexes = [
            models.Index(fields=["county", "rated_at"], name="rating_day"),
            models.Index(fields=["county", "unit", "-rated_at"], name="rating_unit"),
            models.Index(fields=["case"], name="rating_case"),
        ]


class Doubt(models.Model):
    """误评、恶意差评认定: raised by one, settled by another.  A rating is never deleted."""

    id = models.UUIDField(primary_key=True)
    rating = models.ForeignKey(Rating, on_delete=models.PROTECT, related_name="+")
    #: ``mistaken`` or ``malicious``.
    verdict = models.CharField(max_length=10)
    #: Staff.
    raised_by = models.UUIDField()
    raised_at = models.DateTimeField()
    #: What shows it, sealed.
    evidence = models.BinaryField()
    settled_by = models.UUIDField(null=True)
    settled_at = models.DateTimeField(null=True)
    #: None while open.
    upheld = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(settled_by=None, settled_at=None, upheld=None)
                | Q(settled_by__isnull=False, settled_at__isnull=False, upheld__isnull=False),
                name="doubt_settled_whole",
            ),
            models.CheckConstraint(
                condition=Q(settled_by=None) | ~Q(settled_by=F("raised_by")), name="doubt_four_eyes"
            ),
            models.UniqueConstraint(fields=["rating"], condition=Q(upheld=None), name="doubt_one_open"),
        ]


class DefaultRule(models.Model):
    """What a county does about granted cases that nobody rated.  Without a row: nothing."""

    id = models.UUIDField(primary_key=True)
    county = models.CharField(max_length=6)
    #: Empty: every item without a rule of its own.
    item_code = models.CharField(max_length=80, blank=True, default="")
    #: A limit such as ``15wd``, counted from the end of the case.
    after = models.CharField(max_length=12)
    grade = models.CharField(max_length=20)
    #: Cases that ended earlier are left alone.
    since = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["county", "item_code"], name="defaultrule_once"),
            models.CheckConstraint(condition=Q(grade__in=_GOOD), name="defaultrule_good"),
        ]
