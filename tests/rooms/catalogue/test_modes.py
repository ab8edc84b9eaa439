"""证照分离: what an owner still has to do after the business licence."""

from datetime import timedelta

import pytest

from tests.rooms.catalogue.sample import BY, SINCE, TODAY, copy_of_shop
from tongban.rooms.catalogue import actions, queries
from tongban.rulebook.basis import Basis, BasisKind, unchecked
from tongban.rulebook.errors import Refused

CODE, LICENCE = "small-food-shop", "small-food-shop-certificate"
BASIS = unchecked("示例省涉企经营许可事项改革清单", BasisKind.DOCUMENT)


def set_mode(county, item=CODE, mode="improved", **more):
    given = {"basis": BASIS, "by": BY, "after": [LICENCE]} | more
    return actions.set_mode(county, item, mode, **given)


@pytest.fixture
def other(county, in_force) -> str:
    actions.save_draft(county, copy_of_shop(1), BY)
    actions.publish(county, "shop-1", by=BY, from_day=SINCE)
    return "shop-1"


def told(county, scope, after=LICENCE):
    return [(one.item, one.mode, one.because) for one in queries.follow_on(county, TODAY, after=after, scope=scope)]


def test_after_the_business_licence_the_owner_is_told_the_permits_that_follow(county, in_force, other):
    """S014: Given permits with one of the four modes each, When a business licence names its scope, Then the permits
    that follow on it are listed to the owner with their mode and what remains to be done.
    """
    set_mode(county, scope_words=["食品", "餐饮"])
    set_mode(county, other, "promise")
    assert told(county, "小餐饮服务；食品销售") == [(CODE, "improved", ("食品", "餐饮")), (other, "promise", ())]
    assert told(county, "五金零售") == [(other, "promise", ())]
    assert told(county, "食品销售", after="business-licence") == []
    assert queries.follow_on(county, TODAY, after=LICENCE, scope="食品")[0].version_id == in_force


def test_a_permit_that_is_no_more_is_told_without_anything_to_file(county, in_force):
    set_mode(county, mode="cancelled")
    found = queries.follow_on(county, TODAY, after=LICENCE, scope="食品")
    assert [(one.version_id, one.meaning) for one in found] == [(None, "不用再办，领了营业执照就可以经营")]


def test_the_item_must_do_as_its_mode_says(county, in_force, other):
    set_mode(county, other, "improved")
    assert queries.mode_conflicts(county, TODAY) == ()
    for mode, words in (
        ("cancelled", "取消的调整令"),
        ("filing", "转备案的调整令"),
        ("promise", "补写承诺书和核查期限"),
    ):
        set_mode(county, mode=mode)
        found = queries.mode_conflicts(county, TODAY)
        assert [one.item for one in found] == [CODE]
        assert words in found[0].sentence


def test_a_cancelled_item_agrees_with_its_mode_once_the_order_holds(county, in_force):
    set_mode(county, mode="cancelled")
    order = actions.NewOrder("示例政办发〔2026〕5号", "cancel", (CODE,), TODAY, "不再审批", BASIS)
    actions.order_change(county, order, by=BY)
    assert queries.mode_conflicts(county, TODAY) == ()
    set_mode(county, mode="improved")
    assert [one.sentence[:12] for one in queries.mode_conflicts(county, TODAY)] == ["清单里没有施行中的事项。"]


def test_counts_by_the_four_ways_on_a_day(county, in_force, other):
    set_mode(county, mode="promise")
    set_mode(county, other, "improved", from_day=TODAY + timedelta(days=1))
    assert queries.mode_counts(county, TODAY) == {"cancelled": 0, "filing": 0, "promise": 1, "improved": 0}
    set_mode(county, CODE, "", after=(), from_day=TODAY + timedelta(days=2))
    assert [one.item for one in queries.modes(county, TODAY + timedelta(days=1))] == [other, CODE]
    assert [(one.item, one.label) for one in queries.modes(county, TODAY + timedelta(days=2))] == [
        (other, "优化审批服务")
    ]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"mode": "easy"}, "mode_unknown"),
        ({"after": []}, "mode_incomplete"),
        ({"scope_words": [""]}, "mode_incomplete"),
        ({"basis": Basis(BasisKind.LAW, " ")}, "mode_incomplete"),
        ({"item": "nosuch"}, "item_unknown"),
        ({"after": ["nosuch"]}, "licence_kind_unknown"),
        ({"from_day": TODAY - timedelta(days=1)}, "mode_past"),
    ],
)
def test_a_wrong_line_is_refused(county, in_force, changes, code):
    set_mode(county)
    with pytest.raises(Refused) as refused:
        set_mode(county, **changes)
    assert refused.value.code == code
    assert len(queries.modes(county, TODAY)) == 1
