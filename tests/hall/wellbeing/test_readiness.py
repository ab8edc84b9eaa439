"""``/readyz``: what is looked at, what each fault is called, and when nobody should be sent here."""

import psycopg
import pytest
from django.test import Client

from tongban.hall.wellbeing import readiness
from tongban.rooms.ledger import actions as ledger


@pytest.fixture
def keys(settings, tmp_path):
    """A key folder of this test's own, complete."""
    settings.TONGBAN_KEYS = tmp_path
    for name in readiness.KEYS:
        (tmp_path / name).write_bytes(b"k" * 32)
    return tmp_path


def asked(query: str = "") -> tuple[int, dict[str, str]]:
    answer = Client().get(f"/readyz{query}")
    return answer.status_code, answer.json()["checks"]


@pytest.mark.django_db
def test_ready_when_everything_is_there(keys):
    ledger.show_pulse("postman")
    assert asked("?postman=1") == (200, dict.fromkeys(("database", "tables", "keys", "postman"), "well"))


@pytest.mark.django_db
def test_without_a_postman_people_are_served_and_it_is_said(keys):
    status, checks = asked()
    assert (status, checks["postman"]) == (200, "never")
    assert asked("?postman=1")[0] == 503


def test_a_postman_silent_for_too_long_is_away(own_database, keys):
    with psycopg.connect(own_database.url) as app:
        app.execute("INSERT INTO ledger_pulse VALUES ('postman', clock_timestamp() - '121 seconds'::interval)")
    assert readiness.postman() == "away"
    ledger.show_pulse("postman")
    assert readiness.postman() == "well"


@pytest.mark.django_db
@pytest.mark.parametrize("content", [None, b"short"])
def test_a_missing_or_wrong_key_is_named(keys, content):
    if content is None:
        (keys / "hash.key").unlink()
    else:
        (keys / "hash.key").write_bytes(content)
    status, checks = asked()
    assert (status, checks["keys"]) == (503, "wrong:hash.key")


def test_tables_of_another_release_are_not_ready(own_database, keys):
    with psycopg.connect(own_database.owner_url) as owner:
        owner.execute("""COMMENT ON SCHEMA public IS 'tongban schema {"ledger.0001_initial": "other"}'""")
    status, checks = asked()
    assert (status, checks["database"], checks["tables"]) == (503, "well", "behind")


def test_no_database_is_not_ready(own_database, keys):
    from django.db import connection

    connection.close()
    connection.settings_dict["NAME"] += "_gone"
    try:
        status, checks = asked()
    finally:
        connection.close()
        connection.settings_dict["NAME"] = own_database.name
    assert (status, checks["database"], checks["tables"]) == (503, "down", "unknown")


@pytest.mark.django_db
def test_the_postmans_round_shows_a_pulse():
    from tongban.hall import postman

    next(one for one in postman.ROUNDS if one.name == "pulse").act()
    assert readiness.postman() == "well"
