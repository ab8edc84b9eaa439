"""A draft as whoever goes on with it needs it, in any channel."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tongban.rooms.casework.queries.reading import read
from tongban.rooms.casework.queries.texts import answers_of
from tongban.rulebook.errors import Refused


@dataclass(frozen=True, slots=True)
class DraftView:
    """What has been filled in so far."""

    case_id: UUID
    item_code: str
    applicant_id: UUID | None
    agent_id: UUID | None
    #: The channel it was saved in last.
    channel: str
    options: frozenset[str]
    answers: Mapping[str, Any]
    #: Uploads by code of the material; None: paper, or promised for later.
    papers: Mapping[str, UUID | None]


def draft(case_id: UUID) -> DraftView:
    """Return a draft.  Whoever asks must be logged by the caller.  Two queries.

    Raises ``Refused``: ``filed_already``, ``case_erased``, ``case_unknown``.
    """
    file = read(case_id)
    if file.facts.state != "draft":
        raise Refused("filed_already", "这份申请已经提交过。请在“我的办件”中查看。")
    given = {code: one for code, one in file.materials.items() if one["state"] != "lacking"}
    return DraftView(
        file.id,
        str(file.row["item_code"]),
        file.uuid("applicant_id"),
        file.uuid("agent_id"),
        str(file.row["channel"]),
        frozenset(file.row["situation"]),
        answers_of(file),
        {code: UUID(one["file_id"]) if one["file_id"] else None for code, one in given.items()},
    )
