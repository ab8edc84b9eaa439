"""Sealed documents and the seals that made them."""

import hashlib
from uuid import UUID

from django.db.models import Count

from tongban.rooms.files import actions as files
from tongban.rooms.files.queries import FileView
from tongban.rooms.licences.models import Document, Seal, SealUse
from tongban.rooms.licences.paper.wording import KINDS
from tongban.rooms.licences.queries.views import DocumentView, SealUseView, SealView
from tongban.rulebook.errors import Refused

#: Titles without what only the item knows.
_TITLES = {"grant_decision": "准予决定书", "refusal_decision": "不予决定书", "licence": "电子证照"}


def title_of(kind: str) -> str:
    """Return the title of a kind of document, as far as it does not depend on the item."""
    return _TITLES.get(kind) or (KINDS[kind].title if kind in KINDS else kind)


def document(document_id: UUID) -> DocumentView:
    """Return a document.  Raises ``Refused("document_unknown")``.  One query."""
    row = Document.objects.filter(id=document_id).first()
    if row is None:
        raise Refused("document_unknown", "没有这份文书。请核对文书编号。")
    return view(row)


def documents_of(case_id: UUID) -> tuple[DocumentView, ...]:
    """Return the sealed documents of a case, the licence's own page included, in order of their steps.  One query."""
    return tuple(view(row) for row in Document.objects.filter(case_id=case_id).order_by("seq", "sealed_at", "id"))


def document_of_licence(licence_id: UUID) -> DocumentView | None:
    """Return the sealed page of a licence, or None while it is not sealed yet.  One query."""
    row = Document.objects.filter(licence_id=licence_id).order_by("-sealed_at").first()
    return None if row is None else view(row)


def pdf(document_id: UUID, *, who: str = "house", purpose: str = "查看文书") -> bytes:
    """Return the sealed file; the read is logged.

    Raises ``Refused``: ``document_unknown``, those of the files room, ``file_damaged`` when it is not what was sealed.
    """
    found = document(document_id)
    content = files.read(found.file_id, who=who, purpose=purpose)
    if hashlib.sha256(content).hexdigest() != found.sha256:
        raise _not_as_sealed()
    return content


def opened(document_id: UUID, *, who: str, purpose: str) -> FileView:
    """Somebody opens a sealed file and its content follows by ``files.content``: the look is logged here, once.

    Raises ``Refused`` as ``pdf`` does.
    """
    found = document(document_id)
    file = files.opened(found.file_id, who=who, purpose=purpose)
    if file.sha256 != found.sha256:
        raise _not_as_sealed()
    return file


def _not_as_sealed() -> Refused:
    return Refused("file_damaged", "文书内容与盖章时不一致，不能使用。请联系管理员从备份恢复。")


def seals(county: str) -> tuple[SealView, ...]:
    """Return the seals of a county with how often each was used, those in use first.  One query."""
    rows = Seal.objects.filter(county=county).annotate(used=Count("uses")).order_by("unit", "use", "made_at")
    found = [
        SealView(
            row.id, row.unit, row.name, row.use, row.demo, row.valid_from, row.valid_until, row.withdrawn_at, row.used
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda seal: seal.withdrawn_at is not None))


def seal_uses(seal_id: UUID) -> tuple[SealUseView, ...]:
    """Return what a seal was used for, newest first.  One query."""
    return tuple(_use(row) for row in SealUse.objects.filter(seal_id=seal_id).order_by("-at", "-id"))


def uses_without_a_case(county: str) -> tuple[SealUseView, ...]:
    """Return uses that neither a case nor a licence calls for (S096: there are none).  One query."""
    rows = SealUse.objects.filter(seal__county=county, case=None, document__licence=None)
    return tuple(_use(row) for row in rows.order_by("at", "id"))


def view(row: Document) -> DocumentView:
    """Return a row as others see it."""
    return DocumentView(
        row.id,
        row.case_id,
        row.licence_id,
        row.seq,
        row.kind,
        title_of(row.kind),
        row.number,
        row.dated,
        row.file_id,
        row.sha256,
        row.seal_id,
        row.sealed_at,
        row.revoked_on,
    )


def _use(row: SealUse) -> SealUseView:
    return SealUseView(row.seal_id, row.document_id, row.case_id, row.sha256, row.at, row.by)
