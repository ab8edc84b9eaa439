"""The library of reasons that comes with the house, one file a county."""

import tomllib
from functools import cache
from pathlib import Path

from tongban.rulebook.catalogue.reasons import Reason, from_toml, reasons_for
from tongban.rulebook.errors import Refused

FOLDER = Path(__file__).resolve().parents[3] / "items" / "reasons"


def reasons(county: str, step: str, item: str, kind: str) -> tuple[Reason, ...]:
    """Return the reasons ready for a step of an item in a county; none where the county keeps no library."""
    return reasons_for(_library(county), step, item, kind)


@cache
def _library(county: str) -> tuple[Reason, ...]:
    path = FOLDER / f"{county}.toml"
    if not path.exists():
        return ()
    try:
        return from_toml(tomllib.loads(path.read_text(encoding="utf-8")))
    except tomllib.TOMLDecodeError as wrong:
        raise Refused(
            "reason_wrong", "{name} 读不出来：{wrong}。请检查这个文件的格式。", name=path.name, wrong=str(wrong)
        ) from wrong
