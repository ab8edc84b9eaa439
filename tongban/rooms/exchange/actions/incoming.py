"""收讯: what another system tells acts once, in order, whatever is told twice, late or in between."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction

from tongban.rooms import clock, crypto
from tongban.rooms.casework import actions as casework
from tongban.rooms.casework.actions import Who
from tongban.rooms.exchange.adapters import adapter_of
from tongban.rooms.exchange.models import Inbox, System, Twin
from tongban.rooms.exchange.port import FINAL, Down, Linked, OutsideMessage, Rejected
from tongban.rooms.ids import uuid7
from tongban.rooms.ledger import actions as ledger
from tongban.rulebook.errors import Refused

_STATES = ("accepted", "working", *FINAL)


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a message."""

    id: UUID
    #: See ``models.Inbox.state``.
    state: str
    #: False when the same message had been received before.
    new: bool
    #: Code of the refusal when the case did not take the step.
    reason: str = ""


def receive(county: str, system_code: str, message: OutsideMessage) -> Received:
    """Take in a message.  The same one again changes nothing; with another content it is refused.

    One transaction holds the message, the case's step and the twin: all or none.  Raises ``Refused``:
    ``system_unknown``, ``message_unfit``, ``message_changed``.
    """
    if message.state not in _STATES or message.sequence < 1 or not 0 < len(message.id) <= 64:
        raise Refused("message_unfit", "对方消息的编号、序号或状态不合约定，没有收下。请与对方系统核对。")
    with transaction.atomic():
        system = System.objects.filter(county=county, code=system_code).first()
        if system is None:
            raise Refused("system_unknown", "没有名为“{code}”的对接系统。请先登记系统。", code=system_code)
        twin = Twin.objects.select_for_update().filter(system=system, outside_number=message.outside_number).first()
        made = uuid7()
        row = Inbox(
            id=made,
            county=county,
            system=system,
            their_id=message.id,
            outside_number=message.outside_number,
            twin=twin,
            sequence=message.sequence,
            outside_state=message.state,
            on=message.on,
            state="held" if twin else "unmatched",
            received_at=clock.now(),
        )
        Inbox.objects.bulk_create([row], ignore_conflicts=True)
        kept = Inbox.objects.get(system=system, their_id=message.id)
        new = kept.id == made
        if not new and _content(kept) != _content(row):
            raise Refused("message_changed", "对方用同一个消息编号发来了不同的内容，没有收下。请与对方系统核对。")
        if twin and new:
            settle(twin)
            kept.refresh_from_db()
    return Received(kept.id, kept.state, new, kept.reason)


def settle(twin: Twin) -> None:
    """Let every message act whose turn it is.  The caller holds the twin's row."""
    Inbox.objects.filter(
        system_id=twin.system_id, outside_number=twin.outside_number, twin=None, state="unmatched"
    ).update(twin=twin, state="held")
    waiting = Inbox.objects.filter(twin=twin, state="held").order_by("sequence", "received_at")
    for row in list(waiting):
        ahead = row.sequence is not None and row.sequence > twin.last_sequence + 1
        if ahead and twin.state not in FINAL:
            return  # an earlier message is still on its way
        if not _act(twin, row):
            return


def retry_message(inbox_id: UUID, *, actor: str) -> Received:
    """Let a refused message act again, after a person has put the case right; those behind it follow."""
    with transaction.atomic():
        row = Inbox.objects.filter(id=inbox_id).first()
        if row is None or row.twin_id is None:
            raise Refused("message_unknown", "没有找到这条消息。")
        twin = Twin.objects.select_for_update().get(id=row.twin_id)
        if Inbox.objects.filter(id=inbox_id, state="refused").update(state="held", reason=""):
            ledger.record("twin", twin.id, "retry_message", actor, {"message": str(inbox_id)}, county=twin.county)
            settle(twin)
        row.refresh_from_db()
    return Received(row.id, row.state, False, row.reason)


def enter_by_hand(
    twin_id: UUID, *, result: str, on: date, who: Who, outside_number: str = "", key: str = ""
) -> Received:
    """手工登记: a clerk enters the result of another system; the same step, marked so.

    ``outside_number`` is needed where none is known yet.  ``key`` of the request: twice is once.
    """
    if result not in FINAL:
        raise Refused("outside_result_unknown", "外部系统的结果只能是准予或不予。请核对对方的回复。")
    with transaction.atomic():
        twin = Twin.objects.select_for_update().filter(id=twin_id).first()
        if twin is None:
            raise Refused("twin_unknown", "没有找到这个外部办件。")
        made = uuid7()
        # A digest: keys of requests are longer than the column, and two that begin alike are two.
        their_id = f"hand:{crypto.digest(key) if key else made}"
        if before := Inbox.objects.filter(system_id=twin.system_id, their_id=their_id).first():
            if (before.twin_id, before.outside_state, before.on) != (twin.id, result, on):
                raise Refused("key_reused", "这个请求编号已用于另一次登记。请刷新页面后重新提交。")
            return Received(before.id, before.state, False, before.reason)
        if twin.state in FINAL:
            raise Refused("twin_settled", "这个外部办件已有结果，不能再次登记。结果有误的，请按更正程序办理。")
        _take_number(twin, outside_number.strip())
        row = Inbox.objects.create(
            id=made,
            county=twin.county,
            system_id=twin.system_id,
            their_id=their_id,
            outside_number=twin.outside_number,
            twin=twin,
            outside_state=result,
            on=on,
            state="held",
            received_at=clock.now(),
            entered_by=who.name,
        )
        # A clerk is there to hear a refusal, so nothing is kept of an entry that the case does not take.
        apply_outside(twin, row, who)
        _applied(twin, row)
        # What lay waiting for an earlier message is overtaken by this result.
        settle(twin)
    return Received(row.id, "applied", True)


def apply_outside(twin: Twin, message: Inbox, who: Who | None = None) -> None:
    """Take the step in our case that another system's result means.  Raises what casework refuses."""
    casework.outside_result(
        twin.case_id,
        result=message.outside_state,
        outside_number=twin.outside_number,
        decided_on=message.on,
        message_id=str(message.id),
        who=who,
    )


def poll_twin(twin_id: UUID) -> bool:
    """Compare both sides of one case: fetch what the other system did and let it act.  False: it is down.

    Not inside a transaction: the other side may be slow.
    """
    twin = Twin.objects.select_related("system").filter(id=twin_id).first()
    if twin is None:
        raise Refused("twin_unknown", "没有找到这个外部办件。")
    if not twin.outside_number or not twin.system.adapter:
        return True
    linked = Linked(twin.outside_number, twin.last_sequence, twin.handed_at)
    try:
        messages = adapter_of(twin.system).poll(linked)
    except (Down, Rejected):
        return False
    for message in messages:
        receive(twin.county, twin.system.code, message)
    Twin.objects.filter(id=twin_id).update(last_compared=clock.now())
    return True


def poll_due(most: int = 50) -> tuple[int, int]:
    """Compare the open cases longest not compared.  Returns (compared, could not); one bad case stops no other."""
    done = failed = 0
    due = Twin.objects.filter(system__adapter__gt="").exclude(state__in=[*FINAL, "rejected"]).exclude(outside_number="")
    for twin_id in list(due.order_by("last_compared", "id").values_list("id", flat=True)[:most]):
        try:
            fine = poll_twin(twin_id)
        except Refused:
            fine = False
        done, failed = done + fine, failed + (not fine)
    return done, failed


def _act(twin: Twin, row: Inbox) -> bool:
    """Let one message act.  False: the case refused it, and those behind it wait for a person."""
    sequence = row.sequence or 0
    if twin.state in FINAL or sequence <= twin.last_sequence:
        another = row.outside_state in FINAL and twin.state in FINAL and row.outside_state != twin.state
        row.state = "contradicts" if another else "stale"
        row.save(update_fields=["state"])
        if sequence > twin.last_sequence:
            twin.last_sequence = sequence
            twin.save(update_fields=["last_sequence"])
        return True
    try:
        with transaction.atomic():
            if row.outside_state in FINAL:
                apply_outside(twin, row)
            _applied(twin, row)
    except Refused as refused:
        twin.refresh_from_db()
        row.state, row.reason, row.applied_at = "refused", refused.code[:60], None
        row.save(update_fields=["state", "reason", "applied_at"])
        return False
    return True


def _applied(twin: Twin, row: Inbox) -> None:
    row.state, row.applied_at = "applied", clock.now()
    row.save(update_fields=["state", "applied_at"])
    twin.state, twin.manual = row.outside_state, bool(row.entered_by)
    twin.last_sequence = row.sequence or twin.last_sequence
    twin.save(update_fields=["state", "manual", "last_sequence", "outside_number"])
    actor = row.entered_by or f"outside:{row.system.code}"
    body = {"state": row.outside_state, "on": row.on, "message": str(row.id), "manual": twin.manual}
    ledger.record("twin", twin.id, "told", actor, body, county=twin.county)


def _take_number(twin: Twin, number: str) -> None:
    if not number and not twin.outside_number:
        raise Refused("outside_number_missing", "请填写对方系统的受理编号，以便两边对得上。")
    if number and twin.outside_number and crypto.digest(number) != crypto.digest(twin.outside_number):
        raise Refused("outside_number_differs", "填写的编号与对方系统给出的不同。请核对是不是同一个办件。")
    if number and Twin.objects.filter(system_id=twin.system_id, outside_number=number).exclude(id=twin.id).exists():
        raise Refused("outside_number_taken", "这个编号已属于另一个办件。请核对后重新填写。")
    twin.outside_number = twin.outside_number or number


def _content(row: Inbox) -> tuple[object, ...]:
    return row.outside_number, row.sequence, row.outside_state, row.on
