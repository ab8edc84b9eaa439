"""What figures are asked for: a county, a period, and what they are narrowed to."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from tongban.rooms import clock

#: Kinds of case that somebody applies for.
COUNTED = ("permit", "registration", "filing")


@dataclass(frozen=True, slots=True)
class Scope:
    """Which rows are asked for: a county, a period (both days included), and what they are narrowed to."""

    county: str
    first: date
    last: date
    unit: str | None = None
    item: str | None = None
    level: str | None = None
    channel: str | None = None

    def holds(self, fact: Any) -> bool:
        """Whether a fact lies within what was asked for."""
        return all(
            wanted is None or getattr(fact, name) == wanted
            for name, wanted in (
                ("unit", self.unit),
                ("item", self.item),
                ("level", self.level),
                ("channel", self.channel),
            )
        )

    def values(self) -> dict[str, Any]:
        """Return the scope as parameters of a query."""
        return {
            "county": self.county,
            "first": self.first,
            "last": self.last,
            "from": clock.at_local(self.first),
            "until": clock.end_of(self.last),
            "unit": self.unit,
            "item": self.item,
            "kinds": list(COUNTED),
        }
