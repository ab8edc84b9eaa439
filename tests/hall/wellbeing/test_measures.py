"""``/metrics``: who may read it, that it agrees with the rooms and names nobody; a request's line of the log."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
import structlog
from django.test import Client

from tongban.hall.wellbeing import measuring
from tongban.rooms import clock

FORWARDED = {"x-forwarded-for": "192.0.2.7"}


@pytest.fixture(autouse=True)
def _anew():
    measuring.forget()


def figures(**headers) -> dict[str, float]:
    """Return sample -> value."""
    answer = Client().get("/metrics", headers=headers)
    assert answer.status_code == 200
    lines = [line for line in answer.content.decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


@pytest.mark.django_db
def test_this_machine_reads_it_and_what_is_passed_on_does_not():
    assert Client().get("/metrics").status_code == 200
    assert Client().get("/metrics", headers=FORWARDED).status_code == 404
    assert Client(REMOTE_ADDR="192.0.2.7").get("/metrics").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kept", "given", "status"),
    [
        ("t" * 24, "t" * 24, 200),
        ("t" * 24 + "\n", "t" * 24, 200),
        ("t" * 24, "u" * 24, 404),
        ("t" * 23, "t" * 23, 404),  # too short to guard anything
        ("", "", 404),
    ],
)
def test_from_elsewhere_a_token_opens_it(settings, tmp_path, kept, given, status):
    settings.TONGBAN_KEYS = tmp_path
    (tmp_path / "metrics.token").write_text(kept)
    answer = Client().get("/metrics", headers={**FORWARDED, "authorization": f"Bearer {given}"})
    assert answer.status_code == status


def test_what_is_late_shows_by_kind_and_age(county, django_assert_max_num_queries):
    from tongban.rooms.ledger import actions as ledger
    from tongban.rooms.ledger.models import Promise

    with county.at(2026, 9, 22):
        Promise.objects.all().delete()
        for late in (timedelta(hours=-1), timedelta(seconds=5), timedelta(minutes=5), timedelta(days=3)):
            made = ledger.promise("notice", "case", uuid4(), f"test:{uuid4()}", {})
            Promise.objects.filter(id=made).update(due_at=clock.now() - late)
        with django_assert_max_num_queries(8):
            found = figures()
    counted = {age: found[f'tongban_promises_outstanding{{age="{age}",kind="notice"}}'] for _, age in measuring._AGES}
    assert counted == {"later": 1, "1m": 1, "1h": 1, "1d": 0, "longer": 1}
    assert found['tongban_promise_oldest_seconds{kind="notice"}'] == 3 * 86400


def test_the_oldest_missed_moment_and_the_lights_agree_with_the_rooms(county):
    from tongban.rooms.supervision import queries as supervision

    with county.at(2026, 9, 22):
        county.accepted()
        county.filed()
    with county.at(2026, 10, 1):
        found = figures()
        rows = supervision.lights(county.code)
    assert found["tongban_sweep_due"] == 1
    assert found["tongban_sweep_oldest_due_seconds"] == 10 * 3600  # the day before was over ten hours ago
    for light in ("green", "amber", "red"):
        shown = found[f'tongban_open_cases{{county="{county.code}",light="{light}"}}']
        assert shown == sum(getattr(row, light) for row in rows)


def test_a_step_taken_and_a_step_refused_are_counted(county):
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.casework.actions.taking import take
    from tongban.rulebook.errors import Refused

    with county.at(2026, 9, 22):
        before = figures()
        case_id = county.accepted()
        with pytest.raises(Refused) as no:
            take(case_id, "accept", casework.staff(uuid4(), uuid4()))
        after = figures()
    grown = {name for name in after if after[name] > before.get(name, 0)}
    assert 'tongban_step_seconds_count{step="accept"}' in grown
    assert f'tongban_steps_refused_total{{code="{no.value.code}"}}' in grown


def test_the_figures_name_nobody(county):
    with county.at(2026, 9, 22):
        county.accepted()
        text = Client().get("/metrics").content.decode()
    assert "tongban_open_cases" in text
    assert not re.search(r"[\u4e00-\u9fff]|(?<![\d.])\d{15,}|[0-9a-f]{8}-[0-9a-f]{4}", text)


@pytest.mark.django_db
def test_each_request_has_an_id_and_a_line_without_its_address():
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        answer = Client().get("/search?q=13900000000", headers={"x-request-id": "a" * 32})
    assert answer["X-Request-Id"] == "a" * 32
    (line,) = [line for line in lines if line["event"] == "request"]
    assert (line["request"], line["method"], line["status"]) == ("a" * 32, "GET", answer.status_code)
    assert "13900000000" not in str(lines)


@pytest.mark.django_db
@pytest.mark.parametrize("given", ["", "13900000000", "x" * 32, "a" * 300, "林示例"])
def test_an_id_that_is_none_is_replaced(given):
    answer = Client().get("/healthz", headers={"x-request-id": given.encode().decode("latin-1")})
    assert re.fullmatch(r"[0-9a-f]{32}", answer["X-Request-Id"])


@pytest.mark.django_db
def test_what_machines_ask_all_the_time_gets_no_line():
    with structlog.testing.capture_logs() as lines:
        for name in ("healthz", "readyz", "metrics"):
            Client().get(f"/{name}")
    assert [line for line in lines if line["event"] == "request"] == []
