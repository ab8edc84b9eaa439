"""密码: what is good enough, and who comes in by it.

The same answer and the same work for a login that is unknown and for a password that is wrong.
"""

import os
from uuid import UUID

from django.contrib.auth import hashers
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.db import transaction

from tongban.rooms import crypto
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.people.actions import codes, slowing
from tongban.rooms.people.actions.accounts import end_sign_ins, subject_of
from tongban.rooms.people.models import Account
from tongban.rulebook.errors import Refused

#: Characters of a password at least, and at most (a longer one is only work for the hasher).
SHORTEST, LONGEST = 10, 200


def check_strength(password: str, *own: str) -> None:
    """Refuse a password that is too short, among the common ones, or made of the own number or phone.

    Raises ``Refused``: ``password_short``, ``password_long``, ``password_common``, ``password_own``.
    """
    if len(password) < SHORTEST:
        raise Refused(
            "password_short", "密码至少 {shortest} 位。可以用几个不相干的词连起来，好记又难猜。", shortest=SHORTEST
        )
    if len(password) > LONGEST:
        raise Refused("password_long", "密码最多 {longest} 位。请缩短。", longest=LONGEST)
    try:
        CommonPasswordValidator().validate(password)
    except ValidationError:
        raise Refused("password_common", "这个密码太常用，别人容易猜到。请换一个。") from None
    if len(set(password)) < 4:
        raise Refused("password_common", "这个密码只有两三个字重复，别人容易猜到。请换一个。")
    folded = password.casefold()
    if any(len(one) >= 4 and (one.casefold() in folded or folded in one.casefold()) for one in own):
        raise Refused("password_own", "密码里不要用手机号、证件号码或工号，别人容易猜到。请换一个。")


def enter_by_password(county: str, login: str, password: str, *, address: str, known: str = "") -> UUID:
    """Return the account whose login and password these are.

    ``known``: cookie of browsers the account knows (``mark_known``).  Raises ``Refused``: ``sign_in_wrong``,
    ``too_many``; each wrong try is counted for its own place only.
    """
    wanted = crypto.keyed_hash("login", login)
    account = Account.objects.filter(county=county, login_hash=wanted, closed_at=None).first()
    place = slowing.place_of(login, address, known_device(account.id, known) if account else "")
    slowing.check(place)
    if account is not None and account.password:
        right = hashers.check_password(password, account.password)
    else:
        hashers.make_password(password)  # as much work as for a known one
        right = False
    if account is None or not right:
        with transaction.atomic():
            slowing.note(place)
            if account is not None:
                ledger.log_access("nobody", "account", account.id, "sign_in_wrong")
        raise Refused("sign_in_wrong", "账号或密码不对。请核对后重新输入；忘记密码可以重设。")
    slowing.forget(place)
    return account.id


def set_password(account_id: UUID, password: str, *own: str, actor: str) -> None:
    """Set a password, and sign the account out everywhere.  Refuses as ``check_strength`` does."""
    check_strength(password, *own)
    with transaction.atomic():
        account = Account.objects.select_for_update(of=("self",)).get(id=account_id)
        account.password = hashers.make_password(password)
        account.save(update_fields=["password"])
        end_sign_ins(account_id)
        kind, subject = subject_of(account)
        ledger.record(kind, subject, "set_password", actor, {"account": account.id}, county=account.county)


def reset_password(county: str, secret: str, password: str, *, purpose: str = "reset") -> UUID:
    """Set a new password by a code that was proved; returns the account.

    ``purpose``: ``reset`` of a citizen, ``first`` of staff.  Raises ``Refused``: ``code_over``, or as ``set_password``.
    """
    with transaction.atomic():
        row = codes.proved(county, secret, purpose)
        assert row.account_id is not None, "a code for nobody is never proved"
        account = Account.objects.select_related("staff").get(id=row.account_id)
        kind, subject = subject_of(account)
        number = account.staff.number if account.staff else ""
        set_password(account.id, password, crypto.open_text(row.phone_sealed), number, actor=f"{kind}:{subject}")
        codes.use(row)
    return account.id


def enter_by_code(county: str, secret: str) -> UUID:
    """Return the account of the phone whose code was proved.  Raises ``Refused("code_over")``."""
    with transaction.atomic():
        row = codes.proved(county, secret, "sign_in")
        codes.use(row)
        assert row.account_id is not None, "a code for nobody is never proved"
        return row.account_id


def mark_known(account_id: UUID, known: str) -> str:
    """Return the cookie of known browsers with a mark for this account; at most five accounts share a browser."""
    kept = [one for one in known.split("~") if one and not _is_mark(account_id, one)]
    nonce = os.urandom(8).hex()
    return "~".join([*kept, f"{nonce}.{_seal(account_id, nonce)}"][-5:])


def known_device(account_id: UUID, known: str) -> str:
    """Return the mark by which this browser is known to the account; empty: it is not."""
    return next((one for one in known.split("~")[:5] if _is_mark(account_id, one)), "")


def _is_mark(account_id: UUID, mark: str) -> bool:
    nonce, dot, sealed = mark.partition(".")
    return bool(dot) and sealed == _seal(account_id, nonce)


def _seal(account_id: UUID, nonce: str) -> str:
    return crypto.keyed_hash("known_device", f"{account_id}{nonce}").hex()
