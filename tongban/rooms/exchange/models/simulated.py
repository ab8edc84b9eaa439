"""What a simulated system knows and holds: its own records, never ours."""

from django.db import models

from tongban.rooms.exchange.models.sharing import System
from tongban.rooms.ids import uuid7


class SimulatedTruth(models.Model):
    """What the simulator knows about one subject of one resource."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    system = models.ForeignKey(System, on_delete=models.PROTECT, related_name="+")
    resource_code = models.CharField(max_length=64)
    subject_hash = models.BinaryField()
    #: By what it is asked for, sealed: a system that shares whole tables lays it down with them.
    query_sealed = models.BinaryField(null=True)
    values_sealed = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["system", "resource_code", "subject_hash"], name="simulatedtruth_once")
        ]


class SimulatedCase(models.Model):
    """A case as the simulated system holds it.  Written by the simulator alone."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    system = models.ForeignKey(System, on_delete=models.PROTECT, related_name="+")
    #: The key it was handed over with: the same key again is the same case.
    key = models.CharField(max_length=80)
    #: Our number, and the one given to it.
    case_number = models.CharField(max_length=50)
    number = models.CharField(max_length=64)
    item_code = models.CharField(max_length=80, blank=True, default="")
    taken_at = models.DateTimeField()
    #: Times it was handed over, the first one included.
    attempts = models.IntegerField(default=1)
    #: The last message that it has sent by itself.
    pushed = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["system", "key"], name="simulatedcase_key"),
            models.UniqueConstraint(fields=["system", "number"], name="simulatedcase_number"),
        ]
        indexes = [models.Index(fields=["system", "taken_at"], name="simulatedcase_taken")]
