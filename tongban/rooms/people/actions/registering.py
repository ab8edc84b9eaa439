"""注册: an account tied to the person who is known already, or to a new one, never to a second of the same.

Level of proof: the phone by its code, name and citizen id by the population register (``exchange``).  Whoever was
registered at a window with another phone is not taken over online.
"""

from uuid import UUID

from django.contrib.auth import hashers
from django.db import transaction

from tongban.rooms import clock, crypto
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.people import words
from tongban.rooms.people.actions import codes, slowing
from tongban.rooms.people.actions.passwords import check_strength
from tongban.rooms.people.actions.persons import open_person, register_person
from tongban.rooms.people.models import Account, Identifier, OutsideLogin, Person, Staff
from tongban.rooms.people.queries.persons import who_is
from tongban.rulebook.errors import Refused


def check_before_asking(county: str, secret: str, name: str, scheme: str, number: str, issuer: str) -> str:
    """Check what can be checked in the house before a register is asked; returns the number as it is kept.

    Raises ``Refused``: ``code_over``, ``name_missing``, a code of the number, ``identity_minor``, ``too_many``.
    """
    with transaction.atomic():
        phone_hash = bytes(codes.proved(county, secret, "register").phone_hash)
    words.check_name(name)
    if scheme == "credit_code":
        raise Refused(
            "identifier_scheme", "单位没有自己的账号。请由法定代表人或经办人用本人证件注册，登录后选择为单位办。"
        )
    value, _, born = words.check_identifier(scheme, number, issuer, clock.today())
    if born is not None and clock.today() < words.birthday(born, 18):
        raise Refused("identity_minor", "未满十八周岁的，请由监护人用自己的账号登录，为孩子办理。", words.CAPACITY)
    # A register is no place to try out whose number belongs to which name.
    place = slowing.place_of("identity", phone_hash.hex())
    slowing.check(place)
    slowing.note(place)
    return value


@transaction.atomic
def tie_person(
    county: str, secret: str, name: str, scheme: str, number: str, issuer: str = "", *, confirmed: bool
) -> None:
    """Tie a registration to its person: the known one with this number, else a new one.

    ``confirmed``: a register confirmed that name and number belong together; without it only a person whom a window
    has registered, with this very phone, is taken.
    Raises ``Refused``: ``identity_differs``, ``identity_dead``, ``account_there``, ``phone_differs``,
    ``phone_at_window`` (a known person without a phone), ``phone_taken``, ``identity_at_window``.
    """
    row = codes.proved(county, secret, "register")
    phone = crypto.open_text(row.phone_sealed)
    known = who_is(county, scheme, number, issuer)
    if known is None:
        if not confirmed:
            raise _at_window()
        check_phone_free(county, phone, None)
        found = register_person(name, county=county, actor="house", identifiers=[(scheme, number, issuer)], phone=phone)
    else:
        found = known.id
        person = open_person(found, lock=True)
        _check_known(person, name, bytes(row.phone_hash))
        check_phone_free(county, phone, person.id)
    row.person_id = found
    row.save(update_fields=["person"])


@transaction.atomic
def finish_registration(county: str, secret: str, password: str) -> UUID:
    """Open the account with its password; returns it.  Refuses as ``check_strength`` does, or ``code_over``."""
    row = codes.proved(county, secret, "register")
    if row.person_id is None:
        raise Refused("code_over", "还没有核对姓名和证件。请回到上一步填写。")
    phone = crypto.open_text(row.phone_sealed)
    check_strength(password, phone, *_numbers(row.person_id))
    check_phone_free(county, phone, row.person_id)
    account = Account.objects.select_for_update(of=("self",)).filter(person_id=row.person_id).first()
    if account is None:
        account = Account(county=county, person_id=row.person_id, made_at=clock.now())
    account.login_hash = crypto.keyed_hash("login", f"phone:{phone}")
    account.password = hashers.make_password(password)
    account.save()
    codes.use(row)
    actor = f"person:{row.person_id}"
    ledger.record("person", row.person_id, "register_account", actor, {"account": account.id}, county=county)
    return account.id


@transaction.atomic
def enter_from_outside(
    county: str, issuer: str, subject: str, *, citizen_id: str = "", name: str = "", staff_number: str = ""
) -> UUID:
    """Return the account of who was checked by an outside platform: known by its subject, else by her number.

    A citizen nobody knows yet is registered under the name told.  Raises ``Refused``: ``outside_nobody``,
    ``account_closed``, a code of the number.
    """
    wanted = crypto.keyed_hash("outside_login", f"{issuer}\0{subject}")
    known = OutsideLogin.objects.select_related("account").filter(county=county, subject_hash=wanted).first()
    if known is not None:
        if known.account.closed_at is not None:
            raise Refused("account_closed", "这个账号已停用。请联系政务服务中心。")
        return known.account_id
    if staff_number:
        staff = Staff.objects.filter(county=county, number=staff_number, left_on=None).first()
        if staff is None:
            raise Refused("outside_nobody", "统一身份平台的这个工号在本县没有登记。请联系系统管理员。")
        account = _account(county, f"staff:{staff_number}", staff_id=staff.id)
    elif citizen_id:
        found = who_is(county, "citizen_id", citizen_id)
        person_id = found.id if found else _registered(county, name, citizen_id)
        account = _account(county, f"outside:{wanted.hex()}", person_id=person_id)
    else:
        raise Refused("outside_nobody", "统一身份平台没有告知您的证件号码，无法对应到本人。请改用手机号登录。")
    OutsideLogin.objects.create(account=account, county=county, subject_hash=wanted, made_at=clock.now())
    kind = "staff" if account.staff_id else "person"
    whom = account.staff_id or account.person_id
    assert whom is not None, "the table has a constraint for it"
    ledger.record(kind, whom, "link_outside", f"{kind}:{whom}", {"account": account.id}, county=county)
    return account.id


def _registered(county: str, name: str, citizen_id: str) -> UUID:
    return register_person(name, county=county, actor="house", identifiers=[("citizen_id", citizen_id, "")])


def _account(county: str, login: str, *, person_id: UUID | None = None, staff_id: UUID | None = None) -> Account:
    own = {"person_id": person_id} if person_id else {"staff_id": staff_id}
    found = Account.objects.filter(**own).first()
    if found is not None:
        return found
    hashed = crypto.keyed_hash("login", login)
    return Account.objects.create(county=county, login_hash=hashed, made_at=clock.now(), **own)


def _check_known(person: Person, name: str, phone_hash: bytes) -> None:
    if person.name != words.check_name(name):
        raise Refused("identity_differs", "姓名和证件号码对不上。请按证件核对后重新填写。")
    if person.died is not None:
        raise Refused("identity_dead", "这个证件的本人已登记死亡，不能注册。如登记有误，请带证件到窗口更正。")
    account = Account.objects.filter(person=person).first()
    if account is not None and (account.password or OutsideLogin.objects.filter(account=account).exists()):
        raise Refused(
            "account_there",
            "这个证件号码已经注册过账号。请直接登录，忘记密码可以重设；不是您本人注册的，请带证件到窗口处理。",
        )
    if person.phone_hash is None:
        # Name and number are on many papers; that she is the one who holds the phone a window has to see once.
        raise Refused(
            "phone_at_window",
            "窗口给您办过登记，但没有留手机号。请带证件到任一窗口或村站登记一次手机号，就能在这里注册了。",
        )
    if bytes(person.phone_hash) != phone_hash:
        raise Refused(
            "phone_differs", "这个证件在窗口登记的是另一个手机号。请用那个手机号注册，或带证件到窗口更改手机号。"
        )


def check_phone_free(county: str, phone: str, person_id: UUID | None) -> None:
    """Raise ``Refused("phone_taken")`` when somebody else comes in by this phone."""
    wanted = crypto.keyed_hash("login", f"phone:{phone}")
    other = Account.objects.filter(county=county, login_hash=wanted).first()
    if other is not None and other.person_id != person_id:
        raise Refused("phone_taken", "这个手机号已用于另一个人的账号。请换一个手机号，或到窗口处理。")


def _numbers(person_id: UUID) -> list[str]:
    """Return the person's numbers, for comparing with a password and for nothing else."""
    rows = Identifier.objects.filter(person_id=person_id, withdrawn_at=None)
    return [crypto.open_text(row.value_sealed) for row in rows]


def _at_window() -> Refused:
    return Refused(
        "identity_at_window",
        "护照和港澳台证件网上还查不到。请带证件到任一窗口登记一次并留下手机号，以后就能用这个手机号注册。",
    )
