"""What was brought in, by whom, and what came of each row."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tongban.rooms.files import actions as files
from tongban.rooms.importing.columns import Column
from tongban.rooms.importing.kinds import KINDS
from tongban.rooms.importing.lists import HEADINGS
from tongban.rooms.importing.models import Import
from tongban.rooms.importing.reporting import OUTCOMES, REMARKS
from tongban.rooms.people.models import Proposal
from tongban.rulebook.errors import Refused


@dataclass(frozen=True, slots=True)
class ImportView:
    """One table that was handed in."""

    id: UUID
    kind: str
    name: str
    digest: str
    #: In bytes.
    size: int
    state: str
    handed_in_by: str
    handed_in_by_id: UUID
    handed_in_at: datetime
    written_by: str
    ended_at: datetime | None
    rows: int | None
    done: int
    counts: Mapping[str, int]
    said: str
    has_trial: bool
    has_report: bool
    #: It waits for the second officer.
    is_proposed: bool = False

    @property
    def is_busy(self) -> bool:
        """The postman has it, or will have it soon."""
        return self.state in ("checking", "writing")


@dataclass(frozen=True, slots=True)
class ReportLine:
    """What was said about a row."""

    line: int
    #: As in the report: a word of ``OUTCOMES`` or ``REMARKS``, or 结果.
    sort: str
    where: str
    what: str
    how: str


def columns(kind: str) -> tuple[Column, ...]:
    """Return the columns of a kind of table.  Raises ``Refused("import_kind")``."""
    if kind in KINDS:
        return KINDS[kind].columns
    if kind not in HEADINGS:
        raise Refused("import_kind", "没有这一种表。请从列表中选择。")
    found: dict[str, list[str]] = {}
    for heading, name in HEADINGS[kind].items():
        found.setdefault(name, []).append(heading)
    return tuple(Column(name, said[0], "", required=True, also=tuple(said[1:])) for name, said in found.items())


def imports(county: str, *, first: int = 0, most: int = 20) -> tuple[ImportView, ...]:
    """Return tables that were handed in, the latest first.  One query."""
    rows = Import.objects.filter(county=county).select_related("handed_in_by__person")
    return tuple(_view(row) for row in rows.order_by("-handed_in_at", "-id")[first : first + most])


def one_import(county: str, import_id: UUID) -> ImportView | None:
    """Return one of them.  Two queries."""
    row = Import.objects.filter(county=county, id=import_id).select_related("handed_in_by__person").first()
    if row is None:
        return None
    return _view(row, is_proposed(county, import_id))


def is_proposed(county: str, import_id: UUID) -> bool:
    """Whether a table waits for the second officer.  One query."""
    return Proposal.objects.filter(county=county, state="open", kind="import", body__import=str(import_id)).exists()


def report(county: str, import_id: UUID, *, who: str, purpose: str) -> tuple[ReportLine, ...]:
    """Return the latest report of a table row by row; the look is logged.  Raises ``Refused("import_unknown")``."""
    row = Import.objects.filter(county=county, id=import_id).first()
    file = row and (row.report_id or row.trial_id)
    if not file:
        raise Refused("import_unknown", "这份表还没有报告。请等检查结束后再看。")
    text = files.read(file, who=who, purpose=purpose).decode("utf-8-sig")
    lines = [ReportLine(int(number), *rest) for number, *rest in list(csv.reader(io.StringIO(text)))[1:]]
    # What is about the whole table stands at the end.
    return tuple(sorted(lines, key=lambda one: one.line or 10**9))


def in_words(counts: Mapping[str, int]) -> str:
    """Return what came of the rows, in words."""
    words = OUTCOMES | REMARKS
    return "，".join(f"{word} {counts[key]}" for key, word in words.items() if counts.get(key)) or "没有行"


def _view(row: Import, waits: bool = False) -> ImportView:
    return ImportView(
        row.id,
        row.kind,
        row.name,
        row.digest,
        row.size,
        row.state,
        row.handed_in_by.person.name,
        row.handed_in_by_id,
        row.handed_in_at,
        row.written_by,
        row.ended_at,
        row.rows,
        row.done,
        row.counts,
        row.said,
        row.trial_id is not None,
        row.report_id is not None,
        waits,
    )
