"""查找 by name: whatever the post may see is found, nothing else is read, however many bear the name."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

SHOP = "small-food-shop"
NAME = "重名示例"


def _people(county, how_many, name=NAME):
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.people import actions as people

    made = [people.register_person(name, county=county.code, actor="house") for _ in range(how_many)]
    return [casework.person(one) for one in made]


def _sight(county, post="scjg-acceptor"):
    from tongban.rooms.casework.queries import desk

    return desk.sight_of(county.staff(post))


def _found(sight, name=NAME, **page):
    from tongban.rooms.casework.queries import searching

    return [line.id for line in searching.of_name(sight, name, **page).lines]


def test_cases_of_other_departments_do_not_hide_hers_from_who_searches_a_name(county):
    """A clerk finds the one case that is hers behind more cases of the same person than a page shows."""
    from tongban.rooms.casework.queries import searching

    with county.at(2026, 9, 22):
        hers = county.filed(SHOP)
        for _ in range(4):
            county.filed("rental-filing")
        sight = _sight(county)
        found = searching.of_applicants(sight, [county.citizen().id], most=2)
        by_name = searching.of_name(sight, "林示例", most=2)
    assert [line.id for line in found] == [hers]
    assert ([line.id for line in by_name.lines], by_name.more) == ([hers], False)


def test_one_old_case_is_found_among_three_hundred_namesakes(county):
    """Given 300 persons of a name and newer cases of others, Then the post finds its own, and no more rows come."""
    people = _people(county, 300)
    with county.at(2026, 3, 2):
        hers = county.filed(SHOP, applicant=people[7])
    with county.at(2026, 9, 22):
        for who in people[100:110]:
            county.filed("rental-filing", applicant=who)
        sight, other = _sight(county), _sight(county, "zjj-reviewer")
        assert _found(sight) == [hers]
        assert hers not in _found(other)


@pytest.mark.parametrize("how_many", [1, 60])
def test_a_search_costs_the_same_however_many_namesakes(county, how_many):
    for who in _people(county, how_many):
        county.filed(SHOP, applicant=who)
    with county.at(2026, 9, 22):
        sight = _sight(county)
        _found(sight)
        with CaptureQueriesContext(connection) as queries:
            found = _found(sight)
    assert len(found) == min(how_many, 20)
    assert len(queries) == 3, [one["sql"][:90] for one in queries.captured_queries]


def test_who_may_see_nothing_asks_nothing(county):
    with county.at(2026, 9, 22):
        county.filed(SHOP)
        sight = _sight(county, "system-officer")
        with CaptureQueriesContext(connection) as queries:
            assert _found(sight, "林示例") == []
    assert len(queries) == 0


def test_pages_of_a_search_neither_overlap_nor_lose_what_came_at_one_moment(county):
    from tongban.rooms.casework.queries import searching

    people = _people(county, 3)
    with county.at(2026, 9, 22):
        cases = {county.filed(SHOP, applicant=who) for who in people for _ in range(3)}
    with county.at(2026, 9, 23):
        newest = county.filed(SHOP, applicant=people[0])
        sight = _sight(county)
        pages = [searching.of_name(sight, NAME, skip=skip, most=4) for skip in (0, 4, 8, 12)]
    assert [(len(page.lines), page.more) for page in pages] == [(4, True), (4, True), (2, False), (0, False)]
    told = [line.id for page in pages for line in page.lines]
    assert told[0] == newest
    assert len(told) == 10
    assert set(told) == cases | {newest}


def test_cases_of_a_merged_record_are_found_by_the_name_of_who_she_is(county):
    from tongban.rooms.casework.queries import searching
    from tongban.rooms.people import actions as people

    (kept,), (gone,) = _people(county, 1), _people(county, 1, "重名试例")
    mine, also = county.filed(SHOP, applicant=kept), county.filed(SHOP, applicant=gone)
    sight = _sight(county)
    assert (_found(sight), _found(sight, "重名试例")) == ([mine], [also])
    merge = people.merge(kept.id, gone.id, ground="same_papers", actor="house")
    assert set(_found(sight)) == {mine, also}
    assert _found(sight, "重名试例") == []
    for one in (kept.id, gone.id):
        assert {line.id for line in searching.of_applicants(sight, [one])} == {mine, also}
    people.unmerge(merge, actor="house")
    assert (_found(sight), _found(sight, "重名试例")) == ([mine], [also])


def test_who_must_stand_back_does_not_find_the_case(county):
    """The reviewer's wife is an applicant; he does not find her case, and finds her namesake's."""
    (namesake,) = _people(county, 1, "配示例")
    wifes = county.filed(SHOP, applicant=county.citizen("配示例"))
    other = county.filed(SHOP, applicant=namesake)
    assert _found(_sight(county, "scjg-reviewer"), "配示例") == [other]
    assert set(_found(_sight(county), "配示例")) == {wifes, other}


def test_a_clerk_tied_to_nobody_does_not_find_a_case_of_her_own(county):
    from tongban.rooms.casework import actions as casework

    sight = _sight(county)
    assert sight.actor.staff_id not in sight.powers.tied
    own = county.filed(SHOP, applicant=casework.person(sight.actor.person_id))
    name = sight.powers.staff[sight.actor.staff_id].name
    assert _found(sight, name) == []
    assert _found(_sight(county, "scjg-reviewer"), name) == [own]


def test_what_was_never_filed_is_not_found(county):
    from tongban.rooms.casework import actions as casework

    citizen = county.citizen()
    casework.save_draft(county.filing(SHOP), citizen)
    taken_back = casework.save_draft(county.filing(SHOP), citizen)
    casework.withdraw(taken_back, citizen)
    filed = county.filed(SHOP)
    assert _found(_sight(county), "林示例") == [filed]


def test_more_namesakes_than_are_looked_at_are_told(county, monkeypatch):
    from tongban.rooms.casework.queries import searching

    people = _people(county, 4)
    first, last = county.filed(SHOP, applicant=people[0]), county.filed(SHOP, applicant=people[-1])
    sight = _sight(county)
    for limit, crowded, cases in ((4, False, {first, last}), (3, True, {last})):
        monkeypatch.setattr(searching, "NAMESAKES", limit)
        found = searching.of_name(sight, NAME)
        assert (found.crowded, {line.id for line in found.lines}) == (crowded, cases)
    nobody = searching.of_name(sight, "无此人")
    assert (nobody.lines, nobody.more, nobody.crowded) == ((), False, False)


def test_what_the_database_cuts_out_is_what_each_post_may_see(own_county):
    """Of every post of the county: the SQL of its reach gives the cases of which its sight says yes."""
    from tests.rooms.casework.looking import fetched
    from tongban.hall.county.simulation import Simulation
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.casework.models import Case
    from tongban.rooms.casework.queries.reach import reached
    from tongban.rooms.casework.queries.seeing import Place, Sight
    from tongban.rooms.people import queries as people

    first = date(2026, 10, 12)
    Simulation(seed=11, per_day=25, start=first).run(2)
    rows, powers, seen = list(Case.objects.all()), people.powers(), []
    with own_county.at(2026, 10, 13):
        for post_id in powers.posts:
            holder = powers.holder(post_id, date(2026, 10, 13))
            if holder is None:
                continue
            sight = Sight.of(casework.staff(holder.id, post_id), powers)
            has = {r.id for r in rows if sight.has(Place(r.county, r.item_code, r.unit, r.site_id, r.holder))}
            cut = reached(sight)
            with connection.cursor() as cursor:
                where, values = cut or (" AND false", {})
                cursor.execute(f"SELECT c.id FROM casework_case c WHERE true{where}", values)
                assert {row[0] for row in cursor.fetchall()} == has, powers.posts[post_id].code
            seen.append(len(has))
    assert fetched("SELECT count(DISTINCT unit) FROM casework_case")[0][0] > 5
    assert (0 in seen, len(rows) in seen, len(set(seen)) > 5) == (True, True, True)


def test_a_search_reads_names_and_cases_by_their_indexes(county):
    """Given any number of namesakes, Then who they are and which of their cases are hers come from indexes."""
    for who in _people(county, 3):
        county.filed(SHOP, applicant=who)
    sight = _sight(county)
    with CaptureQueriesContext(connection) as queries:
        _found(sight)
    (sql,) = [one["sql"] for one in queries.captured_queries if "FROM casework_case c" in one["sql"]]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute(f"EXPLAIN {sql}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Seq Scan" not in plan
    assert "using person_name" in plan
    assert "using person_merged" in plan
    assert "using case_mine" in plan
    # A server before 17 takes no list into an index that is walked in its order: it looks at the unit afterwards.
    if connection.pg_version >= 170_000:
        assert "unit" in next(line for line in plan.splitlines() if "Index Cond: ((applicant_id" in line), plan
