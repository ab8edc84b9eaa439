"""Ring 1, a. ground: the case store, rights, the list of items, the network of sites, the simulator."""

from datetime import date

import pytest

from tests.journeys.walks import code_of, finish
from tongban.rulebook.basis import design
from tongban.rulebook.errors import Refused

ITEM = "small-food-shop"
DAY = (2026, 9, 22)
BY = "house"


def test_replaying_the_journal_gives_every_case_its_state(county):
    """S191.  Given the log, When replayed, Then every case has the same state."""
    from django.db import connection

    from tongban.hall.verifying import journal
    from tongban.rooms.casework import actions as casework

    with county.at(*DAY):
        county.delivered()
        county.accepted()
        asked = county.filed(leave_out=("health",))
        casework.ask_correction(asked, county.able("accept", ITEM), {"health": "没有提交，请补交"})
        changed = county.filed()
    report = journal.verify()
    assert (report.wrong, report.differences) == (0, [])
    assert report.counts["办件"] == 4
    with connection.cursor() as cursor:
        cursor.execute("UPDATE casework_case SET state = 'granted' WHERE id = %s", [changed])
    assert journal.verify().wrong > 0


def test_a_clerk_of_another_unit_can_do_nothing_to_a_case(county):
    """S192.  Given a clerk of another unit, When he tries to work on a case, Then it is refused and nothing changes.

    Opening a page, and the refused opening on the access log, come with the pages.
    """
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.ledger.queries import stream

    with county.at(*DAY):
        case_id = county.filed()
        before = stream(case_id)
        stranger = county.staff("zrzy-chief")
        refusals = {
            code_of(lambda act=act: act(case_id, stranger))
            for act in (
                casework.accept,
                lambda case, who: casework.ask_correction(case, who, {"health": "不清楚"}),
                lambda case, who: casework.not_accept(case, who, ground="第三条", reason="不收"),
                lambda case, who: casework.supply(case, who, {}),
                lambda case, who: casework.withdraw(case, who, reason="替人撤回"),
            )
        }
        casework.accept(case_id, county.able("accept", ITEM))
        refusals |= {
            code_of(lambda act=act: act(case_id, stranger))
            for act in (
                casework.pass_on,
                casework.grant,
                casework.issue,
                lambda case, who: casework.refuse(case, who, ground="第三条", reason="不给"),
                lambda case, who: casework.extend(case, who, reason="忙"),
            )
        }
    assert refusals <= {"no_power", "wrong_post", "wrong_state"}
    assert [one.step for one in stream(case_id)] == [*(one.step for one in before), "accept"]


def test_every_step_of_staff_was_within_a_power_of_that_day(county):
    """S192.  Given cases carried to their end, When every journal entry is held against the powers of its day,
    Then actions without a right = 0.
    """
    from uuid import UUID

    from tongban.rooms.casework.queries.reading import read
    from tongban.rooms.ledger.queries import stream
    from tongban.rooms.people import queries as people
    from tongban.rulebook.authority import Subject
    from tongban.rulebook.steps import POWER_OF, Post

    with county.at(*DAY):
        cases = [county.delivered(), county.delivered("drainage-permit")]
    powers, day, used = people.powers(), date(*DAY), []
    for case_id in cases:
        row = read(case_id).row
        subject = Subject(str(row["item_code"]), str(row["unit"]))
        for entry in stream(case_id):
            if entry.actor.startswith("staff:"):
                staff_id = UUID(entry.actor.removeprefix("staff:"))
                held = [
                    one.id
                    for one in powers.posts.values()
                    if (holder := powers.holder(one.id, day)) and holder.id == staff_id
                ]
                may = {power for post in held for power in powers.over(powers.actor(staff_id, post, day), subject, day)}
                used.append((entry.step, POWER_OF[Post(entry.post)] in may))
    assert len(used) == 10
    assert [step for step, allowed in used if not allowed] == []


def test_who_read_personal_data_is_logged_with_the_purpose(county):
    """S192.  Given a person's number and a filed paper, When staff reads them,
    Then each read stands on the access log with who and why; without a purpose it is refused.
    """
    from uuid import UUID

    from tongban.rooms.casework.queries.reading import read
    from tongban.rooms.files import actions as files
    from tongban.rooms.ledger.queries import who_looked
    from tongban.rooms.people import actions as people

    with county.at(*DAY):
        case_id, clerk, person = county.filed(), county.staff("scjg-acceptor"), county.citizen().id
        assert code_of(lambda: people.reveal(person, who=clerk.name, purpose=" ")) == "purpose_missing"
        people.reveal(person, who=clerk.name, purpose=f"case:{case_id}")
        paper = UUID(read(case_id).materials["health"]["file_id"])
        files.read(paper, who=clerk.name, purpose=f"case:{case_id}")
    for subject in (person, paper):
        assert [(one.who, one.purpose) for one in who_looked(subject)] == [(clerk.name, f"case:{case_id}")]


@pytest.mark.parametrize("channel", ["window", "net", "phone", "kiosk", "village"])
def test_an_item_cancelled_yesterday_cannot_be_filed_in_any_channel(county, channel):
    """S002.  Given an item cancelled yesterday, When a window clerk (or anybody else) files a case on it today,
    Then the filing is refused with the cancel notice.
    """
    from tongban.rooms.catalogue import actions as catalogue

    with county.at(*DAY):
        filing = county.filing(channel=channel)
        clerk = county.able("receive", ITEM) if channel in ("window", "village") else county.citizen()
        catalogue.order_change(county.code, _order(kind="cancel"), by=BY)
    with county.at(2026, 9, 24), pytest.raises(Refused) as no:
        _file(filing, clerk)
    assert no.value.code == "item_cancelled"
    assert "示例政办发〔2026〕9号" in no.value.sentence


def test_an_open_case_of_a_merged_item_finishes_under_its_old_version(county):
    """S004.  Given an open case on an item merged into another, When the order takes effect,
    Then the case finishes under its old version and new filings use the merged item.
    """
    from tongban.rooms.casework.queries.reading import read
    from tongban.rooms.catalogue import actions as catalogue
    from tongban.rooms.catalogue import queries

    with county.at(*DAY):
        case_id = county.accepted()
        order = _order(kind="merge", target="food-business-new")
        catalogue.order_change(county.code, order, by=BY)
    with county.at(2026, 9, 24):
        catalogue.apply_orders(date(2026, 9, 24))
        assert code_of(lambda: county.filed()) == "item_merged"
        assert queries.successor(county.code, ITEM, date(2026, 9, 24)) == "food-business-new"
        finish(county, case_id)
        file = read(case_id)
    assert (file.facts.state, file.facts.item.code) == ("delivered", ITEM)


def _order(*, kind: str, target: str = ""):
    from tongban.rooms.catalogue.actions import NewOrder

    return NewOrder(
        number="示例政办发〔2026〕9号",
        kind=kind,
        items=(ITEM,),
        in_force_on=date(2026, 9, 23),
        notice="改由市场主体自行公示",
        basis=design("示例县动态调整"),
        target=target,
    )


def _file(filing, who):
    from tongban.rooms.casework import actions as casework

    return casework.file_case(filing, who)


def test_an_on_the_spot_item_is_decided_and_handed_out_in_one_session(county):
    """S007.  Given an 即办 item, When filed with full materials, Then decision and delivery happen in one session with
    0 hand-overs.
    """
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.ledger.queries import stream

    item = "elderly-card"
    with county.at(*DAY):
        clerk, elder = county.staff("village-001202-agent"), county.citizen("寿样本")
        case_id = _file(county.filing(item, applicant=elder, channel="village"), clerk).case_id
        casework.decide_on_spot(case_id, clerk)
        casework.issue(case_id, clerk)
        casework.deliver(case_id, clerk, collector_id=elder.id)
    entries = stream(case_id)
    assert [one.step for one in entries] == ["file", "decide_on_spot", "issue", "deliver"]
    assert {one.actor for one in entries} == {clerk.name}
    assert (entries[-1].at - entries[0].at).seconds < 60


def test_what_is_filed_in_the_village_is_printed_in_the_village(county, tmp_path):
    """S136.  Given filing at a village, When decided at county, Then the village can print the result."""
    from tongban.hall import postman
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.casework.queries.reading import read
    from tongban.rooms.licences import queries as licences
    from tongban.rooms.people import queries as people

    with county.at(*DAY):
        agent, site = county.staff("village-001202-agent"), people.site_coded(county.code, "village-001202").id
        case_id = _file(county.filing(channel="village", site_id=site), agent).case_id
        casework.accept(case_id, county.able("accept", ITEM))
        casework.pass_on(case_id, county.able("examine", ITEM), opinion="符合")
        decider = county.able("decide", ITEM)
        casework.grant(case_id, decider, opinion="准予")
        casework.issue(case_id, decider)
        postman.drain(60)
        (licence,) = [one for one in licences.documents_of(case_id) if one.kind == "licence"]
        printed = licences.pdf(licence.id, who=agent.name, purpose="村站打印")
        casework.deliver(case_id, agent, collector_id=county.citizen().id)
    posts = people.powers().posts
    assert (posts[decider.post_id].site_id, posts[agent.post_id].site_id) == (
        people.site_coded(county.code, "hall").id,
        site,
    )
    assert read(case_id).uuid("site_id") == site
    assert licences.verify_pdf(printed).state == "valid"
    assert read(case_id).facts.state == "delivered"


def test_a_paper_in_the_licence_store_is_shown_as_held(county):
    """S059.  Given a material in the licence store, When the form opens, Then it is shown as already held."""
    from tongban.rooms.casework.queries.reading import read
    from tongban.rooms.licences import queries as licences

    with county.at(*DAY):
        holder = county.citizen()
        finish(county, _file(county.filing("company-registration", applicant=holder), holder).case_id)
        assert licences.held(holder.id, ["business-licence"], date(*DAY)).keys() == {"business-licence"}
        filed = _file(county.filing("drainage-permit", applicant=holder, leave_out=("business-licence",)), holder)
    assert filed.held == ("business-licence",)
    assert "business-licence" not in filed.missing
    assert read(filed.case_id).materials["business-licence"]["state"] == "held"


def test_the_same_seed_gives_the_same_totals(county_database, django_db_blocker, worker_id):
    """S194.  Given the same source number, When run twice, Then the same totals.

    Twelve cases of one day here; the totals are compared case by case through the digest of normalised facts.
    """
    from tests import testbase
    from tongban.hall.county.simulation import Simulation
    from tongban.hall.verifying import journal

    ran = []
    for seed in (7, 7, 8):
        name = testbase.own_name(worker_id)
        with django_db_blocker.unblock(), testbase.copy_of(county_database, name):
            done = Simulation(seed=seed, per_day=12, start=date(*DAY)).run(1)
            report = journal.verify()
            assert (report.wrong, report.differences) == (0, [])
            ran.append((done.filed, done.steps, report.digest))
    assert ran[0][0] == 12
    assert ran[0] == ran[1]
    assert ran[0] != ran[2]
