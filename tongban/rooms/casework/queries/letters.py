"""What was told to somebody about her cases."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tongban.rooms import crypto
from tongban.rooms.casework.models import CaseKey, Letter


@dataclass(frozen=True, slots=True)
class LetterView:
    """One message."""

    id: UUID
    person_id: UUID
    case_id: UUID
    #: Empty when the case was erased.
    text: str
    at: datetime
    is_new: bool


def letters_of(person_ids: Iterable[UUID], *, most: int, skip: int = 0) -> tuple[LetterView, ...]:
    """Return the messages to these persons, the newest first.  Two queries."""
    rows = list(Letter.objects.filter(person_id__in=list(person_ids)).order_by("-at", "-id")[skip : skip + most])
    keys = dict(CaseKey.objects.filter(case_id__in={row.case_id for row in rows}).values_list("case_id", "wrapped"))
    return tuple(
        LetterView(row.id, row.person_id, row.case_id, _text(row, keys.get(row.case_id)), row.at, row.read_at is None)
        for row in rows
    )


def unread_letters(person_ids: Iterable[UUID]) -> int:
    """Return how many messages to these persons are unread.  One query."""
    return Letter.objects.filter(person_id__in=list(person_ids), read_at=None).count()


def _text(row: Letter, wrapped: bytes | memoryview | None) -> str:
    return crypto.open_text(bytes(row.sealed), crypto.unwrap(bytes(wrapped))) if wrapped else ""
