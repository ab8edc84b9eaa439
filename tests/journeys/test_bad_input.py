"""Bad input: each gets a code and a plain Chinese sentence; nothing is lost, nothing half-written.

The list is that of the issue, one test each; ``unchanged`` compares every row of every table before and after.
"""

import errno
import os
from datetime import date

import pytest

from tests.rooms.casework import looking
from tests.rooms.casework.looking import unchanged
from tests.rooms.casework.test_lapse import apart
from tongban.rulebook.errors import Refused

SHOP = "small-food-shop"
DAY = (2026, 9, 22)
PROGRAM = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00" + bytes(64)


@pytest.fixture
def casework(county):
    from tongban.rooms.casework import actions

    return actions


@pytest.mark.parametrize(
    ("scheme", "value", "code"),
    [
        ("citizen_id", "990127198805062017", "citizen_id_check"),
        ("credit_code", "91990127MA0000023X", "credit_code_check"),
    ],
)
def test_wrong_check_digits(county, scheme, value, code):
    from tongban.rooms.people import actions as people

    with county.at(*DAY), unchanged(code):
        if scheme == "citizen_id":
            people.register_person("误示例", county=county.code, actor="house", identifiers=[(scheme, value, "")])
        else:
            people.register_organisation(
                "误示例公司",
                county=county.code,
                actor="house",
                credit_code=value,
                representative=county.citizen("房示例").id,
            )


def test_a_child_alone(county, casework):
    with county.at(*DAY):
        filing = county.filing(applicant=county.citizen("童示例"))
        with unchanged("child_alone"):
            casework.file_case(filing, county.citizen("童示例"))
        assert casework.file_case(filing, county.citizen("童演示")).number  # her guardian may


def test_an_agent_without_a_mandate(county, casework):
    with county.at(*DAY):
        filing, agent = county.filing(), county.citizen("代示例")
        with unchanged("mandate_missing"):
            casework.file_case(filing, agent)


def test_an_agent_with_an_expired_mandate(county, casework):
    from tongban.rooms.people import actions as people

    me, agent = county.citizen(), county.citizen("代示例")
    with county.at(*DAY):
        people.give_mandate(
            me.id, agent.id, items=[SHOP], powers=["file"], valid_until=date(2026, 9, 23), actor=me.name, confirmed=True
        )
        filing = county.filing(leave_out=("layout",))
        case = casework.file_case(filing, agent).case_id
        assert looking.file(case).uuid("agent_id") == agent.id
        casework.ask_correction(case, county.able("accept", SHOP), {"layout": "没有交"})
        offer = {"layout": casework.Offer(file_id=county.upload())}
    with county.at(2026, 9, 24):
        with unchanged("mandate_expired"):
            casework.file_case(filing, agent)
        # To have filed it once is no mandate for going on.
        with unchanged("mandate_expired"):
            casework.supply(case, agent, offer)
        with unchanged("mandate_expired"):
            casework.withdraw(case, agent)
        casework.supply(case, me, offer)
    assert looking.state(case) == "filed"


def test_an_item_not_in_force(county, casework):
    with county.at(*DAY):
        filing = county.filing()
    with county.at(2025, 12, 31), unchanged("item_not_in_force"):
        casework.file_case(filing, county.citizen())


def test_a_main_item_instead_of_a_leaf(county, casework):
    from dataclasses import replace

    with county.at(*DAY):
        filing = replace(county.filing(), item_code="food-business")
        with unchanged("item_is_main"):
            casework.file_case(filing, county.citizen())


@pytest.mark.parametrize(("content", "code"), [(PROGRAM, "file_kind"), (b"", "file_empty")])
def test_a_file_of_the_wrong_kind_by_content_or_with_nothing_in_it(county, content, code):
    from tongban.rooms.files import actions as files

    with county.at(*DAY), unchanged(code):
        files.store(content, county=county.code, actor="house")


def test_a_file_too_large(county):
    from tongban.rooms.files import actions as files

    with county.at(*DAY), unchanged("file_too_large"):
        files.store(county.png + bytes(files.limit_bytes()), county=county.code, actor="house")


def test_a_file_of_a_kind_that_the_material_does_not_take(county, casework, monkeypatch):
    from dataclasses import replace

    with county.at(*DAY):
        filing, me = county.filing(), county.citizen()
        case = county.filed(leave_out=("layout",))
        casework.ask_correction(case, county.able("accept", SHOP), {"layout": "没有交"})
        layout = filing.offers["layout"]
        from tongban.rooms.casework.actions import filing as filing_room
        from tongban.rooms.catalogue.queries import in_force

        def strict(county_code, code, day, mark):
            found = in_force(county_code, code, day)
            papers = tuple(replace(m, formats=("pdf",)) for m in found.item.materials)
            return replace(found, item=replace(found.item, materials=papers))

        monkeypatch.setattr(filing_room.catalogue, "in_force", strict)
        with unchanged("file_kind"):
            casework.file_case(filing, me)
        monkeypatch.undo()
        with unchanged("file_unknown"):
            casework.supply(case, me, {"layout": replace(layout, file_id=me.id)})


@pytest.mark.parametrize("name", ["荀𫖮测", "䶮示例", "Jean EXEMPLE", "港示例"])
def test_a_name_with_rare_characters_or_of_a_foreigner_passes(county, casework, name):
    with county.at(*DAY):
        case = county.delivered(applicant=county.citizen(name))
    assert looking.state(case) == "delivered"
    looking.agrees(case)


def test_a_double_click(county, casework):
    with county.at(*DAY):
        me, filing = county.citizen(), county.filing()
        first = casework.file_case(filing, me, key="click")
        before = looking.tables()
        assert casework.file_case(filing, me, key="click") == first
        assert looking.tables() == before
        acceptor = county.able("accept", SHOP)
        done = casework.accept(first.case_id, acceptor, key="click")
        before = looking.tables()
        again = casework.accept(first.case_id, acceptor, key="click")
        assert (again.seq, again.numbers, again.again) == (done.seq, done.numbers, True)
        assert looking.tables() == before


def test_a_step_twice(county, casework):
    with county.at(*DAY):
        case = county.accepted()
        with unchanged("wrong_state"):
            casework.accept(case, county.able("accept", SHOP))


@pytest.mark.parametrize(
    ("post", "power"),
    [("window-1", "receive"), ("exit", "deliver"), ("scjg-reviewer", "examine"), ("mzj-acceptor", "")],
)
def test_a_step_by_the_wrong_post(county, casework, post, power):
    with county.at(*DAY):
        case = county.filed()
        with unchanged("wrong_post"):
            casework.accept(case, county.staff(post))


def test_a_step_by_the_applicant_that_is_the_offices(county, casework):
    with county.at(*DAY):
        case = county.filed()
        with unchanged("wrong_post"):
            casework.accept(case, county.citizen())


def test_a_step_by_a_partys_relative(county, casework):
    """回避: the reviewer's spouse asks, in person or through her shop."""
    with county.at(*DAY):
        case = county.accepted(applicant=county.citizen("配示例"))
        with unchanged("must_withdraw"):
            casework.pass_on(case, county.staff("scjg-reviewer"))
        casework.pass_on(case, county.staff("scjg-reviewer-2"))
        filing = county.filing(
            "food-business-new", applicant=county.firm("示例县样本便利店"), leave_out=("business-licence",)
        )
        shop = casework.file_case(filing, county.citizen("配示例")).case_id
        with unchanged("must_withdraw"):
            casework.check_shared(shop, county.staff("scjg-reviewer"), {"business-licence": ("shared", None)})


def test_steps_out_of_order(county, casework):
    with county.at(*DAY):
        case = county.filed()
        decider, exit_desk = county.able("decide", SHOP), county.able("deliver", SHOP)
        with unchanged("wrong_state"):
            casework.grant(case, decider)
        with unchanged("wrong_state"):
            casework.issue(case, exit_desk)
        with unchanged("wrong_state"):
            casework.deliver(case, exit_desk, collector_id=county.citizen().id)
        with unchanged("wrong_state"):
            casework.rate(case, county.citizen(), casework.Plan())
        casework.accept(case, county.able("accept", SHOP))
        with unchanged("not_last_desk"):
            casework.grant(case, decider)


def test_steps_after_closing(county, casework):
    with county.at(*DAY):
        case = county.delivered()
        acceptor, me = county.able("accept", SHOP), county.citizen()
        offer = {"layout": casework.Offer(file_id=county.upload())}
        for act in (
            lambda: casework.accept(case, acceptor),
            lambda: casework.ask_correction(case, acceptor, {"layout": "看不清"}),
            lambda: casework.supply(case, me, offer),
            lambda: casework.withdraw(case, me),
            lambda: casework.grant(case, county.able("decide", SHOP)),
            lambda: casework.deliver(case, county.able("deliver", SHOP), collector_id=me.id),
        ):
            with unchanged("wrong_state"):
                act()


def test_a_step_by_two_people_at_once(own_county):
    from tongban.rooms.casework import actions as casework

    with own_county.at(*DAY):
        case = own_county.granted()
        exit_desk, other = own_county.able("deliver", SHOP), own_county.staff("town-001-clerk")
        done = apart(lambda: casework.issue(case, exit_desk), lambda: casework.issue(case, other))
    (refusal,) = [one for one in done if isinstance(one, Refused)]
    assert (refusal.code in ("wrong_state", "moved_meanwhile"), refusal.sentence[-1]) == (True, "。")
    assert looking.steps(case).count("issue") == 1
    assert looking.fetched("SELECT count(*) FROM licences_licence WHERE case_id = %s", case) == [(1,)]
    looking.agrees(case)


def test_a_year_whose_calendar_is_unknown(county, casework):
    """Given receipt on 2026-12-28, When five working days run into 2027, Then the date is marked provisional (A14)."""
    with county.at(2026, 12, 28):
        case = county.filed()
        (intake,) = looking.file(case).facts.clocks
        assert intake.due.provisional is True
        assert looking.fetched("SELECT provisional FROM casework_clock WHERE case_id = %s", case) == [(True,)]
        casework.accept(case, county.able("accept", SHOP))
    assert {c.name: c.due.provisional for c in looking.file(case).facts.clocks if c.is_running} == {
        "statutory": True,
        "promised": True,
    }
    looking.agrees(case)


def test_a_full_disk_at_upload(county, casework, monkeypatch):
    from tongban.rooms.casework.queries.drafts import draft
    from tongban.rooms.files import actions as files

    def full(*args):
        raise OSError(errno.ENOSPC, "No space left on device")

    with county.at(*DAY):
        case = casework.save_draft(county.filing(leave_out=("layout",)), county.citizen())
        before = draft(case)
        with monkeypatch.context() as patched, unchanged("disk_full"):
            patched.setattr(os, "write", full)
            files.store(b"%PDF-1.4 another", county=county.code, actor="house")
        assert draft(case) == before


def test_a_day_of_receipt_that_is_not_hers_to_set(county, casework):
    """Only staff enters paper slips later, and never for a day to come."""
    from dataclasses import replace

    with county.at(*DAY):
        filing, clerk = county.filing(), county.able("receive", SHOP)
        with unchanged("received_by_staff"):
            casework.file_case(replace(filing, received_on=date(2026, 9, 1)), county.citizen())
        with unchanged("received_in_future"):
            casework.file_case(replace(filing, received_on=date(2026, 9, 23), channel="window"), clerk)
        slip = casework.file_case(replace(filing, received_on=date(2026, 9, 18), channel="window"), clerk)
    assert looking.running(slip.case_id) == {"intake": date(2026, 9, 24)}  # A3


def test_materials_options_and_channels_that_do_not_exist(county, casework):
    from dataclasses import replace

    with county.at(*DAY):
        me, filing = county.citizen(), county.filing()
        offers = {**filing.offers, "moon": casework.Offer(paper=True)}
        for code, wrong in {
            "material_unknown": replace(filing, offers=offers),
            "material_empty": replace(filing, offers={**filing.offers, "layout": casework.Offer()}),
            "option_unknown": replace(filing, options=frozenset({"moon"})),
            "channel_unknown": replace(filing, channel="pigeon"),
            "role_unknown": replace(filing, signers=[casework.Signer("moon", me.id)]),
            "form_invalid": replace(filing, answers={**filing.answers, "moon": 1}),
            "wrong_applicant": replace(county.filing("elderly-card"), applicant_id=county.firm().id),
        }.items():
            with unchanged(code):
                casework.file_case(wrong, me if code != "wrong_applicant" else county.citizen("房示例"))
        signs = county.filing("company-registration")
        with unchanged("situation_unanswered"):
            casework.file_case(replace(signs, options=frozenset()), me)
