"""What the rulebook is told about a case, and what it answers.  Values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from uuid import UUID

from tongban.rulebook.catalogue.item import Item
from tongban.rulebook.clock import SHANGHAI, Due, Excluded, Limit
from tongban.rulebook.steps import Kind, Post, Step


@lru_cache(maxsize=4096)
def end_of_day(day: date) -> datetime:
    """Return the first moment after ``day`` in Asia/Shanghai: a period ends at 24:00 (民法典 203)."""
    after = day + timedelta(days=1)
    return datetime(after.year, after.month, after.day, tzinfo=SHANGHAI).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Running:
    """One clock of a case."""

    name: str
    #: 1 for the first time this clock was started, 2 for the next …
    run: int
    #: The day (or moment, for hours) that is not counted.
    start: date | datetime
    limit: Limit
    due: Due
    #: From this day its light is amber.
    amber_from: date
    extension: Limit | None = None
    #: Days not counted, with written notice (许可法 45).
    excluded: tuple[Excluded, ...] = ()
    stopped_at: datetime | None = None
    #: The law has already acted on its expiry.
    noted: bool = False

    @property
    def due_at(self) -> datetime:
        """The moment at which it has run out."""
        return self.due.at or end_of_day(self.due.on)

    @property
    def is_running(self) -> bool:
        return self.stopped_at is None


@dataclass(frozen=True, slots=True)
class Proceeding:
    """特别程序 or inner procedure on a case: hearing, survey, expert review, publication …"""

    no: int
    kind: str
    opened_on: date
    #: The last day that the written notice names, or by which it should be closed.
    due_on: date
    #: True: of the closed list of article 45 and told in writing, so clocks do not count its days.
    pauses: bool
    closed_on: date | None = None
    result: str = ""


#: The code under which the form itself is named among the materials.
FORM = "form"


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing missing or wrong in the papers, as it is told."""

    #: Code of the material, or ``FORM``.
    code: str
    #: What is wrong and how to mend it, in the applicant's words.  Not kept in the journal.
    reason: str


@dataclass(frozen=True, slots=True)
class Facts:
    """A case as the rulebook sees it."""

    kind: Kind
    item: Item
    state: str = ""
    stage: int = 0
    #: Options chosen (情形).
    options: frozenset[str] = frozenset()
    received_on: date | None = None
    accepted_on: date | None = None
    acceptor: UUID | None = None
    decision: str = ""
    clocks: tuple[Running, ...] = ()
    proceedings: tuple[Proceeding, ...] = ()
    #: Materials needed and neither here, nor held, nor promised for later; ``FORM`` while it waits to be mended.
    missing: tuple[str, ...] = ()
    #: Materials promised for later and not here yet.
    following: tuple[str, ...] = ()
    #: Roles that still have to sign.
    unsigned: tuple[str, ...] = ()
    #: What the one notice named.
    told: frozenset[str] = frozenset()
    notices: int = 0
    #: ``""`` no fee, ``due``, ``waived``, ``paid``.
    fee: str = ""
    #: Parts of a bundle by state: all, finished, refused.
    parts: tuple[int, int, int] = (0, 0, 0)
    flags: frozenset[str] = frozenset()
    #: At the filing of a renewal: the last day of the licence to be renewed.
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who takes a step."""

    #: ``person``, ``staff``, ``law``, ``house``, ``outside``.
    kind: str
    id: UUID | None
    #: The capacities he really has in this case today.
    posts: frozenset[Post]
    #: He is a party or close to one (回避).
    related: bool = False

    @property
    def name(self) -> str:
        """How the journal names him: never by his name."""
        return f"{self.kind}:{self.id}" if self.id else self.kind


#: The law and the house act alone.
LAW = Actor("law", None, frozenset({Post.LAW}))
HOUSE = Actor("house", None, frozenset({Post.HOUSE}))


@dataclass(frozen=True, slots=True)
class Given:
    """What the actor brings with a step."""

    reason: str = ""
    #: Legal ground of a refusal.
    ground: str = ""
    lacking: tuple[Lack, ...] = ()
    #: Codes of the materials handed in with this very step.
    supplied: frozenset[str] = frozenset()
    #: Kind of proceeding, the time it needs, whether the applicant was told in writing.
    proceeding: str = ""
    time_needed: Limit | None = None
    notice: bool = False
    result: str = ""
    #: Who was there at a look on the spot.
    present: tuple[UUID, ...] = ()
    #: The day the papers were received, where it is not today (paper slips, other windows).
    received_on: date | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What follows from a step that may be taken."""

    step: Step
    post: Post
    state: str
    stage: int
    desk: str
    received_on: date | None
    accepted_on: date | None
    decision: str
    #: Clocks as they stand after the step, and which of them it touched.
    clocks: tuple[Running, ...]
    touched: frozenset[tuple[str, int]]
    #: Proceedings it opened or closed.
    proceedings: tuple[Proceeding, ...]
    #: The earliest moment at which time alone changes something; None: none.
    next_moment: datetime | None
    flags: frozenset[str]
    #: What the journal should say besides: codes only.
    notes: Mapping[str, object] = field(default_factory=dict)
