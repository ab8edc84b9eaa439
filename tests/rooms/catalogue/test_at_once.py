"""Several at once, each on a connection of its own."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from tests.rooms.catalogue.sample import BY, COUNTY, NOON, TODAY, seed_kind, shop
from tongban.rooms import clock
from tongban.rooms.catalogue import actions, queries
from tongban.rooms.people import actions as people


@pytest.fixture
def open_county(own_database, django_db_blocker):
    with django_db_blocker.unblock(), clock.held(NOON):
        rows = [{"code": "990127000000", "name": "示例县", "level": "county", "parent_code": ""}]
        people.import_divisions(rows, actor=BY)
        people.open_unit(
            "scjg",
            county=COUNTY,
            actor=BY,
            full_name="示例县市场监督管理局",
            short_name="示例市监",
            credit_code="11990127MB0000019Q",
        )
        actions.save_licence_kind(seed_kind("small-food-shop-certificate"))
        actions.save_draft(COUNTY, shop(), BY)
        yield COUNTY
        connections.close_all()


def in_threads(*asks):
    def closing(ask):
        try:
            return ask()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(asks)) as pool:
        return [future.result() for future in [pool.submit(closing, ask) for ask in asks]]


def publish():
    return actions.publish(COUNTY, "small-food-shop", by=BY)


def test_two_who_publish_at_once_publish_one_version(open_county):
    made = in_threads(publish, publish, publish)
    assert len(set(made)) == 1
    assert [one.version for one in queries.versions(COUNTY, "small-food-shop")] == [1]


def test_what_another_published_is_seen_at_once(open_county):
    publish()
    assert queries.in_force(COUNTY, "small-food-shop", TODAY).version == 1

    def change():
        actions.save_draft(COUNTY, shop(review_points=["核对一条"]), BY)
        return publish()

    (second,) = in_threads(change)
    assert queries.in_force(COUNTY, "small-food-shop", TODAY).version_id == second
