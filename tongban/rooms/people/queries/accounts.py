"""Who is signed in, and where else."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count

from tongban.rooms import clock, crypto
from tongban.rooms.people.models import Account, Division, SignIn
from tongban.rulebook.errors import Refused


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody who is signed in."""

    sign_in_id: UUID
    account_id: UUID
    county: str
    #: Of a citizen; None: staff.
    person_id: UUID | None
    #: Of staff, with the post worked in; None: a citizen.
    staff_id: UUID | None
    post_id: UUID | None
    name: str
    big_text: bool
    language: str
    #: Chosen to act for; whether she still may is asked by ``acts_for``.
    acting_for: UUID | None = None
    #: Of staff: the six figures are asked for.
    has_totp: bool = False


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account at the door, before anybody is in."""

    id: UUID
    #: None: a citizen.
    staff_id: UUID | None
    has_password: bool
    has_totp: bool


@dataclass(frozen=True, slots=True)
class SignInView:
    """One place where an account is, or was, signed in."""

    id: UUID
    way: str
    device: str
    began_at: datetime
    seen_at: datetime
    #: None: still open.
    over_at: datetime | None


def home_county() -> str:
    """Return the county this site serves: the first one in the house.  Empty before any is open.  One query."""
    code = Division.objects.filter(level="county", valid_until=None).order_by("code").values_list("county", flat=True)
    return code.first() or ""


def account_for(county: str, login: str) -> UUID | None:
    """Return the open account that somebody comes in by with ``login``, or None.  One query."""
    wanted = crypto.keyed_hash("login", login)
    return Account.objects.filter(county=county, login_hash=wanted, closed_at=None).values_list("id", flat=True).first()


def account_of(*, person_id: UUID | None = None, staff_id: UUID | None = None) -> UUID:
    """Return the account of a person or of staff.  Raises ``Refused("account_unknown")``.  One query."""
    own = {"person_id": person_id} if person_id else {"staff_id": staff_id}
    found = Account.objects.filter(**own).values_list("id", flat=True).first()
    if found is None:
        raise Refused("account_unknown", "还没有账号。请先注册。")
    return found


def signed_in(secret: str) -> SignedIn | None:
    """Return who shows this secret; None: nobody, no longer, or signed out.  One query."""
    row = (
        SignIn.objects.filter(
            secret_hash=crypto.keyed_hash("sign_in", secret),
            ended_at=None,
            ends_at__gt=clock.now(),
            account__closed_at=None,
        )
        .select_related("account__person", "account__staff__person")
        .first()
    )
    if row is None:
        return None
    own = row.account
    who = own.staff.person if own.staff else own.person
    assert who is not None, "the table has a constraint for it"
    return SignedIn(
        row.id,
        own.id,
        own.county,
        own.person_id,
        own.staff_id,
        row.post_id,
        who.name,
        own.big_text,
        own.language,
        row.acting_for_id,
        own.totp_sealed is not None,
    )


def account(account_id: UUID) -> AccountView:
    """Return an open account.  Raises ``Refused("account_closed")``.  One query."""
    found = Account.objects.filter(id=account_id, closed_at=None).first()
    if found is None:
        raise Refused("account_closed", "这个账号已停用。请联系政务服务中心。")
    return AccountView(found.id, found.staff_id, bool(found.password), found.totp_sealed is not None)


def sign_ins(account_id: UUID, *, most: int = 20) -> tuple[SignInView, ...]:
    """Return where an account is and was signed in, newest first.  One query."""
    now = clock.now()
    return tuple(
        SignInView(
            row.id,
            row.way,
            row.device,
            row.began_at,
            row.seen_at,
            row.ended_at or (row.ends_at if row.ends_at <= now else None),
        )
        for row in SignIn.objects.filter(account_id=account_id).order_by("-began_at")[:most]
    )


def present(now: datetime, within: timedelta) -> dict[str, int]:
    """Return how many are signed in and were seen within this time: ``person`` and ``staff``.  One query."""
    seen = SignIn.objects.filter(ended_at=None, ends_at__gt=now, seen_at__gt=now - within)
    found = seen.aggregate(all=Count("id"), staff=Count("post"))
    return {"person": found["all"] - found["staff"], "staff": found["staff"]}
