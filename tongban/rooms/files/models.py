"""What the room keeps about a file; the content lies encrypted on disk (``blobs``)."""

from django.db import models
from django.db.models import Q

from tongban.rooms.ids import uuid7


class StoredFile(models.Model):
    """One content, kept once per county.  Its name is the business of whoever shows it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county = models.CharField(max_length=6)
    #: Of the plain content, in hex.
    sha256 = models.CharField(max_length=64)
    #: Of the plain content, in bytes.
    size = models.IntegerField()
    #: Told by the content, never by a file name: ``pdf``, ``jpg``, ``png`` …
    media = models.CharField(max_length=8)
    #: Where the encrypted content lies, relative to the folder of files.
    blob = models.CharField(max_length=80, unique=True)
    #: The key of this file, wrapped.
    wrapped_key = models.BinaryField()
    stored_at = models.DateTimeField()
    #: ``staff:…``, ``person:…``, ``house``.
    stored_by = models.CharField(max_length=64)
    #: An upload that nothing refers to yet: swept after a time unless kept.
    provisional = models.BooleanField(default=False)
    #: When the content was last handed in; the time of grace runs from here.
    touched_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(size__gt=0), name="file_not_empty"),
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="file_sha256"),
            models.UniqueConstraint(fields=["county", "sha256"], name="file_once_per_county"),
        ]
        indexes = [models.Index(fields=["touched_at"], name="file_provisional", condition=Q(provisional=True))]


class Upload(models.Model):
    """续传: a file that comes in pieces, gone on with after the line broke."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county = models.CharField(max_length=6)
    #: Who hands it in, as the journal names him; nobody else sees or uses it.
    actor = models.CharField(max_length=64)
    #: Of the whole, in bytes, as announced.
    size = models.IntegerField()
    #: Bytes that are here.
    received = models.IntegerField(default=0)
    #: The key of its pieces, wrapped.
    wrapped_key = models.BinaryField()
    #: What it became; None until it is whole.
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.CASCADE, related_name="+")
    touched_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(size__gt=0, received__gte=0, received__lte=models.F("size")), name="upload_received"
            )
        ]
        indexes = [models.Index(fields=["touched_at"], name="upload_touched")]


class Piece(models.Model):
    """One piece of an upload, sealed under the upload's key; gone as soon as the file is whole."""

    pk = models.CompositePrimaryKey("upload", "start")
    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="+", db_index=False)
    #: Its first byte within the whole.
    start = models.IntegerField()
    sealed = models.BinaryField()
