"""Issues of published decisions, their rows, and what is late."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from tongban.rooms import clock
from tongban.rooms.publication.models import Entry, Statement, StatementLine
from tongban.rulebook.errors import Refused


@dataclass(frozen=True, slots=True)
class IssueView:
    """One issue."""

    id: UUID
    year: int
    #: 期号 within the year.
    number: int
    issued_at: datetime
    rows: int
    digest: str


@dataclass(frozen=True, slots=True)
class IssueRow:
    """One published decision; withdrawn, only its place and the date of its withdrawal are left."""

    no: int
    #: Masked: 张*.
    name: str
    #: Masked.
    id_number: str
    case_number: str
    item: str
    unit: str
    #: ``granted``, ``refused`` or ``recorded``; empty when withdrawn.
    decision: str
    decided_on: date | None
    withdrawn_on: date | None


@dataclass(frozen=True, slots=True)
class EntryView:
    """A decision on its way to the public."""

    case_id: UUID
    item_code: str
    unit: str
    decision: str
    decided_on: date
    due_on: date
    #: None while it waits.
    published_on: date | None
    issue_id: UUID | None
    withdrawn_on: date | None
    withdrawn_for: str


@dataclass(frozen=True, slots=True)
class Publicity:
    """Published of decided, by case, so that the figure opens to its rows."""

    decided: tuple[UUID, ...]
    published: tuple[UUID, ...]
    withdrawn: tuple[UUID, ...]


def issues(county: str, *, year: int | None = None, most: int = 50, skip: int = 0) -> tuple[IssueView, ...]:
    """Return the issues of a county, newest first.  One query."""
    rows = Statement.objects.filter(county=county, kind="results", number__isnull=False)
    if year is not None:
        rows = rows.filter(year=year)
    return tuple(_issue(row) for row in rows.order_by("-year", "-number")[skip : skip + most])


def issue(county: str, year: int, number: int) -> IssueView:
    """Return an issue by its number.  Raises ``Refused("issue_unknown")``.  One query."""
    row = Statement.objects.filter(county=county, kind="results", year=year, number=number).first()
    if row is None:
        raise Refused(
            "issue_unknown", "没有 {year} 年第 {number} 期结果公示。请从各期目录中选择。", year=year, number=number
        )
    return _issue(row)


def issue_rows(issue_id: UUID) -> tuple[IssueRow, ...]:
    """Return the rows of an issue in order, as the public sees them.  Two queries."""
    lines = StatementLine.objects.filter(statement_id=issue_id, statement__kind="results").order_by("no")
    withdrawn = {
        str(case_id): at
        for case_id, at in Entry.objects.filter(statement_id=issue_id, withdrawn_at__isnull=False).values_list(
            "case_id", "withdrawn_at"
        )
    }
    return tuple(_row(line, withdrawn.get(line.subject_id)) for line in lines)


def waiting(county: str) -> tuple[EntryView, ...]:
    """Return the decisions for the next issue, the most urgent first.  One query."""
    rows = Entry.objects.filter(county=county, statement=None, withdrawn_at=None).order_by("due_on", "id")
    return tuple(_entry(row) for row in rows)


def late(county: str, first: date, last: date) -> tuple[EntryView, ...]:
    """Return decisions taken from ``first`` to ``last`` that were published late, or still wait after their day.

    One query.
    """
    rows = Entry.objects.filter(county=county, decided_on__gte=first, decided_on__lte=last, withdrawn_at=None).filter(
        Q(statement=None, due_on__lt=clock.today()) | Q(published_at__isnull=False)
    )
    entries = (_entry(row) for row in rows.order_by("due_on", "id"))
    return tuple(one for one in entries if one.published_on is None or one.published_on > one.due_on)


def publicity(county: str, first: date, last: date) -> Publicity:
    """Return which decisions of these days are public: published / decided should be all.  One query."""
    rows = list(
        Entry.objects.filter(county=county, decided_on__gte=first, decided_on__lte=last)
        .order_by("decided_on", "id")
        .values_list("case_id", "statement_id", "withdrawn_at")
    )
    return Publicity(
        decided=tuple(case_id for case_id, _, _ in rows),
        published=tuple(case_id for case_id, issue, withdrawn in rows if issue and not withdrawn),
        withdrawn=tuple(case_id for case_id, _, withdrawn in rows if withdrawn),
    )


def entry_of(case_id: UUID) -> EntryView:
    """Return how publication of a case stands.  Raises ``Refused("entry_unknown")``.  One query."""
    row = Entry.objects.filter(case_id=case_id).first()
    if row is None:
        raise Refused("entry_unknown", "这个办件没有要公开的结果。")
    return _entry(row)


def _issue(row: Statement) -> IssueView:
    assert row.year is not None
    assert row.number is not None
    assert row.issued_at is not None
    return IssueView(row.id, row.year, row.number, row.issued_at, row.lines, row.digest)


def _row(line: StatementLine, withdrawn: datetime | None) -> IssueRow:
    if withdrawn is not None:
        return IssueRow(line.no, "", "", "", "", "", "", None, clock.legal_date(withdrawn))
    value = line.value
    return IssueRow(
        no=line.no,
        name=value["name"],
        id_number=value["id"],
        case_number=value["case"],
        item=value["item"],
        unit=value["unit"],
        decision=value["decision"],
        decided_on=date.fromisoformat(value["decided_on"]),
        withdrawn_on=None,
    )


def _entry(row: Entry) -> EntryView:
    return EntryView(
        case_id=row.case_id,
        item_code=row.item_code,
        unit=row.unit,
        decision=row.decision,
        decided_on=row.decided_on,
        due_on=row.due_on,
        published_on=clock.legal_date(row.published_at) if row.published_at else None,
        issue_id=row.statement_id,
        withdrawn_on=clock.legal_date(row.withdrawn_at) if row.withdrawn_at else None,
        withdrawn_for=row.withdrawn_for,
    )
