"""A page of a list, without counting the whole list."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.http import HttpRequest

Row = TypeVar("Row")
#: Rows of a page, and the last page anybody may ask for: who needs more narrows the search.
PER_PAGE, LAST = 20, 500


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Rows of one page."""

    rows: Sequence[Row]
    number: int
    has_more: bool

    @property
    def has_before(self) -> bool:
        """Whether there is a page before."""
        return self.number > 1


def number_of(request: HttpRequest) -> int:
    """Return the page asked for; 1 where none or nonsense is asked."""
    asked = request.GET.get("page", "1")
    return min(max(int(asked), 1), LAST) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1


def paged(rows: Sequence[Row], number: int, per_page: int = PER_PAGE) -> Page[Row]:
    """Return a page of rows that were read with one more than ``per_page``."""
    return Page(rows[:per_page], number, len(rows) > per_page)
