"""A case told to people: its dates explained, its history in words."""

from datetime import date

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tongban.rooms.casework.queries.reading import read
from tongban.rooms.casework.queries.telling import clocks_told, history, in_hands


def test_a_due_date_is_explained_day_by_day_and_ends_where_the_clock_does(county):
    with county.at(2026, 9, 22):
        file = read(county.accepted())
        promised = {one.name: one for one in clocks_told(file)}["promised"]
    assert (promised.due_on, promised.light) == (date(2026, 10, 13), "green")
    assert promised.days[-1].day == promised.due_on
    assert sum(line.counted for line in promised.days) == 10
    assert any("国庆" in line.reason for line in promised.days)


def test_what_runs_stands_before_what_was_stopped(county):
    with county.at(2026, 9, 22):
        told = clocks_told(read(county.accepted()))
    stopped = [one.stopped_at is not None for one in told]
    assert stopped == sorted(stopped)
    assert [one.light for one in told if one.stopped_at] == ["grey"] * sum(stopped)


def test_a_late_clock_is_red(county):
    with county.at(2026, 9, 22):
        case_id = county.accepted()
    with county.at(2026, 10, 20):
        assert next(one for one in clocks_told(read(case_id)) if one.name == "promised").light == "red"


def test_the_history_names_staff_to_colleagues_only(county):
    file = read(county.accepted())
    told, shown = history(file, names=True), history(file)
    assert [one.label for one in told][-1] == "受理"
    assert told[-1].by
    assert {one.by for one in shown} == {""}


def test_a_history_costs_two_queries_however_long(county):
    for file in (read(county.filed()), read(county.delivered())):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            history(file)
        assert len(queries) == 2


def test_who_has_it_is_the_desk_while_it_lies_on_one(county):
    assert in_hands(read(county.accepted())) == ("示例县市场监督管理局", "现场核查")
