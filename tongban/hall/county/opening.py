"""示例县 opens: divisions, units, sites, people and powers, items in force, seals, windows, shared resources."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from tongban.hall.county.furnishing import claim_items, furnish, note_trainings, offer_appointments
from tongban.rooms import clock
from tongban.rooms.casework.actions import Who, person, staff
from tongban.rooms.catalogue import actions as catalogue
from tongban.rooms.catalogue import queries as known
from tongban.rooms.licences import actions as licences
from tongban.rooms.people import actions as people
from tongban.rooms.people import queries as who
from tongban.rulebook.authority import Power, Subject
from tongban.rulebook.basis import BasisKind, unchecked
from tongban.rulebook.catalogue.item import Item
from tongban.rulebook.errors import Refused

ITEMS = Path(__file__).resolve().parents[2] / "items"
COUNTY = "990127"
#: Items are in force from here, so that a case may be filed on any day of 2026.
FROM = date(2026, 1, 1)
#: The day on which a demo's hall opens its appointments.
READY = date(2026, 9, 1)


@dataclass(frozen=True, slots=True)
class Opened:
    """What the county has after opening."""

    county: str
    items: int
    posts: int


def open_county() -> Opened:
    """Open the county; a second call changes nothing.

    Raises ``Refused("seed_incomplete")`` when an item of the seed cannot be published.
    """
    seed = _read(COUNTY)
    with clock.held(clock.at_local(FROM, 8)):
        people.load_county(seed)
        _publish_items()
        _set_modes()
        licences.make_demo_seals(COUNTY)
        furnish(COUNTY, seed, _read(f"{COUNTY}-hall") | _read(f"{COUNTY}-systems"))
    return Opened(COUNTY, len(list(_items())), len(who.powers().posts))


def make_ready() -> None:
    """What a demo shows beside: appointments, claimed items, who is trained for what.  Twice changes nothing."""
    hall = _read(f"{COUNTY}-hall")
    with clock.held(clock.at_local(READY, 8)):
        offer_appointments(COUNTY, hall)
        claim_items(COUNTY, hall)
        note_trainings(COUNTY, hall)


def _publish_items() -> None:
    """A county with an item short of something must not open: what is missing would show only at a filing."""
    loaded = catalogue.load_seed(COUNTY, ITEMS, publish_from=FROM, by="house")
    if loaded.incomplete:
        lacking = "；".join(f"{code}：{refused.sentence}" for code, refused in loaded.incomplete)
        raise Refused("seed_incomplete", f"县的事项文件不完整，不能开门。{lacking}")


def _set_modes() -> None:
    """证照分离: which permits follow on a business licence, and in which way; a line that is there stays."""
    told = _read(f"{COUNTY}-modes")
    there = {one.item for one in known.modes(COUNTY, FROM)}
    for one in told["mode"]:
        if one["item"] not in there:
            basis = unchecked(told["basis"], BasisKind.DOCUMENT)
            catalogue.set_mode(
                COUNTY,
                one["item"],
                one["mode"],
                basis=basis,
                by="house",
                after=told["after"],
                scope_words=one["scope"],
                from_day=FROM,
            )


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((ITEMS / "counties" / f"{name}.toml").read_text(encoding="utf-8"))


def _items() -> Iterator[Path]:
    yield from sorted((ITEMS / "items").glob("*.toml"))


@dataclass(frozen=True, slots=True)
class Desks:
    """Who acts for the county in an item today, by power."""

    county: str
    day: date

    def able(
        self,
        power: Power,
        item: Item,
        *,
        at: UUID | None = None,
        other_than: frozenset[UUID] = frozenset(),
        unit: str = "",
    ) -> Who:
        """Return somebody who may; ``at``: at that site; ``other_than``: none of these members of staff."""
        powers = who.powers()
        posts = powers.able(self.county, power, Subject(item.code, unit or item.unit), self.day)
        for post in posts:
            holder = powers.holder(post.id, self.day)
            if holder and holder.id not in other_than and (at is None or post.site_id == at):
                return staff(holder.id, post.id)
        raise LookupError(f"nobody in {self.county} may {power} {item.code} on {self.day}")


def citizen(name: str) -> Who:
    """Return the citizen of this name from the seed."""
    return person(who.named(COUNTY, name)[0].id)
