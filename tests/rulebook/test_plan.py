"""Order, length, circles and shared materials of a bundle."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.rulebook.basis import design, law
from tongban.rulebook.errors import Refused
from tongban.rulebook.plan import (
    Join,
    Need,
    PlanPart,
    Progress,
    SharedMaterial,
    Slot,
    cycles,
    latest_start_dates,
    make_plan,
    merge_materials,
    progress,
)

D = Decimal


def part(role: str, *after: str, limit: str | None = "1", result: str = "") -> PlanPart:
    return PlanPart(role, role.upper(), after, None if limit is None else D(limit), result)


#: 企业开办: registration first, then five side by side, the bank after the seals.
FIRM = (
    part("licence", limit="1", result="business-licence"),
    part("seal", "licence", limit="0.5"),
    part("tax", "licence", limit="1"),
    part("insurance", "licence", limit="0"),
    part("bank", "seal", limit="1"),
)


def test_plan_of_a_firm():
    plan = make_plan(FIRM)

    assert plan.levels == (("licence",), ("seal", "tax", "insurance"), ("bank",))
    assert plan.critical_path == ("licence", "seal", "bank")
    assert plan.length == D("2.5")
    assert plan.unlimited == ()
    assert plan.slots == {
        "licence": Slot(D(0), D(1), D(0), D(1)),
        "seal": Slot(D(1), D("1.5"), D(1), D("1.5")),
        "tax": Slot(D(1), D(2), D("1.5"), D("2.5")),
        "insurance": Slot(D(1), D(1), D("2.5"), D("2.5")),
        "bank": Slot(D("1.5"), D("2.5"), D("1.5"), D("2.5")),
    }


def test_plan_with_a_part_that_has_no_limit():
    plan = make_plan((part("a", limit=None), part("b", "a", limit="3")))

    assert (plan.length, plan.unlimited, plan.critical_path) == (None, ("a",), ("a", "b"))


def test_plan_where_any_part_is_enough():
    parts = (part("a", limit="9"), part("b", limit="2"), part("c", "b", limit="2"), part("d", limit=None))
    plan = make_plan(parts, join=Join.ANY)

    assert (plan.length, plan.critical_path) == (D(2), ("b",))
    assert plan.slots["a"].latest_start == D(0)
    assert plan.slots["c"] == Slot(D(2), D(4), D(2), D(4))
    assert make_plan((part("d", limit=None),), join=Join.ANY).length is None


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ((), "plan_empty"),
        ((part("a"), part("a")), "plan_role_twice"),
        ((part("a", "b"),), "plan_unknown_part"),
        ((part("a", limit="-1"),), "plan_limit"),
        ((part("a", "b"), part("b", "a")), "plan_circle"),
    ],
)
def test_plan_refused(parts, code):
    with pytest.raises(Refused) as caught:
        make_plan(parts)

    assert caught.value.code == code


def test_circle_is_named_with_its_ways_out():
    """S067: Given A needs B and B needs A, When the graph is checked, Then the cycle is shown with a way out."""
    found = cycles((PlanPart("a", "甲", ("b",)), PlanPart("b", "乙", ("a",)), PlanPart("c", "丙", ("a",))))

    assert [(circle.roles, circle.name) for circle in found] == [(("a", "b"), "甲 → 乙 → 甲")]
    assert [(way.kind, way.roles) for way in found[0].ways_out] == [
        ("drop", ("a", "b")),
        ("parallel", ("a", "b")),
        ("later", ("a", "b")),
        ("later", ("b", "a")),
    ]
    assert [way.sentence for way in found[0].ways_out] == [
        "取消前置：核对“甲”要求“乙”在先；“乙”要求“甲”在先的依据，没有法律、法规、规章依据的前置予以取消",
        "并联办理：“甲”、“乙”同时受理、联合审查，一并作出决定",
        "先办后补：先办“甲”，由申请人书面承诺在出证前补交“乙”的结果",
        "先办后补：先办“乙”，由申请人书面承诺在出证前补交“甲”的结果",
    ]
    assert [way.basis for way in found[0].ways_out] == [
        law("优化营商环境条例 第三十五条"),
        law("行政许可法 第二十六条"),
        *[design("先办后补须事项允许容缺，主审材料除外")] * 2,
    ]


@pytest.mark.parametrize(
    ("parts", "names"),
    [
        ((part("a"), part("b", "a")), []),
        ((part("a", "a"),), ["A → A"]),
        ((part("a", "b"), part("b", "c"), part("c", "a")), ["A → B → C → A"]),
        ((part("a", "b"), part("b", "a", "c"), part("c", "b")), ["A → B → A", "B → C → B"]),
        ((part("a", "b"), part("b", "a", "c"), part("c", "a")), ["A → B → A", "A → B → C → A"]),
        ((part("b", "a"), part("a", "b", "x")), ["A → B → A"]),
    ],
)
def test_circles(parts, names):
    assert [circle.name for circle in cycles(parts)] == names


def test_a_part_that_waits_for_itself_can_only_drop_that():
    (circle,) = cycles((part("a", "a"),))

    assert [way.kind for way in circle.ways_out] == ["drop"]


@st.composite
def bundles(draw):
    count = draw(st.integers(1, 8))
    return tuple(
        part(
            f"p{n}",
            *draw(st.lists(st.sampled_from([f"p{m}" for m in range(n)]), unique=True)) if n else (),
            limit=str(draw(st.integers(0, 20)) / 2),
        )
        for n in range(count)
    )


@given(bundles())
def test_plan_keeps_every_prerequisite_and_delays_nothing(parts):
    plan = make_plan(parts)
    level = {role: n for n, roles in enumerate(plan.levels) for role in roles}

    assert sorted(level) == sorted(one.role for one in parts)
    for one in parts:
        slot = plan.slots[one.role]
        assert all(level[needed] < level[one.role] for needed in one.after)
        assert all(plan.slots[needed].finish <= slot.start for needed in one.after)
        assert all(plan.slots[needed].latest_finish <= slot.latest_start for needed in one.after)
        assert slot.start <= slot.latest_start
        assert slot.latest_finish <= plan.length
    assert sum(one.limit for one in parts if one.role in plan.critical_path) == plan.length
    assert all(plan.slots[role].start == plan.slots[role].latest_start for role in plan.critical_path)
    assert cycles(parts) == ()


@given(bundles(), st.data())
def test_a_prerequisite_turned_back_is_always_found_as_a_circle(parts, data):
    last = data.draw(st.sampled_from(parts))
    upstream = {last.role}
    for one in reversed(parts):
        if one.role in upstream:
            upstream.update(one.after)
    first = data.draw(st.sampled_from(sorted(upstream)))
    turned = tuple(replace(one, after=(*one.after, last.role)) if one.role == first else one for one in parts)

    found = cycles(turned)

    needs = {one.role: one.after for one in turned}
    assert found != ()
    for circle in found:
        pairs = zip(circle.roles, (*circle.roles[1:], circle.roles[0]), strict=True)
        assert all(needed in needs[role] for role, needed in pairs)


@pytest.mark.parametrize(
    ("outcomes", "join", "expected"),
    [
        ({}, Join.ALL, Progress(("licence",), ("seal", "tax", "insurance", "bank"), (), False, None)),
        ({"licence": None}, Join.ALL, Progress((), ("seal", "tax", "insurance", "bank"), (), False, None)),
        (
            {"licence": True, "tax": True},
            Join.ALL,
            Progress(("seal", "insurance"), ("bank",), (), False, None),
        ),
        ({"licence": False}, Join.ALL, Progress((), (), ("seal", "tax", "insurance", "bank"), True, False)),
        (
            {"licence": True, "seal": False, "tax": None, "insurance": True},
            Join.ALL,
            Progress((), (), ("bank",), False, None),
        ),
        (
            dict.fromkeys(("licence", "seal", "tax", "insurance", "bank"), True),
            Join.ALL,
            Progress((), (), (), True, True),
        ),
        (
            {"licence": True},
            Join.ANY,
            Progress(("seal", "tax", "insurance"), ("bank",), (), True, True),
        ),
    ],
)
def test_progress(outcomes, join, expected):
    assert progress(FIRM, outcomes, join=join) == expected


class Weekdays:
    """Saturdays and Sundays off, and 2026-10-01 to 10-07."""

    def is_workday(self, day: date) -> bool:
        return day.weekday() < 5 and not date(2026, 10, 1) <= day <= date(2026, 10, 7)


@pytest.mark.parametrize(
    ("finish_by", "licence", "bank", "tax"),
    [
        (date(2026, 9, 24), date(2026, 9, 21), date(2026, 9, 23), date(2026, 9, 23)),
        (date(2026, 9, 27), date(2026, 9, 22), date(2026, 9, 24), date(2026, 9, 24)),
        (date(2026, 10, 8), date(2026, 9, 28), date(2026, 9, 30), date(2026, 9, 30)),
    ],
)
def test_latest_start_dates(finish_by, licence, bank, tax):
    dates = latest_start_dates(make_plan(FIRM), finish_by, Weekdays())

    assert (dates["licence"], dates["bank"], dates["tax"]) == (licence, bank, tax)


def test_latest_start_dates_without_a_length():
    with pytest.raises(Refused) as caught:
        latest_start_dates(make_plan((part("a", limit=None),)), date(2026, 9, 24), Weekdays())

    assert caught.value.code == "plan_unlimited"


def test_merge_materials_asks_for_each_once():
    needs = [
        Need("licence", "id-card", "身份证", original=True),
        Need("seal", "licence-copy", "营业执照", licence_kinds=("business-licence",)),
        Need("tax", "id-card", "身份证", copies=2),
        Need("bank", "licence-copy", "营业执照", licence_kinds=("business-licence",)),
        Need("bank", "id-card", "身份证"),
    ]

    assert merge_materials(FIRM, needs) == (
        SharedMaterial("id-card", "身份证", ("licence", "tax", "bank"), 2, True, ""),
        SharedMaterial("licence-copy", "营业执照", ("seal", "bank"), 1, False, "licence"),
    )


def test_merge_materials_made_too_late_for_one_part_is_asked_of_the_applicant():
    parts = (part("a", result="report"), part("b"), part("c", "a"))
    needs = [Need(role, "report", "报告", licence_kinds=("report",)) for role in ("b", "c")]

    assert merge_materials(parts, needs)[0].made_by == ""
    assert merge_materials(parts, needs[1:])[0].made_by == "a"


#: Two ways to the end that meet in one part; another part stands apart; one has no limit.
MEETING = (
    part("a", limit="2"),
    part("b", limit="5"),
    part("c", "a", "b", limit="1"),
    part("d", limit="3.5"),
)


def test_a_plan_whose_ways_meet():
    plan = make_plan(MEETING)

    assert plan.levels == (("a", "b", "d"), ("c",))
    assert (plan.critical_path, plan.length) == (("b", "c"), D(6))
    assert plan.slots == {
        "a": Slot(D(0), D(2), D(3), D(5)),
        "b": Slot(D(0), D(5), D(0), D(5)),
        "c": Slot(D(5), D(6), D(5), D(6)),
        "d": Slot(D(0), D("3.5"), D("2.5"), D(6)),
    }


def test_where_any_part_is_enough_the_soonest_end_counts_and_nobody_waits_for_the_rest():
    plan = make_plan(MEETING, join=Join.ANY)

    assert (plan.critical_path, plan.length) == (("a",), D(2))
    # a part that nobody waits for may end when it ends
    assert plan.slots["d"] == Slot(D(0), D("3.5"), D(0), D("3.5"))
    assert plan.slots["b"] == Slot(D(0), D(5), D(0), D(5))


def test_where_any_part_is_enough_a_way_over_a_part_without_limit_is_not_counted():
    parts = (part("a", limit=None), part("b", "a", limit="1"), part("c", limit="9"))
    plan = make_plan(parts, join=Join.ANY)
    assert (plan.critical_path, plan.length, plan.unlimited) == (("c",), D(9), ("a",))
    assert make_plan(parts[:2], join=Join.ANY).length is None
    assert make_plan(parts).length is None


@pytest.mark.parametrize(
    ("needs", "copies", "original", "needed_by"),
    [
        ([Need("a", "id", "身份证")], 1, False, ("a",)),
        ([Need("a", "id", "身份证", copies=2), Need("b", "id", "身份证件", copies=3)], 3, False, ("a", "b")),
        ([Need("b", "id", "身份证", original=True), Need("a", "id", "身份证件")], 1, True, ("b", "a")),
        ([Need("a", "id", "身份证"), Need("a", "id", "身份证")], 1, False, ("a",)),
    ],
)
def test_a_material_of_several_parts_is_asked_for_once_as_the_strictest_wants_it(needs, copies, original, needed_by):
    (shared,) = merge_materials((part("a"), part("b")), needs)
    assert shared == SharedMaterial("id", "身份证", needed_by, copies, original, "")
