"""The law as an actor: once, in time, and never held up by one bad row."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from tests.rooms.casework import looking
from tests.rooms.casework.looking import refused


def apart(*acts):
    """Act at once, each on a connection of its own; returns what came of each."""
    from django.db import connection

    def alone(act):
        try:
            return act()
        except Exception as wrong:
            return wrong
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as threads:
        return [one.result() for one in [threads.submit(alone, act) for act in acts]]


@pytest.fixture
def casework(county):
    from tongban.rooms.casework import actions

    return actions


def test_silence_accepts_once_dated_back_though_swept_twice(county, casework):
    """Given no notice within five days, When swept, Then accepted as of the day of receipt (A15)."""
    with county.at(2026, 2, 11):
        case = county.filed(leave_out=("health",))
    with county.at(2026, 2, 25, 23):
        assert casework.sweep().acted == 0
    with county.at(2026, 2, 26, 0):
        assert (casework.sweep().acted, casework.sweep().acted) == (1, 0)
    file = looking.file(case)
    assert (file.facts.state, file.facts.accepted_on) == ("accepted", date(2026, 2, 11))
    assert looking.running(case)["statutory"] == date(2026, 3, 17)
    assert "deemed_accepted" in file.facts.flags
    assert looking.owed(case) == [
        ("document", "acceptance_notice"),
        ("matter", ""),
        ("notice", "applicant"),
        ("notice", "desk"),
        ("notice", "supervisor"),
    ]
    looking.agrees(case)


def test_nobody_makes_the_law_act_before_its_time(county, casework):
    with county.at(2026, 9, 22):
        case = county.accepted()
        law = casework.Who("law")
        for step in ("note_overdue", "deem_renewed"):
            with looking.unchanged("nothing_lapsed"):
                casework.take(case, step, law)
        with refused("nothing_moves"):
            casework.take(case, "recount", law)
        assert casework.act_on_lapse(case) is None
        assert casework.recount(case) is None


def test_a_correction_that_never_comes_lapses(county, casework):
    with county.at(2026, 9, 18):
        case = county.filed(leave_out=("layout",))
        casework.ask_correction(case, county.able("accept", "small-food-shop"), {"layout": "没有交"})
    with county.at(2026, 10, 19):  # the thirtieth day is a Sunday
        assert casework.sweep().acted == 0
    with county.at(2026, 10, 20):
        assert casework.sweep().acted == 1
    assert (looking.state(case), looking.documents(case), looking.running(case)) == ("lapsed", ["lapse_notice"], {})
    with county.at(2026, 10, 21), refused("wrong_state"):
        casework.supply(case, county.citizen(), {})
    looking.agrees(case)


def test_being_late_is_noted_once_for_each_limit_and_grants_nothing(county, casework):
    with county.at(2026, 9, 1):
        case = county.accepted()
    with county.at(2026, 12, 1):
        assert [casework.sweep().acted for _ in range(3)] == [1, 0, 0]
    file = looking.file(case)
    assert (file.facts.state, file.row["decision"], file.row["next_moment"]) == ("accepted", "", None)
    assert looking.last(case).body["lapsed"] == ["promised", "statutory"]
    looking.agrees(case)


def test_bad_rows_never_stop_the_others_however_many(county, casework, monkeypatch):
    from tongban.rooms.casework.actions import lapse

    with county.at(2026, 2, 11):
        bad = [county.filed() for _ in range(4)]
    with county.at(2026, 2, 12):
        good = county.filed()
    plain = lapse.act_on_lapse
    monkeypatch.setattr(lapse, "act_on_lapse", lambda case: plain(case) if case not in bad else 1 / 0)
    with county.at(2026, 2, 27):
        swept = casework.sweep(2)
    assert (swept.acted, set(swept.troubled), looking.state(good)) == (1, set(bad), "accepted")


def test_two_sweeps_at_once_act_once(own_county):
    from tongban.rooms.casework import actions as casework

    with own_county.at(2026, 2, 11):
        silent = [own_county.filed() for _ in range(5)]
        late = [own_county.accepted() for _ in range(5)]
    with own_county.at(2026, 3, 4):  # five days are over, and the ten days promised, not the twenty of law
        swept = apart(*[casework.sweep] * 4)
        assert [one.troubled for one in swept] == [()] * 4
        # Those accepted by silence are late by now as well.
        assert sum(one.acted for one in swept) + casework.sweep().acted == 15
        assert casework.sweep().acted == 0
    assert [looking.steps(case) for case in silent] == [["file", "deem_accepted", "note_overdue"]] * 5
    assert [looking.steps(case) for case in late] == [["file", "accept", "note_overdue"]] * 5
    assert looking.fetched("SELECT count(*) FROM ledger_promise WHERE kind = 'matter'") == [(15,)]
    for case in silent + late:
        looking.agrees(case)


def test_a_new_calendar_moves_open_cases_by_a_step_of_its_own(county, casework, monkeypatch):
    from dataclasses import replace

    from tongban.rooms import calendars

    with county.at(2026, 9, 22):
        case = county.accepted()
        plain = calendars.calendar()
        later = replace(plain, version="测试", off={**plain.off, date(2026, 10, 26): "测试放假"})
        monkeypatch.setattr(calendars, "calendar", lambda: later)
        casework.recount(case)
        assert casework.recount(case) is None
    assert (looking.steps(case)[-1], looking.running(case)["statutory"]) == ("recount", date(2026, 10, 28))
    looking.agrees(case)
