"""The same lifecycle over HTTP: a server with everything on, tokens of those who act, and somebody who calls."""

import contextlib
import http.client
import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from bench._county import ITEM, Place

#: Requests a minute of one token: more than anybody can send here.
_MUCH = 100_000
#: Seconds a server may take to answer for the first time.
_PATIENCE = 60


@dataclass(frozen=True)
class Line:
    """Where the server listens, and the tokens of those who call it."""

    port: int
    #: Applicant, her token, what she has uploaded.
    persons: tuple[tuple[UUID, str, UUID], ...]
    acceptor: str
    reviewer: str
    decider: str
    exit: str


@contextlib.contextmanager
def served(url: str, place: Place, workers: int) -> Iterator[Line]:
    """Serve the county as ``./run serve`` does, without its postman, and give out tokens.  Stops in the end."""
    from tongban.hall.commands import serve

    line = _line(_free_port(), place)
    surroundings = {**os.environ, "DATABASE_URL": url, "DATABASE_OWNER_URL": url}
    server = subprocess.Popen(
        serve.web_command("127.0.0.1", line.port, workers),
        env=surroundings,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(line.port, server)
        yield line
    finally:
        server.terminate()
        server.wait(15)


class Caller:
    """Carries cases by six requests each, over one connection that stays open."""

    def __init__(self, place: Place, line: Line) -> None:
        self.line = line
        self.connection = http.client.HTTPConnection("127.0.0.1", line.port, timeout=60)
        self.turn = 0
        self.materials = place.materials
        self.filing: dict[str, Any] = {"item": ITEM, "answers": place.answers}

    def lifecycle(self) -> None:
        """Carry one case.  Raises ``SystemExit`` where an answer is no success."""
        line = self.line
        self.turn += 1
        person, token, upload = line.persons[(self.turn + os.getpid()) % len(line.persons)]
        offers = {code: {"upload": str(upload)} for code in self.materials}
        filed = self._post("/cases", token, {**self.filing, "applicant": str(person), "materials": offers})
        steps = f"/cases/{filed['case_id']}"
        self._post(f"{steps}/steps/accept", line.acceptor, {})
        self._post(f"{steps}/steps/pass_on", line.reviewer, {"opinion": "符合要求"})
        self._post(f"{steps}/steps/grant", line.decider, {"opinion": "准予"})
        self._post(f"{steps}/steps/issue", line.exit, {})
        self._post(f"{steps}/rating", token, {"grade": "satisfied", "channel": "mobile"})

    def _post(self, address: str, token: str, body: dict[str, Any]) -> Any:
        headers = {
            "Authorization": f"Bearer {token}",
            "Idempotency-Key": f"bench-{os.getpid()}-{time.monotonic_ns()}",
            "Content-Type": "application/json",
        }
        self.connection.request("POST", f"/api/v1{address}", json.dumps(body), headers)
        answer = self.connection.getresponse()
        told = answer.read()
        if answer.status >= 300:
            raise SystemExit(f"{address}：{answer.status} {told.decode()}")
        return json.loads(told)


def _line(port: int, place: Place) -> Line:
    from tongban.rooms.people import actions as people

    def token(**whose: Any) -> str:
        made = people.make_token(place.county, "测速", actor="house", scopes=["cases"], per_minute=_MUCH, **whose)
        return made.secret

    staff = {
        name: token(staff_id=getattr(place, name)[0], post_id=getattr(place, name)[1])
        for name in ("acceptor", "reviewer", "decider", "exit")
    }
    persons = tuple((one, token(person_id=one), _upload(place, one)) for one in place.persons)
    return Line(port=port, persons=persons, **staff)


def _upload(place: Place, person: UUID) -> UUID:
    from tongban.hall.county.sheets import sheet
    from tongban.rooms.files import uploads

    actor, content = f"person:{person}", sheet("材料")
    begun = uploads.begin_upload(len(content), county=place.county, actor=actor)
    uploads.append_piece(begun.id, 0, content, actor=actor)
    return uploads.finish_upload(begun.id, actor=actor).id


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int, server: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and server.poll() is None:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        time.sleep(0.1)
    raise SystemExit("测速用的网站没有启动。")
