"""令牌: what another program shows instead of a password; how often it may ask; what its requests were answered."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from tongban.rooms.ids import uuid7
from tongban.rooms.people.models.persons import Person
from tongban.rooms.people.models.powers import Post, Staff

#: What a token may be used for, and how that is told to whoever makes one.
SCOPES = {
    "cases": "申报、查看和办理办件",
    "people": "登记和查找人员、单位，授权委托",
    "licences": "查看证照和文书",
    "waiting": "取号、叫号、预约",
    "figures": "查看指标和它的每一行",
    "exchange": "对接消息、数据共享和对账",
    "webhooks": "订阅事件",
}


class Token(models.Model):
    """One token.  The secret itself is shown once and kept nowhere."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county = models.CharField(max_length=6)
    #: What it is for, in the words of whoever made it.
    name = models.CharField(max_length=80)
    #: ``staff``, ``person`` or ``system``.
    kind = models.CharField(max_length=8)
    #: Of a staff token: who, and in which post.
    staff = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    #: Code of the other agency's system, as the exchange room knows it.
    system = models.CharField(max_length=32, blank=True, default="")
    #: Keyed hash of the secret: neither guessed nor used by who reads the table.
    secret_hash = models.BinaryField(unique=True)
    scopes = ArrayField(models.CharField(max_length=16))
    #: Requests a minute at most.
    per_minute = models.IntegerField()
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    #: To the minute.
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="staff", staff__isnull=False, post__isnull=False, person=None, system="")
                | Q(kind="person", staff=None, post=None, person__isnull=False, system="")
                | (Q(kind="system", staff=None, post=None, person=None) & ~Q(system="")),
                name="token_of_one",
            ),
            models.CheckConstraint(condition=Q(scopes__contained_by=list(SCOPES)), name="token_scopes"),
            models.CheckConstraint(condition=Q(per_minute__gt=0), name="token_per_minute"),
        ]
        indexes = [models.Index(fields=["county", "made_at"], name="token_county")]


class Budget(models.Model):
    """How many requests somebody has made in the minute that runs: a token, or an address without one.

    The table is not logged (``UNLOGGED``): a count is worth no wait for the disk, and after a crash all begin anew.
    """

    #: ``token:…``, or ``from:`` and the keyed digest of an address.
    subject = models.CharField(max_length=80, primary_key=True)
    #: Minutes of the machine since 1970.
    minute = models.BigIntegerField()
    used = models.IntegerField()


class Answered(models.Model):
    """A request that was carried out, and its answer: the same request again is answered so and does nothing."""

    pk = models.CompositePrimaryKey("actor", "key")
    #: As the journal names who asked.
    actor = models.CharField(max_length=64)
    key = models.CharField(max_length=80)
    #: Digest of the request.
    digest = models.BinaryField()
    #: The answer as JSON, sealed: it may name somebody.
    answer_sealed = models.BinaryField(null=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["at"], name="answered_at")]
