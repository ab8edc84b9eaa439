"""However the API says no: JSON with a code, a sentence and the basis; never a page."""


def is_error(response, status, code):
    assert response.status_code == status, response.content
    assert response["Content-Type"].startswith("application/json")
    assert response.told["code"] == code
    assert response.told["message"].endswith("。")
    assert set(response.told) == {"code", "message", "basis", "faults"}


def test_an_address_that_does_not_exist_is_404(office, nobody):
    is_error(nobody.get("/nowhere"), 404, "address_unknown")
    is_error(nobody.post("/nowhere", {}), 404, "address_unknown")
    is_error(nobody.get("/cases/not-a-number"), 404, "address_unknown")
    # A line break in an address is no way out of the API.
    is_error(nobody.get("/cases/%7C%0A0"), 404, "address_unknown")
    is_error(nobody.post("/cases/a%0A/steps/accept%0A", {}), 404, "address_unknown")


def test_a_method_that_is_not_offered_is_405_and_says_what_is(office, nobody):
    response = nobody.ask("DELETE", "/items")
    is_error(response, 405, "method_not_allowed")
    assert response["Allow"] == "GET"


def test_without_a_token_or_with_a_wrong_one_it_is_401(office, nobody):
    is_error(nobody.get("/cases"), 401, "token_missing")
    nobody.secret = "tb_wrong"
    is_error(nobody.get("/cases"), 401, "token_wrong")
    # A wrong token is not passed over where none is needed either.
    is_error(nobody.get("/items", "county=990127"), 401, "token_wrong")


def test_a_token_for_something_else_is_403(office, tokens):
    is_error(tokens.system().get("/cases"), 403, "scope_missing")
    is_error(tokens.person(scopes=["licences"]).get("/cases"), 403, "scope_missing")


def test_a_revoked_and_an_expired_token_open_nothing(office, tokens):
    from tongban.rooms.people import actions

    speaker = tokens.person(days=1)
    assert speaker.get("/me").status_code == 200
    with office.at(2026, 10, 15):
        is_error(speaker.get("/me"), 401, "token_expired")
    actions.revoke_token(actions.admit(speaker.secret)[0].id, actor="house")
    is_error(speaker.get("/me"), 401, "token_revoked")


def test_a_change_without_a_request_number_is_400(office, tokens):
    person = tokens.person()
    is_error(person.ask("POST", "/uploads", {"size": 1}, headers={"Idempotency-Key": ""}), 400, "key_missing_header")
    is_error(person.ask("POST", "/uploads", {"size": 1}, headers={"Idempotency-Key": "短"}), 400, "key_missing_header")


def test_json_that_cannot_be_read_is_400(office, tokens):
    is_error(tokens.person().ask("POST", "/uploads", "{", media="application/json"), 400, "bad_request")


def test_half_a_character_is_400_and_a_whole_one_is_taken(office, tokens):
    """What is written out as half of a pair is no text: no table can keep it."""
    me = tokens.person()
    body = f'{{"item": "small-food-shop", "applicant": "{office.citizen().id}", "answers": {{"shop_name": "%s"}}}}'
    is_error(me.ask("POST", "/drafts", (body % "\\ud8c2e").encode()), 400, "bad_request")
    is_error(me.ask("POST", "/drafts", (body % "\\udc00\\ud83d").encode()), 400, "bad_request")
    assert me.ask("POST", "/drafts", (body % "\\ud83d\\ude00").encode()).status_code == 201
    is_error(me.ask("POST", "/drafts", b'{"\\ud83d'), 400, "bad_request")
    is_error(me.ask("POST", "/drafts", b"[" * 100_000), 400, "bad_request")


def test_another_content_type_is_415(office, tokens):
    is_error(tokens.person().ask("POST", "/uploads", "<a/>", media="application/xml"), 415, "media_type")


def test_a_body_that_is_too_large_is_413(office, tokens):
    is_error(tokens.person().ask("POST", "/uploads", b" " * (1024 * 1024 + 1)), 413, "too_large")
    is_error(tokens.person().post("/uploads", {"size": 21 * 1024 * 1024}), 413, "file_too_large")


def test_what_is_filled_in_wrongly_is_422_place_by_place(office, tokens):
    response = tokens.person().post("/uploads", {"size": "many", "extra": 1})
    is_error(response, 422, "request_invalid")
    assert response.told["faults"] == [
        {"where": "body.body.size", "what": "要写整数"},
        {"where": "body.body.extra", "what": "没有这一项"},
    ]


def test_a_refusal_of_the_law_names_its_article(office, tokens):
    case_id = office.filed()
    response = tokens.staff(office.able("accept", "small-food-shop")).post(
        f"/cases/{case_id}/steps/grant", {"opinion": "准予"}
    )
    is_error(response, 409, "wrong_state")
    assert response.told["basis"] == {
        "kind": "law",
        "text": "行政许可法 第三十八条",
        "source": "法律法规文本",
        "verified": True,
    }


def test_what_nobody_foresaw_is_500_in_json_and_says_nothing_of_the_inside(office, tokens, monkeypatch, caplog):
    from tongban.doors.api import items

    def broken(*args, **named):
        raise RuntimeError("secret of the house")

    monkeypatch.setattr(items.catalogue, "listed", broken)
    response = tokens.person().get("/items", "county=990127")
    is_error(response, 500, "trouble")
    assert "secret" not in response.content.decode()


def test_trouble_in_the_guard_is_json_too(office, tokens, monkeypatch):
    from tongban.doors.api import asking

    def broken(*args, **named):
        raise RuntimeError("no database")

    monkeypatch.setattr(asking.people, "admit", broken)
    is_error(tokens.person().get("/me"), 500, "trouble")


def test_a_wrong_host_is_answered_in_json(office):
    from django.test import Client

    response = Client(raise_request_exception=False).get("/api/v1/items", headers={"Host": "elsewhere.example"})
    response.told = response.json()
    is_error(response, 400, "bad_request")


def test_too_many_requests_are_429_and_lock_nobody_else_out(office, tokens):
    busy, calm = tokens.person(per_minute=2), tokens.person("房示例")
    assert [busy.get("/me").status_code for _ in range(2)] == [200, 200]
    response = busy.get("/me")
    is_error(response, 429, "too_many")
    assert 1 <= int(response["Retry-After"]) <= 60
    assert calm.get("/me").status_code == 200


def test_without_a_token_the_address_is_counted(office, nobody, monkeypatch):
    from tongban.doors.api import asking

    monkeypatch.setattr(asking, "OPEN_PER_MINUTE", 3)
    assert [nobody.get("/items", "county=990127").status_code for _ in range(4)] == [200, 200, 200, 429]
