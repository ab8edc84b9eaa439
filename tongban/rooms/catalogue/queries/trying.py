"""A draft tried before it is published: read as an item, held against the version in force, shown as a guide."""

from uuid import UUID

from tongban.rooms import clock
from tongban.rooms.catalogue.models import ORDER_LABELS
from tongban.rooms.catalogue.queries.book import Order, book
from tongban.rooms.catalogue.queries.drafts import draft_content
from tongban.rooms.catalogue.queries.guide import guide_of
from tongban.rooms.catalogue.queries.items import item
from tongban.rooms.catalogue.queries.views import GuidePage
from tongban.rooms.catalogue.world import world
from tongban.rulebook import catalogue
from tongban.rulebook.catalogue import Change, Complaint, Item

__all__ = ["ORDER_LABELS", "all_orders", "draft_difference", "draft_guide", "draft_item"]


def draft_item(county: str, code: str) -> tuple[Item, tuple[Complaint, ...]]:
    """Return what can be read of a draft, and all it lacks.  Raises ``Refused("draft_unknown")``.  Eight queries."""
    return world(county, clock.today()).inspect(draft_content(county, code))


def draft_difference(county: str, new: Item) -> tuple[Change, ...] | None:
    """Return what a draft changes against the version in force today; None: there is none.  One query."""
    run = book(county).on(new.code, clock.today())
    return None if run is None else catalogue.difference(item(run.version_id), new)


def draft_guide(county: str, new: Item) -> GuidePage:
    """Return the guide that citizens would see.  No query."""
    unverified = any(not basis.verified for basis in new.bases)
    return guide_of(new, UUID(int=0), 0, county, unverified=unverified)


def all_orders(county: str) -> tuple[Order, ...]:
    """Return the change orders of a county that were not withdrawn, the latest first.  One query."""
    found = {one.id: one for orders in book(county).orders.values() for one in orders}
    return tuple(sorted(found.values(), key=lambda one: (one.in_force_on, one.number), reverse=True))
