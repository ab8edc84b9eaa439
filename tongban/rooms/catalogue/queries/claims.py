"""Who offers what where (S003)."""

from collections.abc import Mapping
from datetime import date

from tongban.rooms.catalogue.models import Claim
from tongban.rooms.catalogue.queries.book import Run
from tongban.rooms.catalogue.queries.items import book_on
from tongban.rooms.catalogue.queries.views import ClaimView, InUse


def claims_for(county: str, site: str, day: date) -> tuple[ClaimView, ...]:
    """Return what a site has claimed and not given back, by item.  Two queries."""
    return _claims(county, day, site=site)


def claims_of(county: str, item: str, day: date) -> tuple[ClaimView, ...]:
    """Return where an item is claimed and not given back, by site.  Two queries."""
    return _claims(county, day, item=item)


def claim_at(county: str, item: str, site: str, day: date) -> ClaimView | None:
    """Return how a site offers an item, or None where it does not.  Two queries."""
    return next(iter(_claims(county, day, item=item, site=site)), None)


def in_use_rate(county: str, day: date, *, item: str = "", site: str = "", unit: str = "", batch: str = "") -> InUse:
    """Return the instances in use among those claimed, narrowed as asked; ``unit`` is the item's.  Two queries."""
    given = {"item": item, "site": site, "batch": batch}
    found = _claims(county, day, **{key: value for key, value in given.items() if value})
    if unit:
        runs = book_on(county, day)
        found = tuple(one for one in found if one.item in runs and runs[one.item].unit == unit)
    return InUse(sum(one.in_use for one in found), len(found))


def _claims(county: str, day: date, **narrowed: str) -> tuple[ClaimView, ...]:
    runs = book_on(county, day)
    rows = Claim.objects.filter(county=county, **narrowed).exclude(state="withdrawn").order_by("item", "site")
    return tuple(_view(row, runs) for row in rows)


def _view(row: Claim, runs: Mapping[str, Run]) -> ClaimView:
    run = runs.get(row.item)
    return ClaimView(
        row.id,
        row.item,
        run.name if run else row.item,
        run.version_id if run else None,
        row.site,
        row.contact,
        row.place,
        row.hours,
        tuple(row.channels),
        row.batch,
        row.state,
    )
