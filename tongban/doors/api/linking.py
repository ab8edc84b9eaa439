"""Links of the OpenAPI document: which answer names what another operation asks for (file → read → supply …).

A table, read against the addresses: whoever adds an operation under a known address need do nothing.
"""

from collections.abc import Iterator, Mapping
from typing import Any

#: Part of an address -> who gives out what stands there: operation, and where in its answer.
GIVEN: Mapping[str, tuple[tuple[str, str], ...]] = {
    "/cases/{case_id}": (
        *(("file_case", "/case_id"), ("file_draft", "/case_id"), ("open_matter", "/case_id")),
        ("list_cases", "/rows/0/id"),
    ),
    "/drafts/{draft_id}": (("begin_draft", "/id"), ("save_draft", "/id")),
    "/documents/{document_id}": (("list_documents", "/0/id"),),
    "/verifications/{document_id}": (("list_documents", "/0/id"),),
    "/licences/{licence_id}": (("list_licences", "/0/id"),),
    "/uploads/{upload_id}": (("begin_upload", "/id"),),
    "/appointments/{seat_id}": (("book", "/id"), ("list_appointments", "/0/id")),
    "/tickets/{ticket_id}": (("take_ticket", "/id"),),
    "/sites/{site_id}": (("list_sites", "/0/id"),),
    "/windows/{window_id}": (("list_windows", "/0/id"),),
    "/mandates/{mandate_id}": (("give_mandate", "/id"), ("list_mandates", "/0/id")),
    "/subscriptions/{subscription_id}": (("subscribe", "/id"), ("list_subscriptions", "/0/id")),
    "/share-requests/{request_id}": (("request_share", "/id"), ("list_share_requests", "/0/id")),
    "/differences/{difference_id}": (("list_differences", "/0/id"),),
    "/withheld/{withheld_id}": (("register_withheld", "/id"), ("list_withheld", "/0/id")),
    "/items/{code}": (("list_items", "/rows/0/code"),),
    "/figures/{code}": (("list_figures", "/0/code"),),
    "/resources/{code}": (("list_resources", "/0/code"),),
    "/systems/{code}": (("list_systems", "/0/code"),),
    "/exchange/{system}": (("list_systems", "/0/code"),),
}
#: The same for what stands in a body: operation, field.
GIVEN_IN_BODY: Mapping[tuple[str, str], tuple[tuple[str, str], ...]] = {
    ("book", "session"): (("list_sessions", "/0/id"),),
    ("take_ticket", "site"): (("list_sites", "/0/id"),),
    ("begin_draft", "item"): (("list_items", "/rows/0/code"),),
    ("begin_draft", "applicant"): (("register_person", "/id"), ("find_person", "/id")),
    ("file_case", "applicant"): (("register_person", "/id"), ("find_person", "/id")),
    ("give_mandate", "agent"): (("register_person", "/id"),),
    ("request_share", "resource"): (("list_resources", "/0/code"),),
    ("read_progress", "number"): (("file_case", "/number"), ("list_cases", "/rows/0/number")),
}
#: After a step one looks again and asks what is open now; from there every step goes on.
_STEPS, _LOOKS = "/steps/", ("read_case", "list_steps")


def link(told: Any) -> None:
    """Write the links into an OpenAPI document: below the answer that gives something out, who asks for it."""
    by_name = {one["operationId"]: (path, one) for path, methods in told["paths"].items() for one in methods.values()}
    for giver, name, target in _found(by_name):
        _, operation = by_name[giver]
        good = next(answer for status, answer in operation["responses"].items() if str(status).startswith("2"))
        good.setdefault("links", {})[f"{name}-{target['operationId']}"] = target


def _found(by_name: Mapping[str, tuple[str, Any]]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for asker, (path, _) in by_name.items():
        for part, givers in GIVEN.items():
            name = part.partition("{")[2].rstrip("}")
            if f"{part}/" in f"{path}/":
                for giver, where in givers:
                    yield giver, name, {"operationId": asker, "parameters": {name: f"$response.body#{where}"}}
    for (asker, field), givers in GIVEN_IN_BODY.items():
        for giver, where in givers:
            yield giver, field, {"operationId": asker, "requestBody": {field: f"$response.body#{where}"}}
    steps = [name for name, (path, _) in by_name.items() if _STEPS in path]
    for before, after in [(one, look) for one in steps for look in _LOOKS] + [("list_steps", one) for one in steps]:
        yield before, "case_id", {"operationId": after, "parameters": {"case_id": "$request.path.case_id"}}
