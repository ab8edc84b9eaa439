"""The way by which notices leave the house: a port, a simulated channel for demos, and a gateway over HTTP."""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Protocol
from uuid import UUID

import httpx
from django.conf import settings

from tongban.rooms import crypto
from tongban.rooms.people import actions as people
from tongban.rulebook.errors import Refused


@dataclass(frozen=True, slots=True)
class Message:
    """One notice."""

    #: The same key again is the same message.
    key: str
    #: ``person:id``, ``post:id``, ``unit:code/desk`` or ``code:id``: never a name or a number.
    to: str
    #: What is read.
    text: str
    #: Moment of the step it tells of, ISO 8601.
    at: str


class Channel(Protocol):
    """Raises when the message may not have gone; sent again with the same key it arrives once."""

    def send(self, message: Message) -> None:
        """Hand the message over."""
        ...


@dataclass(frozen=True, slots=True)
class SimulatedChannel:
    """Puts messages into a folder, sealed like all that was told to somebody: one file a key."""

    folder: Path

    def send(self, message: Message) -> None:
        """Lay the message down; the same key again changes nothing."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.folder / sha256(message.key.encode()).hexdigest()
        fresh = path.with_name(f"{path.name}.{os.getpid()}")
        fresh.write_bytes(crypto.seal_text(json.dumps(asdict(message), ensure_ascii=False)))
        fresh.replace(path)

    def messages(self) -> Iterator[Message]:
        """Yield what was sent, in no order."""
        for path in self.folder.glob("*"):
            if "." not in path.name:
                yield Message(**json.loads(crypto.open_text(path.read_bytes())))


@dataclass(frozen=True, slots=True)
class HttpChannel:
    """A gateway for text messages: ``POST address`` with key, number and text; 2xx means taken."""

    address: str
    token: str
    client: httpx.Client

    def send(self, message: Message) -> None:
        """Hand the message to the gateway.  A message to a desk is read in the house and does not go out."""
        kind, _, subject = message.to.partition(":")
        if kind == "code":
            code = people.code_to_send(UUID(subject))
            phone = code.phone if code else ""
        elif kind == "person":
            phone = people.reveal(UUID(subject), who="house", purpose="notice").get("phone", "")
        else:
            return
        if not phone:
            return
        answer = self.client.post(
            self.address,
            json={"key": message.key, "to": phone, "text": message.text},
            headers={"Authorization": f"Bearer {self.token}", "Idempotency-Key": message.key},
        )
        if answer.status_code // 100 != 2:
            raise Refused("gateway_refused", f"短信网关没有接收（{answer.status_code}），稍后自动重发。")


def channel() -> Channel:
    """Return the channel of this installation: the gateway of TONGBAN_NOTICE_URL, else the simulated one of a demo.

    Raises ``Refused("no_notice_channel")`` in production without a gateway: a notice is never said to be sent
    when it was not.
    """
    address = os.environ.get("TONGBAN_NOTICE_URL", "")
    if address:
        token = Path(settings.TONGBAN_KEYS, "notice.key").read_text(encoding="ascii").strip()
        return HttpChannel(address, token, httpx.Client(timeout=10))
    if not settings.TONGBAN_DEMO:
        raise Refused("no_notice_channel", "还没有接短信网关，通知发不出去。请设置 TONGBAN_NOTICE_URL。")
    return simulated()


def simulated() -> SimulatedChannel:
    """Return the demo's channel: a folder beside that of the files."""
    return SimulatedChannel(Path(settings.TONGBAN_FILES).parent / "outbox")
