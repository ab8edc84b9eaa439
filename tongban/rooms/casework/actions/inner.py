"""Cases that no citizen files: matters that supervision or the law opens, appeals from a rating, parts of a bundle."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from tongban.rooms import calendars, clock, crypto
from tongban.rooms.casework.actions.rows import case_row, numbered, party_row, tie_row
from tongban.rooms.casework.actions.standing import Who, actor_in
from tongban.rooms.casework.actions.taking import Done, Plan, fingerprint, once, write
from tongban.rooms.casework.queries.reading import CaseFile, PartyRow, case_file
from tongban.rooms.catalogue import queries as catalogue
from tongban.rulebook import deciding
from tongban.rulebook.errors import Refused
from tongban.rulebook.facts import Given


def open_case(
    county: str,
    item_code: str,
    who: Who,
    *,
    unit: str,
    holder: UUID | None = None,
    ties: Sequence[tuple[str, str, UUID]] = (),
    applicant_id: UUID | None = None,
    text: str = "",
    notes: Mapping[str, Any] | None = None,
    rehearsal: bool = False,
    key: str = "",
    asked: Sequence[object] = (),
    step: str = "open",
    given: Given | None = None,
    texts: Mapping[str, str] | None = None,
    looked_up: bool = False,
) -> Done:
    """交办 or 诉求: open a matter or an appeal for ``unit``, in the hands of the post ``holder``.

    ``ties`` say why it exists: (role, kind, id).  The same ``key`` opens it once; ``asked`` is what somebody's request
    says beside unit and ties, by which it is known again (what the house owes is known by its key).  ``rehearsal``:
    what it arises from is a rehearsed case.  ``given``: what else the first step is told, e.g. the time it has.
    ``texts``: free text beside ``text``.  ``looked_up``: whoever asked may look at it by number and code.
    """
    digest = fingerprint(county, item_code, unit, ties, *asked) if key else b""
    now = clock.now()
    found = catalogue.in_force(county, item_code, clock.legal_date(now))
    _, wrapped = crypto.new_key()
    columns = {"unit": unit, "holder": holder, "applicant_id": applicant_id, "rehearsal": rehearsal}
    numbers = numbered(county, "inner", now)
    if not looked_up:
        numbers["lookup_code"] = None  # nobody outside looks it up by a code
    row = case_row(county, found.version_id, found.item, "inner", **columns, **numbers)
    parties = [party_row(row["id"], "applicant", applicant_id, now)] if applicant_id else []
    file = case_file(
        row,
        materials={},
        wrapped_key=wrapped,
        parties=tuple(PartyRow(p["id"], p["role"], p["person_id"], signed=True) for p in parties),
    )
    rows = {
        "casework_casekey": [{"case_id": file.id, "wrapped": wrapped}],
        "casework_tie": [tie_row(file.id, role, kind, target) for role, kind, target in ties],
        "casework_party": parties,
    }
    plan = Plan(
        given or Given(),
        rows=rows,
        texts={"text": text, **(texts or {})},
        notes={**(notes or {}), "ties": [[r, k, str(i)] for r, k, i in ties]},
    )
    return once(lambda: begin(file, step, who, plan, now, key=key, digest=digest), who, key, digest)


def begin(
    file: CaseFile, step: str, who: Who, plan: Plan, now: datetime, *, key: str = "", digest: bytes = b""
) -> Done:
    """Take the first step of a new case."""
    actor = actor_in(file, who)
    outcome = deciding.decide(file.facts, step, actor, plan.given, now, calendars.calendar())
    done = write(file, outcome, actor, plan, now, new=True, key=key, digest=digest)
    if done is None:
        raise Refused("moved_meanwhile", "刚刚有人登记过同一件事。请刷新页面查看。")
    return done
