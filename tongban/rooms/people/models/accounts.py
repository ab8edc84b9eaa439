"""账号与登录: by what somebody is known to the site, and where she is signed in now."""

from django.db import models
from django.db.models import Q

from tongban.rooms.ids import uuid7
from tongban.rooms.people.models.persons import Person
from tongban.rooms.people.models.powers import Post, Staff


class Account(models.Model):
    """One account: of a person, or of a member of staff."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county = models.CharField(max_length=6)
    person = models.OneToOneField(Person, null=True, on_delete=models.PROTECT, related_name="+")
    staff = models.OneToOneField(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    #: Keyed hash of what is typed at the door: ``phone:…`` of a person, ``staff:工号`` of staff.
    login_hash = models.BinaryField()
    #: As Django's hashers write it; empty: no password yet.
    password = models.CharField(max_length=200, blank=True, default="")
    #: Seed of the six figures that change (TOTP), sealed; None: not set up.
    totp_sealed = models.BinaryField(null=True)
    #: 长者版, and the language chosen (empty: that of the browser).
    big_text = models.BooleanField(default=False)
    language = models.CharField(max_length=8, blank=True, default="")
    made_at = models.DateTimeField()
    #: From this moment nobody comes in by it.
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(person=None, staff__isnull=False) | Q(person__isnull=False, staff=None),
                name="account_of_one",
            ),
            models.UniqueConstraint(fields=["county", "login_hash"], name="account_login"),
        ]


class SignIn(models.Model):
    """One place where an account is signed in: a browser, until it leaves or its time is over."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="sign_ins")
    #: The post a member of staff works in.
    post = models.ForeignKey(Post, null=True, on_delete=models.PROTECT, related_name="+")
    #: Keyed hash of the secret in the cookie.
    secret_hash = models.BinaryField(unique=True)
    #: How she came in: ``password``, ``code``, ``oidc`` or ``demo``.
    way = models.CharField(max_length=8)
    #: What the browser says it is, in a few words.
    device = models.CharField(max_length=80, blank=True, default="")
    began_at = models.DateTimeField()
    #: To the minute.
    seen_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    #: Signed out.
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(way__in=["password", "code", "oidc", "demo"]), name="sign_in_way"),
        ]
        indexes = [models.Index(fields=["account", "began_at"], name="sign_in_account")]
