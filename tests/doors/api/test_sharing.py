"""数据共享与对账 over the API: who may ask, approve, settle; and what a citizen sees of who looked."""

from uuid import uuid4

import pytest

SCOPES = ("cases", "exchange", "people")


def code(response):
    return response.status_code, response.told["code"]


@pytest.fixture
def desks(office, tokens):
    """Clerks of two departments, as speakers: estate (asks) and civil affairs (owns the marriage register)."""
    return {
        name: tokens.staff(office.staff(post), scopes=SCOPES)
        for name, post in (("zrzy", "zrzy-acceptor"), ("mzj", "mzj-acceptor"))
    }


def citizen_number(office) -> dict[str, str]:
    from tongban.rooms.people import actions as people

    plain = people.reveal(office.citizen().id, who="test", purpose="测试")
    return {"citizen_id": plain["citizen_id"]}


def test_the_directory_says_owner_form_period_and_what_is_stale(office, desks):
    listed = {one["code"]: one for one in desks["zrzy"].get("/resources").told}
    marriage, disability = listed["marriage"], listed["disability"]
    assert (marriage["owner"], marriage["form"], marriage["update_days"], marriage["stale"]) == (
        "mzj",
        "interface",
        0,
        False,
    )
    assert (disability["owner"], disability["form"], disability["stale"]) == ("cl", "table", True)
    assert disability["rows"] > 0


def test_a_request_is_approved_by_the_owner_alone_with_fewer_fields_and_nothing_else_ever_leaves(office, desks):
    asked = {"resource": "marriage", "purpose": "继承登记核验", "fields": ["name", "marital_status", "since"]}
    made = desks["zrzy"].post("/share-requests", asked, key="share-request-1")
    again = desks["zrzy"].post("/share-requests", asked, key="share-request-1")
    assert (made.status_code, again.told["id"]) == (201, made.told["id"])
    approval = f"/share-requests/{made.told['id']}/approval"
    terms = {"until": "2026-12-31", "fields": ["marital_status"], "day_limit": 2}
    assert code(desks["zrzy"].post(approval, terms)) == (403, "not_the_owner")
    done = desks["mzj"].post(approval, terms)
    assert (done.status_code, done.told["state"], done.told["fields"]) == (200, "approved", ["marital_status"])
    assert code(desks["mzj"].post(approval, terms)) == (409, "request_settled")

    question = {"query": citizen_number(office), "fields": ["marital_status"], "purpose": "继承登记核验"}
    answer = desks["zrzy"].post("/resources/marriage/answers", question)
    assert (answer.status_code, answer.told["values"]) == (200, {"marital_status": "未婚"})
    more = {**question, "fields": ["marital_status", "since"]}
    assert code(desks["zrzy"].post("/resources/marriage/answers", more)) == (403, "field_not_approved")
    assert code(desks["zrzy"].post("/resources/marriage/answers", {**question, "purpose": ""})) == (
        422,
        "purpose_missing",
    )
    assert code(desks["zrzy"].post("/resources/moon/answers", question)) == (404, "resource_unknown")
    case = {**question, "case_id": str(uuid4())}
    assert code(desks["zrzy"].post("/resources/marriage/answers", case)) == (404, "case_unknown")


def test_every_use_is_metered_by_resource_and_unit(office, desks):
    number = citizen_number(office)
    purpose = "核验申请人提交的信息，避免重复提交证明材料"
    for fields in (["marital_status"], ["marital_status"], ["salary"]):
        desks["zrzy"].post("/resources/marriage/answers", {"query": number, "fields": fields, "purpose": purpose})
    (row,) = [one for one in desks["mzj"].get("/metering").told if one["resource"] == "marriage"]
    assert (row["unit"], row["calls"], row["found"], row["refused"]) == ("zrzy", 3, 2, 1)
    assert code(desks["mzj"].get("/metering", "first=2026-10-02&last=2026-10-01")) == (422, "period_reversed")


def test_a_citizen_sees_who_looked_when_at_which_fields_and_why(office, desks, tokens):
    """P05, S101: given a clerk who asked a source about her for a case, when she looks, then she sees who, when, which
    resource, which fields, why, and the number of the case; and of others nothing.
    """
    from tongban.rooms.casework.queries.reading import read

    item = "estate-query"
    filed = desks_case(office, item)
    asked = {"query": citizen_number(office), "fields": ["name"], "case_id": str(filed)}
    answer = desks["zrzy"].post("/resources/population/answers", asked)
    assert answer.status_code == 200, answer.content
    mine, others = tokens.person("林示例"), tokens.person("房示例")
    (look,) = [one for one in mine.get("/looks").told if one["who"].startswith("staff:")]
    assert (look["unit"], look["resource"], look["fields"]) == ("zrzy", "population", ["name"])
    assert (look["case_number"], look["outcome"]) == (str(read(filed).row["number"]), "found")
    assert look["resource_name"] == "人口基本信息"
    assert look["at"].endswith("+08:00")
    assert others.get("/looks").told == []
    assert code(tokens.post("window-1", scopes=("people",)).get("/looks")) == (403, "for_persons")


def desks_case(office, item):
    from tongban.rooms.casework import actions as casework

    return casework.file_case(office.filing(item), office.citizen()).case_id


def test_another_system_asks_only_for_itself(office, tokens):
    system = tokens.system("province-tax")
    asked = {"resource": "business-registry", "purpose": "税源核对", "fields": ["state"]}
    made = system.post("/share-requests", asked)
    assert (made.status_code, made.told["unit"]) == (201, "province-tax")
    assert [one["id"] for one in system.get("/share-requests").told] == [made.told["id"]]
    approval = f"/share-requests/{made.told['id']}/approval"
    assert code(system.post(approval, {"until": "2026-12-31"})) == (403, "for_staff")
    question = {"query": {"credit_code": "x"}, "fields": ["state"], "purpose": "税源核对"}
    assert code(system.post("/resources/business-registry/answers", question)) == (403, "share_not_approved")
    assert code(system.get("/differences")) == (403, "for_staff")


def test_a_declined_request_is_on_the_register_which_is_urged_and_ended(office, desks):
    made = (
        desks["zrzy"]
        .post("/share-requests", {"resource": "marriage", "purpose": "其他用途", "fields": ["since"]})
        .told["id"]
    )
    declined = desks["mzj"].post(f"/share-requests/{made}/refusal", {"reason": "security"})
    assert declined.told["state"] == "declined"
    lines = {(one["what"], one["resource"] or one["system"]): one for one in desks["zrzy"].get("/withheld").told}
    line = lines["data", "marriage"]
    assert (line["department"], line["unit"], line["must_act"], line["urged"]) == ("mzj", "zrzy", "mzj", 0)
    path = f"/withheld/{line['id']}"
    first = desks["zrzy"].post(f"{path}/urging", key="urge-once-1")
    assert first.told == {"urged": 1}
    assert desks["zrzy"].post(f"{path}/urging", key="urge-once-1").told == {"urged": 1}
    assert desks["zrzy"].post(f"{path}/ending", {"ending": "replaced"}).status_code == 204
    assert code(desks["zrzy"].post(f"{path}/ending", {"ending": "replaced"})) == (409, "withheld_ended")
    new = {
        "what": "rights",
        "department": "rsj",
        "system": "province-social-security",
        "reason": "称须上级批准",
        "must_act": "xzsp",
    }
    assert desks["zrzy"].post("/withheld", new).status_code == 201
    assert code(desks["zrzy"].post("/withheld", {**new, "system": "moon"})) == (404, "system_unknown")


def test_what_does_not_match_is_listed_and_settled_by_those_concerned(office, desks, tokens):
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.exchange import actions as exchange

    item, system = "id-card-replacement", "province-police"
    case_id = casework.file_case(office.filing(item), office.citizen()).case_id
    casework.accept(case_id, office.able("accept", item))
    casework.hand_over(case_id, office.able("examine", item), system=system)
    exchange.send_case(case_id, system)
    police = tokens.staff(office.able("examine", item), scopes=SCOPES)
    with office.at(2026, 10, 14):
        lines = {"day": "2026-10-13", "cases": []}
        done = police.post(f"/systems/{system}/holdings", lines)
        assert (done.status_code, done.told["differing"]) == (200, 1)
        (one,) = police.get("/differences", f"system={system}").told
        assert (one["kind"], one["case_id"], one["owner"], one["age"]) == ("only_ours", str(case_id), "gaj", 1)
        assert one["label"] == "已移交，对方清单里没有"
        settle = f"/differences/{one['id']}/settlement"
        said = {"how": "explained", "note": "对方次日补录"}
        assert code(desks["mzj"].post(settle, said)) == (403, "not_the_owner")
        assert police.post(settle, said).status_code == 204
        assert code(police.post(settle, said)) == (409, "difference_settled")
        assert [x["settlement"] for x in police.get("/differences", "settled=true").told] == ["explained"]
        (day,) = [x for x in police.get("/matchings").told if x["system"] == system]
    assert (day["day"], day["state"], day["differing"]) == ("2026-10-13", "differing", 1)


def test_a_case_tells_what_was_fetched_and_why_something_was_not(office, tokens):
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.exchange import actions as exchange

    exchange.set_knobs(office.code, "province-medical-insurance", down=True)
    filing = office.filing("resident-medical-insurance", leave_out=("household", "medical"))
    case_id = casework.file_case(filing, office.citizen()).case_id
    told = {one["material"]: one for one in tokens.person().get(f"/cases/{case_id}/fetches").told}
    assert (told["household"]["reason"], told["medical"]["reason"]) == ("", "unreachable")
    assert told["medical"]["message"].startswith("省医疗保障信息平台现在连不上")
    assert code(tokens.person("房示例").get(f"/cases/{case_id}/fetches")) == (404, "case_unknown")
