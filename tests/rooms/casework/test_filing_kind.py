"""备案: put on record, corrected, struck out; there is no refusal on the merits."""

from datetime import date

import pytest

from tests.rooms.casework import looking
from tests.rooms.casework.looking import refused

RENTAL = "rental-filing"


@pytest.fixture
def casework(county):
    from tongban.rooms.casework import actions

    return actions


def rental(county, casework, **more):
    owner, tenant = county.citizen("房示例"), county.citizen("租演示")
    more.setdefault("signers", [casework.Signer("other_side", tenant.id)])
    case = casework.file_case(county.filing(RENTAL, applicant=owner, **more), owner).case_id
    casework.sign(case, tenant, role="other_side")
    return case


def test_a_rental_is_put_on_record_without_coming(county, casework):
    """Given a rental filing with photos, When approved, Then the sealed record downloads (S022)."""
    with county.at(2026, 9, 22):
        case = rental(county, casework)
        assert looking.running(case) == {"promised": date(2026, 9, 23), "intake": date(2026, 9, 23)}
        casework.put_on_record(case, county.able("accept", RENTAL))
        assert (looking.state(case), looking.documents(case)) == ("granted", ["filing_record"])
        assert looking.running(case) == {"delivery": date(2026, 9, 23)}
        casework.issue(case, county.able("accept", RENTAL))
        casework.deliver(case, county.able("deliver", RENTAL), collector_id=None, way="electronic")
    assert looking.file(case).row["decision"] == "granted"
    looking.agrees(case)


def test_a_gap_is_told_once_and_the_clocks_begin_again(county, casework):
    acceptor = county.able("accept", RENTAL)
    with county.at(2026, 9, 21):
        case = rental(county, casework, leave_out=("contract",))
        with refused("materials_missing"):
            casework.put_on_record(case, acceptor)
        casework.ask_correction(case, acceptor, {"contract": "请交租赁合同"})
        assert list(looking.running(case)) == ["correction"]
    with county.at(2026, 9, 23):
        casework.supply(case, county.citizen("房示例"), {"contract": casework.Offer(file_id=county.upload())})
        assert looking.running(case) == {"promised": date(2026, 9, 24), "intake": date(2026, 9, 24)}
        casework.put_on_record(case, acceptor)
    looking.agrees(case)


def test_what_is_no_matter_for_filing_is_told_with_its_ground(county, casework):
    with county.at(2026, 9, 22):
        case = rental(county, casework)
        casework.not_accept(case, county.able("accept", RENTAL), ground="design: 备案范围", reason="不属于住房租赁")
    assert (looking.state(case), looking.documents(case)) == ("not_accepted", ["non_acceptance"])
    looking.agrees(case)


def test_a_record_struck_out_after_delivery_is_archived_once(county, casework):
    decider = county.able("decide", RENTAL)
    with county.at(2026, 9, 22):
        case = rental(county, casework)
        casework.put_on_record(case, county.able("accept", RENTAL))
        casework.issue(case, county.able("accept", RENTAL))
        casework.deliver(case, county.able("deliver", RENTAL), collector_id=None, way="electronic")
        with refused("ground_missing"):
            casework.strike_out(case, decider, ground="", reason="合同系伪造")
        casework.strike_out(case, decider, ground="design: 备案内容不实", reason="合同系伪造")
    assert (looking.state(case), looking.documents(case)) == ("struck_out", ["strike_out_notice"])
    assert looking.fetched("SELECT count(*) FROM ledger_promise WHERE subject_id = %s AND kind = 'archive'", case) == [
        (1,)
    ]
    looking.agrees(case)


def test_a_late_record_is_noted_and_nothing_is_deemed_recorded(county, casework):
    with county.at(2026, 9, 22):
        case = rental(county, casework)
    with county.at(2026, 9, 24):
        assert casework.sweep().acted == 1
        assert casework.sweep().acted == 0
    assert (looking.state(case), looking.steps(case)[-1]) == ("filed", "note_overdue")
    assert looking.last(case).body["lapsed"] == ["intake", "promised"]
    looking.agrees(case)
