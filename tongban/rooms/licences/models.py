"""What the room keeps: licences, seals, sealed documents, and who used which licence.  Private keys are not here."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from tongban.rooms.casework.models import Case
from tongban.rooms.files.models import StoredFile
from tongban.rooms.ids import uuid7
from tongban.rooms.people.models import Person

#: State of a licence: the word people read.
LICENCE_STATES = {
    "valid": "有效",
    "suspended": "暂扣",
    "changed": "已换发",
    "lapsed": "过期失效",
    "revoked": "已撤销",
    "stripped": "已吊销",
    "cancelled": "已注销",
}
#: How a licence came into the store.
ORIGINS = {"case": "办件制证", "import": "历史证照补录"}


class Licence(models.Model):
    """电子证照: one version of one licence.  A change or renewal is a new row that names the former one."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county = models.CharField(max_length=6)
    #: Code of the licence kind.
    kind = models.CharField(max_length=80)
    holder = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    #: The number printed on it; empty for the moment between the decision and its document.
    number = models.CharField(max_length=120, blank=True, default="")
    #: GB/T 36904.
    identifier = models.CharField(max_length=120, unique=True)
    version = models.SmallIntegerField()
    state = models.CharField(max_length=10)
    #: Legal day since which the state holds.
    state_on = models.DateField()
    #: Short code of the unit that issued it.
    issuer = models.CharField(max_length=40)
    issued_on = models.DateField()
    valid_from = models.DateField()
    #: The last day; None: no end.
    valid_until = models.DateField(null=True)
    origin = models.CharField(max_length=8)
    #: True: of a rehearsed case; never used for anybody and never counted.
    rehearsal = models.BooleanField(default=False)
    #: The case that issued it; None for one brought in from before.
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="+")
    #: The version before this one.
    former = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    #: The licence's own key, wrapped; dropping it erases what stands on the licence for good.
    wrapped_key = models.BinaryField(null=True)
    #: What stands on it (field name -> text), sealed under its own key.
    facts = models.BinaryField()
    #: Keyed digest of what stands on it.
    facts_digest = models.CharField(max_length=32)
    #: Why its state changed, sealed under its own key.
    reason = models.BinaryField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(LICENCE_STATES)), name="licence_state"),
            models.CheckConstraint(condition=Q(origin__in=list(ORIGINS)), name="licence_origin"),
            models.CheckConstraint(condition=Q(version__range=(1, 999)), name="licence_version"),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=models.F("valid_from")), name="licence_range"
            ),
            models.CheckConstraint(condition=Q(case__isnull=False) | ~Q(origin="case"), name="licence_has_case"),
            models.UniqueConstraint(fields=["former"], condition=Q(former__isnull=False), name="licence_one_successor"),
            models.UniqueConstraint(
                fields=["county", "kind", "issuer", "number"],
                condition=Q(state__in=["valid", "suspended"]) & ~Q(number=""),
                name="licence_number_in_force",
            ),
        ]
        indexes = [
            models.Index(fields=["holder", "kind"], name="licence_holder"),
            models.Index(fields=["case"], name="licence_case", condition=Q(case__isnull=False)),
            models.Index(
                fields=["valid_until"],
                name="licence_to_lapse",
                condition=Q(state__in=["valid", "suspended"], valid_until__isnull=False),
            ),
            models.Index(fields=["county", "kind", "state"], name="licence_kind"),
        ]


#: How the holder let a licence be used.
CONSENTS = {"filing": "提交申请时同意调用", "asked": "单独同意"}


class LicenceUse(models.Model):
    """证照调用 (S098): a licence served instead of a paper.  Rows are only added."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    licence = models.ForeignKey(Licence, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    #: Code of the item it served, and of the material it stood for.
    item = models.CharField(max_length=80)
    material = models.CharField(max_length=60)
    consent = models.CharField(max_length=8)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(consent__in=list(CONSENTS)), name="licence_use_consent"),
            models.UniqueConstraint(fields=["case", "material", "licence"], name="licence_use_once"),
        ]
        indexes = [models.Index(fields=["licence", "at"], name="licence_use_when")]


class Seal(models.Model):
    """电子印章.  The private key lies in the key folder, encrypted, under the seal's own id."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county = models.CharField(max_length=6)
    #: Short code of the unit whose seal it is.
    unit = models.CharField(max_length=40)
    #: Its full name, as its certificate says it.
    name = models.CharField(max_length=64)
    #: 受理专用章, 行政审批专用章 …
    use = models.CharField(max_length=24)
    #: Round the ring.
    ring = models.CharField(max_length=64)
    diameter_mm = models.SmallIntegerField()
    #: True prints 测试章.
    demo = models.BooleanField()
    #: Codes of the items it may seal; empty: every item of its unit.
    items = ArrayField(models.CharField(max_length=80), default=list)
    #: Code of the post that keeps it; empty: nobody was named.
    keeper = models.CharField(max_length=40, blank=True, default="")
    #: PEM.
    certificate = models.TextField()
    #: Serial number of the certificate, lower hexadecimal.
    serial = models.CharField(max_length=48, unique=True)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    made_at = models.DateTimeField()
    #: From this moment it seals nothing any more.
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(valid_until__gt=models.F("valid_from")), name="seal_range"),
            models.UniqueConstraint(
                fields=["county", "unit", "use"], condition=Q(withdrawn_at=None), name="seal_one_in_use"
            ),
        ]


class Document(models.Model):
    """文书: a sealed document that was owed, exactly one for each promise.  It names nobody."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county = models.CharField(max_length=6)
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="+")
    licence = models.ForeignKey(Licence, null=True, on_delete=models.PROTECT, related_name="+")
    #: Journal entry of the case it belongs to.
    seq = models.IntegerField(null=True)
    kind = models.CharField(max_length=40)
    #: The register its number comes from; ``n`` None: a number carried on from a former version or from before.
    unit = models.CharField(max_length=40)
    year = models.SmallIntegerField()
    n = models.IntegerField(null=True)
    number = models.CharField(max_length=120)
    #: Its legal date.
    dated = models.DateField()
    promise_id = models.UUIDField(unique=True)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    seal = models.ForeignKey(Seal, on_delete=models.PROTECT, related_name="+")
    sealed_at = models.DateTimeField()
    #: Day from which it no longer counts.
    revoked_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(case__isnull=False) | Q(licence__isnull=False), name="document_of_something"
            ),
            models.UniqueConstraint(
                fields=["unit", "kind", "year", "n"], condition=Q(n__isnull=False), name="document_number_once"
            ),
        ]
        indexes = [
            models.Index(fields=["case", "seq"], name="document_case"),
            models.Index(fields=["licence"], name="document_licence", condition=Q(licence__isnull=False)),
            models.Index(fields=["number"], name="document_number"),
        ]


class SealUse(models.Model):
    """用印记录: every use of a seal.  Rows are only added."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    seal = models.ForeignKey(Seal, on_delete=models.PROTECT, related_name="uses")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    #: sha256 of the sealed file.
    sha256 = models.CharField(max_length=64)
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    #: Whose step the seal confirms, as the journal names the actor.
    by = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["seal", "at"], name="seal_use_when")]
