"""Other systems: their signed messages act once, and they hear of every event at least once."""

import json
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

SYSTEM, KEY = "province-social-security", b"k" * 32


def code(response):
    return response.status_code, response.told["code"]


@pytest.fixture
def linked(office, tmp_path, settings):
    """The system with a key of its own."""
    from pathlib import Path

    from tongban.rooms.exchange import actions as exchange

    path = Path(settings.TONGBAN_KEYS, "exchange-api-test.key")
    path.write_bytes(KEY)
    exchange.register_system("990127", SYSTEM, "省社会保险系统", actor="house", adapter="simulator", key_id="api-test")
    yield
    path.unlink()


def signed(speaker, body, *, key=KEY, moment=None, system=SYSTEM):
    from tongban.rooms import clock
    from tongban.rooms.exchange.signing import moment_text, sign

    path = f"/exchange/{system}/messages"
    content = json.dumps(body).encode()
    when = moment or moment_text(datetime.fromtimestamp(clock.machine_milliseconds() / 1000, UTC))
    headers = {
        "X-Tongban-Key": "api-test",
        "X-Tongban-Date": when,
        "X-Tongban-Signature": sign(key, "POST", f"/api/v1{path}", when, content),
    }
    return speaker.post(path, content, headers=headers)


def test_a_message_acts_once_and_only_signed_and_fresh(linked, tokens):
    system = tokens.system()
    body = {"id": "m-1", "outside_number": "W1", "sequence": 1, "state": "accepted", "on": "2026-10-13"}
    first, second = signed(system, body), signed(system, body)
    assert (first.status_code, first.told["state"], first.told["new"]) == (200, "unmatched", True)
    assert (second.told["id"], second.told["new"]) == (first.told["id"], False)
    assert code(signed(system, {**body, "state": "granted"})) == (409, "message_changed")
    assert code(signed(system, body, key=b"x" * 32)) == (401, "signature_wrong")
    assert code(signed(system, body, moment="2026-01-01T00:00:00Z")) == (401, "signature_stale")
    assert code(signed(system, body, system="population")) == (403, "other_system")
    assert code(system.post(f"/exchange/{SYSTEM}/messages", body)) == (422, "request_invalid")


def test_only_registered_addresses_are_told(linked, tokens, settings):
    system = tokens.system()
    asked = {"events": ["case.filed"], "secret": "s" * 32}
    for url in ("https://elsewhere.example/in", "http://10.0.0.1/in", "file:///etc", "http://user@127.0.0.1/"):
        assert code(system.post("/subscriptions", {**asked, "url": url})) == (403, "url_not_allowed")
    settings.TONGBAN_EXCHANGE = {SYSTEM: "https://si.example:8443/base"}
    assert system.post("/subscriptions", {**asked, "url": "https://si.example:8443/in"}).status_code == 201
    assert code(system.post("/subscriptions", {**asked, "url": "https://si.example/in"})) == (403, "url_not_allowed")
    assert code(system.post("/subscriptions", {**asked, "url": "http://127.0.0.1/", "events": ["x"]}))[0] == 422


class Receiver:
    """Somebody who listens, and at first does not answer."""

    def __init__(self):
        self.heard, self.answers = [], []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.heard.append((dict(self.headers), body))
                self.send_response(outer.answers.pop(0) if outer.answers else 204)
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/in"
        Thread(target=self.server.serve_forever, daemon=True).start()

    def events(self):
        return [json.loads(body) for _, body in self.heard]


@pytest.fixture
def receiver():
    made = Receiver()
    yield made
    made.server.shutdown()
    made.server.server_close()


def last_entry():
    from tongban.rooms.ledger.models import Entry

    return Entry.objects.order_by("-xact").values_list("xact", flat=True)[0]


def test_events_are_signed_hold_no_names_and_arrive_though_the_receiver_failed(own_county, tokens, receiver):
    from tongban.hall.postman import keeping
    from tongban.rooms.exchange import actions as exchange
    from tongban.rooms.exchange.models import Subscription
    from tongban.rooms.exchange.signing import verify
    from tongban.rooms.ledger.models import Promise

    secret = "a-secret-of-the-receiver-of-32-characters"
    with own_county.at(2026, 10, 13):
        before = own_county.filed()
        system = tokens.system()
        events = ["case.filed", "case.closed", "case.step", "licence.issued"]
        made = system.post("/subscriptions", {"url": receiver.url, "events": events, "secret": secret})
        assert made.status_code == 201
        case_id = own_county.delivered()
        draft = tokens.person().post(
            "/drafts",
            {"item": "small-food-shop", "applicant": str(own_county.citizen().id), "answers": {}},
        )
        assert draft.status_code == 201
        # Other workers of these tests have transactions open: what is behind them is read when they are over.
        end = time.monotonic() + 120
        while Subscription.objects.get().xact < last_entry():
            assert time.monotonic() < end
            exchange.read_events()
            time.sleep(0.1)
        assert exchange.read_events() == 0

        receiver.answers = [500]
        done = keeping.Drained()
        keeping.keep_some(done, ["webhook"])
        assert done.troubled["webhook", "webhook_500"] == 1
        # After one failure nothing more is sent for a while: a dead receiver holds up nobody.
        assert len(receiver.heard) == 1
        Subscription.objects.update(quiet_until=None)
        Promise.objects.filter(kind="webhook").update(claimed_until=None)
        while keeping.keep_some(done, ["webhook"]):
            pass
        told = {event["id"]: event for event in receiver.events()}
        assert Promise.objects.filter(kind="webhook", done_at=None).count() == 0
        assert {event["data"]["case"] for event in told.values()} == {str(case_id)}
        assert str(before) not in json.dumps(list(told))
        kinds = sorted(event["type"] for event in told.values())
        assert kinds.count("case.filed") == kinds.count("case.closed") == kinds.count("licence.issued") == 1
        assert kinds.count("case.step") == 6
        text = json.dumps(receiver.events(), ensure_ascii=False)
        assert "林示例" not in text
        assert all(event["specversion"] == "1.0" and event["time"].endswith("+08:00") for event in told.values())
        for headers, body in receiver.heard:
            moment = headers["X-Tongban-Date"]
            verify(
                secret.encode(),
                "POST",
                "/in",
                moment,
                body,
                headers["X-Tongban-Signature"],
                now=datetime.strptime(moment, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC),
            )
        listed = system.get("/subscriptions").told
        assert [(one["url"], one["failures"]) for one in listed] == [(receiver.url, 0)]
        assert system.ask("DELETE", f"/subscriptions/{made.told['id']}").status_code == 204
        own_county.filed()
        assert exchange.read_events() == 0
