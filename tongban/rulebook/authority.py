"""职权: what a post at a site may do to which items, by which order, until when.

Chief representative, delegated town, any-item window and audit-only clerk are all rows of one kind.  Nothing is
allowed that no row allows, and a refusal names what stands nearest: the row that is expired, or for other items.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tongban.rulebook.basis import Basis, BasisKind, design, unchecked
from tongban.rulebook.errors import Refused, Sentence, Words

EVERY_ITEM = "*"
#: Before a unit's code: every item of that unit.
UNIT_SET = "unit:"
#: Before a name: an item set that the county keeps, as ``Subject.sets`` names them.
NAMED_SET = "set:"


class Power(StrEnum):
    """What may be done."""

    RECEIVE = "receive"
    ACCEPT = "accept"
    EXAMINE = "examine"
    DECIDE = "decide"
    SEAL = "seal"
    DELIVER = "deliver"
    SUPERVISE = "supervise"
    EXTEND = "extend"
    EXTEND_JOINT = "extend_joint"
    EDIT = "edit"
    SYSTEM = "system"
    SECURITY = "security"
    AUDIT = "audit"


LABELS = {
    Power.RECEIVE: "收件",
    Power.ACCEPT: "受理",
    Power.EXAMINE: "审查",
    Power.DECIDE: "决定",
    Power.SEAL: "用印",
    Power.DELIVER: "送达",
    Power.SUPERVISE: "监督",
    Power.EXTEND: "批准延期",
    Power.EXTEND_JOINT: "批准联合办理延期",
    Power.EDIT: "事项编制",
    Power.SYSTEM: "系统管理",
    Power.SECURITY: "安全管理",
    Power.AUDIT: "安全审计",
}

#: 三员分立: no post may hold two of them (等保2.0 三级, 待核).
APART = (Power.SYSTEM, Power.SECURITY, Power.AUDIT)

_APART_BASIS = unchecked("等保2.0 三级：系统管理、安全管理、审计管理分设", BasisKind.DOCUMENT)


def check_apart(powers: Iterable[Power]) -> None:
    """Refuse powers of which two may not be in one hand: ``Refused("powers_apart")``."""
    held = set(powers)
    found = [power for power in APART if power in held]
    if len(found) > 1:
        named = Words(Sentence("“{word}”", word=LABELS[power]) for power in found)
        raise Refused(
            "powers_apart",
            "{named}不能由同一个岗位或同一个人担任（三员分立）。请把它们分给不同的人。",
            _APART_BASIS,
            named=named,
        )


@dataclass(frozen=True, slots=True)
class Subject:
    """The item somebody wants to act on."""

    #: Item code.
    item: str
    #: Code of the unit it belongs to.
    unit: str
    #: Names of the item sets it is in.
    sets: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Place:
    """The site at which somebody wants to act."""

    #: Site code.
    site: str
    #: Codes of the sites above it, nearest first.
    above: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Authority:
    """One row: this post may do these things to these items, here, in this time."""

    #: Post that holds it.
    post: str
    #: Unit that the post belongs to.
    unit: str
    #: Site of that unit.
    unit_site: str
    #: Item codes, ``unit:CODE``, ``set:NAME`` or ``*``.
    items: frozenset[str]
    #: What it may do.
    powers: frozenset[Power]
    #: The one site at which it holds; empty: at the unit's site and everywhere below it.
    site: str
    #: First day.
    valid_from: date
    #: Last day; None while nobody has ended it.
    valid_until: date | None
    #: Number or title of the order (授权书、委托书) that gives it.
    order: str
    #: Why such an order may be given.
    basis: Basis


_DESIGN = design("岗位职权按授权记录核对")


def may(authorities: Iterable[Authority], power: Power, item: Subject, place: Place, day: date) -> Authority | None:
    """Return the row that allows it, or None; of several the one that was given last."""
    found = [row for row in authorities if not _failures(row, power, item, place, day)]
    return max(found, key=lambda row: (row.valid_from, row.order), default=None)


def over(authorities: Iterable[Authority], item: Subject, place: Place, day: date) -> frozenset[Power]:
    """Return every power for which ``may`` finds a row."""
    covering = (row.powers for row in authorities if not _outside(row, item, place, day))
    return frozenset[Power]().union(*covering)


def require(authorities: Iterable[Authority], power: Power, item: Subject, place: Place, day: date) -> Authority:
    """Return the row that allows it; refuse with the reason that stands nearest to being allowed."""
    rows = tuple(authorities)
    allowed = may(rows, power, item, place, day)
    if allowed is None:
        raise _nearest(rows, power, item, place, day)
    return allowed


def why_not(authorities: Iterable[Authority], power: Power, item: Subject, place: Place, day: date) -> Refused | None:
    """Return why it is not allowed, or None where it is."""
    rows = tuple(authorities)
    return None if may(rows, power, item, place, day) else _nearest(rows, power, item, place, day)


def covered(authorities: Iterable[Authority], powers: frozenset[Power], place: Place, day: date) -> frozenset[str]:
    """Return for which items any of ``powers`` holds here on this day, as the rows name them (``*``, ``unit:…``)."""
    return frozenset(
        item
        for row in authorities
        if row.powers & powers
        and _holds_at(row, place)
        and row.valid_from <= day
        and (row.valid_until is None or day <= row.valid_until)
        for item in row.items
    )


def _holds_at(row: Authority, place: Place) -> bool:
    return place.site == row.site if row.site else row.unit_site in (place.site, *place.above)


def _failures(row: Authority, power: Power, item: Subject, place: Place, day: date) -> tuple[str, ...]:
    outside = _outside(row, item, place, day)
    return outside if power in row.powers else ("authority_power", *outside)


def _outside(row: Authority, item: Subject, place: Place, day: date) -> tuple[str, ...]:
    """Return why the row does not reach the item here today, whatever the power."""
    covered = {EVERY_ITEM, item.item, UNIT_SET + item.unit, *(NAMED_SET + name for name in item.sets)}
    tests = (
        ("authority_item", bool(covered & row.items)),
        ("authority_site", _holds_at(row, place)),
        ("authority_not_yet", row.valid_from <= day),
        ("authority_expired", row.valid_until is None or day <= row.valid_until),
    )
    return tuple(code for code, held in tests if not held)


def _nearest(rows: tuple[Authority, ...], power: Power, item: Subject, place: Place, day: date) -> Refused:
    """Return the refusal of the row that fails least; a row with another power is never near."""
    judged = [(_failures(row, power, item, place, day), row) for row in rows]
    near = [(failures, row) for failures, row in judged if "authority_power" not in failures]
    verb = LABELS[power]
    if not near:
        return Refused("authority_none", "您的岗位没有“{verb}”的职权，请交由有此职权的岗位办理。", _DESIGN, verb=verb)
    failures, row = min(near, key=lambda pair: (len(pair[0]), -pair[1].valid_from.toordinal(), pair[1].order))
    told = {"verb": verb, "order": row.order, "first": row.valid_from, "last": row.valid_until}
    return Refused(failures[0], _SENTENCES[failures[0]], row.basis, **told)


_SENTENCES = {
    "authority_item": "您的“{verb}”职权（{order}）不包括这个事项，请交由该事项的岗位办理，或先补办授权。",
    "authority_site": "您的“{verb}”职权（{order}）不包括这个办理地点，请在授权的地点办理，或先补办授权。",
    "authority_not_yet": "您的“{verb}”职权（{order}）自{first}起生效，请等生效后办理，或交由现有岗位办理。",
    "authority_expired": "您的“{verb}”职权（{order}）已于{last}到期，请先续办授权，其间交由其他岗位办理。",
}
