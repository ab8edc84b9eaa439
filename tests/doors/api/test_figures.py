"""Figures over the API open to exactly their rows; items are open to everybody."""


def code(response):
    return response.status_code, response.told["code"]


def test_a_figure_opens_to_its_rows_page_by_page(office, tokens):
    made = {str(office.accepted()) for _ in range(3)}
    system = tokens.system()
    assert "accepted" in [one["code"] for one in system.get("/figures").told]
    told = system.get("/figures/accepted", "first=2026-10-13&last=2026-10-13").told
    assert (told["value"], told["numerator"], told["rows"]) == ("3", "3", 3)
    found, cursor = [], ""
    while cursor is not None:
        page = system.get("/figures/accepted/rows", f"first=2026-10-13&last=2026-10-13&limit=2&cursor={cursor}").told
        found += [row["case_id"] for row in page["rows"]]
        cursor = page["next"]
    assert len(found) == 3
    assert set(found) == made
    assert code(system.get("/figures/none")) == (404, "figure_unknown")
    assert code(system.get("/figures/accepted", "first=2026-10-14&last=2026-10-13")) == (422, "period_wrong")
    empty = system.get("/figures/good_ratings", "first=2020-01-01&last=2020-01-31").told
    assert (empty["value"], empty["text"]) == (None, "无数据")


def test_items_are_found_by_name_and_tell_what_a_situation_asks_for(office, nobody):
    told = nobody.get("/items", "county=990127&name=小餐饮&limit=100").told
    assert all("小餐饮" in row["name"] for row in told["rows"])
    item = nobody.get("/items/social-insurance-registration", "county=990127").told
    assert item["level"] == {"set": "GB/T 39046-2020 附录A 行使层级", "code": "4", "label": "县级"}
    assert item["form"]["required"] == ["unit_name", "employees", "contact"]
    assert {one["name"]: one["limit"] for one in item["limits"]}["statutory"] == "15d"
    wanted = nobody.get(
        "/items/construction-stage/materials", "county=990127&option=not-special&option=no-shelter"
    ).told
    more = nobody.get(
        "/items/construction-stage/materials", "county=990127&option=not-special&option=needs-shelter"
    ).told
    assert {one["code"] for one in wanted} < {one["code"] for one in more}
    assert code(nobody.get("/items/none", "county=990127")) == (404, "item_unknown")
    assert code(nobody.get("/items", "county=x")) == (422, "request_invalid")


def test_people_are_registered_once_and_found_with_a_purpose(office, tokens):
    from datetime import date
    from uuid import UUID

    from tongban.rooms.ledger.queries import who_looked
    from tongban.rulebook.numbers import make_citizen_id

    staff, number = tokens.post("window-1"), make_citizen_id("990127", date(1990, 5, 6), 77)
    body = {"name": "新示例", "identifiers": [{"scheme": "citizen_id", "value": number}]}
    made = staff.post("/people", body, key="person-number-one")
    assert made.status_code == 201
    assert staff.post("/people", body, key="person-number-one").told == made.told
    assert code(staff.post("/people", body)) == (409, "identifier_taken")
    assert code(tokens.person().post("/people", body)) == (403, "for_staff")
    wanted = {"number": {"scheme": "citizen_id", "value": number}, "purpose": "窗口核对身份"}
    found = staff.post("/people/search", wanted)
    assert found.told["identifiers"] == [{"scheme": "citizen_id", "issuer": "", "tail": number[-4:]}]
    assert number not in found.content.decode()
    assert [one.purpose for one in who_looked(UUID(made.told["id"]))] == ["窗口核对身份"]
    assert code(staff.post("/people/search", {"number": wanted["number"]})) == (422, "request_invalid")


def test_a_complaint_goes_to_whoever_must_answer(office, tokens):
    person, case_id = tokens.person(), office.filed()
    body = {"item": "stuck-case-appeal", "unit": "scjg", "text": "材料交了没有回音", "about": str(case_id)}
    made = person.post("/matters", body, key="complaint-of-lin")
    assert (made.status_code, made.told["state"]) == (201, "assigned")
    assert person.post("/matters", body, key="complaint-of-lin").told == made.told
    other = {**body, "text": "材料又被退回来了"}  # never taken for the one before, never lost without a word
    assert code(person.post("/matters", other, key="complaint-of-lin")) == (409, "key_reused")
    assert code(tokens.person("房示例").post("/matters", body)) == (404, "case_unknown")
