"""Comparing limits of different units, only as far as it is certain.

A month counts as 22 working days and a year as 250 (section 3 of the law digest).  Natural days and hours become a
range of working days, so that "shorter" is said only when it is shorter on every calendar.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Literal

from tongban.rulebook.clock import Limit, Unit

Range = tuple[Decimal, Decimal]

_WORKDAYS = {Unit.WD: Decimal(1), Unit.M: Decimal(22), Unit.Y: Decimal(250)}
#: Office hours in a working day: seven is the least in use, twenty-four the most an hour count can mean.
_HOURS = (Decimal(7), Decimal(24))
#: The longest run of rest days in a year's notice, beyond ordinary weekends, that a natural-day limit may meet.
_HOLIDAY = Decimal(7)


def workdays(limit: Limit) -> Range:
    """Return the fewest and the most working days that ``limit`` can come to."""
    amount = Decimal(limit.amount)
    factor = _WORKDAYS.get(limit.unit)
    if factor is not None:
        return amount * factor, amount * factor
    if limit.unit is Unit.H:
        return amount / _HOURS[1], amount / _HOURS[0]
    weeks, rest = divmod(amount, 7)
    fewest = weeks * 5 + max(Decimal(0), rest - 2) - _HOLIDAY
    return max(Decimal(0), fewest), amount


def compare(shorter: Iterable[Limit], longer: Limit) -> Literal["within", "over", "unclear"]:
    """Say whether the limits ``shorter`` together stay within ``longer``."""
    limits = tuple(shorter)
    if all(one.unit is longer.unit for one in limits):
        total = sum((Decimal(one.amount) for one in limits), Decimal(0))
        return "within" if total <= longer.amount else "over"
    low = sum((workdays(one)[0] for one in limits), Decimal(0))
    high = sum((workdays(one)[1] for one in limits), Decimal(0))
    least, most = workdays(longer)
    if high <= least:
        return "within"
    return "over" if low > most else "unclear"
