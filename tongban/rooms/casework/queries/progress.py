"""办件进度: what somebody with the case number and its look-up code may know, without logging in."""

from dataclasses import dataclass
from datetime import date
from hmac import compare_digest

from tongban.rooms import clock
from tongban.rooms.casework.models import Case
from tongban.rooms.casework.queries.reading import CaseFile, read
from tongban.rooms.people import queries as people
from tongban.rulebook.errors import Refused


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a case stands.  It names nobody: neither the applicant nor who reviews."""

    number: str
    #: Name of the item.
    item: str
    #: The state in words, e.g. 已受理.
    state: str
    #: The department that has it, and the desk while it is under review.
    unit: str
    desk: str
    #: Name of the limit that ends next, its last day and the natural days left (below zero: late); None: none runs.
    limit: str
    due_on: date | None
    days_left: int | None


def progress(number: str, code: str) -> Progress:
    """Return the progress of a case.

    Raises what ``looked_up`` raises.
    """
    file = looked_up(number, code)
    facts = file.facts
    desks = facts.item.desks
    under_review = facts.state in ("accepted", "paused") and facts.stage < len(desks)
    next_clock = min((one for one in facts.clocks if one.is_running), key=lambda one: one.due.on, default=None)
    due_on = next_clock.due.on if next_clock else None
    return Progress(
        number=str(file.row["number"]),
        item=facts.item.name,
        state=facts.kind.states[facts.state],
        unit=people.unit(file.county, str(file.row["unit"])).full_name,
        desk=desks[facts.stage].name if under_review else "",
        limit=facts.kind.clock_by_name[next_clock.name].label if next_clock else "",
        due_on=due_on,
        days_left=(due_on - clock.today()).days if due_on else None,
    )


def looked_up(number: str, code: str) -> CaseFile:
    """Return the case of somebody who shows its number and its look-up code.  Two queries.

    Raises ``Refused("progress_unknown")``, in the same words whether the number or the code is wrong: whoever tries
    numbers learns nothing.
    """
    row = Case.objects.filter(number=number.strip()).only("id", "lookup_code").first()
    if row is None or not row.lookup_code or not compare_digest(row.lookup_code, code.strip().upper()):
        raise Refused("progress_unknown", "办件编号和查询码对不上。请对照收件凭证上的编号和查询码重新输入。")
    return read(row.id)
