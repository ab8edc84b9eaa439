"""S192, peers.md 50: an object that is not yours does not exist, at whatever address, in whatever list.

A table of the addresses of the API and of the pages that name something, and of all that list, search or export.
Each is asked by a stranger, a clerk of another unit, a village agent of another town, supervision, and the staff of
another county.  Whoever adds an operation with a number in its address gets a line here.
"""

import json
import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from django.urls import reverse

from tests.doors.api.conftest import Speaker, Tokens
from tests.doors.browsing import signed_in
from tests.doors.rights_examples import Objects

#: What the rooms say of an object that is none of yours; 409 and 422 would tell that it is there.
CLOSED = {401, 403, 404}
OTHER_COUNTY = "990128"


@dataclass
class Things:
    """One of everything, all of it 林示例's."""

    county: Any
    tokens: Tokens

    def __post_init__(self) -> None:
        made = Objects(self.county)
        self.draft, self.case, self.licence = made.draft, made.delivered, made.licence
        self.document, self.mandate, self.seat = made.document, made.mandate, made.seat
        self.upload = self.tokens.person().upload(self.county.png)
        self.material = made.material
        self.open_case = made.case

    @property
    def marks(self) -> list[str]:
        """Return what must not stand in any answer to somebody else: ids, numbers, codes, her name."""
        from tongban.rooms.casework.models import Case
        from tongban.rooms.licences import queries as licences
        from tongban.rooms.waiting import queries as waiting

        rows = Case.objects.filter(id__in=[self.case, self.open_case, self.draft])
        numbers = [value for row in rows for value in (row.number, row.lookup_code) if value]
        ids = (self.draft, self.case, self.open_case, self.licence, self.document, self.mandate, self.seat, self.upload)
        kept = [*map(str, ids), licences.licence(self.licence).number, waiting.seat(self.seat).code]
        return ["林示例", *numbers, *(one for one in kept if one)]


@pytest.fixture
def things(county) -> Any:
    with county.at(2026, 10, 13):
        yield Things(county, Tokens())


@pytest.fixture
def abroad(county) -> Speaker:
    """A token of a member of staff in another county of the same installation, with all powers over the same items."""
    from tests.security.elsewhere import clerk_of

    return clerk_of(OTHER_COUNTY)


def strangers(county: Any, abroad: Speaker | None = None) -> dict[str, Speaker]:
    """Return those to whom nothing of 林示例 belongs."""
    tokens = Tokens()
    scopes = ("cases", "people", "licences", "waiting", "exchange")
    found = {
        "stranger": tokens.person("房示例"),
        "other unit": tokens.post("zrzy-reviewer", scopes=scopes),
        "other town": tokens.post("village-001203-agent", scopes=scopes),
        "other system": tokens.system(),
    }
    from tongban.hall.rights import ROLES

    # 三员: who runs, guards and audits the system has no business with anybody's matters.
    for role in ROLES:
        if role.code in ("system", "security", "audit"):
            found[role.code] = tokens.post(str(role.post), scopes=scopes)
    return found | ({"other county": abroad} if abroad else {})


#: Operation of the API that names something -> how it is asked (path, body); ``X`` in a name: what stands there.
NAMED: dict[str, Any] = {
    "read_case": lambda t: ("GET", f"/cases/{t.case}", "expand=answers&expand=lacks&expand=notes&purpose=x"),
    "read_journal": lambda t: ("GET", f"/cases/{t.case}/journal", ""),
    "list_steps": lambda t: ("GET", f"/cases/{t.case}/steps", ""),
    "list_documents": lambda t: ("GET", f"/cases/{t.case}/documents", ""),
    "seal_documents": lambda t: ("POST", f"/cases/{t.case}/documents", ""),
    "list_fetches": lambda t: ("GET", f"/cases/{t.case}/fetches", ""),
    "read_rating": lambda t: ("GET", f"/cases/{t.case}/rating", ""),
    "rate": lambda t: ("POST", f"/cases/{t.case}/rating", {"grade": "fair", "channel": "pc"}),
    "read_pdf": lambda t: ("GET", f"/documents/{t.document}/pdf", "purpose=x"),
    "read_licence": lambda t: ("GET", f"/licences/{t.licence}", "purpose=x"),
    "read_draft": lambda t: ("GET", f"/drafts/{t.draft}", ""),
    "save_draft": lambda t: ("PUT", f"/drafts/{t.draft}", _filing(t)),
    "file_draft": lambda t: ("POST", f"/drafts/{t.draft}/file", _filing(t)),
    "discard_draft": lambda t: ("DELETE", f"/drafts/{t.draft}", ""),
    "read_upload": lambda t: ("GET", f"/uploads/{t.upload}", ""),
    "append_piece": lambda t: ("PATCH", f"/uploads/{t.upload}?offset=0", b"x"),
    "finish_upload": lambda t: ("POST", f"/uploads/{t.upload}/finish", {}),
    "revoke_mandate": lambda t: ("POST", f"/mandates/{t.mandate}/revoke", {}),
    "cancel": lambda t: ("POST", f"/appointments/{t.seat}/cancel", {}),
    "unknown_step": lambda t: ("POST", f"/cases/{t.case}/steps/nonsense", {}),
}
#: Operations that name what belongs to no person, and where their own sight is tested.
NOT_OF_A_PERSON = {
    "read_item": "公开的指南",
    "list_materials": "公开的材料清单",
    "list_windows": "大厅的窗口",
    "list_sessions": "公开的场次",
    "read_ticket": "test_a_ticket_is_of_its_county_and_of_who_took_it",
    "call_next": "tests/doors/api/test_waiting.py",
    "finish_ticket": "tests/doors/api/test_waiting.py",
    "verify_document": "公开的查验，姓名遮盖",
    "unsubscribe": "tests/doors/api/test_exchange.py",
    "receive_message": "tests/doors/api/test_exchange.py",
    "approve_share": "test_what_departments_owe_each_other_is_of_their_county",
    "decline_share": "test_what_departments_owe_each_other_is_of_their_county",
    "settle_difference": "tests/doors/api/test_sharing.py",
    "urge_withheld": "test_what_departments_owe_each_other_is_of_their_county",
    "end_withheld": "test_what_departments_owe_each_other_is_of_their_county",
    "ask_resource": "tests/doors/api/test_sharing.py",
    "enter_holdings": "tests/doors/api/test_sharing.py",
    "read_figure": "不含姓名的数",
    "list_figure_rows": "test_rows_behind_a_figure_are_of_ones_own_unit",
}


def _filing(t: Things) -> dict[str, Any]:
    return {"item": "small-food-shop", "applicant": str(t.county.citizen().id), "answers": {}}


def _ask(speaker: Speaker, asked: tuple[str, str, Any]) -> Any:
    method, path, more = asked
    path, _, query = path.partition("?")
    if method == "GET":
        return speaker.get(path, more)
    if isinstance(more, bytes):
        return speaker.ask(method, path, more, media="application/octet-stream", query=query)
    return speaker.ask(method, path, more) if more != "" else speaker.ask(method, path)


def test_every_operation_that_names_something_stands_in_the_table():
    from tongban.doors.api.urls import document

    paths = json.loads(document())["paths"]
    named = {one["operationId"] for path, ways in paths.items() if "{" in path for one in ways.values()}
    named = {one for one in named if not one.startswith("step_")}
    table = set(NAMED) | set(NOT_OF_A_PERSON)
    assert named - table == set(), "这些接口在地址里指名某物：请在 tests/security/test_objects.py 的表里各写一行。"
    assert table - named == set()


def test_somebody_elses_object_does_not_exist_at_any_address_of_the_api(things, abroad):
    marks, found = things.marks, []
    for name, speaker in strangers(things.county, abroad).items():
        for operation, asked in NAMED.items():
            answer = _ask(speaker, asked(things))
            told = answer.content.decode(errors="replace")
            if answer.status_code not in CLOSED or any(mark in told for mark in marks):
                found.append((name, operation, answer.status_code, told[:120]))
    assert found == []


def test_somebody_elses_object_is_still_as_it_was_after_all_that(things, abroad):
    from tongban.rooms.casework.models import Case

    before = list(Case.objects.order_by("id").values())
    for speaker in strangers(things.county, abroad).values():
        for asked in NAMED.values():
            _ask(speaker, asked(things))
    assert list(Case.objects.order_by("id").values()) == before


def test_no_step_of_somebody_elses_case_can_be_tried(things, abroad):
    from tongban.doors.api.steps import VERBS

    found = []
    bodies = {"body": {}}
    for name, speaker in strangers(things.county, abroad).items():
        for step in VERBS:
            answer = speaker.post(f"/cases/{things.open_case}/steps/{step}", bodies["body"])
            # A body that is no body of this step is refused before anything is looked up: that tells nothing.
            if answer.status_code not in CLOSED | {422}:
                found.append((name, step, answer.status_code))
            if answer.status_code == 422 and answer.told["code"] != "request_invalid":
                found.append((name, step, answer.told["code"]))
    assert found == []


#: What lists, searches or exports over the API, with every filter that could widen it.
LISTS: dict[str, Any] = {
    "list_cases": lambda t: ("GET", "/cases", ""),
    "list_cases by state": lambda t: ("GET", "/cases", "state=closed"),
    "list_cases by unit": lambda t: ("GET", "/cases", "unit=scjg"),
    "list_cases by parent": lambda t: ("GET", "/cases", f"parent={t.case}"),
    "list_cases behind": lambda t: ("GET", "/cases", f"cursor={_cursor()}&limit=100"),
    "list_licences": lambda t: ("GET", "/licences", ""),
    "list_mandates": lambda t: ("GET", "/mandates", ""),
    "list_appointments": lambda t: ("GET", "/appointments", ""),
    "list_ratings": lambda t: ("GET", "/ratings", ""),
    "list_ratings bad": lambda t: ("GET", "/ratings", "bad=true"),
    "list_looks": lambda t: ("GET", "/looks", ""),
    "list_differences": lambda t: ("GET", "/differences", ""),
    "list_share_requests": lambda t: ("GET", "/share-requests", ""),
    "read_metering": lambda t: ("GET", "/metering", ""),
    "find_items": lambda t: ("GET", "/items", "county=990127&q=林示例"),
}


def _cursor() -> str:
    from tongban.doors.api import shapes

    return str(shapes.pack(UUID(int=2**128 - 1)))


def test_no_list_search_or_filter_of_the_api_holds_anything_of_hers(things, abroad):
    marks, found = things.marks, []
    for name, speaker in strangers(things.county, abroad).items():
        for operation, asked in LISTS.items():
            told = _ask(speaker, asked(things)).content.decode(errors="replace")
            found += [(name, operation, mark) for mark in marks if mark in told]
    assert found == []


def test_her_own_lists_do_hold_it(things):
    """The marks are such as lists show: otherwise the test above could not fail."""
    me = things.tokens.person()
    told = "".join(_ask(me, asked(things)).content.decode() for asked in LISTS.values())
    for one in (things.case, things.licence, things.mandate, things.seat):
        assert str(one) in told


def test_who_only_supervises_reads_neither_a_licence_nor_a_draft_nor_a_document(things):
    watch = things.tokens.post("jcs-officer")
    for operation in ("read_licence", "read_pdf", "read_draft"):
        answer = _ask(watch, NAMED[operation](things))
        assert answer.status_code in CLOSED, (operation, answer.content)
        assert not any(mark in answer.content.decode(errors="replace") for mark in things.marks)


def test_a_draft_is_nobodys_business_but_of_who_takes_papers_in(things):
    """A reviewer and a decider of the very department see what was filed, not what is still being written."""
    for post in ("scjg-reviewer", "scjg-chief"):
        speaker = things.tokens.post(post)
        assert _ask(speaker, NAMED["read_draft"](things)).status_code in CLOSED, post


def test_people_are_looked_up_only_where_people_come(things):
    body = {"number": {"scheme": "citizen_id", "value": "990127198805062019"}, "purpose": "接待"}
    for post in ("zrzy-reviewer", "scjg-chief"):
        assert things.tokens.post(post).post("/people/search", body).status_code == 403, post
        assert things.tokens.post(post).post("/people", {"name": "某示例"}).status_code == 403, post
    assert things.tokens.person("房示例").post("/people/search", body).status_code == 403
    assert things.tokens.post("window-1").post("/people/search", body).status_code in (200, 422)


def test_a_ticket_is_of_its_county_and_of_who_took_it(things, abroad):
    from tongban.rooms.people import queries as people
    from tongban.rooms.waiting import actions as waiting

    hall = people.site_coded("990127", "hall")
    hers = waiting.take_ticket(hall.id, "general", person_id=things.county.citizen().id)
    assert things.tokens.person().get(f"/tickets/{hers.id}").status_code == 200
    assert things.tokens.post("window-1").get(f"/tickets/{hers.id}").status_code == 200
    for speaker in (things.tokens.person("房示例"), abroad):
        assert speaker.get(f"/tickets/{hers.id}").told["code"] == "ticket_unknown"


def test_an_appointment_is_cancelled_where_it_is_or_above_it(things):
    """A village agent does not touch what is booked at the county's hall; the hall's own window does."""
    assert things.tokens.post("window-1").post(f"/appointments/{things.seat}/cancel").status_code == 200


def test_nobody_is_booked_for_who_is_of_another_county(things, abroad):
    me = str(things.county.citizen().id)
    answer = abroad.post("/appointments", {"session": str(UUID(int=0)), "person": me})
    assert answer.told["code"] == "person_unknown"


def test_what_departments_owe_each_other_is_of_their_county(things, abroad):
    from tongban.rooms.exchange import actions as exchange

    made = exchange.register_withheld(
        "990127",
        what="link",
        department="省厅",
        resource="",
        system="province-social-security",
        reason="没有开放",
        must_act="县政数局",
        actor="x",
    )
    for path, body in ((f"/withheld/{made}/urging", {}), (f"/withheld/{made}/ending", {"ending": "mistaken"})):
        assert abroad.post(path, body).told["code"] == "withheld_unknown"


def test_rows_behind_a_figure_are_of_ones_own_unit(things):
    from tongban.rulebook.indicators import DEFINITIONS

    code = DEFINITIONS[0].code
    other = things.tokens.post("zrzy-reviewer")
    for query in ("", "unit=zrzy"):
        told = other.get(f"/figures/{code}/rows", f"first=2026-01-01&last=2026-12-31{query and '&' + query}")
        assert told.status_code == 200
        assert not any(mark in told.content.decode() for mark in things.marks)
    assert other.get(f"/figures/{code}/rows", "unit=scjg").told["code"] == "for_staff"
    assert things.tokens.post("jcs-officer").get(f"/figures/{code}/rows", "unit=scjg").status_code == 200


#: Pages with a number in their address that belong to a person or a case, and what they are told.
PAGES: dict[str, Any] = {
    "file-tasks": lambda t: {"draft_id": t.draft},
    "file-look": lambda t: {"draft_id": t.draft, "code": t.material},
    "file-receipt": lambda t: {"draft_id": t.case},
    "mine-case": lambda t: {"case_id": t.case},
    "mine-document": lambda t: {"document_id": t.document},
    "mine-licence": lambda t: {"licence_id": t.licence},
    "mine-show": lambda t: {"licence_id": t.licence},
    "mine-mandate-revoke": lambda t: {"mandate_id": t.mandate},
    "mine-appointment-cancel": lambda t: {"seat_id": t.seat},
    "office-case": lambda t: {"case_id": t.open_case},
    "office-material": lambda t: {"case_id": t.open_case, "code": t.material},
    "office-document": lambda t: {"case_id": t.case, "document_id": t.document},
    "counter-case": lambda t: {"case_id": t.open_case},
    "counter-material": lambda t: {"case_id": t.open_case, "code": t.material},
    "counter-document": lambda t: {"document_id": t.document},
    "counter-hand-out": lambda t: {"case_id": t.case},
    "station-mine": lambda t: {"case_id": t.case},
    "station-document": lambda t: {"case_id": t.case, "document_id": t.document},
    "station-mandate-paper": lambda t: {"mandate_id": t.mandate},
    "watch-case": lambda t: {"case_id": t.case},
    "ask-answer": lambda t: {"case_id": t.case},
}
#: Pages that list, search or export, with filters that could widen them.
PAGE_LISTS = (
    *("/mine/", "/mine/messages/", "/mine/licences/", "/mine/mandates/", "/mine/ratings/", "/mine/looked/"),
    *("/mine/appointments/", "/office/", "/office/?tab=all", "/office/?q=林示例", "/station/", "/station/mandates/"),
    *("/counter/results/", "/counter/questions/", "/ask/", "/progress/", "/find/?q=林示例", "/results/", "/lists/"),
)
OTHERS = {"stranger": "房示例", "other unit": "zrzy-reviewer", "other town": "village-001203-agent"}


def _clients(county):
    for name, who in OTHERS.items():
        yield name, signed_in(county.citizen(who) if name == "stranger" else county.staff(who))


def test_every_page_of_the_table_is_there():
    from tongban.hall import rights

    names = {one.name for one in rights.addresses()}
    assert set(PAGES) - names == set()


def test_somebody_elses_object_does_not_exist_on_any_page(things):
    marks, found = things.marks, []
    for name, client in _clients(things.county):
        for page, arguments in PAGES.items():
            where = reverse(page, kwargs=arguments(things))
            answer = client.get(where)
            told = _said(answer).replace(where, "")  # a page may repeat what stood in its address
            if answer.status_code not in CLOSED or any(mark in told for mark in marks):
                found.append((name, page, answer.status_code))
    assert found == []


def test_no_list_search_or_export_page_holds_anything_of_hers(things):
    marks, found = things.marks, []
    for name, client in _clients(things.county):
        for page in PAGE_LISTS:
            told = _said(client.get(page)).replace("林示例", "", told_back(page))
            found += [(name, page, mark) for mark in marks if mark in told]
        for page in ("/office/export/", "/mine/export/"):
            told = _said(client.post(page, {"purpose": "x", "tab": "all"}))
            found += [(name, page, mark) for mark in marks if mark in told]
    assert found == []


def told_back(page: str) -> int:
    """Return how often a page may repeat what was typed: in its search field, its title and its sentence."""
    return 8 if "q=" in page else 0


def test_who_only_supervises_gets_no_paper_at_the_counter_either(things):
    """The counter's guard looks at powers as a whole; the case's own papers are looked at again."""
    client = signed_in(things.county.staff("jcs-officer"))
    for page in ("counter-material", "counter-document", "office-material", "office-document"):
        answer = client.get(reverse(page, kwargs=PAGES[page](things)))
        assert answer.status_code in CLOSED, page


def test_a_mandate_on_paper_is_checked_where_it_was_handed_in_or_above(things):
    from datetime import date

    from tongban.rooms.people import actions as people
    from tongban.rooms.people import queries

    giver, agent = things.county.citizen("寿样本"), things.county.citizen("租演示")
    site = queries.post_coded("990127", "village-001202-agent").site_id
    scan = things.county.upload()
    made = people.give_mandate(
        giver.id,
        agent.id,
        items=["elderly-card"],
        powers=["collect"],
        valid_until=date(2035, 12, 31),
        actor="x",
        paper_file=scan,
        site_id=site,
    )
    where = reverse("station-mandate-paper", kwargs={"mandate_id": made})
    own, other = (signed_in(things.county.staff(f"village-{code}-agent")) for code in ("001202", "001203"))
    assert own.get(where).status_code == 302  # sent on to the scan
    assert other.get(where).status_code == 404
    assert "寿样本" in _said(own.get("/station/mandates/"))
    assert "寿样本" not in _said(other.get("/station/mandates/"))
    assert signed_in(things.county.staff("window-1")).get(where).status_code == 302


def _said(answer: Any) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if content[:2] == b"PK":
        import io
        import zipfile

        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            content = b"".join(packed.read(name) for name in packed.namelist())
    return re.sub(r"\s+", " ", content.decode(errors="replace"))
