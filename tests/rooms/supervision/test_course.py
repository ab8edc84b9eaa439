"""Years of figures from sums of days: always what counting says, also behind late corrections and unfinished work."""

import json
import threading
import time
from datetime import date, timedelta
from random import Random

import pytest

from tongban.rulebook.indicators import ADDS_ON

COUNTY = "990127"
FIRST = date(2026, 10, 12)


def compared(seed: int) -> int:
    """Compare both ways over random periods, all figures that add up, all units and one; return cases counted."""
    from tongban.rooms.supervision import queries

    rng, counted = Random(seed), 0
    for code in ADDS_ON:
        for unit in (None, "scjg"):
            spans = [(FIRST, FIRST + timedelta(days=60))]
            for _ in range(8):
                first = FIRST + timedelta(days=rng.randrange(-3, 20))
                spans.append((first, first + timedelta(days=rng.randrange(0, 20))))
            summed = queries.course(code, COUNTY, spans, unit=unit)
            counting = queries.figures_over(code, COUNTY, spans, unit=unit)
            told = [(one.value, one.numerator, one.denominator) for one in summed]
            assert told == [(one.value, one.numerator, one.denominator) for one in counting], (code, unit)
            counted += int(counting[0].numerator)
    return counted


@pytest.fixture
def simulated(own_county):
    """Return what simulates a few working days, one after the other."""
    from tongban.hall.county.simulation import Simulation

    def run(seed: int, start: date, days: int) -> None:
        Simulation(seed=seed, per_day=25, start=start).run(days)

    return run


def summed_up(county: str) -> int:
    """Sum up once nothing older is open on the server: tests in other databases hold its mark back as well."""
    from django.db import connection

    from tongban.rooms.supervision import actions

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
        bound = cursor.fetchone()[0]
        for _ in range(900):
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
            if cursor.fetchone()[0] >= bound:
                break
            time.sleep(0.2)
    return actions.sum_up(county)


def corrected(case_id, **columns) -> None:
    """Write a step that puts columns of a case right, its row and its journal alike."""
    from django.db import connection

    new = json.dumps(columns)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_entry (subject_kind, subject_id, seq, county, step, at, actor, post, body, hash)"
            " SELECT subject_kind, subject_id, seq + 1, county, 'correct', at, 'house', '',"
            " jsonb_build_object('row', body->'row' || %s::jsonb, 'clocks', '[]'::jsonb), hash"
            " FROM ledger_entry WHERE subject_id = %s ORDER BY seq DESC LIMIT 1",
            [new, case_id],
        )
        cursor.execute(
            "UPDATE casework_case c SET version = c.version + 1, accepted_on = n.accepted_on, decided_at = n.decided_at"
            " FROM jsonb_populate_record((SELECT o FROM casework_case o WHERE o.id = %s), %s::jsonb) n"
            " WHERE c.id = n.id",
            [case_id, new],
        )


def test_sums_of_days_are_what_counting_says_over_simulated_days(simulated):
    from django.db import connection

    simulated(1, FIRST, 2)
    assert compared(1) > 20  # nobody has summed yet: counted
    assert summed_up(COUNTY) > 10
    assert compared(2) > 20
    simulated(2, FIRST + timedelta(days=2), 3)
    grown = compared(3)  # much stands in the tail
    assert summed_up(COUNTY) > 0
    assert compared(4) == grown
    assert summed_up(COUNTY) == 0  # nothing moved: nothing is written

    # Days that were summed long ago change: decided a day later, never accepted after all.
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM casework_case WHERE decided_at IS NOT NULL AND accepted_on IS NOT NULL LIMIT 9")
        found = [row[0] for row in cursor.fetchall()]
    for case_id in found[:5]:
        corrected(case_id, decided_at="2026-10-30T04:00:00+00:00")
    for case_id in found[5:]:
        corrected(case_id, accepted_on=None)
    assert compared(5) < grown
    assert summed_up(COUNTY) > 0
    assert compared(6) < grown


def test_a_step_that_commits_behind_the_mark_is_summed_next_time(own_county):
    """A transaction begun before the reader and over after it is neither lost nor doubled."""
    from django.db import connections, transaction

    from tongban.rooms.supervision import actions, queries

    days = [(date(2026, 10, 13), date(2026, 10, 13)), (date(2026, 10, 14), date(2026, 10, 14))]

    def told() -> list[int]:
        return [int(one.numerator) for one in queries.course("accepted", COUNTY, days)]

    with own_county.at(2026, 10, 13):
        early = own_county.accepted()
        summed, written = threading.Event(), threading.Event()

        def slow() -> None:
            with transaction.atomic():
                corrected(early, accepted_on="2026-10-14")
                written.set()
                summed.wait(60)
            connections.close_all()

        worker = threading.Thread(target=slow)
        worker.start()
        assert written.wait(60)
        own_county.accepted()  # a later transaction, over already
        actions.sum_up(COUNTY)
        assert told() == [2, 0]
        summed.set()
        worker.join()
        for _ in range(2):
            assert told() == [1, 1]
            actions.sum_up(COUNTY)


def test_sums_from_another_server_are_left_alone_and_made_anew(own_county):
    from tongban.rooms.supervision import queries
    from tongban.rooms.supervision.models import Cell, Mark

    with own_county.at(2026, 10, 13):
        own_county.accepted()
    summed_up(COUNTY)
    Cell.objects.filter(county=COUNTY).update(above=99)
    Mark.objects.filter(county=COUNTY).update(xact=2**60)
    day = [(date(2026, 10, 13), date(2026, 10, 13))]
    assert queries.course("accepted", COUNTY, day)[0].numerator == 1
    summed_up(COUNTY)
    assert queries.course("accepted", COUNTY, day)[0].numerator == 1


def test_years_cost_as_many_queries_as_a_day(own_county, django_assert_num_queries):
    from tongban.rooms.supervision import queries

    with own_county.at(2026, 10, 13):
        own_county.accepted()
        own_county.accepted()
        summed_up(COUNTY)
        own_county.accepted()
    months = [(date(2024 + n // 12, n % 12 + 1, 1), date(2024 + n // 12, n % 12 + 1, 28)) for n in range(36)]
    queries.course("finished", COUNTY, months)
    for spans in (months[:1], months):
        with django_assert_num_queries(4):
            queries.course("finished", COUNTY, spans)
