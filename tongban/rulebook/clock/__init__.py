"""期限: how long the law gives, and on which day that ends.

``due`` answers with a day, ``explain`` with every day on the way and why it counted; they are two different
computations that must agree.  The other modules hold what single statutes say, each rule beside its article.
"""

from tongban.rulebook.clock.counting import due, latest_before, workdays_between
from tongban.rulebook.clock.explaining import Line, explain
from tongban.rulebook.clock.limits import ALWAYS, OFFICE, SHANGHAI, Due, Excluded, Limit, OfficeHours, Term, Unit
from tongban.rulebook.clock.permits import (
    ARTICLE_45,
    Acceptance,
    Intake,
    Renewal,
    RenewalState,
    acceptance,
    deemed_accepted_on,
    renewal,
    valid_pause,
)

__all__ = [
    "ALWAYS",
    "ARTICLE_45",
    "OFFICE",
    "SHANGHAI",
    "Acceptance",
    "Due",
    "Excluded",
    "Intake",
    "Limit",
    "Line",
    "OfficeHours",
    "Renewal",
    "RenewalState",
    "Term",
    "Unit",
    "acceptance",
    "deemed_accepted_on",
    "due",
    "explain",
    "latest_before",
    "renewal",
    "valid_pause",
    "workdays_between",
]
