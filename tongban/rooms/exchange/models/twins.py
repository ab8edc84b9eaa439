"""Cases that live in two systems, and what goes to and fro about them."""

from django.db import models
from django.db.models import F, Q

from tongban.rooms.exchange.models.sharing import System
from tongban.rooms.ids import uuid7


class Twin(models.Model):
    """外部办件: a case (or a part of one) that is worked on in another system while its clock runs here."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county = models.CharField(max_length=6)
    case_id = models.UUIDField()
    #: Our number: the one both sides know the case by.
    number = models.CharField(max_length=50, blank=True, default="")
    system = models.ForeignKey(System, on_delete=models.PROTECT, related_name="+")
    #: Their number; empty until they gave one.
    outside_number = models.CharField(max_length=64, blank=True, default="")
    #: ``sending``, ``handed_over``, ``accepted``, ``working``, ``granted``, ``refused``, or ``rejected`` (not taken).
    state = models.CharField(max_length=12, default="sending")
    #: The last message that acted here.
    last_sequence = models.IntegerField(default=0)
    #: The result was entered by a clerk.
    manual = models.BooleanField(default=False)
    handed_at = models.DateTimeField()
    #: When both sides were last compared.
    last_compared = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case_id", "system"], name="twin_once"),
            models.UniqueConstraint(
                fields=["system", "outside_number"], condition=~Q(outside_number=""), name="twin_outside_number"
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["sending", "handed_over", "accepted", "working", "granted", "refused", "rejected"]
                ),
                name="twin_state",
            ),
        ]
        indexes = [
            models.Index(fields=["system", "number"], name="twin_number"),
            models.Index(
                F("last_compared").asc(nulls_first=True),
                name="twin_open",
                condition=~Q(state__in=["granted", "refused", "rejected"]),
            ),
        ]


class Outbox(models.Model):
    """A message owed to another system.  Sent at least once; its key makes that one effect over there."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county = models.CharField(max_length=6)
    system = models.ForeignKey(System, on_delete=models.PROTECT, related_name="+")
    twin = models.ForeignKey(Twin, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=80, unique=True)
    #: ``port.CaseFacts`` as JSON, encrypted: it holds answers.
    body_sealed = models.BinaryField()
    #: ``queued``, ``sent`` or ``rejected``.
    state = models.CharField(max_length=8, default="queued")
    attempts = models.IntegerField(default=0)
    #: Nobody else sends it before; None: free.
    claimed_until = models.DateTimeField(null=True)
    #: Code of the last failure.
    trouble = models.CharField(max_length=40, blank=True, default="")
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["queued", "sent", "rejected"]), name="outbox_state"),
            models.CheckConstraint(condition=~Q(state="sent") | Q(sent_at__isnull=False), name="outbox_sent_at"),
        ]
        indexes = [models.Index(fields=["made_at"], name="outbox_queued", condition=Q(state="queued"))]


class Inbox(models.Model):
    """A message from another system, or the same step typed in by hand.  Each acts at most once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county = models.CharField(max_length=6)
    system = models.ForeignKey(System, on_delete=models.PROTECT, related_name="+")
    their_id = models.CharField(max_length=64)
    outside_number = models.CharField(max_length=64)
    #: None while no case of ours has that number.
    twin = models.ForeignKey(Twin, null=True, on_delete=models.PROTECT, related_name="+")
    #: None when entered by hand.
    sequence = models.IntegerField(null=True)
    outside_state = models.CharField(max_length=12)
    on = models.DateField()
    #: ``applied``; ``held`` (an earlier one is missing); ``stale`` (nothing left to do); ``contradicts`` (another
    #: result stands); ``refused`` (the case did not take the step); ``unmatched`` (no such number here).
    state = models.CharField(max_length=12)
    #: Code of the refusal.
    reason = models.CharField(max_length=60, blank=True, default="")
    received_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    #: Who typed it in; empty when received.
    entered_by = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["system", "their_id"], name="inbox_once"),
            models.CheckConstraint(
                condition=Q(state__in=["applied", "held", "stale", "contradicts", "refused", "unmatched"]),
                name="inbox_state",
            ),
            models.CheckConstraint(
                condition=Q(state="applied", applied_at__isnull=False) | (~Q(state="applied") & Q(applied_at=None)),
                name="inbox_applied_at",
            ),
            models.CheckConstraint(
                condition=Q(sequence__isnull=False, entered_by="") | (Q(sequence=None) & ~Q(entered_by="")),
                name="inbox_received_or_typed",
            ),
        ]
        indexes = [
            models.Index(fields=["twin", "sequence"], name="inbox_twin"),
            models.Index(
                fields=["county", "received_at"],
                name="inbox_trouble",
                condition=Q(state__in=["contradicts", "refused", "unmatched", "held"]),
            ),
        ]
