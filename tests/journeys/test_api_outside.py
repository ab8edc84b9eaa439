"""An outside program carries cases through the whole house, knowing only the OpenAPI document and its tokens.

The real server runs on a port of its own, with a database of its own.  What the house does by itself (the postman,
the passing of days, the moods of a simulated system) is done for it beside.
"""

import contextlib
import os
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]
COUNTY = "990127"


class Outside:
    """A program that speaks plain HTTP; every address, method and header comes from the document."""

    def __init__(self, base: str) -> None:
        self.http = httpx.Client(base_url=base, trust_env=False, timeout=60)
        document = self.http.get("/api/v1/openapi.json")
        assert document.status_code == 200
        self.document = document.json()
        assert self.document["openapi"].startswith("3.1")
        self.operations = {
            operation["operationId"]: (method.upper(), path, operation)
            for path, methods in self.document["paths"].items()
            for method, operation in methods.items()
        }

    def call(self, name: str, token: str = "", body: Any = None, /, *, key: str = "", **given: Any) -> httpx.Response:
        """Call an operation by its id; ``given`` goes where the document says: into the path or the query."""
        method, path, operation = self.operations[name]
        headers, query = {}, {}
        for one in operation["parameters"]:
            if one["in"] == "path":
                path = path.replace("{" + one["name"] + "}", str(given.pop(one["name"])))
            elif one["in"] == "query" and one["name"] in given:
                query[one["name"]] = given.pop(one["name"])
            elif one["in"] == "header" and one["required"]:
                headers[one["name"]] = key or str(uuid4())
        assert not given, f"the document knows no {given}"
        if token:
            headers["Authorization"] = f"Bearer {token}"
        content = {}
        if isinstance(body, bytes):
            (media,) = operation["requestBody"]["content"]
            content, headers["Content-Type"] = {"content": body}, media
        elif "requestBody" in operation:
            content = {"json": body if body is not None else {}}
        response = self.http.request(method, path, params=query, headers=headers, **content)
        assert str(response.status_code) in operation["responses"], f"{name}: {response.status_code} is not declared"
        return response

    def must(self, name: str, token: str = "", body: Any = None, /, **given: Any) -> Any:
        """Call an operation that has to succeed and return what it tells."""
        response = self.call(name, token, body, **given)
        assert response.is_success, f"{name}: {response.status_code} {response.text}"
        return response.json() if response.headers["Content-Type"].startswith("application/json") else response.content

    def refused(self, name: str, token: str = "", body: Any = None, /, **given: Any) -> tuple[int, str]:
        """Call an operation that has to be refused and return the status and the code."""
        response = self.call(name, token, body, **given)
        told = response.json()
        assert {"code", "message", "basis"} <= set(told)
        return response.status_code, told["code"]

    def upload(self, token: str, content: bytes) -> str:
        """Upload a file in two pieces; the first is sent twice, as after a line that broke."""
        begun = self.must("begin_upload", token, {"size": len(content)})["id"]
        half = len(content) // 2
        for _ in range(2):
            assert self.must("append_piece", token, content[:half], upload_id=begun, offset=0)["received"] == half
        self.must("append_piece", token, content[half:], upload_id=begun, offset=half)
        assert self.must("finish_upload", token, upload_id=begun)["finished"] is True
        return str(begun)

    def step(self, token: str, case_id: str, name: str, body: Any = None) -> str:
        """Take a step and return the state it led to."""
        return str(self.must(f"step_{name}", token, body, case_id=case_id)["state"])

    def steps(self, token: str, case_id: str) -> list[str]:
        """Return the steps a case has gone."""
        return [line["step"]["code"] for line in self.must("read_journal", token, case_id=case_id)]


@contextlib.contextmanager
def running() -> Iterator[str]:
    """The site alone, on the database that this test points at; yields its address."""
    from django.conf import settings
    from django.db import connections

    from tongban.hall import database

    name = connections["default"].settings_dict["NAME"]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "DATABASE_URL": database.server_url("app", name),
        "DATABASE_OWNER_URL": database.server_url("owner", name),
        "TONGBAN_DEMO": "1",
        "TONGBAN_FILES": str(settings.TONGBAN_FILES),
        "TONGBAN_KEYS": str(settings.TONGBAN_KEYS),
    }
    command = [sys.executable, "-m", "tongban.hall", "serve", "--no-postman", "--workers", "1", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE)
    try:
        base, end = f"http://127.0.0.1:{port}", time.monotonic() + 60
        while True:
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{base}/healthz", trust_env=False, timeout=5).status_code == 200:
                    break
            assert time.monotonic() < end, "the server does not answer"
            time.sleep(0.1)
        yield base
    finally:
        process.terminate()
        process.communicate(timeout=30)


class House:
    """What the house does by itself, and what its administrator hands out."""

    def __init__(self, county: Any) -> None:
        self.county = county

    def set_clock(self, day: int) -> None:
        from tongban.rooms import clock

        clock.set_demo(datetime(2026, 10, day, 10, tzinfo=clock.SHANGHAI).astimezone(UTC))

    def person(self, name: str) -> str:
        from tongban.rooms.people import actions as people

        scopes = ["cases", "licences", "people", "waiting"]
        return people.make_token(
            COUNTY, name, actor="house", scopes=scopes, person_id=self.county.citizen(name).id
        ).secret

    def able(self, power: str, item: str, **more: Any) -> str:
        """Return a token of somebody who may use this power in this item."""
        from tongban.rooms.people import actions as people

        who = self.county.able(power, item, **more)
        scopes = ["cases", "licences", "people"]
        return people.make_token(
            COUNTY, f"{power} {item}", actor="house", scopes=scopes, staff_id=who.id, post_id=who.post_id
        ).secret

    def postman(self) -> None:
        from tongban.hall import postman

        postman.once(120)


@pytest.fixture
def house(own_county) -> House:
    made = House(own_county)
    made.set_clock(13)
    return made


@pytest.fixture
def outside(house) -> Iterator[Outside]:
    with running() as base:
        yield Outside(base)


def filled(
    outside: Outside, token: str, item: str, options: list[str], *, whole: bool = False
) -> tuple[Any, dict[str, Any]]:
    """Read an item; return a filled form and, for every material to hand in, an upload of a kind that it takes."""
    from tongban.hall.county.answers import answers_for
    from tongban.hall.county.sheets import sheet

    read = outside.must("read_item", code=item, county=COUNTY)
    answers = answers_for(read["form"], Random(1), datetime(2026, 10, 13, tzinfo=UTC).date(), whole=whole)
    wanted = outside.must("list_materials", code=item, county=COUNTY, option=options)
    kinds = {one["code"]: "png" if "png" in one["formats"] else "pdf" for one in wanted}
    uploads = {kind: outside.upload(token, sheet("材料", kind)) for kind in sorted(set(kinds.values()))}
    return answers, {code: {"upload": uploads[kind]} for code, kind in kinds.items()}


def first_options(outside: Outside, item: str) -> list[str]:
    read = outside.must("read_item", code=item, county=COUNTY)
    return [one["options"][0]["code"] for one in read["situations"]]


def company(outside: Outside, house: House) -> tuple[str, str]:
    """Return a company of the county and a token of who stands for it."""
    from tongban.hall.county.opening import ITEMS

    seed = tomllib.loads((ITEMS / "counties" / f"{COUNTY}.toml").read_text(encoding="utf-8"))
    one = next(one for one in seed["organisation"] if "representative" in one)
    name = next(p["name"] for p in seed["person"] if p["key"] == one["representative"])
    clerk = house.able("accept", "small-food-shop")
    number = {"scheme": "credit_code", "value": one["credit_code"]}
    found = outside.must("find_person", clerk, {"number": number, "purpose": "受理申请时核对单位"})
    assert found["identifiers"] == [{"scheme": "credit_code", "issuer": "", "tail": one["credit_code"][-4:]}]
    return found["id"], house.person(name)


def decided(outside: Outside, house: House, case_id: str, item: str) -> None:
    """Let the office work on a part until it is decided and handed out."""
    outside.step(house.able("accept", item), case_id, "accept")
    for desk in house.county.item(item).desks[:-1]:
        outside.step(house.able(desk.power, item), case_id, "pass_on", {"opinion": "符合要求"})
    decider = house.able("decide", item)
    if outside.must("read_case", decider, case_id=case_id)["fee"] == "due":
        outside.step(decider, case_id, "settle_fee", {"state": "paid", "voucher": "PZ00000001"})
    assert outside.step(decider, case_id, "grant", {"opinion": "准予"}) == "granted"


def test_a_case_from_draft_to_rating(outside, house):
    item = "small-food-shop"
    applicant, stranger = house.person("林示例"), house.person("房示例")
    me = outside.must("read_me", applicant)["person_id"]
    name = outside.must("read_item", code=item, county=COUNTY)["name"]
    assert [one["code"] for one in outside.must("list_items", county=COUNTY, name=name)["rows"]] == [item]
    options = first_options(outside, item)
    answers, papers = filled(outside, applicant, item, options)
    first, *others = sorted(papers)

    # A draft: begun, read in another channel, gone on with.
    begun = {"item": item, "applicant": me, "answers": {}, "options": options}
    draft = outside.must("begin_draft", applicant, begun, key="draft-of-the-journey")["id"]
    assert outside.must("begin_draft", applicant, begun, key="draft-of-the-journey")["id"] == draft
    whole = {**begun, "answers": answers, "materials": {code: papers[code] for code in others}}
    outside.must("save_draft", applicant, whole, draft_id=draft)
    assert outside.must("read_draft", applicant, draft_id=draft)["materials"] == others
    assert outside.refused("read_draft", stranger, draft_id=draft) == (404, "case_unknown")

    # Filed without one of its papers: taken in all the same.
    kept = {**whole, "materials": {code: {"kept": True} for code in others}}
    filed = outside.must("file_draft", applicant, kept, draft_id=draft, key="filing-of-the-journey")
    assert filed["missing"] == [first]
    again = outside.must("file_draft", applicant, kept, draft_id=draft, key="filing-of-the-journey")
    assert again["number"] == filed["number"]
    case_id = filed["case_id"]
    assert outside.refused("read_case", stranger, case_id=case_id) == (404, "case_unknown")
    where = outside.must("read_progress", "", {"number": filed["number"], "lookup_code": filed["lookup_code"]})
    assert where["state"] == "已收件"

    # One notice, one supplement, and the office goes on.
    acceptor = house.able("accept", item)
    assert outside.refused("step_accept", acceptor, case_id=case_id)[0] in (409, 422)
    assert "ask_correction" in [one["step"] for one in outside.must("list_steps", acceptor, case_id=case_id)]
    outside.step(acceptor, case_id, "ask_correction", {"lacking": {first: "没有提交，请补交清晰完整的材料"}})
    told = outside.must("read_case", applicant, case_id=case_id, expand="lacks")
    assert [(one["code"], one["reason"]) for one in told["lacks"]] == [(first, "没有提交，请补交清晰完整的材料")]
    assert outside.step(applicant, case_id, "supply", {"materials": {first: papers[first]}}) == "filed"
    decided(outside, house, case_id, item)
    exit_desk = house.able("deliver", item)
    assert outside.step(exit_desk, case_id, "issue") == "issued"
    assert outside.step(exit_desk, case_id, "deliver", {"way": "window", "collector": me}) == "delivered"

    # The paper is genuine; with one byte changed it is not.
    outside.must(
        "seal_documents", exit_desk, case_id=case_id
    )  # she stands at the window: the postman is not waited for
    sealed = {one["kind"]: one for one in outside.must("list_documents", applicant, case_id=case_id)}
    pdf = outside.must("read_pdf", applicant, document_id=sealed["licence"]["id"])
    checked = outside.must("verify_pdf", "", pdf)
    assert (checked["state"], checked["document_id"]) == ("valid", sealed["licence"]["id"])
    assert outside.must("verify_document", document_id=sealed["licence"]["id"])["holder"] == "林＊＊"
    assert outside.must("verify_pdf", "", pdf[:-200] + b"0" + pdf[-199:])["state"] != "valid"
    (licence,) = [one for one in outside.must("list_licences", applicant) if one["case_id"] == case_id]
    assert licence["number"] == sealed["licence"]["number"]

    # Rated once, by whoever it concerns.
    rating = {"grade": "very_satisfied", "channel": "mobile", "comment": "很快"}
    assert outside.refused("rate", acceptor, rating, case_id=case_id) == (403, "for_persons")
    outside.must("rate", applicant, rating, case_id=case_id)
    assert outside.refused("rate", applicant, {**rating, "grade": "fair"}, case_id=case_id)[0] == 409
    codes = outside.must("read_rating", applicant, case_id=case_id)["grade_codes"]
    assert [(one["code"], one["label"]) for one in codes] == [("1", "非常满意"), ("5", "非常满意")]
    assert outside.steps(applicant, case_id) == [
        *("begin", "save", "file", "ask_correction", "supply", "accept"),
        *(["pass_on"] * (len(house.county.item(item).desks) - 1)),
        *("grant", "issue", "deliver", "rate"),
    ]


def test_a_bundle_of_two_parts(outside, house):
    bundle = "construction-stage"
    firm, agent = company(outside, house)
    options = ["not-special", "needs-shelter"]
    answers, papers = filled(outside, agent, bundle, options, whole=True)
    filing = {"item": bundle, "applicant": firm, "answers": answers, "options": options, "materials": papers}
    filed = outside.must("file_case", agent, filing)
    case_id = filed["case_id"]
    assert filed["missing"] == []

    # One filing, and the parts go one after the other as the law wants it.
    house.postman()
    parts = outside.must("read_case", agent, case_id=case_id)["parts"]
    assert [(one["role"], one["state"]) for one in parts] == [("air", "filed")]
    decided(outside, house, parts[0]["case_id"], "air-defence-review")
    house.postman()
    parts = {one["role"]: one for one in outside.must("read_case", agent, case_id=case_id)["parts"]}
    assert {role: one["state"] for role, one in parts.items()} == {"air": "granted", "permit": "filed"}
    listed = outside.must("list_cases", agent, parent=case_id)["rows"]
    assert {one["id"] for one in listed} == {one["case_id"] for one in parts.values()}
    decided(outside, house, parts["permit"]["case_id"], "construction-permit")
    house.postman()
    assert outside.must("read_case", agent, case_id=case_id)["state"]["code"] == "granted"
    exit_desk = house.able("deliver", bundle)
    assert outside.step(exit_desk, case_id, "issue") == "issued"
    assert outside.step(exit_desk, case_id, "deliver", {"way": "electronic"}) == "delivered"
    assert outside.steps(agent, case_id) == ["file", "split", "join", "issue", "deliver"]


def test_a_case_handled_elsewhere_whose_system_is_down_and_answers_twice(outside, house):
    from tongban.rooms.exchange import actions as exchange

    item, system = "social-insurance-registration", "province-social-security"
    exchange.set_knobs(COUNTY, system, down=True, twice=True, after_days=1)
    firm, agent = company(outside, house)
    answers, papers = filled(outside, agent, item, [])
    filing = {"item": item, "applicant": firm, "answers": answers, "materials": papers}
    case_id = outside.must("file_case", agent, filing)["case_id"]
    outside.step(house.able("accept", item), case_id, "accept")
    outside.step(house.able("examine", item), case_id, "hand_over", {"system": system})

    # The other side is down: the case waits there, its clock goes on running here.
    house.postman()
    waiting = outside.must("read_case", agent, case_id=case_id)
    assert waiting["outside"] == [{"system": system, "outside_number": "", "state": "sending"}]
    assert [one["name"] for one in waiting["clocks"] if one["running"]] == ["promised", "statutory"]

    # A day later it is up again and takes the case once; then it tells everything twice.
    house.set_clock(14)
    exchange.set_knobs(COUNTY, system, down=False)
    house.postman()
    (there,) = outside.must("read_case", agent, case_id=case_id)["outside"]
    assert there["state"] in ("handed_over", "accepted")
    assert there["outside_number"].startswith("MN")
    house.set_clock(15)
    house.postman()
    house.postman()
    done = outside.must("read_case", agent, case_id=case_id)
    assert done["outside"] == [{"system": system, "outside_number": there["outside_number"], "state": "granted"}]
    assert done["state"]["code"] in ("granted", "entered")
    assert outside.steps(agent, case_id).count("granted_elsewhere") == 1
    exit_desk = house.able("deliver", item)
    assert outside.step(exit_desk, case_id, "issue") == "issued"
    assert outside.step(exit_desk, case_id, "deliver", {"way": "electronic"}) == "delivered"
