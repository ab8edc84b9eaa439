"""What the room answers with: frozen rows."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from tongban.rooms.licences.models import LICENCE_STATES


@dataclass(frozen=True, slots=True)
class LicenceView:
    """One version of a licence, without what stands on it (``facts_of``)."""

    id: UUID
    county: str
    #: Code and name of its kind.
    kind: str
    name: str
    holder_id: UUID
    #: Empty for the moment until its document is sealed.
    number: str
    #: GB/T 36904.
    identifier: str
    version: int
    #: A key of ``models.LICENCE_STATES``; ``lapsed`` also when its last day is over and the sweep has not come yet.
    state: str
    state_on: date
    issuer: str
    issued_on: date
    valid_from: date
    valid_until: date | None
    #: ``case`` or ``import``.
    origin: str
    case_id: UUID | None
    former_id: UUID | None
    rehearsal: bool

    @property
    def state_label(self) -> str:
        """The state in words."""
        return LICENCE_STATES.get(self.state, self.state)

    def is_valid(self, day: date) -> bool:
        """Whether it may be relied on, on ``day``."""
        return (
            self.state == "valid" and self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)
        )


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A sealed document."""

    id: UUID
    case_id: UUID | None
    licence_id: UUID | None
    #: Journal entry of the case.
    seq: int | None
    kind: str
    #: Its title, e.g. 受理通知书.
    label: str
    number: str
    dated: date
    file_id: UUID
    sha256: str
    seal_id: UUID
    sealed_at: datetime
    revoked_on: date | None


@dataclass(frozen=True, slots=True)
class UseView:
    """A licence that served instead of a paper."""

    licence_id: UUID
    case_id: UUID
    item: str
    material: str
    #: A key of ``models.CONSENTS``.
    consent: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SealView:
    """A seal as the register shows it."""

    id: UUID
    unit: str
    name: str
    use: str
    demo: bool
    valid_from: datetime
    valid_until: datetime
    withdrawn_at: datetime | None
    uses: int


@dataclass(frozen=True, slots=True)
class SealUseView:
    """One use of a seal."""

    seal_id: UUID
    document_id: UUID
    case_id: UUID | None
    sha256: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What the public may know of a document or licence: masked."""

    #: ``valid``, ``not_yet``, ``suspended``, ``changed``, ``lapsed``, ``revoked``, ``stripped``, ``cancelled``,
    #: ``seal_withdrawn``, ``forged`` or ``not_found``.
    state: str
    #: Plain Chinese.
    sentence: str
    #: 受理通知书, 食品经营许可证 …
    label: str = ""
    number: str = ""
    #: Full name of the unit that issued it.
    unit: str = ""
    #: Masked.
    holder: str = ""
    dated: date | None = None
    #: The day since which the state holds, when it is not valid.
    since: date | None = None
    #: Lines shown beside it, masked where they are a person's.
    lines: tuple[tuple[str, str], ...] = ()

    @property
    def is_valid(self) -> bool:
        return self.state == "valid"
