"""What stands under a case's own key: answers and free text.  Whoever asks must be logged by the caller."""

import json
from typing import Any

from tongban.rooms import crypto
from tongban.rooms.casework.models import Answers, Lack, Note
from tongban.rooms.casework.queries.reading import CaseFile
from tongban.rulebook.errors import Refused


def answers_of(file: CaseFile) -> dict[str, Any]:
    """Return the latest answers.  Raises ``Refused("case_erased")`` when the key was dropped."""
    latest = Answers.objects.filter(case_id=file.id).order_by("-no").first()
    return dict(json.loads(crypto.open_text(bytes(latest.sealed), _key(file)))) if latest else {}


def notes_of(file: CaseFile) -> dict[tuple[int, str], str]:
    """Return free text by (journal entry, what)."""
    key = _key(file)
    return {(n.seq, n.what): crypto.open_text(bytes(n.sealed), key) for n in Note.objects.filter(case_id=file.id)}


def lacks_of(file: CaseFile) -> tuple[tuple[int, str, str], ...]:
    """Return what notices named: (notice, material code, reason)."""
    key = _key(file)
    rows = Lack.objects.filter(case_id=file.id).order_by("notice", "code")
    return tuple((row.notice, row.code, crypto.open_text(bytes(row.reason), key)) for row in rows)


def _key(file: CaseFile) -> bytes:
    if file.wrapped_key is None:
        raise Refused("case_erased", "这个办件的内容已按规定删除。")
    return crypto.unwrap(file.wrapped_key)
