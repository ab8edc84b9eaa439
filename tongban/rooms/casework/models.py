"""What casework keeps.  Written only by ``ledger.take_step``."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from tongban.rooms.catalogue.models import ItemVersion
from tongban.rooms.files.models import StoredFile
from tongban.rooms.people.models import Person, Site

#: Whether a limit of a case has run out before.
LATE = models.ExpressionWrapper(models.expressions.RawSQL("('overdue' = ANY(flags))", []), models.BooleanField())


class Case(models.Model):
    """办件: the truth about one case.  Guarded by its version; the journal tells how it came to be."""

    id = models.UUIDField(primary_key=True)
    county = models.CharField(max_length=6)
    #: Unique, with a check digit; drawn at filing, so a draft has none.
    number = models.CharField(max_length=50, null=True)
    #: Random, told to the applicant beside the number.
    lookup_code = models.CharField(max_length=12, null=True)
    kind = models.CharField(max_length=16)
    #: The version of the item the case is pinned to.
    item = models.ForeignKey(ItemVersion, on_delete=models.PROTECT, related_name="+")
    item_code = models.CharField(max_length=80)
    #: Short code of the department unit that answers for it.
    unit = models.CharField(max_length=40)
    #: Where it was taken in, and where its result goes back to.
    site = models.ForeignKey(Site, null=True, on_delete=models.PROTECT, related_name="+")
    applicant = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    agent = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    #: ``window`` ``net`` ``phone`` ``kiosk`` ``village`` ``partner`` ``inner``.
    channel = models.CharField(max_length=12)
    #: True: rehearsed or simulated for show; stays out of figures, numbers and exports.
    rehearsal = models.BooleanField(default=False)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    part_role = models.CharField(max_length=40, blank=True, default="")
    state = models.CharField(max_length=20)
    #: Place in the item's chain of desks, from 0, and the desk's code while it lies on one.
    stage = models.SmallIntegerField(default=0)
    desk = models.CharField(max_length=40, blank=True, default="")
    version = models.IntegerField()
    filed_at = models.DateTimeField(null=True)
    received_on = models.DateField(null=True)
    accepted_on = models.DateField(null=True)
    #: The post that has it in hand: of a matter or an appeal, the one that must answer.
    holder = models.UUIDField(null=True)
    #: The member of staff who accepted it.
    acceptor = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=20, blank=True, default="")
    closed_at = models.DateTimeField(null=True)
    #: The earliest moment at which time alone changes something.
    next_moment = models.DateTimeField(null=True)
    #: Options chosen (情形).
    situation = ArrayField(models.CharField(max_length=60), default=list)
    #: Breaches and counted exceptions: ``second_notice``, ``deemed_accepted``, ``on_the_spot`` …
    flags = ArrayField(models.CharField(max_length=40), default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(parent=None) | ~Q(parent=F("id")), name="case_not_its_own_part"),
            models.UniqueConstraint(fields=["number"], name="case_number"),
            models.UniqueConstraint(
                fields=["parent", "part_role"], condition=Q(parent__isnull=False), name="case_part_once"
            ),
        ]
        indexes = [
            # The unit: of a person's cases the ones of a department are found without reading the others' rows.
            models.Index(fields=["applicant", "-filed_at", "unit"], name="case_mine"),
            # The desks (queries/desk.py): what was late first, then what bites next.
            models.Index(
                "county",
                "unit",
                "state",
                "desk",
                LATE.desc(),
                "next_moment",
                "id",
                name="case_office",
                condition=Q(closed_at=None),
                # Lights are counted from the index alone (supervision/queries/lights.py).
                include=["item_code", "site", "rehearsal"],
            ),
            models.Index(
                "holder",
                LATE.desc(),
                "next_moment",
                "id",
                name="case_held",
                condition=Q(closed_at=None, holder__isnull=False),
            ),
            models.Index(fields=["next_moment"], name="case_sweep", condition=Q(next_moment__isnull=False)),
            models.Index(fields=["county", "filed_at"], name="case_filed"),
            models.Index(fields=["county", "decided_at"], name="case_decided", condition=Q(decided_at__isnull=False)),
            models.Index(fields=["parent"], name="case_parts", condition=Q(parent__isnull=False)),
        ]


class _OfCase(models.Model):
    """A row of one case."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        abstract = True


class Clock(_OfCase):
    """期限: one clock of a case; see ``rulebook.facts.Running``.  A light is an expression over it, never stored."""

    pk = models.CompositePrimaryKey("case", "name", "run")
    name = models.CharField(max_length=20)
    run = models.SmallIntegerField()
    start_on = models.DateField()
    #: Only for hours.
    start_at = models.DateTimeField(null=True)
    limit = models.CharField(max_length=12)
    extension = models.CharField(max_length=12, blank=True, default="")
    #: Days not counted, as [first, last] pairs.
    excluded = models.JSONField(default=list)
    due_on = models.DateField()
    due_at = models.DateTimeField()
    amber_from = models.DateField()
    provisional = models.BooleanField()
    stopped_at = models.DateTimeField(null=True)
    #: The law has acted on its expiry.
    noted = models.BooleanField(default=False)
    #: Version of the calendar it was counted with.
    calendar = models.CharField(max_length=40)

    class Meta:
        # Lists of lights read it in its order until a page is full; counts read nothing else.
        indexes = [
            models.Index(
                fields=["due_at", "case", "amber_from", "name"], name="clock_running", condition=Q(stopped_at=None)
            )
        ]


class Proceeding(_OfCase):
    """特别程序 and publication; see ``rulebook.facts.Proceeding``."""

    pk = models.CompositePrimaryKey("case", "no")
    no = models.SmallIntegerField()
    kind = models.CharField(max_length=40)
    opened_on = models.DateField()
    due_on = models.DateField()
    pauses = models.BooleanField()
    closed_on = models.DateField(null=True)
    #: Code of the result, e.g. ``passed``.
    result = models.CharField(max_length=40, blank=True, default="")


class Party(_OfCase):
    """当事人: somebody in a case, in a role.  The case row's ``applicant`` is only the index."""

    id = models.UUIDField(primary_key=True)
    role = models.CharField(max_length=20)
    #: None for somebody who stays unnamed.
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    signed_at = models.DateTimeField(null=True)
    #: How she wants to hear: ``sms`` ``letter`` ``phone``.
    contact = models.CharField(max_length=12, blank=True, default="")

    class Meta:
        indexes = [
            models.Index(fields=["case"], name="party_case"),
            models.Index(fields=["person"], name="party_person"),
        ]


#: Why a case exists and what it is about: a closed list.
TIE_ROLES = ("arises-from", "about", "duplicate-of", "continues", "converts", "corrects", "contests", "helps")


class Tie(_OfCase):
    """关联: the target is named as the journal names its subjects, so no foreign key climbs a floor."""

    id = models.UUIDField(primary_key=True)
    role = models.CharField(max_length=16)
    target_kind = models.CharField(max_length=24)
    target_id = models.UUIDField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(role__in=TIE_ROLES), name="tie_role"),
            models.UniqueConstraint(fields=["case", "role", "target_id"], name="tie_once"),
        ]
        indexes = [models.Index(fields=["target_id"], name="tie_target")]


class CaseKey(_OfCase):
    """The case's own key, wrapped.  Dropping the row erases answers and free text for good."""

    case = models.OneToOneField(Case, primary_key=True, on_delete=models.PROTECT, related_name="+")
    wrapped = models.BinaryField()


class Answers(_OfCase):
    """What the applicant wrote into the form, sealed under the case's key; a later row replaces an earlier one."""

    pk = models.CompositePrimaryKey("case", "no")
    no = models.SmallIntegerField()
    sealed = models.BinaryField()


class Wish(_OfCase):
    """意愿: how the result should come and who else is to sign, sealed under the case's key; see ``queries.wishes``."""

    case = models.OneToOneField(Case, primary_key=True, on_delete=models.PROTECT, related_name="+")
    sealed = models.BinaryField()


class Letter(_OfCase):
    """消息: a notice as it was told to somebody, kept to be read again; sealed under the case's key."""

    id = models.UUIDField(primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_index=False)
    #: Key of the promise: sent twice, kept once.
    key = models.CharField(max_length=120)
    sealed = models.BinaryField()
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="letter_once")]
        indexes = [
            models.Index(fields=["person", "-at"], name="letter_newest"),
            models.Index(fields=["person"], name="letter_unread", condition=Q(read_at=None)),
            models.Index(fields=["case"], name="letter_case"),
        ]


#: given: a file or paper is here · held: a licence of ours serves · shared: a source was asked · promised: 容缺 ·
#: lacking: named in a notice · mismatch: the source says otherwise.
MATERIAL_STATES = ("given", "held", "shared", "promised", "lacking", "mismatch")


class Material(_OfCase):
    """One material of a case."""

    pk = models.CompositePrimaryKey("case", "code")
    code = models.CharField(max_length=60)
    state = models.CharField(max_length=10)
    #: The upload; what a case refers to is never swept.
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    licence_id = models.UUIDField(null=True)
    #: The call to the shared resource that stands for it.
    call_id = models.UUIDField(null=True)
    promised_until = models.DateField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(state__in=MATERIAL_STATES), name="material_state")]


class Lack(_OfCase):
    """One thing named in a notice; the reason is sealed under the case's key."""

    pk = models.CompositePrimaryKey("case", "notice", "code")
    notice = models.SmallIntegerField()
    code = models.CharField(max_length=60)
    reason = models.BinaryField()


class Note(_OfCase):
    """Free text of a step (reason, ground, opinion), sealed under the case's key."""

    pk = models.CompositePrimaryKey("case", "seq", "what")
    #: The journal entry it belongs to.
    seq = models.IntegerField()
    what = models.CharField(max_length=12)
    sealed = models.BinaryField()


class Fee(_OfCase):
    """费用: due, waived or paid, in fen."""

    case = models.OneToOneField(Case, primary_key=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    amount_fen = models.BigIntegerField()
    state = models.CharField(max_length=8)
    #: Voucher number entered by hand, or the ground of a waiver.
    voucher = models.CharField(max_length=60, blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=("due", "waived", "paid")), name="fee_state"),
            models.CheckConstraint(condition=Q(state="due") | ~Q(voucher=""), name="fee_has_voucher"),
            models.CheckConstraint(condition=Q(amount_fen__gte=0), name="fee_not_negative"),
        ]
