"""A case is opened by somebody: who looked is kept, and also who was not let in."""

from uuid import UUID

from tongban.rooms.casework.actions.standing import Who
from tongban.rooms.casework.queries.seeing import Seen, seen
from tongban.rooms.ledger import actions as ledger
from tongban.rulebook.errors import Refused

#: How the access log names a look that was refused.
REFUSED_LOOK = "未获准的查看"


def look(case_id: UUID, who: Who, *, purpose: str = "") -> Seen:
    """Return a case to somebody who may see it; with a ``purpose`` the read is logged.

    Raises ``Refused("case_unknown")`` for everybody else, and that is logged always.
    """
    try:
        found = seen(case_id, who)
    except Refused as no:
        if no.code == "case_unknown":
            ledger.log_access(who.name, "case", case_id, REFUSED_LOOK)
        raise
    if purpose.strip():
        ledger.log_access(who.name, "case", case_id, purpose.strip())
    return found
