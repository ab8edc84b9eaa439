"""Reform in figures: what was cleared (S178), re-engineered (S179), and 三减三改 (S181).

Every number is the sum of lines that it opens to.  Where the sources leave a formula open it is ours, and said so here:
环节 are the desks of the review chain, 材料 those that the applicant brings herself, 天数 the promised limit in working
days (natural days and hours have no published conversion and are left out, their number is told).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from tongban.rooms.catalogue.models import PermitMode
from tongban.rooms.catalogue.queries.book import book
from tongban.rooms.catalogue.queries.items import book_on, items
from tongban.rooms.catalogue.queries.lists import POWERS
from tongban.rulebook.catalogue.item import PUBLIC_CLASSES, Item, ItemClass, TimeRule
from tongban.rulebook.errors import Refused
from tongban.rulebook.indicators import workdays_of

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Moved:
    """An item that came onto the list or went from it."""

    code: str
    name: str
    #: Number and kind of the order that did it; empty: no order did.
    order: str
    kind: str
    in_force_on: date | None


@dataclass(frozen=True, slots=True)
class Cleared:
    """审批清理台账 (S178): before - removed + added = after."""

    before: frozenset[str]
    removed: tuple[Moved, ...]
    added: tuple[Moved, ...]
    after: frozenset[str]

    @property
    def closes(self) -> bool:
        """Whether the orders alone account for every item that went: none went without one."""
        removed, added = {one.code for one in self.removed}, {one.code for one in self.added}
        return (self.before - removed) | added == self.after and all(one.order for one in self.removed)

    @property
    def cut(self) -> Fraction | None:
        """The share that was removed; None where there was nothing."""
        return Fraction(len(self.removed), len(self.before)) if self.before else None

    def by_kind(self) -> dict[str, int]:
        """Return how many items each kind of order removed; an empty kind: no order did."""
        return {kind: sum(one.kind == kind for one in self.removed) for kind in sorted({r.kind for r in self.removed})}


@dataclass(frozen=True, slots=True)
class Pair:
    """A number before and after."""

    before: Decimal
    after: Decimal

    @property
    def saved(self) -> Decimal:
        """How much less it is."""
        return self.before - self.after


@dataclass(frozen=True, slots=True)
class Compared:
    """One item on two days."""

    code: str
    name: str
    steps: Pair
    materials: Pair
    conditions: Pair
    fee_fen: Pair
    visits: Pair
    #: Promised working days; None where one of the two has no conversion.
    days: Pair | None
    #: Statutory working days on the later day; None as above.
    statutory: Decimal | None


@dataclass(frozen=True, slots=True)
class Reengineered:
    """流程再造统计 (S179): the items that were on the list on both days."""

    items: tuple[Compared, ...]

    def total(self, name: str) -> Pair:
        """Return the sum of ``steps``, ``materials``, ``conditions``, ``fee_fen``, ``visits`` or ``days``."""
        pairs = [pair for one in self.items if (pair := getattr(one, name)) is not None]
        return Pair(sum((p.before for p in pairs), Decimal(0)), sum((p.after for p in pairs), Decimal(0)))

    @property
    def uncounted(self) -> tuple[str, ...]:
        """Items whose limits are left out of the sum of days."""
        return tuple(one.code for one in self.items if one.days is None)

    @property
    def compression(self) -> Fraction | None:
        """比法定时限压缩: of the items with both limits on the later day, 1 - promised / statutory."""
        both = [(one.days.after, one.statutory) for one in self.items if one.days and one.statutory is not None]
        lawful = sum((statutory for _, statutory in both), Decimal(0))
        return 1 - Fraction(sum((promised for promised, _ in both), Decimal(0))) / Fraction(lawful) if lawful else None


@dataclass(frozen=True, slots=True)
class ReformRow:
    """One item behind an indicator, and what it contributes."""

    code: str
    name: str
    value: Decimal
    words: str


@dataclass(frozen=True, slots=True)
class Reform:
    """One of the six indicators of 三减三改; its value is the sum of its rows."""

    code: str
    name: str
    formula: str
    rows: tuple[ReformRow, ...]

    @property
    def value(self) -> Decimal:
        """The number."""
        return sum((row.value for row in self.rows), Decimal(0))


def cleared(county: str, first: date, last: date, *, classes: frozenset[ItemClass] = POWERS) -> Cleared:
    """Return what became of the items of these classes from the eve of ``first`` to ``last``.

    An item that an order turned into another class (转备案 of a permit, where only permits are asked for) went by that
    order.  Raises ``Refused("period_wrong")``.
    """
    _need_period(first, last)
    before, after = _leaves(county, first - _DAY, classes), _leaves(county, last, classes)
    now = book(county)

    def moved(code: str, name: str) -> Moved:
        order = next((one for one in reversed(now.orders.get(code, ())) if first <= one.in_force_on <= last), None)
        return Moved(code, name, *((order.number, order.kind, order.in_force_on) if order else ("", "", None)))

    return Cleared(
        frozenset(before),
        tuple(moved(code, before[code].name) for code in sorted(before.keys() - after.keys())),
        tuple(moved(code, after[code].name) for code in sorted(after.keys() - before.keys())),
        frozenset(after),
    )


def reengineered(county: str, before: date, after: date) -> Reengineered:
    """Compare the items that are on the list on both days, by code.  Raises ``Refused("period_wrong")``."""
    _need_period(before, after)
    was, now = _leaves(county, before, PUBLIC_CLASSES), _leaves(county, after, PUBLIC_CLASSES)
    return Reengineered(tuple(_compared(was[code], now[code]) for code in sorted(was.keys() & now.keys())))


def three_cuts_three_changes(county: str, first: date, last: date) -> tuple[Reform, ...]:
    """Return the six indicators of 三减三改 (S181) for a period; the formulas are ours."""
    items_cut = cleared(county, first, last)
    eve = first - _DAY
    compared = reengineered(county, eve, last).items
    was, now = _leaves(county, eve, PUBLIC_CLASSES), _leaves(county, last, PUBLIC_CLASSES)
    gone = tuple(ReformRow(one.code, one.name, Decimal(1), one.order or "没有调整令") for one in items_cut.removed)
    return (
        Reform("items", "削减审批事项", "期初有、期末没有的审批事项数", gone),
        Reform("conditions", "减少办事条件", "受理条件与申请人自交材料减少的项数", _saved(compared, _conditions)),
        Reform("days", "压缩办事时限", "承诺时限减少的工作日", _saved(compared, lambda one: one.days)),
        Reform("steps", "优化审批流程", "审查环节减少的个数", _saved(compared, lambda one: one.steps)),
        Reform(
            "manner", "创新审批方式", "转为即办、备案或告知承诺的事项数", _new_manner(county, was, now, first, last)
        ),
        Reform("system", "改革审批机制", "新下沉到乡镇、村收件的事项数", _nearer(was, now)),
    )


def _need_period(first: date, last: date) -> None:
    if first > last:
        raise Refused("period_wrong", "第一天 {first} 晚于最后一天 {last}。请改正。", first=first, last=last)


def _leaves(county: str, day: date, classes: Iterable[ItemClass]) -> dict[str, Item]:
    runs = {code: run for code, run in book_on(county, day).items() if run.leaf}
    known = items(run.version_id for run in runs.values())
    wanted = frozenset(classes)
    return {code: known[run.version_id] for code, run in runs.items() if known[run.version_id].item_class in wanted}


def _compared(was: Item, now: Item) -> Compared:
    days = _days(was.limits.promised), _days(now.limits.promised)
    return Compared(
        now.code,
        now.name,
        steps=_pair(was, now, lambda one: len(one.desks)),
        materials=_pair(was, now, lambda one: sum(m.source == "applicant" for m in one.materials)),
        conditions=_pair(was, now, lambda one: len(one.guide.conditions)),
        fee_fen=_pair(was, now, lambda one: one.fee.amount_fen if one.fee else 0),
        visits=_pair(was, now, lambda one: one.visits),
        days=None if days[0] is None or days[1] is None else Pair(days[0], days[1]),
        statutory=_days(now.limits.statutory),
    )


def _pair(was: Item, now: Item, count: Callable[[Item], int]) -> Pair:
    return Pair(Decimal(count(was)), Decimal(count(now)))


def _days(rule: TimeRule | None) -> Decimal | None:
    return workdays_of(rule.limit) if rule is not None else None


def _conditions(one: Compared) -> Pair:
    return Pair(one.conditions.before + one.materials.before, one.conditions.after + one.materials.after)


def _saved(compared: Iterable[Compared], pick: Callable[[Compared], Pair | None]) -> tuple[ReformRow, ...]:
    """Return the items whose number changed; one that grew counts against the others."""
    return tuple(
        ReformRow(one.code, one.name, pair.saved, f"{pair.before} 改为 {pair.after}")
        for one in compared
        if (pair := pick(one)) is not None and pair.saved
    )


def _new_manner(
    county: str, was: dict[str, Item], now: dict[str, Item], first: date, last: date
) -> tuple[ReformRow, ...]:
    told: dict[str, str] = {}
    for code in sorted(was.keys() & now.keys()):
        if was[code].on_the_spot is None and now[code].on_the_spot is not None:
            told[code] = "转为即办"
        elif was[code].kind != "filing" and now[code].kind == "filing":
            told[code] = "转为备案"
    promised = PermitMode.objects.filter(
        county=county, mode="promise", in_force_from__gte=first, in_force_from__lte=last
    ).values_list("item", flat=True)
    for code in promised:
        if code in now:
            told.setdefault(code, "实行告知承诺")
    return tuple(ReformRow(code, now[code].name, Decimal(1), words) for code, words in sorted(told.items()))


def _nearer(was: dict[str, Item], now: dict[str, Item]) -> tuple[ReformRow, ...]:
    labels = {"town": "乡镇", "village": "村（社区）"}
    found = []
    for code in sorted(was.keys() & now.keys()):
        come = [label for level, label in labels.items() if level in set(now[code].stations) - set(was[code].stations)]
        if come:
            found.append(ReformRow(code, now[code].name, Decimal(1), f"{'、'.join(come)}可以收件"))
    return tuple(found)
