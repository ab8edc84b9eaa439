"""What is known of one past case: facts and dates, no names and no free text."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from tongban.rulebook.clock import Due, Limit
from tongban.rulebook.steps import Post


@dataclass(frozen=True, slots=True)
class Paper:
    """One material as it came."""

    #: ``given`` by the applicant, ``held`` as a licence of ours, ``shared`` by a source; empty: it never came.
    manner: str = ""
    #: When it came as it now is; None: never.
    came_at: datetime | None = None
    #: 容缺: it was promised for later at the filing.
    promised: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """One step as it was taken."""

    step: str
    at: datetime
    post: Post
    #: ``person``, ``staff``, ``house``, ``outside``, ``law``.
    actor: str
    actor_id: UUID | None = None
    #: The day of receipt after it.
    received_on: date | None = None
    #: What a notice of correction named.
    lacking: tuple[str, ...] = ()
    #: The proceeding it opened, the time that was told, and whether in writing.
    proceeding: str = ""
    time_needed: Limit | None = None
    notice: bool = False
    #: Code of the result of a proceeding.
    result: str = ""
    #: ``paid`` or ``waived``, where it settled the fee.
    fee: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """One case from its first step to ``until``."""

    id: UUID
    #: Number of the case.
    number: str
    #: Every step, in order; those of the law are found again, not repeated.
    steps: tuple[Taken, ...]
    #: Up to when it is looked at: whatever has not run out by then is not late.
    until: datetime
    #: Options chosen (情形).
    options: frozenset[str] = frozenset()
    #: Material code -> how it came.
    papers: Mapping[str, Paper] = field(default_factory=dict)
    #: Role -> when it signed.
    signed: Mapping[str, datetime] = field(default_factory=dict)
    #: ``natural`` or ``legal``; empty: nobody asked (inner work).
    applicant: str = ""
    #: True: filed by somebody mandated.
    by_agent: bool = False
    #: Level of the place where it was handed in; empty: from home.
    station: str = ""
    #: Licence kinds that the applicant held on the day of filing, as far as they matter.
    held: frozenset[str] = frozenset()
    #: A renewal: the last day of the licence to be renewed.
    expires_on: date | None = None
    #: Due dates on record, by clock and run.
    recorded: Mapping[tuple[str, int], Due] = field(default_factory=dict)
