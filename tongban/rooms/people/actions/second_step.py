"""第二步: six figures that change every thirty seconds (TOTP, RFC 6238), and codes for who has lost the phone."""

import base64
import os
import secrets
from dataclasses import dataclass
from hmac import compare_digest
from urllib.parse import quote
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.db import transaction

from tongban.rooms import clock, crypto
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.people.actions import slowing
from tongban.rooms.people.actions.accounts import subject_of
from tongban.rooms.people.actions.passwords import known_device
from tongban.rooms.people.models import Account, RecoveryCode
from tongban.rulebook.errors import Refused

#: Seconds of one set of figures, how many sets before and after are taken, how many recovery codes there are.
STEP, AROUND, CODES = 30, 1, 8
#: Letters and figures that are not mistaken for each other.
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Seed:
    """What goes into an authenticator, as text to type and as the address a QR code carries."""

    text: str
    uri: str


def begin_totp(account_id: UUID) -> Seed:
    """Return a seed to set up; asked again before it is confirmed, the same one.  The old one holds until then."""
    with transaction.atomic():
        account = Account.objects.select_for_update(of=("self",)).select_related("staff").get(id=account_id)
        if account.totp_next_sealed is None:
            account.totp_next_sealed = crypto.seal_bytes(os.urandom(20))
            account.save(update_fields=["totp_next_sealed"])
    text = base64.b32encode(crypto.open_bytes(account.totp_next_sealed)).decode()
    label = quote(f"通办:{account.staff.number if account.staff else ''}")
    return Seed(text, f"otpauth://totp/{label}?secret={text}&issuer={quote('通办')}&digits=6&period={STEP}")


def confirm_totp(account_id: UUID, figures: str) -> tuple[str, ...]:
    """The new seed shows its figures: from now on it is asked for.  Returns recovery codes, told only now.

    Raises ``Refused("totp_wrong")``.
    """
    with transaction.atomic():
        account = Account.objects.select_for_update(of=("self",)).get(id=account_id)
        step = _step_of(account.totp_next_sealed, figures, after=0)
        if step is None:
            raise _wrong()
        account.totp_sealed, account.totp_next_sealed, account.totp_step = account.totp_next_sealed, None, step
        account.save(update_fields=["totp_sealed", "totp_next_sealed", "totp_step"])
        RecoveryCode.objects.filter(account=account).delete()
        made = tuple("".join(secrets.choice(_LETTERS) for _ in range(10)) for _ in range(CODES))
        RecoveryCode.objects.bulk_create(
            RecoveryCode(account=account, code_hash=_hash(account_id, one)) for one in made
        )
        kind, subject = subject_of(account)
        body = {"account": account.id}
        ledger.record(kind, subject, "set_up_totp", f"{kind}:{subject}", body, county=account.county)
    return tuple(f"{one[:5]}-{one[5:]}" for one in made)


def check_totp(account_id: UUID, typed: str, *, address: str, known: str = "") -> None:
    """The six figures or a recovery code were typed.  Raises ``Refused``: ``totp_wrong``, ``too_many``."""
    place = slowing.place_of(f"totp:{account_id}", address, known_device(account_id, known))
    slowing.check(place)
    with transaction.atomic():
        account = Account.objects.select_for_update(of=("self",)).get(id=account_id)
        step = _step_of(account.totp_sealed, typed, after=account.totp_step)
        if step is not None:
            account.totp_step = step
            account.save(update_fields=["totp_step"])
        right = step is not None or _recovered(account, typed)
        if right:
            slowing.forget(place)
        else:
            slowing.note(place)
            ledger.log_access("nobody", "account", account.id, "totp_wrong")
    if not right:
        raise _wrong()


def drop_totp(staff_id: UUID, *, actor: str) -> None:
    """An authenticator was lost: the next sign-in sets up a new one.  Raises ``Refused("account_unknown")``."""
    with transaction.atomic():
        account = Account.objects.select_for_update(of=("self",)).filter(staff_id=staff_id).first()
        if account is None:
            raise Refused("account_unknown", "这位工作人员还没有登录过，没有动态口令可以重置。")
        account.totp_sealed = account.totp_next_sealed = None
        account.save(update_fields=["totp_sealed", "totp_next_sealed"])
        RecoveryCode.objects.filter(account=account).delete()
        ledger.record("staff", staff_id, "drop_totp", actor, {"account": account.id}, county=account.county)


def figures_at(text: str, seconds: int) -> str:
    """Return the figures an authenticator with this seed shows at a moment (seconds since 1970)."""
    return _totp(base64.b32decode(text)).generate(seconds).decode()


def _step_of(sealed: bytes | memoryview | None, figures: str, *, after: int) -> int | None:
    """Return the thirty seconds whose figures these are; None: none, or one that was used already."""
    typed = figures.replace(" ", "")
    if sealed is None or len(typed) != 6 or not typed.isascii() or not typed.isdigit():
        return None
    totp, now = _totp(crypto.open_bytes(sealed)), clock.machine_milliseconds() // 1000 // STEP
    found = None
    for step in range(now - AROUND, now + AROUND + 1):
        if compare_digest(totp.generate(step * STEP), typed.encode()) and step > after:
            found = step
    return found


def _totp(seed: bytes) -> TOTP:
    return TOTP(seed, 6, SHA1(), STEP)  # noqa: S303 - what authenticators understand


def _recovered(account: Account, typed: str) -> bool:
    wanted = _hash(account.id, typed.strip().upper().replace("-", "").replace(" ", ""))
    used = RecoveryCode.objects.filter(account=account, code_hash=wanted, used_at=None).update(used_at=clock.now())
    return used == 1


def _hash(account_id: UUID, code: str) -> bytes:
    return crypto.keyed_hash("recovery", f"{account_id}{code}")


def _wrong() -> Refused:
    return Refused("totp_wrong", "六位动态口令不对，或刚刚用过。请等它变一次后再输入；手机不在身边可以用恢复码。")
