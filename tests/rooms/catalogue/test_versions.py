"""Versions: published whole, never rewritten, one in force a day."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError

from tests.rooms.catalogue.sample import BY, SINCE, TODAY, copy_of_shop, seed_item, shop
from tongban.rooms.catalogue import actions, queries
from tongban.rooms.catalogue.models import CatalogueMark, ItemVersion
from tongban.rooms.ids import uuid7
from tongban.rooms.ledger.models import Entry
from tongban.rulebook.errors import Refused


def test_a_published_item_can_be_filed_on(county, in_force):
    found = queries.in_force(county, "small-food-shop", TODAY)
    assert found.version_id == in_force
    assert found.version == 1
    assert found.item.name == "食品小经营店登记证核发"
    assert [one.code for one in found.item.materials] == ["application", "layout", "health"]
    entry = Entry.objects.get(step="publish")
    assert entry.body["version_id"] == str(in_force)
    assert entry.subject_id == queries.draft(county, "small-food-shop").id


def test_an_incomplete_draft_carries_all_complaints(county):
    actions.save_draft(county, shop(materials=[], bases=[]), BY)
    with pytest.raises(actions.DraftIncomplete) as refused:
        actions.publish(county, "small-food-shop", by=BY)
    assert refused.value.code == "draft_incomplete"
    assert {"materials", "bases"} <= {one.where for one in refused.value.complaints}
    assert ItemVersion.objects.count() == 0


def test_an_unverified_basis_stops_outside_the_demo(county, settings):
    actions.save_draft(county, shop(), BY)
    settings.TONGBAN_DEMO = False
    with pytest.raises(actions.DraftIncomplete) as refused:
        actions.publish(county, "small-food-shop", by=BY)
    assert {one.rule for one in refused.value.complaints if one.severity == "stops_outside_demo"} == {"unchecked"}
    with pytest.raises(Refused) as demo:
        actions.publish(county, "small-food-shop", by=BY, demo=True)
    assert demo.value.code == "demo_only"


def test_an_unverified_basis_is_marked_in_the_demo_and_may_be_held_to_production(county, in_force):
    assert queries.versions(county, "small-food-shop")[0].unverified
    actions.save_draft(county, shop(review_points=["核对一条"]), BY)
    with pytest.raises(actions.DraftIncomplete):
        actions.publish(county, "small-food-shop", by=BY, demo=False)


def test_a_name_other_than_the_upper_one_is_refused_with_the_difference(county):
    """S001: Given an item whose name differs from the upper-level list, When it is published, Then it is
    refused and the difference shown.
    """
    actions.load_upper_names(county, {"990131002000": "食品小经营店登记"}, source="示例省基本目录")
    actions.save_draft(county, shop(), BY)
    with pytest.raises(actions.NameDiffers) as refused:
        actions.publish(county, "small-food-shop", by=BY)
    assert refused.value.code == "upper_name"
    assert "本县“食品小经营店登记证核发”" in refused.value.sentence
    assert "上级“食品小经营店登记”" in refused.value.sentence
    assert "多出“证核发”" in refused.value.sentence
    actions.complete_draft(county, "small-food-shop", {"name": "食品小经营店登记"}, BY)
    assert actions.publish(county, "small-food-shop", by=BY)


def test_an_item_outside_the_upper_list_is_refused(county):
    actions.load_upper_names(county, {"990131099000": "别的事项"}, source="示例省基本目录")
    actions.save_draft(county, shop(), BY)
    with pytest.raises(actions.DraftIncomplete) as refused:
        actions.publish(county, "small-food-shop", by=BY)
    assert "upper_missing" in {one.rule for one in refused.value.complaints}


def test_a_new_version_follows_the_old_one_the_same_day(county, in_force):
    """S006: Given a printed QR and a material removed today, When a citizen scans it, Then the new list is
    shown without the material.
    """
    path = queries.guide(in_force).path
    actions.save_draft(county, shop(materials=shop()["materials"][:2]), BY)
    second = actions.publish(county, "small-food-shop", by=BY)
    yesterday = queries.in_force(county, "small-food-shop", TODAY - timedelta(days=1))
    today = queries.in_force(county, "small-food-shop", TODAY)
    assert (yesterday.version_id, today.version_id) == (in_force, second)
    shown = queries.guide(today.version_id)
    assert shown.path == path
    assert [one.name for one in shown.materials] == ["食品小经营店登记申请书", "经营场所平面布局图"]
    assert [one.sentence for one in queries.difference(in_force, second)] == ["不再需要《从业人员健康证明》"]


def test_a_second_version_on_one_day_leaves_the_first_without_a_day(county):
    actions.save_draft(county, shop(), BY)
    first = actions.publish(county, "small-food-shop", by=BY)
    actions.save_draft(county, shop(review_points=["核对一条"]), BY)
    second = actions.publish(county, "small-food-shop", by=BY)
    assert queries.in_force(county, "small-food-shop", TODAY).version_id == second
    assert queries.item(first).review_points[0] == "经营场所与生活区分开"
    assert [one.in_force_until for one in queries.versions(county, "small-food-shop")] == [date(2026, 3, 1), None]


def test_publishing_the_same_content_again_changes_nothing(county, in_force):
    entries = Entry.objects.count()
    assert actions.publish(county, "small-food-shop", by=BY) == in_force
    assert (ItemVersion.objects.count(), Entry.objects.count()) == (1, entries)


def test_a_later_version_cannot_date_back(county, in_force):
    actions.save_draft(county, shop(review_points=["核对一条"]), BY)
    with pytest.raises(Refused) as refused:
        actions.publish(county, "small-food-shop", by=BY, from_day=TODAY - timedelta(days=1))
    assert refused.value.code == "publish_past"


def test_a_version_before_one_already_scheduled_is_refused(county, in_force):
    actions.save_draft(county, shop(review_points=["核对一条"]), BY)
    actions.publish(county, "small-food-shop", by=BY, from_day=date(2026, 4, 1))
    actions.save_draft(county, shop(review_points=["核对两条"]), BY)
    with pytest.raises(Refused) as refused:
        actions.publish(county, "small-food-shop", by=BY, from_day=date(2026, 3, 15))
    assert refused.value.code == "version_scheduled"
    assert queries.in_force(county, "small-food-shop", date(2026, 3, 31)).version == 1
    assert queries.in_force(county, "small-food-shop", date(2026, 4, 1)).version == 2


def test_what_was_published_is_not_rewritten(county, in_force):
    for change in (
        "UPDATE catalogue_itemversion SET content = '{}'",
        "UPDATE catalogue_itemversion SET in_force_from = '2020-01-01'",
        "UPDATE catalogue_itemversion SET unverified = NOT unverified, in_force_until = '2026-12-31'",
        "DELETE FROM catalogue_itemversion",
        "TRUNCATE catalogue_itemversion CASCADE",
    ):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)
    ItemVersion.objects.filter(id=in_force).update(in_force_until=date(2026, 12, 31))
    assert queries.versions(county, "small-food-shop")[0].in_force_until == date(2026, 12, 31)


def test_the_trigger_speaks_and_not_only_the_grants(county, in_force):
    with pytest.raises(ProgrammingError, match="immutable: DELETE"), transaction.atomic():
        ItemVersion.objects.filter(id=in_force)._raw_delete("default")


@pytest.mark.parametrize(
    ("first", "last", "allowed"),
    [
        (date(2026, 1, 1), date(2026, 1, 4), True),
        (date(2026, 1, 1), SINCE, False),
        (date(2026, 6, 1), date(2026, 6, 1), False),
        (date(2026, 6, 1), None, False),
        (date(2026, 6, 1), date(2026, 5, 31), True),
    ],
)
def test_no_two_versions_hold_on_one_day(county, in_force, first, last, allowed):
    row = ItemVersion.objects.get(id=in_force)
    row.id, row.version, row.in_force_from, row.in_force_until = uuid7(), 2, first, last
    if allowed:
        row.save(force_insert=True)
        assert ItemVersion.objects.count() == 2
    else:
        with pytest.raises(IntegrityError, match="item_one_in_force"), transaction.atomic():
            row.save(force_insert=True)


def test_a_main_item_asks_which_sub_item(county):
    """S010: Given a main item with sub items, When someone files on the main item, Then the system asks which
    sub item.
    """
    main = copy_of_shop(50, leaf=False, desks=[])
    actions.save_draft(county, main, BY)
    actions.publish(county, "shop-50", by=BY, from_day=SINCE)
    for number in (51, 52):
        child = copy_of_shop(number, parent="shop-50")
        actions.save_draft(county, child, BY)
        actions.publish(county, child["code"], by=BY, from_day=SINCE)
    with pytest.raises(actions.ItemIsMain) as refused:
        queries.in_force(county, "shop-50", TODAY)
    assert refused.value.code == "item_is_main"
    assert refused.value.choices == (("shop-51", "示例事项51"), ("shop-52", "示例事项52"))
    assert "“示例事项51”、“示例事项52”" in refused.value.sentence
    assert [one.code for one in queries.children(county, "shop-50", TODAY)] == ["shop-51", "shop-52"]
    assert queries.counts(county, TODAY) == queries.Counts(main=1, leaves=2)


def test_an_item_nobody_listed_is_refused(county):
    with pytest.raises(Refused) as refused:
        queries.in_force(county, "unlisted", TODAY)
    assert refused.value.code == "item_unknown"
    actions.save_draft(county, shop(), BY)
    with pytest.raises(Refused) as drafted:
        queries.in_force(county, "small-food-shop", TODAY)
    assert drafted.value.code == "item_unknown"


def test_an_item_not_yet_in_force_says_from_when(county, in_force):
    with pytest.raises(Refused) as refused:
        queries.in_force(county, "small-food-shop", SINCE - timedelta(days=1))
    assert refused.value.code == "item_not_in_force"
    assert "2026-01-05" in refused.value.sentence


def test_a_list_in_memory_costs_one_question(county, in_force, django_assert_num_queries):
    queries.in_force(county, "small-food-shop", TODAY)
    with django_assert_num_queries(1):
        queries.in_force(county, "small-food-shop", TODAY)
    with django_assert_num_queries(0):
        queries.item(in_force)
    with django_assert_num_queries(1):
        queries.listed(county, TODAY)


def test_a_change_elsewhere_is_seen_at_the_next_question(county, in_force, django_assert_num_queries):
    queries.in_force(county, "small-food-shop", TODAY)
    CatalogueMark.objects.filter(county=county).update(mark=uuid7())
    with django_assert_num_queries(3):
        queries.in_force(county, "small-food-shop", TODAY)


def test_a_publication_rolled_back_is_forgotten(county, in_force):
    actions.save_draft(county, shop(review_points=["核对一条"]), BY)
    with transaction.atomic():
        actions.publish(county, "small-food-shop", by=BY)
        assert queries.in_force(county, "small-food-shop", TODAY).version == 2
        transaction.set_rollback(True)
    assert queries.in_force(county, "small-food-shop", TODAY).version_id == in_force


def test_counties_do_not_see_each_others_lists(county, in_force):
    with pytest.raises(Refused) as refused:
        queries.in_force("990128", "small-food-shop", TODAY)
    assert refused.value.code == "item_unknown"


def test_a_guide_says_what_a_person_must_know(county, in_force):
    page = queries.guide(in_force)
    assert (page.name, page.handling, page.fee, page.depth) == ("食品小经营店登记证核发", "承诺件", "不收费", "IV")
    assert ("承诺办结", "10个工作日") in page.limits
    assert [one.may_follow for one in page.materials] == [False, False, True]
    assert page.unverified


def test_a_version_nobody_published_is_refused(db):
    for ask in (queries.item, queries.guide, queries.content):
        with pytest.raises(Refused) as refused:
            ask(uuid7())
        assert refused.value.code == "item_version_unknown"


def test_the_content_of_a_version_is_that_of_its_draft(county, in_force):
    assert queries.content(in_force) == shop()


def test_a_main_item_without_sub_items_sends_to_the_window(county):
    actions.save_draft(county, seed_item("food-business"), BY)
    version = actions.publish(county, "food-business", by=BY, from_day=SINCE)
    assert not queries.item(version).leaf
    with pytest.raises(actions.ItemIsMain) as refused:
        queries.in_force(county, "food-business", TODAY)
    assert refused.value.choices == ()
