"""Who is told of what happens here."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from tongban.rooms.ids import uuid7


class Subscription(models.Model):
    """订阅: another agency's system is told of what happens here.  Each keeps its own place in the journal."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county = models.CharField(max_length=6)
    #: Code of the system that asked for it.
    system = models.CharField(max_length=32)
    url = models.CharField(max_length=300)
    #: Some of ``subscribing.EVENTS``.
    events = ArrayField(models.CharField(max_length=24))
    #: What signs our messages; the receiver chose it.
    secret_sealed = models.BinaryField()
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    #: What was written when it was made (``pg_snapshot``): of that it is told nothing.
    since = models.TextField()
    #: The last entry looked at: its transaction, its subject, its number there.
    xact = models.BigIntegerField()
    subject_id = models.UUIDField()
    seq = models.IntegerField()
    #: Failures in a row, and until when (by the machine) nothing is sent after them.
    failures = models.IntegerField(default=0)
    quiet_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(events__len__gt=0), name="subscription_events"),
            models.UniqueConstraint(
                fields=["county", "system", "url"], condition=Q(ended_at=None), name="subscription_once"
            ),
        ]
