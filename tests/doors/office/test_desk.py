"""我的桌面: what lies before a post, what bites first at the top, and who is never named."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.doors.browsing import signed_in, text_of

SHOP = "small-food-shop"


def numbers(answer) -> list[str]:
    return [row.line.number for row in answer.context["page"].rows]


def number(case_id) -> str:
    from tongban.rooms.casework.queries.reading import read

    return str(read(case_id).row["number"])


def test_each_post_sees_what_it_may_take_a_step_in(county):
    filed, accepted = county.filed(), county.accepted()
    acceptor, reviewer = county.able("accept", SHOP), county.able("examine", SHOP)
    assert numbers(signed_in(acceptor).get("/office/")) == [number(filed)]
    assert numbers(signed_in(reviewer).get("/office/")) == [number(accepted)]
    assert numbers(signed_in(county.able("decide", SHOP)).get("/office/")) == []
    assert numbers(signed_in(county.staff("zjj-reviewer")).get("/office/")) == []


def test_what_is_late_stands_first_then_what_bites_next(county):
    from tongban.rooms.casework import actions as casework

    with county.at(2026, 3, 2):
        late = county.accepted()
    with county.at(2026, 5, 6):
        casework.sweep()
        new = county.accepted()
        later = county.accepted("food-business-new")
        page = signed_in(county.able("examine", SHOP)).get("/office/")
        assert numbers(page)[0] == number(late)
        assert set(numbers(page)) == {number(late), number(new), number(later)}
        dues = [row.line.due_on for row in page.context["page"].rows[1:]]
        assert dues == sorted(dues)
        assert "已经超期" in text_of(page)
        red = signed_in(county.able("examine", SHOP)).get("/office/?light=red")
        assert numbers(red) == [number(late)]


def test_names_on_a_list_are_masked_and_no_read_is_needed(county):
    from tests.rooms.casework.looking import fetched

    county.accepted()
    client = signed_in(county.able("examine", SHOP))
    before = fetched("SELECT who, purpose FROM ledger_access")
    page = text_of(client.get("/office/"))
    assert "林＊＊" in page
    assert "林示例" not in page
    assert fetched("SELECT who, purpose FROM ledger_access") == before


def test_a_case_is_found_by_number_and_by_whole_name(county):
    case_id, client = county.accepted(), signed_in(county.able("examine", SHOP))
    assert client.get("/office/", {"q": number(case_id)}).url == f"/office/{case_id}/"
    assert numbers(client.get("/office/", {"q": "林示例"})) == [number(case_id)]
    nothing = client.get("/office/", {"q": "无此人"})
    assert numbers(nothing) == []
    assert "没有找到" in text_of(nothing)
    other = signed_in(county.staff("zjj-reviewer"))
    assert numbers(other.get("/office/", {"q": number(case_id)})) == []
    assert numbers(other.get("/office/", {"q": "林示例"})) == []


@pytest.mark.parametrize("namesakes", [1, 50])
def test_a_search_by_name_has_pages_and_costs_the_same_however_many_namesakes(county, namesakes):
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.people import actions as people

    people = [people.register_person("重名示例", county=county.code, actor="house") for _ in range(namesakes)]
    with county.at(2026, 9, 22):
        cases = {number(county.filed(SHOP, applicant=casework.person(people[n % namesakes]))) for n in range(25)}
        client = signed_in(county.able("accept", SHOP))
        client.get("/office/", {"q": "重名示例"})
        with CaptureQueriesContext(connection) as queries:
            first = client.get("/office/", {"q": "重名示例"})
        assert len(queries) == SEARCH, [one["sql"][:90] for one in queries.captured_queries]
        second = client.get("/office/", {"q": "重名示例", "page": "2"})
    assert (first.context["page"].has_more, second.context["page"].has_more) == (True, False)
    assert (len(numbers(first)), len(numbers(second))) == (20, 5)
    assert set(numbers(first)) | set(numbers(second)) == cases
    assert "重名示例" not in text_of(first)


#: Queries of a search by name: those of a list but for its lanes, and one for a case of that number.
SEARCH = 14


def test_more_namesakes_than_are_looked_at_are_told_with_a_way_on(county, monkeypatch):
    from tongban.rooms.casework.queries import searching
    from tongban.rooms.people import actions as people

    for _ in range(2):
        people.register_person("重名示例", county=county.code, actor="house")
    client = signed_in(county.able("examine", SHOP))
    assert "只查了最近登记的" not in text_of(client.get("/office/", {"q": "重名示例"}))
    monkeypatch.setattr(searching, "NAMESAKES", 1)
    page = text_of(client.get("/office/", {"q": "重名示例"}))
    assert "叫这个姓名的人超过 1 个，只查了最近登记的 1 个" in page
    assert "请改用办件编号查找" in page


def test_sent_back_paused_and_waiting_have_lists_of_their_own(county):
    from tongban.rooms.casework import actions as casework
    from tongban.rulebook.clock import Limit

    reviewer, decider, acceptor = county.able("examine", SHOP), county.able("decide", SHOP), county.able("accept", SHOP)
    back, paused, waiting = county.accepted(), county.accepted(), county.filed()
    casework.pass_on(back, reviewer)
    casework.send_back(back, decider, reason="踏勘记录不全")
    casework.pause(paused, reviewer, proceeding="expert_review", time_needed=Limit.parse("5d"), notice=True)
    casework.ask_correction(waiting, acceptor, {"form": "电话少一位"})
    client = signed_in(reviewer)
    assert numbers(client.get("/office/?tab=sent-back")) == [number(back)]
    page = client.get("/office/?tab=paused")
    assert numbers(page) == [number(paused)]
    assert "等：专家评审" in text_of(page)
    assert page.context["page"].rows[0].line.light == "grey"
    assert numbers(client.get("/office/?tab=waiting")) == [number(waiting)]
    assert set(numbers(client.get("/office/?tab=done"))) == {number(back), number(paused)}


def test_what_is_in_the_hands_of_a_post_is_on_its_desk(county):
    from tongban.rooms.casework import actions as casework

    chief = county.staff("scjg-chief")
    house = casework.Who("house")
    matter = casework.open_case("990127", "late-step-supervision", house, unit="scjg", holder=chief.post_id).case_id
    assert numbers(signed_in(chief).get("/office/?tab=held")) == [number(matter)]
    assert numbers(signed_in(county.staff("zjj-chief")).get("/office/?tab=held")) == []


def test_a_search_is_kept_for_oneself(county):
    mine, other = signed_in(county.able("examine", SHOP)), signed_in(county.staff("zjj-reviewer"))
    mine.post("/office/searches/", {"name": "我的急件", "query": f"light=amber&item={SHOP}&evil=1"})
    page = mine.get("/office/").content.decode()
    assert "我的急件" in page
    assert f'href="/office/?item={SHOP}&amp;light=amber"' in page
    assert "我的急件" not in text_of(other.get("/office/"))
    kept = mine.get("/office/").context["searches"][0]
    other.post("/office/searches/", {"drop": str(kept.id)})
    assert "我的急件" in text_of(mine.get("/office/"))
    mine.post("/office/searches/", {"drop": str(kept.id)})
    assert mine.get("/office/").context["searches"] == ()


@pytest.mark.parametrize("many", [1, 50])
def test_a_list_costs_the_same_however_long(county, many):
    for _ in range(many):
        county.accepted()
    client = signed_in(county.able("examine", SHOP))
    client.get("/office/")
    with CaptureQueriesContext(connection) as queries:
        page = client.get("/office/")
    assert len(page.context["page"].rows) == min(many, 20)
    assert page.context["page"].has_more == (many > 20)
    assert len(queries) == LIST, [one["sql"][:90] for one in queries.captured_queries]


def test_a_case_to_stand_back_from_does_not_end_the_list(county):
    """Given one of a page's cases is of somebody close, When it is left out, Then the pages behind it stay in reach."""
    from tongban.rooms.people import actions as people
    from tongban.rooms.people.models import Staff

    who = county.able("examine", SHOP)
    kin = county.accepted(applicant=county.citizen("寿样本"))
    for _ in range(21):
        county.accepted()
    person = Staff.objects.get(id=who.id).person_id
    people.declare_relation(person, county.citizen("寿样本").id, kind="kin", actor="house")
    client = signed_in(who)
    first, second = (client.get(f"/office/?page={n}").context["page"] for n in (1, 2))
    assert first.has_more
    assert not second.has_more
    shown = [row.line.id for page in (first, second) for row in page.rows]
    assert len(shown) == len(set(shown)) == 21
    assert kin not in shown


#: Queries of a list: who asks (3), the list and what stands around it, names, searches.
LIST = 16


def test_the_list_walks_its_index_and_stops(county):
    """Given any number of cases, When a desk is opened, Then each lane is read by its index, no further than a page."""
    from tongban.rooms.casework.queries import desk

    county.accepted()
    who = county.able("examine", SHOP)
    with CaptureQueriesContext(connection) as queries:
        desk.on_desk(desk.sight_of(who), (desk.EXAMINE, desk.HELD))
    (sql,) = [one["sql"] for one in queries.captured_queries if "FROM casework_case c" in one["sql"]]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute(f"EXPLAIN {sql}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Index Scan using case_office" in plan
    assert "Index Scan using case_held" in plan
    assert "Seq Scan on casework_case" not in plan
    # One sort, of what the lanes gave; none within a lane.
    assert plan.count("Sort Key") == 1


def test_pages_do_not_overlap(county):
    cases = {number(county.accepted()) for _ in range(25)}
    client = signed_in(county.able("examine", SHOP))
    first, second = numbers(client.get("/office/?page=1")), numbers(client.get("/office/?page=2"))
    assert (len(first), len(second)) == (20, 5)
    assert set(first) | set(second) == cases
