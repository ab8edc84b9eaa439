"""Tables kept as text in ``tables/``: what people are told, and what each step does, to be read line by line.

A sentence or a step that was changed on purpose: ``WRITE_TABLES=1 ./run test tests/rulebook`` writes them anew, and
the difference says what people will read from now on.
"""

import os
from collections.abc import Iterable
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Any

from tongban.rulebook.basis import Basis
from tongban.rulebook.errors import Refused

FOLDER = Path(__file__).with_name("tables")


def assert_as_written(name: str, lines: Iterable[str]) -> None:
    """Compare with the table of this name."""
    text = "".join(f"{line}\n" for line in lines)
    path = FOLDER / name
    if os.environ.get("WRITE_TABLES"):
        path.write_text(text, "utf-8")
    assert text.splitlines() == path.read_text("utf-8").splitlines()


def words(value: Any) -> str:
    """Return a value as one reads it: a basis with its kind, of a dataclass what differs from its defaults."""
    if isinstance(value, Basis):
        return f"{value.kind} {value}" + (f" ({value.source})" if value.source else "")
    if is_dataclass(value):
        given = {
            one.name: getattr(value, one.name)
            for one in fields(value)
            if one.init and (one.default is MISSING or getattr(value, one.name) != one.default)
        }
        return "{" + ", ".join(f"{name}: {words(one)}" for name, one in given.items()) + "}"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(map(words, value)) + "]"
    return str(value) if isinstance(value, str) and value else repr(value)


def refusal(no: Refused) -> str:
    """Return a refusal as one reads it: code, sentence, basis."""
    return f"{no.code}: {no.sentence}" + (f" [{words(no.basis)}]" if no.basis else "")
