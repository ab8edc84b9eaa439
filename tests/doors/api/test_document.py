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


def test_every_address_that_names_something_is_reached_by_a_link_that_fits(document):
    """Links lead from the answer that gives an id out to each operation that asks for it."""
    from tongban.doors.api.linking import GIVEN, GIVEN_IN_BODY

    asks = {one["operationId"]: (path, one) for path, methods in document["paths"].items() for one in methods.values()}
    linked, found = set(), []
    for _, giver in asks.values():
        for status, answer in giver["responses"].items():
            for name, one in answer.get("links", {}).items():
                linked.add(one["operationId"])
                told = {**one.get("parameters", {}), **one.get("requestBody", {})}
                for wanted, where in told.items():
                    fits = "$request.path." in where or _has(document, answer, where.partition("#")[2])
                    names = {each["name"] for each in asks[one["operationId"]][1]["parameters"]}
                    body = asks[one["operationId"]][1].get("requestBody", {})
                    names |= set(_shape(document, body).get("properties", {}))
                    found += [] if fits and wanted in names and status[0] == "2" else [(name, wanted, where)]
    assert found == []
    named = {name for name, (path, _) in asks.items() if "{" in path}
    assert named - linked == set(), "请在 tongban/doors/api/linking.py 的 GIVEN 中写明这些编号从哪里来。"
    givers = {giver for many in (*GIVEN.values(), *GIVEN_IN_BODY.values()) for giver, _ in many}
    assert givers <= set(asks)


def _shape(document, holder):
    schema = holder.get("content", {}).get("application/json", {}).get("schema", {})
    return document["components"]["schemas"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def _has(document, answer, pointer):
    """Whether a place in an answer exists by its shape."""
    shape = _shape(document, answer)
    for part in pointer.strip("/").split("/"):
        shape = shape.get("items") if part.isdigit() else shape.get("properties", {}).get(part)
        if shape is None:
            return False
        if "$ref" in shape:
            shape = document["components"]["schemas"][shape["$ref"].rpartition("/")[2]]
    return True


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
