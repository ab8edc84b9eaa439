"""What is known about files.  Contents are read by ``actions.read``, which logs the read."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from tongban.rooms.files import blobs
from tongban.rooms.files.models import StoredFile
from tongban.rooms.questions import Question
from tongban.rulebook.errors import Refused


@dataclass(frozen=True, slots=True)
class FileView:
    """A file without its content."""

    id: UUID
    county: str
    #: Of the plain content, in hex.
    sha256: str
    #: In bytes.
    size: int
    #: ``pdf``, ``jpg``, ``png`` …, told by the content.
    media: str
    stored_at: datetime
    stored_by: str
    #: Nothing refers to it yet.
    provisional: bool


def file(file_id: UUID) -> FileView:
    """Return what is known about a file.  Raises ``Refused("file_unknown")``.  One query."""
    found = files_by_id([file_id])
    if file_id not in found:
        raise Refused("file_unknown", "找不到这个文件，可能上传后长时间没有提交而被清理。请重新上传。")
    return found[file_id]


def files_by_id(file_ids: Iterable[UUID]) -> dict[UUID, FileView]:
    """Return files by id.  One query for any number."""
    rows = StoredFile.objects.filter(id__in=list(file_ids)).defer("wrapped_key")
    return {row.id: view(row) for row in rows}


def media(file_ids: Iterable[UUID]) -> Question[dict[UUID, str]]:
    """Ask of what kind files are (``FileView.media``), by id, together with something else."""
    rest = (
        "FROM jsonb_array_elements_text(%(file_ids)s::jsonb) asked(id)"
        " JOIN files_storedfile file ON file.id = asked.id::uuid"
    )
    wanted = json.dumps([str(one) for one in file_ids])
    return Question(("json_object_agg(file.id, file.media)",), rest, {"file_ids": wanted}, _media)


def by_content(county: str, sha256: str) -> FileView | None:
    """Return the file of this content in a county, or None.  One query."""
    row = StoredFile.objects.filter(county=county, sha256=sha256).defer("wrapped_key").first()
    return None if row is None else view(row)


def _media(row: Sequence[Any]) -> dict[UUID, str]:
    return {UUID(file_id): kind for file_id, kind in (row[0] or {}).items()}


def view(row: StoredFile) -> FileView:
    """Return a row as others see it."""
    return FileView(row.id, row.county, row.sha256, row.size, row.media, row.stored_at, row.stored_by, row.provisional)


def absent(most: int = 1000) -> tuple[str, ...]:
    """Return the names of contents the database knows and the disk has not, at most ``most``.  One query."""
    names = StoredFile.objects.order_by("blob").values_list("blob", flat=True).iterator(chunk_size=5000)
    return tuple(islice((name for name in names if not blobs.exists(name)), most))
