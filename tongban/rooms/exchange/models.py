"""What the room keeps: resources and who may use them, calls, systems, twins, outbox and inbox."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

# The tables of the national exchange stand in their own folder; Django looks for them here.
from tongban.rooms.exchange.national.models import NationalBatch as NationalBatch
from tongban.rooms.ids import uuid7


def _key() -> models.UUIDField:
    return models.UUIDField(primary_key=True, default=uuid7, editable=False)


class System(models.Model):
    """对接系统: another agency's system.  Its address and key are not kept here."""

    id = _key()
    county = models.CharField(max_length=6)
    code = models.CharField(max_length=32)
    name = models.CharField(max_length=80)
    #: How the two are linked: ``interface``, ``table``, ``file``, or ``paper`` (a clerk types).
    manner = models.CharField(max_length=12)
    #: ``http`` or ``simulator``; empty for paper.
    adapter = models.CharField(max_length=12, blank=True, default="")
    #: Which key file signs our requests.
    key_id = models.CharField(max_length=40, blank=True, default="")
    #: How the simulator behaves; see ``simulator.Knobs``.
    knobs = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["county", "code"], name="system_code"),
            models.CheckConstraint(
                condition=Q(manner="paper", adapter="")
                | (Q(manner__in=["interface", "table", "file"]) & Q(adapter__in=["http", "simulator"])),
                name="system_adapter",
            ),
        ]


class SimulatedTruth(models.Model):
    """What the simulator knows about one subject of one resource."""

    id = _key()
    system = models.ForeignKey(System, on_delete=models.PROTECT, related_name="+")
    resource_code = models.CharField(max_length=64)
    subject_hash = models.BinaryField()
    values_sealed = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["system", "resource_code", "subject_hash"], name="simulatedtruth_once")
        ]


class Resource(models.Model):
    """政务信息资源: something an agency knows and others may ask for."""

    id = _key()
    county = models.CharField(max_length=6)
    code = models.CharField(max_length=64)
    name = models.CharField(max_length=80)
    #: The system that answers.
    system = models.ForeignKey(System, on_delete=models.PROTECT, related_name="+")
    #: Code of the unit that owns it and decides on requests.
    owner_unit = models.CharField(max_length=40)
    #: ``unconditional``, ``conditional`` or ``refused``.
    share = models.CharField(max_length=16)
    #: What can be asked for.
    fields = ArrayField(models.CharField(max_length=40))
    #: Why it is shared so, and whether that was checked (unchecked: 待核).
    basis = models.CharField(max_length=200, blank=True, default="")
    basis_verified = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["county", "code"], name="resource_code"),
            models.CheckConstraint(
                condition=Q(share__in=["unconditional", "conditional", "refused"]), name="resource_share"
            ),
            models.CheckConstraint(condition=~Q(share="refused") | ~Q(basis=""), name="resource_refusal_needs_basis"),
        ]


class ShareRequest(models.Model):
    """共享申请: a unit asks to use a resource for a purpose; the owner approves fields until a day."""

    id = _key()
    county = models.CharField(max_length=6)
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="+")
    #: Code of the unit that asks.
    unit = models.CharField(max_length=40)
    purpose = models.CharField(max_length=120)
    fields = ArrayField(models.CharField(max_length=40))
    #: ``requested``, ``approved``, ``declined`` or ``withdrawn``.
    state = models.CharField(max_length=12, default="requested")
    #: The last day of use; set when approved.
    approved_until = models.DateField(null=True)
    #: Calls a day at most; None: no limit.
    day_limit = models.IntegerField(null=True)
    requested_by = models.CharField(max_length=64)
    requested_at = models.DateTimeField()
    decided_by = models.CharField(max_length=64, blank=True, default="")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["requested", "approved", "declined", "withdrawn"]), name="sharerequest_state"
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(approved_until__isnull=False, decided_at__isnull=False),
                name="sharerequest_approved_until",
            ),
            models.CheckConstraint(condition=~Q(purpose=""), name="sharerequest_purpose"),
            models.UniqueConstraint(
                fields=["resource", "unit", "purpose"],
                condition=Q(state__in=["requested", "approved"]),
                name="sharerequest_standing_once",
            ),
        ]


class CallLog(models.Model):
    """调用日志: every call of a resource, the refused ones too.  It never holds what was asked or answered."""

    id = _key()
    county = models.CharField(max_length=6)
    at = models.DateTimeField()
    #: ``staff:…``, ``house`` …
    who = models.CharField(max_length=64)
    unit = models.CharField(max_length=40)
    resource_code = models.CharField(max_length=64)
    #: None when nothing of that code exists.
    resource = models.ForeignKey(Resource, null=True, on_delete=models.PROTECT, related_name="+")
    request = models.ForeignKey(ShareRequest, null=True, on_delete=models.PROTECT, related_name="+")
    case_id = models.UUIDField(null=True)
    purpose = models.CharField(max_length=120, blank=True, default="")
    fields = ArrayField(models.CharField(max_length=40))
    #: Keyed hash of the query.
    subject_hash = models.BinaryField()
    #: ``asked`` (no answer yet, or nobody lived to hear it), ``found``, ``missing``, ``down`` or ``refused``.
    outcome = models.CharField(max_length=8)
    #: Code of the refusal or of the trouble.
    reason = models.CharField(max_length=40, blank=True, default="")
    #: Milliseconds the source took.
    ms = models.IntegerField(default=0)
    simulated = models.BooleanField(default=False)
    #: ``matched``, ``mismatched``, ``missing`` or ``paper``, when a form was compared; and the fields that differed.
    verdict = models.CharField(max_length=10, blank=True, default="")
    mismatched = ArrayField(models.CharField(max_length=40), default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="refused") | Q(case_id__isnull=False) | ~Q(purpose=""),
                name="calllog_case_or_purpose",
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["asked", "found", "missing", "down", "refused"]), name="calllog_outcome"
            ),
        ]
        indexes = [
            models.Index(fields=["county", "at"], name="calllog_at"),
            models.Index(fields=["request", "at"], name="calllog_request", condition=Q(request__isnull=False)),
            models.Index(fields=["case_id"], name="calllog_case", condition=Q(case_id__isnull=False)),
        ]


class Twin(models.Model):
    """外部办件: a case (or a part of one) that is worked on in another system while its clock runs here."""

    id = _key()
    county = models.CharField(max_length=6)
    case_id = models.UUIDField()
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
            models.Index(
                F("last_compared").asc(nulls_first=True),
                name="twin_open",
                condition=~Q(state__in=["granted", "refused", "rejected"]),
            )
        ]


class Outbox(models.Model):
    """A message owed to another system.  Sent at least once; its key makes that one effect over there."""

    id = _key()
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

    id = _key()
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


class Subscription(models.Model):
    """订阅: another agency's system is told of what happens here.  Each keeps its own place in the journal."""

    id = _key()
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
