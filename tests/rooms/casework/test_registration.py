"""登记: two parties sign, silence of a day accepts, the right stands when it is entered in the book."""

from dataclasses import replace
from datetime import date

import pytest

from tests.rooms.casework import looking
from tests.rooms.casework.looking import refused

TRANSFER = "estate-transfer"


@pytest.fixture
def casework(county):
    from tongban.rooms.casework import actions

    return actions


@pytest.fixture
def sale(county, casework):
    """A filing by the seller that names the buyer, who has not signed."""
    with county.at(2026, 9, 22):
        seller, buyer = county.citizen("房示例"), county.citizen("租演示")
        filing = county.filing(TRANSFER, applicant=seller, signers=[casework.Signer("other_side", buyer.id)])
        return casework.file_case(filing, seller).case_id


def test_both_sides_sign_each_for_herself(county, casework, sale):
    seller, buyer, acceptor = county.citizen("房示例"), county.citizen("租演示"), county.able("accept", TRANSFER)
    with county.at(2026, 9, 22):
        assert looking.file(sale).facts.unsigned == ("other_side",)
        with refused("signatures_missing"):
            casework.accept(sale, acceptor)
        with refused("not_that_party"):
            casework.sign(sale, seller, role="other_side")
        with refused("mandate_missing"):
            casework.sign(sale, county.citizen("荀𫖮测"), role="other_side")
        casework.sign(sale, buyer, role="other_side")
        with refused("signed_already"):
            casework.sign(sale, buyer, role="other_side")
        casework.accept(sale, acceptor)
    assert looking.running(sale) == {"statutory": date(2026, 11, 10), "promised": date(2026, 9, 28)}
    looking.agrees(sale)


def test_nobody_signs_for_the_other_side_by_filing(county, casework):
    """A filing from home that says the other side has signed is not believed."""
    with county.at(2026, 9, 22):
        seller, buyer = county.citizen("房示例"), county.citizen("租演示")
        signers = [casework.Signer("other_side", buyer.id, signed=True)]
        filing = county.filing(TRANSFER, applicant=seller, signers=signers)
        from_home = casework.file_case(filing, seller).case_id
        window = county.able("receive", TRANSFER)
        at_the_window = casework.file_case(replace(filing, channel="window"), window).case_id
    assert looking.file(from_home).facts.unsigned == ("other_side",)
    assert looking.file(at_the_window).facts.unsigned == ()


def test_the_other_side_signs_but_takes_nothing_back(county, casework, sale):
    with county.at(2026, 9, 22), refused("not_the_applicant"):
        casework.withdraw(sale, county.citizen("租演示"))


def test_staff_names_and_signs_in_a_party_the_filing_left_out(county, casework):
    acceptor = county.able("accept", TRANSFER)
    with county.at(2026, 9, 22):
        case = county.filed(TRANSFER, applicant=county.citizen("房示例"))
        clerk = county.able("receive", TRANSFER)
        with refused("no_such_party"):
            casework.sign(case, clerk, role="other_side")
        casework.sign(case, clerk, role="other_side", person_id=county.citizen("租演示").id)
        casework.accept(case, acceptor)
    assert looking.counts(case)["party"] == 2
    looking.agrees(case)


def test_silence_of_the_day_accepts_and_the_fee_is_due_all_the_same(county, casework):
    """不动产登记暂行条例 17: there is no window of five days."""
    with county.at(2026, 9, 18):
        case = county.filed(TRANSFER, applicant=county.citizen("房示例"))
        assert looking.running(case) == {"intake": date(2026, 9, 18)}
    with county.at(2026, 9, 19, 8):
        assert casework.sweep().acted == 1
    file = looking.file(case)
    assert (file.facts.state, file.facts.accepted_on, file.facts.fee) == ("accepted", date(2026, 9, 18), "due")
    assert looking.last(case).actor == "law"
    looking.agrees(case)


def test_the_fee_is_paid_or_waived_before_the_certificate(county, casework, sale):
    clerk, decider, exit_desk = (county.able(power, TRANSFER) for power in ("accept", "decide", "deliver"))
    with county.at(2026, 9, 22):
        casework.sign(sale, county.citizen("租演示"), role="other_side")
        casework.accept(sale, clerk)
        assert (looking.file(sale).facts.fee, looking.last(sale).body["fee"]) == ("due", "due")
        casework.pass_on(sale, county.able("examine", TRANSFER))
        casework.enter(sale, decider, opinion="准予登簿")
        assert (looking.state(sale), looking.documents(sale)) == ("granted", ["registration_decision"])
        with refused("fee_due"):
            casework.issue(sale, exit_desk)
        with refused("voucher_missing"):
            casework.settle_fee(sale, clerk, state="paid", voucher="  ")
        with refused("voucher_missing"):
            casework.settle_fee(sale, clerk, state="paid", voucher="长" * 61)
        casework.settle_fee(sale, clerk, state="waived", voucher="低保家庭减免")
        with refused("fee_settled_already"):
            casework.settle_fee(sale, clerk, state="paid", voucher="PZ2")
        casework.issue(sale, exit_desk)
        casework.deliver(sale, exit_desk, collector_id=county.citizen("房示例").id)
    assert looking.steps(sale)[-4:] == ["enter", "settle_fee", "issue", "deliver"]
    looking.agrees(sale)


def test_not_registering_is_a_refusal_with_its_ground(county, casework, sale):
    with county.at(2026, 9, 22):
        casework.sign(sale, county.citizen("租演示"), role="other_side")
        casework.accept(sale, county.able("accept", TRANSFER))
        casework.pass_on(sale, county.able("examine", TRANSFER))
        casework.refuse(
            sale, county.able("decide", TRANSFER), ground="不动产登记暂行条例 第二十二条", reason="权属有争议"
        )
    assert (looking.state(sale), looking.steps(sale)[-1]) == ("refused", "not_register")
    looking.agrees(sale)


def test_an_item_handled_elsewhere_is_handed_over_and_its_result_counts_once(county, casework):
    code = "social-insurance-registration"
    applicant, by = county.firm("示例县示例餐饮有限公司"), county.citizen("房示例")
    with county.at(2026, 9, 22):
        case = casework.file_case(county.filing(code, applicant=applicant), by).case_id
        casework.accept(case, county.able("accept", code))
        reviewer = county.able("examine", code)
        with refused("other_system"):
            casework.hand_over(case, reviewer, system="moon")
        casework.hand_over(case, reviewer, system="province-social-security")
        assert (looking.state(case), looking.owed(case)) == ("elsewhere", [])
        assert "statutory" in looking.running(case)
    with county.at(2026, 9, 24):
        told = {
            "result": "granted",
            "outside_number": "测试外部 77",
            "decided_on": date(2026, 9, 24),
            "message_id": "m-1",
        }
        first = casework.outside_result(case, **told)
        again = casework.outside_result(case, **told)
        with refused("outside_result_unknown"):
            casework.outside_result(case, **{**told, "result": "maybe", "message_id": "m-2"})
    assert (first.seq, again.seq, again.again) == (4, 4, True)
    assert "测试外部 77" not in str(looking.last(case).body)
    looking.agrees(case)
