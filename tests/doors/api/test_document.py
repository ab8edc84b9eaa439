"""The OpenAPI document and the operations say the same; every step of people can be taken."""

import json

import pytest


@pytest.fixture
def document(office, nobody):
    response = nobody.get("/openapi.json")
    assert response.status_code == 200
    return response.told


def test_it_is_openapi_3_1_and_holds_no_address_outside(document):
    assert document["openapi"] == "3.1.0"
    assert "http://" not in json.dumps(document)
    assert "https://" not in json.dumps(document)


def test_every_operation_declares_its_errors(document):
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            for status in ("400", "401", "403", "404", "405", "409", "413", "415", "422", "429", "500"):
                schema = operation["responses"][status]["content"]["application/json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/Error"}, (method, path, status)


def test_every_operation_that_changes_something_asks_for_a_key(document):
    from tongban.doors.api.opening import GATES

    changing = {path.replace("{uuid:", "{"): needs for path, methods in GATES.items() for _, needs in methods.items()}
    assert len(changing) > 60
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            names = [one["name"] for one in operation["parameters"]]
            needs = next(
                methods[method.upper()]
                for known, methods in GATES.items()
                if known.replace("{uuid:", "{") == path.removeprefix("/api/v1") and method.upper() in methods
            )
            assert ("Idempotency-Key" in names) == needs.changes, (method, path)
            assert ("security" in operation) == (needs.scope is not None), (method, path)


def test_no_two_shapes_have_one_name():
    """A name given twice would let one shape stand for the other in the document."""
    from ninja import Schema

    def shapes(of):
        for one in of.__subclasses__():
            if one.__module__.startswith("tongban.doors.api"):
                yield one
            yield from shapes(one)

    names = [one.__name__ for one in shapes(Schema)]
    assert sorted(names) == sorted(set(names))


def test_every_step_that_people_take_has_its_operation():
    from tongban.doors.api.steps import ELSEWHERE, VERBS
    from tongban.rulebook.kinds import KINDS
    from tongban.rulebook.steps import Post

    house = {Post.LAW, Post.HOUSE, Post.OUTSIDE}
    wanted = {step.name for kind in KINDS.values() for step in kind.steps if set(step.by) - house}
    assert wanted - set(VERBS) - set(ELSEWHERE) == set()


def test_a_step_that_does_not_exist_is_404_and_names_those_that_do(office, tokens):
    case_id = office.filed()
    response = tokens.person().post(f"/cases/{case_id}/steps/fly", {})
    assert (response.status_code, response.told["code"]) == (404, "unknown_step")
    assert "withdraw" in response.told["message"]


def test_the_same_request_twice_is_one_step(office, tokens):
    case_id = office.filed()
    staff = tokens.staff(office.able("accept", "small-food-shop"))
    first, second = (staff.post(f"/cases/{case_id}/steps/accept", {}, key="accepting-once") for _ in range(2))
    assert [first.told["again"], second.told["again"]] == [False, True]
    assert first.told["seq"] == second.told["seq"]
    other = staff.post(f"/cases/{case_id}/steps/not_accept", {"ground": "无", "reason": "无"}, key="accepting-once")
    assert (other.status_code, other.told["code"]) == (409, "key_reused")
