"""Accounts: who comes in by what, who is slowed and who is not, whom a registration is tied to."""

from functools import partial

import pytest

from tongban.rooms import clock
from tongban.rooms.ledger.models import Access, Entry, Promise
from tongban.rooms.people import actions as people
from tongban.rooms.people import queries
from tongban.rooms.people.actions import passwords, slowing
from tongban.rooms.people.models import Account, Code, Person
from tongban.rulebook.errors import Refused

COUNTY = "990127"
PHONE, PASSWORD = "10000009999", "三月里种树 七月里乘凉"


@pytest.fixture(autouse=True)
def _quick_hasher(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def machine(monkeypatch):
    """The machine's clock, to be put forward."""

    class Machine:
        ms = clock.machine_milliseconds()

        def later(self, seconds: float) -> None:
            self.ms += int(seconds * 1000)

    found = Machine()
    monkeypatch.setattr(clock, "machine_milliseconds", lambda: found.ms)
    return found


def code_of(purpose: str, login: str, address: str = "a") -> str:
    """Ask for a code and prove it; returns the secret."""
    secret = people.ask_code(COUNTY, purpose, login, address=address)
    people.prove_code(COUNTY, secret, people.code_in_demo(COUNTY, secret))
    return secret


def registered(phone: str = PHONE, name: str = "新示例", number: str = "990127199001010004") -> object:
    secret = code_of("register", phone)
    people.tie_person(COUNTY, secret, name, "citizen_id", number, confirmed=True)
    return people.finish_registration(COUNTY, secret, PASSWORD)


@pytest.fixture
def account(county):
    return registered()


def enter(password: str = PASSWORD, address: str = "home", known: str = ""):
    return people.enter_by_password(COUNTY, f"phone:{PHONE}", password, address=address, known=known)


def code_of_refusal(act) -> str:
    with pytest.raises(Refused) as no:
        act()
    return no.value.code


def test_the_right_password_opens_and_a_wrong_one_does_not(account):
    assert enter() == account
    assert code_of_refusal(lambda: enter("wrong password")) == "sign_in_wrong"


def test_unknown_and_wrong_are_answered_and_worked_alike(account, monkeypatch):
    worked = []
    make, check = passwords.hashers.make_password, passwords.hashers.check_password
    monkeypatch.setattr(passwords.hashers, "make_password", lambda *a: worked.append("make") or make(*a))
    monkeypatch.setattr(passwords.hashers, "check_password", lambda *a: worked.append("check") or check(*a))
    with pytest.raises(Refused) as wrong:
        enter("wrong password")
    with pytest.raises(Refused) as unknown:
        people.enter_by_password(COUNTY, "phone:10000000000", "wrong password", address="home")
    assert (wrong.value.code, wrong.value.sentence) == (unknown.value.code, unknown.value.sentence)
    assert worked == ["check", "make"]


def test_a_stranger_who_guesses_is_slowed_and_the_owner_is_not(account, machine):
    mark = people.mark_known(account, "")
    for _one in range(slowing.FREE):
        assert code_of_refusal(lambda: enter("a guess a guess", "stranger")) == "sign_in_wrong"
    assert code_of_refusal(lambda: enter(PASSWORD, "stranger")) == "too_many"
    assert enter(PASSWORD, "home") == account
    # The stranger sits behind the same address as the owner, whose browser is known to the account.
    assert enter(PASSWORD, "stranger", mark) == account
    machine.later(slowing.FIRST_WAIT + 1)
    assert code_of_refusal(lambda: enter("a guess a guess", "stranger")) == "sign_in_wrong"
    machine.later(slowing.FIRST_WAIT + 1)
    assert code_of_refusal(lambda: enter(PASSWORD, "stranger")) == "too_many"


def test_a_mark_of_another_account_or_a_made_up_one_helps_nobody(account, machine):
    other = people.open_account(COUNTY, "demo:x", actor="house", person_id=queries.named(COUNTY, "林示例")[0].id)
    for _one in range(slowing.FREE):
        code_of_refusal(lambda: enter("a guess a guess", "stranger"))
    for mark in (people.mark_known(other, ""), "abc.def", "~"):
        assert code_of_refusal(lambda mark=mark: enter(PASSWORD, "stranger", mark)) == "too_many"


def test_a_stolen_known_browser_is_slowed_by_its_own_count(account, machine):
    mark = people.mark_known(account, "")
    for _one in range(slowing.FREE):
        code_of_refusal(lambda: enter("a guess a guess", "home", mark))
    assert code_of_refusal(lambda: enter(PASSWORD, "home", mark)) == "too_many"
    assert enter(PASSWORD, "home") == account


def test_a_browser_remembers_five_accounts_at_most(account):
    marks = ""
    for _one in range(8):
        marks = people.mark_known(account, marks)
    assert marks.count("~") == 0
    assert passwords.known_device(account, marks) == marks


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("kurz", "password_short"),
        ("x" * 201, "password_long"),
        ("1234567890", "password_common"),
        ("aaaaaaaaaaaa", "password_common"),
        ("ab10000009999cd", "password_own"),
    ],
)
def test_a_weak_password_is_refused_with_what_to_do(county, password, code):
    assert code_of_refusal(lambda: people.check_strength(password, PHONE)) == code


def test_registering_ties_the_account_to_the_person_of_the_window(county):
    known = queries.named(COUNTY, "林示例")[0]
    number = people.reveal(known.id, who="house", purpose="test")["citizen_id"]
    before = Person.objects.count()
    secret = code_of("register", "10000000001")
    people.tie_person(COUNTY, secret, "林示例", "citizen_id", number, confirmed=True)
    account = people.finish_registration(COUNTY, secret, PASSWORD)
    assert Account.objects.get(id=account).person_id == known.id
    assert Person.objects.count() == before


def test_another_phone_does_not_take_over_whom_a_window_registered(county):
    number = people.reveal(queries.named(COUNTY, "林示例")[0].id, who="house", purpose="test")["citizen_id"]
    secret = code_of("register", PHONE)
    act = partial(people.tie_person, COUNTY, secret, "林示例", "citizen_id", number, confirmed=True)
    assert code_of_refusal(act) == "phone_differs"


def test_a_second_account_for_the_same_number_is_refused(account):
    number = people.reveal(Account.objects.get(id=account).person_id, who="house", purpose="test")["citizen_id"]
    secret = code_of("register", PHONE)
    act = partial(people.tie_person, COUNTY, secret, "新示例", "citizen_id", number, confirmed=True)
    assert code_of_refusal(act) == "account_there"


def test_a_foreigner_registers_with_the_phone_a_window_noted_and_not_otherwise(county):
    secret = code_of("register", PHONE)
    act = partial(people.tie_person, COUNTY, secret, "Jean NEUF", "passport", "99TEST777", "FRA", confirmed=False)
    assert code_of_refusal(act) == "identity_at_window"
    found = people.register_person(
        "Jean NEUF", county=COUNTY, actor="staff:x", identifiers=[("passport", "99TEST777", "FRA")], phone=PHONE
    )
    act()
    assert Account.objects.get(id=people.finish_registration(COUNTY, secret, PASSWORD)).person_id == found


def test_a_minor_is_sent_to_her_guardian(county):
    secret = code_of("register", PHONE)
    act = partial(people.check_before_asking, COUNTY, secret, "童示例", "citizen_id", "990127201506012072", "")
    assert code_of_refusal(act) == "identity_minor"


def test_a_code_is_sent_by_the_postman_and_good_once(account):
    from tongban.hall.postman import channel, codes
    from tongban.rooms.ledger import actions as ledger

    secret = people.ask_code(COUNTY, "sign_in", PHONE, address="home")
    row = Code.objects.get(purpose="sign_in")
    (promise,) = ledger.claim(kinds=["code"], subject_id=row.id)
    message = codes.keep_code(promise)
    assert message is not None
    assert PHONE not in message.to
    assert people.code_in_demo(COUNTY, secret) in message.text
    assert message in list(channel.simulated().messages())
    people.prove_code(COUNTY, secret, people.code_in_demo(COUNTY, secret))
    assert people.enter_by_code(COUNTY, secret) == account
    assert code_of_refusal(lambda: people.enter_by_code(COUNTY, secret)) == "code_over"
    assert codes.keep_code(promise) is None


def test_an_unknown_phone_is_answered_alike_and_sent_nothing(county):
    secret = people.ask_code(COUNTY, "reset", "10000000000", address="home")
    assert code_of_refusal(lambda: people.prove_code(COUNTY, secret, "000000")) == "code_wrong"
    row = Code.objects.get()
    assert not Promise.objects.filter(subject_id=row.id).exists()
    from tongban.rooms import crypto

    right = crypto.open_text(row.code_sealed)
    assert code_of_refusal(lambda: people.prove_code(COUNTY, secret, right)) == "code_wrong"


def test_a_code_allows_five_tries_and_those_of_another_browser_do_not_count(account):
    mine = people.ask_code(COUNTY, "sign_in", PHONE, address="home")
    theirs = people.ask_code(COUNTY, "sign_in", PHONE, address="stranger")
    right = people.code_in_demo(COUNTY, theirs)
    for n in range(5):
        wrong = f"{(int(right) + 1 + n) % 1_000_000:06d}"
        assert code_of_refusal(lambda wrong=wrong: people.prove_code(COUNTY, theirs, wrong)) == "code_wrong"
    assert code_of_refusal(lambda: people.prove_code(COUNTY, theirs, right)) == "code_over"
    people.prove_code(COUNTY, mine, people.code_in_demo(COUNTY, mine))


def test_asking_for_codes_is_slowed_for_the_one_who_asks(account, machine):
    for _one in range(slowing.FREE):
        people.ask_code(COUNTY, "sign_in", PHONE, address="stranger")
    assert code_of_refusal(lambda: people.ask_code(COUNTY, "sign_in", PHONE, address="stranger")) == "too_many"
    assert people.ask_code(COUNTY, "sign_in", PHONE, address="home")


def test_a_code_is_over_after_ten_minutes(county):
    with county.at(2026, 10, 13, 9, 0):
        secret = people.ask_code(COUNTY, "register", PHONE, address="home")
        right = people.code_in_demo(COUNTY, secret)
    with county.at(2026, 10, 13, 9, 11):
        assert code_of_refusal(lambda: people.prove_code(COUNTY, secret, right)) == "code_over"


def test_a_new_password_ends_every_sign_in(account):
    people.sign_in(account, way="password")
    secret = code_of("reset", PHONE)
    people.reset_password(COUNTY, secret, "八月里 收谷子 满仓")
    assert [one.over_at is None for one in queries.sign_ins(account)] == [False]
    assert code_of_refusal(enter) == "sign_in_wrong"


def test_six_figures_open_once_and_a_recovery_code_once(county, machine):
    who = county.staff("system-officer")
    account = people.open_account(COUNTY, "staff:T075", actor="house", staff_id=who.id)
    seed = people.begin_totp(account)
    assert people.begin_totp(account) == seed

    def show() -> str:
        return people.figures_at(seed.text, machine.ms // 1000)

    codes = people.confirm_totp(account, show())
    assert len(set(codes)) == 8
    assert code_of_refusal(lambda: people.check_totp(account, show(), address="a")) == "totp_wrong"
    machine.later(30)
    people.check_totp(account, show(), address="a")
    people.check_totp(account, codes[0], address="a")
    assert code_of_refusal(lambda: people.check_totp(account, codes[0], address="a")) == "totp_wrong"
    people.drop_totp(who.id, actor="staff:x")
    assert not queries.account(account).has_totp


def test_the_figures_are_those_of_the_standard():
    """RFC 6238, appendix B: SHA-1, at 59 seconds, the last six of 94287082."""
    import base64

    assert people.figures_at(base64.b32encode(b"12345678901234567890").decode(), 59) == "287082"


def test_nothing_personal_stands_in_the_journal_or_the_access_log(account):
    code_of_refusal(lambda: enter("a guess a guess"))
    told = "".join(str(row) for row in (*Entry.objects.values_list("body"), *Access.objects.values()))
    assert PHONE not in told
    assert "新示例" not in told
    assert {"sign_in_wrong"} <= set(Access.objects.values_list("purpose", flat=True))


def test_acting_for_a_company_needs_a_tie_on_record(county):
    """S017.

    Given an unmandated person, When filing for an enterprise, Then it is refused until a mandate is confirmed.
    """
    firm, agent = county.firm("示例县演示建设有限公司"), county.citizen("代示例")
    account = people.open_account(COUNTY, "demo:agent", actor="house", person_id=agent.id)
    entered = people.sign_in(account, way="demo")
    assert code_of_refusal(lambda: people.act_for(entered.sign_in_id, firm.id)) == "not_yours"
    people.give_mandate(
        firm.id,
        agent.id,
        items=["*"],
        powers=["file"],
        valid_until=clock.today().replace(year=clock.today().year + 1),
        actor="house",
        confirmed=True,
    )
    people.act_for(entered.sign_in_id, firm.id)
    signed = queries.signed_in(entered.secret)
    assert signed is not None
    assert signed.acting_for == firm.id
    people.act_for(entered.sign_in_id, None)


def test_somebody_from_outside_is_tied_by_number_and_then_by_subject(county):
    known = queries.named(COUNTY, "林示例")[0]
    number = people.reveal(known.id, who="house", purpose="test")["citizen_id"]
    account = people.enter_from_outside(COUNTY, "https://id", "s1", citizen_id=number, name="林示例")
    assert Account.objects.get(id=account).person_id == known.id
    assert people.enter_from_outside(COUNTY, "https://id", "s1") == account
    assert code_of_refusal(lambda: people.enter_from_outside(COUNTY, "https://id", "s2")) == "outside_nobody"
    staff = people.enter_from_outside(COUNTY, "https://id", "s3", staff_number="T075")
    assert Account.objects.get(id=staff).staff_id == county.staff("system-officer").id


def test_yesterdays_codes_and_counts_are_removed(county, machine):
    with county.at(2026, 10, 13):
        people.ask_code(COUNTY, "register", PHONE, address="home")
    machine.later(slowing.FORGOTTEN + 1)
    with county.at(2026, 10, 15):
        assert people.forget_answers() == 2
    assert not Code.objects.exists()
