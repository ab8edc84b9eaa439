"""Reform in figures: each number is the sum of lines it opens to, counted here by hand."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from tests.rooms.catalogue.sample import BY, SINCE, TODAY, copy_of_shop
from tongban.rooms.catalogue import actions, queries
from tongban.rooms.catalogue.queries.statistics import Pair
from tongban.rulebook.basis import BasisKind, unchecked
from tongban.rulebook.catalogue import ItemClass
from tongban.rulebook.errors import Refused

BASIS = unchecked("示例县人民政府关于调整事项的决定", BasisKind.LOCAL)
EVE = TODAY - timedelta(days=1)
APRIL = date(2026, 4, 1)
PERIOD = (TODAY, date(2026, 4, 30))


def publish(county, content, **more):
    actions.save_draft(county, content, BY)
    return actions.publish(county, content["code"], by=BY, **more)


def order(county, kind, *items, day=APRIL, **more):
    number = f"示例政办发〔2026〕{kind}{items[0]}号"
    return actions.order_change(county, actions.NewOrder(number, kind, items, day, "见公告", BASIS, **more), by=BY)


@pytest.fixture
def six(county) -> str:
    """Six permits since January."""
    for number in range(1, 7):
        publish(county, copy_of_shop(number), from_day=SINCE)
    return county


def lighter(number: int, **changes) -> dict:
    """One material, one desk and three days less."""
    content = copy_of_shop(number, **changes)
    content["materials"] = content["materials"][:2]
    content["desks"] = content["desks"][1:]
    content["limits"] = content["limits"] | {"promised": content["limits"]["promised"] | {"limit": "7wd"}}
    return content


def at_once(number: int) -> dict:
    """Decided on the spot: nothing to wait for, one desk, no special procedure."""
    content = copy_of_shop(number, on_the_spot="law: 行政许可法 第三十四条", proceedings=[], pausing=[])
    content["desks"] = [{"code": "decide", "name": "决定", "power": "decide"}]
    content["limits"] = content["limits"] | {"promised": content["limits"]["promised"] | {"limit": "0wd"}}
    return content


def test_before_less_removed_and_added_is_after(six):
    """S178: Given the orders, When summed, Then before - removed + added = after."""
    order(six, "cancel", "shop-1", "shop-2")
    order(six, "merge", "shop-3", target="shop-4")
    publish(six, copy_of_shop(9))
    found = queries.cleared(six, *PERIOD)
    assert (len(found.before), len(found.removed), len(found.added), len(found.after)) == (6, 3, 1, 4)
    assert len(found.before) - len(found.removed) + len(found.added) == len(found.after)
    assert found.by_kind() == {"cancel": 2, "merge": 1}
    assert [(one.code, one.kind, one.in_force_on) for one in found.removed] == [
        ("shop-1", "cancel", APRIL),
        ("shop-2", "cancel", APRIL),
        ("shop-3", "merge", APRIL),
    ]
    assert (found.cut, found.closes) == (Fraction(1, 2), True)


def test_only_what_happened_in_the_period_counts(six):
    order(six, "cancel", "shop-1")
    found = queries.cleared(six, TODAY, APRIL - timedelta(days=1))
    assert (found.removed, found.added, found.before == found.after, found.closes) == ((), (), True, True)


def test_an_item_that_went_without_an_order_keeps_the_sum_from_closing(six):
    content = copy_of_shop(1, leaf=False, materials=[], form={}, desks=[], situations=[])
    publish(six, content)
    found = queries.cleared(six, *PERIOD)
    assert [(one.code, one.order) for one in found.removed] == [("shop-1", "")]
    assert found.closes is False


def test_a_permit_that_became_another_class_left_the_permits(six):
    catalog = "990731001000"
    codes = {"catalog_code": catalog, "task_code": f"11990127MB0000019Q4{catalog}"}
    publish(six, copy_of_shop(1, item_class="确认") | codes)
    permits = queries.cleared(six, *PERIOD, classes=frozenset({ItemClass.PERMIT}))
    assert [one.code for one in permits.removed] == ["shop-1"]
    assert queries.cleared(six, *PERIOD).removed == ()


def test_totals_are_the_sum_of_the_items(six):
    """S179: Given two versions, When compared, Then totals equal the sum of item lines."""
    publish(six, lighter(1))
    publish(six, lighter(2, visits=0))
    found = queries.reengineered(six, EVE, TODAY)
    assert [one.code for one in found.items] == [f"shop-{n}" for n in range(1, 7)]
    lines = {name: [getattr(one, name) for one in found.items] for name in ("steps", "materials", "days", "fee_fen")}
    for name, pairs in lines.items():
        assert found.total(name) == Pair(sum(p.before for p in pairs), sum(p.after for p in pairs))
    # Six items of two desks, three materials and ten days; two of them with one, two and seven.
    assert found.total("steps") == Pair(Decimal(12), Decimal(10))
    assert found.total("materials") == Pair(Decimal(18), Decimal(16))
    assert found.total("days") == Pair(Decimal(60), Decimal(54))
    assert found.total("days").saved == 6
    # 54 promised days of 120 lawful ones.
    assert found.compression == 1 - Fraction(54, 120)


def test_an_item_on_one_of_the_days_only_is_not_compared(six):
    order(six, "cancel", "shop-1")
    publish(six, copy_of_shop(9))
    assert [one.code for one in queries.reengineered(six, EVE, APRIL).items] == [f"shop-{n}" for n in range(2, 7)]


def test_a_limit_without_conversion_is_left_out_and_named(six):
    content = copy_of_shop(1)
    content["limits"] = content["limits"] | {"promised": content["limits"]["promised"] | {"limit": "15d"}}
    content["desks"] = [{key: desk[key] for key in ("code", "name", "power")} for desk in content["desks"]]
    publish(six, content)
    found = queries.reengineered(six, EVE, TODAY)
    assert (found.uncounted, found.total("days")) == (("shop-1",), Pair(Decimal(50), Decimal(50)))


def test_six_indicators_each_open_to_their_items(six):
    """S181: Given a period, When computed, Then each number opens to its item list."""
    order(six, "cancel", "shop-6")
    publish(six, lighter(1))
    publish(six, copy_of_shop(2, guide=copy_of_shop(2)["guide"] | {"conditions": ["有固定经营场所"]}))
    actions.save_draft(six, at_once(3), BY)
    order(six, "to_on_the_spot", "shop-3")
    licence = ["small-food-shop-certificate"]
    actions.set_mode(six, "shop-4", "promise", basis=BASIS, by=BY, after=licence)
    found = {one.code: one for one in queries.three_cuts_three_changes(six, *PERIOD)}
    assert {code: (one.value, [row.code for row in one.rows]) for code, one in found.items()} == {
        "items": (1, ["shop-6"]),
        "conditions": (3, ["shop-1", "shop-2"]),
        "days": (13, ["shop-1", "shop-3"]),  # three, and the ten of what is now decided on the spot
        "steps": (2, ["shop-1", "shop-3"]),
        "manner": (2, ["shop-3", "shop-4"]),
        "system": (0, []),
    }
    assert all(one.value == sum(row.value for row in one.rows) for one in found.values())


def test_an_item_received_nearer_home_is_a_changed_mechanism(county):
    publish(county, copy_of_shop(1, stations=["county"]), from_day=SINCE)
    publish(county, copy_of_shop(1, stations=["county", "town", "village"]))
    system = queries.three_cuts_three_changes(county, *PERIOD)[-1]
    assert [(row.code, row.words) for row in system.rows] == [("shop-1", "乡镇、村（社区）可以收件")]


def test_what_grew_counts_against_the_rest(six):
    publish(six, lighter(1))
    content = copy_of_shop(2)
    content["limits"] = content["limits"] | {"promised": content["limits"]["promised"] | {"limit": "14wd"}}
    publish(six, content)
    days = {one.code: one for one in queries.three_cuts_three_changes(six, *PERIOD)}["days"]
    assert [(row.code, row.value, row.words) for row in days.rows] == [
        ("shop-1", 3, "10 改为 7"),
        ("shop-2", -4, "10 改为 14"),
    ]
    assert days.value == -1


@pytest.mark.parametrize("ask", [queries.cleared, queries.reengineered, queries.three_cuts_three_changes])
def test_a_period_that_ends_before_it_begins_is_refused(county, ask):
    with pytest.raises(Refused) as refused:
        ask(county, TODAY, EVE)
    assert refused.value.code == "period_wrong"
