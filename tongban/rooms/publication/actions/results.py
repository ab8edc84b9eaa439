"""结果公开: a decision is queued in the statement that takes it, and stands in the next issue, masked."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from tongban.rooms import calendars, clock
from tongban.rooms.casework.actions.standing import Who
from tongban.rooms.casework.effects import Extra
from tongban.rooms.casework.queries.reading import CaseFile
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.ids import uuid7
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.people import queries as people
from tongban.rooms.publication import words
from tongban.rooms.publication.lines import digest_over, line
from tongban.rooms.publication.models import Entry, Statement, StatementLine
from tongban.rulebook.basis import BasisKind, design, law, unchecked
from tongban.rulebook.catalogue.item import TimeRule
from tongban.rulebook.clock import Limit, due
from tongban.rulebook.errors import Refused, Words
from tongban.rulebook.facts import Outcome

#: Decisions must be public; how soon is not in the statute but in a document still to be checked.
PUBLIC = law("行政许可法 第四十条")
PUBLISH_WITHIN = TimeRule(
    Limit.parse("7wd"), unchecked("行政许可等信用信息公示：自作出决定之日起7个工作日内", BasisKind.DOCUMENT)
)

#: Why something published is withdrawn.
GROUNDS = {
    "revoked": "决定已被撤销或变更",
    "secret": "涉及国家秘密、商业秘密或个人隐私",
    "wrong": "公开的内容有误",
    "expired": "公示期限已满",
}

#: How the lines of an issue are found and what they show; a change of either is a new version.
_QUERY = ("results", "1")


def queue_decision(file: CaseFile, outcome: Outcome, now: datetime, context: Mapping[str, Any]) -> Extra:
    """Effect ``publish``: the decision of an item whose results are public waits for the next issue.

    Rehearsed cases are never published.
    """
    if not file.facts.item.publishes_result or file.row["rehearsal"]:
        return Extra()
    decided_on = clock.legal_date(now)
    row = {
        "id": uuid7(),
        "county": file.county,
        "case_id": file.id,
        "item_code": file.row["item_code"],
        "unit": file.row["unit"],
        "decision": "recorded" if outcome.step.name == "put_on_record" else outcome.decision,
        "decided_on": decided_on,
        "due_on": due(decided_on, PUBLISH_WITHIN.limit, calendars.calendar()).on,
        "statement_id": None,
        "published_at": None,
        "withdrawn_at": None,
        "withdrawn_by": "",
        "withdrawn_for": "",
    }
    return Extra(rows={"publication_entry": [row]}, notes={"publish_by": row["due_on"]})


@transaction.atomic
def issue_results(county: str, by: Who) -> UUID | None:
    """Put every decision that waits into one issue with the next number of the year; None: nothing waits.

    Two at once make one issue: the second finds nothing left.
    """
    _need_county(county, by)
    entries = list(
        Entry.objects.select_for_update(of=("self",))
        .filter(county=county, statement=None, withdrawn_at=None)
        .select_related("case")
        .order_by("decided_on", "unit", "item_code", "id")
    )
    if not entries:
        return None
    now = clock.now()
    today = clock.legal_date(now)
    made = uuid7()
    lines = _lines(made, entries)
    statement = Statement.objects.create(
        id=made,
        county=county,
        kind="results",
        period=today.isoformat(),
        state="draft",
        lines=len(lines),
        digest=digest_over(lines),
        made_by=by.name,
        made_at=now,
    )
    StatementLine.objects.bulk_create(lines)
    for entry in entries:
        entry.statement_id, entry.published_at = made, now
    Entry.objects.bulk_update(entries, ["statement", "published_at"], batch_size=500)
    statement.number = ledger.draw_number(county, "publication_results", today.year, subject_id=made)
    statement.year, statement.state, statement.issued_at = today.year, "issued", now
    statement.save(update_fields=["number", "year", "state", "issued_at"])
    body = {"number": statement.number, "year": today.year, "lines": len(lines), "digest": statement.digest}
    ledger.record("statement", made, "issue_results", by.name, body, county=county)
    return made


@transaction.atomic
def withdraw_entry(case_id: UUID, by: Who, *, ground: str) -> None:
    """Take a decision out of publication, before or after it was issued; its place in the issue stays, empty.

    ``ground`` is a key of ``GROUNDS``.  Raises ``Refused``: ``ground_unknown``, ``entry_unknown``,
    ``withdrawn_already``.
    """
    if ground not in GROUNDS:
        raise Refused("ground_unknown", "请选择撤回公开的原因：{known}。", PUBLIC, known=Words(GROUNDS.values()))
    entry = Entry.objects.select_for_update().filter(case_id=case_id).first()
    if entry is None:
        raise Refused("entry_unknown", "这个办件没有公开的结果。请核对办件编号。")
    _need_county(entry.county, by)
    if entry.withdrawn_at is not None:
        raise Refused("withdrawn_already", "这个结果已经撤回公开。请刷新页面。", design("撤回公开"))
    entry.withdrawn_at, entry.withdrawn_by, entry.withdrawn_for = clock.now(), by.name, ground
    entry.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_for"])
    body = {"case": str(case_id), "ground": ground, "statement": entry.statement_id}
    ledger.record("publication", entry.id, "withdraw_entry", by.name, body, county=entry.county)


def _lines(statement_id: UUID, entries: Sequence[Entry]) -> list[StatementLine]:
    """Return the masked lines.  One query for all names, one a person for the end of her number."""
    names = people.persons_by_id({one.case.applicant_id for one in entries if one.case.applicant_id})
    tails = {person_id: _tail(person_id) for person_id in names}
    lines = []
    for no, entry in enumerate(entries, 1):
        applicant = entry.case.applicant_id
        person = names.get(applicant) if applicant else None
        value = {
            "name": words.masked_name(person.name, person.kind) if person else "",
            "id": words.masked_number(tails.get(applicant, ""), person.kind) if person and applicant else "",
            "case": entry.case.number,
            "item": catalogue.item(entry.case.item_id).name,
            "unit": entry.unit,
            "decision": entry.decision,
            "decided_on": entry.decided_on.isoformat(),
        }
        lines.append(line(statement_id, no, ("case", str(entry.case_id)), value, _QUERY))
    return lines


def _tail(person_id: UUID) -> str:
    found = people.identifiers_of(person_id)
    return found[0].tail if found else ""


def _need_county(county: str, by: Who) -> None:
    """Staff must hold a post of this county today; the house itself may always."""
    if by.kind == "house":
        return
    if by.kind != "staff" or by.id is None or by.post_id is None:
        raise Refused("post_missing", "结果公开由工作人员办理。请先选择您现在的岗位。")
    if people.powers().actor(by.id, by.post_id, clock.today()).county != county:
        raise Refused("other_county", "这是其他县的公开信息，您不能办理。")
