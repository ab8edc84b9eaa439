"""A period as leaders ask for it: a day, a month, a year, or from one day to another."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest
from django.utils.dateparse import parse_date

from tongban.rooms import clock


@dataclass(frozen=True, slots=True)
class Period:
    """Both days included."""

    first: date
    last: date
    #: ``day``, ``month``, ``year`` or ``span``.
    kind: str

    @property
    def query(self) -> str:
        """How an address says it."""
        return f"period={self.kind}&first={self.first}&last={self.last}"

    @property
    def before(self) -> "Period":
        """The period before of the same kind."""
        return _of(self.kind, date.fromordinal(self.first.toordinal() - 1))

    @property
    def behind(self) -> "Period":
        """The period behind of the same kind."""
        return _of(self.kind, date.fromordinal(self.last.toordinal() + 1))


def asked(request: HttpRequest) -> Period:
    """Return the period asked for; the month that runs, when none or nonsense is asked."""
    kind = request.GET.get("period", "month")
    first = _day(request.GET.get("first", ""))
    last = _day(request.GET.get("last", ""))
    if kind == "span" and first and last:
        return Period(min(first, last), max(first, last), "span")
    return _of(kind if kind in ("day", "month", "year") else "month", first or clock.today())


def months_to(last: date, count: int = 12) -> tuple[tuple[date, date], ...]:
    """Return the last ``count`` months up to the one of ``last``, the oldest first."""
    spans = []
    year, month = last.year, last.month
    for _number in range(count):
        spans.append((date(year, month, 1), date(year, month, monthrange(year, month)[1])))
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return tuple(reversed(spans))


def _of(kind: str, day: date) -> Period:
    if kind == "year":
        return Period(date(day.year, 1, 1), date(day.year, 12, 31), kind)
    if kind == "month":
        return Period(day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1]), kind)
    return Period(day, day, "day")


def _day(text: str) -> date | None:
    try:
        found = parse_date(text[:10])
    except ValueError:
        return None
    return found if found and 2000 <= found.year <= 2100 else None
