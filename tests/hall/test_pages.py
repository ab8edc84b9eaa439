"""The first page and the health check, and the headers of every answer."""

import pytest
from django.test import Client


@pytest.mark.django_db
def test_the_first_page_says_what_runs_here():
    page = Client().get("/")
    assert page.status_code == 200
    assert "您要办什么事" in page.content.decode()


@pytest.mark.django_db
def test_health_is_well_when_the_database_answers():
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"state": "well"})


def test_health_says_503_when_it_does_not(django_db_blocker):
    """Here the database may not be asked at all, which is as good as down."""
    with django_db_blocker.block():
        assert Client().get("/healthz").status_code == 503


@pytest.mark.django_db
def test_every_answer_carries_careful_headers():
    headers = Client().get("/").headers
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "private, no-store"
    assert "default-src 'self'" in headers["Content-Security-Policy"]


@pytest.mark.django_db
def test_an_unknown_address_is_404():
    assert Client().get("/nosuch").status_code == 404
