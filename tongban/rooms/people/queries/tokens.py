"""Whose token is this, and what may it be used for?"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tongban.rooms import clock, crypto
from tongban.rooms.people.models.tokens import Token
from tongban.rulebook.errors import Refused


@dataclass(frozen=True, slots=True)
class TokenView:
    """A token without its secret."""

    id: UUID
    county: str
    name: str
    #: ``staff``, ``person`` or ``system``.
    kind: str
    staff_id: UUID | None
    post_id: UUID | None
    person_id: UUID | None
    system: str
    scopes: frozenset[str]
    per_minute: int
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None

    def is_good(self, moment: datetime) -> bool:
        """Whether it opens anything at ``moment``."""
        return self.revoked_at is None and moment < self.expires_at


def hash_of(secret: str) -> bytes:
    """Return by what a secret is known again."""
    return crypto.keyed_hash("token", secret)


def token_of(secret: str) -> TokenView:
    """Return the token of a secret.  Raises ``Refused``: ``token_wrong``, ``token_revoked``, ``token_expired``."""
    row = Token.objects.filter(secret_hash=hash_of(secret)).first()
    if row is None:
        raise Refused("token_wrong", "令牌不对。请核对 Authorization 请求头，写法是 Bearer 加空格加令牌。")
    if row.revoked_at is not None:
        raise Refused("token_revoked", "这个令牌已被收回。请向系统管理员申请新的令牌。")
    if row.expires_at <= clock.now():
        raise Refused("token_expired", "这个令牌已过有效期。请向系统管理员申请新的令牌。")
    return _view(row)


def tokens(county: str = "") -> tuple[TokenView, ...]:
    """Return the tokens of a county, or of all, newest first.  One query."""
    rows = Token.objects.filter(county=county) if county else Token.objects.all()
    return tuple(_view(row) for row in rows.order_by("-made_at", "-id"))


def _view(row: Token) -> TokenView:
    return TokenView(
        row.id,
        row.county,
        row.name,
        row.kind,
        row.staff_id,
        row.post_id,
        row.person_id,
        row.system,
        frozenset(row.scopes),
        row.per_minute,
        row.made_at,
        row.expires_at,
        row.revoked_at,
        row.last_used_at,
    )
