"""What the room answers with: frozen rows."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from tongban.rulebook.catalogue import Complaint, Item


@dataclass(frozen=True, slots=True)
class InForce:
    """The version of an item that holds on a day."""

    version_id: UUID
    version: int
    item: Item


@dataclass(frozen=True, slots=True)
class ListedItem:
    """One line of the published list."""

    version_id: UUID
    code: str
    version: int
    name: str
    unit: str
    #: Main item, or empty.
    parent: str
    leaf: bool
    in_force_from: date
    #: Last day, or None while no end is known.
    in_force_until: date | None


@dataclass(frozen=True, slots=True)
class VersionView:
    """One published version and how it came and went."""

    id: UUID
    code: str
    version: int
    name: str
    digest: str
    in_force_from: date
    #: Last day; before ``in_force_from`` where it never held; None while no end is known.
    in_force_until: date | None
    published_at: datetime
    published_by: str
    #: True: some basis is 待核 (demo only).
    unverified: bool
    #: The orders that brought and end it.
    brought_by: UUID | None
    ended_by: UUID | None


@dataclass(frozen=True, slots=True)
class DraftView:
    """A draft and what it still lacks."""

    id: UUID
    code: str
    name: str
    unit: str
    parent: str
    #: ``toml``, ``import`` or ``edit``.
    source: str
    content_hash: str
    local_code: str
    #: 事项类型 as imported, two digits, or empty.
    task_type: str
    complaints: tuple[Complaint, ...]
    updated_at: datetime
    updated_by: str

    @property
    def publishable(self) -> bool:
        """Whether nothing stops it in production, as far as was known when it was last looked at."""
        return all(one.severity == "warns" for one in self.complaints)


@dataclass(frozen=True, slots=True)
class ClaimView:
    """An item as a site offers it."""

    id: UUID
    item: str
    name: str
    #: The version in force on the day asked for; None: none is.
    version_id: UUID | None
    site: str
    contact: str
    place: str
    hours: str
    channels: tuple[str, ...]
    batch: str
    #: ``in_use``, ``suspended`` or ``withdrawn``.
    state: str

    @property
    def in_use(self) -> bool:
        """Offered by the site, and the item is in force."""
        return self.state == "in_use" and self.version_id is not None


@dataclass(frozen=True, slots=True)
class InUse:
    """事项在用率 (F245): instances in use among instances claimed."""

    in_use: int
    claimed: int

    @property
    def rate(self) -> Fraction | None:
        """The share, or None where nothing was claimed."""
        return Fraction(self.in_use, self.claimed) if self.claimed else None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many items a list has (S010)."""

    #: 主项: main items, and leaves that hang on none.
    main: int
    #: 子项: what can be filed.
    leaves: int


@dataclass(frozen=True, slots=True)
class GuideMaterial:
    """One line of the material list."""

    name: str
    #: Where it comes from, in words.
    source: str
    original: bool
    copies: int
    #: True: may follow after acceptance against a dated promise.
    may_follow: bool
    criteria: str
    issuer: str
    #: Labels of the situations in which it is needed; empty: always.
    when: tuple[str, ...]
    basis: str
    #: Why the original must be seen; empty where it need not be.
    why_original: str = ""
    #: Within which time it may follow, e.g. 5个工作日; empty: it may not.
    follow_by: str = ""
    #: True: the person brings it herself, nobody else can.
    brought: bool = True


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere an item is taken in."""

    site: str
    name: str
    #: ``county``, ``town`` or ``village``.
    level: str
    address: str
    hours: str
    #: Whom to ask there; empty: not said.
    contact: str
    lat: Decimal | None
    lon: Decimal | None


@dataclass(frozen=True, slots=True)
class GuidePage:
    """服务指南 of one version, ready to be set as page or print sheet (S006)."""

    version_id: UUID
    code: str
    version: int
    name: str
    unit: str
    item_class: str
    #: 即办件 or 承诺件.
    handling: str
    #: The address a QR code carries: it names the item, so it always opens the version in force.
    path: str
    bases: tuple[str, ...]
    conditions: tuple[str, ...]
    quantity: str
    materials: tuple[GuideMaterial, ...]
    #: (name of the limit, its words).
    limits: tuple[tuple[str, str], ...]
    flow: tuple[str, ...]
    fee: str
    result: str
    visits: int
    #: 网上办理深度 I-IV, computed.
    depth: str
    place: str
    hours: str
    consult_phone: str
    complaint_phone: str
    delivery: tuple[str, ...]
    #: (question, answer).
    faq: tuple[tuple[str, str], ...]
    #: True: some basis is 待核.
    unverified: bool
    #: 告知承诺 and what a false promise costs, in a sentence; empty where the item does not offer it.
    promise: str = ""
