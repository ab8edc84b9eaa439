"""草稿: begun in one channel, saved, gone on with in another, filed once; nothing is lost on the way."""

from dataclasses import replace
from datetime import date

import pytest

from tests.rooms.casework import looking
from tests.rooms.casework.looking import refused

SHOP = "small-food-shop"


@pytest.fixture
def casework(county):
    from tongban.rooms.casework import actions

    return actions


@pytest.fixture
def begun(county, casework):
    """A draft with one paper and half a form."""
    with county.at(2026, 9, 18):
        filing = county.filing(leave_out=("layout", "health"))
        return casework.save_draft(replace(filing, answers={"shop_name": "示例早点"}), county.citizen())


def test_a_draft_has_no_number_no_clock_and_owes_nothing(county, begun):
    row = looking.file(begun).row
    assert (row["state"], row["number"], row["lookup_code"], row["filed_at"]) == ("draft", None, None, None)
    assert (looking.running(begun), looking.owed(begun), looking.registers()) == ({}, [], {})
    looking.agrees(begun)


def test_a_draft_is_gone_on_with_in_another_channel_and_filed(county, casework, begun):
    from tongban.rooms.casework.queries.drafts import draft

    clerk = county.able("receive", SHOP)
    with county.at(2026, 9, 21):
        seen = draft(begun)
        assert (seen.answers, set(seen.papers), seen.channel) == ({"shop_name": "示例早点"}, {"application"}, "net")
        whole = replace(county.filing(), channel="window", answers={**county.answers(SHOP), **seen.answers})
        casework.save_draft(replace(whole, offers={}), clerk, draft_id=begun)
        assert draft(begun).papers == {}
        assert casework.save_draft(whole, clerk, draft_id=begun) == begun
    with county.at(2026, 9, 22):
        filed = casework.file_case(whole, clerk, draft_id=begun)
        file = looking.file(begun)
    assert (filed.case_id, filed.missing, file.row["number"], file.row["channel"]) == (
        begun,
        (),
        filed.number,
        "window",
    )
    assert (file.facts.received_on, looking.steps(begun)) == (date(2026, 9, 22), ["begin", "save", "save", "file"])
    looking.agrees(begun)


def test_a_draft_is_filed_once(county, casework, begun):
    with county.at(2026, 9, 22):
        me, filing = county.citizen(), county.filing()
        first = casework.file_case(filing, me, draft_id=begun, key="k")
        assert casework.file_case(filing, me, draft_id=begun, key="k") == first
        with looking.unchanged("filed_already"):
            casework.file_case(filing, me, draft_id=begun)
        with looking.unchanged("filed_already"):
            casework.save_draft(filing, me, draft_id=begun)
    looking.agrees(begun)


def test_nothing_of_a_draft_is_lost_when_its_filing_is_refused(county, casework, begun):
    from tongban.rooms.casework.queries.drafts import draft

    with county.at(2026, 9, 22):
        before, wrong = draft(begun), replace(county.filing(), answers={"area": "很大"})
        with looking.unchanged("form_invalid"):
            casework.file_case(wrong, county.citizen(), draft_id=begun)
        assert draft(begun) == before


def test_a_draft_is_its_owners_and_of_its_item(county, casework, begun):
    with county.at(2026, 9, 22):
        stranger = county.citizen("房示例")
        theirs = replace(county.filing(), applicant_id=stranger.id)
        for act in (casework.save_draft, casework.file_case):
            with looking.unchanged("mandate_missing"):
                act(theirs, stranger, draft_id=begun)
            with looking.unchanged("other_draft"):
                act(county.filing("shop-sign"), county.citizen(), draft_id=begun)


def test_a_paper_taken_out_of_a_draft_is_missing_when_it_is_filed(county, casework, begun):
    with county.at(2026, 9, 22):
        filing = county.filing(leave_out=("application",))
        assert casework.file_case(filing, county.citizen(), draft_id=begun).missing == ("application",)


def test_an_empty_upload_field_does_not_stop_saving(county, casework):
    with county.at(2026, 9, 22):
        filing = replace(county.filing(), offers={"layout": casework.Offer()})
        assert looking.state(casework.save_draft(filing, county.citizen())) == "draft"
        with refused("material_empty"):
            casework.file_case(filing, county.citizen())
