"""The drill itself notices what it is there to notice: diaries cut off by a kill, steps lost, steps done twice."""

from django.db import connection

from tongban.hall.faults.diary import Diary, read
from tongban.hall.faults.facts import Found, check, check_at_rest
from tongban.rooms.casework import actions as casework


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
