"""What a post may do, where and until when; and whose matter it becomes when nobody answers."""

from dataclasses import replace
from datetime import date

import pytest

from tongban.rulebook.authority import (
    LABELS,
    Authority,
    Place,
    Power,
    Subject,
    check_apart,
    covered,
    may,
    over,
    require,
    why_not,
)
from tongban.rulebook.basis import design
from tongban.rulebook.errors import Refused
from tongban.rulebook.ladder import chain_of, next_post

HALL, TOWN, VILLAGE = "990127", "990127001", "990127001001"
ITEM = Subject("food-licence", "market", frozenset({"one-window"}))
AT_TOWN = Place(TOWN, (HALL,))
DAY = date(2026, 9, 22)
ROW = Authority(
    post="chief",
    unit="market",
    unit_site=HALL,
    items=frozenset({"food-licence"}),
    powers=frozenset({Power.ACCEPT, Power.DECIDE}),
    site="",
    valid_from=date(2026, 1, 1),
    valid_until=date(2026, 12, 31),
    order="示例授〔2026〕1号",
    basis=design("测试授权"),
)


@pytest.mark.parametrize(
    ("change", "power", "item", "place", "day", "code"),
    [
        ({}, Power.DECIDE, ITEM, AT_TOWN, DAY, None),
        ({}, Power.DECIDE, ITEM, Place(HALL), DAY, None),
        ({}, Power.SEAL, ITEM, AT_TOWN, DAY, "authority_none"),
        ({}, Power.DECIDE, Subject("other", "market"), AT_TOWN, DAY, "authority_item"),
        ({"items": frozenset({"*"})}, Power.DECIDE, Subject("other", "tax"), AT_TOWN, DAY, None),
        ({"items": frozenset({"unit:market"})}, Power.DECIDE, Subject("other", "market"), AT_TOWN, DAY, None),
        ({"items": frozenset({"unit:market"})}, Power.DECIDE, Subject("other", "tax"), AT_TOWN, DAY, "authority_item"),
        ({"items": frozenset({"set:one-window"})}, Power.DECIDE, ITEM, AT_TOWN, DAY, None),
        ({"items": frozenset()}, Power.DECIDE, ITEM, AT_TOWN, DAY, "authority_item"),
        ({}, Power.DECIDE, ITEM, Place("990128"), DAY, "authority_site"),
        ({"unit_site": TOWN}, Power.DECIDE, ITEM, Place(HALL), DAY, "authority_site"),
        ({"unit_site": TOWN}, Power.DECIDE, ITEM, Place(VILLAGE, (TOWN, HALL)), DAY, None),
        ({"site": TOWN}, Power.DECIDE, ITEM, AT_TOWN, DAY, None),
        ({"site": TOWN}, Power.DECIDE, ITEM, Place(VILLAGE, (TOWN, HALL)), DAY, "authority_site"),
        ({"site": TOWN}, Power.DECIDE, ITEM, Place(HALL), DAY, "authority_site"),
        ({}, Power.DECIDE, ITEM, AT_TOWN, date(2026, 1, 1), None),
        ({}, Power.DECIDE, ITEM, AT_TOWN, date(2025, 12, 31), "authority_not_yet"),
        ({}, Power.DECIDE, ITEM, AT_TOWN, date(2026, 12, 31), None),
        ({}, Power.DECIDE, ITEM, AT_TOWN, date(2027, 1, 1), "authority_expired"),
        ({"valid_until": None}, Power.DECIDE, ITEM, AT_TOWN, date(2099, 1, 1), None),
    ],
)
def test_may(change, power, item, place, day, code):
    row = replace(ROW, **change)
    refused = why_not([row], power, item, place, day)

    assert may([row], power, item, place, day) == (None if code else row)
    assert (refused and refused.code) == code


def test_require_without_any_row():
    with pytest.raises(Refused) as caught:
        require([], Power.SEAL, ITEM, AT_TOWN, DAY)

    assert (caught.value.code, caught.value.sentence) == (
        "authority_none",
        "您的岗位没有“用印”的职权，请交由有此职权的岗位办理。",
    )


def test_require_names_the_row_that_stands_nearest():
    elsewhere = replace(ROW, site="990128", items=frozenset({"other"}), valid_until=None)
    expired = replace(ROW, valid_until=date(2026, 6, 30))
    with pytest.raises(Refused) as caught:
        require([elsewhere, expired], Power.DECIDE, ITEM, AT_TOWN, DAY)

    assert caught.value.code == "authority_expired"
    assert "已于2026-06-30到期" in caught.value.sentence
    assert caught.value.basis == expired.basis


def test_may_of_several_rows_takes_the_one_given_last():
    renewed = replace(ROW, valid_from=date(2026, 7, 1), order="示例授〔2026〕2号")

    assert may([renewed, ROW], Power.DECIDE, ITEM, AT_TOWN, DAY) == renewed
    assert require([ROW, renewed], Power.DECIDE, ITEM, AT_TOWN, DAY) == renewed


def test_every_power_has_a_word():
    assert set(LABELS) == set(Power)


@pytest.mark.parametrize(("level", "post"), [(0, "leader"), (1, "director"), (2, None)])
def test_next_post(level, post):
    assert next_post(("clerk", "leader", "director"), level) == post


@pytest.mark.parametrize("level", [-1, 3])
def test_next_post_off_the_chain(level):
    with pytest.raises(ValueError, match=f"^level {level} is not on a chain of 3 posts$"):
        next_post(("clerk", "leader", "director"), level)


REPORTS_TO = {"clerk": "leader", "leader": "director", "director": ""}


def test_chain_of_passes_over_a_vacant_post():
    assert chain_of("clerk", REPORTS_TO) == ("clerk", "leader", "director")
    assert chain_of("clerk", REPORTS_TO, {"leader"}) == ("clerk", "director")
    assert chain_of("stranger", REPORTS_TO) == ("stranger",)


def test_chain_of_posts_that_report_to_each_other():
    with pytest.raises(Refused) as caught:
        chain_of("clerk", REPORTS_TO | {"director": "leader"})

    assert caught.value.code == "ladder_circle"
    assert "leader → director → leader" in caught.value.sentence


@pytest.mark.parametrize("powers", [("system", "audit"), ("security", "system", "edit"), ("audit", "security")])
def test_two_of_the_three_officers_powers_are_kept_apart(powers):
    with pytest.raises(Refused) as no:
        check_apart(Power(one) for one in powers)
    assert no.value.code == "powers_apart"


def test_one_of_them_beside_ordinary_powers_is_not_refused():
    check_apart([Power.SYSTEM, Power.EDIT, Power.SYSTEM])


@pytest.mark.parametrize(
    ("change", "place", "day", "items"),
    [
        ({}, AT_TOWN, DAY, {"food-licence"}),
        ({"items": frozenset({"a", "unit:market"})}, AT_TOWN, DAY, {"a", "unit:market"}),
        ({"powers": frozenset({Power.SEAL})}, AT_TOWN, DAY, set()),
        ({"powers": frozenset({Power.SEAL, Power.DECIDE})}, AT_TOWN, DAY, {"food-licence"}),
        ({}, Place("990128"), DAY, set()),
        ({}, AT_TOWN, date(2025, 12, 31), set()),
        ({}, AT_TOWN, date(2026, 1, 1), {"food-licence"}),
        ({}, AT_TOWN, date(2026, 12, 31), {"food-licence"}),
        ({}, AT_TOWN, date(2027, 1, 1), set()),
        ({"valid_until": None}, AT_TOWN, date(2099, 1, 1), {"food-licence"}),
    ],
)
def test_for_which_items_something_may_be_done_here_today(change, place, day, items):
    assert covered([replace(ROW, **change)], frozenset({Power.ACCEPT, Power.DECIDE}), place, day) == items


def test_every_power_over_an_item_comes_from_the_rows_that_reach_it_here_today():
    rows = [
        ROW,
        replace(ROW, powers=frozenset({Power.SEAL}), items=frozenset({"set:one-window"})),
        replace(ROW, powers=frozenset({Power.EXTEND}), items=frozenset({"other"})),
        replace(ROW, powers=frozenset({Power.AUDIT}), site="990128"),
        replace(ROW, powers=frozenset({Power.EDIT}), valid_until=date(2026, 6, 30)),
    ]
    assert over(rows, ITEM, AT_TOWN, DAY) == {Power.ACCEPT, Power.DECIDE, Power.SEAL}
    assert over([], ITEM, AT_TOWN, DAY) == frozenset()


def test_of_two_refusals_as_near_the_later_row_is_named_and_of_one_day_the_first_order():
    older = replace(ROW, valid_until=date(2026, 6, 30), order="示例授〔2026〕3号")
    newer = replace(ROW, valid_from=date(2026, 2, 1), valid_until=date(2026, 7, 31), order="示例授〔2026〕2号")
    twin = replace(newer, order="示例授〔2026〕9号")
    for rows in ([older, newer, twin], [twin, newer, older]):
        refused = why_not(rows, Power.DECIDE, ITEM, AT_TOWN, DAY)
        assert refused is not None
        assert "示例授〔2026〕2号" in refused.sentence
