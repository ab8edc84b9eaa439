"""A case is opened by somebody: who looked, and for what, is kept."""

from uuid import UUID

from tongban.rooms.casework.actions.standing import Who
from tongban.rooms.casework.queries.seeing import Seen, seen
from tongban.rooms.ledger import actions as ledger


def look(case_id: UUID, who: Who, *, purpose: str = "") -> Seen:
    """Return a case to somebody who may see it; with a ``purpose`` the read is logged.

    Raises ``Refused("case_unknown")`` for everybody else; a door keeps in the access log that this was tried.
    """
    found = seen(case_id, who)
    if purpose.strip():
        ledger.log_access(who.name, "case", case_id, purpose.strip())
    return found
