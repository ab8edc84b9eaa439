"""Staff, posts and authority: who may do what, where, until when; and what processes keep in memory."""

import threading
from datetime import date
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from tests.rooms.people.sample import COUNTY, TODAY, citizen
from tongban.rooms.people import actions, queries
from tongban.rooms.people.models import AuthorityRow, Holding, PeopleVersion
from tongban.rulebook.authority import Power, Subject
from tongban.rulebook.basis import design, law
from tongban.rulebook.errors import Refused

SHOP = Subject("small-food-shop", "scjg")
SIGN = Subject("shop-sign", "cgj")


def _code(call) -> str:
    with pytest.raises(Refused) as no:
        call()
    assert no.value.sentence.endswith("。")
    return no.value.code


def _grant(**rest):
    given = {
        "county": COUNTY,
        "items": ["unit:scjg"],
        "powers": ["decide", "seal"],
        "order_text": "示政授〔2026〕第1号",
        "basis": design("首席代表"),
        "actor": "house",
        "post": "scjg-chief",
    }
    return actions.grant_authority(**(given | rest))


def _second_staff(office):
    number = citizen(date(1981, 1, 2), 8)
    person = actions.register_person("李演示", county=COUNTY, actor="house", identifiers=[("citizen_id", number, "")])
    return actions.hire(person, unit="scjg", number="T002", county=COUNTY, actor="house")


def test_actor_holds_the_post_today(office):
    actor = queries.actor_of(office.staff, office.post, TODAY)
    assert (actor.staff_number, actor.person_id, actor.name) == ("T001", office.person, "王示例")
    assert (actor.post_code, actor.unit_code, actor.site_id, actor.county) == (
        "scjg-chief",
        "scjg",
        office.hall,
        COUNTY,
    )
    assert [post.code for post in queries.powers().posts_of(office.staff, TODAY)] == ["scjg-chief"]
    assert _code(lambda: queries.actor_of(office.staff, office.post, date(2026, 3, 1))) == "post_not_held"
    assert _code(lambda: queries.actor_of(uuid4(), office.post, TODAY)) == "post_not_held"
    assert _code(lambda: queries.actor_of(office.staff, uuid4(), TODAY)) == "post_not_held"


def test_nothing_is_allowed_that_no_row_allows(office):
    actor = queries.actor_of(office.staff, office.post, TODAY)
    assert queries.may(actor, Power.DECIDE, SHOP, TODAY) is None
    assert _code(lambda: queries.require(actor, Power.DECIDE, SHOP, TODAY)) == "authority_none"


def test_expired_delegation_is_refused(office):
    """S042.  Given an expired delegation, When the chief signs, Then it is refused"""
    _grant(valid_until=date(2026, 3, 31))
    actor = queries.actor_of(office.staff, office.post, TODAY)
    row = queries.require(actor, Power.DECIDE, SHOP, date(2026, 3, 31))
    assert (row.post, row.unit, row.unit_site, row.site) == ("scjg-chief", "scjg", "hall", "")
    assert (row.order, row.basis) == ("示政授〔2026〕第1号", design("首席代表"))
    assert queries.powers().over(actor, SHOP, TODAY) == {Power.DECIDE, Power.SEAL}
    assert _code(lambda: queries.require(actor, Power.DECIDE, SHOP, date(2026, 4, 1))) == "authority_expired"
    assert _code(lambda: queries.require(actor, Power.DECIDE, SHOP, date(2026, 3, 1))) == "authority_not_yet"
    assert _code(lambda: queries.require(actor, Power.DECIDE, SIGN, TODAY)) == "authority_item"
    assert _code(lambda: queries.require(actor, Power.ACCEPT, SHOP, TODAY)) == "authority_none"


def test_any_item_window_takes_every_item_at_its_own_site_only(office):
    """An any-item window is an authority over all items; a row for one site holds at that site only."""
    _grant(items=["*", "shop-sign"], powers=["receive"], site="village-1", basis=law("行政许可法 第二十六条"))
    actor = queries.actor_of(office.staff, office.post, TODAY)
    assert _code(lambda: queries.require(actor, Power.RECEIVE, SIGN, TODAY)) == "authority_site"

    _grant(items=["*"], powers=["receive"])

    assert queries.require(actor, Power.RECEIVE, SIGN, TODAY).items == {"*"}


def test_row_of_a_unit_holds_for_each_of_its_posts(office):
    _grant(post="", unit="scjg", powers=["examine"])
    clerk = actions.create_post(
        "scjg-clerk",
        county=COUNTY,
        unit="scjg",
        site="village-1",
        title="驻村岗",
        actor="house",
        reports_to="scjg-chief",
    )
    second = _second_staff(office)
    actions.hold_post(second, clerk, actor="house")
    at_village = queries.actor_of(second, clerk, TODAY)
    assert queries.may(at_village, Power.EXAMINE, SHOP, TODAY).post == "scjg-clerk"
    able = queries.powers().able(COUNTY, Power.EXAMINE, SHOP, TODAY)
    assert [post.code for post in able] == ["scjg-chief", "scjg-clerk"]
    assert [post.code for post in queries.powers().chain(clerk, TODAY)] == ["scjg-clerk", "scjg-chief"]


def test_withdrawn_authority_ends_at_once(office):
    row = _grant()
    actor = queries.actor_of(office.staff, office.post, TODAY)
    assert queries.may(actor, Power.DECIDE, SHOP, TODAY) is not None
    actions.withdraw_authority(row, actor="house")
    assert queries.may(actor, Power.DECIDE, SHOP, TODAY) is None
    assert _code(lambda: actions.withdraw_authority(row, actor="house")) == "authority_unknown"


def test_powers_are_read_once_and_then_only_their_mark(office, django_assert_num_queries):
    _grant()
    with django_assert_num_queries(8):
        queries.powers()
    with django_assert_num_queries(1):
        queries.actor_of(office.staff, office.post, TODAY)
    powers = queries.powers()
    actor = powers.actor(office.staff, office.post, TODAY)
    with django_assert_num_queries(0):
        powers.require(actor, Power.DECIDE, SHOP, TODAY)
        powers.over(actor, SHOP, TODAY)
    with django_assert_num_queries(1):
        queries.may(actor, Power.DECIDE, SHOP, TODAY)


def test_change_rolled_back_leaves_nothing_in_memory(office):
    actor = queries.actor_of(office.staff, office.post, TODAY)
    with pytest.raises(RuntimeError), transaction.atomic():
        _grant()
        assert queries.may(actor, Power.DECIDE, SHOP, TODAY) is not None
        raise RuntimeError
    assert queries.may(actor, Power.DECIDE, SHOP, TODAY) is None


def test_change_by_another_connection_is_seen_at_the_next_question(own_database):
    from tests.rooms.people import conftest
    from tests.rooms.people.sample import NOON
    from tongban.rooms import clock

    with clock.held(NOON):
        office = conftest.office.__wrapped__(None)
        actor = queries.actor_of(office.staff, office.post, TODAY)
        assert queries.may(actor, Power.DECIDE, SHOP, TODAY) is None

        def elsewhere():
            _grant()
            connection.close()

        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()

        assert queries.may(actor, Power.DECIDE, SHOP, TODAY) is not None


def test_post_has_one_holder_at_a_time(office):
    second = _second_staff(office)
    assert _code(lambda: actions.hold_post(second, office.post, actor="house")) == "post_held"
    holding = Holding.objects.get(post_id=office.post)

    actions.end_holding(holding.id, on=date(2026, 3, 31), actor="house")

    assert _code(lambda: actions.hold_post(second, office.post, actor="house", valid_from=date(2026, 3, 31))) == (
        "post_held"
    )
    actions.hold_post(second, office.post, actor="house", valid_from=date(2026, 4, 1))
    powers = queries.powers()
    assert [powers.holder(office.post, day).number for day in (date(2026, 3, 31), date(2026, 4, 1))] == ["T001", "T002"]
    assert _code(lambda: actions.end_holding(holding.id, on=date(2026, 3, 31), actor="house")) == "holding_unknown"


def test_who_leaves_holds_no_post_the_day_after(office):
    actions.leave(office.staff, on=date(2026, 3, 31), actor="house")
    assert queries.powers().holder(office.post, date(2026, 3, 31)).number == "T001"
    assert queries.powers().holder(office.post, date(2026, 4, 1)) is None
    assert _code(lambda: actions.leave(office.staff, on=TODAY, actor="house")) == "staff_unknown"
    assert queries.staff_numbered(COUNTY, "T001").person_id == office.person


def test_vacant_post_above_is_passed_over(office):
    common = {"county": COUNTY, "unit": "scjg", "site": "hall", "actor": "house"}
    top = actions.create_post("top", title="局长", **common)
    actions.create_post("middle", title="副局长", reports_to="top", **common)
    middle = queries.post_coded(COUNTY, "middle").id
    actions.place_post_under(office.post, middle, actor="house")
    assert [post.code for post in queries.powers().chain(office.post, TODAY)] == ["scjg-chief"]
    actions.hold_post(_second_staff(office), top, actor="house")
    assert [post.code for post in queries.powers().chain(office.post, TODAY)] == ["scjg-chief", "top"]
    assert _code(lambda: actions.place_post_under(top, office.post, actor="house")) == "post_circle"


def test_bad_staff_posts_and_authorities_are_refused(office, firm):
    post = {"county": COUNTY, "unit": "scjg", "site": "hall", "title": "岗", "actor": "house"}
    hire = {"unit": "scjg", "county": COUNTY, "actor": "house"}
    table = [
        ("staff_person", lambda: actions.hire(firm, number="T009", **hire)),
        ("staff_number", lambda: actions.hire(office.person, number=" ", **hire)),
        ("staff_known", lambda: actions.hire(office.person, number="T009", **hire)),
        ("unit_unknown", lambda: actions.hire(office.person, number="T009", **(hire | {"unit": "nobody"}))),
        ("post_code_taken", lambda: actions.create_post("scjg-chief", **post)),
        ("site_unknown", lambda: actions.create_post("p", **(post | {"site": "nowhere"}))),
        ("post_unknown", lambda: actions.create_post("p", reports_to="nobody", **post)),
        ("post_unknown", lambda: actions.hold_post(office.staff, uuid4(), actor="house")),
        ("staff_unknown", lambda: actions.hold_post(uuid4(), office.post, actor="house")),
        ("authority_holder", lambda: _grant(unit="scjg")),
        ("authority_holder", lambda: _grant(post="")),
        ("authority_items", lambda: _grant(items=[])),
        ("authority_powers", lambda: _grant(powers=[])),
        ("authority_powers", lambda: _grant(powers=["fly"])),
        ("authority_order_missing", lambda: _grant(order_text=" ")),
        ("post_unknown", lambda: _grant(post="nobody")),
        ("range_reversed", lambda: _grant(valid_until=date(2026, 3, 1))),
    ]
    for code, call in table:
        assert (code, _code(call)) == (code, code)
    assert AuthorityRow.objects.count() == 0


def test_database_itself_refuses_powers_that_cannot_be(office):
    row = _grant()
    unit_id = queries.unit(COUNTY, "scjg").id
    table = [
        ("authority_of_post_or_unit", AuthorityRow, row, {"unit_id": unit_id}),
        ("authority_powers", AuthorityRow, row, {"powers": ["fly"]}),
        ("authority_items", AuthorityRow, row, {"items": []}),
        ("authority_has_order", AuthorityRow, row, {"order_text": ""}),
        ("authority_range", AuthorityRow, row, {"valid_until": date(2020, 1, 1)}),
        ("people_version_one_row", PeopleVersion, 1, {"id": 2}),
    ]
    for constraint, model, key, change in table:
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            model.objects.filter(pk=key).update(**change)
    with pytest.raises(IntegrityError, match="holding_one_at_a_time"), transaction.atomic():
        Holding.objects.create(county=COUNTY, staff_id=office.staff, post_id=office.post, valid_from=TODAY)
