"""改革任务台账: given to a lead with a day, reported on, proved, struck off; late, it is red."""

from datetime import date

import pytest

from tests.rooms.casework import looking
from tongban.rulebook.errors import Refused

LEAD, HELPERS, BY = "scjg", ("jcs", "rsj"), date(2026, 10, 9)
NAME = "食品经营许可办理时限压到八个工作日以内"


def assigned(county, by=BY, **more):
    from tongban.rooms.casework import actions as casework

    supervisor = county.able("supervise", "reform-task")
    given = {"name": NAME, "lead": LEAD, "helpers": HELPERS, "by": by} | more
    return casework.assign_task(county.code, supervisor, **given).case_id


def tasks(county, **narrowed):
    from tongban.rooms.supervision import queries

    return queries.reform_tasks(county.code, **narrowed)


def test_a_task_past_its_day_is_red_with_its_lead(county):
    """S180: Given a task past its date, When tasks are scanned, Then it is red with its lead."""
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.people import queries as people
    from tongban.rooms.supervision.queries import Light

    with county.at(2026, 9, 22):
        late = assigned(county)
        assigned(county, by=date(2026, 12, 31), name="另一项")
        (first, second) = tasks(county)
        assert (first.case_id, first.name, first.lead, first.helpers) == (late, NAME, LEAD, HELPERS)
        assert (first.due_on, first.light, second.light) == (BY, Light.GREEN, Light.GREEN)
    with county.at(2026, 10, 6):  # four fifths of seventeen days are over
        assert [one.light for one in tasks(county)] == [Light.AMBER, Light.GREEN]
    with county.at(2026, 10, 10):
        casework.sweep()
        (red,) = tasks(county, light=Light.RED)
        assert (red.case_id, red.lead, red.state_label) == (late, LEAD, "推进中")
        assert red.holder is not None
        assert people.powers().posts[red.holder].unit_code == LEAD
        assert looking.steps(late) == ["open", "note_overdue"]
        assert ("notice", "supervisor") in looking.owed(late)
    looking.agrees(late)


def test_a_task_is_reported_on_proved_and_struck_off(county):
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.supervision.queries import Light

    with county.at(2026, 9, 22):
        task, supervisor = assigned(county), county.able("supervise", "reform-task")
        worker = county.able("decide", "reform-task", unit=LEAD)
        casework.report_progress(task, worker, text="已修改事项草稿")
        with looking.unchanged("wrong_state"):
            casework.close(task, supervisor)
        casework.prove(task, worker, text="新版指南已公布")
        assert [one.proof for one in tasks(county)] == ["新版指南已公布"]
        with looking.unchanged("wrong_post"):
            casework.close(task, worker)
    with county.at(2026, 9, 23):
        casework.send_back(task, supervisor, reason="还缺办件统计")
        (again,) = tasks(county)
        assert (again.state, again.light) == ("working", Light.GREEN)
        casework.prove(task, worker, text="附一个月的办件统计")
        casework.close(task, supervisor)
        (closed,) = tasks(county)
    assert (closed.state, closed.proof) == ("closed", "附一个月的办件统计")
    looking.agrees(task)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": " "}, "task_unnamed"),
        ({"by": date(2026, 9, 22)}, "task_past"),
        ({"helpers": (LEAD,)}, "task_helpers"),
        ({"helpers": ("jcs", "jcs")}, "task_helpers"),
        ({"lead": "nobody"}, "unit_unknown"),
    ],
)
def test_a_task_that_nobody_could_keep_is_refused(county, changes, code):
    with county.at(2026, 9, 22):
        with pytest.raises(Refused) as no:
            assigned(county, **changes)
        assert no.value.code == code
        assert tasks(county) == ()


def test_one_question_for_one_task_and_for_several(county):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with county.at(2026, 9, 22):
        for n in range(4):
            assigned(county, name=f"任务{n}")
            with CaptureQueriesContext(connection) as seen:
                assert len(tasks(county)) == n + 1
            assert len(seen.captured_queries) == 1


def test_its_assignment_is_sealed_with_the_day(county, tmp_path):
    from tests.rooms.licences.paper_sample import text_of
    from tongban.hall import postman
    from tongban.rooms.licences import queries as documents

    with county.at(2026, 9, 22):
        task = assigned(county)
        postman.drain(60)
        (made,) = documents.documents_of(task)
    text = text_of(documents.pdf(made.id), tmp_path)
    assert "2026年10月9日" in text
    assert NAME in text
