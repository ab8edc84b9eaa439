"""The measurements still run: each once, tiny, in a county of the tests.  What they measure is not looked at here."""

import contextlib
import json
from types import SimpleNamespace

import pytest

#: What is measured is looked at by hand; that it still runs, with everything that takes minutes.
pytestmark = pytest.mark.long


@pytest.fixture
def run_bench(own_county, monkeypatch, tmp_path):
    """Run a measurement with few of everything and return what it wrote."""
    import importlib

    from django.conf import settings
    from django.db import connection

    from bench import _county

    name = connection.settings_dict["NAME"]

    @contextlib.contextmanager
    def here():
        connection.close()
        yield name

    monkeypatch.setattr(_county, "bench_database", here)
    monkeypatch.setattr(settings, "TONGBAN_DEMO", True)

    def run(what: str, **options):
        file = tmp_path / f"{what}.json"
        few = {"rounds": 1, "count": 1, "cases": 4, "processes": 1, "people": 60, "sizes": [50, 90], "users": [1]}
        few |= {"keep": False, "http": False, "workers": 1}
        given = few | {"items": [150, 300], "json": file}
        assert importlib.import_module(f"bench.{what}").main(SimpleNamespace(**given | options)) in (0, None)
        return json.loads(file.read_text(encoding="utf-8"))

    return run


def test_lists_are_measured_at_every_size(run_bench):
    found = run_bench("lists")
    asked = {(row["name"], row["size"]) for row in found["rows"]}
    assert {("mine", 50), ("desk", 90), ("phone", 90), ("sweep_idle", 50)} <= asked
    assert all(row["pages"] > 0 for row in found["rows"] if row["name"] in ("mine", "desk", "number"))


def test_search_is_measured_over_altered_lists(run_bench):
    found = run_bench("search")
    assert [row["items"] for row in found["rows"]] == [150, 300]
    assert all(row["median_ms"] > 0 for row in found["rows"])


def test_queue_counts_tickets_and_seats_by_rows(run_bench):
    found = run_bench("queue")
    assert found["wrong"] == []
    assert (found["told"]["号"], found["told"]["约"]) == (60, found["capacity"])


def test_documents_are_sealed(run_bench):
    assert run_bench("documents")["sealed"] > 0


def test_a_day_is_carried_and_its_backlog_told(run_bench):
    day = run_bench("day")
    assert (day["carried"], day["backlog"] > 0) == (4, True)


def test_connections_keep_more_statements_than_a_lifecycle_needs(own_county):
    from django.db import connection

    from tongban.hall.engine.base import PREPARED_MOST

    connection.ensure_connection()
    assert connection.connection.prepared_max == PREPARED_MOST > 200
