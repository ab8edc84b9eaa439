"""The fictitious county for the tests of rooms: loaded once for each worker, into a database of its own.

``county`` gives a test the county inside a transaction that is rolled back; ``own_county`` a fresh copy of it that
the test may commit to, from as many connections as it likes.
"""

import os
from collections.abc import Iterator
from datetime import date

import pytest

COUNTY = "990127"
#: Items, posts and seals of the county hold from this day.
FROM = date(2026, 1, 1)


@pytest.fixture(scope="session")
def county_database(template, worker_id, django_db_blocker) -> Iterator[str]:
    """Name of a database in which the county stands and nothing has happened yet."""
    from tests import testbase
    from tongban.hall.county.opening import open_county

    name = f"t_{os.getpid()}_{worker_id}_county"
    with django_db_blocker.unblock():
        with testbase.copy_of(template, name):
            open_county()
            from django.db import connections

            connections.close_all()
            # A copy is made of it while nobody is connected; until then Django leads elsewhere again.
            with testbase.pointed_at("postgres"):
                yield name


@pytest.fixture
def county(county_database, django_db_blocker) -> Iterator[str]:
    """The county's code; whatever the test does is rolled back."""
    from django.db import connections, transaction

    from tests import testbase

    with django_db_blocker.unblock(), testbase.pointed_at(county_database):
        with transaction.atomic():
            yield COUNTY
            transaction.set_rollback(True)
        connections.close_all()


@pytest.fixture
def own_county(county_database, worker_id, django_db_blocker) -> Iterator[str]:
    """The county's code, in a database of this test's own: what it commits stays until the test is over."""
    from tests import testbase

    with django_db_blocker.unblock(), testbase.copy_of(county_database, f"t_{os.getpid()}_{worker_id}_own"):
        yield COUNTY
