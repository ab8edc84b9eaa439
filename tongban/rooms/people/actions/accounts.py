"""How somebody gets an account, comes in, and leaves."""

import os
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from tongban.rooms import clock, crypto
from tongban.rooms.ledger import actions as ledger
from tongban.rooms.people.models import Account, Person, SignIn, Staff
from tongban.rooms.people.queries import posts
from tongban.rooms.people.queries.acting import acts_for
from tongban.rulebook.errors import Refused

#: How long a sign-in lasts without being used.  Design: a citizen's phone is her own, a counter's screen is not.
PERSON_IDLE, STAFF_IDLE = timedelta(days=14), timedelta(hours=10)


@dataclass(frozen=True, slots=True)
class Entered:
    """A sign-in, and the secret for the cookie, told only now."""

    sign_in_id: UUID
    secret: str
    #: Seconds the cookie may live.
    seconds: int


@transaction.atomic
def open_account(
    county: str, login: str, *, actor: str, person_id: UUID | None = None, staff_id: UUID | None = None
) -> UUID:
    """Open an account for a person or a member of staff; one that is there already is returned.

    ``login``: what is typed at the door, ``phone:…`` or ``staff:…``.
    Raises ``Refused("login_taken")`` when somebody else comes in by it.
    """
    wanted = crypto.keyed_hash("login", login)
    there = Account.objects.filter(county=county, login_hash=wanted).first()
    if there is not None and (there.person_id, there.staff_id) == (person_id, staff_id):
        return there.id
    own = {"person_id": person_id} if person_id else {"staff_id": staff_id}
    if there is not None or Account.objects.filter(**own).exists():
        raise Refused("login_taken", "这个登录名已有账号，或者本人已经有账号。请直接登录，忘记密码的请找回。")
    made = Account.objects.create(
        county=county, person_id=person_id, staff_id=staff_id, login_hash=wanted, made_at=clock.now()
    )
    kind, subject = ("staff", staff_id) if staff_id else ("person", person_id)
    assert subject is not None, "the table has a constraint for it"
    ledger.record(kind, subject, "open_account", actor, {"account": made.id}, county=county)
    return made.id


@transaction.atomic
def sign_in(account_id: UUID, *, way: str, device: str = "", post_id: UUID | None = None) -> Entered:
    """Let an account in; who she is has been found out by the caller.

    A member of staff works in ``post_id``, or in the first post held today.
    Raises ``Refused``: ``account_closed``, ``post_not_held``, ``post_missing`` (a member of staff without a post).
    """
    account = Account.objects.select_related("staff", "person").filter(id=account_id, closed_at=None).first()
    if account is None:
        raise Refused("account_closed", "这个账号已停用。请联系政务服务中心。")
    if account.staff_id is not None:
        post_id = _post(account.staff_id, post_id)
    secret = "si_" + urlsafe_b64encode(os.urandom(32)).decode().rstrip("=")
    now = clock.now()
    idle = STAFF_IDLE if account.staff_id else PERSON_IDLE
    made = SignIn.objects.create(
        account=account,
        post_id=post_id,
        secret_hash=crypto.keyed_hash("sign_in", secret),
        way=way,
        device=device[:80],
        began_at=now,
        seen_at=now,
        ends_at=now + idle,
    )
    ledger.log_access(_name(account), "sign_in", made.id, way)
    return Entered(made.id, secret, int(idle.total_seconds()))


def note_seen(sign_in_id: UUID, idle: timedelta) -> None:
    """A sign-in that is used lasts on; the row is written once a minute at most."""
    now = clock.now()
    rows = SignIn.objects.filter(id=sign_in_id, seen_at__lt=now - timedelta(minutes=1))
    rows.update(seen_at=now, ends_at=now + idle)


@transaction.atomic
def sign_out(sign_in_id: UUID, *, account_id: UUID) -> None:
    """End one sign-in of this account.  Twice changes nothing."""
    SignIn.objects.filter(id=sign_in_id, account_id=account_id, ended_at=None).update(ended_at=clock.now())


@transaction.atomic
def sign_out_everywhere(account_id: UUID, *, but: UUID | None = None) -> int:
    """End every sign-in of the account, except ``but``; returns how many."""
    return end_sign_ins(account_id, but=but)


def end_sign_ins(account_id: UUID, *, but: UUID | None = None) -> int:
    """End the account's sign-ins within the transaction of something greater; returns how many."""
    rows = SignIn.objects.filter(account_id=account_id, ended_at=None)
    return (rows.exclude(id=but) if but else rows).update(ended_at=clock.now())


def old_sign_ins(before: datetime, most: int) -> int:
    """Return how many sign-ins were over before, ``most`` at most.  One query."""
    return _over(before).order_by("id")[:most].count()


def forget_sign_ins(before: datetime, most: int) -> int:
    """Forget sign-ins that were over before; returns how many.  That somebody came in stays in her journal."""
    some = list(_over(before).order_by("id").values_list("id", flat=True)[:most])
    return SignIn.objects.filter(id__in=some).delete()[0]


def _over(before: datetime) -> QuerySet[SignIn]:
    return SignIn.objects.filter(Q(ended_at__lt=before) | Q(ends_at__lt=before))


@transaction.atomic
def act_for(sign_in_id: UUID, principal_id: UUID | None) -> None:
    """From now on act for somebody else in this browser; None: for oneself again.

    Raises ``Refused("not_yours")`` when nothing on record lets her: neither representative, guardian nor mandate.
    """
    row = SignIn.objects.select_related("account").get(id=sign_in_id)
    person_id = row.account.person_id
    if person_id is None:
        raise Refused("for_persons", "只有办事人可以选择为谁办。")
    if principal_id is not None and principal_id not in {one.person_id for one in acts_for(person_id, clock.today())}:
        raise Refused("not_yours", "没有您可以为其办事的登记。请先由对方委托您，或由单位登记您为法定代表人。")
    row.acting_for_id = principal_id
    row.save(update_fields=["acting_for"])
    ledger.log_access(f"person:{person_id}", "sign_in", row.id, "act_for")


@transaction.atomic
def change_post(sign_in_id: UUID, post_id: UUID) -> None:
    """Go on in another post held today.  Raises ``Refused("post_not_held")``."""
    row = SignIn.objects.select_related("account").get(id=sign_in_id)
    if row.account.staff_id is None:
        raise Refused("for_staff", "只有工作人员有岗位可换。")
    row.post_id = _post(row.account.staff_id, post_id)
    row.save(update_fields=["post"])


def remember(account_id: UUID, *, big_text: bool | None = None, language: str | None = None) -> None:
    """Keep how somebody likes the pages."""
    wanted = {"big_text": big_text, "language": language}
    changed = {name: value for name, value in wanted.items() if value is not None}
    if changed:
        Account.objects.filter(id=account_id).update(**changed)


def _post(staff_id: UUID, post_id: UUID | None) -> UUID:
    powers, day = posts.powers(), clock.today()
    if post_id is not None:
        return powers.actor(staff_id, post_id, day).post_id
    held = powers.posts_of(staff_id, day)
    if not held:
        raise Refused("post_missing", "您今天没有担任任何岗位。请联系管理员登记任岗。")
    return held[0].id


def subject_of(account: Account) -> tuple[str, UUID]:
    """Return in whose stream of the journal the account is told: ``person`` or ``staff``, and its id."""
    subject = account.staff_id or account.person_id
    assert subject is not None, "the table has a constraint for it"
    return ("staff" if account.staff_id else "person"), subject


def _name(account: Account) -> str:
    person: Person | None = account.person
    staff: Staff | None = account.staff
    return f"staff:{staff.id}" if staff else f"person:{person.id if person else ''}"
