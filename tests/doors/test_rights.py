"""docs/rights.md says who may see and do what: it is current, and every address answers each role as it says."""

import re
from uuid import UUID

import pytest
from django.urls import reverse

from tests.doors.browsing import secret_of, signed_in
from tests.doors.rights_examples import EMPTY_HERE, EXAMPLES, Example, Objects
from tongban.hall import rights
from tongban.hall.rights import ROLES, Address, Role

#: A page, a way on, a page that only takes forms, or "not now".
OPEN = {200, 302, 405, 409}
#: What the rooms answer about somebody else's object.
CLOSED = {403, 404}


def anything(kind: str) -> object:
    """Return what may stand for an argument where the guard looks first."""
    return UUID(int=0) if "uuid" in kind else 1 if kind == "int" else "x"


def client_of(role: Role, county):
    if role.post:
        return signed_in(county.staff(role.post))
    return signed_in(county.citizen(role.person) if role.person else None)


def examples_of(one: Address, objects: Objects) -> list[Example]:
    if one.name in EXAMPLES:
        return EXAMPLES[one.name](objects)
    assert not one.arguments, (
        f"网址“/{one.pattern}”里有参数，测试不知道填什么。"
        f"请在 tests/doors/rights_examples.py 的 EXAMPLES 中为“{one.name}”写一行：参数、是谁的、谁看得到。"
    )
    return [Example("", {})]


def test_the_page_of_rights_is_current():
    assert rights.PAGE.read_text(encoding="utf-8") == rights.written(), (
        "docs/rights.md 过时了：请运行 ./run rights，并看清楚改了谁的权限。"
    )


@pytest.mark.parametrize("role", [role for role in ROLES if role.post], ids=lambda role: role.code)
def test_a_role_stands_for_a_post_with_exactly_its_powers(county, role):
    from tongban.rooms import clock
    from tongban.rooms.people import queries

    who = county.staff(role.post)
    assert queries.powers().held_by(who.post_id, clock.today()) == role.powers


def test_every_address_that_names_something_has_an_example(county):
    lacking = [one.name for one in rights.addresses() if one.arguments and not one.is_api and one.name not in EXAMPLES]
    assert lacking == [], (
        "请在 tests/doors/rights_examples.py 的 EXAMPLES 中为这些网址各写一行：参数、是谁的、谁看得到。"
    )


def test_no_example_is_for_an_address_that_is_gone():
    names = {one.name for one in rights.addresses()}
    assert (set(EXAMPLES) | EMPTY_HERE) - names == set()


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.code)
def test_every_page_answers_each_role_as_the_page_of_rights_says(county, role):
    client, objects, found = client_of(role, county), Objects(county), []
    for one in rights.addresses():
        may = rights.passes(one.guard, role)
        if one.is_api or one.name == "":
            continue
        if may is False:
            blind = {name: anything(kind) for name, kind in one.arguments.items()}
            answer = client.get(reverse(one.name, kwargs=blind))
            good = answer.status_code == (302 if role.code == "nobody" else 403)
            good &= role.code != "nobody" or answer.url.startswith("/sign-in/")
            found += [] if good else [(one.name, "guard", answer.status_code)]
            continue
        for example in examples_of(one, objects):
            status = client.get(reverse(one.name, kwargs=example.arguments)).status_code
            sees = example.seen_by is None or role.code in example.seen_by
            wanted = {404} if one.name in EMPTY_HERE else OPEN if sees else CLOSED
            found += [] if status in wanted else [(one.name, example.whose, status)]
    assert found == [], found


def test_no_address_of_the_api_opens_by_a_sign_in(county):
    """A cookie is no token: what needs a scope answers 401 to whoever is signed in."""
    for client in (signed_in(), signed_in(county.staff("scjg-chief"))):
        found = []
        for one in rights.addresses():
            if not isinstance(one.guard, rights.Gate):
                continue
            needs = one.guard.operations.get("GET")
            path = "/" + one.pattern
            for name, kind in one.arguments.items():
                path = re.sub(rf"<(\w+:)?{name}>", str(anything(kind)), path)
            if needs is None or needs.scope is None:
                continue
            status = client.get(path).status_code
            found += [] if status in (401, 429) else [(path, status)]
        assert found == []


def test_a_clerk_of_another_unit_is_refused_a_case_and_that_is_logged(county, rf):
    """S192.

    Given a clerk of another unit, When he opens a case, Then it is refused and logged.
    """
    from django.urls import ResolverMatch

    from tongban.doors.look.refusing import Refusals
    from tongban.doors.visiting import COOKIE
    from tongban.rooms.casework.queries import seeing
    from tongban.rooms.ledger import queries as ledger
    from tongban.rulebook.errors import Refused

    case_id, clerk = county.accepted("small-food-shop"), county.staff("zrzy-reviewer")
    with pytest.raises(Refused) as no:
        seeing.seen(case_id, clerk)
    request = rf.get("/")
    request.COOKIES[COOKIE] = secret_of(clerk)
    request.resolver_match = ResolverMatch(lambda: None, (), {"case_id": case_id})
    answer = Refusals(lambda one: None).process_exception(request, no.value)
    assert answer is not None
    assert answer.status_code == 404
    logged = [(one.who, one.purpose) for one in ledger.who_looked(case_id)]
    assert (f"staff:{clerk.id}", "refused:case_unknown") in logged
