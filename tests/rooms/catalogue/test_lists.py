"""“3+2”清单: five views over the same items, with nothing that hangs on nothing; lists of towns and villages."""

from datetime import timedelta

import pytest

from tests.rooms.catalogue.sample import BY, SINCE, TODAY, copy_of_shop, seed_item, shop
from tongban.rooms import clock
from tongban.rooms.catalogue import actions, queries
from tongban.rulebook.basis import BasisKind, unchecked
from tongban.rulebook.errors import Refused

CODE = "small-food-shop"
BASIS = unchecked("示例省行政事业性收费目录清单", BasisKind.DOCUMENT)
FEE = {"name": "登记工本费", "amount_fen": 1000, "basis": "law: 行政许可法 第五十八条"}


def entry(**changes) -> actions.NewEntry:
    given = {"list": "fee", "code": "F-1", "name": "登记工本费", "item": CODE, "basis": BASIS, "standard": "10 元/证"}
    return actions.NewEntry(**{**given, **changes})


def publish(county, content, **more):
    actions.save_draft(county, content, BY)
    return actions.publish(county, content["code"], by=BY, **more)


def of_class(number: int, item_class: str, digits: str) -> dict:
    """An item of another class, with the digits that its codes bear for it."""
    catalog = f"99{digits}310{number:02d}000"
    codes = {"catalog_code": catalog, "task_code": f"11990127MB0000019Q4{catalog}"}
    return copy_of_shop(number, item_class=item_class) | codes


def codes(county, which, day=TODAY):
    return [row.code for row in queries.five_list(county, which, day)]


def alone(county, day=TODAY):
    return [(one.list, one.code) for one in queries.orphans(county, day)]


@pytest.fixture
def items(county) -> str:
    """A permit that charges, and a service."""
    publish(county, shop(fee=FEE), from_day=SINCE)
    publish(county, of_class(1, "公共服务", "20"), from_day=SINCE)
    return CODE


def test_the_five_lists_are_views_over_the_items_in_force(county, items):
    assert [codes(county, which) for which in ("power", "duty", "service", "fee", "agency")] == [
        [CODE],
        [CODE],
        ["shop-1"],
        [CODE],
        [],
    ]
    assert queries.list_counts(county, TODAY) == {"power": 1, "duty": 1, "service": 1, "fee": 1, "agency": 0}
    duty = queries.five_list(county, "duty", TODAY)[0].words
    assert duty == "法定20个工作日；承诺10个工作日；环节：现场核查、决定；投诉：0900-0000999"
    assert alone(county) == []


def test_a_cancelled_item_leaves_its_lists_on_its_day(county, items):
    order = actions.NewOrder("示例政办发〔2026〕6号", "cancel", (CODE,), TODAY + timedelta(days=1), "取消", BASIS)
    actions.order_change(county, order, by=BY)
    assert (codes(county, "power"), codes(county, "fee")) == ([CODE], [CODE])
    assert (codes(county, "power", order.in_force_on), codes(county, "fee", order.in_force_on)) == ([], [])


def test_a_fee_without_its_item_is_an_orphan(county, items):
    """S005: Given a fee item without a parent item, When lists are checked, Then it is reported as an orphan."""
    actions.enter_line(county, entry(), by=BY)
    actions.enter_line(county, entry(code="F-2", item="nosuch", name="检测费"), by=BY)
    assert alone(county) == [("fee", "F-2")]
    assert "“nosuch”不在权力清单和公共服务清单里" in queries.orphans(county, TODAY)[0].sentence
    actions.withdraw_line(county, "fee", "F-2", basis=BASIS, by=BY)
    assert alone(county) == []


def test_a_fee_hangs_on_nothing_once_its_item_is_cancelled(county, items):
    actions.enter_line(county, entry(), by=BY)
    order = actions.NewOrder("示例政办发〔2026〕6号", "cancel", (CODE,), TODAY + timedelta(days=1), "取消", BASIS)
    actions.order_change(county, order, by=BY)
    assert alone(county) == []
    assert alone(county, order.in_force_on) == [("fee", "F-1")]


def test_a_fee_that_no_entered_list_knows_is_an_orphan(county, items):
    actions.enter_line(county, entry(item="shop-1"), by=BY)
    assert alone(county) == [("fee", "F-1"), ("fee", CODE)]


def test_a_sub_item_whose_main_item_ended_is_an_orphan_with_its_fee(county, items):
    main = copy_of_shop(3, leaf=False, materials=[], form={}, desks=[], situations=[])
    publish(county, main, from_day=SINCE)
    actions.save_draft(county, copy_of_shop(4, parent="shop-3", fee=FEE), BY)
    actions.publish(county, "shop-4", by=BY, from_day=SINCE)
    assert alone(county) == []
    order = actions.NewOrder("示例政办发〔2026〕7号", "freeze", ("shop-3", "shop-4"), TODAY, "暂停", BASIS)
    actions.order_change(county, order, by=BY)
    thaw = actions.NewOrder("示例政办发〔2026〕8号", "thaw", ("shop-4",), TODAY + timedelta(days=1), "恢复", BASIS)
    actions.order_change(county, thaw, by=BY)
    assert alone(county, thaw.in_force_on) == [("fee", "shop-4"), ("power", "shop-4")]


def test_a_service_of_an_agency_hangs_on_a_material_of_the_applicant(county, items):
    agency = entry(list="agency", code="A-1", name="从业人员体检", material="health", standard="费用由政府承担")
    actions.enter_line(county, agency, by=BY)
    row = queries.five_list(county, "agency", TODAY)[0]
    assert (row.code, row.item, row.unit, row.words) == ("A-1", CODE, "scjg", "费用由政府承担")
    assert alone(county) == []
    without = shop(fee=FEE)
    without["materials"] = [one for one in without["materials"] if one["code"] != "health"]
    publish(county, without)
    assert alone(county) == [("agency", "A-1")]


def test_a_list_is_made_public_with_its_day_and_stays_as_it_was(county, items):
    first = actions.issue_list(county, "power", by=BY)
    assert actions.issue_list(county, "power", by=BY) == first
    publish(county, copy_of_shop(5))
    with pytest.raises(Refused) as refused:
        actions.issue_list(county, "power", by=BY)
    assert refused.value.code == "list_issued"
    with clock.held(clock.at_local(TODAY + timedelta(days=1), 9)):
        actions.issue_list(county, "power", by=BY)
    found = queries.issues(county, "power")
    assert [(one.issued_on, [row.code for row in one.rows]) for one in found] == [
        (TODAY + timedelta(days=1), ["shop-5", CODE]),
        (TODAY, [CODE]),
    ]
    assert found[1].rows == tuple(row for row in queries.five_list(county, "power", TODAY) if row.code == CODE)


def test_a_list_with_an_orphan_is_not_made_public(county, items):
    actions.enter_line(county, entry(code="F-2", item="nosuch", name="检测费"), by=BY)
    with pytest.raises(Refused) as refused:
        actions.issue_list(county, "fee", by=BY)
    assert refused.value.code == "list_orphans"
    assert actions.issue_list(county, "power", by=BY)


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        (lambda county: actions.enter_line(county, entry(list="power"), by=BY), "list_unknown"),
        (lambda county: actions.enter_line(county, entry(name=""), by=BY), "entry_incomplete"),
        (lambda county: actions.enter_line(county, entry(list="agency"), by=BY), "entry_incomplete"),
        (lambda county: actions.withdraw_line(county, "fee", "F-9", basis=BASIS, by=BY), "entry_unknown"),
        (lambda county: queries.five_list(county, "blue", TODAY), "list_unknown"),
        (lambda county: queries.issues(county, "blue"), "list_unknown"),
        (lambda county: queries.station_list(county, "nosuch", TODAY), "site_unknown"),
    ],
)
def test_what_is_not_there_is_refused(county, ask, code):
    with pytest.raises(Refused) as refused:
        ask(county)
    assert refused.value.code == code


# ---- towns and villages ----


def place(site: str) -> actions.Place:
    return actions.Place(site, "便民服务站值班岗", "一楼 1 号窗口", "工作日 09:00-17:00", ("window", "village"))


def test_a_village_station_sees_its_own_level_with_a_guide_each(county, items):
    """S015: Given a village station, When it opens its list, Then only its own level's items appear, each with a
    guide.
    """
    publish(county, copy_of_shop(6, stations=["county"]), from_day=SINCE)
    publish(county, copy_of_shop(7), from_day=SINCE)
    actions.claim_all(county, [CODE, "shop-1"], [place("village-200"), place("village-201")], batch="第一批", by=BY)
    actions.claim_all(county, ["shop-6", "shop-7"], [place("hall")], batch="第一批", by=BY)
    found = queries.station_list(county, "village-200", TODAY)
    assert [(one.claim.item, one.sort, one.guide) for one in found] == [
        ("shop-1", "公共服务", f"/items/{county}/shop-1"),
        (CODE, "权力", f"/items/{county}/{CODE}"),
    ]
    assert [queries.guide(one.claim.version_id).code for one in found] == ["shop-1", CODE]
    assert [one.claim.item for one in queries.station_list(county, "hall", TODAY)] == ["shop-6", "shop-7"]


def test_what_a_village_no_longer_receives_or_suspends_leaves_its_list(county, items):
    actions.claim_all(county, [CODE, "shop-1"], [place("village-200")], batch="第一批", by=BY)
    actions.suspend_claim(county, "shop-1", "village-200", by=BY)
    assert [one.claim.item for one in queries.station_list(county, "village-200", TODAY)] == [CODE]
    publish(county, shop(fee=FEE, stations=["county", "town"]))
    assert queries.station_list(county, "village-200", TODAY) == ()


def test_the_list_of_a_level_counts_its_instances_by_sort(county, items):
    actions.claim_all(county, [CODE], [place(f"village-{n}") for n in range(200, 205)], batch="第一批", by=BY)
    actions.claim_all(county, ["shop-1"], [place("village-200"), place("hall")], batch="第一批", by=BY)
    found = queries.level_list(county, "village", TODAY)
    assert [(one.item, one.stations) for one in found] == [("shop-1", 1), (CODE, 5)]
    assert queries.level_counts(county, "village", TODAY) == {"公共服务": 1, "权力": 5}
    assert queries.level_list(county, "town", TODAY) == ()


def test_a_proof_that_a_village_stamps_has_a_heading_of_its_own():
    from tongban.rooms.catalogue.queries.lists import sort_of
    from tongban.rulebook.catalogue import freeze

    proofs = [
        code for code in ("door-plate-proof", "small-food-shop") if sort_of(freeze(seed_item(code))) == "证明盖章"
    ]
    assert proofs == ["door-plate-proof"]
