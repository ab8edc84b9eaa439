"""Logs carry no personal data: a simulated day and a walk over the pages, and not a name, number or secret in them."""

import io
import logging

import pytest
from django.urls import reverse

from tests.doors.browsing import secret_of, signed_in
from tests.doors.rights_examples import EMPTY_HERE, Objects
from tests.doors.test_rights import client_of, examples_of
from tongban.hall import logs, rights
from tongban.hall.rights import ROLES


def _listened():
    """Return what is written from now on, as the house would write it, from the lowest level up."""
    configuration = logs.configuration("DEBUG")
    formatter = dict(configuration["formatters"]["json"])
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(formatter.pop("()")(**formatter))
    root = logging.getLogger()
    root.addHandler(handler)
    names = ("tongban", "django.request", "django.server", "procrastinate", "httpx")
    before = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.DEBUG)

    def stop():
        root.removeHandler(handler)
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)

    return written, stop


def _personal(county):
    """Return what must not be written: names of people, numbers, phones, codes and secrets of sign-ins."""
    from tongban.rooms import crypto
    from tongban.rooms.casework.models import Case
    from tongban.rooms.people.models import Identifier, Person

    found = {"a name": set(), "a number": set(), "a phone": set(), "a code": set()}
    for one in Person.objects.all():
        found["a name"].add(one.name)
        if one.phone_sealed is not None:
            found["a phone"].add(crypto.open_text(one.phone_sealed))
    found["a number"] = {crypto.open_text(one.value_sealed) for one in Identifier.objects.all()}
    found["a code"] = {one for one in Case.objects.values_list("lookup_code", flat=True) if one}
    return found


@pytest.mark.long
def test_nothing_personal_is_written_in_a_day_and_on_a_walk_over_all_pages(own_county):
    from datetime import date

    from tongban.hall.county.simulation import Simulation

    written, stop = _listened()
    secrets = []
    try:
        assert Simulation(seed=7, per_day=15, start=date(2026, 10, 13)).run(1).filed
        with own_county.at(2026, 10, 14):
            objects = Objects(own_county)
            for role in ROLES:
                client = client_of(role, own_county)
                secrets += [one.value for one in client.cookies.values()]
                for one in rights.addresses():
                    if one.is_api or one.name in ("", *EMPTY_HERE) or rights.passes(one.guard, role) is False:
                        continue
                    for example in examples_of(one, objects):
                        client.get(reverse(one.name, kwargs=example.arguments))
            _quarrel(own_county)
    finally:
        stop()
    said = written.getvalue()
    assert said, "nothing was written, so nothing was shown"
    found = {kind: sorted(one for one in values if one in said) for kind, values in _personal(own_county).items()}
    assert {kind: values for kind, values in found.items() if values} == {}
    assert [one for one in secrets if one in said] == []


def _quarrel(county):
    """Let things go wrong with personal data in hand: a wrong password, a bad form, an unknown number, a crash."""
    client = signed_in(county.citizen())
    client.post("/sign-in/", {"login": "13900000000", "password": "my-secret-word", "key": "k" * 20})
    client.post("/progress/", {"number": "990127198805062019", "code": "ABCDEFGH"})
    client.get("/find/?q=林示例 13900000000")
    signed_in(county.staff("window-1")).post("/counter/find/", {"said": "林示例"})
    assert secret_of(county.citizen())
    _lost(county)


def _lost(county):
    """Open addresses with personal data in them, of which some lead nowhere and some may not be asked so."""
    from tongban.rooms import crypto
    from tongban.rooms.casework.models import Case
    from tongban.rooms.people.models import Identifier

    code = Case.objects.exclude(lookup_code=None).values_list("lookup_code", flat=True)[0]
    number = crypto.open_text(Identifier.objects.all()[0].value_sealed)
    client = signed_in(county.citizen())
    for place in ("", "progress/", "verify/", "guide/", "papers/", "api/v1/", "api/v1/cases/"):
        for said in (code, number, f"林示例/{number}"):
            client.get(f"/{place}{said}")
            client.post(f"/{place}{said}/?code={code}")
