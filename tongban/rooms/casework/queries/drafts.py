"""A draft as whoever goes on with it needs it, in any channel, and the drafts somebody may go on with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Max, OuterRef, Q, Subquery

from tongban.rooms.casework.actions.standing import Who
from tongban.rooms.casework.models import Case
from tongban.rooms.casework.queries.reading import CaseFile, read
from tongban.rooms.casework.queries.seeing import stands_in
from tongban.rooms.casework.queries.texts import answers_of
from tongban.rooms.casework.queries.wishes import Wishes, wishes_of
from tongban.rooms.ledger.models import Entry
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
    #: Number of these answers: a page that shows them says so when it saves (``Piece.base``).
    no: int
    #: Codes of the materials promised for later.
    following: frozenset[str]
    wishes: Wishes


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One draft in a list."""

    case_id: UUID
    item_code: str
    applicant_id: UUID | None
    channel: str
    saved_at: datetime


def draft(case_id: UUID) -> DraftView:
    """Return a draft.  Whoever asks must be logged by the caller.  Three queries.

    Raises ``Refused``: ``filed_already``, ``case_erased``, ``case_unknown``.
    """
    return draft_in(read(case_id))


def draft_in(file: CaseFile) -> DraftView:
    """Return a draft from its case, which the caller has read already.  Two queries; refuses as ``draft``."""
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
        file.answers,
        frozenset(code for code, one in given.items() if one["state"] == "promised"),
        wishes_of(file),
    )


def drafts_of(who: Who, *, item_code: str = "", most: int = 50) -> tuple[DraftLine, ...]:
    """Return the drafts a person may go on with, of one item if given, the newest first.

    Two queries, and one to three more for each item of which an agent has begun a draft for somebody.
    """
    if who.kind != "person" or who.id is None:
        return ()
    rows = Case.objects.filter(Q(applicant_id=who.id) | Q(agent_id=who.id), state="draft")
    if item_code:
        rows = rows.filter(item_code=item_code)
    saved = (
        Entry.objects.filter(subject_kind="case", subject_id=OuterRef("id"))
        .order_by()
        .values("subject_id")
        .annotate(at=Max("at"))
    )
    found = list(rows.annotate(saved_at=Subquery(saved.values("at"))).order_by("-id")[:most])
    hers = stands_in(who, found)
    return tuple(
        DraftLine(row.id, row.item_code, row.applicant_id, row.channel, row.saved_at) for row in found if row.id in hers
    )
