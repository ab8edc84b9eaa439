"""Persons, what identifies them, how they are tied, and who may act for whom."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from tongban.rooms.ids import uuid7


class Person(models.Model):
    """A natural person, a legal person or organisation, or a public agency."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county = models.CharField(max_length=6)
    #: ``natural``, ``legal`` or ``agency``.
    kind = models.CharField(max_length=8)
    #: Plain and indexed; rare characters as they are.
    name = models.CharField(max_length=200)
    #: Of a natural person; None when the papers do not say.
    born = models.DateField(null=True)
    died = models.DateField(null=True)
    #: Aged sixteen or seventeen and living on own labour since: acts alone before eighteen.
    independent_from = models.DateField(null=True)
    phone_sealed = models.BinaryField(null=True)
    phone_hash = models.BinaryField(null=True)
    #: The person this one turned out to be.  Always the last of the chain; derived from the ``Merge`` rows.
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="merged", db_index=False)
    registered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["natural", "legal", "agency"]), name="person_kind"),
            models.CheckConstraint(condition=~Q(name=""), name="person_has_name"),
            models.CheckConstraint(
                condition=Q(born=None) | Q(died=None) | Q(died__gte=F("born")), name="person_dies_after_birth"
            ),
            models.CheckConstraint(
                condition=Q(kind="natural") | Q(born=None, died=None, independent_from=None),
                name="person_only_natural_born",
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")), name="person_not_merged_into_itself"
            ),
            models.CheckConstraint(
                condition=Q(phone_sealed=None, phone_hash=None)
                | Q(phone_sealed__isnull=False, phone_hash__isnull=False),
                name="person_phone_with_hash",
            ),
        ]
        indexes = [
            # Who bears a name is answered from the index alone, those registered last first.
            models.Index(fields=["county", "name", "id"], name="person_name", condition=Q(merged_into=None)),
            models.Index(fields=["merged_into"], name="person_merged", condition=Q(merged_into__isnull=False)),
            models.Index(fields=["phone_hash"], name="person_phone", condition=Q(phone_hash__isnull=False)),
        ]


class Identifier(models.Model):
    """One number by which a person is known.  Found by its keyed hash, readable only when unsealed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county = models.CharField(max_length=6)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="identifiers")
    #: ``citizen_id``, ``passport``, ``hmt`` (港澳台) or ``credit_code``.
    scheme = models.CharField(max_length=12)
    #: Country of a passport (ISO 3166 alpha-3), else empty.
    issuer = models.CharField(max_length=3, blank=True, default="")
    value_sealed = models.BinaryField()
    value_hash = models.BinaryField()
    #: The last four characters, by which its holder recognises it on a page.
    tail = models.CharField(max_length=4)
    added_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(scheme__in=["citizen_id", "passport", "hmt", "credit_code"]), name="identifier_scheme"
            ),
            models.UniqueConstraint(
                fields=["county", "scheme", "issuer", "value_hash"],
                condition=Q(withdrawn_at=None),
                name="identifier_unique_while_active",
            ),
            models.UniqueConstraint(
                fields=["person", "scheme"],
                condition=Q(withdrawn_at=None, scheme__in=["citizen_id", "credit_code"]),
                name="identifier_one_of_its_kind",
            ),
        ]


class Relation(models.Model):
    """A tie that matters for 回避: kin, close interest, or standing for an organisation."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county = models.CharField(max_length=6)
    #: For ``parent`` the parent; for ``represents`` the person who stands for the organisation.
    first = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    #: ``spouse``, ``parent``, ``sibling``, ``kin``, ``close`` or ``represents``.
    kind = models.CharField(max_length=12)
    valid_from = models.DateField()
    #: The last day; None while it lasts.
    valid_until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["spouse", "parent", "sibling", "kin", "close", "represents"]),
                name="relation_kind",
            ),
            models.CheckConstraint(condition=~Q(first=F("second")), name="relation_of_two"),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")), name="relation_range"
            ),
            models.UniqueConstraint(
                fields=["first", "second", "kind"], condition=Q(valid_until=None), name="relation_once_while_it_lasts"
            ),
        ]


class Guardian(models.Model):
    """监护人: who acts for a child or for an adult who cannot."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county = models.CharField(max_length=6)
    ward = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    guardian = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    #: ``parent``, ``appointed``, ``court`` or ``will``.
    ground = models.CharField(max_length=12)
    #: Number of the paper that shows it, e.g. the birth certificate or judgment.
    paper = models.CharField(max_length=80, blank=True, default="")
    valid_from = models.DateField()
    #: The last day; None while it lasts.
    valid_until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ground__in=["parent", "appointed", "court", "will"]), name="guardian_ground"
            ),
            models.CheckConstraint(condition=~Q(ward=F("guardian")), name="guardian_of_another"),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")), name="guardian_range"
            ),
            models.UniqueConstraint(
                fields=["ward", "guardian"], condition=Q(valid_until=None), name="guardian_once_while_it_lasts"
            ),
        ]


class Mandate(models.Model):
    """授权委托: who may act for whom, in which items, with which powers, until when."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county = models.CharField(max_length=6)
    principal = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    agent = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    #: Item codes, or the single ``*`` for all.
    items = ArrayField(models.CharField(max_length=80))
    #: Some of ``file``, ``sign``, ``collect``.
    powers = ArrayField(models.CharField(max_length=8))
    valid_from = models.DateField()
    #: The last day: a mandate without an end is not given.
    valid_until = models.DateField()
    #: The signed paper, a file of the files room above; None when given online by the principal.
    paper_file = models.UUIDField(null=True)
    #: The site where the paper was handed in: it is checked there or above; None: at the top of the county.
    site_id = models.UUIDField(null=True)
    #: Until somebody has checked the paper a mandate opens nothing.
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.CharField(max_length=64, blank=True, default="")
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(principal=F("agent")), name="mandate_to_another"),
            models.CheckConstraint(condition=Q(valid_until__gte=F("valid_from")), name="mandate_range"),
            models.CheckConstraint(
                condition=Q(powers__contained_by=["file", "sign", "collect"]) & Q(powers__len__gt=0),
                name="mandate_powers",
            ),
            models.CheckConstraint(condition=Q(items__len__gt=0), name="mandate_items"),
        ]
        indexes = [models.Index(fields=["principal", "agent"], name="mandate_pair", condition=Q(revoked_at=None))]


class Merge(models.Model):
    """Two records found to be one person.  The truth behind ``Person.merged_into``; undone by a date, never deleted."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county = models.CharField(max_length=6)
    kept = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    gone = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    #: Code of the ground: ``same_identifier``, ``same_papers`` or ``own_statement``.
    ground = models.CharField(max_length=24)
    merged_at = models.DateTimeField()
    merged_by = models.CharField(max_length=64)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(kept=F("gone")), name="merge_of_two"),
            models.UniqueConstraint(fields=["gone"], condition=Q(undone_at=None), name="merge_once"),
        ]
