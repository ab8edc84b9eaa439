"""Dropping a case's key erases what was written in it; the case itself goes on, with a sentence where it cannot."""

import pytest

from tests.rooms.casework import looking
from tests.rooms.casework.looking import refused
from tongban.rulebook.clock import Limit

SHOP = "small-food-shop"


def erase(case):
    looking.fetched("DELETE FROM casework_casekey WHERE case_id = %s RETURNING 1", case)


@pytest.fixture
def casework(county):
    from tongban.rooms.casework import actions

    return actions


def test_without_its_key_nothing_written_can_be_read(county, casework):
    from tongban.rooms.casework.queries import texts

    with county.at(2026, 9, 22):
        case = county.accepted()
        casework.pass_on(case, county.able("examine", SHOP), opinion="布局合理")
        assert texts.notes_of(looking.file(case)) == {(3, "opinion"): "布局合理"}
        assert texts.answers_of(looking.file(case))["shop_name"]
    erase(case)
    for reader in (texts.answers_of, texts.notes_of, texts.lacks_of):
        with refused("case_erased"):
            reader(looking.file(case))


def test_each_verb_still_answers(county, casework):
    """Steps without free text go on; those with it say why they cannot."""
    reviewer, decider, head = county.able("examine", SHOP), county.able("decide", SHOP), county.staff("scjg-head")
    with county.at(2026, 9, 22):
        case = county.filed()
        erase(case)
        acceptor, me = county.able("accept", SHOP), county.citizen()
        for act in (
            lambda: casework.ask_correction(case, acceptor, {"layout": "看不清"}),
            lambda: casework.not_accept(case, acceptor, ground="行政许可法 第三十二条", reason="不属于本机关"),
            lambda: casework.withdraw(case, me, reason="不办了"),
        ):
            with looking.unchanged("case_erased"):
                act()
        casework.check_shared(case, acceptor, {"health": ("shared", None)})
        casework.accept(case, acceptor)
        with looking.unchanged("case_erased"):
            casework.extend(case, head, reason="复杂")
        casework.pause(case, reviewer, proceeding="expert_review", time_needed=Limit.parse("2d"), notice=True)
        casework.resume(case, reviewer, result="passed")
        with looking.unchanged("case_erased"):
            casework.pass_on(case, reviewer, opinion="符合")
        casework.pass_on(case, reviewer)
        with looking.unchanged("case_erased"):
            casework.send_back(case, decider, reason="再看")
        with looking.unchanged("case_erased"):
            casework.refuse(case, decider, ground="行政许可法 第三十八条", reason="不符合")
        casework.grant(case, decider)
        with looking.unchanged("case_erased"):
            casework.issue(case, county.able("deliver", SHOP))
    looking.agrees(case)


def test_a_draft_without_its_key_is_begun_anew(county, casework):
    with county.at(2026, 9, 22):
        draft = casework.save_draft(county.filing(), county.citizen())
        erase(draft)
        for act in (casework.save_draft, casework.file_case):
            with looking.unchanged("case_erased"):
                act(county.filing(), county.citizen(), draft_id=draft)


def test_a_supplement_without_the_key_is_taken_but_not_a_form(county, casework):
    with county.at(2026, 9, 22):
        case = county.filed(leave_out=("layout",))
        casework.ask_correction(case, county.able("accept", SHOP), {"layout": "没有交"})
        erase(case)
        with looking.unchanged("case_erased"):
            casework.supply(case, county.citizen(), {}, answers=county.answers(SHOP))
        casework.supply(case, county.citizen(), {"layout": casework.Offer(file_id=county.upload())})
    assert looking.state(case) == "filed"


def test_the_law_acts_without_the_key(county, casework):
    with county.at(2026, 2, 11):
        case = county.filed()
        erase(case)
    with county.at(2026, 2, 26):
        assert casework.sweep().acted == 1
    assert looking.state(case) == "accepted"
