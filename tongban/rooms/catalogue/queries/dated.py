"""Lines that hold from a day on: of each subject, the last one that had begun."""

from collections.abc import Callable, Hashable, Iterable
from datetime import date
from typing import Protocol, TypeVar

from django.db.models import Model, QuerySet

from tongban.rulebook.basis import Basis, BasisKind


class _Line(Protocol):
    basis_kind: str
    basis_text: str
    basis_source: str
    basis_verified: bool


T = TypeVar("T", bound=Model)


def holding(rows: "QuerySet[T]", day: date, subject: Callable[[T], Hashable]) -> tuple[T, ...]:
    """Return of each subject the line that holds on ``day``; a later entry of the same day replaces an earlier one."""
    begun: Iterable[T] = rows.filter(in_force_from__lte=day).order_by("in_force_from", "entered_at", "id")
    return tuple({subject(row): row for row in begun}.values())


def basis_of(row: _Line) -> Basis:
    """Return the basis of a line."""
    return Basis(BasisKind(row.basis_kind), row.basis_text, row.basis_source, row.basis_verified)
