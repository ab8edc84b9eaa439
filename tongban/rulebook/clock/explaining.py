"""The way to a due date, day by day: the same rules as ``counting``, walked instead of computed."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tongban.rulebook.clock.counting import DAY, at_time, in_shanghai, merged, month_days, next_start
from tongban.rulebook.clock.limits import OFFICE, Due, Excluded, Limit, OfficeHours, Unit
from tongban.rulebook.errors import Refused
from tongban.rulebook.workdays import Calendar


@dataclass(frozen=True, slots=True)
class Line:
    """One day on the way."""

    day: date
    #: It counts towards the limit.
    counted: bool
    #: Why, in words people read.
    reason: str


def explain(
    start: date | datetime,
    limit: Limit,
    calendar: Calendar,
    *,
    excluded: Iterable[Excluded] = (),
    hours: OfficeHours = OFFICE,
    roll: bool = True,
    extension: Limit | None = None,
) -> list[Line]:
    """Return one line for each day from ``start`` to the day ``due`` gives, the last of them that day.

    Takes what ``due`` takes and raises what it raises.
    """
    walk = _Walk(calendar, merged(excluded), hours, roll)
    try:
        if extension is not None and limit.unit is extension.unit is Unit.WD:
            walk.run(start, Limit(limit.amount + extension.amount, Unit.WD))
            walk.say(f"含延长的{extension.label}")
        else:
            first = walk.run(start, limit)
            if extension is not None:
                walk.say(f"延长{extension.label}，从{'此时' if extension.unit is Unit.H else '这一天'}起算")
                walk.run(next_start(first, extension), extension)
    except (OverflowError, ValueError):
        raise Refused("date_out_of_range", "日期超出可计算的范围（公元1年至9999年）。请检查日期和期限。") from None
    return walk.lines


class _Walk:
    """Days walked so far, one line each."""

    def __init__(self, calendar: Calendar, pauses: Sequence[Excluded], hours: OfficeHours, roll: bool) -> None:
        self.calendar, self.pauses, self.hours, self.roll = calendar, pauses, hours, roll
        self.lines: list[Line] = []

    def run(self, start: date | datetime, limit: Limit) -> Due:
        """Walk one limit to its end and return that end."""
        day, offset = in_shanghai(start)
        if limit.unit is Unit.H:
            return self._run_hours(day, offset, timedelta(minutes=int(limit.amount * 60)))
        if not self.lines:
            self.lines.append(Line(day, False, "起始日，不计入（民法典 第二百零一条）" if limit.amount else "起始日"))
        if limit.unit is Unit.WD:
            return self._run_workdays(day, limit)
        if not limit.amount:
            self.say("当日届满")
            return Due(day, None, False)
        count = int(limit.amount) if limit.unit is Unit.D else month_days(day, limit)
        for number in range(1, count + 1):
            day = self._next(day, lambda _: True, f"第{number}日")
        return self._roll(day, limit)

    def say(self, more: str) -> None:
        """Add to the reason of the last line."""
        last = self.lines.pop()
        self.lines.append(Line(last.day, last.counted, f"{last.reason}，{more}"))

    def _run_workdays(self, day: date, limit: Limit) -> Due:
        works = self.calendar.is_workday
        if not limit.amount:
            if not works(day) or self._paused(day):
                self.say(self._why_not(day))
            while not works(day) or self._paused(day):
                day += DAY
                self.lines.append(Line(day, False, self._why_not(day)))
            self.say("当日届满")
            return Due(day, None, False)
        whole = int(limit.amount)
        for number in range(1, whole + 1):
            day = self._next(day, works, f"第{number}个工作日")
        if limit.amount != whole:
            day = self._next(day, works, "半个工作日")
            half = self.hours.moment(timedelta(), self.hours.length / 2)
            self.say(f"{_clock(half)}届满")
            return Due(day, at_time(day, half), False)
        self.say("届满")
        return Due(day, None, False)

    def _run_hours(self, day: date, offset: timedelta, left: timedelta) -> Due:
        done = timedelta()
        # An extension goes on within the day that the first run ended on: one line says both.
        before = self.lines.pop() if self.lines and self.lines[-1].day == day else None
        while True:
            runs = (self.hours.every_day or self.calendar.is_workday(day)) and not self._paused(day)
            today = self.hours.left_after(offset) if runs else timedelta()
            if today:
                used = min(today, left - done)
                done += used
                line = Line(day, used > timedelta(), f"计{_length(used)}，累计{_length(done)}")
                self.lines.append(Line(day, True, f"{before.reason}，{line.reason}") if before else line)
                if done == left:
                    ends = self.hours.moment(offset, used)
                    self.say(f"{_clock(ends)}届满")
                    return Due(day, at_time(day, ends), False)
            else:
                self.lines.append(before or Line(day, False, "办公时间已过，不计入" if runs else self._why_not(day)))
            day, offset, before = day + DAY, timedelta(), None

    def _next(self, day: date, counts: Callable[[date], bool], number: str) -> date:
        """Walk to the next day that counts."""
        while True:
            day += DAY
            if counts(day) and not self._paused(day):
                reason = self.calendar.reason(day)
                self.lines.append(Line(day, True, number if reason in {"工作日", "周末"} else f"{number}：{reason}"))
                return day
            self.lines.append(Line(day, False, self._why_not(day)))

    def _roll(self, day: date, limit: Limit) -> Due:
        if limit.unit is not Unit.D:
            self.say("到期月的对应日或月末日（民法典 第二百零二条）")
        if self.roll and not self.calendar.is_workday(day):
            self.say("期满日是休息日，顺延（民法典 第二百零三条）")
            while not self.calendar.is_workday(day) or self._paused(day):
                day += DAY
                self.lines.append(Line(day, False, self._why_not(day)))
        self.say("届满")
        return Due(day, None, False)

    def _paused(self, day: date) -> bool:
        return any(pause.first <= day <= pause.last for pause in self.pauses)

    def _why_not(self, day: date) -> str:
        if self._paused(day):
            return "依法扣除，不计入期限"
        return self.calendar.reason(day)


def _clock(offset: timedelta) -> str:
    """Return a time of day as people read it."""
    minutes = offset // timedelta(minutes=1)
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _length(time: timedelta) -> str:
    """Return a length of time as people read it."""
    hours, minutes = divmod(time // timedelta(minutes=1), 60)
    if not minutes:
        return f"{hours}小时"
    return f"{hours}小时{minutes}分" if hours else f"{minutes}分"
