"""Open questions by who owns them."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Exists, Min, OuterRef, Q

from tongban.rooms import crypto
from tongban.rooms.people.models import Staff
from tongban.rooms.waiting.models import Absence, Question


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """One question."""

    id: UUID
    owner_id: UUID
    offered_to: UUID | None
    person_id: UUID | None
    #: The question in plain; whoever asks for it must work with it.
    asked: str
    answered: str
    asked_at: datetime
    answered_at: datetime | None
    answered_by: UUID | None


@dataclass(frozen=True, slots=True)
class AbsenceRow:
    """One absence."""

    id: UUID
    staff_id: UUID
    stand_in: UUID
    first: date
    last: date


def questions_of(staff_id: UUID, day: date, *, most: int = 50) -> tuple[QuestionRow, ...]:
    """Return the open questions that are his, that are offered to him, or of those for whom he stands in on ``day``.

    Oldest first.  Two queries.
    """
    owners = {staff_id, *stands_in_for(staff_id, day)}
    rows = Question.objects.filter(Q(owner_id__in=owners) | Q(offered_to=staff_id), answered_at=None)
    return tuple(_row(one) for one in rows.order_by("asked_at", "id")[:most])


def question(question_id: UUID) -> QuestionRow | None:
    """Return a question, or None.  One query."""
    found = Question.objects.filter(id=question_id).first()
    return None if found is None else _row(found)


def open_questions(county: str) -> dict[UUID, int]:
    """Return how many open questions each member of staff owns (S057).  None is without an owner.  One query."""
    rows = Question.objects.filter(county=county, answered_at=None).values("owner_id").annotate(n=Count("id"))
    return {row["owner_id"]: row["n"] for row in rows}


@dataclass(frozen=True, slots=True)
class Owned:
    """The open questions of one member of staff.  It tells nothing of what was asked."""

    owner_id: UUID
    count: int
    #: When the oldest was asked.
    oldest: datetime
    #: She has left: they wait for nobody.
    left: bool


def owned(county: str, day: date) -> tuple[Owned, ...]:
    """Return who owns open questions, those who have left first, then the oldest first (S057).  Two queries."""
    rows = Question.objects.filter(county=county, answered_at=None).values("owner_id")
    found = list(rows.annotate(n=Count("id"), oldest=Min("asked_at")).order_by("oldest"))
    here = set(
        Staff.objects.filter(in_service(day), id__in=[row["owner_id"] for row in found]).values_list("id", flat=True)
    )
    told = [Owned(row["owner_id"], row["n"], row["oldest"], row["owner_id"] not in here) for row in found]
    return tuple(sorted(told, key=lambda one: not one.left))


def without_owner(county: str, day: date, *, most: int = 50) -> tuple[tuple[UUID, datetime, UUID], ...]:
    """Return open questions whose owner has left: id, when asked, of whom; oldest first.  One query."""
    here = Staff.objects.filter(in_service(day), id=OuterRef("owner_id"))
    rows = Question.objects.filter(~Exists(here), county=county, answered_at=None).order_by("asked_at", "id")
    return tuple(rows.values_list("id", "asked_at", "owner_id")[:most])


def in_service(day: date) -> Q:
    """Whether a member of staff has not left before ``day``."""
    return Q(left_on=None) | Q(left_on__gte=day)


def stands_in_for(staff_id: UUID, day: date) -> frozenset[UUID]:
    """Return for whom a member of staff stands in on ``day``.  One query."""
    rows = Absence.objects.filter(stand_in=staff_id, first__lte=day, last__gte=day, ended_at=None)
    return frozenset(rows.values_list("staff_id", flat=True))


def absence_of(staff_id: UUID, day: date) -> AbsenceRow | None:
    """Return the absence that holds on ``day`` or comes next; None: he is here.  One query."""
    row = Absence.objects.filter(staff_id=staff_id, last__gte=day, ended_at=None).order_by("first").first()
    return None if row is None else AbsenceRow(row.id, row.staff_id, row.stand_in, row.first, row.last)


def _row(one: Question) -> QuestionRow:
    answered = crypto.open_text(bytes(one.answered)) if one.answered is not None else ""
    return QuestionRow(
        one.id,
        one.owner_id,
        one.offered_to,
        one.person_id,
        crypto.open_text(bytes(one.asked)),
        answered,
        one.asked_at,
        one.answered_at,
        one.answered_by,
    )
