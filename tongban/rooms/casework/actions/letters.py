"""消息: a notice is kept for its receivers to read again, and is marked as read."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from tongban.rooms import clock, crypto
from tongban.rooms.casework.actions.rows import key_of
from tongban.rooms.casework.models import Letter
from tongban.rooms.casework.queries.reading import CaseFile
from tongban.rooms.ids import uuid7


def keep_letter(file: CaseFile, person_ids: Iterable[UUID], key: str, text: str, *, at: datetime) -> None:
    """Keep a notice about a case for each of these persons; the same ``key`` again changes nothing.  One query.

    Raises ``Refused("case_erased")``.
    """
    sealed = crypto.seal_text(text, key_of(file))
    Letter.objects.bulk_create(
        [
            Letter(id=uuid7(), case_id=file.id, person_id=person_id, key=key, sealed=sealed, at=at)
            for person_id in dict.fromkeys(person_ids)
        ],
        ignore_conflicts=True,
    )


def mark_read(letter_ids: Iterable[UUID], person_ids: Iterable[UUID]) -> int:
    """Mark letters of these persons as read; those of others stay as they are.  Returns how many were new."""
    rows = Letter.objects.filter(id__in=list(letter_ids), person_id__in=list(person_ids), read_at=None)
    return rows.update(read_at=clock.now())
