"""认领: many sites, one version."""

from dataclasses import replace
from fractions import Fraction

import pytest

from tests.rooms.catalogue.sample import BY, TODAY, shop
from tongban.rooms.catalogue import actions, queries
from tongban.rooms.catalogue.models import Claim
from tongban.rulebook.errors import Refused

CODE = "small-food-shop"


def place(site: str) -> actions.Place:
    return actions.Place(site, "便民服务站值班岗", "一楼 1 号窗口", "工作日 09:00-17:00", ("window", "village"))


VILLAGES = [place(f"village-{number}") for number in range(200, 205)]


def test_all_villages_share_one_version(county, in_force):
    """S003: Given 395 villages and a base item, When all claim it, Then 395 instances share one version and the
    in-use rate reads 100% (five villages here; the share does not depend on how many).
    """
    made = actions.claim_all(county, [CODE], VILLAGES, batch="第一批", by=BY)
    claims = queries.claims_of(county, CODE, TODAY)
    assert len(set(made)) == 5
    assert {one.version_id for one in claims} == {in_force}
    assert queries.in_use_rate(county, TODAY).rate == 1


def test_a_new_version_reaches_every_instance(county, in_force):
    actions.claim_all(county, [CODE], VILLAGES, batch="第一批", by=BY)
    actions.save_draft(county, shop(review_points=["核对一条"]), BY)
    second = actions.publish(county, CODE, by=BY)
    assert {one.version_id for one in queries.claims_of(county, CODE, TODAY)} == {second}


def test_the_rate_counts_what_is_suspended_and_forgets_what_was_given_back(county, in_force):
    actions.claim_all(county, [CODE], VILLAGES, batch="第一批", by=BY)
    actions.suspend_claim(county, CODE, "village-200", by=BY)
    actions.withdraw_claim(county, CODE, "village-201", by=BY)
    found = queries.in_use_rate(county, TODAY)
    assert (found.in_use, found.claimed, found.rate) == (3, 4, Fraction(3, 4))
    assert queries.in_use_rate(county, TODAY, site="village-200").rate == 0
    assert queries.in_use_rate(county, TODAY, unit="scjg", batch="第一批") == found


def test_nothing_claimed_gives_no_rate(county, in_force):
    assert queries.in_use_rate(county, TODAY).rate is None


def test_claiming_again_renews_what_the_site_says(county, in_force):
    first = actions.claim(county, CODE, VILLAGES[0], batch="第一批", by=BY)
    again = actions.claim(county, CODE, replace(VILLAGES[0], hours="工作日 08:30-17:00"), batch="第二批", by=BY)
    (found,) = queries.claims_for(county, "village-200", TODAY)
    assert (first, found.hours, found.batch) == (again, "工作日 08:30-17:00", "第二批")


def test_what_was_given_back_may_be_claimed_anew(county, in_force):
    first = actions.claim(county, CODE, VILLAGES[0], batch="第一批", by=BY)
    actions.withdraw_claim(county, CODE, "village-200", by=BY)
    assert queries.claim_at(county, CODE, "village-200", TODAY) is None
    assert actions.claim(county, CODE, VILLAGES[0], batch="第二批", by=BY) != first


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (place("nowhere"), "site_unknown"),
        (replace(VILLAGES[0], contact=" "), "claim_incomplete"),
        (replace(VILLAGES[0], channels=()), "claim_incomplete"),
        (replace(VILLAGES[0], channels=("pigeon",)), "claim_incomplete"),
    ],
)
def test_one_wrong_place_and_nobody_claims(county, in_force, wrong, code):
    with pytest.raises(Refused) as refused:
        actions.claim_all(county, [CODE], [*VILLAGES[1:], wrong], batch="第一批", by=BY)
    assert refused.value.code == code
    assert Claim.objects.count() == 0


def test_a_village_does_not_claim_what_only_the_county_takes(county):
    actions.save_draft(county, shop(stations=["county"]), BY)
    actions.publish(county, CODE, by=BY)
    with pytest.raises(Refused) as refused:
        actions.claim(county, CODE, VILLAGES[0], batch="第一批", by=BY)
    assert refused.value.code == "claim_level"
    assert actions.claim(county, CODE, place("hall"), batch="第一批", by=BY)


def test_an_item_not_in_force_is_not_claimed(county):
    with pytest.raises(Refused) as refused:
        actions.claim(county, CODE, VILLAGES[0], batch="第一批", by=BY)
    assert refused.value.code == "item_unknown"


def test_claims_of_many_sites_cost_two_questions(county, in_force, django_assert_num_queries):
    actions.claim_all(county, [CODE], VILLAGES, batch="第一批", by=BY)
    queries.claims_of(county, CODE, TODAY)
    with django_assert_num_queries(2):
        assert len(queries.claims_of(county, CODE, TODAY)) == 5


def test_a_claim_nobody_made_is_not_given_back(county, in_force):
    with pytest.raises(Refused) as refused:
        actions.withdraw_claim(county, CODE, "village-200", by=BY)
    assert refused.value.code == "claim_unknown"
