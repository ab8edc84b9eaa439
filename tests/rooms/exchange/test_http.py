"""The real adapter against a real server on this machine that behaves badly."""

import json
import socket
import struct
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import UUID, uuid4

import pytest

from tests.rooms.exchange.conftest import COUNTY, PERSON
from tongban.rooms.exchange.port import CaseFacts, Down, Linked, OutsideMessage, OutsideNumber, Rejected
from tongban.rooms.exchange.signing import (
    DATE_HEADER,
    KEY_HEADER,
    SIGNATURE_HEADER,
    moment_text,
    sign,
    verify,
)
from tongban.rulebook.errors import Refused

SECRET = b"0123456789abcdef0123456789abcdef"
DAY = date(2026, 9, 22)
FACTS = CaseFacts(UUID(int=7), "9901", COUNTY, "tax-register", ("new",), DAY, {"name": "示例店"})


class Other(ThreadingHTTPServer):
    """Another agency's system.  ``mood`` says how it treats the next requests, one word each; then it is well."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.mood: list[str] = []
        self.cases: dict[str, str] = {}
        self.requests: list[tuple[str, str]] = []
        self.keys: list[str] = []
        self.release = threading.Event()
        self.lock = threading.Lock()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request, client_address) -> None:
        """A client that hung up is what these tests are about."""


class Handler(BaseHTTPRequestHandler):
    server: Other

    def log_message(self, *args) -> None:
        pass

    def do_POST(self) -> None:
        self._serve(self.rfile.read(int(self.headers["Content-Length"])))

    def do_GET(self) -> None:
        self._serve(b"")

    def _serve(self, body: bytes) -> None:
        with self.server.lock:
            mood = self.server.mood.pop(0) if self.server.mood else "well"
            self.server.requests.append((self.command, self.path))
        try:
            verify(
                SECRET,
                self.command,
                self.path,
                self.headers[DATE_HEADER],
                body,
                self.headers[SIGNATURE_HEADER],
                now=datetime.now(UTC),
            )
        except Refused as refused:
            return self._answer(401, json.dumps({"code": refused.code}))
        if mood == "hang":
            self.server.release.wait(20)
            return None
        if mood == "drip":
            return self._drip()
        if mood == "trouble":
            return self._answer(503, "{}")
        # What is asked is done; only the answer may go wrong.
        status, told = self._work(body)
        if mood == "drop":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            return None
        if mood == "garbled":
            return self._answer(200, "<html>维护中</html>")
        if mood == "list":
            return self._answer(200, "[1, 2]")
        if mood == "moved":
            return self._answer(302, "{}", {"Location": "http://127.0.0.1:1/elsewhere"})
        if mood == "huge":
            return self._answer(200, json.dumps({"found": True, "values": {"x": "长" * 400_000}}, ensure_ascii=False))
        return self._answer(status, json.dumps(told, ensure_ascii=False))

    def _work(self, body: bytes) -> tuple[int, dict]:
        told = json.loads(body) if body else {}
        if self.path == "/cases":
            with self.server.lock:
                self.server.keys.append(told["key"])
                number = self.server.cases.setdefault(told["key"], f"税{len(self.server.cases) + 1:04d}")
            return 201, {"number": number}
        if self.path == "/resources/marriage":
            if told["query"] != PERSON:
                return 200, {"found": False}
            return 200, {"found": True, "values": {"marital_status": "已婚", "secret": "多给的"}}
        if self.path.startswith("/cases/"):
            return 200, {"messages": [{"id": "m1", "sequence": 1, "state": "granted", "on": "2026-09-22"}]}
        return 404, {"code": "resource_unknown"}

    def _answer(self, status: int, text: str, headers: dict[str, str] | None = None) -> None:
        data = text.encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _drip(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        for _ in range(100):
            self.wfile.write(b" ")
            self.wfile.flush()
            if self.server.release.wait(0.05):
                return


@pytest.fixture
def other() -> Iterator[Other]:
    server = Other()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server
    server.release.set()
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def adapter(other):
    return adapter_for(other.address)


def adapter_for(address: str, secret: bytes = SECRET, **patience):
    from tongban.rooms.exchange.http_adapter import HttpAdapter, Patience

    quick = Patience(**{"connect": 0.5, "read": 0.3, "whole": 0.6, "pauses": (0.01, 0.01), **patience})
    return HttpAdapter(address, "k1", secret, quick)


def ask(adapter, query=PERSON, resource="marriage"):
    return adapter.ask(resource, query, fields=["marital_status"], case_id=uuid4(), purpose="")


def test_a_question_is_answered(adapter, other):
    assert ask(adapter).values["marital_status"] == "已婚"
    assert ask(adapter, {"citizen_id": "x"}).state == "missing"
    assert other.requests == [("POST", "/resources/marriage")] * 2


@pytest.mark.parametrize("mood", ["trouble", "drop", "hang", "garbled", "list", "moved", "huge"])
def test_a_bad_moment_is_tried_again(adapter, other, mood):
    other.mood = [mood, mood]
    assert ask(adapter).state == "found"
    assert len(other.requests) == 3


@pytest.mark.parametrize(
    ("mood", "code"),
    [
        ("trouble", "trouble"),
        ("drop", "unreachable"),
        ("hang", "slow"),
        ("drip", "slow"),
        ("garbled", "garbled"),
        ("list", "garbled"),
        ("moved", "garbled"),
        ("huge", "garbled"),
    ],
)
def test_a_bad_day_is_down_with_its_reason(adapter, other, mood, code):
    other.mood = [mood] * 3
    with pytest.raises(Down) as caught:
        ask(adapter)
    assert (caught.value.code, len(other.requests)) == (code, 3)


def test_an_answer_drop_by_drop_does_not_hold_us_for_ever(other):
    other.mood = ["drip"]
    began = time.monotonic()
    with pytest.raises(Down):
        ask(adapter_for(other.address, pauses=()))
    assert time.monotonic() - began < 3


def test_nobody_listening_is_down():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(Down) as caught:
            ask(adapter_for(f"http://127.0.0.1:{taken.getsockname()[1]}"))
    assert caught.value.code == "unreachable"


def test_a_no_is_not_tried_again(adapter, other):
    with pytest.raises(Rejected) as caught:
        ask(adapter, resource="nothing")
    assert (caught.value.code, len(other.requests)) == ("resource_unknown", 1)


def test_a_wrong_key_is_refused_over_there(other):
    with pytest.raises(Rejected) as caught:
        ask(adapter_for(other.address, b"x" * 32))
    assert caught.value.code == "signature_wrong"


def test_a_case_whose_answer_is_lost_is_one_case_over_there(adapter, other):
    other.mood = ["drop", "garbled"]
    assert adapter.hand_over(FACTS, "k-7") == OutsideNumber("税0001")
    assert adapter.hand_over(FACTS, "k-7") == OutsideNumber("税0001")
    assert (other.keys, len(other.cases)) == (["k-7"] * 4, 1)


def test_what_happened_is_fetched(adapter, other):
    linked = Linked("税 0001/a", 3, datetime(2026, 9, 21, tzinfo=UTC))
    assert adapter.poll(linked) == [OutsideMessage("m1", "税 0001/a", 1, "granted", DAY)]
    assert other.requests == [("GET", "/cases/%E7%A8%8E%200001%2Fa/messages?after=3")]


def test_a_signature_covers_method_path_date_and_body():
    now = datetime(2026, 9, 22, 1, 30, tzinfo=UTC)
    sent = {"method": "POST", "path": "/cases?x=1", "moment": moment_text(now), "body": b"{}"}
    signature = sign(SECRET, **sent)
    verify(SECRET, **sent, signature=signature, now=now)
    later = moment_text(now + timedelta(seconds=1))
    for change in ({"method": "GET"}, {"path": "/cases?x=2"}, {"body": b"{ }"}, {"moment": later}):
        with pytest.raises(Refused) as caught:
            verify(SECRET, **{**sent, **change}, signature=signature, now=now)
        assert caught.value.code == "signature_wrong"


@pytest.mark.parametrize(("minutes", "fresh"), [(-6, False), (-5, True), (5, True), (6, False)])
def test_an_old_request_is_somebody_elses_copy(minutes, fresh):
    now = datetime(2026, 9, 22, 1, 30, tzinfo=UTC)
    moment = moment_text(now + timedelta(minutes=minutes))
    signature = sign(SECRET, "GET", "/", moment, b"")
    if fresh:
        verify(SECRET, "GET", "/", moment, b"", signature, now=now)
    else:
        with pytest.raises(Refused) as caught:
            verify(SECRET, "GET", "/", moment, b"", signature, now=now)
        assert caught.value.code == "signature_stale"


@pytest.fixture
def linked_tax(own_database, nine, other, settings, monkeypatch):
    """The tax office behind the real adapter, on a database that commits; casework remembers what it is told."""
    from tongban.rooms.exchange import actions, adapters
    from tongban.rooms.exchange.actions import incoming

    settings.TONGBAN_EXCHANGE = {"tax": other.address + "/"}
    monkeypatch.setattr(adapters, "secret", lambda key_id: SECRET)
    monkeypatch.setattr(
        adapters, "HttpAdapter", lambda address, key_id, secret: adapter_for(address, secret, pauses=())
    )
    told: list[tuple] = []
    monkeypatch.setattr(
        incoming.casework, "outside_result", lambda case_id, **given: told.append((case_id, given["result"]))
    )
    actions.register_system(COUNTY, "tax", "税务系统", actor="house", adapter="http", key_id="k1")
    return told


def test_an_outbox_message_has_one_effect_through_a_bad_line(linked_tax, other):
    from tongban.rooms.exchange import actions, queries

    twin = actions.hand_over(FACTS, "tax", actor="house")
    (outbox,) = queries.outbox_of(twin)
    other.mood = ["trouble", "drop", "hang"]
    came = [actions.deliver_outbox(outbox) for _ in range(4)]
    assert [one.state for one in came] == ["waiting", "waiting", "waiting", "sent"]
    assert [one.trouble for one in came] == ["trouble", "unreachable", "slow", ""]
    assert (list(other.cases), queries.twin(twin).outside_number) == ([f"hand_over:{twin}"], "税0001")
    assert actions.poll_twin(twin) is True
    assert linked_tax == [(FACTS.case_id, "granted")]


def test_two_postmen_with_one_message_make_one_case(linked_tax, other):
    from django.db import connections

    from tongban.rooms.exchange import actions, queries

    twin = actions.hand_over(FACTS, "tax", actor="house")
    (outbox,) = queries.outbox_of(twin)
    gate, came = threading.Barrier(4), []

    def carry() -> None:
        gate.wait(10)
        came.append(actions.deliver_outbox(outbox).state)
        connections.close_all()

    threads = [threading.Thread(target=carry) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (came.count("sent") >= 1, set(came) <= {"sent", "waiting"}, len(other.keys)) == (True, True, 1)


def received_at_once(messages: list[OutsideMessage]) -> list:
    """Receive each message in a thread of its own, all at the same moment."""
    from django.db import connections

    from tongban.rooms.exchange import actions

    gate, came = threading.Barrier(len(messages)), []

    def take_in(message: OutsideMessage) -> None:
        gate.wait(10)
        came.append(actions.receive(COUNTY, "tax", message))
        connections.close_all()

    threads = [threading.Thread(target=take_in, args=(message,)) for message in messages]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return came


def test_one_result_received_by_many_at_once_acts_once(linked_tax, other):
    from tongban.rooms.exchange import actions, queries

    twin = actions.hand_over(FACTS, "tax", actor="house")
    actions.deliver_outbox(queries.outbox_of(twin)[0])
    came = received_at_once([OutsideMessage("m1", "税0001", 1, "granted", DAY)] * 6)
    assert ([one.state for one in came], sum(one.new for one in came)) == (["applied"] * 6, 1)
    assert linked_tax == [(FACTS.case_id, "granted")]


def test_messages_of_one_case_received_at_once_all_act_in_order(linked_tax, other):
    from tongban.rooms.exchange import actions, queries

    for turn in range(1, 6):
        facts = replace(FACTS, case_id=uuid4())
        twin = actions.hand_over(facts, "tax", actor="house")
        actions.deliver_outbox(queries.outbox_of(twin)[0])
        received_at_once(
            [
                OutsideMessage(f"{turn}-{n}", f"税{turn:04d}", n, "granted" if n == 6 else "working", DAY)
                for n in range(6, 0, -1)
            ]
        )
        assert [one.state for one in queries.messages_of(twin)] == ["applied"] * 6
        assert (queries.twin(twin).state, queries.twin(twin).last_sequence) == ("granted", 6)
    assert len(linked_tax) == 5


def test_a_key_named_by_a_path_is_not_read(settings, tmp_path):
    from tongban.rooms.exchange.adapters import secret

    settings.TONGBAN_KEYS = tmp_path / "keys"
    settings.TONGBAN_KEYS.mkdir()
    (tmp_path / "x.key").write_bytes(SECRET)
    (settings.TONGBAN_KEYS / "exchange-short.key").write_bytes(b"short")
    for name, code in (("/../../x", "key_missing"), ("", "key_missing"), ("short", "key_weak")):
        with pytest.raises(Refused) as caught:
            secret(name)
        assert caught.value.code == code


def test_the_header_names_the_key(adapter, other, monkeypatch):
    seen = []
    monkeypatch.setattr(Handler, "_answer", lambda self, *_: seen.append(self.headers[KEY_HEADER]))
    with pytest.raises(Down):
        ask(adapter)
    assert seen == ["k1"] * 3
