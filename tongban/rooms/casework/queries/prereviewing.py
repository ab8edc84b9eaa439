"""网上预审: what was said of a draft before it was filed, and whether it has been changed since (S021)."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tongban.rooms import crypto
from tongban.rooms.casework.models import Case, Tie
from tongban.rooms.casework.queries.drafts import DraftView, draft_in
from tongban.rooms.casework.queries.reading import CaseFile, read
from tongban.rooms.casework.queries.texts import notes_of
from tongban.rulebook.errors import Refused

#: The item under which they are kept.
ITEM = "prereview"


@dataclass(frozen=True, slots=True)
class PreReview:
    """The last look at a draft."""

    case_id: UUID
    number: str
    #: ``asked``, ``passed``, ``lacking``, or ``gone`` (nobody looked before it was filed).
    state: str
    #: What was said; empty while it waits.
    text: str
    asked_at: datetime
    answered_at: datetime | None
    #: The draft is no longer what was looked at; while it waits False.
    changed: bool


def look_of(view: DraftView) -> str:
    """Return what tells one state of a draft from another: situation, answers, papers.  No query."""
    papers = {code: str(file_id or "") for code, file_id in view.papers.items()}
    told = [sorted(view.options), dict(view.answers), papers, sorted(view.following)]
    return crypto.digest(json.dumps(told, ensure_ascii=False, sort_keys=True, default=str))


def prereview_of(draft: CaseFile) -> PreReview | None:
    """Return the last look at a draft, or at what a case was before it was filed; None: nobody was asked.

    Six queries at most.
    """
    row = _rows([draft.id]).get(draft.id)
    if row is None:
        return None
    told = {what: text for (_, what), text in sorted(notes_of(read(row.id)).items())}
    verdict = told.get("verdict", "asked")
    changed = False
    if verdict in ("passed", "lacking") and draft.facts.state == "draft":
        changed = told.get("look", "") != look_of(draft_in(draft))
    assert row.filed_at is not None, "it has a number since it was asked"
    return PreReview(row.id, row.number or "", verdict, told.get("reason", ""), row.filed_at, row.closed_at, changed)


def looked_at(draft_ids: Iterable[UUID]) -> frozenset[UUID]:
    """Return which of these drafts somebody has looked at and answered.  Two queries."""
    return frozenset(draft_id for draft_id, row in _rows(draft_ids).items() if row.closed_at is not None)


def draft_looked_at(file: CaseFile) -> CaseFile | None:
    """Return the draft a pre-review is about; None: it was filed or thrown away.  Refuses ``not_a_prereview``."""
    tie = Tie.objects.filter(case_id=file.id, role="about", target_kind="case").first()
    if tie is None or file.row["item_code"] != ITEM:
        raise Refused("not_a_prereview", "这个办件不是网上预审。请从列表中选择。")
    try:
        found = read(tie.target_id)
    except Refused:
        return None
    return found if found.facts.state == "draft" and found.wrapped_key is not None else None


def _rows(draft_ids: Iterable[UUID]) -> dict[UUID, Case]:
    """Return the last pre-review of each of these drafts.  Two queries."""
    ties = Tie.objects.filter(target_id__in=list(draft_ids), role="about", target_kind="case").values_list(
        "case_id", "target_id"
    )
    about = dict(ties)
    rows = Case.objects.filter(id__in=about, item_code=ITEM).order_by("id") if about else Case.objects.none()
    return {about[row.id]: row for row in rows}
