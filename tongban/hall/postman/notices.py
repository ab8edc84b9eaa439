"""通知: who is told what, after a step (S025).  Words are in ``wording``, the way out in ``channel``."""

from datetime import date
from typing import Any

from tongban.hall.postman.channel import Message, channel
from tongban.hall.postman.wording import Step, for_applicant, for_desk, for_supervisor
from tongban.rooms import calendars, clock
from tongban.rooms.casework.queries.reading import CaseFile, read
from tongban.rooms.casework.queries.texts import lacks_of, notes_of
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.ledger.actions import Claimed
from tongban.rooms.ledger.models import Entry
from tongban.rooms.people import queries as people
from tongban.rulebook.catalogue.proceedings import ALL as PROCEEDINGS
from tongban.rulebook.clock.remedies import remedies


def keep_notice(promise: Claimed) -> Message | None:
    """Tell whoever the step table says, once; None: the case has nobody to tell.

    The text follows from the journal entry, so a notice sent late still tells of its own step.
    """
    file = read(promise.subject_id)
    whom = str(promise.body["to"])
    to = _address(file, whom)
    if to is None:
        return None
    step = _step(file, int(promise.body["seq"]))
    words = {"applicant": for_applicant, "desk": for_desk, "supervisor": for_supervisor}[whom]
    message = Message(promise.key, to, words(step), step.at)
    channel().send(message)
    return message


def _address(file: CaseFile, whom: str) -> str | None:
    if whom == "applicant":
        person = file.uuid("applicant_id")
        return f"person:{person}" if person else None
    if whom == "desk" and file.row["holder"]:
        return f"post:{file.row['holder']}"
    desk = "supervisor" if whom == "supervisor" else str(file.row["desk"] or "intake")
    return f"unit:{file.row['unit']}/{desk}"


def _step(file: CaseFile, seq: int) -> Step:
    name, at, body = Entry.objects.values_list("step", "at", "body").get(subject_id=file.id, seq=seq)
    texts: dict[tuple[int, str], str] = {}
    lacking: list[tuple[str, str]] = []
    if file.wrapped_key is not None:  # an erased case is told of without free text
        ledger.log_access("house", "case", file.id, "notice")
        texts = notes_of(file)
        lacking = _lacking(file, body.get("lacking", ()))
    item = file.facts.item
    day = clock.legal_date(at)
    left = remedies(day, calendars.calendar())
    return Step(
        name=name,
        label=file.facts.kind.by_name[name].label,
        county=_county(file.county),
        item=item.name,
        number=str(file.row["number"] or ""),
        at=at.isoformat(),
        reason=texts.get((seq, "reason"), ""),
        ground=texts.get((seq, "ground"), ""),
        lacking=tuple(lacking),
        due=_dues(file, body),
        received_on=_day(body["row"]["received_on"]),
        place=item.guide.place,
        proceeding=_proceeding(body),
        reconsideration_until=left.reconsideration.on,
        lawsuit_until=left.lawsuit.on,
        has_result=item.result is not None and item.result.form != "无",
        lapsed=tuple(file.facts.kind.clock_by_name[one].label for one in body.get("lapsed", ())),
    )


def _lacking(file: CaseFile, codes: Any) -> list[tuple[str, str]]:
    """What the notice named, with its reasons; of a thing named twice the later words."""
    names = {material.code: material.name for material in file.facts.item.materials} | {"form": "申请表"}
    reasons = {code: reason for _, code, reason in lacks_of(file)}
    return [(names.get(code, code), reasons.get(code, "")) for code in codes]


def _dues(file: CaseFile, body: dict[str, Any]) -> dict[str, date]:
    """Ends of the limits that run: as the entry set them, else as they stand."""
    due = {one.name: one.due.on for one in file.facts.clocks if one.is_running}
    changed = {one["name"]: one for one in body["clocks"]}
    return due | {name: date.fromisoformat(one["due_on"]) for name, one in changed.items() if not one["stopped_at"]}


def _proceeding(body: dict[str, Any]) -> tuple[str, date] | None:
    if not body["proceedings"]:
        return None
    one = body["proceedings"][-1]
    return PROCEEDINGS.get(one["kind"], one["kind"]), date.fromisoformat(one["due_on"])


def _county(county: str) -> str:
    found = people.division(f"{county}000000")
    return found.name if found else county


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
