"""算期限：起始日当天不计，从次日起数，最后一行是届满日。

./run clock 2026-09-22 20wd --explain        20个工作日到哪天，逐日说明
./run clock 2026-08-06 60d                   60日，遇休息日顺延
./run clock 2026-09-22T15:30 4h              4个办公小时到几点
echo '2026-09-22 20wd' | ./run clock -       逐行读“起始日 期限”，逐行回答
"""

import argparse
import re
import sys
from dataclasses import dataclass
from datetime import date, datetime

from tongban.rooms.calendars import calendar
from tongban.rulebook.clock import ALWAYS, OFFICE, Due, Excluded, Limit, Line, OfficeHours, due, explain
from tongban.rulebook.errors import Refused
from tongban.rulebook.workdays import WEEKDAYS

HELP = "算期限：从某日起 20 个工作日到哪天，可逐日说明原因"
NEEDS_DJANGO = False

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("start", metavar="起始日", help="2026-09-22 或 2026-09-22T15:30；写 - 则逐行读标准输入")
    parser.add_argument(
        "limit", metavar="期限", nargs="?", help="20wd 工作日（可到半日）、60d 日、4h 小时、3m 月、1y 年"
    )
    parser.add_argument("--explain", action="store_true", help="逐日列出是否计入和原因")
    parser.add_argument(
        "--exclude", metavar="首日..末日", action="append", default=[], help="依法扣除的时间段，含首尾，可写多次"
    )
    parser.add_argument("--extend", metavar="期限", help="经批准延长的期限，自原届满日起再算一次，如 10wd")
    parser.add_argument("--no-roll", action="store_true", help="日、月、年的期限遇休息日也不顺延")
    parser.add_argument("--hours", metavar="时段", help="办公时间，不写则为 09:00-12:00,13:30-17:30")
    parser.add_argument("--always", action="store_true", help="小时按全天连续计算，不看办公时间")


def run(args: argparse.Namespace) -> int:
    """Answer one question, or every line of standard input.  Returns 1 when a line could not be answered."""
    rules = _rules(args)
    if args.start == "-":
        if args.limit is not None or args.explain:
            raise Refused("lines_alone", "从标准输入读时，期限写在每一行里，也不能逐日说明。请去掉多余的参数。")
        return _answer_lines(rules)
    if args.limit is None:
        raise Refused("limit_missing", "还要写期限，例如 ./run clock 2026-09-22 20wd。")
    start, limit = _start(args.start), Limit.parse(args.limit)
    end = rules.due(start, limit)
    if args.explain:
        for line in rules.explain(start, limit):
            print(f"{line.day} {WEEKDAYS[line.day.weekday()]} {'计入' if line.counted else '不计'}  {line.reason}")
    print(_written(end))
    if end.provisional:
        print(_provisional(), file=sys.stderr)
    return 0


@dataclass(frozen=True)
class _Rules:
    """How limits are counted in this call."""

    excluded: tuple[Excluded, ...]
    hours: OfficeHours
    roll: bool
    extension: Limit | None

    def due(self, start: date | datetime, limit: Limit) -> Due:
        return due(
            start,
            limit,
            calendar(),
            excluded=self.excluded,
            hours=self.hours,
            roll=self.roll,
            extension=self.extension,
        )

    def explain(self, start: date | datetime, limit: Limit) -> list[Line]:
        return explain(
            start,
            limit,
            calendar(),
            excluded=self.excluded,
            hours=self.hours,
            roll=self.roll,
            extension=self.extension,
        )


def _rules(args: argparse.Namespace) -> _Rules:
    hours = OFFICE
    if args.always and args.hours:
        raise Refused("hours_twice", "--always 和 --hours 只能用一个。")
    if args.always:
        hours = ALWAYS
    elif args.hours:
        hours = OfficeHours.parse(args.hours)
    extension = Limit.parse(args.extend) if args.extend else None
    return _Rules(tuple(_range(text) for text in args.exclude), hours, not args.no_roll, extension)


def _answer_lines(rules: _Rules) -> int:
    """Answer each line of standard input on a line of its own, also those that cannot be understood."""
    failed = 0
    sys.stdin.reconfigure(encoding="utf-8-sig", errors="replace")  # type: ignore[union-attr]
    for number, line in enumerate(sys.stdin, start=1):
        words = line.split()
        try:
            if not words:
                print(flush=True)
                continue
            if len(words) != 2:
                raise Refused("line_wrong", f"看不懂“{line.strip()[:60]}”。每行写一个起始日和一个期限，中间空一格。")
            end = rules.due(_start(words[0]), Limit.parse(words[1]))
        except Refused as no:
            failed += 1
            print(f"第{number}行：{no.sentence}", flush=True)
            continue
        print(_written(end), flush=True)
        if end.provisional:
            print(f"第{number}行：{_provisional()}", file=sys.stderr)
    return 1 if failed else 0


def _start(text: str) -> date | datetime:
    """Return the date or the moment (Asia/Shanghai) that ``text`` writes."""
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
        if _MOMENT.fullmatch(text):
            return datetime.fromisoformat(text)
    except ValueError:
        raise Refused("date_wrong", f"没有“{text}”这一天或这一刻，请核对日历。") from None
    raise Refused("date_wrong", f"看不懂日期“{text[:40]}”。请写成 2026-09-22 或 2026-09-22T15:30。")


def _range(text: str) -> Excluded:
    first, dots, last = text.partition("..")
    days = _start(first), _start(last if dots else first)
    if any(isinstance(day, datetime) for day in days):
        raise Refused("range_wrong", f"扣除的时间段“{text[:60]}”只能写日期，如 2026-03-09..2026-03-20。")
    return Excluded(*days)


def _written(end: Due) -> str:
    if end.at is None:
        return end.on.isoformat()
    return end.at.replace(tzinfo=None).isoformat(timespec="seconds" if end.at.second else "minutes")


def _provisional() -> str:
    known = calendar()
    return f"暂定：已公布的放假安排只有 {known.first} 至 {known.known_until}，此外按周末推定，公布后请重算。"
