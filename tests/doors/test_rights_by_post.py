"""Every form of every page, sent as each role: who may not gets the guard's refusal, and nothing changes.

The forms are read from the pages themselves, each filled in and sent as a browser would.  What a role that may gets is
its own affair: done, or refused by the rooms, but never by the guard.  A request that is refused must leave the
database as it was; ``changed`` looks.
"""

import inspect
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import Resolver404, resolve, reverse

from tests.doors.forms import forms_of
from tests.doors.rights_examples import EMPTY_HERE, FORMS, Example, Objects
from tests.doors.test_rights import CLOSED, client_of, examples_of
from tongban.hall import rights
from tongban.hall.rights import ROLES, Address, Role
from tongban.rulebook.authority import Power
from tongban.rulebook.kinds import KINDS
from tongban.rulebook.steps import POWER_OF

#: What a request leaves behind whoever sends it: when she was last seen, who reached for what, how often she asked.
TRACES = frozenset({"people_signin", "ledger_access", "people_budget"})
#: By these a view is known that takes forms.
_TAKES = re.compile(r"request\.(POST|FILES|body)\b|require_POST|request\.method\b")
#: Where the guard asks nobody who she is, these stand for all.
SOME = tuple(role for role in ROLES if role.code in ("nobody", "citizen", "clerk"))
#: The doors, each walked by itself.
DOORS = ("counter", "office", "station", "items", "admin", "mine", "file", "")


@dataclass(frozen=True)
class Sent:
    """One form as it is sent."""

    address: Address
    example: Example
    body: dict[str, Any]
    #: The object is named in the body and not in the address.
    by_body: bool = False

    @property
    def name(self) -> str:
        do = self.body.get("do", "")
        do = do if isinstance(do, str) else "".join(do)
        return " ".join(filter(None, (self.address.name, do, self.example.arguments.get("name"), self.example.whose)))


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is done within is taken back."""
    from django.db import transaction

    block = transaction.atomic()
    block._from_testcase = True  # durable blocks may stand inside, as in the fixture
    with block:
        yield
        transaction.set_rollback(True)


def _touched() -> dict[str, tuple[int, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        # What lies in parts is told as the whole: the application may not even look at a part.
        cursor.execute(
            "SELECT coalesce(pg_partition_root(relid)::text, relname), sum(n_tup_ins), sum(n_tup_upd), sum(n_tup_del)"
            " FROM pg_stat_xact_user_tables GROUP BY 1"
        )
        return {name: tuple(rest) for name, *rest in cursor.fetchall()}


def _content(tables: set[str]) -> dict[str, object]:
    from django.db import connection

    with connection.cursor() as cursor:
        found = {}
        for table in sorted(tables):
            cursor.execute(f'SELECT count(*), sum(hashtext(one::text)) FROM "{table}" one')
            found[table] = cursor.fetchone()
    return found


def changed_by(ask: Callable[[], Any]) -> tuple[Any, set[str]]:
    """Ask something, take back what it did, and return the answer with the tables whose rows it had changed."""
    before = _touched()
    with undone():
        answer = ask()
        touched = {name for name, counts in _touched().items() if counts != before.get(name, (0, 0, 0))} - TRACES
        after = _content(touched)
    now = _content(touched)
    return answer, {name for name in touched if after[name] != now[name]}


def posted(client: Any, sent: Sent) -> tuple[Any, set[str]]:
    """Send a form and return the answer with what it had changed; the browser's cookies are as before."""
    cookies = {name: one.value for name, one in client.cookies.items()}
    url = reverse(sent.address.name, kwargs=sent.example.arguments)
    found = changed_by(lambda: client.post(url, sent.body))
    if {name: one.value for name, one in client.cookies.items()} != cookies:
        client.cookies.clear()
        client.cookies.load(cookies)
    return found


def takes_forms(view: Any) -> bool:
    """Whether a view reads what is sent, itself or through a function of its own module."""
    view = inspect.unwrap(view)
    module = inspect.getmodule(view)
    seen, waiting = set(), [view]
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        source = inspect.getsource(one)
        if _TAKES.search(source):
            return True
        names = set(re.findall(r"\b\w+(?=\()", source))
        here = [getattr(module, name, None) for name in names]
        waiting += [each for each in here if inspect.isfunction(each) and each.__module__ == view.__module__]
    return False


def door_of(one: Address) -> str:
    return next(door for door in DOORS if one.name.startswith(f"{door}-") or one.name == door or not door)


def _roles_that_see(one: Address, example: Example) -> list[Role]:
    return [
        role
        for role in ROLES
        if rights.passes(one.guard, role) is not False and (example.seen_by is None or role.code in example.seen_by)
    ]


def _whose(to: Address, arguments: dict[str, Any], page: Example, objects: Objects) -> Example:
    """Return what a form is about that stands on the page of an example."""
    same = [one for one in examples_of(to, objects) if one.arguments == arguments] if to.arguments else []
    return same[0] if same else Example(page.whose, arguments, page.seen_by) if arguments else Example("", {})


def _walk(county: Any, door: str) -> tuple[dict[str, Any], list[Sent], list[tuple[Address, Example]]]:
    """Return clients by role, every form found on the pages of a door, and the examples of addresses that take any."""
    objects = Objects(county)
    clients = {role.code: client_of(role, county) for role in ROLES}
    here = [one for one in rights.addresses() if not one.is_api and one.name and one.name not in EMPTY_HERE]
    by_name = {one.name: one for one in here}
    here = [one for one in here if door_of(one) == door]
    found: dict[tuple[str, str, str, str], Sent] = {}
    taking = []
    for one in here:
        for example in examples_of(one, objects):
            url = reverse(one.name, kwargs=example.arguments)
            if takes_forms(resolve(url).func):
                taking.append((one, example))
            for told in FORMS.get(one.name, lambda objects: [])(objects):
                named = Example(told.whose, example.arguments, told.seen_by) if told.whose else example
                named = replace(named, arguments=named.arguments | told.arguments)
                key = (one.name, named.whose, str(told.arguments), str(sorted(told.body.items())))
                found[key] = Sent(one, named, told.body, by_body=bool(told.whose))
            for role in _roles_that_see(one, example)[:1]:
                with undone():
                    page = clients[role.code].get(url)
                if not page.get("Content-Type", "").startswith("text/html"):
                    continue
                for form in forms_of(page.content.decode()):
                    try:
                        match = resolve(urlsplit(form.action).path or url)
                    except Resolver404:
                        continue
                    to = by_name.get(match.url_name or "")
                    if not form.is_post or to is None or door_of(to) != door:
                        continue
                    papers = {name: SimpleUploadedFile("a.png", county.png, "image/png") for name in form.files}
                    whose = _whose(to, match.kwargs, example, objects)
                    for body in form.bodies():
                        key = (to.name, whose.whose, str(body.get("do", "")), str(sorted(body)))
                        found.setdefault(key, Sent(to, whose, body | papers))
    return clients, list(found.values()), taking


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door or "others")
def test_every_form_answers_each_role_as_the_page_of_rights_says(county, door):
    clients, forms, taking = _walk(county, door)
    lacking = {one.name for one, _ in taking} - {sent.address.name for sent in forms}
    assert lacking == set(), (
        "这些网址收表单，但在页面上没有找到表单。请在 tests/doors/rights_examples.py 的 FORMS 中各写一份：提交什么。"
    )
    wrong, done = [], set()
    for sent in forms:
        shut, needed = [], _needed(sent)
        for role in ROLES if getattr(sent.address.guard, "passes", None) else SOME:
            may = rights.passes(sent.address.guard, role)
            if may is False and (sent.address.name, sent.example.whose) in done:
                continue  # the guard stands before the form and does not read it: once for each address and object
            answer, changed = posted(clients[role.code], sent)
            at_guard = _refused_by_guard(answer, role)
            sees = sent.example.seen_by is None or role.code in sent.example.seen_by
            if may is False:
                shut.append(role)
                wrong += [] if at_guard and not changed else [(sent.name, role.code, answer.status_code, changed)]
            elif not sees:
                said_no = range(400, 500) if sent.by_body else CLOSED
                closed = answer.status_code in said_no and not at_guard
                wrong += [] if closed and not changed else [(sent.name, role.code, answer.status_code, changed)]
            elif at_guard or answer.status_code >= 500 or (answer.status_code in CLOSED and changed):
                wrong.append((sent.name, role.code, answer.status_code, changed))
            elif changed and needed and needed.isdisjoint(role.powers):
                wrong.append((sent.name, role.code, "a step without its power", changed))
        done |= {(sent.address.name, sent.example.whose)} if shut else set()
    assert wrong == [], wrong


def _needed(sent: Sent) -> frozenset[Power]:
    """Return the powers of which one is needed for what a form asks for, if that is a step of a case."""
    step = KINDS["permit"].by_name.get(sent.example.arguments.get("name") or sent.body.get("step", ""))
    return frozenset(Power(POWER_OF[post]) for post in step.by if post in POWER_OF) if step else frozenset()


def _refused_by_guard(answer: Any, role: Role) -> bool:
    if role.code == "nobody":
        kept = answer.status_code == 401 and "filing/signed_out.html" in {one.name for one in answer.templates}
        return kept or (answer.status_code == 302 and answer.url.startswith("/sign-in/?next="))
    return answer.status_code == 403 and "look/forbidden.html" in {one.name for one in answer.templates}
