"""更换手机号: by herself, with a code to the old phone or her papers and password, and a code to the new one.

The old number is told, every other browser is signed out, and codes that are on their way to the old phone are void.
Whoever has neither the old phone nor a password goes to a window (``note_phone``).
"""

from uuid import UUID

from django.contrib.auth import hashers
from django.db import transaction

from tongban.rooms import clock, crypto
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.people import words
from tongban.rooms.people.actions import codes, slowing
from tongban.rooms.people.actions.accounts import end_sign_ins
from tongban.rooms.people.actions.persons import open_person
from tongban.rooms.people.actions.registering import check_phone_free
from tongban.rooms.people.models import Account, Code, Person
from tongban.rooms.people.queries.persons import who_is
from tongban.rulebook.errors import Refused


def ask_old_phone(account_id: UUID, *, address: str) -> str:
    """Send a code to the phone on record; returns the secret that the browser keeps.

    Raises ``Refused``: ``phone_none`` (there is none), ``too_many``.
    """
    account, person = _hers(account_id)
    if person.phone_sealed is None:
        raise Refused("phone_none", "您还没有登记手机号。请带证件到任一窗口或村站登记。")
    _slow(account, "old", address)
    with transaction.atomic():
        return codes.send(account, "old", crypto.open_text(bytes(person.phone_sealed)))


def show_identity(account_id: UUID, name: str, number: str, password: str, *, address: str) -> str:
    """Name, number and password instead of the old phone; returns a secret as if its code had been typed.

    Raises ``Refused``: ``identity_differs`` (one sentence for all three, so that none can be tried out),
    ``phone_at_counter`` (she has no password), ``too_many``.
    """
    account, person = _hers(account_id)
    if not account.password:
        raise Refused("phone_at_counter", "您没有设过密码，旧手机又用不了：请带证件到任一窗口或村站更换手机号。")
    _slow(account, "identity", address)
    known = who_is(account.county, "citizen_id", number)
    hers = known is not None and known.id == person.id and person.name == name.strip()
    if not hashers.check_password(password, account.password) or not hers:
        raise Refused("identity_differs", "姓名、身份证号码或密码不对。请核对后重新填写。")
    with transaction.atomic():
        return codes.send(account, "old", "", proved=True)


def ask_new_phone(account_id: UUID, old_secret: str, phone: str, *, address: str) -> str:
    """Send a code to the new phone; returns the secret that the browser keeps.

    Raises ``Refused``: ``code_over`` (neither old phone nor papers were shown), ``phone_format``, ``phone_same``,
    ``phone_taken``, ``too_many``.
    """
    account, person = _hers(account_id)
    wanted = words.check_phone(phone)
    _slow(account, "new", address)
    with transaction.atomic():
        shown = codes.proved(account.county, old_secret, "old")
        _own(shown, account)
        if person.phone_hash is not None and bytes(person.phone_hash) == crypto.keyed_hash("phone", wanted):
            raise Refused("phone_same", "这就是现在登记的手机号。请填写新的号码。")
        check_phone_free(account.county, wanted, person.id)
        secret = codes.send(account, "new", wanted, person=person)
        codes.use(shown)
    return secret


def change_phone(account_id: UUID, secret: str, *, sign_in_id: UUID) -> None:
    """换号: the code to the new phone was typed.  She stays signed in here and nowhere else; the old phone is told.

    Raises ``Refused``: ``code_over``, ``phone_taken``.
    """
    with transaction.atomic():
        account, _person = _hers(account_id)
        row = codes.proved(account.county, secret, "new")
        _own(row, account)
        assert row.person_id is not None, "ask_new_phone wrote it"
        person = open_person(row.person_id, lock=True)
        new = crypto.open_text(bytes(row.phone_sealed))
        old = crypto.open_text(bytes(person.phone_sealed)) if person.phone_sealed is not None else ""
        check_phone_free(account.county, new, person.id)
        person.phone_sealed, person.phone_hash = crypto.seal_text(new), crypto.keyed_hash("phone", new)
        person.save(update_fields=["phone_sealed", "phone_hash"])
        if account.password or bytes(account.login_hash) == crypto.keyed_hash("login", f"phone:{old}"):
            account.login_hash = crypto.keyed_hash("login", f"phone:{new}")
            account.save(update_fields=["login_hash"])
        codes.use(row)
        Code.objects.filter(account=account, used_at=None).update(used_at=clock.now())
        end_sign_ins(account.id, but=sign_in_id)
        if old:
            codes.send(account, "moved", old)
        body = {"phone": crypto.digest(new), "was": crypto.digest(old) if old else ""}
        actor = f"person:{person.id}"
        ledger.record("person", person.id, "change_phone", actor, body, county=person.county)


def _hers(account_id: UUID) -> tuple[Account, Person]:
    account = Account.objects.select_related("person").filter(id=account_id, closed_at=None).first()
    if account is None or account.person_id is None:
        raise Refused("for_persons", "这一页只供办事人本人使用。请用个人账号登录。")
    return account, open_person(account.person_id)


def _own(row: Code, account: Account) -> None:
    if row.account_id != account.id:
        raise codes.over()


def _slow(account: Account, what: str, address: str) -> None:
    """Each try counts, of this account from this place: the sixth has to wait."""
    place = slowing.place_of(f"phone:{what}:{account.id}", address)
    slowing.check(place)
    slowing.note(place)
