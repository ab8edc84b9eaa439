"""What belongs to the desk of a member of staff: who stands in for a post, and the searches kept for it."""

from django.db import models
from django.db.models import F, Q

from tongban.rooms.ids import uuid7
from tongban.rooms.people.models.powers import Post, Staff


class StandIn(models.Model):
    """代岗: while the holder of ``post`` is away, ``by_post`` may do what it may do, by a written order."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county = models.CharField(max_length=6)
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    by_post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField()
    #: The last day; an absence has an end.
    valid_until = models.DateField()
    #: The order, with its number.
    order_text = models.CharField(max_length=200)
    #: Who appointed, as the journal names him, and when.
    appointed_by = models.CharField(max_length=64)
    appointed_at = models.DateTimeField()
    #: Back sooner.
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(valid_until__gte=F("valid_from")), name="stand_in_range"),
            models.CheckConstraint(condition=~Q(post=F("by_post")), name="stand_in_another"),
            models.CheckConstraint(condition=~Q(order_text=""), name="stand_in_has_order"),
        ]
        indexes = [models.Index(fields=["county"], name="stand_in_open", condition=Q(ended_at=None))]


class SavedSearch(models.Model):
    """One search of a list, kept under a name by a member of staff for herself."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    #: Name of the page.
    page = models.CharField(max_length=20)
    name = models.CharField(max_length=30)
    #: As it stands in the address.
    query = models.CharField(max_length=400, blank=True, default="")
    kept_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["staff", "page", "name"], name="saved_search_name")]
