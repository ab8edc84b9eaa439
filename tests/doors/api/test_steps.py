"""Steps that are no step of the normal way, over the API: a note for colleagues, an answer that is looked at again."""

SHOP = "small-food-shop"


def test_a_note_is_taken_and_only_staff_reads_of_it(office, tokens):
    case_id, staff = office.accepted(), tokens.staff(office.able("examine", SHOP))
    done = staff.post(f"/cases/{case_id}/steps/note", {"text": "等业主来电话"})
    assert (done.status_code, done.told["state"]) == (200, "accepted")
    notes = staff.get(f"/cases/{case_id}", "expand=notes&purpose=test").told["notes"]
    assert [one["text"] for one in notes if one["what"] == "note"] == ["等业主来电话"]
    journal = f"/cases/{case_id}/journal"
    assert "note" in {one["step"]["code"] for one in staff.get(journal).told}
    hers = tokens.person()
    assert "note" not in {one["step"]["code"] for one in hers.get(journal).told}
    assert hers.post(f"/cases/{case_id}/steps/note", {"text": "我也写"}).status_code == 403


def test_an_answer_is_given_from_the_guide_and_looked_at_again_only_when_that_changes(office, tokens):
    from tests.doors.portal.test_guide import republished
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.casework.queries import consulting

    asked = casework.ask_about(office.code, SHOP, office.citizen(), question="二楼能办吗？")
    (line,) = consulting.open_questions(office.code, "scjg")
    assert line.case_id == asked.case_id
    staff, path = tokens.staff(office.staff("scjg-acceptor")), f"/cases/{asked.case_id}/steps"
    answered = staff.post(f"{path}/answer", {"text": "可以，带平面图。"})
    assert (answered.status_code, answered.told["state"]) == (200, "answered")
    same = staff.post(f"{path}/recheck", {})
    assert (same.status_code, same.told["code"]) == (422, "nothing_changed"), same.told
    republished(office, materials=lambda old: old[:-1])
    again = staff.post(f"{path}/recheck", {})
    assert (again.status_code, again.told["state"]) == (200, "answered")
    assert consulting.to_review(office.code, "scjg") == ()
