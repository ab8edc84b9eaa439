"""到期清除: which data go when, by class; the periods are configuration (``items/retention.toml``)."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from tongban.hall import state
from tongban.rooms import clock
from tongban.rooms.casework.actions import retaining
from tongban.rooms.people import actions as people

RULES = state.ROOT / "tongban" / "items" / "retention.toml"
#: Rows of one class that a round takes; what is left waits for the next.
MOST = 500


@dataclass(frozen=True, slots=True)
class Rule:
    """One class of data and how long it is kept."""

    code: str
    label: str
    #: From when the days count, in words.
    after: str
    days: int
    basis: str

    @property
    def before(self) -> datetime:
        """What is older than this goes now."""
        return clock.now() - timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class Due:
    """How much of a class is due, ``MOST`` at most, or went."""

    rule: Rule
    rows: int


_COUNT: dict[str, Callable[[datetime], int]] = {
    "drafts": lambda before: len(retaining.old_drafts(before, MOST)),
    "sign_ins": lambda before: people.old_sign_ins(before, MOST),
    "texts": lambda before: len(retaining.old_texts(before, MOST)),
}
_ERASE: dict[str, Callable[[datetime], int]] = {
    "drafts": lambda before: retaining.discard_old_drafts(before, MOST),
    "sign_ins": lambda before: people.forget_sign_ins(before, MOST),
    "texts": lambda before: retaining.erase_old_texts(before, MOST),
}


@cache
def rules() -> tuple[Rule, ...]:
    """Return the classes with their periods."""
    told = tomllib.loads(RULES.read_text(encoding="utf-8"))
    return tuple(Rule(code, one["label"], one["after"], one["days"], one["basis"]) for code, one in told.items())


def due() -> tuple[Due, ...]:
    """Return how much of each class is due, without changing anything."""
    return tuple(Due(one, _COUNT[one.code](one.before)) for one in rules())


def erase() -> tuple[Due, ...]:
    """Let go what is due; may be repeated, and each time takes ``MOST`` of a class at most."""
    return tuple(Due(one, _ERASE[one.code](one.before)) for one in rules())
