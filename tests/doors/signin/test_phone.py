"""A citizen changes her own phone: shown by the old one or her papers, proved by the new one, told to the old one."""

import re
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.test import Client

from tests.doors.browsing import text_of
from tests.doors.signin.test_citizens import NUMBER, PASSWORD, PHONE, shown_code
from tongban.rooms.people.models import Account, Code, Person

NEW = "10000000042"


@pytest.fixture
def me(registered):
    client = Client()
    assert client.post("/sign-in/", {"phone": PHONE, "password": PASSWORD}).status_code == 302
    return client


def prove(client):
    return client.post("/code/", {"code": shown_code(client)})


def to_new(client, phone=NEW):
    assert client.post("/account/phone/new/", {"phone": phone}).url == "/code/"
    return prove(client)


def phone_of(county):
    from tongban.rooms.people import queries

    return queries.phone_tail(county.citizen().id)


def told_of(purpose):
    """Return what the postman would send for the last code of this purpose."""
    from tongban.rooms.people.actions.codes import code_to_send

    return code_to_send(Code.objects.filter(purpose=purpose).latest("made_at").id)


def test_with_the_old_phone_the_number_is_changed_and_the_old_one_told(county, me):
    from tongban.rooms.ledger.models import Entry

    other = Client()
    other.post("/sign-in/", {"phone": PHONE, "password": PASSWORD})
    assert "尾号 0001" in text_of(me.get("/account/"))
    assert me.post("/account/phone/").url == "/code/"
    assert told_of("old").phone == PHONE
    assert prove(me).url == "/account/phone/new/"
    assert to_new(me).url == "/account/"
    assert "手机号已更换" in text_of(me.get("/account/"))
    assert phone_of(county) == "0042"
    moved = told_of("moved")
    assert (moved.phone, moved.purpose) == (PHONE, "moved")
    assert Entry.objects.filter(step="change_phone", actor=f"person:{county.citizen().id}").count() == 1
    # Elsewhere she is signed out; the old number opens nothing any more, the new one does.
    assert other.get("/account/").status_code == 302
    fresh = Client()
    assert fresh.post("/sign-in/", {"phone": PHONE, "password": PASSWORD}).status_code == 422
    assert fresh.post("/sign-in/", {"phone": NEW, "password": PASSWORD}).status_code == 302


def test_the_old_number_is_told_in_words_and_without_a_code(county, me, monkeypatch):
    from tongban.hall.postman import codes as postman

    sent = []
    monkeypatch.setattr(postman, "channel", lambda: type("Kept", (), {"send": lambda _self, one: sent.append(one)})())
    me.post("/account/phone/")
    prove(me)
    to_new(me)
    row = Code.objects.get(purpose="moved")
    postman.keep_code(SimpleNamespace(subject_id=row.id, key="k"))
    assert "换成了另一个号码" in sent[0].text
    assert not re.search(r"\d{4,}", sent[0].text)


def test_without_the_old_phone_papers_and_password_are_asked_for(county, me):
    wrong = {"name": "林示例", "number": NUMBER, "password": "不是这个密码不是"}
    answer = me.post("/account/phone/identity/", wrong)
    assert answer.status_code == 422
    assert "姓名、身份证号码或密码不对" in text_of(answer)
    other = me.post("/account/phone/identity/", {**wrong, "name": "张示例", "password": PASSWORD})
    assert "姓名、身份证号码或密码不对" in text_of(other)
    good = {"name": "林示例", "number": NUMBER, "password": PASSWORD}
    assert me.post("/account/phone/identity/", good).url == "/account/phone/new/"
    assert to_new(me).url == "/account/"
    assert phone_of(county) == "0042"


def test_tries_are_slowed_down(county, me):
    wrong = {"name": "林示例", "number": NUMBER, "password": "不是这个密码不是"}
    answers = [me.post("/account/phone/identity/", wrong).status_code for _ in range(6)]
    assert answers == [422] * 5 + [429]


def test_nothing_is_changed_without_both_proofs(county, me):
    assert me.get("/account/phone/new/").url == "/account/phone/"
    me.post("/account/phone/")
    # The code to the old phone was not typed: the new number is not asked.
    assert me.post("/account/phone/new/", {"phone": NEW}).url == "/account/phone/"
    assert me.post("/code/", {"code": "000000"}).status_code == 422
    assert prove(me).url == "/account/phone/new/"
    assert me.post("/account/phone/new/", {"phone": PHONE}).status_code == 422
    assert me.post("/account/phone/new/", {"phone": "12"}).status_code == 422
    assert me.post("/account/phone/new/", {"phone": NEW}).url == "/code/"
    assert me.post("/code/", {"code": "000000"}).status_code == 422
    assert phone_of(county) == "0001"


def test_the_phone_of_somebody_elses_account_is_not_taken(county, me):
    from tongban.rooms.people import actions as people

    people.open_account("990127", f"phone:{NEW}", actor="house", person_id=county.citizen("租演示").id)
    me.post("/account/phone/")
    prove(me)
    answer = me.post("/account/phone/new/", {"phone": NEW})
    assert answer.status_code == 422
    assert "已用于另一个人的账号" in text_of(answer)


def test_a_code_of_another_browser_changes_nothing_here(county, me):
    """The cookie of a code is nobody's power: it belongs to the account that asked for it."""
    from tests.doors.browsing import signed_in
    from tongban.doors.signin.browser import CODE

    me.post("/account/phone/")
    prove(me)
    stranger = signed_in(county.citizen("租演示"))
    stranger.cookies[CODE] = me.cookies[CODE].value
    assert stranger.post("/account/phone/new/", {"phone": NEW}).url == "/account/phone/"
    assert me.post("/account/phone/new/", {"phone": NEW}).url == "/code/"
    stranger.cookies[CODE] = me.cookies[CODE].value
    assert stranger.post("/code/", {"code": shown_code(me)}).status_code == 422
    assert phone_of(county) == "0001"


def test_who_has_no_phone_or_no_password_goes_to_a_window(county):
    from tests.doors.browsing import signed_in

    who = county.citizen("租演示")
    client = signed_in(who)
    Person.objects.filter(id=who.id).update(phone_sealed=None, phone_hash=None)
    assert "请带证件到任一窗口或村站登记" in text_of(client.get("/account/phone/"))
    assert client.post("/account/phone/").status_code == 422
    sent = {"name": "租演示", "number": "1", "password": uuid4().hex}
    assert "没有设过密码" in text_of(client.post("/account/phone/identity/", sent))
    assert Account.objects.get(person_id=who.id).password == ""
