"""Connections stay open from request to request, and one whose server has gone is noticed before it is used."""

import pytest


def test_a_quiet_line_is_not_asked_and_a_closed_one_is_opened_anew(own_database, monkeypatch):
    import psycopg
    from django.db import connection
    from django.db.backends.postgresql import base

    asked = []
    monkeypatch.setattr(base.DatabaseWrapper, "is_usable", lambda one: asked.append(one) or False)
    connection.ensure_connection()
    assert connection.is_usable()
    assert not asked

    server = connection.connection.info.backend_pid
    with psycopg.connect(own_database.url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [server])
    # The next request: Django looks whether the line is still good before the first statement.
    connection.close_if_unusable_or_obsolete()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        assert cursor.fetchone()[0] != server
    assert asked


def test_a_connection_closed_on_this_side_is_not_usable(own_database):
    from django.db import connection

    connection.ensure_connection()
    connection.connection.close()
    assert not connection.is_usable()


@pytest.mark.parametrize(("options", "most"), [({"prepare_threshold": 1}, 500), ({}, 100)])
def test_only_lines_that_prepare_keep_more(own_database, options, most):
    from django.db import connection

    connection.close()
    kept = dict(connection.settings_dict["OPTIONS"])
    connection.settings_dict["OPTIONS"] = {
        **{name: value for name, value in kept.items() if name != "prepare_threshold"},
        **options,
    }
    try:
        connection.ensure_connection()
        assert connection.connection.prepared_max == most
    finally:
        connection.settings_dict["OPTIONS"] = kept
        connection.close()
