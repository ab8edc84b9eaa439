"""验证码: a code sent to a phone shows that somebody holds it.

What is asked of an unknown phone or 工号 is answered as that of a known one, only that nothing is sent.  A code is
tied to the browser that asked for it: whoever asks for another's code uses up none of her tries.
"""

import os
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest
from uuid import UUID

from django.db import transaction
from django.db.models import F

from tongban.rooms import clock, crypto
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.people import words
from tongban.rooms.people.actions import slowing
from tongban.rooms.people.actions.accounts import open_account
from tongban.rooms.people.models import Account, Code, Person, Staff
from tongban.rulebook.errors import Refused

#: How long a code is good, how long one may go on after proving it, how often one may be wrong.  Design.
GOOD_FOR, GO_ON, TRIES = timedelta(minutes=10), timedelta(minutes=30), 5
KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ToSend:
    """A code on its way to a phone."""

    phone: str
    code: str
    #: ``register``, ``sign_in``, ``reset``, ``first``, ``old``, ``new``; ``moved`` carries no code but the news.
    purpose: str
    minutes: int


def ask_code(county: str, purpose: str, login: str, *, address: str) -> str:
    """Send a code to a phone; returns the secret that the asking browser keeps.

    ``login``: a phone, or for ``first`` the 工号 of a member of staff, whose phone on record is used.
    Raises ``Refused``: ``phone_format``, ``too_many``.
    """
    wanted = login.strip() if purpose == "first" else words.check_phone(login)
    place = slowing.place_of(f"code:{purpose}:{wanted}", address)
    slowing.check(place)
    slowing.note(place)
    with transaction.atomic():
        phone, account_id = _staff_phone(county, wanted) if purpose == "first" else (wanted, _account(county, wanted))
        secret = "co_" + urlsafe_b64encode(os.urandom(24)).decode()
        now = clock.now()
        made = Code.objects.create(
            county=county,
            purpose=purpose,
            secret_hash=crypto.keyed_hash("code_secret", secret),
            phone_sealed=crypto.seal_text(phone),
            phone_hash=crypto.keyed_hash("phone", phone),
            account_id=account_id,
            code_sealed=crypto.seal_text(f"{secrets.randbelow(1_000_000):06d}"),
            made_at=now,
            ends_at=now + GOOD_FOR,
        )
        if purpose == "register" or account_id is not None:
            ledger.promise("code", "code", made.id, f"code:{made.id}", {})
    return secret


def send(account: Account, purpose: str, phone: str, *, person: Person | None = None, proved: bool = False) -> str:
    """Send a code about an account within the transaction of something greater; returns its secret.

    ``proved``: what it would show has been shown otherwise, nothing is sent.  ``moved`` tells the old phone for a day.
    """
    secret, now = "co_" + urlsafe_b64encode(os.urandom(24)).decode(), clock.now()
    made = Code.objects.create(
        county=account.county,
        purpose=purpose,
        secret_hash=crypto.keyed_hash("code_secret", secret),
        phone_sealed=crypto.seal_text(phone),
        phone_hash=crypto.keyed_hash("phone", phone),
        account=account,
        person=person,
        code_sealed=crypto.seal_text(f"{secrets.randbelow(1_000_000):06d}"),
        made_at=now,
        ends_at=now + (KEPT if purpose == "moved" else GO_ON if proved else GOOD_FOR),
        proved_at=now if proved else None,
    )
    if not proved:
        ledger.promise("code", "code", made.id, f"code:{made.id}", {})
    return secret


def prove_code(county: str, secret: str, typed: str) -> None:
    """The code was typed.  Raises ``Refused``: ``code_over`` (ask for a new one), ``code_wrong``."""
    wrong = False
    with transaction.atomic():
        row = _row(county, secret)
        if row.proved_at is not None:
            return
        if row.ends_at <= clock.now() or row.tries >= TRIES:
            raise over()
        Code.objects.filter(id=row.id).update(tries=F("tries") + 1)
        right = compare_digest(crypto.open_text(row.code_sealed).encode(), typed.replace(" ", "").encode())
        if right and (row.purpose == "register" or row.account_id is not None):
            now = clock.now()
            Code.objects.filter(id=row.id).update(proved_at=now, ends_at=now + GO_ON)
        else:
            wrong = True
    if wrong:
        raise Refused("code_wrong", "验证码不对。请核对短信里的六位数字后重新输入，没有收到可以重发一次。")


def proved(county: str, secret: str, purpose: str) -> Code:
    """Return the row of a code that was proved and not used yet, locked.  Raises ``Refused("code_over")``."""
    row = _row(county, secret, lock=True)
    if row.purpose != purpose or row.proved_at is None or row.ends_at <= clock.now():
        raise over()
    return row


def use(row: Code) -> None:
    """The code has done what it was for."""
    row.used_at = clock.now()
    row.save(update_fields=["used_at"])


def code_to_send(code_id: UUID) -> ToSend | None:
    """Return what the postman sends; None: it is no longer of use."""
    row = Code.objects.filter(id=code_id, used_at=None, proved_at=None, ends_at__gt=clock.now()).first()
    if row is None:
        return None
    minutes = int(GOOD_FOR.total_seconds() // 60)
    return ToSend(crypto.open_text(row.phone_sealed), crypto.open_text(row.code_sealed), row.purpose, minutes)


def code_in_demo(county: str, secret: str) -> str:
    """Return the code itself, for the page of a demonstration, where no phone rings; empty: none was sent."""
    row = _row(county, secret)
    return crypto.open_text(row.code_sealed) if row.purpose == "register" or row.account_id else ""


def sweep() -> int:
    """Remove codes of yesterday; returns how many."""
    gone, _ = Code.objects.filter(made_at__lt=clock.now() - KEPT).delete()
    return gone


def _row(county: str, secret: str, *, lock: bool = False) -> Code:
    rows = Code.objects.select_for_update(of=("self",)) if lock else Code.objects
    found = rows.filter(county=county, secret_hash=crypto.keyed_hash("code_secret", secret), used_at=None).first()
    if found is None:
        raise over()
    return found


def over() -> Refused:
    """Return the refusal of a code that is of no more use."""
    return Refused("code_over", "验证码已失效，或已经用过。请重新获取验证码。")


def _account(county: str, phone: str) -> UUID | None:
    wanted = crypto.keyed_hash("login", f"phone:{phone}")
    rows = Account.objects.filter(county=county, login_hash=wanted, closed_at=None)
    return rows.values_list("id", flat=True).first()


def _staff_phone(county: str, number: str) -> tuple[str, UUID | None]:
    """Return the phone on record and the account, opened if there is none; nothing for who is not employed."""
    today: datetime = clock.now()
    staff = Staff.objects.select_related("person").filter(county=county, number=number, left_on=None).first()
    person: Person | None = staff.person if staff else None
    if staff is None or person is None or person.phone_sealed is None or staff.hired_on > clock.legal_date(today):
        return "", None
    account = open_account(county, f"staff:{number}", actor="house", staff_id=staff.id)
    return crypto.open_text(person.phone_sealed), account
