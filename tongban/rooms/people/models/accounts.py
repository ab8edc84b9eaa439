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
    #: A seed that is being set up and has not shown its first figures yet.
    totp_next_sealed = models.BinaryField(null=True)
    #: The last thirty seconds for which figures were taken: the same figures do not open twice.
    totp_step = models.BigIntegerField(default=0)
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
    #: 为谁办: the organisation or person a citizen acts for in this browser; None: herself.
    acting_for = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
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


class Code(models.Model):
    """One code sent to a phone, and how far whoever asked for it has come.  Removed after a day."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county = models.CharField(max_length=6)
    #: ``register``, ``sign_in``, ``reset``, ``first`` (the first or a new password of staff), ``old`` and ``new`` (a
    #: phone is changed), ``moved`` (its old number is told).
    purpose = models.CharField(max_length=8)
    #: What is known by the browser that asked: nobody else can use up its tries.
    secret_hash = models.BinaryField(unique=True)
    phone_sealed = models.BinaryField()
    phone_hash = models.BinaryField()
    #: Of whoever has one by this phone; the one who asks is not told.
    account = models.ForeignKey(Account, null=True, on_delete=models.CASCADE, related_name="+")
    #: Who registers, once her name and number are checked.
    person = models.ForeignKey(Person, null=True, on_delete=models.CASCADE, related_name="+")
    code_sealed = models.BinaryField()
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    tries = models.SmallIntegerField(default=0)
    #: The right code was typed.
    proved_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(purpose__in=["register", "sign_in", "reset", "first", "old", "new", "moved"]),
                name="code_for",
            ),
        ]
        indexes = [models.Index(fields=["made_at"], name="code_made")]


class RecoveryCode(models.Model):
    """A code that opens once in place of the six figures, for who has lost the phone."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    code_hash = models.BinaryField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "code_hash"], name="recovery_code")]


class OutsideLogin(models.Model):
    """An account is known to an outside identity platform (OpenID Connect) by this subject."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    county = models.CharField(max_length=6)
    #: Keyed hash of issuer and subject.
    subject_hash = models.BinaryField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "subject_hash"], name="outside_login")]


class Slowed(models.Model):
    """Wrong tries at one login from one place: each place has its own count, so nobody locks another out."""

    #: Keyed digest of login and address, or of a browser known to the account.
    subject = models.CharField(max_length=80, primary_key=True)
    failed = models.IntegerField()
    #: Milliseconds of the machine: the last wrong try, and until when the next one waits.
    last = models.BigIntegerField()
    until = models.BigIntegerField()
