"""What to put into addresses that name something, and who sees it: for ``test_rights``, which walks them all.

Whoever adds such an address adds its line to ``EXAMPLES``.  An object whose sight the guard alone decides needs no
``seen_by``; where the rooms look again, give one example of one's own and one of somebody else's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from tests.county import County
from tongban.hall.rights import ROLES

PEOPLE = frozenset(role.code for role in ROLES if role.person)
STAFF = frozenset(role.code for role in ROLES if role.post)


@dataclass(frozen=True)
class Example:
    """One object in an address."""

    #: Whose it is, in words.
    whose: str
    arguments: dict[str, Any]
    #: Roles that see it; None: all whom the guard lets pass.  To the others it is refused (403) or unknown (404).
    seen_by: frozenset[str] | None = None


@dataclass
class Objects:
    """Things of the county to point at, made when first asked for."""

    county: County

    @cached_property
    def case(self) -> UUID:
        """An accepted case of 林示例, with the market department."""
        return self.county.accepted("small-food-shop")

    @cached_property
    def order(self) -> UUID:
        """A change order that is nobody's any more: its page only takes forms."""
        return UUID(int=0)

    @cached_property
    def ticket(self) -> UUID:
        from tongban.rooms.people import queries as people
        from tongban.rooms.waiting import actions as waiting

        hall = people.site_coded(self.county.code, "hall")
        return waiting.take_ticket(hall.id, "general").id


def _item(objects: Objects) -> list[Example]:
    return [Example("事项", {"code": "small-food-shop"})]


def _hall(objects: Objects) -> list[Example]:
    return [Example("大厅", {"code": "hall"})]


def _figure(objects: Objects) -> list[Example]:
    from tongban.rulebook.indicators import DEFINITIONS

    return [Example("指标", {"code": DEFINITIONS[0].code})]


#: Name of an address -> its examples.
EXAMPLES: dict[str, Callable[[Objects], list[Example]]] = {
    "account-post": lambda objects: [Example("岗位", {}, STAFF)],
    "verify-keys": lambda objects: [Example("公钥", {"county": "990127"})],
    "kiosk-tickets": _hall,
    "kiosk-find": _hall,
    "kiosk-check-in": _hall,
    "kiosk-calls": _hall,
    "kiosk-board": _hall,
    "kiosk-ticket": lambda objects: [Example("号票", {"code": "hall", "ticket_id": objects.ticket})],
    "watch-figure": _figure,
    "watch-figure-rows": _figure,
    "watch-figure-export": _figure,
    "watch-case": lambda objects: [Example("办件", {"case_id": objects.case})],
    "items-order-withdraw": lambda objects: [Example("调整令", {"order_id": objects.order})],
    "items-item": _item,
    "items-publish": _item,
    "items-toml": _item,
    "items-edit": lambda objects: [Example("事项", {"code": "small-food-shop", "section": "basic"})],
    "items-preview": _item,
    "items-replay": _item,
    "items-rehearse": _item,
}

#: Addresses that have nothing to show in the county of the tests, and so answer 404 to everybody who may come.
EMPTY_HERE = frozenset({"sign-in-outside", "sign-in-back"})
