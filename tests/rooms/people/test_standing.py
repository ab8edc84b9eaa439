"""Who may act for whom: children, wards, the dead, agents, organisations; and who must stand back."""

from datetime import date
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from tests.rooms.people.sample import COUNTY, TODAY, citizen
from tongban.rooms.ids import uuid7
from tongban.rooms.people import actions, queries
from tongban.rooms.people.models import Mandate
from tongban.rooms.people.queries import Conflict
from tongban.rulebook.errors import Refused


def _code(call) -> str:
    with pytest.raises(Refused) as no:
        call()
    assert no.value.sentence.endswith("。")
    return no.value.code


def _mandate(principal, agent, **rest):
    given = {
        "items": ["elderly-card"],
        "powers": ["file"],
        "valid_until": date(2026, 3, 31),
        "actor": "house",
        "confirmed": True,
    }
    return actions.give_mandate(principal, agent, **(given | rest))


def test_adult_files_for_herself_in_one_query(adult, django_assert_num_queries):
    with django_assert_num_queries(1):
        standing = queries.standing(adult, None, "elderly-card", TODAY)
    assert (standing.capacity, standing.ground_id, standing.by) == ("self", None, queries.person(adult))
    assert queries.standing(adult, adult, "elderly-card", TODAY) == standing


def test_child_alone_is_refused_and_her_guardian_is_not(adult, other, child, django_assert_num_queries):
    assert _code(lambda: queries.standing(child, None, "x", TODAY)) == "child_alone"
    assert _code(lambda: queries.standing(child, adult, "x", TODAY)) == "not_the_guardian"

    row = actions.appoint_guardian(child, adult, ground="parent", actor="house")

    assert _code(lambda: queries.standing(child, None, "x", TODAY)) == "child_alone"
    assert _code(lambda: queries.standing(child, other, "x", TODAY)) == "not_the_guardian"
    with django_assert_num_queries(2):
        standing = queries.standing(child, adult, "x", TODAY)
    assert (standing.capacity, standing.ground_id) == ("guardian", row)


#: Day -> whether somebody born on 2015-06-01 is still a child then.
GROWING = [(date(2033, 5, 31), "child_alone"), (date(2033, 6, 1), None), (date(2033, 6, 2), None)]


@pytest.mark.parametrize(("day", "refusal"), GROWING)
def test_child_becomes_an_adult_on_her_eighteenth_birthday(child, day, refusal):
    if refusal:
        assert _code(lambda: queries.standing(child, None, "x", day)) == refusal
    else:
        assert queries.standing(child, None, "x", day).capacity == "self"


def test_guardianship_of_a_parent_ends_the_day_before_eighteen(adult, child):
    actions.appoint_guardian(child, adult, ground="parent", actor="house")
    (row,) = queries.guardian_of(child, date(2033, 5, 31))
    assert (row.guardian_id, row.guardian_name, row.valid_until) == (adult, "林示例", date(2033, 5, 31))
    assert queries.guardian_of(child, date(2033, 6, 1)) == ()


def test_child_born_on_leap_day_is_eighteen_on_the_first_of_march(clock_held):
    number = citizen(date(2012, 2, 29), 1)
    made = actions.register_person("闰示例", county=COUNTY, actor="house", identifiers=[("citizen_id", number, "")])
    assert _code(lambda: queries.standing(made, None, "x", date(2030, 2, 28))) == "child_alone"
    assert queries.standing(made, None, "x", date(2030, 3, 1)).capacity == "self"


def test_sixteen_living_on_own_labour_acts_alone(clock_held):
    number = citizen(date(2009, 6, 1), 1)
    made = actions.register_person("工示例", county=COUNTY, actor="house", identifiers=[("citizen_id", number, "")])
    assert _code(lambda: queries.standing(made, None, "x", TODAY)) == "child_alone"
    assert (
        _code(lambda: actions.note_independent(made, date(2025, 5, 31), actor="house", paper="示例"))
        == "independent_too_young"
    )
    assert _code(lambda: actions.note_independent(made, TODAY, actor="house", paper=" ")) == "paper_missing"

    actions.note_independent(made, TODAY, actor="house", paper="劳动合同 测试 1")

    assert queries.standing(made, None, "x", TODAY).capacity == "self"
    assert _code(lambda: queries.standing(made, None, "x", date(2026, 3, 1))) == "child_alone"


def test_adult_with_a_guardian_does_not_act_alone(adult, other):
    row = actions.appoint_guardian(other, adult, ground="court", actor="house", paper="示例判决 1")
    assert _code(lambda: queries.standing(other, None, "x", TODAY)) == "ward_alone"
    assert queries.standing(other, adult, "x", TODAY).capacity == "guardian"
    third = actions.register_person("寿样本", county=COUNTY, actor="house", born=date(1950, 10, 1))
    _mandate(other, third)
    assert _code(lambda: queries.standing(other, third, "elderly-card", TODAY)) == "not_the_guardian"

    actions.end_guardianship(row, on=TODAY, actor="house")

    assert queries.standing(other, None, "x", date(2026, 3, 3)).capacity == "self"
    assert _code(lambda: actions.end_guardianship(row, on=TODAY, actor="house")) == "guardian_unknown"


def test_guardians_who_cannot_be_are_refused(adult, other, child, firm):
    table = [
        ("guardian_ground", child, adult, "friend"),
        ("guardian_of_oneself", adult, adult, "court"),
        ("ward_kind", firm, adult, "court"),
        ("guardian_unable", adult, child, "court"),
        ("ward_of_age", other, adult, "parent"),
        ("person_unknown", uuid4(), adult, "court"),
    ]
    for code, ward, guardian, ground in table:
        got = _code(lambda w=ward, g=guardian, k=ground: actions.appoint_guardian(w, g, ground=k, actor="house"))
        assert (code, got) == (code, code)
    actions.appoint_guardian(child, adult, ground="parent", actor="house")
    assert _code(lambda: actions.appoint_guardian(child, adult, ground="parent", actor="house")) == "guardian_known"


def test_the_dead_neither_ask_nor_act(adult, other):
    _mandate(adult, other)
    actions.note_death(adult, TODAY, actor="house")
    assert _code(lambda: queries.standing(adult, other, "elderly-card", TODAY)) == "applicant_dead"
    assert queries.standing(adult, None, "elderly-card", date(2026, 3, 1)).capacity == "self"
    assert _code(lambda: queries.standing(other, adult, "elderly-card", TODAY)) == "agent_dead"
    assert _code(lambda: _mandate(other, adult)) == "mandate_dead"


def test_organisation_files_only_through_somebody_confirmed(adult, other, firm, django_assert_num_queries):
    """S017.

    Given an unmandated person, When filing for an enterprise, Then it is refused until a mandate is confirmed
    """
    assert _code(lambda: queries.standing(firm, None, "elderly-card", TODAY)) == "agent_needed"
    assert _code(lambda: queries.standing(firm, other, "elderly-card", TODAY)) == "mandate_missing"

    mandate = _mandate(firm, other, confirmed=False, paper_file=uuid7())
    assert _code(lambda: queries.standing(firm, other, "elderly-card", TODAY)) == "mandate_unconfirmed"

    actions.confirm_mandate(mandate, actor="staff:T001")
    with django_assert_num_queries(3):
        standing = queries.standing(firm, other, "elderly-card", TODAY)
    assert (standing.capacity, standing.ground_id) == ("agent", mandate)
    assert _code(lambda: actions.confirm_mandate(mandate, actor="staff:T001")) == "mandate_confirmed_already"


def test_representative_needs_no_mandate_while_he_is_one(adult, firm):
    tie = actions.declare_relation(adult, firm, kind="represents", actor="house")
    standing = queries.standing(firm, adult, "x", TODAY)
    assert (standing.capacity, standing.ground_id) == ("representative", tie)

    actions.end_relation(tie, on=TODAY, actor="house")

    assert queries.standing(firm, adult, "x", TODAY).capacity == "representative"
    assert _code(lambda: queries.standing(firm, adult, "x", date(2026, 3, 3))) == "mandate_missing"
    assert _code(lambda: actions.end_relation(tie, on=TODAY, actor="house")) == "relation_unknown"


#: Day, item, power -> the refusal of a mandate for elderly-card, to file, from 2026-03-02 to 2026-03-31.
MANDATE_DAYS = [
    (date(2026, 3, 1), "elderly-card", "file", "mandate_not_yet"),
    (date(2026, 3, 2), "elderly-card", "file", None),
    (date(2026, 3, 31), "elderly-card", "file", None),
    (date(2026, 4, 1), "elderly-card", "file", "mandate_expired"),
    (date(2026, 3, 2), "shop-sign", "file", "mandate_other_item"),
    (date(2026, 3, 2), "elderly-card", "collect", "mandate_other_power"),
]


@pytest.mark.parametrize(("day", "item", "power", "refusal"), MANDATE_DAYS)
def test_mandate_holds_for_its_days_items_and_powers_only(adult, other, day, item, power, refusal):
    made = _mandate(adult, other)
    found = queries.mandate_for(adult, other, item, day, power=power)
    if refusal is None:
        assert found is not None
        assert found.id == made
        assert queries.need_mandate(adult, other, item, day, power=power) == found
    else:
        assert found is None
        assert _code(lambda: queries.need_mandate(adult, other, item, day, power=power)) == refusal
    assert queries.mandate_for(other, adult, item, day, power=power) is None


def test_revoked_mandate_opens_nothing_and_a_new_one_does(adult, other, django_assert_num_queries):
    first = _mandate(adult, other)
    actions.revoke_mandate(first, actor="house")
    assert _code(lambda: queries.need_mandate(adult, other, "elderly-card", TODAY)) == "mandate_revoked"
    assert _code(lambda: actions.revoke_mandate(first, actor="house")) == "mandate_unknown"

    second = _mandate(adult, other, items=["*", "shop-sign"])

    with django_assert_num_queries(1):
        found = queries.need_mandate(adult, other, "anything", TODAY)
    assert (found.id, found.items) == (second, ("*",))
    assert [(row.id, row.revoked) for row in queries.mandates_of(adult)] == [(second, False), (first, True)]
    assert queries.mandates_of(other) == queries.mandates_of(adult)


def test_bad_mandates_are_refused_and_nothing_is_written(adult, other, child):
    table = [
        ("mandate_items_missing", adult, other, {"items": []}),
        ("mandate_items_missing", adult, other, {"items": [" "]}),
        ("mandate_powers", adult, other, {"powers": []}),
        ("mandate_powers", adult, other, {"powers": ["decide"]}),
        ("range_reversed", adult, other, {"valid_from": date(2026, 4, 1)}),
        ("mandate_over_already", adult, other, {"valid_from": date(2026, 1, 1), "valid_until": date(2026, 3, 1)}),
        ("mandate_to_oneself", adult, adult, {}),
        ("mandate_by_child", child, adult, {}),
        ("agent_minor", adult, child, {}),
        ("mandate_paper_missing", adult, other, {"confirmed": False}),
        ("person_unknown", adult, uuid4(), {}),
    ]
    for code, principal, agent, rest in table:
        got = _code(lambda p=principal, a=agent, r=rest: _mandate(p, a, **r))
        assert (code, got) == (code, code)
    assert Mandate.objects.count() == 0


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("mandate_range", {"valid_until": date(2026, 3, 1)}),
        ("mandate_powers", {"powers": ["decide"]}),
        ("mandate_powers", {"powers": []}),
        ("mandate_items", {"items": []}),
    ],
)
def test_database_itself_refuses_a_mandate_that_cannot_be(adult, other, constraint, change):
    made = _mandate(adult, other)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Mandate.objects.filter(id=made).update(**change)


def test_staff_related_to_a_party_must_stand_back(adult, other, child, firm, django_assert_num_queries):
    """回避: the party, kin in both directions, guardian, agent, and the kin of who stands for a firm."""
    day = TODAY
    assert queries.is_related([adult], [other, child, firm], day) == ()
    assert queries.is_related([adult], [adult], day) == (Conflict(adult, adult, "party"),)

    actions.declare_relation(adult, other, kind="spouse", actor="house")
    assert queries.is_related([adult], [other], day) == (Conflict(adult, other, "spouse"),)
    assert queries.is_related([other], [adult], day) == (Conflict(other, adult, "spouse"),)
    assert queries.is_related([adult], [other], date(2026, 3, 1)) == ()

    actions.appoint_guardian(child, adult, ground="parent", actor="house")
    assert queries.is_related([adult], [child], day) == (Conflict(adult, child, "guardian"),)
    assert queries.is_related([child], [adult], day) == (Conflict(child, adult, "guardian"),)

    actions.declare_relation(other, firm, kind="represents", actor="house")
    with django_assert_num_queries(1):
        found = queries.is_related([adult, other], [firm], day)
    assert set(found) == {Conflict(adult, firm, "spouse"), Conflict(other, firm, "represents")}
    assert queries.is_related([], [firm], day) == ()


def test_agent_and_principal_must_stand_back_until_the_mandate_ends(adult, other):
    mandate = _mandate(adult, other)
    assert queries.is_related([other], [adult], TODAY) == (Conflict(other, adult, "agent"),)
    assert queries.is_related([adult], [other], TODAY) == (Conflict(adult, other, "agent"),)
    assert queries.is_related([adult], [other], date(2026, 4, 1)) == ()
    actions.revoke_mandate(mandate, actor="house")
    assert queries.is_related([other], [adult], TODAY) == ()


def test_merged_record_of_a_relative_counts_as_the_relative(adult, other):
    double = actions.register_person("代示例", county=COUNTY, actor="house")
    actions.declare_relation(adult, double, kind="sibling", actor="house")
    actions.merge(other, double, ground="same_papers", actor="house")
    assert queries.is_related([adult], [other]) == (Conflict(adult, other, "sibling"),)
    assert queries.is_related([other], [double]) == (Conflict(other, double, "party"),)
