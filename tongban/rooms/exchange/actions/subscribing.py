"""订阅: other systems are told of what happened, read off the journal behind the work and never in its way.

Events are CloudEvents 1.0 and hold ids, codes and moments only.  Each is told at least once; the same ``id`` again is
the same event.  A receiver that does not answer is left alone for a while, longer each time, and hears it all later.
"""

import ipaddress
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from tongban.rooms import clock, crypto
from tongban.rooms.exchange.models import Subscription
from tongban.rooms.exchange.signing import DATE_HEADER, KEY_HEADER, SIGNATURE_HEADER, moment_text, sign
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.ledger.actions import Claimed
from tongban.rulebook.errors import Refused, Words
from tongban.rulebook.kinds import KINDS

#: Type of event -> what it tells.
EVENTS = {
    "case.filed": "已收件",
    "case.step": "办理了一步",
    "case.closed": "办结",
    "licence.issued": "颁发证照",
    "licence.changed": "证照变更、延续、暂停、撤销、注销或到期",
}
#: Steps nobody outside is told of: a draft is its author's, a rating its rater's.
_QUIET = ("begin", "save", "discard", "rate")
#: Entries read at once; events that may wait for one receiver before its place stands still.
_BATCH, _MOST_WAITING = 200, 200
#: Longest silence after failures in a row, in seconds.
_LONGEST_QUIET = 3600

_READ = """
SELECT e.xact, e.subject_id, e.seq, e.subject_kind, e.step, e.at, e.body->'row'->>'state',
    c.kind, coalesce(c.rehearsal, l.rehearsal), c.channel = 'inner' AND c.parent_id IS NULL,
    l.case_id, e.body->>'licence'
FROM ledger_entry e
LEFT JOIN casework_case c ON e.subject_kind = 'case' AND c.id = e.subject_id
LEFT JOIN licences_licence l ON e.subject_kind = 'licence' AND l.id = e.subject_id
WHERE e.county = %(county)s AND (e.xact, e.subject_id, e.seq) > (%(xact)s, %(subject_id)s, %(seq)s)
    AND e.xact >= %(xact)s AND e.xact < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
    AND NOT pg_visible_in_snapshot(e.xact::text::xid8, %(since)s::pg_snapshot)
ORDER BY e.xact, e.subject_id, e.seq LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class SubscriptionView:
    """A subscription without its secret."""

    id: UUID
    system: str
    url: str
    events: tuple[str, ...]
    made_at: datetime
    #: Failures in a row; 0: the last event was taken.
    failures: int


@transaction.atomic
def subscribe(
    county: str, system: str, *, url: str, events: Sequence[str], secret: str, actor: str
) -> SubscriptionView:
    """Tell a system of these events from now on.

    Raises ``Refused``: ``event_unknown``, ``secret_short``, ``url_not_allowed``, ``subscribed_already``.
    """
    if unknown := sorted(set(events) - set(EVENTS)) or ([] if events else ["无"]):
        raise Refused(
            "event_unknown", "没有这样的事件：{unknown}。可选：{known}。", unknown=Words(unknown), known=Words(EVENTS)
        )
    if not 32 <= len(secret) <= 200:
        raise Refused("secret_short", "签名密钥应有 32 至 200 个字符。请换一个随机生成的密钥。")
    _check_url(system, url)
    with connection.cursor() as cursor:
        cursor.execute("SELECT s::text, pg_snapshot_xmin(s)::text::bigint FROM pg_current_snapshot() s")
        since, watermark = cursor.fetchone()
    try:
        with transaction.atomic():
            row = Subscription.objects.create(
                county=county,
                system=system,
                url=url,
                events=sorted(set(events)),
                secret_sealed=crypto.seal_text(secret),
                made_at=clock.now(),
                since=since,
                xact=watermark,
                subject_id=UUID(int=0),
                seq=0,
            )
    except IntegrityError:
        raise Refused("subscribed_already", "这个地址已经订阅过。需要改动的，请先取消再重新订阅。") from None
    ledger.record("subscription", row.id, "subscribe", actor, {"events": row.events}, county=county)
    return _view(row)


@transaction.atomic
def unsubscribe(subscription_id: UUID, *, county: str, system: str, actor: str) -> None:
    """Tell it nothing more.  Twice changes nothing.  Raises ``Refused("subscription_unknown")``."""
    row = Subscription.objects.select_for_update().filter(id=subscription_id, county=county, system=system).first()
    if row is None:
        raise Refused("subscription_unknown", "没有这个订阅。请核对编号。")
    if row.ended_at is None:
        row.ended_at = clock.now()
        row.save(update_fields=["ended_at"])
        ledger.record("subscription", row.id, "unsubscribe", actor, {}, county=county)


def subscriptions(county: str, system: str) -> tuple[SubscriptionView, ...]:
    """Return the standing subscriptions of a system, oldest first.  One query."""
    rows = Subscription.objects.filter(county=county, system=system, ended_at=None).order_by("id")
    return tuple(_view(row) for row in rows)


def read_events() -> int:
    """Read the journal on for every subscription, each from its own place; returns how many events are owed now.

    Only entries behind every running transaction are read, so none is passed over that commits late.
    """
    standing = Subscription.objects.filter(ended_at=None).order_by("id").values_list("id", flat=True)
    return sum(_read_on(one) for one in list(standing))


def keep_webhook(promise: Claimed) -> None:
    """Tell one event.  Raises ``Refused`` while the receiver does not take it; then it is told again later."""
    row = Subscription.objects.filter(id=promise.subject_id, ended_at=None).first()
    if row is None:
        return
    machine = _machine()
    if row.quiet_until is not None and row.quiet_until > machine:
        raise Refused("webhook_quiet", "对方刚刚没有应答，稍后再发。")
    trouble = _send(row, promise.body, machine)
    if not trouble:
        if row.failures:
            Subscription.objects.filter(id=row.id).update(failures=0, quiet_until=None)
        return
    failures = row.failures + 1
    wait = timedelta(seconds=min(_LONGEST_QUIET, 5 * 2 ** min(failures, 12)))
    Subscription.objects.filter(id=row.id).update(failures=failures, quiet_until=machine + wait)
    raise Refused(f"webhook_{trouble}", "对方没有收下事件，稍后自动重发。")


def _send(row: Subscription, event: Mapping[str, Any], machine: datetime) -> str:
    """Return the code of the trouble, or nothing."""
    body = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
    url = httpx.URL(row.url)
    moment = moment_text(machine)
    secret = crypto.open_text(bytes(row.secret_sealed)).encode()
    headers = {
        "Content-Type": "application/cloudevents+json; charset=utf-8",
        KEY_HEADER: str(row.id),
        DATE_HEADER: moment,
        SIGNATURE_HEADER: sign(secret, "POST", url.raw_path.decode(), moment, body),
    }
    try:
        # No proxy from the environment and no redirect: only the address that was checked is spoken to.
        with (
            httpx.Client(timeout=httpx.Timeout(5, connect=2), trust_env=False, follow_redirects=False) as client,
            client.stream("POST", url, content=body, headers=headers) as answer,
        ):
            return "" if answer.is_success else str(answer.status_code)
    except httpx.TimeoutException:
        return "slow"
    except httpx.HTTPError:
        return "unreachable"


@transaction.atomic
def _read_on(subscription_id: UUID) -> int:
    row = Subscription.objects.select_for_update(skip_locked=True).filter(id=subscription_id, ended_at=None).first()
    if row is None:  # another postman reads for it
        return 0
    owed = 0
    while _waiting(row.id) < _MOST_WAITING:
        with connection.cursor() as cursor:
            place: dict[str, Any] = {"xact": row.xact, "subject_id": row.subject_id, "seq": row.seq}
            cursor.execute(_READ, {"county": row.county, "most": _BATCH, "since": row.since, **place})
            entries = cursor.fetchall()
        for entry in entries:
            for event in _events(row.county, entry):
                if event["type"] in row.events:
                    key = f"webhook:{row.id}:{event['id']}"
                    ledger.promise("webhook", "subscription", row.id, key, event)
                    owed += 1
            row.xact, row.subject_id, row.seq = entry[:3]
        if entries:
            row.save(update_fields=["xact", "subject_id", "seq"])
        if len(entries) < _BATCH:
            break
    return owed


def _waiting(subscription_id: UUID) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM ledger_promise WHERE subject_id = %s AND done_at IS NULL", [subscription_id]
        )
        (count,) = cursor.fetchone()
    return int(count)


def _events(county: str, entry: tuple[Any, ...]) -> Iterator[dict[str, Any]]:
    """Yield what one entry of the journal means to the world outside."""
    _, subject, seq, subject_kind, step, at, state, kind, rehearsal, inner, case_id, issued = entry
    if rehearsal or inner or step in _QUIET:
        return
    types: list[str] = []
    data: dict[str, Any] = {"step": step, "seq": seq}
    if subject_kind == "case" and kind in KINDS:
        known = KINDS[kind].by_name.get(step)
        types = ["case.step"]
        types += ["case.filed"] if step == "file" else []
        types += ["case.closed"] if known is not None and known.closes else []
        data |= {"case": str(subject), "state": state}
        if step == "issue" and issued:
            types.append("licence.issued")
            data["licence"] = issued
    elif subject_kind == "licence":
        types = ["licence.changed"]
        data |= {"licence": str(subject), "case": str(case_id) if case_id else None}
    for one in types:
        yield {
            "specversion": "1.0",
            "id": f"{subject}:{seq}:{one}",
            "source": f"/counties/{county}",
            "type": one,
            "subject": str(subject),
            "time": at.astimezone(clock.SHANGHAI).isoformat(timespec="seconds"),
            "datacontenttype": "application/json",
            "data": data,
        }


def _check_url(system: str, url: str) -> None:
    """Only the address that was registered for the system is spoken to: nobody makes this house call elsewhere."""
    no = Refused(
        "url_not_allowed",
        "事件只发往这个系统登记过的地址（TONGBAN_EXCHANGE 中的主机和端口，https）。请核对地址，或先由管理员登记。",
    )
    try:
        asked, known = httpx.URL(url), httpx.URL(str(settings.TONGBAN_EXCHANGE.get(system, "")))
    except httpx.InvalidURL:
        raise no from None
    if len(url) > 300 or asked.userinfo or asked.fragment or not asked.host:
        raise no
    own = bool(known.host) and (asked.scheme, asked.host, asked.port) == (known.scheme, known.host, known.port)
    if not own and not (settings.TONGBAN_DEMO and asked.scheme in ("http", "https") and _is_this_machine(asked.host)):
        raise no


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _machine() -> datetime:
    return datetime.fromtimestamp(clock.machine_milliseconds() / 1000, UTC)


def _view(row: Subscription) -> SubscriptionView:
    return SubscriptionView(row.id, row.system, row.url, tuple(row.events), row.made_at, row.failures)
