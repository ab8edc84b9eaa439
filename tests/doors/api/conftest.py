"""A county with tokens, and a way to ask the API in the test's own process."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest

COUNTY = "990127"


@dataclass
class Speaker:
    """Somebody with a token, or without."""

    secret: str = ""

    def ask(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """Ask, and return the response with ``.told`` read from its JSON."""
        from django.test import Client

        headers = {"Idempotency-Key": more.pop("key", None) or f"key-{uuid4()}", **more.pop("headers", {})}
        if self.secret:
            headers["Authorization"] = f"Bearer {self.secret}"
        media = more.pop("media", "application/json")
        data = {"data": body, "content_type": media} if body is not None else {}
        if body is None and method in ("POST", "PUT", "PATCH"):
            data = {"data": "{}", "content_type": media}
        query = f"?{more.pop('query')}" if "query" in more else ""
        client = Client(raise_request_exception=False)
        response = client.generic(
            method, f"/api/v1{path}{query}", _bytes(data), data.get("content_type", media), headers=headers
        )
        response.told = response.json() if response.content and "json" in response["Content-Type"] else None
        return response

    def get(self, path: str, query: str = "") -> Any:
        return self.ask("GET", path, **({"query": query} if query else {}))

    def post(self, path: str, body: Any = None, **more: Any) -> Any:
        return self.ask("POST", path, body, **more)

    def upload(self, content: bytes) -> str:
        """Upload a file whole and return the upload's id."""
        begun = self.post("/uploads", {"size": len(content)})
        assert begun.status_code == 201, begun.content
        path = f"/uploads/{begun.told['id']}"
        done = self.ask("PATCH", path, content, media="application/octet-stream", query="offset=0")
        assert done.status_code == 200, done.content
        assert self.post(f"{path}/finish").status_code == 200
        return str(begun.told["id"])


def _bytes(data: dict[str, Any]) -> bytes:
    import json

    value = data.get("data", b"")
    if isinstance(value, bytes):
        return value
    return value.encode() if isinstance(value, str) else json.dumps(value, default=str).encode()


@dataclass
class Tokens:
    """Makes tokens of the open county."""

    def _made(self, **of: Any) -> Speaker:
        from tongban.rooms.people import actions as people

        return Speaker(people.make_token(COUNTY, "测试令牌", actor="house", **of).secret)

    def person(
        self, name: str = "林示例", scopes: Any = ("cases", "people", "licences", "waiting"), **more: Any
    ) -> Speaker:
        from tongban.hall.county.opening import citizen

        return self._made(person_id=citizen(name).id, scopes=scopes, **more)

    def post(
        self, code: str, scopes: Any = ("cases", "people", "licences", "waiting", "figures"), **more: Any
    ) -> Speaker:
        from tongban.rooms import clock
        from tongban.rooms.people import queries as people

        post = people.post_coded(COUNTY, code)
        holder = people.powers().holder(post.id, clock.today())
        return self._made(staff_id=holder.id, post_id=post.id, scopes=scopes, **more)

    def staff(self, who: Any, **more: Any) -> Speaker:
        """Return a token of somebody who acts (``county.able``)."""
        scopes = more.pop("scopes", ("cases", "people", "licences", "waiting", "figures"))
        return self._made(staff_id=who.id, post_id=who.post_id, scopes=scopes, **more)

    def system(self, code: str = "province-social-security", **more: Any) -> Speaker:
        return self._made(system=code, scopes=more.pop("scopes", ("exchange", "webhooks", "figures")), **more)


@pytest.fixture
def tokens() -> Tokens:
    return Tokens()


@pytest.fixture
def nobody() -> Speaker:
    return Speaker()


@pytest.fixture
def office(county, tokens) -> Any:
    """The county on a working morning, with its tokens."""
    with county.at(2026, 10, 13):
        yield county


def id_of(response: Any) -> UUID:
    return UUID(response.told["id"])
