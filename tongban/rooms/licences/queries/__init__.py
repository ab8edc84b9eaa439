"""Every question asked of the room.  Answers are frozen rows (``views``)."""

from tongban.rooms.licences.paper.county_words import check_paper, places
from tongban.rooms.licences.queries.documents import (
    document,
    document_of_licence,
    documents_of,
    pdf,
    seal_uses,
    seals,
    title_of,
    uses_without_a_case,
)
from tongban.rooms.licences.queries.licences import (
    counts,
    facts_of,
    good_until,
    held,
    licence,
    numbered,
    of_case,
    uses_of,
    versions,
    wallet,
)
from tongban.rooms.licences.queries.samples import LayoutView, layouts, sample_of, sample_of_licence
from tongban.rooms.licences.queries.showing import Showing, show
from tongban.rooms.licences.queries.verifying import (
    mask,
    published_keys,
    verify,
    verify_code_offline,
    verify_id,
    verify_pdf,
    verify_pdf_offline,
)
from tongban.rooms.licences.queries.views import Checked, DocumentView, LicenceView, SealUseView, SealView, UseView

__all__ = [
    "Checked",
    "DocumentView",
    "LayoutView",
    "LicenceView",
    "SealUseView",
    "SealView",
    "Showing",
    "UseView",
    "counts",
    "document",
    "document_of_licence",
    "documents_of",
    "facts_of",
    "good_until",
    "held",
    "layouts",
    "licence",
    "mask",
    "numbered",
    "of_case",
    "pdf",
    "published_keys",
    "check_paper",
    "places",
    "sample_of",
    "sample_of_licence",
    "seal_uses",
    "seals",
    "show",
    "title_of",
    "uses_of",
    "uses_without_a_case",
    "verify",
    "verify_code_offline",
    "verify_id",
    "verify_pdf",
    "verify_pdf_offline",
    "versions",
    "wallet",
]
