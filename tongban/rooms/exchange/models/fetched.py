"""免提交: what a source said of a material that nobody had to bring."""

from django.db import models

from tongban.rooms.casework.models import Case
from tongban.rooms.ids import uuid7


class Fetched(models.Model):
    """What was fetched for one material, or why it could not be.  Written with the filing, under the case's key."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", db_index=False)
    material = models.CharField(max_length=60)
    resource_code = models.CharField(max_length=64)
    #: Code of the system that was asked; empty when nothing of that name is known.
    system = models.CharField(max_length=32, blank=True, default="")
    #: The line of the call log; None when it did not come to a call.
    call_id = models.UUIDField(null=True)
    #: Empty: it was fetched; else the code of why not: the material is then asked for.
    reason = models.CharField(max_length=40, blank=True, default="")
    #: Fields and values as told, sealed under the case's key; empty when not fetched.
    values_sealed = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "material"], name="fetched_once")]
