"""Hashing a password takes its time on purpose; tests of the pages need not wait for it."""

import pytest


@pytest.fixture(autouse=True)
def _quick_hasher(request):
    if "county" in request.fixturenames or "site" in request.fixturenames:
        settings = request.getfixturevalue("settings")
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
