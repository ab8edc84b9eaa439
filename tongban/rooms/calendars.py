"""The holiday notices on the notice board, read into one calendar."""

import tomllib
from functools import cache
from pathlib import Path

from tongban.rulebook.errors import Refused
from tongban.rulebook.workdays import Calendar, from_toml, merge

FOLDER = Path(__file__).resolve().parent.parent / "items" / "calendars"


@cache
def calendar() -> Calendar:
    """Return the calendar of all years that come with the house."""
    return read(FOLDER)


def read(folder: Path) -> Calendar:
    """Return the calendar of all ``*.toml`` in ``folder``.  Raises ``Refused`` that names the file at fault."""
    return merge(_years(folder))


def tried(content: bytes, name: str) -> Calendar:
    """Return the calendar of the one year in ``content``, when it goes with the years that are known.

    A year that is known is read as if this file stood in its place.  Nothing is kept: the house reads its calendars
    from the notice board only.  Raises ``Refused`` that names the file at fault.
    """
    year = _year(content, name)
    merge([*(known for known in _years(FOLDER) if known.first != year.first), year])
    return year


def _years(folder: Path) -> list[Calendar]:
    return [_year(path.read_bytes(), path.name) for path in sorted(folder.glob("*.toml"))]


def _year(content: bytes, name: str) -> Calendar:
    try:
        return from_toml(tomllib.loads(content.decode("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise Refused("calendar_unreadable", f"{name} 读不出来：{wrong}。请检查这个文件的格式。") from wrong
    except Refused as wrong:
        raise Refused(wrong.code, f"{name}：{wrong.sentence}") from wrong
