"""What the exchange keeps of its own sending: batches, how far it has read, rows sent, rows held, rows read back.

A row that was sent is kept as a digest, not as a copy; only rows of items, which name nobody, keep their content.
"""

from django.db import models
from django.db.models import Q

from tongban.rooms.ids import uuid7


class NationalBatch(models.Model):
    """批次: one push.  Rows are only added."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county = models.CharField(max_length=6)
    #: What stands in ``cd_batch``.
    number = models.CharField(max_length=32, unique=True)
    #: ``changes``, ``since`` or ``full``.
    mode = models.CharField(max_length=8)
    #: Who pushed, as the journal names actors.
    by = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    #: Every transaction below it was over when the push began.
    watermark = models.BigIntegerField()
    #: By table: rows as ``[I, U, D]``.
    counts = models.JSONField()
    #: sha256 over all rows in their order, hexadecimal.
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(mode__in=["changes", "since", "full"]), name="national_batch_mode")
        ]
        indexes = [models.Index(fields=["county", "-made_at"], name="national_batch_when")]


class NationalMark(models.Model):
    """How far a table has been read: the journal behind this transaction is in it."""

    pk = models.CompositePrimaryKey("county", "table")
    county = models.CharField(max_length=6)
    table = models.CharField(max_length=50)
    xact = models.BigIntegerField()
    #: When that push was made: after a restore transactions count anew, so entries dated later are read as well.
    read_at = models.DateTimeField()


class NationalRow(models.Model):
    """One row the receiver has, or had."""

    #: What stands in the column ``id``.
    id = models.BigAutoField(primary_key=True)
    county = models.CharField(max_length=6)
    table = models.CharField(max_length=50)
    row_guid = models.UUIDField(unique=True)
    #: The case, licence or item it tells of.
    subject_id = models.UUIDField()
    #: Keyed digest of what was sent.
    digest = models.BinaryField()
    #: ``I``, ``U`` or ``D``: what was said last.
    operation = models.CharField(max_length=1)
    batch = models.ForeignKey(NationalBatch, on_delete=models.PROTECT, related_name="+")
    #: Rows of items only: what was sent, so that a row that falls away can be named whole.
    content = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(operation__in=["I", "U", "D"]), name="national_row_operation")
        ]
        indexes = [models.Index(fields=["subject_id"], name="national_row_subject")]


class NationalHeld(models.Model):
    """A row that did not go, or that the receiver sent back: what is wrong and what to mend."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county = models.CharField(max_length=6)
    table = models.CharField(max_length=50)
    row_guid = models.UUIDField()
    subject_kind = models.CharField(max_length=8)
    subject_id = models.UUIDField()
    #: What people call it: the case number, the licence identifier, or the item code.
    label = models.CharField(max_length=120)
    #: ``check``: found before sending; ``answer``: said by the receiver.
    source = models.CharField(max_length=6)
    code = models.CharField(max_length=40)
    #: Empty where the whole row is meant.
    column = models.CharField(max_length=40, blank=True, default="")
    sentence = models.CharField(max_length=600)
    mend = models.CharField(max_length=300)
    held_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(source__in=["check", "answer"]), name="national_held_source"),
            models.UniqueConstraint(fields=["row_guid", "source", "code", "column"], name="national_held_once"),
        ]
        indexes = [
            models.Index(fields=["county", "table"], name="national_held_table"),
            models.Index(fields=["subject_id"], name="national_held_subject"),
        ]


class NationalMirror(models.Model):
    """A row read from somebody's export, as it was written there.  Read only; nothing in the house acts on it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county = models.CharField(max_length=6)
    table = models.CharField(max_length=50)
    row_guid = models.UUIDField()
    batch = models.CharField(max_length=32)
    #: The row as JSON, encrypted: rows of cases name people.
    sealed = models.BinaryField()
    digest = models.BinaryField()
    read_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "row_guid"], name="national_mirror_once")]
        indexes = [models.Index(fields=["county", "table"], name="national_mirror_table")]
