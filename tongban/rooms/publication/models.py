"""What the room keeps: decisions to be published, and statements (期表) with their lines."""

from django.db import models
from django.db.models import F, Q

from tongban.rooms.casework.models import Case

#: results: an issue of decisions · month: the figures of a month.
KINDS = ("results", "month")
#: draft: made · checked: by another post · issued: has its number · corrected: a later one stands in its place.
STATES = ("draft", "checked", "issued", "corrected")


class Statement(models.Model):
    """期表: a list or figures fixed on a date.  Its lines never change; a mistake is corrected by a later one."""

    id = models.UUIDField(primary_key=True)
    county = models.CharField(max_length=6)
    kind = models.CharField(max_length=12)
    #: Short code of a unit; empty: the county.
    unit = models.CharField(max_length=40, blank=True, default="")
    #: The day of an issue (``2026-09-24``), or a month (``2026-09``).
    period = models.CharField(max_length=10)
    #: Runs 1, 2, 3 … within county, kind and year; drawn when it is issued.
    year = models.SmallIntegerField(null=True)
    number = models.IntegerField(null=True)
    state = models.CharField(max_length=10)
    #: How many lines, and the digest over theirs in order.
    lines = models.IntegerField()
    digest = models.CharField(max_length=64)
    #: As the journal names them: ``staff:…`` or ``house``.
    made_by = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    checked_by = models.CharField(max_length=64, blank=True, default="")
    checked_at = models.DateTimeField(null=True)
    issued_at = models.DateTimeField(null=True)
    corrects = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="statement_kind"),
            models.CheckConstraint(condition=Q(state__in=STATES), name="statement_state"),
            models.CheckConstraint(
                condition=Q(kind="results") | Q(state="draft") | (~Q(checked_by="") & ~Q(checked_by=F("made_by"))),
                name="statement_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("draft", "checked"), number=None, year=None, issued_at=None)
                | Q(state__in=("issued", "corrected"), number__gte=1, year__isnull=False, issued_at__isnull=False),
                name="statement_numbered_when_issued",
            ),
            models.UniqueConstraint(fields=["county", "kind", "year", "number"], name="statement_number"),
            models.UniqueConstraint(
                fields=["county", "unit", "period"],
                condition=Q(kind="month", state="issued"),
                name="statement_one_month",
            ),
        ]
        indexes = [models.Index(fields=["county", "kind", "period"], name="statement_period")]


class StatementLine(models.Model):
    """One line: about what, which value, by which definition."""

    pk = models.CompositePrimaryKey("statement", "no")
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="+", db_index=False)
    #: 1, 2, 3 … in the order of the list.
    no = models.IntegerField()
    #: ``case`` with its id, or ``indicator`` with its code.
    subject_kind = models.CharField(max_length=12)
    subject_id = models.CharField(max_length=64)
    #: What it is apart by, e.g. ``unit:scjg``; empty: the whole.
    scope = models.CharField(max_length=80, blank=True, default="")
    value = models.JSONField()
    #: The query by which it was found, and its version.
    query = models.CharField(max_length=40)
    version = models.CharField(max_length=64)
    #: sha256 of subject, scope, value, query and version.
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["statement", "subject_kind", "subject_id", "scope"], name="line_once")
        ]


#: What may be published of a case (许可法 40, 备案 and 登记 alike).
DECISIONS = ("granted", "refused", "recorded")


class Entry(models.Model):
    """A decision that is due to be published.  It holds no name: the name is masked when the issue is made."""

    id = models.UUIDField(primary_key=True)
    county = models.CharField(max_length=6)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", db_index=False)
    item_code = models.CharField(max_length=80)
    unit = models.CharField(max_length=40)
    decision = models.CharField(max_length=12)
    decided_on = models.DateField()
    #: The last day on which its publication is in time.
    due_on = models.DateField()
    #: The issue it stands in.
    statement = models.ForeignKey(Statement, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    published_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=64, blank=True, default="")
    #: A key of ``actions.results.GROUNDS``.
    withdrawn_for = models.CharField(max_length=20, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case"], name="entry_one_per_case"),
            models.CheckConstraint(condition=Q(decision__in=DECISIONS), name="entry_decision"),
            models.CheckConstraint(
                condition=Q(statement=None, published_at=None) | Q(statement__isnull=False, published_at__isnull=False),
                name="entry_published_whole",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by="", withdrawn_for="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_by="") & ~Q(withdrawn_for="")),
                name="entry_withdrawn_whole",
            ),
        ]
        indexes = [
            models.Index(
                fields=["county", "due_on"],
                name="entry_waiting",
                condition=Q(statement=None, withdrawn_at=None),
            ),
            models.Index(fields=["statement"], name="entry_issue"),
            models.Index(fields=["county", "decided_on"], name="entry_decided"),
        ]
