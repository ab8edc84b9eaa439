"""What the ledger keeps: entries, promises, registers, keys already used, reads of personal data."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.fields.json import KeyTextTransform


class Entry(models.Model):
    """One line of the journal.  A stream per subject; each line carries the hash of the one before.

    It holds ids, codes, dates and salted digests, never names or free text.  The application's role may
    only insert; triggers refuse the rest (migration 0002).  Cases lie in ranges of a year (``ledger.ranges``), so
    whoever asks for a case says ``subject_kind="case"``: then one range is looked into.
    """

    #: The kind is in it for the ranges' sake alone; a stream has its number once whatever the kind.
    pk = models.CompositePrimaryKey("subject_id", "seq", "subject_kind")
    #: ``case``, ``item``, ``person``, ``licence``, ``site`` …
    subject_kind = models.CharField(max_length=24)
    subject_id = models.UUIDField()
    #: 1, 2, 3 … within the stream.
    seq = models.IntegerField()
    county = models.CharField(max_length=6)
    step = models.CharField(max_length=48)
    #: The moment of the step by the clock on the wall.
    at = models.DateTimeField()
    #: ``staff:…``, ``person:…``, ``law``, ``house``, ``outside:…``.
    actor = models.CharField(max_length=64)
    #: The post in which the actor acted.
    post = models.CharField(max_length=24, blank=True)
    #: The result the step led to, numbers drawn, flags; for a case its whole row and the clocks it changed.
    body = models.JSONField()
    #: sha256 over the hash before and this line.
    hash = models.BinaryField()
    #: The writing transaction: a day is closed only behind all that may still commit.
    xact = models.BigIntegerField(db_default=models.expressions.RawSQL("(pg_current_xact_id()::text)::bigint", []))

    class Meta:
        indexes = [
            BrinIndex(fields=["at"], name="entry_at_brin"),
            BrinIndex(fields=["xact"], name="entry_xact_brin"),
            models.Index(fields=["county", "step", "at"], name="entry_step_at"),
            # Letters alone, by the digest of their number: one that came back is found again.
            models.Index(
                "county",
                KeyTextTransform("mail", "body"),
                name="entry_mail",
                condition=models.Q(step="deliver", body__has_key="mail"),
            ),
        ]


class DayRoot(models.Model):
    """A closed day: one signed hash over the heads of all streams that moved, and over the root before."""

    pk = models.CompositePrimaryKey("county", "day")
    county = models.CharField(max_length=6)
    day = models.DateField()
    entries = models.IntegerField()
    root = models.BinaryField()
    before = models.BinaryField()
    #: Every transaction below it was over when the day was closed; it says which late entries were seen.
    watermark = models.BigIntegerField()
    signature = models.BinaryField()
    closed_at = models.DateTimeField()


class Detached(models.Model):
    """A range of the journal that was taken off line: where its entries went, and which closed days need them."""

    id = models.UUIDField(primary_key=True)
    #: The table it was: ``ledger_entry_2026``.
    table = models.CharField(max_length=24)
    #: Keys of its cases: from this one on (None: from the very first) up to below ``until``.
    first = models.UUIDField(null=True)
    until = models.UUIDField()
    cases = models.IntegerField()
    entries = models.BigIntegerField()
    #: Of the file, and its length in bytes.
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    #: Days whose root covers some of its entries, by county.
    days = models.JSONField()
    #: The login on the machine.
    who = models.CharField(max_length=64)
    at = models.DateTimeField()
    #: When it was brought back; None: it is off line.
    attached_at = models.DateTimeField(null=True)


class Promise(models.Model):
    """Something owed to the world after a commit: a notice, a document to seal, a push.  Delivered at least once."""

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=24)
    subject_kind = models.CharField(max_length=24)
    subject_id = models.UUIDField()
    #: Given to the receiver, so that twice delivered is once done.
    key = models.CharField(max_length=120, unique=True)
    body = models.JSONField(default=dict)
    due_at = models.DateTimeField()
    attempts = models.SmallIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    #: Code of the last failure, for people who look after the house.
    trouble = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="promise_outstanding", condition=models.Q(done_at=None)),
            models.Index(fields=["subject_id"], name="promise_subject"),
        ]


class Register(models.Model):
    """The last number drawn for a unit, a kind of document and a year.  Numbers have no gap."""

    pk = models.CompositePrimaryKey("unit", "kind", "year")
    unit = models.CharField(max_length=40)
    kind = models.CharField(max_length=40)
    year = models.SmallIntegerField()
    last = models.IntegerField()


class Number(models.Model):
    """One number drawn, and the step that drew it."""

    pk = models.CompositePrimaryKey("unit", "kind", "year", "n")
    unit = models.CharField(max_length=40)
    kind = models.CharField(max_length=40)
    year = models.SmallIntegerField()
    n = models.IntegerField()
    subject_id = models.UUIDField()
    seq = models.IntegerField()

    class Meta:
        indexes = [models.Index(fields=["subject_id"], name="number_subject")]


class UsedKey(models.Model):
    """An idempotency key already used by an actor, and what came of it."""

    pk = models.CompositePrimaryKey("actor", "key")
    actor = models.CharField(max_length=64)
    key = models.CharField(max_length=80)
    #: Digest of the request: the same key with another body is refused.
    digest = models.BinaryField()
    subject_id = models.UUIDField()
    seq = models.IntegerField()
    at = models.DateTimeField()


class Access(models.Model):
    """One read of personal data, kept apart from the journal.  A citizen sees who looked."""

    id = models.UUIDField(primary_key=True)
    who = models.CharField(max_length=64)
    subject_kind = models.CharField(max_length=24)
    subject_id = models.UUIDField()
    purpose = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["subject_id", "at"], name="access_subject")]


class Pulse(models.Model):
    """When a program of the house last showed that it is alive, by the machine's clock, not the one on the wall."""

    #: ``postman``.
    who = models.CharField(max_length=24, primary_key=True)
    at = models.DateTimeField()


class WallClock(models.Model):
    """The demo's clock: one row.  Refused in production."""

    id = models.SmallIntegerField(primary_key=True)
    shows = models.DateTimeField()
    since = models.DateTimeField()
    running = models.BooleanField()
