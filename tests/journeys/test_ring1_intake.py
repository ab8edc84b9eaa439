"""Ring 1, c. take in: the whole way of a case, who may do what on it, numbers, notices, corrections, refusals."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from tests.journeys.walks import code_of, finish, steps_of

ITEM = "small-food-shop"
DAY = (2026, 9, 22)


def test_every_state_of_the_whole_way_has_time_person_and_result(county, tmp_path):
    """S045.  Given a filing at the front, When finished, Then each state has time, person and result and the exit
    window delivers.
    """
    from tongban.hall import postman
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.casework.actions import Offer
    from tongban.rooms.ledger.queries import stream
    from tongban.rooms.licences import queries as licences
    from tongban.rooms.ratings import actions as ratings
    from tongban.rulebook.clock import Limit

    window, acceptor = county.staff("window-1"), county.staff("scjg-acceptor")
    reviewer, chief, exit_desk = county.staff("scjg-reviewer"), county.staff("scjg-chief"), county.staff("exit")
    citizen = county.citizen()
    with county.at(*DAY):
        filed = casework.file_case(county.filing(leave_out=("health",), channel="window"), window)
        casework.ask_correction(filed.case_id, acceptor, {"health": "没有提交，请补交"})
        casework.supply(filed.case_id, citizen, {"health": Offer(file_id=county.upload())})
        casework.accept(filed.case_id, acceptor)
        proceeding = {"proceeding": "expert_review", "time_needed": Limit.parse("1d"), "notice": True}
        casework.pause(filed.case_id, reviewer, **proceeding)
    with county.at(2026, 9, 23):
        casework.resume(filed.case_id, reviewer, result="passed", opinion="通过")
        casework.pass_on(filed.case_id, reviewer, opinion="符合")
        casework.grant(filed.case_id, chief, opinion="准予")
        casework.issue(filed.case_id, exit_desk)
        casework.deliver(filed.case_id, exit_desk, collector_id=citizen.id)
        ratings.rate(filed.case_id, citizen, "satisfied", channel="mobile")
        postman.drain(60)
    entries = stream(filed.case_id)
    assert [(one.step, one.actor, one.body["row"]["state"]) for one in entries] == [
        ("file", window.name, "filed"),
        ("ask_correction", acceptor.name, "correcting"),
        ("supply", citizen.name, "filed"),
        ("accept", acceptor.name, "accepted"),
        ("pause", reviewer.name, "paused"),
        ("resume", reviewer.name, "accepted"),
        ("pass_on", reviewer.name, "accepted"),
        ("grant", chief.name, "granted"),
        ("issue", exit_desk.name, "issued"),
        ("deliver", exit_desk.name, "delivered"),
        ("rate", citizen.name, "delivered"),
        ("archive", "house", "archived"),
    ]
    assert [one.at for one in entries] == sorted(one.at for one in entries)
    assert {one.kind for one in licences.documents_of(filed.case_id)} == {
        "receipt",
        "correction_notice",
        "acceptance_notice",
        "special_procedure_notice",
        "grant_decision",
        "licence",
        "delivery_receipt",
    }


def test_a_water_item_is_taken_in_at_an_all_item_window(county):
    """S046.  Given a clerk at an all-item window, When a water item comes, Then the check list appears and acceptance
    works without a water clerk.
    """
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.casework.queries.reading import read
    from tongban.rooms.catalogue import queries as catalogue
    from tongban.rooms.people import queries as people

    item = "drainage-permit"
    with county.at(*DAY):
        version = catalogue.in_force(county.code, item, date(*DAY)).version_id
        guide = catalogue.guide(version)
        window, acceptor = county.staff("window-2"), county.staff("xzsp-acceptor")
        case_id = casework.file_case(county.filing(item, channel="window"), window).case_id
        casework.accept(case_id, acceptor)
    assert [one.name for one in guide.materials][:1] == ["排水许可申请表"]
    assert county.item(item).review_points
    assert (read(case_id).facts.state, read(case_id).row["unit"]) == ("accepted", "sw")
    posts, hall = people.powers().posts, people.unit(county.code, "xzsp").id
    assert {posts[who.post_id].unit_id for who in (window, acceptor)} == {hall}


def test_who_accepted_does_not_decide(county):
    """S047.  Given the acceptor of a case, When he tries to decide it, Then it is refused, though he has the power."""
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.people import actions as people
    from tongban.rulebook.basis import design

    with county.at(*DAY):
        case_id = county.accepted()
        acceptor, chief = county.staff("scjg-acceptor"), county.staff("scjg-chief")
        casework.pass_on(case_id, county.able("examine", ITEM))
        assert code_of(lambda: casework.grant(case_id, acceptor)) == "wrong_post"
        people.grant_authority(
            county=county.code,
            post="scjg-acceptor",
            items=[ITEM],
            powers=["decide"],
            order_text="示政授〔2026〕第099号授权书",
            basis=design("代行决定"),
            actor="house",
        )
        assert code_of(lambda: casework.grant(case_id, acceptor)) == "acceptor_decides"
        casework.grant(case_id, chief)
    assert steps_of(case_id)[-1] == "grant"


def test_a_hand_over_has_sender_receiver_and_times_and_the_seal_needs_no_trip(county):
    """S050.  Given a case needing another office's stamp, When decided, Then the e-seal is applied in the system with
    no physical hop: every hand-over stands in the journal, the applicant carries nothing.
    """
    from tongban.hall import postman
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.ledger.queries import stream
    from tongban.rooms.licences import queries as licences

    with county.at(*DAY, 9):
        agent = county.staff("village-001202-agent")
        case_id = casework.file_case(county.filing(channel="village"), agent).case_id
    with county.at(*DAY, 11):
        finish(county, case_id, collector=county.citizen().id)
        postman.drain(60)
        (decision,) = [one for one in licences.documents_of(case_id) if one.kind == "grant_decision"]
        uses = [
            use for seal in licences.seals(county.code) if seal.unit == "scjg" for use in licences.seal_uses(seal.id)
        ]
        verdict = licences.verify_pdf(licences.pdf(decision.id))
    desks = [
        (one.step, one.actor, one.body["row"]["stage"]) for one in stream(case_id) if one.step in ("accept", "pass_on")
    ]
    assert [(step, stage) for step, _, stage in desks] == [("accept", 0), ("pass_on", 1)]
    assert len({actor for _, actor, _ in desks}) == 2
    assert verdict.state == "valid"
    assert decision.id in {use.document_id for use in uses}
    assert licences.uses_without_a_case(county.code) == ()
    assert {one.actor for one in stream(case_id) if one.step != "file"}.isdisjoint({county.citizen().name})


def test_acceptances_at_the_same_time_are_numbered_without_a_gap(own_county):
    """S053.  Given 1000 acceptances at the same time, When numbered, Then numbers are unique and without gaps and every
    notice verifies.

    Scaled: 200 acceptances through eight threads; of the notices, ten are sealed and verified.
    """
    from django.db import connections

    from tongban.rooms import clock
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.ledger.models import Number
    from tongban.rooms.licences import actions as licences
    from tongban.rooms.licences import queries as documents

    county = own_county
    moment = clock.at_local(date(*DAY), 10)
    with clock.held(moment):
        acceptor = county.able("accept", ITEM)
        filing, citizen = county.filing(), county.citizen()
        cases = [casework.file_case(filing, citizen).case_id for _ in range(200)]

    def accept(case_id) -> None:
        try:
            casework.accept(case_id, acceptor)
        finally:
            connections.close_all()

    with clock.held(moment + timedelta(hours=1)), ThreadPoolExecutor(8) as threads:
        list(threads.map(accept, cases))
    drawn = Number.objects.filter(kind="acceptance_notice", unit="990127/scjg", year=2026)
    assert sorted(drawn.values_list("n", flat=True)) == list(range(1, 201))
    assert set(drawn.values_list("subject_id", flat=True)) == set(cases)
    with clock.held(moment + timedelta(hours=2)):
        for case_id in cases[::20]:
            (notice,) = [one for one in licences.seal_now(case_id) if one.kind == "acceptance_notice"]
            assert documents.verify_pdf(documents.pdf(notice.id)).state == "valid"


def test_one_notice_names_everything_and_a_later_one_is_a_breach_on_record(county):
    """S054.  Given a notice was issued, When a clerk adds a defect of the first filing later, Then it is blocked or
    logged as breach.
    """
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.casework.actions import Offer
    from tongban.rooms.supervision import queries

    with county.at(*DAY):
        case_id, acceptor = county.filed(leave_out=("health", "layout")), county.able("accept", ITEM)
        half = {"health": "没有提交，请补交"}
        assert code_of(lambda: casework.ask_correction(case_id, acceptor, half)) == "correction_incomplete"
        casework.ask_correction(case_id, acceptor, {**half, "layout": "没有提交，请补交"})
        papers = {code: Offer(file_id=county.upload()) for code in ("health", "layout")}
        casework.supply(case_id, county.citizen(), papers)
        casework.ask_correction(case_id, acceptor, {"application": "第一次就能看出没有签名"})
    found = queries.repeated_corrections(county.code, date(2026, 9, 1), date(2026, 9, 30))
    assert [one.case_id for one in found] == [case_id]


def test_a_clock_that_stood_three_days_ends_three_working_days_later(county):
    """S055.  Given a stopped clock for 3 days, When corrected, Then the due date moves by exactly 3 working days."""
    from tongban.rooms import calendars
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.casework.actions import Offer
    from tongban.rooms.casework.queries.reading import read
    from tongban.rulebook.clock import workdays_between

    def due(case_id) -> date:
        (intake,) = [one for one in read(case_id).facts.clocks if one.name == "intake" and one.is_running]
        return intake.due.on

    with county.at(2026, 9, 14):
        straight, case_id = county.filed(), county.filed(leave_out=("health",))
        acceptor = county.able("accept", ITEM)
        casework.ask_correction(case_id, acceptor, {"health": "没有提交，请补交"})
        assert [one.name for one in read(case_id).facts.clocks if one.is_running] == ["correction"]
    with county.at(2026, 9, 17):
        casework.supply(case_id, county.citizen(), {"health": Offer(file_id=county.upload())})
    # From Monday 14 to Sunday 20, worked for the National Day; corrected on Thursday 17: Wednesday 23.
    assert (due(straight), due(case_id)) == (date(2026, 9, 20), date(2026, 9, 23))
    assert workdays_between(due(straight), due(case_id), calendars.calendar()) == 3


@pytest.mark.parametrize(("verb", "state"), [("not_accept", "filed"), ("refuse", "accepted")])
def test_a_refusal_without_ground_or_reason_is_not_saved(county, verb, state):
    """S056.  Given a refusal without ground, When saved, Then it is refused; with one it is a sealed document that
    tells the way of redress.
    """
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.casework.queries.reading import read
    from tongban.rooms.licences import actions as licences
    from tongban.rooms.licences import queries as documents

    act = getattr(casework, verb)
    with county.at(*DAY):
        case_id = county.filed() if state == "filed" else county.accepted()
        who = county.able("accept", ITEM)
        if state == "accepted":
            casework.pass_on(case_id, county.able("examine", ITEM))
            who = county.able("decide", ITEM)
        assert code_of(lambda: act(case_id, who, ground=" ", reason="面积不够")) == "ground_missing"
        assert code_of(lambda: act(case_id, who, ground="第三条", reason=" ")) == "reason_missing"
        assert read(case_id).facts.state == state
        act(case_id, who, ground="第三条", reason="面积不够")
        made = licences.seal_now(case_id)[-1]
        assert made.kind == {"not_accept": "non_acceptance", "refuse": "refusal_decision"}[verb]
        assert documents.verify_pdf(documents.pdf(made.id)).state == "valid"


def test_a_secondary_paper_may_follow_by_its_day_and_a_main_one_never(county):
    """S060.  Given only a secondary material missing, When filed with promise, Then it is accepted, and issue waits
    until the paper has come.
    """
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.casework.actions import Offer

    promised = {"health": Offer(promised=True)}
    with county.at(*DAY):
        citizen = county.citizen()
        early = county.filing(leave_out=("health",))
        case_id = casework.file_case(_offering(early, promised), citizen).case_id
        main = county.filing(leave_out=("application",))
        wrong = _offering(main, {"application": Offer(promised=True)})
        assert code_of(lambda: casework.file_case(wrong, citizen)) == "main_material"
        casework.accept(case_id, county.able("accept", ITEM))
        casework.pass_on(case_id, county.able("examine", ITEM))
        casework.grant(case_id, county.able("decide", ITEM))
        exit_desk = county.able("deliver", ITEM)
        assert code_of(lambda: casework.issue(case_id, exit_desk)) == "following_missing"
        casework.supply_later(case_id, citizen, {"health": county.upload()})
        casework.issue(case_id, exit_desk)
    assert steps_of(case_id)[-1] == "issue"


def _offering(filing, offers):
    from dataclasses import replace

    return replace(filing, offers={**filing.offers, **offers})
