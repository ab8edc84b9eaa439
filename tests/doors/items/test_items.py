"""事项管理: a draft is edited, tried, published from a day, and open cases stay with their version."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.doors.browsing import faults_of, signed_in, text_of
from tongban.rooms.catalogue import queries as catalogue

CODE = "small-food-shop"


@pytest.fixture
def editor(county):
    with county.at(2026, 9, 22):
        yield signed_in(county.staff("editor"))


def posted(client, address: str) -> dict:
    """Return what the form at an address would send unchanged."""
    page = client.get(address).content.decode()
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]+>", page):
        name, kind = re.search(r'name="([^"]+)"', tag), re.search(r'type="([^"]+)"', tag)
        if name is None or name[1] in ("csrfmiddlewaretoken", "next", "key"):
            continue
        if kind and kind[1] in ("checkbox", "radio") and " checked" not in tag:
            continue
        value = re.search(r'value="([^"]*)"', tag)
        found.setdefault(name[1], []).append(_plain(value[1] if value else ""))
    for name, value in re.findall(r'(?s)<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', page):
        found.setdefault(name, []).append(_plain(value))
    return found


def _plain(text: str) -> str:
    from html import unescape

    return unescape(text)


@pytest.mark.parametrize("section", ["basic", "limits", "materials", "guide", "faq", "toml"])
def test_a_section_saved_unchanged_changes_nothing(editor, section):
    address = f"/manage/items/{CODE}/edit/{section}/"
    before = catalogue.draft("990127", CODE).content_hash
    assert editor.post(address, posted(editor, address)).status_code == 302
    assert catalogue.draft("990127", CODE).content_hash == before


def test_a_changed_promise_is_told_published_and_leaves_open_cases_alone(county, editor):
    case_id = county.accepted()
    old = catalogue.in_force("990127", CODE, date(2026, 9, 22)).version
    address = f"/manage/items/{CODE}/edit/limits/"
    editor.post(address, posted(editor, address) | {"limits-promised-limit": ["9wd"]})
    page = text_of(editor.get(f"/manage/items/{CODE}/"))
    assert "承诺办结时限" in page
    assert f"第 {old} 版：1 件" in page
    done = editor.post(f"/manage/items/{CODE}/publish/", {"from": "2026-10-01"})
    assert done.status_code == 302
    assert catalogue.in_force("990127", CODE, date(2026, 9, 30)).version == old
    assert catalogue.in_force("990127", CODE, date(2026, 10, 1)).version == old + 1
    from tongban.rooms.casework.queries.reading import read

    assert str(read(case_id).facts.item.limits.promised.limit) == "10wd"


def test_a_promise_longer_than_the_law_is_kept_and_complained_of(editor):
    address = f"/manage/items/{CODE}/edit/limits/"
    editor.post(address, posted(editor, address) | {"limits-promised-limit": ["30wd"]})
    page = editor.get(f"/manage/items/{CODE}/")
    assert "不改不能公布 承诺办结时限" in text_of(page)
    assert f'<a href="/manage/items/{CODE}/edit/limits/">承诺办结时限</a>' in page.content.decode()
    refused = editor.post(f"/manage/items/{CODE}/publish/", {"from": "2026-10-01"})
    assert refused.status_code == 422


def test_a_version_replaced_on_its_first_day_is_said_never_to_have_held(editor):
    from tongban.rooms import clock

    address = f"/manage/items/{CODE}/edit/limits/"
    for promised in ("9wd", "10wd"):
        editor.post(address, posted(editor, address) | {"limits-promised-limit": [promised]})
        done = editor.post(f"/manage/items/{CODE}/publish/", {"from": str(clock.today())})
        assert done.status_code == 302, text_of(done)
    assert "没有施行，同一天就被后一版代替" in text_of(editor.get(f"/manage/items/{CODE}/"))


#: Path of a complaint -> section of the forms, what they call it, which entry, what of it.
SPOTS = [
    ("limits.delivery.limit", ("limits", "送达时限", 0, "")),
    ("limits.delivery", ("limits", "送达时限", 0, "")),
    ("limits.promised.basis", ("limits", "承诺办结时限的依据", 0, "")),
    ("materials[4].basis", ("materials", "材料", 5, "依据")),
    ("materials[0]", ("materials", "材料", 1, "")),
    ("faq[1].answer", ("faq", "常见问题", 2, "答")),
    ("bases", ("basic", "设定依据", 0, "")),
    ("visits", ("basic", "到办事现场次数", 0, "")),
    ("guide.flow", ("guide", "办理流程", 0, "")),
    ("form.properties.shop_name.title", None),
    ("desks", None),
]


@pytest.mark.parametrize(("path", "spot"), SPOTS)
def test_a_complaint_says_where_in_the_forms_it_is_mended(path, spot):
    from tongban.doors.items.sections import Spot, spot_of

    assert spot_of(path) == (spot and Spot(*spot))


def test_a_material_is_added_and_taken_away(editor):
    address = f"/manage/items/{CODE}/edit/materials/"
    given = posted(editor, address)
    new = {"3.code": "photo", "3.name": "门头照片", "3.source": "applicant", "3.basis": "design: 示例"}
    editor.post(address, given | new)
    names = [one["name"] for one in catalogue.draft_content("990127", CODE)["materials"]]
    assert names[-1] == "门头照片"
    editor.post(address, posted(editor, address) | {"3.remove": "1"})
    assert len(catalogue.draft_content("990127", CODE)["materials"]) == 3


def test_a_text_that_is_no_toml_is_shown_again_with_the_place(editor):
    address = f"/manage/items/{CODE}/edit/toml/"
    answer = editor.post(address, {"text": 'code = "small-food-shop"\nname = \nunit = "scjg"'})
    assert answer.status_code == 422
    assert "line 2" in text_of(answer)
    assert "name = " in answer.content.decode()


def test_replay_names_the_cases_that_a_shorter_promise_would_touch(county, editor):
    case_id = county.granted()
    address = f"/manage/items/{CODE}/edit/limits/"
    editor.post(address, posted(editor, address) | {"limits-promised-limit": ["9wd"]})
    page = editor.get(f"/manage/items/{CODE}/replay/?days=30")
    from tongban.rooms.casework.queries.reading import read

    assert read(case_id).row["number"] in text_of(page)
    assert "limits.promised" in text_of(page)


def test_a_rehearsal_shows_materials_and_dates_and_leaves_nothing(county, editor):
    from tongban.rooms.casework.queries.seeing import lines

    address = f"/manage/items/{CODE}/rehearse/"
    wrong = editor.post(address, {"shop_name": "示例小店"})
    assert wrong.status_code == 422
    answers = {name: [str(value)] for name, value in county.answers(CODE).items()}
    page = text_of(editor.post(address, answers))
    assert "食品小经营店登记申请书" in page
    assert "最迟 2026年10月13日" in page
    found, _more = lines(county.staff("scjg-reviewer"), "990127", after=None, most=10)
    assert found == ()


def test_an_order_ends_an_item_and_can_be_taken_back_before_its_day(editor):
    given = {
        "number": "示政调〔2026〕1号",
        "kind": "freeze",
        "items": CODE,
        "on": "2026-10-20",
        "notice": "暂停受理",
        "basis_kind": "local",
        "basis_text": "示例县人民政府决定",
    }
    assert editor.post("/manage/items/orders/new/", given | {"notice": ""}).status_code == 422
    assert editor.post("/manage/items/orders/new/", given).status_code == 302
    page = editor.get("/manage/items/orders/")
    assert "示政调〔2026〕1号" in text_of(page)
    address = re.search(r"/manage/items/orders/[0-9a-f-]+/withdraw/", page.content.decode())[0]
    editor.post(address)
    assert "示政调〔2026〕1号" not in text_of(editor.get("/manage/items/orders/")).replace("已撤回", "")


def test_a_new_draft_is_a_copy_without_the_codes_of_the_first(editor):
    done = editor.post("/manage/items/new/", {"code": "snack-shop", "name": "小吃店登记", "copy": CODE})
    assert done.url == "/manage/items/snack-shop/"
    content = catalogue.draft_content("990127", "snack-shop")
    assert (content["name"], "task_code" in content) == ("小吃店登记", False)
    again = editor.post("/manage/items/new/", {"code": "snack-shop", "name": "小吃店登记", "copy": ""})
    assert again.status_code == 422


def test_only_editors_edit(county):
    for client, status in (
        (Client(), 302),
        (signed_in(county.citizen()), 403),
        (signed_in(county.staff("scjg-chief")), 403),
    ):
        assert client.get("/manage/items/").status_code == status
        assert client.post(f"/manage/items/{CODE}/publish/", {"from": "2026-10-01"}).status_code == status


@pytest.mark.parametrize(("address", "most"), [("/manage/items/", 8), (f"/manage/items/{CODE}/", 16)])
def test_pages_cost_a_fixed_number_of_queries(editor, address, most):
    editor.get(address)
    with CaptureQueriesContext(connection) as seen:
        editor.get(address)
    assert len(seen) <= most


def test_the_preview_says_in_which_situation_a_material_is_wanted(editor):
    page = text_of(editor.get("/manage/items/birth-registration/preview/"))
    materials = page.partition("什么情形要")[2]
    told = re.search("非婚生育情况说明 申请人提交 写明亲子关系并签名承诺 (\\S+)", materials)
    assert told[1] != "都要"


@pytest.mark.parametrize("size", ["phone", "screen"])
def test_the_pages_are_good_for_who_cannot_see_them(site, request, size):
    page = request.getfixturevalue(size)
    site.enter(page, site.county.staff("editor"))
    for address in (
        *("", "new/", "orders/", "orders/new/", f"{CODE}/", f"{CODE}/publish/", f"{CODE}/edit/basic/"),
        *(f"{CODE}/edit/materials/", f"{CODE}/edit/toml/", f"{CODE}/preview/", f"{CODE}/replay/", f"{CODE}/rehearse/"),
    ):
        page.goto(f"{site.url}/manage/items/{address}")
        assert faults_of(page) == []
        assert page.locator("h1").count() == 1
        assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
