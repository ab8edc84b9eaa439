"""A county of an earlier schema, with open cases, is migrated to the present one and worked on.

``earlier.sql.xz`` is a plain dump of a small county (eight items) under the tables as they were before desks, accounts,
and drafts; its keys are made from their names, so nothing secret lies here.  A newer dump stands beside it, never in
its place, once a release has gone out.
"""

import hashlib
import lzma
from pathlib import Path

import pytest

from tests import testbase
from tests.county import County
from tongban.hall import database, schema
from tongban.hall.verifying import journal
from tongban.rooms import crypto
from tongban.rooms.casework import actions as casework
from tongban.rooms.casework.actions import Offer
from tongban.rooms.casework.queries.reading import read
from tongban.rooms.ledger import closing, ranges

DUMP = Path(__file__).with_name("earlier.sql.xz")
KEYS = ("field.key", "hash.key", "secret.key", "journal.key")
SHOP = "small-food-shop"


@pytest.fixture
def earlier(worker_id, django_db_blocker, settings, tmp_path):
    """The dump, loaded and migrated; yields (county, cases by state before, their dues before)."""
    settings.TONGBAN_KEYS = tmp_path
    for name in KEYS:
        (tmp_path / name).write_bytes(hashlib.sha256(f"tests/faults {name}".encode()).digest())
    forget_keys()
    name = testbase.own_name(worker_id)
    with django_db_blocker.unblock():
        database.ensure_server()
        database.create_database(name)
        try:
            with database.connect("owner", name) as owner:
                owner.execute(lzma.decompress(DUMP.read_bytes()))
                owner.execute("SET search_path = public")
                before = {**rows(owner), "lies": lies(owner, "ledger_entry")}
                with testbase.pointed_at(name):
                    schema.migrate(owner)
                    yield County(), before, {**rows(owner), "lies": lies(owner, first_range(owner))}
        finally:
            database.drop_database(name)
            forget_keys()


def forget_keys() -> None:
    for kept in (crypto._master, crypto._hash_key, crypto.signing_seed, closing._private_key):
        kept.cache_clear()


def lies(owner, table: str) -> list[tuple]:
    """Return in which file of the server the rows of a table lie: another one, and they were written anew."""
    return owner.execute("SELECT pg_relation_filenode(%s)", [table]).fetchall()


def first_range(owner) -> str:
    return ranges.there(owner.cursor())[0].table


def rows(owner) -> dict[str, list[tuple]]:
    wanted = {
        "cases": "SELECT id, number, kind, state, received_on, accepted_on, next_moment FROM casework_case ORDER BY id",
        "dues": "SELECT case_id, name, run, start_on, due_at, stopped_at FROM casework_clock ORDER BY 1, 2, 3",
        "journal": "SELECT subject_id, seq, hash FROM ledger_entry ORDER BY 1, 2",
        "promises": "SELECT id, kind, key, done_at FROM ledger_promise ORDER BY 1",
    }
    return {name: owner.execute(sql).fetchall() for name, sql in wanted.items()}


def test_an_earlier_county_with_open_cases_goes_on_under_the_present_tables(earlier):
    county, before, after = earlier
    assert after == before
    assert len(before["cases"]) == 8
    with county.at(2026, 9, 23, 12, 0):
        report = journal.verify()
    assert report.differences == []
    assert report.counts["办件"] == 8
    assert report.counts["重算的到期日"] > 30

    stood = {}
    for case_id, _number, kind, state, *_ in before["cases"]:
        stood.setdefault((kind, state), case_id)
    with county.at(2026, 9, 23, 14, 0):
        taken = stood["permit", "accepted"]
        casework.pass_on(taken, county.able("examine", SHOP), opinion="符合")
        casework.grant(taken, county.able("decide", SHOP), opinion="准予")
        casework.resume(stood["permit", "paused"], county.able("examine", SHOP), result="passed")
        wanting = stood["permit", "correcting"]
        casework.supply(wanting, county.citizen(), {"health": Offer(file_id=county.upload())})
        casework.issue(stood["permit", "granted"], county.able("deliver", SHOP))
        casework.put_on_record(stood["filing", "filed"], county.able("accept", "prepackaged-food-filing"))
        assert read(taken).facts.state == "granted"
        assert read(wanting).facts.state == "filed"
    with county.at(2026, 9, 25, 0, 1):  # the five days of what was only filed are over
        assert casework.sweep().troubled == ()
        assert read(stood["permit", "filed"]).facts.state == "accepted"
    with county.at(2026, 9, 25, 9, 0):
        fresh = county.filed()
        assert read(fresh).facts.state == "filed"
        assert journal.verify().differences == []
