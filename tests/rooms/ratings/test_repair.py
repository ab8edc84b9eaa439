"""差评整改 (S115): an appeal that goes up when it is late; staff do not learn who rated before it is closed."""

from datetime import date
from uuid import UUID

import pytest

from tongban.rulebook.errors import Refused
from tongban.rulebook.indicators import Facts, compute

DAY = (2026, 9, 22)


@pytest.fixture
def bad(county, case):
    """The id of a bad rating given at 11 o'clock."""
    from tongban.rooms.ratings import actions

    with county.at(*DAY, 11):
        return actions.rate(case, county.citizen(), "dissatisfied", channel="mobile", comment="来回跑了三趟")


@pytest.fixture
def appeal(county, bad, promises) -> UUID:
    """The appeal that was opened from it."""
    from tongban.rooms.ratings import actions

    with county.at(*DAY, 11):
        (promise,) = promises("bad_rating")
        return actions.keep_bad_rating(promise).case_id


def post_of(case_id):
    from tongban.rooms.casework.queries.reading import read
    from tongban.rooms.people import queries as people

    return people.powers().posts[read(case_id).uuid("holder")].code


@pytest.mark.parametrize("grade", ["very_satisfied", "satisfied", "fair"])
def test_good_rating_owes_nothing(county, case, promises, grade):
    from tongban.rooms.ratings import actions

    with county.at(*DAY, 11):
        actions.rate(case, county.citizen(), grade, channel="pc")
        assert promises("bad_rating") == []


def test_appeal_is_opened_for_the_head_of_the_liable_unit(county, case, bad, appeal):
    from tongban.rooms.casework.models import Tie
    from tongban.rooms.casework.queries.reading import read

    file = read(appeal)
    assert (file.row["kind"], file.row["item_code"], file.row["state"]) == ("appeal", "bad-rating-repair", "assigned")
    assert file.row["unit"] == read(case).row["unit"]
    assert post_of(appeal) == "scjg-head"
    ties = {(tie.role, tie.target_kind, tie.target_id) for tie in Tie.objects.filter(case_id=appeal)}
    assert ties == {("arises-from", "rating", bad), ("about", "case", case)}
    assert {clock.name: str(clock.limit) for clock in file.facts.clocks} == {"first_answer": "1wd", "answer": "5wd"}


def test_promise_kept_twice_opens_one_appeal(county, bad, promises):
    from tongban.rooms.casework.models import Case
    from tongban.rooms.ratings import actions

    with county.at(*DAY, 11):
        (promise,) = promises("bad_rating")
        first = actions.keep_bad_rating(promise)
        again = actions.keep_bad_rating(promise)

    assert again.case_id == first.case_id
    assert Case.objects.filter(item_code="bad-rating-repair").count() == 1


def test_unanswered_bad_rating_goes_up_one_level(county, appeal):
    """S115: given a bad rating, when the limit passes unanswered, then it goes up one level."""
    from tongban.rooms.casework import actions as casework

    assert post_of(appeal) == "scjg-head"
    with county.at(2026, 9, 23, 23):
        casework.sweep()
    assert post_of(appeal) == "scjg-head"  # the day is not over
    with county.at(2026, 9, 24):
        casework.sweep()
        casework.sweep()
    assert post_of(appeal) == "xzf-head"


def test_staff_do_not_learn_who_rated_before_it_is_closed(county, case, bad, appeal):
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.casework.queries.reading import read
    from tongban.rooms.people import queries as people
    from tongban.rooms.ratings import queries

    def seen(post_code):
        who = county.staff(post_code)
        actor = people.actor_of(who.id, who.post_id, day)
        (row,) = queries.ratings_of_unit(county.code, "scjg", actor, bad=True)
        assert queries.ratings_for_staff([bad], actor) == {bad: row}
        return row, queries.hidden_applicants([appeal, case], actor)

    day = date(*DAY)
    with county.at(*DAY, 12):
        rated, hidden = seen("scjg-chief")
        supervised, open_to_her = seen("jcs-officer")
    assert (rated.case_id, rated.rater_id, rated.staff_id, hidden) == (None, None, None, frozenset({appeal}))
    assert (rated.rated_on, rated.appeal_id, rated.closed) == (day, appeal, False)
    assert (supervised.case_id, supervised.rater_id, open_to_her) == (case, county.citizen().id, frozenset())

    with county.at(*DAY, 14):
        chief, supervisor = county.able("decide", "bad-rating-repair", unit="scjg"), county.staff("jcs-officer")
        casework.take(appeal, "take", chief)
        casework.take(appeal, "answer", chief, casework_plan("已回访核实，窗口改为一次告知。"))
        casework.take(appeal, "call_back", supervisor, casework_plan("已电话回访"))
        casework.take(appeal, "close", supervisor)
        closed, none_hidden = seen("scjg-chief")
    assert read(appeal).row["state"] == "closed"
    assert (closed.case_id, closed.rater_id, closed.staff_id) == (case, county.citizen().id, None)
    assert none_hidden == frozenset()


def casework_plan(reason):
    from tongban.rooms.casework.actions.taking import Plan
    from tongban.rulebook.facts import Given

    return Plan(given=Given(reason=reason))


def test_figures_of_repair_open_to_the_rating(county, bad, appeal):
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.ratings import queries

    span = (date(2026, 9, 1), date(2026, 9, 30))
    before = Facts(ratings=queries.facts(county.code, *span))
    assert (compute("bad_fixed", before).value, compute("bad_called_back", before).value) == (0, 0)
    with county.at(*DAY, 14):
        chief, supervisor = county.able("decide", "bad-rating-repair", unit="scjg"), county.staff("jcs-officer")
        casework.take(appeal, "take", chief)
        casework.take(appeal, "answer", chief, casework_plan("已整改"))
        casework.take(appeal, "call_back", supervisor, casework_plan("已回访"))

    after = Facts(ratings=queries.facts(county.code, *span))
    assert (compute("bad_fixed", after).value, compute("bad_called_back", after).value) == (100, 100)
    assert compute("bad_fixed", after).numerator_ids == (str(bad),)
    assert after.ratings[0].fix_due_on == date(2026, 9, 30)  # 5wd from 22 September, 25-27 September off


def test_second_rating_of_a_bad_repair_starts_one_post_above(county, appeal, promises):
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.ratings import actions

    with county.at(*DAY, 14):
        chief, supervisor = county.able("decide", "bad-rating-repair", unit="scjg"), county.staff("jcs-officer")
        casework.take(appeal, "take", chief)
        casework.take(appeal, "answer", chief, casework_plan("已整改"))
        casework.take(appeal, "call_back", supervisor, casework_plan("已回访"))
        casework.take(appeal, "close", supervisor)
        actions.rate(appeal, county.citizen(), "very_dissatisfied", channel="phone")
        (second,) = promises("bad_rating")
        again = actions.keep_bad_rating(second).case_id

    assert again != appeal
    assert post_of(again) == "xzf-head"


# ---- 误评、恶意差评 ----


def test_mistaken_rating_counts_until_a_second_pair_of_eyes_agrees(county, bad):
    from tongban.rooms.ratings import actions, queries

    span = (date(2026, 9, 1), date(2026, 9, 30))
    with county.at(*DAY, 15):
        officer, head = county.staff("jcs-officer"), county.staff("jcs-head")
        doubt = actions.mark_mistaken(bad, officer, evidence="回访录音：按错了键")
        assert queries.rating(bad).valid == "counted"
        assert [one.evidence for one in queries.open_doubts(county.code)] == ["回访录音：按错了键"]
        with pytest.raises(Refused) as alone:
            actions.settle_mark(doubt, officer, upheld=True)
        actions.settle_mark(doubt, head, upheld=True)
        with pytest.raises(Refused) as again:
            actions.settle_mark(doubt, head, upheld=False)

    assert (alone.value.code, again.value.code) == ("four_eyes", "doubt_settled")
    assert queries.rating(bad).valid == "mistaken"
    assert queries.open_doubts(county.code) == ()
    assert compute("good_ratings", Facts(ratings=queries.facts(county.code, *span))).value is None


def test_doubt_that_is_not_upheld_changes_nothing(county, bad):
    from tongban.rooms.ratings import actions, queries

    with county.at(*DAY, 15):
        doubt = actions.mark_mistaken(bad, county.staff("jcs-officer"), evidence="多次恶意", verdict="malicious")
        actions.settle_mark(doubt, county.staff("jcs-head"), upheld=False)

    assert queries.rating(bad).valid == "counted"


def test_rating_found_mistaken_before_the_postman_comes_owes_no_appeal(county, bad, promises):
    from tongban.rooms.ratings import actions

    with county.at(*DAY, 15):
        doubt = actions.mark_mistaken(bad, county.staff("jcs-officer"), evidence="按错了键")
        actions.settle_mark(doubt, county.staff("jcs-head"), upheld=True)
        (promise,) = promises("bad_rating")
        assert actions.keep_bad_rating(promise) is None


@pytest.mark.parametrize(
    ("post", "evidence", "verdict", "code"),
    [
        ("jcs-officer", "  ", "mistaken", "evidence_missing"),
        ("jcs-officer", "有录音", "annoying", "verdict_unknown"),
    ],
)
def test_mark_refused(county, bad, post, evidence, verdict, code):
    from tongban.rooms.ratings import actions

    with county.at(*DAY, 15), pytest.raises(Refused) as no:
        actions.mark_mistaken(bad, county.staff(post), evidence=evidence, verdict=verdict)
    assert no.value.code == code


def test_the_rated_unit_may_not_find_its_own_rating_mistaken(county, bad):
    from tongban.rooms.ratings import actions
    from tongban.rooms.ratings.models import Doubt

    with county.at(*DAY, 15), pytest.raises(Refused):
        actions.mark_mistaken(bad, county.staff("scjg-chief"), evidence="不是我们的错")
    assert Doubt.objects.count() == 0
