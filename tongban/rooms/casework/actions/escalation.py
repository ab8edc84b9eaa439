"""What follows when time ran out: a matter for whoever is late, and one post up when that matter is late itself."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from tongban.rooms import clock
from tongban.rooms.casework.actions.inner import open_case
from tongban.rooms.casework.actions.standing import Who
from tongban.rooms.casework.actions.taking import Done
from tongban.rooms.casework.effects import Extra
from tongban.rooms.casework.queries.reading import CaseFile, read
from tongban.rooms.ledger.actions import Claimed
from tongban.rooms.people import queries as people
from tongban.rulebook.authority import Power, Subject
from tongban.rulebook.facts import Outcome

HOUSE = Who("house")
#: The inner item under which a late step is put to whoever is late.
LATE_ITEM = "late-step-supervision"


def owe_matter(file: CaseFile, outcome: Outcome, now: datetime, context: Mapping[str, Any]) -> Extra:
    """Effect ``open_matter``: a matter is owed for this finding, exactly one."""
    seq = context["seq"]
    body = {"rule": outcome.step.name, "late": list(context.get("lapsed", ())), "seq": seq}
    return Extra(promises=[{"kind": "matter", "key": f"matter:{file.id}:{seq}", "body": body}])


def keep_matter(promise: Claimed) -> Done:
    """Open the matter that was owed, in the hands of the unit's post that must answer.  Twice kept is once opened."""
    file = read(promise.subject_id)
    unit = str(file.row["unit"])
    return open_case(
        file.county,
        LATE_ITEM,
        HOUSE,
        unit=unit,
        holder=answering_post(file.county, unit),
        ties=[("arises-from", "case", file.id)],
        notes={"rule": promise.body["rule"], "late": promise.body["late"]},
        rehearsal=bool(file.row["rehearsal"]),
        key=promise.key,
    )


def answering_post(county: str, unit: str) -> UUID | None:
    """Return the unit's post that answers for its work: the one that decides, with somebody in it."""
    day = clock.today()
    posts = people.powers().able(county, Power.DECIDE, Subject(LATE_ITEM, unit), day)
    own = [post for post in posts if post.unit_code == unit] or list(posts)
    return own[0].id if own else None


def go_one_up(file: CaseFile, outcome: Outcome, now: datetime, context: Mapping[str, Any]) -> Extra:
    """Effect ``up_one_post``: the next filled post up has it now; at the top it stays and is asked again."""
    holder = file.uuid("holder")
    if holder is None:
        return Extra()
    chain = people.powers().chain(holder, clock.legal_date(now))
    above = chain[1].id if len(chain) > 1 else holder
    return Extra(columns={"holder": above}, notes={"from": str(holder), "to": str(above)})
