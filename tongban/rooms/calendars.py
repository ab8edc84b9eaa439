"""The holiday notices on the notice board, and those put in place since, read into one calendar.

This process keeps the calendar in memory.  What was put in place is a row of the people room, which hands it over
here whenever its mark has changed: counting a day asks nobody.
"""

import tomllib
from functools import cache
from pathlib import Path

from tongban.rulebook.errors import Refused
from tongban.rulebook.workdays import Calendar, from_toml, merge

FOLDER = Path(__file__).resolve().parent.parent / "items" / "calendars"

#: The years put in place, as they were handed over last: (year, TOML); and the calendar with them.
_put: tuple[tuple[int, str], ...] = ()
_calendar: Calendar | None = None


def calendar() -> Calendar:
    """Return the calendar of all years in force."""
    return _calendar if _calendar is not None else _shipped()


def take_up(years: tuple[tuple[int, str], ...]) -> None:
    """Count with these years, (year, TOML), in the place of those that come with the house, from now on."""
    global _put, _calendar  # one process, one calendar
    if years == _put:
        return
    read_here = [_year(content.encode(), f"{year}.toml") for year, content in years]
    taken = {one.first for one in read_here}
    _calendar = merge([*(one for one in _years(FOLDER) if one.first not in taken), *read_here]) if years else None
    _put = years


def read(folder: Path) -> Calendar:
    """Return the calendar of all ``*.toml`` in ``folder``.  Raises ``Refused`` that names the file at fault."""
    return merge(_years(folder))


def tried(content: bytes, name: str) -> Calendar:
    """Return the calendar of the one year in ``content``, when it goes with the years that are known.

    A year that is known is read as if this stood in its place.  Nothing is kept.
    Raises ``Refused`` that names the file at fault.
    """
    year = _year(content, name)
    _with(year)
    return year


def with_year(year: Calendar) -> Calendar:
    """Return the calendar as it would be with this year.  Raises ``Refused`` where it does not go with the others."""
    return _with(year)


def of_year(year: int) -> Calendar | None:
    """Return the notice in force of one year; None: not known."""
    return next((one for one in _in_force() if one.first.year == year), None)


def text_of(year: int) -> str:
    """Return the notice in force of one year as TOML, to begin a new one from; empty: not known."""
    put = dict(_put)
    path = FOLDER / f"{year}.toml"
    return put[year] if year in put else path.read_text(encoding="utf-8") if path.exists() else ""


def _with(year: Calendar) -> Calendar:
    return merge([*(known for known in _in_force() if known.first != year.first), year])


def _in_force() -> list[Calendar]:
    put = [_year(content.encode(), f"{number}.toml") for number, content in _put]
    taken = {one.first for one in put}
    return [*(one for one in _years(FOLDER) if one.first not in taken), *put]


@cache
def _shipped() -> Calendar:
    return read(FOLDER)


def _years(folder: Path) -> list[Calendar]:
    return [_year(path.read_bytes(), path.name) for path in sorted(folder.glob("*.toml"))]


def _year(content: bytes, name: str) -> Calendar:
    try:
        return from_toml(tomllib.loads(content.decode("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise Refused(
            "calendar_unreadable", "{name} 读不出来：{wrong}。请检查这个文件的格式。", name=name, wrong=str(wrong)
        ) from wrong
    except Refused as wrong:
        raise Refused(wrong.code, "{what}：{why}", what=name, why=wrong.sentence) from wrong
