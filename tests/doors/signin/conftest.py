"""Hashing a password takes its time on purpose; tests of the pages need not wait for it."""

import pytest


@pytest.fixture(autouse=True)
def _quick_hasher(request):
    if "county" in request.fixturenames or "site" in request.fixturenames:
        settings = request.getfixturevalue("settings")
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def registered(county):
    """The citizen of the tests has an account, a phone and a password."""
    from django.test import Client

    from tests.doors.signin.test_citizens import PASSWORD, register

    client = Client()
    assert register(client).url == "/new-password/"
    client.post("/new-password/", {"password": PASSWORD, "again": PASSWORD})
