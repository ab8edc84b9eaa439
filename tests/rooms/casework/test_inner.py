"""交办 and 诉求: taken, answered, called back, closed; and up one post when nobody answers."""

from dataclasses import replace
from datetime import date
from functools import partial
from uuid import uuid4

import pytest

from tests.rooms.casework import looking
from tests.rooms.casework.looking import refused

LATE, REPAIR = "late-step-supervision", "bad-rating-repair"


@pytest.fixture
def casework(county):
    from tongban.rooms.casework import actions

    return actions


def matter(county, casework, **more):
    more.setdefault("ties", [("arises-from", "case", uuid4())])
    return casework.open_case(county.code, LATE, county.staff("jcs-officer"), unit="jcs", **more).case_id


def test_a_matter_is_taken_answered_and_confirmed(county, casework):
    worker, supervisor = county.able("examine", LATE), county.staff("jcs-head")
    with county.at(2026, 9, 22):
        case = matter(county, casework, text="请查明超期原因")
        assert (looking.state(case), looking.documents(case)) == ("assigned", ["assignment"])
        assert looking.counts(case) == {"clock": 2, "tie": 1, "note": 1}
        with refused("reason_missing"):
            casework.return_it(case, worker, reason="")
        casework.return_it(case, worker, reason="不归本岗")
        casework.take_on(case, worker)
        casework.answer(case, worker, text="系统故障，已补办")
        casework.reopen(case, supervisor, reason="原因没有说清")
        casework.answer(case, worker, text="当日停电，附证明")
        with refused("reopened_already"):
            casework.reopen(case, supervisor, reason="再查")
        casework.close(case, supervisor)
    assert (looking.state(case), looking.file(case).row["decision"], looking.running(case)) == ("closed", "closed", {})
    assert all("停电" not in str(entry) for entry in looking.fetched("SELECT body::text FROM ledger_entry"))
    looking.agrees(case)


def test_a_matter_without_an_extension_rule_is_not_extended(county, casework):
    supervisor = county.staff("jcs-officer")
    with county.at(2026, 9, 22):
        case = matter(county, casework)
        casework.take_on(case, county.able("examine", LATE))
        if county.item(LATE).limits.extension is None:
            with refused("not_extendable"):
                casework.extend(case, supervisor, reason="需要调取录像")
        casework.refer(case, supervisor, reason="涉嫌违纪")
    assert looking.state(case) == "referred"
    looking.agrees(case)


def test_a_matter_that_nobody_takes_goes_up_one_post_and_is_asked_again(county, casework):
    from tongban.rooms import clock
    from tongban.rooms.people import queries as people

    with county.at(2026, 9, 22):
        holder = people.post_coded(county.code, "scjg-reviewer")
        case = matter(county, casework, holder=holder.id)
    with county.at(2026, 9, 23):
        above = people.powers().chain(holder.id, clock.today())[1]
        assert casework.sweep().acted == 1
        assert casework.sweep().acted == 0
    file = looking.file(case)
    assert (file.uuid("holder"), looking.steps(case)) == (above.id, ["open", "go_up"])
    assert [(c.run, c.noted) for c in file.facts.clocks if c.name == "take"] == [(1, True), (2, False)]
    assert looking.last(case).body["to"] == str(above.id)
    looking.agrees(case)


def test_the_same_finding_opens_one_matter(county, casework):
    ties = [("arises-from", "case", uuid4())]
    with county.at(2026, 9, 22):
        first = casework.open_case(county.code, LATE, casework.Who("house"), unit="scjg", ties=ties, key="k")
        again = casework.open_case(county.code, LATE, casework.Who("house"), unit="scjg", ties=ties, key="k")
        with refused("key_reused"):
            casework.open_case(county.code, LATE, casework.Who("house"), unit="mzj", ties=ties, key="k")
    assert (first.case_id, again.case_id, again.again) == (first.case_id, first.case_id, True)
    assert again.numbers == first.numbers


def test_another_question_under_the_same_key_is_not_taken_for_the_first(county, casework):
    """Back in the browser, other words, sent again: the page says so, and the question is not lost."""
    with county.at(2026, 9, 22):
        ask = partial(casework.ask_about, county.code, "small-food-shop", county.citizen(), key="k")
        first = ask(question="二楼能办吗？")
        assert ask(question="二楼能办吗？") == first
        with refused("key_reused"):
            ask(question="地下室能办吗？")
        supervisor = county.able("supervise", "reform-task")
        assign = partial(casework.assign_task, county.code, supervisor, name="窗口延时", lead="scjg", key="t")
        assert assign(by=date(2026, 10, 1)) == replace(assign(by=date(2026, 10, 1)), again=False)
        with refused("key_reused"):
            assign(by=date(2026, 11, 1))


def test_an_appeal_is_verified_answered_called_back_and_closed(county, casework):
    """A bad rating is put right by whoever handled it, and the person is called back."""
    me = county.citizen()
    with county.at(2026, 9, 22):
        opened = casework.open_case(
            county.code, REPAIR, casework.Who("house"), unit="jcs", applicant_id=me.id, text="排队太久"
        )
        case, worker, supervisor = opened.case_id, county.able("examine", REPAIR), county.staff("jcs-head")
        casework.take_on(case, worker)
        casework.answer(case, worker, text="已增开窗口")
        casework.call_back(case, supervisor, text="办事人认可")
        casework.reopen(case, me, reason="还是要排队")
        casework.answer(case, worker, text="已开通预约")
        casework.call_back(case, supervisor, text="办事人满意")
        casework.close(case, supervisor)
        casework.rate(case, me, casework.Plan())
    assert looking.steps(case)[-1] == "rate"
    looking.agrees(case)


def test_an_appeal_outside_the_list_is_not_taken_with_its_ground(county, casework):
    supervisor = county.staff("jcs-head")
    with county.at(2026, 9, 22):
        case = casework.open_case(county.code, REPAIR, casework.Who("house"), unit="jcs").case_id
        with refused("ground_missing"):
            casework.not_take(case, supervisor, ground="", reason="已进入诉讼")
        casework.not_take(case, supervisor, ground="已进入诉讼程序", reason="法院已经立案")
    assert (looking.state(case), looking.file(case).row["decision"]) == ("not_taken", "not_accepted")
    looking.agrees(case)


def test_a_late_step_owes_one_matter_for_the_unit_that_is_late(county, casework):
    """Given an overdue step, When the scan runs, Then exactly one open warning exists and it goes up (S092)."""
    from tongban.rooms.ledger import actions as ledger

    with county.at(2026, 9, 1):
        case = county.accepted()
    with county.at(2026, 10, 9):
        assert (casework.sweep().acted, casework.sweep().acted) == (1, 0)
        (promise,) = ledger.claim(kinds=["matter"])
        opened = casework.keep_matter(promise)
        again = casework.keep_matter(promise)
        made = looking.file(opened.case_id)
        tie = looking.fetched("SELECT role, target_kind, target_id FROM casework_tie WHERE case_id = %s", made.id)
    assert (again.case_id, again.again) == (opened.case_id, True)
    assert (made.row["item_code"], made.row["unit"], made.uuid("holder") is not None) == (LATE, "scjg", True)
    assert tie == [("arises-from", "case", case)]
    assert looking.state(case) == "accepted"
    looking.agrees(made.id)
    looking.agrees(case)


def test_a_rehearsed_case_that_is_late_opens_a_rehearsed_matter(county, casework):
    from tongban.rooms.ledger import actions as ledger

    with county.at(2026, 9, 1):
        county.accepted(rehearsal=True)
    with county.at(2026, 10, 9):
        casework.sweep()
        (promise,) = ledger.claim(kinds=["matter"])
        opened = casework.keep_matter(promise)
    assert looking.file(opened.case_id).row["rehearsal"] is True
    assert {unit for unit, _, _ in looking.registers()} == {"演练:990127/scjg"}
