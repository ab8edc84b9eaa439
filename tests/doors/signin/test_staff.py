"""Staff at the door: 工号, password and six figures; which post."""

import re

import pytest
from django.test import Client

from tests.doors.browsing import signed_in, text_of
from tongban.rooms import clock, crypto
from tongban.rooms.people import actions as people
from tongban.rooms.people import queries
from tongban.rooms.people.models import Person, Staff

PASSWORD = "三月里种树 七月里乘凉"
NUMBER = "T075"


@pytest.fixture
def machine(monkeypatch):
    """The machine's clock, to be put forward."""

    class Machine:
        ms = clock.machine_milliseconds()

        def figures(self, seed: str) -> str:
            self.ms += 60_000
            return people.figures_at(seed, self.ms // 1000)

    found = Machine()
    monkeypatch.setattr(clock, "machine_milliseconds", lambda: found.ms)
    return found


@pytest.fixture
def officer(county):
    """The system officer, with an account and a password."""
    who = county.staff("system-officer")
    account = people.open_account("990127", f"staff:{NUMBER}", actor="house", staff_id=who.id)
    people.set_password(account, PASSWORD, actor="house")
    return who


def enter(client: Client, **more: str) -> object:
    return client.post("/sign-in/staff/", {"staff": NUMBER, "password": PASSWORD, **more})


def seed_on(page: object) -> str:
    found = re.search(r"<code>([A-Z2-7 ]+)</code>", page.content.decode())
    assert found is not None
    return found[1].replace(" ", "")


def test_in_a_demonstration_the_figures_are_not_forced(officer):
    client = Client()
    assert enter(client).url == "/manage/"
    assert client.get("/manage/").status_code == 200


def test_elsewhere_the_first_sign_in_sets_up_the_figures(officer, settings, machine):
    settings.TONGBAN_DEMO = False
    client = Client()
    assert enter(client, next="/account/").url == "/sign-in/authenticator/"
    assert client.get("/account/").status_code == 302
    page = client.get("/sign-in/authenticator/")
    assert "data:image/svg+xml" in page.content.decode()
    seed = seed_on(page)
    assert client.post("/sign-in/authenticator/", {"figures": "000000"}).status_code == 422
    done = client.post("/sign-in/authenticator/", {"figures": machine.figures(seed)})
    codes = re.findall(r"<code>(\w{5}-\w{5})</code>", done.content.decode())
    assert len(codes) == 8
    assert client.get("/account/").status_code == 200

    again = Client()
    assert enter(again).url == "/sign-in/figures/"
    assert again.get("/sign-in/authenticator/").url == "/sign-in/staff/"
    assert again.get("/account/").status_code == 302
    assert again.post("/sign-in/figures/", {"figures": "000000"}).status_code == 422
    assert again.post("/sign-in/figures/", {"figures": machine.figures(seed)}).url == "/manage/"

    lost = Client()
    enter(lost)
    assert lost.post("/sign-in/figures/", {"figures": codes[0]}).status_code == 302
    enter(lost)
    assert lost.post("/sign-in/figures/", {"figures": codes[0]}).status_code == 422


def test_the_figures_cannot_be_reached_without_the_password(officer, settings):
    settings.TONGBAN_DEMO = False
    assert Client().get("/sign-in/figures/").url == "/sign-in/staff/"
    assert Client().get("/sign-in/authenticator/").url == "/sign-in/staff/"
    client = Client()
    client.cookies["tongban_half"] = "made:up:value"
    assert client.get("/sign-in/figures/").url == "/sign-in/staff/"


def test_guessing_figures_is_slowed(officer, settings, machine):
    settings.TONGBAN_DEMO = False
    account = queries.account_of(staff_id=officer.id)
    seed = people.begin_totp(account).text
    people.confirm_totp(account, machine.figures(seed))
    client = Client()
    enter(client)
    for _one in range(5):
        assert client.post("/sign-in/figures/", {"figures": "000000"}).status_code == 422
    assert client.post("/sign-in/figures/", {"figures": "000000"}).status_code == 429


def test_the_first_password_comes_by_the_phone_on_record(county):
    person = Staff.objects.get(number=NUMBER).person_id
    phone = "10000008888"
    Person.objects.filter(id=person).update(
        phone_sealed=crypto.seal_text(phone), phone_hash=crypto.keyed_hash("phone", phone)
    )
    client = Client()
    assert client.post("/sign-in/first/", {"staff": NUMBER}).url == "/code/"
    code = re.search(r'<strong class="number">(\d{6})<', client.get("/code/").content.decode())
    assert code is not None
    assert client.post("/code/", {"code": code[1]}).url == "/new-password/"
    assert client.post("/new-password/", {"password": PASSWORD, "again": PASSWORD}).url == "/manage/"
    assert enter(Client()).status_code == 302


def test_who_left_and_an_unknown_number_get_the_same_page(county):
    for number in ("T999", NUMBER):
        client = Client()
        client.post("/sign-in/first/", {"staff": number})
        assert "没有发出" in text_of(client.get("/code/"))


def test_who_holds_several_posts_chooses_one(county):
    who = county.staff("system-officer")
    post = people.create_post("second", county="990127", unit="xzsp", site="hall", title="第二个岗位", actor="house")
    people.hold_post(who.id, post, actor="house")
    account = people.open_account("990127", f"staff:{NUMBER}", actor="house", staff_id=who.id)
    people.set_password(account, PASSWORD, actor="house")
    client = Client()
    assert enter(client, next="/account/").url == "/account/post/?next=%2Faccount%2F"
    assert "第二个岗位" in text_of(client.get("/account/post/"))
    assert client.post("/account/post/", {"post": str(post), "next": "/account/"}).url == "/account/"
    assert "第二个岗位" in text_of(client.get("/account/"))
    other = county.staff("security-officer").post_id
    assert client.post("/account/post/", {"post": str(other)}).status_code == 403


def test_a_citizen_has_no_post_to_choose(county):
    assert signed_in(county.citizen()).get("/account/post/").status_code == 403
