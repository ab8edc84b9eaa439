"""找人: the one person that a number, a telephone or a name leads to."""

import re

from tongban.rooms.people.queries.persons import holder_of_phone, named, who_is
from tongban.rooms.people.queries.views import PersonView

_CITIZEN, _CREDIT = re.compile(r"\d{17}[\dX]"), re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}")
_PHONE = re.compile(r"\+?[\d-]{7,16}")


def find_one(county: str, said: str) -> PersonView | None:
    """Return the one person a number, phone or name leads to; None: nobody or several.  Three queries at most."""
    compact = said.replace(" ", "").upper()
    if _CITIZEN.fullmatch(compact) and (found := who_is(county, "citizen_id", compact)):
        return found
    if _CREDIT.fullmatch(compact) and (found := who_is(county, "credit_code", compact)):
        return found
    rows = holder_of_phone(county, compact) if _PHONE.fullmatch(compact) else named(county, said, most=2)
    return rows[0] if len(rows) == 1 else None
