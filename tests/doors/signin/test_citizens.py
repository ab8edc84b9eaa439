"""Citizens at the door: register, come in by password or code, forget a password, act for a company."""

import re

import pytest
from django.test import Client

from tests.doors.browsing import signed_in, text_of
from tongban.rooms.exchange import actions as exchange
from tongban.rooms.people import actions as people
from tongban.rooms.people import queries
from tongban.rooms.people.models import Account, Person

PHONE, PASSWORD = "10000000001", "三月里种树 七月里乘凉"
NUMBER = "990127198805062016"


def shown_code(client: Client) -> str:
    """Return the code a demonstration shows on its page."""
    found = re.search(r'<strong class="number">(\d{6})<', client.get("/code/").content.decode())
    assert found is not None
    return found[1]


def with_code(client: Client, begin: str, phone: str = PHONE, **more: str) -> object:
    """Ask for a code at ``begin`` and type it."""
    assert client.post(begin, {"phone": phone, **more}).url == "/code/"
    return client.post("/code/", {"code": shown_code(client)})


def register(client: Client, name: str = "林示例", number: str = NUMBER, phone: str = PHONE, **more: str) -> object:
    """Register up to the identity; returns its answer."""
    assert with_code(client, "/register/", phone, **more).url == "/register/identity/"
    return client.post("/register/identity/", {"name": name, "scheme": "citizen_id", "number": number})


def test_a_citizen_registers_and_is_in(county):
    client, before = Client(), Person.objects.count()
    assert register(client, next="/account/").url == "/new-password/"
    answer = client.post("/new-password/", {"password": PASSWORD, "again": PASSWORD})
    assert answer.url == "/account/"
    assert "林示例" in text_of(client.get("/account/"))
    assert Person.objects.count() == before
    assert Account.objects.get(person_id=county.citizen().id).password


@pytest.mark.parametrize(
    ("name", "number", "sentence"),
    [
        ("林示例", "990127198805062017", "校验"),
        ("张示例", NUMBER, "姓名和证件号码对不上"),
        ("新示例", "990127199001010004", "没有查到这个身份证号码"),
        ("童示例", "990127201506012072", "请由监护人"),
        ("", NUMBER, "没有填写姓名"),
    ],
)
def test_an_identity_that_does_not_hold_is_refused_and_nothing_typed_is_lost(county, name, number, sentence):
    client = Client()
    answer = register(client, name, number)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert f'value="{number}"' in answer.content.decode()


def test_a_register_that_is_down_asks_to_come_back(county):
    exchange.set_knobs("990127", "population", down=True)
    answer = register(Client())
    assert answer.status_code == 422
    assert "人口信息系统暂时连不上" in text_of(answer)


def test_a_passport_is_checked_at_a_window_once(county):
    client = Client()
    with_code(client, "/register/", "10000009999")
    form = {"name": "Jean EXEMPLE", "scheme": "passport", "number": "99TEST001", "issuer": "FRA"}
    answer = client.post("/register/identity/", form)
    assert "登记一次手机号" in text_of(answer)


def test_passwords_that_differ_or_are_weak_are_refused(county):
    client = Client()
    register(client)
    for form, sentence in (
        ({"password": PASSWORD, "again": "x"}, "两次输入的密码不一样"),
        ({"password": NUMBER, "again": NUMBER}, "不要用手机号、证件号码"),
        ({"password": "短", "again": "短"}, "密码至少 10 位"),
    ):
        answer = client.post("/new-password/", form)
        assert answer.status_code == 422
        assert sentence in text_of(answer)
    assert client.post("/new-password/", {"password": PASSWORD, "again": PASSWORD}).status_code == 302


def test_the_steps_cannot_be_skipped(county):
    client = Client()
    assert client.get("/register/identity/").url == "/register/"
    assert client.get("/code/").url == "/sign-in/"
    assert client.get("/new-password/").url == "/sign-in/"
    client.post("/register/", {"phone": PHONE})
    answer = client.post("/register/identity/", {"name": "林示例", "scheme": "citizen_id", "number": NUMBER})
    assert "验证码已失效" in text_of(answer)
    answer = client.post("/new-password/", {"password": PASSWORD, "again": PASSWORD})
    assert "验证码已失效" in text_of(answer)


def test_in_by_password_and_back_to_where_she_was_going(registered):
    client = Client()
    answer = client.post("/sign-in/", {"phone": PHONE, "password": PASSWORD, "next": "/account/"})
    assert answer.url == "/account/"
    assert client.get("/account/").status_code == 200
    away = Client().post("/sign-in/", {"phone": PHONE, "password": PASSWORD, "next": "https://example.org/"})
    assert away.url == "/"


def test_wrong_and_unknown_get_the_same_page(registered):
    wrong = Client().post("/sign-in/", {"phone": PHONE, "password": "wrong"})
    unknown = Client().post("/sign-in/", {"phone": "10000000099", "password": "wrong"})
    assert (wrong.status_code, text_of(wrong)) == (unknown.status_code, text_of(unknown)) == (422, text_of(wrong))
    assert f'value="{PHONE}"' in wrong.content.decode()


def test_a_stranger_at_the_same_address_does_not_lock_the_owner_out(registered):
    owner, stranger = Client(), Client()
    owner.post("/sign-in/", {"phone": PHONE, "password": PASSWORD})
    owner.post("/sign-out/")
    for _one in range(5):
        assert stranger.post("/sign-in/", {"phone": PHONE, "password": "a guess"}).status_code == 422
    slowed = stranger.post("/sign-in/", {"phone": PHONE, "password": PASSWORD})
    assert slowed.status_code == 429
    assert "改用验证码登录" in text_of(slowed)
    assert owner.post("/sign-in/", {"phone": PHONE, "password": PASSWORD}).status_code == 302


def test_in_by_code(registered):
    client = Client()
    assert with_code(client, "/sign-in/code/", next="/account/").url == "/account/"


def test_a_forgotten_password_is_set_anew_by_code(registered):
    client, fresh = Client(), "八月里 收谷子 满仓"
    assert with_code(client, "/forgotten/").url == "/new-password/"
    assert client.post("/new-password/", {"password": fresh, "again": fresh}).status_code == 302
    assert Client().post("/sign-in/", {"phone": PHONE, "password": PASSWORD}).status_code == 422
    assert Client().post("/sign-in/", {"phone": PHONE, "password": fresh}).status_code == 302


def test_an_unknown_phone_gets_no_code_and_no_word_of_it(county):
    client = Client()
    assert client.post("/forgotten/", {"phone": "10000000099"}).url == "/code/"
    page = text_of(client.get("/code/"))
    assert "如果这个号码能用于这一步，短信已经发出" in page
    assert "验证码不对" in text_of(client.post("/code/", {"code": "123456"}))


def test_outside_a_demonstration_no_code_stands_on_the_page(county, settings):
    settings.TONGBAN_DEMO = False
    client = Client()
    client.post("/register/", {"phone": PHONE})
    assert "演示环境" not in text_of(client.get("/code/"))


def test_the_list_of_sign_ins_names_devices_and_ends_one(registered):
    phone = Client(headers={"user-agent": "Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0"})
    desk = Client(headers={"user-agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/130 Edg/130"})
    for client in (phone, desk):
        client.post("/sign-in/", {"phone": PHONE, "password": PASSWORD})
    page = desk.get("/account/")
    assert "安卓手机 · 微信" in text_of(page)
    assert "Windows 电脑 · Edge" in text_of(page)
    found = re.findall(r'name="end" value="([^"]+)"', page.content.decode())
    for one in found:
        desk.post("/account/", {"end": one})
    assert phone.get("/account/").status_code == 302
    assert desk.get("/account/").status_code == 200


def test_nobody_ends_the_sign_in_of_another(registered, county):
    other = signed_in(county.citizen("房示例"))
    found = people.sign_in(Account.objects.get(person_id=county.citizen().id).id, way="demo")
    other.post("/account/", {"end": str(found.sign_in_id)})
    assert queries.signed_in(found.secret) is not None


def test_a_representative_acts_for_the_company_and_others_do_not(county):
    owner = signed_in(county.citizen("房示例"))
    assert "示例县示例餐饮有限公司" in text_of(owner.get("/account/for/"))
    assert owner.post("/account/for/", {"who": str(county.firm().id), "next": "/account/"}).url == "/account/"
    assert "为示例县示例餐饮有限公司办" in text_of(owner.get("/account/"))
    owner.post("/account/for/", {"who": ""})
    assert "为示例县示例餐饮有限公司办" not in text_of(owner.get("/account/"))
    other = signed_in(county.citizen("林示例")).post("/account/for/", {"who": str(county.firm().id)})
    assert other.status_code == 403


def test_pages_ask_the_database_little(registered, django_assert_max_num_queries, county):
    client = signed_in(county.citizen("房示例"))
    for _one in range(3):
        with django_assert_max_num_queries(12):
            client.get("/account/")
        signed_in(county.citizen("房示例"))
    with django_assert_max_num_queries(3):
        Client().get("/sign-in/")


def test_whom_a_window_registered_without_a_phone_nobody_claims_by_name_and_number(county):
    """Name and number stand on many papers: the phone must have been seen at a window once."""
    from tongban.rooms.people import actions as people
    from tongban.rooms.people import queries

    elder = queries.named("990127", "寿样本")[0]
    number = "990127195010012089"
    stranger = Client()
    with_code(stranger, "/register/", "10000000077")
    answer = stranger.post("/register/identity/", {"name": "寿样本", "scheme": "citizen_id", "number": number})
    assert answer.status_code == 422
    assert "登记一次手机号" in text_of(answer)
    people.note_phone(elder.id, "10000000078", actor="house")
    herself = Client()
    assert register(herself, "寿样本", number, "10000000078")
