"""The postman: what is promised is kept once, what fails waits and stops nobody, notices say why and what next."""

import threading
from datetime import date
from uuid import UUID, uuid4

import httpx
import pytest

COUNTY = "990127"
ITEM = "small-food-shop"


def owe(kind: str, body: dict | None = None, *, subject: UUID | None = None) -> UUID:
    from tongban.rooms.ledger import actions as ledger

    return ledger.promise(kind, "case", subject or uuid4(), f"test:{uuid4()}", body or {})


def outstanding(kind: str = "") -> list[tuple[str, str]]:
    from tongban.rooms.ledger.models import Promise

    rows = Promise.objects.filter(done_at=None).order_by("id").values_list("kind", "trouble")
    return [row for row in rows if not kind or row[0] == kind]


def sent() -> dict[str, str]:
    """Return what the simulated channel sent: key -> text."""
    from tongban.hall.postman.channel import simulated

    return {message.key: message.text for message in simulated().messages()}


def notice(case_id: UUID, seq: int, whom: str = "applicant") -> str:
    return sent()[f"notice:{case_id}:{seq}:{whom}"]


def test_every_promise_that_steps_make_has_a_keeper():
    """Kinds named where promises are made, in every room."""
    import re
    from pathlib import Path

    from tongban.hall.postman import KEEPERS

    rooms = Path(__file__).parents[2] / "tongban" / "rooms"
    written = "".join(path.read_text() for path in rooms.rglob("actions/*.py"))
    named = set(re.findall(r'"kind": "(\w+)",\s*"key"', written)) | set(re.findall(r'promise\(\s*"(\w+)"', written))
    assert {"document", "notice", "archive", "matter", "tend"} <= named
    assert named - set(KEEPERS) == set()


def test_a_finished_case_is_sealed_told_and_archived_by_one_drain(county):
    from tongban.hall import postman
    from tongban.rooms.casework.queries.reading import read
    from tongban.rooms.licences import queries as licences

    with county.at(2026, 9, 22):
        case_id = county.delivered()
        done = postman.drain(60)
        assert (done.left, done.troubled, outstanding()) == (0, {}, [])
        assert read(case_id).facts.state == "archived"
        assert {one.kind for one in licences.documents_of(case_id)} >= {
            "receipt",
            "acceptance_notice",
            "grant_decision",
        }
        again = postman.drain(60)
    assert (again.kept, again.left) == ({}, 0)


def test_a_promise_that_fails_stops_no_other_and_stays_with_its_trouble(county, monkeypatch):
    from tongban.hall import postman
    from tongban.hall.postman import KEEPERS

    kept = []
    monkeypatch.setitem(KEEPERS, "tend", lambda promise: 1 / 0)
    monkeypatch.setitem(KEEPERS, "matter", lambda promise: kept.append(promise.id))
    with county.at(2026, 9, 22):
        owe("tend")
        wanted = {owe("matter") for _ in range(3)}
        done = postman.drain(30)
    assert set(kept) == wanted
    assert (done.kept, done.troubled, done.left) == ({"matter": 3}, {("tend", "ZeroDivisionError"): 1}, 1)
    assert outstanding() == [("tend", "ZeroDivisionError")]
    assert str(done) == "办妥 3 件；还有 1 件待办；tend 未成 1 次（ZeroDivisionError）"


def test_a_promise_nobody_knows_is_a_trouble_and_not_lost(county):
    from tongban.hall import postman

    with county.at(2026, 9, 22):
        owe("nosuch")
        assert postman.drain(30).left == 1
    assert outstanding() == [("nosuch", "kind_unknown")]


def test_a_promise_that_failed_is_kept_when_its_time_comes_again(own_county, monkeypatch):
    """Waits are counted by the machine's clock, twice as long each time."""
    from tongban.hall import postman
    from tongban.hall.postman import KEEPERS
    from tongban.rooms import clock

    machine = clock.machine_milliseconds()
    attempts = []

    def sometimes(promise):
        attempts.append(promise.attempts)
        if len(attempts) < 3:
            raise TimeoutError

    monkeypatch.setitem(KEEPERS, "matter", sometimes)
    with own_county.at(2026, 9, 22):
        owe("matter")
        for seconds in (0, 9, 11, 30, 31, 60):
            monkeypatch.setattr(clock, "machine_milliseconds", lambda after=seconds: machine + after * 1000)
            postman.drain(30)
    assert attempts == [1, 2, 3]
    assert outstanding() == []


def test_two_postmen_keep_each_promise_once(own_county, monkeypatch):
    from django.db import connections

    from tongban.hall import postman
    from tongban.hall.postman import KEEPERS

    kept = []
    monkeypatch.setitem(KEEPERS, "matter", lambda promise: kept.append(promise.id))

    def work() -> None:
        postman.drain(30)
        connections.close_all()

    with own_county.at(2026, 9, 22):
        wanted = sorted(owe("matter") for _ in range(60))
        postmen = [threading.Thread(target=work) for _ in range(3)]
        for one in postmen:
            one.start()
        for one in postmen:
            one.join()
    assert sorted(kept) == wanted


def test_a_round_that_fails_stops_no_other(county, monkeypatch):
    from tongban.hall import postman
    from tongban.hall.postman import Round, rounds

    looked = []

    def broken():
        raise ValueError("x")

    monkeypatch.setattr(rounds, "ROUNDS", (Round("a", 1, broken), Round("b", 1, lambda: looked.append("b"))))
    postman.go_round()
    assert looked == ["b"]


def test_the_postman_acts_at_legal_moments_and_stops_when_asked(own_county):
    from tongban.hall import postman
    from tongban.rooms.casework.queries.reading import read

    with own_county.at(2026, 9, 15):
        silent = own_county.filed()
    with own_county.at(2026, 9, 23):
        done = postman.once(60)
        assert read(silent).facts.state == "accepted"
        assert "deemed_accepted" in read(silent).facts.flags
        assert done.left == 0
        stop = threading.Event()
        stop.set()
        postman.run(stop)


def test_every_step_that_tells_the_applicant_has_words_for_it():
    from tongban.rooms.casework.notice_words import APPLICANT
    from tongban.rulebook.kinds import KINDS

    told = {step.name for kind in KINDS.values() for step in kind.steps if "applicant" in step.tells}
    assert set(APPLICANT) == told


@pytest.mark.parametrize("whom", ["applicant", "desk", "supervisor"])
def test_every_notice_ends_with_what_comes_next(whom):
    from tongban.rooms.casework import notice_words as wording
    from tongban.rulebook.kinds import KINDS

    words = {"applicant": wording.for_applicant, "desk": wording.for_desk, "supervisor": wording.for_supervisor}[whom]
    for kind in KINDS.values():
        for step in kind.steps:
            if whom in step.tells:
                bare = wording.Step(step.name, step.label, "示例县", "示例事项", "990127")
                text = words(bare)
                assert text.endswith("。"), text
                assert "。" in text[:-1], text


def test_notice_of_a_refusal_says_why_and_how_to_fight_it(county):
    """S025.  Given a refusal, When decided, Then the message holds the reason and how to appeal or correct."""
    from tongban.hall import postman
    from tongban.rooms.casework import actions as casework

    with county.at(2026, 9, 22):
        case_id = county.filed()
        casework.not_accept(case_id, county.able("accept", ITEM), ground="管理办法第三条", reason="不属于本县管辖。")
        postman.drain(60)
    said = notice(case_id, 2)
    assert "不予受理。理由：不属于本县管辖。依据：管理办法第三条。" in said
    # Sixty days end on Saturday 2026-11-21 and roll to Monday; six months end on 2027-03-22.
    assert "最迟在2026-11-23申请行政复议，或者最迟在2027-03-22提起行政诉讼" in said
    assert "林示例" not in said


def test_notice_of_a_correction_lists_everything_with_its_reason_and_the_last_day(county):
    from tongban.hall import postman
    from tongban.rooms.casework import actions as casework

    with county.at(2026, 9, 22):
        first, second = [one for one in county.item(ITEM).materials if one.source == "applicant"][:2]
        case_id = county.filed(leave_out=(first.code, second.code))
        reasons = {first.code: "没有提交", second.code: "照片不清楚，请重拍"}
        casework.ask_correction(case_id, county.able("accept", ITEM), reasons)
        postman.drain(60)
    listed = "；".join(
        f"{n}.{one.name}：{reasons[one.code]}"
        for n, one in enumerate(sorted((first, second), key=lambda one: list(reasons).index(one.code)), start=1)
    )
    assert f"需补正：{listed}。请最迟在2026-10-22" in notice(case_id, 2)


def test_notice_sent_late_tells_of_its_own_step(county):
    from tongban.hall import postman

    with county.at(2026, 9, 22):
        case_id = county.delivered()
    with county.at(2026, 11, 2):
        postman.drain(60)
    assert "最迟在2026-09-30告知您是否受理" in notice(case_id, 1)
    assert "最迟在2026-10-13作出决定" in notice(case_id, 2)


def test_rehearsal_tells_nobody(county):
    from tongban.hall import postman

    with county.at(2026, 9, 22):
        case_id = county.filed(rehearsal=True)
        assert postman.drain(60).left == 0
    assert [key for key in sent() if str(case_id) in key] == []


def test_message_delivered_twice_is_one_message_and_lies_sealed(tmp_path):
    from tongban.hall.postman.channel import Message, SimulatedChannel

    channel = SimulatedChannel(tmp_path / "outbox")
    message = Message("notice:1", "person:2", "不予受理，理由：面积不够。", "2026-09-22T02:00:00+00:00")
    channel.send(message)
    channel.send(message)
    assert list(channel.messages()) == [message]
    (file,) = channel.folder.iterdir()
    assert "面积".encode() not in file.read_bytes()


@pytest.mark.parametrize(("status", "refused"), [(202, ""), (503, "gateway_refused")])
def test_gateway_gets_the_key_and_the_number_and_a_refusal_is_tried_again(county, status, refused):
    import json

    from tongban.hall.postman.channel import HttpChannel, Message
    from tongban.rooms.people import actions as people
    from tongban.rulebook.errors import Refused
    from tongban.rulebook.numbers import make_citizen_id

    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append((request.headers["Idempotency-Key"], json.loads(request.content)))
        return httpx.Response(status)

    with county.at(2026, 9, 22):
        number = make_citizen_id("990127", date(1988, 5, 6), 77)
        person = people.register_person(
            "讯示例", county=COUNTY, actor="house", identifiers=[("citizen_id", number, "")], phone="10000000009"
        )
        channel = HttpChannel("http://gateway.invalid/sms", "t", httpx.Client(transport=httpx.MockTransport(answer)))
        code = ""
        try:
            channel.send(Message("k1", f"person:{person}", "已受理。", ""))
        except Refused as no:
            code = no.code
        channel.send(Message("k2", "unit:scjg/check", "请办理。", ""))
    assert code == refused
    assert asked == [("k1", {"key": "k1", "to": "10000000009", "text": "已受理。"})]


def test_production_without_a_gateway_never_says_it_told_somebody(settings, monkeypatch):
    from tongban.hall.postman.channel import channel
    from tongban.rulebook.errors import Refused

    monkeypatch.delenv("TONGBAN_NOTICE_URL", raising=False)
    settings.TONGBAN_DEMO = False
    with pytest.raises(Refused) as refused:
        channel()
    assert refused.value.code == "no_notice_channel"
