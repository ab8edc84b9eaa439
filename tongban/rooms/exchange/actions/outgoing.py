"""移交: a case goes to another system, once, however often the message has to be sent."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from uuid import UUID

from django.db import connection, transaction

from tongban.rooms import clock, crypto
from tongban.rooms.casework.queries.reading import read
from tongban.rooms.casework.queries.texts import answers_of
from tongban.rooms.exchange.actions.incoming import settle
from tongban.rooms.exchange.adapters import adapter_of
from tongban.rooms.exchange.models import Outbox, System, Twin
from tongban.rooms.exchange.port import FINAL, CaseFacts, Down, Rejected, facts_of
from tongban.rooms.ledger import actions as ledger
from tongban.rulebook.errors import Refused

#: Kind of the promise that carries an outbox row.
PROMISE = "deliver_outbox"

#: One sender at a time; a sender that died lets go after this.
_HOLD = timedelta(seconds=120)

_CLAIM = """
UPDATE exchange_outbox SET attempts = attempts + 1, claimed_until = %(until)s
WHERE id = %(id)s AND state = 'queued' AND (claimed_until IS NULL OR claimed_until < %(machine)s)
RETURNING id
"""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came of sending."""

    #: ``sent`` (also when it was sent before), ``waiting`` (try again later) or ``rejected`` (they do not take it).
    state: Literal["sent", "waiting", "rejected"]
    #: Code of the trouble; empty when sent.
    trouble: str = ""


def send_case(case_id: UUID, system_code: str, *, actor: str = "house") -> UUID:
    """Keep casework's promise ``hand_over``: put a case together and hand it over.  Returns the twin."""
    file = read(case_id)
    accepted = file.row["accepted_on"]
    facts = CaseFacts(
        case_id=case_id,
        number=str(file.row["number"] or ""),
        county=file.county,
        item_code=str(file.row["item_code"]),
        situation=tuple(file.row["situation"]),
        accepted_on=date.fromisoformat(accepted) if accepted else None,
        answers=answers_of(file),
    )
    ledger.log_access(actor, "case", case_id, f"hand_over:{system_code}")
    return hand_over(facts, system_code, actor=actor)


def hand_over(facts: CaseFacts, system_code: str, *, actor: str) -> UUID:
    """移交: open the twin of a case and owe the message.  The same case and system again is the same twin.

    A system linked by paper gets a twin without a message: a clerk carries the case over and enters the number.
    """
    with transaction.atomic():
        system = System.objects.filter(county=facts.county, code=system_code).first()
        if system is None:
            raise Refused("system_unknown", "没有名为“{code}”的对接系统。请先登记系统。", code=system_code)
        paper = system.manner == "paper"
        twin, made = Twin.objects.get_or_create(
            case_id=facts.case_id,
            system=system,
            defaults={
                "county": facts.county,
                "number": facts.number,
                "handed_at": clock.now(),
                "state": "handed_over" if paper else "sending",
            },
        )
        if not made:
            return twin.id
        ledger.record(
            "twin",
            twin.id,
            "hand_over",
            actor,
            {"case": str(facts.case_id), "system": system_code},
            county=facts.county,
        )
        if not paper:
            _owe(twin, facts)
    return twin.id


def deliver_outbox(outbox_id: UUID) -> Delivery:
    """Send one message.  Never raises for trouble on the other side: ``Delivery.state`` says what to do.

    Not inside a transaction: the other side may be slow.
    """
    row = Outbox.objects.select_related("system", "twin").filter(id=outbox_id).first()
    if row is None:
        raise Refused("outbox_unknown", "没有找到这条待发消息。")
    if row.state != "queued":
        return Delivery("sent" if row.state == "sent" else "rejected", row.trouble)
    if not _claimed(outbox_id):
        return Delivery("waiting", "in_hand")
    try:
        given = adapter_of(row.system).hand_over(
            facts_of(json.loads(crypto.open_text(bytes(row.body_sealed)))), row.key
        )
    except Down as down:
        return _put_back(outbox_id, down.code)
    except Rejected as rejected:
        return _give_up(row, rejected.code)
    except Refused as refused:  # no address, no key: ours to mend, then it goes
        return _put_back(outbox_id, refused.code)
    with transaction.atomic(durable=True):
        twin = Twin.objects.select_for_update().get(id=row.twin_id)
        Outbox.objects.filter(id=outbox_id).update(state="sent", sent_at=clock.now(), claimed_until=None, trouble="")
        if not twin.outside_number:
            twin.outside_number = given.number
            twin.state = "handed_over" if twin.state == "sending" else twin.state
            twin.save(update_fields=["outside_number", "state"])
            body = {"number": crypto.digest(given.number)}
            ledger.record("twin", twin.id, "handed_over", f"outside:{row.system.code}", body, county=twin.county)
            # A fast system may have told us of the case before we knew its number.
            settle(twin)
    return Delivery("sent")


def deliver_due(most: int = 20) -> int:
    """Send what lies in the outbox, oldest first; the postman's second net.  Returns how many went out."""
    machine = _machine()
    due = Outbox.objects.filter(state="queued").exclude(claimed_until__gte=machine).order_by("made_at")
    return sum(deliver_outbox(one).state == "sent" for one in list(due.values_list("id", flat=True)[:most]))


def send_again(twin_id: UUID, *, actor: str) -> None:
    """重新移交: the message goes out once more under its key, so a system that has the case after all makes no second.

    Raises ``Refused("nothing_to_resend")`` for a case that was never sent by a line, or has its result.
    """
    with transaction.atomic():
        twin = Twin.objects.select_for_update().get(id=twin_id)
        row = Outbox.objects.select_for_update().filter(twin=twin).order_by("id").last()
        if row is None or twin.state in FINAL:
            raise Refused("nothing_to_resend", "这个办件没有可重新移交的内容：没有走接口，或已有结果。请改选其他方式。")
        if row.state != "queued":
            row.state, row.trouble, row.sent_at, row.claimed_until = "queued", "", None, None
            row.save(update_fields=["state", "trouble", "sent_at", "claimed_until"])
            twin.state = "sending" if twin.state == "rejected" else twin.state
            twin.save(update_fields=["state"])
        ledger.record("twin", twin.id, "send_again", actor, {"outbox": str(row.id)}, county=twin.county)


def _owe(twin: Twin, facts: CaseFacts) -> None:
    key = f"hand_over:{twin.id}"
    body = json.dumps(asdict(facts), ensure_ascii=False, default=str)
    row = Outbox.objects.create(
        county=twin.county,
        system_id=twin.system_id,
        twin=twin,
        key=key,
        body_sealed=crypto.seal_text(body),
        made_at=clock.now(),
    )
    ledger.promise(PROMISE, "twin", twin.id, key, {"outbox": str(row.id)}, due_at=clock.now())


def _claimed(outbox_id: UUID) -> bool:
    machine = _machine()
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"id": outbox_id, "machine": machine, "until": machine + _HOLD})
        return cursor.fetchone() is not None


def _put_back(outbox_id: UUID, code: str) -> Delivery:
    Outbox.objects.filter(id=outbox_id, state="queued").update(claimed_until=None, trouble=code[:40])
    return Delivery("waiting", code)


def _give_up(row: Outbox, code: str) -> Delivery:
    """They do not take the case: a person must look at it; nothing here pretends otherwise."""
    with transaction.atomic(durable=True):
        Outbox.objects.filter(id=row.id).update(state="rejected", claimed_until=None, trouble=code[:40])
        Twin.objects.filter(id=row.twin_id, state="sending").update(state="rejected")
        ledger.record("twin", row.twin_id, "rejected", f"outside:{row.system.code}", {"code": code}, county=row.county)
    return Delivery("rejected", code)


def _machine() -> datetime:
    """Return the machine's time: a demo's clock that jumps must not free what is being sent."""
    return datetime.fromtimestamp(clock.machine_milliseconds() / 1000, UTC)
