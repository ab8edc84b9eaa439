"""Several questions to the database in one journey.

A room offers what others like to ask together with questions of their own as a ``Question``; ``ask`` joins them into
one statement: one journey, one snapshot, prepared once for each combination.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, TypeVar, overload

from django.db import connection

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")
E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class Question(Generic[A]):
    """A SELECT that gives at most one row, and how that row is read."""

    columns: tuple[str, ...]
    #: What follows the columns: FROM, WHERE; empty where they stand for themselves.
    rest: str
    #: A name that two questions share must stand for the same value.
    params: Mapping[str, Any]
    #: Makes the answer of the columns, which are all None where there is no row.  May raise ``Refused``.
    read: Callable[[Sequence[Any]], A]


@overload
def ask(first: Question[A], /) -> tuple[A]: ...
@overload
def ask(first: Question[A], second: Question[B], /) -> tuple[A, B]: ...
@overload
def ask(first: Question[A], second: Question[B], third: Question[C], /) -> tuple[A, B, C]: ...
@overload
def ask(first: Question[A], second: Question[B], third: Question[C], fourth: Question[D], /) -> tuple[A, B, C, D]: ...
def ask(*questions: Question[Any]) -> tuple[Any, ...]:
    """Ask the questions together and return their answers.  One query.

    The answers are read in the order of the questions: of several refusals the first is raised.
    """
    params: dict[str, Any] = {}
    for question in questions:
        if clash := [name for name, value in question.params.items() if params.setdefault(name, value) != value]:
            raise ValueError(f"two questions mean different things by {clash}")
    with connection.cursor() as cursor:
        cursor.execute(_joined(tuple((question.columns, question.rest) for question in questions)), params)
        row = cursor.fetchone()
    answers, place = [], 0
    for question in questions:
        width = len(question.columns)
        answers.append(question.read(row[place : place + width]))
        place += width
    return tuple(answers)


def first(row: Sequence[Any]) -> Any:
    """Read a question of one column: its value, None where there is no row."""
    return row[0]


@lru_cache(maxsize=256)
def _joined(parts: tuple[tuple[tuple[str, ...], str], ...]) -> str:
    """Return one statement of one row.  The driver reads one of over 4096 letters anew each time."""
    asked = [f"LEFT JOIN (SELECT {', '.join(columns)} {rest}) q{n} ON true" for n, (columns, rest) in enumerate(parts)]
    names = ", ".join(f"q{n}.*" for n in range(len(parts)))
    return " ".join(f"SELECT {names} FROM (SELECT) one {' '.join(asked)}".split())
