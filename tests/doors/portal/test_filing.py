"""申请: begun once, filled in piece by piece, filed once, its receipt there at once."""

import json
import re
from uuid import UUID, uuid4

import pytest

from tests.doors.browsing import paper_of, signed_in, text_of
from tests.doors.portal.steps import SHOP, base_of, begin, filed, fill_form, finish, upload
from tests.rooms.casework.looking import held_licence

DAY = (2026, 9, 22)


@pytest.fixture
def now(county):
    with county.at(*DAY):
        yield county


@pytest.fixture
def me(now):
    return signed_in(now.citizen())


def draft_of(tasks):
    from tongban.rooms.casework.queries.drafts import draft

    return draft(UUID(tasks.split("/")[3]))


def state_of(case_id):
    from tongban.rooms.casework.queries.reading import read

    return read(UUID(str(case_id))).facts.state


def cases_of(who):
    from tongban.rooms.casework.queries.seeing import lines

    return lines(who, "990127", after=None, most=100)[0]


def test_a_whole_filing_has_its_number_and_its_receipt_at_once(now, me):
    """S016.  Given a logged-in citizen, When a full filing is submitted, Then a case number and receipt notice return
    at once.
    """
    from tongban.rooms.licences import queries as documents

    tasks = begin(me)
    fill_form(me, tasks)
    url = finish(me, now, tasks)
    page = text_of(me.get(url))
    number = re.search(r"990127\S+", page)[0]
    assert "查询码" in page
    assert "最迟在 2026年9月30日 有答复" in page
    receipt = paper_of(me, url.replace("done/", "receipt.pdf"))
    assert receipt["Content-Type"] == "application/pdf"
    assert documents.verify_pdf(receipt.content).state == "valid"
    (case,) = cases_of(now.citizen())
    assert (case.number, case.state, case.channel) == (number, "filed", "net")
    shown = text_of(me.get(f"/mine/cases/{case.id}/"))
    assert "提交申请" in shown
    assert "保存草稿" not in shown


def test_submitting_twice_files_once(now, me):
    tasks = begin(me)
    fill_form(me, tasks)
    key = uuid4().hex
    for code in ("application", "layout", "health"):
        upload(me, f"{tasks}materials/{code}/", now.png)
    answers = [me.post(f"{tasks}review/", {"declare": "true", "key": key}) for _ in range(2)]
    other_key = me.post(f"{tasks}review/", {"declare": "true", "key": uuid4().hex})
    assert {one.url for one in (*answers, other_key)} == {f"{tasks}done/"}
    assert len(cases_of(now.citizen())) == 1
    assert "已经提交过" in text_of(me.get(f"{tasks}form/1/", follow=True))


def test_begin_pressed_twice_makes_one_draft_and_an_open_one_is_offered_first(now, me):
    page = me.get(f"/file/{SHOP}/").content.decode()
    wanted, key = re.search(r'name="for" value="([^"]+)"', page)[1], uuid4().hex
    first, again = (me.post(f"/file/{SHOP}/", {"for": wanted, "key": key}) for _ in range(2))
    # The second of a double click meets the draft of the first.
    assert (first.status_code, again.status_code) == (302, 422)
    assert first.url in again.content.decode()
    assert "您有没填完的申请" in text_of(me.get(f"/file/{SHOP}/"))
    other = me.post(f"/file/{SHOP}/", {"for": wanted, "key": uuid4().hex, "another": "1"})
    assert other.status_code == 302
    assert other.url != first.url
    assert len(cases_of(now.citizen())) == 2


def test_wrong_and_empty_answers_are_saved_and_told(now, me):
    tasks = begin(me)
    answer = me.post(f"{tasks}form/1/", {"base": "1", "shop_name": "示例早点铺"})
    assert answer.status_code == 422
    assert "没有填" in text_of(answer)
    assert "已经保存" in text_of(answer)
    assert draft_of(tasks).answers == {"shop_name": "示例早点铺"}
    skipped = me.post(
        f"{tasks}form/1/", {"base": base_of(me, f"{tasks}form/1/"), "shop_name": "示例早点铺", "skip": "1"}
    )
    assert skipped.status_code == 302
    assert "还有" in text_of(me.get(tasks))
    refused = me.post(f"{tasks}review/", {"declare": "true", "key": "k"})
    assert refused.status_code == 422
    assert "已填内容不会丢失" in text_of(refused)
    assert state_of(tasks.split("/")[3]) == "draft"


def test_a_script_saves_field_by_field_and_hears_in_json(now, me):
    tasks = begin(me)
    head = {"X-Autosave": "1"}
    said = me.post(f"{tasks}form/1/", {"base": "1", "shop_name": "早"}, headers=head)
    assert (said.status_code, json.loads(said.content)) == (200, {"no": 2, "sentence": "", "values": {}})
    late = me.post(f"{tasks}form/1/", {"base": "1", "shop_name": "晚"}, headers=head)
    assert "在另一个页面上也改过" in json.loads(late.content)["sentence"]
    assert draft_of(tasks).answers == {"shop_name": "晚"}


def test_a_script_hears_what_others_answered_meanwhile(now, me):
    tasks = begin(me)
    head = {"X-Autosave": "1"}
    me.post(f"{tasks}form/1/", {"base": "1", "shop_name": "早"}, headers=head)
    said = json.loads(me.post(f"{tasks}form/1/", {"base": "1", "owner": "林"}, headers=head).content)
    assert said == {"no": 3, "sentence": "", "values": {"shop_name": ["早"]}}


def test_two_tabs_keep_what_the_other_saved(now, me):
    tasks = begin(me)
    base = base_of(me, f"{tasks}form/1/")
    me.post(f"{tasks}form/1/", {"base": base, "shop_name": "甲", "skip": "1"})
    me.post(f"{tasks}form/1/", {"base": base, "owner": "林示例", "skip": "1"})
    assert draft_of(tasks).answers == {"shop_name": "甲", "owner": "林示例"}
    told = me.post(f"{tasks}form/1/", {"base": base, "shop_name": "乙", "skip": "1"}, follow=True)
    assert "“店铺名称”在另一个页面上也改过" in text_of(told)


def test_what_is_sent_after_the_sign_in_ended_comes_back_to_be_sent_again(now, me):
    tasks = begin(me)
    nobody = signed_in()
    page = nobody.post(f"{tasks}form/1/", {"base": "1", "shop_name": "写了很久", "projects": "<b>热食</b>"})
    assert page.status_code == 401
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.content.decode()))
    assert fields["shop_name"] == "写了很久"
    assert fields["projects"] == "&lt;b&gt;热食&lt;/b&gt;"
    fields.pop("csrfmiddlewaretoken", None)
    me.post(f"{tasks}form/1/", {**fields, "skip": "1"})
    assert draft_of(tasks).answers["shop_name"] == "写了很久"
    said = nobody.post(f"{tasks}form/1/", {"shop_name": "x"}, headers={"X-Autosave": "1"})
    assert (said.status_code, json.loads(said.content)["code"]) == (401, "sign_in_first")
    assert nobody.get(f"{tasks}form/1/").url.startswith("/sign-in/?next=")


def test_papers_are_taken_one_by_one_looked_at_replaced_and_taken_out(now, me):
    tasks = begin(me)
    page = f"{tasks}materials/layout/"
    assert upload(me, page, now.png).url == page
    looked = paper_of(me, f"{page}look/")
    assert (looked["Content-Type"], looked.content, "sandbox" in looked["Content-Security-Policy"]) == (
        "image/png",
        now.png,
        True,
    )
    assert "没问题，继续" in text_of(me.get(page))
    me.post(page, {"do": "remove"})
    assert draft_of(tasks).papers == {}
    assert me.get(f"{page}look/").status_code == 404


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "空的"),
        (b"just text", "按内容看这是纯文本"),
        (b"\x00\x00\x00\x18ftypheic" + b"\0" * 20, "手机 HEIC 照片"),
    ],
)
def test_a_file_that_does_not_do_is_refused_in_plain_words(now, me, content, said):
    tasks = begin(me)
    answer = upload(me, f"{tasks}materials/layout/", content)
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert draft_of(tasks).papers == {}


def test_a_file_too_large_is_refused_before_it_is_read(now, me, settings):
    settings.TONGBAN_FILE_LIMIT = 50
    answer = upload(me, f"{begin(me)}materials/layout/", now.png)
    assert answer.status_code == 422
    assert "超过了" in text_of(answer)


def test_a_paper_may_follow_where_the_item_allows_it(now, me):
    tasks = begin(me)
    assert "以后补交" in text_of(me.get(f"{tasks}materials/health/"))
    assert "以后补交" not in text_of(me.get(f"{tasks}materials/application/"))
    me.post(f"{tasks}materials/health/", {"do": "follow"})
    assert draft_of(tasks).following == {"health"}
    assert me.post(f"{tasks}materials/application/", {"do": "follow"}).status_code == 422


def test_a_licence_held_is_neither_asked_for_nor_uploaded(now, me):
    """S098.  Given the applicant holds a valid e-licence, When the item asks for it, Then no upload or original is
    asked.
    """
    tasks = begin(me, "nurse-change")
    page = f"{tasks}materials/old/"
    assert "拍照或选择文件" in text_of(me.get(page))
    held_licence(now, now.citizen().id, "nurse-certificate", valid_until=None)
    shown = text_of(me.get(page))
    assert "这项不用交" in shown
    assert "证照库里已有" in shown
    assert "拍照或选择文件" not in shown
    assert "已有电子证照，免交" in text_of(me.get(tasks))


def test_a_filing_for_an_enterprise_waits_for_its_mandate(now):
    """S017.  Given an unmandated person, When filing for an enterprise, Then it is refused until a mandate is
    confirmed.
    """
    from datetime import date

    from tongban.rooms.people import actions as people

    firm, tenant = now.firm(), now.citizen("租演示")
    client = signed_in(tenant)
    assert str(firm.id) not in client.get(f"/file/{SHOP}/").content.decode()
    assert client.post(f"/file/{SHOP}/", {"for": firm.id, "key": "k"}).status_code == 422
    mandate = people.give_mandate(
        firm.id, tenant.id, items=[SHOP], powers=["file"], valid_until=date(2026, 12, 31), actor="x", paper_file=uuid4()
    )
    assert str(firm.id) not in client.get(f"/file/{SHOP}/").content.decode()
    people.confirm_mandate(mandate, actor="x")
    tasks = begin(client, for_id=firm.id)
    assert "为 示例县示例餐饮有限公司 申请" in text_of(client.get(tasks))
    fill_form(client, tasks)
    finish(client, now, tasks)
    (case,) = cases_of(tenant)
    from tongban.rooms.casework.queries.reading import read

    file = read(case.id)
    assert (file.uuid("applicant_id"), file.uuid("agent_id")) == (firm.id, tenant.id)


def test_a_parent_files_for_her_child(now):
    parent, child = now.citizen("童演示"), now.citizen("童示例")
    tasks = begin(signed_in(parent), "vaccination-card", for_id=child.id)
    found = draft_of(tasks)
    assert (found.applicant_id, found.agent_id) == (child.id, parent.id)


def test_what_a_source_knows_is_not_asked_for_but_may_be_brought(now):
    client = signed_in(now.citizen("房示例"))
    tasks = begin(client, "rental-filing", for_id=now.citizen("房示例").id)
    page = f"{tasks}materials/identity/"
    assert "这项不用交" in text_of(client.get(page))
    assert client.post(page, {"do": "skip"}).status_code == 302
    assert draft_of(tasks).papers == {}
    upload(client, page, now.png)
    assert "没问题，继续" in text_of(client.get(page))
    client.post(page, {"do": "remove"})
    assert "这项不用交" in text_of(client.get(page))


def test_another_signer_is_found_by_name_and_number_and_told_nothing_else(now):
    client = signed_in(now.citizen("房示例"))
    tasks = begin(client, "rental-filing", for_id=now.citizen("房示例").id)
    page = f"{tasks}signers/"
    wrong = client.post(page, {"name-other_side": "租演示", "number-other_side": "990127198805062016"})
    unknown = client.post(page, {"name-other_side": "无此人", "number-other_side": "99012719880506003X"})
    for answer in (wrong, unknown):
        assert answer.status_code == 422
        assert "没有找到姓名和号码都对得上的人" in text_of(answer)
    good = client.post(page, {"name-other_side": "租演示", "number-other_side": "990127199509092100"})
    assert good.status_code == 302
    assert draft_of(tasks).wishes.signers == {"other_side": now.citizen("租演示").id}


def test_the_draft_of_somebody_else_does_not_exist(now, me):
    tasks = begin(me)
    stranger = signed_in(now.citizen("租演示"))
    for path in (
        "",
        "form/1/",
        "materials/layout/",
        "materials/layout/look/",
        "delivery/",
        "review/",
        "done/",
        "drop/",
    ):
        assert stranger.get(tasks + path).status_code == 404, path
        if path not in ("", "done/", "materials/layout/look/"):
            assert stranger.post(tasks + path, {"declare": "true", "do": "remove"}).status_code == 404, path
    assert stranger.get(f"{tasks}receipt.pdf").status_code == 404
    assert signed_in(now.staff("jcs-officer")).get(tasks).status_code == 403


def test_a_draft_thrown_away_is_gone_and_nobody_was_told(now, me):
    tasks = begin(me)
    assert "删除这份草稿" in text_of(me.get(f"{tasks}drop/"))
    assert me.post(f"{tasks}drop/", {"key": "k"}).url == "/mine/"
    assert "您有没填完的申请" not in text_of(me.get(f"/file/{SHOP}/"))
    assert "没填完的申请" not in text_of(me.get("/mine/"))
    assert me.get(tasks, follow=True).status_code == 200


def test_an_item_that_is_split_asks_which_one(now, me):
    page = me.get("/file/food-business/")
    assert page.status_code == 200
    assert "请选择具体要办的事" in text_of(page)
    assert "/file/food-business-new/" in page.content.decode()


def test_an_unknown_item_and_inner_work_are_not_filed(now, me):
    assert me.get("/file/no-such-item/").status_code == 404
    assert me.get("/file/bad-rating-repair/").status_code == 404


def test_a_bundle_asks_once_and_says_which_parts_it_carries(now, me):
    tasks = begin(me, "newborn")
    picked = {"s-where": "hospital", "s-parents": "married", "s-filing": "filed-before", "s-benefit": "no-benefit"}
    half = me.post(f"{tasks}situations/", picked)
    assert half.status_code == 422
    assert "请选一项" in text_of(half)
    assert me.post(f"{tasks}situations/", {**picked, "s-settled": "settled-yes"}).status_code == 302
    page = text_of(me.get(f"{tasks}review/"))
    assert "一张表办这些事" in page
    assert "出生医学证明" in page
    assert "生育津贴" not in page.split("一张表办这些事")[1]
    me.post(f"{tasks}situations/", {**picked, "s-benefit": "with-benefit", "s-settled": "settled-yes"})
    assert "生育津贴" in text_of(me.get(f"{tasks}review/")).split("一张表办这些事")[1]


def test_the_channels_carry_one_draft(now, me):
    """S018.  Given a case begun on a phone, When opened on the portal or window, Then the same data and state are
    shown.
    """
    from tongban.rooms.casework import actions as casework
    from tongban.rooms.casework.queries.drafts import draft

    phone = signed_in(now.citizen())
    phone.defaults["HTTP_USER_AGENT"] = "Mobile"
    tasks = begin(phone)
    phone.post(f"{tasks}form/1/", {"base": "1", "shop_name": "示例早点铺", "skip": "1"})
    upload(phone, f"{tasks}materials/layout/", now.png)
    assert "示例早点铺" in me.get(f"{tasks}form/1/").content.decode()
    assert "已上传" in text_of(me.get(tasks))
    clerk = now.able("receive", SHOP)
    seen = draft(UUID(tasks.split("/")[3]))
    assert (seen.answers, set(seen.papers)) == ({"shop_name": "示例早点铺"}, {"layout"})
    casework.fill_draft(
        seen.case_id, clerk, casework.Piece(answers={"owner": "林示例"}, asked=["owner"]), channel="window"
    )
    assert "林示例" in phone.get(f"{tasks}form/1/").content.decode()


@pytest.mark.parametrize("path", ["", "form/1/", "materials/layout/", "delivery/", "review/", "done/"])
def test_no_page_asks_more_than_25_questions_of_the_database(now, me, path, django_assert_max_num_queries):
    tasks = f"/file/d/{filed(me, now)}/" if path == "done/" else begin(me)
    me.get(tasks + path)
    with django_assert_max_num_queries(25):
        assert me.get(tasks + path).status_code == 200


@pytest.mark.parametrize("path", ["", "situations/", "form/1/", "review/"])
def test_no_page_of_a_bundle_asks_more_than_25_questions(now, me, path, django_assert_max_num_queries):
    tasks = begin(me, "newborn")
    picked = {"s-where": "hospital", "s-parents": "married", "s-filing": "not-filed", "s-benefit": "with-benefit"}
    me.post(f"{tasks}situations/", {**picked, "s-settled": "paid-self"})
    me.get(tasks + path)
    with django_assert_max_num_queries(25):
        assert me.get(tasks + path).status_code == 200


def photo(colour, size=(900, 600), place=True):
    """A photograph as a phone makes it: with the place where it was taken."""
    from io import BytesIO

    from PIL import Image

    picture, made = Image.new("RGB", size, colour), BytesIO()
    exif = picture.getexif()
    if place:
        exif.get_ifd(0x8825)[1] = "N"
        exif[0x010F] = "PhoneMaker"
    picture.save(made, "JPEG", exif=exif)
    return made.getvalue()


def several(client, url, contents, name="file", **more):
    from django.core.files.uploadedfile import SimpleUploadedFile

    return client.post(url, {name: [SimpleUploadedFile(f"{n}.jpg", one) for n, one in enumerate(contents)], **more})


def pages_of(tasks, code):
    """Return the colour in the middle of each page of what was handed in."""
    import re as again
    from io import BytesIO

    from PIL import Image

    from tongban.rooms.files import actions as files

    content = files.read(draft_of(tasks).papers[code], who="house", purpose="test")
    if not content.startswith(b"%PDF"):
        pictures = [content]
    else:
        assert b"PhoneMaker" not in content
        pictures = again.findall(rb"(?s)\xff\xd8\xff.*?\xff\xd9", content)
    found = []
    for one in pictures:
        with Image.open(BytesIO(one)) as picture:
            r, g, _ = picture.convert("RGB").getpixel((picture.width // 2, picture.height // 2))
            found.append(("red" if r > 128 else "green" if g > 100 else "blue", picture.width > picture.height))
    return found


def arrange(client, page, do, **more):
    shown = client.get(page).content.decode()
    seen = re.findall(r'name="seen" value="([^"]*)"', shown)[0]
    return client.post(page, {"key": uuid4().hex, "seen": seen, "do": do, **more})


def test_several_photographs_become_one_paper_put_in_order_turned_replaced_and_taken_out(now, me):
    from django.core.files.uploadedfile import SimpleUploadedFile

    tasks = begin(me)
    page, order = f"{tasks}materials/layout/", f"{tasks}materials/layout/sheets/"
    answer = several(me, page, [photo("red"), photo("green")], do="upload")
    assert answer.url == order
    assert pages_of(tasks, "layout") == [("red", True), ("green", True)]
    assert arrange(me, order, "down:1").status_code == 302
    assert arrange(me, order, "turn:1").status_code == 302
    assert pages_of(tasks, "layout") == [("green", False), ("red", True)]
    small = paper_of(me, f"{order}1/")
    assert small["Content-Type"] == "image/jpeg"
    assert b"PhoneMaker" not in small.content
    more = SimpleUploadedFile("3.jpg", photo("blue"))
    assert arrange(me, order, "add", more=more).status_code == 302
    assert [colour for colour, _ in pages_of(tasks, "layout")] == ["green", "red", "blue"]
    assert arrange(me, order, "drop:2").status_code == 302
    again = SimpleUploadedFile("4.jpg", photo("red"))
    assert arrange(me, order, "again:1", **{"again-1": again}).status_code == 302
    assert pages_of(tasks, "layout") == [("red", True), ("blue", True)]


def test_photographs_moved_twice_by_one_press_move_once_and_an_old_page_moves_nothing(now, me):
    tasks = begin(me)
    order = f"{tasks}materials/layout/sheets/"
    several(me, f"{tasks}materials/layout/", [photo("red"), photo("green"), photo("blue")], do="upload")
    shown = me.get(order).content.decode()
    sent = {"key": uuid4().hex, "seen": re.findall(r'name="seen" value="([^"]*)"', shown)[0], "do": "drop:1"}
    assert me.post(order, sent).status_code == me.post(order, sent).status_code == 302
    assert len(pages_of(tasks, "layout")) == 2
    answer = me.post(order, {**sent, "key": uuid4().hex})
    assert answer.status_code == 422
    assert "照片刚才在别处调整过" in text_of(answer)
    assert len(pages_of(tasks, "layout")) == 2


def test_photographs_too_many_or_too_large_are_refused_in_plain_words(now, me, settings):
    tasks = begin(me)
    page = f"{tasks}materials/layout/"
    answer = several(me, page, [photo("red", (40, 30))] * 21, do="upload")
    assert answer.status_code == 422
    assert "最多 20 张照片" in text_of(answer)
    answer = several(me, page, [photo("red"), b"%PDF-1.7 not a photograph"], do="upload")
    assert "按内容看这是PDF 文档" in text_of(answer)
    settings.TONGBAN_FILE_LIMIT = 12_000
    answer = several(me, page, [photo("red"), photo("green"), photo("blue")], do="upload")
    assert answer.status_code == 422
    assert "3 张照片合起来有" in text_of(answer)
    assert draft_of(tasks).papers == {}


def test_one_photograph_may_get_further_pages_later(now, me):
    tasks = begin(me)
    page, order = f"{tasks}materials/layout/", f"{tasks}materials/layout/sheets/"
    several(me, page, [photo("red")], do="upload")
    assert order in me.get(page).content.decode()
    several_more = arrange(me, order, "turn:1")
    assert several_more.status_code == 302
    assert pages_of(tasks, "layout") == [("red", False)]
    me.post(page, {"do": "remove"})
    assert me.get(order).url == page


def test_a_refusal_with_values_in_it_is_english_on_an_english_page(now, me):
    tasks = begin(me)
    me.cookies["tongban_lang"] = "en"
    answer = several(me, f"{tasks}materials/layout/", [photo("red", (40, 30))] * 21, do="upload")
    assert answer.status_code == 422
    assert "One document may have 20 photographs at most." in text_of(answer)
