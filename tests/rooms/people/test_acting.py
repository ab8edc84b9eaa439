"""For whom somebody acts: wards, organisations, principals."""

from datetime import date

DAY = date(2026, 9, 22)


def test_a_parent_a_representative_and_an_agent_see_for_whom_they_act(county, django_assert_num_queries):
    from tongban.rooms.people import queries as people

    def acts(name):
        return [(one.name, one.capacity) for one in people.acts_for(county.citizen(name).id, DAY)]

    assert acts("童演示") == [("童示例", "guardian")]
    assert ("示例县示例餐饮有限公司", "representative") in acts("房示例")
    assert ("示例县示例餐饮有限公司", "agent") in acts("代示例")
    assert acts("林示例") == []
    agent = county.citizen("代示例").id
    with django_assert_num_queries(3):
        people.acts_for(agent, DAY)


def test_a_mandate_covers_its_items_and_powers_only(county):
    from tongban.rooms.people import queries as people

    found = {one.name: one for one in people.acts_for(county.citizen("代示例").id, DAY)}
    assert found["示例县示例餐饮有限公司"].covers("small-food-shop")
    assert not found["寿样本"].covers("elderly-card")  # to collect only


def test_a_mandate_taken_back_or_over_ends_it(county):
    from tongban.rooms.people import actions, queries

    giver, agent = county.citizen(), county.citizen("租演示")
    with county.at(2026, 9, 22):
        made = actions.give_mandate(
            giver.id, agent.id, items=["*"], powers=["file"], valid_until=date(2026, 10, 1), actor="x", confirmed=True
        )
        assert [one.person_id for one in queries.acts_for(agent.id, DAY)] == [giver.id]
        assert queries.acts_for(agent.id, date(2026, 10, 2)) == ()
        actions.revoke_mandate(made, actor="x")
        assert queries.acts_for(agent.id, DAY) == ()
