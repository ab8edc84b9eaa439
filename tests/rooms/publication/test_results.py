"""结果公开 (S165): every decision in the next numbered issue, masked; what is late shows; withdrawal leaves a gap."""

from datetime import date

import pytest

from tongban.rulebook.errors import Refused

DAY = (2026, 9, 21)


def refused(county, code="small-food-shop"):
    from tongban.rooms.casework import actions as casework

    case = county.accepted(code)
    for _ in county.item(code).desks[:-1]:
        casework.pass_on(case, county.able("examine", code), opinion="不符合")
    casework.refuse(case, county.able("decide", code), ground="食品安全法 第三十六条", reason="场所不符合要求")
    return case


def test_twenty_decisions_today_are_twenty_masked_rows_and_one_number(county):
    """S165: given 20 decisions today, when the issue is made, then 20 rows with masked ids and one issue number."""
    from tongban.rooms.publication import actions, queries

    with county.at(*DAY, 9):
        cases = [county.granted() for _ in range(20)]
    with county.at(*DAY, 17):
        issue = actions.issue_results(county.code, county.staff("jcs-officer"))
        rows = queries.issue_rows(issue)
        (known,) = queries.issues(county.code)

    assert (known.id, known.year, known.number, known.rows) == (issue, 2026, 1, 20)
    assert [row.no for row in rows] == list(range(1, 21))
    assert {(row.name, row.id_number) for row in rows} == {("林**", "********16")}
    assert {row.decision for row in rows} == {"granted"}
    assert len({row.case_number for row in rows}) == len(cases)
    shown = queries.publicity(county.code, date(*DAY), date(*DAY))
    assert set(shown.published) == set(shown.decided) == set(cases)
    assert queries.waiting(county.code) == ()


def test_no_name_is_kept_before_the_issue(county):
    from tongban.rooms.publication.models import Entry, StatementLine

    with county.at(*DAY):
        county.granted()

    entry = Entry.objects.values().get()
    assert "林" not in str(entry)
    assert StatementLine.objects.count() == 0


def test_grant_and_refusal_are_queued_in_the_step_itself(county):
    from tongban.rooms.ledger.models import Entry as Line
    from tongban.rooms.publication import queries

    with county.at(*DAY):
        granted, no = county.granted(), refused(county)
        waiting = {one.case_id: one for one in queries.waiting(county.code)}

    assert {case: one.decision for case, one in waiting.items()} == {granted: "granted", no: "refused"}
    assert {one.decided_on for one in waiting.values()} == {date(2026, 9, 21)}
    # 22, 23, 24, 28, 29, 30 September and 8 October: 25-27 September and 1-7 October are off
    assert {one.due_on for one in waiting.values()} == {date(2026, 10, 8)}
    assert Line.objects.get(subject_id=granted, step="grant").body["publish_by"] == "2026-10-08"


def test_what_is_put_on_record_is_published_as_recorded(county):
    """No filing of the seed is public, so the item is made so for the moment."""
    from dataclasses import replace
    from types import SimpleNamespace

    from tongban.rooms import clock
    from tongban.rooms.casework.queries.reading import read
    from tongban.rooms.publication.actions import queue_decision

    with county.at(*DAY):
        file = read(county.filed("rental-filing"))
        public = replace(file, facts=replace(file.facts, item=replace(file.facts.item, publishes_result=True)))
        outcome = SimpleNamespace(step=file.facts.kind.by_name["put_on_record"], decision="granted")
        assert queue_decision(file, outcome, clock.now(), {}).rows == {}
        (row,) = queue_decision(public, outcome, clock.now(), {}).rows["publication_entry"]

    assert (row["decision"], row["decided_on"]) == ("recorded", date(*DAY))


def test_item_whose_result_is_not_public_is_not_queued(county):
    from tongban.rooms.publication import queries

    with county.at(*DAY):
        assert not county.item("elderly-card").publishes_result
        county.granted("elderly-card", applicant=county.citizen("寿样本"))
        assert queries.waiting(county.code) == ()


def test_rehearsed_case_is_never_published(county):
    from tongban.rooms.publication import queries

    with county.at(*DAY):
        county.granted(rehearsal=True)
        assert queries.waiting(county.code) == ()


def test_numbers_of_issues_have_no_gap_and_begin_anew_each_year(county):
    from tongban.rooms.casework.actions.standing import Who
    from tongban.rooms.publication import actions, queries

    house = Who("house")
    numbers = []
    for day in ((2026, 9, 21), (2026, 9, 22), (2027, 1, 4)):
        with county.at(*day):
            county.granted()
            issue = actions.issue_results(county.code, house)
            assert actions.issue_results(county.code, house) is None  # nothing waits: no number is drawn
        numbers += [(one.year, one.number) for one in queries.issues(county.code) if one.id == issue]

    assert numbers == [(2026, 1), (2026, 2), (2027, 1)]


def test_issues_made_at_once_share_nothing_and_leave_no_gap(own_county):
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    from tongban.rooms.publication import actions, queries

    who = None

    def issue(_):
        try:
            return actions.issue_results(own_county.code, who)
        finally:
            connection.close()

    with own_county.at(*DAY):
        who = own_county.staff("jcs-officer")
        cases = [own_county.granted() for _ in range(5)]
        with ThreadPoolExecutor(4) as pool:
            made = [one for one in pool.map(issue, range(4)) if one is not None]

    assert len(made) == 1
    assert [one.number for one in queries.issues(own_county.code)] == [1]
    assert len(queries.issue_rows(made[0])) == len(cases)


def test_withdrawn_result_leaves_its_place_empty(county):
    from tongban.rooms.publication import actions, queries

    with county.at(*DAY):
        first, second = county.granted(), county.granted()
        who = county.staff("jcs-officer")
        issue = actions.issue_results(county.code, who)
    with county.at(2026, 9, 23):
        actions.withdraw_entry(first, who, ground="revoked")
        with pytest.raises(Refused) as twice:
            actions.withdraw_entry(first, who, ground="revoked")
        rows = queries.issue_rows(issue)

    gone = next(row for row in rows if row.withdrawn_on)
    assert (gone.name, gone.id_number, gone.case_number, gone.item, gone.decided_on) == ("", "", "", "", None)
    assert gone.withdrawn_on == date(2026, 9, 23)
    assert [row.name for row in rows if not row.withdrawn_on] == ["林**"]
    assert twice.value.code == "withdrawn_already"
    assert queries.publicity(county.code, date(*DAY), date(*DAY)).published == (second,)


def test_withdrawn_before_the_issue_is_not_issued(county):
    from tongban.rooms.publication import actions, queries

    with county.at(*DAY):
        first, second = county.granted(), county.granted()
        actions.withdraw_entry(first, county.staff("jcs-officer"), ground="secret")
        rows = queries.issue_rows(actions.issue_results(county.code, county.staff("jcs-officer")))

    assert len(rows) == 1
    assert queries.entry_of(first).withdrawn_for == "secret"
    assert queries.entry_of(second).published_on == date(*DAY)


@pytest.mark.parametrize(
    ("issued", "late"),
    [
        ((2026, 10, 8), 0),  # the seventh working day
        ((2026, 10, 9), 1),
        (None, 1),
    ],
)
def test_late_publication_shows(county, issued, late):
    from tongban.rooms.publication import actions, queries

    with county.at(*DAY):
        case = county.granted()
    if issued:
        with county.at(*issued):
            actions.issue_results(county.code, county.staff("jcs-officer"))
    with county.at(2026, 10, 12):
        found = queries.late(county.code, date(2026, 9, 1), date(2026, 9, 30))

    assert [one.case_id for one in found] == [case] * late


def test_citizen_and_other_countys_staff_issue_nothing(county):
    from tongban.rooms.publication import actions

    with county.at(*DAY):
        county.granted()
        with pytest.raises(Refused) as citizen:
            actions.issue_results(county.code, county.citizen())
        with pytest.raises(Refused) as other:
            actions.issue_results("990128", county.staff("jcs-officer"))

    assert (citizen.value.code, other.value.code) == ("post_missing", "other_county")


def test_lines_of_an_issue_cannot_be_changed(county):
    from django.db import InternalError, ProgrammingError, transaction

    from tongban.rooms.publication import actions, queries
    from tongban.rooms.publication.models import StatementLine

    with county.at(*DAY):
        county.granted()
        issue = actions.issue_results(county.code, county.staff("jcs-officer"))

    assert queries.is_whole(issue)
    with pytest.raises((ProgrammingError, InternalError)), transaction.atomic():
        StatementLine.objects.filter(statement_id=issue).update(value={})


@pytest.mark.parametrize("count", [1, 3])
def test_issue_is_read_in_two_queries_whatever_its_length(county, count):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tongban.rooms.publication import actions, queries

    with county.at(*DAY):
        for _ in range(count):
            county.granted()
        issue = actions.issue_results(county.code, county.staff("jcs-officer"))
        with CaptureQueriesContext(connection) as asked:
            rows = queries.issue_rows(issue)

    assert (len(rows), len(asked)) == (count, 2)


@pytest.mark.parametrize(
    ("name", "kind", "masked"),
    [
        ("张三", "natural", "张*"),
        ("林示例", "natural", "林**"),
        ("欧阳示例", "natural", "欧***"),
        ("欧阳", "natural", "欧*"),
        ("张", "natural", "张*"),
        ("𫖮示例", "natural", "𫖮**"),
        ("Jean EXEMPLE", "natural", "J***"),
        ("示例县某某餐饮有限公司", "legal", "示例县某某餐饮有限公司"),
    ],
)
def test_mask_of_a_name(name, kind, masked):
    from tongban.rooms.publication.words import masked_name

    assert masked_name(name, kind) == masked


@pytest.mark.parametrize(
    ("tail", "kind", "masked"),
    [("201X", "natural", "********1X"), ("A7KQ", "legal", "********A7KQ"), ("", "natural", "")],
)
def test_mask_of_a_number(tail, kind, masked):
    from tongban.rooms.publication.words import masked_number

    assert masked_number(tail, kind) == masked
