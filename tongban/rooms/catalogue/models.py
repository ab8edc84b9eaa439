"""What the catalogue keeps.

Content is JSON text in its author's order: ``jsonb`` would sort the questions of a form.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from tongban.rooms.ids import uuid7

#: How a draft came to be as it is.
SOURCES = ("toml", "import", "edit")

#: 动态调整 (S004): what an order may do.  The first three end an item, the others begin a version of it.
ENDING_ORDERS = {"cancel": "取消", "merge": "合并", "freeze": "冻结"}
BEGINNING_ORDERS = {
    "thaw": "解冻",
    "take_over": "承接",
    "hand_down": "下放",
    "pass_up": "转报",
    "to_filing": "转备案",
    "change_manner": "转变管理方式",
    "change_fee": "收费调整",
    "to_promised": "即办转承诺",
    "to_on_the_spot": "承诺转即办",
}
ORDER_LABELS = ENDING_ORDERS | BEGINNING_ORDERS

#: What an order does to open cases: they finish under the version they are pinned to.
OPEN_CASES = {"finish": "在办件按原版本办结"}

CLAIM_STATES = {"in_use": "在用", "suspended": "暂停", "withdrawn": "已退出"}
CHANNELS = ("window", "net", "kiosk", "village", "phone")


class Draft(models.Model):
    """An item as somebody is writing it.  Its key names the item's stream in the journal, draft and versions alike."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county = models.CharField(max_length=6)
    code = models.CharField(max_length=80)
    name = models.CharField(max_length=300)
    #: Short code of the unit, as far as it is known.
    unit = models.CharField(max_length=40, blank=True, default="")
    #: Code of the main item, or empty.
    parent = models.CharField(max_length=80, blank=True, default="")
    #: JSON text.
    content = models.TextField()
    #: sha256 of what ``content`` means (``actions.drafts.written``), hexadecimal.
    content_hash = models.CharField(max_length=64)
    #: Hash of what last came in from a file; differs from ``content_hash`` once somebody has edited it.
    origin_hash = models.CharField(max_length=64, blank=True, default="")
    source = models.CharField(max_length=8)
    #: What it still lacks: list of complaints as ``rulebook.catalogue.Complaint`` has them.
    complaints = models.JSONField(default=list)
    #: 地方编码 of an imported item, as it was written.
    local_code = models.CharField(max_length=80, blank=True, default="")
    #: 事项类型 of an imported item, two digits of GB/T 39046 A.1.
    task_type = models.CharField(max_length=2, blank=True, default="")
    #: The import that brought it, or None.
    batch = models.UUIDField(null=True)
    updated_at = models.DateTimeField()
    updated_by = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["county", "code"], name="draft_code"),
            models.UniqueConstraint(
                fields=["county", "local_code"], condition=~Q(local_code=""), name="draft_local_code"
            ),
            models.CheckConstraint(condition=Q(source__in=SOURCES), name="draft_source"),
            models.CheckConstraint(condition=Q(code__regex=r"^[a-z0-9]+(-[a-z0-9]+)*$"), name="draft_code_form"),
        ]
        indexes = [models.Index(fields=["county", "unit"], name="draft_unit")]


class ChangeOrder(models.Model):
    """调整令: by which document items are cancelled, merged, frozen, taken over or changed, and from when."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county = models.CharField(max_length=6)
    #: Number of the document, e.g. 示例政办发〔2026〕3号.
    number = models.CharField(max_length=80)
    kind = models.CharField(max_length=16)
    items = ArrayField(models.CharField(max_length=80))
    #: 合并: the item into which the others go.
    target = models.CharField(max_length=80, blank=True, default="")
    #: What people are told, e.g. who answers for the matter from now on.
    notice = models.CharField(max_length=400)
    basis_kind = models.CharField(max_length=8)
    basis_text = models.CharField(max_length=200)
    basis_source = models.CharField(max_length=200, blank=True, default="")
    basis_verified = models.BooleanField(default=False)
    #: First day on which it holds.
    in_force_on = models.DateField()
    open_cases = models.CharField(max_length=16, default="finish")
    ordered_at = models.DateTimeField()
    ordered_by = models.CharField(max_length=64)
    #: When the sweep noted that it holds.
    applied_at = models.DateTimeField(null=True)
    #: Taken back before it held.
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["county", "number", "kind"], name="order_number"),
            models.CheckConstraint(condition=Q(kind__in=list(ORDER_LABELS)), name="order_kind"),
            models.CheckConstraint(condition=Q(open_cases__in=list(OPEN_CASES)), name="order_open_cases"),
            models.CheckConstraint(condition=Q(items__len__gt=0), name="order_items"),
            models.CheckConstraint(
                condition=(Q(kind="merge") & ~Q(target="")) | (~Q(kind="merge") & Q(target="")), name="order_target"
            ),
            models.CheckConstraint(condition=~Q(basis_text=""), name="order_has_basis"),
            models.CheckConstraint(condition=Q(applied_at=None) | Q(withdrawn_at=None), name="order_applied_or_not"),
        ]
        indexes = [
            models.Index(fields=["in_force_on"], name="order_to_apply", condition=Q(applied_at=None, withdrawn_at=None))
        ]


class ItemVersion(models.Model):
    """A published version.  Only its end may still be written (migration 0002); no two are in force on one day."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county = models.CharField(max_length=6)
    code = models.CharField(max_length=80)
    #: 1, 2, 3 … of this item.
    version = models.IntegerField()
    name = models.CharField(max_length=300)
    kind = models.CharField(max_length=16)
    unit = models.CharField(max_length=40)
    parent = models.CharField(max_length=80, blank=True, default="")
    leaf = models.BooleanField()
    catalog_code = models.CharField(max_length=12, blank=True, default="")
    #: JSON text, as ``rulebook.catalogue.freeze`` reads it.
    content = models.TextField()
    #: sha256 of what ``content`` means, hexadecimal.
    digest = models.CharField(max_length=64)
    in_force_from = models.DateField()
    #: Its last day; the day before its first one where it never held; None while no end is known.
    in_force_until = models.DateField(null=True)
    #: The order that brought it, and the one that ends it; None where another version simply follows.
    brought_by = models.ForeignKey(ChangeOrder, null=True, on_delete=models.PROTECT, related_name="+")
    ended_by = models.ForeignKey(ChangeOrder, null=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=64)
    #: True: some basis is 待核; possible in a demo only.
    unverified = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["county", "code", "version"], name="item_version"),
            models.CheckConstraint(condition=Q(version__gt=0), name="item_version_positive"),
        ]
        indexes = [models.Index(fields=["county", "parent"], name="item_children", condition=~Q(parent=""))]


class Claim(models.Model):
    """认领 (S003): a site offers an item.  It names the item, not a version: all instances follow the one in force."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county = models.CharField(max_length=6)
    item = models.CharField(max_length=80)
    #: Code of the site in people.
    site = models.CharField(max_length=32)
    #: Who may be asked there: a post or a telephone of the office, never a private one.
    contact = models.CharField(max_length=80)
    place = models.CharField(max_length=120)
    hours = models.CharField(max_length=120)
    channels = ArrayField(models.CharField(max_length=8))
    #: Which round of claiming, e.g. 第一批.
    batch = models.CharField(max_length=40)
    state = models.CharField(max_length=12, default="in_use")
    claimed_on = models.DateField()
    #: The last day; None while claimed.
    withdrawn_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["county", "item", "site"], condition=~Q(state="withdrawn"), name="claim_once"
            ),
            models.CheckConstraint(condition=Q(state__in=list(CLAIM_STATES)), name="claim_state"),
            models.CheckConstraint(condition=Q(channels__contained_by=list(CHANNELS)), name="claim_channels"),
            models.CheckConstraint(condition=Q(channels__len__gt=0), name="claim_has_channel"),
            models.CheckConstraint(
                condition=Q(state="withdrawn", withdrawn_on__isnull=False)
                | (~Q(state="withdrawn") & Q(withdrawn_on=None)),
                name="claim_withdrawn",
            ),
        ]
        indexes = [models.Index(fields=["county", "site"], name="claim_site")]


class LicenceKind(models.Model):
    """证照种类, as TOML describes it."""

    code = models.CharField(max_length=80, primary_key=True)
    name = models.CharField(max_length=120)
    content = models.TextField()
    digest = models.CharField(max_length=64)
    updated_at = models.DateTimeField()


class UpperName(models.Model):
    """上级目录 (S001): the name an item must bear, by its 基本编码."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county = models.CharField(max_length=6)
    catalog_code = models.CharField(max_length=12)
    name = models.CharField(max_length=300)
    #: Which list, e.g. 省政务服务事项基本目录 2026 年版.
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "catalog_code"], name="upper_name_once")]


class CatalogueMark(models.Model):
    """One row a county: the mark of the list as it stands.  Every change writes a fresh one.

    A fresh key and not a counter: a counter drawn in a transaction that is rolled back would be drawn again
    for other content, and a process that had read the first would keep it for good.
    """

    county = models.CharField(max_length=6, primary_key=True)
    mark = models.UUIDField()


#: 证明事项清单 (S013): what has become of a proof that people were asked for.
PROOF_STATES = {"kept": "保留", "cancelled": "取消", "promised": "告知承诺", "shared": "共享核验"}
#: 证照分离 (S014): the four ways in which a permit after the business licence was reformed (优化营商环境条例 第十九条).
PERMIT_MODES = {
    "cancelled": "直接取消审批",
    "filing": "审批改为备案",
    "promise": "实行告知承诺",
    "improved": "优化审批服务",
}
#: “3+2”清单 (S005).  The first three are computed from items alone; others also say what the last two hold.
FIVE_LISTS = {
    "power": "权力清单",
    "duty": "责任清单",
    "service": "公共服务清单",
    "fee": "收费清单",
    "agency": "中介服务清单",
}
ENTERED_LISTS = ("fee", "agency")


class _Dated(models.Model):
    """A line that holds from a day on, until a later one about the same; nothing is rewritten (migration 0003)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county = models.CharField(max_length=6)
    in_force_from = models.DateField()
    basis_kind = models.CharField(max_length=8)
    basis_text = models.CharField(max_length=200)
    basis_source = models.CharField(max_length=200, blank=True, default="")
    basis_verified = models.BooleanField(default=False)
    entered_at = models.DateTimeField()
    entered_by = models.CharField(max_length=64)

    class Meta:
        abstract = True


class Proof(_Dated):
    """A proof on the county's list, and what has become of it."""

    #: Its name, as lists of materials write it.
    name = models.CharField(max_length=200)
    state = models.CharField(max_length=12)
    #: What takes its place: the promise, the source that is asked.
    instead = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(PROOF_STATES)), name="proof_state"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(basis_text=""), name="proof_named"),
        ]
        indexes = [models.Index(fields=["county", "name", "in_force_from"], name="proof_latest")]


class PermitMode(_Dated):
    """How a permit that businesses need was reformed, and to which businesses it falls."""

    item = models.CharField(max_length=80)
    #: A key of ``PERMIT_MODES``; empty: from this day on it is on the list no more.
    mode = models.CharField(max_length=12, blank=True, default="")
    #: Licence kinds after which it may be needed, e.g. the business licence.
    after = ArrayField(models.CharField(max_length=80))
    #: Words of the business scope that make it needed; empty: any business may need it.
    scope_words = ArrayField(models.CharField(max_length=40), default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(mode__in=["", *PERMIT_MODES]), name="permit_mode"),
            models.CheckConstraint(condition=Q(mode="") | Q(after__len__gt=0), name="permit_mode_after"),
        ]
        indexes = [models.Index(fields=["county", "item", "in_force_from"], name="permit_mode_latest")]


class ListEntry(_Dated):
    """A line of a list that somebody else keeps: a fee of the fee catalogue, a service that an agency may render."""

    list = models.CharField(max_length=8)
    #: Its code on that list.
    code = models.CharField(max_length=80)
    name = models.CharField(max_length=200)
    #: The item it hangs on, and for an agency's service the material that it makes.
    item = models.CharField(max_length=80)
    material = models.CharField(max_length=60, blank=True, default="")
    #: The standard of the fee, or who pays, in words.
    standard = models.CharField(max_length=200, blank=True, default="")
    #: True: from this day on it is on the list no more.
    withdrawn = models.BooleanField(default=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(list__in=ENTERED_LISTS), name="list_entry_list")]
        indexes = [models.Index(fields=["county", "list", "code", "in_force_from"], name="list_entry_latest")]


class ListIssue(models.Model):
    """One of the five lists as it was made public on a day."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county = models.CharField(max_length=6)
    list = models.CharField(max_length=8)
    issued_on = models.DateField()
    #: Its rows as JSON text.
    content = models.TextField()
    #: sha256 of ``content``, hexadecimal.
    digest = models.CharField(max_length=64)
    rows = models.IntegerField()
    issued_at = models.DateTimeField()
    issued_by = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["county", "list", "issued_on"], name="list_issue_once"),
            models.CheckConstraint(condition=Q(list__in=[*FIVE_LISTS]), name="list_issue_list"),
        ]


class OwnedField(models.Model):
    """一数一源 (S105): a datum, and the department that answers for it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county = models.CharField(max_length=6)
    code = models.CharField(max_length=40)
    #: What forms call it.
    titles = ArrayField(models.CharField(max_length=60))
    #: Code of the unit that answers for it.
    owner = models.CharField(max_length=40)
    #: The shared resource it is read from, or empty.
    resource = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "code"], name="ownedfield_code")]


class Wording(models.Model):
    """县里的用语: words of the county in the place of, or beside, those that come with the house.

    The latest row of a key is in force; an empty text is the way back.  Rows stay, to be read.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county = models.CharField(max_length=6)
    #: ``applicant/STEP``, ``desk``, ``supervisor`` (notices) or ``paper/NAME`` (documents).
    key = models.CharField(max_length=60)
    text = models.CharField(max_length=600, blank=True)
    #: How the journal names who confirmed it.
    put_by = models.CharField(max_length=64)
    put_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["county", "key", "-put_at"], name="wording_of_county")]
