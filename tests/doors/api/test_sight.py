"""Who sees what: an object that is not yours does not exist, wherever its number is written."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext


def code(response):
    return response.status_code, response.told["code"]


@pytest.fixture
def case_id(office):
    return office.filed()


def test_a_stranger_is_told_what_a_wrong_number_is_told(office, tokens, case_id):
    stranger = tokens.person("房示例")
    wrong = stranger.get("/cases/00000000-0000-7000-8000-000000000000")
    assert code(wrong) == (404, "case_unknown")
    for path in ("", "/journal", "/steps", "/documents", "/rating"):
        response = stranger.get(f"/cases/{case_id}{path}")
        assert (response.status_code, response.content) == (404, wrong.content)
    for step in ("accept", "withdraw", "sign", "supply"):
        body = {"role": "applicant"} if step == "sign" else {}
        assert code(stranger.post(f"/cases/{case_id}/steps/{step}", body)) == (404, "case_unknown")
    assert stranger.get("/cases").told == {"rows": [], "next": None}


def test_the_applicant_sees_her_own(office, tokens, case_id):
    person = tokens.person()
    assert [row["id"] for row in person.get("/cases").told["rows"]] == [str(case_id)]
    told = person.get(f"/cases/{case_id}", "expand=answers").told
    assert [(one["role"], one["name"]) for one in told["parties"]] == [("applicant", "林示例")]
    assert told["answers"] == office.answers("small-food-shop")
    assert told["county"] == {"set": "GB/T 2260 行政区划代码", "code": "990127", "label": ""}
    assert all(one["due_at"].endswith("+08:00") for one in told["clocks"])
    assert [one["step"] for one in person.get(f"/cases/{case_id}/steps").told] == ["supply_later", "withdraw", "sign"]


def test_staff_of_another_unit_see_nothing(office, tokens, case_id):
    other = tokens.post("zrzy-reviewer")
    assert code(other.get(f"/cases/{case_id}")) == (404, "case_unknown")
    assert other.get("/cases").told["rows"] == []


def test_who_takes_papers_in_at_another_place_sees_nothing(office, tokens):
    from tongban.rooms.people import queries as people

    case_id = office.filed("old-age-confirmation", applicant=office.citizen("寿样本"))
    village, other = tokens.post("village-001202-agent"), tokens.post("village-001203-agent")
    from tongban.rooms.casework.models import Case

    site = people.post_coded("990127", "village-001202-agent").site_id
    Case.objects.filter(id=case_id).update(site_id=site)
    assert village.get(f"/cases/{case_id}").status_code == 200
    assert code(other.get(f"/cases/{case_id}")) == (404, "case_unknown")
    assert str(case_id) not in [row["id"] for row in other.get("/cases").told["rows"]]


def test_staff_write_down_why_they_read_and_the_citizen_sees_it(office, tokens, case_id):
    from tongban.rooms.ledger.queries import who_looked

    staff = tokens.staff(office.able("accept", "small-food-shop"))
    assert code(staff.get(f"/cases/{case_id}", "expand=answers")) == (422, "purpose_missing")
    assert staff.get(f"/cases/{case_id}", "expand=answers&purpose=受理审查").status_code == 200
    assert [one.purpose for one in who_looked(case_id)] == ["受理审查"]


def test_who_only_supervises_sees_no_name_and_no_answers(office, tokens, case_id):
    supervisor = tokens.post("jcs-officer")
    told = supervisor.get(f"/cases/{case_id}")
    assert told.status_code == 200
    assert [(one["name"], one["person_id"]) for one in told.told["parties"]] == [("林＊＊", None)]
    assert code(supervisor.get(f"/cases/{case_id}", "expand=answers&purpose=督查")) == (403, "for_staff")


def test_who_is_related_to_a_party_sees_nothing(office, tokens):
    from tongban.rooms.people import actions as people

    who = office.able("accept", "small-food-shop")
    staff = tokens.staff(who)
    case_id = office.filed()
    from tongban.rooms.people import queries

    person_id = queries.powers().actor(who.id, who.post_id, queries_day()).person_id
    assert staff.get(f"/cases/{case_id}").status_code == 200
    people.declare_relation(person_id, office.citizen().id, kind="kin", actor="house")
    assert code(staff.get(f"/cases/{case_id}")) == (404, "case_unknown")
    assert staff.get("/cases").told["rows"] == []


def queries_day():
    from tongban.rooms import clock

    return clock.today()


def test_an_agent_sees_it_as_long_as_her_mandate_lasts(office, tokens):
    from datetime import date

    principal, agent = tokens.person(), tokens.person("代示例")
    agent_id = agent.get("/me").told["person_id"]
    mandate = {
        "agent": agent_id,
        "items": ["small-food-shop"],
        "powers": ["file"],
        "valid_until": str(date(2026, 12, 31)),
    }
    made = principal.post("/mandates", mandate, key="the-mandate-of-lin")
    assert made.status_code == 201
    assert principal.post("/mandates", mandate, key="the-mandate-of-lin").told == made.told
    filing = office.filing()
    from tongban.rooms.casework import actions as casework

    case_id = casework.file_case(filing, office.citizen("代示例")).case_id
    assert agent.get(f"/cases/{case_id}").status_code == 200
    assert [row["id"] for row in agent.get("/cases").told["rows"]] == [str(case_id)]
    assert code(agent.post(f"/mandates/{made.told['id']}/revoke")) == (404, "mandate_unknown")
    assert principal.post(f"/mandates/{made.told['id']}/revoke").status_code == 204
    assert code(agent.get(f"/cases/{case_id}")) == (404, "case_unknown")
    assert agent.get("/cases").told["rows"] == []


def test_somebody_elses_licence_document_and_upload_do_not_exist(office, tokens):
    from tongban.rooms.licences import actions as licences

    case_id = office.delivered()
    licences.seal_now(case_id)
    holder, stranger = tokens.person(), tokens.person("房示例")
    (licence,) = [one for one in holder.get("/licences").told if one["case_id"] == str(case_id)]
    document = next(one for one in holder.get(f"/cases/{case_id}/documents").told if one["kind"] == "licence")
    assert holder.get(f"/licences/{licence['id']}").told["facts"] is not None
    assert holder.get(f"/documents/{document['id']}/pdf").content.startswith(b"%PDF-")
    assert code(stranger.get(f"/licences/{licence['id']}")) == (404, "licence_unknown")
    assert code(stranger.get(f"/documents/{document['id']}/pdf")) == (404, "document_unknown")
    upload = holder.upload(office.png)
    assert code(stranger.get(f"/uploads/{upload}")) == (404, "upload_unknown")
    me = stranger.get("/me").told["person_id"]
    stolen = {
        "item": "small-food-shop",
        "applicant": me,
        "answers": {},
        "materials": {"application": {"upload": upload}},
    }
    assert code(stranger.post("/drafts", stolen)) == (404, "upload_unknown")


def test_a_wrong_look_up_code_and_a_wrong_number_sound_the_same(office, nobody, case_id):
    from tongban.rooms.casework.models import Case

    row = Case.objects.get(id=case_id)
    right = nobody.post("/progress", {"number": row.number, "lookup_code": row.lookup_code})
    assert right.told["state"] == "已收件"
    wrong = nobody.post("/progress", {"number": row.number, "lookup_code": "AAAAAAAA"})
    none = nobody.post("/progress", {"number": "99012720261013299999990", "lookup_code": "AAAAAAAA"})
    assert (wrong.status_code, wrong.content) == (none.status_code, none.content)
    assert code(wrong) == (404, "progress_unknown")


@pytest.mark.parametrize("path", ["/cases", "/ratings"])
def test_a_list_costs_as_many_queries_with_thirty_rows_as_with_one(office, tokens, path):
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.ratings import actions as ratings

    who = office.able("decide", "small-food-shop")
    speakers = [tokens.staff(who)] + ([tokens.person()] if path == "/cases" else [])
    costs = []
    for wanted in (1, 30):
        while _rows(path) < wanted:
            if path == "/cases":
                casework.file_case(office.filing(), office.citizen())
            else:
                ratings.rate(office.delivered(), office.citizen(), "satisfied", channel="pc")
            if path == "/ratings" and _rows(path) == 6:
                break
        for speaker in speakers:
            speaker.get(path)
        cost = []
        for speaker in speakers:
            with CaptureQueriesContext(
                connection,
            ) as made:
                response = speaker.get(path)
            assert len(response.told["rows"]) == min(wanted, _rows(path))
            cost.append(len(made))
        costs.append(cost)
    assert costs[0] == costs[1]


def _rows(path):
    from tongban.rooms.casework.models import Case
    from tongban.rooms.ratings.models import Rating

    return Case.objects.count() if path == "/cases" else Rating.objects.count()


def test_pages_hold_every_case_once(office, tokens):
    made = {str(office.filed()) for _ in range(5)}
    person, found, cursor = tokens.person(), [], ""
    while True:
        page = person.get("/cases", f"limit=2&cursor={cursor}").told
        found += [row["id"] for row in page["rows"]]
        assert len(page["rows"]) <= 2
        if page["next"] is None:
            break
        cursor = page["next"]
    assert len(found) == 5
    assert set(found) == made
    assert code(person.get("/cases", "cursor=rubbish")) == (400, "cursor_wrong")
    assert code(person.get("/cases", "limit=101")) == (422, "request_invalid")


def test_a_draft_is_thrown_away_by_its_owner_once(office, tokens):
    me, stranger = tokens.person(), tokens.person("租演示")
    body = {"item": "small-food-shop", "applicant": str(office.citizen().id), "answers": {"shop_name": "示例"}}
    draft = me.post("/drafts", body).told["id"]
    assert code(stranger.ask("DELETE", f"/drafts/{draft}")) == (404, "case_unknown")
    key = "throw-it-away-once"
    assert [me.ask("DELETE", f"/drafts/{draft}", key=key).status_code for _ in range(2)] == [204, 204]
    assert me.get(f"/drafts/{draft}").status_code in (404, 409)
