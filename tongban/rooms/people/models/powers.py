"""Staff, the posts they hold, and what a post may do: 职权."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from tongban.rooms.ids import uuid7
from tongban.rooms.people.models.persons import Person
from tongban.rooms.people.models.places import Site, Unit

_RANGE = Q(valid_until=None) | Q(valid_until__gte=F("valid_from"))

#: What an authority row can allow.
POWERS = (
    *("receive", "accept", "examine", "decide", "seal", "deliver", "supervise", "extend", "extend_joint"),
    *("edit", "system", "security", "audit"),
)


class Staff(models.Model):
    """A person employed by a unit."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county = models.CharField(max_length=6)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    #: 工号: what hangs on the chest, and what ``staff:…`` in the journal stands for.
    number = models.CharField(max_length=20)
    hired_on = models.DateField()
    #: The last day; None while employed.
    left_on = models.DateField(null=True)
    #: Somebody is or was tied to him (relation, ward, guardian, mandate, a record merged): 回避 must be asked about.
    #: Written by the database itself (migration 0012), for good.
    tied = models.BooleanField(default=False, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(left_on=None) | Q(left_on__gte=F("hired_on")), name="staff_range"),
            models.UniqueConstraint(fields=["county", "number"], name="staff_number"),
            models.UniqueConstraint(
                fields=["person", "unit"], condition=Q(left_on=None), name="staff_once_while_employed"
            ),
        ]


class Post(models.Model):
    """岗位: a place in a unit that one member of staff fills at a time."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county = models.CharField(max_length=6)
    code = models.CharField(max_length=40)
    title = models.CharField(max_length=80)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    #: Where a matter goes that this post did not answer in time; None at the top.
    reports_to = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="reports")
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_RANGE, name="post_range"),
            models.CheckConstraint(
                condition=Q(reports_to=None) | ~Q(reports_to=F("id")), name="post_does_not_report_to_itself"
            ),
            models.UniqueConstraint(
                fields=["county", "code"], condition=Q(valid_until=None), name="post_code_in_force"
            ),
        ]


class Holding(models.Model):
    """Who holds a post, from which day to which."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county = models.CharField(max_length=6)
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField()
    #: The last day; None while it lasts.
    valid_until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_RANGE, name="holding_range"),
            models.UniqueConstraint(fields=["post"], condition=Q(valid_until=None), name="holding_one_at_a_time"),
        ]


class AuthorityRow(models.Model):
    """职权: what a post, or every post of a unit, may do to which items, where, until when, by which order."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county = models.CharField(max_length=6)
    #: Exactly one of ``post`` and ``unit``.
    post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    #: Item codes; ``*`` for all; ``unit:scjg`` for all items of a unit.
    items = ArrayField(models.CharField(max_length=80))
    #: Some of ``POWERS``.
    powers = ArrayField(models.CharField(max_length=12))
    #: Only there; None: at the post's own site and every site below it.
    site = models.ForeignKey(Site, null=True, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField()
    #: The last day; None: until withdrawn.
    valid_until = models.DateField(null=True)
    #: The order that gives it, with its number.
    order_text = models.CharField(max_length=200)
    basis_kind = models.CharField(max_length=8)
    basis_text = models.CharField(max_length=200)
    basis_source = models.CharField(max_length=200, blank=True, default="")
    basis_verified = models.BooleanField(default=False)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(post__isnull=True, unit__isnull=False) | Q(post__isnull=False, unit__isnull=True),
                name="authority_of_post_or_unit",
            ),
            models.CheckConstraint(condition=_RANGE, name="authority_range"),
            models.CheckConstraint(
                condition=Q(powers__contained_by=list(POWERS)) & Q(powers__len__gt=0), name="authority_powers"
            ),
            models.CheckConstraint(condition=Q(items__len__gt=0), name="authority_items"),
            models.CheckConstraint(condition=~Q(order_text=""), name="authority_has_order"),
        ]
        indexes = [models.Index(fields=["county"], name="authority_in_force", condition=Q(withdrawn_at=None))]


class Proposal(models.Model):
    """双人授权: a change that one officer proposes and another confirms before it takes effect."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county = models.CharField(max_length=6)
    #: A key of ``actions.proposals._ACTS``: of powers, or what a room above has registered.
    kind = models.CharField(max_length=24)
    #: Arguments of the action: ids, codes, dates, the order.
    body = models.JSONField()
    #: ``open``, ``confirmed`` or ``declined``.
    state = models.CharField(max_length=10, default="open")
    proposed_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    #: Why it was declined.
    reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", decided_by=None) | Q(state__in=["confirmed", "declined"]),
                name="proposal_state",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("proposed_by")), name="proposal_four_eyes"
            ),
        ]
        indexes = [models.Index(fields=["county", "state", "proposed_at"], name="proposal_open")]


class PeopleVersion(models.Model):
    """One row: the mark of the powers as they stand.  Every change of powers writes a fresh mark.

    A fresh key and not a counter: a counter drawn in a transaction that is rolled back would be drawn again
    for other content, and a process that had read the first would keep it for good.
    """

    id = models.SmallIntegerField(primary_key=True)
    mark = models.UUIDField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="people_version_one_row")]
