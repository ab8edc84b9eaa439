"""The form of every step of every kind is made from the table: none asks too little, none is known by name."""

from uuid import uuid4

from tests.doors.browsing import signed_in, text_of
from tests.rooms.casework import looking

ESTATE, RECORD = "estate-first-homestead", "driver-integrity"


def step(client, case_id, name, **said):
    page = client.get(f"/office/{case_id}/steps/{name}/")
    assert page.status_code == 200, text_of(page)
    return client.post(
        f"/office/{case_id}/steps/{name}/", {"version": page.context.get("version", ""), "key": uuid4().hex, **said}
    )


def test_a_registration_is_examined_entered_or_refused(county):
    entered, refused = (county.filed(ESTATE) for _ in range(2))
    acceptor = signed_in(county.able("accept", ESTATE))
    assert step(acceptor, entered, "accept").status_code == 302
    assert step(acceptor, refused, "accept").status_code == 302
    for desk in county.item(ESTATE).desks[:-1]:
        examiner = signed_in(county.able(desk.power, ESTATE))
        assert step(examiner, entered, "pass_on", opinion="符合").status_code == 302
        assert step(examiner, refused, "pass_on", opinion="界址不清").status_code == 302
    decider = signed_in(county.able("decide", ESTATE))
    assert step(decider, entered, "enter", opinion="准予登记").status_code == 302
    assert step(decider, refused, "not_register", reason="界址不清").status_code == 422
    said = {"reason": "界址不清，与实地不符", "ground": "不动产登记暂行条例 第二十二条"}
    assert step(decider, refused, "not_register", **said).status_code == 302
    assert (looking.state(entered), looking.state(refused)) == ("granted", "refused")


def test_a_filing_is_put_on_record(county):
    case_id = county.filed(RECORD)
    client = signed_in(county.able("decide", RECORD))
    assert "备案" in text_of(client.get(f"/office/{case_id}/"))
    assert step(client, case_id, "put_on_record").status_code == 302
    assert looking.state(case_id) == "granted"


def test_a_matter_is_taken_answered_and_closed(county):
    from tongban.rooms.casework import actions as casework

    chief, officer = county.staff("scjg-chief"), county.staff("jcs-head")
    house = casework.Who("house")
    matter = casework.open_case("990127", "late-step-supervision", house, unit="scjg", holder=chief.post_id).case_id
    his, hers = signed_in(chief), signed_in(officer)
    assert step(his, matter, "take").status_code == 302
    assert step(his, matter, "answer", reason="").status_code == 422
    assert step(his, matter, "answer", reason="已于今日办结，今后专人盯办").status_code == 302
    assert step(hers, matter, "close").status_code == 302
    assert looking.state(matter) == "closed"
    assert "已于今日办结" in text_of(his.get(f"/office/{matter}/?purpose=复核"))


def test_a_petition_is_routed_accepted_and_answered(county):
    case_id = county.filed("petition")
    who = next(one for one in ("jcs-head", "xfj-chief", "xzsp-acceptor") if _may(county, one, case_id, "route"))
    client = signed_in(county.staff(who))
    form = client.get(f"/office/{case_id}/steps/route/")
    holder = next(one for one in form.context["fields"] if one.name == "holder")
    chief = county.staff("scjg-chief")
    assert str(chief.post_id) in {one.value for one in holder.choices}
    nobody = step(client, case_id, "route")
    assert nobody.status_code == 422
    assert "请选择由哪个岗位承办" in text_of(nobody)
    assert step(client, case_id, "route", holder=str(chief.post_id)).status_code == 302
    assert looking.state(case_id) == "routed"


def _may(county, post, case_id, name) -> bool:
    page = signed_in(county.staff(post)).get(f"/office/{case_id}/")
    return page.status_code == 200 and any(one.name == name for one in page.context["may_now"])


def test_an_appeal_is_taken_and_answered(county):
    from tongban.rooms.casework import actions as casework

    chief = county.staff("scjg-chief")
    appeal = casework.open_case(
        "990127",
        "bad-rating-repair",
        casework.Who("house"),
        unit="scjg",
        holder=chief.post_id,
        applicant_id=county.citizen().id,
        text="等了两个小时",
    ).case_id
    client = signed_in(chief)
    assert step(client, appeal, "take").status_code == 302
    assert step(client, appeal, "answer", reason="已向办事人致歉并加开窗口").status_code == 302
    officer = signed_in(county.staff("jcs-head"))
    assert step(officer, appeal, "call_back", reason="满意").status_code == 302
    assert step(officer, appeal, "close").status_code == 302
    assert looking.state(appeal) == "closed"


def test_an_item_of_another_system_is_handed_over_and_its_result_entered(county):
    code = "elsewhere"
    from tongban.rooms.catalogue.queries.book import book

    code = next(
        one
        for one in book("990127").runs
        if book("990127").runs[one][-1].leaf
        and (item := county.item(one)).elsewhere
        and item.kind == "permit"
        and item.applicants != ("legal",)
    )
    case_id = county.accepted(code)
    client = signed_in(county.able("examine", code))
    assert step(client, case_id, "hand_over", system=county.item(code).elsewhere).status_code == 302
    assert looking.state(case_id) == "elsewhere"
    wrong = step(client, case_id, "granted_elsewhere", outside_number="A-1")
    assert wrong.status_code == 422
    assert "A-1" in wrong.content.decode()
    done = step(client, case_id, "granted_elsewhere", outside_number="A-1", decided_on="2026-03-02")
    assert done.status_code == 302
    assert looking.state(case_id) == "granted"


def test_every_step_of_a_desk_has_a_question_for_all_it_needs():
    """No guard of a desk's step wants something that no question asks."""
    from tongban.doors.office.forms import _MAKERS
    from tongban.rulebook.kinds import KINDS
    from tongban.rulebook.telling import AT_A_DESK, Ask, asks_alike

    assert set(_MAKERS) == set(Ask)
    for kind in KINDS.values():
        for one in kind.steps:
            if AT_A_DESK.intersection(one.by):
                assert one.reason == (Ask.REASON in asks_alike(one))
                assert ("grounded" in one.needs) == (Ask.GROUND in asks_alike(one))
