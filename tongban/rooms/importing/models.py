"""What the room keeps: each table that was handed in, and what came of it."""

from django.db import models
from django.db.models import Q

from tongban.rooms.files.models import StoredFile
from tongban.rooms.ids import uuid7
from tongban.rooms.people.models import Staff

STATES = ("checking", "checked", "faulty", "writing", "written", "dropped")


class Import(models.Model):
    """导入: one table.  Its content goes when it was written or given up; its digest, counts and reports stay."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county = models.CharField(max_length=6)
    #: As in ``./run import NAME``.
    kind = models.CharField(max_length=12)
    #: What the file was called where it came from.
    name = models.CharField(max_length=120)
    #: SHA-256 of the content, in hex.
    digest = models.CharField(max_length=64)
    #: In bytes.
    size = models.IntegerField()
    #: The content, for as long as it may still be written.
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    #: ``checking``: the postman tries it; ``checked``: it can be written as it is; ``faulty``: it cannot;
    #: ``writing``, ``written``; ``dropped``: given up.
    state = models.CharField(max_length=8, default="checking")
    handed_in_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    handed_in_at = models.DateTimeField()
    #: How the journal names who had it written.
    written_by = models.CharField(max_length=64, blank=True, default="")
    ended_at = models.DateTimeField(null=True)
    #: Rows below the heading; None: not read yet.
    rows = models.IntegerField(null=True)
    #: Rows that the postman has gone through in the pass that is under way.
    done = models.IntegerField(default=0)
    #: How many rows came to what, by ``reporting.OUTCOMES``; ``error`` and ``warning``: remarks.
    counts = models.JSONField(default=dict)
    #: How the last pass ended, in a sentence.
    said = models.CharField(max_length=400, blank=True, default="")
    #: The trial row by row, and the writing row by row, as CSV.
    trial = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    report = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=STATES), name="import_state"),
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="import_digest"),
        ]
        indexes = [models.Index(fields=["county", "-handed_in_at"], name="import_of_county")]
