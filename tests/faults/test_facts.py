"""The drill itself notices what it is there to notice: diaries cut off by a kill, steps lost, steps done twice."""

from random import Random

import pytest
from django.db import connection

from tongban.hall.faults import acting
from tongban.hall.faults.diary import Diary, read
from tongban.hall.faults.facts import QUESTIONS, Found, check, check_at_rest
from tongban.rooms import clock
from tongban.rooms.casework import actions as casework
from tongban.rooms.exchange.models import SimulatedCase, System


def test_a_line_cut_off_by_a_kill_was_never_told(tmp_path):
    path = tmp_path / "1.jsonl"
    diary = Diary(path)
    diary.write("asked", "k1", step="file")
    diary.write("done", "k1", case="c", seq=1)
    diary.write("asked", "k2", step="file")
    path.write_bytes(path.read_bytes() + b'{"what":"done","key":"k2","ca')
    assert [one["key"] for one in read([path]).open] == ["k2"]
    after = Diary(path)
    after.write("refused", "k2", code="wrong_state")
    told = read([path])
    assert (told.done, told.refused, told.open) == ({"k1": ("c", 1)}, {"k2": "wrong_state"}, [])


def test_two_answers_to_one_request_are_noticed(tmp_path):
    diary = Diary(tmp_path / "1.jsonl")
    diary.write("asked", "k", step="file")
    diary.write("done", "k", case="c", seq=1)
    diary.write("done", "k", case="c", seq=1)
    assert read([diary.path]).contradictions == []
    diary.write("done", "k", case="d", seq=1)
    assert len(read([diary.path]).contradictions) == 1


def test_an_old_key_that_gets_something_else_done_is_noticed(tmp_path):
    diary = Diary(tmp_path / "1.jsonl")
    diary.write("asked", "k", step="file")
    diary.write("done", "k", case="c", seq=1)
    diary.write("astray", "k", code="key_reused")
    assert (read([diary.path]).astray, read([diary.path]).contradictions) == (1, [])
    diary.write("astray", "k", code="")
    diary.write("astray", "k", code="form_wrong")
    assert len(read([diary.path]).contradictions) == 2


def test_whoever_takes_the_place_of_a_killed_actor_never_uses_a_key_for_two_requests(tmp_path, monkeypatch):
    """He is killed before and after the answer, and in the middle of a line; turns that ask again take numbers too."""
    monkeypatch.setattr(acting.signal, "signal", lambda *_: None)
    monkeypatch.setattr(acting.time, "sleep", lambda _: None)
    luck, known, again = Random(7), {}, []

    class Killed(BaseException):
        pass

    class Asking(acting.Actor):
        def answer(self, wish):
            if "answers" in wish:
                return "", 0, "key_reused"
            if luck.random() < 0.05:
                raise Killed
            request = {name: value for name, value in wish.items() if name != "what"}
            again.append(wish["key"] in known)
            assert known.setdefault(wish["key"], request) == request
            if luck.random() < 0.05:
                raise Killed
            return wish.get("case") or wish["key"], 1, "" if luck.random() < 0.9 or again[-1] else "wrong_state"

    items = {code: {"answers": {}, "word": "place"} for code in acting.COURSES}
    place = {"seed": 1, "diaries": str(tmp_path), "items": items, "persons": ["a", "b"]}
    path = tmp_path / "1.jsonl"
    for _ in range(60):
        with pytest.raises(Killed):
            Asking(place, 1).work()
        if luck.random() < 0.5:
            path.write_bytes(path.read_bytes() + b'{"what":"asked","key":"faults-1-')
    assert len(known) > 100
    assert sum(again) > 20


def test_what_is_lost_or_doubled_is_found(own_county, tmp_path):
    county, diary = own_county, Diary(tmp_path / "1.jsonl")
    with county.at(2026, 9, 18):
        applicant, acceptor = county.citizen(), county.able("accept", "small-food-shop")
        diary.write("asked", "faults-1", step="file")
        case = casework.file_case(county.filing(), applicant, key="faults-1").case_id
        diary.write("done", "faults-1", case=str(case), seq=1)
        diary.write("asked", "faults-2", step="accept")
        casework.accept(case, acceptor, key="faults-2")
        diary.write("done", "faults-2", case=str(case), seq=2)
        found = Found()
        check(read([diary.path]), found)
        assert found.sentences == []
        assert found.checked["已答复的步骤"] == 2

        diary.write("asked", "faults-3", step="grant")
        diary.write("done", "faults-3", case=str(case), seq=3)  # told, and not there
        diary.write("asked", "faults-4", step="issue")  # never answered
        casework.pass_on(case, county.able("examine", "small-food-shop"))  # nobody asked with a key
        with connection.cursor() as cursor:
            cursor.execute(  # the end of one period, acted on twice
                "INSERT INTO ledger_entry (subject_kind, subject_id, seq, county, step, at, actor, post, body, hash)"
                " SELECT subject_kind, subject_id, seq + 1, county, 'note_overdue', at, 'law', 'law',"
                ' body || \'{"lapsed": ["intake", "intake"]}\', \'\' FROM ledger_entry'
                " WHERE subject_id = %s AND seq = 3",
                [case],
            )
        found = Found()
        check_at_rest(read([diary.path]), found)
        assert found.lost >= 3  # the step told, the request unanswered, promises nobody has kept yet
        assert found.doubled >= 2  # a step without a key, a lapse without a clock
        assert found.wrong  # and the journal says so too
        assert not found.is_good


def test_a_promise_said_to_be_kept_that_was_not_is_found(own_county, tmp_path):
    county, diary = own_county, Diary(tmp_path / "1.jsonl")
    with county.at(2026, 9, 18):
        case = county.filed()
        told = read([diary.path])
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO ledger_promise (id, kind, subject_kind, subject_id, key, body, due_at, attempts, trouble)"
                " SELECT gen_random_uuid(), kind, 'case', %s, kind || ':x', '{}', now(), 1, ''"
                " FROM unnest(array['archive', 'hand_over']) kind",
                [case],
            )
            cursor.execute("UPDATE ledger_promise SET done_at = now()")
        system = System.objects.get(code="province-tax")
        for key in ("x", "y"):
            SimulatedCase.objects.create(system=system, key=key, case_number="ONE", number=key, taken_at=clock.now())
        for _ in range(2):  # nothing promised it
            casework.open_case(
                county.code,
                "late-step-supervision",
                casework.Who("house"),
                unit="scjg",
                ties=[("arises-from", "case", case)],
            )
        found = Found()
        check(told, found)
    names = {sentence.partition("：")[0] for sentence in found.sentences}
    assert names == {
        "步骤没有请求编号",  # the filing of the test has none
        "承诺记为办妥，却没有文书",
        "通知记为办妥，申请人却没有消息",
        "归档的承诺记为办妥，却没有档案包",
        "移交的承诺记为办妥，却没有外部办件",
        "对方收到两次同一办件",
        "同一超期督办了两次",
    }
    assert names < {name for name, _, _ in QUESTIONS}


def test_a_limit_that_ran_out_and_was_forgotten_is_found(own_county, tmp_path):
    with own_county.at(2026, 9, 18):
        own_county.filed()
    with own_county.at(2026, 10, 30), connection.cursor() as cursor:
        cursor.execute("UPDATE casework_case SET next_moment = NULL")
        found = Found()
        check_at_rest(read([Diary(tmp_path / "1.jsonl").path]), found)
    assert any(sentence == "期限已经届满，却没有处理：办件 0 件，期限 1 个。" for sentence in found.sentences)
