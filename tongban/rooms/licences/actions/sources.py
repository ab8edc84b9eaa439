"""The case and the step from which a document is written, as the journal tells them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from tongban.rooms import clock
from tongban.rooms.casework.queries.reading import CaseFile, read, running
from tongban.rooms.casework.queries.texts import notes_of
from tongban.rooms.ledger import ranges
from tongban.rooms.ledger.models import Entry
from tongban.rulebook.catalogue import Item
from tongban.rulebook.errors import Refused
from tongban.rulebook.facts import Running


@dataclass(frozen=True, slots=True)
class Source:
    """The case and the step from which a document is written."""

    file: CaseFile
    seq: int
    #: The journal entry of the step.
    entry: Entry
    #: Free text of the case by (journal entry, what).
    notes: Mapping[tuple[int, str], str]

    @property
    def item(self) -> Item:
        return self.file.facts.item

    @property
    def day(self) -> date:
        """The legal day of the step: the date of the document."""
        return clock.legal_date(self.entry.at)

    @property
    def body(self) -> Mapping[str, Any]:
        """What the journal says of the step."""
        return dict(self.entry.body)

    def note(self, what: str) -> str:
        return self.notes.get((self.seq, what), "")

    def column(self, name: str) -> date | None:
        """Return a day of the case row as it stood after the step."""
        value = self.body["row"].get(name)
        return date.fromisoformat(value) if value else None

    def clock(self, *names: str) -> Running | None:
        """Return the first of these clocks that the step touched."""
        touched = {one["name"]: running(one) for one in self.body.get("clocks", ())}
        return next((touched[name] for name in names if name in touched), None)

    def started(self, name: str) -> date | None:
        """Return the due day of a clock that the step left running."""
        found = self.clock(name)
        return found.due.on if found is not None and found.is_running else None


def source(case_id: UUID, seq: int) -> Source:
    """Read a case and one of its steps.  Raises ``Refused``."""
    file = read(case_id)
    entry = Entry.objects.filter(subject_kind="case", subject_id=case_id, seq=seq).first()
    if entry is None:
        ranges.need_here(case_id)
        raise Refused("step_unknown", "台账里没有这个办件的这一步，不能制作文书。请联系系统管理员核对台账。")
    return Source(file, seq, entry, notes_of(file))
