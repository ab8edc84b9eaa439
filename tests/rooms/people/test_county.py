"""The seed of the fictitious county."""

from datetime import date

import pytest
from django.db import connection

from tests.rooms.people.sample import COUNTY, TODAY, seed
from tongban.rooms.people import actions, queries
from tongban.rooms.people.models import Person, Post
from tongban.rulebook.authority import Power, Subject
from tongban.rulebook.errors import Refused


def _person(key):
    row = next(row for row in seed()["person"] if row["key"] == key)
    scheme = next(name for name in ("citizen_id", "passport", "hmt") if name in row)
    return queries.who_is(COUNTY, scheme, row[scheme], row.get("issuer", ""))


def _entries():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(DISTINCT subject_id) FROM ledger_entry")
        return cursor.fetchone()


@pytest.fixture
def county(clock_held):
    return actions.load_county(seed())


def test_seed_is_loaded_once_and_a_second_load_changes_nothing(county):
    assert county.made == {section: len(rows) for section, rows in seed().items() if section != "county"}
    assert set(county.kept.values()) <= {0}
    before = _entries()

    again = actions.load_county(seed())

    assert set(again.made.values()) == {0}
    assert {section: n for section, n in again.kept.items() if n} == county.made
    assert _entries() == before
    hall = queries.site_coded(COUNTY, "hall")
    kinds = [site.kind for site in queries.below(hall.id)]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {"hall": 1, "town": 3, "village": 8}


def test_change_made_since_survives_a_second_load(county):
    post = queries.post_coded(COUNTY, "window-1")
    Post.objects.filter(id=post.id).update(title="改过的岗位")
    actions.load_county(seed())
    assert queries.post_coded(COUNTY, "window-1").title == "改过的岗位"


def test_every_post_is_filled_and_leads_up_to_the_county_head(county):
    powers = queries.powers()
    for post in powers.posts.values():
        assert powers.holder(post.id, TODAY) is not None
        assert powers.chain(post.id, TODAY)[-1].code == "xzf-head"


#: Unit with items -> the post that accepts them.
UNITS = {
    "scjg": "scjg-acceptor",
    "zjj": "zjj-acceptor",
    "zrzy": "zrzy-acceptor",
    "mzj": "mzj-acceptor",
    "xzsp": "xzsp-acceptor",
    "rsj": "xzsp-acceptor",
    "xfj": "xzsp-acceptor",
    "cgj": "xzsp-acceptor",
    "rfb": "xzsp-acceptor",
    "sw": "xzsp-acceptor",
}


def test_item_of_each_unit_finds_who_accepts_examines_decides_and_extends(county):
    powers = queries.powers()

    def able(power, unit):
        return [post.code for post in powers.able(COUNTY, power, Subject("any-item", unit), TODAY)]

    found = {unit: (able(Power.ACCEPT, unit), able(Power.DECIDE, unit), able(Power.EXTEND, unit)) for unit in UNITS}

    assert found == {unit: ([accepts], [f"{unit}-chief"], [f"{unit}-head"]) for unit, accepts in UNITS.items()}
    for unit in UNITS:
        assert f"{unit}-reviewer" in able(Power.EXAMINE, unit)
        assert able(Power.EXTEND_JOINT, unit) == ["xzf-head"]
        assert able(Power.SUPERVISE, unit) == ["jcs-head", "jcs-officer"]
        assert "exit" in able(Power.DELIVER, unit)
    receiving = able(Power.RECEIVE, "scjg")
    assert sum(code.startswith("village-") for code in receiving) == 8
    assert {"window-1", "town-001-clerk"} <= set(receiving)


def test_expired_delegation_to_stand_in_for_the_chief_no_longer_holds(county):
    powers = queries.powers()
    post = queries.post_coded(COUNTY, "scjg-reviewer-2")
    staff = powers.holder(post.id, TODAY)
    actor = powers.actor(staff.id, post.id, TODAY)
    item = Subject("small-food-shop", "scjg")
    assert powers.require(actor, Power.DECIDE, item, date(2025, 6, 30)).post == "scjg-reviewer-2"
    with pytest.raises(Refused) as no:
        powers.require(actor, Power.DECIDE, item, TODAY)
    assert no.value.code == "authority_expired"


def test_people_of_the_seed_stand_as_they_should(county):
    names = [_person(key).name for key in ("rare-1", "rare-2", "foreigner", "hong-kong")]
    assert names == ["荀𫖮测", "䶮示例", "Jean EXEMPLE", "港示例"]
    child, parent, dead = _person("child"), _person("parent"), _person("dead")
    assert queries.standing(child.id, parent.id, "x", TODAY).capacity == "guardian"
    for applicant, code in ((child, "child_alone"), (dead, "applicant_dead")):
        with pytest.raises(Refused) as no:
            queries.standing(applicant.id, None, "x", TODAY)
        assert no.value.code == code


def test_reviewer_must_stand_back_from_his_wife_and_her_shop(county):
    powers = queries.powers()
    reviewer = powers.holder(queries.post_coded(COUNTY, "scjg-reviewer").id, TODAY)
    shop = queries.who_is(
        COUNTY, "credit_code", next(r for r in seed()["organisation"] if r["key"] == "shop")["credit_code"]
    )
    found = queries.is_related([reviewer.person_id], [_person("relative").id, shop.id], TODAY)
    assert {conflict.ground for conflict in found} == {"spouse"}
    assert {conflict.party_id for conflict in found} == {_person("relative").id, shop.id}
    assert queries.is_related([reviewer.person_id], [_person("applicant").id], TODAY) == ()


def test_names_and_numbers_of_the_seed_are_nobodys(county):
    data = seed()
    numbers = [row["citizen_id"] for row in [*data["staff"], *data["person"]] if "citizen_id" in row]
    assert {number[:6] for number in numbers} == {"990127"}
    assert len(set(numbers)) == len(numbers)
    assert {row["phone"][:2] for row in [*data["person"], *data["organisation"]] if "phone" in row} == {"10"}


@pytest.mark.parametrize(
    ("code", "section", "row"),
    [
        ("county_key", "relation", {"first": "nobody", "second": "applicant", "kind": "kin"}),
        (
            "county_post",
            "staff",
            {"number": "T999", "name": "王示例", "citizen_id": "", "unit": "scjg", "posts": ["x"]},
        ),
        ("county_division", "division", {"code": "99", "name": "x", "level": "town"}),
    ],
)
def test_seed_with_a_bad_row_is_refused_and_nothing_stays(clock_held, code, section, row):
    from tests.rooms.people.sample import citizen

    data = seed()
    if section == "staff":
        row = row | {"citizen_id": citizen(date(1999, 1, 1), 999)}
    data[section] = [*data[section], row]
    with pytest.raises(Refused) as no:
        actions.load_county(data)
    assert no.value.code == code
    assert Person.objects.count() == 0
