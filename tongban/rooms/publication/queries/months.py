"""Months as they were fixed, and beside what the same figures say now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from tongban.rooms.publication.lines import Scoped, digest_of, digest_over, rows_digest
from tongban.rooms.publication.models import Statement, StatementLine
from tongban.rulebook.errors import Refused
from tongban.rulebook.indicators import Figure


@dataclass(frozen=True, slots=True)
class FrozenLine:
    """One figure as it was fixed, beside its definition of that time."""

    code: str
    #: E.g. ``unit:scjg``; empty: the whole county.
    scope: str
    name: str
    #: None: 无数据.
    value: Decimal | None
    unit: str
    numerator: Decimal
    denominator: Decimal | None
    formula: str
    #: ``V`` or ``M`` (待核).
    mark: str
    #: Version of the definition.
    version: str
    #: Digest of the rows counted.
    rows: str


@dataclass(frozen=True, slots=True)
class MonthView:
    """A month's statement."""

    id: UUID
    period: str
    #: ``draft``, ``checked``, ``issued`` or ``corrected``.
    state: str
    #: None until issued.
    year: int | None
    number: int | None
    made_by: str
    checked_by: str
    issued_at: datetime | None
    corrects: UUID | None
    digest: str


@dataclass(frozen=True, slots=True)
class Compared:
    """A frozen figure beside the live one."""

    frozen: FrozenLine
    #: None where it is no longer computed.
    live: Figure | None
    #: Exactly the same rows are counted.
    same_rows: bool


def months(county: str, *, period: str = "") -> tuple[MonthView, ...]:
    """Return the statements of all months or of one, newest first.  One query."""
    rows = Statement.objects.filter(county=county, kind="month")
    if period:
        rows = rows.filter(period=period)
    return tuple(_month(row) for row in rows.order_by("-period", "-made_at", "-id"))


def frozen_month(county: str, period: str) -> tuple[FrozenLine, ...]:
    """Return the figures that stand for a month.  Raises ``Refused("month_open")`` when none were issued.

    Two queries.
    """
    statement = Statement.objects.filter(county=county, kind="month", unit="", period=period, state="issued").first()
    if statement is None:
        raise Refused("month_open", "{period} 的数据还没有固定。", period=period)
    return tuple(_frozen(row) for row in StatementLine.objects.filter(statement=statement).order_by("no"))


def compare(frozen: Iterable[FrozenLine], live: Iterable[Figure | Scoped]) -> tuple[Compared, ...]:
    """Return each frozen figure beside what is computed now.  No query."""
    now: Mapping[tuple[str, str], Figure] = {
        (one.figure.code, one.scope): one.figure
        for one in (each if isinstance(each, Scoped) else Scoped(each) for each in live)
    }
    found = ((line, now.get((line.code, line.scope))) for line in frozen)
    return tuple(Compared(line, one, one is not None and rows_digest(one) == line.rows) for line, one in found)


def is_whole(statement_id: UUID) -> bool:
    """Whether a statement's lines are those it was made with: each digest and the one over all.  Two queries."""
    statement = Statement.objects.filter(id=statement_id).first()
    if statement is None:
        raise Refused("statement_unknown", "没有找到这一期。请刷新页面。")
    lines = list(StatementLine.objects.filter(statement=statement).order_by("no"))
    return (
        len(lines) == statement.lines
        and digest_over(lines) == statement.digest
        and all(
            digest_of(one.subject_kind, one.subject_id, one.scope, one.value, one.query, one.version) == one.digest
            for one in lines
        )
    )


def _month(row: Statement) -> MonthView:
    return MonthView(
        row.id,
        row.period,
        row.state,
        row.year,
        row.number,
        row.made_by,
        row.checked_by,
        row.issued_at,
        row.corrects_id,
        row.digest,
    )


def _frozen(row: StatementLine) -> FrozenLine:
    value = row.value
    return FrozenLine(
        code=row.subject_id,
        scope=row.scope,
        name=value["name"],
        value=None if value["value"] is None else Decimal(value["value"]),
        unit=value["unit"],
        numerator=Decimal(value["numerator"]),
        denominator=None if value["denominator"] is None else Decimal(value["denominator"]),
        formula=value["formula"],
        mark=value["mark"],
        version=row.version,
        rows=value["rows"],
    )
