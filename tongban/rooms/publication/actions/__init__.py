"""Every way something is published, withdrawn, fixed or corrected."""

from tongban.rooms.publication.actions.results import issue_results, queue_decision, withdraw_entry
from tongban.rooms.publication.actions.statements import check_statement, freeze_month, issue_statement
from tongban.rooms.publication.lines import Scoped

__all__ = [
    "Scoped",
    "check_statement",
    "freeze_month",
    "issue_results",
    "issue_statement",
    "queue_decision",
    "withdraw_entry",
]
