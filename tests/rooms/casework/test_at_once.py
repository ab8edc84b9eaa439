"""Many people at once: one step is one step, numbers have no gap, a request sent twice is done once."""

import pytest

from tests.rooms.casework import looking
from tests.rooms.casework.looking import refused
from tests.rooms.casework.test_lapse import apart
from tongban.rulebook.errors import Refused

SHOP = "small-food-shop"


def test_forty_acceptances_at_once_draw_forty_numbers_without_gap(own_county):
    """Given many acceptances at the same time, When numbered, Then unique and without gaps (S053)."""
    from tongban.rooms.casework import actions as casework

    with own_county.at(2026, 9, 22):
        cases = [own_county.filed() for _ in range(40)]
        acceptor = own_county.able("accept", SHOP)
        done = apart(*[lambda case=case: casework.accept(case, acceptor) for case in cases])
    numbers = sorted(one.numbers[0][3] for one in done)
    assert numbers == list(range(1, 41))
    assert looking.registers()["990127/scjg", "acceptance_notice", 2026] == list(range(1, 41))
    for case in cases:
        looking.agrees(case)


def test_two_people_taking_the_same_step_leave_one_entry(own_county):
    from tongban.rooms.casework import actions as casework

    with own_county.at(2026, 9, 22):
        case = own_county.filed()
        acceptor = own_county.able("accept", SHOP)
        done = apart(*[lambda: casework.accept(case, acceptor)] * 6)
    refusals = [one for one in done if isinstance(one, Refused)]
    assert len(refusals) == 5
    assert {no.code for no in refusals} <= {"wrong_state", "moved_meanwhile"}
    assert all(no.sentence.endswith("。") for no in refusals)
    assert looking.steps(case) == ["file", "accept"]
    assert looking.registers()["990127/scjg", "acceptance_notice", 2026] == [1]
    looking.agrees(case)


def test_the_same_filing_sent_at_once_is_one_case_and_one_number(own_county):
    from tongban.rooms.casework import actions as casework

    with own_county.at(2026, 9, 22):
        me, filing = own_county.citizen(), own_county.filing()
        filed = apart(*[lambda: casework.file_case(filing, me, key="once")] * 6)
        again = casework.file_case(filing, me, key="once")
    assert {(one.case_id, one.number, one.lookup_code, one.numbers) for one in filed} == {
        (again.case_id, again.number, again.lookup_code, (("990127/scjg", "receipt", 2026, 1),))
    }
    assert looking.fetched("SELECT count(*) FROM casework_case") == [(1,)]
    assert looking.registers() == {("990127/scjg", "receipt", 2026): [1]}


def test_the_same_request_sent_at_once_is_one_step_and_everybody_hears_of_it(own_county):
    from tongban.rooms.casework import actions as casework

    with own_county.at(2026, 9, 22):
        case = own_county.filed(leave_out=("layout",))
        acceptor = own_county.able("accept", SHOP)
        lacking = {"layout": "没有交，请补交"}
        done = apart(*[lambda: casework.ask_correction(case, acceptor, lacking, key="k")] * 6)
    assert {(one.seq, one.state, one.numbers) for one in done} == {
        (2, "correcting", (("990127/scjg", "correction_notice", 2026, 1),))
    }
    assert sorted(one.again for one in done) == [False, True, True, True, True, True]
    looking.agrees(case)


def test_the_same_key_with_another_body_is_refused(county):
    from tongban.rooms.casework import actions as casework

    with county.at(2026, 9, 22):
        me, filing = county.citizen(), county.filing()
        casework.file_case(filing, me, key="k")
        with looking.unchanged("key_reused"):
            casework.file_case(county.filing(leave_out=("health",)), me, key="k")
        case = county.filed()
        head = county.able("accept", SHOP)
        casework.not_accept(case, head, ground="行政许可法 第三十二条", reason="不属于本机关", key="n")
        with looking.unchanged("key_reused"):
            casework.not_accept(case, head, ground="行政许可法 第三十二条", reason="另一个理由", key="n")


def test_a_request_is_known_again_in_any_process(county):
    """A set has another order in another process; that is no other request."""
    import os
    import subprocess
    import sys

    code = (
        "import django; django.setup()\n"
        "from uuid import UUID\n"
        "from tongban.rooms.casework.actions import Filing, Offer\n"
        "from tongban.rooms.casework.actions.taking import fingerprint\n"
        "offers = {'a': Offer(paper=True), 'b': Offer(promised=True)}\n"
        "options = frozenset({'own', 'rented', 'borrowed', 'public'})\n"
        "print(fingerprint(Filing('990127', 'x', UUID(int=1), {'area': 2}, offers, options=options)).hex())\n"
    )
    place = {**os.environ, "DJANGO_SETTINGS_MODULE": "tongban.hall.settings", "PYTHONPATH": os.getcwd()}
    said = {
        subprocess.run(
            [sys.executable, "-c", code], env={**place, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1


def test_every_verb_with_a_key_can_be_sent_again(county):
    from datetime import date

    from tongban.rooms.casework import actions as casework
    from tongban.rulebook.clock import Limit

    code, seller, buyer = "estate-transfer", county.citizen("房示例"), county.citizen("租演示")
    clerk, decider, reviewer = (county.able(power, code) for power in ("accept", "decide", "examine"))
    exit_desk = county.able("deliver", code)
    with county.at(2026, 9, 22):
        filing = county.filing(
            code, applicant=seller, signers=[casework.Signer("other_side", buyer.id)], leave_out=("contract",)
        )
        filed = casework.file_case(filing, seller, key="file")
        assert casework.file_case(filing, seller, key="file") == filed
        case, offer = filed.case_id, casework.Offer(file_id=county.upload())
        acts = [
            lambda: casework.sign(case, buyer, role="other_side", key="sign"),
            lambda: casework.ask_correction(case, clerk, {"contract": "没有交"}, key="ask"),
            lambda: casework.supply(case, seller, {"contract": offer}, key="supply"),
            lambda: casework.check_shared(case, clerk, {"identity": ("shared", None)}, key="check"),
            lambda: casework.accept(case, clerk, key="accept"),
            lambda: casework.settle_fee(case, clerk, state="paid", voucher="PZ1", key="fee"),
            lambda: casework.pause(
                case, reviewer, proceeding="site_survey", time_needed=Limit.parse("2wd"), notice=False, key="pause"
            ),
            lambda: casework.resume(
                case, reviewer, result="passed", present=[reviewer.id, decider.id], record="无违建", key="resume"
            ),
            lambda: casework.pass_on(case, reviewer, key="pass"),
            lambda: casework.send_back(case, decider, reason="再核", key="back"),
            lambda: casework.pass_on(case, reviewer, opinion="已核", key="pass-2"),
            lambda: casework.enter(case, decider, key="enter"),
            lambda: casework.issue(case, exit_desk, key="issue"),
            lambda: casework.deliver(case, exit_desk, collector_id=seller.id, key="deliver"),
        ]
        for act in acts:
            first = act()
            with county.at(2026, 9, 22, 11):
                again = act()
            assert (again.seq, again.numbers, again.again) == (first.seq, first.numbers, True)
    assert len(looking.steps(case)) == 1 + len(acts)
    assert looking.file(case).facts.accepted_on == date(2026, 9, 22)
    looking.agrees(case)


def test_a_step_is_tried_once_more_when_the_case_moved_meanwhile(county, monkeypatch):
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.casework.actions import taking

    acceptor = county.able("accept", SHOP)
    with county.at(2026, 9, 22):
        case = county.filed()
        plain, reads = taking.come, []

        def moving(case_id, who):
            found = plain(case_id, who)
            if not reads:
                reads.append(case_id)
                casework.check_shared(case, acceptor, {"health": ("shared", None)})
            return found

        monkeypatch.setattr(taking, "come", moving)
        done = casework.accept(case, acceptor)
    assert (done.seq, looking.steps(case)) == (3, ["file", "check_shared", "accept"])
    looking.agrees(case)


def test_a_case_that_moves_again_and_again_is_left_with_a_sentence(county, monkeypatch):
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.casework.actions import taking

    with county.at(2026, 9, 22):
        case = county.filed()
        monkeypatch.setattr(taking.ledger, "take_step", lambda write: None)
        with looking.unchanged("moved_meanwhile"):
            casework.accept(case, county.able("accept", SHOP))


@pytest.mark.parametrize("fault", ["promise", "effect", "row"])
def test_a_step_that_fails_in_the_middle_leaves_nothing(own_county, monkeypatch, fault):
    """Neither row nor number nor journal nor promise, whatever it is that fails."""
    from django.db import DatabaseError

    from tongban.rooms.casework import actions as casework
    from tongban.rooms.casework.actions import taking

    with own_county.at(2026, 9, 22):
        case = own_county.accepted()
        casework.pass_on(case, own_county.able("examine", SHOP))
        decider = own_county.able("decide", SHOP)
        before = looking.tables()
        if fault == "effect":
            monkeypatch.setitem(taking.EFFECTS, "publish", lambda *told: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                casework.grant(case, decider)
        elif fault == "promise":
            twin = {"id": case, "kind": "x", "key": None, "body": {}}
            with pytest.raises(DatabaseError):
                casework.take(case, "grant", decider, casework.Plan(promises=[twin]))
        else:
            with pytest.raises(DatabaseError):
                casework.take(case, "grant", decider, casework.Plan(rows={"casework_fee": [{"case_id": case}]}))
        assert looking.tables() == before
        monkeypatch.undo()
        with own_county.at(2026, 9, 22):
            assert casework.grant(case, decider).numbers == (("990127/scjg", "grant_decision", 2026, 1),)
    looking.agrees(case)
    with refused("case_unknown"):
        looking.file(decider.id)
