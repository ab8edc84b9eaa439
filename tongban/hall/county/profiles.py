"""Profiles: how busy a simulated county is and how its people behave, as data with its source beside it."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from tongban.rulebook.errors import Refused

#: The hours in which people come.
HOURS = (8, 9, 10, 11, 14, 15, 16, 17)
FOLDER = Path(__file__).resolve().parents[2] / "items" / "profiles"


@dataclass(frozen=True, slots=True)
class Profile:
    """The knobs of a simulation; shares are between 0 and 1."""

    #: What people call it.
    name: str
    #: Filings a working day.
    per_day: int
    #: Share of filings on on-the-spot items.
    on_the_spot: float
    #: Share filed from home, where the item allows it.
    online: float
    #: Share of filings that lack something.
    incomplete: float
    #: Share of decisions that are a no.
    refused: float
    #: Share of people who rate, and of bad grades among them.
    rated: float
    bad: float
    #: Share of applications taken back before anybody looked, never supplied after a notice, not accepted; share of
    #: reviews whose time is extended.
    withdrawn: float
    given_up: float
    not_accepted: float
    extended: float
    #: Share of people who book a seat before they come to the hall, and of those who then do not come in their time.
    booked: float
    no_show: float
    #: How people come through the day: weights of the hours of ``HOURS``.
    curve: tuple[int, ...]
    #: Made-up people; firms are a sixth of them.
    people: int


def profile(code: str = "default") -> Profile:
    """Return a profile.  Raises ``Refused("profile_unknown")`` that names those there are."""
    path = FOLDER / f"{code}.toml"
    if path.parent != FOLDER or not path.exists():
        raise Refused("profile_unknown", f"没有“{code}”这个模拟方案。可用的有：{'、'.join(codes())}。")
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    return Profile(**told | {"curve": tuple(told["curve"])})


def codes() -> tuple[str, ...]:
    """Return the codes of all profiles."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))
