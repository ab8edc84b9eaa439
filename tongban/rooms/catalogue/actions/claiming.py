"""认领 (S003): how sites offer items."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from tongban.rooms import clock
from tongban.rooms.catalogue.actions.publishing import locked_draft
from tongban.rooms.catalogue.models import CHANNELS, Claim, Draft
from tongban.rooms.catalogue.queries.items import in_force
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.people import queries as people
from tongban.rulebook.errors import Refused, Words


@dataclass(frozen=True, slots=True)
class Place:
    """What a site says about the items it offers."""

    #: Code of the site.
    site: str
    #: Who may be asked there: a post or a telephone of the office.
    contact: str
    #: Down to the window or room.
    place: str
    hours: str
    #: Some of ``models.CHANNELS``.
    channels: tuple[str, ...] = ("window",)


def claim(county: str, item: str, place: Place, *, batch: str, by: str) -> UUID:
    """A site claims an item in force; claiming again renews what it says.  Returns the claim's id."""
    return claim_all(county, [item], [place], batch=batch, by=by)[0]


@transaction.atomic
def claim_all(county: str, items: Iterable[str], places: Sequence[Place], *, batch: str, by: str) -> tuple[UUID, ...]:
    """Every place claims every item.  All or nothing.

    Raises ``Refused``: ``claim_incomplete``, ``site_unknown``, ``claim_level`` (the item is not received at such a
    site), and whatever ``in_force`` raises.
    """
    today = clock.today()
    kinds = {site.code: site.kind for site in people.sites(county)}
    for place in places:
        _check(place, kinds, batch)
    made: list[UUID] = []
    for code in items:
        found = in_force(county, code, today).item
        _check_level(found.name, found.stations, places, kinds)
        # Whoever claims the same item waits here.
        stream = locked_draft(county, code).id
        known = {row.site: row for row in Claim.objects.filter(county=county, item=code).exclude(state="withdrawn")}
        rows = [
            _row(known.get(place.site) or Claim(county=county, item=code, claimed_on=today), place, batch)
            for place in places
        ]
        Claim.objects.bulk_create([row for row in rows if row.site not in known])
        Claim.objects.bulk_update(
            [row for row in rows if row.site in known],
            ["contact", "place", "hours", "channels", "batch", "state"],
            batch_size=500,
        )
        body = {"item": code, "sites": sorted(place.site for place in places), "batch": batch}
        ledger.record("item", stream, "claim", by, body, county=county)
        made += [row.id for row in rows]
    return tuple(made)


@transaction.atomic
def suspend_claim(county: str, item: str, site: str, *, by: str) -> None:
    """A site does not offer the item for now; it counts as claimed and not in use."""
    _change(county, item, site, by, "suspend_claim", state="suspended")


@transaction.atomic
def withdraw_claim(county: str, item: str, site: str, *, by: str) -> None:
    """A site gives the item back; today is the last day."""
    _change(county, item, site, by, "withdraw_claim", state="withdrawn", withdrawn_on=clock.today())


def _change(county: str, item: str, site: str, by: str, step: str, **columns: object) -> None:
    if not Claim.objects.filter(county=county, item=item, site=site).exclude(state="withdrawn").update(**columns):
        raise Refused("claim_unknown", "场所“{site}”没有认领事项“{item}”。请刷新后再看。", site=site, item=item)
    stream = Draft.objects.values_list("id", flat=True).get(county=county, code=item)
    ledger.record("item", stream, step, by, {"item": item, "sites": [site]}, county=county)


def _row(row: Claim, place: Place, batch: str) -> Claim:
    row.site, row.contact, row.place, row.hours = place.site, place.contact, place.place, place.hours
    row.channels, row.batch, row.state = list(place.channels), batch, "in_use"
    return row


def _check(place: Place, kinds: dict[str, str], batch: str) -> None:
    if place.site not in kinds:
        raise Refused("site_unknown", "系统中没有在用的场所“{code}”。请先登记场所。", code=place.site)
    if not (place.contact.strip() and place.place.strip() and place.hours.strip() and batch.strip()):
        raise Refused("claim_incomplete", "认领要写明联系人岗位或电话、地点、时间和批次。请补齐后再认领。")
    if not place.channels or set(place.channels) - set(CHANNELS):
        raise Refused("claim_incomplete", "认领渠道从 {known} 中选，至少一种。请改正后再认领。", known=Words(CHANNELS))


#: Where an item is received, in words.
_LEVELS = {"town": "乡镇", "village": "村（社区）", "county": "县级"}


def _check_level(name: str, stations: Sequence[str], places: Sequence[Place], kinds: dict[str, str]) -> None:
    """An item is claimed only where it may be received."""
    for place in places:
        kind = kinds[place.site]
        level = kind if kind in ("town", "village") else "county"
        if level not in stations:
            raise Refused(
                "claim_level",
                "“{name}”不在{word}收件，场所“{code}”不能认领。请先调整事项的收件层级。",
                name=name,
                word=_LEVELS[level],
                code=place.site,
            )
