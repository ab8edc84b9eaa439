"""Ring 1, d. check and decide in time: sources asked before acceptance, the clock over a holiday, delays in writing."""

from datetime import date

import pytest

from tests.journeys.walks import code_of, finish, steps_of

ITEM = "small-food-shop"
DAY = (2026, 9, 22)


def due(case_id, name="statutory") -> date:
    from tongban.rooms.casework.queries.reading import read

    (one,) = [one for one in read(case_id).facts.clocks if one.name == name and one.is_running]
    return one.due.on


def test_a_false_marital_status_is_seen_before_acceptance_and_stops_it(own_county):
    """S102.  Given marriage status false in the form, When checked, Then the mismatch is shown before acceptance; the
    case then lacks a paper until the person has answered.
    """
    from dataclasses import replace

    from tongban.rooms.casework import actions as casework
    from tongban.rooms.casework.actions import Signer
    from tongban.rooms.casework.queries.reading import read
    from tongban.rooms.exchange import actions as exchange

    county, item = own_county, "estate-transfer"
    with county.at(*DAY):
        seller, clerk = county.citizen("房示例"), county.staff("zrzy-acceptor")
        buyer = county.citizen("租演示")
        filing = county.filing(item, options=frozenset({"couple"}) | _others(county, item, "couple"), applicant=seller)
        filing = replace(filing, signers=[Signer("other_side", buyer.id, signed=True)])
        case_id = casework.file_case(filing, county.staff("window-1")).case_id
        told = exchange.check_form(
            county.code,
            "marriage",
            {"citizen_id": "990127197503152097"},
            {"marriage": "未婚"},
            unit="zrzy",
            who=clerk.name,
            case_id=case_id,
            pairs={"marriage": "marital_status"},
        )
        assert [(line.field, line.ours, line.theirs) for line in told.mismatches] == [("marriage", "未婚", "已婚")]
        casework.check_shared(case_id, clerk, {"marriage": ("mismatch", told.call_id)})
        assert read(case_id).facts.missing == ("marriage",)
        assert code_of(lambda: casework.accept(case_id, clerk)) == "materials_missing"


def _others(county, item, chosen) -> frozenset[str]:
    """One option of every situation that ``chosen`` does not answer."""
    situations = county.item(item).situations
    return frozenset(one.options[0].code for one in situations if chosen not in {option.code for option in one.options})


def test_a_due_day_skips_the_holiday_and_counts_the_make_up_day(county):
    """S089.  Given acceptance before a 7-day holiday, When 5 working days run, Then the due date skips the holiday and
    counts make-up days.

    Accepted on Tuesday 29 September 2026: 30 September, then 8 and 9 October, Saturday 10 (worked) and Monday 12.
    """
    from tongban.rooms.casework import actions as casework

    item = "shop-sign"
    assert str(county.item(item).limits.promised.limit) == "5wd"
    with county.at(2026, 9, 29):
        case_id = county.filed(item, leave_out=())
        casework.accept(case_id, county.able("accept", item))
    assert due(case_id, "promised") == date(2026, 10, 12)


def test_a_pause_told_in_writing_moves_the_due_day_and_an_untold_one_does_not(county):
    """S089.  Given a case under review, When an expert review of known length is told in writing,
    Then the clock stands for exactly its days, over the holiday too; without notice it runs on.
    """
    from tongban.rooms.casework import actions as casework
    from tongban.rulebook.clock import Limit

    with county.at(*DAY):
        told, untold = county.accepted(), county.accepted()
        reviewer, before = county.able("examine", ITEM), due(told)
        for case_id, notice in ((told, True), (untold, False)):
            casework.pause(case_id, reviewer, proceeding="expert_review", time_needed=Limit.parse("20d"), notice=notice)
    with county.at(2026, 10, 12):
        for case_id in (told, untold):
            casework.resume(case_id, reviewer, result="passed", opinion="通过")
    assert (before, due(untold)) == (date(2026, 10, 27), date(2026, 10, 27))
    assert due(told) > before


@pytest.mark.parametrize(
    ("post", "reason", "code"),
    [("scjg-head", " ", "reason_missing"), ("scjg-chief", "案情复杂", "wrong_post")],
)
def test_a_delay_needs_its_reason_and_its_approver(county, post, reason, code):
    """S058.  Given an extension without notice, When saved, Then it is refused: no reason or not the approver of the
    law, no extension.
    """
    from tongban.rooms.casework import actions as casework

    with county.at(*DAY):
        case_id = county.accepted()
        before = due(case_id)
        assert code_of(lambda: casework.extend(case_id, county.staff(post), reason=reason)) == code
    assert (due(case_id), "extend" in steps_of(case_id)) == (before, False)


def test_a_delay_is_told_to_applicant_and_desk_in_a_sealed_notice(county):
    """S058.  Given a case that can pass its limit only with an extension, When the head extends it,
    Then a sealed notice with reason and new day goes to the applicant, the desk is told, and it happens once.
    """
    from tongban.hall import postman
    from tongban.hall.postman.channel import simulated
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.ledger.queries import stream
    from tongban.rooms.licences import queries as licences

    with county.at(*DAY):
        case_id, head = county.accepted(), county.staff("scjg-head")
        casework.extend(case_id, head, reason="检验结果还没有出来")
        assert code_of(lambda: casework.extend(case_id, head, reason="再延")) == "extended_already"
        postman.drain(60)
        (notice,) = [one for one in licences.documents_of(case_id) if one.kind == "extension_notice"]
        assert licences.verify_pdf(licences.pdf(notice.id)).state == "valid"
    seq = stream(case_id)[-1].seq
    keys = {one.key for one in simulated().messages()}
    assert {f"notice:{case_id}:{seq}:applicant", f"notice:{case_id}:{seq}:desk"} <= keys
    # 20 + 10 working days from 22 September: 27 October, then 10 November.
    assert due(case_id) == date(2026, 11, 10)


def test_silence_of_the_office_accepts_once_and_names_the_liable_unit(county):
    """S090.  Given a step undecided at its due time, When the clock passes, Then the case moves on by itself once and a
    liability record names the unit.

    The silence that the law itself gives a meaning: no word on acceptance within five working days.
    """
    from tongban.hall import postman
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.casework.queries.reading import read
    from tongban.rooms.supervision import queries

    with county.at(2026, 9, 14):
        case_id = county.filed()
    with county.at(2026, 9, 21, 9):
        casework.sweep()
        casework.sweep()
        postman.drain(60)
    assert steps_of(case_id) == ["file", "deem_accepted"]
    assert read(case_id).facts.accepted_on == date(2026, 9, 14)
    (found,) = queries.deemed_accepted(county.code, date(2026, 9, 1), date(2026, 9, 30))
    (matter,) = queries.warnings(county.code)
    assert {(one.case_id, one.unit) for one in (found, matter)} == {(case_id, "scjg")}
    with county.at(2026, 9, 22):
        finish(county, case_id)
    assert steps_of(case_id)[-1] == "deliver"
