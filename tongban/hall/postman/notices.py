"""通知: who is told what, after a step (S025).  Words are in ``casework.notice_words``, the way out in ``channel``."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from tongban.hall.postman.channel import Message, channel
from tongban.rooms import calendars, clock
from tongban.rooms.casework.actions import keep_letter
from tongban.rooms.casework.notice_words import Step, for_applicant, for_desk, for_supervisor
from tongban.rooms.casework.queries.reading import CaseFile, read
from tongban.rooms.casework.queries.texts import lacks_of, notes_of
from tongban.rooms.catalogue import queries as catalogue
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.ledger.actions import Claimed
from tongban.rooms.ledger.models import Entry
from tongban.rooms.people import queries as people
from tongban.rulebook.catalogue.proceedings import ALL as PROCEEDINGS
from tongban.rulebook.clock.remedies import remedies


def keep_notice(promise: Claimed) -> Message | None:
    """Tell whoever the step table says, once; None: there is nobody to tell, or the case is a rehearsal.

    All follows from the journal up to the step, so a notice sent late still tells of its own step.
    """
    file = read(promise.subject_id)
    whom, seq = str(promise.body["to"]), int(promise.body["seq"])
    entries = list(Entry.objects.filter(subject_kind="case", subject_id=file.id, seq__lte=seq).order_by("seq"))
    to = _address(file, whom, entries[-1].body["row"])
    if to is None or file.row["rehearsal"]:
        return None
    words = {"applicant": for_applicant, "desk": for_desk, "supervisor": for_supervisor}[whom]
    message = Message(
        promise.key,
        to,
        words(_step(file, entries), catalogue.wordings(file.county, entries[-1].at)),
        entries[-1].at.isoformat(),
    )
    channel().send(message)
    if whom == "applicant" and file.wrapped_key is not None:
        # Who acts for her hears of it as she does: neither is left in the dark about the other.
        readers = [one for one in (file.uuid("applicant_id"), file.uuid("agent_id")) if one is not None]
        keep_letter(file, readers, promise.key, message.text, at=entries[-1].at)
    return message


def _address(file: CaseFile, whom: str, row: Mapping[str, Any]) -> str | None:
    """Return who is told, as he stood after the step."""
    if whom == "applicant":
        person = file.uuid("applicant_id")
        return f"person:{person}" if person else None
    if whom == "desk" and row["holder"]:
        return f"post:{row['holder']}"
    desk = "supervisor" if whom == "supervisor" else row["desk"] or "intake"
    return f"unit:{file.row['unit']}/{desk}"


def _step(file: CaseFile, entries: Sequence[Entry]) -> Step:
    entry = entries[-1]
    body = entry.body
    texts: dict[tuple[int, str], str] = {}
    lacking: list[tuple[str, str]] = []
    if file.wrapped_key is not None:  # an erased case is told of without free text
        ledger.log_access("house", "case", file.id, "notice")
        texts = notes_of(file)
        lacking = _lacking(file, body.get("lacking", ()))
    item = file.facts.item
    left = remedies(clock.legal_date(entry.at), calendars.calendar())
    return Step(
        name=entry.step,
        label=file.facts.kind.by_name[entry.step].label,
        county=_county(file.county),
        item=item.name,
        number=str(file.row["number"] or ""),
        reason=texts.get((entry.seq, "reason"), ""),
        ground=texts.get((entry.seq, "ground"), ""),
        lacking=tuple(lacking),
        due=_dues(entries),
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


def _dues(entries: Sequence[Entry]) -> dict[str, date]:
    """Ends of the limits that ran after the step, by the clock's name."""
    clocks = {(one["name"], one["run"]): one for entry in entries for one in entry.body["clocks"]}
    return {name: date.fromisoformat(one["due_on"]) for (name, _), one in clocks.items() if not one["stopped_at"]}


def _proceeding(body: dict[str, Any]) -> tuple[str, date] | None:
    if not body["proceedings"]:
        return None
    one = body["proceedings"][-1]
    return PROCEEDINGS.get(one["kind"], one["kind"]), date.fromisoformat(one["due_on"])


def _county(county: str) -> str:
    found = people.division(f"{county}000000")
    return found.name if found else county
