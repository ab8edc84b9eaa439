"""工作日: which days the offices work, as the State Council's yearly notices say.

A calendar knows the days between ``first`` and ``known_until``.  Outside them it answers by weekends alone, and
``is_known`` says that this answer is a guess: whoever counts with it marks the result provisional.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Any

from tongban.rulebook.basis import Basis, BasisKind
from tongban.rulebook.errors import Refused, Sentence

WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


@dataclass(frozen=True)
class Calendar:
    """Working days of some years in a row.  Two calendars with the same version are the same calendar."""

    #: Digest of the days, with the years it covers; it stands in the journal beside every date counted with it.
    version: str
    #: The first day it knows.
    first: date
    #: The last day it knows.
    known_until: date
    #: Day off -> name of the holiday.  Ordinary weekends need not be listed.
    off: Mapping[date, str] = field(default_factory=dict, compare=False, repr=False)
    #: Weekend day that is worked (调休上班) -> the holiday it makes up for.
    work: Mapping[date, str] = field(default_factory=dict, compare=False, repr=False)
    #: The notices it was taken from.
    bases: tuple[Basis, ...] = field(default=(), compare=False, repr=False)

    def is_workday(self, day: date) -> bool:
        """Tell whether the offices work; outside the known days, whether it is no weekend."""
        return day in self.work or (day.weekday() < 5 and day not in self.off)

    def is_known(self, day: date) -> bool:
        """Tell whether a published notice stands behind the answer for this day."""
        return self.first <= day <= self.known_until

    def reason(self, day: date) -> str:
        """Return in words why the offices work on this day or do not."""
        guess = "" if self.is_known(day) else "（放假安排未公布，按周末推定）"
        if day in self.work:
            return f"{self.work[day]}调休上班{guess}"
        if day in self.off:
            return f"{self.off[day]}放假{guess}"
        return f"{'周末' if day.weekday() >= 5 else '工作日'}{guess}"

    def rank(self, day: date) -> int:
        """Return the number of working days up to and including this day, from a fixed origin (below it: negative)."""
        ordinal, (low, high, days) = day.toordinal(), self._table
        if ordinal < low:
            return _weekdays(ordinal) - _weekdays(low - 1)
        if ordinal > high:
            return len(days) + _weekdays(ordinal) - _weekdays(high)
        return bisect_right(days, ordinal)

    def nth(self, rank: int) -> date:
        """Return the working day of this rank.  Raises ``OverflowError`` or ``ValueError`` beyond the years 1-9999."""
        low, high, days = self._table
        if rank < 1:
            return date.fromordinal(_weekday_of(_weekdays(low - 1) + rank))
        if rank > len(days):
            return date.fromordinal(_weekday_of(_weekdays(high) + rank - len(days)))
        return date.fromordinal(days[rank - 1])

    @cached_property
    def _table(self) -> tuple[int, int, tuple[int, ...]]:
        """The listed span as ordinals: first, last, and the working days in it, so that counting is one bisection."""
        listed = {self.first, self.known_until, *self.off, *self.work}
        low, high = min(listed).toordinal(), max(listed).toordinal()
        days = tuple(o for o in range(low, high + 1) if self.is_workday(date.fromordinal(o)))
        return low, high, days


def from_toml(data: Mapping[str, Any]) -> Calendar:
    """Return the calendar of one year from a parsed notice: ``year``, ``notice``, ``[[holiday]]`` with its days.

    A holiday has ``name``, ``first``, ``last`` and ``work`` (weekend days worked in exchange).  ``verified = false``
    shows the notice as 待核.  Raises ``Refused`` ("calendar_wrong") with the place of the mistake.
    """
    year = data.get("year")
    if not isinstance(year, int) or not 1949 <= year <= 9998:
        raise _wrong("year 应为四位年份")
    off: dict[date, str] = {}
    work: dict[date, str] = {}
    for holiday in data.get("holiday", ()):
        name = holiday.get("name")
        if not isinstance(name, str) or not name:
            raise _wrong("{year} 年有一个节日没有 name", year=year)
        first, last = _day(holiday.get("first"), year, name), _day(holiday.get("last"), year, name)
        if last < first:
            raise _wrong("{year} 年{name}的 last 早于 first", year=year, name=name)
        for ordinal in range(first.toordinal(), last.toordinal() + 1):
            off[date.fromordinal(ordinal)] = name
        for made_up in holiday.get("work", ()):
            work[_day(made_up, year, name)] = name
    _check_exchange(year, off, work)
    first, last = date(year, 1, 1), date(year, 12, 31)
    notice, source = str(data.get("notice", "")), str(data.get("title", ""))
    basis = Basis(BasisKind.DOCUMENT, notice or f"{year} 年放假安排", source, verified=data.get("verified") is True)
    return Calendar(_version(first, last, off, work), first, last, off, work, (basis,))


def merge(calendars: Iterable[Calendar]) -> Calendar:
    """Return several years as one calendar.  Raises ``Refused`` when a year is missing, doubled or contradicted."""
    years = sorted(calendars, key=lambda calendar: calendar.first)
    if not years:
        raise Refused("calendar_empty", "没有任何年度的放假安排。请先导入国务院办公厅公布的放假安排。")
    off: dict[date, str] = {}
    work: dict[date, str] = {}
    bases: list[Basis] = []
    for before, after in pairwise(years):
        if after.first != before.known_until + timedelta(days=1):
            raise Refused(
                "calendar_gap",
                "放假安排不连续：{last} 之后应接着下一天，却是 {first}。请补齐或去掉重复的年度。",
                last=before.known_until,
                first=after.first,
            )
    for year in years:
        off.update(year.off)
        work.update(year.work)
        bases.extend(year.bases)
    _check_exchange(years[0].first.year, off, work)
    first, last = years[0].first, years[-1].known_until
    return Calendar(_version(first, last, off, work), first, last, off, work, tuple(bases))


def _check_exchange(year: int, off: Mapping[date, str], work: Mapping[date, str]) -> None:
    for day in sorted(work):
        if day in off:
            raise _wrong("{day} 既放假又上班", day=day)
        if day.weekday() < 5:
            raise _wrong("{day} 本来就是工作日，不能算{year}年的调休上班日", day=day, year=year)


def _day(value: object, year: int, name: str) -> date:
    """Return a day of this year, or of the days just before it (some notices begin on 31 December)."""
    if not isinstance(value, date) or isinstance(value, datetime):
        raise _wrong("{year} 年{name}的日期应写成 {year}-01-01 的样子", year=year, name=name)
    if not date(year - 1, 12, 1) <= value <= date(year, 12, 31):
        raise _wrong("{year} 年{name}的日期 {day} 不在这一年", year=year, name=name, day=value)
    return value


def _wrong(what: str, **values: Any) -> Refused:
    return Refused(
        "calendar_wrong", "放假安排有误：{what}。请对照国务院办公厅的通知改正。", what=Sentence(what, **values)
    )


def _version(first: date, last: date, off: Mapping[date, str], work: Mapping[date, str]) -> str:
    lines = [f"{first} {last}"]
    lines += [f"- {day} {name}" for day, name in sorted(off.items())]
    lines += [f"+ {day} {name}" for day, name in sorted(work.items())]
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]
    return f"{first.year}-{last.year}-{digest}"


def _weekdays(ordinal: int) -> int:
    """Return how many days from Monday to Friday lie in 1..ordinal (ordinal 1 is a Monday)."""
    weeks, rest = divmod(ordinal, 7)
    return weeks * 5 + min(rest, 5)


def _weekday_of(count: int) -> int:
    """Return the ordinal of the count-th day from Monday to Friday."""
    weeks, rest = divmod(count - 1, 5)
    return weeks * 7 + rest + 1
