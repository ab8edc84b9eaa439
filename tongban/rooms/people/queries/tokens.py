"""Whose token is this, and what may it be used for?"""

from dataclasses import dataclass, fields
from datetime import datetime
from uuid import UUID

from tongban.rooms import crypto
from tongban.rooms.people.models.tokens import Token


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


#: What a view shows, as the table has it.
COLUMNS = tuple(one.name for one in fields(TokenView))


def hash_of(secret: str) -> bytes:
    """Return by what a secret is known again."""
    return crypto.keyed_hash("token", secret)


def tokens(county: str = "") -> tuple[TokenView, ...]:
    """Return the tokens of a county, or of all, newest first.  One query."""
    rows = Token.objects.filter(county=county) if county else Token.objects.all()
    return tuple(_view(row) for row in rows.order_by("-made_at", "-id"))


def _view(row: Token) -> TokenView:
    values = {name: getattr(row, name) for name in COLUMNS}
    return TokenView(**{**values, "scopes": frozenset(row.scopes)})
