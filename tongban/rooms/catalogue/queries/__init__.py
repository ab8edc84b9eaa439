"""Every question asked of the catalogue."""

from tongban.rooms.catalogue.queries.book import Order
from tongban.rooms.catalogue.queries.claims import claim_at, claims_for, claims_of, in_use_rate
from tongban.rooms.catalogue.queries.drafts import (
    draft,
    draft_content,
    draft_with_local_code,
    drafts,
    kind,
    kinds,
    licence_kind_names,
    upper_names,
)
from tongban.rooms.catalogue.queries.guide import guide
from tongban.rooms.catalogue.queries.items import (
    children,
    content,
    counts,
    difference,
    in_force,
    item,
    listed,
    orders,
    successor,
    versions,
)
from tongban.rooms.catalogue.queries.views import (
    ClaimView,
    Counts,
    DraftView,
    GuideMaterial,
    GuidePage,
    InForce,
    InUse,
    ListedItem,
    VersionView,
)

__all__ = [
    "ClaimView",
    "Counts",
    "DraftView",
    "GuideMaterial",
    "GuidePage",
    "InForce",
    "InUse",
    "ListedItem",
    "Order",
    "VersionView",
    "children",
    "claim_at",
    "claims_for",
    "claims_of",
    "content",
    "counts",
    "difference",
    "draft",
    "draft_content",
    "draft_with_local_code",
    "drafts",
    "guide",
    "in_force",
    "in_use_rate",
    "item",
    "kind",
    "kinds",
    "licence_kind_names",
    "listed",
    "orders",
    "successor",
    "upper_names",
    "versions",
]
