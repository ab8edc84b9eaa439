"""许可: every step of the kind permit, with what it owes, its clocks and its journal."""

from datetime import date

import pytest

from tests.rooms.casework import looking
from tests.rooms.casework.looking import refused
from tongban.rulebook.clock import Limit

SHOP = "small-food-shop"
REASON = {"ground": "食品安全法 第三十五条", "reason": "经营场所不符合规定的条件"}


@pytest.fixture
def casework(county):
    from tongban.rooms.casework import actions

    return actions


def test_the_normal_way_keeps_row_journal_clocks_documents_and_numbers_in_step(county, casework):
    """Given a complete filing at the front, When it goes its way, Then each step has time, actor and result (S045)."""
    with county.at(2026, 9, 22):
        case = county.filed()
        assert (looking.state(case), looking.documents(case)) == ("filed", ["receipt"])
        assert looking.running(case) == {"intake": date(2026, 9, 30)}  # 09-25 is a holiday, 09-20 worked
        assert looking.counts(case) == {"clock": 1, "party": 1, "answers": 1, "material": 3}
        looking.agrees(case)
        done = casework.accept(case, county.able("accept", SHOP))
    assert done.numbers == (("990127/scjg", "acceptance_notice", 2026, 1),)
    assert looking.documents(case) == ["acceptance_notice"]
    assert looking.running(case) == {"statutory": date(2026, 10, 27), "promised": date(2026, 10, 13)}  # A5
    with county.at(2026, 9, 23):
        casework.pass_on(case, county.able("examine", SHOP), opinion="符合", ticked=[0, 2])
        assert (looking.last(case).body["ticked"], looking.file(case).facts.stage) == ([0, 2], 1)
    with county.at(2026, 9, 24):
        casework.grant(case, county.able("decide", SHOP), opinion="准予")
        assert (looking.state(case), looking.documents(case)) == ("granted", ["grant_decision"])
        assert looking.running(case) == {"delivery": date(2026, 10, 9)}
        casework.issue(case, county.able("deliver", SHOP))
        assert (looking.state(case), looking.documents(case)) == ("issued", ["licence"])
        casework.deliver(case, county.able("deliver", SHOP), collector_id=county.citizen().id)
    row = looking.file(case).row
    assert (row["state"], row["decision"], looking.running(case)) == ("delivered", "granted", {})
    assert looking.owed(case) == [("archive", ""), ("document", "delivery_receipt"), ("notice", "applicant")]
    assert looking.steps(case) == ["file", "accept", "pass_on", "grant", "issue", "deliver"]
    looking.agrees(case)


@pytest.mark.parametrize("channel", ["window", "net", "phone", "kiosk", "village"])
def test_the_same_filing_goes_the_same_way_through_every_channel(county, casework, channel):
    """Given the same filing through 5 channels, When processed, Then the 5 cases go through the same states (S020)."""
    with county.at(2026, 9, 22):
        case = county.granted(channel=channel)
    assert looking.steps(case) == ["file", "accept", "pass_on", "grant"]
    assert looking.file(case).row["channel"] == channel


def test_one_notice_names_everything_and_the_supplement_sets_the_day(county, casework):
    """Given a material is missing, When told once and supplied, Then acceptance is the day it came (S055)."""
    with county.at(2026, 9, 18):
        case = county.filed(leave_out=("layout", "health"))
        assert looking.file(case).facts.missing == ("layout", "health")
    acceptor = county.able("accept", SHOP)
    with county.at(2026, 9, 21):
        with refused("materials_missing"):
            casework.accept(case, acceptor)
        with refused("correction_incomplete"):
            casework.ask_correction(case, acceptor, {"layout": "没有交，请补交"})
        with refused("correction_reason_missing"):
            casework.ask_correction(case, acceptor, {"layout": "没有交", "health": " "})
        with refused("correction_empty"):
            casework.ask_correction(case, acceptor, {})
        with refused("material_unknown"):
            casework.ask_correction(case, acceptor, {"moon": "没有交"})
        casework.ask_correction(case, acceptor, {"layout": "没有交，请补交", "health": "没有交，请补交"})
        assert looking.documents(case) == ["correction_notice"]
        assert looking.running(case) == {"correction": date(2026, 10, 21)}
    me = county.citizen()
    with county.at(2026, 9, 22):
        offer = casework.Offer(file_id=county.upload())
        casework.supply(case, me, {"layout": offer})
        assert (looking.state(case), looking.steps(case)[-1]) == ("correcting", "supply_part")
        assert looking.file(case).materials["layout"]["state"] == "given"
    with county.at(2026, 9, 23):
        casework.supply(case, me, {"health": offer})
        assert (looking.state(case), looking.documents(case)) == ("filed", ["receipt"])
    with county.at(2026, 9, 24):
        casework.accept(case, acceptor)
    assert looking.file(case).facts.accepted_on == date(2026, 9, 23)
    assert looking.counts(case)["lack"] == 2
    looking.agrees(case)


def test_a_second_notice_that_names_new_things_is_flagged(county, casework):
    """Given a notice was issued, When a defect of the first filing is named later, Then it is a breach (S054)."""
    acceptor = county.able("accept", SHOP) if county else None
    with county.at(2026, 9, 18):
        case = county.filed(leave_out=("layout",))
        casework.ask_correction(case, acceptor, {"layout": "没有交"})
        casework.supply(case, county.citizen(), {"layout": casework.Offer(file_id=county.upload())})
        casework.ask_correction(case, acceptor, {"health": "看不清，请重拍"})
    assert "second_notice" in looking.file(case).facts.flags


def test_a_wrong_paper_that_is_named_is_not_thrown_away(county, casework):
    with county.at(2026, 9, 18):
        case = county.filed()
        given = looking.file(case).materials["layout"]["file_id"]
        casework.ask_correction(case, county.able("accept", SHOP), {"layout": "看不清，请重拍"})
    material = looking.file(case).materials["layout"]
    assert (material["state"], material["file_id"]) == ("lacking", given)


def test_a_form_named_in_the_notice_must_come_back(county, casework):
    acceptor, me = county.able("accept", SHOP), county.citizen()
    with county.at(2026, 9, 18):
        case = county.filed()
        casework.ask_correction(case, acceptor, {"form": "经营面积与布局图不一致，请改正"})
        with refused("supply_incomplete"):
            casework.take(case, "supply", me)
        casework.supply(case, me, {})
        assert looking.steps(case)[-1] == "supply_part"
        with refused("form_invalid"):
            casework.supply(case, me, {}, answers={"area": "很大"})
        answers = {**county.answers(SHOP), "shop_name": "改正后的示例店"}
        casework.supply(case, me, {}, answers=answers)
        from tongban.rooms.casework.queries.texts import answers_of, lacks_of

        assert (looking.state(case), answers_of(looking.file(case))["shop_name"]) == ("filed", "改正后的示例店")
        assert lacks_of(looking.file(case)) == ((1, "form", "经营面积与布局图不一致，请改正"),)
        casework.accept(case, acceptor)
    looking.agrees(case)


def test_not_accepting_needs_ground_and_reason_and_closes(county, casework):
    """Given a refusal without ground, When saved, Then it is refused (S056)."""
    acceptor = county.able("accept", SHOP)
    with county.at(2026, 9, 22):
        case = county.filed()
        with refused("ground_missing"):
            casework.not_accept(case, acceptor, ground=" ", reason="不属于本机关职权")
        with refused("reason_missing"):
            casework.not_accept(case, acceptor, ground="行政许可法 第三十二条", reason="")
        casework.not_accept(case, acceptor, ground="行政许可法 第三十二条", reason="不属于本机关职权范围")
    assert (looking.state(case), looking.documents(case), looking.running(case)) == (
        "not_accepted",
        ["non_acceptance"],
        {},
    )
    assert ("archive", "") in looking.owed(case)
    looking.agrees(case)


def test_refusing_needs_ground_and_reason_and_another_person_than_the_acceptor(county, casework):
    """Given the acceptor of a case, When he tries to decide it, Then it is refused (S047)."""
    with county.at(2026, 9, 22):
        both = county.able("decide", SHOP)
        looking.empower(county, "scjg-chief", SHOP, "accept")
        case = county.filed()
        casework.accept(case, both)
        casework.pass_on(case, county.able("examine", SHOP))
        with refused("acceptor_decides"):
            casework.refuse(case, both, **REASON)
        looking.empower(county, "scjg-head", SHOP, "decide")
        other = county.able("decide", SHOP, other_than=frozenset({both.id}))
        with refused("ground_missing"):
            casework.refuse(case, other, ground="", reason="不符合")
        casework.refuse(case, other, **REASON)
    assert (looking.state(case), looking.documents(case)) == ("refused", ["refusal_decision"])
    assert looking.file(case).row["decision"] == "refused"
    looking.agrees(case)


def test_the_chain_of_desks_goes_forward_and_back(county, casework):
    """Given a case between desks, When passed on and sent back, Then each hand-over has its time and person (S050)."""
    with county.at(2026, 9, 22):
        case = county.accepted()
        reviewer, decider = county.able("examine", SHOP), county.able("decide", SHOP)
        with refused("not_last_desk"):
            casework.grant(case, decider)
        with refused("first_desk"):
            casework.send_back(case, reviewer, reason="再看看")
        casework.pass_on(case, reviewer)
        assert looking.file(case).row["desk"] == county.item(SHOP).desks[1].code
        with refused("last_desk"):
            casework.pass_on(case, decider)
        with refused("reason_missing"):
            casework.send_back(case, decider, reason="")
        casework.send_back(case, decider, reason="踏勘记录不全")
    assert looking.file(case).row["desk"] == county.item(SHOP).desks[0].code
    assert looking.owed(case) == [("notice", "desk")]
    looking.agrees(case)


@pytest.mark.parametrize(("notice", "due"), [(True, date(2026, 4, 14)), (False, date(2026, 3, 30))])  # A11, A12
def test_a_pause_counts_only_with_written_notice(county, casework, notice, due):
    reviewer = county.able("examine", SHOP)
    with county.at(2026, 3, 2):
        case = county.accepted()
    with county.at(2026, 3, 9):
        limit = Limit.parse("11d")
        with refused("proceeding_unknown"):
            casework.pause(case, reviewer, proceeding="auction", time_needed=limit, notice=True)
        with refused("pause_not_lawful"):
            casework.pause(case, reviewer, proceeding="site_check", time_needed=limit, notice=True)
        casework.pause(case, reviewer, proceeding="expert_review", time_needed=limit, notice=notice)
        assert (looking.state(case), looking.documents(case)) == ("paused", ["special_procedure_notice"])
        with refused("wrong_state"):
            casework.pass_on(case, reviewer)
    with county.at(2026, 3, 20):
        with refused("proceeding_result_missing"):
            casework.resume(case, reviewer, result="")
        with refused("result_not_a_code"):
            casework.resume(case, reviewer, result="张某认为可以通过")
        casework.resume(case, reviewer, result="passed")
    assert looking.running(case)["statutory"] == due
    assert looking.counts(case)["proceeding"] == 1
    looking.agrees(case)


def test_an_extension_moves_both_limits_once_and_only_in_time(county, casework):
    """Given an extension, When saved, Then its reason is told to applicant and desk by a notice (S058)."""
    head = county.staff("scjg-head")
    with county.at(2026, 9, 22):
        case = county.accepted()
        with refused("wrong_post"):
            casework.extend(case, county.able("examine", SHOP), reason="案情复杂")
        with refused("reason_missing"):
            casework.extend(case, head, reason="")
    with county.at(2026, 10, 12):
        casework.extend(case, head, reason="案情复杂")
        assert looking.running(case)["statutory"] == date(2026, 11, 10)  # A5
        assert looking.running(case)["promised"] == date(2026, 10, 27)
        assert looking.documents(case) == ["extension_notice"]
        assert [one for one in looking.owed(case) if one[0] == "notice"] == [
            ("notice", "applicant"),
            ("notice", "desk"),
        ]
        with refused("extended_already"):
            casework.extend(case, head, reason="还要")
    looking.agrees(case)


def test_an_extension_after_the_limit_is_refused_even_before_the_sweep(county, casework):
    with county.at(2026, 9, 22):
        case = county.accepted()
    with county.at(2026, 10, 28), refused("extension_too_late"):
        casework.extend(case, county.staff("scjg-head"), reason="案情复杂")


def test_a_promise_alone_is_extended_where_there_is_no_statutory_limit(county, casework):
    from dataclasses import replace

    from tongban.rooms.calendars import calendar
    from tongban.rooms.casework.actions.standing import actor_in
    from tongban.rulebook import deciding
    from tongban.rulebook.facts import Given

    with county.at(2026, 9, 22):
        file = looking.file(county.accepted())
        from tongban.rooms import clock

        facts = replace(file.facts, clocks=tuple(c for c in file.facts.clocks if c.name == "promised"))
        head = actor_in(file, county.staff("scjg-head"))
        outcome = deciding.decide(facts, "extend", head, Given(reason="案情复杂"), clock.now(), calendar())
    assert [(c.name, c.due.on) for c in outcome.clocks] == [("promised", date(2026, 10, 27))]


def test_an_applicant_takes_her_application_back(county, casework):
    with county.at(2026, 9, 22):
        case = county.accepted()
        with refused("wrong_post"):
            casework.withdraw(case, county.able("accept", SHOP))
        casework.withdraw(case, county.citizen(), reason="不开了")
    assert (looking.state(case), looking.documents(case), looking.running(case)) == (
        "withdrawn",
        ["withdrawal_notice"],
        {},
    )
    with county.at(2026, 9, 23), refused("wrong_state"):
        casework.withdraw(case, county.citizen())
    looking.agrees(case)


def test_a_gap_is_promised_accepted_and_holds_up_the_licence(county, casework):
    """Given only a secondary material missing, When filed with promise, Then it is accepted and issue waits (S060)."""
    with county.at(2026, 9, 22):
        filing = county.filing(leave_out=("health",))
        offers = {**filing.offers, "health": casework.Offer(promised=True)}
        from dataclasses import replace

        case = casework.file_case(replace(filing, offers=offers), county.citizen()).case_id
        assert looking.file(case).materials["health"]["promised_until"] == "2026-09-30"
        with refused("main_material"):
            wrong = {**filing.offers, "application": casework.Offer(promised=True)}
            casework.file_case(replace(filing, offers=wrong), county.citizen())
        with refused("not_followable"):
            wrong = {**filing.offers, "layout": casework.Offer(promised=True)}
            casework.file_case(replace(filing, offers=wrong), county.citizen())
        casework.accept(case, county.able("accept", SHOP))
        casework.pass_on(case, county.able("examine", SHOP))
        casework.grant(case, county.able("decide", SHOP))
        with refused("following_missing"):
            casework.issue(case, county.able("deliver", SHOP))
        with refused("not_promised"):
            casework.supply_later(case, county.citizen(), {"layout": county.upload()})
        casework.supply_later(case, county.citizen(), {"health": county.upload()})
        casework.issue(case, county.able("deliver", SHOP))
    assert looking.state(case) == "issued"
    looking.agrees(case)


def test_an_on_the_spot_item_is_decided_by_a_named_exemption(county, casework):
    with county.at(2026, 9, 22):
        case = county.filed("elderly-card", applicant=county.citizen("寿样本"))
        with refused("spot_powers_missing"):
            casework.decide_on_spot(case, county.staff("mzj-acceptor"))
        done = casework.decide_on_spot(case, looking.both(county, "elderly-card"), opinion="年龄符合")
        assert [kind for _, kind, _, _ in done.numbers] == ["acceptance_notice", "grant_decision"]
        assert "on_the_spot" in looking.file(case).facts.flags
        looking.empower(county, "scjg-chief", SHOP, "accept")
        other = county.filed()
        with refused("not_on_the_spot"):
            casework.decide_on_spot(other, county.staff("scjg-chief"))
    assert (looking.state(case), looking.documents(case)) == ("granted", ["acceptance_notice", "grant_decision"])
    looking.agrees(case)


def test_a_benefit_is_published_before_it_is_decided(county, casework):
    """特困 is published for seven days; an unpublished one cannot be granted."""
    code = "extreme-hardship"
    with county.at(2026, 3, 2):
        case = county.accepted(code)
        town, decider = county.able("examine", code), county.able("decide", code)
        casework.pass_on(case, town)
        casework.pass_on(case, town)
        with refused("not_published"):
            casework.grant(case, decider)
        casework.publicise(case, town)
        assert looking.state(case) == "publicising"
    with county.at(2026, 3, 9), refused("publication_running"):
        casework.end_publication(case, town, result="no_objection")
    with county.at(2026, 3, 10):
        casework.end_publication(case, town, result="no_objection")
        casework.grant(case, decider)
    assert looking.file(case).facts.proceedings[0].result == "no_objection"
    looking.agrees(case)


def test_only_an_item_handled_elsewhere_takes_a_result_from_elsewhere(county, casework):
    """A clerk who could enter an outside result for any item would decide every permit."""
    with county.at(2026, 9, 22):
        case = county.accepted()
        for who in (county.able("examine", SHOP), None):
            with refused("not_elsewhere"):
                casework.outside_result(
                    case, result="granted", outside_number="W1", decided_on=date(2026, 9, 22), message_id="m1", who=who
                )
        with refused("not_elsewhere"):
            casework.hand_over(case, county.able("examine", SHOP), system="province-social-security")


def test_delivery_has_three_ways_and_none_to_a_stranger(county, casework):
    """Given a wrong collector, When identity is checked, Then delivery is refused unless mandated (S049)."""
    exit_desk = county.able("deliver", SHOP)
    with county.at(2026, 9, 22):
        cases = [county.granted() for _ in range(2)]
        for case in cases:
            casework.issue(case, exit_desk)
        case = cases[0]
        with refused("wrong_collector"):
            casework.deliver(case, exit_desk, collector_id=county.citizen("房示例").id)
        with refused("collector_missing"):
            casework.deliver(case, exit_desk, collector_id=None)
        with refused("mail_number_missing"):
            casework.deliver(case, exit_desk, collector_id=None, way="mail")
        with refused("delivery_way_unknown"):
            casework.deliver(case, exit_desk, collector_id=None, way="pigeon")
        casework.deliver(case, exit_desk, collector_id=None, way="mail", mail_number="测试邮件0001")
        casework.deliver(cases[1], exit_desk, collector_id=None, way="electronic")
        assert looking.last(case).body["way"] == "mail"
        assert "测试邮件0001" not in str(looking.last(case).body)
        elder = county.filed("elderly-card", applicant=county.citizen("寿样本"))
        casework.decide_on_spot(elder, looking.both(county, "elderly-card"))
        casework.issue(elder, county.able("deliver", "elderly-card"))
        casework.deliver(elder, county.able("deliver", "elderly-card"), collector_id=county.citizen("代示例").id)
    assert [looking.state(one) for one in (*cases, elder)] == ["delivered"] * 3


def test_a_source_that_says_otherwise_makes_a_material_missing_and_keeps_the_paper(county, casework):
    clerk = county.able("accept", SHOP)
    with county.at(2026, 9, 22):
        case = county.filed()
        given = looking.file(case).materials["health"]["file_id"]
        with refused("check_result_unknown"):
            casework.check_shared(case, clerk, {"health": ("perhaps", None)})
        with refused("material_unknown"):
            casework.check_shared(case, clerk, {"moon": ("shared", None)})
        casework.check_shared(case, clerk, {"health": ("mismatch", None)})
        assert looking.file(case).facts.missing == ("health",)
        with refused("materials_missing"):
            casework.accept(case, clerk)
        casework.check_shared(case, clerk, {"health": ("shared", None)})
        assert looking.file(case).materials["health"]["file_id"] == given
        casework.accept(case, clerk)
    looking.agrees(case)


def test_a_case_that_is_archived_can_still_be_rated_once(county, casework):
    with county.at(2026, 9, 22):
        case = county.delivered()
        casework.archive(case, rows={}, notes={})
        casework.rate(case, county.citizen(), casework.Plan(notes={"rating": "x"}))
        with refused("rated_already"):
            casework.rate(case, county.citizen(), casework.Plan(notes={"rating": "x"}))
    assert looking.state(case) == "archived"
    looking.agrees(case)


def test_a_rehearsed_case_draws_from_registers_of_its_own(county, casework):
    with county.at(2026, 9, 22):
        county.accepted()
        before = {key: value for key, value in looking.registers().items() if not key[0].startswith("演练:")}
        case = county.granted(rehearsal=True)
        casework.issue(case, county.able("deliver", SHOP))
        real = {key: value for key, value in looking.registers().items() if not key[0].startswith("演练:")}
    assert real == before
    assert looking.registers()["演练:990127/scjg", "acceptance_notice", 2026] == [1]
    assert looking.registers()["演练:990127/scjg", "licence", 2026] == [1]
    looking.agrees(case)


def test_a_rehearsed_case_goes_to_its_archive_without_using_up_a_real_number(county, casework):
    from tongban.hall import postman

    with county.at(2026, 9, 22):
        case = county.delivered(rehearsal=True)
        postman.drain(60)
    assert looking.state(case) == "archived"
    assert [unit for unit, _, _ in looking.registers() if not unit.startswith("演练:")] == []
    assert all(numbers == [1] for numbers in looking.registers().values())
    looking.agrees(case)
