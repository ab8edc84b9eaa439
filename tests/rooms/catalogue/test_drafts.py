"""Drafts: kept with what they lack, never overwritten by a file once somebody has edited them."""

import pytest

from tests.rooms.catalogue.sample import BY, shop
from tongban.rooms.catalogue import actions, queries
from tongban.rooms.catalogue.models import Draft
from tongban.rooms.ledger.models import Entry
from tongban.rulebook.errors import Refused


def test_a_draft_is_kept_with_all_it_lacks(county):
    saved = actions.save_draft(county, {"code": "new-item", "name": "示例新事项", "kind": "permit"}, BY)
    lacking = {one.where for one in queries.draft(county, "new-item").complaints}
    assert saved.outcome == "new"
    assert {"item_class", "unit", "bases", "materials", "limits.statutory", "guide.conditions"} <= lacking
    assert not queries.draft(county, "new-item").publishable


def test_promise_longer_than_law_is_refused(county):
    """S012: Given promised > legal, When saving, Then it is refused."""
    limits = shop()["limits"] | {"promised": {"limit": "21wd", "basis": "design: 过长的承诺"}}
    saved = actions.save_draft(county, shop(limits=limits), BY)
    assert [one.severity for one in saved.complaints if one.where.startswith("limits.promised")] == ["stops"]
    with pytest.raises(Refused) as refused:
        actions.publish(county, "small-food-shop", by=BY)
    assert refused.value.code == "draft_incomplete"


def test_the_same_content_again_changes_nothing(county):
    first = actions.save_draft(county, shop(), BY)
    entries = Entry.objects.count()
    second = actions.save_draft(county, shop(), BY)
    assert (first.outcome, second.outcome) == ("new", "same")
    assert first.id == second.id
    assert Entry.objects.count() == entries


def test_the_order_of_a_forms_questions_is_kept(county):
    form = {
        "type": "object",
        "properties": {name: {"type": "string", "title": name} for name in ("z_last", "a", "middle_question")},
    }
    actions.save_draft(county, shop(form=form), BY)
    kept = queries.draft_content(county, "small-food-shop")["form"]["properties"]
    assert list(kept) == ["z_last", "a", "middle_question"]


def test_a_file_does_not_overwrite_an_edited_draft(county):
    actions.save_draft(county, shop(), BY, "toml")
    actions.complete_draft(county, "small-food-shop", {"guide": {"place": "县政务服务中心二楼 8 号窗口"}}, BY)
    kept = actions.save_draft(county, shop(review_points=["核对一条"]), BY, "toml")
    content = queries.draft_content(county, "small-food-shop")
    assert kept.outcome == "kept"
    assert content["guide"]["place"] == "县政务服务中心二楼 8 号窗口"
    assert content["review_points"] == shop()["review_points"]


def test_a_newer_file_replaces_a_draft_nobody_edited(county):
    actions.save_draft(county, shop(), BY, "toml")
    saved = actions.save_draft(county, shop(review_points=["核对一条"]), BY, "toml")
    assert saved.outcome == "changed"
    assert queries.draft_content(county, "small-food-shop")["review_points"] == ["核对一条"]


def test_completing_merges_tables_replaces_lists_and_takes_away(county):
    actions.save_draft(county, shop(), BY)
    actions.complete_draft(
        county, "small-food-shop", {"guide": {"quantity": "每年十家"}, "review_points": ["一条"], "faq": None}, BY
    )
    content = queries.draft_content(county, "small-food-shop")
    assert content["guide"]["quantity"] == "每年十家"
    assert content["guide"]["hours"] == shop()["guide"]["hours"]
    assert content["review_points"] == ["一条"]
    assert "faq" not in content


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ({"name": "没有代号"}, "draft_code"),
        ({"code": "Not Kebab"}, "draft_code"),
        ({"code": "x" * 81}, "draft_code"),
        ({"code": "x", "name": object()}, "draft_shape"),
        ({"code": "x", "visits": float("nan")}, "draft_shape"),
        ({"code": "x", "name": "空\0字符"}, "draft_shape"),
        ({"code": "x", "name": "半个\ud800字"}, "draft_shape"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_a_sentence(county, content, code):
    with pytest.raises(Refused) as refused:
        actions.save_draft(county, content, BY)
    assert refused.value.code == code
    assert refused.value.sentence.endswith("。")
    assert Draft.objects.count() == 0


def test_the_code_of_an_item_stays(county):
    actions.save_draft(county, shop(), BY)
    with pytest.raises(Refused) as refused:
        actions.complete_draft(county, "small-food-shop", {"code": "other"}, BY)
    assert refused.value.code == "draft_code_fixed"


def test_an_unknown_draft_is_refused(county):
    for ask in (
        lambda: actions.complete_draft(county, "nothing", {}, BY),
        lambda: actions.publish(county, "nothing", by=BY),
        lambda: queries.draft(county, "nothing"),
    ):
        with pytest.raises(Refused) as refused:
            ask()
        assert refused.value.code == "draft_unknown"
