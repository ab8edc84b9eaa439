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
    years = []
    for path in sorted(folder.glob("*.toml")):
        try:
            years.append(from_toml(tomllib.loads(path.read_text(encoding="utf-8"))))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
            raise Refused("calendar_unreadable", f"{path.name} 读不出来：{wrong}。请检查这个文件的格式。") from wrong
        except Refused as wrong:
            raise Refused(wrong.code, f"{path.name}：{wrong.sentence}") from wrong
    return merge(years)
