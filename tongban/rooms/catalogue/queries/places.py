"""Where an item is taken in, and what a place takes in: by the item's levels, and by claims where sites made them."""

from collections.abc import Iterable
from datetime import date

from tongban.rooms.catalogue.queries.claims import claims_for, claims_of
from tongban.rooms.catalogue.queries.finding import FoundItem, findable
from tongban.rooms.catalogue.queries.views import Place
from tongban.rooms.people import queries as people
from tongban.rooms.people.queries import Hours, SiteView

_LEVELS = {"hall": "county", "town": "town", "village": "village"}
_DAYS = "一二三四五六日"


def places(county: str, code: str, stations: Iterable[str], day: date) -> tuple[Place, ...]:
    """Return where an item whose levels are ``stations`` is taken in on ``day``: the hall, then towns, then villages.

    Where sites of a level have claimed it (认领), only those; where none of a level has, every site of the level, as
    the item says.  Three queries.
    """
    claims = {one.site: one for one in claims_of(county, code, day)}
    sites = [one for one in people.sites(county) if _LEVELS.get(one.kind) in set(stations)]
    claiming = {_LEVELS[one.kind] for one in sites if one.code in claims}
    found = []
    for site in sites:
        level, claim = _LEVELS[site.kind], claims.get(site.code)
        if claim is None and level in claiming:
            continue
        if claim is not None and not claim.in_use:
            continue
        found.append(
            Place(
                site.code,
                site.name,
                level,
                (claim.place if claim else "") or site.address,
                (claim.hours if claim else "") or words_of_hours(site.hours),
                claim.contact if claim else "",
                site.lat,
                site.lon,
            )
        )
    order = list(_LEVELS.values())
    return tuple(sorted(found, key=lambda one: (order.index(one.level), one.site)))


def offered_at(county: str, site: SiteView, day: date) -> tuple[FoundItem, ...]:
    """Return what a site takes in on ``day``: what it claimed, else what items say of its level.  Four queries.

    一件事 first, then what few levels take in, e.g. what only villages may certify, then by name.
    """
    claimed = claims_for(county, site.code, day)
    known = findable(county, day)
    if claimed:
        found = [known[one.item] for one in claimed if one.in_use and one.item in known]
    else:
        found = [one for one in known.values() if _LEVELS.get(site.kind) in one.stations]
    return tuple(sorted(found, key=lambda one: (not one.bundle, len(one.stations), one.name)))


def words_of_hours(hours: Iterable[Hours]) -> str:
    """Return opening hours as people read them: 周一至周五 08:30-12:00，14:30-18:00."""
    spans: dict[str, list[str]] = {}
    for one in hours:
        spans.setdefault(one.days, []).append(f"{one.opens:%H:%M}-{one.closes:%H:%M}")
    return "；".join(f"{_days(days)} {'，'.join(times)}" for days, times in spans.items())


def _days(days: str) -> str:
    numbers = [int(one) for one in days]
    if len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"周{_DAYS[numbers[0] - 1]}至周{_DAYS[numbers[-1] - 1]}"
    return "、".join(f"周{_DAYS[one - 1]}" for one in numbers)
