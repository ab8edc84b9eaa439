"""放假安排 that two officers have put in place beside those that come with the house."""

from django.db import models

from tongban.rooms.ids import uuid7


class CalendarYear(models.Model):
    """The notice of one year.  The latest of a year is in force; earlier ones stay, to be read."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    #: Whose officers put it in place; it holds for the whole database, as the State Council's notice does.
    county = models.CharField(max_length=6)
    year = models.SmallIntegerField()
    #: TOML, as in ``items/calendars``.
    content = models.TextField()
    #: How the journal names who confirmed it.
    put_by = models.CharField(max_length=64)
    put_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["year", "-put_at"], name="calendar_year")]
