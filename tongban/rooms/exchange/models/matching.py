"""对账: each day both sides of a link are held against one another; what differs has an owner until it is settled."""

from django.db import models
from django.db.models import Q

from tongban.rooms.exchange.models.sharing import Resource, System
from tongban.rooms.exchange.models.twins import Twin
from tongban.rooms.ids import uuid7

#: What may differ.
DIFFERENCES = (
    "unsent",  # ours still lies in the outbox, or they did not take it
    "only_ours",  # we handed it over, they hold nothing of it
    "only_theirs",  # they hold it, we never sent it
    "number",  # they hold it under another number than they told us
    "twice",  # they hold it more than once
    "behind",  # they went on, and we have not heard of it
    "result",  # both have a result, and not the same; or only one has
)


class Matching(models.Model):
    """对账: one day of one system."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county = models.CharField(max_length=6)
    system = models.ForeignKey(System, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    #: ``matched``, ``differing``, or ``unreachable`` (they could not be asked; asked again later).
    state = models.CharField(max_length=12)
    #: Cases of ours looked at, of theirs, and those on which both agree; 0 while unreachable.
    ours = models.IntegerField(default=0)
    theirs = models.IntegerField(default=0)
    agreed = models.IntegerField(default=0)
    #: Differences seen on this day, old ones among them.
    differing = models.IntegerField(default=0)
    #: Code of the trouble while unreachable.
    trouble = models.CharField(max_length=40, blank=True, default="")
    #: Times it was tried.
    attempts = models.IntegerField(default=0)
    at = models.DateTimeField()
    #: Who brought their side of it where no line does; empty: the line.
    entered_by = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["system", "day"], name="matching_once"),
            models.CheckConstraint(
                condition=Q(state__in=["matched", "differing", "unreachable"]), name="matching_state"
            ),
            models.CheckConstraint(condition=Q(state="differing") | Q(differing=0), name="matching_differing"),
        ]
        indexes = [models.Index(fields=["county", "day"], name="matching_day")]


class Difference(models.Model):
    """对不上的办件: open until both sides agree or a person has settled it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county = models.CharField(max_length=6)
    system = models.ForeignKey(System, on_delete=models.PROTECT, related_name="+")
    #: None where the case is not ours.
    twin = models.ForeignKey(Twin, null=True, on_delete=models.PROTECT, related_name="+")
    #: The number common to both sides, and theirs.
    number = models.CharField(max_length=50)
    outside_number = models.CharField(max_length=64, blank=True, default="")
    #: One of ``DIFFERENCES``.
    kind = models.CharField(max_length=12)
    #: State of the case on either side; empty where a side does not hold it.
    ours = models.CharField(max_length=12, blank=True, default="")
    theirs = models.CharField(max_length=12, blank=True, default="")
    #: Code of the unit that must act.
    owner = models.CharField(max_length=40)
    #: The day of the matching that found it, and of the latest one that still saw it.
    found_on = models.DateField()
    seen_on = models.DateField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=64, blank=True, default="")
    #: How: a code of ``actions.SETTLEMENTS``; and in a few words, without names.
    settlement = models.CharField(max_length=16, blank=True, default="")
    note = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["system", "kind", "number"], condition=Q(settled_at=None), name="difference_open_once"
            ),
            models.CheckConstraint(condition=Q(kind__in=DIFFERENCES), name="difference_kind"),
            models.CheckConstraint(
                condition=Q(settled_at=None, settlement="") | (Q(settled_at__isnull=False) & ~Q(settlement="")),
                name="difference_settled",
            ),
        ]
        indexes = [models.Index(fields=["county", "found_on"], name="difference_open", condition=Q(settled_at=None))]


class Withheld(models.Model):
    """未开放的权限: a department does not open a resource, or rights in its system: why, since when, who must act."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county = models.CharField(max_length=6)
    #: Code of the unit that withholds it.
    department = models.CharField(max_length=40)
    #: ``data`` (a shared resource), ``rights`` (working rights in its system) or ``link`` (no interface at all).
    what = models.CharField(max_length=8)
    #: What exactly; one of the two is named.
    resource = models.ForeignKey(Resource, null=True, on_delete=models.PROTECT, related_name="+")
    system = models.ForeignKey(System, null=True, on_delete=models.PROTECT, related_name="+")
    #: Code of the unit that asks for it; empty: nobody in particular.
    unit = models.CharField(max_length=40, blank=True, default="")
    #: The reason given, in words without names; and the code of a declined request.
    reason = models.CharField(max_length=200)
    reason_code = models.CharField(max_length=40, blank=True, default="")
    #: True: it is withheld by a rule that was named (不予共享), which stands until the rule changes.
    lawful = models.BooleanField(default=False)
    basis = models.CharField(max_length=200, blank=True, default="")
    since = models.DateField()
    #: Code of the unit that must act so that it is opened.
    must_act = models.CharField(max_length=40)
    #: Times it was urged, and the last time.
    urged = models.IntegerField(default=0)
    urged_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    ended_by = models.CharField(max_length=64, blank=True, default="")
    #: How it ended: ``opened``, ``replaced`` (another source serves) or ``mistaken``.
    ending = models.CharField(max_length=12, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(what__in=["data", "rights", "link"]), name="withheld_what"),
            models.CheckConstraint(
                condition=Q(resource__isnull=False) | Q(system__isnull=False), name="withheld_of_something"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="withheld_reason"),
            models.CheckConstraint(
                condition=Q(ended_on=None, ending="") | (Q(ended_on__isnull=False) & ~Q(ending="")),
                name="withheld_ended",
            ),
            models.UniqueConstraint(
                fields=["county", "what", "system", "resource", "unit"],
                condition=Q(ended_on=None),
                nulls_distinct=False,
                name="withheld_standing_once",
            ),
        ]
