"""Every operation of the API, asked without a token, with a token of every other scope, and of what is not one's own.

The operations, their scopes and the shapes of their bodies are read from where they are declared.  Refused means
refused by the guard, or unknown as to everybody else, and the database as it was.
"""

import json
from typing import Any
from uuid import uuid4

import pytest

from tests.doors.api.conftest import Speaker, Tokens
from tests.doors.rights_examples import Objects
from tests.doors.test_rights_by_post import changed_by
from tongban.doors.api.opening import GATES

#: Scopes that a token of staff may have; the last is for other systems only.
SCOPES = ("cases", "people", "licences", "waiting", "figures", "exchange")


@pytest.fixture
def document(county):
    from tongban.doors.api.urls import document

    with county.at(2026, 10, 13):  # when a token was used is noted once a minute: here, once
        yield json.loads(document())


def _operations(document):
    """Yield path, method, what is needed and the declaration of each operation."""
    for path, methods in GATES.items():
        for method, needs in methods.items():
            plain = path.replace("{uuid:", "{")
            yield plain, method, needs, document["paths"][f"/api/v1{plain}"][method.lower()]


def _some(document: Any, schema: Any) -> Any:
    """Return a value of a shape, the least that will do."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        return _some(document, schema["anyOf"][0])
    if "enum" in schema or "const" in schema:
        return schema.get("const", (schema.get("enum") or [None])[0])
    kind = schema.get("type")
    if kind == "object":
        told = schema.get("properties", {})
        made = {name: _some(document, told[name]) for name in schema.get("required", ())}
        return made or (
            {"layout": _some(document, schema["additionalProperties"])} if schema.get("minProperties") else {}
        )
    if kind == "array":
        return [_some(document, schema["items"])] if schema.get("minItems") else []
    if kind == "string":
        by_format = {"uuid": str(uuid4()), "date": "2026-10-13", "date-time": "2026-10-13T09:00:00+08:00"}
        return by_format.get(schema.get("format", ""), "字" * max(1, schema.get("minLength", 1)))
    return {"integer": max(1, schema.get("minimum", 1)), "boolean": True}.get(str(kind))


def _ask(document: Any, who: Speaker, path: str, method: str, declared: Any, **named: object) -> tuple[Any, set[str]]:
    """Ask one operation, take back what it did, and return the answer with the tables that it had changed."""
    content = declared.get("requestBody", {}).get("content", {})
    media, shape = next(iter(content.items()), ("", {}))
    body: Any = _some(document, shape["schema"]) if media == "application/json" else b"%PDF-1.7" if media else None
    for name in ("case_id", "draft_id", "licence_id", "document_id"):
        path = path.replace("{" + name + "}", str(named.get(name, uuid4())))
    while "{" in path:
        before, _, rest = path.partition("{")
        name, _, after = rest.partition("}")
        path = before + ("x" if name in ("code", "system", "step") else str(uuid4())) + after
    return changed_by(lambda: who.ask(method, path, body, **({"media": media} if media else {})))


def test_no_operation_opens_without_its_scope(document, county, tokens_of):
    found = []
    for path, method, needs, declared in _operations(document):
        if needs.scope is None:
            answer, _ = _ask(document, Speaker(), path, method, declared)
            found += [(path, method, answer.told)] if answer.status_code == 401 else []
            continue
        answer, changed = _ask(document, Speaker(), path, method, declared)
        if (answer.status_code, answer.told["code"]) != (401, "token_missing") or changed:
            found.append((path, method, "nobody", answer.status_code, changed))
        if needs.scope:
            answer, changed = _ask(document, tokens_of.without(needs.scope), path, method, declared)
            if (answer.status_code, answer.told["code"]) != (403, "scope_missing") or changed:
                found.append((path, method, "another scope", answer.status_code, changed))
        answer, changed = _ask(document, tokens_of.only(needs.scope), path, method, declared)
        code = (answer.told or {}).get("code", "") if isinstance(answer.told, dict) else ""
        if answer.status_code in (401, 500) or code == "scope_missing" or (answer.status_code == 403 and changed):
            found.append((path, method, "its scope", answer.status_code, code, changed))
    assert found == [], found


@pytest.mark.parametrize("who", ["another person", "another department", "another system"])
def test_nobody_changes_what_is_not_hers_to_know(document, county, tokens_of, who):
    objects = Objects(county)
    named = {"case_id": objects.case, "draft_id": objects.draft}
    stranger, found, asked = tokens_of.stranger(who), [], 0
    for path, method, needs, declared in _operations(document):
        if needs.changes and ("{case_id}" in path or "{draft_id}" in path):
            asked += 1
            answer, changed = _ask(document, stranger, path, method, declared, **named)
            good = answer.status_code in (403, 404) and answer.told["code"] != "address_unknown"
            found += [] if good and not changed else [(path, method, answer.status_code, answer.told, changed)]
    assert asked > 40
    assert found == [], found


class _TokensOf(Tokens):
    """Tokens by what they are for."""

    def __init__(self) -> None:
        self._kept: dict[str, Speaker] = {}

    def _once(self, name: str, make: Any) -> Speaker:
        if name not in self._kept:
            self._kept[name] = make()
            assert self._kept[name].get("/me").status_code == 200
        return self._kept[name]

    def without(self, scope: str) -> Speaker:
        """Return a token for everything but this."""
        others = tuple(one for one in SCOPES if one != scope)
        return self._once(f"not {scope}", lambda: self.post("scjg-chief", scopes=others, per_minute=9000))

    def only(self, scope: str) -> Speaker:
        """Return a token for this alone; for any operation that wants some token, whichever."""
        if scope in SCOPES or not scope:
            return self._once(scope, lambda: self.post("scjg-chief", scopes=(scope or "figures",), per_minute=9000))
        return self._once(scope, lambda: self.system(scopes=(scope,), per_minute=9000))

    def stranger(self, who: str) -> Speaker:
        """Return a token of somebody who has nothing to do with 林示例 and the market department."""
        if who == "another person":
            return self._once(who, lambda: self.person("房示例", per_minute=9000))
        if who == "another department":
            return self._once(who, lambda: self.post("zrzy-reviewer", scopes=SCOPES, per_minute=9000))
        return self._once(who, lambda: self.system(per_minute=9000))


@pytest.fixture
def tokens_of() -> _TokensOf:
    return _TokensOf()
