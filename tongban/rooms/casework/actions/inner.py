"""Cases that no citizen files: matters that supervision or the law opens, appeals from a rating, parts of a bundle."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from tongban.rooms import calendars, clock, crypto
from tongban.rooms.casework.actions.filing import CHANNELS, next_serial
from tongban.rooms.casework.actions.standing import Who, actor_in
from tongban.rooms.casework.actions.taking import Done, Plan, fingerprint, write
from tongban.rooms.casework.queries.reading import CaseFile, PartyRow, case_file
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.ids import uuid7
from tongban.rooms.ledger import actions as ledger
from tongban.rulebook import deciding
from tongban.rulebook.errors import Refused
from tongban.rulebook.facts import Given
from tongban.rulebook.numbers import make_case_number


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
    key: str = "",
    step: str = "open",
) -> Done:
    """交办 or 诉求: open a matter or an appeal for ``unit``, in the hands of the post ``holder``.

    ``ties`` say why it exists: (role, kind, id).  The same ``key`` opens it once.
    """
    digest = fingerprint(county, item_code, unit, ties) if key else b""
    if key and (earlier := ledger.used(who.name, key, digest)):
        return Done(opened_by(who.name, key), earlier.seq, "")
    now = clock.now()
    found = catalogue.in_force(county, item_code, clock.legal_date(now))
    case_key, wrapped = crypto.new_key()
    row = blank_row(county, found.version_id, found.item.kind, item_code, unit, now)
    row.update(holder=holder, applicant_id=applicant_id)
    parties = (PartyRow(uuid7(), "applicant", applicant_id, signed=True),) if applicant_id else ()
    file = case_file(row, materials={}, wrapped_key=wrapped, parties=parties)
    rows = {
        "casework_casekey": [{"case_id": file.id, "wrapped": wrapped}],
        "casework_tie": [
            {"id": uuid7(), "case_id": file.id, "role": role, "target_kind": kind, "target_id": target}
            for role, kind, target in ties
        ],
        "casework_party": [
            {"id": p.id, "case_id": file.id, "role": p.role, "person_id": p.person_id, "signed_at": now, "contact": ""}
            for p in parties
        ],
    }
    plan = Plan(rows=rows, texts={"text": text}, notes={**(notes or {}), "ties": [[r, k, str(i)] for r, k, i in ties]})
    return begin(file, step, who, plan, now, key=key, digest=digest)


def begin(
    file: CaseFile, step: str, who: Who, plan: Plan, now: datetime, *, key: str = "", digest: bytes = b""
) -> Done:
    """Take the first step of a new case."""
    actor = actor_in(file, who, file.facts.kind.by_name[step])
    outcome = deciding.decide(file.facts, step, actor, plan.given or Given(), now, calendars.calendar())
    done = write(file, outcome, actor, plan, now, new=True, key=key, digest=digest)
    if done is None:
        raise Refused("moved_meanwhile", "刚刚有人登记过同一件事。请刷新页面查看。")
    return done


def blank_row(county: str, version_id: UUID, kind: str, item_code: str, unit: str, now: datetime) -> dict[str, Any]:
    """Return the row of an inner case before its first step."""
    day = clock.legal_date(now)
    return {
        "id": uuid7(),
        "county": county,
        "number": make_case_number(county, day, CHANNELS["inner"], next_serial()),
        "lookup_code": None,
        "kind": kind,
        "item_id": version_id,
        "item_code": item_code,
        "unit": unit,
        "site_id": None,
        "applicant_id": None,
        "agent_id": None,
        "channel": "inner",
        "rehearsal": False,
        "parent_id": None,
        "part_role": "",
        "state": "",
        "stage": 0,
        "desk": "",
        "version": 1,
        "filed_at": now,
        "received_on": None,
        "accepted_on": None,
        "acceptor": None,
        "decided_at": None,
        "decision": "",
        "closed_at": None,
        "next_moment": None,
        "holder": None,
        "situation": [],
        "flags": [],
    }


def opened_by(actor: str, key: str) -> UUID:
    """Return the case that this request opened."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT subject_id FROM ledger_usedkey WHERE actor = %s AND key = %s", [actor, key])
        return UUID(str(cursor.fetchone()[0]))
