"""回避 from memory: who is tied to nobody is asked nothing, and memory never says otherwise than the database."""

from datetime import date
from uuid import UUID

import pytest
from django.db import connection

from tests.rooms.people.sample import COUNTY, TODAY
from tongban.rooms.ids import uuid7
from tongban.rooms.people import actions, queries


def _named(name: str) -> UUID:
    return actions.register_person(name, county=COUNTY, actor="house")


def _mark() -> UUID:
    with connection.cursor() as cursor:
        cursor.execute("SELECT mark FROM people_peopleversion")
        return cursor.fetchone()[0]


def _agree(office, *parties) -> frozenset[UUID]:
    """Return from whom he must stand back, as memory and database both say, of today and of another year."""
    for day in (TODAY, date(2030, 1, 1)):
        asked = {one.party_id for one in queries.is_related([office.person], parties, day)}
        assert queries.stands_back_from(queries.powers(), office.staff, parties, day) == asked
    return queries.stands_back_from(queries.powers(), office.staff, parties, TODAY)


def test_who_is_tied_to_nobody_is_asked_nothing(office, other, firm, django_assert_num_queries):
    powers = queries.powers()
    with django_assert_num_queries(0):
        assert queries.stands_back_from(powers, office.staff, [other, firm], TODAY) == frozenset()
        assert queries.stands_back_from(powers, office.staff, [office.person], TODAY) == {office.person}
    assert not queries.was_tied(office.staff)


#: How somebody comes to be tied, each by the action for it.
TIES = {
    "relation": lambda his, hers: actions.declare_relation(his, hers, kind="spouse", actor="house"),
    "relation of hers": lambda his, hers: actions.declare_relation(hers, his, kind="sibling", actor="house"),
    "represents": lambda his, hers: actions.declare_relation(his, hers, kind="represents", actor="house"),
    "mandate": lambda his, hers: _mandate(hers, his),
    "mandate of his": lambda his, hers: _mandate(his, hers),
    "guardian": lambda his, hers: actions.appoint_guardian(hers, his, ground="parent", actor="house"),
    "merged": lambda his, hers: actions.merge(his, hers, ground="same_papers", actor="house"),
    "merged into hers": lambda his, hers: actions.merge(hers, his, ground="same_papers", actor="house"),
}


def _mandate(principal, agent):
    given = {"items": ["*"], "powers": ["file"], "valid_until": date(2026, 3, 31), "actor": "house", "confirmed": True}
    return actions.give_mandate(principal, agent, **given)


@pytest.mark.parametrize("how", TIES)
def test_a_tie_of_the_staff_is_known_at_once(how, office, other, child, firm):
    """However it came about: the mark of the powers is new with it, so no process goes by what it knew before."""
    double = _named("重示例")
    hers = {"guardian": child, "represents": firm, "merged": double, "merged into hers": double}.get(how, other)
    assert _agree(office, other, child, firm, double) == frozenset()
    before = _mark()
    TIES[how](office.person, hers)
    assert _mark() != before
    assert _agree(office, other, child, firm, double) == {hers}


def test_only_the_first_tie_of_the_staff_is_news(office, adult, other):
    """A village agent is given mandates all day long: the powers of the county are not read anew for each."""
    _mandate(other, office.person)
    before = _mark()
    _mandate(adult, office.person)
    assert _mark() == before
    assert _agree(office, adult, other) == {adult, other}


def test_who_is_hired_brings_the_ties_he_has(office, adult, other, child):
    actions.declare_relation(adult, child, kind="kin", actor="house")
    for number, person in (("T101", adult), ("T102", other)):
        staff = actions.hire(person, unit="scjg", number=number, county=COUNTY, actor="house")
        related = {child} if person == adult else set()
        assert queries.stands_back_from(queries.powers(), staff, [child], TODAY) == related


def test_ties_between_others_leave_the_powers_alone(office, adult, other, child):
    before = _mark()
    actions.declare_relation(adult, other, kind="spouse", actor="house")
    actions.appoint_guardian(child, adult, ground="parent", actor="house")
    _mandate(adult, other)
    actions.merge(adult, _named("重示例"), ground="same_papers", actor="house")
    assert _mark() == before
    assert _agree(office, adult, other, child) == frozenset()


def test_a_double_with_ties_brings_them_and_takes_them_along(office, other):
    """Her record and his are found to be one person's, and then not to be."""
    double = _named("重示例")
    actions.declare_relation(double, other, kind="sibling", actor="house")
    assert _agree(office, other, double) == frozenset()
    merged = actions.merge(office.person, double, ground="same_papers", actor="house")
    assert _agree(office, other, double) == {other, double}
    actions.unmerge(merged, actor="house")
    assert _agree(office, other, double) == frozenset()


def test_the_kin_of_his_kin_is_found_however_late_the_last_tie_comes(office, other, firm):
    actions.declare_relation(office.person, other, kind="spouse", actor="house")
    assert _agree(office, firm) == frozenset()
    actions.declare_relation(other, firm, kind="represents", actor="house")
    assert _agree(office, firm) == {firm}


def test_a_tie_written_past_every_action_counts_as_well(office, other):
    before = _mark()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO people_relation (id, county, first_id, second_id, kind, valid_from)"
            " VALUES (%s, %s, %s, %s, 'kin', %s)",
            [uuid7(), COUNTY, other, office.person, TODAY],
        )
    assert _mark() != before
    assert _agree(office, other) == {other}
