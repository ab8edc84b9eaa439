"""接着填: a draft filled in piece by piece from several pages at once; what others saved stays."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from tests.rooms.casework import looking
from tests.rooms.casework.looking import refused

SHOP = "small-food-shop"


@pytest.fixture
def casework(county):
    from tongban.rooms.casework import actions

    return actions


def begin(county, code=SHOP, applicant=None, who=None):
    from tongban.rooms.casework import actions

    me = who or county.citizen()
    filing = actions.Filing(county.code, code, (applicant or me).id, {}, agent_id=me.id if applicant else None)
    return actions.save_draft(filing, me)


def seen(draft_id):
    from tongban.rooms.casework.queries.drafts import draft

    return draft(draft_id)


def fill(county, draft_id, **piece):
    from tongban.rooms.casework import actions

    return actions.fill_draft(draft_id, county.citizen(), actions.Piece(**piece))


def test_two_pages_keep_what_the_other_saved(county):
    begun = begin(county)
    shown = seen(begun).no
    fill(county, begun, answers={"shop_name": "示例早点"}, asked=["shop_name", "owner"], base=shown)
    second = fill(county, begun, answers={"owner": "林示例"}, asked=["shop_name", "owner"], base=shown)
    assert second.overtaken == ()
    assert seen(begun).answers == {"shop_name": "示例早点", "owner": "林示例"}
    looking.agrees(begun)


def test_a_question_answered_on_both_pages_is_told_and_the_last_stands(county):
    begun = begin(county)
    shown = seen(begun).no
    fill(county, begun, answers={"shop_name": "甲"}, asked=["shop_name"], base=shown)
    last = fill(county, begun, answers={"shop_name": "乙"}, asked=["shop_name"], base=shown)
    assert last.overtaken == ("shop_name",)
    assert seen(begun).answers == {"shop_name": "乙"}


def test_an_answer_is_emptied_only_by_the_page_that_showed_it(county):
    begun = begin(county)
    fill(county, begun, answers={"shop_name": "甲", "area": 3}, asked=["shop_name", "area"])
    fill(county, begun, answers={}, asked=["shop_name"], base=seen(begun).no)
    assert seen(begun).answers == {"area": 3}


def test_nothing_is_written_where_nothing_changed(county):
    begun = begin(county)
    fill(county, begun, answers={"shop_name": "甲"}, asked=["shop_name"])
    before = looking.tables()
    fill(county, begun, answers={"shop_name": "甲"}, asked=["shop_name"], base=1, options=frozenset())
    assert looking.tables() == before


def test_wrong_and_incomplete_answers_are_kept(county):
    begun = begin(county)
    fill(county, begun, answers={"area": "很大", "staff_count": -3}, asked=["area", "staff_count"])
    assert seen(begun).answers == {"area": "很大", "staff_count": -3}


def test_papers_come_and_go_one_by_one(county, casework):
    begun = begin(county)
    layout, application = casework.Offer(file_id=county.upload()), casework.Offer(file_id=county.upload())
    fill(county, begun, offers={"layout": layout})
    fill(county, begun, offers={"application": application})
    fill(county, begun, offers={"health": casework.Offer(promised=True)})
    assert (set(seen(begun).papers), seen(begun).following) == ({"layout", "application", "health"}, {"health"})
    fill(county, begun, offers={"layout": casework.Offer()})
    assert set(seen(begun).papers) == {"application", "health"}
    with refused("file_unknown"):
        fill(county, begun, offers={"layout": casework.Offer(file_id=uuid4())})
    with refused("main_material"):
        fill(county, begun, offers={"application": casework.Offer(promised=True)})


def test_wishes_stay_with_the_case_and_go_with_its_key(county, casework):
    from tongban.rooms.casework.queries.wishes import Wishes, wishes_of

    begun = begin(county)
    wished = Wishes("mail", "林示例，示例镇示例街 1 号", {"other_side": county.citizen("租演示").id})
    fill(county, begun, wishes=wished)
    assert seen(begun).wishes == wished
    casework.file_case(county.filing(), county.citizen(), draft_id=begun)
    assert wishes_of(looking.file(begun)) == wished


def test_a_bundles_draft_takes_the_papers_of_its_parts(county, casework):
    begun = begin(county, "newborn")
    options = frozenset({"hospital", "married", "filed-before", "no-benefit", "settled-yes"})
    fill(county, begun, options=options)
    from tongban.rooms import clock
    from tongban.rooms.casework.actions.filling import item_of_draft

    item = item_of_draft(looking.file(begun), clock.today())
    code = next(m.code for m in item.materials_for(options) if m.source == "applicant")
    fill(county, begun, offers={code: casework.Offer(file_id=county.upload())})
    assert set(seen(begun).papers) == {code}


def test_a_draft_thrown_away_is_erased_and_owes_nothing(county, casework):
    from tongban.rooms.casework.queries import texts
    from tongban.rooms.casework.queries.drafts import drafts_of
    from tongban.rooms.casework.queries.mine import my_cases

    begun, me = begin(county), county.citizen()
    fill(county, begun, answers={"shop_name": "甲"}, asked=["shop_name"])
    with refused("mandate_missing"):
        casework.discard_draft(begun, county.citizen("租演示"))
    casework.discard_draft(begun, me)
    assert (looking.file(begun).facts.state, looking.owed(begun), looking.registers()) == ("withdrawn", [], {})
    with refused("case_erased"):
        texts.answers_of(looking.file(begun))
    assert (drafts_of(me), my_cases(me, [me.id], most=9)) == ((), ())
    with refused("wrong_state"):
        casework.discard_draft(begun, me)
    looking.agrees(begun)


def test_what_was_filed_is_no_draft_any_more(county, casework):
    begun = begin(county)
    casework.file_case(county.filing(), county.citizen(), draft_id=begun)
    with refused("filed_already"):
        fill(county, begun, answers={"area": 1}, asked=["area"])


def test_somebody_else_does_not_fill_it(county, casework):
    begun = begin(county)
    with refused("mandate_missing"):
        casework.fill_draft(begun, county.citizen("租演示"), casework.Piece(answers={}, asked=["area"]))


def test_drafts_are_listed_to_who_may_go_on_with_them(county, casework, django_assert_num_queries):
    from tongban.rooms.casework.queries.drafts import drafts_of

    mine, parent, child = county.citizen(), county.citizen("童演示"), county.citizen("童示例")
    first = begin(county)
    with django_assert_num_queries(2):
        (line,) = drafts_of(mine)
    second = begin(county, "elderly-card")
    for_child = begin(county, "vaccination-card", applicant=child, who=parent)
    assert (line.case_id, line.item_code, line.saved_at is None) == (first, SHOP, False)
    assert [one.case_id for one in drafts_of(mine)] == [second, first]
    assert [one.case_id for one in drafts_of(mine, item_code=SHOP)] == [first]
    assert [(one.case_id, one.applicant_id) for one in drafts_of(parent)] == [(for_child, child.id)]
    with django_assert_num_queries(2):
        drafts_of(mine)


def test_pages_that_save_at_the_same_moment_all_arrive(own_county):
    from django.db import connection

    from tongban.rooms.casework import actions

    begun, me = begin(own_county), own_county.citizen()
    names = ["shop_name", "owner", "premises", "projects"]

    def save(name):
        try:
            actions.fill_draft(begun, me, actions.Piece(answers={name: name}, asked=names, base=0))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(save, names))
    assert seen(begun).answers == {name: name for name in names}
    looking.agrees(begun)
