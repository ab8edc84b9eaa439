"""What the room answers with: frozen rows."""

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person as others need her.  Numbers stay sealed; ``actions.reveal`` opens them and is logged."""

    id: UUID
    county: str
    #: ``natural``, ``legal`` or ``agency``.
    kind: str
    name: str
    born: date | None
    died: date | None
    #: Lives on own labour since this day (sixteen to eighteen).
    independent_from: date | None


@dataclass(frozen=True, slots=True)
class IdentifierView:
    """One number of a person, closed but for its last four characters."""

    id: UUID
    scheme: str
    issuer: str
    tail: str


@dataclass(frozen=True, slots=True)
class MandateView:
    """A mandate as it stands."""

    id: UUID
    principal_id: UUID
    agent_id: UUID
    items: tuple[str, ...]
    powers: tuple[str, ...]
    valid_from: date
    valid_until: date
    paper_file: UUID | None
    confirmed: bool
    revoked: bool


@dataclass(frozen=True, slots=True)
class GuardianView:
    """Who acts for a ward."""

    id: UUID
    ward_id: UUID
    guardian_id: UUID
    guardian_name: str
    ground: str
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class Standing:
    """In what capacity somebody files for an applicant."""

    applicant: PersonView
    #: The natural person who acts; the applicant herself when she acts alone.
    by: PersonView
    #: ``self``, ``guardian``, ``representative`` or ``agent``.
    capacity: str
    #: The row that shows it: guardian, relation or mandate; None for ``self``.
    ground_id: UUID | None


@dataclass(frozen=True, slots=True)
class Conflict:
    """Why a member of staff must stand back (回避)."""

    staff_person_id: UUID
    party_id: UUID
    #: ``party``, ``guardian``, ``agent``, or the kind of relation.
    ground: str


@dataclass(frozen=True, slots=True)
class DivisionView:
    """A division in force."""

    id: UUID
    county: str
    code: str
    name: str
    level: str
    #: Empty at the top of what this house knows.
    parent_code: str


@dataclass(frozen=True, slots=True)
class UnitView:
    """A department in force."""

    id: UUID
    county: str
    code: str
    full_name: str
    #: Its word in document numbers.
    short_name: str
    credit_code: str
    organisation_id: UUID
    division_code: str
    #: Empty at the top.
    parent_code: str


@dataclass(frozen=True, slots=True)
class Hours:
    """When a site is open: weekdays (1 is Monday) and a span of the day."""

    days: str
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class SiteView:
    """A site in force."""

    id: UUID
    county: str
    code: str
    name: str
    kind: str
    division_code: str
    parent_id: UUID | None
    address: str
    hours: tuple[Hours, ...]
    lat: Decimal | None
    lon: Decimal | None


@dataclass(frozen=True, slots=True)
class DeviceView:
    """A device not retired."""

    id: UUID
    site_id: UUID
    code: str
    kind: str
    name: str
    holder_id: UUID | None
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class PostView:
    """A post in force."""

    id: UUID
    code: str
    title: str
    unit_id: UUID
    unit_code: str
    site_id: UUID
    reports_to: UUID | None


@dataclass(frozen=True, slots=True)
class StaffView:
    """A member of staff."""

    id: UUID
    number: str
    person_id: UUID
    name: str
    unit_id: UUID
    unit_code: str


@dataclass(frozen=True, slots=True)
class Actor:
    """A member of staff in a post held today: who acts, and from where."""

    staff_id: UUID
    #: 工号; the journal says ``staff:<number>``.
    staff_number: str
    person_id: UUID
    name: str
    post_id: UUID
    post_code: str
    title: str
    unit_id: UUID
    unit_code: str
    site_id: UUID
    county: str
