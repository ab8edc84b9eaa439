"""核验: what the form says beside what the source says.  Pure."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from tongban.rooms.exchange.port import Answer


@dataclass(frozen=True, slots=True)
class ComparedLine:
    """One field on both sides."""

    #: Field of the form.
    field: str
    #: As filled in.
    ours: str
    #: As the source has it; None when it does not hold the field.
    theirs: str | None

    @property
    def same(self) -> bool:
        """Whether both sides say the same, apart from width, case and spaces."""
        return self.theirs is not None and plain(self.ours) == plain(self.theirs)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The whole form beside the source."""

    #: ``matched``, ``mismatched``, ``missing`` (the source has no record) or ``paper`` (the source is down: look at
    #: the paper and mark it so).
    state: Literal["matched", "mismatched", "missing", "paper"]
    #: Every field compared.
    lines: tuple[ComparedLine, ...] = ()
    #: The line of the call log that showed it.
    call_id: UUID | None = None

    @property
    def mismatches(self) -> tuple[ComparedLine, ...]:
        """The fields that differ."""
        return tuple(line for line in self.lines if not line.same)


def compare(form: Mapping[str, str], answer: Answer, pairs: Mapping[str, str] | None = None) -> Comparison:
    """Compare form values with a source's answer.

    ``pairs``: field of the form -> field of the source, where they differ.
    """
    if answer.state == "down":
        return Comparison("paper", call_id=answer.call_id)
    if answer.state == "missing":
        return Comparison("missing", call_id=answer.call_id)
    names = pairs or {name: name for name in form}
    lines = tuple(ComparedLine(name, form.get(name, ""), answer.values.get(theirs)) for name, theirs in names.items())
    return Comparison("matched" if all(line.same for line in lines) else "mismatched", lines, answer.call_id)


def plain(value: str) -> str:
    """Return a value without differences that mean nothing: full width, upper case, spaces."""
    return "".join(unicodedata.normalize("NFKC", value).split()).casefold()
