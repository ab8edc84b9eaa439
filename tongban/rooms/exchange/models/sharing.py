"""Systems, resources, who may use them, and every call."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from tongban.rooms.ids import uuid7


class System(models.Model):
    """对接系统: another agency's system.  Its address and key are not kept here."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county = models.CharField(max_length=6)
    code = models.CharField(max_length=32)
    name = models.CharField(max_length=80)
    #: How the two are linked: ``interface``, ``table``, ``file``, or ``paper`` (a clerk types).
    manner = models.CharField(max_length=12)
    #: Code of the unit whose system it is.
    department = models.CharField(max_length=40, blank=True, default="")
    #: ``http``, ``folder`` (files are dropped and picked up) or ``simulator``; empty for paper.
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
                | (Q(manner__in=["interface", "table"]) & Q(adapter__in=["http", "simulator"]))
                | Q(manner="file", adapter__in=["folder", "http", "simulator"]),
                name="system_adapter",
            ),
        ]


class Resource(models.Model):
    """政务信息资源: something an agency knows and others may ask for."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
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
    #: By which number somebody is asked about: ``citizen_id`` or ``credit_code``; empty: by something else.
    key = models.CharField(max_length=12, blank=True, default="")
    #: 库表 ``table``, 文件 ``file`` or 接口 ``interface``.
    form = models.CharField(max_length=12, default="interface")
    #: 更新周期 in days, 0: as it happens; None: not said.  The day it was last brought up to date, and its rows then.
    update_days = models.IntegerField(null=True)
    updated_on = models.DateField(null=True)
    mounted_rows = models.BigIntegerField(default=0)
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
            models.CheckConstraint(condition=Q(form__in=["table", "file", "interface"]), name="resource_form"),
            models.CheckConstraint(condition=Q(mounted_rows__gte=0), name="resource_mounted_rows"),
        ]


class ShareRequest(models.Model):
    """共享申请: a unit asks to use a resource for a purpose; the owner approves fields until a day."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
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

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
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
    #: Keyed hash of the person's or organisation's number in it, as people keep it: so she can see who looked.
    about = models.BinaryField(null=True)
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
            models.Index(fields=["about", "-at"], name="calllog_about", condition=Q(about__isnull=False)),
        ]
