"""Drafts and what they lack, licence kinds, the list from above."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from tongban.rooms.catalogue.models import Draft, LicenceKind, UpperName
from tongban.rooms.catalogue.queries.views import DraftView
from tongban.rooms.questions import Question, ask
from tongban.rulebook import catalogue
from tongban.rulebook.catalogue import Complaint
from tongban.rulebook.errors import Refused


def drafts(county: str, *, unit: str = "", batch: UUID | None = None) -> tuple[DraftView, ...]:
    """Return the drafts of a county, by code.  One query."""
    rows = Draft.objects.filter(county=county).defer("content").order_by("code")
    if unit:
        rows = rows.filter(unit=unit)
    if batch is not None:
        rows = rows.filter(batch=batch)
    return tuple(_view(row) for row in rows)


def draft(county: str, code: str) -> DraftView:
    """Return one draft.  Raises ``Refused("draft_unknown")``.  One query."""
    return _view(_row(county, code))


def draft_content(county: str, code: str) -> dict[str, Any]:
    """Return the plain content of a draft.  Raises ``Refused("draft_unknown")``.  One query."""
    found: dict[str, Any] = json.loads(_row(county, code).content)
    return found


def draft_with_local_code(county: str, local_code: str) -> DraftView:
    """Return the draft imported under a 地方编码.  Raises ``Refused("draft_unknown")``.  One query."""
    row = Draft.objects.filter(county=county, local_code=local_code).first()
    if row is None:
        raise Refused("draft_unknown", "没有地方编码为“{code}”的草稿。请先导入事项。", code=local_code)
    return _view(row)


def kind(code: str) -> catalogue.LicenceKind:
    """Return a licence kind.  Raises ``Refused("licence_kind_unknown")``.  One query."""
    return ask(kind_question(code))[0]


def kind_question(code: str) -> Question[catalogue.LicenceKind]:
    """Ask for a licence kind as ``kind`` does, together with something else."""

    def read(row: Sequence[Any]) -> catalogue.LicenceKind:
        if row[0] is None:
            raise Refused("licence_kind_unknown", "没有代号为“{code}”的证照种类。请先登记证照种类。", code=code)
        return _frozen(row[0])

    return Question(
        ("content",), "FROM catalogue_licencekind WHERE code = %(licence_kind)s", {"licence_kind": code}, read
    )


def kinds() -> tuple[catalogue.LicenceKind, ...]:
    """Return every licence kind, by code.  One query."""
    return tuple(_frozen(text) for text in LicenceKind.objects.order_by("code").values_list("content", flat=True))


def licence_kind_names() -> dict[str, str]:
    """Return the names of the licence kinds by code.  One query."""
    return dict(LicenceKind.objects.values_list("code", "name"))


def upper_names(county: str) -> dict[str, str] | None:
    """Return 基本编码 and name of the list from above, or None where none was loaded.  One query."""
    return dict(UpperName.objects.filter(county=county).values_list("catalog_code", "name")) or None


def complaint(kept: Mapping[str, str]) -> Complaint:
    """Return a complaint as it was stored with a draft."""
    return Complaint(**kept)  # type: ignore[arg-type]


@lru_cache(maxsize=512)
@lru_cache(maxsize=256)
def _frozen(text: str) -> catalogue.LicenceKind:
    return catalogue.freeze_licence_kind(json.loads(text))


def _row(county: str, code: str) -> Draft:
    row = Draft.objects.filter(county=county, code=code).first()
    if row is None:
        raise Refused("draft_unknown", "没有代号为“{code}”的事项草稿。请先新建或导入。", code=code)
    return row


def _view(row: Draft) -> DraftView:
    return DraftView(
        row.id,
        row.code,
        row.name,
        row.unit,
        row.parent,
        row.source,
        row.content_hash,
        row.local_code,
        row.task_type,
        tuple(complaint(one) for one in row.complaints),
        row.updated_at,
        row.updated_by,
    )
