"""告知承诺: granted at once on a written promise, looked at within its limit, taken back when it was false."""

import json
from datetime import date

import pytest

from tests.rooms.casework import looking
from tongban.rulebook.clock import Limit

ITEM = "gathering-fire-check"
PROMISE, ORDINARY = frozenset({"promise"}), frozenset({"ordinary"})


@pytest.fixture
def granted(county):
    with county.at(2026, 9, 21):
        return promised(county)


def promised(county):
    from tongban.rooms.casework import actions as casework

    case_id = county.filed(ITEM, options=PROMISE)
    casework.grant_on_promise(case_id, county.able("decide", ITEM))
    return case_id


def check_of(case_id):
    """Keep what is owed for the check, twice; return its case."""
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.ledger.actions import Claimed

    ((promise_id, key, body, attempts),) = looking.fetched(
        "SELECT id, key, body, attempts FROM ledger_promise WHERE subject_id = %s AND kind = 'after_check'", case_id
    )
    body = json.loads(body) if isinstance(body, str) else body
    made = [
        casework.keep_after_check(Claimed(promise_id, "after_check", "case", case_id, key, body, attempts))
        for _ in range(2)
    ]
    assert [one.again for one in made] == [False, True]
    return made[0].case_id


def licences(case_id):
    return looking.fetched("SELECT state FROM licences_licence WHERE case_id = %s", case_id)


def test_the_permit_is_issued_at_once_on_a_promise_and_a_later_check_is_made(county):
    """S014: Given mode 告知承诺, When the owner signs the promise, Then the permit is issued at once and a later check
    task is made, with its own limit, in the hands of the unit that granted.
    """
    from tongban.rooms.catalogue import actions, queries
    from tongban.rulebook.basis import BasisKind, unchecked

    with county.at(2026, 9, 21):
        basis = unchecked("示例省涉企经营许可事项改革清单", BasisKind.DOCUMENT)
        actions.set_mode(county.code, ITEM, "promise", basis=basis, by="house", after=["business-licence"])
        assert queries.mode_conflicts(county.code, date(2026, 9, 21)) == ()
        case_id = promised(county)
        assert looking.state(case_id) == "issued"
        assert looking.steps(case_id) == ["file", "grant_on_promise"]
        assert licences(case_id) == [("valid",)]
        assert looking.documents(case_id) == ["acceptance_notice", "grant_decision", "licence"]
        assert list(looking.running(case_id)) == ["delivery"]
        check = check_of(case_id)
        # Twenty working days from the day of the decision, over the National Day of 2026.
        assert looking.running(check) == {"check": date(2026, 10, 26)}
        row = looking.file(check).row
        assert (row["unit"], row["state"], row["applicant_id"]) == ("xfj", "assigned", str(county.citizen().id))
        assert looking.documents(check) == ["assignment"]
    looking.agrees(case_id)
    looking.agrees(check)


def test_the_guide_tells_what_a_false_promise_costs_before_anybody_signs(county):
    from tongban.rooms.catalogue import queries as catalogue

    with county.at(2026, 9, 21):
        day = date(2026, 9, 21)
        told = catalogue.guide(catalogue.in_force(county.code, ITEM, day).version_id).promise
        assert "20个工作日内核查" in told
        assert "一年内不得再选择告知承诺" in told
        assert catalogue.guide(catalogue.in_force(county.code, "small-food-shop", day).version_id).promise == ""


def test_only_who_chose_the_promise_goes_this_way(county):
    from tongban.rooms.casework import actions as casework

    with county.at(2026, 9, 21):
        ordinary = county.filed(ITEM, options=ORDINARY)
        with looking.unchanged("promise_not_chosen"):
            casework.grant_on_promise(ordinary, county.able("decide", ITEM))
        unsigned = county.filed(ITEM, options=PROMISE, leave_out=("promise",))
        with looking.unchanged("materials_missing"):
            casework.grant_on_promise(unsigned, county.able("decide", ITEM))
        other = county.filed("small-food-shop")
        with looking.unchanged("no_promise_offered"):
            casework.grant_on_promise(other, county.able("decide", "small-food-shop"))
        signed, reviewer = county.filed(ITEM, options=PROMISE), county.able("examine", ITEM)
        with looking.unchanged("wrong_post"):
            casework.grant_on_promise(signed, reviewer)


def test_a_promise_granted_the_long_way_is_checked_as_well_and_an_ordinary_case_never(county):
    with county.at(2026, 9, 21):
        case_id = county.granted(ITEM, options=PROMISE)
        assert check_of(case_id)
        ordinary = county.granted(ITEM, options=ORDINARY)
    owed = "SELECT count(*) FROM ledger_promise WHERE subject_id = %s AND kind = 'after_check'"
    assert looking.fetched(owed, ordinary) == [(0,)]


def test_a_promise_that_holds_is_closed(county, granted):
    from tongban.rooms.casework import actions as casework

    with county.at(2026, 9, 22):
        check = check_of(granted)
        with looking.unchanged("reason_missing"):
            casework.find_true(check, county.able("examine", ITEM), reason=" ")
        casework.find_true(check, county.able("examine", ITEM), reason="现场查看，与承诺一致")
        assert (looking.state(check), looking.running(check)) == ("closed", {})
    assert licences(granted) == [("valid",)]
    looking.agrees(check)


def test_a_false_promise_takes_the_licence_back_and_bars_the_next_one(county, granted):
    from tongban.rooms.casework import actions as casework

    decider = county.able("decide", ITEM)
    with county.at(2026, 9, 22):
        check = check_of(granted)
        with looking.unchanged("ground_missing"):
            casework.find_false(check, decider, ground="", reason="没有消防设施")
        with looking.unchanged("wrong_post"):
            casework.find_false(check, county.able("examine", ITEM), ground="行政许可法 第六十九条", reason="没有")
        casework.find_false(check, decider, ground="行政许可法 第六十九条", reason="没有设置消防设施")
        assert (looking.state(check), looking.documents(check)) == ("revoked", ["revocation_decision"])
        assert licences(granted) == [("revoked",)]
        assert ("notice", "applicant") in looking.owed(check)
    looking.agrees(check)
    with county.at(2027, 9, 22), looking.refused("promise_barred"):
        county.filed(ITEM, options=PROMISE)
    with county.at(2027, 9, 22):
        assert looking.state(county.filed(ITEM, options=ORDINARY)) == "filed"
    with county.at(2027, 9, 23):
        assert looking.state(county.filed(ITEM, options=PROMISE)) == "filed"


def test_what_is_put_right_in_time_stays(county, granted):
    from tongban.rooms.casework import actions as casework

    with county.at(2026, 9, 22):
        check, checker = check_of(granted), county.able("examine", ITEM)
        with looking.unchanged("time_missing"):
            casework.take(check, "order_mending", checker, casework.Plan(given=_reason("一个出口上锁")))
        casework.order_mending(check, checker, reason="一个安全出口上锁", within=Limit.parse("5wd"))
        assert looking.documents(check) == ["mending_order"]
        assert looking.running(check) == {"mend": date(2026, 9, 30)}
        casework.find_true(check, checker, reason="已打开")
    assert licences(granted) == [("valid",)]
    looking.agrees(check)


def test_a_check_that_is_late_goes_up_one_post_with_the_same_time_again(county, granted):
    from tongban.rooms.casework import actions as casework

    with county.at(2026, 9, 22):
        check = check_of(granted)
        first = looking.file(check).row["holder"]
    with county.at(2026, 10, 27, 0, 30):
        assert casework.act_on_lapse(check) is not None
        assert looking.steps(check) == ["open", "go_up"]
        assert looking.file(check).row["holder"] != first
        assert list(looking.running(check)) == ["check"]
        assert looking.running(check)["check"] == date(2026, 11, 24)
        assert casework.act_on_lapse(check) is None
    assert licences(granted) == [("valid",)]
    looking.agrees(check)


def test_both_papers_of_a_check_are_sealed_and_name_the_permit(county, granted, tmp_path):
    from tests.rooms.licences.paper_sample import text_of
    from tongban.hall import postman
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.licences import queries as documents

    with county.at(2026, 9, 22):
        postman.drain(60)
        ((check,),) = looking.fetched("SELECT id FROM casework_case WHERE kind = 'after_check'")
        casework.order_mending(
            check, county.able("examine", ITEM), reason="一个安全出口上锁", within=Limit.parse("5wd")
        )
        casework.find_false(check, county.able("decide", ITEM), ground="以欺骗手段取得许可", reason="出口仍然上锁")
        postman.drain(60)
    made = {one.kind: one for one in documents.documents_of(check)}
    assert set(made) == {"assignment", "mending_order", "revocation_decision"}
    number = looking.file(granted).row["number"]
    for kind, said in (("mending_order", "一个安全出口上锁"), ("revocation_decision", "出口仍然上锁")):
        (tmp_path / kind).mkdir()
        text = text_of(documents.pdf(made[kind].id), tmp_path / kind)
        assert number in text
        assert said in text


def _reason(text):
    from tongban.rulebook.facts import Given

    return Given(reason=text)
