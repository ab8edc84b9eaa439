"""申请书格式文本: empty for anybody, filled in for who writes a draft, with what the form asks and nothing else."""

from uuid import UUID

import pytest

from tests.doors.browsing import faults_of, signed_in, text_of
from tests.doors.portal.steps import ANSWERS, base_of, begin, fill_form

FORM = "/items/990127/small-food-shop/form"


def test_anybody_prints_the_empty_form_with_every_question_and_paper(county):
    page = signed_in().get(FORM)
    assert page.status_code == 200
    told, item = text_of(page), county.item("small-food-shop")
    for rule in item.form["properties"].values():
        assert rule["title"] in told
    for material in item.materials:
        assert (material.name in told) is (material.source != "made" and not material.main)
    assert "申请人签名或盖章" in told
    assert FORM in signed_in().get("/items/990127/small-food-shop").content.decode()


def test_choices_are_there_to_tick_and_a_filing_is_signed_by_both_sides(county):
    page = signed_in().get("/items/990127/rental-filing/form")
    told = text_of(page)
    assert "☐ 居住 ☐ 商业 ☐ 办公" in told
    assert told.count("签名或盖章") == 2


def test_who_writes_a_draft_prints_her_own_answers_and_nobody_elses(county):
    with county.at(2026, 9, 22):
        me = signed_in(county.citizen())
        tasks = begin(me)
        fill_form(me, tasks)
        page = f"{tasks}form/paper/"
        told = text_of(me.get(page))
        for answer in (ANSWERS["shop_name"], ANSWERS["premises"], "林示例"):
            assert answer in told
        assert page in me.get(tasks).content.decode()
        assert page in me.get(f"{tasks}materials/application/").content.decode()
        assert page not in me.get(f"{tasks}materials/layout/").content.decode()
        assert signed_in(county.citizen("租演示")).get(page).status_code == 404


def test_money_is_asked_and_shown_in_yuan_and_kept_in_fen(county):
    from tongban.rooms.casework.queries.drafts import draft

    with county.at(2026, 9, 22):
        me = signed_in(county.citizen())
        tasks = begin(me, "rental-filing")
        pages = [me.get(f"{tasks}form/{n}/").content.decode() for n in (1, 2)]
        asked = next(n for n, page in enumerate(pages, start=1) if "月租金(元)" in page)
        assert "(分)" not in "".join(pages)
        form = f"{tasks}form/{asked}/"
        me.post(form, {"base": base_of(me, form), "rent_fen": "1,800.50"})
        assert draft(UUID(tasks.split("/")[3])).answers["rent_fen"] == 180050
        assert 'value="1800.50"' in me.get(form).content.decode()
        assert "1800.50" in text_of(me.get(f"{tasks}review/"))
        assert "1800.50" in text_of(me.get(f"{tasks}form/paper/"))
        wrong = me.post(form, {"base": base_of(me, form), "rent_fen": "一千八"})
        assert wrong.status_code == 422
        assert 'value="一千八"' in wrong.content.decode()  # nothing is lost


@pytest.mark.parametrize("size", ["phone", "screen"])
def test_the_form_on_paper_is_good_for_everybody(site, request, size):
    page = request.getfixturevalue(size)
    page.goto(site.url + FORM)
    assert faults_of(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
