"""The list as it stands, kept in memory: which version of which item holds on which day.

Each question reads the county's mark: one row by its key.  It is read every time and not once a second, because an
item cancelled a moment ago must not be filed on by a process that still remembers it (清单之外无审批, S002).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from uuid import UUID

from tongban.rooms.catalogue.models import ChangeOrder, ItemVersion
from tongban.rooms.questions import Question, ask, first
from tongban.rulebook.basis import Basis, BasisKind


@dataclass(frozen=True, slots=True)
class Run:
    """One version and the days on which it holds."""

    version_id: UUID
    code: str
    version: int
    name: str
    unit: str
    parent: str
    leaf: bool
    catalog_code: str
    digest: str
    first: date
    #: Its last day; before ``first`` where it never held; None while no end is known.
    last: date | None

    def holds_on(self, day: date) -> bool:
        """Whether it holds on that day."""
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Order:
    """A change order that was not withdrawn."""

    id: UUID
    number: str
    #: A key of ``models.ORDER_LABELS``.
    kind: str
    items: tuple[str, ...]
    #: 合并: where the items went.
    target: str
    notice: str
    basis: Basis
    in_force_on: date
    #: What it does to open cases: ``finish``.
    open_cases: str
    applied: bool


@dataclass(frozen=True, slots=True)
class Book:
    """The whole list of a county."""

    #: Versions by code, in order.
    runs: Mapping[str, tuple[Run, ...]]
    #: Sub items by main item, every code that ever had it as parent.
    children: Mapping[str, tuple[str, ...]]
    #: Orders by item code, the latest last.
    orders: Mapping[str, tuple[Order, ...]]
    #: Item codes by 基本编码.
    catalog_codes: Mapping[str, tuple[str, ...]]

    def on(self, code: str, day: date) -> Run | None:
        """Return the version that holds on ``day``, or None."""
        return next((run for run in self.runs.get(code, ()) if run.holds_on(day)), None)

    def order_on(self, code: str, day: date) -> Order | None:
        """Return the last order about ``code`` that holds on ``day``, or None."""
        return next((one for one in reversed(self.orders.get(code, ())) if one.in_force_on <= day), None)

    def children_on(self, code: str, day: date) -> tuple[Run, ...]:
        """Return the sub items of ``code`` that hold on ``day``, by code."""
        found = (self.on(child, day) for child in self.children.get(code, ()))
        return tuple(run for run in found if run is not None and run.parent == code)


def book_mark(county: str) -> Question[UUID | None]:
    """Ask for the county's mark, which ``book`` needs, together with something else."""
    return Question(("mark",), "FROM catalogue_cataloguemark WHERE county = %(county)s", {"county": county}, first)


def book(county: str, mark: UUID | None = None) -> Book:
    """Return the list of a county as it stands now.  Two queries after a change.

    ``mark``: as ``book_mark`` has just found it; None: it is read now, by one query.
    """
    if mark is None:
        (mark,) = ask(book_mark(county))
    kept = _kept.get(county)
    if kept is not None and kept[0] == mark:
        return kept[1]
    read = _read(county)
    if mark is not None:
        _kept[county] = (mark, read)
    return read


def order_of(row: ChangeOrder) -> Order:
    """Return the frozen reading of an order."""
    basis = Basis(BasisKind(row.basis_kind), row.basis_text, row.basis_source, row.basis_verified)
    return Order(
        row.id,
        row.number,
        row.kind,
        tuple(row.items),
        row.target,
        row.notice,
        basis,
        row.in_force_on,
        row.open_cases,
        row.applied_at is not None,
    )


def _read(county: str) -> Book:
    rows = (
        ItemVersion.objects.filter(county=county)
        .order_by("code", "version")
        .values_list(
            *("id", "code", "version", "name", "unit", "parent", "leaf", "catalog_code", "digest"),
            *("in_force_from", "in_force_until"),
        )
    )
    runs = {code: tuple(group) for code, group in groupby((Run(*row) for row in rows), key=lambda run: run.code)}
    orders: dict[str, list[Order]] = {}
    for row in ChangeOrder.objects.filter(county=county, withdrawn_at=None).order_by("in_force_on", "ordered_at", "id"):
        order = order_of(row)
        for code in order.items:
            orders.setdefault(code, []).append(order)
    every = [run for group in runs.values() for run in group]
    return Book(
        runs,
        _by((run.parent, run.code) for run in every if run.parent),
        {code: tuple(group) for code, group in orders.items()},
        _by((run.catalog_code, run.code) for run in every if run.catalog_code),
    )


def _by(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for key, value in pairs:
        found.setdefault(key, {})[value] = None
    return {key: tuple(values) for key, values in found.items()}


#: One reading a county and process.
_kept: dict[str, tuple[UUID, Book]] = {}
