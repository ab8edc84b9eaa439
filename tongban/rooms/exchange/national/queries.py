"""What was sent, what waits and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count

from tongban.rooms.exchange.national.fields import TABLES
from tongban.rooms.exchange.national.models import NationalBatch, NationalHeld


@dataclass(frozen=True, slots=True)
class HeldView:
    """One reason why one row waits."""

    table: str
    #: What the table is called.
    label: str
    row_guid: UUID
    subject_kind: str
    subject_id: UUID
    #: The case number, the licence identifier or the item code.
    name: str
    #: ``check``: found here; ``answer``: the receiver said so.
    source: str
    code: str
    column: str
    sentence: str
    mend: str
    held_at: datetime


@dataclass(frozen=True, slots=True)
class HeldCount:
    """How many rows wait for one reason."""

    table: str
    label: str
    source: str
    code: str
    sentence: str
    mend: str
    rows: int


@dataclass(frozen=True, slots=True)
class BatchView:
    """One push."""

    number: str
    mode: str
    by: str
    made_at: datetime
    rows: int
    digest: str


def held(county: str, *, subject_id: UUID | None = None, table: str = "") -> Iterator[HeldView]:
    """Yield why rows wait, by table and subject.  One query, read some at a time."""
    rows = NationalHeld.objects.filter(county=county).order_by("table", "label", "row_guid", "column", "code")
    if subject_id is not None:
        rows = rows.filter(subject_id=subject_id)
    if table:
        rows = rows.filter(table=table)
    for row in rows.iterator(chunk_size=500):
        yield HeldView(
            row.table,
            TABLES[row.table].label,
            row.row_guid,
            row.subject_kind,
            row.subject_id,
            row.label,
            row.source,
            row.code,
            row.column,
            row.sentence,
            row.mend,
            row.held_at,
        )


def held_counts(county: str) -> tuple[HeldCount, ...]:
    """Return how many rows wait for each reason, the most frequent first.  One query."""
    rows = (
        NationalHeld.objects.filter(county=county)
        .values("table", "source", "code", "sentence", "mend")
        .annotate(rows=Count("row_guid", distinct=True))
        .order_by("-rows", "table", "code", "sentence")
    )
    return tuple(
        HeldCount(
            row["table"],
            TABLES[row["table"]].label,
            row["source"],
            row["code"],
            row["sentence"],
            row["mend"],
            row["rows"],
        )
        for row in rows
    )


def batches(county: str, *, most: int = 50) -> tuple[BatchView, ...]:
    """Return the pushes of a county, the latest first.  One query."""
    rows = NationalBatch.objects.filter(county=county).order_by("-made_at", "-number")[:most]
    return tuple(
        BatchView(
            row.number,
            row.mode,
            row.by,
            row.made_at,
            sum(sum(one.values()) for one in row.counts.values()),
            row.digest,
        )
        for row in rows
    )
