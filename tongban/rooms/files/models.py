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
