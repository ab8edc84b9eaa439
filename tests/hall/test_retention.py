"""到期清除: what is old by its class goes, with an entry in a journal; what is not stays; twice changes nothing."""

import argparse

import pytest

from tests.rooms.casework import looking
from tests.rooms.casework.looking import refused


@pytest.fixture
def old(county):
    """A draft, a closed case and a sign-in of long ago, and the same of today."""
    from dataclasses import replace

    from tests.doors.browsing import secret_of
    from tongban.rooms.casework import actions as casework

    def draft():
        filing = replace(county.filing(leave_out=("application", "health")), answers={"shop_name": "示例"})
        return casework.save_draft(filing, county.citizen())

    with county.at(2026, 3, 2):
        before = draft(), county.delivered()
        secret_of(county.citizen())
    with county.at(2057, 3, 2):
        after = draft()
        yield county, before, after


def test_what_is_old_goes_and_what_is_not_stays(old):
    from tongban.hall import retention
    from tongban.rooms.casework.queries import texts
    from tongban.rooms.people.models import SignIn

    _county, (draft, case), fresh = old
    assert {one.rule.code: one.rows for one in retention.due()} == {"drafts": 1, "sign_ins": 1, "texts": 1}
    assert {one.rule.code: one.rows for one in retention.erase()} == {"drafts": 1, "sign_ins": 1, "texts": 1}
    assert looking.state(draft) == "withdrawn"
    with refused("case_erased"):
        texts.answers_of(looking.file(case))
    assert looking.state(case) == "delivered"
    assert looking.state(fresh) == "draft"
    assert texts.answers_of(looking.file(fresh))
    assert not SignIn.objects.exists()
    assert {one.rows for one in retention.erase()} == {0}


def test_each_erasing_stands_in_a_journal(old):
    from tongban.hall import retention
    from tongban.rooms.ledger.models import Entry

    _county, (draft, case), _fresh = old
    retention.erase()
    last = Entry.objects.filter(subject_id=draft).order_by("-seq").first()
    assert (last.step, last.actor) == ("discard", "house")
    (one,) = Entry.objects.filter(subject_kind="retention")
    assert (one.step, one.body["case"]) == ("erase_texts", str(case))


def test_looking_only_changes_nothing(old, capsys):
    from tongban.hall.commands import retention

    _county, (draft, _case), _fresh = old
    assert retention.run(argparse.Namespace(dry_run=True)) == 0
    assert "没有提交的草稿：最后一次保存后 180 天；到期 1 条" in capsys.readouterr().out
    assert looking.state(draft) == "draft"


def test_every_class_says_its_basis_and_whether_it_was_checked():
    from tongban.hall import retention

    assert retention.rules()
    for one in retention.rules():
        assert one.days >= 180
        assert "待核" in one.basis or one.basis.startswith("law")
        assert one.code in retention._COUNT
        assert one.code in retention._ERASE


def test_the_postman_looks_after_it():
    from tongban.hall.postman.rounds import ROUNDS

    assert "retention" in {one.name for one in ROUNDS}
