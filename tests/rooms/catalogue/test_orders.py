"""动态调整: what an order ends and begins, on its very day, without touching what is pinned."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from tests.rooms.catalogue.sample import BY, SINCE, TODAY, copy_of_shop, shop
from tongban.rooms import clock
from tongban.rooms.catalogue import actions, queries
from tongban.rooms.catalogue.models import ChangeOrder
from tongban.rooms.ledger.models import Entry
from tongban.rulebook.basis import BasisKind, unchecked
from tongban.rulebook.errors import Refused

CODE = "small-food-shop"
APRIL = date(2026, 4, 1)
ORDER = actions.NewOrder(
    number="示例政办发〔2026〕3号",
    kind="cancel",
    items=(CODE,),
    in_force_on=APRIL,
    notice="改由市场主体自行公示",
    basis=unchecked("示例县人民政府关于调整事项的决定", BasisKind.LOCAL),
)


def refusal(ask) -> Refused:
    with pytest.raises(Refused) as refused:
        ask()
    assert refused.value.sentence.endswith("。")
    return refused.value


def filed(county, day, code=CODE):
    return queries.in_force(county, code, day).version


def test_an_item_cancelled_yesterday_is_refused_with_the_notice(county, in_force):
    """S002: Given an item cancelled yesterday, When a window clerk files a case on it today, Then the filing is
    refused with the cancel notice.
    """
    actions.order_change(county, replace(ORDER, in_force_on=TODAY), by=BY)
    assert filed(county, TODAY - timedelta(days=1)) == 1
    with clock.held(clock.at_local(TODAY + timedelta(days=1), 9)):
        refused = refusal(lambda: filed(county, clock.today()))
    assert refused.code == "item_cancelled"
    assert "示例政办发〔2026〕3号" in refused.sentence
    assert "改由市场主体自行公示" in refused.sentence
    assert refused.basis.text == ORDER.basis.text


def test_a_merged_item_leaves_its_version_to_open_cases_and_sends_new_ones_on(county, in_force):
    """S004: Given an open case on an item merged into another, When the order takes effect, Then the case
    finishes under its old version and new filings use the merged item.
    """
    actions.save_draft(county, copy_of_shop(60), BY)
    actions.publish(county, "shop-60", by=BY, from_day=SINCE)
    pinned = queries.in_force(county, CODE, TODAY)
    actions.order_change(county, replace(ORDER, kind="merge", target="shop-60"), by=BY)
    actions.apply_orders(APRIL)
    refused = refusal(lambda: filed(county, APRIL))
    assert refused.code == "item_merged"
    assert "请改为申办“示例事项60”" in refused.sentence
    assert queries.successor(county, CODE, APRIL) == "shop-60"
    assert filed(county, APRIL, queries.successor(county, CODE, APRIL)) == 1
    assert queries.item(pinned.version_id) == pinned.item
    assert queries.orders(county, CODE)[0].open_cases == "finish"


def test_an_order_holds_on_its_day_even_before_the_sweep(county, in_force):
    actions.order_change(county, ORDER, by=BY)
    assert filed(county, APRIL - timedelta(days=1)) == 1
    assert refusal(lambda: filed(county, APRIL)).code == "item_cancelled"


def test_the_sweep_notes_each_order_once(county, in_force):
    order = actions.order_change(county, ORDER, by=BY)
    assert actions.apply_orders(APRIL - timedelta(days=1)) == ()
    assert [one.id for one in actions.apply_orders(APRIL)] == [order]
    assert actions.apply_orders(APRIL) == ()
    entries = Entry.objects.filter(step="order_in_force")
    assert [(entry.actor, entry.body["item"]) for entry in entries] == [("house", CODE)]


def test_the_same_order_again_changes_nothing(county, in_force):
    first = actions.order_change(county, ORDER, by=BY)
    entries = Entry.objects.count()
    assert actions.order_change(county, ORDER, by=BY) == first
    assert (ChangeOrder.objects.count(), Entry.objects.count()) == (1, entries)
    other = replace(ORDER, notice="另一种说法")
    assert refusal(lambda: actions.order_change(county, other, by=BY)).code == "order_number_taken"


def test_a_frozen_item_comes_back_as_it_was(county, in_force):
    actions.order_change(county, replace(ORDER, kind="freeze"), by=BY)
    assert refusal(lambda: filed(county, APRIL)).code == "item_frozen"
    may = date(2026, 5, 6)
    thaw = replace(ORDER, kind="thaw", in_force_on=may, number="示例政办发〔2026〕9号")
    actions.order_change(county, thaw, by=BY)
    assert refusal(lambda: filed(county, may - timedelta(days=1))).code == "item_frozen"
    assert filed(county, may) == 2
    first, second = queries.versions(county, CODE)
    assert first.digest == second.digest


def test_what_is_not_frozen_is_not_thawed(county, in_force):
    assert refusal(lambda: actions.order_change(county, replace(ORDER, kind="thaw"), by=BY)).code == "order_item_state"


def test_a_frozen_item_may_be_cancelled(county, in_force):
    actions.order_change(county, replace(ORDER, kind="freeze"), by=BY)
    may = date(2026, 5, 6)
    actions.order_change(county, replace(ORDER, in_force_on=may, number="示例政办发〔2026〕9号"), by=BY)
    assert refusal(lambda: filed(county, may)).code == "item_cancelled"


def test_a_cancelled_item_is_published_again_only_when_taken_over(county, in_force):
    actions.order_change(county, replace(ORDER, in_force_on=TODAY), by=BY)
    actions.save_draft(county, shop(review_points=["核对一条"]), BY)
    assert refusal(lambda: actions.publish(county, CODE, by=BY)).code == "item_cancelled"
    fee = replace(ORDER, kind="change_fee", number="示例政办发〔2026〕8号")
    assert refusal(lambda: actions.order_change(county, fee, by=BY)).code == "order_item_state"
    taken = replace(ORDER, kind="take_over", number="示例政办发〔2026〕9号")
    actions.order_change(county, taken, by=BY)
    assert refusal(lambda: filed(county, APRIL - timedelta(days=1))).code == "item_cancelled"
    assert filed(county, APRIL) == 2


def test_on_the_spot_needs_an_order(county, in_force):
    """S007: converting a promised item to one done on the spot is a change order."""
    one_desk = [{"code": "decide", "name": "决定", "power": "decide"}]
    changed = shop(on_the_spot="design: 示例县即办事项", desks=one_desk, proceedings=[], pausing=[])
    changed["limits"] = changed["limits"] | {"promised": {"limit": "0wd", "basis": "design: 当场办结"}}
    saved = actions.save_draft(county, changed, BY)
    assert [str(one) for one in saved.complaints if one.severity == "stops"] == []
    refused = refusal(lambda: actions.publish(county, CODE, by=BY))
    assert refused.code == "order_needed"
    assert "“承诺转即办”" in refused.sentence
    actions.order_change(county, replace(ORDER, kind="to_on_the_spot"), by=BY)
    assert queries.in_force(county, CODE, APRIL - timedelta(days=1)).item.handling == "承诺件"
    assert queries.in_force(county, CODE, APRIL).item.handling == "即办件"


def test_an_incomplete_draft_stops_its_order(county, in_force):
    actions.save_draft(county, shop(materials=[]), BY)
    refused = refusal(lambda: actions.order_change(county, replace(ORDER, kind="change_manner"), by=BY))
    assert refused.code == "draft_incomplete"


def test_an_order_withdrawn_before_its_day_leaves_no_trace_in_the_list(county, in_force):
    order = actions.order_change(county, ORDER, by=BY)
    actions.withdraw_order(county, order, by=BY)
    assert filed(county, APRIL) == 1
    assert queries.versions(county, CODE)[0].in_force_until is None
    assert actions.apply_orders(APRIL) == ()


def test_an_order_that_began_a_version_is_withdrawn_with_it(county, in_force):
    actions.save_draft(county, shop(review_points=["核对一条"]), BY)
    order = actions.order_change(county, replace(ORDER, kind="change_manner"), by=BY)
    assert filed(county, APRIL) == 2
    actions.withdraw_order(county, order, by=BY)
    assert filed(county, APRIL) == 1


def test_an_order_withdrawn_lets_a_scheduled_version_begin_after_all(county, in_force):
    may = date(2026, 5, 6)
    actions.save_draft(county, shop(review_points=["核对一条"]), BY)
    actions.publish(county, CODE, by=BY, from_day=may)
    order = actions.order_change(county, ORDER, by=BY)
    assert refusal(lambda: filed(county, may)).code == "item_cancelled"
    actions.withdraw_order(county, order, by=BY)
    assert [filed(county, day) for day in (APRIL, may - timedelta(days=1), may)] == [1, 1, 2]


def test_an_order_in_force_is_not_withdrawn(county, in_force):
    order = actions.order_change(county, replace(ORDER, in_force_on=TODAY), by=BY)
    assert refusal(lambda: actions.withdraw_order(county, order, by=BY)).code == "order_in_force"


def test_a_new_version_keeps_the_end_already_ordered(county, in_force):
    actions.order_change(county, ORDER, by=BY)
    actions.save_draft(county, shop(review_points=["核对一条"]), BY)
    actions.publish(county, CODE, by=BY)
    assert filed(county, APRIL - timedelta(days=1)) == 2
    assert refusal(lambda: filed(county, APRIL)).code == "item_cancelled"


def test_a_main_item_is_not_cancelled_over_its_sub_items(county):
    actions.save_draft(county, copy_of_shop(50, leaf=False, desks=[]), BY)
    actions.publish(county, "shop-50", by=BY, from_day=SINCE)
    actions.save_draft(county, copy_of_shop(51, parent="shop-50"), BY)
    actions.publish(county, "shop-51", by=BY, from_day=SINCE)
    alone = replace(ORDER, items=("shop-50",))
    refused = refusal(lambda: actions.order_change(county, alone, by=BY))
    assert refused.code == "order_items_open"
    assert "“示例事项51”" in refused.sentence
    actions.order_change(county, replace(ORDER, items=("shop-50", "shop-51")), by=BY)
    assert queries.listed(county, APRIL) == ()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kind": "forget"}, "order_kind"),
        ({"number": " "}, "order_incomplete"),
        ({"notice": ""}, "order_incomplete"),
        ({"items": ()}, "order_incomplete"),
        ({"items": (CODE, CODE)}, "order_incomplete"),
        ({"basis": unchecked("")}, "order_incomplete"),
        ({"in_force_on": TODAY - timedelta(days=1)}, "order_past"),
        ({"target": "shop-60"}, "order_target"),
        ({"kind": "merge"}, "order_target"),
        ({"kind": "merge", "target": CODE}, "order_target"),
        ({"kind": "merge", "target": "unlisted"}, "order_target"),
        ({"items": ("unlisted",)}, "draft_unknown"),
    ],
)
def test_a_wrong_order_is_refused_and_changes_nothing(county, in_force, changes, code):
    refused = refusal(lambda: actions.order_change(county, replace(ORDER, **changes), by=BY))
    assert refused.code == code
    assert ChangeOrder.objects.count() == 0
    assert filed(county, APRIL) == 1


def test_an_order_is_not_rewritten(county, in_force):
    actions.order_change(county, ORDER, by=BY)
    with pytest.raises(ProgrammingError, match="immutable"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE catalogue_changeorder SET notice = '改写'")
