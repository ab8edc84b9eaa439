"""The real adapter: signed JSON over HTTP, with time limits and retries.

What the other side offers, under its base address::

    POST /resources/{code}   {"query", "fields", "case", "purpose"}   -> {"found": true, "values": {...}}
    POST /cases              {"key", "case": {...}}                   -> {"number": "..."}
    GET  /cases/{number}/messages?after=3  -> {"messages": [{"id", "sequence", "state", "on"}]}
    GET  /cases?day=2026-09-22  -> {"cases": [{"case", "number", "state", "sequence"}]}

A case is sent again with the same ``key`` until an answer came, so a lost answer makes no second case over there.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from tongban.rooms import clock
from tongban.rooms.exchange.port import (
    Answer,
    CaseFacts,
    Down,
    Holding,
    Linked,
    OutsideMessage,
    OutsideNumber,
    Rejected,
)
from tongban.rooms.exchange.signing import DATE_HEADER, KEY_HEADER, SIGNATURE_HEADER, moment_text, sign

#: Nobody sends more than this in one answer.
_MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, and how often to try again."""

    #: Seconds to connect, and between two pieces of an answer.
    connect: float = 2.0
    read: float = 5.0
    #: Seconds for one try, whole.
    whole: float = 10.0
    #: Seconds before each further try; as many tries as there are pauses, and one.
    pauses: tuple[float, ...] = (0.2, 0.8)


@dataclass(frozen=True, slots=True)
class HttpAdapter:
    """One system at one address."""

    #: Base address, without a slash at its end.
    address: str
    #: Name of the key, sent along, and the key itself.
    key_id: str
    secret: bytes
    patience: Patience = Patience()
    #: Waits between tries; tests need not.
    sleep: Callable[[float], None] = time.sleep

    def ask(
        self,
        resource: str,
        query: Mapping[str, str],
        *,
        fields: Sequence[str],
        case_id: UUID | None,
        purpose: str,
    ) -> Answer:
        """See ``port.Adapter``."""
        told = self._send(
            "POST",
            f"/resources/{quote(resource, safe='')}",
            {
                "query": dict(query),
                "fields": list(fields),
                "case": str(case_id) if case_id else None,
                "purpose": purpose,
            },
        )
        if told.get("found") is False:
            return Answer("missing")
        values = told.get("values")
        if told.get("found") is not True or not isinstance(values, dict):
            raise Down("garbled")
        if not all(isinstance(value, str) for value in values.values()):
            raise Down("garbled")
        return Answer("found", values)

    def hand_over(self, facts: CaseFacts, key: str) -> OutsideNumber:
        """See ``port.Adapter``."""
        told = self._send("POST", "/cases", {"key": key, "case": asdict(facts)})
        number = told.get("number")
        if not isinstance(number, str) or not 0 < len(number) <= 64:
            raise Down("garbled")
        return OutsideNumber(number)

    def poll(self, linked: Linked) -> Sequence[OutsideMessage]:
        """See ``port.Adapter``."""
        number = quote(linked.outside_number, safe="")
        told = self._send("GET", f"/cases/{number}/messages?after={linked.last_sequence}")
        messages = told.get("messages")
        if not isinstance(messages, list):
            raise Down("garbled")
        return [read_message(linked.outside_number, one) for one in messages]

    def holdings(self, day: date) -> Sequence[Holding]:
        """See ``port.Adapter``."""
        told = self._send("GET", f"/cases?day={day.isoformat()}")
        cases = told.get("cases")
        if not isinstance(cases, list):
            raise Down("garbled")
        return [read_holding(one) for one in cases]

    def _send(self, method: str, path: str, content: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return the JSON object answered.  Raises ``Down`` after the last try, ``Rejected`` at once."""
        body = b"" if content is None else json.dumps(content, ensure_ascii=False, default=str).encode()
        trouble = Down("unreachable")
        timeout = httpx.Timeout(self.patience.read, connect=self.patience.connect)
        # No proxy from the environment: addresses of this network are spoken to directly.
        with httpx.Client(timeout=timeout, trust_env=False, follow_redirects=False) as client:
            for pause in (0.0, *self.patience.pauses):
                if pause:
                    self.sleep(pause)
                try:
                    return self._try(client, method, path, body)
                except Down as down:
                    trouble = down
        raise trouble

    def _try(self, client: httpx.Client, method: str, path: str, body: bytes) -> dict[str, Any]:
        url = httpx.URL(self.address + path)
        # The machine's own time: the other side knows nothing of a demo's clock.
        moment = moment_text(datetime.fromtimestamp(clock.machine_milliseconds() / 1000, UTC))
        headers = {
            "Content-Type": "application/json",
            KEY_HEADER: self.key_id,
            DATE_HEADER: moment,
            SIGNATURE_HEADER: sign(self.secret, method, url.raw_path.decode(), moment, body),
        }
        until = time.monotonic() + self.patience.whole
        try:
            with client.stream(method, url, content=body, headers=headers) as response:
                received = b""
                for piece in response.iter_bytes():
                    received += piece
                    if len(received) > _MOST_BYTES:
                        raise Down("garbled")
                    if time.monotonic() > until:
                        raise Down("slow")
        except httpx.TimeoutException as error:
            raise Down("slow") from error
        except httpx.HTTPError as error:
            raise Down("unreachable") from error
        return _read(response.status_code, received)


def _read(status: int, received: bytes) -> dict[str, Any]:
    if status >= 500 or status in (408, 425, 429):
        raise Down("trouble")
    try:
        told = json.loads(received)
    except ValueError:
        told = None
    if 400 <= status < 500:
        code = told.get("code") if isinstance(told, dict) else None
        raise Rejected(code[:40] if isinstance(code, str) and code else f"http_{status}")
    if status not in (200, 201) or not isinstance(told, dict):
        raise Down("garbled")
    return told


def read_message(number: str, one: Any) -> OutsideMessage:
    """Return a message from the JSON of it.  Raises ``Down("garbled")``."""
    try:
        return OutsideMessage(
            str(one["id"]), number, int(one["sequence"]), str(one["state"]), date.fromisoformat(one["on"])
        )
    except (KeyError, TypeError, ValueError) as error:
        raise Down("garbled") from error


def read_holding(one: Any) -> Holding:
    """Return a line of the other side's list from the JSON of it.  Raises ``Down("garbled")``."""
    try:
        read = Holding(str(one["case"]), str(one["number"]), str(one["state"]), int(one["sequence"]))
    except (KeyError, TypeError, ValueError) as error:
        raise Down("garbled") from error
    if not 0 < len(read.case_number) <= 50 or not 0 < len(read.outside_number) <= 64 or len(read.state) > 12:
        raise Down("garbled")
    return read
