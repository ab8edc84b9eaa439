"""Every question asked about what is published and fixed."""

from tongban.rooms.publication.queries.issues import (
    EntryView,
    IssueRow,
    IssueView,
    Publicity,
    entry_of,
    issue,
    issue_rows,
    issues,
    late,
    publicity,
    waiting,
)
from tongban.rooms.publication.queries.months import (
    Compared,
    FrozenLine,
    MonthView,
    compare,
    frozen_month,
    is_whole,
    months,
)

__all__ = [
    "Compared",
    "EntryView",
    "FrozenLine",
    "IssueRow",
    "IssueView",
    "MonthView",
    "Publicity",
    "compare",
    "entry_of",
    "frozen_month",
    "is_whole",
    "issue",
    "issue_rows",
    "issues",
    "late",
    "months",
    "publicity",
    "waiting",
]
