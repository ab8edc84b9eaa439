"""The day a limit ends.  Each answer takes a few bisections, whatever the length of the limit."""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol

from tongban.rulebook.clock.limits import OFFICE, SHANGHAI, Due, Excluded, Limit, OfficeHours, Unit
from tongban.rulebook.errors import Refused
from tongban.rulebook.workdays import Calendar

DAY = timedelta(days=1)


def due(
    start: date | datetime,
    limit: Limit,
    calendar: Calendar,
    *,
    excluded: Iterable[Excluded] = (),
    hours: OfficeHours = OFFICE,
    roll: bool = True,
    extension: Limit | None = None,
) -> Due:
    """Return when ``limit`` ends that began on ``start``.

    - Days, months, years and working days: the start day is not counted (民法典 201).  Half a working day ends when
      half of that day's office time has passed.
    - Months and years end on the same day number, or on the last day of the month (民法典 202).
    - Natural periods that end on a rest day end on the next working day (民法典 203); ``roll=False`` leaves them.  A
      weekend day that is worked is no rest day.
    - Hours run from the moment, in ``hours``; a moment outside them waits for the next opening.  A bare date means
      its first office moment.
    - ``excluded`` days are never counted and never the last day; a month limit ends later by as many days.
    - ``extension`` is one further run from the first due day, counted the same way.

    A moment without a zone is read as Asia/Shanghai.  Raises ``Refused`` ("date_out_of_range") beyond year 9999.
    """
    pauses = merged(excluded)
    try:
        if extension is None:
            return _run(start, limit, calendar, pauses, hours, roll)
        if limit.unit is extension.unit is Unit.WD:
            return _run(start, Limit(limit.amount + extension.amount, Unit.WD), calendar, pauses, hours, roll)
        first = _run(start, limit, calendar, pauses, hours, roll)
        further = _run(next_start(first, extension), extension, calendar, pauses, hours, roll)
    except (OverflowError, ValueError):
        raise Refused("date_out_of_range", "日期超出可计算的范围（公元1年至9999年）。请检查日期和期限。") from None
    return Due(further.on, further.at, first.provisional or further.provisional)


def workdays_between(after: date, until: date, calendar: Calendar) -> int:
    """Return how many working days lie after ``after`` up to and including ``until``; negative when it is earlier."""
    return calendar.rank(until) - calendar.rank(after)


def latest_before(event: date, lead: Limit, calendar: Calendar) -> Due:
    """Return the last day that is still ``lead`` (working or natural days) before ``event``; that day not counted."""
    if lead.unit is Unit.WD and isinstance(lead.amount, int):
        on = calendar.nth(calendar.rank(event - DAY) + 1 - lead.amount) if lead.amount else event
        return Due(on, None, not _known(calendar, on, event - DAY))
    if lead.unit is Unit.D:
        return Due(event - timedelta(days=int(lead.amount)), None, False)
    raise Refused("lead_wrong", "提前量“{lead}”只能用整工作日或日。", lead=lead)


def merged(ranges: Iterable[Excluded]) -> tuple[Excluded, ...]:
    """Return the ranges in order, those that overlap or touch made one, so that no day is excluded twice."""
    whole: list[Excluded] = []
    for current in sorted(ranges):
        if whole and current.first <= whole[-1].last + DAY:
            whole[-1] = Excluded(whole[-1].first, max(whole[-1].last, current.last))
        else:
            whole.append(current)
    return tuple(whole)


def in_shanghai(start: date | datetime) -> tuple[date, timedelta]:
    """Return the legal date of ``start`` and the time from its midnight (zero for a bare date)."""
    if not isinstance(start, datetime):
        return start, timedelta()
    local = start.replace(tzinfo=None) if start.tzinfo is None else start.astimezone(SHANGHAI).replace(tzinfo=None)
    return local.date(), local - local.replace(hour=0, minute=0, second=0, microsecond=0)


def next_start(first: Due, extension: Limit) -> date | datetime:
    """Return where an extension begins: on the first due day, or for hours when that day or moment is over."""
    if extension.unit is not Unit.H:
        return first.on
    return first.at if first.at is not None else at_time(first.on, DAY)


def at_time(day: date, offset: timedelta) -> datetime:
    """Return the moment of this day, aware, in Asia/Shanghai."""
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI) + offset


def month_days(start: date, limit: Limit) -> int:
    """Return how many days a limit in months or years has from ``start`` (民法典 202)."""
    months = start.month - 1 + int(limit.amount) * (12 if limit.unit is Unit.Y else 1)
    year, month = start.year + months // 12, months % 12 + 1
    return (date(year, month, min(start.day, monthrange(year, month)[1])) - start).days


class _Days(Protocol):
    """Days that count, numbered in order."""

    def rank(self, day: date) -> int: ...

    def nth(self, rank: int) -> date: ...


class _EveryDay:
    """Natural days: each one counts."""

    def rank(self, day: date) -> int:
        return day.toordinal()

    def nth(self, rank: int) -> date:
        return date.fromordinal(rank)


_EVERY_DAY = _EveryDay()


def _run(
    start: date | datetime,
    limit: Limit,
    calendar: Calendar,
    pauses: Sequence[Excluded],
    hours: OfficeHours,
    roll: bool,
) -> Due:
    day, offset = in_shanghai(start)
    if limit.unit is Unit.H:
        return _hours(day, offset, limit, calendar, pauses, hours)
    if limit.unit is Unit.WD:
        return _workdays(day, limit, calendar, pauses, hours)
    if not limit.amount:
        return Due(day, None, False)
    count = int(limit.amount) if limit.unit is Unit.D else month_days(day, limit)
    end = _nth_after(_EVERY_DAY, day, count, pauses)
    if not roll:
        return Due(end, None, False)
    rolled = _nth_after(calendar, end - DAY, 1, pauses)
    return Due(rolled, None, not _known(calendar, end, rolled))


def _workdays(start: date, limit: Limit, calendar: Calendar, pauses: Sequence[Excluded], hours: OfficeHours) -> Due:
    if not limit.amount:
        on = _nth_after(calendar, start - DAY, 1, pauses)
        return Due(on, None, not _known(calendar, start, on))
    whole = int(limit.amount)
    half = limit.amount != whole
    on = _nth_after(calendar, start, whole + half, pauses)
    at = at_time(on, hours.moment(timedelta(), hours.length / 2)) if half else None
    return Due(on, at, not _known(calendar, start + DAY, on))


def _hours(
    day: date, offset: timedelta, limit: Limit, calendar: Calendar, pauses: Sequence[Excluded], hours: OfficeHours
) -> Due:
    days: _Days = _EVERY_DAY if hours.every_day else calendar
    left = timedelta(minutes=int(limit.amount * 60))
    runs_today = days.rank(day) > days.rank(day - DAY) and not any(p.first <= day <= p.last for p in pauses)
    today = hours.left_after(offset) if runs_today else timedelta()
    if today and left <= today:
        on, ends = day, hours.moment(offset, left)
    else:
        full, rest = divmod(left - today, hours.length)
        if full and not rest:
            full, rest = full - 1, hours.length
        on = _nth_after(days, day, full + 1, pauses)
        ends = hours.moment(timedelta(), rest)
    return Due(on, at_time(on, ends), not (hours.every_day or _known(calendar, day, on)))


def _nth_after(days: _Days, start: date, count: int, pauses: Sequence[Excluded]) -> date:
    """Return the count-th day after ``start`` that counts and lies in no pause."""
    rank = days.rank(start) + count
    for pause in pauses:
        if pause.last <= start:
            continue
        if pause.first > days.nth(rank):
            break
        rank += days.rank(pause.last) - days.rank(max(pause.first - DAY, start))
    return days.nth(rank)


def _known(calendar: Calendar, first: date, last: date) -> bool:
    return calendar.is_known(first) and calendar.is_known(last)
