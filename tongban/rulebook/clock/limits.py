"""The values that counting starts from and ends with: limits, ranges of days, office hours, due dates."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Self

from tongban.rulebook.basis import Basis
from tongban.rulebook.errors import Refused

#: Legal dates and office hours are those of this zone.  It has had no summer time since 1991.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")

_WRITTEN = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,4})?)(wd|d|h|m|y)")


class Unit(StrEnum):
    """In what a limit is counted."""

    WD = "wd"  # 工作日
    D = "d"  # 日 (natural days)
    H = "h"  # 小时
    M = "m"  # 月
    Y = "y"  # 年


LABELS = {Unit.WD: "个工作日", Unit.D: "日", Unit.H: "小时", Unit.M: "个月", Unit.Y: "年"}

#: The largest amount that still means something: about a hundred years.
_MOST = {Unit.WD: 25_000, Unit.D: 36_525, Unit.H: 876_600, Unit.M: 1_200, Unit.Y: 100}
#: The smallest step: half working days, whole minutes, otherwise whole units.
_PARTS = {Unit.WD: 2, Unit.D: 1, Unit.H: 60, Unit.M: 1, Unit.Y: 1}


@dataclass(frozen=True, slots=True)
class Limit:
    """How long something may take.  Zero means at once: on the day, or at the moment, it starts.

    Raises ``Refused`` ("limit_wrong") for an amount the unit cannot carry.
    """

    #: A whole number, or halves of working days, or hours to the minute.
    amount: Decimal | int
    unit: Unit

    def __post_init__(self) -> None:
        amount = Decimal(self.amount)
        if not 0 <= amount <= _MOST[self.unit] or amount * _PARTS[self.unit] % 1:
            raise _wrong_limit(f"{self.amount}{self.unit}")
        object.__setattr__(self, "amount", int(amount) if amount == int(amount) else amount.normalize())

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the limit written as ``20wd``, ``0.5wd``, ``60d``, ``4h``, ``3m``, ``1y``; ``str`` writes it back."""
        written = _WRITTEN.fullmatch(text.strip())
        if written is None:
            raise _wrong_limit(text.strip())
        return cls(Decimal(written[1]), Unit(written[2]))

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}"

    @property
    def label(self) -> str:
        """The limit as people read it: ``20个工作日``."""
        return f"{self.amount}{LABELS[self.unit]}"


def _wrong_limit(text: str) -> Refused:
    return Refused(
        "limit_wrong",
        "看不懂期限“{text}”。请写成 20wd（工作日，可到半日）、60d（日）、4h（小时）、3m（月）或 1y（年）。",
        text=text[:40],
    )


@dataclass(frozen=True, slots=True, order=True)
class Excluded:
    """Days that are not counted, from the first to the last, both included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise Refused(
                "range_wrong", "扣除的时间段 {first} 至 {last} 前后颠倒，请更正。", first=self.first, last=self.last
            )


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """When the clock of an hour limit runs on a day."""

    #: Spans from midnight, in order, without overlap.
    spans: tuple[tuple[timedelta, timedelta], ...]
    #: True: every day of the year; False: working days only.
    every_day: bool = False

    @classmethod
    def parse(cls, text: str, *, every_day: bool = False) -> Self:
        """Return the hours written as ``09:00-12:00,13:30-17:30``.  Raises ``Refused`` ("hours_wrong")."""
        try:
            pairs = [span.split("-") for span in text.split(",")]
            spans = tuple((_from_midnight(opens), _from_midnight(closes)) for opens, closes in pairs)
        except ValueError:
            raise _wrong_hours(text) from None
        edges = [edge for span in spans for edge in span]
        if any(later <= earlier for earlier, later in pairwise(edges)):
            raise _wrong_hours(text)
        return cls(spans, every_day)

    @property
    def length(self) -> timedelta:
        """The office time of a whole day."""
        return sum((closes - opens for opens, closes in self.spans), timedelta())

    def left_after(self, offset: timedelta) -> timedelta:
        """Return how much office time of a day lies after this time from midnight."""
        return sum((closes - max(opens, offset) for opens, closes in self.spans if closes > offset), timedelta())

    def moment(self, offset: timedelta, amount: timedelta) -> timedelta:
        """Return when ``amount`` of office time has passed since ``offset``; there must be that much left."""
        for opens, closes in self.spans:
            begins = max(opens, offset)
            if begins < closes:
                if amount <= closes - begins:
                    return begins + amount
                amount -= closes - begins
        raise ValueError("not enough office time left on this day")


def _from_midnight(text: str) -> timedelta:
    if text.strip() == "24:00":
        return timedelta(days=1)
    read = time.fromisoformat(text.strip())
    return timedelta(hours=read.hour, minutes=read.minute)


def _wrong_hours(text: str) -> Refused:
    return Refused(
        "hours_wrong", "看不懂办公时间“{text}”。请写成 09:00-12:00,13:30-17:30，先后不重叠。", text=text[:60]
    )


#: Usual office hours; a county sets its own.
OFFICE = OfficeHours.parse("09:00-12:00,13:30-17:30")
#: Round the clock, every day.
ALWAYS = OfficeHours.parse("00:00-24:00", every_day=True)


@dataclass(frozen=True, slots=True)
class Due:
    """When a limit ends."""

    #: The last day.  It ends at 24:00, unless ``at`` says otherwise (民法典 203).
    on: date
    #: The last moment, in Asia/Shanghai, of a limit in hours or with half a day; otherwise None.
    at: datetime | None
    #: True: days were counted for which no holiday notice is known, so this may still move.
    provisional: bool


@dataclass(frozen=True, slots=True)
class Term:
    """A limit that a statute sets, with its words."""

    limit: Limit
    basis: Basis
    #: The sentence of the article.
    words: str
