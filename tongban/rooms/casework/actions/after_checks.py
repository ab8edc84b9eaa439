"""告知承诺: granted at once on a written promise, looked at within its limit, taken back when the promise was false."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from tongban.rooms import calendars, clock
from tongban.rooms.casework.actions.escalation import HOUSE, answering_post
from tongban.rooms.casework.actions.inner import open_case
from tongban.rooms.casework.actions.standing import Who
from tongban.rooms.casework.actions.taking import Done, Plan, take
from tongban.rooms.casework.effects import Extra
from tongban.rooms.casework.models import Case
from tongban.rooms.casework.queries.reading import CaseFile, read
from tongban.rooms.ledger.actions import Claimed
from tongban.rulebook import clock as time
from tongban.rulebook.basis import BasisKind, unchecked
from tongban.rulebook.catalogue.item import Item
from tongban.rulebook.clock import Limit, Unit
from tongban.rulebook.errors import Refused
from tongban.rulebook.facts import Given, Outcome

#: The inner item under which a promise is checked.
CHECK_ITEM = "promise-after-check"
BARRED = unchecked("国办发〔2020〕42号 承诺不实的后果", BasisKind.DOCUMENT)


def grant_on_promise(
    case_id: UUID, who: Who, *, facts: Mapping[str, str] | None = None, opinion: str = "", key: str = ""
) -> Done:
    """告知承诺，当场准予: decided and issued in one step; the later check is owed with it."""
    plan = Plan(texts={"opinion": opinion}, context={"facts": dict(facts or {})})
    return take(case_id, "grant_on_promise", who, plan, key=key)


def find_true(case_id: UUID, who: Who, *, reason: str, key: str = "") -> Done:
    """核查相符: what was promised is so; ``reason`` says what was looked at."""
    return take(case_id, "find_true", who, Plan(given=Given(reason=reason)), key=key)


def order_mending(case_id: UUID, who: Who, *, reason: str, within: Limit, key: str = "") -> Done:
    """责令限期整改: what is not as promised, and the time to put it right."""
    return take(case_id, "order_mending", who, Plan(given=Given(reason=reason, time_needed=within)), key=key)


def find_false(case_id: UUID, who: Who, *, ground: str, reason: str, key: str = "") -> Done:
    """承诺不实，撤销: what was granted on the promise is taken back, its licence in the same statement (许可法 69)."""
    return take(case_id, "find_false", who, Plan(given=Given(reason=reason, ground=ground)), key=key)


def may_promise(applicant: UUID, item: Item, options: frozenset[str], day: date) -> None:
    """Raise ``Refused("promise_barred")`` while an earlier false promise keeps the applicant from this way."""
    promise = item.promise
    if promise is None or promise.option not in options or not promise.barred_months:
        return
    found = Case.objects.filter(kind="after_check", applicant_id=applicant, decision="revoked", rehearsal=False)
    last = found.order_by("-decided_at").values_list("decided_at", flat=True).first()
    if last is None:
        return
    until = time.due(clock.legal_date(last), Limit(promise.barred_months, Unit.M), calendars.calendar(), roll=False).on
    if day <= until:
        raise Refused(
            "promise_barred",
            "因以前的承诺不实，{until} 以前不能选择告知承诺。请改选一般程序办理。",
            BARRED,
            until=until,
        )


def owe_check(file: CaseFile, outcome: Outcome, now: datetime, context: Mapping[str, Any]) -> Extra:
    """Effect ``after_check``: whatever was granted on a promise is to be looked at, however it was granted."""
    promise = file.facts.item.promise
    if promise is None or promise.option not in file.facts.options:
        return Extra()
    within = str(promise.check_within.limit)
    body = {"within": within, "from": clock.legal_date(now).isoformat(), "seq": context["seq"]}
    promised = {"kind": "after_check", "key": f"after_check:{file.id}:{context['seq']}", "body": body}
    return Extra(promises=[promised], notes={"check_within": within})


def keep_after_check(promise: Claimed) -> Done:
    """Open the check that was owed, in the hands of the unit that granted.  Twice kept is once opened."""
    file = read(promise.subject_id)
    unit = str(file.row["unit"])
    since = date.fromisoformat(promise.body["from"])
    return open_case(
        file.county,
        CHECK_ITEM,
        HOUSE,
        unit=unit,
        holder=answering_post(file.county, unit),
        ties=[("arises-from", "case", file.id)],
        applicant_id=file.uuid("applicant_id"),
        text="请核查申请人的承诺是否属实，并登记核查结果。",
        given=Given(received_on=since, time_needed=Limit.parse(promise.body["within"])),
        rehearsal=bool(file.row["rehearsal"]),
        key=promise.key,
    )
