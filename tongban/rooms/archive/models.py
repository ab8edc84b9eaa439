"""What the room keeps: one row for each package.  Rows are only added; the package itself lies in the files room."""

from django.db import models
from django.db.models import Q

from tongban.rooms.casework.models import Case
from tongban.rooms.files.models import StoredFile


class Package(models.Model):
    """归档包: a finished case with everything that belongs to it, as one file."""

    id = models.UUIDField(primary_key=True)
    county = models.CharField(max_length=6)
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="+")
    #: 档号, e.g. ``990127-XK-2026-000001``; runs without gap within county, category and year.
    number = models.CharField(max_length=40, unique=True)
    #: A value of ``pack.CATEGORIES``.
    category = models.CharField(max_length=4)
    #: The year in which the case ended.
    year = models.SmallIntegerField()
    made_at = models.DateTimeField()
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    #: Of the whole package.
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    #: The same as inside the package: ids, codes, dates and digests, no names.
    manifest = models.JSONField()
    #: sha256 of the manifest as it stands in the package.
    manifest_digest = models.CharField(max_length=64)
    #: Ed25519 over the manifest, by the county's key of printed codes.
    signature = models.BinaryField()
    #: 四性 as found when it was made: nature, code, ok, detail.
    checks = models.JSONField()
    #: All of them held.
    sound = models.BooleanField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(size__gt=0), name="package_not_empty"),
        ]
        indexes = [
            models.Index(fields=["county", "made_at"], name="package_made"),
            models.Index(fields=["county"], name="package_unsound", condition=Q(sound=False)),
        ]
