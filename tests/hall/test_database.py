"""The two roles, on the tests' own server."""

import psycopg
import pytest
from django.db import connection


@pytest.mark.django_db
def test_the_application_runs_as_its_own_role():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, (SELECT count(*) FROM pg_tables WHERE tableowner = current_user)")
        assert cursor.fetchone() == ("tongban_app", 0)
