"""The frame of all pages: who sees what in it, how it says no, how it looks on a phone."""

import pytest
from django.test import Client

from tests.doors.browsing import faults_of, signed_in, text_of


def test_a_visitor_is_offered_to_sign_in(county):
    assert "登录" in text_of(Client().get("/"))


def test_staff_see_the_doors_that_stand_open_to_their_post(county):
    page = text_of(signed_in(county.staff("jcs-officer")).get("/watch/"))
    assert "监察" in page
    assert "系统管理" not in page


def test_a_door_that_is_not_hers_is_refused_with_a_sentence(county):
    answer = signed_in(county.staff("editor")).get("/counter/")
    assert answer.status_code == 403
    assert "这一页供有下列职权之一的岗位：收件、受理、送达使用。请换用有权限的账号或岗位" in text_of(answer)
    client = signed_in(county.staff("editor"))
    client.cookies["tongban_lang"] = "en"
    assert "This page is for posts with one of these powers: " in text_of(client.get("/counter/"))


def test_nobody_is_led_to_the_sign_in_and_back(county):
    answer = Client().get("/office/?a=1")
    assert (answer.status_code, answer.url) == (302, "/sign-in/?next=%2Foffice%2F%3Fa%3D1&for=staff")
    said = "登录后回到您要打开的那一页"
    assert said in text_of(Client().get(answer.url, follow=True))
    assert said not in text_of(Client().get("/sign-in/"))


def test_big_text_is_remembered_with_the_account_and_without_one(county):
    alone, citizen = Client(), signed_in(county.citizen())
    for client in (alone, citizen):
        client.post("/prefer/", {"big_text": "1", "next": "/"})
        assert 'class="big"' in client.get("/").content.decode()
    again = signed_in(county.citizen())
    assert 'class="big"' in again.get("/").content.decode()


def test_the_way_back_leads_nowhere_else(county):
    assert Client().post("/prefer/", {"big_text": "1", "next": "https://example.org/"}).url == "/"


def test_signing_out_everywhere_ends_the_other_browsers(county):
    who = county.citizen()
    here, there = signed_in(who), signed_in(who)
    here.post("/account/", {"everywhere": "1"})
    assert here.get("/account/").status_code == 200
    assert there.get("/account/").status_code == 302


def test_an_unknown_address_answers_in_words(county):
    answer = Client().get("/nosuch")
    assert answer.status_code == 404
    assert "请核对后重新输入" in text_of(answer)


def test_a_demonstration_lets_anybody_in_as_anybody(county):
    client = Client()
    page = client.get("/demo/")
    assert "林示例" in text_of(page)
    answer = client.post("/demo/", {"kind": "person", "id": county.citizen().id})
    assert answer.url == "/"
    assert "林示例" in text_of(client.get("/"))


@pytest.mark.parametrize(
    ("post", "first"),
    [
        ("window-1", "/counter/"),  # she decides on the spot what may be, and sits at a window
        ("exit", "/counter/"),
        ("town-001-clerk", "/station/"),
        ("village-001001-agent", "/station/"),
        ("scjg-acceptor", "/counter/"),
        ("scjg-reviewer", "/office/"),
        ("scjg-chief", "/office/"),
        ("scjg-head", "/office/"),  # permits extensions
        ("jcs-officer", "/watch/"),
        ("editor", "/manage/items/"),
        ("audit-officer", "/manage/"),
    ],
)
def test_each_post_comes_in_where_its_work_lies(county, post, first):
    from tongban.rooms.people import queries as people

    client = Client()
    assert client.post("/demo/", {"kind": "post", "id": people.post_coded(county.code, post).id}).url == first
    assert client.get(first).status_code == 200


@pytest.mark.parametrize("size", ["phone", "screen"])
def test_the_parts_are_good_for_who_cannot_see_them(site, request, size):
    page = request.getfixturevalue(size)
    page.goto(f"{site.url}/_styleguide/")
    assert faults_of(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
